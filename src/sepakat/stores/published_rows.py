"""Rows of views as `Publication`s: one select for all who read them, and the place of each row among its object's.

The place is computed over the live rows of one view alone, so that nothing withdrawn, and nothing that another view
holds, can be told from what is first and last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, select

from sepakat.exchange.records import Publication, Standing
from sepakat.stix.identifiers import StixId, type_of
from sepakat.stores.schema import (
    FIRST,
    LAST,
    TOMBSTONE,
    WITHDRAWN,
    bodies,
    collections,
    objects,
    publications,
)

_original = objects.alias("original")


class LiveRow(NamedTuple):
    """What the place of a row depends on."""

    version: str
    sequence: int
    is_tombstone: bool


def places(rows: Iterable[LiveRow]) -> dict[int, int]:
    """The place of each live row of one object in one view, by sequence."""
    ordered = sorted(rows)
    found = {row.sequence: TOMBSTONE if row.is_tombstone else 0 for row in ordered}
    if ordered:
        found[ordered[0].sequence] |= FIRST
        found[ordered[-1].sequence] |= LAST
    return found


def standing_of(place: int) -> Standing:
    """The standing that a place says."""
    if place == WITHDRAWN:
        return Standing.WITHDRAWN
    return Standing.TOMBSTONE if place & TOMBSTONE else Standing.LIVE


def select_publications() -> Select[Any]:
    """Rows with their bytes, ids and originals, in the order of `Publication`; no condition, no order."""
    row = publications.c
    return (
        select(
            collections.c.id,
            row.sequence,
            row.date_added,
            objects.c.id,
            row.version,
            bodies.c.body,
            row.digest,
            row.salt,
            row.leaf,
            row.position,
            _original.c.id,
            row.original_version,
            row.outcome,
            row.place,
            row.withdrawn_at,
        )
        .join_from(publications, collections, collections.c.key == row.collection_key)
        .join(bodies, bodies.c.key == row.body_key)
        .join(objects, objects.c.key == row.object_key)
        .join(_original, _original.c.key == row.original_key)
    )


def publication(row: Sequence[Any]) -> Publication:
    """The record of a row that `select_publications` gave."""
    return Publication(
        collection=row[0],
        sequence=row[1],
        date_added=row[2],
        id=StixId(row[3]),
        version=row[4],
        type=type_of(row[3]),
        body=row[5],
        digest=row[6],
        salt=row[7],
        leaf=row[8],
        position=row[9],
        original=(StixId(row[10]), row[11]),
        outcome=row[12],
        standing=standing_of(row[13]),
        withdrawn_at=row[14],
    )


def publications_where(connection: Connection, *where: ColumnElement[bool]) -> list[Publication]:
    """All rows that meet all conditions, by collection, then sequence."""
    order = (publications.c.collection_key, publications.c.sequence)
    return [publication(row) for row in connection.execute(select_publications().where(*where).order_by(*order))]
