"""How rows of a view are located: statements made once for each shape of a query, with names for its values.

A shape says what a query filters by, not for which values, so there are few; the statement of each is built, and by
`run_prepared` also compiled, once in a process.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    LargeBinary,
    Select,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy import type_coerce as coerced

from sepakat.stores.schema import FIRST, LAST, TOMBSTONE, objects, publications

ALL = "all"
MOST_RANGES = 200
"""So many ranges of an index are merged at most."""

_row = publications.c
_sequence = coerced(_row.sequence, BigInteger).label("sequence")
_added = coerced(_row.date_added, BigInteger).label("added")


class Shape(NamedTuple):
    """What a statement that locates rows depends on.

    Values by name: `collection`, `after`; `type_N` for each type; `object_id` or `object_keys`; `named` versions.
    """

    places: tuple[int, ...]
    types: int
    is_one_object: bool
    has_objects: bool
    has_named: bool
    tombstones_only: bool
    is_merged: bool

    @property
    def is_fixed(self) -> bool:
        """Whether each value is a single one, so that the statement can be compiled for good."""
        return not (self.has_objects or self.has_named) and (self.is_merged or self.is_one_object)


def places_of(versions: Iterable[str], *, tombstones_only: bool) -> tuple[int, ...]:
    """The places that `all`, `first` and `last` stand for."""
    wanted = set(versions)
    return tuple(
        place
        for place in range(FIRST + LAST + TOMBSTONE + 1)
        if (ALL in wanted or ("first" in wanted and place & FIRST) or ("last" in wanted and place & LAST))
        and (place & TOMBSTONE or not tombstones_only)
    )


@lru_cache(maxsize=512)
def locating(shape: Shape, *, with_bodies: bool = False) -> Select[Any] | CompoundSelect[Any]:
    """The sequences of all rows that match, in order; `added` and `body_key` too if they are wanted."""
    found = (select(_sequence, _added, _row.body_key) if with_bodies else select(_sequence)).where(*_common())
    if shape.is_merged:
        merged = [found.where(*one) for one in _ranges(shape)]
        if len(merged) == 1:
            return merged[0].order_by(_row.sequence)
        union: CompoundSelect[Any] = union_all(*merged)
        return union.order_by(union.selected_columns.sequence)
    return found.where(*_objects(shape), _versions(shape)).order_by(_row.sequence)


@lru_cache(maxsize=512)
def locating_some(shape: Shape, most: int | None = None) -> Select[Any] | CompoundSelect[Any]:
    """As `locating`, at most `one_more` rows of each range: PostgreSQL would read a whole view for a page of it.

    `most` in place of that is the same for all pages, for a plan of all of them; what is not taken is not read. With
    `sequence` come `added` and `body_key`, since it is at the row already.
    """
    bound: Any = bindparam("one_more", type_=BigInteger) if most is None else literal_column(str(most))
    found = select(_sequence, _added, _row.body_key).where(*_common())
    if not shape.is_merged:
        return found.where(*_objects(shape), _versions(shape)).order_by(_row.sequence)
    ordered = (found.where(*one).order_by(_row.sequence) for one in _ranges(shape))
    bounded = [one.limit(bound).subquery() for one in ordered]
    merged = [select(one) for one in bounded]
    union = merged[0] if len(merged) == 1 else union_all(*merged)
    return union.order_by(union.selected_columns.sequence)


def _common() -> tuple[ColumnElement[bool], ...]:
    """What holds of every row that is looked for: it is in the view, after what was read."""
    return _row.collection_key == bindparam("collection"), _row.sequence > bindparam("after")


def _ranges(shape: Shape) -> Iterable[tuple[ColumnElement[bool], ...]]:
    """One condition per range of an index."""
    for place in shape.places:
        if not shape.types:
            yield (_row.place == place,)
        for number in range(shape.types):
            yield (_row.type_key == bindparam(f"type_{number}"), _row.place == place)


def _objects(shape: Shape) -> Iterable[ColumnElement[bool]]:
    if shape.is_one_object:
        packed = bindparam("object_id", type_=LargeBinary)
        yield (
            _row.object_key
            == select(objects.c.key).where(coerced(objects.c.id, LargeBinary) == packed).scalar_subquery()
        )
    elif shape.has_objects:
        yield _row.object_key.in_(bindparam("object_keys", expanding=True))
    elif shape.types:
        yield or_(*(_row.type_key == bindparam(f"type_{number}") for number in range(shape.types)))


def _versions(shape: Shape) -> ColumnElement[bool]:
    in_place = or_(*(_row.place == place for place in shape.places)) if shape.places else _row.place < _row.place
    if not shape.has_named:
        return in_place
    least = TOMBSTONE if shape.tombstones_only else 0
    named = _row.version.in_(bindparam("named", expanding=True, type_=_row.version.type))
    return or_(in_place, and_(named, _row.place >= least))
