"""Who holds an object: by the log, by what was granted, and by what takers named when it was recalled."""

from __future__ import annotations

import pytest

from sepakat.errors import NotFound
from sepakat.exchange import consenting, recalling
from sepakat.exchange.holding import Holder, who_has
from sepakat.release.decision import Outcome
from sepakat.stix.identifiers import PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation

FR = PartyId("fr")
ONE = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e001")
NAMED = ("onward: {default: ask, named: []", "onward: {default: named, named: [fr]")


def holders(world: Simulation, party: str = "us") -> dict[str, Holder]:
    found = who_has(world[party], ONE)
    assert len({one.party for one in found}) == len(found)
    return {one.party: one for one in found}


@pytest.fixture
def asking(giving: Simulation) -> Simulation:
    """`us` gave ONE to `ru`, who let `us` consent that `fr` gets it too."""
    giving.conclude(agreement_text("ru-fr", "ru", ("fr",)), "ru", "fr")
    giving.take_in("us", giving.written_by("us", ONE, "amber"))
    giving.sync("ru", "us")
    asked = consenting.request_consent(giving["ru"], ONE, FR, "joint operation").consents[0]
    consenting.grant_consent(giving["us"], asked.id)
    giving.sync("fr", "ru")
    return giving


def test_direct_holder_is_proved_by_the_log_and_onward_one_by_the_consent(asking: Simulation) -> None:
    found = holders(asking)
    assert set(found) == {"ru", "fr"}
    assert (found["ru"].agreement, found["ru"].outcome, found["ru"].via) == ("us-ru", Outcome.WHOLE, None)
    assert found["ru"].proof.startswith("leaf ")
    assert found["fr"].via == "ru"
    assert found["fr"].proof.startswith("consent ")
    assert set(holders(asking, "ru")) == {"fr"}


def test_what_holders_answered_to_a_recall_stands_beside_them(asking: Simulation) -> None:
    assert {one.said for one in holders(asking).values()} == {None}
    recalling.recall(asking["us"], ONE, "a mistake", by="alice")
    asking.settle()
    assert {party: one.said for party, one in holders(asking).items()} == {"ru": "restricted", "fr": "restricted"}


def test_whom_a_taker_passed_it_on_to_unasked_is_known_once_it_answered_a_recall(world: Simulation) -> None:
    world.conclude(agreement_text().replace(*NAMED), "us", "ru")
    world.conclude(agreement_text("ru-fr", "ru", ("fr",)), "ru", "fr")
    world.take_in("us", world.written_by("us", ONE, "amber"))
    world.sync("ru", "us")
    world.sync("fr", "ru")
    assert ONE in world.held("fr")
    assert set(holders(world)) == {"ru"}
    recalling.recall(world["us"], ONE, "a mistake", by="alice")
    world.settle()
    found = holders(world)
    assert set(found) == {"ru", "fr"}
    assert (found["fr"].via, found["fr"].said) == ("ru", "restricted")
    assert found["fr"].proof.startswith("answer to recall ")
    assert ONE not in world.held("fr")


def test_what_nobody_holds_is_not_known(giving: Simulation) -> None:
    with pytest.raises(NotFound):
        who_has(giving["us"], ONE)
