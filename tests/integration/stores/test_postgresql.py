"""What happens to a PostgreSQL store: killed writers, lost connections, other processes, other versions, secrets."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, event

from sepakat.errors import ConfigurationError, SepakatError, StoreError
from sepakat.stix.identifiers import PartyId
from sepakat.stores.postgresql import (
    PostgresqlLimits,
    PostgresqlStore,
    create_postgresql_store,
    examine_server,
    migrate_postgresql,
    open_postgresql_store,
    place_of,
    postgresql_revision,
    remove_postgresql_store,
)
from sepakat.stores.schema import REVISION, metadata
from tests.support import records
from tests.support.postgresql import Server, make_server, postgresql_store, shared_server
from tests.support.store_process import start, wait_until_ready
from tests.support.stores import sqlite_store

pytestmark = pytest.mark.needs_postgresql
IMPATIENT = PostgresqlLimits(busy_seconds=0.2)


@pytest.fixture
def store() -> Iterator[PostgresqlStore]:
    with postgresql_store() as made:
        yield made


@pytest.fixture(scope="module")
def own_server() -> Server:
    """A server that a test may stop."""
    server = make_server()
    server.start()
    return server


def refusal(act: Callable[[], object]) -> SepakatError:
    with pytest.raises(SepakatError) as caught:
        act()
    return caught.value


def read_all(store: Any) -> dict[str, object]:
    with store.reading() as unit:
        return records.everything_in(unit)


def count(store: PostgresqlStore) -> int:
    with store.reading() as unit:
        return unit.objects.count()


def add(store: PostgresqlStore, number: int) -> None:
    with store.writing() as unit:
        unit.objects.add(records.stored(number))


def test_both_stores_give_the_same_bytes(store: PostgresqlStore, tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as other:
        for one in (store, other):
            with one.writing() as unit:
                records.fill(unit)
                unit.objects.add_many([records.stored(number, name=f"\0\ue000{number}") for number in range(100, 150)])
        assert read_all(store) == read_all(other)
        with store.reading() as here, other.reading() as there:
            for of_here, of_there in zip(here.objects.everything(), there.objects.everything(), strict=True):
                assert of_here.object.raw == of_there.object.raw


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ue000", "\ue000\ue001", "\ue000\ue002\0", ""])
def test_text_comes_back_whatever_is_in_it(store: PostgresqlStore, text: str) -> None:
    with store.writing() as unit:
        unit.intakes.add(records.take_in(source=text))
    with store.reading() as unit:
        assert [one.source for one in unit.intakes.latest()] == [text]


def test_a_provenance_longer_than_an_index_takes_is_kept_once(store: PostgresqlStore) -> None:
    many = frozenset(PartyId(f"party-{number}-{'x' * 50}") for number in range(300))
    with store.writing() as unit:
        unit.objects.add_many([records.stored(number, origins=many) for number in range(3)])
    with store.writing() as unit:
        unit.objects.add(records.stored(3, origins=many))
        assert unit.objects.get(records.stix_id(3))[0].origins == many
    with psycopg.connect(store.address) as connection:
        assert connection.execute("SELECT count(*) FROM provenances").fetchone() == (1,)


def test_migrations_make_the_tables_that_the_code_uses(store: PostgresqlStore) -> None:
    stated = shared_server().new_database(template=None)
    engine = create_engine(stated.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()
    assert structure_of(store.address) == structure_of(stated)


def structure_of(address: str) -> dict[str, list[tuple[Any, ...]]]:
    asked = {
        "columns": """SELECT table_name, column_name, data_type, is_nullable, collation_name, column_default
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'""",
        "indexes": """SELECT indexname, indexdef FROM pg_indexes
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'""",
        "constraints": """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('alembic_version'), 0)""",
    }
    with psycopg.connect(address) as connection:
        return {name: sorted(connection.execute(query).fetchall(), key=str) for name, query in asked.items()}


def test_every_text_that_is_sorted_is_sorted_by_its_bytes(store: PostgresqlStore) -> None:
    sorted_texts = """SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_class t ON t.oid = i.indrelid
        WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> 'alembic_version' AND a.attcollation <> 0
        AND a.attcollation <> '"C"'::regcollation AND a.attname NOT IN ('direction', 'what')"""
    with psycopg.connect(store.address) as connection:
        assert connection.execute(sorted_texts).fetchall() == []


def test_a_writer_killed_in_the_middle_of_a_unit_leaves_nothing(store: PostgresqlStore) -> None:
    before = read_all(store)
    with start(store.address, "hold") as process:
        wait_until_ready(process)
        process.kill()
    assert read_all(store) == before
    add(store, 1)
    assert count(store) == 1


def test_what_was_committed_outlives_the_kill_of_the_process(store: PostgresqlStore) -> None:
    with start(store.address, "commit") as process:
        wait_until_ready(process)
        process.kill()
    assert count(store) == 4


def test_writers_of_two_processes_exclude_each_other_and_both_succeed(store: PostgresqlStore) -> None:
    with start(store.address, "count", "20") as one, start(store.address, "count", "20") as other:
        assert one.wait() == other.wait() == 0
    assert count(store) == 40


def test_a_writer_waits_for_another_only_so_long(store: PostgresqlStore) -> None:
    impatient = PostgresqlStore(store.address, IMPATIENT)
    with store.writing():
        assert refusal(lambda: add(impatient, 1)).code == "store-busy"
        assert count(impatient) == 0
    add(impatient, 1)
    impatient.close()


def test_a_reader_waits_for_a_free_connection_only_so_long(store: PostgresqlStore) -> None:
    narrow = PostgresqlStore(store.address, PostgresqlLimits(busy_seconds=0.2, readers=1))
    with narrow.reading():
        assert refusal(lambda: count(narrow)).code == "store-busy"
    assert count(narrow) == 0
    narrow.close()


def test_connections_that_read_at_once_are_kept(store: PostgresqlStore) -> None:
    with ExitStack() as stack:
        for _ in range(PostgresqlLimits().readers):
            stack.enter_context(store.reading())
    before = sessions(store)
    with ExitStack() as stack:
        for _ in range(PostgresqlLimits().readers):
            stack.enter_context(store.reading())
    assert sessions(store) == before
    assert len(before) >= PostgresqlLimits().readers


def test_writers_of_two_nodes_in_one_database_do_not_wait_for_each_other(store: PostgresqlStore) -> None:
    with psycopg.connect(store.address, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA another")
    try:
        address = f"{store.address}?options=-csearch_path%3Danother"
        other = create_postgresql_store(address, IMPATIENT)
        with store.writing() as unit:
            add(other, 5)
            unit.objects.add(records.stored(1))
        assert (count(store), count(other)) == (1, 1)
        remove_postgresql_store(other)
    finally:
        with psycopg.connect(store.address, autocommit=True) as connection:
            connection.execute("DROP SCHEMA another CASCADE")


def sessions(store: PostgresqlStore) -> set[int]:
    """The processes of the server that work for this store, by number."""
    with psycopg.connect(store.address) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {row[0] for row in found}


def cut_connections(store: PostgresqlStore) -> None:
    with psycopg.connect(store.address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_connections_that_were_lost_between_units_are_replaced(store: PostgresqlStore) -> None:
    add(store, 1)
    assert count(store) == 1
    cut_connections(store)
    assert count(store) == 1
    cut_connections(store)
    add(store, 2)
    assert count(store) == 2


def test_a_unit_that_loses_its_connection_fails_and_leaves_nothing(store: PostgresqlStore) -> None:
    def cut_off_writer() -> None:
        with store.writing() as unit:
            unit.objects.add(records.stored(1))
            cut_connections(store)
            unit.objects.add(records.stored(2))

    error = refusal(cut_off_writer)
    assert (type(error), error.code) == (StoreError, "store-unreachable")
    assert count(store) == 0
    add(store, 3)
    assert count(store) == 1


def test_a_connection_lost_before_the_commit_is_an_error(store: PostgresqlStore) -> None:
    def cut_off_writer() -> None:
        with store.writing() as unit:
            unit.objects.add(records.stored(1))
            cut_connections(store)

    assert refusal(cut_off_writer).code == "store-unreachable"
    assert count(store) == 0


def test_a_server_that_is_gone_for_a_while_is_named_and_found_again(own_server: Server) -> None:
    own_server.execute("DROP DATABASE IF EXISTS gone")
    own_server.execute("CREATE DATABASE gone")
    store = create_postgresql_store(own_server.address("gone"))
    add(store, 1)
    own_server.stop()
    for act in (lambda: count(store), lambda: add(store, 2), lambda: open_postgresql_store(store.address)):
        error = refusal(act)
        assert (type(error), error.code) == (StoreError, "store-unreachable")
        assert store.place in error.message
    own_server.start()
    add(store, 2)
    assert count(store) == 2
    store.close()


def test_what_was_committed_outlives_a_crash_of_the_server(own_server: Server) -> None:
    own_server.execute("DROP DATABASE IF EXISTS crashed")
    own_server.execute("CREATE DATABASE crashed")
    store = create_postgresql_store(own_server.address("crashed"))
    with psycopg.connect(store.address, autocommit=True) as connection:
        connection.execute("ALTER DATABASE crashed SET synchronous_commit = on")
    store.close()
    with store.writing() as unit:
        records.fill(unit)
    before = read_all(store)
    own_server.stop(signal.SIGQUIT)
    own_server.start()
    assert read_all(store) == before
    store.close()


def test_a_store_of_a_newer_schema_is_refused_with_both_revisions(store: PostgresqlStore) -> None:
    change_revision(store, "9999")
    for act in (
        lambda: open_postgresql_store(store.address),
        lambda: migrate_postgresql(store.address),
        lambda: count(store),
        lambda: add(store, 1),
    ):
        error = refusal(act)
        assert (type(error), error.code) == (StoreError, "store-newer")
        assert "9999" in error.message
        assert REVISION in error.message
    assert postgresql_revision(store.address) == "9999"


def change_revision(store: PostgresqlStore, revision: str) -> None:
    with psycopg.connect(store.address, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", (revision,))


def test_an_empty_database_is_a_mistake_of_configuration() -> None:
    address = shared_server().new_database(template=None)
    for act in (open_postgresql_store, migrate_postgresql, postgresql_revision):
        error = refusal(lambda act=act: act(address))  # type: ignore[misc]
        assert (type(error), error.code) == (ConfigurationError, "store-missing")


def test_a_store_is_never_made_over_another(store: PostgresqlStore) -> None:
    add(store, 1)
    error = refusal(lambda: create_postgresql_store(store.address))
    assert (type(error), error.code) == (ConfigurationError, "store-exists")
    assert count(store) == 1


def test_of_several_who_make_a_store_one_does() -> None:
    address = shared_server().new_database(template=None)
    faults: list[str] = []

    def make() -> None:
        try:
            create_postgresql_store(address).close()
        except SepakatError as error:
            faults.append(error.code)

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == ["store-exists"] * 2


@pytest.mark.parametrize(
    "address",
    ["postgresql://", "postgresql://h", "mysql://u:hidden@h/d", "postgresql+asyncpg://h/d", "store", "//", ""],
)
def test_an_address_that_cannot_be_is_refused_and_not_repeated(address: str) -> None:
    error = refusal(lambda: place_of(address))
    assert (type(error), error.code) == (ConfigurationError, "store-address-invalid")
    assert "hidden" not in str(error)


def test_an_option_that_libpq_does_not_know_is_a_mistake_of_the_address(store: PostgresqlStore) -> None:
    error = refusal(lambda: open_postgresql_store(f"{store.address}?sslmod=require"))
    assert (type(error), error.code) == (ConfigurationError, "store-address-invalid")
    assert "sslmod" in error.message


def test_a_schema_that_is_not_there_is_named(store: PostgresqlStore) -> None:
    error = refusal(lambda: create_postgresql_store(f"{store.address}?options=-csearch_path%3Dnone"))
    assert (type(error), error.code) == (ConfigurationError, "store-missing")
    assert "CREATE SCHEMA" in str(error.hint)


FAILURES = {
    "the disk is full": ("53100", "store-full", "make room"),
    "a quota is reached": ("53400", "store-full", "make room"),
    "a page is damaged": ("XX001", "store-damaged", "restore a backup"),
    "an index is damaged": ("XX002", "store-damaged", "restore a backup"),
    "the role may not": ("42501", "store-forbidden", "grant"),
    "a deadlock": ("40P01", "store-busy", "try again"),
    "the server stops": ("57P01", "store-unreachable", "PostgreSQL runs"),
    "too many connections": ("53300", "store-unreachable", "PostgreSQL runs"),
}
"""What a server says of itself, which here a trigger says in the middle of a unit."""


@pytest.mark.parametrize("what", FAILURES)
def test_a_server_that_fails_in_the_middle_of_a_unit_is_named_and_nothing_is_kept(
    store: PostgresqlStore, what: str
) -> None:
    state, code, remedy = FAILURES[what]
    add(store, 1)
    fail = f"BEGIN RAISE EXCEPTION 'it fails' USING ERRCODE = '{state}', DETAIL = 'anna'; END"
    with psycopg.connect(store.address, autocommit=True) as connection:
        connection.execute(f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $${fail}$$".encode())
        connection.execute("CREATE TRIGGER failing BEFORE INSERT ON versions EXECUTE FUNCTION fail()")
    try:
        error = refusal(lambda: add(store, 2))
        assert (type(error), error.code) == (StoreError, code)
        assert store.place in error.message
        assert remedy in str(error.hint)
        assert "anna" not in f"{error} {error.hint}"
        assert count(store) == 1
    finally:
        with psycopg.connect(store.address, autocommit=True) as connection:
            connection.execute("DROP FUNCTION fail CASCADE")
    add(store, 2)
    assert count(store) == 2


def test_no_password_stands_in_what_people_see() -> None:
    address = "postgresql://node:secret@127.0.0.1:1/db?sslmode=disable"
    assert place_of(address) == "postgresql://node@127.0.0.1:1/db"
    error = refusal(lambda: open_postgresql_store(address))
    assert error.code == "store-unreachable"
    assert "secret" not in f"{error} {error.hint} {error.__cause__!r}"


def test_what_is_stored_stands_in_no_error_text(store: PostgresqlStore) -> None:
    def put_second() -> None:
        with store.writing() as unit:
            unit.views.put_collection(records.collection())
            unit.views.put_collection(records.collection("another", title="the witness is anna"))

    error = refusal(put_second)
    assert error.code == "record-conflict"
    assert "anna" not in f"{error} {error.__cause__!r}"
    assert records.VIEW.agreement not in f"{error} {error.__cause__!r}"
    assert error.__suppress_context__


def test_a_mark_of_writing_changes_with_each_commit_and_with_nothing_else(store: PostgresqlStore) -> None:
    add(store, 1)
    before = store.written()
    assert (count(store), store.written()) == (1, before)
    add(store, 2)
    assert store.written() != before


def test_a_server_that_may_lose_commits_is_a_fault(store: PostgresqlStore) -> None:
    found = examine_server(store.address)
    assert found.words.startswith("PostgreSQL 18")
    assert "fsync" in found.faults[0]


def test_many_rows_take_few_statements(store: PostgresqlStore) -> None:
    counts = []
    for base, many in ((0, 10), (1000, 50), (2000, 450)):
        with counted(store) as statements, store.writing() as unit:
            unit.views.put_collection(records.collection())
            added = [records.stored(base + number) for number in range(many)]
            unit.objects.add_many(added)
            unit.objects.get_many([one.object.id for one in added])
            rows = [records.publication(base + 1 + number, base + 1 + number, 0) for number in range(many)]
            unit.views.publish(rows)
            unit.views.withdraw(records.COLLECTION, [row.sequence for row in rows], records.at(1))
        counts.append(len(statements))
    assert counts[1] == counts[2] <= 40


class counted:  # noqa: N801 -- reads as a verb in a `with`
    """The statements of a writing unit, COPY included."""

    def __init__(self, store: PostgresqlStore) -> None:
        self._store = store
        self._statements: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self._store._writers, "before_cursor_execute", self._note)
        return self._statements

    def __exit__(self, *_: object) -> None:
        event.remove(self._store._writers, "before_cursor_execute", self._note)

    def _note(self, _: Any, __: Any, statement: str, ___: Any, ____: Any, _____: bool) -> None:
        self._statements.append(statement)
