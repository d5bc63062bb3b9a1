"""What a node remembers about claims beside the objects that carry them: judgements, watch areas, alerts.

All of it is internal to the node and never sent. All instants are aware UTC datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sepakat.stix.identifiers import StixId


class Verdict(StrEnum):
    """How one piece of evidence stands to one hypothesis, as somebody judges it."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One cell of a matrix of competing hypotheses, by one person; the last word of each person counts."""

    question: str
    hypothesis: StixId
    evidence: StixId
    by: str
    verdict: Verdict
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WatchArea:
    """What somebody watches: topics, places and kinds of claim; each that is empty leaves its axis open.

    `regions` are codes of the region table. `circle` is latitude, longitude and kilometres; `polygon` corners as
    latitude and longitude. `channels` say where alerts go beside the page: `mail:ADDRESS` or `webhook:URL`.
    """

    id: str
    name: str
    by: str
    created_at: datetime
    topics: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    circle: tuple[float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] = ()
    kinds: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    checked_at: datetime | None = None
    """What was received until then has been looked at for alerts."""
    looked_at: datetime | None = None
    """When a person last said that everything until then was seen."""
    ended_at: datetime | None = None


class Development(StrEnum):
    """What an alert is about."""

    NEW = "new"
    CHANGED = "changed"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """What became of an alert on one channel: delivered at, or the last error."""

    channel: str
    delivered_at: datetime | None = None
    attempts: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One development in one area, told once. `subject` is an object id, or the key of a contested question."""

    id: str
    area: str
    what: Development
    subject: str
    version: str
    text: str
    at: datetime
    deliveries: tuple[AlertDelivery, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
