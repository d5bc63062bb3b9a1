"""A page costs PostgreSQL as much in a large view as in a small one: it reads a page of each range, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event

from sepakat.exchange.ports import RowQuery
from sepakat.stores.postgresql import PostgresqlStore, postgresql_transaction
from tests.support import records
from tests.support.postgresql import postgresql_store
from tests.support.records import COLLECTION

pytestmark = pytest.mark.needs_postgresql

ROWS, PAGE = 3_000, 10


@pytest.fixture
def store() -> Iterator[PostgresqlStore]:
    with postgresql_store() as made:
        with made.writing() as unit:
            unit.views.put_collection(records.collection())
            unit.views.publish([records.publication(number) for number in range(1, ROWS + 1)])
        with postgresql_transaction(made.address, writes=True) as connection:
            connection.exec_driver_sql("ANALYZE")
        yield made


@contextmanager
def noted() -> Iterator[list[tuple[str, Any]]]:
    """The statements of the block that locate rows, with their values."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Connection, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        if "located" in statement:
            asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def check_plan(explained: Sequence[str]) -> None:
    """See that no step read more than about a page."""
    read = [float(rows) for line in explained for rows in re.findall(r"actual time=\S+ rows=([\d.]+)", line)]
    assert read
    assert max(read) <= 2 * (PAGE + 1), "\n".join(explained)


MORE = pytest.mark.parametrize(
    "more", [{}, {"types": frozenset({"indicator", "report"})}], ids=["all types", "two types"]
)
WITHOUT = [
    f"SET LOCAL {one} = off" for one in ("enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_hashjoin")
]
"""So few rows would be read whole and sorted, which is quicker: it is asked what it does with more of them."""


@MORE
def test_a_page_reads_a_page_of_rows(store: PostgresqlStore, more: dict[str, Any]) -> None:
    with noted() as asked, store.reading() as unit:
        page = unit.readings.page(RowQuery(COLLECTION, versions=frozenset({"all"}), limit=PAGE, **more))
    assert (len(page.rows), page.more) == (PAGE, True)
    ((statement, values),) = asked
    with postgresql_transaction(store.address, writes=False) as connection:
        for setting in WITHOUT:
            connection.exec_driver_sql(setting)
        check_plan(connection.exec_driver_sql(f"EXPLAIN (ANALYZE) {statement}", values).scalars().all())


@MORE
def test_the_plan_for_all_pages_reads_a_page_of_bodies(store: PostgresqlStore, more: dict[str, Any]) -> None:
    with noted() as asked, store.reading() as unit:
        page = unit.readings.bodies(RowQuery(COLLECTION, versions=frozenset({"all"}), limit=PAGE, **more))
    assert (page.count, page.more) == (PAGE, True)
    ((statement, values),) = asked
    with psycopg.connect(store.address) as connection:
        # Bodies are looked up one by one even where PostgreSQL may choose: it does not know how short the page is.
        for setting in (*WITHOUT[:3], "SET LOCAL plan_cache_mode = force_generic_plan"):
            connection.execute(setting.encode())
        connection.execute(b"PREPARE page AS " + statement.encode())
        given = ", ".join(map(str, values))
        check_plan([row[0] for row in connection.execute(f"EXPLAIN (ANALYZE) EXECUTE page ({given})".encode())])
