"""What the TAXII door did, counted by account, collection and kind of reading, in the text form of Prometheus.

Counts only what was answered, never what it was. Kept in memory, one set per process, and begun anew with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latencies counted, in seconds."""


class Series(NamedTuple):
    """What one line of numbers is about."""

    account: str
    collection: str
    reading: str


@dataclass(slots=True)
class _Counts:
    answers: int = 0
    objects: int = 0
    size: int = 0
    seconds: float = 0.0
    within: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))


class Metrics:
    """The counters of one door."""

    def __init__(self) -> None:
        # Guards the counters, for as long as the process lives.
        self._lock = Lock()
        self._counts: dict[Series, _Counts] = defaultdict(_Counts)
        self._statuses: dict[int, int] = defaultdict(int)

    def answered(self, status: int) -> None:
        """Count an answer by its status."""
        with self._lock:
            self._statuses[status] += 1

    def read(self, series: Series, objects: int, size: int, seconds: float) -> None:
        """Count a page: its objects, its bytes, and how long it took."""
        with self._lock:
            counts = self._counts[series]
            counts.answers += 1
            counts.objects += objects
            counts.size += size
            counts.seconds += seconds
            for position, bound in enumerate(BUCKETS):
                counts.within[position] += seconds <= bound

    def text(self) -> str:
        """All counters in the text form of Prometheus."""
        with self._lock:
            return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield "# TYPE sepakat_taxii_answers_total counter"
        for status, count in sorted(self._statuses.items()):
            yield f'sepakat_taxii_answers_total{{status="{status}"}} {count}'
        for name in ("pages", "objects", "bytes"):
            yield f"# TYPE sepakat_taxii_{name}_total counter"
            for series, counts in sorted(self._counts.items()):
                value = {"pages": counts.answers, "objects": counts.objects, "bytes": counts.size}[name]
                yield f"sepakat_taxii_{name}_total{{{_labels(series)}}} {value}"
        yield "# TYPE sepakat_taxii_seconds histogram"
        for series, counts in sorted(self._counts.items()):
            labels = _labels(series)
            for bound, count in zip(BUCKETS, counts.within, strict=True):
                yield f'sepakat_taxii_seconds_bucket{{{labels},le="{bound}"}} {count}'
            yield f'sepakat_taxii_seconds_bucket{{{labels},le="+Inf"}} {counts.answers}'
            yield f"sepakat_taxii_seconds_sum{{{labels}}} {counts.seconds:.6f}"
            yield f"sepakat_taxii_seconds_count{{{labels}}} {counts.answers}"


def _labels(series: Series) -> str:
    named = zip(series._fields, series, strict=True)
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in named)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
