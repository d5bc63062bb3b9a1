"""Reading views the way TAXII asks (port `Readings`): every filter finds its rows by an index, bytes go out as stored.

A page is located first, as the sequences of its rows, then read. Locating merges one ordered range of an index per
(type, place) that is asked for and stops at the limit, so its cost does not grow with the view; only versions named by
timestamp, without ids, are looked for among all rows. `added_after` becomes a sequence first, since dates grow with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)

from sepakat.exchange.ports import BodyPage, RowPage, RowQuery
from sepakat.exchange.records import Access, PushStatus
from sepakat.stix.identifiers import StixId, type_of
from sepakat.stores.columns import from_microseconds
from sepakat.stores.keys import Keys
from sepakat.stores.published_rows import publication, select_publications
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import (
    FIRST,
    LAST,
    TOMBSTONE,
    WITHDRAWN,
    accesses,
    batches,
    bodies,
    publications,
    push_statuses,
)
from sepakat.stores.statements import in_bounds, insert_all

_STATUSES = Form(PushStatus, push_statuses, ("id",))
_ACCESSES = Form(Access, accesses, ("key",))

_SPEC_VERSION = "2.1"
_MOST_RANGES = 200
_ALL, _FIRST, _LAST = "all", "first", "last"

_BODY_OF_PUBLICATION = 5

Located = Select[Any] | CompoundSelect[Any]

_row = publications.c


_NO_KEY = -1
"""The key of nothing: keys count from 1."""


class _Found(NamedTuple):
    rows: list[Sequence[Any]]
    more: bool


class SqlReadings:
    """The port `Readings` over one connection."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys
        self._statuses = RecordRows(connection, _STATUSES)
        self._accesses = RecordRows(connection, _ACCESSES)

    def page(self, query: RowQuery) -> RowPage:
        found = self._page(query, select_publications(), _BODY_OF_PUBLICATION)
        return RowPage(tuple(map(publication, found.rows)), found.more)

    def bodies(self, query: RowQuery) -> BodyPage:
        added = type_coerce(_row.date_added, BigInteger)
        stored = select(_row.sequence, added, bodies.c.body).join_from(
            publications, bodies, bodies.c.key == _row.body_key
        )
        found = self._page(query, stored, 2)
        if not found.rows:
            return BodyPage((), found.more)
        first, last = found.rows[0], found.rows[-1]
        dates = (from_microseconds(first[1]), from_microseconds(last[1]))
        return BodyPage(tuple(row[2] for row in found.rows), found.more, last[0], *dates)

    def count(self, collection: str) -> int:
        is_live = and_(_row.collection_key == self._keys.collection(collection), _row.place > WITHDRAWN)
        return self._connection.scalar(select(func.count()).select_from(publications).where(is_live)) or 0

    def note_access(self, access: Access) -> None:
        insert_all(self._connection, accesses, [_ACCESSES.values(access)])

    def accesses(self, limit: int = 100) -> list[Access]:
        return self._accesses.many(by=(accesses.c.key.desc(),), limit=limit)

    def put_status(self, status: PushStatus) -> None:
        self._statuses.put(status)

    def status(self, id_: str) -> PushStatus | None:
        return self._statuses.one(push_statuses.c.id == id_)

    def _page(self, query: RowQuery, wanted: Select[Any], body_at: int) -> _Found:
        """Read `wanted` of the rows of a page; `body_at` is the place of their bytes among the columns."""
        located = self._located(query)
        if located is None:
            return _Found([], more=False)
        sequences = select(located.limit(query.limit + 1).subquery("located").c.sequence)
        of_collection = _row.collection_key == self._keys.collection(query.collection)
        found = wanted.where(of_collection, _row.sequence.in_(sequences))
        statement = in_bounds(self._connection, found, _row.sequence, bodies.c.body, query.byte_limit)
        rows: list[Sequence[Any]] = []
        size = 0
        # Rows are taken one by one, so that no more than a page of bytes is ever in memory.
        with self._connection.execute(statement) as result:
            for row in result:
                size += len(row[body_at])
                if len(rows) == query.limit or (rows and size > query.byte_limit):
                    return _Found(rows, more=True)
                rows.append(row)
        return _Found(rows, more=False)

    def _located(self, query: RowQuery) -> Located | None:
        """The sequences of all rows that match, in order; None if no row can."""
        key = self._keys.collection(query.collection)
        is_other_spec = query.spec_versions and _SPEC_VERSION not in query.spec_versions
        if key is None or is_other_spec or query.limit < 1:
            return None
        after = self._after(key, query)
        common = (_row.collection_key == key, _row.sequence > after)
        versions = query.versions or frozenset({_LAST})
        is_wanted = _version_filter(versions, query.tombstones_only)
        if query.ids:
            wanted = (StixId(one) for one in query.ids if not query.types or type_of(one) in query.types)
            # What is not held is looked for all the same: else fewer statements would tell the reader what is.
            object_keys = sorted(self._keys.objects(wanted).values()) or [_NO_KEY]
            in_ids = _row.object_key.in_(object_keys)
            return select(_row.sequence).where(*common, in_ids, is_wanted).order_by(_row.sequence)
        types = [found for one in sorted(query.types) if (found := self._keys.type(one)) is not None]
        if query.types and not types:
            types = [_NO_KEY]
        ranges = list(_ranges(types, _places(versions, query.tombstones_only)))
        if (versions - {_ALL, _FIRST, _LAST} and _ALL not in versions) or len(ranges) > _MOST_RANGES:
            in_types = [_row.type_key.in_(types)] if types else []
            return select(_row.sequence).where(*common, *in_types, is_wanted).order_by(_row.sequence)
        return _merged([select(_row.sequence).where(*common, *one) for one in ranges])

    def _after(self, key: int, query: RowQuery) -> int:
        """The sequence after which reading begins."""
        if query.added_after is None:
            return query.after_sequence
        # The last run of rows that begins at or before that date has the place, or the next run is the place.
        run = (
            select(batches.c.first_sequence, batches.c.last_sequence)
            .where(batches.c.collection_key == key, batches.c.first_added <= query.added_after)
            .order_by(batches.c.first_added.desc(), batches.c.first_sequence.desc())
            .limit(1)
        )
        found = self._connection.execute(run).first()
        if found is None:
            return query.after_sequence
        not_later = select(func.max(_row.sequence)).where(
            _row.collection_key == key,
            _row.sequence.between(*found),
            _row.date_added <= query.added_after,
        )
        return max(query.after_sequence, self._connection.scalar(not_later) or 0)


def _places(versions: Iterable[str], tombstones_only: bool) -> list[int]:
    """The places that `all`, `first` and `last` stand for."""
    wanted = set(versions)
    return [
        place
        for place in range(FIRST + LAST + TOMBSTONE + 1)
        if (_ALL in wanted or (_FIRST in wanted and place & FIRST) or (_LAST in wanted and place & LAST))
        and (place & TOMBSTONE or not tombstones_only)
    ]


def _version_filter(versions: frozenset[str], tombstones_only: bool) -> ColumnElement[bool]:
    named = sorted(versions - {_ALL, _FIRST, _LAST})
    is_wanted = _row.place.in_(_places(versions, tombstones_only))
    if not named:
        return is_wanted
    least = TOMBSTONE if tombstones_only else 0
    return or_(is_wanted, and_(_row.version.in_(named), _row.place >= least))


def _ranges(types: Sequence[int], wanted: Sequence[int]) -> Iterable[tuple[ColumnElement[bool], ...]]:
    """One condition per range of an index."""
    if not types:
        return ((_row.place == place,) for place in wanted)
    return ((_row.type_key == one, _row.place == place) for one, place in product(types, wanted))


def _merged(ranges: Sequence[Select[Any]]) -> Located:
    if len(ranges) == 1:
        return ranges[0].order_by(_row.sequence)
    merged = union_all(*ranges)
    return merged.order_by(merged.selected_columns.sequence)
