"""Append-only logs and their checkpoints (port `Logs`). Whether they verify is left to others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select

from sepakat.errors import StoreError
from sepakat.exchange.records import CheckpointNote, Leaf
from sepakat.stix.identifiers import PartyId
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import checkpoints, leaves, logs, marks
from sepakat.stores.statements import insert

_LEAVES = Form(Leaf, leaves, ("counterpart", "mirror", "index"))
_CHECKPOINTS = Form(CheckpointNote, checkpoints, ("counterpart", "mirror", "size"))

_RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class _Mark:
    """One thing that is true of the store as a whole."""

    name: str
    value: str
    at: datetime


_MARKS = Form(_Mark, marks, ("name",))


class SqlLogs:
    """The port `Logs` over one connection. `logs.size` is the number of leaves, kept beside them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._leaves = RecordRows(connection, _LEAVES)
        self._checkpoints = RecordRows(connection, _CHECKPOINTS)
        self._marks = RecordRows(connection, _MARKS)

    def append(self, leaf: Leaf) -> None:
        size = self.size(leaf.counterpart, mirror=leaf.mirror)
        if leaf.index == size:
            if not leaf.mirror and (since := self.held_back()) is not None:
                raise StoreError(
                    "store-restored",
                    f"nothing sent to {leaf.counterpart}: this store is a backup of {since.isoformat()}, "
                    "and what was sent since may be missing",
                    "`sepakat store resume` asks the partners and lets it go on",
                )
            self._leaves.add(leaf)
            self._put_size(leaf.counterpart, leaf.mirror, size + 1)
            return
        held = self._leaves.one(*_of(leaves, leaf.counterpart, leaf.mirror), leaves.c.index == leaf.index)
        if held != leaf:
            found = "that leaf is there with other bytes" if held else f"the next is {size}"
            raise StoreError("leaf-conflict", f"leaf {leaf.index} of the log for {leaf.counterpart} refused: {found}")

    def size(self, counterpart: PartyId, *, mirror: bool) -> int:
        return self._connection.scalar(select(logs.c.size).where(*_of(logs, counterpart, mirror))) or 0

    def leaves(self, counterpart: PartyId, *, mirror: bool, start: int = 0) -> list[Leaf]:
        where = (*_of(leaves, counterpart, mirror), leaves.c.index >= start)
        return self._leaves.many(*where, by=(leaves.c.index,))

    def put_checkpoint(self, note: CheckpointNote) -> None:
        self._checkpoints.put(note)
        self._put_size(note.counterpart, note.mirror, None)

    def checkpoints(self, counterpart: PartyId, *, mirror: bool) -> list[CheckpointNote]:
        return self._checkpoints.many(*_of(checkpoints, counterpart, mirror), by=(checkpoints.c.size,))

    def counterparts(self) -> list[PartyId]:
        names = select(logs.c.counterpart).distinct().order_by(logs.c.counterpart)
        return [PartyId(name) for name in self._connection.scalars(names)]

    def hold_back(self, since: datetime) -> None:
        self._marks.put(_Mark(_RESTORED, "", since))

    def held_back(self) -> datetime | None:
        found = self._marks.one(marks.c.name == _RESTORED)
        return None if found is None else found.at

    def let_go_on(self) -> None:
        self._connection.execute(delete(marks).where(marks.c.name == _RESTORED))

    def _put_size(self, counterpart: PartyId, mirror: bool, size: int | None) -> None:
        """Set the size; with None only see to it that the log is known."""
        values = {"counterpart": counterpart, "mirror": mirror, "size": size or 0}
        statement = insert(self._connection, logs).values(values)
        name = ("counterpart", "mirror")
        if size is None:
            self._connection.execute(statement.on_conflict_do_nothing(index_elements=name))
        else:
            changed = {"size": statement.excluded.size}
            self._connection.execute(statement.on_conflict_do_update(index_elements=name, set_=changed))


def _of(table: Table, counterpart: PartyId, mirror: bool) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    column: Any = table.c
    return column.counterpart == counterpart, column.mirror == mirror
