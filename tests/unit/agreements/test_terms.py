"""What a term says that a document leaves out, and how long a duration lasts from an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sepakat.agreements.terms import (
    ApprovalRule,
    Basis,
    Ceiling,
    Duration,
    Duties,
    End,
    Fields,
    Minimum,
    Named,
    Onward,
    OnwardRule,
    Persons,
    PersonsRule,
    Selection,
    TearLine,
    Unrated,
    Use,
)
from tests.unit.agreements.samples import example

DAY = timedelta(days=1)
LAST = datetime.max.replace(tzinfo=UTC)


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "length", "start", "end"),
    [
        (0, timedelta(), at(2030, 1, 31, 5), at(2030, 1, 31, 5)),
        (0, 30 * DAY, at(2030, 1, 31, 5), at(2030, 3, 2, 5)),
        (1, timedelta(), at(2030, 1, 15, 5), at(2030, 2, 15, 5)),
        (1, timedelta(), at(2030, 1, 31), at(2030, 2, 28)),
        (1, timedelta(), at(2028, 1, 31), at(2028, 2, 29)),
        (1, timedelta(), at(2030, 3, 31), at(2030, 4, 30)),
        (2, timedelta(), at(2030, 1, 31), at(2030, 3, 31)),
        (11, timedelta(), at(2030, 1, 1), at(2030, 12, 1)),
        (12, timedelta(), at(2030, 1, 1), at(2031, 1, 1)),
        (1, timedelta(), at(2030, 12, 31), at(2031, 1, 31)),
        (12, timedelta(), at(2028, 2, 29), at(2029, 2, 28)),
        (27, 2 * DAY, at(2030, 11, 30), at(2033, 3, 2)),
        (12 * 7969, timedelta(), at(2030, 1, 1), at(9999, 1, 1)),
        (12 * 7970, timedelta(), at(2030, 1, 1), LAST),
        (0, timedelta.max, at(2030, 1, 1), LAST),
    ],
)
def test_months_are_counted_on_the_calendar_and_what_goes_beyond_it_never_ends(
    months: int, length: timedelta, start: datetime, end: datetime
) -> None:
    assert Duration("a text", length, months).after(start) == end


def test_duration_is_exact_without_months() -> None:
    assert Duration("P1D", DAY).is_exact is True
    assert Duration("P1M", timedelta(), 1).is_exact is False
    assert Duration("P1D", DAY) == Duration("P1D", DAY, 0)


@pytest.mark.parametrize(
    ("named", "has_it", "has_something"),
    [
        (Named(), False, False),
        (Named(True), True, True),
        (Named(False, ("a",)), True, True),
        (Named(False, ("b",)), False, True),
    ],
)
def test_named_has_what_it_lists_or_everything(named: Named, has_it: bool, has_something: bool) -> None:
    assert ("a" in named, bool(named)) == (has_it, has_something)


def test_approvals_are_of_so_many_persons() -> None:
    assert [rule.persons for rule in (ApprovalRule.AUTO, ApprovalRule.ONE, ApprovalRule.TWO)] == [0, 1, 2]


def test_what_is_left_out_has_the_narrowest_value() -> None:
    assert Selection() == Selection(False, (), ())
    assert Named() == Named(False, ())
    assert Ceiling() == Ceiling(None, None, None, ())
    assert Minimum() == Minimum("A", 1, Unrated.OUT)
    assert Fields() == Fields(Named(False, ()), (), Named(False, ()), TearLine.NONE)
    assert Persons() == Persons(PersonsRule.NONE, (), None, None)
    assert Onward() == Onward(OnwardRule.NONE, (), "same")
    assert Basis() == Basis(None, None, None)
    assert Use() == Use("none", "must-not", "must-not", "must-not", "must-not")


def test_what_was_given_is_deleted_at_the_end_unless_stated() -> None:
    day = Duration("P1D", DAY)
    assert Duties(day, day, day) == Duties(day, day, day, delete_at_end=True, review=None)
    assert End(day) == End(day, "either-at-once", "giver-alone", "both")


def test_clause_is_found_by_its_id() -> None:
    agreement = example()
    assert agreement.clause("S1") is agreement.share[0]
    assert agreement.clause("S2") is None
