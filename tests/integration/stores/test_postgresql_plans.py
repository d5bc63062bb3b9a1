"""A page costs PostgreSQL as much in a large view as in a small one: it reads a page of each range, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

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


@pytest.mark.parametrize("more", [{}, {"types": frozenset({"indicator", "report"})}], ids=["all types", "two types"])
def test_a_page_reads_a_page_of_rows(store: PostgresqlStore, more: dict[str, Any]) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_c: Connection, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with store.reading() as unit:
            page = unit.readings.page(RowQuery(COLLECTION, versions=frozenset({"all"}), limit=PAGE, **more))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert (len(page.rows), page.more) == (PAGE, True)
    statement, values = next(one for one in asked if "located" in one[0])
    with postgresql_transaction(store.address, writes=False) as connection:
        # So few rows would be read whole and sorted, which is quicker: it is asked what it does with more of them.
        for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_hashjoin"):
            connection.exec_driver_sql(f"SET LOCAL {setting} = off")
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE) {statement}", values).scalars().all()
    read = [float(rows) for line in explained for rows in re.findall(r"actual time=\S+ rows=([\d.]+)", line)]
    assert read
    assert max(read) <= 2 * (PAGE + 1), "\n".join(explained)
