"""Reading views the way TAXII asks (port `Readings`): every filter finds its rows by an index, bytes go out as stored.

A page is located first, as the sequences of its rows, then read. Locating merges one ordered range of an index per
(type, place) that is asked for and stops at the limit, so its cost does not grow with the view; only versions named by
timestamp, without ids, are looked for among all rows. `added_after` becomes a sequence first, since dates grow with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, func, select, type_coerce

from sepakat.exchange.ports import BodyPage, RowPage, RowQuery
from sepakat.exchange.records import Access, PushStatus
from sepakat.stix.identifiers import StixId, type_of
from sepakat.stores.columns import pack_id, to_microseconds
from sepakat.stores.joined_pages import joined_page
from sepakat.stores.keys import Keys
from sepakat.stores.located_rows import ALL, MOST_RANGES, Shape, locating, locating_some, places_of
from sepakat.stores.published_rows import publication, select_publications
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import WITHDRAWN, accesses, batches, bodies, publications, push_statuses
from sepakat.stores.statements import in_bounds, insert_all, run_prepared

_STATUSES = Form(PushStatus, push_statuses, ("id",))
_ACCESSES = Form(Access, accesses, ("key",))

_SPEC_VERSION = "2.1"
_KEYWORDS = frozenset({ALL, "first", "last"})
_BODY_OF_PUBLICATION = 5
_row = publications.c
_NO_KEY = -1
"""The key of nothing: keys count from 1."""


class _Found(NamedTuple):
    rows: list[Sequence[Any]]
    more: bool


class _Located(NamedTuple):
    """How the rows of a query are found: by a statement of this shape with these values."""

    shape: Shape
    values: Mapping[str, Any]


class SqlReadings:
    """The port `Readings` over one connection."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys
        self._statuses = RecordRows(connection, _STATUSES)
        self._accesses = RecordRows(connection, _ACCESSES)

    def page(self, query: RowQuery) -> RowPage:
        found = self._page(query, self._located(query), select_publications(), _BODY_OF_PUBLICATION)
        return RowPage(tuple(map(publication, found.rows)), found.more)

    def bodies(self, query: RowQuery, *, is_dated: bool = False) -> BodyPage:
        located = self._located(query)
        if located is not None and located.shape.is_fixed:
            page = joined_page(self._connection, located.shape, located.values, query, is_dated=is_dated)
            if page is not None:
                return page
        found = self._page(query, located, _STORED, 2)
        if not found.rows:
            return BodyPage(b"", 0, found.more)
        added = tuple(row[1] for row in (found.rows if is_dated else (found.rows[0], found.rows[-1])))
        joined = b",".join(row[2] for row in found.rows)
        return BodyPage(joined, len(found.rows), found.more, found.rows[-1][0], added)

    def count(self, collection: str) -> int:
        is_live = and_(_row.collection_key == self._keys.collection(collection), _row.place > WITHDRAWN)
        return self._connection.scalar(select(func.count()).select_from(publications).where(is_live)) or 0

    def unread(self, collection: str, after: int) -> int:
        of_collection = _row.collection_key == self._keys.collection(collection)
        newest = places_of(("last",), tombstones_only=False)
        beyond = select(func.count()).where(of_collection, _row.place.in_(newest), _row.sequence > after)
        return self._connection.scalar(beyond) or 0

    def note_access(self, *noted: Access) -> None:
        insert_all(self._connection, accesses, [_ACCESSES.values(access) for access in noted])

    def accesses(self, limit: int = 100) -> list[Access]:
        return self._accesses.many(by=(accesses.c.key.desc(),), limit=limit)

    def polls(self, account: str) -> Mapping[str, tuple[datetime, int]]:
        one = accesses.c
        last = select(one.collection, func.max(one.at), func.max(one.reached)).where(one.account == account)
        rows = self._connection.execute(last.group_by(one.collection))
        return {collection: (at, reached or 0) for collection, at, reached in rows}

    def put_status(self, status: PushStatus) -> None:
        self._statuses.put(status)

    def status(self, id_: str) -> PushStatus | None:
        return self._statuses.one(push_statuses.c.id == id_)

    def _page(self, query: RowQuery, located: _Located | None, wanted: Select[Any], body_at: int) -> _Found:
        """Read `wanted` of the rows of a page; `body_at` is the place of their bytes among the columns."""
        if located is None:
            return _Found([], more=False)
        located_rows = locating_some if self._connection.dialect.name == "postgresql" else locating
        found_rows = located_rows(located.shape).limit(query.limit + 1).subquery("located")
        sequences = select(found_rows.c.sequence)
        found = wanted.where(_row.collection_key == located.values["collection"], _row.sequence.in_(sequences))
        statement = in_bounds(self._connection, found, _row.sequence, bodies.c.body, query.byte_limit)
        rows: list[Sequence[Any]] = []
        size = 0
        # Rows are taken one by one, so that no more than a page of bytes is ever in memory.
        values = {**located.values, "one_more": query.limit + 1}
        with self._connection.execute(statement, values) as result:
            for row in result:
                size += len(row[body_at])
                if len(rows) == query.limit or (rows and size > query.byte_limit):
                    return _Found(rows, more=True)
                rows.append(row)
        return _Found(rows, more=False)

    def _located(self, query: RowQuery) -> _Located | None:
        """How all rows that match are found, in order; None if no row can match."""
        key = self._keys.collection(query.collection)
        is_other_spec = query.spec_versions and _SPEC_VERSION not in query.spec_versions
        if key is None or is_other_spec or query.limit < 1:
            return None
        versions = query.versions or frozenset({"last"})
        named = frozenset() if ALL in versions else versions - _KEYWORDS
        values: dict[str, Any] = {"collection": key, "after": self._after(key, query)}
        places = places_of(versions, tombstones_only=query.tombstones_only)
        types: list[int] = []
        if query.ids:
            wanted = [StixId(one) for one in query.ids if not query.types or type_of(one) in query.types]
            if len(wanted) == 1:
                values["object_id"] = pack_id(wanted[0])
            else:
                # What is not held is looked for all the same: else fewer statements would tell the reader what is.
                values["object_keys"] = sorted(self._keys.objects(wanted).values()) or [_NO_KEY]
        elif query.types:
            types = [found for one in sorted(query.types) if (found := self._keys.type(one)) is not None] or [_NO_KEY]
            values |= {f"type_{number}": one for number, one in enumerate(types)}
        if named:
            values["named"] = sorted(named)
        shape = Shape(
            places,
            len(types),
            is_one_object="object_id" in values,
            has_objects="object_keys" in values,
            has_named=bool(named),
            tombstones_only=query.tombstones_only,
            is_merged=not (named or query.ids or max(len(types), 1) * len(places) > MOST_RANGES),
        )
        return _Located(shape, values)

    def _after(self, key: int, query: RowQuery) -> int:
        """The sequence after which reading begins."""
        if query.added_after is None:
            return query.after_sequence
        # The last run of rows that begins at or before that date has the place, or the next run is the place.
        after = to_microseconds(query.added_after)
        found = run_prepared(self._connection, _LAST_RUN, {"collection": key, "added_after": after})
        if not found:
            return query.after_sequence
        first, last = found[0]
        values = {"collection": key, "added_after": after, "first": first, "last": last}
        not_later = run_prepared(self._connection, _LAST_OF_RUN, values)
        return max(query.after_sequence, not_later[0][0] or 0)


_STORED = select(_row.sequence, type_coerce(_row.date_added, BigInteger), bodies.c.body).join_from(
    publications, bodies, bodies.c.key == _row.body_key
)
_ADDED_AFTER = bindparam("added_after", type_=BigInteger)
_LAST_RUN = (
    select(batches.c.first_sequence, batches.c.last_sequence)
    .where(
        batches.c.collection_key == bindparam("collection"),
        type_coerce(batches.c.first_added, BigInteger) <= _ADDED_AFTER,
    )
    .order_by(batches.c.first_added.desc(), batches.c.first_sequence.desc())
    .limit(1)
)
_LAST_OF_RUN = select(func.max(_row.sequence)).where(
    _row.collection_key == bindparam("collection"),
    _row.sequence.between(bindparam("first"), bindparam("last")),
    type_coerce(_row.date_added, BigInteger) <= _ADDED_AFTER,
)
