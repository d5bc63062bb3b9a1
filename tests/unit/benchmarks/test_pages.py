from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.intake_rules import plain
from tests.unit.benchmarks.golds import GOLDS, PAGES, faultless, read

LATIN_1 = {"id-3.html"}
WEEKDAYS = {
    "senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "sabtu": 5, "ahad": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip


def visible(path: Path) -> str:
    text = path.read_bytes().decode("iso-8859-1" if path.name in LATIN_1 else "utf-8")
    if path.suffix == ".html":
        # Metadata stay in: a publisher may be named there alone.
        text = html.unescape(re.sub(r"<(?!meta)[^>]*>", " ", text))
    return f" {plain(text)} "


def spoken(gold: Mapping[str, Any]) -> Iterator[str]:
    header = gold["header"]
    yield from (header[name] for name in ("title", "publisher", "dateline_place", "body_first", "body_last"))
    yield header["published"]["raw"]
    for name in ("byline", "writer_credit", "agency_credit", "photo_caption"):
        if header.get(name):
            yield header[name]
    yield from (value for value in (header.get("photo_credit") or {}).values() if value)
    yield from (*gold["boilerplate"], *gold["other"])
    for story in gold["related"]:
        yield from (story["title"], story["raw"], story["teaser"])
    for layer in ("places", "numbers", "dates"):
        yield from (item["span"] for item in gold[layer])
    for layer in ("people", "organisations", "groups"):
        yield from (item["name"] for item in gold[layer])
    yield from (item["long"] for item in gold["groups"] if item["long"])
    for statement in gold["statements"]:
        yield from (statement["content"], statement["verb"], statement["speaker"])
    for event in gold["events"]:
        yield from (*event["triggers"], *event.get("actors", ()))


def test_there_are_six_pages_of_each_language_and_four_held_out() -> None:
    languages = [read(path)["header"]["language"] for path in GOLDS]
    held_out = [read(path)["header"]["language"] for path in GOLDS if path.parent.name == "held_out"]
    assert sorted(languages) == ["en"] * 6 + ["id"] * 6
    assert sorted(held_out) == ["en", "en", "id", "id"]


@pytest.mark.parametrize("path", GOLDS, ids=lambda path: path.name)
def test_everything_that_a_gold_quotes_stands_on_its_page(path: Path) -> None:
    gold = read(path)
    text = visible(path.parent / gold["page"])
    assert [one for one in spoken(gold) if f" {plain(one)} " not in text] == []


@pytest.mark.parametrize("path", GOLDS, ids=lambda path: path.name)
def test_weekdays_on_a_page_are_those_of_the_gold(path: Path) -> None:
    gold = read(path)
    published = gold["header"]["published"]
    dated = [(published["raw"], datetime.fromisoformat(published["value"]).date())]
    dated += [(one["span"], date.fromisoformat(one["value"])) for one in gold["dates"] if len(one["value"]) == 10]
    wrong = [
        (span, day)
        for span, day in dated
        for word in plain(span).split()
        if word in WEEKDAYS and WEEKDAYS[word] != day.weekday()
    ]
    assert wrong == []


@pytest.mark.parametrize("path", GOLDS, ids=lambda path: path.name)
def test_conflicts_of_a_gold_link_numbers_of_it(path: Path) -> None:
    gold = read(path)
    numbers = {one["span"] for one in gold["numbers"]}
    assert [span for conflict in gold["conflicts"] for span in conflict["spans"] if span not in numbers] == []


def test_each_page_has_a_gold_and_each_gold_its_page() -> None:
    pages = {path for path in PAGES.glob("*/*") if path.suffix in {".html", ".txt"}}
    assert pages == {path.parent / read(path)["page"] for path in GOLDS}


def test_stories_without_a_capture_time_have_no_date_in_the_gold() -> None:
    golds = [read(path) for path in GOLDS]
    undated = [gold for gold in golds if gold["captured_at"] is None]
    assert undated
    assert all(story["date"] is None for gold in undated for story in gold["related"])


def test_a_faultless_proposal_has_all_layers() -> None:
    assert {"header", "places", "statements", "events"} <= set(faultless(read(GOLDS[0])))
