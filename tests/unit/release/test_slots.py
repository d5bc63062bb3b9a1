from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sepakat.agreements.terms import Clause
from sepakat.release.question import View, ViewKey
from sepakat.release.slots import Slots, _shifts, is_live
from sepakat.stix.identifiers import AgreementId
from tests.unit.release.small import FR, IQ, RU, VIEW, agreement, clause, view, world


def slots(*sizes: int) -> Slots:
    views = []
    for number, size in enumerate(sizes):
        clauses = [clause(id=f"S{place}") for place in range(size)]
        views.append(view(agreement(*clauses, name=f"a{number}", takers=("ru", "fr")), "ru"))
    return Slots(world(views=tuple(views)))


@pytest.mark.parametrize("sizes", [(1,), (1, 1), (3, 2, 5), (7, 1, 6, 4), (8, 8), (9, 2)])
def test_gather_undoes_spread(sizes: tuple[int, ...]) -> None:
    found = slots(*sizes)
    for picked in range(1 << len(sizes)):
        views = sum(1 << (number * found.stride) for number in range(len(sizes)) if picked >> number & 1)
        assert found.gather(found.spread(views)) == views


@pytest.mark.parametrize("sizes", [(3, 2, 5), (7, 1, 6, 4)])
def test_any_one_slot_gathers_to_its_own_view_alone(sizes: tuple[int, ...]) -> None:
    found = slots(*sizes)
    for number, size in enumerate(sizes):
        for place in range(size):
            slot = 1 << (number * found.stride + place)
            assert found.every & slot
            assert found.gather(slot) == 1 << (number * found.stride)


def test_view_that_is_not_in_force_has_no_slots() -> None:
    found = Slots(world(views=(view(agreement(), in_force=False), view(agreement(name="b")))))
    assert found.bit(VIEW) == 0
    assert found.every == found.live << 0
    assert found.by_taker[RU] == found.live


def test_question_that_fails_is_answered_with_no() -> None:
    assert slots(2).where(lambda clause: 1 // 0 == 1) == 0


def test_takers_of_one_agreement_have_bits_of_their_own() -> None:
    terms = agreement(takers=("ru", "fr"))
    found = Slots(world(views=(view(terms, "ru"), view(terms, "fr", country="FR"))))
    assert found.by_taker[RU] & found.by_taker[FR] == 0
    assert found.by_taker[RU] | found.by_taker[FR] == found.live
    assert found.by_country["FR"] == found.by_taker[FR]
    assert [key.taker for key in found.views_of(found.live)] == ["ru", "fr"]


def named(name: str, party: str, country: str | None, *, in_force: bool = True, size: int = 1) -> View:
    clauses = [clause(id=f"S{place}") for place in range(size)]
    return view(agreement(*clauses, name=name, takers=(party,)), party, in_force=in_force, country=country)


def test_every_clause_of_every_view_in_force_has_a_bit() -> None:
    first, second = named("a", "ru", "RU", size=2), named("b", "fr", "FR")
    found = Slots(world(views=(first, second)))
    assert found.stride == 2
    assert found.live == 0b101
    assert found.position == {first.key: 0, second.key: 1}
    assert [(entry.clause.id, entry.position, entry.mask) for entry in found.clauses] == [
        ("S0", 0, 0b001),
        ("S1", 1, 0b010),
        ("S0", 0, 0b100),
    ]
    assert found.every == 0b111
    assert (found.by_taker, found.by_country) == ({RU: 0b001, FR: 0b100}, {"RU": 0b001, "FR": 0b100})
    assert (found.bit(first.key), found.bit(second.key)) == (0b001, 0b100)
    assert found.views_of(0b101) == (first.key, second.key)
    assert (found.views_of(0b001), found.views_of(0b100), found.views_of(0)) == ((first.key,), (second.key,), ())


def test_stride_is_that_of_the_longest_agreement_and_at_least_what_is_asked_for() -> None:
    assert Slots(world(views=())).stride == 1
    assert Slots(world(views=(named("a", "ru", "RU"),))).stride == 1
    assert Slots(world(views=(named("a", "ru", "RU", size=3),)), 2).stride == 3
    assert Slots(world(views=(named("a", "ru", "RU", size=3),)), 4).stride == 4


def test_view_that_is_out_of_force_keeps_its_place_and_takes_part_in_nothing() -> None:
    out, first, second = named("a", "ru", "RU", in_force=False), named("b", "fr", "FR"), named("c", "iq", None)
    found = Slots(world(views=(out, first, second)))
    assert (found.live, found.every) == (0b110, 0b110)
    assert (found.bit(out.key), found.bit(first.key), found.bit(second.key)) == (0, 0b010, 0b100)
    assert (found.by_taker, found.by_country) == ({FR: 0b010, IQ: 0b100}, {"FR": 0b010, None: 0b100})
    assert found.where(lambda clause: True) == 0b110
    assert found.where(lambda clause: False) == 0
    assert found.gather(0b001) == 0
    assert [(terms.id, views) for terms, views in found.agreements] == [("b", 0b010), ("c", 0b100)]


def test_taker_of_two_agreements_and_country_of_two_takers_have_both_views() -> None:
    found = Slots(world(views=(named("a", "ru", "RU"), named("b", "ru", "RU"))))
    assert (found.by_taker, found.by_country) == ({RU: 0b11}, {"RU": 0b11})


def test_clauses_that_say_the_same_are_asked_once_for_all_of_them() -> None:
    terms = agreement(takers=("ru", "fr"))
    found = Slots(world(views=(view(terms, "ru"), view(terms, "fr"), named("b", "iq", "IQ"))))
    asked: list[str] = []

    def is_first(clause: Clause) -> bool:
        asked.append(clause.id)
        return clause.id == "S1"

    assert found.where(is_first) == 0b011
    assert asked == ["S1", "S0"]
    assert found.where_agreement(lambda agreement: agreement.id == "a") == 0b011
    assert found.where_agreement(lambda agreement: agreement.id == "b") == 0b100
    assert found.where_agreement(lambda agreement: False) == 0


def test_view_that_nobody_knows_is_in_no_set() -> None:
    assert slots(1).bit(ViewKey(AgreementId("elsewhere"), RU)) == 0


@pytest.mark.parametrize(
    ("changes", "lives"),
    [
        ({}, True),
        ({"in_force": False}, False),
        ({"agreement": replace(agreement(), giver=FR)}, False),
        ({"key": ViewKey(AgreementId("b"), RU)}, False),
    ],
)
def test_view_lives_by_an_agreement_in_force_that_is_this_nodes_and_the_one_of_its_key(
    changes: dict[str, Any], lives: bool
) -> None:
    assert is_live(world(), replace(view(agreement()), **changes)) is lives


@pytest.mark.parametrize(
    ("stride", "shifts"), [(1, ()), (2, (1,)), (3, (1, 1)), (4, (1, 2)), (5, (1, 2, 1)), (8, (1, 2, 4))]
)
def test_no_more_shifts_are_made_than_are_needed(stride: int, shifts: tuple[int, ...]) -> None:
    assert _shifts(stride) == shifts
