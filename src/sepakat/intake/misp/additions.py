"""What misp-stix leaves out of an event, as STIX objects: reports, proposals, records and references that it drops.

A proposal of another organisation stays a note on what it is about: nobody has accepted it. A record of which misp-stix
makes nothing becomes the custom object in which it keeps what STIX has no type for. What has no place in STIX at all is
named in `event_losses`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sepakat.intake.misp.events import NAMESPACE, Record, is_deleted
from sepakat.intake.source import Item
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant

Content = dict[str, Any]

REFS_AT_ONCE = 10_000
"""From how many references on a report names groups of them instead of each."""

_MENTION = re.compile(r"@\[(?:attribute|object)\]\(([0-9a-fA-F-]{36})\)")
_FOR_REFERENCE = (
    "observed-data",
    "indicator",
    "x-misp-object",
    "x-misp-attribute",
    "vulnerability",
    "campaign",
    "malware",
)
_LATEST = 253402300799


def timestamp_of(record: Record, *names: str, default: str) -> str:
    """The first of some fields that is an instant in seconds, as a timestamp."""
    for name in names:
        text = str(record.get(name) or "")
        if text.isascii() and text.isdigit() and 0 < int(text[:13]) <= _LATEST and len(text) <= 12:
            return format_instant(datetime.fromtimestamp(int(text), UTC))
    return default


class Additions:
    """Writes what is missing of one event. `made` maps the uuid of a record to the objects made of it."""

    def __init__(self, event: Record, report: Content, made: Mapping[str, Sequence[StixId]]) -> None:
        self._event = event
        self._report = report
        self._made = made
        self._modified = str(report["modified"])

    def everything(self) -> Iterator[tuple[Content, Record]]:
        """Each object with the record whose markings it has."""
        for report in self._event.get("EventReport") or ():
            if not is_deleted(report):
                yield self._event_report(report), report
        yield from self._proposals(self._event, self._report["id"])
        for attribute in self._attributes():
            yield from self._proposals(attribute, self._of(attribute["uuid"]) or self._report["id"])
        for misp_object in self._event.get("Object") or ():
            yield from self._references(misp_object)

    def _attributes(self) -> Iterator[Record]:
        yield from self._event.get("Attribute") or ()
        for misp_object in self._event.get("Object") or ():
            yield from misp_object.get("Attribute") or ()

    def _of(self, record_uuid: str) -> StixId | None:
        """The object that stands for a record when something refers to it."""
        made = self._made.get(record_uuid, ())
        ranked = sorted(made, key=lambda id_: _rank(id_.partition("--")[0]))
        return ranked[0] if ranked else None

    def left_out(self) -> Iterator[tuple[Content, Record]]:
        """Attributes and objects of which misp-stix made nothing, in its own custom types."""
        for attribute in self._event.get("Attribute") or ():
            if not self._made.get(attribute["uuid"]):
                yield self._custom_attribute(attribute), attribute
        for misp_object in self._event.get("Object") or ():
            if not self._made.get(misp_object["uuid"]):
                yield self._custom_object(misp_object), misp_object

    def _custom_attribute(self, attribute: Record) -> Content:
        type_, category = str(attribute.get("type")), str(attribute.get("category"))
        made = {
            **self._base("x-misp-attribute", attribute),
            "labels": [f'misp:type="{type_}"', f'misp:category="{category}"'],
            "x_misp_type": type_,
            "x_misp_category": category,
            "x_misp_value": str(attribute.get("value") or ""),
        }
        return {**made, "x_misp_comment": str(attribute["comment"])} if attribute.get("comment") else made

    def _custom_object(self, misp_object: Record) -> Content:
        name, category = str(misp_object.get("name")), str(misp_object.get("meta-category"))
        kept = ("uuid", "type", "object_relation", "category", "value", "comment")
        return {
            **self._base("x-misp-object", misp_object),
            "labels": [f'misp:name="{name}"', f'misp:meta-category="{category}"'],
            "x_misp_name": name,
            "x_misp_meta_category": category,
            "x_misp_attributes": [
                {key: str(attribute[key]) for key in kept if attribute.get(key) not in (None, "")}
                for attribute in misp_object.get("Attribute") or ()
                if isinstance(attribute, dict) and not is_deleted(attribute)
            ],
        }

    def _base(self, type_: str, record: Record) -> Content:
        moment = timestamp_of(record, "timestamp", default=self._modified)
        creator = self._report.get("created_by_ref")
        made = {"type": type_, "spec_version": "2.1", "id": f"{type_}--{record['uuid']}", "created_by_ref": creator}
        return {**made, "created": moment, "modified": moment}

    def _event_report(self, report: Record) -> Content:
        mentioned = [id_ for found in _MENTION.findall(str(report.get("content"))) if (id_ := self._of(found.lower()))]
        return {
            **self._base("note", report),
            "abstract": str(report.get("name") or "Event report"),
            "content": str(report.get("content") or ""),
            "object_refs": list(dict.fromkeys([self._report["id"], *mentioned])),
            "labels": ['misp:data-layer="Event Report"'],
        }

    def _proposals(self, record: Record, about: StixId) -> Iterator[tuple[Content, Record]]:
        for proposal in record.get("ShadowAttribute") or ():
            organisation = proposal.get("Org") if isinstance(proposal.get("Org"), dict) else {}
            if proposal.get("proposal_to_delete") in (True, 1, "1"):
                text = "Proposal: delete this attribute"
            else:
                kind, category = (str(proposal.get(name) or "?") for name in ("type", "category"))
                text = f"Proposal: {kind} ({category}) = {proposal.get('value')}"
            if proposal.get("comment"):
                text += f"\n{proposal['comment']}"
            note = {
                **self._base("note", proposal),
                "abstract": "Proposal in MISP that nobody has accepted",
                "content": text,
                "object_refs": [about],
                "labels": ['misp:data-layer="Proposal"'],
            }
            if organisation.get("name"):
                note["authors"] = [str(organisation["name"])]
            yield note, record

    def _references(self, misp_object: Record) -> Iterator[tuple[Content, Record]]:
        """References whose ends stand in different parts, or that misp-stix did not follow."""
        for reference in misp_object.get("ObjectReference") or ():
            source, target = self._of(misp_object["uuid"]), self._of(str(reference.get("referenced_uuid")).lower())
            if source is None or target is None or is_deleted(reference):
                continue
            kind = re.sub(r"[^a-z0-9-]+", "-", str(reference.get("relationship_type")).lower()).strip("-")
            yield (
                {
                    **self._base("relationship", reference),
                    "relationship_type": kind or "related-to",
                    "source_ref": source,
                    "target_ref": target,
                },
                misp_object,
            )


def grouped(report: Content, refs: Sequence[StixId]) -> list[Content]:
    """The report with its references; of a large event it names groupings of them, so that no object is too large."""
    if len(refs) <= REFS_AT_ONCE:
        return [{**report, "object_refs": list(refs)}]
    groups: list[Content] = []
    for number, start in enumerate(range(0, len(refs), REFS_AT_ONCE), 1):
        made = uuid.uuid5(NAMESPACE, f"{report['id']}\ngroup {number}")
        names = ("spec_version", "created_by_ref", "created", "modified")
        kept: Content = {name: report[name] for name in names if name in report}
        groups.append(
            {
                "type": "grouping",
                **kept,
                "id": f"grouping--{made}",
                "name": f"{report['name']}, part {number}",
                "context": "suspicious-activity",
                "object_refs": list(refs[start : start + REFS_AT_ONCE]),
                "object_marking_refs": report["object_marking_refs"],
            }
        )
    return [{**report, "object_refs": [group["id"] for group in groups]}, *groups]


def event_labels(event: Record) -> list[str]:
    """What MISP says of an event as a whole and STIX has no property for."""
    named = (("threat-level", "threat_level_id"), ("analysis", "analysis"), ("extends", "extends_uuid"))
    labels = [f'misp:{name}="{event[key]}"' for name, key in named if event.get(key) not in (None, "")]
    if event.get("date"):
        labels.append(f'misp:date="{str(event["date"])[:40]}"')
    return labels


def event_losses(event: Record) -> Iterator[Item]:
    """What of an event as a whole is not taken."""
    if event.get("RelatedEvent"):
        number = len(event["RelatedEvent"])
        yield Item(event["uuid"], f"{number} related events: correlations of the MISP instance, not of this event")
    for name in ("Note", "Opinion", "Relationship"):
        if event.get(name) and name == "Relationship":
            yield Item(event["uuid"], f"{len(event[name])} analyst relationships")


def _rank(type_: str) -> int:
    return _FOR_REFERENCE.index(type_) if type_ in _FOR_REFERENCE else len(_FOR_REFERENCE)
