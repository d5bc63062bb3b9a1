from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sepakat.release.times import FIRST, LAST, as_datetime, duration, microseconds, stated

AT = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("instant", [AT, FIRST, LAST, datetime(1970, 1, 1, tzinfo=UTC)])
def test_instant_comes_back_from_its_count(instant: datetime) -> None:
    assert as_datetime(microseconds(instant)) == instant


@pytest.mark.parametrize(
    ("instant", "count"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), 1_000_000),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1),
    ],
)
def test_instants_are_counted_from_1970_on(instant: datetime, count: int) -> None:
    assert microseconds(instant) == count
    assert as_datetime(count) == instant


def test_calendar_has_the_ends_that_python_gives_it() -> None:
    assert (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)) == (FIRST, LAST)


def test_count_beyond_the_calendar_is_its_end() -> None:
    assert as_datetime(10**20) == LAST
    assert as_datetime(-(10**20)) == FIRST
    assert as_datetime(microseconds(LAST) + 1) == LAST
    assert as_datetime(microseconds(FIRST) - 1) == FIRST


def test_duration_is_whole_microseconds() -> None:
    assert duration(timedelta(seconds=1, microseconds=1)) == 1_000_001


def test_stated_instant_is_that_of_the_text_and_none_of_no_text() -> None:
    assert stated("2026-03-01T12:00:00.000001Z") == microseconds(AT)
    assert stated(None) is None
    with pytest.raises(ValueError, match="not a timestamp"):
        stated("soon")
