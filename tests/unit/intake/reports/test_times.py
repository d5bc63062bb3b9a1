from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sepakat.intake.reports.times import find_dates, find_stamps, read_ago

PUBLISHED = date(2019, 3, 13)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("Rabu, 15 Oktober 2014 16:21 WIB", "2014-10-15T16:21:00+07:00"),
        ("Jumat, 02/11/2018 12:05 WIT", "2018-11-02T12:05:00+09:00"),
        ("13 Mei 2020 | 14.30 WITA", "2020-05-13T14:30:00+08:00"),
        ("March 3, 2021 at 4:15 p.m. CST", "2021-03-03T16:15:00-06:00"),
        ("9 May 2017, 18:20 BST", "2017-05-09T18:20:00+01:00"),
        ("10:15 PM ET, Tue July 6, 2021", "2021-07-06T22:15:00-04:00"),
    ],
)
def test_a_stamp_is_read_with_its_zone(text: str, instant: str) -> None:
    (stamp,) = find_stamps(text)
    assert stamp.instant() == datetime.fromisoformat(instant)


@pytest.mark.parametrize("text", ["31 Februari 2020 10:00 WIB", "1 Januari 0000", "99/99/9999"])
def test_a_day_that_does_not_exist_is_no_stamp(text: str) -> None:
    assert find_stamps(text) == []


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("Rabu (13/3/2019)", "2019-03-13", "absolute"),
        ("pada 1 April", "2019-04-01", "absolute"),
        ("bulan lalu", "2019-02", "relative"),
        ("pekan depan", "2019-03-18/2019-03-24", "relative"),
        ("on Sunday", "2019-03-10", "relative"),
        ("in June", "2019-06", "relative"),
        ("kemarin", "2019-03-12", "relative"),
    ],
)
def test_a_date_in_a_text_is_completed_from_publication(text: str, value: str, kind: str) -> None:
    assert [(one.value, one.kind) for one in find_dates(text, PUBLISHED)] == [(value, kind)]


def test_a_relative_date_without_publication_is_left_out() -> None:
    assert find_dates("Ia datang kemarin dan pergi pekan depan.", None) == []


def test_the_same_day_is_the_day_named_before() -> None:
    found = find_dates("Pada 2 Mei 2018 ia datang. Pada hari yang sama ia pergi.", PUBLISHED)
    assert [one.value for one in found] == ["2018-05-02", "2018-05-02"]


def test_hours_ago_are_an_instant_and_days_ago_a_day_in_the_zone() -> None:
    captured = datetime(2019, 3, 13, 20, tzinfo=UTC)
    hours, days = read_ago("2 jam yang lalu", captured, 480), read_ago("3 days ago", captured, 480)
    assert hours is not None
    assert days is not None
    assert (hours.duration, hours.when) == ("PT2H", "2019-03-13T18:00:00Z")
    assert (days.duration, days.when) == ("P3D", "2019-03-11")
