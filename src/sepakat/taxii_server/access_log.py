"""Readings on their way to the access log: written together, soon, never lost by an orderly stop.

What was read within the last second may be missing after the process is killed; the answer never waits for this log.
"""

from __future__ import annotations

import logging
from threading import Lock, Timer

from sepakat.errors import StoreError
from sepakat.exchange.ports import Node
from sepakat.exchange.reading import note_accesses
from sepakat.exchange.records import Access
from sepakat.taxii_server.limits import ServerLimits

_FAR_BEHIND = 4
"""How many times the rows that are written together may wait before a request waits for them."""

_log = logging.getLogger("sepakat.taxii")


class AccessLog:
    """Collects readings and writes them at latest after `access_log_seconds`."""

    def __init__(self, node: Node, limits: ServerLimits) -> None:
        self._node = node
        self._limits = limits
        # Guards the waiting rows and the timer; the timer's thread is no daemon, so a process that ends writes first.
        self._lock = Lock()
        self._waiting: list[Access] = []
        self._timer: Timer | None = None

    @property
    def is_behind(self) -> bool:
        """Whether more waits than is written together: who may not wait does not note anything now."""
        return len(self._waiting) > self._limits.access_log_rows

    def note(self, access: Access) -> None:
        """Keep a reading for the log; waits for the log only where that is far behind."""
        rows = self._limits.access_log_rows
        with self._lock:
            self._waiting.append(access)
            waiting = len(self._waiting)
            if waiting == rows and self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._timer is None:
                self._timer = Timer(0 if waiting >= rows else self._limits.access_log_seconds, self.flush)
                self._timer.start()
        if waiting >= _FAR_BEHIND * rows:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        if not waiting:
            return
        try:
            note_accesses(self._node, waiting)
        except StoreError as error:
            _log.error("%s readings not written to the access log: %s", len(waiting), error.message)
