"""What a writing unit changes of what deciding reads, and what others changed before it (port `Changes`).

The stores' own writers note it here, so that no use case can forget to. It is written with the unit, as one entry, and
only the last entries are kept. Invariant: an entry is there if and only if its unit was committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select

from sepakat.exchange.journal import Touched
from sepakat.stix.identifiers import StixId
from sepakat.stores.columns import from_microseconds, to_microseconds
from sepakat.stores.schema import changes

KEPT = 300
"""How many entries stay: as many units may be written before somebody has to decide all anew."""

MOST_IDS = 20_000
"""An entry that names more ids says that everything changed."""

_TOUCHED = msgspec.json.Decoder(Touched)


class _Decided(msgspec.Struct):
    decided_at: int = 0
    """In microseconds; 0 where nothing was decided."""


_DECIDED = msgspec.json.Decoder(_Decided)


class SqlChanges:
    """The port `Changes` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[str, set[StixId]] = {"objects": set(), "policies": set(), "approvals": set(), "grants": set()}
        self._agreements = self._everything = False
        self._decided_at = 0
        self._waiting: list[Callable[[int | None], None]] = []
        self._entry: int | None = None
        self._newest: tuple[int, bytes | None] | None = None
        """The newest entry of the journal, by key, once it was looked up: a unit sees one state of the store."""

    def note(self, *, agreements: bool = False, everything: bool = False, **ids: Iterable[StixId]) -> None:
        """Remember, until the unit ends, what was written; ids under the names that `Touched` has for them."""
        for what, named in ids.items():
            self._ids[what].update(named)
        self._agreements |= agreements
        self._everything |= everything

    def fresh(self) -> Touched:
        ids = {what: frozenset(named) for what, named in self._ids.items()}
        return Touched(**ids, agreements=self._agreements, everything=self._everything)

    def last(self) -> int:
        return self._looked_up()[0]

    def since(self, entry: int) -> Touched | None:
        if self._connection.scalar(select(changes.c.key).where(changes.c.key == entry)) is None:
            return None
        later = select(changes.c.document).where(changes.c.key > entry).order_by(changes.c.key)
        return reduce(or_, map(_TOUCHED.decode, self._connection.scalars(later)), Touched())

    def decided_at(self) -> datetime | None:
        newest = self._looked_up()[1]
        at = 0 if newest is None else _DECIDED.decode(newest).decided_at
        return from_microseconds(at) if at else None

    def note_decided(self, at: datetime) -> None:
        self._decided_at = max(self._decided_at, to_microseconds(at))

    def when_ended(self, action: Callable[[int | None], None]) -> None:
        self._waiting.append(action)

    def keep(self) -> None:
        """Write what was noted: the last thing that a writing unit does."""
        fresh = self.fresh()
        if fresh != Touched() or self._decided_at:
            many = len(fresh.objects) > MOST_IDS
            entry = msgspec.to_builtins(Touched(everything=True) if many else fresh)
            document = msgspec.json.encode(entry | {"decided_at": self._decided_at})
            made: Any = self._connection.execute(changes.insert().values(document=document)).inserted_primary_key
            self._newest = (made[0], document)
            self._connection.execute(delete(changes).where(changes.c.key <= made[0] - KEPT))
        if self._waiting:
            self._entry = self.last()

    def _looked_up(self) -> tuple[int, bytes | None]:
        if self._newest is None:
            newest = select(changes.c.key, changes.c.document).order_by(changes.c.key.desc()).limit(1)
            row = self._connection.execute(newest).first()
            self._newest = (0, None) if row is None else (row[0], row[1])
        return self._newest

    def ended(self, *, committed: bool) -> None:
        """Tell everybody who waits for it how the unit ended."""
        for action in self._waiting:
            action(self._entry if committed else None)
