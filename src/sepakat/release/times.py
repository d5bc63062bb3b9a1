"""Instants as whole microseconds since 1970, in which the engine counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sepakat.stix.instants import parse_instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
"""The ends of the calendar."""


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


_FIRST, _LAST = microseconds(FIRST), microseconds(LAST)


def as_datetime(count: int) -> datetime:
    """The instant of a count; one beyond the calendar becomes its first or last instant."""
    return _EPOCH + min(max(count, _FIRST), _LAST) * _MICROSECOND


def duration(length: timedelta) -> int:
    """Whole microseconds of a length of time."""
    return length // _MICROSECOND


def stated(text: object) -> int | None:
    """The instant of a STIX timestamp; None for what is none.

    Raises:
        ValueError: text that is no timestamp.
    """
    return _stated(text) if isinstance(text, str) else None


# Versions of one object were created at one time, and much is created or changed with others.
@lru_cache(maxsize=1 << 15)
def _stated(text: str) -> int:
    return microseconds(parse_instant(text))
