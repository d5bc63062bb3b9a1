"""Pages as joined bodies, read by the statement that costs each database least.

SQLite joins the bodies itself, so that no lock of Python changes hands for each object; only where a page stays within
its bounds of bytes, every other is left to the reading of row by row. PostgreSQL gives rows: it sends them on as it
finds them, where one large value is copied, and its memory asked of the system anew, at every step on its way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    LargeBinary,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.exc import DBAPIError

from sepakat.exchange.ports import BodyPage, RowQuery
from sepakat.stores.located_rows import Shape, locating, locating_some
from sepakat.stores.prepared_rows import prepared_rows
from sepakat.stores.schema import bodies
from sepakat.stores.statements import run_prepared

_USUAL = 1024
"""No page of TAXII has as many rows."""


def joined_page(
    connection: Connection, shape: Shape, values: Mapping[str, Any], query: RowQuery, *, is_dated: bool
) -> BodyPage | None:
    """The page of a query, all `added` dates with it if wanted; None where it has to be read row by row."""
    if connection.dialect.name == "postgresql":
        return _measured_page(connection, shape, values, query, is_dated=is_dated)
    asked = {**values, "most": query.limit}
    try:
        with _at_most(connection, query.byte_limit + query.limit):
            (summary,) = run_prepared(connection, _joining(shape, is_dated=is_dated), asked)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.DataError):
            return None
        raise
    count, last, first_added, last_added, joined, dates = summary
    if not count:
        return BodyPage(b"", 0, more=False)
    if count > 1 and len(joined) - (count - 1) > query.byte_limit:
        return None
    is_full = count == query.limit
    more = is_full and bool(run_prepared(connection, _beyond(shape), {**values, "after": last}))
    added = tuple(map(int, dates.split(","))) if is_dated else (first_added, last_added)
    return BodyPage(joined, count, more, last, added)


def _measured_page(
    connection: Connection, shape: Shape, values: Mapping[str, Any], query: RowQuery, *, is_dated: bool
) -> BodyPage:
    """The page from PostgreSQL, whose rows are joined here."""
    asked = {**values, "one_more": query.limit + 1, "most_bytes": query.byte_limit}
    rows = prepared_rows(connection, _measured(shape, max(_USUAL, 1 << query.limit.bit_length())), asked)
    on_page = rows.contents(2, query.limit)
    if not on_page:
        return BodyPage(b"", 0, more=False)
    last = len(on_page) - 1
    added = tuple([rows.number(row, 1) for row in (range(last + 1) if is_dated else (0, last))])
    return BodyPage(b",".join(on_page), len(on_page), len(rows) > len(on_page), rows.number(last, 0), added)


@contextmanager
def _at_most(connection: Connection, size: int) -> Iterator[None]:
    """No value of more than `size` bytes is made meanwhile: what would be one is an error, before memory is taken."""
    driver: Any = connection.connection.driver_connection
    before = driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, size)
    try:
        yield
    finally:
        driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)


@lru_cache(maxsize=512)
def _joining(shape: Shape, *, is_dated: bool) -> Select[Any]:
    """A page as one row. What is located comes in order, and a body is looked up for each as it comes: no sorting."""
    located = locating(shape, with_bodies=True).limit(bindparam("most")).subquery("located")
    page = (
        select(located.c.sequence, located.c.added, bodies.c.body)
        .join_from(located, bodies, bodies.c.key == located.c.body_key)
        .subquery("page")
    )
    comma: ColumnElement[str] = literal_column("','")
    dates = func.group_concat(page.c.added, comma) if is_dated else literal_column("NULL")
    joined = cast(func.group_concat(page.c.body, comma), LargeBinary)
    first, last = func.min(page.c.added), func.max(page.c.added)
    return select(func.count(), func.max(page.c.sequence), first, last, joined, dates).select_from(page)


@lru_cache(maxsize=512)
def _beyond(shape: Shape) -> Select[Any] | CompoundSelect[Any]:
    """Whether anything more matches: one row at most."""
    return locating(shape).limit(1)


@lru_cache(maxsize=512)
def _measured(shape: Shape, most: int) -> Select[Any]:
    """The rows of a page and one beyond, in order; those that would make it too large come without their bodies.

    PostgreSQL plans it once for pages of all lengths. `most`, which is not less than any of them, and the OFFSET keep
    it to what suits a page: a body is looked up for each row that is located. How long a body is, it knows without
    reading it.
    """
    located = locating_some(shape, most).limit(bindparam("one_more", type_=BigInteger)).subquery("located")
    at_key = bodies.c.key == located.c.body_key
    held = select(bodies.c.body).where(at_key).offset(literal_column("0")).lateral("held")
    size = func.octet_length(held.c.body)
    up_to = func.sum(size).over(order_by=located.c.sequence, rows=(None, 0))
    rows = (
        select(located.c.sequence, located.c.added, held.c.body, size.label("size"), up_to.label("up_to"))
        .join_from(located, held, true())
        .subquery("rows")
    )
    fits = or_(rows.c.up_to <= bindparam("most_bytes", type_=BigInteger), rows.c.up_to == rows.c.size)
    return select(rows.c.sequence, rows.c.added, case((fits, rows.c.body))).order_by(rows.c.sequence)
