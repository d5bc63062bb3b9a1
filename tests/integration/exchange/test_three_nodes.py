"""The main way through: three nodes, agreements, an exchange, consent, onward, a recall through two hops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sepakat.exchange import consenting, recalling
from sepakat.exchange.records import Direction
from sepakat.exchange.verifying import verify_logs
from sepakat.stix.identifiers import PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, simulation

REPORT = StixId("report--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e001")
GROUP = StixId("threat-actor--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e002")
GREEN = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e003")
RED = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e004")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    with simulation(tmp_path, "us", "ru", "fr") as made:
        made.introduce(("us", "ru"), ("us", "fr"), ("ru", "fr"))
        yield made


@pytest.fixture
def exchanging(world: Simulation) -> Simulation:
    world.conclude(agreement_text("us-ru", "us", ("ru",)), "us", "ru")
    world.conclude(agreement_text("us-fr", "us", ("fr",), ceiling="green"), "us", "fr")
    world.conclude(agreement_text("ru-fr", "ru", ("fr",)), "ru", "fr")
    world.take_in(
        "us",
        world.written_by("us", GROUP, "amber"),
        world.written_by("us", REPORT, "amber", object_refs=[GROUP], published="2030-05-01T10:00:00Z"),
        world.written_by("us", GREEN, "green"),
        world.written_by("us", RED, "red"),
    )
    return world


def test_each_taker_holds_what_its_agreement_allows_and_nothing_more(exchanging: Simulation) -> None:
    exchanging.sync("ru", "us")
    exchanging.sync("fr", "us")
    assert {GROUP, REPORT, GREEN} <= exchanging.held("ru")
    assert GREEN in exchanging.held("fr")
    assert RED not in exchanging.held("ru") | exchanging.held("fr")
    assert not {GROUP, REPORT} & exchanging.held("fr")


def test_second_synchronisation_takes_nothing_twice(exchanging: Simulation) -> None:
    first = exchanging.sync("ru", "us")
    assert first.taken
    assert not first.refused
    again = exchanging.sync("ru", "us")
    assert (again.taken, again.messages) == (0, 0)


def test_consent_lets_an_object_go_on_and_a_recall_brings_it_back(exchanging: Simulation) -> None:
    world = exchanging
    world.sync("ru", "us")
    world.sync("fr", "ru")
    assert GROUP not in world.held("fr")

    asked = consenting.request_consent(world["ru"], GROUP, PartyId("fr"), "joint operation").consents[0]
    consenting.grant_consent(world["us"], asked.id)
    world.settle()
    world.sync("fr", "ru")
    assert GROUP in world.held("fr")
    assert REPORT not in world.held("fr")

    recalling.recall(world["us"], GROUP, "source withdrew it", by="alice")
    world.settle()
    assert GROUP not in world.held("ru") | world.held("fr")
    sent = next(one for one in recalling.list_recalls(world["us"]) if one.direction is Direction.OUT)
    assert {(answer.party, answer.via, answer.action) for answer in sent.answers} == {
        ("ru", None, "restricted"),
        ("fr", "ru", "restricted"),
    }
    # What was recalled stays away, also when it is offered again.
    world.sync("ru", "us")
    world.sync("fr", "ru")
    assert GROUP not in world.held("ru") | world.held("fr")


def test_logs_of_all_nodes_verify_and_are_cosigned(exchanging: Simulation) -> None:
    world = exchanging
    world.sync("ru", "us")
    world.sync("fr", "us")
    world.settle()
    for party in ("us", "ru", "fr"):
        for log in verify_logs(world[party]):
            assert log.report.is_sound, (party, log.counterpart, log.is_mirror, log.report.findings)
    with world["us"].store.reading() as unit:
        assert unit.logs.checkpoints(PartyId("ru"), mirror=False)[-1].cosigned
