"""Timestamps of STIX: text to instant, text to version key, instant to text.

A STIX timestamp is RFC 3339 in UTC with an upper-case T and Z and any number of fraction digits (section 2.16).
Instants in Sepakat are aware UTC datetimes, so digits beyond microseconds are dropped there; a version key keeps
all of them. The order of version keys as text is the order in time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_TIMESTAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?Z").fullmatch


def parse_instant(text: str) -> datetime:
    """The instant that a STIX timestamp names, in UTC, cut to whole microseconds.

    Raises:
        ValueError: the text is no STIX timestamp, or names a day or time that does not exist.
    """
    match = _TIMESTAMP(text)
    if match is None:
        raise ValueError(f"not a timestamp of the form 2024-01-31T09:00:00.000Z: {text[:60]!r}")
    seconds, fraction = match.groups()
    if fraction is None:
        return datetime.fromisoformat(seconds).replace(tzinfo=UTC)
    return datetime.fromisoformat(f"{seconds}.{fraction[:6]:0<6}").replace(tzinfo=UTC)


# Versions of one object and objects of one day share their times. Guards nothing but time; entries die by disuse.
@lru_cache(maxsize=1 << 14)
def version_key(text: str) -> str:
    """The sortable normal form of a timestamp: at least six digits of fraction, no further trailing zeros, no Z.

    Raises:
        ValueError: as `parse_instant`.
    """
    match = _TIMESTAMP(text)
    if match is None:
        raise ValueError(f"not a timestamp of the form 2024-01-31T09:00:00.000Z: {text[:60]!r}")
    seconds, fraction = match.groups()
    datetime.fromisoformat(seconds)
    if fraction is None:
        return f"{seconds}.000000"
    return f"{seconds}.{fraction[:6]:0<6}{fraction[6:].rstrip('0')}"


def is_timestamp(value: object) -> bool:
    """Whether the value is a STIX timestamp that names an existing instant."""
    if not isinstance(value, str):
        return False
    try:
        version_key(value)
    except ValueError:
        return False
    return True


def format_instant(instant: datetime, digits: int = 3) -> str:
    """A STIX timestamp with 0 to 6 digits of fraction; finer digits are cut, never rounded up.

    Raises:
        ValueError: the instant has no time zone, or `digits` is out of range.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    if not 0 <= digits <= 6:
        raise ValueError(f"digits must be 0 to 6, not {digits}")
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    text = utc.isoformat(timespec="microseconds")
    return f"{text[: 20 + digits] if digits else text[:19]}Z"
