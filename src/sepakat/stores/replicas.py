"""A PostgreSQL store that is read from a replica as long as that is not behind; everything else goes to the primary.

A replica that lags would give a reader rows that were withdrawn since, or an agreement that is suspended by now. So
before each reading the primary is asked how far its log is, and the replica whether it has replayed that: only then it
is read, at a snapshot taken after that question. A replica that lags, is paused or is gone costs one question, and the
primary is read. A cursor therefore never goes back in time, whoever answers. How far a log is means nothing between two
servers that have nothing to do with each other, so that before the first reading both must say that they are the same
database: a replica of another would give readers what is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

from sepakat.errors import ConfigurationError, StoreError
from sepakat.stores.postgresql import PostgresqlStore
from sepakat.stores.session_leases import SessionLease
from sepakat.stores.unit import SqlUnit

# Of what is inserted, not of what is written: a commit without waiting for the disk is there for all readers at once.
_REACHED = "SELECT pg_current_wal_insert_lsn()::text"
# A replica has the identifier of its primary's files, and its databases by the same numbers.
_IDENTITY = """
SELECT concat_ws(' ', (SELECT system_identifier FROM pg_control_system()), oid, current_schema())
FROM pg_database WHERE datname = current_database()
"""
_HAS_REPLAYED = "SELECT coalesce(pg_last_wal_replay_lsn() >= %(reached)s::pg_lsn, false)"


class ReplicatedStore:
    """The port `Store` on a primary and a replica of it."""

    is_at_hand = False

    def __init__(self, primary: PostgresqlStore, replica: PostgresqlStore) -> None:
        self._primary = primary
        self._replica = replica
        self._is_replica = False
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

    def check(self) -> None:
        """See that the replica is one of the primary; one that is not reached is looked at again before it is read.

        Raises:
            ConfigurationError: `replica-of-another`.
        """
        with suppress(StoreError):
            if self._primary.asked(_IDENTITY) != self._replica.asked(_IDENTITY):
                raise ConfigurationError(
                    "replica-of-another",
                    f"not served: {self._replica.place} is no replica of {self._primary.place}",
                    "`read_store` names a streaming replica of the same server, with the same database and schema",
                )
            self._is_replica = True

    def _of_replica(self, stack: ExitStack) -> SqlUnit | None:
        """A unit on the replica, if that has all that was committed when it was asked for."""
        reached = self._primary.asked(_REACHED)
        try:
            if not self._is_replica:
                self.check()
            if not self._is_replica or not self._replica.asked(_HAS_REPLAYED, {"reached": reached}):
                return None
            unit = stack.enter_context(self._replica.reading())
        except (ConfigurationError, StoreError):
            return None
        self.read_from_replica += 1
        return unit
