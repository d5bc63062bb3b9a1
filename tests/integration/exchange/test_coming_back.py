"""What was recalled stays away: by an old page, an import, a newer version, another partner or a push."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from sepakat.errors import InputError
from sepakat.exchange import recalling
from sepakat.exchange.ports import PeerPage
from sepakat.exchange.records import Direction
from sepakat.exchange.synchronising import synchronise
from sepakat.stix.identifiers import PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
ONE = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e001")


@pytest.fixture
def original() -> list[bytes]:
    """The bytes of ONE as they were served at first."""
    return []


@pytest.fixture(params=["restricted", "deleted"])
def world(giving: Simulation, original: list[bytes], request: pytest.FixtureRequest) -> Simulation:
    """`us` gave `ru` a campaign and took it back; `ru` hid it or deleted it; `ru` gives `fr` all that is CLEAR."""
    giving.conclude(agreement_text("ru-fr", "ru", ("fr",)), "ru", "fr")
    giving.take_in("us", giving.written_by("us", ONE, "amber"))

    def keep(page: PeerPage) -> PeerPage:
        original.extend(raw for raw in page.objects if ONE.encode() in raw)
        return page

    giving.network.change_page = keep
    giving.sync("ru", "us")
    giving.network.change_page = lambda page: page
    recalling.recall(giving["us"], ONE, "a mistake", by="alice")
    giving.settle()
    if request.param == "deleted":
        (recall,) = [one for one in recalling.list_recalls(giving["ru"]) if one.direction is Direction.IN]
        recalling.answer_recall(giving["ru"], recall.id, "deleted")
    giving.settle()
    giving.clock.advance(hours=1)
    return giving


def stays_away(world: Simulation) -> bool:
    """`ru` shows it nowhere, and nothing of it goes to `fr`."""
    synchronise(world["fr"], RU)
    with world["ru"].store.reading() as unit:
        rows = unit.views.rows_of(ONE)
    return ONE not in world.held("ru") | world.held("fr") and rows == []


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"modified": "2030-05-01T10:30:00.000Z", "name": "a later version"},
        {"created_by_ref": None, "object_marking_refs": ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]},
    ],
    ids=["the same", "a later version", "without its creator, marked CLEAR"],
)
def test_it_does_not_come_back_by_an_import(world: Simulation, change: dict[str, Any]) -> None:
    made = world.written_by("us", ONE, "clear") | change
    # Refused where the version is still kept, hidden where it was deleted.
    with suppress(InputError):
        world.take_in("ru", {key: value for key, value in made.items() if value is not None})
    assert stays_away(world)


def test_it_does_not_come_back_by_an_old_page(world: Simulation, original: list[bytes]) -> None:
    world.network.change_page = lambda page: replace(page, objects=(original[0],), more=False, next=None)
    synchronise(world["ru"], US)
    world.network.change_page = lambda page: page
    assert stays_away(world)


def test_it_does_not_come_back_by_another_partner_that_has_it_from_elsewhere(world: Simulation) -> None:
    world.conclude(agreement_text("fr-ru", "fr", ("ru",)), "fr", "ru")
    made = world.written_by("us", ONE, "clear")
    world.take_in("fr", {key: value for key, value in made.items() if key != "created_by_ref"})
    synchronise(world["ru"], FR)
    with world["ru"].store.reading() as unit:
        rows = unit.views.rows_of(ONE)
    assert ONE not in world.held("ru")
    assert rows == []
