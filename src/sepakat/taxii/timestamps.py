"""Timestamps of TAXII (section 2): UTC, six decimals, `Z`.

We give out whole milliseconds, written with six decimals, so that a client which keeps only three loses nothing. From
clients we also take fewer or more decimals; digits beyond microseconds are cut, which for `added_after` reads again
rather than skips.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sepakat.stix.instants import format_instant, parse_instant

FORM = "a timestamp in UTC such as 2024-01-31T09:00:00.000000Z"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000


def format_microseconds(count: int) -> str:
    """The instant so many microseconds after 1970, with six decimals."""
    seconds, fraction = divmod(count, _SECOND)
    return f"{_second(seconds)}{fraction:06}Z"


@lru_cache(maxsize=256)
def _second(seconds: int) -> str:
    # Rows of a page were mostly added within few seconds.
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.")


def format_timestamp(instant: datetime) -> str:
    """The instant with six decimals."""
    return format_instant(instant, 6)


def parse_timestamp(text: str) -> datetime:
    """The instant that a client names.

    Raises:
        ValueError: the text is no timestamp in UTC.
    """
    return parse_instant(text)
