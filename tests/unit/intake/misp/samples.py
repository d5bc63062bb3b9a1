"""A MISP event with one of everything; every organisation and value is invented."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from sepakat.intake.misp.reader import read
from sepakat.intake.source import Contents, Source
from sepakat.stix.identifiers import PartyId, StixId

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
OURS = StixId("identity--5aa2e262-8c78-484b-8d0a-000000000900")
CERT, OTHER = "5aa2e262-8c78-484b-8d0a-000000000071", "5aa2e262-8c78-484b-8d0a-000000000072"


def uid(number: int) -> str:
    return f"5aa2e262-8c78-484b-8d0a-{number:012d}"


def attribute(number: int, type_: str, value: str, category: str = "Network activity", **more: Any) -> dict[str, Any]:
    return {
        "uuid": uid(number),
        "type": type_,
        "category": category,
        "value": value,
        "timestamp": "1700000000",
        "to_ids": True,
        "distribution": "5",
        "comment": "",
        "deleted": False,
        **more,
    }


def event(*attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "uuid": uid(1),
        "info": "Everything",
        "date": "2023-11-14",
        "timestamp": "1700000500",
        "publish_timestamp": "1700000600",
        "published": True,
        "threat_level_id": "1",
        "analysis": "2",
        "distribution": "3",
        "Orgc": {"uuid": CERT, "name": "CERT of somewhere"},
        "Attribute": list(attributes),
        **more,
    }


def misp_object(number: int, name: str, *attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "uuid": uid(number),
        "name": name,
        "meta-category": "file",
        "template_uuid": uid(number + 500),
        "template_version": "1",
        "timestamp": "1700000000",
        "distribution": "5",
        "Attribute": list(attributes),
        **more,
    }


SHARING_GROUP = {
    "uuid": uid(70),
    "name": "Core group",
    "SharingGroupOrg": [
        {"extend": True, "Organisation": {"uuid": CERT, "name": "CERT of somewhere"}},
        {"extend": False, "Organisation": {"uuid": OTHER, "name": "Other"}},
    ],
}


def source(document: Any, **identities: str) -> Source:
    known = {StixId(f"identity--{organisation}"): PartyId(party) for party, organisation in identities.items()}
    return Source(orjson.dumps(document), "event.json", NOW, OURS, identities=known)


def read_event(*attributes: dict[str, Any], known: dict[str, str] | None = None, **more: Any) -> Contents:
    return read(source({"Event": event(*attributes, **more)}, **(known or {})))


def by_id(contents: Contents) -> dict[str, Any]:
    return {made.id: made.content for made in contents.objects}
