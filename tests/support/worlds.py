"""Random worlds for the release rule, each from one seed, as the oracle sees them (`worlds_engine` turns them).

A world has two to four parties, up to six views, 3 to 25 objects and every policy input: so mixed that a good share
both releases and withholds, and a share cuts. `shares` says what a world did; `SHARES` what a run must reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from tests.oracle.content import leaves
from tests.oracle.fixpoint import Answer
from tests.oracle.plain import Grant, Policy, Ref, Terms, Topic, Version, View, ViewName, World
from tests.support.worlds_agreements import Drafting
from tests.support.worlds_claims import CARRIERS, add_claim
from tests.support.worlds_objects import (
    DOMAIN_OBJECTS,
    OBSERVABLES,
    UNKNOWN_EXTENSION,
    Plan,
    own_properties,
    stamp,
)

Chooser: TypeAlias = Random
"""A source of choices that its seed determines."""

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PARTIES = ("us", "ru", "iq", "fr", "cert-nl")

_MARKING = "marking-definition--"
CLEAR = _MARKING + "94868c89-83c2-464b-929b-a1a8aa3c8487"
GREEN = _MARKING + "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
AMBER = _MARKING + "55d920b0-5e8b-4f79-9ee9-91f868d9b421"
AMBER_STRICT = _MARKING + "939a9414-2ddd-4d32-a0cd-375ea402b003"
RED = _MARKING + "e828b379-4e03-4974-9ac4-e53a884c97c1"
OLD_WHITE = _MARKING + "613f2e26-407d-48c7-9eca-b8e91df99dc9"
OLD_AMBER = _MARKING + "f88d31f6-486f-44da-b317-01333bde0b82"
PAP_GREEN = _MARKING + "c43594d1-4b11-4c59-93ab-1c9b14d53ce9"
PAP_RED = _MARKING + "740d36e5-7714-4c30-961a-3ae632ceee0e"
REL_TO_RU = _MARKING + "00000000-0000-4000-8000-000000000004"
REL_TO_MANY = _MARKING + "00000000-0000-4000-8000-000000000005"
RELEASABLE = {REL_TO_RU: ["RU"], REL_TO_MANY: ["FR", "IQ", "RU", "US"]}
COUNTRIES = {"us": "US", "ru": "RU", "iq": "IQ", "fr": "FR"}
STATEMENT = _MARKING + "00000000-0000-4000-8000-000000000001"
UNKNOWN = _MARKING + "00000000-0000-4000-8000-000000000002"
NOT_HELD = _MARKING + "00000000-0000-4000-8000-000000000003"
HELD_FIXED = (CLEAR, GREEN, AMBER, AMBER_STRICT, RED, OLD_WHITE, OLD_AMBER, PAP_GREEN, PAP_RED)

TOPICS = (
    Topic("terrorism"),
    Topic("terrorism/isis", names=frozenset({"da'ish"}), labels=frozenset({"isis"})),
    Topic("terrorism/sources", names=frozenset({"Informant"}), labels=frozenset({"leak"})),
    Topic("cyber", labels=frozenset({"ransom"})),
    Topic("cyber-crime", labels=frozenset({"cyber"})),
    Topic("trade", names=frozenset({"Grain  Deal"})),
)
REGION_PARENTS: dict[str, tuple[str, ...]] = {
    "asia": (),
    "europe": (),
    "middle-east": (),
    "western-asia": ("asia",),
    "western-europe": ("europe",),
    "eastern-europe": ("europe",),
    "IQ": ("western-asia", "middle-east"),
    "SY": ("western-asia", "middle-east"),
    "FR": ("western-europe",),
    "RU": ("eastern-europe",),
    "IQ-AN": ("IQ",),
}
REGION_SPELLINGS = {code.lower(): code for code in REGION_PARENTS} | {"irq": "IQ", "iraq": "IQ", "anbar": "IQ-AN"}

SHARES = {"releases and withholds": 0.25, "cuts": 0.10}


@dataclass(frozen=True)
class Case:
    """A world and the instant at which it is asked."""

    seed: int
    world: World
    now: datetime = NOW


def random_case(seed: int) -> Case:
    """The world of a seed; the same on every run."""
    return Case(seed, _Maker(Random(seed)).world())


def shares(world: World, answers: Mapping[tuple[Ref, ViewName], Answer]) -> set[str]:
    """What a world does, of what is counted: releases, withholds, cuts."""
    scaffold = set(world.parties) | {
        version.id for version in world.versions if version.type in ("marking-definition", "extension-definition")
    }
    contents = {version.ref: version.content for version in world.versions}
    found = set()
    for (ref, _), answer in answers.items():
        if ref[0] in scaffold:
            continue
        found.add("withholds" if answer.status == "out" else "releases")
        if answer.projection is not None and _has_lost(contents[ref], answer.projection):
            found.add("cuts")
        if answer.status == "variant":
            found.add("varies")
    if {"withholds", "releases"} <= found:
        found.add("releases and withholds")
    return found


def _has_lost(content: Mapping[str, Any], projection: Mapping[str, Any]) -> bool:
    replaced = {"id", "created", "modified", "created_by_ref"}
    before = [path for path, _ in leaves(content) if path[0] not in replaced]
    return len(before) > len(list(leaves(projection)))


class _Maker:
    """Makes one world."""

    def __init__(self, random: Random) -> None:
        self.plan = Plan(random, NOW)
        self.chance, self.pick, self.some = self.plan.chance, self.plan.pick, self.plan.some
        self.parties = random.sample(PARTIES, random.randint(2, 4))
        self.node = self.parties[0]
        self.others = self.parties[1:]
        self.identity_of = {party: self.plan.new_id("identity") for party in self.parties}
        self.author = self.plan.new_id("identity")
        # Most worlds are generous: with everything at random almost nothing would ever go.
        self.created: list[datetime] = []
        self.drafting = Drafting(self.plan, self.parties, self.created, self.pick((0.6, 0.9, 0.98, 0.98)))

    def world(self) -> World:
        """Everything, in an order in which later parts may look at earlier ones."""
        versions = [*self._scaffold(), *self._objects()]
        views = self._views()
        world = World(
            node=self.node,
            parties={identity: party for party, identity in self.identity_of.items()},
            views=views,
            versions=tuple(versions),
            clients=frozenset(party for party in self.others if self.chance(0.6)),
            topics=self._topics(),
            region_parents=REGION_PARENTS,
            region_spellings=REGION_SPELLINGS,
            claim_extension=CLAIM_EXTENSION,
            variant_extension=VARIANT_EXTENSION,
        )
        return replace(
            world,
            policies=self._policies(views),
            approvals=self._approvals(versions, views),
            grants=self._grants(versions),
        )

    # What is held.

    def _scaffold(self) -> Iterable[Version]:
        long_ago = stamp(NOW - timedelta(days=2000))
        for party, identity in self.identity_of.items():
            content = {"type": "identity", "spec_version": "2.1", "id": identity, "name": party}
            content |= {"identity_class": "organization", "created": long_ago, "modified": long_ago}
            yield self._locally({**content, **({"object_marking_refs": [CLEAR]} if self.chance(0.3) else {})})
        for marking in HELD_FIXED:
            yield self._locally(_definition(marking, long_ago, definition_type="tlp", definition={"tlp": "x"}))
        statement = {"statement": "(c)"}
        yield self._locally(_definition(STATEMENT, long_ago, definition_type="statement", definition=statement))
        for marking, countries in RELEASABLE.items():
            rel_to = _definition(marking, long_ago, definition_type="rel-to", definition={"rel_to": countries})
            yield self._locally({**rel_to, **({"object_marking_refs": [CLEAR]} if self.chance(0.8) else {})})
        unknown = _definition(UNKNOWN, long_ago, definition_type="x-acme", definition={"x-acme": 1})
        yield self._locally({**unknown, **({"object_marking_refs": [CLEAR]} if self.chance(0.5) else {})})
        for extension in (UNKNOWN_EXTENSION, CLAIM_EXTENSION, VARIANT_EXTENSION):
            if self.chance(0.6):
                continue
            yield self._locally(
                {
                    "type": "extension-definition",
                    "spec_version": "2.1",
                    "id": extension,
                    "created_by_ref": self.author if self.chance(0.5) else self.identity_of[self.node],
                    "created": long_ago,
                    "modified": long_ago,
                    "name": "acme",
                    "schema": "https://example.org/acme.json",
                    "version": "1.0",
                    "extension_types": ["property-extension"],
                }
            )

    def _locally(self, content: Mapping[str, Any]) -> Version:
        return Version(content, frozenset({self.node}), NOW - timedelta(days=1000))

    def _objects(self) -> Iterable[Version]:
        count = self.pick((3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25))
        for _ in range(count):
            if self.chance(0.25):
                kind = self.pick(OBSERVABLES)
            elif self.chance(0.3):
                kind = "relationship" if self.chance(0.8) else "sighting"
            else:
                kind = self.pick(DOMAIN_OBJECTS)
            self.plan.ids.append(self.plan.new_id(kind))
        if self.chance(0.4):
            self.plan.ids.append(self.author)
        self.plan.identities = [*self.plan.of("identity"), *self.identity_of.values()]
        for identifier in tuple(self.plan.ids):
            yield from self._versions_of(identifier)

    def _versions_of(self, identifier: str) -> Iterable[Version]:
        is_observable = identifier.partition("--")[0] in OBSERVABLES
        origin = self._source()
        created = self.plan.moment() if self.chance(0.8) else NOW - timedelta(days=self.pick((1, 30, 180, 365)))
        self.created.append(created)
        modified = created
        count = 1 if is_observable or self.chance(0.75) else self.plan.random.randint(2, 3)
        content = own_properties(self.plan, identifier)
        for number in range(count):
            if number and self.chance(0.7):
                content = own_properties(self.plan, identifier)
            head = {"type": identifier.partition("--")[0], "spec_version": "2.1", "id": identifier}
            if not is_observable:
                head |= {"created": stamp(created), "modified": stamp(modified)}
                creator = self._creator(origin)
                if creator is not None:
                    head["created_by_ref"] = creator
            whole = {**head, **content}
            if whole["type"] in CARRIERS and self.chance(0.4):
                add_claim(self.plan, whole)
            self._mark(whole)
            received_at = self.pick((created, NOW - timedelta(hours=1), NOW - timedelta(days=1), NOW, modified))
            yield Version(whole, self._origins(origin), received_at, self._received(origin))
            modified = min(modified + timedelta(days=self.plan.random.randint(1, 40)), NOW) + timedelta(seconds=number)

    def _source(self) -> str:
        if self.chance(0.68):
            return self.node
        return "public" if self.chance(0.15) else str(self.pick(self.others))

    def _creator(self, origin: str) -> str | None:
        if origin == "public":
            return self.author
        if self.chance(0.1):
            return None
        if self.chance(0.08):
            return str(self.pick(list(self.identity_of.values())))
        return self.identity_of[origin]

    def _origins(self, origin: str) -> frozenset[str]:
        # What a partner sent may declare this node as its origin; then the owner's readers decide alone.
        if origin == "public" or self.chance(0.3):
            return frozenset({self.node})
        return frozenset({origin} | ({self.pick(self.parties)} if self.chance(0.08) else set()))

    def _received(self, origin: str) -> tuple[Terms, ...]:
        if origin in (self.node, "public"):
            return (self._terms(self.pick(self.others)),) if self.chance(0.04) else ()
        if self.chance(0.1):
            return ()
        terms = [self._terms(origin)]
        if self.chance(0.3):
            terms.append(self._terms(self.pick([origin, *self.others])))
        return tuple(terms)

    def _terms(self, sender: str) -> Terms:
        return Terms(
            sender,
            self.drafting.onward(),
            clients_allowed=self.chance(0.5),
            roster=frozenset(self.some(self.parties, 4)) if self.chance(0.7) else frozenset(),
        )

    def _mark(self, content: dict[str, Any]) -> None:
        content_paths = [path for path, _ in leaves(content)]
        weights = {CLEAR: 32, GREEN: 26, AMBER: 14, AMBER_STRICT: 8, RED: 6, OLD_WHITE: 2, OLD_AMBER: 2, STATEMENT: 4}
        refs = self.plan.random.choices([*weights, UNKNOWN, NOT_HELD, ""], [*weights.values(), 2, 1, 4])
        refs = [ref for ref in refs if ref]
        if self.chance(0.15):
            refs.append(self.pick((STATEMENT, PAP_GREEN, PAP_GREEN, PAP_RED, AMBER, GREEN, REL_TO_RU, REL_TO_MANY)))
        if refs:
            content["object_marking_refs"] = list(dict.fromkeys(refs))
        if self.chance(0.3):
            count = self.plan.random.randint(1, 2)
            content["granular_markings"] = [self._granular(content_paths) for _ in range(count)]

    def _granular(self, paths: list[tuple[str | int, ...]]) -> dict[str, Any]:
        known = [path for path in paths if path[0] not in ("type", "id", "spec_version", "revoked")]
        chosen = [self._ancestor(path) for path in self.some(known, 2)] if known else [("type",)]
        selectors = list(dict.fromkeys(selector for path in chosen if (selector := _selector(path))))
        if not selectors or self.chance(0.02):
            selectors = ["description"]
        if self.chance(0.1):
            return {"lang": "fr", "selectors": selectors}
        levels = (CLEAR, GREEN, AMBER, AMBER_STRICT, RED, RED, PAP_RED)
        marking = self.pick((*levels, STATEMENT, UNKNOWN, NOT_HELD, REL_TO_RU, REL_TO_MANY))
        return {"marking_ref": marking, "selectors": selectors}

    def _ancestor(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        return path[: self.plan.random.randint(1, len(path))]

    # What is agreed.

    def _views(self) -> tuple[View, ...]:
        views: list[View] = []
        for number in range(self.plan.random.randint(1, 3)):
            takers = self.some(self.others, 2)
            agreement = f"agreement-{number + 1}"
            document = self.drafting.document(agreement, takers)
            views += [View((agreement, taker), document, self.chance(0.88), COUNTRIES.get(taker)) for taker in takers]
        return tuple(views)

    def _topics(self) -> tuple[Topic, ...]:
        entities = frozenset(self.some(self.plan.ids, 2))
        return tuple(replace(topic, entities=entities) if topic.path == "terrorism/isis" else topic for topic in TOPICS)

    # What persons decided.

    def _policies(self, views: tuple[View, ...]) -> dict[str, Policy]:
        names = [view.name for view in views]
        return {identifier: self._policy(names) for identifier in self.plan.ids if self.chance(0.25)}

    def _policy(self, names: list[ViewName]) -> Policy:
        return Policy(
            topics=frozenset(self.some([topic.path for topic in TOPICS], 1) if self.chance(0.4) else ()),
            regions=frozenset(self.some(list(REGION_PARENTS), 1) if self.chance(0.4) else ()),
            person_category=self.pick(("office-holder", "suspect", "other")) if self.chance(0.2) else None,
            necessity=self.pick(("the suspects are at large", "")) if self.chance(0.3) else None,
            markings=(self.pick((GREEN, AMBER, RED, CLEAR, PAP_RED, UNKNOWN)),) if self.chance(0.2) else (),
            hold=self.chance(0.08),
            recalled=self.chance(0.06),
            recalled_views=frozenset(self.some(names, 2)) if self.chance(0.12) else frozenset(),
            expires_at=NOW + timedelta(hours=self.pick((-48, -1, 0, 1))) if self.chance(0.1) else None,
        )

    def _approvals(
        self, versions: list[Version], views: tuple[View, ...]
    ) -> dict[tuple[Ref, ViewName], tuple[tuple[str, datetime], ...]]:
        return {
            (version.ref, view.name): tuple(
                (self.pick(("ann", "bob", "cleo")), NOW + timedelta(minutes=self.pick((-90, -5, -5, 0, 5))))
                for _ in range(self.plan.random.randint(1, 2))
            )
            for version in versions
            for view in views
            if self.chance(0.5)
        }

    def _grants(self, versions: list[Version]) -> tuple[Grant, ...]:
        return tuple(
            Grant(
                origin=self.pick([*version.origins - {self.node}] or self.others),
                grantee=self.node if self.chance(0.95) else self.pick(self.others),
                party=self.pick(self.others),
                object_id=version.id,
                given_at=NOW + timedelta(hours=self.pick((-20, -20, -20, 0, 1))),
                until=NOW + timedelta(hours=self.pick((-1, 0, 30))) if self.chance(0.2) else None,
                withdrawn_at=NOW + timedelta(hours=self.pick((-2, 0, 2))) if self.chance(0.15) else None,
            )
            for version in versions
            for _ in range(2)
            if version.id in self.plan.ids
            and (version.origins != {self.node} or self.chance(0.05))
            and self.chance(0.7)
        )


def _definition(marking: str, created: str, **content: Any) -> dict[str, Any]:
    return {"type": "marking-definition", "spec_version": "2.1", "id": marking, "created": created, **content}


def _selector(path: tuple[str | int, ...]) -> str | None:
    """The selector of a path; None for one that no selector can name."""
    if any(isinstance(step, str) and ("." in step or "[" in step) for step in path):
        return None
    return ".".join(f"[{step}]" if isinstance(step, int) else step for step in path)
