"""Calls misp-stix on an event in parts, and gives what it makes as plain content with the record that each comes from.

The parser of misp-stix is kept, its builders of objects are not: they check every value with `stix2`, which costs most
of the time, and what comes out is checked by our own rules anyway. Each part has the event's head and some of its
records; what misp-stix cannot read costs that record alone and is told. Ids, times and markings are put right by
`finishing`.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from misp_stix_converter import MISPtoSTIX21Parser

from sepakat.intake.misp.events import Record
from sepakat.stix.instants import format_instant

RECORDS_AT_ONCE = 1_000
"""How many attributes and objects of one event are converted together."""

_APART = ("Attribute", "Object", "EventReport", "ShadowAttribute", "RelatedEvent")
_IN_FIRST_PART = ("Galaxy", "Tag", "Note", "Opinion")


@dataclass(slots=True)
class Part:
    """What misp-stix made of some records of an event: contents in its order, and its words on what it could not do."""

    contents: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def convert(event: Record) -> Iterator[Part]:
    """The event's objects part by part; the first has the report or grouping, the organisation and the galaxies."""
    head = {name: value for name, value in event.items() if name not in _APART}
    batches = list(_batches(event)) or [{}]
    for number, batch in enumerate(batches):
        kept = head if number == 0 else {name: value for name, value in head.items() if name not in _IN_FIRST_PART}
        yield _convert(kept, batch)


def _batches(event: Record) -> Iterator[dict[str, list[Record]]]:
    for name in ("Attribute", "Object"):
        records = list(event.get(name) or ())
        for start in range(0, len(records), RECORDS_AT_ONCE):
            yield {name: records[start : start + RECORDS_AT_ONCE]}


def _convert(head: Record, batch: Mapping[str, Sequence[Record]]) -> Part:
    part = _parsed({**head, **batch})
    if part is not None:
        return part
    # Something in the part breaks misp-stix whole: its records one by one, so that only those are lost that break it.
    part = Part()
    for name, records in batch.items():
        for record in records:
            alone = _parsed({**head, name: [record]})
            if alone is None:
                part.told.append(f"{record['uuid']}: misp-stix cannot read this {name.lower()}")
            else:
                seen = {content["id"] for content in part.contents}
                part.contents += [content for content in alone.contents if content["id"] not in seen]
                part.told += alone.told
    if not batch or not part.contents:
        bare = _parsed({name: value for name, value in head.items() if name not in _IN_FIRST_PART})
        part.contents = bare.contents if bare is not None else []
        part.told.append(f"{head['uuid']}: misp-stix cannot read the event's galaxies and tags")
    return part


def _parsed(event: Record) -> Part | None:
    parser = _Parser()
    try:
        # Its libraries print what they warn of; the same comes back in `errors` and `warnings`.
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            parser.parse_misp_event({"Event": event})
    except Exception:  # noqa: BLE001 -- misp-stix lets many kinds of error through on odd input
        return None
    told = [str(text) for listed in (parser.errors, parser.warnings) for texts in listed.values() for text in texts]
    return Part([plain(made) for made in parser.stix_objects], told)


class _Content(dict[str, Any]):
    """A STIX object as far as misp-stix looks at those that it has made."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def _builder(type_name: str, **always: Any) -> Any:
    def build(arguments: dict[str, Any]) -> _Content:
        kept = {name: value for name, value in arguments.items() if name not in ("interoperability", "allow_custom")}
        return _Content({"type": type_name, "spec_version": "2.1", **always, **kept})

    return staticmethod(build)


class _Parser(MISPtoSTIX21Parser):  # type: ignore[misc]
    """The parser with plain builders."""

    _create_attack_pattern = _builder("attack-pattern")
    _create_campaign = _builder("campaign")
    _create_course_of_action = _builder("course-of-action")
    _create_custom_attribute = _builder("x-misp-attribute")
    _create_custom_galaxy = _builder("x-misp-galaxy-cluster")
    _create_custom_object = _builder("x-misp-object")
    _create_grouping = _builder("grouping")
    _create_identity = _builder("identity")
    _create_indicator = _builder("indicator", pattern_type="stix", pattern_version="2.1")
    _create_intrusion_set = _builder("intrusion-set")
    _create_location = _builder("location")
    _create_malware = _builder("malware", is_family=False)
    _create_malware_analysis = _builder("malware-analysis")
    _create_note = _builder("note")
    _create_opinion = _builder("opinion")
    _create_relationship = _builder("relationship")
    _create_report = _builder("report")
    _create_sighting = _builder("sighting")
    _create_threat_actor = _builder("threat-actor")
    _create_tool = _builder("tool")
    _create_vulnerability = _builder("vulnerability")

    def _create_observed_data(self, args: dict[str, Any], observables: Sequence[Any]) -> _Content:
        made = {"type": "observed-data", "spec_version": "2.1", **args, "object_refs": [one.id for one in observables]}
        kept = {name: value for name, value in made.items() if name not in ("interoperability", "allow_custom")}
        observed = _Content(kept)
        append = getattr(self, self._results_handling_method)
        append(observed)
        for observable in observables:
            append(observable)
        return observed


def plain(value: Any) -> Any:
    """Content without objects of other libraries: mappings, lists, text, numbers; instants as timestamps."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return format_instant(aware, 6 if aware.microsecond % 1000 else 3)
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items() if inner is not None and inner != []}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, str):
        # Subclasses of str come from other libraries too.
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
