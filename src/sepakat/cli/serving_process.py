"""One process that serves a node: its application, its background, its counters, until it is told to stop in order.

To stop in order: no new connection, what is under way is answered, background steps end with their transaction, leases
are given back, the last counters are written.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sepakat.cli.events import Events, events_for
from sepakat.cli.observing import Counters, Observed
from sepakat.cli.tracing import spans_to
from sepakat.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from sepakat.exchange.ports import Node

TLS_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2 those that RFC 7540 does not list as unfit (TAXII 2.1 section 8.2.2); TLS 1.3 has its own."""
KEEP_SECONDS = 2.0
"""How often a worker writes its counters for the others."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a node listens: for everybody, and for who asks for counters."""

    everybody: socket.socket
    operators: socket.socket | None
    certificate: tuple[Path, Path] | None


@dataclass(frozen=True, slots=True)
class Serving:
    """How each process of one serving serves. `counts`: the folder in which several of them add up their counters."""

    settings: Settings
    listening: Listening
    is_behind_proxy: bool
    counts: Path | None = None

    def work(self, folder: Path, passphrase: str | None, number: int, pipe: int) -> None:
        """Serve as one worker of several."""
        from sepakat.cli.workers import when_left_alone
        from sepakat.composition import close_node, open_node

        node = open_node(folder, passphrase)
        try:
            self.run(node, lambda: when_left_alone(pipe, lambda: os.kill(os.getpid(), signal.SIGTERM)), number)
        finally:
            close_node(node)

    def run(self, node: Node, ready: Callable[[], object], number: int = 0) -> None:
        """Serve until told to stop; `ready` is called when requests are taken."""
        import uvicorn

        from sepakat.cli.background import Background
        from sepakat.composition import application, bells_of, node_for_readers

        self._limit()
        chain, key = self.listening.certificate or (None, None)
        ending = threading.Event()
        readers = node_for_readers(node, self.settings)
        served = application(node, is_behind_proxy=self.is_behind_proxy, is_ending=ending.is_set, readers=readers)
        events = events_for(self.settings.log, party=node.party, worker=number)
        span, flush = spans_to(self.settings.traces, node.party)
        counters = Counters(self.counts, f"{number}-{os.getpid()}", [served.state.counters], lambda: gauges(node))
        served.state.counters = counters.text
        config = uvicorn.Config(
            self._with_counters(Observed(served, counters, events, span), counters),
            log_level="error",
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="off",
            limit_concurrency=self.settings.most_connections,
            ssl_certfile=chain,
            ssl_keyfile=key,
            ssl_ciphers=TLS_SUITES,
            timeout_graceful_shutdown=self.settings.stop_seconds,
        )
        if self.settings.log == "json":
            config.log_config = None
        server = uvicorn.Server(config)

        def stop(*_: object) -> None:
            ending.set()
            server.should_exit = True

        # Uvicorn stops on these while it runs, and raises them once more afterwards for whoever handled them before:
        # that is not to end us before the threads have stopped. One that comes before it runs makes it stop at once.
        for signalled in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signalled, stop)
        background = Background(node, self.settings.sync_seconds, bells_of(self.settings), events, span)
        background.start()
        keeping = _Keeping(counters) if self.counts is not None else None
        events.happened("serving")
        ready()
        try:
            server.run(sockets=[one for one in (self.listening.everybody, self.listening.operators) if one])
        finally:
            background.stop()
            if keeping is not None:
                keeping.stop()
            flush()
            if readers is not node:
                readers.store.close()
            self._say_stopped(events)

    def _say_stopped(self, events: Events) -> None:
        events.happened("stopped")

    def _limit(self) -> None:
        most = self.settings.most_memory_mib * 2**20
        if most:
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))

    def _with_counters(self, application: ASGIApp, counters: Counters) -> ASGIApp:
        """On the operators' port, the counters and nothing else of the node but its health."""
        if self.listening.operators is None:
            return application
        from starlette.responses import PlainTextResponse

        port = self.listening.operators.getsockname()[1]

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and (scope.get("server") or ("", 0))[1] == port:
                if scope["path"] == "/metrics":
                    answer = PlainTextResponse(counters.text(), media_type="text/plain; version=0.0.4")
                    await answer(scope, receive, send)
                    return
                if scope["path"] not in ("/health", "/ready"):
                    await PlainTextResponse("not found\n", 404)(scope, receive, send)
                    return
            await application(scope, receive, send)

        return served


class _Keeping:
    """Writes the counters every few seconds, and once more at the end."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        # Tells the thread to end; lives as long as the serving.
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="sepakat-counters", daemon=True)
        counters.keep()
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()
        self._counters.keep()

    def _keep(self) -> None:
        while not self._ended.wait(KEEP_SECONDS):
            self._counters.keep()


def gauges(node: Node) -> str:
    """How the node stands, from the store: what waits, and whether the store answers."""
    from sepakat.errors import StoreError
    from sepakat.exchange.working import standing

    values: dict[str, Any] = {}
    try:
        values = standing(node)
    except StoreError:
        values = {"sepakat_store_up": 0}
    return "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in values.items())
