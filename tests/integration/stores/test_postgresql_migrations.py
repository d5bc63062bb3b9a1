"""Migrations lead a PostgreSQL store of any schema, with data, to today's and back: to the same rows as in SQLite."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Connection, MetaData, Table, create_engine, func, select, text

from sepakat.errors import StoreError
from sepakat.stores.copying import contents_of
from sepakat.stores.migrating import downgrade, revision_of, upgrade
from sepakat.stores.moving import transaction
from sepakat.stores.postgresql import PostgresqlStore, open_postgresql_store, postgresql_transaction
from sepakat.stores.schema import REVISION
from sepakat.stores.sqlite import open_store
from sepakat.stores.statements import insert_all
from tests.integration.stores.test_migrations import STORES
from tests.integration.stores.test_postgresql import structure_of
from tests.support import records
from tests.support.postgresql import shared_server

pytestmark = pytest.mark.needs_postgresql


def made_of(fixture: Path) -> str:
    """A PostgreSQL store of the fixture's schema, made by the steps up to it, with the fixture's rows."""
    address, revision = shared_server().new_database(template=None), fixture.name.partition("_")[0]
    with postgresql_transaction(address, writes=True) as connection:
        upgrade(connection, revision)
    tables = tables_of(address)
    with postgresql_transaction(address, writes=True) as connection:
        held = sqlite3.connect(fixture)
        held.row_factory = sqlite3.Row
        for table in tables.sorted_tables:
            # What a step wrote by itself into the new tables stands in the fixture too.
            connection.execute(table.delete())
            rows = [dict(row) for row in held.execute(f'SELECT * FROM "{table.name}"')]
            for column in table.columns:
                if isinstance(column.type, Boolean):
                    rows = [{**row, column.name: bool(row[column.name])} for row in rows]
            insert_all(connection, table, rows)
            count_on(connection, table)
        held.close()
    return address


def tables_of(address: str) -> MetaData:
    """The tables that are there, whatever their schema."""
    engine, tables = create_engine(address.replace("postgresql:", "postgresql+psycopg:")), MetaData()
    tables.reflect(engine)
    engine.dispose()
    return tables


def count_on(connection: Connection, table: Table) -> None:
    """Let the next key be the one after the highest, as it is in SQLite by itself."""
    counter = (
        connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'key')"), {"name": table.name})
        if ("key" in table.columns)
        else None
    )
    if counter is not None:
        connection.execute(
            select(func.setval(counter, select(func.coalesce(func.max(table.c.key), 0) + 1).scalar_subquery(), False))
        )


def read_all(store: Any) -> dict[str, object]:
    with store.reading() as unit:
        return records.everything_in(unit)


@pytest.mark.parametrize("fixture", STORES, ids=lambda path: path.stem)
def test_a_store_of_any_schema_is_migrated_to_the_rows_that_sqlite_has(fixture: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    shutil.copyfile(fixture, path)
    address = made_of(fixture)
    stores = open_postgresql_store(address), open_store(path)
    assert read_all(stores[0]) == read_all(stores[1])
    for store in stores:
        store.close()
    contents = []
    for place in (address, path):
        with transaction(place, writes=False) as connection:
            assert revision_of(connection) == REVISION
            contents.append(contents_of(connection))
    assert contents[0] == contents[1]
    assert contents[0].rows["versions"]


@pytest.mark.parametrize("fixture", STORES, ids=lambda path: path.stem)
def test_a_store_goes_back_to_any_schema_and_comes_again(fixture: Path) -> None:
    address, revision = made_of(fixture), fixture.name.partition("_")[0]
    structure = structure_of(address)
    open_postgresql_store(address).close()
    with postgresql_transaction(address, writes=True) as connection:
        downgrade(connection, revision)
    assert structure_of(address) == structure
    store = PostgresqlStore(address)
    if revision != REVISION:
        with pytest.raises(StoreError) as caught:
            read_all(store)
        assert caught.value.code == "store-older"
    store.close()
    again = open_postgresql_store(address)
    assert not [name for name, value in read_all(again).items() if not value]
    again.close()


def test_of_several_who_open_an_older_store_one_migrates_it() -> None:
    address = made_of(STORES[0])
    found: list[object] = []

    def come() -> None:
        store = open_postgresql_store(address)
        found.append(read_all(store))
        store.close()

    threads = [threading.Thread(target=come) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert found[0] == found[1] == found[2]
