"""Moves a node's store from one database to another, killed at any moment without loss and without two that are in use.

(1) The target is filled, marked `moving`, from a snapshot of the source while that is being used. (2) The source is
locked for writers, what has changed since is copied, and both are compared. (3) The source is marked `moved`, (4) the
target becomes a store that may be used, (5) the caller's settings name it. A move that was cut short is called again
and goes on from where it was: no store that may be used is ever written over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from sepakat.errors import ConfigurationError, StoreError
from sepakat.stores.copying import Contents, Progress, contents_of, copy_store
from sepakat.stores.migrating import MOVED, MOVING, mark, revision_of
from sepakat.stores.postgresql import create_postgresql_store, place_of, postgresql_transaction
from sepakat.stores.schema import REVISION
from sepakat.stores.sqlite import create_store, sqlite_transaction
from sepakat.stores.unit import SqlUnit

Place = Path | str
"""A SQLite file, or the address of a PostgreSQL store."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: rows copied beside the serving, rows copied while it stood still, and what both hold now."""

    copied: int
    copied_in_the_switch: int
    contents: Contents


class HeldStore:
    """The port `Store` over one transaction that is open: reads whatever stands there, used or not."""

    is_at_hand = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        yield SqlUnit(self._connection)

    def writing(self) -> AbstractContextManager[SqlUnit]:
        raise StoreError("store-read-only", "nothing is written while a store is moved")

    def written(self) -> object:
        return None

    def lease(self, name: str) -> None:
        return None

    def scrub(self) -> None:
        """Nothing is deleted here."""

    def close(self) -> None:
        """Nothing of its own to close."""


def move_store(source: Place, target: Place, progress: Progress, check: Callable[[HeldStore], None]) -> Moved:
    """Move everything; `check` reads the target before it is used, and raises if it is not as it should be.

    Raises:
        ConfigurationError: `store-exists`, the target is a store in use.
        StoreError: `store-moved`, the source was moved to another place; `move-differs`, the copy is not equal; and as
            the stores' own errors.
    """
    before = _revision(source)
    held = _revision(target)
    if before == MOVED and held == REVISION:
        return _compared(source, target)
    if before == MOVED and held != MOVING:
        # What it held went elsewhere and may have changed there: another copy would be a second store in use.
        raise StoreError(
            "store-moved",
            f"store not moved: {shown(source)} was moved before, and not to {shown(target)}",
            "name the place that it was moved to as `store` in the settings; if that is lost, restore a backup",
        )
    if before not in (REVISION, MOVED):
        raise StoreError("store-older", f"store {shown(source)} has schema {before}", "open it once with this Sepakat")
    _prepare(target, held)
    with transaction(source, writes=False) as here, transaction(target, writes=True) as there:
        copied = copy_store(here, there, progress)
    with transaction(source, writes=True) as here:
        with transaction(target, writes=True) as there:
            changed = copy_store(here, there, lambda table, rows: None)
        with transaction(target, writes=False) as there:
            contents = _equal(here, there, target)
            check(HeldStore(there))
        mark(here, MOVED)
    with transaction(target, writes=True) as there:
        put_to_use(there)
    return Moved(copied, changed, contents)


def transaction(place: Place, *, writes: bool) -> AbstractContextManager[Connection]:
    """A transaction on a store of whatever revision; a writing one waits for the writers of all processes."""
    if isinstance(place, Path):
        return sqlite_transaction(place, writes=writes)
    return postgresql_transaction(place, writes=writes)


def create_marked(place: Place) -> None:
    """Make a new, empty store that may not be used before `put_to_use`."""
    if isinstance(place, Path):
        create_store(place, marked=MOVING).close()
    else:
        create_postgresql_store(place, marked=MOVING).close()


def put_to_use(connection: Connection) -> None:
    """Let a store that was filled be used, from the end of this transaction on."""
    if connection.dialect.name == "postgresql":
        # It plans by what it knows of the tables, and would read whole views for a page before it looks by itself.
        connection.exec_driver_sql("ANALYZE")
    mark(connection, REVISION)


def shown(place: Place) -> str:
    """The place for people, without a password."""
    return str(place) if isinstance(place, Path) else place_of(place)


def _revision(place: Place) -> str | None:
    if isinstance(place, Path) and not place.exists():
        return None
    with transaction(place, writes=False) as connection:
        return revision_of(connection)


def _prepare(target: Place, held: str | None) -> None:
    if held is None:
        create_marked(target)
        return
    if held not in (MOVED, MOVING):
        raise ConfigurationError(
            "store-exists",
            f"store not moved: {shown(target)} is a store in use",
            "name an empty database, or the place from which this node's store was moved",
        )
    _set(target, MOVING)


def _set(place: Place, revision: str) -> None:
    with transaction(place, writes=True) as connection:
        mark(connection, revision)


def _equal(here: Connection, there: Connection, target: Place) -> Contents:
    wanted, found = contents_of(here), contents_of(there)
    differing = [name for name, digest in wanted.digests.items() if found.digests[name] != digest]
    if differing:
        raise StoreError(
            "move-differs",
            f"store not moved: {', '.join(differing)} came out different in {shown(target)}",
            "the old store is in use as before; call the move again, or report this as a defect",
        )
    return wanted


def _compared(source: Place, target: Place) -> Moved:
    with transaction(source, writes=False) as here, transaction(target, writes=False) as there:
        contents = contents_of(there)
        if contents != contents_of(here):
            raise StoreError(
                "store-moved",
                f"store not moved: {shown(source)} was moved before; {shown(target)} is in use and holds other rows",
                "if that is where it was moved to, name it as `store` in the settings",
            )
        return Moved(0, 0, contents)
