"""Reads the gold of the 2014 news page into the gold form of `benchmarks.intake_form`, leaf by leaf.

That file is another's text and is not in the repository. Every member of it is either turned into a leaf or named
with the reason why no proposal can answer it; a member that is neither is refused, so that none is lost silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sepakat.errors import Fault, InputError

Item = Mapping[str, Any]

NOTES: Mapping[str, str] = {
    "_note": "a note for readers",
    "related_stories_note": "a note for readers",
    "captured_at_note": "a note for readers",
    "captured_at": "null: the capture time is asked for, not read",
    "countries_trap": "prose; kept as traps",
    "traps": "prose; the conflict of 20 and 22 is a leaf, the others are traps or leaves of their layers",
    "note": "a note for readers",
    "title_inferred_from": "says how a person inferred the office; the office is the leaf",
    "id": "a name for the entry within the file",
}
HEDGES = {"approx": "about", "exact": "exactly", "approx_at_least": "about-or-more", "more_than": "more-than"}
EVENTS = {"offer_support": "offer"}
STATUSES = {"ongoing_announced": "announced", "possible": "possible"}
PLACES = {"admin1": "admin", "city": "settlement"}
ADMIN_KM = 150.0


class _Reader:
    """Takes the members of the file one by one and knows which were never taken."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.unscored: list[tuple[str, str]] = []

    def open(self, path: str, item: Item, known: Sequence[str]) -> Item:
        for name in item:
            where = f"{path}.{name}".lstrip(".")
            if name in known:
                continue
            if name in NOTES:
                self.unscored.append((where, NOTES[name]))
            else:
                self.faults.append(Fault(where, "a member that the adapter knows", "another one"))
        return item

    def each(self, path: str, items: Sequence[Item], known: Sequence[str]) -> Iterator[Item]:
        for index, item in enumerate(items):
            yield self.open(f"{path}[{index}]", item, known)


def read_news_gold(source: Item) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The gold in our form, and the members of the file that are no leaves, each with the reason.

    Raises:
        InputError: the file has members that this adapter does not know.
    """
    reader = _Reader()
    outer = ("header", "other_stories_undated", "related_stories", "body", "related_people", "related_numbers")
    top = reader.open("", source, outer)
    body = reader.open("body", top["body"], _BODY)
    gold: dict[str, Any] = {"gold": 1, "captured_at": None}
    gold |= _header(reader, top["header"])
    gold["other"] = list(top["other_stories_undated"])
    gold["related"] = [
        {
            "title": one["title"],
            "ago": f"P{one['days_ago']}D",
            "date": None,
            "teaser": one["teaser_start"],
            "event": one["event"],
        }
        for one in reader.each(
            "related_stories", top["related_stories"], ("title", "days_ago", "event", "teaser_start")
        )
    ]
    gold["countries"] = list(body["countries"])
    gold["places"] = _places(reader, body["places"])
    gold |= _names(reader, body, top["related_people"])
    gold["collectives"] = [{"span": span} for span in (*body["collective_actors"], *body["unnamed_groups"])]
    gold["numbers"] = [
        *_numbers(reader, "body.numbers", body["numbers"], "body"),
        *_numbers(reader, "related_numbers", top["related_numbers"], "related"),
    ]
    gold["dates"] = [
        {"span": one["span"], "value": one["value"], **({"kind": one["kind"]} if "kind" in one else {})}
        for one in reader.each("body.dates", body["dates"], ("span", "value", "kind"))
    ]
    gold["statements"] = list(_statements(reader, body["statements"]))
    gold["events"] = list(_events(reader, body["events"]))
    gold["conflicts"] = [{"kind": "numbers", "spans": ["kurang lebih 20 negara", "22 negara"]}]
    gold["traps"] = _traps(top)
    if reader.faults:
        raise InputError("gold-unknown", f"gold refused: {reader.faults[0]}", None, reader.faults)
    return gold, reader.unscored


_BODY = (
    "countries", "places", "people", "collective_actors", "armed_groups", "unnamed_groups", "media", "numbers", "dates",
    "events", "statements",
)  # fmt: skip
_HEADER = (
    "language", "title", "published_raw", "published", "published_utc", "byline_label_present_but_empty", "byline",
    "writer_credit", "agency_credit", "photo_caption", "photo_credit", "publisher", "dateline_place", "body_paragraphs",
    "body_first", "body_last", "boilerplate",
)  # fmt: skip
_SAME = (
    "language", "title", "byline", "writer_credit", "agency_credit", "photo_caption", "photo_credit", "publisher",
    "dateline_place", "body_paragraphs", "body_first", "body_last",
)  # fmt: skip


def _header(reader: _Reader, source: Item) -> dict[str, Any]:
    header = reader.open("header", source, _HEADER)
    reader.open("header.photo_credit", header["photo_credit"], ("agency", "person", "raw"))
    published = {"raw": header["published_raw"], "value": header["published"], "utc": header["published_utc"]}
    mine = {name: header[name] for name in _SAME}
    mine |= {"published": published, "byline_label_empty": header["byline_label_present_but_empty"]}
    return {"header": mine, "boilerplate": list(header["boilerplate"])}


def _places(reader: _Reader, places: Sequence[Item]) -> list[dict[str, Any]]:
    known = ("span", "role", "type", "country", "lat", "lon", "aka", "metonym_for")
    found = []
    for one in reader.each("body.places", places, known):
        place: dict[str, Any] = {name: one[name] for name in ("span", "role", "country", "lat", "lon") if name in one}
        place["type"] = [PLACES.get(one["type"], one["type"])]
        place["metonym"] = one["country"] if "metonym_for" in one else None
        if "aka" in one:
            place["also_known_as"] = list(one["aka"])
        if one["type"] == "admin1":
            place["within_km"] = ADMIN_KM
        # A province may be proposed by its bare name: the long form of the file is one way to write it.
        place["aka"] = [one["span"].split(" ", 1)[1]] if one["span"].startswith(("Provinsi ", "Kota ")) else []
        found.append(place)
    return found


def _names(reader: _Reader, body: Item, others: Sequence[str]) -> dict[str, Any]:
    people = [
        {
            "name": one["name"],
            "office": one["title"],
            "country": one["country"],
            **({"also_known_as": list(one["short"])} if "short" in one else {}),
        }
        for one in reader.each("body.people", body["people"], ("name", "title", "country", "short"))
    ]
    groups = [
        {"name": one["name"], "long": one["long"]}
        for one in reader.each("body.armed_groups", body["armed_groups"], ("name", "long"))
    ]
    return {
        "people": [*people, *({"name": name, "section": "related"} for name in others)],
        "groups": groups,
        "organisations": [{"name": name, "kind": "media"} for name in body["media"]],
    }


def _numbers(reader: _Reader, path: str, numbers: Sequence[Item], section: str) -> Iterator[dict[str, Any]]:
    for one in reader.each(path, numbers, ("span", "value", "qualifier", "unit", "modality")):
        found = {"span": one["span"], "value": one["value"], "section": section}
        found["hedge"] = HEDGES.get(one["qualifier"], one["qualifier"])
        found |= {name: one[name] for name in ("unit", "modality") if name in one}
        if section == "body" and "modality" not in one:
            found["modality"] = None
        yield found


def _statements(reader: _Reader, statements: Sequence[Item]) -> Iterator[dict[str, Any]]:
    known = ("speaker", "attribution", "verb", "content", "quote", "start")
    for one in reader.each("body.statements", statements, known):
        found = {name: one[name] for name in known if name in one}
        if one["attribution"] != "narrator":
            # A statement that the file does not call a quote must not be proposed as one; that earns no leaf.
            found.setdefault("quote", None)
        yield found


def _events(reader: _Reader, events: Sequence[Item]) -> Iterator[dict[str, Any]]:
    known = ("type", "actors", "place", "places", "date", "trigger", "status", "topic", "recipient")
    for one in reader.each("body.events", events, known):
        found: dict[str, Any] = {"type": EVENTS.get(one["type"], one["type"]), "triggers": [one["trigger"]]}
        found |= {
            name: one[name] for name in ("actors", "place", "places", "date", "topic", "recipient") if name in one
        }
        if "status" in one:
            found["status"] = STATUSES[one["status"]]
        yield found


def _traps(top: Item) -> list[dict[str, str]]:
    traps = [
        {"layer": "header.byline", "text": "*", "why": "the label has nothing behind it"},
        {"layer": "countries", "text": "TR", "why": "Anbar is the Iraqi province"},
        {"layer": "people", "text": top["header"]["photo_credit"]["person"], "why": "the photographer"},
        {"layer": "related.date", "text": "*", "why": "the capture time is unknown"},
    ]
    for story in top["related_stories"]:
        traps += [
            {"layer": layer, "text": text, "why": "a related story never becomes a claim of this report"}
            for layer in ("statements", "events")
            for text in (story["title"], story["teaser_start"])
        ]
    return traps
