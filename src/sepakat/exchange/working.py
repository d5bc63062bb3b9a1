"""What a node does by itself, shared by all its processes: who does what, what is due, what comes of it.

Any number of processes on any number of machines may run all of this at once. A lease sees to it that one of them does
a thing at a time. When a lease is lost without its holder's knowing, two do the same, and that does no harm: a message
is known by its hash, a page that was taken is not taken again, an intake that was taken in finds everything known. A
process that is killed leaves its work due. Nothing here waits or sleeps: `cli.background` calls it again and again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from sepakat.errors import InputError, NotFound, NotPermitted, SepakatError
from sepakat.exchange.ports import Node, Store
from sepakat.exchange.synchronising import SyncReport, synchronise
from sepakat.exchange.taking_in import Provenance, Wishes, take_in
from sepakat.exchange.work_ports import Job, Lease
from sepakat.stix.identifiers import PartyId

TAKE_IN, SYNC = "take-in", "sync"
BY_ITSELF = "node"
_NO_WISHES = Wishes()
FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(hours=1)
MOST_COUNTED = 10_000
"""Counters of what waits stop here."""
MOST_ATTEMPTS = 10
"""An intake that was begun so often and never ended is given up: it may be what ends the processes."""


class Duty:
    """One thing that a single process of the node does, for as long as it lives: its leader."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._lease: Lease | None = None

    def is_ours(self) -> bool:
        """Whether this process leads, now; it does from here on if nobody else does.

        Raises:
            StoreError: the store is not reached; then nobody knows, and this process does not lead.
        """
        if self._lease is None or not self._lease.is_held():
            self._lease = None
            self._lease = self._store.lease(self._name)
        return self._lease is not None

    def end(self) -> None:
        """Let another process lead."""
        lease, self._lease = self._lease, None
        if lease is not None:
            lease.release()


@contextmanager
def alone(store: Store, name: str) -> Iterator[bool]:
    """Whether this process may do a thing now; nobody else does until the block ends."""
    lease = store.lease(name)
    try:
        yield lease is not None
    finally:
        if lease is not None:
            lease.release()


def synchronise_with(node: Node, giver: PartyId, every: timedelta) -> SyncReport | None:
    """Synchronise with a giver and note when it is due again; None if another process is doing it."""
    with alone(node.store, f"{SYNC} {giver}") as is_ours:
        if not is_ours:
            return None
        report = synchronise(node, giver)
        now = node.clock.now()
        with node.store.writing() as unit:
            unit.jobs.put(Job(SYNC, giver, now + every, now, BY_ITSELF, error=report.error))
        return report


def givers_due(node: Node, every: timedelta) -> list[PartyId]:
    """The parties with a node that no process of ours has asked for so long."""
    now = node.clock.now()
    with node.store.reading() as unit:
        reachable = [party.id for party in unit.parties.everyone() if not party.is_self and party.address is not None]
        jobs = {job.subject: job for job in unit.jobs.everything() if job.kind == SYNC}
    return [party for party in reachable if _is_due(jobs.get(party), now, every)]


def _is_due(job: Job | None, now: datetime, every: timedelta) -> bool:
    # What is due later than it can be was noted by a clock that was wrong: nobody waits for it.
    return job is None or job.due_at is None or not now < job.due_at <= now + every


@dataclass(frozen=True, slots=True)
class _Asked:
    """The line before the file that an intake is asked for."""

    provenance: Provenance
    wishes: Wishes


def ask_to_take_in(node: Node, data: bytes, provenance: Provenance, wishes: Wishes = _NO_WISHES) -> Job:
    """Keep a file for whichever process gets to it; `do_due` takes it in."""
    now = node.clock.now()
    job = Job(TAKE_IN, node.ids.uuid(), now, now, provenance.by)
    with node.store.writing() as unit:
        unit.jobs.put(job)
        unit.jobs.put_content(job.kind, job.subject, msgspec.json.encode(_Asked(provenance, wishes)) + b"\n" + data)
    return job


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one job: `error` is None when it was done."""

    job: Job
    taken: int = 0
    known: int = 0
    error: str | None = None


def do_due(node: Node) -> list[Done]:
    """Do the intakes that are due and that no other process is doing."""
    with node.store.reading() as unit:
        due = [job for job in unit.jobs.due(node.clock.now()) if job.kind == TAKE_IN]
    return [done for job in due if (done := _do(node, job)) is not None]


def _do(node: Node, job: Job) -> Done | None:
    with alone(node.store, f"{job.kind} {job.subject}") as is_ours:
        begun = _begin(node, job) if is_ours else None
        if begun is None:
            return None
        job, content = begun
        if job.attempts > MOST_ATTEMPTS:
            return _give_up(node, job, f"begun {MOST_ATTEMPTS} times and never ended")
        head, _, data = content.partition(b"\n")
        asked = msgspec.json.decode(head, type=_Asked)
        try:
            report = take_in(node, data, asked.provenance, asked.wishes)
        except (InputError, NotFound, NotPermitted) as error:
            return _give_up(node, job, error.message)
        except SepakatError as error:
            with node.store.writing() as unit:
                unit.jobs.put(replace(job, error=error.message))
            return Done(job, error=error.message)
        with node.store.writing() as unit:
            unit.jobs.remove(job.kind, job.subject)
        return Done(job, len(report.taken), report.known)


def _begin(node: Node, job: Job) -> tuple[Job, bytes] | None:
    """Note that it was begun, so that one that ends its process does not do so for ever; None if it is done by now."""
    now = node.clock.now()
    with node.store.writing() as unit:
        there = unit.jobs.get(job.kind, job.subject)
        content = unit.jobs.content(job.kind, job.subject)
        if there is None or content is None or there.due_at is None or there.due_at > now:
            return None
        wait = min(FIRST_RETRY * 2 ** min(there.attempts, 12), LAST_RETRY)
        begun = replace(there, attempts=there.attempts + 1, due_at=now + wait)
        unit.jobs.put(begun)
    return begun, content


def _give_up(node: Node, job: Job, error: str) -> Done:
    given_up = replace(job, due_at=None, error=error)
    with node.store.writing() as unit:
        unit.jobs.put(given_up)
    return Done(given_up, error=error)


def jobs_of(node: Node) -> list[Job]:
    """Everything that waits or was given up."""
    with node.store.reading() as unit:
        return unit.jobs.everything()


def do_again(node: Node, subject: str) -> Job:
    """Let a job that was given up be done again.

    Raises:
        NotFound: there is no such job.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        job = replace(_named(unit.jobs.everything(), subject), due_at=now, attempts=0)
        unit.jobs.put(job)
    return job


def remove_job(node: Node, subject: str) -> Job:
    """Give a job up for good, with the file that was kept for it.

    Raises:
        NotFound: there is no such job.
    """
    with node.store.writing() as unit:
        job = _named(unit.jobs.everything(), subject)
        unit.jobs.remove(job.kind, job.subject)
    return job


def _named(jobs: list[Job], subject: str) -> Job:
    for job in jobs:
        if job.subject == subject:
            return job
    raise NotFound("job-unknown", f"no job {subject}", "`sepakat jobs list` shows them")


def standing(node: Node) -> dict[str, float]:
    """How the node stands, as numbers for operators: what waits to be sent and done, and for how long."""
    now = node.clock.now()
    with node.store.reading() as unit:
        waiting = unit.messages.undelivered(now + timedelta(days=400), MOST_COUNTED)
        jobs = unit.jobs.everything()
    late = [(now - job.due_at).total_seconds() for job in jobs if job.due_at is not None and job.due_at < now]
    oldest = min((message.at for message in waiting), default=now)
    return {
        "sepakat_store_up": 1,
        "sepakat_outbox_messages": len(waiting),
        "sepakat_outbox_oldest_seconds": round((now - oldest).total_seconds(), 1),
        "sepakat_jobs_waiting": sum(job.due_at is not None and job.kind != SYNC for job in jobs),
        "sepakat_jobs_given_up": sum(job.due_at is None for job in jobs),
        "sepakat_jobs_late_seconds": round(max(late, default=0), 1),
        "sepakat_givers_not_reached": sum(job.kind == SYNC and job.error is not None for job in jobs),
    }
