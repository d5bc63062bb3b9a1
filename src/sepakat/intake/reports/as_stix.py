"""Proposals as STIX 2.1 objects: what a reading would become if a person confirmed it.

A report, identities, locations, threat actors or intrusion sets, notes that carry claims, and relationships; each with
the place in the text, the rule and the score that stand behind it. **Nothing here is released or even held**: these are
values, and who takes a confirmed one in keeps who confirmed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sepakat.intake.reports.as_claims import propose_claims
from sepakat.intake.reports.entities import Entity
from sepakat.intake.reports.gazetteer import Group, key_of
from sepakat.intake.reports.proposing import Builder, Origin, ProposedObject
from sepakat.intake.reports.reading import Reading
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant

_CLASSES = {"media": "organization", "government": "organization", "military": "organization", "person": "individual"}

MOST_OF_AN_ABBREVIATION = 4


def propose_objects(reading: Reading, origin: Origin) -> list[ProposedObject]:
    """The objects that the reading proposes: what others refer to first, the report last.

    Raises:
        InputError: a claim that the rules made is not one that the claim extension allows.
    """
    builder = Builder(reading, origin)
    for entity in sorted(reading.entities, key=lambda one: one.start):
        _entity(builder, entity)
    _media(builder)
    propose_claims(builder)
    _report(builder)
    return builder.objects


def _entity(builder: Builder, entity: Entity) -> None:
    match entity.kind:
        case "person" | "organisation":
            content = _identity(builder, entity)
        case "country" | "place":
            content = _location(builder, entity)
        case _:
            content = _group(builder, entity)
    known = StixId(content["id"])
    builder.by_entity[id(entity)] = known
    builder.ids.setdefault(key_of(entity.name), known)
    for other in entity.also:
        builder.ids.setdefault(key_of(other), known)
    content["external_references"] = [builder.reference()]
    builder.add(ProposedObject(entity.kind, content, entity.rule, entity.score, entity.start, entity.end))


def _identity(builder: Builder, entity: Entity) -> dict[str, Any]:
    content = builder.base("identity", entity.kind, key_of(entity.name))
    content["name"] = entity.name
    content["identity_class"] = _CLASSES.get(entity.kind if entity.kind == "person" else entity.type, "organization")
    if entity.office:
        content["roles"] = [entity.office]
    return content


def _location(builder: Builder, entity: Entity) -> dict[str, Any]:
    content = builder.base("location", key_of(entity.area.name if entity.area else entity.name), entity.country or "")
    content["name"] = name = _as_written(builder, entity)
    if entity.country:
        content["country"] = entity.country
    area = entity.area
    if area is not None and area.latitude is not None and area.longitude is not None:
        content["latitude"], content["longitude"] = area.latitude, area.longitude
    if entity.type == "admin":
        content["administrative_area"] = name
    if entity.type == "settlement":
        content["city"] = name
    if "country" not in content and "latitude" not in content:
        content["region"] = key_of(entity.name).replace(" ", "-")
    return content


def _as_written(builder: Builder, entity: Entity) -> str:
    """The name of a place, not in the capitals of a dateline if the text or the tables have another form."""
    name = entity.name
    if not name.isupper() or len(name) <= MOST_OF_AN_ABBREVIATION:
        return name
    text = builder.reading.page.text
    forms = [text[one.start : one.end] for one in builder.reading.mentions if one.entity is entity]
    forms += [entity.area.name] if entity.area is not None and key_of(entity.area.name) == key_of(name) else []
    return next((form for form in forms if not form.isupper()), name)


def _group(builder: Builder, entity: Entity) -> dict[str, Any]:
    known = entity.gazetteer if isinstance(entity.gazetteer, Group) else None
    type_ = known.kind if known is not None else "threat-actor"
    content = builder.base(type_, key_of(entity.name))
    content["name"] = entity.name
    others = sorted({*entity.also, *((entity.long,) if entity.long else ())} - {entity.name})
    if others:
        content["aliases"] = others
    return content


def _media(builder: Builder) -> None:
    header = builder.reading.page.header
    for name in (header.publisher, header.agency):
        if name and not builder.ids.get(key_of(name), "").startswith("identity--"):
            content = builder.base("identity", "organisation", key_of(name))
            content |= {"name": name, "identity_class": "organization", "external_references": [builder.reference()]}
            builder.ids[key_of(name)] = StixId(content["id"])
            builder.add(ProposedObject("medium", content, "header", 0.8))


def _report(builder: Builder) -> None:
    page = builder.reading.page
    refs: Sequence[str] = [one.content["id"] for one in builder.objects]
    if not refs:
        return
    content = builder.base("report", "report")
    content |= {
        "name": page.header.title or page.name or "report",
        "published": format_instant(builder.said_at),
        "object_refs": refs,
        "external_references": [builder.reference()],
    }
    if page.header.language:
        content["lang"] = page.header.language
    builder.add(ProposedObject("report", content, "page", 0.9))
