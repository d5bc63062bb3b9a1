"""What a writing unit changes of what deciding reads, and what others changed before it (port `Changes`).

The stores' own writers note it here, so that no use case can forget to. It is written with the unit, as one entry, and
only the last entries are kept. Invariant: an entry is there if and only if its unit was committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, reduce
from importlib.metadata import version
from itertools import chain
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

_IDS = ("objects", "policies", "approvals", "grants")

_TOUCHED = msgspec.json.Decoder(Touched)


class _Decided(msgspec.Struct):
    decided_at: int = 0
    """In microseconds; 0 where nothing was decided."""
    published_at: int = 0
    """In microseconds; 0 where the views may not be up to date with all that was written."""
    release: str = ""
    """Of which release the process was."""


_DECIDED = msgspec.json.Decoder(_Decided)


@cache
def _release() -> str:
    return version("sepakat")


class SqlChanges:
    """The port `Changes` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._notes: list[Touched] = []
        self._decided_at = self._published_at = 0
        self._waiting: list[Callable[[int | None], None]] = []
        self._entry: int | None = None
        self._newest: tuple[int, bytes | None] | None = None
        """The newest entry of the journal, by key, once it was looked up: a unit sees one state of the store."""

    def note(self, *, agreements: bool = False, everything: bool = False, **ids: Iterable[StixId]) -> None:
        """Remember, until the unit ends, what was written; ids under the names that `Touched` has for them."""
        note = Touched(
            **{what: frozenset(given) for what, given in ids.items()}, agreements=agreements, everything=everything
        )
        if note != Touched():
            self._notes.append(note)
            self._published_at = 0

    def fresh(self, after: int = 0) -> Touched:
        notes = self._notes[after:]
        ids = {what: frozenset(chain.from_iterable(getattr(note, what) for note in notes)) for what in _IDS}
        return Touched(
            **ids, agreements=any(note.agreements for note in notes), everything=any(note.everything for note in notes)
        )

    def noted(self) -> int:
        return len(self._notes)

    def last(self) -> int:
        return self._looked_up()[0]

    def since(self, entry: int) -> Touched | None:
        if self._connection.scalar(select(changes.c.key).where(changes.c.key == entry)) is None:
            return None
        later = select(changes.c.document).where(changes.c.key > entry).order_by(changes.c.key)
        return reduce(or_, map(_TOUCHED.decode, self._connection.scalars(later)), Touched())

    def decided_at(self) -> datetime | None:
        at = self._newest_decided().decided_at
        return from_microseconds(at) if at else None

    def note_decided(self, at: datetime) -> None:
        self._decided_at = max(self._decided_at, to_microseconds(at))

    def published_at(self) -> datetime | None:
        newest = self._newest_decided()
        is_known = newest.published_at and newest.release == _release()
        return from_microseconds(newest.published_at) if is_known else None

    def note_published(self, at: datetime) -> None:
        self._published_at = to_microseconds(at)

    def when_ended(self, action: Callable[[int | None], None]) -> None:
        self._waiting.append(action)

    def keep(self) -> None:
        """Write what was noted: the last thing that a writing unit does."""
        fresh = self.fresh()
        if fresh != Touched() or self._decided_at:
            many = len(fresh.objects) > MOST_IDS
            entry = msgspec.to_builtins(Touched(everything=True) if many else fresh)
            # Nobody decides for an earlier instant, though what is written in between decides nothing.
            decided_at = self._decided_at or self._newest_decided().decided_at
            decided = _Decided(decided_at, self._published_at, _release())
            document = msgspec.json.encode(entry | msgspec.to_builtins(decided))
            made: Any = self._connection.execute(changes.insert().values(document=document)).inserted_primary_key
            self._newest = (made[0], document)
            self._connection.execute(delete(changes).where(changes.c.key <= made[0] - KEPT))
        if self._waiting:
            self._entry = self.last()

    def _newest_decided(self) -> _Decided:
        newest = self._looked_up()[1]
        return _Decided() if newest is None else _DECIDED.decode(newest)

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
