"""What happens to a SQLite store: killed writers, other processes, full disks, damage, other versions of Sepakat."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sepakat.cli.diagnosis import examine
from sepakat.composition import write_settings
from sepakat.errors import ConfigurationError, SepakatError, StoreError
from sepakat.settings import Settings
from sepakat.stix.identifiers import PartyId
from sepakat.stores.schema import REVISION
from sepakat.stores.sqlite import SqliteLimits, SqliteStore, create_store, migrate, open_store, schema_revision
from tests.support import records
from tests.support.store_process import start, wait_until_ready
from tests.support.stores import sqlite_store

IMPATIENT = SqliteLimits(busy_seconds=0.05)


def refusal(act: Callable[[], object]) -> SepakatError:
    with pytest.raises(SepakatError) as caught:
        act()
    return caught.value


def read_all(store: SqliteStore) -> dict[str, object]:
    with store.reading() as unit:
        return records.everything_in(unit)


def write_much(store: SqliteStore) -> None:
    with store.writing() as unit:
        unit.objects.add_many([records.stored(number, 0, name="x" * 900) for number in range(1000, 3000)])


def count(store: SqliteStore) -> int:
    with store.reading() as unit:
        return unit.objects.count()


def test_a_writer_killed_in_the_middle_of_a_unit_leaves_nothing(store: SqliteStore) -> None:
    before = read_all(store)
    with start(store.path, "hold") as process:
        wait_until_ready(process)
        process.kill()
    assert read_all(store) == before
    write_much(store)
    assert count(store) == 2000


def test_what_was_committed_outlives_the_kill_of_the_process(store: SqliteStore) -> None:
    with start(store.path, "commit") as process:
        wait_until_ready(process)
        process.kill()
    with store.reading() as unit:
        assert unit.objects.count() == 4
        assert len(unit.views.rows(records.COLLECTION)) == 4


def test_writers_of_two_processes_exclude_each_other_and_both_succeed(store: SqliteStore) -> None:
    with start(store.path, "count", "40") as one, start(store.path, "count", "40") as other:
        assert one.wait() == other.wait() == 0
    assert count(store) == 80


def test_a_reader_goes_on_while_another_process_writes(store: SqliteStore) -> None:
    with start(store.path, "hold") as process:
        wait_until_ready(process)
        assert count(store) == 0
        process.kill()


def test_a_writer_waits_for_another_process_only_so_long(store: SqliteStore) -> None:
    with start(store.path, "hold") as process:
        wait_until_ready(process)
        impatient = SqliteStore(store.path, IMPATIENT)
        assert refusal(lambda: write_much(impatient)).code == "store-busy"
        process.kill()
        process.wait()
        write_much(impatient)
        impatient.close()


def test_a_writer_waits_for_another_thread_only_so_long(tmp_path: Path) -> None:
    with sqlite_store(tmp_path, IMPATIENT) as store, store.writing():
        codes: list[str] = []
        thread = threading.Thread(target=lambda: codes.append(refusal(lambda: write_much(store)).code))
        thread.start()
        thread.join()
        assert codes == ["store-busy"]


def test_a_full_store_rolls_back_whole(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store, store.writing() as unit:
        records.fill(unit)
    full = SqliteStore(store.path, SqliteLimits(most_pages=150))
    before = read_all(full)
    error = refusal(lambda: write_much(full))
    assert (type(error), error.code) == (StoreError, "store-full")
    assert str(store.path) in error.message
    assert read_all(full) == before
    with full.writing() as unit:
        assert unit.objects.add(records.stored(7))
    full.close()


def test_a_full_disk_rolls_back_whole(store: SqliteStore) -> None:
    with start(store.path, "limit", str(store.path.stat().st_size + 200_000)) as process:
        printed, _ = process.communicate()
    assert printed == "store-full\n"
    assert count(store) == 0
    write_much(store)
    assert count(store) == 2000


def damage_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"not a database at all")


def damage_middle(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))


def damage_everything(path: Path) -> None:
    path.write_bytes(b"\x00" * 5000)


@pytest.mark.parametrize("damage", [damage_head, damage_middle, damage_everything])
def test_a_damaged_file_is_noticed_and_named(store: SqliteStore, damage: Callable[[Path], None]) -> None:
    with store.writing() as unit:
        records.fill(unit)
    store.close()
    damage(store.path)
    error = refusal(lambda: read_all(open_store(store.path)))
    assert (type(error), error.code) == (StoreError, "store-damaged")
    assert str(store.path) in error.message


@pytest.mark.parametrize("table", ["objects", "versions", "bodies", "publications", "leaves"])
def test_one_damaged_page_is_noticed_and_a_backup_offered(store: SqliteStore, table: str) -> None:
    """Without the rest of the file being touched: it is noticed by whoever comes by, and by who looks for it."""
    with store.writing() as unit:
        records.fill(unit)
    store.close()
    with sqlite3.connect(store.path) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with store.path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    error = refusal(lambda: read_all(open_store(store.path)))
    assert (type(error), error.code) == (StoreError, "store-damaged")
    assert str(store.path) in error.message
    assert "restore a backup" in str(error.hint)
    write_settings(store.path.parent, Settings(PartyId("us")))
    (looked,) = [one for one in examine(store.path.parent) if one.what == "store file"]
    assert (looked.is_well, "is damaged" in looked.found) == (False, True)
    assert "restore a backup" in str(looked.remedy)


def change_revision(path: Path, revision: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()


def test_a_store_of_a_newer_schema_is_refused_with_both_revisions(store: SqliteStore) -> None:
    store.close()
    change_revision(store.path, "9999")
    for act in (open_store, migrate):
        error = refusal(lambda act=act: act(store.path))  # type: ignore[misc]
        assert (type(error), error.code) == (StoreError, "store-newer")
        assert "9999" in error.message
        assert REVISION in error.message
    assert schema_revision(store.path) == "9999"


def test_an_open_store_stops_when_a_newer_sepakat_migrates_it(store: SqliteStore) -> None:
    assert count(store) == 0
    change_revision(store.path, "9999")
    assert refusal(lambda: count(store)).code == "store-newer"
    assert refusal(lambda: write_much(store)).code == "store-newer"


def test_an_open_store_of_an_older_schema_is_not_used(store: SqliteStore) -> None:
    change_revision(store.path, "0000")
    assert refusal(lambda: count(store)).code == "store-older"


@pytest.mark.parametrize("act", [open_store, migrate, schema_revision])
def test_a_folder_without_a_store_is_a_mistake_of_configuration(tmp_path: Path, act: Callable[[Path], object]) -> None:
    for path in (tmp_path, tmp_path / "store.sqlite"):
        error = refusal(lambda path=path: act(path))  # type: ignore[misc]
        assert (type(error), error.code) == (ConfigurationError, "store-missing")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_becomes_no_store_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.touch()
    assert schema_revision(path) is None
    assert path.stat().st_size == 0


def test_a_store_is_never_made_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_text("precious")
    error = refusal(lambda: create_store(path))
    assert (type(error), error.code) == (ConfigurationError, "store-exists")
    assert path.read_text() == "precious"


def test_a_store_is_not_made_where_there_is_no_folder(tmp_path: Path) -> None:
    error = refusal(lambda: create_store(tmp_path / "none" / "store.sqlite"))
    assert (type(error), error.code) == (ConfigurationError, "folder-unwritable")


def test_a_store_that_cannot_be_made_whole_leaves_no_file(tmp_path: Path) -> None:
    error = refusal(lambda: create_store(tmp_path / "store.sqlite", SqliteLimits(most_pages=20)))
    assert error.code == "store-full"
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_may_read_a_store(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store = create_store(tmp_path / "store.sqlite")
    finally:
        os.umask(old)
    with store.writing() as unit:
        records.fill(unit)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    store.close()
    assert modes == {0o600}


def test_what_is_stored_stands_in_no_error_text(store: SqliteStore) -> None:
    secret = "the witness is anna"
    with store.writing() as unit:
        unit.views.put_collection(records.collection())
    error = refusal(lambda: _put_second_collection(store, secret))
    assert secret not in f"{error} {error.__cause__} {error.__cause__!r}"


def test_settings_are_those_that_durability_needs(store: SqliteStore) -> None:
    with store._writers.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "page_size")
        }
    # 1 is NORMAL: a write-ahead log that outlives the process, whole transactions in any case.
    assert settings == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "page_size": 8192}


def test_foreign_keys_hold(store: SqliteStore) -> None:
    assert refusal(lambda: _insert_orphan(store)).code == "record-conflict"


def _put_second_collection(store: SqliteStore, title: str) -> None:
    with store.writing() as unit:
        unit.views.put_collection(records.collection("another", title=title))


def _insert_orphan(store: SqliteStore) -> None:
    with store._writers.connect() as connection, connection.begin():
        connection.exec_driver_sql("INSERT INTO agreement_events (agreement_key, event) VALUES (99, x'00')")
