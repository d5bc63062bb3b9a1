"""A changed byte of an object is found on both stores, though every page of the database is whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, select, update

from sepakat.cli import diagnosis
from sepakat.cli.diagnosis import examine
from sepakat.composition import create_node
from sepakat.exchange.ports import Store
from sepakat.stix.identifiers import PartyId
from sepakat.stores import examining
from sepakat.stores.examining import examine_bodies
from sepakat.stores.moving import Place, transaction
from sepakat.stores.postgresql import open_postgresql_store
from sepakat.stores.schema import bodies
from sepakat.stores.sqlite import SqliteStore, create_store
from tests.support import records
from tests.support.postgresql import shared_server

Reading = Callable[[], AbstractContextManager[Connection]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A store with 150 objects beside what else there can be, something of it erased."""
    made: Place
    store: Store
    if request.param == "sqlite":
        made = tmp_path / "store.sqlite"
        store = create_store(made)
    else:
        made = shared_server().new_database()
        store = open_postgresql_store(made)
    with store.writing() as unit:
        records.fill(unit)
        unit.objects.add_many([records.stored(number) for number in range(100, 250)])
    store.close()
    return made


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "_BLOCK", 10)
    monkeypatch.setattr(examining, "_BLOCKS_AT_ONCE", 4)


def reading(place: Place) -> Reading:
    return lambda: transaction(place, writes=False)


def change(place: Place, number: int) -> None:
    """Put another letter into the body of an object, where no digest covers the spelling."""
    name = records.stored(number).object.id.encode()
    with transaction(place, writes=True) as connection:
        rows = connection.execute(select(bodies.c.key, bodies.c.body)).all()
        (row,) = [row for row in rows if name in row.body]
        other = row.body.replace(b'":', b'" :', 1)
        connection.execute(update(bodies).where(bodies.c.key == bindparam("of")).values(body=other), {"of": row.key})


def test_bodies_that_nobody_changed_are_as_written(place: Place) -> None:
    found = examine_bodies(reading(place), lambda done, count: True)
    assert (found.looked_at >= 150, found.is_all, found.changed) == (True, True, ())


def test_a_changed_byte_is_found_at_its_object(place: Place) -> None:
    for number in (103, 241):
        change(place, number)
    found = examine_bodies(reading(place), lambda done, count: True, first=7)
    assert set(found.changed) == {records.stored(number).object.id for number in (103, 241)}


def test_looking_ends_when_it_is_told_to_and_is_spread_over_all(place: Place) -> None:
    told: list[tuple[int, int]] = []

    def few(done: int, count: int) -> bool:
        told.append((done, count))
        return done < 3

    found = examine_bodies(reading(place), few)
    assert [done for done, _ in told] == [1, 2, 3]
    assert (0 < found.looked_at <= 30, found.is_all) == (True, False)
    places = list(examining._spread(told[0][1], 5))
    assert sorted(places) == list(range(told[0][1]))
    assert max(places[:3]) - min(places[:3]) > told[0][1] // 4


def test_an_empty_store_has_no_bodies_to_look_at(tmp_path: Path) -> None:
    create_store(tmp_path / "store.sqlite").close()
    found = examine_bodies(reading(tmp_path / "store.sqlite"), lambda done, count: True)
    assert (found.looked_at, found.is_all) == (0, True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    node = create_node(tmp_path / "node", PartyId("us"), "United States")
    with node.store.writing() as unit:
        unit.objects.add_many([records.stored(number) for number in range(100, 250)])
    assert isinstance(node.store, SqliteStore)
    node.store.close()
    return tmp_path / "node"


def looked(folder: Path, *, thorough: bool = False) -> diagnosis.Check:
    return next(one for one in examine(folder, thorough=thorough) if one.what == "bodies")


def test_the_doctor_names_the_object_and_how_to_come_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (looked(folder).is_well, looked(folder).found) == (True, "150 bodies as written")
    monkeypatch.setattr(diagnosis, "BODIES_SECONDS", 0.0)
    assert "`--thorough` looks at the rest too" in looked(folder).found
    change(folder / "store.sqlite", 130)
    found = looked(folder, thorough=True)
    assert (found.is_well, records.stored(130).object.id in found.found) == (False, True)
    assert "restore a backup" in str(found.remedy)
    assert next(one for one in examine(folder) if one.what == "store file").is_well
