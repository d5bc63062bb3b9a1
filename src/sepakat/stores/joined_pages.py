"""Pages whose bodies the database itself joins: one row comes back instead of one for each object.

On SQLite no lock of Python changes hands for each object, on PostgreSQL no record is read for each. SQLite joins only
where a page stays within its bounds of bytes; every other is left to the reading of row by row.
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
    Subquery,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import DBAPIError

from sepakat.exchange.ports import BodyPage, RowQuery
from sepakat.stores.located_rows import Shape, locating, locating_some
from sepakat.stores.schema import bodies
from sepakat.stores.statements import run_prepared


def joined_page(
    connection: Connection, shape: Shape, values: Mapping[str, Any], query: RowQuery, *, is_dated: bool
) -> BodyPage | None:
    """The page of a query, all `added` dates with it if wanted; None where it has to be read row by row."""
    if connection.dialect.name == "postgresql":
        asked = {**values, "most": query.limit, "one_more": query.limit + 1, "most_bytes": query.byte_limit}
        located, *summary = run_prepared(connection, _joining_measured(shape, is_dated=is_dated), asked)[0]
    else:
        asked = {**values, "most": query.limit}
        try:
            with _at_most(connection, query.byte_limit + query.limit):
                (summary,) = run_prepared(connection, _joining(shape, is_dated=is_dated), asked)
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.DataError):
                return None
            raise
        located = summary[0]
        if located == query.limit:
            located += len(run_prepared(connection, _beyond(shape), {**values, "after": summary[1]}))
    count, last, first_added, last_added, joined, dates = summary
    if not count:
        return BodyPage(b"", 0, more=False)
    if count > 1 and len(joined) - (count - 1) > query.byte_limit:
        return None
    added = tuple(map(int, dates.split(","))) if is_dated else (first_added, last_added)
    return BodyPage(joined, count, located > count, last, added)


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
    return _summary(page, cast(func.group_concat(page.c.body, comma), LargeBinary), dates)


@lru_cache(maxsize=512)
def _beyond(shape: Shape) -> Select[Any] | CompoundSelect[Any]:
    """Whether anything more matches: one row at most."""
    return locating(shape).limit(1)


@lru_cache(maxsize=512)
def _joining_measured(shape: Shape, *, is_dated: bool) -> Select[Any]:
    """The same for PostgreSQL, which knows how long a body is without reading it: no more than the page may have."""
    located = locating_some(shape).limit(bindparam("one_more", type_=BigInteger)).cte("located")
    how_many = select(func.count()).select_from(located).scalar_subquery()
    last = select(func.max(located.c.sequence)).scalar_subquery()
    is_on_page = or_(how_many <= bindparam("most", type_=BigInteger), located.c.sequence < last)
    size = func.octet_length(bodies.c.body)
    rows = (
        select(
            located.c.sequence,
            located.c.added,
            bodies.c.body,
            size.label("size"),
            func.sum(size).over(order_by=located.c.sequence, rows=(None, 0)).label("up_to"),
        )
        .join_from(located, bodies, bodies.c.key == located.c.body_key)
        .where(is_on_page)
        .subquery("rows")
    )
    fits = or_(rows.c.up_to <= bindparam("most_bytes", type_=BigInteger), rows.c.up_to == rows.c.size)
    page = select(rows.c.sequence, rows.c.added, rows.c.body).where(fits).subquery("page")
    in_order: aggregate_order_by[Any] = aggregate_order_by(literal_column("','::bytea"), page.c.sequence)
    dates_in_order: aggregate_order_by[Any] = aggregate_order_by(literal_column("','"), page.c.sequence)
    dates = func.string_agg(cast(page.c.added, Text), dates_in_order) if is_dated else literal_column("NULL")
    return _summary(page, func.string_agg(page.c.body, in_order), dates, how_many)


def _summary(page: Subquery, joined: ColumnElement[Any], dates: ColumnElement[Any], *before: Any) -> Select[Any]:
    """The one row that says a page: what `joined_page` takes apart."""
    first, last = func.min(page.c.added), func.max(page.c.added)
    return select(*before, func.count(), func.max(page.c.sequence), first, last, joined, dates).select_from(page)
