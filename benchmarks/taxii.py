"""How fast the TAXII server is, and its peers: `python -m benchmarks.taxii`, `--help` for what may be asked for.

One workload over HTTP against Sepakat, medallion and OpenTAXII in one run: real objects are added in envelopes, views
of 1,000 to 1,000,000 objects are read in pages, by id and by filter. The load comes from raw sockets in a process of
its own. SQLite is in WAL mode with synchronous=NORMAL; with `STORE=postgresql` the store is in a private PostgreSQL
that keeps what was committed. Every figure is a median; the raw numbers stand beside it and in build/bench/taxii.json,
or taxii-postgresql.json, which is compared with what the other says.
"""

from __future__ import annotations

import argparse
import base64
import json
import multiprocessing
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import orjson
from taxii2client.v21 import Collection as ClientCollection
from taxii2client.v21 import as_pages

from benchmarks import taxii_corpus as corpus
from benchmarks.figures import RESULTS, Report
from benchmarks.store import DURABLE
from benchmarks.taxii_load import Load
from benchmarks.taxii_peers import measure_peer
from benchmarks.taxii_requests import PAGE, READERS, Asked, adding, envelopes, pages, repeated
from benchmarks.taxii_server import Served, served
from sepakat.exchange.agreeing import suspend
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Collection
from sepakat.stores.moving import move_store
from sepakat.stores.postgresql import open_postgresql_store
from sepakat.stores.sqlite import open_store
from tests.support.clock import START
from tests.support.postgresql import make_server
from tests.support.taxii import PASSWORD, ROOT, TOKEN, TaxiiNode, taxii_node

RESULT = {"sqlite": "taxii", "postgresql": "taxii-postgresql"}
PARTNERS = 22
TOKENS = f"Token {TOKEN}"
BASIC = "Basic " + base64.b64encode(f"ru:{PASSWORD}".encode()).decode()
SIZES = (1_000, 10_000, 100_000, 1_000_000)
READ = 100_000
"""How many objects the view has that whole readings go through."""

T = TypeVar("T")


@dataclass
class Figures:
    """Every number by server and name, in the order in which they were measured."""

    found: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def record(self, server: str, name: str, value: float) -> None:
        self.found[server][name].append(value)

    def of(self, server: str) -> Callable[[str, float], None]:
        return lambda name, value: self.record(server, name, value)

    def median(self, server: str, name: str) -> float:
        return statistics.median(self.found[server][name])


class Loads:
    """Runs a load in the other process."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self.pool = pool

    def __call__(self, load: Callable[..., T], *arguments: Any) -> T:
        return self.pool.submit(load, *arguments).result()


class Stores:
    """Where the stores are that are served: the files in which nodes were made, or copies in PostgreSQL."""

    def __init__(self, kind: str) -> None:
        self._server = make_server(*DURABLE) if kind == "postgresql" else None
        if self._server is not None:
            self._server.start()

    def settled(self, node: Node) -> Path | str:
        """The store of a node, which is not written in its file any more."""
        path: Path = node.store.path  # type: ignore[attr-defined]
        node.store.close()
        if self._server is None:
            return path
        address = self._server.new_database(template=None)
        print(f"moving {path.parent.name} to PostgreSQL ...", flush=True)
        move_store(path, address, lambda table, rows: None, lambda held: None)
        return address

    def fresh(self, store: Path | str) -> Path | str:
        """A copy that may be written."""
        if isinstance(store, str):
            assert self._server is not None, "an address is one of our server"
            return self._server.new_database(store.rpartition("/")[2])
        copy = store.with_name("fresh.sqlite")
        for leftover in store.parent.glob("fresh.sqlite*"):
            leftover.unlink()
        shutil.copyfile(store, copy)
        return copy


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--store", choices=sorted(RESULT), default=os.environ.get("STORE", "sqlite"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="objects in the largest view")
    parser.add_argument("--added", type=int, default=10_000, help="objects added in each run")
    parser.add_argument("--requests", type=int, default=4_000, help="requests for one object in each run")
    parser.add_argument("--peers", default="medallion,opentaxii", help="the peers, with commas; empty for none")
    parser.add_argument("--peer-objects", type=int, default=10_000, help="objects that a peer gets at most")
    options = parser.parse_args()
    begun = time.perf_counter()
    figures = Figures()
    with (
        tempfile.TemporaryDirectory(prefix="sepakat-bench-") as folder,
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool,
    ):
        place, stores = Path(folder), Stores(options.store)
        measure_adding(place / "adding", Loads(pool), figures, options, stores)
        measure_reading(place / "reading", Loads(pool), figures, options, stores)
        measure_suspension(place / "suspension", Loads(pool), figures, stores)
        for peer in filter(None, options.peers.split(",")):
            print(f"{peer} ...", flush=True)
            measure_peer(peer, place / peer, options.runs, options.peer_objects, figures.of(peer))
    report(figures, options, time.perf_counter() - begun)


# Adding.

_FIRST = (
    b'{"type":"campaign","spec_version":"2.1","id":"campaign--3f2b8f0e-0f4c-4d0e-9d5c-5b2f6c1f7a10","name":"First",'
    b'"created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z"}'
)


def measure_adding(place: Path, load: Loads, figures: Figures, options: argparse.Namespace, stores: Stores) -> None:
    """Envelopes from one partner, decided for all 22 at once, each run in a store that begins anew."""
    with node_with_partners(place) as made:
        inbox = made.receive()
        for partner in partners():
            made.share(f"us-{partner}", partner)
        store = stores.settled(made.node)
        for size in (1000, 100):
            print(f"adding in envelopes of {size} ...", flush=True)
            for _ in range(options.runs):
                with served(made.node, stores.fresh(store), b"{}") as running:
                    asked = asked_of(running, inbox)
                    # The first change publishes to each partner who gives and who takes; that belongs to agreeing.
                    load(adding, asked, list(envelopes(iter([_FIRST]), 1)))
                    bodies = list(envelopes(iter(corpus.lines()[: options.added]), size))
                    done = load(adding, asked, bodies)
                figures.record("sepakat", f"objects/s added, envelopes of {size:,}", options.added / done.seconds)


@contextmanager
def node_with_partners(place: Path) -> Iterator[TaxiiNode]:
    place.mkdir()
    with taxii_node(place, *partners()[1:]) as made:
        yield made


def partners() -> list[str]:
    """The 22; `ru` reads and adds."""
    return ["ru", *(f"p{number:02}" for number in range(1, PARTNERS))]


# Reading.


def measure_reading(place: Path, load: Loads, figures: Figures, options: argparse.Namespace, stores: Stores) -> None:
    """Views of all sizes, in one store."""
    sizes = [size for size in SIZES if size <= options.largest]
    with node_with_partners(place) as made:
        views = {size: made.share(f"us-ru-{size}", "ru", f"View of {size}") for size in sizes}
        last: dict[int, datetime] = {}
        for size, view in views.items():
            print(f"filling a view with {size:,} objects ...", flush=True)
            last[size] = corpus.fill(made, view, size)
        whole = views[min(READ, sizes[-1])]
        page = b'{"more":false,"objects":[%b]}' % b",".join(corpus.cloned(PAGE))
        with served(made.node, stores.settled(made.node), page) as running:
            measure_memory(running, load, views[sizes[-1]], figures)
            measure_whole(running, load, whole, min(READ, sizes[-1]), figures, options)
            done = load(pager, running.address, whole.id)
            figures.record("sepakat", "objects/s, the pager of taxii2-client itself", done[0] / done[1])
            figures.record("sepakat", "objects that it read", done[0])
            measure_one(running, load, whole, figures, options)
            # All sizes in each run: a machine that is slower for a while is so for all of them.
            for _ in range(options.runs):
                for size, view in views.items():
                    queries = {f"{name}, {size:,} objects": query for name, query in filters_of(last[size]).items()}
                    measure_filters(asked_of(running, view.id), load, queries, figures)


def asked_of(running: Served, collection: str, credentials: str = TOKENS) -> Asked:
    """How the reader `ru` asks for a collection."""
    return Asked(running.address, f"{ROOT}collections/{collection}/", credentials)


def measure_whole(
    running: Served, load: Loads, view: Collection, size: int, figures: Figures, options: argparse.Namespace
) -> None:
    """Whole views in pages, and the same bytes from memory."""
    asked = asked_of(running, view.id)
    memory = Asked(running.address, "/memory", TOKENS)
    for _ in range(options.runs):
        done: Load = load(repeated, memory, [""], 200, 1)
        figures.record("from memory", "objects/s read, pages of 1,000, 1 reader", done.answers * PAGE / done.seconds)
        done = load(pages, asked, "objects")
        figures.record("sepakat", "objects/s read, pages of 1,000, 1 reader", size / done.seconds)
        done = load(repeated, memory, [""], 640, READERS)
        figures.record("from memory", "objects/s read, pages of 1,000, 16 readers", done.answers * PAGE / done.seconds)
        done = load(pages, asked, "objects", READERS)
        figures.record("sepakat", "objects/s read, pages of 1,000, 16 readers", READERS * size / done.seconds)
        done = load(pages, asked, "manifest")
        figures.record("sepakat", "manifest entries/s, pages of 1,000, 1 reader", size / done.seconds)


def pager(address: tuple[str, int], collection: str) -> tuple[int, float]:
    """How many objects taxii2-client reads by its own pages, and in how many seconds."""
    url = f"http://{address[0]}:{address[1]}{ROOT}collections/{collection}/"
    client = ClientCollection(url, user="ru", password=PASSWORD)
    begun = time.perf_counter()
    found = {one["id"] for page in as_pages(client.get_objects, per_request=PAGE) for one in page.get("objects", [])}
    seconds = time.perf_counter() - begun
    client.close()
    return len(found), seconds


def measure_one(running: Served, load: Loads, view: Collection, figures: Figures, options: argparse.Namespace) -> None:
    """One object by id, at 16 connections."""
    paths = [f"objects/{orjson.loads(one)['id']}/" for one in islice(corpus.cloned(600), 600) if b'"id"' in one][:400]
    for _ in range(options.runs):
        for how, credentials in (("token", TOKENS), ("Basic", BASIC)):
            done: Load = load(repeated, asked_of(running, view.id, credentials), paths, options.requests, READERS)
            name = f"one object, 16 connections, {how}"
            figures.record("sepakat", f"requests/s, {name}", done.answers / done.seconds)
            figures.record("sepakat", f"ms at the 99th of 100, {name}", done.percentile(0.99) * 1000)


# Of both together every view has more than a page, so that each answer has as much in it.
_TWO_TYPES = "attack-pattern,course-of-action"


def filters_of(last: datetime) -> dict[str, str]:
    """The filtered pages of a view by what they are called; `last` is when its last object was added."""
    late = (last - timedelta(milliseconds=3)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    one = orjson.loads(next(corpus.cloned(1)))["id"]
    return {
        "match[type] of a rare type": f"match[type]={corpus.RARE}",
        "added_after near the end": f"added_after={late}",
        "match[type] of a common type, limit 100": "match[type]=relationship&limit=100",
        "two types, every version, limit 100": f"match[type]={_TWO_TYPES}&match[version]=all&limit=100",
        "first versions, limit 100": "match[version]=first&limit=100",
        "match[id]": f"match[id]={one}",
        "match[spec_version], limit 100": "match[spec_version]=2.1&limit=100",
    }


def measure_filters(asked: Asked, load: Loads, queries: dict[str, str], figures: Figures) -> None:
    """The median of a filtered page."""
    for name, query in queries.items():
        done: Load = load(repeated, asked, [f"objects/?{query}"], 40, 1)
        figures.record("sepakat", f"ms, {name}", done.percentile(0.5) * 1000)


def measure_memory(running: Served, load: Loads, view: Collection, figures: Figures) -> None:
    """What 16 readers of the largest view, a million objects between them, add to the memory of an idle server."""
    asked = asked_of(running, view.id)
    load(pages, asked, "objects", 1, 3)
    idle = running.resident
    most = idle
    waiting = load.pool.submit(pages, asked, "objects", READERS, 63)
    while not waiting.done():
        most = max(most, running.resident)
        time.sleep(0.02)
    waiting.result()
    figures.record("sepakat", "MiB above idle, 16 readers", (most - idle) / 2**20)


def measure_suspension(place: Path, load: Loads, figures: Figures, stores: Stores) -> None:
    """Suspended by another process between two pages: the next page has nothing but tombstones."""
    with node_with_partners(place) as made:
        view = made.share()
        corpus.fill(made, view, 2 * PAGE)
        store = stores.settled(made.node)
        with served(made.node, store, b"{}") as running:
            asked = asked_of(running, view.id)
            before: Load = load(repeated, asked, ["objects/"], 1, 1)
            opened = open_store(store) if isinstance(store, Path) else open_postgresql_store(store)
            suspend(replace(made.node, store=opened), view.view.agreement, "benchmark")
            opened.close()
            after: Load = load(repeated, asked, ["objects/"], 1, 1)
    figures.record("sepakat", "bytes of a page before a suspension", before.size)
    figures.record("sepakat", "bytes of the next page after it", after.size)


# Telling.


GOALS: tuple[tuple[str, float, bool], ...] = (
    ("objects/s added, envelopes of 1,000: sepakat / opentaxii", 10, True),
    ("objects/s read, pages of 1,000, 1 reader: sepakat / opentaxii", 15, True),
    ("objects/s read, pages of 1,000, 1 reader: sepakat / medallion", 15, True),
    ("objects/s read, pages of 1,000, 1 reader: sepakat / from memory", 1 / 4, True),
    ("objects/s read, pages of 1,000, 16 readers: sepakat / from memory", 1 / 4, True),
    ("objects/s added, envelopes of 1,000", 6_000, True),
    ("objects/s added, envelopes of 100", 2_500, True),
    ("objects/s read, pages of 1,000, 1 reader", 200_000, True),
    ("objects/s read, pages of 1,000, 16 readers", 200_000, True),
    ("manifest entries/s, pages of 1,000, 1 reader", 150_000, True),
    ("requests/s, one object, 16 connections, token", 2_500, True),
    ("requests/s, one object, 16 connections, Basic", 2_500, True),
    ("ms at the 99th of 100, one object, 16 connections, token", 20, False),
    ("ms at the 99th of 100, one object, 16 connections, Basic", 20, False),
    ("MiB above idle, 16 readers", 100, False),
)
"""What a figure on SQLite has to be, and whether it has to be at least that."""
FLAT, MILLISECONDS, HALF = 1.3, 5.0, 0.5


def goal_of(name: str, store: str) -> tuple[float | None, bool]:
    """The goal of a figure of ours, None if it has none, and whether more is better."""
    if name.endswith(": largest / smallest view"):
        return FLAT, False
    if store == "postgresql":
        is_read = name.startswith("objects/s read") and name.endswith("as fast as SQLite")
        return (HALF if is_read else None), True
    if name.startswith("ms, "):
        return MILLISECONDS, False
    return next(((goal, more) for known, goal, more in GOALS if known == name), (None, True))


def report(figures: Figures, options: argparse.Namespace, seconds: float) -> None:
    """Print every figure with its runs and the ratios, and keep them."""
    print(f"TAXII, {options.runs} runs, Python {platform.python_version()}, {options.store}, {seconds:.0f} s")
    told = Report()
    for server, named in figures.found.items():
        for name, runs in named.items():
            goal, more = goal_of(name, options.store) if server == "sepakat" else (None, True)
            told.add(f"{server}: {name}", name.split(",")[0].split(" added")[0], goal, runs, more_is_better=more)
    ratios = ratios_of(figures) | (against_sqlite(figures) if options.store == "postgresql" else {})
    for name, value in ratios.items():
        goal, more = goal_of(name, options.store)
        told.add(name, "times", goal, [value], more_is_better=more)
    told.write(RESULT[options.store])


def against_sqlite(figures: Figures) -> dict[str, float]:
    """How many times as fast as SQLite was when it was last measured with the same views, figure by figure."""
    measured = RESULTS / f"{RESULT['sqlite']}.json"
    if not measured.exists():
        return {}
    lead = "sepakat: "
    kept = json.loads(measured.read_text(encoding="utf-8"))
    other = {one["figure"].removeprefix(lead): one["value"] for one in kept if one["figure"].startswith(lead)}
    found: dict[str, float] = {}
    for name in figures.found["sepakat"].keys() & other.keys():
        ours, theirs = figures.median("sepakat", name), other[name]
        if name.startswith("ms") and ours:
            found[f"{name}: PostgreSQL, times as fast as SQLite"] = theirs / ours
        elif "/s" in name and theirs:
            found[f"{name}: PostgreSQL, times as fast as SQLite"] = ours / theirs
    return dict(sorted(found.items()))


def ratios_of(figures: Figures) -> dict[str, float]:
    """What the issue of speed asks for: against memory, against the peers, and how flat the filters are."""
    found: dict[str, float] = {}
    ours = figures.found["sepakat"]
    for server in ("from memory", "medallion", "opentaxii"):
        for name in figures.found.get(server, {}):
            if name in ours and not name.startswith("ms"):
                found[f"{name}: sepakat / {server}"] = figures.median("sepakat", name) / figures.median(server, name)
    for name in filters_of(START):
        sized = [value for key, value in ours.items() if key.startswith(f"ms, {name}, ")]
        if len(sized) > 1:
            found[f"{name}: largest / smallest view"] = statistics.median(sized[-1]) / statistics.median(sized[0])
    return found


if __name__ == "__main__":
    main()
