"""Which row of an object is first and last in a view, by version and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sepakat.exchange.records import Standing
from sepakat.stores.published_rows import LiveRow, places, standing_of
from sepakat.stores.schema import FIRST, LAST, TOMBSTONE, WITHDRAWN

rows = st.lists(
    st.builds(LiveRow, st.text("0123456789", min_size=3, max_size=3), st.integers(1, 99), st.booleans()),
    unique_by=(lambda row: row.version, lambda row: row.sequence),
)


def test_no_rows_have_no_places() -> None:
    assert places([]) == {}


def test_the_only_row_is_first_and_last() -> None:
    assert places([LiveRow("", 4, is_tombstone=False)]) == {4: FIRST | LAST}


def test_versions_count_not_the_order_of_release() -> None:
    late, early = LiveRow("2", 1, is_tombstone=False), LiveRow("1", 2, is_tombstone=True)
    assert places([late, early]) == {1: LAST, 2: FIRST | TOMBSTONE}


@given(rows)
def test_exactly_one_row_is_first_and_one_is_last(made: list[LiveRow]) -> None:
    found = places(made)
    assert set(found) == {row.sequence for row in made}
    for mark, chosen in ((FIRST, min), (LAST, max)):
        marked = [row for row in made if found[row.sequence] & mark]
        assert marked == ([chosen(made)] if made else [])


@given(rows)
def test_a_place_says_the_standing(made: list[LiveRow]) -> None:
    found = places(made)
    for row in made:
        expected = Standing.TOMBSTONE if row.is_tombstone else Standing.LIVE
        assert standing_of(found[row.sequence]) is expected
    assert standing_of(WITHDRAWN) is Standing.WITHDRAWN
