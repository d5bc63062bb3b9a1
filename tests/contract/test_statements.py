"""No N+1: how many statements a reading or a writing takes does not grow with how many objects there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event

from sepakat.exchange.catalogue_ports import Search
from sepakat.exchange.cataloguing import enter
from sepakat.exchange.ports import RowQuery, Store, Unit
from sepakat.exchange.records import Direction, RecordedDecision
from sepakat.release.decision import Outcome
from sepakat.stix.identifiers import StixId
from tests.support import records
from tests.support.records import COLLECTION, NOW, RU, stix_id

FEW, MANY = 5, 200
CHUNK = 1000
"""Far above MANY: below it the longest list of values is one statement."""


@dataclass
class Counter:
    """The statements that the databases of this process were asked, while it counts."""

    statements: list[str] = field(default_factory=list)
    is_on: bool = False

    def note(self, _c: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if self.is_on:
            self.statements.append(statement)

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """What is asked inside the block."""
        self.statements = []
        self.is_on = True
        try:
            yield self.statements
        finally:
            self.is_on = False


@pytest.fixture
def statements() -> Iterator[Counter]:
    """Counts every statement of every store; one given with many rows of values counts once."""
    counter = Counter()
    event.listen(Engine, "before_cursor_execute", counter.note)
    yield counter
    event.remove(Engine, "before_cursor_execute", counter.note)


def numbers(count: int, first: int = 1) -> range:
    return range(first, first + count)


def ids(count: int) -> list[StixId]:
    return [stix_id(number) for number in numbers(count)]


def prepare(unit: Unit) -> None:
    """MANY of everything that is read below."""
    unit.objects.add_many([records.stored(number, **records.CLAIMING) for number in numbers(MANY)])
    unit.intakes.add(records.take_in(taken=MANY))
    unit.views.put_collection(records.collection())
    unit.views.publish([records.publication(number) for number in numbers(MANY)])
    unit.views.put_variants([records.variant(number) for number in numbers(MANY)])
    unit.syncs.add_arrivals([records.arrival(number) for number in numbers(MANY)])
    for number in numbers(MANY):
        unit.policies.put(records.policy(number, necessity="needed"))
        unit.messages.add(records.message(number))
    enter(unit, frozenset(ids(MANY)))


READS: dict[str, Callable[[Unit, int], object]] = {
    "objects by id": lambda unit, count: unit.objects.get_many(ids(count)),
    "objects of a page": lambda unit, count: unit.objects.page(limit=count),
    "policies by id": lambda unit, count: unit.policies.get_many(ids(count)),
    "rows of a view": lambda unit, count: unit.readings.page(RowQuery(COLLECTION, limit=count)),
    "bodies of a view": lambda unit, count: unit.readings.bodies(RowQuery(COLLECTION, limit=count)),
    "rows by their originals": lambda unit, count: unit.views.rows_of_many(ids(count)),
    "variants by their originals": lambda unit, count: unit.views.variants_of(ids(count)),
    "claims": lambda unit, count: unit.claims.page(limit=count),
    "the catalogue": lambda unit, count: unit.catalogue.find(Search(), limit=count),
    "messages": lambda unit, count: unit.messages.after(RU, 0, direction=Direction.OUT, limit=count),
    "arrivals": lambda unit, count: unit.recent.arrivals(limit=count),
    "what was erased": lambda unit, count: unit.erasures.known(records.digest(b"%d" % one) for one in range(count)),
}


def written(count: int, first: int) -> dict[str, Callable[[Unit], object]]:
    """Each main writing, of so many new things."""
    fresh = numbers(count, first)
    held = [records.stored(one, **records.CLAIMING) for one in numbers(count)]
    decided = [
        RecordedDecision(COLLECTION, records.stix_object(one).version_ref, NOW, Outcome.OUT, "[]") for one in fresh
    ]
    return {
        "objects": lambda unit: unit.objects.add_many([records.stored(one, **records.CLAIMING) for one in fresh]),
        "objects again": lambda unit: unit.objects.add_many(held),
        "rows of a view": lambda unit: unit.views.publish([records.publication(one) for one in fresh]),
        "rows withdrawn": lambda unit: unit.views.withdraw(COLLECTION, numbers(count), NOW + timedelta(1)),
        "variants": lambda unit: unit.views.put_variants([records.variant(one) for one in fresh]),
        "decisions": lambda unit: unit.views.record(decided),
        "arrivals": lambda unit: unit.syncs.add_arrivals([records.arrival(one) for one in fresh]),
        "the catalogue": lambda unit: enter(unit, frozenset(ids(count))),
        "an erasure": lambda unit: unit.erasures.remove_objects(ids(count), NOW),
    }


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writing() as unit:
        prepare(unit)
    return store


def test_readings_take_as_many_statements_for_many_as_for_few(filled: Store, statements: Counter) -> None:
    assert MANY < CHUNK
    grown = {}
    for name, read in READS.items():
        counts = []
        for count in (FEW, MANY):
            with filled.reading() as unit, statements.counting() as asked:
                read(unit, count)
            counts.append(len(asked))
        if counts[1] > counts[0]:
            grown[name] = counts
    assert grown == {}


def test_writings_take_as_many_statements_for_many_as_for_few(filled: Store, statements: Counter) -> None:
    grown = {}
    for name in written(FEW, 1):
        counts = []
        for count, first in ((FEW, 1_000), (MANY, 2_000)):
            with suppress(RollBack), filled.writing() as unit:
                with statements.counting() as asked:
                    written(count, first)[name](unit)
                raise RollBack
            counts.append(len(asked))
        if counts[1] > counts[0]:
            grown[name] = counts
    assert grown == {}


class RollBack(Exception):
    """Ends a writing unit without keeping anything."""


def test_the_counter_sees_one_statement_for_each_object_where_there_is_one(filled: Store, statements: Counter) -> None:
    with filled.reading() as unit, statements.counting() as asked:
        for one in ids(FEW):
            unit.objects.get(one)
    assert len(asked) >= FEW
