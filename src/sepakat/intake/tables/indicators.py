"""One row of a table as STIX: an indicator with its pattern, or a vulnerability; or every reason why it is none.

Ids come from the creator and the pattern, so that the same value in the next table is the same indicator. The dates of
what we write are ours; `valid_from` is the table's where a column says so.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sepakat.intake.tables.values import Named, hidden_character, kind_said, name_value
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant, is_timestamp
from sepakat.stix.markings import TLP_2
from sepakat.stix.objects import StixObject

NAMESPACE = uuid.UUID("7f0a2f7e-9d3b-5c55-8a0b-6c1f0d9f4b10")
"""Of the ids of what tables say; fixed for ever."""

_OLD_WORDS = {"white": "clear"}
_IS_DAY = re.compile(
    r"(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})(?:[T ](?P<t>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)Z?)?"
).fullmatch
_WORDS_OF_CONFIDENCE = {"low": 15, "medium": 50, "high": 85, "rendah": 15, "sedang": 50, "tinggi": 85}


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says, by role; several cells of one role in their order."""

    cells: Mapping[str, tuple[str, ...]]

    def first(self, role: str) -> str:
        """The first cell of a role that is not empty, or nothing."""
        return next((cell for cell in self.cells.get(role, ()) if cell), "")


def objects_of(said: Said, creator: StixId, now: datetime) -> tuple[list[StixObject], list[str]]:
    """The objects of a row, one for each value, and what is wrong with it; with any fault there are no objects."""
    faults: list[str] = []
    common = _common(said, now, faults)
    word = said.first("type")
    kind = kind_said(word) if word else ""
    if kind is None:
        faults.append(f"type: no kind of indicator: {word[:60]!r}")
    values = [cell for cell in said.cells.get("value", ()) if cell]
    if not values:
        faults.append("value: nothing")
    made: list[StixObject] = []
    for value in values:
        named = name_value(value, kind or "")
        if isinstance(named, str):
            faults.append(f"value: {named}")
        else:
            made.append(_object(named, common, creator, now))
    return ([], faults) if faults else (made, faults)


def _common(said: Said, now: datetime, faults: list[str]) -> dict[str, Any]:
    common: dict[str, Any] = {}
    for role in ("name", "description"):
        text = "\n".join(cell for cell in said.cells.get(role, ()) if cell)
        hidden = hidden_character(text.replace("\n", " ").replace("\t", " "))
        if hidden is not None:
            faults.append(f"{role}: a hidden character {hidden}")
        elif text:
            common[role] = text
    for role, name in (("first-seen", "valid_from"), ("valid-until", "valid_until")):
        text = said.first(role)
        if text:
            moment = instant_of(text)
            if moment is None:
                faults.append(f"{role}: no date of the form 2026-01-31 or 2026-01-31T09:00:00Z: {text[:60]!r}")
            else:
                common[name] = moment
    if "valid_until" in common and common["valid_until"] <= common.get("valid_from", format_instant(now)):
        faults.append("valid-until: a time before it begins to be valid")
    _confidence(said.first("confidence"), common, faults)
    labels = [part.strip() for cell in said.cells.get("labels", ()) for part in re.split(r"[;,|]", cell)]
    if kept := list(dict.fromkeys(part for part in labels if part)):
        common["labels"] = kept
    level = said.first("tlp").lower().removeprefix("tlp:").strip()
    if level:
        marking = TLP_2.get(_OLD_WORDS.get(level, level))
        if marking is None:
            faults.append(f"tlp: no level of TLP: {level[:60]!r}")
        else:
            common["object_marking_refs"] = [marking.id]
    return common


def _confidence(text: str, common: dict[str, Any], faults: list[str]) -> None:
    if not text:
        return
    if text.lower() in _WORDS_OF_CONFIDENCE:
        common["confidence"] = _WORDS_OF_CONFIDENCE[text.lower()]
    elif re.fullmatch(r"[0-9]{1,3}%?", text) and int(text.rstrip("%")) <= 100:
        common["confidence"] = int(text.rstrip("%"))
    else:
        faults.append(f"confidence: no number from 0 to 100: {text[:60]!r}")


def instant_of(text: str) -> str | None:
    """A date or time as a timestamp; dates whose order of day and month is open are none."""
    if is_timestamp(text):
        return text
    match = _IS_DAY(text)
    if match is None:
        return None
    year, month, day = (int(match[part]) for part in "ymd")
    try:
        moment = datetime.fromisoformat(f"{year:04d}-{month:02d}-{day:02d}T{match['t'] or '00:00'}")
    except ValueError:
        return None
    return format_instant(moment.replace(tzinfo=UTC))


def _object(named: Named, common: Mapping[str, Any], creator: StixId, now: datetime) -> StixObject:
    moment = format_instant(now)
    pattern = _pattern(named)
    type_ = "vulnerability" if named.kind == "vulnerability" else "indicator"
    content: dict[str, Any] = {
        "type": type_,
        "spec_version": "2.1",
        "id": f"{type_}--{uuid.uuid5(NAMESPACE, chr(10).join((creator, pattern)))}",
        "created_by_ref": creator,
        "created": moment,
        "modified": moment,
    }
    if type_ == "vulnerability":
        described = {name: value for name, value in common.items() if not name.startswith("valid")}
        content |= described
        content["name"] = named.value
        content["external_references"] = [{"source_name": "cve", "external_id": named.value}]
    else:
        content |= {"pattern": pattern, "pattern_type": "stix", "valid_from": moment, **common}
    return StixObject.from_content(content)


def _pattern(named: Named) -> str:
    value = named.value.replace("\\", "\\\\").replace("'", "\\'")
    if named.kind == "file-hash":
        return f"[file:hashes.'{named.algorithm}' = '{value}']"
    if named.kind == "file-name":
        return f"[file:name = '{value}']"
    if named.kind == "mutex":
        return f"[mutex:name = '{value}']"
    if named.kind == "autonomous-system":
        return f"[autonomous-system:number = {value}]"
    if named.kind == "windows-registry-key":
        return f"[windows-registry-key:key = '{value}']"
    if named.kind == "vulnerability":
        return value
    return f"[{named.kind}:value = '{value}']"
