"""Migrations lead every store that there ever was to the schema of today, and to nothing else."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.errors import StoreError
from sepakat.stores.migrating import downgrade, known_revisions
from sepakat.stores.schema import REVISION, metadata
from sepakat.stores.sqlite import SqliteStore, migrate, open_store, schema_revision, sqlite_transaction
from tests.support import records
from tests.support.make_store_fixture import FIXTURES, make

STORES = sorted(FIXTURES.glob("*.sqlite"))


def structure_of(path: Path) -> dict[str, list[str]]:
    """What each table and index was made with: columns in order, then constraints, which have none, without blanks."""
    connection = sqlite3.connect(path)
    made = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    connection.close()
    structure = {}
    for name, sql in made:
        text, without, _ = " ".join(sql.split()).partition(" WITHOUT ROWID")
        columns, *constraints = re.split(r", (?=CONSTRAINT)", text)
        structure[name] = [part.rstrip(") ") for part in (columns, *sorted(constraints), without)]
    del structure["alembic_version"]
    return structure


def test_migrations_make_the_tables_that_the_code_uses(store: SqliteStore, tmp_path: Path) -> None:
    stated = tmp_path / "stated.sqlite"
    engine = create_engine(f"sqlite:///{stated}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num)")
    engine.dispose()
    assert structure_of(store.path) == structure_of(stated)


def test_the_newest_migration_is_the_schema_of_the_code() -> None:
    assert max(known_revisions()) == REVISION


def test_every_schema_has_a_store_to_migrate_from() -> None:
    assert {path.name.partition("_")[0] for path in STORES} == known_revisions()


@pytest.mark.parametrize("fixture", STORES, ids=lambda path: path.stem)
def test_a_store_of_any_schema_is_migrated_and_read(fixture: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    shutil.copyfile(fixture, path)
    store = open_store(path)
    assert schema_revision(path) == REVISION
    with store.reading() as unit:
        found = records.everything_in(unit)
        assert unit.objects.count() == 4
    store.close()
    assert [name for name, value in found.items() if not value] == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


@pytest.mark.parametrize("fixture", STORES, ids=lambda path: path.stem)
def test_a_store_goes_back_to_any_schema_and_comes_again_with_everything(fixture: Path, tmp_path: Path) -> None:
    path, revision = tmp_path / "store.sqlite", fixture.name.partition("_")[0]
    shutil.copyfile(fixture, path)
    open_store(path).close()
    with sqlite_transaction(path, writes=True) as connection:
        downgrade(connection, revision)
    assert structure_of(path) == structure_of(fixture)
    assert refused_as(path) == (set() if revision == REVISION else {"store-older"})
    store = open_store(path)
    with store.reading() as unit:
        assert not [name for name, value in records.everything_in(unit).items() if not value]
    store.close()


def test_the_index_of_claims_is_filled_from_what_an_older_store_holds(store: SqliteStore) -> None:
    with store.writing() as unit:
        unit.objects.add_many(
            [records.stored(number, 0, "note", **records.CLAIMING) for number in range(1500)]
            + [records.stored(number, 0, "report") for number in range(3)]
        )
        unit.objects.add(records.stored(7, 5, "note"))
        rooted = {"extension_type": "property-extension", "kind": "report", "lineage": {"roots": ["a" * 64]}}
        unit.objects.add(records.stored(2, 5, "note", extensions={CLAIM_EXTENSION: rooted}))
        before = unit.claims.page(limit=2000)
    with sqlite_transaction(store.path, writes=True) as connection:
        downgrade(connection, "0004")
    migrated = open_store(store.path)
    with migrated.reading() as unit:
        assert unit.claims.page(limit=2000) == before
        assert unit.claims.questions() == [records.QUESTION]
        assert len(before) == 1500
        assert unit.claims.of_roots(["a" * 64]) == [records.stix_id(2, "note")]
    migrated.close()


def refused_as(path: Path) -> set[str]:
    """The code with which a process refuses a store that another led back."""
    store = SqliteStore(path)
    try:
        with store.reading():
            return set()
    except StoreError as error:
        return {error.code}
    finally:
        store.close()


def test_the_committed_store_of_today_has_what_the_script_writes(tmp_path: Path) -> None:
    make(tmp_path / "made.sqlite")
    shutil.copyfile(FIXTURES / f"{REVISION}_store.sqlite", tmp_path / "committed.sqlite")
    contents = []
    for name in ("made", "committed"):
        store = open_store(tmp_path / f"{name}.sqlite")
        with store.reading() as unit:
            contents.append(records.everything_in(unit))
        store.close()
    assert contents[0] == contents[1]


def test_migrating_a_store_of_today_changes_nothing(store: SqliteStore) -> None:
    with store.writing() as unit:
        records.fill(unit)
        before = records.everything_in(unit)
    structure = structure_of(store.path)
    migrate(store.path)
    assert structure_of(store.path) == structure
    with store.reading() as unit:
        assert records.everything_in(unit) == before
