"""A store is moved whole, beside its use, and never is more than one of the two in use."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from sepakat.errors import ConfigurationError, StoreError
from sepakat.exchange.ports import Store
from sepakat.stores import copying, moving
from sepakat.stores.copying import contents_of
from sepakat.stores.moving import HeldStore, Place, move_store, transaction
from sepakat.stores.postgresql import open_postgresql_store
from sepakat.stores.sqlite import create_store, open_store
from tests.support import records
from tests.support.postgresql import shared_server

pytestmark = pytest.mark.needs_postgresql


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite"
    store = create_store(path)
    with store.writing() as unit:
        records.fill(unit)
        unit.objects.add_many([records.stored(number, name="\0 and more") for number in range(100, 300)])
    store.close()
    return path


@pytest.fixture
def target() -> str:
    return shared_server().new_database(template=None)


def opened(place: Place) -> Store:
    return open_store(place) if isinstance(place, Path) else open_postgresql_store(place)


def move(source: Place, target: Place) -> moving.Moved:
    return move_store(source, target, lambda table, rows: None, lambda copy: None)


def read_all(place: Place) -> dict[str, object]:
    store = opened(place)
    with store.reading() as unit:
        found = records.everything_in(unit)
    store.close()
    return found


def add(place: Place, number: int) -> None:
    store = opened(place)
    with store.writing() as unit:
        unit.objects.add(records.stored(number))
        unit.views.record([records.recorded()])
        unit.readings.note_access(records.access())
    store.close()


def is_refused(place: Place) -> bool:
    with pytest.raises(StoreError) as caught:
        opened(place)
    return caught.value.code == "store-moved"


def test_everything_is_there_afterwards_and_the_old_store_is_not_used(source: Path, target: str) -> None:
    before = read_all(source)
    moved = move(source, target)
    assert read_all(target) == before
    assert is_refused(source)
    assert moved.contents.rows["objects"] > 200
    assert moved.copied_in_the_switch == 0


def test_the_moved_store_goes_on_with_its_keys(source: Path, target: str) -> None:
    move(source, target)
    for number in range(5):
        add(target, 1000 + number)
    with psycopg.connect(target) as connection:
        assert connection.execute("SELECT count(*) = max(key) FROM accesses").fetchone() == (True,)


def test_a_store_that_was_moved_there_is_moved_back_with_what_came_since(source: Path, target: str) -> None:
    move(source, target)
    add(target, 1000)
    store = opened(target)
    with store.writing() as unit:
        unit.objects.remove(records.stored(1).object.version_ref)
        unit.views.withdraw(records.COLLECTION, [1], records.at(9))
    store.close()
    before = read_all(target)
    moved = move(target, source)
    assert read_all(source) == before
    assert is_refused(target)
    # Only what had changed was written.
    assert 0 < moved.copied < 40


def test_what_is_written_during_the_copy_comes_along(
    source: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def copy_while_written(here: object, there: object, progress: object) -> int:
        changed = copying.copy_store(here, there, progress)  # type: ignore[arg-type]
        calls.append(changed)
        if len(calls) == 1:
            add(source, 1000)
        return changed

    monkeypatch.setattr(moving, "copy_store", copy_while_written)
    moved = move(source, target)
    assert moved.copied_in_the_switch >= 3
    store = opened(target)
    with store.reading() as unit:
        assert unit.objects.get(records.stix_id(1000))
    store.close()


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("step", ["_prepare", "copy_store", "_equal", "mark", "_set"])
@pytest.mark.parametrize("occurrence", [1, 2, 3])
def test_a_move_that_is_killed_anywhere_is_finished_by_the_next(
    source: Path, target: str, monkeypatch: pytest.MonkeyPatch, step: str, occurrence: int
) -> None:
    before = read_all(source)
    real, seen = getattr(moving, step), 0

    def die(*arguments: object) -> object:
        nonlocal seen
        seen += 1
        if seen == occurrence:
            raise Killed
        return real(*arguments)

    monkeypatch.setattr(moving, step, die)
    with suppress(Killed):
        move(source, target)
    monkeypatch.undo()
    usable = [place for place in (source, target) if in_use(place)]
    assert len(usable) <= 1
    move(source, target)
    assert read_all(target) == before
    assert not in_use(source)


def in_use(place: Place) -> bool:
    try:
        opened(place).close()
    except (StoreError, ConfigurationError):
        return False
    return True


def test_a_store_that_was_moved_is_moved_nowhere_else(source: Path, target: str, tmp_path: Path) -> None:
    move(source, target)
    for place in (tmp_path / "new.sqlite", shared_server().new_database(template=None)):
        with pytest.raises(StoreError, match="moved before") as caught:
            move(source, place)
        assert caught.value.code == "store-moved"
        assert not in_use(place)
    # Nor to a place that was left as well: each of the two would go on with what it had.
    third = tmp_path / "third.sqlite"
    move(target, third)
    with pytest.raises(StoreError, match="moved before"):
        move(source, target)
    assert [in_use(place) for place in (source, target, third)] == [False, False, True]


def test_a_move_that_was_finished_long_ago_says_where_the_store_is(source: Path, target: str) -> None:
    move(source, target)
    assert move(source, target).copied == 0
    add(target, 1000)
    with pytest.raises(StoreError, match="holds other rows") as caught:
        move(source, target)
    assert "`store` in the settings" in str(caught.value.hint)
    assert in_use(target)


def test_a_store_in_use_is_never_written_over(source: Path, tmp_path: Path, target: str) -> None:
    other = tmp_path / "other.sqlite"
    create_store(other).close()
    for place in (other, shared_server().new_database()):
        with pytest.raises(ConfigurationError) as caught:
            move(source, place)
        assert caught.value.code == "store-exists"
    assert in_use(source)


def test_a_copy_that_is_not_as_it_should_be_is_not_used(source: Path, target: str) -> None:
    def refuse(copy: HeldStore) -> None:
        with copy.reading() as unit:
            assert unit.objects.count() > 0
        raise StoreError("move-differs", "no")

    with pytest.raises(StoreError):
        move_store(source, target, lambda table, rows: None, refuse)
    assert in_use(source)
    assert is_refused(target)


def test_digests_tell_one_changed_byte(source: Path) -> None:
    def digests() -> dict[str, str]:
        with transaction(source, writes=False) as connection:
            return contents_of(connection).digests

    before = digests()
    with transaction(source, writes=True) as connection:
        connection.exec_driver_sql("UPDATE bodies SET body = body || x'00' WHERE key = 1")
    after = digests()
    assert [name for name in before if before[name] != after[name]] == ["bodies"]
