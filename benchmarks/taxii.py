"""How fast the TAXII server is: `python -m benchmarks.taxii`, `--help` for what may be asked for.

One server process on SQLite, with authentication, the agreement check and the access log on; the load comes from raw
sockets in another process (`benchmarks.taxii_load`). Every number is the median of the runs; the raw numbers are
printed beside it and kept in build/bench/taxii.json. `memory` is the same server sending the same pages from memory:
what HTTP alone allows.
"""

from __future__ import annotations

import argparse
import base64
import json
import multiprocessing
import platform
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.taxii_load import Load, next_of, request, run
from sepakat.exchange.ports import Node
from sepakat.stores.sqlite import open_store
from sepakat.taxii_server import ServerLimits, routes
from tests.support.clock import START, SeededIds
from tests.support.taxii import PASSWORD, ROOT, TOKEN, TaxiiNode, indicator, malware, stix_id, taxii_node

RESULT = Path(__file__).resolve().parents[1] / "build" / "bench" / "taxii.json"
PAGE = 1000
CREDENTIALS = f"Token {TOKEN}"
BODY_BYTES = 900
FREE = ServerLimits(requests_per_second=1e9, burst=10**9)

Address = tuple[str, int]


class RunningClock:
    """The clock of the test agreements, going on as real time does."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()

    def now(self) -> datetime:
        return START + timedelta(hours=1, seconds=time.perf_counter() - self._begun)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--objects", type=int, default=10_000, help="objects in the view that is read")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2_000, help="requests for one object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sepakat-bench-") as folder, taxii_node(Path(folder)) as made:
        inbox = made.receive()
        view = filled(made, options.objects)
        with served(made.node) as address, ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
            results = {
                name: [pool.submit(measured, name, address, view, inbox, options).result() for _ in range(options.runs)]
                for name in MEASURES
            }
    report(results, options)


def filled(made: TaxiiNode, count: int) -> str:
    """A view with indicators, one malware in the middle; its id."""
    view = made.share()
    text = "x" * (BODY_BYTES - 400)
    for start in range(0, count, PAGE):
        batch = [indicator(number, description=text) for number in range(start, min(start + PAGE, count))]
        if start <= count // 2 < start + PAGE:
            batch.append(malware(1))
        made.publish(view, batch)
    return view.id


@contextmanager
def served(node: Node) -> Iterator[Address]:
    """The node in a process of its own."""
    path = node.store.path  # type: ignore[attr-defined]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        process = multiprocessing.get_context("fork").Process(target=serve, args=(node, path, listening))
        process.start()
        try:
            yield listening.getsockname()
        finally:
            process.terminate()
            process.join(10)


def serve(node: Node, path: Path, listening: socket.socket) -> None:
    """Serve until told to stop."""
    mine = replace(node, store=open_store(path), clock=RunningClock(), ids=SeededIds("bench"))
    page = orjson.dumps({"more": False, "objects": [indicator(1, description="x" * (BODY_BYTES - 400))] * PAGE})

    async def from_memory(_: object) -> Response:
        return Response(page, media_type="application/taxii+json;version=2.1")

    application = Starlette(routes=[Route("/memory", from_memory), *routes(mine, FREE)])
    config = uvicorn.Config(application, log_level="error", access_log=False, lifespan="off", ws="none")
    uvicorn.Server(config).run(sockets=[listening])


def pages(address: Address, view: str, resource: str, readers: int) -> Load:
    """Every page of the view, by so many readers at once."""
    path = f"{ROOT}collections/{view}/{resource}/?limit={PAGE}"

    def following(body: bytes) -> bytes | None:
        cursor = next_of(body)
        return None if cursor is None else request("GET", f"{path}&next={cursor}", CREDENTIALS)

    return run(address, [(request("GET", path, CREDENTIALS), following)] * readers)


def repeated(address: Address, path: str, times: int, readers: int, credentials: str = CREDENTIALS) -> Load:
    """The same request again and again."""
    asked = request("GET", path, credentials)

    def plan() -> tuple[bytes, Callable[[bytes], bytes | None]]:
        left = iter(range(times // readers - 1))
        return asked, lambda _: None if next(left, None) is None else asked

    return run(address, [plan() for _ in range(readers)])


def adding(address: Address, inbox: str, envelope: int, count: int, first: int) -> Load:
    """New objects in envelopes of one size, one after the other."""
    path = f"{ROOT}collections/{inbox}/objects/"
    bodies = [
        request("POST", path, CREDENTIALS, orjson.dumps({"objects": [indicator(n) for n in range(at, at + envelope)]}))
        for at in range(first, first + count, envelope)
    ]
    waiting = iter(bodies[1:])
    return run(address, [(bodies[0], lambda _: next(waiting, None))])


def reading(resource: str, readers: int) -> Callable[..., float]:
    def measure(address: Address, view: str, _: str, options: argparse.Namespace) -> float:
        return readers * int(options.objects + 1) / pages(address, view, resource, readers).seconds

    return measure


def from_memory(address: Address, _: str, __: str, options: argparse.Namespace) -> float:
    load = repeated(address, "/memory", max(options.objects // PAGE, 20), 1)
    return load.answers * PAGE / load.seconds


def one_object(credentials: str) -> Callable[..., float]:
    def measure(address: Address, view: str, _: str, options: argparse.Namespace) -> float:
        path = f"{ROOT}collections/{view}/objects/{stix_id(77)}/"
        load = repeated(address, path, options.requests, 16, credentials)
        return load.answers / load.seconds

    return measure


def slowest(address: Address, view: str, _: str, options: argparse.Namespace) -> float:
    path = f"{ROOT}collections/{view}/objects/{stix_id(77)}/"
    return repeated(address, path, options.requests, 16).percentile(0.99) * 1000


def filtered(query: str) -> Callable[..., float]:
    def measure(address: Address, view: str, _: str, options: argparse.Namespace) -> float:
        late = START + timedelta(milliseconds=options.objects - 3)
        asked = query.replace("LATE", late.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
        return repeated(address, f"{ROOT}collections/{view}/objects/?{asked}", 50, 1).percentile(0.5) * 1000

    return measure


def added(envelope: int) -> Callable[..., float]:
    def measure(address: Address, _: str, inbox: str, options: argparse.Namespace) -> float:
        # Ids that no run before used.
        first = time.time_ns() // 1000
        count = max(envelope, min(int(options.objects), 2_000))
        return count / adding(address, inbox, envelope, count, first).seconds

    return measure


def basic() -> str:
    """Name and password as HTTP Basic."""
    return "Basic " + base64.b64encode(f"ru:{PASSWORD}".encode()).decode()


MEASURES: dict[str, Callable[..., float]] = {
    "objects/s, pages of 1,000 from memory, 1 reader": from_memory,
    "objects/s, pages of 1,000, 1 reader": reading("objects", 1),
    "objects/s, pages of 1,000, 16 readers": reading("objects", 16),
    "manifest records/s, pages of 1,000, 1 reader": reading("manifest", 1),
    "requests/s, one object, 16 connections, token": one_object(CREDENTIALS),
    "requests/s, one object, 16 connections, Basic": one_object(basic()),
    "ms, one object, 16 connections, 99 of 100": slowest,
    "ms, first page of a rare type, median": filtered("match[type]=malware"),
    "ms, a page near the end by added_after, median": filtered("added_after=LATE"),
    # Last, since deciding anew takes what this benchmark put into the view by hand out of it again.
    "objects/s added, envelopes of 1,000": added(1000),
    "objects/s added, envelopes of 100": added(100),
}


def measured(name: str, address: Address, view: str, inbox: str, options: argparse.Namespace) -> float:
    """One run of one measure, in the process of the load."""
    return MEASURES[name](address, view, inbox, options)


def report(results: dict[str, list[float]], options: argparse.Namespace) -> None:
    """Print the medians with the raw numbers, and keep them."""
    print(f"TAXII, {options.objects} objects, {options.runs} runs, Python {platform.python_version()}, SQLite")
    for name, values in results.items():
        raw = " ".join(f"{value:,.1f}" for value in values)
        print(f"  {statistics.median(values):>12,.1f}  {name}   ({raw})")
    kept: dict[str, Any] = {"objects": options.objects, "runs": options.runs, "results": results}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
