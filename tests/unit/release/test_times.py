from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sepakat.release.levels import ABOVE_ALL, ceiling_of, level_name, level_of
from sepakat.release.times import FIRST, LAST, as_datetime, duration, microseconds, stated

AT = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("instant", [AT, FIRST, LAST, datetime(1970, 1, 1, tzinfo=UTC)])
def test_instant_comes_back_from_its_count(instant: datetime) -> None:
    assert as_datetime(microseconds(instant)) == instant


def test_count_beyond_the_calendar_is_its_end() -> None:
    assert as_datetime(10**20) == LAST
    assert as_datetime(-(10**20)) == FIRST


def test_duration_is_whole_microseconds() -> None:
    assert duration(timedelta(seconds=1, microseconds=1)) == 1_000_001


def test_stated_instant_is_that_of_the_text_and_none_of_no_text() -> None:
    assert stated("2026-03-01T12:00:00.000001Z") == microseconds(AT)
    assert stated(None) is None
    with pytest.raises(ValueError, match="not a timestamp"):
        stated("soon")


def test_levels_are_ordered_and_an_unknown_one_is_above_all() -> None:
    order = [level_of("tlp", name) for name in ("white", "green", "amber", "amber+strict", "red", "mauve")]
    assert order == [0, 1, 2, 3, 4, ABOVE_ALL]
    assert level_of("pap", "amber+strict") == ABOVE_ALL


def test_ceiling_that_is_not_written_is_the_lowest_and_an_unknown_one_lets_nothing_through() -> None:
    assert ceiling_of("tlp", None) == 0
    assert ceiling_of("tlp", "mauve") < 0


def test_level_has_the_words_of_its_policy() -> None:
    assert level_name("tlp", 3) == "TLP:AMBER+STRICT"
    assert level_name("classification", 3) == "classification secret"
    assert level_name("tlp", ABOVE_ALL) == "TLP:UNKNOWN"
