"""What the objects of one page have in common while they are put together: ids, dates, the page as their source.

An id comes from the creator, the digest of the page and what is named: taking a page in twice makes nothing twice, and
two parties that read the same page never write under one id. No object here is held; see `as_stix`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sepakat.claims.lineage import canonical_address, public_token
from sepakat.intake.reports.gazetteer import key_of
from sepakat.intake.reports.reading import Reading
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant

NAMESPACE = uuid.UUID("6a7c1e0a-5e0b-5a38-9b5b-8f0f6f2b7f11")
"""Of the ids of what was read from pages; fixed for ever."""

MOST_OF_A_NAME = 1_000


@dataclass(frozen=True, slots=True)
class ProposedObject:
    """One object as a person would confirm it. `start` and `end` count in the text of the page; None: the whole page.

    `kind` is what it is to a reader: person, organisation, country, place, group, medium, speaker, statement, event,
    number, relation, conflict, source or report.
    """

    kind: str
    content: dict[str, Any]
    rule: str
    score: float
    start: int | None = None
    end: int | None = None

    @property
    def name(self) -> str:
        """The name folded, by which equal ones of other pages are found; empty for what has none."""
        return key_of(str(self.content.get("name", "")))[:MOST_OF_A_NAME]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who takes the page in, when, and where it was found; `address` None where nobody has said."""

    creator: StixId
    now: datetime
    address: str | None = None


@dataclass(frozen=True, slots=True)
class FoundReport:
    """A page that was read, with what it proposes. `form` is `page` or `text`."""

    form: str
    reading: Reading
    document: Mapping[str, Any]
    """The reading as it is kept (see `kept_reading`)."""
    proposed: tuple[ProposedObject, ...]
    address: str | None = None


@dataclass(slots=True)
class Builder:
    """The objects of one page so far, and the ids by folded name."""

    reading: Reading
    origin: Origin
    objects: list[ProposedObject] = field(default_factory=list)
    ids: dict[str, StixId] = field(default_factory=dict)
    by_entity: dict[int, StixId] = field(default_factory=dict)
    """By `id()` of the entity of the reading, which outlives the builder."""

    def id_of(self, type_: str, *parts: str) -> StixId:
        """The id of an object of this page."""
        name = "\n".join((self.origin.creator, self.reading.page.digest, type_, *parts))
        return StixId(f"{type_}--{uuid.uuid5(NAMESPACE, name)}")

    @property
    def said_at(self) -> datetime:
        """When the page says what it says: its publication, if it is known and past."""
        published = self.reading.page.header.published
        return self.origin.now if published is None or published > self.origin.now else published

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
        """The page as an external reference: its publisher or name, address, digest."""
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

    def add(self, made: ProposedObject) -> None:
        """Keep an object, once."""
        if all(one.content["id"] != made.content["id"] for one in self.objects):
            self.objects.append(made)

    def relate(self, kind: str, source: StixId, type_: str, target: StixId, made: tuple[str, float]) -> None:
        """Propose a relationship between two objects of the page."""
        content = self.base("relationship", type_, source, target)
        content |= {"relationship_type": type_, "source_ref": source, "target_ref": target}
        content["external_references"] = [self.reference()]
        self.add(ProposedObject(kind, content, *made))

    def roots(self) -> tuple[str, ...]:
        """The token of where the page has it from.

        What an agency sent that day is one origin, however many papers print it; else the page itself is one.
        """
        header = self.reading.page.header
        if header.agency and key_of(header.agency) != key_of(header.publisher or ""):
            day = header.published_day
            if day is None:
                return ()
            name = f"sepakat/agency-story/1\n{key_of(header.agency)}\n{day.isoformat()}"
            return (sha256(name.encode()).hexdigest(),)
        page = self.reading.page
        body = "\n".join(page.text_of(part) for part in page.body)
        return (public_token(canonical_address(self.origin.address or ""), body or page.text),)
