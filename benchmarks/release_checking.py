"""Checks random pairs of what the release benchmark decided against the oracle, in the world that was timed.

The oracle is quadratic, so it is asked in a part of the world: for one version in one view, everything that its answer
can hang on. That is what the version refers to and derives from, and, where a clause that could match asks for topics
or regions that the version itself does not show, the relationships whose other end does; and so on for all of these.
Whatever else the world holds cannot change the answer, so the oracle's answer there is its answer everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from sepakat.release.engine import Verdicts
from sepakat.release.question import World as EngineWorld
from tests.oracle.clauses import matches_by_itself
from tests.oracle.content import references
from tests.oracle.evidence import own_regions, own_topics, region_lies_in, topic_lies_in
from tests.oracle.fixpoint import answers
from tests.oracle.plain import Grant, Version, View, World
from tests.property.comparison import differences

MOST = 60
"""Versions of one part: the oracle takes too long for a larger one, and another pair is drawn."""
_SCAFFOLD = ("marking-definition--", "extension-definition--")


class Parts:
    """Finds the part of a world that the answer for one pair can hang on."""

    def __init__(self, world: World, now: datetime) -> None:
        self._world, self._now = world, now
        self._held: dict[str, list[Version]] = {}
        self._links: dict[str, list[Version]] = {}
        self._derived: dict[str, list[Version]] = {}
        self._grants: dict[str, list[Grant]] = {}
        self._evidence: dict[tuple[int, int], bool] = {}
        for version in world.versions:
            self._held.setdefault(version.id, []).append(version)
            for end in _ends(version):
                self._links.setdefault(end, []).append(version)
            if version.content.get("relationship_type") == "derived-from":
                self._derived.setdefault(version.content["source_ref"], []).append(version)
        for grant in world.grants:
            self._grants.setdefault(grant.object_id, []).append(grant)
        self._always = [
            identifier for identifier in self._held if identifier.startswith(_SCAFFOLD) or identifier in world.parties
        ]

    def is_scaffold(self, identifier: str) -> bool:
        """Whether the answer hangs on everything in the view."""
        return identifier in self._always

    def around(self, version: Version, view: View) -> World | None:
        """The part for one version in one view; None when it is too large."""
        ids: set[str] = set(self._always)
        waiting, size = [version.id], 0
        while waiting:
            identifier = waiting.pop()
            if identifier not in ids:
                ids.add(identifier)
                size += len(self._held.get(identifier, ()))
                if size > MOST:
                    return None
                for held in self._held.get(identifier, ()):
                    waiting += self._hangs_on(held, view)
        return self._part(ids, view)

    def _part(self, ids: set[str], view: View) -> World:
        return replace(
            self._world,
            views=(view,),
            versions=tuple(version for identifier in sorted(ids) for version in self._held.get(identifier, ())),
            grants=tuple(grant for identifier in sorted(ids) for grant in self._grants.get(identifier, ())),
        )

    def _hangs_on(self, version: Version, view: View) -> Iterator[str]:
        yield from self._named(version)
        narrow = [clause for clause in self._could_match(version, view) if _asks_for_evidence(clause)]
        if not narrow:
            return
        if _ends(version):
            yield from _ends(version)
        for link in self._links.get(version.id, ()):
            others = [end for end in _ends(link) if end != version.id]
            if any(
                self._shows(other, clause) for end in others for other in self._held.get(end, ()) for clause in narrow
            ):
                yield link.id
                yield from others

    def _named(self, version: Version) -> Iterator[str]:
        for _, target in references(version.content):
            yield target
        for link in self._derived.get(version.id, ()):
            yield link.id

    def _could_match(self, version: Version, view: View) -> Iterator[Mapping[str, Any]]:
        """The clauses that match but for topic and region, asked where all is held that they look at."""
        ids = {*self._always, version.id}
        waiting = [version.id]
        while waiting:
            for held in self._held.get(waiting.pop(), ()):
                new = {target for target in self._named(held) if target not in ids}
                ids |= new
                waiting += new
        part = self._part(ids, view)
        return (
            clause
            for clause in view.document.get("share", [])
            if view.in_force and matches_by_itself(part, version, view, clause, self._now)
        )

    def _shows(self, other: Version, clause: Mapping[str, Any]) -> bool:
        """Whether a version could be evidence for a clause, which hangs on nothing else and is kept."""
        known = self._evidence.get((id(other), id(clause)))
        if known is None:
            known = self._evidence[id(other), id(clause)] = self._find_evidence(other, clause)
        return known

    def _find_evidence(self, other: Version, clause: Mapping[str, Any]) -> bool:
        part = self._part({other.id, *(target for target in self._named(other))}, View(("", ""), {}, in_force=False))
        topics, regions = clause.get("topics"), clause.get("regions")
        if isinstance(topics, Mapping) and topics["any"] != "any":
            found = own_topics(part, other)
            if any(topic_lies_in(topic, wanted) for topic in found for wanted in topics["any"]):
                return True
        if isinstance(regions, Mapping) and regions["any"] != "any":
            there = own_regions(part, other)
            return any(region_lies_in(part, region, wanted) for region in there for wanted in regions["any"])
        return False


def check(
    world: World, engine: EngineWorld, verdicts: Verdicts, now: datetime, pairs: int, seed: int = 1
) -> Mapping[str, Any]:
    """Compare so many random pairs; gives how many of each answer there were, and every disagreement."""
    parts, random = Parts(world, now), Random(seed)
    found: dict[str, Any] = {"pairs": 0, "too large a part": 0, "whole": 0, "variant": 0, "out": 0, "largest part": 0}
    wrong: list[str] = []
    while found["pairs"] < pairs:
        version, view = random.choice(world.versions), random.choice(world.views)
        if parts.is_scaffold(version.id):
            continue
        part = parts.around(version, view)
        if part is None:
            found["too large a part"] += 1
            continue
        answer = answers(part, now)[version.ref, view.name]
        wrong += differences(engine, verdicts, version.ref, view.name, answer)
        found["pairs"] += 1
        found[answer.status] += 1
        found["largest part"] = max(found["largest part"], len(part.versions))
    return {**found, "disagreements": wrong}


def _asks_for_evidence(clause: Mapping[str, Any]) -> bool:
    return any(isinstance(clause.get(key), Mapping) and clause[key]["any"] != "any" for key in ("topics", "regions"))


def _ends(version: Version) -> tuple[str, ...]:
    content = version.content
    if version.type == "relationship":
        return (content["source_ref"], content["target_ref"])
    if version.type == "sighting":
        return (content["sighting_of_ref"], *content.get("where_sighted_refs", ()))
    return ()
