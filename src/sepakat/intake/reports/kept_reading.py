"""A reading as a document that is kept: header, paragraphs, other stories, and what was found where.

What a page shows later is what the rules of that day found, not what newer ones would. Offsets count in the page's
text, in characters. Nothing in it is held, and a related story is never a claim of this report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sepakat.intake.reports.page import Header, Page, Paragraph
from sepakat.intake.reports.reading import Reading


def document_of(reading: Reading) -> dict[str, Any]:
    """The reading as plain JSON values."""
    page = reading.page
    return {
        "header": _header(page.header),
        "body": _spans(page.body),
        "dateline": _spans(page.dateline),
        "related": list(_related(page)),
        "other": list(dict.fromkeys(page.other)),
        "findings": list(page.findings),
        "spans": sorted(_found(reading), key=lambda one: (one["start"], one["end"], one["kind"])),
        "countries": list(reading.countries),
        "sources": [[link.from_, link.to] for link in reading.sources],
        "conflicts": [[[one.start, one.end] for one in conflict.numbers] for conflict in reading.conflicts],
    }


def _header(header: Header) -> dict[str, Any]:
    found = {one.name: getattr(header, one.name) for one in fields(header)}
    found["rivals"] = list(header.rivals)
    return {name: _plain(value) for name, value in found.items() if value not in (None, (), [], False)}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _spans(parts: Iterable[Paragraph]) -> list[list[int]]:
    return [[part.start, part.end] for part in parts]


def _related(page: Page) -> Iterable[dict[str, Any]]:
    for story in page.related:
        found: dict[str, Any] = {"title": page.text_of(story.title), "as_shown": story.raw}
        if story.ago is not None:
            found["ago"] = story.ago.duration
            if story.ago.when is not None:
                found["when"] = story.ago.when
        if story.teaser is not None:
            found["teaser"] = page.text_of(story.teaser)
        yield found


def _found(reading: Reading) -> Iterable[dict[str, Any]]:
    for mention in reading.mentions:
        yield {"kind": mention.entity.kind, "start": mention.start, "end": mention.end, "of": mention.entity.name}
    for day in reading.dates:
        yield {"kind": "date", "start": day.start, "end": day.end, "of": day.value}
    for number in reading.numbers:
        yield {"kind": "number", "start": number.start, "end": number.end, "of": number.unit or ""}
    for said in reading.statements:
        yield {"kind": "statement", "start": said.start, "end": said.end, "of": said.speaker or ""}
    for event in reading.events:
        yield {"kind": "event", "start": event.start, "end": event.end, "of": event.type}
