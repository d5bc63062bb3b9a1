"""Places on the globe as watch areas have them: a circle around a point, a polygon of corners. Degrees and kilometres.

A polygon may cross the line where the days meet; it must not hold a pole. Distances are along great circles of a
sphere, exact to half a per cent, which is finer than anybody draws a watch area.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import asin, cos, radians, sin, sqrt

from sepakat.errors import Fault

EARTH_KM = 6371.0088
"""The mean radius (IUGG)."""

MOST_KM = 20_015.0
"""Half around the globe."""

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


def distance_km(one: Point, other: Point) -> float:
    """The distance of two points along the globe (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def in_circle(point: Point, circle: tuple[float, float, float]) -> bool:
    """Whether a point lies in a circle given by latitude, longitude and kilometres."""
    return distance_km(point, circle[:2]) <= circle[2]


def in_polygon(point: Point, corners: Sequence[Point]) -> bool:
    """Whether a point lies in a polygon, by how often a line from it crosses the edges."""
    if len(corners) < 3:
        return False
    # Longitudes go on from corner to corner the short way, beyond 180 if need be, and the point is looked for there.
    ring = [corners[0]]
    for latitude, longitude in corners[1:]:
        ring.append((latitude, ring[-1][1] + _turned(longitude - ring[-1][1])))
    return any(_crossings(point[0], point[1] + turn, ring) % 2 for turn in (-360, 0, 360))


def _crossings(latitude: float, longitude: float, ring: Sequence[Point]) -> int:
    """How many edges a line eastwards from a point crosses."""
    count = 0
    for (lat1, lon1), (lat2, lon2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (lat1 > latitude) != (lat2 > latitude):
            count += lon1 + (lon2 - lon1) * (latitude - lat1) / (lat2 - lat1) > longitude
    return count


def place_faults(circle: tuple[float, float, float] | None, corners: Sequence[Point]) -> Iterator[Fault]:
    """What is wrong with a circle or polygon."""
    if circle is not None:
        yield from _point_faults("circle", circle[:2])
        if not 0 < circle[2] <= MOST_KM:
            yield Fault("circle", f"a radius of more than 0 and at most {MOST_KM:.0f} km", repr(circle[2]))
    if corners and len(corners) < 3:
        yield Fault("polygon", "three corners or more", str(len(corners)))
    for corner in corners:
        yield from _point_faults("polygon", corner)


def _point_faults(name: str, point: Point) -> Iterator[Fault]:
    # A number that is none compares false, and is refused with the rest.
    if not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):
        yield Fault(name, "a latitude of -90 to 90 and a longitude of -180 to 180", f"{point[0]}, {point[1]}")


def _turned(degrees: float) -> float:
    return (degrees + 180) % 360 - 180
