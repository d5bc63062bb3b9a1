"""The bars of a timeline: every development in exactly one, whatever the span."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sepakat.exchange.claim_records import Development, WatchArea
from sepakat.exchange.watching import Found
from sepakat.web.maps import map_of
from sepakat.web.timelines import HEIGHT, MOST_BARS, timeline_of

START = datetime(2014, 10, 1, 12, tzinfo=UTC)


def found(days: int, what: Development = Development.NEW) -> Found:
    return Found(what, "note--x", "", START + timedelta(days=days), "x")


def test_nothing_has_no_timeline() -> None:
    assert timeline_of([]) is None


def test_one_day_is_one_bar_with_each_kind_apart() -> None:
    drawn = timeline_of([found(0), found(0), found(0, Development.CONTESTED)])
    assert drawn is not None
    [bar] = drawn.bars
    assert [(part.what, part.count) for part in bar.parts] == [("contested", 1), ("new", 2)]
    assert drawn.totals == (("contested", 1), ("new", 2))
    assert drawn.days == 1


@given(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(list(Development))), min_size=1, max_size=60))
def test_every_development_is_in_the_bar_of_its_day(drawn_from: list[tuple[int, Development]]) -> None:
    everything = [found(days, what) for days, what in drawn_from]
    drawn = timeline_of(everything)
    assert drawn is not None
    assert len(drawn.bars) <= MOST_BARS
    for before, after in zip(drawn.bars, drawn.bars[1:], strict=False):
        assert after.first == before.last + timedelta(days=1)
    for bar in drawn.bars:
        here = [one for one in everything if bar.first <= one.at.date() <= bar.last]
        assert {part.what: part.count for part in bar.parts} == {
            what.value: count for what in Development if (count := sum(1 for one in here if one.what is what))
        }
        assert all(part.y >= 0 and part.y + part.height <= HEIGHT + 0.11 and part.height > 0 for part in bar.parts)
    assert sum(part.count for bar in drawn.bars for part in bar.parts) == len(everything)


def test_places_that_say_how_exact_they_are_stand_in_a_ring_within_the_map() -> None:
    area = WatchArea("north", "North", "anna", START)
    near = Found(Development.NEW, "note--x", "", START, "x", ((60.0, 10.0),), ((60.0, 10.0, 111.2),))
    far = Found(Development.NEW, "note--y", "", START, "y", ((50.0, 10.0),))
    drawn = map_of(area, [near, far, near])
    [ring] = drawn.reaches
    assert (ring.x, ring.y, ring.down, ring.across, ring.kilometres) == (1900.0, 300.0, 10.0, 20.0, 111.2)
    left, top, width, height = drawn.box
    assert left <= ring.x - ring.across
    assert ring.x + ring.across <= left + width
    assert top <= ring.y - ring.down
    assert ring.y + ring.down <= top + height
