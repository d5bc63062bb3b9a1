"""Makes one store equal to another, table by table, whatever databases they are in; and tells whether they are equal.

Rows are compared in runs of the primary key, and only what differs is written: the first time everything, after that
what has changed, so that a copy can be made while the source is in use and finished in a moment. It can be ended at any
place and begun anew. The digest of a table is the sum of the hashes of its rows: the same in every database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    literal,
    select,
    text,
    tuple_,
)

from sepakat.stores.columns import Prose
from sepakat.stores.schema import metadata
from sepakat.stores.statements import chunks, insert, insert_all

_RUN = 5_000
_AT_ONCE = {"bodies": 500, "jobs": 20, "quarantined": 500, "push_statuses": 500, "report_contents": 20}
"""Fewer rows of what may be large."""

Progress = Callable[[str, int], None]
"""Called with the name of a table and how many of its rows were looked at."""

Row = tuple[Any, ...]


@dataclass
class Contents:
    """How many rows each table has, and the digest of each."""

    rows: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


def copy_store(source: Connection, target: Connection, progress: Progress) -> int:
    """Make the target equal to the source; how many rows were written or deleted."""
    tables = [_plain(table) for table in metadata.sorted_tables]
    # What is gone goes first, children before parents, so that no row stands in the way of a new one.
    changed = sum(_delete_gone(source, target, table) for table in reversed(tables))
    for table in tables:
        changed += _write_changed(source, target, table, progress)
        _count_on(target, table)
    return changed


class Summing:
    """Sums up the digests of rows that come in any order."""

    def __init__(self) -> None:
        self._rows = {str(table.name): 0 for table in metadata.sorted_tables}
        self._sums = dict.fromkeys(self._rows, 0)

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Count rows of a table in."""
        self._rows[table] += len(rows)
        self._sums[table] += sum(int.from_bytes(_digest(row), "big") for row in rows)

    def contents(self) -> Contents:
        """What was counted so far."""
        digests = {name: (total % 2**256).to_bytes(32, "big").hex() for name, total in self._sums.items()}
        return Contents(dict(self._rows), digests)


def contents_of(connection: Connection) -> Contents:
    """The digests of all tables."""
    summing = Summing()
    for table, rows in rows_of(connection):
        summing.add(table, rows)
    return summing.contents()


def rows_of(connection: Connection) -> Iterator[tuple[str, list[Row]]]:
    """All rows of all tables as they are stored, parents before children."""
    for table in map(_plain, metadata.sorted_tables):
        for run in _runs(connection, table):
            yield str(table.name), run


def fill(connection: Connection, name: str, rows: Sequence[Row]) -> None:
    """Add rows that `rows_of` gave to a table that has none of them."""
    table = _plain(metadata.tables[name])
    names = [column.name for column in table.columns]
    insert_all(connection, table, [dict(zip(names, row, strict=True)) for row in rows])
    _count_on(connection, table)


def _plain(table: Table) -> Table:
    """The same table with values as they are stored."""
    return Table(
        table.name,
        MetaData(),
        *(
            Column(one.name, _plain_type(one), primary_key=one.primary_key, autoincrement=False)
            for one in table.columns
        ),
    )


def _plain_type(column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, Prose | Boolean):
        return kind
    stored = getattr(kind, "impl", kind)
    for plain in (LargeBinary, String, Integer):
        if isinstance(stored, plain):
            return kind if plain is Integer and stored is kind else stored
    raise TypeError(f"no plain form of {kind!r}")


def _runs(connection: Connection, table: Table, after: Row | None = None) -> Iterator[list[Row]]:
    """All rows by primary key, in runs."""
    key = list(table.primary_key.columns)
    size = _AT_ONCE.get(table.name, _RUN)
    while True:
        asked = select(table).order_by(*key).limit(size)
        if after is not None:
            asked = asked.where(tuple_(*key) > tuple_(*_literals(key, after)))
        run = [tuple(row) for row in connection.execute(asked)]
        if not run:
            return
        yield run
        after = _key_of(table, run[-1])


def _between(connection: Connection, table: Table, after: Row | None, last: Row | None) -> list[Row]:
    key = list(table.primary_key.columns)
    asked = select(table).order_by(*key)
    if after is not None:
        asked = asked.where(tuple_(*key) > tuple_(*_literals(key, after)))
    if last is not None:
        asked = asked.where(tuple_(*key) <= tuple_(*_literals(key, last)))
    return [tuple(row) for row in connection.execute(asked)]


def _literals(key: Sequence[Column[Any]], values: Row) -> list[Any]:
    return [literal(value, column.type) for column, value in zip(key, values, strict=True)]


def _key_of(table: Table, row: Row) -> Row:
    places = {column.name: place for place, column in enumerate(table.columns)}
    return tuple(row[places[column.name]] for column in table.primary_key.columns)


def _compared(source: Connection, target: Connection, table: Table) -> Iterator[tuple[list[Row], list[Row]]]:
    """Runs of the source, each with the target's rows of the same keys."""
    after: Row | None = None
    for run in _runs(source, table):
        last = _key_of(table, run[-1])
        yield run, _between(target, table, after, last)
        after = last
    yield [], _between(target, table, after, None)


def _delete_gone(source: Connection, target: Connection, table: Table) -> int:
    if target.scalar(select(func.count()).select_from(select(table).limit(1).subquery())) == 0:
        return 0
    gone: list[Row] = []
    for run, there in _compared(source, target, table):
        held = {_key_of(table, row) for row in run}
        gone += [key for row in there if (key := _key_of(table, row)) not in held]
    columns = list(table.primary_key.columns)
    for chunk in chunks(gone, 200):
        named = [tuple_(*_literals(columns, key)) for key in chunk]
        target.execute(delete(table).where(tuple_(*columns).in_(named)))
    return len(gone)


def _write_changed(source: Connection, target: Connection, table: Table, progress: Progress) -> int:
    names = [column.name for column in table.columns]
    key = [column.name for column in table.primary_key.columns]
    changed = seen = 0
    for run, there in _compared(source, target, table):
        held = {_key_of(table, row): row for row in there}
        fresh = [row for row in run if _key_of(table, row) not in held]
        other = [row for row in run if held.get(_key_of(table, row), row) != row]
        insert_all(target, table, [dict(zip(names, row, strict=True)) for row in fresh])
        for row in other:
            statement = insert(target, table).values(dict(zip(names, row, strict=True)))
            now = {name: statement.excluded[name] for name in names if name not in key}
            target.execute(statement.on_conflict_do_update(index_elements=key, set_=now))
        changed += len(fresh) + len(other)
        seen += len(run)
        if run:
            progress(table.name, seen)
    return changed


def _count_on(target: Connection, table: Table) -> None:
    """PostgreSQL counts keys apart from the rows: the next is to be the one after the highest."""
    if target.dialect.name != "postgresql" or [column.name for column in table.primary_key.columns] != ["key"]:
        return
    counter = target.scalar(text("SELECT pg_get_serial_sequence(:table, 'key')"), {"table": table.name})
    if counter is not None:
        highest = target.scalar(select(func.max(table.c.key))) or 0
        target.execute(
            text("SELECT setval(:counter, :number, :is_used)"),
            {"counter": counter, "number": max(highest, 1), "is_used": highest > 0},
        )


def _digest(row: Row) -> bytes:
    return sha256(msgspec.msgpack.encode(row)).digest()
