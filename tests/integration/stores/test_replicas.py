"""A store that is read from a replica: never behind what was committed, whatever the replica does."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from sepakat.errors import ConfigurationError
from sepakat.stores.postgresql import PostgresqlLimits, PostgresqlStore, create_postgresql_store
from sepakat.stores.replicas import ReplicatedStore
from tests.support import records
from tests.support.postgresql import Server, make_server

pytestmark = pytest.mark.needs_postgresql
PATIENCE = 2_000


@dataclass
class Pair:
    """A primary with a streaming replica."""

    store: ReplicatedStore
    replica: Server

    def add(self, number: int) -> None:
        with self.store.writing() as unit:
            unit.objects.add(records.stored(number))

    def count(self) -> int:
        with self.store.reading() as unit:
            return unit.objects.count()

    def until_read_from_replica(self) -> None:
        before = self.store.read_from_replica
        for _ in range(PATIENCE):
            self.count()
            if self.store.read_from_replica > before:
                return
        raise AssertionError("the replica does not catch up")


def replica_of(primary: Server) -> Server:
    """Another server that follows the first."""
    made = replace(make_server(), options=("hot_standby=on",))
    for part in made.data.iterdir():
        shutil.rmtree(part) if part.is_dir() else part.unlink()
    copying = [str(primary.programs / "pg_basebackup"), "-h", "127.0.0.1", "-p", str(primary.port), "-U", "sepakat"]
    subprocess.run(
        [*copying, "-D", str(made.data), "-R", "-X", "stream", "-c", "fast"],
        check=True, stdout=subprocess.DEVNULL, user=made.as_user, cwd=made.folder,
    )  # fmt: skip
    made.start()
    return made


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    primary = make_server("wal_level=replica", "max_wal_senders=4")
    primary.start()
    primary.execute("CREATE DATABASE one")
    create_postgresql_store(primary.address("one")).close()
    replica = replica_of(primary)
    yield primary, replica
    replica.stop()
    primary.stop()


@pytest.fixture
def pair(servers: tuple[Server, Server]) -> Iterator[Pair]:
    primary, replica = servers
    limits = PostgresqlLimits(connect_seconds=2)
    store = ReplicatedStore(
        PostgresqlStore(primary.address("one"), limits), PostgresqlStore(replica.address("one"), limits)
    )
    yield Pair(store, replica)
    store.close()


def test_replica_that_has_everything_is_read(pair: Pair) -> None:
    pair.add(1)
    pair.until_read_from_replica()
    assert pair.count() == 1


def test_reader_never_goes_back_while_a_replica_lags(pair: Pair) -> None:
    pair.until_read_from_replica()
    before = pair.count()
    pair.replica.execute("SELECT pg_wal_replay_pause()", "one")
    read = pair.store.read_from_replica
    for number in range(10, 15):
        pair.add(number)
        assert pair.count() == before + number - 9
    assert pair.store.read_from_replica == read
    pair.replica.execute("SELECT pg_wal_replay_resume()", "one")
    pair.until_read_from_replica()
    assert pair.count() == before + 5


def test_replica_that_is_gone_costs_nobody_an_answer(pair: Pair) -> None:
    before = pair.count()
    pair.replica.stop()
    pair.add(20)
    assert pair.count() == before + 1
    pair.replica.start()
    pair.until_read_from_replica()
    assert pair.count() == before + 1


def test_replica_of_another_store_is_never_read(servers: tuple[Server, Server]) -> None:
    """It has replayed all that there is, and it would be read if only that were asked."""
    primary, replica = servers
    primary.execute("CREATE DATABASE another")
    other = create_postgresql_store(primary.address("another"))
    with other.writing() as unit:
        unit.objects.add_many([records.stored(number) for number in range(500, 600)])
    other.close()
    addresses = [replica.address("another"), f"{replica.address('one')}?options=-csearch_path%3Delsewhere"]
    for address in addresses:
        store = ReplicatedStore(PostgresqlStore(primary.address("one")), PostgresqlStore(address))
        assert any(is_of_another(store) for _ in range(PATIENCE))
        for _ in range(3):
            with store.reading() as unit:
                assert unit.objects.count() < 100
        assert store.read_from_replica == 0
        store.close()


def is_of_another(store: ReplicatedStore) -> bool:
    """Whether it says so; the database may have yet to come to the replica."""
    try:
        store.check()
    except ConfigurationError as error:
        return error.code == "replica-of-another"
    return False
