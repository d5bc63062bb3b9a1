"""What is asked often finds its rows by an index: no statement goes through a table that grows.

Each case runs for real, over a connection that notes its statements; then SQLite explains each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event

from sepakat.exchange.ports import RowQuery, Unit
from sepakat.exchange.records import Direction
from sepakat.stores.sqlite import SqliteStore
from sepakat.stores.unit import SqlUnit
from tests.support import records
from tests.support.records import COLLECTION, FR, RU, at, publication, stix_id, stix_object, stored, version_of

PAGE = RowQuery(COLLECTION)
ALL, FIRST = frozenset({"all"}), frozenset({"first"})
NOTES_AND_INDICATORS = frozenset({"indicator", "ipv4-addr"})
IDS = frozenset({stix_id(1), stix_id(2)})


def reading(**filters: Any) -> Callable[[Unit], object]:
    return lambda unit: (unit.readings.page(replace(PAGE, **filters)), unit.readings.bodies(replace(PAGE, **filters)))


PAGES: Mapping[str, Callable[[Unit], object]] = {
    "a page": reading(),
    "a page from a cursor": reading(after_sequence=3),
    "a page of every version": reading(versions=ALL),
    "a page of first versions": reading(versions=FIRST),
    "a page from a date": reading(added_after=at(0.002)),
    "a page of one type": reading(types=frozenset({"indicator"})),
    "a page of types and every version": reading(types=NOTES_AND_INDICATORS, versions=ALL),
    "a page of one type from a date": reading(types=frozenset({"indicator"}), added_after=at(0.002)),
    "a page of tombstones": reading(tombstones_only=True),
}

LOOKUPS: Mapping[str, Callable[[Unit], object]] = {
    **PAGES,
    "rows of ids": reading(ids=IDS),
    "versions of an id": reading(ids=IDS, versions=frozenset({version_of(0)})),
    "an object": lambda unit: unit.objects.get(stix_id(1)),
    "a page of objects": lambda unit: unit.objects.page(after=stix_id(1)),
    "a page of objects of one type": lambda unit: unit.objects.page(type_="indicator"),
    "versions of a take-in": lambda unit: unit.objects.of_take_in("batch-1"),
    "adding objects": lambda unit: unit.objects.add_many([stored(1), stored(1, 50), stored(70)]),
    "removing an object": lambda unit: unit.objects.remove(stored(1).object.version_ref),
    "the last row": lambda unit: unit.views.last(COLLECTION),
    "rows of an original": lambda unit: unit.views.rows_of(stix_id(1)),
    "rows of many originals": lambda unit: unit.views.rows_of_many([stix_id(1), stix_id(2)]),
    "variants of originals": lambda unit: unit.views.variants_of([stix_id(1)]),
    "changes since an entry": lambda unit: unit.changes.since(0),
    "policies of objects": lambda unit: unit.policies.get_many([stix_id(1)]),
    "rows of a leaf": lambda unit: unit.views.rows_of_leaf(COLLECTION, 0),
    "publishing": lambda unit: unit.views.publish([publication(10, 1, 50), publication(11)]),
    "withdrawing": lambda unit: unit.views.withdraw(COLLECTION, [1, 2], at(1)),
    "decisions on a version": lambda unit: unit.views.recorded(stix_object(1).version_ref),
    "what is to be delivered": lambda unit: unit.messages.undelivered(at(1)),
    "messages after a number": lambda unit: unit.messages.after(RU, 0, direction=Direction.OUT),
    "messages of a kind": lambda unit: unit.messages.of_kind("receipt", Direction.OUT),
    "adding a message": lambda unit: unit.messages.add(records.message(9, FR)),
    "a nonce": lambda unit: unit.messages.use_nonce(RU, "n", at(1)),
    "arrivals of an object": lambda unit: unit.syncs.arrivals(object_id=stix_id(1)),
    "hiding an object": lambda unit: unit.syncs.mark_removed(RU, stix_id(1), at(1)),
    "leaves from one on": lambda unit: unit.logs.leaves(RU, mirror=False, start=1),
    "a take-in": lambda unit: unit.intakes.get("batch-1"),
}

GROWING = {
    "accesses", "agreements", "arrivals", "batches", "bodies", "changes",
    "decisions", "leaves", "messages", "nonces", "objects", "original", "policies", "publications", "take_ins",
    "variants", "versions",
}  # fmt: skip


@dataclass
class Plans:
    """A unit whose statements are noted, and explained."""

    connection: Connection
    noted: list[tuple[str, Any]] = field(default_factory=list)

    def of(self, act: Callable[[Unit], object]) -> list[str]:
        """The steps of the plans of all that `act` asks."""
        self.noted.clear()
        act(SqlUnit(self.connection))
        steps: list[str] = []
        for statement, parameters in list(self.noted):
            plan = self.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps += [row[3] for row in plan]
        return steps


@pytest.fixture
def plans(store: SqliteStore) -> Iterator[Plans]:
    with store.writing() as unit:
        records.fill(unit)
    engine = create_engine(f"sqlite:///{store.path}")
    with engine.connect() as connection:
        noting = Plans(connection)

        def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, is_many: bool) -> None:
            noting.noted.append((statement, parameters[0] if is_many else parameters))

        event.listen(engine, "before_cursor_execute", note)
        yield noting
        connection.rollback()
    engine.dispose()


def scans_in(steps: list[str]) -> list[str]:
    return [step for step in steps if step.startswith("SCAN ") and step.split()[1] in GROWING]


@pytest.mark.parametrize("name", LOOKUPS)
def test_no_lookup_goes_through_a_table_that_grows(plans: Plans, name: str) -> None:
    steps = plans.of(LOOKUPS[name])
    assert [step for step in steps if step.startswith("SEARCH ")], steps
    assert scans_in(steps) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_its_rows_in_order_and_sorts_nothing(plans: Plans, name: str) -> None:
    steps = plans.of(PAGES[name])
    assert not [step for step in steps if "TEMP B-TREE" in step]
    located = [step for step in steps if step.startswith("SEARCH publications USING COVERING INDEX")]
    assert located
    assert all(step.endswith("place=? AND sequence>?)") for step in located)


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("rows of ids", "ix_publications_object (object_key=? AND collection_key=?)"),
        ("publishing", "ix_publications_object (object_key=? AND collection_key=?)"),
        ("withdrawing", "ix_publications_object (object_key=? AND collection_key=?)"),
        ("rows of a leaf", "ix_batches_collection_key_leaf (collection_key=? AND leaf=?)"),
        ("rows of an original", "ix_publications_variant (original_key=?)"),
        ("rows of many originals", "ix_publications_variant (original_key=?)"),
        ("rows of many originals", "ix_publications_object (object_key=?"),
        ("adding objects", "PRIMARY KEY (object_key=? AND version>? AND version<?)"),
        ("what is to be delivered", "ix_messages_waiting (direction=?)"),
    ],
)
def test_a_lookup_uses_the_index_that_was_made_for_it(plans: Plans, name: str, index: str) -> None:
    assert [step for step in plans.of(LOOKUPS[name]) if index in step]


def test_a_scan_would_be_seen(plans: Plans) -> None:
    steps = plans.of(lambda unit: unit.objects.count())
    assert scans_in(steps)


def test_raised_epochs_are_read_from_the_index_of_those_alone(plans: Plans) -> None:
    steps = plans.of(lambda unit: unit.views.raised_epochs())
    assert [step for step in steps if "variants" in step] == ["SCAN variants USING INDEX ix_variants_raised"]
