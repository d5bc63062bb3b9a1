"""What the door for other nodes takes at most, and how often one partner may knock.

Counters live in memory, bounded, per process: after a restart a partner begins with a full measure again.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sepakat.errors import NotPermitted
from sepakat.exchange.receiving import MAX_MESSAGE
from sepakat.stix.identifiers import PartyId

TOO_MANY = "peer-too-many-requests"
_MOST_PARTIES = 10_000


@dataclass(frozen=True, slots=True)
class PeerLimits:
    """Limits of this door. One value, so that tests and operators can set them."""

    body_bytes: int = MAX_MESSAGE
    body_seconds: float = 30.0
    """How long a body may take to arrive."""
    requests_per_second: float = 100.0
    """Of one partner, on average."""
    burst: int = 2_000
    """Requests that a partner may make at once after a pause: what an outbox holds after a day without a connection."""
    streams: int = 4
    """Streams of news that one partner may hold open at once."""
    stream_seconds: float = 300.0
    """How long one stream is held open; the partner opens the next one."""


class Measure:
    """A measure of requests per partner, refilled all the time."""

    def __init__(self, limits: PeerLimits) -> None:
        self._rate = limits.requests_per_second
        self._most = float(limits.burst)
        # Guards the measures, for as long as the process lives; one that is pushed out begins full again.
        self._lock = Lock()
        self._left: OrderedDict[PartyId, tuple[float, datetime]] = OrderedDict()

    def take(self, party: PartyId, now: datetime) -> None:
        """Count one request that the partner signed.

        Raises:
            NotPermitted: it has made too many.
        """
        with self._lock:
            left, since = self._left.pop(party, (self._most, now))
            left = min(self._most, left + self._rate * max(0.0, (now - since).total_seconds()))
            is_spent = left < 1.0
            self._left[party] = (left if is_spent else left - 1.0, now)
            if len(self._left) > _MOST_PARTIES:
                self._left.popitem(last=False)
        if is_spent:
            wait = max(1, math.ceil((1.0 - left) / self._rate))
            raise NotPermitted(
                TOO_MANY, f"request refused: too many in a short time, expected the next one in {wait} s", "try later"
            )
