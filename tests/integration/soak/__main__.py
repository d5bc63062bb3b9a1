"""Load for a while, a kill -9 each 20 seconds, then every check: `python -m tests.integration.soak [--minutes 20]`.

`us` has two workers on a private PostgreSQL, `ru` is one process on SQLite; they give each other what they take in and
synchronise by themselves. People take in at both over HTTP, a client of `ru` pushes into an inbox of `us`, another one
reads a collection page by page. At the end everything that the ledger knows must be where it belongs, once; the logs
must verify; and the views must be what deciding everything from nothing gives. Prints the counts; exits with 1 on any
fault.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from sepakat.composition import close_node, open_node
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Direction, Standing
from sepakat.exchange.verifying import verify_logs
from sepakat.stix.identifiers import PartyId
from tests.integration.soak.load import Ledger, Name, Reader, Sender
from tests.integration.soak.servers import Machines, command, make_machines
from tests.support.postgresql import make_server
from tests.support.simulator import check_views

DURABLE = ("synchronous_commit=on", "fsync=on", "full_page_writes=on")
QUIET_SECONDS = 300.0


class Soak:
    """One soak: the machines, the load, and what is true at the end."""

    def __init__(self, machines: Machines, ledger: Ledger) -> None:
        self.machines = machines
        self.ledger = ledger
        self.ended = threading.Event()
        us, ru = machines.us, machines.ru
        self._password = {one.folder.name: self._user(one.folder) for one in (us, ru)}
        token = command("account", "add", "ru", "--name", "client", node=us.folder)["token"]
        root, headers = f"{us.address}/taxii2/", {"Accept": "application/taxii+json;version=2.1"}
        headers["Authorization"] = f"Bearer {token}"
        root = str(httpx.URL(root).join(httpx.get(root, headers=headers).json()["api_roots"][0]))
        found = httpx.get(f"{root}collections/", headers=headers).json()["collections"]
        reads, adds = (next(one["id"] for one in found if one[may]) for may in ("can_read", "can_write"))
        self.reader = Reader(ledger, self.ended, f"{root}collections/{reads}/", token)
        sending = {**headers, "Content-Type": "application/taxii+json;version=2.1"}
        identity = {
            one.folder.name: command("party", "show", one.folder.name, node=one.folder)["identity"]["id"]
            for one in (us, ru)
        }

        def push(body: bytes) -> httpx.Response:
            return httpx.post(f"{root}collections/{adds}/objects/", content=body, headers=sending, timeout=60)

        self.clients = [
            Sender("us", ledger, self.ended, identity["us"], self._taking_in("us"), (200,)),
            Sender("ru", ledger, self.ended, identity["ru"], self._taking_in("ru"), (200,)),
            Sender("pushed", ledger, self.ended, identity["ru"], push, (202,)),
            self.reader,
        ]

    def _user(self, folder: Path) -> str:
        return str(command("user", "add", "soak", node=folder)["password"])

    def _taking_in(self, party: str) -> Callable[[bytes], httpx.Response]:
        serving = self.machines.us if party == "us" else self.machines.ru
        asked = (f"{serving.address}/api/v1/take-in", ("soak", self._password[party]))
        return lambda body: httpx.post(asked[0], content=body, auth=asked[1], params={"name": "soak"}, timeout=60)

    def run(self, seconds: float, every: float) -> None:
        """Load and kill."""
        begun = time.monotonic()
        for client in self.clients:
            client.start()
        next_kill = begun + every
        while time.monotonic() < begun + seconds and not self.ended.is_set():
            time.sleep(0.2)
            if time.monotonic() >= next_kill:
                next_kill += every
                what = self.machines.kill_one()
                sent = sum(len(names) for names in self.ledger.sent.values())
                print(f"{time.monotonic() - begun:6.0f} s  killed {what}; {sent} versions sent so far", flush=True)
        self.ended.set()
        for client in self.clients:
            client.join(120)

    def settle(self) -> None:
        """Wait until everything has arrived, which it does by itself, and read what is left."""
        sent = self.ledger.sent
        wanted = {"us": sent["us"] | sent["ru"] | sent["pushed"], "ru": sent["us"] | sent["ru"]}
        deadline = time.monotonic() + QUIET_SECONDS
        with self.opened() as nodes:
            while not self.ledger.faults:
                missing = sum(len(wanted[party] - _held(node).keys()) for party, node in nodes.items())
                waiting = sum(_waiting(node) for node in nodes.values())
                if not missing and not waiting:
                    break
                if time.monotonic() > deadline:
                    self.ledger.faults.append(f"{missing} versions never arrived, {waiting} messages or jobs wait")
                    break
                time.sleep(1)
        self.reader.read_on()

    @contextmanager
    def opened(self) -> Iterator[dict[str, Node]]:
        """Both nodes in this process, beside what serves them."""
        with ExitStack() as stack:
            found = {}
            for serving in (self.machines.us, self.machines.ru):
                node = open_node(serving.folder)
                stack.callback(close_node, node)
                found[serving.folder.name] = node
            yield found

    def check(self) -> None:
        """Every invariant; what does not hold is a fault."""
        sent = self.ledger.sent
        with self.opened() as nodes:
            us, ru = nodes["us"], nodes["ru"]
            self._exactly("us", _held(us), sent["us"] | sent["ru"] | sent["pushed"])
            self._exactly("ru", _held(ru), sent["us"] | sent["ru"])
            with us.store.reading() as unit:
                view = next(one for one in unit.views.collections() if one.view.taker == "ru")
                live = [row for row in unit.views.rows(view.id) if row.standing is Standing.LIVE]
                rows = Counter((str(row.id), row.version) for row in live)
            self._once("the view of ru", rows)
            self._once("the reader", self.reader.got)
            campaigns = Counter({name: n for name, n in self.reader.got.items() if name[0].startswith("campaign")})
            self._exactly("the reader", campaigns, sent["us"])
            for node, giver in ((us, ru), (ru, us)):
                self._check_arrivals(node, giver)
            for party, node in nodes.items():
                for log in verify_logs(node):
                    self.ledger.count("leaves verified", log.report.size)
                    self.ledger.faults += [
                        f"log of {party}: {one.message}" for one in log.report.findings if one.is_damage
                    ]
                try:
                    check_views(node)
                except AssertionError as error:
                    self.ledger.faults.append(f"views of {party} are not what deciding anew gives: {error}")

    def _check_arrivals(self, node: Node, giver: Node) -> None:
        with node.store.reading() as unit:
            came = Counter(
                (str(one.id), one.version) for one in unit.syncs.arrivals(giver=giver.party) if one.leaf >= 0
            )
            mirrored = [leaf.data for leaf in unit.logs.leaves(giver.party, mirror=True)]
            if unit.intakes.quarantined():
                self.ledger.faults.append(f"{node.party} kept something apart: {unit.intakes.quarantined()[0].reason}")
            refused = [
                one.refused
                for one in unit.messages.after(giver.party, 0, direction=Direction.IN, limit=10**6)
                if one.refused
            ]
            self.ledger.faults += [f"{node.party} refused a message: {why}" for why in refused]
        with giver.store.reading() as unit:
            leaves = [leaf.data for leaf in unit.logs.leaves(PartyId(node.party), mirror=False)]
        self._once(f"what {node.party} got", came)
        self.ledger.count("arrivals", came.total())
        if mirrored != leaves[: len(mirrored)]:
            self.ledger.faults.append(f"the mirror of {node.party} is not the log of {giver.party}")

    def _once(self, where: str, found: Counter[Name]) -> None:
        twice = [name for name, number in found.items() if number > 1]
        if twice:
            self.ledger.faults.append(f"{where}: {len(twice)} versions are there twice, first {twice[0]}")

    def _exactly(self, where: str, found: Counter[Name], wanted: set[Name]) -> None:
        lost, more = wanted - found.keys(), found.keys() - wanted
        self.ledger.count(f"versions at {where}", len(found))
        if lost:
            self.ledger.faults.append(f"{where}: {len(lost)} versions are lost, first {min(lost)}")
        if more:
            self.ledger.faults.append(f"{where}: {len(more)} versions that nobody sent, first {min(more)}")
        self._once(where, found)


def _held(node: Node) -> Counter[Name]:
    with node.store.reading() as unit:
        held = (version.object for version in unit.objects.everything())
        return Counter((str(one.id), str(one.modified)) for one in held if one.type == "campaign")


def _waiting(node: Node) -> int:
    with node.store.reading() as unit:
        jobs = [job for job in unit.jobs.everything() if job.kind != "sync"]
        return len(jobs) + len(unit.messages.undelivered(node.clock.now(), 999))


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--every", type=float, default=20.0, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    ledger = Ledger()
    database = make_server(*DURABLE)
    database.start()
    with tempfile.TemporaryDirectory(prefix="sepakat-soak-") as folder:
        machines = make_machines(Path(folder), database, options.seed)
        try:
            soak = Soak(machines, ledger)
            soak.run(options.minutes * 60, options.every)
            soak.settle()
            statuses = [machines.us.stop(), machines.ru.stop()]
            if statuses != [0, 0]:
                ledger.faults.append(f"the nodes ended with {statuses}")
            soak.check()
        finally:
            machines.us.kill()
            machines.ru.kill()
    return report(ledger, machines)


def report(ledger: Ledger, machines: Machines) -> int:
    """Print what happened; the exit status."""
    for what, number in sorted(machines.killed.items()):
        print(f"{number:>8}  killed: {what}")
    for what, number in sorted(ledger.counts.items()):
        print(f"{number:>8}  {what}")
    for fault in ledger.faults:
        print(f"FAULT: {fault}")
    print(f"{sum(machines.killed.values())} kills, {len(ledger.faults)} faults")
    return 1 if ledger.faults else 0


if __name__ == "__main__":
    sys.exit(main())
