"""The engine's world from the oracle's: the same description in the values of `sepakat.release.question`."""

from __future__ import annotations

from functools import lru_cache

import orjson

from sepakat.agreements.parsing import from_document
from sepakat.agreements.regions import Region, RegionTable
from sepakat.agreements.terms import Agreement, Onward, OnwardRule
from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.release.question import (
    Approval,
    Grant,
    HeldVersion,
    ObjectPolicy,
    ReceivedTerms,
    View,
    ViewKey,
    World,
)
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.instants import version_key
from sepakat.stix.objects import StixObject, VersionRef
from tests.oracle import plain


def engine_world(world: plain.World) -> World:
    """The world as the engine is asked about it."""
    versions: dict[StixId, tuple[HeldVersion, ...]] = {}
    for version in world.versions:
        identifier = StixId(version.id)
        versions[identifier] = (*versions.get(identifier, ()), _held(version))
    return World(
        node=PartyId(world.node),
        parties={StixId(identity): PartyId(party) for identity, party in world.parties.items()},
        views={view_key(view.name): _view(view) for view in world.views},
        versions=versions,
        policies={StixId(identifier): _policy(policy) for identifier, policy in world.policies.items()},
        approvals={
            (version_ref(ref), view_key(name)): tuple(Approval(who, at) for who, at in given)
            for (ref, name), given in world.approvals.items()
        },
        grants=tuple(_grant(grant) for grant in world.grants),
        clients=frozenset(PartyId(party) for party in world.clients),
        topics=TopicTable(tuple(_topic(topic) for topic in world.topics)),
        regions=_regions(world),
    )


def view_key(name: plain.ViewName) -> ViewKey:
    """The engine's name of a view."""
    return ViewKey(AgreementId(name[0]), PartyId(name[1]))


def version_ref(ref: plain.Ref) -> VersionRef:
    """The engine's name of a version."""
    return (StixId(ref[0]), version_key(ref[1]) if ref[1] else "")


def _held(version: plain.Version) -> HeldVersion:
    return HeldVersion(
        object=StixObject.from_content(version.content),
        origins=frozenset(PartyId(origin) for origin in version.origins),
        received_at=version.received_at,
        received=tuple(_terms(terms) for terms in version.received),
    )


def _terms(terms: plain.Terms) -> ReceivedTerms:
    return ReceivedTerms(
        sender=PartyId(terms.sender),
        agreement=AgreementId(f"from-{terms.sender}"),
        onward=Onward(
            default=OnwardRule(terms.onward.get("default", "none")),
            named=tuple(PartyId(party) for party in terms.onward.get("named", ())),
        ),
        clients_allowed=terms.clients_allowed,
        roster=frozenset(PartyId(party) for party in terms.roster),
    )


def _view(view: plain.View) -> View:
    return View(
        key=view_key(view.name),
        agreement=_agreement(orjson.dumps(view.document)),
        in_force=view.in_force,
        because="signed by both" if view.in_force else "suspended",
        taker_country=view.taker_country,
    )


@lru_cache(maxsize=64)
def _agreement(document: bytes) -> Agreement:
    return from_document(orjson.loads(document))


def _policy(policy: plain.Policy) -> ObjectPolicy:
    return ObjectPolicy(
        topics=policy.topics,
        regions=policy.regions,
        person_category=policy.person_category,
        necessity=policy.necessity,
        markings=tuple(StixId(marking) for marking in policy.markings),
        hold="held by a test" if policy.hold else None,
        recalled=policy.recalled,
        recalled_views=frozenset(view_key(name) for name in policy.recalled_views),
        expires_at=policy.expires_at,
    )


def _grant(grant: plain.Grant) -> Grant:
    return Grant(
        origin=PartyId(grant.origin),
        grantee=PartyId(grant.grantee),
        party=PartyId(grant.party),
        object_id=StixId(grant.object_id),
        given_at=grant.given_at,
        until=grant.until,
        withdrawn_at=grant.withdrawn_at,
    )


def _topic(topic: plain.Topic) -> TopicDefinition:
    return TopicDefinition(topic.path, entities=topic.entities, names=topic.names, labels=topic.labels)


def _regions(world: plain.World) -> RegionTable:
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    for spelling, code in world.region_spellings.items():
        if spelling != code.lower():
            (codes if len(spelling) == 3 else names)[code] = spelling
    return RegionTable.of(
        tuple(
            Region(code, names.get(code, code), parents, alpha3=codes.get(code))
            for code, parents in world.region_parents.items()
        )
    )
