"""What a version is about by itself: its own topics and regions (`own` in DESIGN section 4, rule 4).

Reads the version, the node's topic table and annotations, and the held content of locations that it names; never
another object's evidence. What comes from one hop away is added by the fixpoint, over relationships that are in the
view.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sepakat.release.object_facts import Reading
from sepakat.release.question import NO_POLICY, ObjectPolicy, World
from sepakat.stix.identifiers import StixId, type_of

_NOTHING: frozenset[str] = frozenset()
_PLACES = ("country", "region", "administrative_area")


class OwnEvidence:
    """Own topics and regions of versions in one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._topics_by_id: dict[StixId, frozenset[str]] = {}
        self._regions_by_id: dict[StixId, frozenset[str]] = {}

    def forget(self, identifier: StixId) -> None:
        """Look again at what an id stands for when it is asked next."""
        self._topics_by_id.pop(identifier, None)
        self._regions_by_id.pop(identifier, None)

    def topics(self, reading: Reading) -> frozenset[str]:
        """Topics by `labels`, by name and aliases, by its id and the ids it names, by annotation on any of them."""
        known = self._topics_by_id
        topics: frozenset[str] = _NOTHING
        for identifier in (reading.id, *reading.named):
            there = known.get(identifier)
            if there is None:
                there = self._topics_of_id(identifier)
            if there:
                topics |= there
        for name in reading.names:
            there = self._world.topics.topics_of_folded(name)
            if there:
                topics |= there
        return topics | self._world.topics.topics_of(labels=reading.labels) if reading.labels else topics

    def regions(self, reading: Reading, content: Mapping[str, Any]) -> frozenset[str]:
        """Regions of a location itself, of the locations it names, by annotation on it or on what it names."""
        regions = self._policy(reading.id).regions
        if reading.type == "location":
            regions |= frozenset(self._places(content))
        known = self._regions_by_id
        for target in reading.named:
            there = known.get(target)
            if there is None:
                there = self._regions_of_id(target)
            if there:
                regions |= there
        return regions

    def _topics_of_id(self, identifier: StixId) -> frozenset[str]:
        found = self._world.topics.topics_of_id(identifier)
        policy = self._world.policies.get(identifier)
        if policy is not None and policy.topics:
            found |= policy.topics
        self._topics_by_id[identifier] = found
        return found

    def _regions_of_id(self, identifier: StixId) -> frozenset[str]:
        found = self._policy(identifier).regions
        if type_of(identifier) == "location":
            for version in self._world.versions.get(identifier, ()):
                found |= frozenset(self._places(version.object.content))
        self._regions_by_id[identifier] = found
        return found

    def _places(self, content: Mapping[str, Any]) -> Iterator[str]:
        for name in _PLACES:
            text = content.get(name)
            if isinstance(text, str):
                code = self._world.regions.resolve(text)
                yield text if code is None else code

    def _policy(self, identifier: StixId) -> ObjectPolicy:
        return self._world.policies.get(identifier, NO_POLICY)
