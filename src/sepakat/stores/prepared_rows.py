"""Rows of PostgreSQL past the driver's cursor: prepared once for a connection, waited for without Python.

The cursor takes the lock of Python for every part in which a long answer comes, dozens of times for a page of a
thousand objects, and makes values of all that is in it. Here the library of PostgreSQL itself waits until the answer is
whole, and what is asked of it becomes a value. All else goes the way of every statement, through SQLAlchemy: events,
errors in our words, connections that were lost.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection, Dialect, Engine, Select, event

MOST_KEPT = 64
"""So many statements a connection keeps; the one that was longest not used goes first."""

_ROWS, _KEPT = "sepakat_rows", "sepakat_prepared"
_TEXT, _BINARY = 0, 1
_TOLD_BY_STATEMENT, _BYTEA = 0, 17
"""Types of values, by their numbers in PostgreSQL."""
_NUMBERS = count(1)
"""Tells statements of all connections apart, so that no name stands for two of them."""


@dataclass(slots=True)
class PreparedRows:
    """An answer as it came; columns are asked for by their place."""

    _result: PGresult | None = None

    def __len__(self) -> int:
        return 0 if self._result is None else self._result.ntuples

    def number(self, row: int, column: int) -> int:
        """A whole number, which is there."""
        return int.from_bytes(self.content(row, column) or b"", "big", signed=True)

    def content(self, row: int, column: int) -> bytes | None:
        """Bytes, or None."""
        return None if self._result is None else self._result.get_value(row, column)

    def contents(self, column: int, most: int) -> list[bytes]:
        """The bytes of a column in at most so many rows, up to the first that has none."""
        found: list[bytes] = []
        if self._result is not None:
            value = self._result.get_value
            for row in range(min(most, self._result.ntuples)):
                one = value(row, column)
                if one is None:
                    break
                found.append(one)
        return found

    def came(self, result: PGresult) -> None:
        """Take the answer."""
        self._result = result


def prepared_rows(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> PreparedRows:
    """All rows of a statement that lives as long as the process; values are numbers and bytes.

    The engine of the connection is one that `take_prepared` was told of.
    """
    text, names, known = _numbered(statement, connection.dialect)
    given = {**known, **values}
    rows = PreparedRows()
    connection.exec_driver_sql(text, tuple([given[name] for name in names]), execution_options={_ROWS: rows})
    return rows


def take_prepared(engine: Engine) -> None:
    """Let the connections of an engine answer `prepared_rows`."""
    event.listen(engine, "do_execute", _execute)
    event.listen(engine, "rollback", _forget)


@lru_cache(maxsize=512)
def _numbered(statement: Select[Any], dialect: Dialect) -> tuple[str, Sequence[str], Mapping[str, Any]]:
    """A statement as the server wants it, the names of its values in order, those it brings."""
    numbering: Any = type(dialect)
    compiled: Any = statement.compile(dialect=numbering(paramstyle="numeric_dollar"))
    return str(compiled), compiled.positiontup, dict(compiled.params)


def _execute(cursor: Any, statement: str, values: Sequence[Any], context: Any) -> bool | None:
    """Execute what `prepared_rows` asks in place of the cursor; leave it everything else."""
    rows = context.execution_options.get(_ROWS)
    if rows is None:
        return None
    kept = context.root_connection.info.setdefault(_KEPT, OrderedDict())
    rows.came(_answer(cursor.connection.pgconn, kept, statement, values))
    return True


def _answer(server: PGconn, kept: OrderedDict[str, bytes], statement: str, values: Sequence[Any]) -> PGresult:
    name = kept.get(statement)
    if name is None:
        if len(kept) >= MOST_KEPT:
            _, oldest = kept.popitem(last=False)
            _checked(server.exec_(b"DEALLOCATE " + oldest))
        name = b"sepakat_%d" % next(_NUMBERS)
        kinds = [_BYTEA if isinstance(value, bytes) else _TOLD_BY_STATEMENT for value in values]
        _checked(server.prepare(name, statement.encode(), kinds))
        kept[statement] = name
    kept.move_to_end(statement)
    given = [value if isinstance(value, bytes) else b"%d" % value for value in values]
    formats = [_BINARY if isinstance(value, bytes) else _TEXT for value in values]
    return _checked(server.exec_prepared(name, given, formats, _BINARY))


def _checked(result: PGresult) -> PGresult:
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise error_from_result(result)
    return result


def _forget(connection: Connection) -> None:
    # The driver lets the server forget all statements after a rollback, not its own alone.
    if not connection.invalidated:
        connection.info.pop(_KEPT, None)
