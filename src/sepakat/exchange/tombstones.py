"""The `revoked: true` version of an object that says nothing but that: the content of what is erased must not go out.

Keeps what the standard requires of the type, with a word in place of each text; ids and dates stay, since the holder
has them. Decides nothing. An object that cannot be written so has no such version, and a message tells of it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject
from sepakat.stix.standard import TYPES
from sepakat.stix.validation import faults_of

WORD = "erased"
_MILLISECOND = timedelta(milliseconds=1)
_KEPT = ("type", "spec_version", "id", "created_by_ref", "created", "object_marking_refs")
_TELLING_NOTHING = frozenset(
    {
        *("relationship_type", "pattern_type", "opinion", "context"),
        *("valid_from", "first_observed", "last_observed", "published"),
    }
)
_AT_LEAST: Mapping[str, tuple[str, ...]] = {
    "location": ("region",),
    "observed-data": ("object_refs",),
    "malware-analysis": ("result",),
}
"""Of several properties of which the standard wants one, the one that is written."""
_IN_PLACE: Mapping[str, Any] = {
    "pattern": "[file:name = 'erased']",
    "number_observed": 1,
    "is_family": False,
    "malware_types": ["unknown"],
    "indicator_types": ["unknown"],
    "region": "erased",
    "result": "unknown",
}


def empty_tombstone(content: Mapping[str, Any], now: datetime) -> StixObject | None:
    """The last version of an object; None for what has no versions, or cannot be written without its content."""
    if content.get("modified") is None or content.get("type") not in TYPES:
        return None
    later = max(now, parse_instant(str(content["modified"])) + _MILLISECOND)
    later = later.replace(microsecond=later.microsecond // 1000 * 1000)
    made = {name: content[name] for name in _KEPT if name in content}
    made |= {"modified": format_instant(later), "revoked": True}
    for name in _AT_LEAST.get(str(content["type"]), ()):
        if name in _IN_PLACE or name in content:
            made[name] = _without_content(name, content.get(name))
    for _ in content:
        missing = [fault.path for fault in faults_of(made) if fault.path in content and fault.path not in made]
        if not missing:
            break
        made |= {name: _without_content(name, content[name]) for name in missing}
    if content["type"] == "indicator":
        made["pattern"], made["pattern_type"] = _IN_PLACE["pattern"], "stix"
    return None if faults_of(made) else StixObject.from_content(made)


def _without_content(name: str, value: Any) -> Any:
    if name in _IN_PLACE:
        return _IN_PLACE[name]
    if name in _TELLING_NOTHING or name.endswith(("_ref", "_refs")):
        return value
    if isinstance(value, list):
        return [WORD]
    return WORD
