"""A person takes a page in and reviews it at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.reports import PAGE


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.html"
    file.write_bytes(PAGE)
    return file


@pytest.fixture
def report(sepakat: CommandLine, node: Path, page: Path) -> str:
    when = ("--captured-at", "2026-06-05T03:00:00Z", "--address", "https://kabar.example/1")
    return str(sepakat.ask("take-in", page, *when, "--by", "ann", "--node", node)["report"]["report"])


def proposals(sepakat: CommandLine, node: Path, report: str, kind: str) -> list[dict[str, Any]]:
    return list(sepakat.ask("review", "show", report, "--kind", kind, "--node", node)["proposals"])


def held(sepakat: CommandLine, node: Path) -> list[str]:
    return [one["id"] for one in sepakat.ask("objects", "list", "--node", node)["objects"]]


def test_a_page_is_taken_in_and_nothing_of_it_is_held(sepakat: CommandLine, node: Path, page: Path) -> None:
    planned = sepakat.ok("take-in", page, "--dry-run", "--node", node).out
    assert "Would propose" in planned
    assert sepakat.ask("review", "list", "--node", node) == []
    said = sepakat.ok("take-in", page, "--by", "ann", "--node", node).out
    assert "none of them held before it is confirmed" in said
    assert "Nothing new" in sepakat.ok("take-in", page, "--node", node).out
    [listed] = sepakat.ask("review", "list", "--node", node)
    assert (listed["form"], listed["by"], listed["title"]) == ("page", "ann", "Patroli Bersama Mulai Berlayar")
    assert listed["waiting"] == listed["counts"]["proposed"] > 10
    assert held(sepakat, node) == []
    [intake] = sepakat.ask("take-in", "--list", "--node", node)
    assert (intake["intake"], intake["format"], intake["digest"]) == (listed["report"], "page", listed["digest"])
    sepakat.ok("take-in", "--undo", intake["intake"], "--node", node)
    assert sepakat.ask("review", "list", "--node", node) == []


def test_proposals_are_reviewed_one_by_one_and_many(sepakat: CommandLine, node: Path, report: str) -> None:
    [person] = proposals(sepakat, node, report, "person")
    assert person["quoted"].endswith("Azmi Harun")
    done = sepakat.ask("review", "confirm", report, person["number"], "--by", "ben", "--node", node)
    assert (done["changed"], held(sepakat, node)) == ([person["number"]], done["taken"])
    assert "So already" in sepakat.ok("review", "confirm", report, person["number"], "--node", node).out
    shown = sepakat.ask("review", "show", report, person["number"], "--node", node)
    assert [(step["by"], step["act"]) for step in shown["history"]] == [("ben", "confirm")]
    assert "confirm by ben" in sepakat.ok("review", "show", report, person["number"], "--node", node).out
    sepakat.ok("review", "reject", report, "--kind", "group", "--reason", "too vague", "--node", node)
    refused = sepakat("review", "confirm", report, "--kind", "statement", "--node", node)
    assert (refused.status, "--with-needed" in refused.err) == (4, True)
    sepakat.ok("review", "confirm", report, "--kind", "statement", "--with-needed", "--node", node)
    assert {one["state"] for one in proposals(sepakat, node, report, "statement")} == {"confirmed"}
    sepakat.ok("review", "correct", report, person["number"], "--set", 'roles=["minister"]', "--node", node)
    assert sepakat.ask("objects", "show", done["taken"][0], "--node", node)


def test_a_report_is_named_by_the_beginning_of_its_id_or_as_the_newest(
    sepakat: CommandLine, node: Path, report: str
) -> None:
    for name in (report, report[:8], "newest"):
        assert sepakat.ask("review", "show", name, "--node", node)["report"] == report
    assert sepakat("review", "show", "nope", "--node", node).status == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ("confirm", "newest"),
        ("confirm", "newest", "1", "--all"),
        ("confirm", "newest", "one"),
        ("confirm", "newest", "1-99999999"),
        ("correct", "newest", "1", "--set", "name"),
        ("join", "newest", "1", "--known"),
        ("join", "newest"),
    ],
)
def test_a_call_that_says_too_little_or_too_much_is_refused(
    sepakat: CommandLine, node: Path, report: str, arguments: tuple[str, ...]
) -> None:
    assert sepakat("review", *arguments, "--node", node).status == 2
    assert held(sepakat, node) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--captured-at", "0000-01-01T00:00:00Z"), 2),
        (("--captured-at", "2999-01-01T00:00:00Z"), 3),
        (("--address", "ftp://kabar.example/1"), 3),
        (("--address", "javascript:alert(1)"), 3),
        (("--origin", "fr"), 5),
    ],
)
def test_a_capture_that_cannot_be_is_refused(
    sepakat: CommandLine, node: Path, page: Path, arguments: tuple[str, str], code: int
) -> None:
    ended = sepakat("take-in", page, *arguments, "--node", node)
    assert (ended.status, "Traceback" in ended.err) == (code, False)
    assert sepakat.ask("review", "list", "--node", node) == []


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"%PDF-1.7\n" + b"\x00\x01\x02" * 500, "page"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "page"),
        (b"<div>" * 2_000_000, "auto"),
        (b"<html><body><div></div></body></html>", "auto"),
        (b"\x00\x01\x02\x03" * 100, "auto"),
        ("\u200b\u202e".encode() * 40, "text"),
        (b"  \n", "page"),
    ],
)
def test_what_is_no_page_is_refused_in_words_and_nothing_is_kept(
    sepakat: CommandLine, node: Path, tmp_path: Path, content: bytes, form: str
) -> None:
    (tmp_path / "bad.html").write_bytes(content)
    ended = sepakat("take-in", tmp_path / "bad.html", "--format", form, "--node", node)
    assert (ended.status, "Traceback" in ended.err) == (3, False)
    assert "refused" in ended.err
    assert sepakat.ask("review", "list", "--node", node) == []


def test_text_from_standard_input_is_read(sepakat: CommandLine, node: Path) -> None:
    text = (
        "Medan - Menteri Pertahanan Malaysia Azmi Harun mengatakan sekitar 30 kapal akan berlayar pekan depan. "
        "Para nelayan akan kembali pada hari yang sama dan tidak akan menunggu."
    )
    taken = json.loads(sepakat.ok("take-in", "-", "--json", "--node", node, stdin=text.encode("utf-16")).out)
    assert taken["format"] == "text"
    assert taken["report"]["proposals"]["person"] == 1
