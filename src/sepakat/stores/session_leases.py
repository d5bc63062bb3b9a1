"""Leases in PostgreSQL: advisory locks of one connection, which the server takes away when the connection ends.

All leases of a process stand on one connection of their own, so that no unit holds them up and none holds up a unit. A
killed process loses them at once, a machine that is cut off when the server's keep-alives find it gone. No clock is
asked, so none that is wrong makes two holders. Whoever loses the connection has lost all leases, and learns it when it
asks.
"""

from __future__ import annotations

from threading import Lock

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from sepakat.errors import StoreError

_TAKE = text("SELECT pg_try_advisory_lock(hashtextextended(current_schema() || ' ' || :name, 0))")
_LEAVE = text("SELECT pg_advisory_unlock(hashtextextended(current_schema() || ' ' || :name, 0))")


class SessionLeases:
    """The leases of one process. Its engine gives connections without transactions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Guards the connection and what is held on it, for as long as the store is open.
        self._lock = Lock()
        self._connection: Connection | None = None
        self._held: dict[str, SessionLease] = {}

    def lease(self, name: str) -> SessionLease | None:
        """The lease of that name, if nobody has it: in this process neither, since a session may lock twice."""
        with self._lock:
            if name in self._held:
                return None
            if self._connection is None:
                self._connection = self._engine.connect()
            try:
                is_ours = bool(self._connection.scalar(_TAKE, {"name": name}))
            except (StoreError, SQLAlchemyError):
                self._lose()
                raise
            if not is_ours:
                return None
            lease = self._held[name] = SessionLease(self, name)
            return lease

    def is_held(self, lease: SessionLease) -> bool:
        """Whether a lease that was given still stands."""
        with self._lock:
            if self._connection is None or self._held.get(lease.name) is not lease:
                return False
            try:
                self._connection.exec_driver_sql("SELECT 1").close()
            except (StoreError, SQLAlchemyError):
                self._lose()
                return False
            return True

    def release(self, lease: SessionLease) -> None:
        """Let others have it; nothing to do if it was lost."""
        with self._lock:
            if self._connection is None or self._held.get(lease.name) is not lease:
                return
            del self._held[lease.name]
            try:
                self._connection.execute(_LEAVE, {"name": lease.name})
            except (StoreError, SQLAlchemyError):
                self._lose()

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._lose()
        self._engine.dispose()

    def _lose(self) -> None:
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None:
            # Not given back but closed: what it had locked must not go on in a pool.
            connection.invalidate()
            connection.close()


class SessionLease:
    """The port `Lease`: one lock on the connection that all leases of the process share."""

    def __init__(self, leases: SessionLeases, name: str) -> None:
        self.name = name
        self._leases = leases

    def is_held(self) -> bool:
        return self._leases.is_held(self)

    def release(self) -> None:
        self._leases.release(self)
