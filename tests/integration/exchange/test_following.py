"""Views follow what changes: by this process or another, while they are suspended, and only where it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sepakat.exchange import agreeing, marking
from sepakat.exchange.deciding import world_to_read
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Policy
from sepakat.exchange.releasing import update_views
from sepakat.exchange.viewing import view_of
from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.markings import TLP_2
from sepakat.stores.sqlite import open_store
from tests.support.simulator import Simulation

RU = PartyId("ru")
CAMPAIGN = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0d0")
OTHER = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0d1")
VIEW = ViewKey(AgreementId("us-ru"), RU)


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
