"""When developments came, as small bars over time: numbers only, the template draws.

A bar stands for a day, or for as many days together as keep the picture at `MOST_BARS`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sepakat.exchange.watching import Found

MOST_BARS = 60
HEIGHT = 60.0
_LEAST = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of development in a bar: how many, and where it is drawn."""

    what: str
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Some days with what came in them."""

    first: date
    last: date
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All bars from the first development to the last."""

    bars: tuple[Bar, ...]
    days: int
    """How many days a bar stands for."""
    totals: tuple[tuple[str, int], ...]


def timeline_of(found: Sequence[Found]) -> Timeline | None:
    """The bars of developments; None where there are none."""
    if not found:
        return None
    dates = [one.at.date() for one in found]
    begin, end = min(dates), max(dates)
    days = (end - begin).days // MOST_BARS + 1
    counts: dict[int, Counter[str]] = {}
    for day, one in zip(dates, found, strict=True):
        counts.setdefault((day - begin).days // days, Counter())[one.what.value] += 1
    most = max(sum(counted.values()) for counted in counts.values())
    bars = []
    for place in range((end - begin).days // days + 1):
        first = begin + timedelta(days=place * days)
        last = min(first + timedelta(days=days - 1), end)
        bars.append(Bar(first, last, tuple(_parts(counts.get(place, Counter()), most))))
    totals = Counter(one.what.value for one in found)
    return Timeline(tuple(bars), days, tuple(sorted(totals.items())))


def _parts(counted: Counter[str], most: int) -> list[Part]:
    parts, bottom = [], HEIGHT
    for what, count in sorted(counted.items()):
        height = max(round((HEIGHT - 3 * _LEAST) * count / most, 1), _LEAST)
        bottom -= height
        parts.append(Part(what, count, round(bottom, 1), height))
    return parts
