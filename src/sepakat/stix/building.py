"""Small builders of new STIX objects: the common properties in one place, ids and times given by the caller.

Nothing is looked up or invented here; what is built is not checked (see `validation`). STIX 2.1 section 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sepakat.stix.identifiers import StixId, observable_id, type_of
from sepakat.stix.instants import format_instant
from sepakat.stix.objects import StixObject
from sepakat.stix.standard import SPEC_VERSION


def new_object(
    identifier: StixId,
    created: datetime,
    properties: Mapping[str, Any],
    *,
    modified: datetime | None = None,
    creator: StixId | None = None,
) -> StixObject:
    """A domain, relationship or custom object of the type that the id names; `None` values are left out."""
    moment = format_instant(created)
    content: dict[str, Any] = {
        "type": type_of(identifier),
        "spec_version": SPEC_VERSION,
        "id": identifier,
        "created_by_ref": creator,
        "created": moment,
        "modified": moment if modified is None else format_instant(modified),
        **properties,
    }
    return StixObject.from_content({name: value for name, value in content.items() if value is not None})


def new_relationship(
    identifier: StixId,
    created: datetime,
    source: StixId,
    relationship_type: str,
    target: StixId,
    *,
    creator: StixId | None = None,
) -> StixObject:
    """A relationship from source to target."""
    properties = {"relationship_type": relationship_type, "source_ref": source, "target_ref": target}
    return new_object(identifier, created, properties, creator=creator)


def new_observable(type_name: str, properties: Mapping[str, Any]) -> StixObject:
    """A cyber-observable with its deterministic id.

    Raises:
        InputError: the properties leave the id open.
    """
    content: dict[str, Any] = {"type": type_name, "spec_version": SPEC_VERSION, **properties}
    content["id"] = observable_id(content)
    return StixObject.from_content(content)


def new_statement_marking(identifier: StixId, created: datetime, statement: str) -> StixObject:
    """A statement marking."""
    content = {
        "type": "marking-definition",
        "spec_version": SPEC_VERSION,
        "id": identifier,
        "created": format_instant(created),
        "definition_type": "statement",
        "definition": {"statement": statement},
    }
    return StixObject.from_content(content)


def revoked_version(current: StixObject, modified: datetime) -> StixObject:
    """The version of an object that revokes it, otherwise equal to the current one."""
    content = {**current.content, "modified": format_instant(modified), "revoked": True}
    return StixObject.from_content(content)


def bundle_bytes(identifier: StixId, objects: tuple[StixObject, ...]) -> bytes:
    """A bundle of the exact bytes of the objects."""
    head = f'{{"type":"bundle","id":"{identifier}"'.encode()
    if not objects:
        return head + b"}"
    return head + b',"objects":[' + b",".join(entry.raw for entry in objects) + b"]}"
