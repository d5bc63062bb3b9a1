"""Statements whose form differs between databases, and the few that every port needs.

The only place that knows dialects: everything else is plain Core.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from hashlib import sha256
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Dialect,
    LargeBinary,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator, TypeEngine

T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert

_INSERTS: Mapping[str, Callable[[Table], Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

MOST_VALUES = 1000
"""How many values one statement may list: far below every database's limit."""

_WORTH_A_COPY = 8
"""From how many rows on PostgreSQL's COPY is quicker than an insert."""


def insert(connection: Connection, table: Table) -> Insert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return _INSERTS[connection.dialect.name](table)


def chunks(values: Iterable[T], size: int = MOST_VALUES) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk


def next_key(connection: Connection, table: Table) -> int:
    """The key after the highest; only the one writer may ask."""
    return int(connection.scalar(select(func.coalesce(func.max(table.c.key), 0))) or 0) + 1


def insert_all(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *, once_by: tuple[str, ...] = ()
) -> None:
    """Insert many rows at once, all with the same columns; with `once_by`, not those whose like in these is there."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        if once_by:
            connection.execute(insert(connection, table).on_conflict_do_nothing(index_elements=once_by), rows)
        elif len(rows) >= _WORTH_A_COPY:
            _copy(connection, table, rows)
        else:
            connection.execute(table.insert(), rows)
    else:
        text, columns = _insertion(table, tuple(rows[0]), connection.dialect, once_by)
        # Column by column, which costs a third of row by row.
        taken = (map(itemgetter(name), rows) for name, _ in columns)
        given = (
            values if process is None else map(process, values)
            for values, (_, process) in zip(taken, columns, strict=True)
        )
        connection.exec_driver_sql(text, list(zip(*given, strict=True)))


@lru_cache(maxsize=256)
def _insertion(
    table: Table, names: tuple[str, ...], dialect: Dialect, once_by: tuple[str, ...]
) -> tuple[str, list[tuple[str, Callable[[Any], Any] | None]]]:
    """An insert of these columns, compiled once; their names in order, with what makes values the driver's."""
    statement = sqlite.insert(table)
    if once_by:
        statement = statement.on_conflict_do_nothing(index_elements=once_by)
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    columns = [table.c[name] for name in compiled.positiontup]
    return str(compiled), [(column.name, _given_to_sqlite(column.type, dialect)) for column in columns]


def _given_to_sqlite(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes values of a column the driver's, None for nothing; it takes bytes as they are, unlike others."""
    if isinstance(kind, LargeBinary):
        return None
    if isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, LargeBinary):
        return partial(kind.process_bind_param, dialect=dialect)
    return kind.dialect_impl(dialect).bind_processor(dialect)


def same_document(connection: Connection, column: Column[Any], document: bytes) -> ColumnElement[bool]:
    """Whether a column of long documents holds this one, by the index that is made for it."""
    is_same = column == document
    if connection.dialect.name == "postgresql":
        return and_(func.sha256(column) == literal(sha256(document).digest(), LargeBinary), is_same)
    return is_same


def in_bounds(
    connection: Connection, statement: Select[Any], by: ColumnElement[Any], body: ColumnElement[Any], size: int
) -> Select[Any]:
    """The statement, so that no more than `size` bytes of `body`, and one row beyond, are ever read into memory.

    SQLite gives row by row, so that the caller can stop; PostgreSQL gives everything at once, so that it must be told.
    """
    if connection.dialect.name != "postgresql":
        return statement.order_by(by)
    length = func.octet_length(body)
    before = func.sum(length).over(order_by=by) - length
    place = func.row_number().over(order_by=by)
    numbered = statement.add_columns(before.label("before"), place.label("place_in_page")).subquery()
    columns = list(numbered.c)[:-2]
    # The second row says that there is more, also after a first one that is too large by itself.
    is_near = or_(numbered.c.before <= size, numbered.c.place_in_page <= 2)
    return select(*columns).where(is_near).order_by(columns[_place(statement, by)])


def run_prepared(
    connection: Connection, statement: Select[Any] | CompoundSelect[Any], values: Mapping[str, Any]
) -> Sequence[Any]:
    """All rows of a statement that lives as long as the process, compiled once; values and rows as the driver's."""
    text, names, known = _prepared(statement, connection.dialect)
    given = {**known, **values}
    return _fetched(connection, text, given if names is None else tuple([given[name] for name in names]))


def rows_among(
    connection: Connection, asking: Callable[[Sequence[BindParameter[Any]]], Select[Any]], values: Iterable[Any]
) -> Iterator[Sequence[Any]]:
    """All rows of what `asking` says for a list of values, as many at once as a statement may list.

    `asking` lives as long as the process; what it says is compiled once for each length, of which there are few: a list
    that is shorter says its last value again. Values and rows are the driver's.
    """
    for chunk in chunks(values):
        length = min(MOST_VALUES, 1 << (len(chunk) - 1).bit_length())
        text, names, known = _prepared_for(asking, length, connection.dialect)
        padded = (*chunk, *(chunk[-1:] * (length - len(chunk))))
        given = {**known, **dict(zip(_names(length), padded, strict=True))}
        yield from _fetched(connection, text, given if names is None else tuple([given[name] for name in names]))


def _fetched(connection: Connection, text: str, given: Any) -> Sequence[Any]:
    if connection.dialect.name == "sqlite" and not connection.dispatch.before_cursor_execute:
        # The driver alone takes a third of the time. What it complains of is asked again, for an error in our words.
        driver: Any = connection.connection.driver_connection
        with suppress(sqlite3.Error):
            return driver.execute(text, given).fetchall()  # type: ignore[no-any-return]
    return connection.exec_driver_sql(text, given).fetchall()


@lru_cache(maxsize=16)
def _names(length: int) -> tuple[str, ...]:
    return tuple(f"among_{number}" for number in range(length))


@lru_cache(maxsize=256)
def _prepared_for(
    asking: Callable[[Sequence[BindParameter[Any]]], Select[Any]], length: int, dialect: Dialect
) -> tuple[str, Sequence[str] | None, Mapping[str, Any]]:
    return _prepared(asking([bindparam(name) for name in _names(length)]), dialect)


@lru_cache(maxsize=1024)
def _prepared(
    statement: Select[Any] | CompoundSelect[Any], dialect: Dialect
) -> tuple[str, Sequence[str] | None, Mapping[str, Any]]:
    """A statement as the driver wants it, the names of its values in order if it wants an order, those it brings."""
    compiled: Any = statement.compile(dialect=dialect)
    return str(compiled), compiled.positiontup if compiled.positional else None, dict(compiled.params)


def _place(statement: Select[Any], by: ColumnElement[Any]) -> int:
    return next(place for place, column in enumerate(statement.selected_columns) if column is by)


def _copy(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """COPY in the binary form: no statement to parse, no text to read."""
    dialect = connection.dialect
    columns = [table.c[name] for name in rows[0]]
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    names = ", ".join(dialect.identifier_preparer.quote(column.name) for column in columns)
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([_copied_type(column, dialect) for column in columns])
        for row in rows:
            copy.write_row(
                [
                    value if process is None else process(value)
                    for process, value in zip(processors, row.values(), strict=True)
                ]
            )


def _copied_type(column: Column[Any], dialect: Any) -> str:
    return str(column.type.dialect_impl(dialect).compile(dialect)).partition(" ")[0].lower()
