"""Topics and regions: what a version says by itself, and what it gets from neighbours over relationships in the view.

Only what a neighbour says by itself crosses a relationship, never what it got from others. Design, section 4, rule 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.oracle.content import named_by_reference
from tests.oracle.plain import Version, World

InView = Callable[[Version], bool]
_AREA = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}").fullmatch


def own_topics(world: World, version: Version) -> set[str]:
    """The topics of the version itself and of the entities that it is or directly names."""
    content = version.content
    labels = set(content.get("labels", []))
    names = {_folded(name) for name in [content.get("name"), *content.get("aliases", [])] if isinstance(name, str)}
    ids = {version.id} | named_by_reference(content)
    found = set()
    for topic in world.topics:
        stands_for = topic.entities & ids or topic.labels & labels or {_folded(name) for name in topic.names} & names
        if stands_for or topic.path in labels:
            found.add(topic.path)
    for identifier in ids:
        policy = world.policies.get(identifier)
        if policy is not None:
            found |= policy.topics
    return found


def own_regions(world: World, version: Version) -> set[str]:
    """The regions of the version itself and of the locations and entities that it is or directly names."""
    ids = {version.id} | named_by_reference(version.content)
    found: set[str] = set()
    places = [version] if version.type == "location" else []
    places += [place for identifier in ids for place in world.held(identifier) if place.type == "location"]
    # The location itself is read in this version alone, named ones in all that is held of them.
    for place in places:
        if place.id == version.id and place is not version:
            continue
        for name in ("country", "region", "administrative_area"):
            code = resolve(world, place.content.get(name))
            if code is not None:
                found.add(code)
    for identifier in ids:
        policy = world.policies.get(identifier)
        if policy is not None:
            found |= policy.regions
    return found


def evidence(world: World, version: Version, in_view: InView, own: Callable[[World, Version], set[str]]) -> set[str]:
    """What counts for a clause: `own` of the version, and of neighbours that the view holds."""
    found = set(own(world, version))
    for neighbour in _neighbours(world, version, in_view):
        for other in world.held(neighbour):
            if in_view(other):
                found |= own(world, other)
    return found


def _neighbours(world: World, version: Version, in_view: InView) -> set[str]:
    if version.type in ("relationship", "sighting"):
        return _ends(version)
    found: set[str] = set()
    for link in world.versions:
        if link.type in ("relationship", "sighting") and in_view(link) and version.id in _ends(link):
            found |= _ends(link) - {version.id}
    return found


def _ends(link: Version) -> set[str]:
    content = link.content
    if link.type == "relationship":
        return {content["source_ref"], content["target_ref"]}
    return {content["sighting_of_ref"], *content.get("where_sighted_refs", [])}


def topic_lies_in(inner: str, outer: str) -> bool:
    """Whether a topic is another one or below it."""
    return inner == outer or inner.startswith(outer + "/")


def region_lies_in(world: World, inner: str, outer: str) -> bool:
    """Whether a region is another one or lies in it, through any number of steps."""
    if inner == outer:
        return True
    parents = world.region_parents.get(inner)
    if parents is None:
        parents = (inner[:2],) if _is_unlisted_area(world, inner) else ()
    return any(region_lies_in(world, parent, outer) for parent in parents)


def resolve(world: World, text: object) -> str | None:
    """The code of a region in any spelling that the table knows."""
    if not isinstance(text, str):
        return None
    plain = text.strip()
    if plain.lower() in world.region_spellings:
        return world.region_spellings[plain.lower()]
    return plain.upper() if _is_unlisted_area(world, plain.upper()) else None


def _is_unlisted_area(world: World, code: str) -> bool:
    """Whether an admin area lies in its country by its prefix: not where the table lists that country's areas."""
    area = _AREA(code)
    return (
        area is not None
        and area[1] in world.region_parents
        and not any(_AREA(listed) and listed[:2] == area[1] for listed in world.region_parents)
    )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
