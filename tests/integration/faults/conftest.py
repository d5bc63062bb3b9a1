"""The story that every fault interrupts, and what must be true at its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import pytest

from sepakat.errors import SepakatError
from sepakat.exchange import recalling
from sepakat.exchange.messaging import deliver
from sepakat.exchange.records import Direction
from sepakat.exchange.releasing import update_views
from sepakat.exchange.synchronising import SyncReport, synchronise
from sepakat.exchange.verifying import verify_logs
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stores.sqlite import SqliteStore
from sepakat.transparency.leaves import ReleaseLeaf, parse_leaf
from tests.integration.faults.faulting import Crash, FaultingPeers, FaultingStore, Faults
from tests.support.agreements import agreement_text
from tests.support.simulator import MemoryPeers, Simulation, simulation

US, RU = PartyId("us"), PartyId("ru")
EARLY, LATE, RECALLED = (StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}") for n in (1, 2, 3))
MANY = tuple(StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e1{n:02}") for n in range(6))


@dataclass
class Story:
    """`us` gives `ru`; something is taken in, something is recalled, `ru` reads; a node that died is started again."""

    world: Simulation
    folder: Path
    faults: Faults = field(default_factory=Faults)
    reports: list[SyncReport] = field(default_factory=list)
    errors: list[SepakatError] = field(default_factory=list)

    def arm(self, point: str, error: SepakatError | None = None, times: int = 1) -> None:
        self.faults.point, self.faults.error, self.faults.times = point, error, times

    def play(self) -> None:
        """Every step once; a step that fails is done again after a restart, as people and timers do."""
        for step in (self._take_in, self._recall, self._sync, self._sync):
            for _ in range(3 + self.faults.times):
                if self._do(step):
                    break
        # Afterwards nothing fails any more: quiet down.
        self.faults.point = ""
        for _ in range(2):
            self.world.clock.advance(hours=2)
            self.quiet()

    def quiet(self) -> None:
        """What served nodes do by themselves: each asks the other, and time changes the views."""
        self.sweep()
        assert self._do(self._sync)
        self.reports.append(synchronise(self.world["us"], RU))
        assert self._do(self.world.settle)

    def sweep(self) -> None:
        """What a served node does when time alone has changed something."""
        for node in self.world.network.nodes.values():
            with node.store.writing() as unit:
                update_views(node, unit, node.clock.now())

    def _do(self, step: object) -> bool:
        assert callable(step)
        try:
            step()
        except Crash as crash:
            self.restart(crash.party)
            return False
        except SepakatError as error:
            self.errors.append(error)
            return False
        return True

    def restart(self, party: PartyId) -> None:
        """The node as a new process finds it: its store opened again, nothing else left."""
        node = self.world.network.nodes[party]
        node.store.close()
        store = SqliteStore(self.folder / party / "store.sqlite")
        self.world.network.nodes[party] = replace(node, store=FaultingStore(store, party, self.faults))

    def _take_in(self) -> None:
        world = self.world
        world.take_in("us", *(world.written_by("us", one, "amber") for one in (LATE, *MANY)))
        deliver(world["us"])

    def _recall(self) -> None:
        with self.world["us"].store.reading() as unit:
            policy = unit.policies.get(RECALLED)
        if policy is None or not policy.recalled:
            recalling.recall(self.world["us"], RECALLED, "a mistake", by="alice")

    def _sync(self) -> None:
        report = synchronise(self.world["ru"], US)
        self.reports.append(report)
        if "died" in str(report.error):
            raise Crash(US)

    def check(self) -> None:
        """Both sides hold exactly what they should, nothing lost, nothing twice, the logs consistent."""
        us, ru = self.world["us"], self.world["ru"]
        assert not [alarm for report in self.reports for alarm in report.alarms]
        held = self.world.held("ru") - {self.world.identity("us"), self.world.identity("ru")}
        assert {one for one in held if one.startswith("campaign")} == {EARLY, LATE, *MANY}
        with ru.store.reading() as unit:
            assert unit.intakes.quarantined() == []
            arrived = [(one.id, one.version) for one in unit.syncs.arrivals(giver=US)]
            assert len(arrived) == len(set(arrived))
            assert not [one for one in unit.messages.after(US, 0, direction=Direction.IN, limit=999) if one.refused]
            assert unit.messages.undelivered(self.world.clock.now(), 999) == []
            mirrored = [leaf.data for leaf in unit.logs.leaves(US, mirror=True)]
        with us.store.reading() as unit:
            leaves = [leaf.data for leaf in unit.logs.leaves(RU, mirror=False)]
            assert mirrored == leaves
            rows = [(row.id, row.version) for one in unit.views.collections() for row in unit.views.rows(one.id)]
            assert len(rows) == len(set(rows))
            assert unit.messages.undelivered(self.world.clock.now(), 999) == []
            receipts = [orjson.loads(one.document)["body"] for one in unit.messages.of_kind("receipt", Direction.IN)]
            sent = next(one for one in unit.obligations.recalls() if one.direction is Direction.OUT)
        acknowledged = {hash_ for body in receipts for hash_ in body["leaves"]}
        released = {leaf.hash.hex() for leaf in map(parse_leaf, leaves) if isinstance(leaf, ReleaseLeaf) and leaf.count}
        assert acknowledged == released
        assert [(one.party, one.action) for one in sent.answers] == [("ru", "restricted")]
        for node in (us, ru):
            assert all(log.report.is_sound for log in verify_logs(node))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """Everything before the faults: an agreement in force, one object read, one given that will be recalled."""
    with simulation(tmp_path, "us", "ru") as world:
        world.introduce(("us", "ru"))
        world.conclude(agreement_text(), "us", "ru")
        world.take_in("us", world.written_by("us", EARLY, "amber"), world.written_by("us", RECALLED, "amber"))
        world.sync("ru", "us")
        world.settle()
        # Keys and signatures are older than any clock is wrong.
        world.clock.advance(days=1)
        made = Story(world, tmp_path)
        for party in (US, RU):
            node = world[party]
            world.network.nodes[party] = replace(
                node,
                store=FaultingStore(node.store, party, made.faults),
                peers=FaultingPeers(MemoryPeers(world.network, party), party, made.faults),
            )
        world.network.page_size = 4
        yield made
        for node in world.network.nodes.values():
            node.store.close()
