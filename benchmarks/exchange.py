"""How fast nodes exchange, and what the log costs: `python -m benchmarks.exchange`, `--help` for what may be asked for.

The way is measured between two served nodes on one machine over real HTTP, from the beginning of the intake at A to the
object standing in the store of B, with the threads that `sepakat serve` runs. The log is measured by releasing objects
to many views, once as it is and once with leaf, head, proof and statement left out. Raw numbers go to
build/bench/exchange.json.
"""

from __future__ import annotations

import argparse
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid5

import uvicorn
from starlette.applications import Starlette

from benchmarks.figures import Report
from sepakat import peer_server, taxii_server
from sepakat.agreements.life import EventKind, LifeEvent
from sepakat.cli.background import Background
from sepakat.exchange import agreeing, logs, publishing
from sepakat.exchange.parties import add_party, fingerprint_of, issue_card, own_card
from sepakat.exchange.ports import Node
from sepakat.exchange.releasing import update_views
from sepakat.remote.bells import Bells
from sepakat.remote.peers import HttpPeers
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.transparency.merkle import Frontier
from tests.support.agreements import agreement_text
from tests.support.clock import START
from tests.support.simulator import Simulation, simulation

SPACE = UUID("7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e000")


class RunningClock:
    """The clock of the test agreements, going on as real time does."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()

    def now(self) -> datetime:
        return START + timedelta(hours=1, seconds=time.perf_counter() - self._begun)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.exchange", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="objects whose way is measured")
    parser.add_argument("--held", type=int, default=200, help="objects that A holds before")
    parser.add_argument("--objects", type=int, default=1_000, help="objects released for the cost of the log")
    parser.add_argument("--views", type=int, default=22, help="views that they are released to")
    parser.add_argument("--repeats", type=int, default=5, help="how often both are measured; the least counts")
    asked = parser.parse_args()
    ways = measure_way(asked.rounds, asked.held)
    report = Report()
    report.add(f"intake at A to the view of B, {asked.held} objects held", "s", 1.0, ways)
    # In turn, and the least of each: what else the machine does makes both slower, never faster.
    taken = [
        (has_log, measure_release(asked.objects, asked.views, has_log=has_log))
        for has_log in (True, False) * asked.repeats
    ]
    with_log, without = (min(seconds for has_log, seconds in taken if has_log is one) for one in (True, False))
    to = f"{asked.objects:,} objects to {asked.views} views"
    for words, is_with in (("with the log", True), ("without it", False)):
        report.add(f"{to}, {words}", "s", None, [seconds for has_log, seconds in taken if has_log is is_with])
    cost = (with_log - without) * 1_000 / asked.objects
    report.add(f"cost of the log for 1,000 objects to {asked.views} views", "s", None, [cost])
    report.add("share of the log", "of releasing without it", None, [(with_log - without) / without])
    report.write("exchange")


def measure_way(rounds: int, held: int) -> list[float]:
    """Seconds from the beginning of the intake at A to the object in the store of B, round by round."""
    with tempfile.TemporaryDirectory(prefix="sepakat-bench-") as folder, two_nodes(Path(folder)) as world:
        world.take_in("us", *(campaign(world, n) for n in range(held)))
        _until_held(world, campaign(world, held - 1)["id"])
        ways = []
        for number in range(held, held + rounds):
            made = campaign(world, number)
            begun = time.perf_counter()
            world.take_in("us", made)
            _until_held(world, made["id"])
            ways.append(time.perf_counter() - begun)
        return ways


def _until_held(world: Simulation, id_: str) -> None:
    deadline = time.perf_counter() + 60
    while time.perf_counter() < deadline:
        with world["ru"].store.reading() as unit:
            if unit.objects.get(StixId(id_)):
                return
        time.sleep(0.005)
    raise SystemExit(f"{id_} did not arrive within a minute")


@contextmanager
def two_nodes(folder: Path) -> Iterator[Simulation]:
    """`us` gives `ru`, both served on the loopback with what a served node does by itself."""
    with simulation(folder, "us", "ru") as world:
        clock = RunningClock()
        for name in ("us", "ru"):
            node = replace(world[name], clock=clock)
            world.network.nodes[PartyId(name)] = replace(node, peers=HttpPeers(node))
        with _served(world["us"]), _served(world["ru"]):
            world.introduce(("us", "ru"))
            world.conclude(agreement_text(), "us", "ru")
            running = [Background(world[name], 30, Bells(None, None)) for name in ("us", "ru")]
            for background in running:
                background.start()
            try:
                yield world
            finally:
                for background in running:
                    background.stop()


@contextmanager
def _served(node: Node) -> Iterator[None]:
    app = Starlette(routes=[*taxii_server.routes(node), *peer_server.routes(node)])
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    issue_card(node, address=f"http://127.0.0.1:{listener.getsockname()[1]}", loopback=True)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def measure_release(objects: int, views: int, *, has_log: bool) -> float:
    """Seconds that releasing objects to views takes, in one transaction; the objects are held before."""
    with tempfile.TemporaryDirectory(prefix="sepakat-bench-") as folder, simulation(Path(folder), "us") as world:
        us = world["us"]
        world.take_in("us", *(campaign(world, n) for n in range(objects)))
        _give(us, views)
        with _log(has_log):
            begun = time.perf_counter()
            with us.store.writing() as unit:
                update_views(us, unit, us.clock.now())
            taken = time.perf_counter() - begun
        with us.store.reading() as unit:
            rows = sum(unit.readings.count(one.id) for one in unit.views.collections())
        assert rows >= objects * views, f"{rows} rows for {objects} objects and {views} views"
        return taken


def _give(node: Node, views: int) -> None:
    """Agreements that come into force later, so that nothing is released while they are made."""
    with simulation_of_takers(views) as takers:
        # First, since taking a card decides anew.
        for card in takers.values():
            add_party(node, card, fingerprint_of(card))
        for name in takers:
            text = agreement_text(f"us-{name}", "us", (name,))
            hash_ = agreeing.draft(node, text).record.hash
            with mock.patch("sepakat.exchange.agreeing.update_views"):
                agreeing.offer(node, hash_)
                _sign(node, name, hash_)


def _sign(node: Node, taker: str, hash_: str) -> None:
    with node.store.writing() as unit:
        unit.agreements.add_event(hash_, LifeEvent(EventKind.SIGNED, hash_, PartyId(taker), node.clock.now()))


@contextmanager
def simulation_of_takers(count: int) -> Iterator[dict[str, Any]]:
    """The cards of parties with a node of their own."""
    with tempfile.TemporaryDirectory(prefix="sepakat-bench-") as folder:
        names = [f"taker-{n}" for n in range(count)]
        with simulation(Path(folder), *names) as world:
            yield {name: own_card(world[name]) for name in names}


@contextmanager
def _log(has_log: bool) -> Iterator[None]:
    """The product as it is, or with everything left out that the log and its statements need."""
    if has_log:
        yield
        return

    def nothing(*_: object) -> None:
        return None

    def same_head(*_: object) -> logs.Head:
        return logs.Head(1, b"", "")

    def no_edge(*_: object, mirror: bool) -> Frontier:
        return Frontier()

    # Plain functions: a mock that counts its calls would cost more than what it stands for.
    with (
        mock.patch.object(logs, "append_leaf", nothing),
        mock.patch.object(logs, "head", same_head),
        mock.patch.object(logs, "frontier_of", no_edge),
        mock.patch.object(publishing, "salted_digest", lambda _, digest: digest),
        mock.patch.object(publishing, "compose", nothing),
        mock.patch.object(publishing, "_stated", nothing),
    ):
        yield


def campaign(world: Simulation, number: int) -> dict[str, Any]:
    made = world.written_by("us", f"campaign--{uuid5(SPACE, str(number))}", "amber")
    return made | {"name": f"campaign {number}", "description": "x" * 500}


if __name__ == "__main__":
    main()
