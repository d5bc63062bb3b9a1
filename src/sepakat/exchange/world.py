"""Builds the engine's world from the store: every held version, every view given, every policy input, at one instant.

Leaves all deciding to `release`. What the store cannot tell is left out, and what is left out withholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sepakat.agreements.regions import load_regions
from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord, Consent, Direction, Party, StoredVersion
from sepakat.exchange.standing import current_version, standing_for
from sepakat.release.question import Approval, Grant, HeldVersion, ObjectPolicy, View, ViewKey, World
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.objects import StixObject, VersionRef


def world_of(node: Node, unit: Unit, now: datetime) -> World:
    """All that this node holds and all policy inputs at `now`."""
    everyone = unit.parties.everyone()
    return World(
        node=node.party,
        parties={StixId(party.identity.id): party.id for party in everyone},
        views={view.key: view for view in views_given(node, unit, now)},
        versions=_versions(unit) | _standing_versions(node, unit, everyone),
        policies={
            policy.object_id: ObjectPolicy(
                topics=policy.topics,
                regions=policy.regions,
                person_category=policy.person_category,
                necessity=policy.necessity,
                markings=policy.markings,
                hold=policy.hold,
                recalled=policy.recalled,
                recalled_views=policy.recalled_views,
                expires_at=policy.expires_at,
            )
            for policy in unit.policies.everything()
        },
        approvals=_approvals(unit),
        grants=grants_of(node, unit),
        clients=frozenset(party.id for party in everyone if party.is_client),
        topics=TopicTable(
            tuple(
                TopicDefinition(id=topic.id, entities=topic.entities, names=topic.names, labels=topic.labels)
                for topic in unit.policies.topics()
            )
        ),
        regions=load_regions(),
    )


def views_given(node: Node, unit: Unit, now: datetime) -> list[View]:
    """The views that this node gives, in force or not, one for each (agreement, taker) ever concluded."""
    by_id: dict[str, list[AgreementRecord]] = {}
    for record in unit.agreements.everything():
        if record.agreement.giver == node.party:
            by_id.setdefault(record.agreement.id, []).append(record)
    views = []
    for records in by_id.values():
        for taker in dict.fromkeys(taker for record in records for taker in record.roster):
            current = current_version(records, taker, now)
            if current is not None:
                state = standing_for(current, taker, now, records)
                party = unit.parties.get(taker)
                views.append(
                    View(
                        key=ViewKey(current.agreement.id, taker),
                        agreement=current.agreement,
                        in_force=state.is_in_force,
                        because=state.because,
                        taker_country=party.country if party else None,
                    )
                )
    return views


def grants_of(node: Node, unit: Unit) -> tuple[Grant, ...]:
    """The consents that other parties have given this node, as the engine reads them."""
    return tuple(
        _grant(node, consent)
        for consent in unit.obligations.consents()
        if consent.direction is Direction.OUT and consent.granted
    )


def _grant(node: Node, consent: Consent) -> Grant:
    return Grant(
        origin=consent.counterpart,
        grantee=node.party,
        party=consent.party,
        object_id=consent.object_id,
        given_at=consent.answered_at or consent.asked_at,
        until=consent.until,
        withdrawn_at=consent.withdrawn_at,
    )


def _versions(unit: Unit) -> dict[StixId, tuple[HeldVersion, ...]]:
    held: dict[StixId, list[HeldVersion]] = {}
    for stored in unit.objects.everything():
        held.setdefault(stored.object.id, []).append(_held(stored))
    return {object_id: tuple(versions) for object_id, versions in held.items()}


def _standing_versions(node: Node, unit: Unit, everyone: Sequence[Party]) -> dict[StixId, tuple[HeldVersion, ...]]:
    """What every node has without taking it in: the markings of the standard and the identities of the parties."""
    own = next((party for party in everyone if party.is_self), None)
    since = own.added_at if own else datetime.min.replace(tzinfo=UTC)
    standing = [(StixObject.from_content(fixed.content), node.party, since) for fixed in FIXED_MARKINGS.values()]
    standing += [(party.identity, party.id, party.added_at) for party in everyone]
    taken_in = unit.objects.get_many({made.id for made, _, _ in standing})
    return {
        made.id: (HeldVersion(made, frozenset({whose}), at),) for made, whose, at in standing if made.id not in taken_in
    }


def _held(stored: StoredVersion) -> HeldVersion:
    return HeldVersion(stored.object, stored.origins, stored.received_at, stored.received)


def _approvals(unit: Unit) -> dict[tuple[VersionRef, ViewKey], tuple[Approval, ...]]:
    approvals: dict[tuple[VersionRef, ViewKey], dict[str, Approval]] = {}
    for record in unit.policies.approvals():
        given = approvals.setdefault((record.version, record.view), {})
        # The last word of each person counts: a refusal takes an earlier approval back.
        if record.approved:
            given[record.approver] = Approval(record.approver, record.at)
        else:
            given.pop(record.approver, None)
    return {key: tuple(given.values()) for key, given in approvals.items() if given}
