"""How much one account may ask, and how often a password may be guessed: counters in memory, bounded, per process."""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import datetime
from threading import Lock

from sepakat.taxii_server.limits import ServerLimits
from sepakat.taxii_server.refusals import TryLater

_MOST_ACCOUNTS = 10_000
_MOST_ADDRESSES = 10_000


class RequestRates:
    """A bucket of requests per account, refilled all the time."""

    def __init__(self, limits: ServerLimits) -> None:
        self._rate = limits.requests_per_second
        self._burst = float(limits.burst)
        # Guards the buckets; what is pushed out begins full again.
        self._lock = Lock()
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, account: str, now: datetime) -> None:
        """Count one request.

        Raises:
            TryLater: the account has made too many.
        """
        with self._lock:
            left, since = self._buckets.pop(account, (self._burst, now))
            left = min(self._burst, left + self._rate * max(0.0, (now - since).total_seconds()))
            is_spent = left < 1.0
            self._buckets[account] = (left if is_spent else left - 1.0, now)
            if len(self._buckets) > _MOST_ACCOUNTS:
                self._buckets.popitem(last=False)
        if is_spent:
            seconds = max(1, math.ceil((1.0 - left) / self._rate))
            raise TryLater("too-many-requests", "request refused: too many requests of this account", seconds)


class FailedAttempts:
    """Wrong passwords by (account, address): guessing from elsewhere never keeps out who knows the password."""

    def __init__(self, limits: ServerLimits) -> None:
        self._most = limits.failures
        self._seconds = limits.lockout_seconds
        # Guards the counts; an entry dies with a right password, after the lockout, or when pushed out.
        self._lock = Lock()
        self._counts: OrderedDict[tuple[str, str], tuple[int, datetime]] = OrderedDict()

    def check(self, account: str, address: str, now: datetime) -> None:
        """See that another guess may be looked at.

        Raises:
            TryLater: too many were wrong.
        """
        with self._lock:
            count, last = self._counts.get((account, address), (0, now))
        left = self._seconds - (now - last).total_seconds()
        if count >= self._most and left > 0:
            raise TryLater("too-many-failures", "request refused: too many wrong passwords", math.ceil(left))

    def failed(self, account: str, address: str, now: datetime) -> None:
        """Count a wrong password."""
        with self._lock:
            count, last = self._counts.pop((account, address), (0, now))
            is_old = (now - last).total_seconds() > self._seconds
            self._counts[account, address] = (1 if is_old else count + 1, now)
            if len(self._counts) > _MOST_ADDRESSES:
                self._counts.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """Forget the wrong ones."""
        with self._lock:
            self._counts.pop((account, address), None)
