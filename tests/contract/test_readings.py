"""The port `Readings`: what TAXII asks of a view, exactly what a naive filter finds, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sepakat.exchange.ports import BodyPage, RowPage, RowQuery, Unit
from sepakat.exchange.records import Publication, Standing
from sepakat.release.question import ViewKey
from sepakat.release.times import microseconds
from tests.support.records import (
    COLLECTION,
    FR,
    NOW,
    VIEW,
    access,
    at,
    collection,
    publication,
    push_status,
    stix_id,
    version_of,
)
from tests.support.stores import IMPLEMENTATIONS, PARAMETERS

TYPES = ("indicator", "note", "ipv4-addr")


@pytest.fixture
def unit(unit: Unit) -> Unit:
    unit.views.put_collection(collection())
    return unit


def sequences(unit: Unit, query: RowQuery) -> list[int]:
    return [row.sequence for row in unit.readings.page(query).rows]


def test_only_the_last_version_is_read_unless_asked_otherwise(unit: Unit) -> None:
    unit.views.publish([publication(1, 1, 0), publication(2, 2, 0), publication(3, 1, 5), publication(4, 1, 3)])
    assert sequences(unit, RowQuery(COLLECTION)) == [2, 3]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({"last"}))) == [2, 3]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({"first"}))) == [1, 2]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({"first", "last"}))) == [1, 2, 3]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({"all"}))) == [1, 2, 3, 4]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({version_of(3)}))) == [4]


def test_withdrawn_rows_count_neither_as_first_nor_as_last(unit: Unit) -> None:
    unit.views.publish([publication(1, 1, 0), publication(2, 1, 1), publication(3, 1, 2), publication(4, 1, 3)])
    unit.views.withdraw(COLLECTION, [1, 4], at(1))
    assert sequences(unit, RowQuery(COLLECTION)) == [3]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({"first"}))) == [2]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({"all"}))) == [2, 3]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({version_of(0)}))) == []


def test_another_view_has_no_influence_on_first_and_last(unit: Unit) -> None:
    unit.views.put_collection(collection("other", ViewKey(VIEW.agreement, FR)))
    unit.views.publish([publication(1, 1, 5)])
    unit.views.publish([publication(1, 1, 9, collection="other"), publication(2, 1, 1, collection="other")])
    assert sequences(unit, RowQuery(COLLECTION)) == [1]
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({"first"}))) == [1]


def test_added_after_is_strictly_exclusive(unit: Unit) -> None:
    unit.views.publish([publication(n, date_added=at(n)) for n in (1, 2, 3)])
    assert sequences(unit, RowQuery(COLLECTION, added_after=at(2))) == [3]
    assert sequences(unit, RowQuery(COLLECTION, added_after=at(2) - timedelta(microseconds=1))) == [2, 3]
    assert sequences(unit, RowQuery(COLLECTION, added_after=at(-9))) == [1, 2, 3]
    assert unit.readings.page(RowQuery(COLLECTION, added_after=at(3))).rows == ()


def test_the_cursor_and_added_after_hold_together(unit: Unit) -> None:
    unit.views.publish([publication(n, date_added=at(n), leaf=n // 3) for n in range(1, 9)])
    assert sequences(unit, RowQuery(COLLECTION, added_after=at(2), after_sequence=5)) == [6, 7, 8]
    assert sequences(unit, RowQuery(COLLECTION, added_after=at(6), after_sequence=1)) == [7, 8]


@pytest.mark.parametrize(("wanted", "found"), [({"2.1"}, [1]), ({"2.0", "2.1"}, [1]), ({"2.0"}, []), (set(), [1])])
def test_everything_is_of_spec_version_2_1(unit: Unit, wanted: set[str], found: list[int]) -> None:
    unit.views.publish([publication(1)])
    assert sequences(unit, RowQuery(COLLECTION, spec_versions=frozenset(wanted))) == found


def test_unknown_names_find_nothing(unit: Unit) -> None:
    unit.views.publish([publication(1)])
    assert sequences(unit, RowQuery(COLLECTION, ids=frozenset({"nonsense", stix_id(9)}))) == []
    assert sequences(unit, RowQuery(COLLECTION, types=frozenset({"nonsense"}))) == []
    assert sequences(unit, RowQuery(COLLECTION, versions=frozenset({"nonsense"}))) == []
    assert unit.readings.page(RowQuery("no collection")).rows == ()


def test_a_suspended_view_reads_its_tombstones_alone(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(2), publication(3, 1, 5, standing=Standing.TOMBSTONE)])
    page = unit.readings.page(RowQuery(COLLECTION, tombstones_only=True))
    assert page.rows == (publication(3, 1, 5, standing=Standing.TOMBSTONE),)
    assert not page.more
    assert sequences(unit, RowQuery(COLLECTION)) == [2, 3]


def test_a_page_ends_before_its_bytes_exceed_the_limit(unit: Unit) -> None:
    rows = [publication(n) for n in (1, 2, 3)]
    unit.views.publish(rows)
    size = len(rows[0].body)
    page = unit.readings.page(RowQuery(COLLECTION, byte_limit=2 * size))
    assert page.rows == tuple(rows[:2])
    assert page.more
    assert not unit.readings.page(RowQuery(COLLECTION, byte_limit=3 * size)).more


def test_a_row_larger_than_the_byte_limit_is_read_by_itself(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(2)])
    page = unit.readings.page(RowQuery(COLLECTION, byte_limit=1))
    assert page.rows == (publication(1),)
    assert page.more
    assert not unit.readings.page(RowQuery(COLLECTION, byte_limit=1, after_sequence=1)).more


def test_more_is_false_when_the_limit_is_met_exactly(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(2)])
    assert not unit.readings.page(RowQuery(COLLECTION, limit=2)).more
    assert unit.readings.page(RowQuery(COLLECTION, limit=1)).more


def test_counting_counts_live_rows(unit: Unit) -> None:
    unit.views.publish([publication(1, 1, 0), publication(2, 1, 5), publication(3)])
    unit.views.withdraw(COLLECTION, [3], at(1))
    assert unit.readings.count(COLLECTION) == 2
    assert unit.readings.count("no collection") == 0


def test_accesses_come_newest_first(unit: Unit) -> None:
    for number in (1, 2, 3):
        unit.readings.note_access(access(number))
    assert unit.readings.accesses(limit=2) == [access(3), access(2)]


def test_how_far_an_account_came_is_kept_for_each_collection(unit: Unit) -> None:
    steps = ((1, COLLECTION, 7), (2, "other", 3), (3, COLLECTION, 5), (4, COLLECTION, None))
    unit.readings.note_access(
        *(replace(access(number), collection=collection, reached=reached) for number, collection, reached in steps)
    )
    unit.readings.note_access(replace(access(9), account="fr-siem", reached=99))
    assert unit.readings.polls("ru-siem") == {COLLECTION: (access(4).at, 7), "other": (access(2).at, 3)}
    assert unit.readings.polls("nobody") == {}


def test_unread_is_what_a_reading_without_filters_gives_after_a_row(unit: Unit) -> None:
    unit.views.publish([publication(1, 1, 0), publication(2, 1, 5), publication(3), publication(4)])
    unit.views.withdraw(COLLECTION, [3], at(1))
    assert [unit.readings.unread(COLLECTION, after) for after in (0, 1, 2, 4)] == [2, 2, 1, 0]
    assert unit.readings.unread("no collection", 0) == 0


def test_a_status_is_replaced_by_its_next_state(unit: Unit) -> None:
    unit.readings.put_status(push_status())
    unit.readings.put_status(push_status(document=b'{"status":"complete"}'))
    assert unit.readings.status("status-1") == push_status(document=b'{"status":"complete"}')
    assert unit.readings.status("status-2") is None


@dataclass(frozen=True)
class Made:
    """A random view: which object and version each row is of, in batches, and which rows were withdrawn when."""

    rows: tuple[Publication, ...]
    withdrawn: frozenset[int]


@st.composite
def views(draw: st.DrawFn) -> Made:
    numbers = st.tuples(st.integers(0, 5), st.integers(0, 4))
    of_rows = draw(st.lists(numbers, unique=True, max_size=25))
    rows = []
    added, leaf = 0, 0
    for sequence, (number, version) in enumerate(of_rows, 1):
        added += draw(st.integers(0, 2))
        leaf += draw(st.integers(0, 1))
        standing = draw(st.sampled_from([Standing.LIVE, Standing.LIVE, Standing.TOMBSTONE]))
        when = NOW + timedelta(milliseconds=added)
        more = {"type_": TYPES[number % 3], "date_added": when, "leaf": leaf, "standing": standing}
        rows.append(publication(sequence * 2, number, version, **more))
    withdrawn = draw(st.sets(st.sampled_from([row.sequence for row in rows]))) if rows else set()
    return Made(tuple(rows), frozenset(withdrawn))


VERSIONS = ("all", "first", "last", version_of(1), version_of(3), "2.1")

queries = st.builds(
    RowQuery,
    collection=st.just(COLLECTION),
    after_sequence=st.integers(0, 20),
    added_after=st.none() | st.integers(-1, 30).map(lambda count: NOW + timedelta(milliseconds=count)),
    ids=st.frozensets(st.integers(0, 6).map(lambda number: stix_id(number, TYPES[number % 3])), max_size=4),
    types=st.frozensets(st.sampled_from([*TYPES, "report"]), max_size=3),
    spec_versions=st.frozensets(st.sampled_from(["2.1", "2.0"]), max_size=1),
    versions=st.frozensets(st.sampled_from(VERSIONS), max_size=3),
    tombstones_only=st.booleans(),
    limit=st.integers(1, 6),
    byte_limit=st.sampled_from([1, 300, 8_000_000]),
)


def naive(rows: Sequence[Publication], query: RowQuery) -> list[Publication]:
    """What the port says, row by row, without any thought of speed."""

    def is_wanted_version(row: Publication) -> bool:
        of_object = [other.version for other in rows if other.id == row.id]
        wanted = query.versions or {"last"}
        return (
            "all" in wanted
            or ("first" in wanted and row.version == min(of_object))
            or ("last" in wanted and row.version == max(of_object))
            or row.version in wanted
        )

    return [
        row
        for row in rows
        if row.sequence > query.after_sequence
        and (query.added_after is None or row.date_added > query.added_after)
        and (not query.ids or row.id in query.ids)
        and (not query.types or row.type in query.types)
        and (not query.spec_versions or "2.1" in query.spec_versions)
        and (not query.tombstones_only or row.standing is Standing.TOMBSTONE)
        and is_wanted_version(row)
    ]


def bodies_of(page: RowPage, *, is_dated: bool = False) -> BodyPage:
    if not page.rows:
        return BodyPage(b"", 0, page.more)
    dated = page.rows if is_dated else (page.rows[0], page.rows[-1])
    joined = b",".join(row.body for row in page.rows)
    added = tuple(microseconds(row.date_added) for row in dated)
    return BodyPage(joined, len(page.rows), page.more, page.rows[-1].sequence, added)


def chained(unit: Unit, query: RowQuery) -> Iterator[Publication]:
    """All pages in turn, each held to the promises about a page."""
    while True:
        page = unit.readings.page(query)
        assert page.rows or not page.more, "an empty page promises more"
        assert len(page.rows) <= query.limit
        assert unit.readings.bodies(query) == bodies_of(page)
        assert unit.readings.bodies(query, is_dated=True) == bodies_of(page, is_dated=True)
        assert len(page.rows) <= 1 or sum(len(row.body) for row in page.rows) <= query.byte_limit
        yield from page.rows
        if not page.more:
            return
        query = replace(query, after_sequence=page.rows[-1].sequence)


@contextmanager
def filled(implementation: str, made: Made) -> Iterator[Unit]:
    with TemporaryDirectory() as folder, IMPLEMENTATIONS[implementation](Path(folder)) as store:
        with store.writing() as unit:
            unit.views.put_collection(collection())
            for row in made.rows:
                unit.views.publish([row])
                if row.sequence in made.withdrawn:
                    unit.views.withdraw(COLLECTION, [row.sequence], at(1))
        with store.reading() as unit:
            yield unit


@pytest.mark.parametrize("implementation", PARAMETERS)
@settings(max_examples=60)
@given(made=views(), asked=st.lists(queries, min_size=1, max_size=12))
def test_pages_chain_to_exactly_what_a_naive_filter_finds(
    implementation: str, made: Made, asked: list[RowQuery]
) -> None:
    live = [row for row in made.rows if row.sequence not in made.withdrawn]
    with filled(implementation, made) as unit:
        for query in asked:
            assert list(chained(unit, query)) == naive(live, query)


@pytest.mark.parametrize("implementation", PARAMETERS)
@settings(max_examples=30)
@given(made=views(), sizes=st.lists(st.integers(1, 9), min_size=1), query=queries)
def test_how_rows_were_batched_makes_no_difference(
    implementation: str, made: Made, sizes: list[int], query: RowQuery
) -> None:
    with TemporaryDirectory() as folder, IMPLEMENTATIONS[implementation](Path(folder)) as store:
        with store.writing() as unit:
            unit.views.put_collection(collection())
            rows = list(made.rows)
            while rows:
                size = sizes[len(rows) % len(sizes)]
                unit.views.publish(rows[:size])
                rows = rows[size:]
            unit.views.withdraw(COLLECTION, made.withdrawn, at(1))
        with store.reading() as unit:
            live = [row for row in made.rows if row.sequence not in made.withdrawn]
            assert list(chained(unit, query)) == naive(live, query)
            assert unit.views.rows(COLLECTION) == live
