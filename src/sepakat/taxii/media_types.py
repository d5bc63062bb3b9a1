"""Media types and their negotiation (TAXII 2.1 section 1.6.8): what we answer in, what we accept of others.

Lenient towards clients that are known to ask for less or more than they should: any range that covers JSON is taken,
with or without version, spaces or quotes. A range that names another version of TAXII or STIX is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

TAXII = "application/taxii+json;version=2.1"
"""The Content-Type of every answer, errors too."""
STIX = "application/stix+json;version=2.1"
"""The media type of every object."""

_VERSION = "2.1"
_READABLE = frozenset({"application/taxii+json", "application/stix+json", "application/json"})
_ANYTHING = frozenset({"*/*", "application/*"})
_WRITABLE = frozenset({*_READABLE, "application/vnd.oasis.stix+json"})


@lru_cache(maxsize=256)
def is_acceptable(accept: str) -> bool:
    """Whether an Accept header lets us answer as `TAXII`; an empty one does."""
    ranges = list(_media_ranges(accept))
    return not ranges or any(
        _has_weight(parameters) and (name in _ANYTHING or (name in _READABLE and _is_our_version(parameters)))
        for name, parameters in ranges
    )


@lru_cache(maxsize=256)
def is_writable(content_type: str) -> bool:
    """Whether a body of this Content-Type can be added to a collection."""
    ranges = list(_media_ranges(content_type))
    return len(ranges) == 1 and ranges[0][0] in _WRITABLE and _is_our_version(ranges[0][1])


def _media_ranges(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    for part in header.split(","):
        name, *parameters = part.split(";")
        if name.strip():
            pairs = (parameter.partition("=") for parameter in parameters)
            yield name.strip().lower(), {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}


def _is_our_version(parameters: dict[str, str]) -> bool:
    return parameters.get("version", _VERSION) == _VERSION


def _has_weight(parameters: dict[str, str]) -> bool:
    # A weight of nothing ("q=0", "q=0.000") says "anything but this" (RFC 9110 section 12.4.2).
    return parameters.get("q", "1").strip("0.") != "" or parameters.get("q") == ""
