"""Builds the engine's world from the store: every held version, every view given, every policy input, at one instant.

Leaves all deciding to `release`. What the store cannot tell is left out, and what is left out withholds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sepakat.agreements.regions import load_regions
from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord, Consent, Direction, Party, Policy, StoredVersion
from sepakat.exchange.standing import by_agreement, current_version, standing_for
from sepakat.release.question import Approval, Grant, HeldVersion, ObjectPolicy, View, ViewKey, World
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.objects import StixObject, VersionRef


def world_of(node: Node, unit: Unit, now: datetime) -> World:
    """All that this node holds and all policy inputs at `now`."""
    everyone = unit.parties.everyone()
    return World(
        node=node.party,
        parties={StixId(party.identity.id): party.id for party in everyone},
        views=views_of(node.party, unit.agreements.everything(), {party.id: party for party in everyone}, now),
        versions=_with_standing(_versions(unit), standing_versions(node, everyone)),
        policies={policy.object_id: object_policy(policy) for policy in unit.policies.everything()},
        approvals=approvals_of(unit),
        grants=grants_of(node.party, unit),
        clients=frozenset(party.id for party in everyone if party.is_client),
        topics=TopicTable(
            tuple(
                TopicDefinition(id=topic.id, entities=topic.entities, names=topic.names, labels=topic.labels)
                for topic in unit.policies.topics()
            )
        ),
        regions=load_regions(),
    )


def views_of(
    giver: PartyId, records: Iterable[AgreementRecord], parties: Mapping[PartyId, Party], now: datetime
) -> dict[ViewKey, View]:
    """The views that a giver gives, in force or not, one for each (agreement, taker) ever concluded."""
    views = {}
    for versions in by_agreement(record for record in records if record.agreement.giver == giver).values():
        for taker in dict.fromkeys(taker for record in versions for taker in record.roster):
            current = current_version(versions, taker, now)
            if current is not None:
                state = standing_for(current, taker, now, versions)
                party = parties.get(taker)
                key = ViewKey(current.agreement.id, taker)
                views[key] = View(
                    key=key,
                    agreement=current.agreement,
                    in_force=state.is_in_force,
                    because=state.because,
                    taker_country=party.country if party else None,
                )
    return views


def object_policy(policy: Policy) -> ObjectPolicy:
    """What persons and rules have put on an object, as the engine reads it."""
    return ObjectPolicy(
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


def held_versions(stored: Iterable[StoredVersion]) -> tuple[HeldVersion, ...]:
    """Versions of one object as the engine reads them."""
    return tuple(HeldVersion(one.object, one.origins, one.received_at, one.received) for one in stored)


def grants_of(grantee: PartyId, unit: Unit) -> tuple[Grant, ...]:
    """The consents that other parties have given us, as the engine reads them."""
    return tuple(
        _grant(grantee, consent)
        for consent in unit.obligations.consents()
        if consent.direction is Direction.OUT and consent.granted
    )


def _grant(grantee: PartyId, consent: Consent) -> Grant:
    return Grant(
        origin=consent.counterpart,
        grantee=grantee,
        party=consent.party,
        object_id=consent.object_id,
        given_at=consent.answered_at or consent.asked_at,
        until=consent.until,
        withdrawn_at=consent.withdrawn_at,
    )


def _versions(unit: Unit) -> dict[StixId, tuple[HeldVersion, ...]]:
    held: dict[StixId, list[StoredVersion]] = {}
    for stored in unit.objects.everything():
        held.setdefault(stored.object.id, []).append(stored)
    return {object_id: held_versions(versions) for object_id, versions in held.items()}


def _with_standing(
    held: dict[StixId, tuple[HeldVersion, ...]], standing: Mapping[StixId, tuple[HeldVersion, ...]]
) -> dict[StixId, tuple[HeldVersion, ...]]:
    return held | {identifier: versions for identifier, versions in standing.items() if identifier not in held}


def standing_versions(node: Node, everyone: Sequence[Party]) -> dict[StixId, tuple[HeldVersion, ...]]:
    """What every node has, unless it took it in: the markings of the standard and the identities of the parties."""
    own = next((party for party in everyone if party.is_self), None)
    since = own.added_at if own else datetime.min.replace(tzinfo=UTC)
    standing = [(StixObject.from_content(fixed.content), node.party, since) for fixed in FIXED_MARKINGS.values()]
    standing += [(party.identity, party.id, party.added_at) for party in everyone]
    return {made.id: (HeldVersion(made, frozenset({whose}), at),) for made, whose, at in standing}


def approvals_of(unit: Unit) -> dict[tuple[VersionRef, ViewKey], tuple[Approval, ...]]:
    """The approvals that count, by version and view."""
    approvals: dict[tuple[VersionRef, ViewKey], dict[str, Approval]] = {}
    for record in unit.policies.approvals():
        given = approvals.setdefault((record.version, record.view), {})
        # The last word of each person counts: a refusal takes an earlier approval back.
        if record.approved:
            given[record.approver] = Approval(record.approver, record.at)
        else:
            given.pop(record.approver, None)
    return {key: tuple(given.values()) for key, given in approvals.items() if given}
