"""Pages that are read past the driver's cursor: prepared once, found again after a rollback, errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import BigInteger, Connection, LargeBinary, bindparam, literal_column, select

from sepakat.errors import StoreError
from sepakat.exchange.ports import BodyPage, RowQuery
from sepakat.stores.postgresql import PostgresqlLimits, PostgresqlStore
from sepakat.stores.prepared_rows import MOST_KEPT, prepared_rows
from sepakat.stores.unit import SqlUnit
from tests.support import records
from tests.support.postgresql import postgresql_store
from tests.support.records import COLLECTION

pytestmark = pytest.mark.needs_postgresql

ROWS = 30
QUERY = RowQuery(COLLECTION, limit=10)
OURS = "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements WHERE name LIKE 'sepakat%%'"


@pytest.fixture
def store() -> Iterator[PostgresqlStore]:
    with postgresql_store(None, PostgresqlLimits(busy_seconds=0.5, readers=1)) as made:
        with made.writing() as unit:
            unit.views.put_collection(records.collection())
            unit.views.publish([records.publication(number) for number in range(1, ROWS + 1)])
        with made.writing() as unit:
            # What the server knows of the tables must not hang on whether its own looking about was there before.
            connection_of(unit).exec_driver_sql("ANALYZE")
        yield made


def connection_of(unit: SqlUnit) -> Connection:
    return unit.readings._connection


def kept(store: PostgresqlStore) -> list[tuple[Any, ...]]:
    """The statements of ours that the one reading connection has: names, and how often each kind of plan was used."""
    with store.reading() as unit:
        return [tuple(row) for row in connection_of(unit).exec_driver_sql(OURS)]


def page(store: PostgresqlStore) -> BodyPage:
    with store.reading() as unit:
        return unit.readings.bodies(QUERY)


def refusal_of_a_page(store: PostgresqlStore) -> StoreError:
    with pytest.raises(StoreError) as refused:
        page(store)
    return refused.value


def test_a_page_is_prepared_once_and_planned_for_good(store: PostgresqlStore) -> None:
    pages = {page(store) for _ in range(20)}
    assert [one.count for one in pages] == [10]
    ((_, generic, custom),) = kept(store)
    assert (generic + custom, custom) == (20, 5)


def test_pages_of_all_lengths_share_a_statement(store: PostgresqlStore) -> None:
    for limit in (1, 2, 15, 1000):
        with store.reading() as unit:
            found = unit.readings.bodies(RowQuery(COLLECTION, limit=limit))
        assert (found.count, found.more) == (min(limit, ROWS), limit < ROWS)
    assert len(kept(store)) == 1


def test_a_page_is_read_again_after_a_unit_that_failed(store: PostgresqlStore) -> None:
    before = page(store)
    for _ in range(10):
        # So often that the driver prepares it too: with a rollback it lets the server forget all that is prepared.
        kept(store)
    with pytest.raises(RuntimeError), store.reading():
        raise RuntimeError
    assert kept(store) == []
    assert page(store) == before
    assert len(kept(store)) == 1


def test_a_page_of_a_table_that_is_locked_is_refused_in_our_words(store: PostgresqlStore) -> None:
    before = page(store)
    with psycopg.connect(store.address) as other:
        other.execute("LOCK TABLE bodies IN ACCESS EXCLUSIVE MODE")
        error = refusal_of_a_page(store)
    assert error.code == "store-busy"
    assert error.__cause__ is None
    assert page(store) == before


def test_a_page_whose_connection_is_lost_is_refused_and_the_next_is_read(store: PostgresqlStore) -> None:
    before = page(store)

    def read_cut_off() -> None:
        with store.reading() as unit:
            number = connection_of(unit).exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with psycopg.connect(store.address, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))
            unit.readings.bodies(QUERY)

    with pytest.raises(StoreError) as refused:
        read_cut_off()
    assert refused.value.code == "store-unreachable"
    assert page(store) == before


def test_a_connection_keeps_so_many_statements_and_asks_any_again(store: PostgresqlStore) -> None:
    numbers = range(MOST_KEPT + 3)
    statements = [select(literal_column(str(number), BigInteger)) for number in numbers]
    with store.reading() as unit:
        for _ in range(2):
            found = [prepared_rows(connection_of(unit), one, {}).content(0, 0) for one in statements]
            assert [int.from_bytes(one or b"x") for one in found] == list(numbers)
    assert len(kept(store)) == MOST_KEPT


def test_values_come_as_they_were_given(store: PostgresqlStore) -> None:
    number, content = bindparam("number", type_=BigInteger), bindparam("content", type_=LargeBinary)
    statement: Any = select(number, content, literal_column("NULL", LargeBinary))
    with store.reading() as unit:
        for given in ((-1, b""), (2**62, b"\x00'\\%s\xff")):
            rows = prepared_rows(connection_of(unit), statement, dict(zip(("number", "content"), given, strict=True)))
            assert (len(rows), rows.number(0, 0), rows.content(0, 1), rows.content(0, 2)) == (1, *given, None)
            assert (rows.contents(1, 5), rows.contents(1, 0), rows.contents(2, 5)) == ([given[1]], [], [])
