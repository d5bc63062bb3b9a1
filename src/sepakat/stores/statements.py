"""Statements whose form differs between databases, and the few that every port needs.

The only place that knows dialects: everything else is plain Core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert

_INSERTS: Mapping[str, Callable[[Table], Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

MOST_VALUES = 1000
"""How many values one statement may list: far below every database's limit."""


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


def insert_all(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert many rows at once."""
    if rows:
        connection.execute(table.insert(), rows)
