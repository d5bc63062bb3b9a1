"""Circles and polygons on the globe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.claims.areas import distance_km, in_circle, in_polygon, place_faults

BOX = ((30.0, 40.0), (36.0, 40.0), (36.0, 46.0), (30.0, 46.0))
longitudes = st.floats(-180, 180)


def test_known_distances() -> None:
    assert distance_km((48.8566, 2.3522), (51.5074, -0.1278)) == pytest.approx(344, abs=2)
    assert distance_km((0, 179), (0, -179)) == pytest.approx(222.4, abs=0.5)
    assert in_circle((33.4, 43.3), (33.0, 43.0, 60.0))
    assert not in_circle((33.4, 43.3), (33.0, 43.0, 40.0))


def test_a_point_is_inside_or_not() -> None:
    assert in_polygon((33.4, 43.3), BOX)
    assert not in_polygon((33.4, 47.0), BOX)
    assert not in_polygon((33.4, 39.0), BOX)
    assert not in_polygon((50.0, 43.0), BOX)
    assert not in_polygon((33.0, 43.0), BOX[:2])


def test_a_polygon_may_cross_the_line_where_the_days_meet() -> None:
    fiji = ((-20.0, 175.0), (-15.0, 175.0), (-15.0, -178.0), (-20.0, -178.0))
    assert in_polygon((-17.0, 179.0), fiji)
    assert in_polygon((-17.0, -179.0), fiji)
    assert not in_polygon((-17.0, 170.0), fiji)
    assert not in_polygon((-17.0, 0.0), fiji)


@given(st.floats(-89, 89), longitudes, st.floats(0, 359))
def test_turning_the_globe_changes_nothing(latitude: float, longitude: float, turn: float) -> None:
    def turned(degrees: float) -> float:
        return (degrees + turn + 180) % 360 - 180

    near_edge = (
        min(abs(latitude - edge) for edge in (30, 36)) < 1e-6
        or min(abs((longitude - edge + 180) % 360 - 180) for edge in (40, 46)) < 1e-6
    )
    if not near_edge:
        moved = tuple((lat, turned(lon)) for lat, lon in BOX)
        assert in_polygon((latitude, longitude), BOX) == in_polygon((latitude, turned(longitude)), moved)


def test_places_that_are_none_are_named() -> None:
    assert list(place_faults((33.0, 43.0, 10.0), BOX)) == []
    assert len(list(place_faults((91.0, 43.0, 0.0), BOX[:2]))) == 3
    assert len(list(place_faults((float("nan"), 43.0, float("nan")), ()))) == 2
