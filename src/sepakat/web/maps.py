"""Where things stand on the map of a watch area: ten units to a degree, the corner at 180 west and 90 north.

Numbers only; the outlines are a file of their own and the template draws the rest. A circle on the globe is drawn as an
ellipse, which at these scales is near enough to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians

from sepakat.exchange.claim_records import WatchArea
from sepakat.exchange.watching import Found

_KILOMETRES_A_DEGREE = 111.2
_LEAST = 240.0
_NEAR = 900.0
_SHAPE = 0.5


@dataclass(frozen=True, slots=True)
class Dot:
    """Developments at one place."""

    x: float
    y: float
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """How exact a place is: somewhere in this ellipse, so many kilometres around."""

    x: float
    y: float
    across: float
    down: float
    kilometres: float


@dataclass(frozen=True, slots=True)
class Map:
    """What the map shows, and which part of the world: `box` is left, top, width, height."""

    box: tuple[float, float, float, float]
    circle: tuple[float, float, float, float] | None
    corners: str
    dots: tuple[Dot, ...]
    reaches: tuple[Reach, ...] = ()

    @property
    def outlines(self) -> str:
        """The file of outlines whose lines are of the right thickness here."""
        return "world-near.svg" if self.box[2] < _NEAR else "world.svg"

    @property
    def unit(self) -> float:
        """A hundredth of the width: what dots and letters are measured in, whatever part is shown."""
        return round(self.box[2] / 100, 2)


def map_of(area: WatchArea, found: Sequence[Found]) -> Map:
    """The map of an area with what was found in it; the whole world if nothing says where."""
    at: dict[tuple[float, float], list[Found]] = {}
    for one in found:
        for latitude, longitude in one.points:
            at.setdefault(_place(latitude, longitude), []).append(one)
    dots = tuple(Dot(x, y, tuple(several)) for (x, y), several in at.items())
    circle = _ellipse(area.circle) if area.circle else None
    corners = [_place(*corner) for corner in area.polygon]
    exact = dict.fromkeys(place for one in found for place in one.circles)
    reaches = tuple(Reach(*_ellipse(place), place[2]) for place in exact)
    rings = [(one.x, one.y, one.across, one.down) for one in reaches] + ([circle] if circle else [])
    outline = " ".join(f"{x},{y}" for x, y in corners)
    return Map(_box(list(_extent(dots, rings, corners))), circle, outline, dots, reaches)


def _place(latitude: float, longitude: float) -> tuple[float, float]:
    return round((longitude + 180) * 10, 1), round((90 - latitude) * 10, 1)


def _ellipse(circle: tuple[float, float, float]) -> tuple[float, float, float, float]:
    latitude, longitude, kilometres = circle
    x, y = _place(latitude, longitude)
    down = kilometres / _KILOMETRES_A_DEGREE * 10
    return x, y, round(down / max(cos(radians(latitude)), 0.05), 1), round(down, 1)


def _extent(
    dots: Sequence[Dot], rings: Sequence[tuple[float, float, float, float]], corners: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, float]]:
    yield from ((dot.x, dot.y) for dot in dots)
    yield from corners
    for x, y, right, down in rings:
        yield x - right, y - down
        yield x + right, y + down


def _box(places: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    if not places:
        return 0, 0, 3600, 1800
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    top, bottom = min(y for _, y in places), max(y for _, y in places)
    width = max(_LEAST, (right - left) * 1.5, (bottom - top) * 1.5 / _SHAPE)
    height = width * _SHAPE
    return (
        round((left + right) / 2 - width / 2, 1),
        round((top + bottom) / 2 - height / 2, 1),
        round(width, 1),
        round(height, 1),
    )
