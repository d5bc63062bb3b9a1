"""What a held object is about and where: the topics, regions and points that watch areas ask for.

Reads the object, what it names directly, and the annotations on both, as the release rule's `own` evidence does. It is
for the node's own people and decides nothing about release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sepakat.agreements.regions import load_regions
from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.claims.areas import MOST_KM, Point
from sepakat.exchange.ports import Unit
from sepakat.stix.identifiers import StixId
from sepakat.stix.references import targets

Circle = tuple[float, float, float]
"""Latitude, longitude and kilometres."""

_PLACES = ("country", "region", "administrative_area")
_NAMES = ("name", "aliases", "x_mitre_aliases")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Topics, region codes and points of one object."""

    topics: frozenset[str]
    regions: frozenset[str]
    points: tuple[Point, ...]
    circles: tuple[Circle, ...] = ()
    """Around those points that say how exact they are: within so many kilometres."""


class Whereabout:
    """Finds them for the objects of one unit; the table of topics is read once."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        definitions = (
            TopicDefinition(one.id, one.entities, one.names, labels=one.labels) for one in unit.policies.topics()
        )
        self._topics = TopicTable(tuple(definitions))
        self._regions = load_regions()

    def of(self, content: Mapping[str, Any]) -> Whereabouts:
        """Of an object by its content."""
        own = StixId(content["id"])
        named = sorted(targets(content) - {own})
        contents = [content]
        contents += [versions[-1].object.content for _, versions in sorted(self._unit.objects.get_many(named).items())]
        topics = self._topics.topics_of(
            labels=(one for one in content.get("labels", ()) if isinstance(one, str)),
            ids=[own, *named],
            names=(name for one in contents for name in _names(one)),
        )
        regions: set[str] = set()
        points: list[Point] = []
        circles: list[Circle] = []
        for policy in filter(None, map(self._unit.policies.get, [own, *named])):
            topics |= policy.topics
            regions |= policy.regions
        for one in contents:
            if one.get("type") == "location":
                codes = (self._regions.resolve(one[name]) for name in _PLACES if isinstance(one.get(name), str))
                regions |= {code for code in codes if code is not None}
                points += _point(one)
                circles += _circle(one)
        return Whereabouts(frozenset(topics), frozenset(regions), tuple(points), tuple(circles))


def _names(content: Mapping[str, Any]) -> Iterable[str]:
    for name in _NAMES:
        value = content.get(name)
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


def _point(content: Mapping[str, Any]) -> list[Point]:
    latitude, longitude = content.get("latitude"), content.get("longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return [(float(latitude), float(longitude))]
    return []


def _circle(content: Mapping[str, Any]) -> list[Circle]:
    """`precision` is in metres (STIX 2.1, section 4.8)."""
    metres = content.get("precision")
    if not isinstance(metres, int | float) or not 0 < metres / 1000 <= MOST_KM:
        return []
    return [(*point, metres / 1000) for point in _point(content)]
