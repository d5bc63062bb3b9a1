from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.shapes import (
    HASH,
    NAME,
    PARTY,
    STIX_ID,
    VERSION,
    AnyObject,
    Field,
    Flag,
    Instant,
    ListOf,
    Nullable,
    Number,
    OneOf,
    Record,
    Shape,
    StixIdText,
    Text,
    Timestamp,
    Whole,
    found,
    instant_text,
    join,
    json_faults,
    read_instant,
)

UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
PAIR = Record({"one": Field(Whole(), "x"), "two": Field(Flag(), "y", optional=True)})


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Text(), "a"),
        (PARTY, "cert-nl"),
        (NAME, "us-ru-ct-2014"),
        (HASH, "ab" * 32),
        (Whole(), 0),
        (Number(), -1.5),
        (Flag(), False),
        (Flag(True), True),
        (OneOf(("a",)), "a"),
        (Instant(), "2014-10-14T09:30:00.000000Z"),
        (Timestamp(), "2014-10-14T09:30:00Z"),
        (STIX_ID, f"note--{UUID}"),
        (StixIdText("note"), f"note--{UUID}"),
        (VERSION, ""),
        (VERSION, "2014-10-14T09:30:00.1234567"),
        (ListOf(Whole()), []),
        (AnyObject(), {"a": 1}),
        (Nullable(Flag()), None),
        (PAIR, {"one": 1}),
        (PAIR, {"one": 1, "two": True}),
    ],
)
def test_right_value_has_no_fault(shape: Shape, value: Any) -> None:
    assert list(shape.faults(value, "")) == []


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Text(), ""),
        (Text(most=2), "abc"),
        (PARTY, "a--b"),
        (PARTY, "us\n"),
        (NAME, "../x"),
        (HASH, "AB" * 32),
        (HASH, "ab" * 31),
        (HASH, "ab" * 32 + "\n"),
        (Whole(), True),
        (Whole(), 1.0),
        (Whole(), 2**53),
        (Whole(1, 2), 3),
        (Number(), float("nan")),
        (Number(), float("inf")),
        (Number(), False),
        (Flag(), 1),
        (Flag(True), False),
        (OneOf(("a",)), "b"),
        (OneOf(("a",)), ["a"]),
        (Instant(), "2014-10-14T09:30:00Z"),
        (Instant(), "2014-02-30T09:30:00.000000Z"),
        (Timestamp(), "2014-10-14"),
        (STIX_ID, UUID),
        (StixIdText("note"), f"report--{UUID}"),
        (VERSION, "2014-10-14T09:30:00"),
        (VERSION, "2014-10-14T09:30:00.000000Z"),
        (ListOf(Whole(), least=1), []),
        (ListOf(Whole(), most=1), [1, 2]),
        (ListOf(Text(), distinct=True), ["a", "a"]),
        (AnyObject(), {}),
        (AnyObject(), []),
        (Nullable(Flag()), 0),
        (PAIR, None),
    ],
)
def test_wrong_value_has_one_fault_at_its_place(shape: Shape, value: Any) -> None:
    (fault,) = shape.faults(value, "here")
    assert fault.path.startswith("here")
    assert fault.expected
    assert fault.found


@pytest.mark.parametrize(
    "shape",
    [
        Text(),
        HASH,
        Whole(),
        Number(),
        Flag(),
        OneOf(("a",)),
        Instant(),
        Timestamp(),
        STIX_ID,
        VERSION,
        ListOf(Text()),
        AnyObject(),
        PAIR,
    ],
)
@given(value=st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()) | st.binary())
def test_any_value_gives_faults_never_a_crash(shape: Shape, value: Any) -> None:
    assert all(fault.path.startswith("p") for fault in shape.faults(value, "p"))


def test_record_tells_what_is_wrong_missing_and_unknown_at_once() -> None:
    faults = list(PAIR.faults({"two": 1, "three": 1}, ""))
    assert [(fault.path, fault.found) for fault in faults] == [("one", "nothing"), ("two", "1"), ("three", "1")]


def test_rule_is_only_asked_when_each_member_is_right() -> None:
    def never(value: Any, path: str) -> Any:
        raise AssertionError

    record = Record({"one": Field(Whole(), "x")}, (never,))
    assert [fault.path for fault in record.faults({"one": "x"}, "")] == ["one"]


def test_path_is_a_stix_selector() -> None:
    assert join(join(join("", "a"), 0), "b") == "a.[0].b"
    assert join("a", "\n") == "a.?"


def test_found_value_is_short_and_on_one_line() -> None:
    values: list[Any] = [None, True, 3, [1], {}, 10**200]
    assert found("x" * 100) == '"' + "x" * 40 + '..."'
    assert found("a\nb\u202e") == '"a?b?"'
    assert [found(value) for value in values] == [
        "null",
        "true",
        "3",
        "a list of 1",
        "an object",
        "a number of many digits",
    ]


@given(st.datetimes(timezones=st.just(UTC)))
def test_instant_reads_back(at: datetime) -> None:
    assert read_instant(instant_text(at)) == at


def test_instant_of_another_zone_is_written_in_utc() -> None:
    at = datetime(2014, 10, 14, 12, 30, tzinfo=timezone(timedelta(hours=3)))
    assert instant_text(at) == "2014-10-14T09:30:00.000000Z"


@pytest.mark.parametrize("value", [2**53, float("nan"), "\ud800", {1: 2}, {"a": [b"x"]}, {"\udfff": 1}])
def test_value_without_a_canonical_form_is_a_fault(value: Any) -> None:
    assert len(list(json_faults({"v": value}))) == 1


def test_nesting_is_followed_to_its_limit_only() -> None:
    value: Any = 1
    for _ in range(65):
        value = [value]
    assert len(list(json_faults(value))) == 1
    assert list(json_faults(value[0])) == []
