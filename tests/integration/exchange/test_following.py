"""Views follow what changes: by this process or another, while they are suspended, and only where it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from sepakat.exchange import agreeing, marking, releasing
from sepakat.exchange.deciding import forget_world, world_to_read
from sepakat.exchange.ports import Clock, Node, Unit
from sepakat.exchange.records import Collection, Policy
from sepakat.exchange.releasing import update_views
from sepakat.exchange.view_updates import Concerned, Shared, ViewUpdate
from sepakat.exchange.viewing import view_of
from sepakat.release.decision import Outcome
from sepakat.release.question import View, ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.markings import TLP_2
from sepakat.stores.sqlite import open_store
from tests.support.simulator import Simulation

RU = PartyId("ru")
CAMPAIGN = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0d0")
OTHER = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0d1")
VIEW = ViewKey(AgreementId("us-ru"), RU)
MARKINGS = "object_marking_refs"
DONE = (
    *("hold", "hold and release", "hold and release", "release and hold", "mark", "suspend"),
    *("expire", "look", "wait", "release"),
)


def live(world: Simulation) -> dict[StixId, Outcome]:
    """The originals that `ru` reads of `us`, and how."""
    rows = [row for view in view_of(world["us"], RU) for row in view.live if row.type == "campaign"]
    return {row.original[0]: row.outcome for row in rows}


def update(node: Node) -> int:
    with node.store.writing() as unit:
        return len(update_views(node, unit, node.clock.now()).changes)


@pytest.fixture
def elsewhere(giving: Simulation) -> Iterator[Node]:
    """The node of `us` in another process: the same store, nothing known of what the first one did."""
    path: Path = giving["us"].store.path  # type: ignore[attr-defined]
    with closing(open_store(path)) as store:
        yield replace(giving["us"], store=store)


def test_new_version_with_nothing_but_hidden_content_shows_nothing(giving: Simulation) -> None:
    first = giving.written_by("us", CAMPAIGN, "green")
    giving.take_in("us", first)
    hidden = {"marking_ref": TLP_2["red"].id, "selectors": ["aliases"]}
    second = first | {"modified": "2030-05-01T11:00:00.000Z", "aliases": ["Hidden"], "granular_markings": [hidden]}
    giving.take_in("us", second)
    assert live(giving) == {CAMPAIGN: Outcome.WHOLE}
    giving.take_in("us", second | {"modified": "2030-05-01T11:30:00.000Z", "description": "Now something shows"})
    assert live(giving)[CAMPAIGN] is Outcome.VARIANT


def test_what_was_marked_while_the_view_was_suspended_is_gone_when_it_is_resumed(giving: Simulation) -> None:
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "green"), giving.written_by("us", OTHER, "green"))
    assert live(giving).keys() == {CAMPAIGN, OTHER}
    agreeing.suspend(giving["us"], "us-ru", "a look")
    marking.mark(giving["us"], CAMPAIGN, StixId(TLP_2["red"].id))
    agreeing.resume(giving["us"], "us-ru")
    assert live(giving).keys() == {OTHER}


def test_what_another_process_wrote_is_followed(giving: Simulation, elsewhere: Node) -> None:
    us = giving["us"]
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "green"))
    assert update(elsewhere) == 0
    marking.mark(elsewhere, CAMPAIGN, StixId(TLP_2["red"].id))
    assert live(giving) == {}
    with us.store.reading() as unit, world_to_read(us, unit, us.clock.now()) as decided:
        verdicts = decided.verdicts
        outcomes = {verdicts.outcome(ref, VIEW) for ref in verdicts.compiled.by_ref if ref[0] == CAMPAIGN}
    assert outcomes == {Outcome.OUT}
    assert update(us) == 0


def test_a_reader_that_saw_a_change_first_takes_nothing_from_the_next_release(giving: Simulation) -> None:
    us = giving["us"]
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "green"))
    with us.store.writing() as unit:
        policy = unit.policies.get(CAMPAIGN)
        assert policy is None
        unit.policies.put(Policy(CAMPAIGN, hold="by hand"))
    with us.store.reading() as unit, world_to_read(us, unit, us.clock.now()):
        pass
    assert live(giving).keys() == {CAMPAIGN}
    assert update(us) == 1
    assert live(giving) == {}


def test_what_is_written_again_after_a_release_in_the_same_unit_is_decided_again(giving: Simulation) -> None:
    us = giving["us"]
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "green"))
    with us.store.writing() as unit:
        hold(unit, CAMPAIGN)
        update_views(us, unit, us.clock.now())
        hold(unit, CAMPAIGN)
        update_views(us, unit, us.clock.now())
        hold(unit, CAMPAIGN)
    assert live(giving).keys() == {CAMPAIGN}
    assert update(us) == 1
    assert live(giving) == {}


def test_what_was_rolled_back_is_decided_as_if_it_had_never_been(giving: Simulation) -> None:
    us = giving["us"]
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "green"))

    def fail() -> None:
        with us.store.writing() as unit:
            unit.policies.put(Policy(CAMPAIGN, hold="by hand"))
            assert update_views(us, unit, us.clock.now()).changes
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert live(giving).keys() == {CAMPAIGN}
    assert update(us) == 0


def test_time_alone_is_followed(giving: Simulation) -> None:
    us = giving["us"]
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "green"))
    with us.store.writing() as unit:
        unit.policies.put(Policy(CAMPAIGN, expires_at=us.clock.now() + timedelta(hours=1)))
        due = update_views(us, unit, us.clock.now()).next_change_at
    assert due == us.clock.now() + timedelta(hours=1)
    assert live(giving).keys() == {CAMPAIGN}
    giving.clock.advance(hours=1)
    assert update(us) == 1
    assert live(giving) == {}


def test_a_clock_that_ran_backwards_withholds_what_came_later_than_now(giving: Simulation) -> None:
    giving.clock.advance(hours=2)
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "green"))
    giving.clock.advance(hours=-1)
    assert update(giving["us"]) == 1
    giving.take_in("us", giving.written_by("us", OTHER, "green"))
    assert live(giving).keys() == {OTHER}
    giving.clock.advance(hours=1)
    assert update(giving["us"]) == 1
    assert live(giving).keys() == {CAMPAIGN, OTHER}


def test_what_another_process_released_is_not_compared_again(
    giving: Simulation, elsewhere: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    us, compared = giving["us"], list[ViewKey]()
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "green"))
    update(elsewhere)

    class Counted(ViewUpdate):
        def __init__(self, shared: Shared, view: View, collection: Collection, concerned: Concerned) -> None:
            compared.append(view.key)
            super().__init__(shared, view, collection, concerned)

    monkeypatch.setattr(releasing, "ViewUpdate", Counted)
    giving.take_in("us", giving.written_by("us", OTHER, "green"))
    assert compared
    compared.clear()
    assert update(elsewhere) == 0
    assert compared == []
    marking.mark(elsewhere, OTHER, StixId(TLP_2["red"].id))
    assert compared == [VIEW]
    compared.clear()
    # What was only written is released by whoever releases next.
    with elsewhere.store.writing() as unit:
        unit.policies.put(Policy(CAMPAIGN, hold="by hand"))
    assert update(us) == 1
    assert compared == [VIEW]
    assert live(giving) == {}


@pytest.mark.parametrize("seed", range(12))
def test_processes_that_take_turns_leave_the_views_as_one_would(giving: Simulation, elsewhere: Node, seed: int) -> None:
    random, us = Random(seed), giving["us"]
    names = [StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e1{number:02}") for number in range(4)]
    # Its clock goes behind ours, by less than clocks may differ.
    elsewhere = replace(elsewhere, clock=Behind(us.clock, timedelta(seconds=1)))
    giving.take_in("us", *(giving.written_by("us", name, "green") for name in names))
    giving.take_in("us", *(between(giving, one, other) for one, other in pairwise(names)))
    seen = set()
    for _ in range(20):
        node, name = random.choice((us, elsewhere)), random.choice(names)
        match random.choice(DONE):
            case "hold" as done:
                with node.store.writing() as unit:
                    hold(unit, name)
            case "hold and release" as done:
                with node.store.writing() as unit:
                    hold(unit, name)
                    update_views(node, unit, node.clock.now())
            case "release and hold" as done:
                with node.store.writing() as unit:
                    hold(unit, name)
                    update_views(node, unit, node.clock.now())
                    hold(unit, random.choice(names))
            case "mark" as done:
                marking.mark(node, name, StixId(TLP_2[random.choice(("red", "green"))].id))
            case "suspend" as done:
                giving.clock.advance(minutes=1)
                agreeing.suspend(node, "us-ru", "a look")
                giving.clock.advance(minutes=1)
                with random.choice((us, elsewhere)).store.writing() as unit:
                    hold(unit, name)
                agreeing.resume(random.choice((us, elsewhere)), "us-ru")
            case "expire" as done:
                with node.store.writing() as unit:
                    policy = unit.policies.get(name) or Policy(name)
                    at = node.clock.now() + timedelta(minutes=random.choice((10, 30)))
                    unit.policies.put(replace(policy, expires_at=at))
            case "look" as done:
                with node.store.reading() as unit, world_to_read(node, unit, node.clock.now()):
                    pass
            case "wait" as done:
                giving.clock.advance(minutes=random.choice((0, 10, 30)))
            case done:
                update(node)
        if random.random() < 0.4:
            update(random.choice((us, elsewhere)))
            # What fell due between the two clocks goes with ours.
            update(us)
            assert update(us) == update(elsewhere) == 0, done
            forget_world(us.store)
            assert update(us) == 0, done
        seen.add(frozenset(live(giving)))
    assert len(seen) > 1


def hold(unit: Unit, name: StixId) -> None:
    """Put a hold on an object, or lift it."""
    policy = unit.policies.get(name) or Policy(name)
    unit.policies.put(replace(policy, hold=None if policy.hold else "by hand"))


def between(world: Simulation, one: StixId, other: StixId) -> dict[str, object]:
    """A relationship, which falls with either end."""
    written = world.written_by("us", one, "green")
    common = {name: written[name] for name in ("spec_version", "created", "modified", "created_by_ref", MARKINGS)}
    identifier = f"relationship--{one.partition('--')[2]}"
    ends = {"relationship_type": "related-to", "source_ref": one, "target_ref": other}
    return {"type": "relationship", "id": identifier, **common, **ends}


@dataclass(frozen=True)
class Behind:
    """A clock that is behind another."""

    clock: Clock
    by: timedelta

    def now(self) -> datetime:
        return self.clock.now() - self.by
