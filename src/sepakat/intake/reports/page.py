"""A page as a value: its header, the paragraphs of its body, other stories, and one text in which all offsets count.

`read_page` decides nothing about what the body says; it needs the tables only for names of agencies and for places in a
dateline. The zone of the publication is found by a vote: what the visible stamp says, else the zone in which
metadata and visible clock agree, else the zone of the dateline's country where it has one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise

from sepakat.errors import InputError
from sepakat.intake.reports.credits import person_of_byline, split_credit, split_dateline, split_photo
from sepakat.intake.reports.decoding import decode
from sepakat.intake.reports.gazetteer import Area, Gazetteer, key_of, load_gazetteer
from sepakat.intake.reports.language import language_of
from sepakat.intake.reports.layout import Layout, find_layout
from sepakat.intake.reports.markup import Line, Metadata, read_markup
from sepakat.intake.reports.times import Ago, find_stamps, parse_instant, read_ago

MOST_TEXT = 200_000
MOST_OF_A_BODY = 50_000
_ZONES_OF_COUNTRIES = {"ID": 420}
_SPACE = re.compile(r"[ \t\u00a0]+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A part of the text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """What stands around a report. None where the page does not say it."""

    language: str | None = None
    title: str | None = None
    published_raw: str | None = None
    published: datetime | None = None
    published_day: date | None = None
    rivals: tuple[datetime, ...] = ()
    byline: str | None = None
    byline_empty: bool = False
    writer: str | None = None
    agency: str | None = None
    photo_caption: str | None = None
    photo_credit: str | None = None
    photo_agency: str | None = None
    photo_person: str | None = None
    publisher: str | None = None
    dateline_place: str | None = None


@dataclass(frozen=True, slots=True)
class RelatedStory:
    """Another story with a date, as the page shows it."""

    title: Paragraph
    raw: str
    ago: Ago | None
    teaser: Paragraph | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read. `digest` is the SHA-256 of its bytes; every offset counts in `text`, in characters."""

    name: str
    digest: str
    text: str
    header: Header
    body: tuple[Paragraph, ...]
    dateline: tuple[Paragraph, ...] = ()
    related: tuple[RelatedStory, ...] = ()
    other: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    captured_at: datetime | None = None
    is_markup: bool = False

    def text_of(self, part: Paragraph) -> str:
        """The words of a part."""
        return self.text[part.start : part.end]


@dataclass(slots=True)
class _Text:
    """The lines joined into one text, and where each begins."""

    text: str = ""
    starts: list[int] = field(default_factory=list)


def read_page(
    content: bytes, name: str = "", captured_at: datetime | None = None, is_markup: bool | None = None
) -> Page:
    """The page in these bytes, HTML or plain text in any encoding; `is_markup` None looks which.

    Raises:
        InputError: it is no text, too large, or has no text in it.
    """
    decoded = decode(content, name)
    has_tags = decoded.is_markup if is_markup is None else is_markup
    lines, metadata = read_markup(decoded.text, name) if has_tags else (text_lines(decoded.text), Metadata())
    if not lines:
        raise InputError("report-empty", f"report {name!r} refused: there is no text in it", None)
    if sum(len(line.text) for line in lines) > MOST_TEXT:
        raise InputError(
            "report-too-large",
            f"report {name!r} refused: more than {MOST_TEXT} characters of text",
            "cut it into parts",
        )
    tables = load_gazetteer()
    agencies = agency_names()
    layout = find_layout(lines, metadata, agencies)
    if sum(len(lines[number].text) for number in layout.body) > MOST_OF_A_BODY:
        raise InputError(
            "report-too-large",
            f"report {name!r} refused: its body has more than {MOST_OF_A_BODY} characters",
            "cut it into the reports it consists of",
        )
    joined = _join(lines)
    findings = (f"{decoded.hidden} hidden characters taken out",) if decoded.hidden else ()
    return _assemble(
        lines, metadata, layout, joined, _Source(name, content, captured_at, tables, agencies, findings, has_tags)
    )


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    content: bytes
    captured_at: datetime | None
    tables: Gazetteer
    agencies: frozenset[str]
    findings: tuple[str, ...]
    is_markup: bool


def agency_names() -> frozenset[str]:
    """The names of news agencies and other media that others credit, in lower case."""
    found = {entry for entry in load_gazetteer().organisations.values() if entry.kind == "media"}
    return frozenset(name.casefold() for entry in found for name in (entry.name, *entry.others))


def text_lines(text: str) -> list[Line]:
    """Plain text as lines; lines that a mail or scraper has broken are put together again."""
    blocks: list[list[str]] = [[]]
    for raw in text.split("\n"):
        line = raw.strip()
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    found = []
    for block in blocks:
        for at, line in enumerate(_unwrapped(block)):
            # Wide gaps stay: they tell a menu from a sentence.
            found.append(Line(line, "text", 0, "", False, at == 0))
    return found[:20_000]


def _unwrapped(block: Sequence[str]) -> list[str]:
    longest = max(map(len, block), default=0)
    if (
        len(block) < 2
        or not 60 <= longest <= 100
        or sum(len(line) > longest - 15 for line in block[:-1]) * 3 < 2 * (len(block) - 1)
    ):
        return list(block)
    joined = [block[0]]
    for before, line in pairwise(block):
        if len(before) > longest - 15:
            joined[-1] += " " + line
        else:
            joined.append(line)
    return joined


def _join(lines: Sequence[Line]) -> _Text:
    joined = _Text()
    parts: list[str] = []
    at = 0
    for line in lines:
        joined.starts.append(at)
        parts.append(line.text)
        at += len(line.text) + 1
    joined.text = "\n".join(parts)
    return joined


def _assemble(lines: Sequence[Line], metadata: Metadata, layout: Layout, joined: _Text, source: _Source) -> Page:
    def whole(number: int) -> Paragraph:
        return Paragraph(joined.starts[number], joined.starts[number] + len(lines[number].text))

    body = [whole(number) for number in layout.body]
    dateline: list[Paragraph] = []
    publisher = agency = place = ""
    if body:
        first = body[0]
        parts, after = split_dateline(joined.text[first.start : first.end])
        sides = _read_dateline(parts, metadata, source)
        if sides is not None:
            publisher, agency, places = sides
            place = places[0] if places else ""
            dateline = [
                Paragraph(at, at + len(one))
                for one in places
                if (at := joined.text.find(one, first.start, first.start + after)) >= 0
            ]
            body[0] = Paragraph(first.start + after, first.end)
    publisher = publisher or _publisher(metadata, lines, layout)
    language = language_of(" ".join(joined.text[part.start : part.end] for part in body) or joined.text)
    country = _country_of(dateline, joined.text, source.tables)
    stamp = _stamps(lines, layout, metadata, language, country)
    credits = _credits(lines, layout, metadata, "" if agency.casefold() == publisher.casefold() else agency, source)
    header = Header(
        language=language or (metadata.language if metadata.language in {"id", "en"} else None),
        title=layout.title_text or None,
        published_raw=stamp.raw,
        published=stamp.instant,
        published_day=stamp.day,
        rivals=stamp.rivals,
        publisher=publisher or None,
        dateline_place=place or None,
        photo_caption=layout.caption or None,
        photo_credit=layout.photo or None,
        byline=credits.byline or None,
        byline_empty=layout.byline_empty and not credits.byline,
        writer=credits.writer or None,
        agency=credits.agency or None,
        photo_agency=credits.photo[0] or None,
        photo_person=credits.photo[1] or None,
    )
    return Page(
        name=source.name,
        digest=sha256(source.content).hexdigest(),
        text=joined.text,
        header=header,
        body=tuple(body),
        dateline=tuple(dateline),
        related=tuple(
            RelatedStory(
                whole(story.title),
                lines[story.when].text,
                read_ago(lines[story.when].text, source.captured_at, stamp.offset),
                None if story.teaser is None else whole(story.teaser),
            )
            for story in layout.related
            if story.when is not None
        ),
        other=tuple(title for _, title in layout.other),
        boilerplate=tuple(dict.fromkeys(layout.boilerplate)),
        findings=source.findings,
        captured_at=source.captured_at,
        is_markup=source.is_markup,
    )


@dataclass(frozen=True, slots=True)
class _Credits:
    byline: str
    writer: str
    agency: str
    photo: tuple[str, str]


def _credits(lines: Sequence[Line], layout: Layout, metadata: Metadata, agency: str, source: _Source) -> _Credits:
    writer = ""
    if layout.credit >= 0:
        credited, writer = split_credit(lines[layout.credit].text, source.agencies)
        agency = credited or agency
    if not agency and layout.agency_byline >= 0:
        text = lines[layout.agency_byline].text
        agency = next(iter(_known_in(text, source.tables)), "")
    byline = layout.byline
    if not byline and not layout.byline_empty:
        named = [person_of_byline(author, source.agencies) for author in metadata.authors]
        named = [name for name in named if len(name.split()) >= 2 and name not in metadata.publishers]
        byline = named[0] if named else _bare_byline(lines, layout, metadata, source)
    photo = split_photo(layout.photo, source.agencies) if layout.photo else ("", "")
    return _Credits(byline, writer, agency, photo)


def _bare_byline(lines: Sequence[Line], layout: Layout, metadata: Metadata, source: _Source) -> str:
    """A name without a label, right above or below the time of publication, which is how many pages show who wrote."""
    if layout.stamp < 0 or layout.title < 0:
        return ""
    first = layout.body[0] if layout.body else len(lines)
    others = {key_of(text) for text in (*metadata.publishers, *re.split(r"\s+[|\u2013\u2014-]\s+", metadata.title))}
    others |= {key_of(line.text) for line in lines[: layout.title]}
    for at in (layout.stamp - 1, layout.stamp + 1):
        if not layout.title < at < first or len(lines[at].text) > 60 or lines[at].part:
            continue
        name = person_of_byline(lines[at].text, source.agencies)
        key = key_of(name)
        known = source.tables.areas(key) or key in source.tables.countries or key in source.tables.organisations
        if 2 <= len(name.split()) <= 4 and not known and key not in others and not name.isupper():
            return name
    return ""


def _known_in(text: str, tables: Gazetteer) -> list[str]:
    words = re.findall(r"[\w.-]+", text)
    found = []
    for size in (3, 2, 1):
        for at in range(len(words) - size + 1):
            name = " ".join(words[at : at + size])
            entry = tables.organisations.get(name) or tables.organisations.get(key_of(name))
            if entry is not None and entry.kind == "media" and name[:1].isupper():
                found.append(name)
    return found


def _read_dateline(parts: Sequence[str], metadata: Metadata, source: _Source) -> tuple[str, str, list[str]] | None:
    """Publisher, agency and places of a dateline; None when its parts are not those of one."""
    places: list[str] = []
    publisher = agency = ""
    sites = {site.casefold() for site in metadata.publishers}
    for part in parts:
        key = key_of(part)
        if part.casefold() in source.agencies and part.casefold() not in sites and not _is_site(part):
            agency = agency or part
        elif source.tables.areas(key) or part in source.tables.countries or key in source.tables.countries:
            places.append(part)
        elif find_stamps(part) or re.fullmatch(r"(?i)(?:[a-z]+ \d{1,2}|\d{1,2}(?: [a-z]+)?|\d+/\d+)", part):
            continue
        elif not publisher and re.match(r"[A-Z\u00c0-\u00de0-9]", part):
            publisher = part
        else:
            return None
    if publisher and not _is_site(publisher) and publisher.casefold() not in sites:
        # `PORT ELIZA, South Africa`, `Port Eliza (AFP)`: a town that no table has, not a paper.
        after = [part for part in parts[parts.index(publisher) + 1 :] if part not in {agency}]
        is_country = bool(after) and bool(
            source.tables.countries.get(after[0]) or source.tables.countries.get(key_of(after[0]))
        )
        if is_country or (agency and not places):
            places, publisher = [publisher], ""
    if not places and not agency and not (publisher and (_is_site(publisher) or publisher.casefold() in sites)):
        return None
    return publisher, agency, places


def _is_site(text: str) -> bool:
    return bool(re.fullmatch(r"(?i)[\w-]+(?:\.[\w-]+)*\.(?:com|co|id|net|org|news|tv|info)", text))


def _country_of(dateline: Sequence[Paragraph], text: str, tables: Gazetteer) -> str | None:
    for part in dateline:
        areas = tables.areas(key_of(text[part.start : part.end]))
        if areas:
            best: Area = max(areas, key=lambda area: area.people)
            return best.country
    return None


_COPYRIGHT = re.compile(
    r"(?:\u00a9|\(c\)|copyright|hak cipta)\s*(?:\u00a9|\(c\))?\s*(?:\d{4}(?:\s*[-\u2013]\s*\d{4})?)?,?\s*(?:by\s+|oleh\s+|milik\s+)?"
    r"(?P<name>[A-Z\u00c0-\u00de][\w.&'-]*(?:\s+(?:[A-Z\u00c0-\u00de][\w.&'-]*|of|the|and|dan)){0,4})",
    re.IGNORECASE,
)


def _publisher(metadata: Metadata, lines: Sequence[Line], layout: Layout) -> str:
    if metadata.publishers:
        return metadata.publishers[0]
    title = re.sub(r"\W+", " ", layout.title_text).strip().casefold()
    for separator in (" | ", " - ", " \u2013 ", " \u2014 ", " \u00bb ", " : "):
        parts = [part.strip() for part in metadata.title.split(separator)]
        others = [part for part in parts if re.sub(r"\W+", " ", part).strip().casefold() != title]
        if len(parts) > 1 and len(others) < len(parts) and others and len(others[-1].split()) <= 5:
            return others[-1]
    for line in lines[: max(layout.title, 0)][:12]:
        # The name of a paper above its headline, as the only thing in its line.
        first = re.sub(r"\W+$", "", line.text)
        if len(first.split()) <= 4 and any(first.startswith(name) for name in _known_in(first, load_gazetteer())):
            return first
    for line in lines[-12:]:
        match = _COPYRIGHT.search(line.text[:300])
        if match:
            words = match["name"].split()
            kept = words[
                : next(
                    (
                        at
                        for at, word in enumerate(words)
                        if not word[:1].isupper() and word not in {"of", "the", "and", "dan"}
                    ),
                    len(words),
                )
            ]
            name = re.sub(r"\s+(?:All|Seluruh|Hak|Dilarang|Ltd|Inc)\b.*$", "", " ".join(kept)).strip(" .,")
            if name and name.casefold() not in {"all rights reserved", "all", "seluruh"}:
                return name
    return ""


@dataclass(frozen=True, slots=True)
class _Published:
    raw: str | None = None
    instant: datetime | None = None
    day: date | None = None
    rivals: tuple[datetime, ...] = ()
    offset: int = 0


def _stamps(
    lines: Sequence[Line], layout: Layout, metadata: Metadata, language: str | None, country: str | None
) -> _Published:
    told = [instant for text in metadata.published if (instant := parse_instant(text)) is not None]
    seen = find_stamps(lines[layout.stamp].text) if layout.stamp >= 0 else []
    if not seen:
        if not told:
            changed = _day_of_change(lines, layout)
            return _Published(
                day=changed, offset=_ZONES_OF_COUNTRIES.get(country or "", 420 if language == "id" else 0)
            )
        offset = told[0].utcoffset() or timedelta()
        rivals = tuple(one for one in dict.fromkeys(told) if one != told[0])
        return _Published(metadata.published[0], told[0], told[0].date(), rivals, int(offset.total_seconds() // 60))
    best = next((stamp for stamp in seen if stamp.hour is not None), seen[0])
    text = lines[layout.stamp].text
    raw = text[best.start : best.end].strip(" |,(")
    offset_minutes = best.offset if best.offset is not None else _voted(best.day, best.hour, best.minute, told)
    if offset_minutes is None and language == "id":
        offset_minutes = 420
    instant = best.instant(offset_minutes)
    if instant is None and told and told[0].date() == best.day and best.hour is None:
        instant = told[0]
    rivals = tuple(
        one for one in dict.fromkeys(told) if instant is not None and one.astimezone(UTC) != instant.astimezone(UTC)
    )
    return _Published(raw, instant, best.day, rivals, offset_minutes or 0)


def _day_of_change(lines: Sequence[Line], layout: Layout) -> date | None:
    """The only date that a page without a stamp gives of itself: of a change, or as Indonesian news write the day's own."""
    body = set(layout.body)
    for number, line in enumerate(lines[:200]):
        found = find_stamps(line.text) if len(line.text) < 140 and number not in body else []
        if found:
            return found[0].day
    for number in layout.body:
        dated = _OWN_DAY.search(lines[number].text)
        if dated and (found := find_stamps(lines[number].text[dated.start() : dated.end()])):
            return found[0].day
    return None


_OWN_DAY = re.compile(r"(?i)(?:senin|selasa|rabu|kamis|jumat|sabtu|minggu)\s*\(\d{1,2}/\d{1,2}/\d{4}\)")


def _voted(day: date, hour: int | None, minute: int | None, told: Sequence[datetime]) -> int | None:
    """The zone in which the clock that the page shows is the instant that its metadata tell."""
    if hour is None or minute is None:
        return None
    shown = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
    for instant in told:
        offset = instant.utcoffset()
        if offset is not None and instant.replace(second=0, microsecond=0, tzinfo=UTC) == shown:
            return int(offset.total_seconds() // 60)
    for instant in told:
        apart = (shown - instant.astimezone(UTC).replace(second=0, microsecond=0)).total_seconds() / 60
        if apart % 15 == 0 and -720 <= apart <= 840:
            return int(apart)
    return None
