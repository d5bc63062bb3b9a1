"""Worlds of a few nodes that the tests of the exchange begin from."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sepakat.stix.identifiers import PartyId
from sepakat.stores.sqlite import SqliteStore
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, restarted, simulation

ONE, TWO = (f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}" for n in (1, 2))

Restore = Callable[[], None]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    """`us`, `ru` and `fr`, who know each other and have agreed nothing."""
    with simulation(tmp_path, "us", "ru", "fr") as made:
        made.introduce(("us", "ru"), ("us", "fr"), ("ru", "fr"))
        yield made


@pytest.fixture
def giving(world: Simulation) -> Simulation:
    """`us` gives `ru` up to TLP:AMBER."""
    world.conclude(agreement_text(), "us", "ru")
    return world


@contextmanager
def backed_up(world: Simulation, folder: Path) -> Iterator[Restore]:
    """Keeps a copy of the store of `us` as it is now; what is yielded puts the node back to it."""
    kept = folder / "kept.sqlite"
    with (
        closing(sqlite3.connect(folder / "us" / "store.sqlite")) as now,
        closing(sqlite3.connect(kept)) as copy,
    ):
        now.backup(copy)
    store = SqliteStore(kept)

    def put_back() -> None:
        with store.writing() as unit:
            unit.logs.hold_back(world.clock.now())
        world.network.nodes[PartyId("us")] = restarted(world["us"], store=store)

    yield put_back
    store.close()


@pytest.fixture
def restore(giving: Simulation, tmp_path: Path) -> Iterator[Restore]:
    """Puts `us` back to what it is now, as a backup would, when called."""
    exchange(giving, ONE)
    with backed_up(giving, tmp_path) as put_back:
        yield put_back


def exchange(world: Simulation, id_: str) -> None:
    """`us` releases an object, `ru` takes it and co-signs the log."""
    world.take_in("us", world.written_by("us", id_, "amber"))
    world.settle()
    world.sync("ru", "us")
    world.settle()
