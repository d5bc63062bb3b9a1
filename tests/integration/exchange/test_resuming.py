"""A node that was restored from a backup sends nothing until its partners say that it lacks nothing."""

from __future__ import annotations

import pytest

from sepakat.errors import StoreError
from sepakat.exchange import agreeing
from sepakat.exchange.known import Known
from sepakat.exchange.ports import RowQuery
from sepakat.exchange.reading import Asking, collections_for, read
from sepakat.exchange.records import Standing
from sepakat.exchange.resuming import Asked, resume
from sepakat.stix.identifiers import PartyId
from tests.integration.exchange.conftest import TWO, Restore, exchange
from tests.support.simulator import Simulation

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")


def test_a_restored_node_that_lacks_nothing_goes_on(giving: Simulation, restore: Restore) -> None:
    restore()
    with pytest.raises(StoreError) as caught:
        exchange(giving, TWO)
    assert caught.value.code == "store-restored"
    found = resume(giving["us"])
    assert found.goes_on
    exchange(giving, TWO)
    assert TWO in giving.held("ru")


def test_a_partner_that_is_not_reached_is_not_taken_to_agree(giving: Simulation, restore: Restore) -> None:
    restore()
    giving.network.cut_off.add(FR)
    found = resume(giving["us"])
    assert not found.goes_on
    assert [one.party for one in found.asked if one.error] == [FR]
    assert resume(giving["us"], {FR}).goes_on


def test_a_restored_node_gives_nothing_of_what_was_suspended_since(giving: Simulation, restore: Restore) -> None:
    agreeing.suspend(giving["us"], "us-ru", "a leak")
    giving.settle()
    assert readable_by_ru(giving) == 0
    restore()
    with pytest.raises(StoreError) as caught:
        readable_by_ru(giving)
    assert caught.value.code == "store-restored"
    assert resume(giving["us"]).goes_on
    assert readable_by_ru(giving) == 0


def test_a_node_that_goes_on_is_read_at_once_by_who_was_refused(giving: Simulation, restore: Restore) -> None:
    had = readable_by_ru(giving)
    restore()
    known = Known(giving["us"])
    with pytest.raises(StoreError):
        readable_by_ru(giving, known)
    assert resume(giving["us"]).goes_on
    assert readable_by_ru(giving, known) == had > 0


def readable_by_ru(world: Simulation, known: Known | None = None) -> int:
    """How many objects `ru` gets of `us` now, tombstones left out."""
    known = known or Known(world["us"])
    asking = Asking(RU, "node:ru", "page")
    return sum(
        row.standing is Standing.LIVE
        for one in collections_for(known, RU)
        for row in read(known, asking, RowQuery(one.collection.id, limit=100)).rows
    )


def test_a_node_that_is_not_restored_asks_nobody(giving: Simulation) -> None:
    assert resume(giving["us"]) == resume(giving["us"], {RU})
    assert resume(giving["us"]).asked == ()
    assert not Asked(RU, 3).is_behind
