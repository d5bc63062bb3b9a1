"""How fast a node takes in, on SQLite and on PostgreSQL: `python -m benchmarks.store`, `--help` for what may be asked.

ATT&CK with the markings and the overlay of `benchmarks.overlay`: 22 parties, 30 agreements, topics, regions, approvals
and consents are in the store before; then everything is taken in as people do it, in batches, validated, decided for
every view, published with log leaves and statements, and committed durably. Beside it, in the same run, the bare bulk
insert of the same bytes into one table with a unique index: executemany in SQLite with our page size and cache, COPY in
PostgreSQL. Each store is measured in processes of its own; the most memory that one took is printed, and what a
version costs in memory, rows and bytes on disk. The views must be those that deciding everything at once gives. Then
the same on PostgreSQL by two processes at once, and reading by one and by two. Results go to build/bench/store.json.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import psycopg

from benchmarks.figures import Report
from benchmarks.overlay import LARGE, NODE, NOW, OTHERS, SMALL, corpus, overlay
from sepakat.agreements.life import EventKind, LifeEvent
from sepakat.agreements.writing import agreement_hash, canonical_form
from sepakat.cli.main import collect_rarely
from sepakat.exchange.ports import Node, RowQuery, Unit
from sepakat.exchange.records import AgreementRecord, ApprovalRecord, Consent, Direction, Party, Policy, Topic
from sepakat.exchange.taking_in import Provenance, take_in
from sepakat.release.question import World
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.objects import StixObject
from sepakat.stores.columns import pack_id, pack_version
from sepakat.stores.copying import copy_store
from sepakat.stores.moving import transaction
from sepakat.stores.postgresql import create_postgresql_store, open_postgresql_store
from sepakat.stores.sqlite import SqliteLimits, create_store, open_store
from tests.support.clock import SeededIds
from tests.support.postgresql import Server, make_server
from tests.support.simulator import MemoryPeers, Network, TestSigner, check_views

GOALS = {"sqlite": 1 / 8, "postgresql": 1 / 10}
MOST_MEMORY_MB = 600
DURABLE = ("fsync=on", "full_page_writes=on", "synchronous_commit=on", "autovacuum=on", "shared_buffers=128MB")

BUNDLE = b'{"type":"bundle","id":"bundle--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e000","objects":[%b]}'

Batch = tuple[str, list[bytes]]
"""Whose information it is, and the objects."""


class RunningClock:
    """The clock of the overlay, going on as real time does."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=time.perf_counter() - self._begun)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="benchmarks.store", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--objects", type=int, default=10_000, help="versions that are taken in; all 100,000 take more than an hour"
    )
    parser.add_argument("--batch", type=int, default=1_000, help="versions in one intake")
    parser.add_argument("--stores", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--without-processes", action="store_true", help="leave out two processes against one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sepakat-bench-") as folder:
        place = Path(folder)
        count = _in_process(_prepare, place, asked.objects, asked.batch)
        server = make_server(*DURABLE) if "postgresql" in asked.stores or not asked.without_processes else None
        if server is not None:
            server.start()
        report = Report()
        for kind in asked.stores:
            _measure(report, kind, place, server, count)
        if server is not None and not asked.without_processes:
            _measure_processes(report, place, server)
    report.write("store")
    if report.faults:
        sys.exit("\n".join(report.faults))


def _in_process(function: Any, *arguments: Any) -> Any:
    """In a process of its own, so that memory is that of one task."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), collect_rarely) as pool:
        return pool.submit(function, *arguments).result()


# What is taken in, and what is agreed before.


def _prepare(place: Path, objects: int, size: int) -> int:
    """Write the batches and the world around them into files: the measured process has nothing else in memory."""
    made = overlay(list(islice(corpus(LARGE if objects > 10_000 else SMALL), objects)))
    others: dict[str, list[bytes]] = {}
    ours: list[bytes] = []
    seen: set[tuple[str, str]] = set()
    for version in made.plain.versions:
        name = (str(version.content["id"]), str(version.content.get("modified", "")))
        # The parties and the markings of the standard are there without being taken in.
        if name in seen or name[0] in made.plain.parties or name[0] in FIXED_MARKINGS:
            continue
        seen.add(name)
        sender = next(iter(version.origins))
        (ours if sender == NODE else others.setdefault(sender, [])).append(orjson.dumps(dict(version.content)))
    batches: list[Batch] = [(NODE, ours[at : at + size]) for at in range(0, len(ours), size)]
    batches += sorted(others.items())
    (place / "batches").write_bytes(b"".join(_packed(batch) for batch in batches))
    world = replace(made.engine, versions={})
    store = create_store(place / "sqlite.template")
    with store.writing() as unit:
        _agree(unit, world)
    store.close()
    return len(seen)


def _packed(batch: Batch) -> bytes:
    whose, objects = batch
    return orjson.dumps([whose, len(objects)]) + b"\n" + b"".join(one + b"\n" for one in objects)


def _batches(place: Path) -> Iterator[Batch]:
    with (place / "batches").open("rb") as lines:
        while head := lines.readline():
            whose, count = orjson.loads(head)
            yield whose, [line.rstrip(b"\n") for line in islice(lines, count)]


def _agree(unit: Unit, world: World) -> None:
    for identity, party in world.parties.items():
        content = {"type": "identity", "spec_version": "2.1", "id": identity, "name": party}
        content |= {"identity_class": "organization", "created": "2015-01-01T00:00:00.000Z"}
        content |= {"modified": "2015-01-01T00:00:00.000Z"}
        unit.parties.put(
            Party(
                PartyId(party), party, None, StixObject.from_content(content), NOW, is_self=party == NODE,
                is_client=party in world.clients, card={"party": party}, keys=(), address=None, loopback=False,
            )
        )  # fmt: skip
    takers: dict[str, list[PartyId]] = {}
    agreements = {}
    for key, view in world.views.items():
        if view.in_force:
            takers.setdefault(key.agreement, []).append(key.taker)
            agreements[key.agreement] = view.agreement
    for id_, agreement in agreements.items():
        roster = tuple(takers[id_])
        hash_ = agreement_hash(agreement)
        unit.agreements.add(AgreementRecord(hash_, agreement, canonical_form(agreement), NOW, roster))
        for party in (PartyId(NODE), *roster):
            unit.agreements.add_event(hash_, LifeEvent(EventKind.SIGNED, hash_, party, NOW))
    for object_id, policy in world.policies.items():
        unit.policies.put(
            Policy(
                object_id, topics=policy.topics, regions=policy.regions, person_category=policy.person_category,
                necessity=policy.necessity, markings=policy.markings, hold=policy.hold, expires_at=policy.expires_at,
            )
        )  # fmt: skip
    for topic in world.topics.definitions:
        unit.policies.put_topic(Topic(topic.id, frozenset(map(StixId, topic.entities)), topic.names, topic.labels))
    for (version, view_key), given in world.approvals.items():
        for one in given:
            unit.policies.put_approval(ApprovalRecord(version, view_key, one.approver, one.at, True))
    for number, grant in enumerate(world.grants):
        unit.obligations.put_consent(
            Consent(
                f"consent-{number}", Direction.OUT, grant.origin, grant.object_id, grant.party, "benchmark",
                grant.given_at, True, grant.given_at, until=grant.until,
            )
        )  # fmt: skip


# Taking in.


def _measure(report: Report, kind: str, place: Path, server: Server | None, count: int) -> None:
    where = _fresh(kind, place, server)
    before = _bytes_of(kind, where)
    taken = _in_process(_take_in_all, kind, where, place, 0, 1)
    bare = _in_process(_insert_barely, kind, _bare_place(kind, place, server), place)
    if fault := _in_process(_fault_of_views, kind, where):
        report.fault(f"{kind}: {fault}")
    report.add(f"{kind}: taking in, {len(OTHERS) + 1} parties", "versions/s", None, [count / taken.seconds])
    report.add(f"{kind}: bare insert of the same bytes", "versions/s", None, [count / bare])
    report.add(f"{kind}: taking in to bare insert", "of it", GOALS[kind], [bare / taken.seconds], more_is_better=True)
    report.add(f"{kind}: most memory", "MB", MOST_MEMORY_MB, [taken.memory])
    report.add(
        f"{kind}: more memory for a version, over the second half", "kB", None, [taken.memory_per_version * 1000]
    )
    report.add(f"{kind}: rows of views for a version", "rows", None, [_rows_of_views(kind, where) / count])
    report.add(f"{kind}: on disk for a version", "kB", None, [(_bytes_of(kind, where) - before) / count / 1000])


def _fresh(kind: str, place: Path, server: Server | None) -> str:
    """A store with what is agreed and nothing held."""
    if kind == "sqlite":
        target = place / "store.sqlite"
        source = sqlite3.connect(place / "sqlite.template")
        made = sqlite3.connect(target)
        made.execute(f"PRAGMA page_size={SqliteLimits().page_size}")
        source.backup(made)
        source.close()
        made.close()
        return str(target)
    assert server is not None
    address = server.new_database(template=None)
    create_postgresql_store(address).close()
    with transaction(place / "sqlite.template", writes=False) as here, transaction(address, writes=True) as there:
        copy_store(here, there, lambda table, rows: None)
    return address


def _node(kind: str, where: str, part: int) -> Node:
    store = open_store(Path(where)) if kind == "sqlite" else open_postgresql_store(where)
    secret = sha256(b"secret").digest()
    peers = MemoryPeers(Network(), PartyId(NODE))
    return Node(PartyId(NODE), store, RunningClock(), SeededIds(f"bench {part}"), TestSigner(b"bench"), peers, secret)


class Taken(NamedTuple):
    """Seconds, the most memory in MB, and by how many MB it grew for a version over the second half of them."""

    seconds: float
    memory: float
    memory_per_version: float


def _take_in_all(kind: str, where: str, place: Path, part: int, parts: int) -> Taken:
    """Take in every batch, or of several processes' share."""
    node = _node(kind, where, part)
    seconds = 0.0
    memory = [(0, _memory())]
    for number, (whose, objects) in enumerate(_batches(place)):
        if number % parts != part:
            continue
        data = b'{"type":"bundle","id":"bundle--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e000","objects":[%b]}' % b",".join(
            objects
        )
        begun = time.perf_counter()
        take_in(node, data, Provenance("corpus", "bench", PartyId(whose)))
        seconds += time.perf_counter() - begun
        memory.append((memory[-1][0] + len(objects), _memory()))
    node.store.close()
    count, last = memory[-1]
    half, then = next(entry for entry in memory if entry[0] >= count / 2)
    return Taken(seconds, last, (last - then) / max(count - half, 1))


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fault_of_views(kind: str, where: str) -> str | None:
    """What is wrong with the views that were released batch by batch: comparing everything once must change nothing."""
    node = _node(kind, where, 99)
    try:
        check_views(node)
    except AssertionError as error:
        return f"the views are not what deciding everything from nothing gives: {error}"
    finally:
        node.store.close()
    return None


def _rows_of_views(kind: str, where: str) -> int:
    store = open_store(Path(where)) if kind == "sqlite" else open_postgresql_store(where)
    with store.reading() as unit:
        last = [unit.views.last(collection.id) for collection in unit.views.collections()]
    store.close()
    return sum(row.sequence for row in last if row is not None)


def _bytes_of(kind: str, where: str) -> int:
    if kind == "sqlite":
        return Path(where).stat().st_size
    with psycopg.connect(where) as connection:
        found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert found is not None
    return int(found[0])


# Inserting and nothing else.


def _bare_place(kind: str, place: Path, server: Server | None) -> str:
    if kind == "sqlite":
        return str(place / "bare.sqlite")
    assert server is not None
    return server.new_database(template=None)


def _rows(place: Path) -> Iterator[list[tuple[bytes, bytes, bytes]]]:
    for _, objects in _batches(place):
        made = [StixObject.from_bytes(raw) for raw in objects]
        yield [(pack_id(one.id), pack_version(one.version), one.raw) for one in made]


def _insert_barely(kind: str, where: str, place: Path) -> float:
    insert = _insert_into_sqlite if kind == "sqlite" else _insert_into_postgresql
    return insert(where, _rows(place))


def _insert_into_sqlite(where: str, batches: Iterator[list[tuple[bytes, bytes, bytes]]]) -> float:
    limits = SqliteLimits()
    connection = sqlite3.connect(where, isolation_level=None)
    for setting in (f"page_size={limits.page_size}", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute(f"PRAGMA cache_size=-{limits.writer_cache_kib}")
    connection.execute("CREATE TABLE bare (id BLOB, version BLOB, body BLOB, UNIQUE (id, version))")
    seconds = 0.0
    for rows in batches:
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO bare VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
        seconds += time.perf_counter() - begun
    connection.close()
    return seconds


def _insert_into_postgresql(where: str, batches: Iterator[list[tuple[bytes, bytes, bytes]]]) -> float:
    seconds = 0.0
    with psycopg.connect(where) as connection:
        connection.execute("CREATE TABLE bare (id bytea, version bytea, body bytea, UNIQUE (id, version))")
        connection.commit()
        for rows in batches:
            begun = time.perf_counter()
            with connection.cursor().copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["bytea", "bytea", "bytea"])
                for row in rows:
                    copy.write_row(row)
            connection.commit()
            seconds += time.perf_counter() - begun
    return seconds


# Two processes against one.


def _measure_processes(report: Report, place: Path, server: Server) -> None:
    found: dict[str, float] = {}
    for processes in (1, 2):
        where = _fresh("postgresql", place, server)
        found[f"take_in_{processes}"] = _together(_take_in_all, processes, "postgresql", where, place)
        found[f"read_{processes}"] = _together(_read_all, processes, where)
    for what, words in (("take_in", "taking in"), ("read", "reading")):
        one, two = found[f"{what}_1"], found[f"{what}_2"]
        # Each reader reads everything, so that two of them read twice as much.
        gain = one / two * (2 if what == "read" else 1)
        report.add(f"{words} by 2 processes on PostgreSQL to that by 1", "times as much", None, [gain])


def _together(function: Any, processes: int, *arguments: Any) -> float:
    """Seconds until the last of several processes is done, their start left out."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), collect_rarely) as pool:
        for ready in [pool.submit(time.process_time) for _ in range(processes)]:
            ready.result()
        begun = time.perf_counter()
        # Each process takes its share in; a reader reads everything.
        shares = [(part, processes) if function is _take_in_all else () for part in range(processes)]
        done = [pool.submit(function, *arguments, *share) for share in shares]
        for one in done:
            one.result()
        return time.perf_counter() - begun


def _read_all(where: str) -> int:
    """Every page of every view, as bytes."""
    store = open_postgresql_store(where)
    read = 0
    with store.reading() as unit:
        collections = unit.views.collections()
    for collection in collections:
        last, more = 0, True
        while more:
            with store.reading() as unit:
                query = RowQuery(collection.id, after_sequence=last, versions=frozenset({"all"}), limit=1000)
                page = unit.readings.bodies(query)
            last, more = page.last_sequence, page.more
            read += page.count
    store.close()
    return read


if __name__ == "__main__":
    main()
