"""An object whose free text may tell what its variant withholds is put on hold until a person looked (I17)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sepakat.exchange.marking import unhold
from sepakat.exchange.viewing import view_of
from sepakat.release.decision import Outcome
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.markings import TLP_2
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, simulation

ACTOR = StixId("threat-actor--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e021")
HIDDEN = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e022")
REPORT = StixId("report--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e023")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    with simulation(tmp_path, "us", "ru") as made:
        made.introduce(("us", "ru"))
        made.conclude(agreement_text("us-ru", "us", ("ru",), ceiling="green"), "us", "ru")
        yield made


def outcomes(world: Simulation) -> dict[str, Outcome]:
    """What went to ru, by the type of the object."""
    return {row.type: row.outcome for view in view_of(world["us"], PartyId("ru")) for row in view.live}


def hold_on(world: Simulation, object_id: StixId) -> str | None:
    with world["us"].store.reading() as unit:
        policy = unit.policies.get(object_id)
    return policy.hold if policy else None


def actor(world: Simulation, description: str) -> dict[str, object]:
    """An actor whose one alias is marked above the ceiling."""
    marked = [{"marking_ref": TLP_2["red"].id, "selectors": ["aliases.[0]"]}]
    more = {"aliases": ["Night Ferry"], "description": description, "granular_markings": marked}
    return world.written_by("us", ACTOR, "green", **more)


def test_description_that_names_a_cut_alias_puts_the_object_on_hold(world: Simulation) -> None:
    world.take_in("us", actor(world, "The crew calls itself Night  ferry."))
    assert "description may tell ru" in str(hold_on(world, ACTOR))
    assert "threat-actor" not in outcomes(world)


def test_description_that_tells_nothing_goes_with_the_variant(world: Simulation) -> None:
    world.take_in("us", actor(world, "A crew on the river."))
    assert hold_on(world, ACTOR) is None
    assert outcomes(world)["threat-actor"] is Outcome.VARIANT


def test_text_that_names_a_withheld_object_that_it_referred_to_puts_it_on_hold(world: Simulation) -> None:
    hidden = world.written_by("us", HIDDEN, "red", name="Operation Lantern")
    other = world.written_by("us", ACTOR, "green", name="A crew")
    more = {"object_refs": [ACTOR, HIDDEN], "published": "2030-05-01T10:00:00Z"}
    told = world.written_by("us", REPORT, "green", description="After operation lantern they left.", **more)
    world.take_in("us", hidden, other, told)
    assert "description may tell ru" in str(hold_on(world, REPORT))
    assert "report" not in outcomes(world)


def test_a_person_who_looked_lets_it_go_and_it_is_not_held_again(world: Simulation) -> None:
    world.take_in("us", actor(world, "The crew calls itself Night Ferry."))
    unhold(world["us"], ACTOR)
    assert hold_on(world, ACTOR) is None
    assert outcomes(world)["threat-actor"] is Outcome.VARIANT
