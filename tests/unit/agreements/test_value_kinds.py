from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sepakat.agreements.terms import Duration
from sepakat.agreements.value_kinds import parse_duration, worded

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
