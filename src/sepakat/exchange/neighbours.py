"""What an object is linked with, one step away: for a picture and for lists beside an object. Decides nothing.

Reads the references of the object itself, and from the catalogue who refers to it; a relationship stands for a line
between its two ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sepakat.exchange.cataloguing import others_of
from sepakat.exchange.consulting import closed_to
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import StoredVersion
from sepakat.exchange.titles import title_of
from sepakat.stix.identifiers import StixId
from sepakat.stix.references import references

MOST = 24
"""How many neighbours are shown."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One object one step away. `title` is empty for what is not held, and the type alone before a purpose was said."""

    id: StixId
    type: str
    title: str
    link: str
    """The type of the relationship, or the property that refers."""
    is_outward: bool
    """From the object to the neighbour; else the other way."""


def neighbours(node: Node, object_id: StixId, user: str) -> tuple[Neighbour, ...]:
    """What an object is linked with, at most `MOST`, each once for each kind of link, as a person may see it."""
    with node.store.reading() as unit:
        held = unit.objects.get(object_id)
        rows = unit.catalogue.linked(object_id, 2 * MOST)
        referring = unit.objects.get_many(row.id for row in rows)
        found = list(_outward(held[-1]) if held else ())
        for row in rows:
            versions = referring.get(row.id)
            if versions:
                found += _through(object_id, versions[-1])
        named = _named(unit, list(dict.fromkeys(found))[:MOST])
    closed = closed_to(node, user, [one.id for one in named])
    return tuple(replace(one, title=one.type) if one.id in closed else one for one in named)


def _outward(version: StoredVersion) -> Iterator[tuple[StixId, str, bool]]:
    content = version.object.content
    for reference in references(content):
        if reference.target not in others_of(content) and reference.target != version.object.id:
            yield reference.target, str(reference.path[0]), True


def _through(object_id: StixId, version: StoredVersion) -> Iterator[tuple[StixId, str, bool]]:
    content = version.object.content
    if version.object.type != "relationship":
        yield version.object.id, version.object.type, False
        return
    kind = str(content.get("relationship_type", ""))
    if content.get("source_ref") == object_id:
        yield StixId(str(content.get("target_ref"))), kind, True
    else:
        yield StixId(str(content.get("source_ref"))), kind, False


def _named(unit: Unit, found: Sequence[tuple[StixId, str, bool]]) -> tuple[Neighbour, ...]:
    held = unit.objects.get_many(dict.fromkeys(id_ for id_, _, _ in found))
    return tuple(
        Neighbour(
            id_,
            id_.partition("--")[0],
            title_of(held[id_][-1].object.content) if held.get(id_) else "",
            link,
            is_outward,
        )
        for id_, link, is_outward in found
    )
