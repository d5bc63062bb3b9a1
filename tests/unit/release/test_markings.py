"""Which views and clauses one marking leaves: by its levels, its audiences and its rules on sharing."""

from __future__ import annotations

from typing import Any

import pytest

from sepakat.release.compiled import Compiled
from sepakat.release.levels import level_of
from sepakat.release.markings import country_code
from sepakat.release.question import View
from sepakat.release.restrictions import NOT_HELD, UNKNOWN, Audience, Of, Restriction, SharingRule, SharingRules
from sepakat.stix.identifiers import StixId
from tests.unit.release.small import (
    STATEMENT,
    TLP,
    agreement,
    clause,
    clauses_in,
    compiled,
    malware,
    takers_in,
    under,
    view,
    world,
)
from tests.unit.release.small import UNKNOWN as UNKNOWN_MARKING

ALL = {"ru", "fr", "bank"}


def to(taker: str, country: str | None) -> View:
    """A view of an agreement of its own."""
    return view(agreement(name=f"to-{taker}", takers=(taker,)), taker, country=country)


THREE = (to("ru", "RU"), to("fr", "FR"), to("bank", "DE"))
"""Two parties that are named like their countries, and one that is not."""


def tables(*views: View) -> Compiled:
    return compiled(world(views=views or THREE))


def who(of: Of, *words: str, is_restrictive: bool = False) -> Audience:
    return Audience(of, frozenset(words), is_restrictive)


def readers(*audiences: Audience, rules: tuple[SharingRules, ...] = (), owned_here: bool = True) -> set[str]:
    """The takers that a marking leaves, asked twice, since the answer is kept."""
    asked = tables()
    marking = Restriction("m", audiences=audiences, rules=rules)
    first = asked.markings.audience(marking, owned_here=owned_here)
    assert asked.markings.audience(marking, owned_here=owned_here) == first
    return takers_in(asked, first)


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (who("countries", "RU", "FRA"), {"ru", "fr"}),
        (who("countries", "bank", "DEU"), {"bank"}),
        (who("countries", "bank"), set()),
        (who("countries", "IQ"), set()),
        (who("countries", "ALL"), ALL),
        (who("countries"), set()),
        (who("parties", "bank", "RU"), {"bank"}),
        (who("parties", "DE"), set()),
        (who("parties", "nobody"), set()),
        (who("parties", "ALL", "nobody"), ALL),
        (who("countries-and-parties", "bank", "RU"), {"bank", "ru"}),
        (who("countries-and-parties", "nobody", "IQ"), set()),
        (who("compartments", "ALL"), set()),
        (who("compartments", "RU", "ru"), set()),
        (who("countries", "RU", is_restrictive=True), set()),
        (who("parties", "ALL", is_restrictive=True), set()),
    ],
)
def test_audience_is_who_is_named_by_country_or_as_party(audience: Audience, expected: set[str]) -> None:
    assert readers(audience) == expected


def test_who_reads_is_in_every_audience() -> None:
    assert readers(who("countries", "RU", "FR"), who("parties", "fr", "bank")) == {"fr"}
    assert readers(who("countries", "RU"), who("countries", "FR")) == set()


def test_marking_without_audiences_and_rules_leaves_everybody() -> None:
    assert readers() == ALL


def test_taker_of_unknown_country_is_in_no_country() -> None:
    asked = tables(to("ru", None), to("fr", "FR"))
    marking = Restriction("m", audiences=(who("countries", "RU", "FR"),))
    assert takers_in(asked, asked.markings.audience(marking, owned_here=True)) == {"fr"}


@pytest.mark.parametrize(
    "marking", [UNKNOWN, NOT_HELD, Restriction("odd", is_known=False, audiences=(who("parties"),))]
)
def test_unknown_marking_leaves_nobody_and_no_clause(marking: Restriction) -> None:
    asked = tables()
    assert asked.markings.audience(marking, owned_here=True) == 0
    assert asked.markings.within_ceiling(marking) == 0


def permit(*scopes: Audience) -> SharingRule:
    return SharingRule(True, scopes)


def deny(*scopes: Audience) -> SharingRule:
    return SharingRule(False, scopes)


RU, FR = who("countries-and-parties", "RU"), who("countries-and-parties", "FRA")
EITHER = who("countries-and-parties", "RUS", "FR")
BANK, ELSEWHERE = who("countries-and-parties", "bank"), who("countries-and-parties", "IQ")
EVERYBODY, FOREIGN = who("countries-and-parties", "ALL"), who("countries-and-parties", "FOREIGN")


@pytest.mark.parametrize(
    ("default", "rules", "expected"),
    [
        (False, (), set()),
        (True, (), ALL),
        (False, (permit(RU),), {"ru"}),
        (False, (permit(RU), permit(BANK)), {"ru", "bank"}),
        (False, (permit(EITHER, FR),), {"fr"}),
        (False, (permit(RU, FR),), set()),
        (False, (permit(),), set()),
        (False, (permit(EVERYBODY),), ALL),
        (False, (permit(FOREIGN),), set()),
        (True, (deny(RU),), {"fr", "bank"}),
        (True, (deny(RU), deny(BANK)), {"fr"}),
        (True, (deny(EITHER, FR),), {"ru", "bank"}),
        (True, (deny(ELSEWHERE),), ALL),
        (True, (deny(),), set()),
        (True, (deny(EVERYBODY),), set()),
        (True, (deny(who("countries", "ALL", "FRA")),), set()),
        (True, (deny(FOREIGN),), set()),
        (True, (deny(RU, FOREIGN),), {"fr", "bank"}),
        (True, (deny(who("countries-and-parties", "RU", "FOREIGN")),), set()),
        (False, (deny(RU), permit(EITHER)), {"fr"}),
        (False, (permit(EITHER), deny(RU)), {"fr"}),
    ],
)
def test_deny_wins_over_permit_and_what_cannot_be_resolved_denies_everybody(
    default: bool, rules: tuple[SharingRule, ...], expected: set[str]
) -> None:
    assert readers(rules=(SharingRules(True, default, rules),)) == expected


@pytest.mark.parametrize(
    ("binds_owner", "owned_here", "expected"),
    [(True, True, {"ru"}), (True, False, {"ru"}), (False, False, {"ru"}), (False, True, ALL)],
)
def test_rules_that_do_not_bind_their_owner_bind_others(
    binds_owner: bool, owned_here: bool, expected: set[str]
) -> None:
    rules = SharingRules(binds_owner, False, (permit(RU),))
    assert readers(rules=(rules,), owned_here=owned_here) == expected


def test_every_list_of_rules_binds_and_every_audience_besides() -> None:
    either, bank = SharingRules(True, False, (permit(EITHER),)), SharingRules(True, False, (permit(BANK, FR),))
    assert readers(rules=(either, bank)) == set()
    assert readers(FR, rules=(either,)) == {"fr"}
    assert readers(BANK, rules=(either,)) == set()


CEILINGS: list[dict[str, Any]] = [
    {},
    {"tlp": "amber", "pap": "green", "releasable_to": ["RU"]},
    {"tlp": "amber+strict", "pap": "amber", "releasable_to": ["FR", "RU"]},
]


def capped() -> Compiled:
    """Three clauses, S1 without any ceiling and S3 with the highest."""
    clauses = [clause(id=f"S{place}", ceiling=ceiling) for place, ceiling in enumerate(CEILINGS, start=1)]
    return compiled(world(views=under(*clauses)))


@pytest.mark.parametrize(
    ("axis", "level", "expected"),
    [
        ("tlp", "clear", {"S1", "S2", "S3"}),
        ("tlp", "green", {"S2", "S3"}),
        ("tlp", "amber", {"S2", "S3"}),
        ("tlp", "amber+strict", {"S3"}),
        ("tlp", "red", set()),
        ("pap", "clear", {"S1", "S2", "S3"}),
        ("pap", "green", {"S2", "S3"}),
        ("pap", "amber", {"S3"}),
        ("pap", "red", set()),
        ("classification", "unclassified", {"S1", "S2", "S3"}),
        ("classification", "restricted", set()),
        ("classification", "no such level", set()),
    ],
)
def test_level_passes_up_to_the_ceiling_of_its_axis(axis: str, level: str, expected: set[str]) -> None:
    asked = capped()
    levels: dict[str, Any] = {axis: level_of(axis, level)}
    marking = Restriction("m", **levels)
    for found in (
        asked.markings.on_axis(axis, levels[axis]),
        asked.markings.on_axis(axis, levels[axis]),
        asked.markings.within_ceiling(marking),
    ):
        assert clauses_in(asked, found) == expected


@pytest.mark.parametrize(
    ("countries", "expected"),
    [
        (None, {"S1", "S2", "S3"}),
        (("RU",), {"S2"}),
        (("RUS", "FRA"), {"S2", "S3"}),
        (("FR", "IQ"), set()),
        ((), set()),
    ],
)
def test_rel_to_passes_where_the_ceiling_names_countries_and_all_of_them_are_in_it(
    countries: tuple[str, ...] | None, expected: set[str]
) -> None:
    asked, named = capped(), None if countries is None else frozenset(countries)
    marking = Restriction("m", releasable_to=named)
    for found in (
        asked.markings.releasable(named),
        asked.markings.releasable(named),
        asked.markings.within_ceiling(marking),
    ):
        assert clauses_in(asked, found) == expected


def test_every_axis_of_every_marking_must_be_within_the_ceiling() -> None:
    asked = capped()
    low, high = level_of("tlp", "green"), level_of("tlp", "amber+strict")
    of_both = Restriction("m", tlp=low, pap=level_of("pap", "amber"))
    assert clauses_in(asked, asked.markings.within_ceiling(of_both)) == {"S3"}
    assert clauses_in(asked, asked.markings.within_ceiling(Restriction("m", tlp=low, classification=1))) == set()
    apart = [Restriction("m", tlp=high), Restriction("n", pap=level_of("pap", "green"))]
    assert clauses_in(asked, asked.markings.within_ceilings(apart)) == {"S3"}
    assert clauses_in(asked, asked.markings.within_ceilings(reversed(apart))) == {"S3"}
    assert clauses_in(asked, asked.markings.within_ceilings([])) == {"S1", "S2", "S3"}


def test_marking_that_is_not_held_or_no_marking_is_as_unknown_as_one_that_nobody_can_read() -> None:
    thing = malware()
    asked = compiled(world(thing))
    absent = StixId("marking-definition--00000000-0000-4000-8000-00000000dddd")
    assert asked.markings.restrictions(absent) == (NOT_HELD,)
    assert asked.markings.restrictions(StixId(thing["id"])) == (NOT_HELD,)
    assert asked.markings.restrictions(StixId(UNKNOWN_MARKING)) == (UNKNOWN,)


def test_marking_that_is_held_says_what_it_restricts() -> None:
    asked = tables()
    statement = (Restriction("a statement", is_scaffold=True),)
    assert [asked.markings.restrictions(StixId(STATEMENT)) for _ in range(2)] == [statement, statement]
    assert asked.markings.restrictions(StixId(TLP["amber"])) == (Restriction("TLP:AMBER", is_scaffold=True, tlp=2),)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("IQ", "IQ"),
        ("iq", "IQ"),
        ("ZZ", "ZZ"),
        ("IRQ", "IQ"),
        ("irq", "IQ"),
        ("I1", None),
        ("Ää", None),
        ("IQ-AN", None),
        ("QQQ", None),
        ("150", None),
        ("Iraq", None),
        ("", None),
    ],
)
def test_country_is_named_by_two_or_three_letters(word: str, code: str | None) -> None:
    assert country_code(world().regions, word) == code
