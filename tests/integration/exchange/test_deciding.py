"""What a node decides, and when it has nothing to decide."""

from __future__ import annotations

from sepakat.exchange.deciding import world_to_read
from sepakat.stix.identifiers import StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation

ONE, TWO = (StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}") for n in (1, 2))


def test_what_was_taken_in_before_the_first_agreement_goes_with_it(world: Simulation) -> None:
    world.take_in("us", world.written_by("us", ONE, "amber"), world.written_by("us", TWO, "red"))
    with world["us"].store.reading() as unit:
        assert unit.views.collections() == []
    world.conclude(agreement_text(), "us", "ru")
    world.sync("ru", "us")
    assert {ONE, TWO} & world.held("ru") == {ONE}


def test_party_that_gives_nothing_still_answers_what_it_holds(giving: Simulation) -> None:
    giving.take_in("us", giving.written_by("us", ONE, "amber"))
    giving.sync("ru", "us")
    node = giving["ru"]
    with node.store.reading() as unit, world_to_read(node, unit, node.clock.now()) as decided:
        assert ONE in decided.world.versions
        assert not decided.world.views
