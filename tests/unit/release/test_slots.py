from __future__ import annotations

import pytest

from sepakat.release.slots import Slots
from tests.unit.release.small import FR, RU, VIEW, agreement, clause, view, world


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
