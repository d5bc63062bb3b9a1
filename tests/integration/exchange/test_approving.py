"""What waits for a person, and that asking leaves everything as it was."""

from __future__ import annotations

import pytest

from sepakat.exchange import approving
from sepakat.exchange.releasing import update_views
from sepakat.exchange.viewing import view_of
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation

RU = PartyId("ru")
GREEN, RED = (StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0e{n}") for n in range(2))
VIEW = ViewKey(AgreementId("us-ru"), RU)


@pytest.fixture
def asking(world: Simulation) -> Simulation:
    """`us` gives `ru` everything up to TLP:RED once a person has approved it."""
    world.conclude(agreement_text(ceiling="red").replace("approval: auto", "approval: two"), "us", "ru")
    world.take_in("us", world.written_by("us", GREEN, "green"), world.written_by("us", RED, "red"))
    return world


def live(world: Simulation) -> set[StixId]:
    return {row.id for view in view_of(world["us"], RU) for row in view.live if row.type == "campaign"}


def waits(world: Simulation) -> dict[StixId, tuple[str, ...]]:
    return {one.version[0]: one.approvers for one in approving.waiting(world["us"]) if one.view == VIEW}


def test_what_only_lacks_approval_waits_with_those_who_gave_it(asking: Simulation) -> None:
    assert waits(asking) == {GREEN: (), RED: ()}
    approving.approve(asking["us"], RED, VIEW, "alice", is_given=True)
    assert waits(asking) == {GREEN: (), RED: ("alice",)}
    approving.approve(asking["us"], RED, VIEW, "bob", is_given=True)
    assert waits(asking) == {GREEN: ()}
    assert live(asking) == {RED}


def test_asking_what_waits_releases_nothing(asking: Simulation) -> None:
    for _ in range(2):
        assert waits(asking).keys() == {GREEN, RED}
    with asking["us"].store.writing() as unit:
        assert update_views(asking["us"], unit, asking.clock.now()).changes == []
    assert live(asking) == set()


def test_what_a_ceiling_withholds_too_does_not_wait(world: Simulation) -> None:
    world.conclude(agreement_text(ceiling="green").replace("approval: auto", "approval: one"), "us", "ru")
    world.take_in("us", world.written_by("us", GREEN, "green"), world.written_by("us", RED, "red"))
    assert waits(world).keys() == {GREEN}
