"""The two forms that the measure of taking in reports compares: the proposal document and the gold.

A **proposal document** is JSON, neutral of how it was made. Unknown members make it invalid; every member but the first
may be left out, and what is left out or null is silence.

    proposal: 1
    page: str             the name of the page's file
    text: str             the text that offsets count in, in characters (code points); needed when items have offsets
    captured_at: instant or null      echoed from the request, never guessed
    header: {
      language: "id" | "en"
      title: str
      published: {raw: str, value: ISO 8601 with offset}     raw as it stands on the page, without label
      published_rivals: [other instants that the page gives for its publication; another zone is no rival]
      byline: str                     a person's name behind "Oleh", "By", "Penulis", "Reporter"; null when none
      byline_label_empty: bool        a label is there with nothing behind it
      writer_credit, agency_credit: str      "REUTERS | DAMAR" has both
      photo_caption: str              without the credit
      photo_credit: {raw: str, agency: str, person: str}
      publisher: str
      dateline_place: str }
    body: [str]           paragraphs, without dateline, headline, captions, credits and boilerplate
    boilerplate: [str]    lines that were taken for boilerplate
    related: [{title, raw: "3 hari lalu", ago: ISO duration, date: ISO date or instant, null without a capture time,
               teaser, event: TYPE}]     each story once
    other: [str]          titles of other stories that have no date
    countries: [ISO 3166-1 alpha-2]      that the body names, by name, abbreviation, adjective or metonym
    places: [{span, aka: [str], role: "dateline" | "body", type: "country" | "region" | "admin" | "settlement" | "site",
              country, lat, lon, metonym: the country whose government is meant, or null}]      each once
    people: [{name, aka: [str], office, country, category: one of PERSON_CATEGORIES of sepakat.claims}]     each once
    organisations: [{name, aka: [str],
                     kind: "media" | "government" | "military" | "international" | "company" | "other"}]  each once
    groups: [{name, long, aka: [str]}]        armed or criminal groups, each once
    collectives: [{span}]                     unnamed groups of people
    numbers: [{span, value | min and max, hedge: HEDGE, unit, modality: the word ("mungkin", "perhaps") or null}]
    dates: [{span, value: day | month | instant | "from/to", kind: "absolute" | "relative" | "anaphoric"}]
    statements: [{speaker: name or null, attribution: "explicit" | "pronoun" | "continued" | "narrator", verb, act: ACT,
                  quote: bool, content}]      as it stands, without quotation marks, verb, speaker, "bahwa" and "that"
    events: [{type: TYPE, trigger, sentence, negated: bool, status: STATUS, places: [str], date, actors: [str],
              recipient: str (of an offer), topic: str (what it is about)}]      in words of the page
    conflicts: [{kind: "numbers" | "published", spans: [str]}]       spans as in `numbers`
    sources: [{from, to}]    `from` has it from `to`: publisher, agency, medium that was spoken to, speaker
    topics: [str]            any label, facet or category proposed for the report or for anybody in it

TYPE, STATUS, ACT and HEDGE are the lists below. A range has `min` and `max` and no `value`; `several` ("puluhan",
"hundreds") has none of them. A money unit is its ISO 4217 code, the value in whole units: "Rp 2,5 miliar" is 2500000000
IDR. Names stand in full where the page has them in full; a speaker is named as in `people`, `organisations`, `groups`
or `places`, else by the words of the page.

Each item of a list of objects may also have `section` ("body", the default, "header", "related", "other"), `start` and
`end` (where its span, name, title, content or trigger stands in `text`), `rule` and `score`. Statements and events of
another section are always extras: a related story never becomes a claim of this report. Other items of another section
are judged only where the gold lists such items.

A **gold** has the same members, and: `also_known_as` (each name is a leaf), `short` and `aka` (names that match, no
leaves), `within_km`, several `triggers` of one event and one `place`, several allowed `type`s of a place, `start` of a
narration, `body_paragraphs`, `body_first`, `body_last` in `header`, `accepted` (layer to texts that count neither way)
and `traps` (layer, text: what must not be proposed). A member that the gold leaves out is not judged; one that it has
as null or [] must not be proposed, which earns nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.intake_rules import HEDGE_CLASSES
from sepakat.errors import Fault, InputError

Item = Mapping[str, Any]

TYPES = (
    "meeting",
    "agreement",
    "air_strike",
    "arrest",
    "attack",
    "offer",
    "statement",
    "denial",
    "accusation",
    "contact",
)
STATUSES = ("stated", "announced", "planned", "possible", "alleged", "claimed", "asked")
ACTS = (
    "say", "announce", "deny", "confirm", "accuse", "claim", "promise", "offer", "warn", "doubt", "demand", "ask",
    "refuse",
)  # fmt: skip
SPEECH = ("statement", "denial", "accusation")
SECTIONS = ("body", "header", "related", "other")
PLACE_TYPES = ("country", "region", "admin", "settlement", "site")

_COMMON = ("section", "start", "end", "rule", "score")
HEADER = (
    "language", "title", "published", "published_rivals", "byline", "byline_label_empty", "writer_credit",
    "agency_credit", "photo_caption", "photo_credit", "publisher", "dateline_place",
)  # fmt: skip
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "related": ("title", "raw", "ago", "date", "teaser", "event"),
    "places": ("span", "aka", "role", "type", "country", "lat", "lon", "metonym"),
    "people": ("name", "aka", "office", "country", "category"),
    "organisations": ("name", "aka", "kind"),
    "groups": ("name", "long", "aka"),
    "collectives": ("span",),
    "numbers": ("span", "value", "min", "max", "hedge", "unit", "modality"),
    "dates": ("span", "value", "kind"),
    "statements": ("speaker", "attribution", "verb", "act", "quote", "content"),
    "events": ("type", "trigger", "sentence", "negated", "status", "places", "date", "actors", "recipient", "topic"),
    "conflicts": ("kind", "spans"),
    "sources": ("from", "to"),
}
TEXTS = ("body", "boilerplate", "other", "countries", "topics")
WORDS: Mapping[tuple[str, str], Sequence[str]] = {
    ("events", "type"): TYPES,
    ("events", "status"): STATUSES,
    ("statements", "act"): ACTS,
    ("statements", "attribution"): ("explicit", "pronoun", "continued", "narrator"),
    ("numbers", "hedge"): tuple(HEDGE_CLASSES),
    ("places", "type"): PLACE_TYPES,
    ("dates", "kind"): ("absolute", "relative", "anaphoric"),
}


def check(proposal: Item) -> None:
    """Refuse what is not a proposal document, with all its faults.

    Raises:
        InputError: unknown members, wrong types, or words that are not in the lists.
    """
    faults = list(_faults(proposal))
    if faults:
        raise InputError("proposal-invalid", f"proposal document refused: {faults[0]}", None, faults)


def _faults(proposal: Item) -> Iterator[Fault]:
    known = {"proposal", "page", "text", "captured_at", "header", *TEXTS, *MEMBERS}
    yield from (Fault(name, "no such member", "it") for name in proposal if name not in known)
    if proposal.get("proposal") != 1:
        yield Fault("proposal", "1", repr(proposal.get("proposal")))
    yield from (
        Fault(f"header.{name}", "no such member", "it") for name in proposal.get("header") or {} if name not in HEADER
    )
    for layer in TEXTS:
        if not all(isinstance(value, str) for value in proposal.get(layer) or ()):
            yield Fault(layer, "a list of texts", "something else in it")
    for layer, members in MEMBERS.items():
        for index, item in enumerate(proposal.get(layer) or ()):
            yield from _item_faults(f"{layer}[{index}]", layer, {*members, *_COMMON}, item)


def _item_faults(path: str, layer: str, members: set[str], item: Any) -> Iterator[Fault]:
    if not isinstance(item, Mapping):
        yield Fault(path, "an object", type(item).__name__)
        return
    yield from (Fault(f"{path}.{name}", "no such member", "it") for name in item if name not in members)
    if item.get("section", "body") not in SECTIONS:
        yield Fault(f"{path}.section", " | ".join(SECTIONS), repr(item["section"]))
    for (of, name), words in WORDS.items():
        if of == layer and item.get(name) is not None and item[name] not in words:
            yield Fault(f"{path}.{name}", " | ".join(words), repr(item[name]))
