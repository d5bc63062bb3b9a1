"""Which store a node's folder has: what the settings, the environment and the command line name must be its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sepakat.cli.node_backups import back_up_node, restore_node
from sepakat.composition import (
    STORE_FILE,
    close_node,
    create_node,
    open_node,
    read_settings,
)
from sepakat.errors import ConfigurationError, SepakatError
from sepakat.stix.identifiers import PartyId
from sepakat.stores.migrating import MOVING, revision_of
from sepakat.stores.moving import create_marked, transaction
from sepakat.stores.postgresql import open_postgresql_store
from tests.support.postgresql import shared_server

pytestmark = pytest.mark.needs_postgresql
US, RU = PartyId("us"), PartyId("ru")
PHRASE = "correct horse battery staple"


@pytest.fixture
def address() -> str:
    return shared_server().new_database(template=None)


@pytest.fixture
def another() -> str:
    return shared_server().new_database(template=None)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the environment name a store."""
    return lambda address: monkeypatch.setenv("SEPAKAT_STORE", address)


def refusal(act: Callable[[], object]) -> SepakatError:
    with pytest.raises(SepakatError) as caught:
        act()
    return caught.value


def parties_in(address: str) -> list[PartyId]:
    store = open_postgresql_store(address)
    with store.reading() as unit:
        found = [party.id for party in unit.parties.everyone()]
    store.close()
    return found


def test_a_new_node_is_not_founded_in_the_store_of_another(
    tmp_path: Path, address: str, named: Callable[[str], None]
) -> None:
    close_node(create_node(tmp_path / "us", US, "United States", store=address))
    named(address)
    error = refusal(lambda: create_node(tmp_path / "ru", RU, "Russia"))
    assert (type(error), error.code) == (ConfigurationError, "store-exists")
    assert parties_in(address) == ["us"]
    assert not (tmp_path / "ru").exists()


def test_a_new_node_has_its_store_where_the_environment_names_one(
    tmp_path: Path, address: str, named: Callable[[str], None]
) -> None:
    named(address)
    close_node(create_node(tmp_path / "us", US, "United States"))
    assert parties_in(address) == ["us"]
    assert not (tmp_path / "us" / STORE_FILE).exists()
    # The address may hold a password, and is not written where it did not stand.
    assert read_settings(tmp_path / "us").store is None
    close_node(open_node(tmp_path / "us"))


def test_two_names_for_a_new_store_are_refused(
    tmp_path: Path, address: str, another: str, named: Callable[[str], None]
) -> None:
    back_up_node(_folder(tmp_path), tmp_path / "backup", PHRASE)
    named(another)
    for act in (
        lambda: create_node(tmp_path / "ru", RU, "Russia", store=address),
        lambda: restore_node(tmp_path / "backup", tmp_path / "ru", PHRASE, address),
    ):
        error = refusal(act)
        assert (type(error), error.code) == (ConfigurationError, "store-unclear")
        assert another not in str(error)
        assert not (tmp_path / "ru").exists()


def test_a_node_is_not_opened_over_the_store_of_another(
    tmp_path: Path, address: str, named: Callable[[str], None]
) -> None:
    close_node(create_node(tmp_path / "us", US, "United States", store=address))
    close_node(create_node(tmp_path / "ru", RU, "Russia"))
    named(address)
    error = refusal(lambda: open_node(tmp_path / "ru"))
    assert (type(error), error.code) == (ConfigurationError, "store-of-another")
    assert "SEPAKAT_STORE" in str(error.hint)
    close_node(open_node(tmp_path / "us"))


def test_a_backup_is_restored_where_the_environment_names_a_store(
    tmp_path: Path, address: str, named: Callable[[str], None]
) -> None:
    back_up_node(_folder(tmp_path), tmp_path / "backup", PHRASE)
    named(address)
    restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE)
    assert parties_in(address) == ["us"]
    assert not (tmp_path / "restored" / STORE_FILE).exists()
    error = refusal(lambda: restore_node(tmp_path / "backup", tmp_path / "again", PHRASE))
    assert error.code == "store-exists"
    assert parties_in(address) == ["us"]


def test_a_store_that_another_is_filling_outlives_a_restore_that_is_refused(tmp_path: Path, address: str) -> None:
    back_up_node(_folder(tmp_path), tmp_path / "backup", PHRASE)
    create_marked(address)
    error = refusal(lambda: restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE, address))
    assert error.code == "store-exists"
    with transaction(address, writes=False) as connection:
        assert revision_of(connection) == MOVING


def test_a_restored_node_has_no_replica_of_the_store_that_was_backed_up(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    with (folder / "settings.toml").open("a", encoding="utf-8") as file:
        file.write('read_store = "postgresql://us@replica.example/us"\n')
    back_up_node(folder, tmp_path / "backup", PHRASE)
    restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE)
    assert read_settings(tmp_path / "restored").read_store is None


def _folder(tmp_path: Path) -> Path:
    close_node(create_node(tmp_path / "us", US, "United States"))
    return tmp_path / "us"
