from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sepakat.agreements.terms import Duration
from sepakat.agreements.value_kinds import (
    UNREADABLE,
    Flag,
    Group,
    Groups,
    Instant,
    Integer,
    Length,
    OneOf,
    OnlyEmpty,
    OrNull,
    OrWord,
    Reading,
    SetOf,
    Text,
    ValueKind,
    Word,
    is_plain_text,
    parse_duration,
    worded,
)
from sepakat.errors import Fault

START = datetime(2024, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length", "months"),
    [
        ("PT0S", timedelta(), 0),
        ("PT5M", timedelta(minutes=5), 0),
        ("PT24H", timedelta(days=1), 0),
        ("P180D", timedelta(days=180), 0),
        ("P2W", timedelta(days=14), 0),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4), 0),
        ("P6M", timedelta(), 6),
        ("P1Y2M3D", timedelta(days=3), 14),
        ("P36525D", timedelta(days=36525), 0),
        ("P100Y", timedelta(), 1200),
    ],
)
def test_a_duration_is_read(text: str, length: timedelta, months: int) -> None:
    assert parse_duration(text) == Duration(text, length, months)


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1DT", "5M", "PT5", "P5", "-P1D", "P-1D", "+P1D", "P1.5D", "P1,5D", "p1d", "P1D ", "P1H"),
        *("PT1D", "P1S", "P1M1Y", "PT1S1M", "P36526D", "P101Y", "P1201M", "P999999999D", "PT1M\n", "P\u0661D"),
        "2014-10-14",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|hundred years"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("P1M", datetime(2024, 2, 29, 12, tzinfo=UTC)),
        ("P13M", datetime(2025, 2, 28, 12, tzinfo=UTC)),
        ("P11M", datetime(2024, 12, 31, 12, tzinfo=UTC)),
        ("P12M", datetime(2025, 1, 31, 12, tzinfo=UTC)),
        ("P1M1D", datetime(2024, 3, 1, 12, tzinfo=UTC)),
        ("PT36H", datetime(2024, 2, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_duration_counts_months_on_the_calendar(text: str, after: datetime) -> None:
    assert parse_duration(text).after(START) == after


def test_a_duration_beyond_the_calendar_never_runs_out() -> None:
    assert parse_duration("P100Y").after(START.replace(year=9950)) == datetime.max.replace(tzinfo=UTC)
    assert parse_duration("P36525D").after(START.replace(year=9950)) == datetime.max.replace(tzinfo=UTC)


def test_only_a_duration_without_months_is_exact() -> None:
    assert parse_duration("P30D").is_exact
    assert not parse_duration("P1M").is_exact


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        ({}, "a mapping"),
        ([], "an empty list"),
        ([1], "a list"),
        ("", "an empty value"),
        ("x", "x"),
        (3, "3"),
        ("a\nb\x1b[31m", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "\N{HORIZONTAL ELLIPSIS}"),
    ],
)
def test_a_found_value_is_worded_safely(value: object, words: str) -> None:
    assert worded(value) == words


# How each kind is read: (kind, value, whether scalars are text, what is read) or, where it is refused, what was found.

READ: list[tuple[ValueKind, Any, bool, Any]] = [
    (Text(), "a text", True, "a text"),
    (Text(), "x" * 200, True, "x" * 200),
    (Text(3), "abc", False, "abc"),
    (Word("a word", str.isalpha), "abc", True, "abc"),
    (OneOf(("a", "b"), ("c",)), "b", True, "b"),
    (Integer(1, 5), "1", True, 1),
    (Integer(1, 5), "5", True, 5),
    (Integer(0, 5), "0", True, 0),
    (Integer(1, 5), 5, False, 5),
    (Flag(), "true", True, True),
    (Flag(), "false", True, False),
    (Flag(), True, False, True),
    (Flag(), False, False, False),
    (Instant(), "2030-01-01T00:00:00Z", True, "2030-01-01T00:00:00Z"),
    (Instant(), "2030-01-01T00:00:00.500000Z", True, "2030-01-01T00:00:00.5Z"),
    (Instant(), "2030-01-01T00:00:10.000001Z", True, "2030-01-01T00:00:10.000001Z"),
    (Length(), "P180D", True, "P180D"),
    (Length(on_calendar=True), "P6M", True, "P6M"),
    (Length(on_calendar=True), "P6D", True, "P6D"),
    (OrNull(Text()), None, False, None),
    (OrNull(Text()), None, True, None),
    (OrNull(Text()), "null", True, None),
    (OrNull(Text()), "a", True, "a"),
    (OrWord(Integer(1, 5)), "any", True, "any"),
    (OrWord(Integer(1, 5)), "3", True, 3),
    (OrWord(SetOf(Text()), ("any", "none")), "none", True, "none"),
    (OrWord(SetOf(Text())), ["a"], True, ["a"]),
    (SetOf(Text()), [], True, []),
    (SetOf(Text()), ("b", "a"), False, ["a", "b"]),
    (SetOf(Text(), at_least=1), ["a"], True, ["a"]),
    (SetOf(Text()), [f"{n:04}" for n in range(1000)], True, [f"{n:04}" for n in range(1000)]),
    (OnlyEmpty(), [], True, []),
    (OnlyEmpty(), (), True, []),
    (Group(), {"a": 1}, True, {"a": 1}),
    (Group("any"), "any", True, {"any": "any"}),
    (Groups(), [{}], True, [{}]),
    (Groups(), ({},) * 1000, True, ({},) * 1000),
]


@pytest.mark.parametrize(("kind", "raw", "as_text", "expected"), READ)
def test_what_is_accepted_is_read_in_its_canonical_form(
    kind: ValueKind, raw: Any, as_text: bool, expected: Any
) -> None:
    reading = Reading(scalars_are_text=as_text)
    found = kind.read(raw, "path", reading)
    assert (found, type(found), reading.faults) == (expected, type(expected), [])


A_SET = "a list of: text on one line, at most 200 characters"
REFUSED: list[tuple[ValueKind, Any, bool, str, str]] = [
    *((Text(), raw, True, "text on one line, at most 200 characters", worded(raw)) for raw in ("", "null", " a", "a ")),
    *((Text(), raw, True, "text on one line, at most 200 characters", worded(raw)) for raw in ("a\nb", "x" * 201, 5)),
    (Word("a word", str.isalpha), "a1", True, "a word", "a1"),
    (Word("a word", str.isalpha), 5, False, "a word", "5"),
    (Word("a word", str.isalpha, lambda text: f"write {text[0]}"), "a1", True, "a word", "a1 (write a)"),
    (Word("a word", str.isalpha, lambda text: f"write {text[0]}"), 5, False, "a word", "5"),
    (OneOf(("a", "b"), ("c",)), "c", True, "not supported yet", "c"),
    (OneOf(("a", "b"), ("c",)), "d", True, "a | b", "d"),
    (OneOf(("a", "b"), ("c",)), ["a"], True, "a | b", "a list"),
    *((Integer(1, 5), raw, True, "a whole number from 1 to 5", worded(raw)) for raw in ("0", "6", "03", "x", 3)),
    *((Integer(1, 5), raw, False, "a whole number from 1 to 5", worded(raw)) for raw in (0, 6, True, "3", 2.0)),
    (Integer(1, 1), "2", True, "1", "2"),
    *((Flag(), raw, True, "true | false", worded(raw)) for raw in ("True", "yes", 1)),
    (Flag(), "true", False, "true | false", "true"),
    *(
        (Instant(), raw, True, "an instant in UTC such as 2014-10-14T00:00:00Z", worded(raw))
        for raw in ("2030-01-01", "2030-01-01T00:00:00.0000000Z", 5)
    ),
    (Length(), "P6M", True, "a duration of fixed length such as P180D or PT5M (no years or months)", "P6M"),
    (Length(on_calendar=True), "x", True, "a duration such as P6M, P1Y or P30D", "x"),
    (Length(), 5, False, "a duration of fixed length such as P180D or PT5M (no years or months)", "5"),
    (OrNull(OneOf(("a",))), "null", False, "a", "null"),
    (OrNull(OneOf(("a",))), "b", True, "a", "b"),
    (OrWord(SetOf(Text())), "a", True, f"any, or {A_SET}", "a"),
    (OrWord(OneOf(("a",))), "b", True, "a", "b"),
    (SetOf(Text()), "a", True, A_SET, "a"),
    (SetOf(Text(), at_least=1), [], True, f"{A_SET} (at least 1)", "an empty list"),
    (SetOf(Text()), ["a"] * 1001, True, A_SET, "a list"),
    (OnlyEmpty(), ["a"], True, "not supported yet", "a list"),
    (OnlyEmpty(), {}, True, "[]", "a mapping"),
    (Group(), "any", True, "a mapping", "any"),
    (Group(), None, True, "a mapping", "null"),
    (Group("any"), "all", True, "a mapping, or any", "all"),
    (Groups(), {}, True, "a list of mappings", "a mapping"),
    (Groups(), [{}] * 1001, True, "a list of mappings", "a list"),
]


@pytest.mark.parametrize(("kind", "raw", "as_text", "expected", "found"), REFUSED)
def test_what_is_refused_is_told_with_what_was_expected(
    kind: ValueKind, raw: Any, as_text: bool, expected: str, found: str
) -> None:
    reading = Reading(scalars_are_text=as_text)
    assert kind.read(raw, "path", reading) is UNREADABLE
    assert reading.faults == [Fault("path", expected, found)]


def test_every_entry_of_a_list_is_looked_at_and_told_by_its_place() -> None:
    reading = Reading(scalars_are_text=True)
    raw = ["a", " b", "any", "a", UNREADABLE, "c", " b"]
    assert SetOf(Word("a word", str.isalpha)).read(raw, "list", reading) is UNREADABLE
    assert reading.faults == [
        Fault("list[1]", "a word", " b"),
        Fault("list[2]", "a word", "any, which stands alone or not at all"),
        Fault("list[3]", "each entry once", "a again"),
        Fault("list[6]", "a word", " b"),
    ]


def test_list_with_something_unreadable_alone_is_unreadable_without_another_fault() -> None:
    reading = Reading(scalars_are_text=True)
    assert SetOf(Text()).read(["a", UNREADABLE], "list", reading) is UNREADABLE
    assert reading.faults == []


@pytest.mark.parametrize(("text", "is_plain"), [("a b", True), ("a\tb", False), ("a\u202eb", False)])
def test_plain_text_has_no_controls(text: str, is_plain: bool) -> None:
    assert is_plain_text(text) is is_plain


def test_number_of_thousands_of_digits_is_worded() -> None:
    assert worded(10**5000) == "a very long number"
    assert worded("\x00" * 61) == "\N{REPLACEMENT CHARACTER}" * 59 + "\N{HORIZONTAL ELLIPSIS}"
