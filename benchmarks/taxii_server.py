"""The node that the TAXII benchmark asks: one server process on SQLite or PostgreSQL, as `sepakat serve` runs it.

Authentication, the agreement check and the access log are on; only the limit of requests per second is not. At /memory
the same server sends one page from memory: what HTTP alone allows.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sepakat.cli.main import collect_rarely
from sepakat.exchange.ports import Node
from sepakat.stores.postgresql import open_postgresql_store
from sepakat.stores.sqlite import open_store
from sepakat.taxii_server import ServerLimits, routes
from tests.support.clock import START, SeededIds

FREE = ServerLimits(requests_per_second=1e9, burst=10**9)
NOW = START + timedelta(hours=1)

Address = tuple[str, int]


class RunningClock:
    """The clock of the test agreements, going on as real time does."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=time.perf_counter() - self._begun)


@dataclass(frozen=True, slots=True)
class Served:
    """A node that is being served: where, and by which process."""

    address: Address
    process: int

    @property
    def resident(self) -> int:
        """The memory that the process has now, in bytes."""
        for line in Path(f"/proc/{self.process}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
        raise ProcessLookupError(self.process)


@contextmanager
def served(node: Node, store: Path | str, page: bytes) -> Iterator[Served]:
    """The node over the store at a path or an address, in a process of its own; `page` is what it sends from memory."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        process = multiprocessing.get_context("fork").Process(target=_serve, args=(node, store, page, listening))
        process.start()
        try:
            yield Served(listening.getsockname(), process.pid or 0)
        finally:
            process.terminate()
            process.join(10)


def _serve(node: Node, store: Path | str, page: bytes, listening: socket.socket) -> None:
    collect_rarely()
    opened = open_store(store) if isinstance(store, Path) else open_postgresql_store(store)
    mine = replace(node, store=opened, clock=RunningClock(), ids=SeededIds("bench"))

    async def from_memory(_: object) -> Response:
        return Response(page, media_type="application/taxii+json;version=2.1")

    application = Starlette(routes=[Route("/memory", from_memory), *routes(mine, FREE)])
    config = uvicorn.Config(application, log_level="error", access_log=False, lifespan="off", ws="none")
    uvicorn.Server(config).run(sockets=[listening])
