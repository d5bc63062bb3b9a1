"""What each feature of a version asks of a clause, and which of several clauses a mask then has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from sepakat.agreements.terms import Clause
from sepakat.release.clauses import ClauseMasks, is_rated, shares_person, shares_type, wants_region, wants_topic
from sepakat.release.compiled import Compiled
from sepakat.release.question import View
from sepakat.release.times import microseconds
from tests.unit.release.small import NOW, agreement, clause, clauses_in, compiled, under, view, world

AT = microseconds(NOW)
HOUR = 3_600_000_000
DAY = 24 * HOUR


def among(*clauses: Mapping[str, Any], views: tuple[View, ...] = (), now: datetime = NOW) -> Compiled:
    """The tables over these clauses, which have the ids S1, S2 and so on; or over those of whole views."""
    named = [{**each, "id": f"S{place}"} for place, each in enumerate(clauses, start=1)]
    return compiled(world(views=views or under(*named)), now)


def one(**keys: Any) -> Clause:
    """One clause as terms."""
    return agreement(clause(**keys)).share[0]


def passed(asked: Compiled, ask: Callable[[ClauseMasks], int]) -> set[str]:
    """The clauses that let a feature through, asked twice, since the answer is kept."""
    first = ask(asked.clauses)
    assert ask(asked.clauses) == first
    return clauses_in(asked, first)


def with_fields(tear_line: str) -> dict[str, Any]:
    return clause(fields={"allow": "standard", "tear_line": tear_line})


def test_form_is_whole_unless_always_torn_and_cut_unless_never() -> None:
    asked = among(*map(with_fields, ("none", "if-needed", "always")))
    assert clauses_in(asked, asked.clauses.may_go_whole) == {"S1", "S2"}
    assert clauses_in(asked, asked.clauses.may_go_cut) == {"S2", "S3"}


def test_pseudonymous_are_the_clauses_with_that_rule_alone() -> None:
    rules: list[dict[str, Any]] = [{"rule": "none"}, {"rule": "pseudonym"}, {"rule": "categories", "allow": ["victim"]}]
    asked = among(*(clause(persons=rule) for rule in rules))
    assert clauses_in(asked, asked.clauses.pseudonymous) == {"S2"}


def test_approvals_are_by_the_number_of_persons() -> None:
    asked = among(*(clause(release={"approval": rule, "delay": "PT0S"}) for rule in ("two", "auto", "one")))
    found = {persons: clauses_in(asked, mask) for persons, mask in asked.clauses.approvals.items()}
    assert found == {0: {"S2"}, 1: {"S3"}, 2: {"S1"}}


@pytest.mark.parametrize(
    ("type_name", "expected"), [("malware", {"S1", "S2"}), ("tool", {"S1"}), ("x-acme-case", {"S3"})]
)
def test_custom_type_goes_only_by_its_name_and_any_other_by_name_or_any(type_name: str, expected: set[str]) -> None:
    asked = among(clause(types="any"), clause(types=["malware"]), clause(types=["x-acme-case"]))
    assert passed(asked, lambda masks: masks.types(type_name)) == expected
    assert {f"S{n}" for n, entry in enumerate(asked.slots.clauses, 1) if shares_type(entry.clause, type_name)} == (
        expected
    )


@pytest.mark.parametrize(
    ("kind", "expected"), [(None, {"S1", "S2", "S3"}), ("report", {"S1", "S2"}), ("offer", {"S1"})]
)
def test_kind_is_one_of_those_listed_and_no_claim_needs_none(kind: str | None, expected: set[str]) -> None:
    asked = among(clause(kinds="any"), clause(kinds=["report"]), clause(kinds=["estimate"]))
    assert passed(asked, lambda masks: masks.kinds(kind)) == expected


TOPICS = [{"any": "any"}, {"any": ["terrorism"]}, {"any": ["terrorism/isis", "trade"]}]


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (set(), {"S1"}),
        ({"terrorism"}, {"S1", "S2"}),
        ({"terrorism/isis/oil"}, {"S1", "S2", "S3"}),
        ({"terrorism/other"}, {"S1", "S2"}),
        ({"sport", "trade"}, {"S1", "S3"}),
        ({"terrorism/isisx"}, {"S1", "S2"}),
    ],
)
def test_one_topic_in_one_listed_is_enough(topics: set[str], expected: set[str]) -> None:
    asked = among(*(clause(topics=wanted) for wanted in TOPICS))
    assert passed(asked, lambda masks: masks.topics(frozenset(topics))) == expected
    assert {f"S{n}" for n, entry in enumerate(asked.slots.clauses, 1) if wants_topic(entry.clause, topics)} == expected


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (set(), {"S1", "S2", "S3"}),
        ({"terrorism/isis"}, {"S1", "S3"}),
        ({"sport", "trade"}, {"S1", "S2"}),
        ({"terrorism", "trade"}, {"S1"}),
    ],
)
def test_any_topic_in_any_excluded_is_too_much(topics: set[str], expected: set[str]) -> None:
    excluded: list[list[str]] = [[], ["terrorism"], ["war", "trade"]]
    asked = among(*(clause(topics={"any": "any", "none": those}) for those in excluded))
    assert passed(asked, lambda masks: masks.no_excluded_topic(frozenset(topics))) == expected


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        (set(), {"S1"}),
        ({"IQ"}, {"S1", "S2"}),
        ({"FR", "IQ-AN"}, {"S1", "S2", "S3"}),
        ({"western-asia"}, {"S1"}),
        ({"FR"}, {"S1", "S3"}),
    ],
)
def test_one_region_in_one_listed_is_enough(regions: set[str], expected: set[str]) -> None:
    asked = among(*(clause(regions={"any": those}) for those in ("any", ["IQ"], ["DE", "FR"])))
    table = asked.world.regions
    assert passed(asked, lambda masks: masks.regions(frozenset(regions))) == expected
    entries = enumerate(asked.slots.clauses, 1)
    assert {f"S{n}" for n, entry in entries if wants_region(entry.clause, regions, table)} == expected


@pytest.mark.parametrize(
    ("regions", "expected"),
    [(set(), {"S1", "S2"}), ({"FR", "IQ"}, {"S1"}), ({"FR"}, {"S1", "S2"}), ({"western-asia"}, {"S1"})],
)
def test_any_region_in_any_excluded_is_too_much(regions: set[str], expected: set[str]) -> None:
    asked = among(clause(), clause(regions={"any": "any", "none": ["DE", "western-asia"]}))
    assert passed(asked, lambda masks: masks.no_excluded_region(frozenset(regions))) == expected


@pytest.mark.parametrize(
    ("reliability", "credibility", "unrated", "holds"),
    [
        ("B", 3, "out", True),
        ("A", 1, "out", True),
        ("C", 3, "out", False),
        ("B", 4, "out", False),
        (None, 3, "out", False),
        ("B", None, "out", False),
        (None, None, "out", False),
        (None, 3, "allow", True),
        ("B", None, "allow", True),
        (None, 4, "allow", False),
        ("C", None, "allow", False),
    ],
)
def test_each_rating_reaches_its_minimum_or_is_missing_where_that_is_allowed(
    reliability: str | None, credibility: int | None, unrated: str, holds: bool
) -> None:
    minimum = {"reliability": "B", "credibility": 3, "unrated": unrated}
    assert is_rated(one(minimum=minimum), reliability, credibility) is holds
    asked = among(clause(), clause(minimum=minimum))
    expected = {"S1", "S2"} if holds else {"S1"}
    assert passed(asked, lambda masks: masks.rated(reliability, credibility)) == expected


@pytest.mark.parametrize(
    ("minimum", "rated", "holds"),
    [
        ({"reliability": "any", "credibility": 2}, (None, 2), True),
        ({"reliability": "any", "credibility": 2}, ("F", 3), False),
        ({"reliability": "C", "credibility": "any"}, ("C", None), True),
        ({"reliability": "C", "credibility": "any"}, ("D", 1), False),
        ({"reliability": "any", "credibility": "any"}, (None, None), True),
    ],
)
def test_minimum_of_any_asks_nothing_of_its_rating(
    minimum: dict[str, Any], rated: tuple[str | None, int | None], holds: bool
) -> None:
    assert is_rated(one(minimum={**minimum, "unrated": "out"}), *rated) is holds


@pytest.mark.parametrize(
    ("rule", "category", "can_be_pseudonymous", "holds"),
    [
        ({"rule": "none"}, "victim", True, False),
        ({"rule": "categories", "allow": ["victim"]}, "victim", False, True),
        ({"rule": "categories", "allow": ["victim"]}, "witness", True, False),
        ({"rule": "categories", "allow": ["victim"]}, None, True, False),
        ({"rule": "pseudonym"}, "victim", True, True),
        ({"rule": "pseudonym"}, None, True, True),
        ({"rule": "pseudonym"}, "victim", False, False),
    ],
)
def test_person_goes_by_category_or_where_possible_by_pseudonym(
    rule: dict[str, Any], category: str | None, can_be_pseudonymous: bool, holds: bool
) -> None:
    assert shares_person(one(persons=rule), category, can_be_pseudonymous=can_be_pseudonymous) is holds


@pytest.mark.parametrize(("has_necessity", "expected"), [(True, {"S1", "S2"}), (False, {"S1"})])
def test_necessity_is_needed_only_where_it_is_asked_for(has_necessity: bool, expected: set[str]) -> None:
    allowed = {"rule": "categories", "allow": ["victim"]}
    asked = among(
        clause(persons=allowed),
        clause(persons={**allowed, "necessity": "required"}),
        clause(persons={"rule": "none", "necessity": "required"}),
        clause(),
    )
    assert (
        passed(asked, lambda m: m.persons("victim", can_be_pseudonymous=False, has_necessity=has_necessity)) == expected
    )


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (9 * DAY, {"S1", "S2", "S3"}),
        (10 * DAY, {"S1", "S2", "S3"}),
        (10 * DAY + 1, {"S1", "S3"}),
        (20 * DAY + 1, {"S1"}),
    ],
)
def test_retention_counts_from_creation_to_its_last_instant(age: int, expected: set[str]) -> None:
    retained = [clause(persons={"rule": "pseudonym", "retention": length}) for length in ("P10D", "P20D")]
    asked = among(clause(), *retained)
    assert passed(asked, lambda masks: masks.retained(AT - age)) == expected


def test_retention_ends_one_microsecond_after_its_last_instant_for_each_clause_that_has_one() -> None:
    retained = [clause(persons={"rule": "pseudonym", "retention": length}) for length in ("P10D", "P20D")]
    asked = among(clause(), *retained)
    assert list(asked.clauses.retention_ends(AT)) == [AT + 10 * DAY + 1, AT + 20 * DAY + 1]


def test_retention_is_asked_at_the_instant_that_was_set_last() -> None:
    asked = among(clause(persons={"rule": "pseudonym", "retention": "P10D"}))
    assert clauses_in(asked, asked.clauses.retained(AT)) == {"S1"}
    asked.clauses.at(NOW + timedelta(days=11))
    assert clauses_in(asked, asked.clauses.retained(AT)) == set()


def windows(key: str, *values: str) -> tuple[View, ...]:
    """Views with one clause each, S1, S2 and so on, of agreements that differ in one key of the window."""
    windows: list[dict[str, Any]] = [{key: value} for value in values]
    return tuple(
        view(agreement(clause(id=f"S{place}"), name=f"a{place}", **window))
        for place, window in enumerate(windows, start=1)
    )


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        (-DAY - 1, {"S3"}),
        (-DAY, {"S2", "S3", "S4"}),
        (-1, {"S2", "S3", "S4"}),
        (0, {"S1", "S2", "S3", "S4"}),
        (1, {"S1", "S2", "S3", "S4"}),
    ],
)
def test_data_window_begins_at_its_first_instant(created: int, expected: set[str]) -> None:
    starts = ("2026-03-01T12:00:00Z", "2026-02-28T12:00:00Z", "any", "2026-02-28T12:00:00Z")
    asked = among(views=windows("data_from", *starts))
    assert passed(asked, lambda masks: masks.created_at(AT + created)) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, {"S1", "S2", "S3", "S4"}),
        (2 * DAY, {"S1", "S2", "S3", "S4"}),
        (2 * DAY + 1, {"S2", "S3"}),
        (5 * DAY, {"S2", "S3"}),
        (5 * DAY + 1, {"S3"}),
    ],
)
def test_version_is_of_age_to_the_last_instant_of_it(age: int, expected: set[str]) -> None:
    asked = among(views=windows("max_age", "P2D", "P5D", "any", "P2D"))
    assert passed(asked, lambda masks: masks.of_age(AT - age)) == expected


DELAYED = [
    clause(id=f"S{place}", release={"approval": "auto", "delay": delay})
    for place, delay in enumerate(("PT2H", "PT1H", "PT0S", "PT2H"), start=1)
]


@pytest.mark.parametrize(
    ("waited", "expected"),
    [
        (0, {"S3"}),
        (HOUR - 1, {"S3"}),
        (HOUR, {"S2", "S3"}),
        (2 * HOUR - 1, {"S2", "S3"}),
        (2 * HOUR, {"S1", "S2", "S3", "S4"}),
    ],
)
def test_delay_is_over_at_its_last_instant(waited: int, expected: set[str]) -> None:
    assert passed(among(*DELAYED), lambda masks: masks.waited_since(AT - waited)) == expected


@pytest.mark.parametrize(
    ("age", "waited", "expected"),
    [
        # Too old one microsecond after its age; a delay is over at its own instant. Now is 0.
        (DAY, 3 * HOUR, DAY + 1),
        (2 * DAY, 3 * HOUR, 1),
        (2 * DAY + 1, 3 * HOUR, 3 * DAY),
        (5 * DAY + 1, 3 * HOUR, None),
        (5 * DAY + 1, 2 * HOUR, None),
        (5 * DAY + 1, 2 * HOUR - 1, 1),
        (5 * DAY + 1, HOUR, HOUR),
        (5 * DAY + 1, HOUR - 1, 1),
        (DAY, HOUR, HOUR),
        (2 * DAY - HOUR, 0, HOUR),
        (2 * DAY - HOUR + 2, 0, HOUR - 1),
    ],
)
def test_next_change_is_the_nearest_end_of_an_age_or_a_delay(age: int, waited: int, expected: int | None) -> None:
    views = tuple(
        view(agreement(*DELAYED, name=f"a{place}", max_age=longest)) for place, longest in enumerate(("P2D", "P5D"))
    )
    found = among(views=views).clauses.next_change(AT - age, AT - waited)
    assert (None if found is None else found - AT) == expected


def test_nothing_changes_by_time_alone_where_no_clause_has_an_age_or_a_delay_to_come() -> None:
    assert among(clause()).clauses.next_change(AT, AT) is None
