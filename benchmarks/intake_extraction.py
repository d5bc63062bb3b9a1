"""What the product proposes for a page, written in the neutral form of `benchmarks.intake_form`: `propose`.

Turns a reading into that form and adds nothing: what the rules did not find is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sepakat.intake.reports.entities import Entity
from sepakat.intake.reports.numbers import Number
from sepakat.intake.reports.reading import Reading, read_report

Item = dict[str, Any]


def propose(content: bytes, name: str, captured_at: str | None) -> Item:
    """The proposal document for a page."""
    captured = None if captured_at is None else datetime.fromisoformat(captured_at.replace("Z", "+00:00"))
    return document(read_report(content, name, captured), captured_at)


def document(reading: Reading, captured_at: str | None) -> Item:
    """A reading as a proposal document."""
    page = reading.page
    text = page.text
    return {
        "proposal": 1,
        "page": page.name,
        "text": text,
        "captured_at": captured_at,
        "header": _header(reading),
        "body": [page.text_of(part) for part in page.body],
        "boilerplate": list(page.boilerplate),
        "related": [
            {
                "title": page.text_of(story.title),
                "raw": story.raw,
                "ago": story.ago.duration if story.ago else None,
                "date": story.ago.when if story.ago else None,
                "teaser": page.text_of(story.teaser) if story.teaser else None,
                "event": event,
                "start": story.title.start,
                "end": story.title.end,
            }
            for story, event in zip(page.related, reading.related_events, strict=True)
        ]
        if reading.related_events
        else [],
        "other": list(page.other),
        "countries": list(reading.countries),
        "places": [_place(one) for one in reading.entities if one.kind in {"country", "place"}],
        "people": [
            *(_person(one, "body") for one in reading.entities if one.kind == "person"),
            *(_person(one, "related") for one in reading.related_people),
        ],
        "organisations": [
            *(_organisation(one) for one in reading.entities if one.kind == "organisation"),
            *_media(reading),
        ],
        "groups": [
            {"name": one.name, "long": one.long, "aka": sorted(one.also), **_where(one)}
            for one in reading.entities
            if one.kind == "group"
        ],
        "collectives": [
            {"span": page.text_of(part), "start": part.start, "end": part.end} for part in reading.collectives
        ],
        "numbers": [
            *(_number(one, text, "body") for one in reading.numbers),
            *(_number(one, text, "related") for one in reading.related_numbers),
        ],
        "dates": [
            {
                "span": text[one.start : one.end],
                "value": one.value,
                "kind": one.kind,
                "start": one.start,
                "end": one.end,
                "rule": one.rule,
            }
            for one in reading.dates
        ],
        "statements": [
            {
                "speaker": one.speaker,
                "attribution": one.attribution,
                "verb": one.verb,
                "act": one.act,
                "quote": one.is_quote,
                "content": text[one.start : one.end],
                "start": one.start,
                "end": one.end,
                "rule": one.rule,
                "score": one.score,
            }
            for one in reading.statements
        ],
        "events": [
            {
                "type": one.type,
                "trigger": text[one.start : one.end],
                "sentence": text[reading.sentences[one.sentence].start : reading.sentences[one.sentence].end],
                "negated": one.negated,
                "status": one.status,
                "places": [text[place.start : place.end] for place in one.places],
                "date": one.date,
                "actors": one.actors,
                "recipient": one.recipient,
                "topic": one.topic,
                "start": one.start,
                "end": one.end,
                "rule": one.rule,
                "score": one.score,
            }
            for one in reading.events
        ],
        "conflicts": [
            {"kind": "numbers", "spans": [text[number.start : number.end] for number in one.numbers]}
            for one in reading.conflicts
        ],
        "sources": [{"from": one.from_, "to": one.to} for one in reading.sources],
        "topics": [],
    }


def _header(reading: Reading) -> Item:
    header = reading.page.header
    published = None
    if header.published_raw is not None:
        published = {"raw": header.published_raw, "value": header.published.isoformat() if header.published else None}
    photo = None
    if header.photo_credit is not None:
        photo = {"raw": header.photo_credit, "agency": header.photo_agency, "person": header.photo_person}
    return {
        "language": header.language,
        "title": header.title,
        "published": published,
        "published_rivals": [rival.astimezone(UTC).isoformat() for rival in header.rivals],
        "byline": header.byline,
        "byline_label_empty": header.byline_empty,
        "writer_credit": header.writer,
        "agency_credit": header.agency,
        "photo_caption": header.photo_caption or None,
        "photo_credit": photo,
        "publisher": header.publisher,
        "dateline_place": header.dateline_place,
    }


def _where(one: Entity) -> Item:
    return {"start": one.start, "end": one.end, "rule": one.rule, "score": one.score}


def _place(one: Entity) -> Item:
    area = one.area
    others = {*one.also, *((area.name, *area.others) if area is not None else ())} - {one.name}
    return {
        "span": one.name,
        "aka": sorted(others),
        "role": "dateline" if one.in_dateline else "body",
        "type": one.type,
        "country": one.country,
        "lat": area.latitude if area is not None else None,
        "lon": area.longitude if area is not None else None,
        "metonym": one.metonym,
        **_where(one),
    }


def _person(one: Entity, section: str) -> Item:
    short = sorted(other for other in one.also if other != one.name)
    return {
        "name": one.name,
        "aka": short or [one.name.split()[-1]],
        "office": one.office,
        "country": one.country,
        "category": one.category,
        "section": section,
        **_where(one),
    }


def _organisation(one: Entity) -> Item:
    return {"name": one.name, "aka": sorted(one.also), "kind": one.type or "other", **_where(one)}


def _media(reading: Reading) -> list[Item]:
    """Publisher, agency and the agency of the picture, where the body does not name them."""
    header = reading.page.header
    known = {one.name.casefold() for one in reading.entities if one.kind == "organisation"}
    found = []
    for name in (header.publisher, header.agency, header.photo_agency):
        if name and name.casefold() not in known and not name.casefold().startswith("dok"):
            known.add(name.casefold())
            found.append({"name": name, "kind": "media", "section": "header"})
    return found


def _number(one: Number, text: str, section: str) -> Item:
    value: Item = {"value": one.value} if one.least is None else {"min": one.least, "max": one.most}
    return {
        "span": text[one.start : one.end],
        **value,
        "hedge": one.hedge,
        "unit": one.unit,
        "modality": one.modality,
        "section": section,
        "start": one.start,
        "end": one.end,
        "rule": one.rule,
    }
