"""A few words that tell one object from others, and its markings as a list: for people, decided by nobody.

Reads content as it stands; what a marking means for a reader is the release rule's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sepakat.exchange.ports import Unit
from sepakat.exchange.records import Policy
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import FIXED_MARKINGS, MarkingDefinition, granular, parse_marking

LONGEST_TITLE = 90

_NAMING = ("name", "abstract", "opinion", "value", "path", "subject")
_SAYING = ("content", "description", "explanation")


@dataclass(frozen=True, slots=True)
class MarkingLine:
    """One marking on an object, or on parts of it."""

    id: StixId
    scheme: str
    """`tlp-2.0`, `tlp-1.0`, `pap`, `statement`, `unknown`, or `unheld` where the definition is not held."""
    level: str
    name: str
    selectors: tuple[str, ...] = ()
    """The parts that it holds for; empty for the whole object."""
    is_added: bool = False
    """A person of this node put it there; it is not in the object and never leaves."""


def title_of(content: Mapping[str, Any]) -> str:
    """A few words that tell an object from others; its type where it has none."""
    for name in _NAMING:
        if isinstance(content.get(name), str) and content[name].strip():
            return _short(content[name])
    if content.get("type") == "relationship":
        return f"{_kind(content, 'source_ref')} {content.get('relationship_type', '')} {_kind(content, 'target_ref')}"
    for name in _SAYING:
        if isinstance(content.get(name), str) and content[name].strip():
            return _short(content[name])
    if content.get("type") == "sighting":
        return f"sighting of {_kind(content, 'sighting_of_ref')}"
    return str(content.get("type", ""))


def titles_of(unit: Unit, ids: Iterable[StixId]) -> Mapping[StixId, str]:
    """The titles of those objects that are held, by id."""
    held = unit.objects.get_many(dict.fromkeys(ids))
    return {object_id: title_of(versions[-1].object.content) for object_id, versions in held.items() if versions}


def markings_of(unit: Unit, content: Mapping[str, Any], policy: Policy | None) -> tuple[MarkingLine, ...]:
    """Every marking of an object: on the whole, on parts, and those that this node added."""
    return tuple(_markings(unit, content, policy))


def _markings(unit: Unit, content: Mapping[str, Any], policy: Policy | None) -> Iterator[MarkingLine]:
    for reference in content.get("object_marking_refs", ()):
        yield _line(unit, StixId(str(reference)))
    for entry in granular(content):
        if entry.marking_ref is not None:
            yield _line(unit, entry.marking_ref, selectors=entry.selectors)
        elif not entry.is_readable:
            yield MarkingLine(StixId(""), "unknown", "", "unreadable", entry.selectors)
    for added in policy.markings if policy else ():
        yield _line(unit, added, is_added=True)


def _line(unit: Unit, id_: StixId, selectors: tuple[str, ...] = (), *, is_added: bool = False) -> MarkingLine:
    known = _definition(unit, id_)
    if known is None:
        return MarkingLine(id_, "unheld", "", id_, selectors, is_added)
    name = known.statement or str(known.content.get("name") or id_)
    return MarkingLine(id_, known.scheme, known.level, name, selectors, is_added)


def _definition(unit: Unit, id_: StixId) -> MarkingDefinition | None:
    fixed = FIXED_MARKINGS.get(id_)
    if fixed is not None:
        return fixed
    held = unit.objects.get(id_)
    return parse_marking(held[-1].object.content) if held else None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def _kind(content: Mapping[str, Any], name: str) -> str:
    return str(content.get(name, "")).partition("--")[0]
