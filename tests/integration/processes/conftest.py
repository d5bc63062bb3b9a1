"""One node of several processes on one PostgreSQL, each with connections of its own; a partner that gives to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from sepakat.errors import SepakatError
from sepakat.exchange.messaging import deliver
from sepakat.exchange.parties import found_party
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Direction
from sepakat.exchange.releasing import update_views
from sepakat.exchange.synchronising import synchronise
from sepakat.exchange.taking_in import Provenance
from sepakat.exchange.verifying import verify_logs
from sepakat.exchange.working import Duty, ask_to_take_in, do_due, givers_due, synchronise_with
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stores.postgresql import PostgresqlStore
from sepakat.transparency.leaves import ReleaseLeaf, parse_leaf
from tests.integration.faults.faulting import Crash, FaultingPeers, FaultingStore, Faults
from tests.support.agreements import agreement_text
from tests.support.clock import SeededIds
from tests.support.postgresql import postgresql_store
from tests.support.simulator import MemoryPeers, Simulation, TestSigner, simulation

US, RU = PartyId("us"), PartyId("ru")
GIVEN = tuple(StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e1{n:02}") for n in range(7))
OWN = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e200")
EVERY = timedelta(seconds=30)


class Process:
    """One process of `ru`: what `sepakat serve` does by itself, a round at a time."""

    def __init__(self, node: Node, faults: Faults, address: str, name: str) -> None:
        self.store = PostgresqlStore(address)
        self.node = replace(
            node,
            store=FaultingStore(self.store, RU, faults),
            peers=FaultingPeers(node.peers, RU, faults),
            ids=SeededIds(name),
        )
        self.outbox, self.sweeper = Duty(self.node.store, "outbox"), Duty(self.node.store, "sweeper")
        self.errors: list[SepakatError | str] = []

    def round(self) -> None:
        """Each thing once; what the store refuses is tried again in the next round."""
        for step in (self.jobs, self.givers, self.messages, self.sweep):
            try:
                step()
            except SepakatError as error:
                self.errors.append(error)

    def jobs(self) -> None:
        do_due(self.node)

    def givers(self) -> None:
        for giver in givers_due(self.node, EVERY):
            report = synchronise_with(self.node, giver, EVERY)
            if report is not None and report.error is not None:
                self.errors.append(report.error)

    def messages(self) -> None:
        if self.outbox.is_ours():
            deliver(self.node)

    def sweep(self) -> None:
        if self.sweeper.is_ours():
            with self.node.store.writing() as unit:
                update_views(self.node, unit, self.node.clock.now())

    def end(self) -> None:
        """Ended from outside: connections go, nothing is given back."""
        self.store.close()


@dataclass
class Shared:
    """`us` gives `ru`; `ru` has two processes, of which one may die."""

    world: Simulation
    address: str
    faults: Faults
    one: Process
    other: Process
    processes: list[Process] = field(default_factory=list)

    def ask(self) -> None:
        """Let work wait: a file at `ru`, and what `us` gives."""
        made = self.world.written_by("ru", OWN, "amber")
        bundle = {"type": "bundle", "id": "bundle--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e000", "objects": [made]}
        ask_to_take_in(self.other.node, orjson.dumps(bundle), Provenance("file.json", "anna"))
        self.world.take_in("us", *(self.world.written_by("us", one, "amber") for one in GIVEN))
        deliver(self.world["us"])

    def round_of_one(self) -> None:
        """A round of the process that may die."""
        try:
            self.one.round()
        except Crash:
            self.one.end()

    def go_on(self) -> None:
        """The other process alone, until all that was due is done; the partner does its part."""
        for _ in range(3):
            self.world.clock.advance(hours=2)
            self._until_free()
            self.other.round()
            deliver(self.world["us"])
            synchronise(self.world["us"], RU)

    def _until_free(self) -> None:
        """The server needs a moment to see that a killed process is gone."""
        while not (self.other.outbox.is_ours() and self.other.sweeper.is_ours()):
            pass
        with self.other.node.store.reading() as unit:
            jobs = unit.jobs.everything()
        for name in (f"sync {US}", *(f"{job.kind} {job.subject}" for job in jobs)):
            while (lease := self.other.store.lease(name)) is None:
                pass
            lease.release()

    def check(self) -> None:
        """Nothing is lost, nothing is there twice, the logs agree."""
        us, ru = self.world["us"], self.other.node
        with ru.store.reading() as unit:
            held = {one.object.id for one in unit.objects.everything()}
            assert held >= {*GIVEN, OWN}
            arrived = [(one.id, one.version) for one in unit.syncs.arrivals(giver=US)]
            assert len(arrived) == len(set(arrived))
            assert set(GIVEN) <= {id_ for id_, _ in arrived}
            own = [one for one in unit.intakes.latest() if one.source == "file.json"]
            assert [(one.taken, one.refused) for one in own] == [(1, 0)]
            assert [job for job in unit.jobs.everything() if job.kind == "take-in"] == []
            assert unit.messages.undelivered(ru.clock.now(), 999) == []
            mirrored = [leaf.data for leaf in unit.logs.leaves(US, mirror=True)]
        with us.store.reading() as unit:
            leaves = [leaf.data for leaf in unit.logs.leaves(RU, mirror=False)]
            receipts = [orjson.loads(one.document)["body"] for one in unit.messages.of_kind("receipt", Direction.IN)]
        assert mirrored == leaves
        released = [leaf for leaf in map(parse_leaf, leaves) if isinstance(leaf, ReleaseLeaf) and leaf.count]
        assert {hash_ for body in receipts for hash_ in body["leaves"]} == {leaf.hash.hex() for leaf in released}
        assert sum(body["count"] for body in receipts) == len(arrived)
        for node in (us, ru):
            assert all(log.report.is_sound for log in verify_logs(node))


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    with ExitStack() as stack:
        world = stack.enter_context(simulation(tmp_path, "us"))
        store = stack.enter_context(postgresql_store())
        node = Node(
            party=RU,
            store=store,
            clock=world.clock,
            ids=SeededIds("ru"),
            signer=TestSigner(b"ru"),
            peers=MemoryPeers(world.network, RU),
            secret=sha256(b"secret of ru").digest(),
        )
        world.network.nodes[RU] = node
        world.network.page_size = 3
        found_party(node, "RU", None, address="https://ru.example")
        world.introduce(("us", "ru"))
        world.conclude(agreement_text(), "us", "ru")
        world.clock.advance(days=1)
        faults = Faults()
        one, other = (Process(node, faults, store.address, name) for name in ("one", "other"))
        made = Shared(world, store.address, faults, one, other)
        yield made
        one.end()
        other.end()
