"""Proposals as STIX 2.1 objects: what a reading would become if a person confirmed it.

A report, identities, locations, threat actors or intrusion sets, and notes that carry claims; each with the place in
the text, the rule and the score that stand behind it. **Nothing here is released or even held**: these are values, and
who takes a confirmed one in keeps who confirmed it. Ids come from the digest of the page and what is named, so that
confirming twice makes nothing twice. Belief, descent and the like become no property and no label.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sepakat.claims.building import Carrier, build_claim
from sepakat.claims.claim import Basis, Claim, Lineage, MadeBy, Person, Quantity, Span, Valid
from sepakat.intake.reports.entities import Entity
from sepakat.intake.reports.gazetteer import Group, key_of
from sepakat.intake.reports.numbers import Number
from sepakat.intake.reports.reading import Reading
from sepakat.intake.reports.statements import Statement
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant

NAMESPACE = uuid.UUID("6a7c1e0a-5e0b-5a38-9b5b-8f0f6f2b7f11")
"""Of the ids of what was read from pages; fixed for ever, so that one page gives the same ids everywhere."""

MAKER = "sepakat.intake.reports"
_KINDS = {
    "say": "report", "announce": "report", "confirm": "report", "claim": "report", "warn": "assessment", "doubt": "assessment",
    "deny": "denial", "refuse": "denial", "accuse": "accusation", "promise": "offer", "offer": "offer", "demand": "report",
    "ask": "question",
}  # fmt: skip
_CLASSES = {"media": "organization", "government": "organization", "military": "organization", "person": "individual"}
_QUALIFIERS = {"more-than": "at-least", "less-than": "at-most"}


@dataclass(frozen=True, slots=True)
class ProposedObject:
    """One object as a person would confirm it. `start` and `end` count in the text of the page, None for the report."""

    content: dict[str, Any]
    rule: str
    score: float
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Who takes the page in, when, and where it was found; `address` None where nobody has said."""

    creator: StixId
    now: datetime
    address: str | None = None


@dataclass(slots=True)
class _Builder:
    reading: Reading
    origin: Origin
    objects: list[ProposedObject] = field(default_factory=list)
    ids: dict[str, StixId] = field(default_factory=dict)

    def id_of(self, type_: str, *parts: str) -> StixId:
        """The id of an object of this page."""
        name = "\n".join((self.reading.page.digest, type_, *parts))
        return StixId(f"{type_}--{uuid.uuid5(NAMESPACE, name)}")

    def base(self, type_: str, *parts: str) -> dict[str, Any]:
        """What every object has."""
        now = format_instant(self.origin.now)
        return {
            "type": type_,
            "spec_version": "2.1",
            "id": self.id_of(type_, *parts),
            "created_by_ref": self.origin.creator,
            "created": now,
            "modified": now,
        }

    def reference(self) -> dict[str, Any]:
        """The page as an external reference: its name or publisher, address, digest."""
        page = self.reading.page
        found: dict[str, Any] = {"source_name": page.header.publisher or page.name or "report"}
        if page.header.title:
            found["description"] = page.header.title
        if self.origin.address:
            found["url"] = self.origin.address
            found["hashes"] = {"SHA-256": page.digest}
        else:
            found["external_id"] = f"sha256:{page.digest}"
        return found


def propose_objects(reading: Reading, origin: Origin) -> list[ProposedObject]:
    """The objects that the reading proposes: what others refer to first, the report last.

    Raises:
        InputError: a claim that the rules made is not one that the claim extension allows.
    """
    builder = _Builder(reading, origin)
    for entity in reading.entities:
        _entity(builder, entity)
    _media(builder)
    for statement in reading.statements:
        if statement.speaker is not None:
            _statement(builder, statement)
    _report(builder)
    return builder.objects


def _entity(builder: _Builder, entity: Entity) -> None:
    match entity.kind:
        case "person" | "organisation":
            content = _identity(builder, entity)
        case "country" | "place":
            content = _location(builder, entity)
        case _:
            content = _group(builder, entity)
    builder.ids[key_of(entity.name)] = content["id"]
    for other in entity.also:
        builder.ids.setdefault(key_of(other), content["id"])
    content["external_references"] = [builder.reference()]
    builder.objects.append(ProposedObject(content, entity.rule, entity.score, entity.start, entity.end))


def _identity(builder: _Builder, entity: Entity) -> dict[str, Any]:
    content = builder.base("identity", entity.kind, key_of(entity.name))
    content["name"] = entity.name
    content["identity_class"] = _CLASSES.get(entity.kind if entity.kind == "person" else entity.type, "organization")
    if entity.office:
        content["roles"] = [entity.office]
    return content


def _location(builder: _Builder, entity: Entity) -> dict[str, Any]:
    content = builder.base("location", key_of(entity.area.name if entity.area else entity.name), entity.country or "")
    content["name"] = entity.name
    if entity.country:
        content["country"] = entity.country
    area = entity.area
    if area is not None and area.latitude is not None and area.longitude is not None:
        content["latitude"], content["longitude"] = area.latitude, area.longitude
    if entity.type == "admin":
        content["administrative_area"] = entity.name
    if entity.type == "settlement":
        content["city"] = entity.name
    if "country" not in content and "latitude" not in content:
        content["region"] = key_of(entity.name).replace(" ", "-")
    return content


def _group(builder: _Builder, entity: Entity) -> dict[str, Any]:
    known = entity.gazetteer if isinstance(entity.gazetteer, Group) else None
    type_ = known.kind if known is not None else "threat-actor"
    content = builder.base(type_, key_of(entity.name))
    content["name"] = entity.name
    others = sorted({*entity.also, *((entity.long,) if entity.long else ())} - {entity.name})
    if others:
        content["aliases"] = others
    return content


def _media(builder: _Builder) -> None:
    header = builder.reading.page.header
    for name in (header.publisher, header.agency):
        if name and key_of(name) not in builder.ids:
            content = builder.base("identity", "organisation", key_of(name))
            content |= {"name": name, "identity_class": "organization", "external_references": [builder.reference()]}
            builder.ids[key_of(name)] = content["id"]
            builder.objects.append(ProposedObject(content, "header", 0.8))


def _statement(builder: _Builder, statement: Statement) -> None:
    page = builder.reading.page
    content = page.text[statement.start : statement.end].strip(" ,")
    speaker = builder.ids.get(key_of(statement.speaker or ""))
    if speaker is not None and not speaker.startswith("identity--"):
        # A state or group speaks: the extension asks for an identity of its own.
        speaker = None
    speaker = speaker or _speaker(builder, statement)
    numbers = [one for one in builder.reading.numbers if statement.start <= one.start < statement.end]
    quantity = _quantity(numbers[0], page.text) if len(numbers) == 1 else None
    entity = statement.entity
    claim = Claim(
        kind="estimate"
        if quantity is not None and statement.act == "say"
        else _KINDS.get(statement.act or "say", "report"),
        speaker_ref=speaker,
        quantity=quantity,
        valid=_valid(builder.reading, statement),
        basis=(Basis("quotes", digest=page.digest),),
        lineage=Lineage(roots=(page.digest,)),
        person=Person(entity.category) if entity is not None and entity.kind == "person" else None,
        status="live",
        made_by=MadeBy("program", f"{MAKER}:{statement.rule}"),
        span=Span(page.digest, statement.start, statement.end),
    )
    id_ = builder.id_of("note", str(statement.start), str(statement.end))
    carrier = Carrier(
        id=id_,
        created=builder.origin.now,
        modified=builder.origin.now,
        created_by_ref=builder.origin.creator,
        properties={"object_refs": [speaker], "external_references": [builder.reference()]},
    )
    note = build_claim(claim, carrier, content, statement.speaker)
    builder.objects.append(ProposedObject(note, statement.rule, statement.score, statement.start, statement.end))


def _speaker(builder: _Builder, statement: Statement) -> StixId:
    """An identity for a speaker that is a state, a group, or named by words alone."""
    name = statement.speaker or ""
    content = builder.base("identity", "speaker", key_of(name))
    if any(one.content["id"] == content["id"] for one in builder.objects):
        return StixId(content["id"])
    content |= {"name": name, "identity_class": "group", "external_references": [builder.reference()]}
    builder.objects.append(ProposedObject(content, statement.rule, statement.score))
    _relate_speaker(builder, statement, StixId(content["id"]))
    return StixId(content["id"])


def _relate_speaker(builder: _Builder, statement: Statement, speaker: StixId) -> None:
    """What the speaker is: the state or group that the page names."""
    known = builder.ids.get(key_of(statement.speaker or ""))
    if known is None:
        return
    kind = "located-at" if known.startswith("location--") else "related-to"
    relation = builder.base("relationship", kind, speaker, known)
    relation |= {"relationship_type": kind, "source_ref": speaker, "target_ref": known}
    builder.objects.append(ProposedObject(relation, statement.rule, statement.score))


def _quantity(number: Number, text: str) -> Quantity | None:
    said = text[number.start : number.end]
    unit = number.unit or "unstated"
    qualifier = _QUALIFIERS.get(number.hedge, number.hedge)
    if qualifier == "between":
        return Quantity("between", unit, min=number.least, max=number.most, as_said=said)
    if qualifier == "at-least":
        return Quantity(qualifier, unit, min=number.value if number.value is not None else number.least, as_said=said)
    if qualifier == "at-most":
        return Quantity(qualifier, unit, max=number.value if number.value is not None else number.most, as_said=said)
    if qualifier in {"exactly", "about", "about-or-more"} and number.value is not None:
        return Quantity(qualifier, unit, point=number.value, as_said=said)
    return None


def _valid(reading: Reading, statement: Statement) -> Valid | None:
    days = [one for one in reading.dates if statement.start <= one.start < statement.end and len(one.value) == 10]
    if len(days) != 1:
        return None
    day = days[0].value
    return Valid(f"{day}T00:00:00Z", f"{day}T23:59:59Z", "day")


def _report(builder: _Builder) -> None:
    page = builder.reading.page
    refs: Sequence[str] = [one.content["id"] for one in builder.objects]
    if not refs:
        return
    content = builder.base("report", "report")
    published = page.header.published or builder.origin.now
    content |= {
        "name": page.header.title or page.name or "report",
        "published": format_instant(published),
        "object_refs": list(dict.fromkeys(refs)),
        "external_references": [builder.reference()],
    }
    if page.header.language:
        content["lang"] = page.header.language
    builder.objects.append(ProposedObject(content, "page", 0.9))
