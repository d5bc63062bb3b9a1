"""What a version is about, with where it shows: own topics and regions, and those over relationships, for explanations.

`hopeful` takes a relationship as in the view where only its ends could keep it out: so a version that something else
withholds is not said to lack its topic besides.
"""

from __future__ import annotations

from sepakat.release.compiled import Compiled
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.versions import Version


class Evidence:
    """The evidence of topic and region for one version."""

    def __init__(self, world: Compiled, fixpoint: Fixpoint, version: Version, *, hopeful: bool) -> None:
        self._world = world
        self._version = version
        self._connected = [
            (relationship, other, (self._could_be_in(relationship) if hopeful else views) & other.present)
            for relationship, other, views in fixpoint.connected(version, hopeful=hopeful)
        ]

    def slots(self, axis: str) -> int:
        """The slots for which the version is about a wanted topic (or region)."""
        mask = _own(self._version, axis)
        for _, other, views in self._connected:
            mask |= _own(other, axis) & self._world.slots.spread(views)
        return mask

    def names(self, axis: str) -> tuple[str, ...]:
        """The topics (or regions) themselves: its own, then those over relationships with the id they come from."""
        found = dict.fromkeys(sorted(_names(self._version, axis)))
        for _, other, views in self._connected:
            if views:
                for name in sorted(_names(other, axis)):
                    if name not in found:
                        found[f"{name} (of {other.id})"] = None
        return tuple(found)

    def _could_be_in(self, relationship: Version) -> int:
        return relationship.present | self._world.slots.gather(relationship.base_slots)


def _own(version: Version, axis: str) -> int:
    return version.topic_slots if axis == "topic" else version.region_slots


def _names(version: Version, axis: str) -> frozenset[str]:
    return version.own_topics if axis == "topic" else version.own_regions
