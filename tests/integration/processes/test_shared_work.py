"""Several processes of one node on one PostgreSQL: each thing is done once, whoever dies where."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from sepakat.exchange.taking_in import Provenance
from sepakat.exchange.work_ports import Lease
from sepakat.exchange.working import Duty, alone, ask_to_take_in, do_again, jobs_of, remove_job
from tests.integration.faults.faulting import FaultingStore
from tests.integration.faults.test_faults import WrongClock
from tests.integration.processes.conftest import RU, Shared

pytestmark = pytest.mark.needs_postgresql

COMMITS = (
    "working.begin",
    "taking_in.take_in",
    "working.do",
    "synchronising.fetch_messages",
    "synchronising.take_page",
    "synchronising.go",
    "working.synchronise_with",
    "messaging.note",
)
POINTS = [
    *(f"ru {when} commit of {what}" for what in COMMITS for when in ("before", "after")),
    *(
        f"ru {when} request {what}"
        for what in ("send", "messages", "collections", "page")
        for when in ("before", "after")
    ),
]


@pytest.mark.parametrize("point", POINTS)
def test_process_that_is_killed_leaves_its_work_to_another(shared: Shared, point: str) -> None:
    shared.ask()
    shared.faults.point = point
    shared.round_of_one()
    assert shared.faults.fired == 1, f"never reached {point}"
    shared.go_on()
    shared.check()


def test_two_processes_do_each_thing_once(shared: Shared) -> None:
    shared.ask()
    for _ in range(2):
        shared.one.round()
        shared.other.round()
    shared.one.end()
    shared.go_on()
    shared.check()


class EveryoneLeads:
    """A store that gives every lease to whoever asks: two leaders, who know nothing of each other."""

    def is_held(self) -> bool:
        return True

    def release(self) -> None:
        """Nobody waits for it."""


@pytest.mark.parametrize("where", ["messages", "page", "collections", "send"])
def test_two_leaders_at_once_do_no_harm(shared: Shared, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lease(_: FaultingStore, __: str) -> Lease:
        return EveryoneLeads()

    monkeypatch.setattr(FaultingStore, "lease", lease)
    shared.ask()
    reach = shared.faults.reach
    met: list[str] = []

    def meeting(party: str, what: str) -> None:
        if what == f"after request {where}" and not met:
            met.append(what)
            # The other does everything while the one is in the middle of it.
            shared.other.round()
        reach(RU, what)

    monkeypatch.setattr(shared.faults, "reach", meeting)
    shared.one.round()
    assert met
    monkeypatch.undo()
    shared.one.end()
    shared.go_on()
    shared.check()


def test_leader_whose_connection_is_cut_learns_it_and_another_leads(shared: Shared) -> None:
    duties = [Duty(process.node.store, "outbox") for process in (shared.one, shared.other)]
    assert [duty.is_ours() for duty in duties] == [True, False]
    with psycopg.connect(shared.address, autocommit=True) as connection:
        held = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
        assert connection.execute(held).fetchall() == [(True,)]
    assert duties[1].is_ours()
    assert not duties[0].is_ours()
    duties[1].end()
    assert duties[0].is_ours()


def test_connections_that_are_all_cut_are_made_anew(shared: Shared) -> None:
    shared.ask()
    shared.one.round()
    with psycopg.connect(shared.address, autocommit=True) as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}".encode())
    shared.one.round()
    shared.one.end()
    shared.go_on()
    shared.check()


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=30)])
def test_process_whose_clock_jumps_keeps_no_other_from_its_work(shared: Shared, off: timedelta) -> None:
    shared.ask()
    clock = WrongClock(shared.world.clock, off)
    shared.one.node = replace(shared.one.node, clock=clock)
    shared.one.round()
    shared.one.end()
    shared.go_on()
    shared.check()


def test_intake_with_faults_is_given_up_with_a_reason_and_stays_until_somebody_looks(shared: Shared) -> None:
    node = shared.one.node
    job = ask_to_take_in(node, b'{"type": "nothing"}', Provenance("bad.json", "anna"))
    shared.one.jobs()
    (given_up,) = jobs_of(node)
    assert (given_up.due_at, given_up.attempts) == (None, 1)
    assert given_up.error
    shared.other.jobs()
    assert jobs_of(node) == [given_up]
    again = do_again(node, job.subject)
    assert (again.due_at, again.attempts) == (node.clock.now(), 0)
    remove_job(node, job.subject)
    assert jobs_of(node) == []


def test_intake_that_ends_every_process_is_given_up(shared: Shared) -> None:
    shared.ask()
    node = shared.other.node
    with node.store.writing() as unit:
        (job,) = (one for one in unit.jobs.everything() if one.kind == "take-in")
        unit.jobs.put(replace(job, attempts=10))
    shared.other.jobs()
    (given_up,) = (one for one in jobs_of(node) if one.kind == "take-in")
    assert given_up.error == "begun 10 times and never ended"


def test_a_thing_is_done_alone(shared: Shared) -> None:
    with alone(shared.one.store, "x") as first, alone(shared.other.store, "x") as second:
        assert (first, second) == (True, False)
    with alone(shared.other.store, "x") as later:
        assert later
