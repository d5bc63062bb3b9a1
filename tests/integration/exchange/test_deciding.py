"""What a node decides, and when it has nothing to decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sepakat.exchange.deciding import world_to_read
from sepakat.exchange.records import Policy, Standing
from sepakat.exchange.releasing import update_views
from sepakat.stix.identifiers import StixId
from sepakat.stores.sqlite import open_store
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


def test_process_that_waited_for_its_turn_withdraws_nothing_that_was_released_meanwhile(giving: Simulation) -> None:
    us = giving["us"]
    giving.clock.advance(minutes=1)
    looked_at_the_clock = us.clock.now()
    giving.clock.advance(seconds=5)
    giving.take_in("us", giving.written_by("us", ONE, "amber"))
    other = replace(us, store=open_store(us.store.path))  # type: ignore[attr-defined]
    with other.store.writing() as unit:
        unit.policies.put(Policy(ONE, topics=frozenset({"terrorism"})))
        update_views(other, unit, looked_at_the_clock)
        rows = [row for row in unit.views.rows_of(ONE) if row.id == ONE]
    other.store.close()
    assert [row.standing for row in rows] == [Standing.LIVE]


def test_clock_that_was_far_ahead_is_not_followed(giving: Simulation) -> None:
    us = giving["us"]
    giving.take_in("us", giving.written_by("us", ONE, "amber"))
    now = us.clock.now()
    with us.store.writing() as unit:
        unit.policies.put(Policy(ONE, topics=frozenset({"terrorism"})))
        update_views(us, unit, now + timedelta(days=1))
    other = replace(us, store=open_store(us.store.path))  # type: ignore[attr-defined]
    with other.store.reading() as unit, world_to_read(other, unit, now) as decided:
        assert decided.now == now
    other.store.close()
