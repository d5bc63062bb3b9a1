"""Small worlds for tests of the release rule: giver `us`, taker `ru`, generous terms; a test says what differs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sepakat.agreements.parsing import from_document
from sepakat.agreements.regions import load_regions
from sepakat.agreements.terms import Agreement, Onward
from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.release.compiled import Compiled
from sepakat.release.decision import Decision, Outcome
from sepakat.release.engine import Verdicts, decide, decide_all
from sepakat.release.question import HeldVersion, ObjectPolicy, ReceivedTerms, View, ViewKey, World
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.markings import PAP as PAP_DEFINITIONS
from sepakat.stix.markings import TLP_1, TLP_2
from sepakat.stix.objects import StixObject, VersionRef

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SINCE = "2026-01-01T00:00:00.000Z"
US, RU, FR, IQ = PartyId("us"), PartyId("ru"), PartyId("fr"), PartyId("iq")
VIEW = ViewKey(AgreementId("a"), RU)

TLP: Mapping[str, str] = {level: made.id for level, made in TLP_2.items()}
PAP: Mapping[str, str] = {level: made.id for level, made in PAP_DEFINITIONS.items()}
STATEMENT = "marking-definition--00000000-0000-4000-8000-00000000aaaa"
UNKNOWN = "marking-definition--00000000-0000-4000-8000-00000000bbbb"

GENEROUS: Mapping[str, Any] = {
    "id": "S1",
    "topics": "any",
    "regions": "any",
    "types": "any",
    "kinds": "any",
    "ceiling": {"tlp": "red", "pap": "red"},
    "minimum": {"reliability": "any", "credibility": "any"},
    "fields": {"allow": "standard", "external_references": "any", "tear_line": "if-needed"},
    "source": "identity",
    "persons": {"rule": "none"},
    "release": {"approval": "auto", "delay": "PT0S"},
}


def sid(kind: str, name: str) -> str:
    """The id of a thing that a test calls by a name."""
    return f"{kind}--{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def party_id(party: str) -> str:
    """The STIX identity of a party."""
    return sid("identity", f"party {party}")


def clause(**changes: Any) -> dict[str, Any]:
    """The generous clause with changes; a key that is None is left out."""
    return {key: value for key, value in {**GENEROUS, **changes}.items() if value is not None}


def agreement(
    *clauses: Mapping[str, Any],
    name: str = "a",
    takers: tuple[str, ...] = ("ru",),
    onward: Mapping[str, Any] | None = None,
    **window: Any,
) -> Agreement:
    """An agreement of `us` with its takers."""
    return from_document(
        {
            "sepakat": 1,
            "id": name,
            "version": 1,
            "title": "A test",
            "giver": "us",
            "takers": sorted(takers),
            "scope": "organisation",
            "window": {"from": "2025-01-01T00:00:00Z", "to": None, "data_from": "any", "max_age": "any", **window},
            "share": [dict(entry) for entry in clauses or (GENEROUS,)],
            "onward": dict(onward or {"default": "none"}),
            "duties": {"receipt": "PT5M", "recall": "PT1H", "correction": "PT24H"},
        }
    )


def view(terms: Agreement, taker: str = "ru", *, in_force: bool = True, country: str | None = "RU") -> View:
    """One view of an agreement."""
    return View(ViewKey(terms.id, PartyId(taker)), terms, in_force, "it is suspended" * (not in_force), country)


def stix(kind: str, called: str, /, *, tlp: str | None = "green", **content: Any) -> dict[str, Any]:
    """An SDO or SRO with the common properties, marked with one TLP level."""
    made: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": sid(kind, called),
        "created": SINCE,
        "modified": SINCE,
    }
    if tlp is not None:
        made["object_marking_refs"] = [TLP[tlp]]
    return {**made, **content}


def malware(called: str = "m", /, **content: Any) -> dict[str, Any]:
    """A malware that names nothing else."""
    return stix("malware", called, **{"name": called, "is_family": False, **content})


def related(source: Mapping[str, Any], target: Mapping[str, Any], kind: str = "uses", **content: Any) -> dict[str, Any]:
    """A relationship between two objects."""
    ends = {"relationship_type": kind, "source_ref": source["id"], "target_ref": target["id"]}
    return stix("relationship", f"{source['id']} {kind} {target['id']}", **{**ends, **content})


def observable(kind: str, called: str, /, *, tlp: str | None = "green", **content: Any) -> dict[str, Any]:
    """A cyber-observable, marked with one TLP level."""
    made = {"type": kind, "spec_version": "2.1", "id": sid(kind, called), **content}
    return made if tlp is None else {**made, "object_marking_refs": [TLP[tlp]]}


def held(
    content: Mapping[str, Any],
    *,
    origins: tuple[str, ...] = ("us",),
    received: tuple[ReceivedTerms, ...] = (),
    at: datetime = NOW - timedelta(days=1),
) -> HeldVersion:
    """A held version; from nobody else unless said."""
    return HeldVersion(StixObject.from_content(content), frozenset(map(PartyId, origins)), at, received)


def terms(sender: str = "fr", onward: Onward | None = None, **more: Any) -> ReceivedTerms:
    """Terms under which something came."""
    return ReceivedTerms(PartyId(sender), AgreementId(f"from-{sender}"), onward or Onward(), **more)


def scaffold() -> list[HeldVersion]:
    """All TLP and PAP markings, a statement, an unknown marking, and the identities of four parties."""
    markings = [*TLP_1.values(), *TLP_2.values(), *PAP_DEFINITIONS.values()]
    marking = {"type": "marking-definition", "spec_version": "2.1", "created": SINCE}
    statement = {**marking, "id": STATEMENT, "definition_type": "statement", "definition": {"statement": "(c)"}}
    unknown = {**marking, "id": UNKNOWN, "definition_type": "x-acme", "definition": {"x-acme": 1}}
    identities = [
        {**stix("identity", f"party {party}", tlp=None), "name": party, "identity_class": "organization"}
        for party in (US, RU, FR, IQ)
    ]
    return [
        *(HeldVersion(made, frozenset({US}), NOW) for made in markings),
        *map(held, [statement, unknown, *identities]),
    ]


def world(*objects: HeldVersion | Mapping[str, Any], views: tuple[View, ...] | None = None, **inputs: Any) -> World:
    """A world of these objects (own ones, where only the content is given) beside the scaffold."""
    versions: dict[StixId, tuple[HeldVersion, ...]] = {}
    for item in (*scaffold(), *objects):
        version = item if isinstance(item, HeldVersion) else held(item)
        versions[version.object.id] = (*versions.get(version.object.id, ()), version)
    chosen = (view(agreement()),) if views is None else views
    return World(
        node=US,
        parties={StixId(party_id(party)): party for party in (US, RU, FR, IQ)},
        views={made.key: made for made in chosen},
        versions=versions,
        regions=load_regions(),
        **inputs,
    )


def under(*clauses: Mapping[str, Any], **more: Any) -> tuple[View, ...]:
    """The view of `ru` under an agreement of these clauses."""
    return (view(agreement(*clauses, **more)),)


def policy(content: Mapping[str, Any], **entries: Any) -> dict[StixId, ObjectPolicy]:
    """What this node has put on an object."""
    return {StixId(content["id"]): ObjectPolicy(**entries)}


def topics(**named: frozenset[str]) -> TopicTable:
    """A table in which STIX labels stand for topics: `topics(isis={"terrorism/isis"})` the other way round."""
    return TopicTable(tuple(TopicDefinition(id=topic, labels=labels) for topic, labels in named.items()))


def compiled(asked: World, now: datetime = NOW) -> Compiled:
    """The world as the rules ask about it."""
    return Compiled(asked, now)


def clauses_in(asked: Compiled, slots: int) -> set[str]:
    """The ids of the clauses whose slots are in a mask, in whichever view; there is nothing else in it."""
    assert not slots & ~asked.slots.every
    return {entry.clause.id for entry in asked.slots.clauses if entry.mask & slots}


def takers_in(asked: Compiled, views: int) -> set[str]:
    """The takers of a set of views; there is nothing else in it."""
    assert not views & ~asked.slots.live
    return {str(key.taker) for key in asked.slots.views_of(views)}


def ref(content: Mapping[str, Any]) -> tuple[StixId, str]:
    """The name of a version."""
    return StixObject.from_content(content).version_ref


def outcome(asked: World, content: Mapping[str, Any], key: ViewKey = VIEW, now: datetime = NOW) -> Outcome:
    """What becomes of one version in one view."""
    return decide_all(asked, now).outcome(ref(content), key)


def decision(asked: World, content: Mapping[str, Any], key: ViewKey = VIEW, now: datetime = NOW) -> Decision:
    """The decision for one version in one view."""
    return decide(asked, decide_all(asked, now), ref(content), key, now)


def failing(asked: World, content: Mapping[str, Any], key: ViewKey = VIEW, now: datetime = NOW) -> set[str]:
    """The rules that withhold one version."""
    return {finding.rule for finding in decision(asked, content, key, now).failing}


def verdicts(asked: World, now: datetime = NOW) -> Verdicts:
    """All verdicts of a world."""
    return decide_all(asked, now)


def standings(found: Verdicts) -> dict[VersionRef, tuple[int, int, int]]:
    """Where each version stands, and the slots of the clauses that match where it is in a view."""
    return {
        name: (version.whole, version.variant, version.matched & found.compiled.slots.spread(version.present))
        for name, version in found.compiled.by_ref.items()
    }
