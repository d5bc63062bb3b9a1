"""Timestamps of TAXII (section 2): UTC, six decimals, `Z`.

We give out whole milliseconds, written with six decimals, so that a client which keeps only three loses nothing. From
clients we also take fewer or more decimals; digits beyond microseconds are cut, which for `added_after` reads again
rather than skips.
"""

from __future__ import annotations

from datetime import datetime

from sepakat.stix.instants import format_instant, parse_instant

FORM = "a timestamp in UTC such as 2024-01-31T09:00:00.000000Z"


def format_timestamp(instant: datetime) -> str:
    """The instant with six decimals."""
    return format_instant(instant, 6)


def parse_timestamp(text: str) -> datetime:
    """The instant that a client names.

    Raises:
        ValueError: the text is no timestamp in UTC.
    """
    return parse_instant(text)
