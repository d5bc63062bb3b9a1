"""Every request as operators see it: counted, timed, logged and traced, by door and status, never by what was asked.

Wraps the whole application at the ASGI edge. The counters of all processes of one `serve` are added up: each writes its
own beside the others' every few seconds, and whoever is asked adds them. A process that ended still counts.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sepakat.cli.events import Events

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BOUND = re.compile(r'[{,]le="([^"]+)"\}$')
BOUNDS = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
"""Upper bounds of the latencies counted, in seconds."""
DOORS = {
    "/taxii2": "taxii",
    "/peer": "peer",
    "/api": "api",
    "/health": "operations",
    "/ready": "operations",
    "/metrics": "operations",
}

Span = Callable[[str, dict[str, str | int]], AbstractContextManager[Any]]
"""Begins a span with its facts; a tracer of OpenTelemetry, or nothing."""


def no_span(name: str, facts: dict[str, str | int]) -> AbstractContextManager[Any]:
    """For a node that is not traced."""
    return nullcontext()


class Counters:
    """What one process counted, and what all of them did together."""

    def __init__(
        self, folder: Path | None, own: str, parts: list[Callable[[], str]], gauges: Callable[[], str]
    ) -> None:
        self._folder = folder
        self._own = own
        self._parts = parts
        self._gauges = gauges
        # Guards the counts, for as long as the process lives.
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def answered(self, door: str, status: int, seconds: float) -> None:
        """Count one answer."""
        with self._lock:
            self._counts[f'sepakat_requests_total{{door="{door}",status="{status}"}}'] += 1
            self._counts[f'sepakat_request_seconds_sum{{door="{door}"}}'] += seconds  # type: ignore[assignment]
            self._counts[f'sepakat_request_seconds_count{{door="{door}"}}'] += 1
            for bound in BOUNDS:
                if seconds <= bound:
                    self._counts[f'sepakat_request_seconds_bucket{{door="{door}",le="{bound}"}}'] += 1
            self._counts[f'sepakat_request_seconds_bucket{{door="{door}",le="+Inf"}}'] += 1

    def counted(self, name: str, **labels: str) -> None:
        """Count something else."""
        with self._lock:
            self._counts[name + ("{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}" if labels else "")] += 1

    def own_text(self) -> str:
        """The counters of this process."""
        with self._lock:
            lines = [f"{name} {_number(value)}\n" for name, value in sorted(self._counts.items())]
        return "".join(lines) + "".join(part() for part in self._parts)

    def keep(self) -> None:
        """Write the counters of this process for the others."""
        if self._folder is not None:
            fresh = self._folder / f"{self._own}.new"
            fresh.write_text(self.own_text(), encoding="utf-8")
            fresh.replace(self._folder / f"{self._own}.prom")

    def text(self) -> str:
        """The counters of all processes, and how the node stands, in the text form of Prometheus."""
        texts = [self.own_text()]
        if self._folder is not None:
            texts += [
                file.read_text(encoding="utf-8")
                for file in sorted(self._folder.glob("*.prom"))
                if file.stem != self._own
            ]
        return added_up(texts) + self._gauges()


def added_up(texts: list[str]) -> str:
    """Texts of counters as one: the same series are added, types stand before the first of their kind."""
    sums: dict[str, float] = {}
    types: dict[str, str] = {}
    for text in texts:
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                types[line.split()[2]] = line.split()[3]
            elif line and not line.startswith("#"):
                series, _, value = line.rpartition(" ")
                sums[series] = sums.get(series, 0) + float(value)
    lines, said = [], set()
    for series in sorted(sums, key=_place):
        family = _family(series)
        if family not in said:
            said.add(family)
            lines.append(f"# TYPE {family} {types.get(family) or _kind(family)}")
        lines.append(f"{series} {_number(sums[series])}")
    return "".join(f"{line}\n" for line in lines)


def _place(series: str) -> tuple[str, str, float]:
    """Where a series stands: buckets in the order of their bounds, as the form asks for."""
    bound = _BOUND.search(series)
    if bound is None:
        return _family(series), series, 0.0
    return _family(series), series[: bound.start()], float(bound[1])


def _family(series: str) -> str:
    name = series.partition("{")[0]
    for end in ("_bucket", "_sum", "_count"):
        if name.endswith(f"_seconds{end}"):
            return name.removesuffix(end)
    return name


def _kind(family: str) -> str:
    return "histogram" if family.endswith("_seconds") else "counter"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.6f}"


class Observed:
    """The application, watched."""

    def __init__(self, application: ASGIApp, counters: Counters, events: Events, span: Span = no_span) -> None:
        self._application = application
        self._counters = counters
        self._events = events
        self._span = span

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        door, begun, status = door_of(scope["path"]), time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        facts: dict[str, str | int] = {"http.request.method": scope["method"], "sepakat.door": door}
        try:
            with self._span(f"{scope['method']} {door}", facts) as current:
                await self._application(scope, receive, sending)
                if current is not None:
                    current.set_attribute("http.response.status_code", status)
        finally:
            seconds = time.perf_counter() - begun
            self._counters.answered(door, status, seconds)
            if door != "operations":
                milliseconds = round(seconds * 1000, 1)
                self._events.happened("answered", door=door, method=scope["method"], status=status, ms=milliseconds)


def door_of(path: str) -> str:
    """The door that a path belongs to."""
    return next((door for lead, door in DOORS.items() if path == lead or path.startswith(f"{lead}/")), "pages")
