"""A PostgreSQL store that is read from a replica as long as that is not behind; everything else goes to the primary.

A replica that lags would give a reader rows that were withdrawn since, or an agreement that is suspended by now. So
before each reading the primary is asked how far its log is, and the replica whether it has replayed that: only then it
is read, at a snapshot taken after that question. A replica that lags, is paused or is gone costs one question, and the
primary is read. A cursor therefore never goes back in time, whoever answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from sepakat.errors import StoreError
from sepakat.stores.postgresql import PostgresqlStore
from sepakat.stores.session_leases import SessionLease
from sepakat.stores.unit import SqlUnit

# Of what is inserted, not of what is written: a commit without waiting for the disk is there for all readers at once.
_REACHED = "SELECT pg_current_wal_insert_lsn()::text"
_HAS_REPLAYED = "SELECT coalesce(pg_last_wal_replay_lsn() >= %(reached)s::pg_lsn, false)"


class ReplicatedStore:
    """The port `Store` on a primary and a replica of it."""

    is_at_hand = False

    def __init__(self, primary: PostgresqlStore, replica: PostgresqlStore) -> None:
        self._primary = primary
        self._replica = replica
        self.read_from_replica = 0
        """How many readings the replica answered: for tests and operators, not exact among threads."""

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        with ExitStack() as stack:
            unit = self._of_replica(stack)
            if unit is None:
                unit = stack.enter_context(self._primary.reading())
            yield unit

    def writing(self) -> AbstractContextManager[SqlUnit]:
        return self._primary.writing()

    def written(self) -> object:
        return self._primary.written()

    def lease(self, name: str) -> SessionLease | None:
        return self._primary.lease(name)

    def scrub(self) -> None:
        self._primary.scrub()

    def close(self) -> None:
        """Close the connections to both."""
        self._replica.close()
        self._primary.close()

    def _of_replica(self, stack: ExitStack) -> SqlUnit | None:
        """A unit on the replica, if that has all that was committed when it was asked for."""
        reached = self._primary.asked(_REACHED)
        try:
            if not self._replica.asked(_HAS_REPLAYED, {"reached": reached}):
                return None
            unit = stack.enter_context(self._replica.reading())
        except StoreError:
            return None
        self.read_from_replica += 1
        return unit
