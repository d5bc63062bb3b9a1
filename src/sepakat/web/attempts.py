"""Throttling of sign-in: how long a person or an address has to wait after failed attempts.

Counts three things apart, so that guessing one name, spraying many names from one address, and guessing one name from
many addresses all slow down, and a stranger cannot keep a person out for long. Counted in this process; an unknown name
counts like a known one. An attempt is counted before the password is looked at, so that attempts at once do not slip
through. OWASP ASVS 5.0, chapter 6.3.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
MOST_KEPT = 20_000

_FREE_FOR_PAIR = 5
_FREE_FOR_ONE = 40
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class _Count:
    tries: int
    last: datetime


@dataclass(slots=True)
class Attempts:
    """The attempts of the last hour."""

    _counts: dict[str, _Count] = field(default_factory=dict)
    # Guards `_counts`, for as long as the process lives.
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, name: str, address: str, now: datetime) -> timedelta | None:
        """Count an attempt; how long to wait instead if there were too many, which counts nothing."""
        with self._lock:
            self._make_room()
            wait = max((self._wait(key, free, now) for key, free in _keys(name, address)), default=timedelta(0))
            if wait > timedelta(0):
                return wait
            for key, _ in _keys(name, address):
                known = self._counts.pop(key, None)
                is_fresh = known is None or now - known.last >= FORGOTTEN_AFTER
                self._counts[key] = _Count(1 if known is None or is_fresh else known.tries + 1, now)
            return None

    def succeeded(self, name: str, address: str) -> None:
        """The attempt was right: what this person did wrong from there before is forgotten."""
        with self._lock:
            for key, free in _keys(name, address):
                known = self._counts.pop(key, None)
                if known is not None and free != _FREE_FOR_PAIR and known.tries > 1:
                    self._counts[key] = _Count(known.tries - 1, known.last)

    def _wait(self, key: str, free: int, now: datetime) -> timedelta:
        count = self._counts.get(key)
        if count is None or count.tries < free:
            return timedelta(0)
        wait = min(timedelta(seconds=2 ** min(count.tries - free + 1, _MOST_DOUBLINGS)), LONGEST_WAIT)
        return count.last + wait - now

    def _make_room(self) -> None:
        # The oldest go first: entries are put back at the end whenever they are counted.
        while len(self._counts) >= MOST_KEPT:
            del self._counts[next(iter(self._counts))]


def _keys(name: str, address: str) -> Iterator[tuple[str, int]]:
    # A digest in place of the name: what was typed there may be a password, and may be long.
    who = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    yield f"pair {address} {who}", _FREE_FOR_PAIR
    yield f"name {who}", _FREE_FOR_ONE
    yield f"address {address}", _FREE_FOR_ONE
