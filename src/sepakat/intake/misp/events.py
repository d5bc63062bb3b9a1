"""The events in a MISP export: a single event, a list, or what a search answers; every record with a uuid.

Nothing is converted here. Records without a proper uuid get one made of the event and their place and value, so that
the same file gives the same ids again. Of the depth and size of the JSON `stix.scanning` takes care.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

from sepakat.errors import Fault, InputError
from sepakat.stix.scanning import read_json

Record = dict[str, Any]

NAMESPACE = uuid.UUID("1c1b7c8e-6f0a-5d0e-9a55-0f5b8f1f3a60")
"""Of ids that we make for MISP records without one; fixed for ever."""

UNREADABLE_TAG = "tlp:unreadable"
"""In place of tags that cannot be read, since they may have said who may read: no level of TLP, so it counts as RED."""

MAX_DEPTH = 40
_IS_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_LISTS = (
    "Attribute",
    "Object",
    "EventReport",
    "ShadowAttribute",
    "Galaxy",
    "GalaxyCluster",
    "Sighting",
    "ObjectReference",
)


def read_events(data: bytes) -> list[Record]:
    """Every event of an export, in its order, each as what stands under `Event`.

    Raises:
        InputError: no JSON, no event, or an event without a title or with records that are none.
    """
    document, faults = read_json(data.removeprefix(b"\xef\xbb\xbf"), MAX_DEPTH)
    if faults:
        raise _refusal(faults)
    events = list(_events(document))
    faults = tuple(fault for number, event in enumerate(events) for fault in _shape_faults(f"[{number}]", event))
    if not events:
        faults = (Fault("document", "at least one MISP event", "none"),)
    if faults:
        raise _refusal(faults)
    for event in events:
        _complete(event)
    return events


def is_deleted(record: Record) -> bool:
    """Whether MISP only keeps the record to say that it was deleted."""
    return record.get("deleted") in (True, 1, "1")


def _events(document: Any) -> Iterator[Record]:
    if isinstance(document, dict):
        if isinstance(document.get("Event"), dict):
            yield document["Event"]
        elif "response" in document:
            yield from _events(document["response"])
        elif "info" in document:
            yield document
        elif isinstance(document.get("Attribute"), list):
            yield from _loose(document["Attribute"])
    elif isinstance(document, list):
        for item in document:
            yield from _events(item)


def _loose(attributes: list[Any]) -> Iterator[Record]:
    """Attributes that a search answers without their events: one event for those of each."""
    by_event: dict[str, Record] = {}
    for attribute in attributes:
        if isinstance(attribute, dict):
            stated = attribute.get("Event")
            about: Record = stated if isinstance(stated, dict) else {}
            key = str(about.get("uuid") or attribute.get("event_id") or "")
            event = by_event.setdefault(
                key, {"info": "Attributes found by a search", **about, "Attribute": [], "distribution": "0"}
            )
            event["Attribute"].append(attribute)
    yield from by_event.values()


def _shape_faults(path: str, record: Record) -> Iterator[Fault]:
    if not isinstance(record.get("info", ""), str) or not record.get("info"):
        yield Fault(f"{path}.info", "the title of the event", "nothing")
    for name in _LISTS:
        listed = record.get(name, [])
        if listed is None:
            record[name] = []
        elif not isinstance(listed, list):
            yield Fault(f"{path}.{name}", "a list", type(listed).__name__)
        else:
            for place, item in enumerate(listed):
                if not isinstance(item, dict):
                    yield Fault(f"{path}.{name}.[{place}]", "an object", type(item).__name__)


def _complete(event: Record) -> None:
    """Give every record below the event a uuid, in lower case, made of what it is where it has none."""
    if not _has_uuid(event):
        event["uuid"] = _made("event", str(event.get("id")), event["info"], str(event.get("date")))
    stack: list[tuple[str, Record]] = [(event["uuid"], event)]
    while stack:
        above, record = stack.pop()
        _clean(record)
        for name in _LISTS:
            if name not in record:
                continue
            # Where a list of records should stand, anything else is no record.
            found = record[name] if isinstance(record[name], list) else []
            record[name] = listed = [item for item in found if isinstance(item, dict)]
            for place, item in enumerate(listed):
                if not _has_uuid(item):
                    what = (str(item.get(key)) for key in ("type", "value", "name", "object_relation"))
                    # A cluster is the same in every event; everything else belongs to its own.
                    within = ("", "") if name == "GalaxyCluster" else (above, str(place))
                    item["uuid"] = _made(name, *within, *what)
                stack.append((item["uuid"], item))


def _clean(record: Record) -> None:
    """Lists beside the records: where anything else stands there is none, and tags that cannot be read mark as RED."""
    for name in ("RelatedEvent", "Note", "Opinion", "Relationship"):
        if name in record and not isinstance(record[name], list):
            record[name] = []
    tags = record.get("Tag")
    if tags is not None:
        readable = (
            [tag for tag in tags if isinstance(tag, dict) and isinstance(tag.get("name"), str)]
            if isinstance(tags, list)
            else []
        )
        is_whole = isinstance(tags, list) and len(readable) == len(tags)
        record["Tag"] = readable if is_whole else [*readable, {"name": UNREADABLE_TAG}]
    group = record.get("SharingGroup")
    if isinstance(group, dict) and not isinstance(group.get("SharingGroupOrg", []), list):
        group["SharingGroupOrg"] = []


def is_uuid(text: str) -> bool:
    """Whether a text is a uuid as MISP writes it."""
    return _IS_UUID(text) is not None


def _has_uuid(record: Record) -> bool:
    found = record.get("uuid")
    if not isinstance(found, str):
        return False
    record["uuid"] = found.strip().lower()
    return _IS_UUID(record["uuid"]) is not None


def _made(*parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "\n".join(parts)))


def _refusal(faults: tuple[Fault, ...]) -> InputError:
    return InputError(
        "misp-unreadable",
        f"MISP export refused: {faults[0]}",
        "export the event again from MISP as JSON, with its attributes",
        faults,
    )
