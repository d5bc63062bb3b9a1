from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.stix.instants import format_instant, is_timestamp, parse_instant, version_key

INSTANTS = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31T09:00:00",
        "2024-01-31T09:00:00+00:00",
        "2024-01-31 09:00:00Z",
        "2024-01-31t09:00:00z",
        "2024-02-30T09:00:00Z",
        "2024-01-31T24:00:00Z",
        "2024-01-31T09:00:60Z",
        "2024-01-31T09:00:00.Z",
        "2024-01-31T09:00:00,5Z",
        "2024-01-31",
        "0000-01-31T09:00:00Z",
        "٢٠٢٤-01-31T09:00:00Z",
        "2024-01-31T09:00:00Z\n",
        "",
    ],
)
def test_what_is_no_stix_timestamp_is_refused_everywhere(text: str) -> None:
    assert not is_timestamp(text)
    with pytest.raises(ValueError):
        parse_instant(text)
    with pytest.raises(ValueError):
        version_key(text)


def test_digits_beyond_microseconds_are_cut_in_instants_but_kept_in_version_keys() -> None:
    assert parse_instant("2024-01-31T09:00:00.1234569Z") == datetime(2024, 1, 31, 9, 0, 0, 123456, UTC)
    assert version_key("2024-01-31T09:00:00.1234569Z") == "2024-01-31T09:00:00.1234569"


@pytest.mark.parametrize("text", ["2024-01-31T09:00:00Z", "2024-01-31T09:00:00.000Z", "2024-01-31T09:00:00.0000000Z"])
def test_spellings_of_one_instant_share_a_version_key(text: str) -> None:
    assert version_key(text) == "2024-01-31T09:00:00.000000"


def test_version_keys_sort_beyond_microseconds() -> None:
    texts = ["2024-01-31T09:00:00Z", "2024-01-31T09:00:00.0000001Z", "2024-01-31T09:00:00.000001Z"]
    keys = [version_key(text) for text in texts]
    assert keys == sorted(keys)
    assert len(set(keys)) == 3


@given(INSTANTS, INSTANTS, st.integers(0, 6), st.integers(0, 6))
def test_order_of_version_keys_is_order_in_time(one: datetime, two: datetime, first: int, second: int) -> None:
    left, right = format_instant(one, first), format_instant(two, second)
    assert (version_key(left) < version_key(right)) == (parse_instant(left) < parse_instant(right))


@given(INSTANTS)
def test_formatting_with_six_digits_loses_nothing(instant: datetime) -> None:
    assert parse_instant(format_instant(instant, 6)) == instant


def test_formatting_cuts_and_never_rounds_up() -> None:
    instant = datetime(2024, 12, 31, 23, 59, 59, 999999, UTC)
    assert format_instant(instant) == "2024-12-31T23:59:59.999Z"
    assert format_instant(instant, 0) == "2024-12-31T23:59:59Z"


def test_formatting_turns_other_zones_into_utc() -> None:
    assert format_instant(datetime(2024, 1, 31, 9, tzinfo=timezone(timedelta(hours=7)))) == "2024-01-31T02:00:00.000Z"


def test_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        format_instant(datetime(2024, 1, 31, tzinfo=UTC).replace(tzinfo=None))
    with pytest.raises(ValueError):
        format_instant(datetime(2024, 1, 31, tzinfo=UTC), 7)
