from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sepakat.cli import printing
from sepakat.cli.plain_text import plain, plain_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kobane", "Kobane"),
        ("Zones surveillées", "Zones surveillées"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("two\nlines", "two\\nlines"),
        ("\u202egnp", "\\u202egnp"),
    ],
)
def test_plain_text_is_one_line_of_printable_characters(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_lines_stay_where_lines_are_meant() -> None:
    assert plain_lines("one\ntwo\r") == "one\ntwo\\r"


def test_a_table_takes_markup_of_others_literally(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say_table(("name",), [("[bold red]x[/]",), (None,)], "nothing")
    assert "[bold red]x[/]" in capsys.readouterr().out


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say_table(("name",), [], "No objects.")
    assert capsys.readouterr().out == "No objects.\n"


def test_a_table_in_a_file_does_not_break_ids(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    identifier = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
    printing.say_table(("id", "what"), [(identifier, "x" * 60)] * 2, "nothing")
    assert capsys.readouterr().out.count(identifier) == 2


def test_json_has_instants_in_utc_and_sets_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 1, 31, 14, 0, 0, 123_456, timezone(timedelta(hours=2)))
    printing.say_json({"at": at, "who": frozenset({"ru", "fr"}), "name": "é"})
    text = capsys.readouterr().out
    assert json.loads(text) == {"at": "2026-01-31T12:00:00.123Z", "who": ["fr", "ru"], "name": "é"}
    assert "é" in text


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        printing.say_json(object())


def test_fields_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say_fields((("id", "ru"), ("country", None), ("address", ""), ("count", 0)))
    assert capsys.readouterr().out == "id     ru\ncount  0\n"


def test_numbers_agree_with_their_nouns() -> None:
    assert [printing.counted(n, "leaf", "leaves") for n in (0, 1, 2)] == ["0 leaves", "1 leaf", "2 leaves"]
    assert printing.at_minute(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02 03:04:05Z"
    assert printing.at_minute(None) == ""
    assert printing.instant(None) is None
