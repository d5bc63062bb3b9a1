"""The wiring: a node's folder, settings, keys, clock, randomness and adapters. Nothing else reads any of them.

A node's folder holds `settings.toml`, `keys/` (0600), and the store. `create_node` makes it whole or not at all;
`open_node` checks it and gives the `Node` that use cases take; `application` is that node over HTTP. What only some
commands need (HTTP, pages) is imported where it is wired, so that the others start quickly.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import threading
import tomllib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sepakat.errors import ConfigurationError, Fault, StoreError
from sepakat.exchange.ports import Node, Store
from sepakat.remote.lazy_peers import LazyPeers
from sepakat.settings import (
    Settings,
    environment_faults,
    from_environment,
    settings_faults,
    settings_of,
    settings_text,
)
from sepakat.stix.identifiers import PartyId
from sepakat.stores.key_files import PASSPHRASE_VARIABLE, FileSigner, read_key, write_key
from sepakat.stores.sqlite import create_store, open_store

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from sepakat.remote.bells import Bells
    from sepakat.stores.postgresql import PostgresqlStore

SETTINGS_FILE = "settings.toml"
STORE_FILE = "store.sqlite"
KEYS_FOLDER = "keys"
SIGNING_KEY = "signing.pem"
NEXT_SIGNING_KEY = "signing.next.pem"
SECRET_KEY = "secret.pem"  # noqa: S105 -- the name of a file
BACKUP_PASSPHRASE_VARIABLE = "SEPAKAT_BACKUP_PASSPHRASE"  # noqa: S105 -- the name of a variable
STORE_VARIABLE = "SEPAKAT_STORE"

MAY_READ = stat.S_IRUSR | stat.S_IWUSR


class SystemClock:
    """The machine's clock, which within this process never goes back."""

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)
        # Guards `_last`, for as long as the process lives.
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The instant, UTC; at least the one given before."""
        with self._lock:
            self._last = max(self._last, datetime.now(UTC))
            return self._last


class SystemIds:
    """Randomness of the operating system."""

    def uuid(self) -> str:
        return str(uuid.uuid4())

    def secret(self, size: int) -> bytes:
        return secrets.token_bytes(size)


def passphrase_from_environment() -> str | None:
    """The passphrase that the environment gives, if any."""
    return os.environ.get(PASSPHRASE_VARIABLE) or None


def random_password(size: int = 15) -> str:
    """A password for a person or a TAXII client: `size` random bytes as text."""
    return secrets.token_urlsafe(size)


def create_node(
    folder: Path,
    party: PartyId,
    name: str,
    country: str | None = None,
    passphrase: str | None = None,
    store: str | None = None,
) -> Node:
    """Make a node's folder with keys, settings and store, whole or not at all; `store` as in the settings.

    Where the environment names a store, the new one is made there: every later command looks for it there too.

    Raises:
        ConfigurationError: the folder exists and is not empty, or cannot be written; `store-unclear`.
        InputError: party, name or country cannot be.
    """
    place = new_store(store)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            "folder-not-empty",
            f"node not created in {folder}: expected a new or empty folder",
            "name another folder; nothing there was touched",
        )
    from sepakat.exchange.parties import found_party

    existed = folder.exists()
    made: PostgresqlStore | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / KEYS_FOLDER).mkdir(mode=0o700)
        write_key(folder / KEYS_FOLDER / SIGNING_KEY, passphrase)
        write_key(folder / KEYS_FOLDER / SECRET_KEY, passphrase)
        write_settings(folder, Settings(party, store=store))
        if place is None:
            create_store(folder / STORE_FILE).close()
        else:
            from sepakat.stores.postgresql import create_postgresql_store

            made = create_postgresql_store(place)
        node = open_node(folder, passphrase, made)
        found_party(node, name, country)
    except BaseException as error:
        remove_folder(folder, keep_folder=existed)
        if made is not None:
            from sepakat.stores.postgresql import remove_postgresql_store

            remove_postgresql_store(made)
        if isinstance(error, OSError):
            raise ConfigurationError(
                "folder-unwritable", f"node not created in {folder}: {error.strerror}", "choose a folder you may write"
            ) from error
        raise
    return node


def open_node(folder: Path, passphrase: str | None = None, store: Store | None = None) -> Node:
    """The node of a folder, ready for use cases; over another store than its settings name if one is given.

    Raises:
        ConfigurationError: no node's folder, bad settings or keys, or a passphrase that is missing or wrong.
        StoreError: the store is damaged or of a newer schema.
    """
    settings = read_settings(folder)
    phrase = passphrase if passphrase is not None else passphrase_from_environment()
    signer = FileSigner(folder / KEYS_FOLDER / SIGNING_KEY, phrase)
    secret = read_key(folder / KEYS_FOLDER / SECRET_KEY, phrase)
    peers = LazyPeers()
    node = Node(
        party=settings.party,
        store=store if store is not None else _own_store(folder, settings),
        clock=SystemClock(),
        ids=SystemIds(),
        signer=signer,
        peers=peers,
        secret=secret.private_bytes_raw(),
    )
    _finish_rotation(folder, node, signer)
    return peers.serve(node)


def rotate_key(folder: Path, node: Node, *, stolen_since: datetime | None = None) -> None:
    """Give an open node a new signing key, for which the one before vouches; every partner with a node is told.

    It may be served meanwhile. `stolen_since` ends the key before at that instant: what it signs with a later date
    does not count. Whatever happens in between, the next opening of the node finishes it or leaves the old key.

    Raises:
        InputError: the key before was not in use at that instant.
    """
    from sepakat.exchange.parties import issue_card, show_party

    assert isinstance(node.signer, FileSigner), "a node of a folder signs with the key in it"
    following = folder / KEYS_FOLDER / NEXT_SIGNING_KEY
    following.unlink(missing_ok=True)
    own = show_party(node, node.party)
    renewed = replace(node, signer=node.signer.with_new_key(following))
    issue_card(renewed, address=own.address, loopback=own.loopback, previous=node.signer, ended=stolen_since)
    _finish_rotation(folder, node, node.signer)


def _key_change(node: Node) -> Callable[[datetime | None], None] | None:
    """`rotate_key` for the folder that a node's key is in; None where its key is in none."""
    signer = node.signer
    if not isinstance(signer, FileSigner):
        return None
    folder = signer.path.parent.parent
    return lambda stolen_since: rotate_key(folder, node, stolen_since=stolen_since)


def _finish_rotation(folder: Path, node: Node, signer: FileSigner) -> None:
    """Put the next key to use if our card names it: the card is written first, so a key that it does not name is none.

    The key before is gone with that: what waits in the outbox is signed again when it is sent.
    """
    following = folder / KEYS_FOLDER / NEXT_SIGNING_KEY
    if not following.exists():
        return
    from sepakat.exchange.parties import show_party

    if signer.at(following).public_key in show_party(node, node.party).keys:
        following.replace(folder / KEYS_FOLDER / SIGNING_KEY)


def store_address(settings: Settings) -> str | None:
    """The address of the node's PostgreSQL store, which the environment may give; None for SQLite in the folder."""
    return os.environ.get(STORE_VARIABLE) or settings.store


def new_store(store: str | None) -> str | None:
    """Where a new store is to be made: None for SQLite in the folder.

    Raises:
        ConfigurationError: `store-unclear`, the environment names another.
    """
    named = os.environ.get(STORE_VARIABLE)
    if named and store is not None and named != store:
        raise ConfigurationError(
            "store-unclear",
            f"no store made: --store names one and {STORE_VARIABLE} another, which every later command would use",
            f"unset {STORE_VARIABLE}, or leave out --store",
        )
    return named or store


def _own_store(folder: Path, settings: Settings) -> Store:
    """The store of a folder, which must be of the same party: an address may name the store of another node."""
    store = open_store_of(folder, settings)
    address = store_address(settings)
    if address is None:
        return store
    with store.reading() as unit:
        own = unit.parties.get(settings.party)
    if own is None or not own.is_self:
        from sepakat.stores.postgresql import place_of

        close = getattr(store, "close", None)
        if close is not None:
            close()
        whence = STORE_VARIABLE if os.environ.get(STORE_VARIABLE) else "`store` in the settings"
        raise ConfigurationError(
            "store-of-another",
            f"node {settings.party} not opened: {place_of(address)} is the store of another party",
            f"see to {whence}: it names the store of the node in {folder}",
        )
    return store


def open_store_of(folder: Path, settings: Settings) -> Store:
    """The store that the settings of a folder name, migrated if it is of an older schema."""
    address = store_address(settings)
    if address is None:
        return open_store(folder / STORE_FILE)
    from sepakat.stores.postgresql import open_postgresql_store

    return open_postgresql_store(address)


def close_node(node: Node) -> None:
    """Let go of what a node holds open: connections to partners and to the store."""
    for part in (node.peers, node.store):
        close = getattr(part, "close", None)
        if close is not None:
            close()


def place_of_store(folder: Path, settings: Settings) -> Path | str:
    """Where the store of a folder is: a SQLite file, or the address of a PostgreSQL store."""
    return store_address(settings) or folder / STORE_FILE


def bells_of(settings: Settings) -> Bells:
    """The way to tell alerts by mail and webhook, as the settings have it."""
    from sepakat.remote.bells import Bells

    return Bells(settings.smtp, settings.mail_from)


def node_for_readers(node: Node, settings: Settings) -> Node:
    """The node over a store that is read from the replica that the settings name, if they name one.

    Raises:
        ConfigurationError: the store itself is not in PostgreSQL; `replica-of-another`.
    """
    if settings.read_store is None:
        return node
    address = store_address(settings)
    if address is None:
        raise ConfigurationError(
            "replica-without-primary",
            "not served: the settings name a replica for readers, and the store is SQLite",
            "take `read_store` out of the settings, or move the store to PostgreSQL",
        )
    from sepakat.stores.postgresql import PostgresqlStore
    from sepakat.stores.replicas import ReplicatedStore

    store = ReplicatedStore(PostgresqlStore(address), PostgresqlStore(settings.read_store))
    try:
        store.check()
    except ConfigurationError:
        store.close()
        raise
    return replace(node, store=store)


def application(
    node: Node,
    *,
    is_behind_proxy: bool = False,
    is_ending: Callable[[], bool] = lambda: False,
    readers: Node | None = None,
) -> Starlette:
    """The node over HTTP: TAXII at /taxii2/, messages at /peer/v1/, intake at /api/v1/, pages at /, /health, /ready.

    What is held open for partners ends when the process `is_ending`; `readers` is the node as TAXII readers see it.
    """
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from sepakat import peer_server, taxii_server
    from sepakat.web import api, site

    def health(_: Request) -> Response:
        # Of the process alone: one that is well is not to be killed because the database is gone for a while.
        return JSONResponse({"status": "ok"})

    def ready(_: Request) -> Response:
        status = "stopping" if is_ending() else "ok"
        try:
            with node.store.reading() as unit:
                status = status if unit.parties.get(node.party) is not None else "store"
        except StoreError as error:
            status = error.code
        return JSONResponse({"status": status}, 200 if status == "ok" else 503)

    door = taxii_server.TaxiiDoor(readers or node, taxii_server.DEFAULT_LIMITS)
    routes = [
        *taxii_server.routes(node, is_behind_proxy=is_behind_proxy, door=door),
        *peer_server.routes(node, is_ending=is_ending),
        Route("/health", health, methods=["GET"]),
        Route("/ready", ready, methods=["GET"]),
        *api.routes(node, is_behind_proxy=is_behind_proxy),
    ]
    pages = site.routes(node, is_behind_proxy=is_behind_proxy, change_key=_key_change(node))
    served = Starlette(routes=[*routes, *pages])
    served.state.counters = door.service.metrics.text
    return served


def read_settings(folder: Path) -> Settings:
    """The settings of a node's folder.

    Raises:
        ConfigurationError: there are none, or they have faults; all are named.
    """
    document = _settings_document(folder)
    return _checked(document, str(folder / SETTINGS_FILE), settings_faults(document, _is_store_address))


def effective_settings(folder: Path) -> Settings:
    """The settings that hold: those of the folder, and over them those of the environment.

    Raises:
        ConfigurationError: as `read_settings`; a variable of the environment has a fault.
    """
    document = _settings_document(folder) | from_environment(os.environ)
    return _checked(document, f"{folder / SETTINGS_FILE} and the environment", faults_of_settings(folder))


def faults_of_settings(folder: Path) -> list[Fault]:
    """Everything that is wrong with the settings of a folder, and with what the environment sets over them.

    Raises:
        ConfigurationError: there are none, or they are no TOML.
    """
    faults = settings_faults(_settings_document(folder), _is_store_address)
    return faults + environment_faults(os.environ, _is_store_address)


def _settings_document(folder: Path) -> dict[str, object]:
    path = folder / SETTINGS_FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            "node-absent",
            f"no node in {folder}: {SETTINGS_FILE} is not there",
            f"`sepakat init {folder} ...` makes one",
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError("settings-unreadable", f"settings refused: {path}: {error}") from error


def _checked(document: dict[str, object], where: str, faults: list[Fault]) -> Settings:
    if faults:
        words = "; ".join(map(str, faults))
        raise ConfigurationError(
            "settings-invalid", f"settings refused: {where}: {words}", "`sepakat settings check` lists them"
        )
    return settings_of(document)


def write_settings(folder: Path, settings: Settings) -> None:
    """Write the settings of a node's folder, whole or not at all."""
    path = folder / SETTINGS_FILE
    fresh = path.with_suffix(".new")
    # The address of the store may hold a password.
    fresh.touch(mode=MAY_READ)
    fresh.write_text(settings_text(settings), encoding="utf-8")
    fresh.replace(path)


def _is_store_address(address: object) -> bool:
    from sepakat.stores.postgresql import place_of

    try:
        place_of(str(address))
    except ConfigurationError:
        return False
    return True


def remove_folder(folder: Path, *, keep_folder: bool) -> None:
    """Remove a folder that could not be finished, with what it holds; or only that."""
    if not keep_folder:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for item in folder.iterdir():
        if item.is_dir():
            shutil.rmtree(item, ignore_errors=True)
        else:
            item.unlink(missing_ok=True)
