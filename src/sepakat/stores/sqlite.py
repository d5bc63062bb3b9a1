"""The store in one SQLite file: what is SQLite's own, and nothing else.

A writing unit begins with `BEGIN IMMEDIATE`, a reading unit is a deferred `BEGIN` that takes its snapshot at once, on a
connection that cannot write. Write-ahead log with synchronous=NORMAL: what was committed outlives the process; after
a loss of power the newest commits may be gone, whole ones, never parts. Each unit looks at the schema first, so that a
process that outlived a migration by a newer Sepakat stops.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.pool import QueuePool

from sepakat.errors import ConfigurationError, StoreError
from sepakat.stores.file_leases import FileLease, file_lease
from sepakat.stores.migrating import check_known, check_revision, mark, revision_of, upgrade
from sepakat.stores.schema import REVISION
from sepakat.stores.unit import SqlUnit, written_unit

_READERS_KEPT = 16


@dataclass(frozen=True, slots=True)
class SqliteLimits:
    """What a store may take. `most_pages` bounds the file; None leaves it to the disk."""

    busy_seconds: float = 10.0
    """How long a writer waits for another before it gives up."""
    most_pages: int | None = None
    page_size: int = 8192
    writer_cache_kib: int = 65_536
    reader_cache_kib: int = 1_024
    """Of each connection that reads: what pages of objects go through is cached by the system anyway."""
    checkpoint_pages: int = 8_000


_DEFAULT_LIMITS = SqliteLimits()


class SqliteStore:
    """The port `Store` on one SQLite file; thread-safe, shared by any number of processes on one machine."""

    is_at_hand = True

    def __init__(self, path: Path, limits: SqliteLimits = _DEFAULT_LIMITS) -> None:
        self.path = path
        self._limits = limits
        self._writers = _engine(path, limits, writes=True)
        self._readers = _Readers(path, limits)
        # Lets one thread of this process write at a time: SQLite's own waiting is by polling and lets no one queue.
        # It guards nothing that another process could break; it dies with the store.
        self._turn = Lock()
        # Guards the connection that only looks whether anything was committed; both die with the store.
        self._watch_lock = Lock()
        self._watch: sqlite3.Connection | None = None
        self._watches = 0

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        with self._readers.transaction() as connection:
            if not _has_our_revision(connection):
                check_revision(connection, self.path)
            yield SqlUnit(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlUnit]:
        if not self._turn.acquire(timeout=self._limits.busy_seconds):
            raise _busy(self.path)
        try:
            with written_unit(self._written) as unit:
                yield unit
        finally:
            self._turn.release()

    @contextmanager
    def _written(self) -> Iterator[Connection]:
        with self._writers.connect() as connection, connection.begin():
            check_revision(connection, self.path)
            yield connection

    def written(self) -> object:
        # SQLite counts for one connection what all others commit, so it is always the same connection that is asked.
        try:
            with self._watch_lock:
                if self._watch is None:
                    there = f"{self.path.absolute().as_uri()}?mode=rw"
                    self._watch = sqlite3.connect(there, uri=True, isolation_level=None, check_same_thread=False)
                    self._watches += 1
                return (self._watches, *self._watch.execute("PRAGMA data_version").fetchone())
        except sqlite3.Error:
            # What is wrong is said to whoever reads or writes next; until then nothing counts as unchanged.
            return object()

    def lease(self, name: str) -> FileLease | None:
        return file_lease(self.path, name)

    def scrub(self) -> None:
        with self._writers.connect() as connection:
            driver = _driver(connection)
            try:
                driver.execute("VACUUM").close()
                # The log has pages as they were before; a reader that is under way keeps them for as long as it reads.
                (is_busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if (error.sqlite_errorcode & 0xFF) in _FULL:
                    raise _full(self.path) from error
                is_busy = True
        if is_busy:
            raise _busy(self.path)

    def close(self) -> None:
        """Close all connections; units that are open end by themselves."""
        with self._watch_lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._readers.close()
        self._writers.dispose()


class _Readers:
    """Connections that cannot write, kept between units: taking one from a pool costs more than a look at one row."""

    def __init__(self, path: Path, limits: SqliteLimits) -> None:
        self._engine = _engine(path, limits, writes=False, begins=False)
        # Taking from its end and putting there are single steps of Python, so no lock guards it.
        self._kept: list[Connection] = []
        self._is_closed = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in a deferred transaction, which ends without a trace."""
        try:
            connection = self._kept.pop()
        except IndexError:
            connection = self._engine.connect()
        try:
            driver = _driver(connection)
            # Touches no file yet, so nothing can go wrong that would have to be said in our words.
            driver.execute("BEGIN").close()
            yield connection
            if connection.in_transaction():
                connection.rollback()
            driver.rollback()
        except BaseException:
            connection.close()
            raise
        if self._is_closed or len(self._kept) >= _READERS_KEPT:
            connection.close()
        else:
            self._kept.append(connection)

    def close(self) -> None:
        """Close them; one that is in use is closed when it comes back."""
        self._is_closed = True
        while self._kept:
            self._kept.pop().close()
        self._engine.dispose()


def create_store(path: Path, limits: SqliteLimits = _DEFAULT_LIMITS, marked: str = REVISION) -> SqliteStore:
    """Make a new, empty store that only its owner may read; `marked` otherwise, it may not be used yet.

    Raises:
        ConfigurationError: `store-exists`, there is a file already; `folder-unwritable`.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise ConfigurationError("store-exists", f"no store made: {path} exists", "choose an empty folder") from error
    except OSError as error:
        raise ConfigurationError("folder-unwritable", f"no store made at {path}: {error.strerror}") from error
    try:
        migrate(path, limits, marked)
    except BaseException:
        for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            leftover.unlink(missing_ok=True)
        raise
    return SqliteStore(path, limits)


def open_store(path: Path, limits: SqliteLimits = _DEFAULT_LIMITS) -> SqliteStore:
    """Open a store; one of an older schema is migrated first.

    Raises:
        ConfigurationError: `store-missing`, there is no store.
        StoreError: `store-newer`, a newer Sepakat made it; `store-damaged`; `store-busy`.
    """
    revision = schema_revision(path, limits)
    if revision != REVISION:
        migrate(path, limits)
    return SqliteStore(path, limits)


def migrate(path: Path, limits: SqliteLimits = _DEFAULT_LIMITS, marked: str = REVISION) -> None:
    """Lead a store to the schema of this version, in one transaction; nothing to do is no error.

    Raises:
        ConfigurationError: `store-missing`.
        StoreError: `store-newer`, its schema is not known to this version; and as `SqliteStore.writing`.
    """
    _check_present(path)
    engine = _engine(path, limits, writes=True)
    try:
        with engine.connect() as connection, connection.begin():
            revision = revision_of(connection)
            if revision is not None:
                check_known(revision, path)
            if revision != REVISION:
                upgrade(connection)
            if marked != REVISION:
                mark(connection, marked)
    finally:
        engine.dispose()


@contextmanager
def sqlite_transaction(path: Path, *, writes: bool, limits: SqliteLimits = _DEFAULT_LIMITS) -> Iterator[Connection]:
    """A transaction on a store of whatever revision, for what moves stores as a whole."""
    _check_present(path)
    engine = _engine(path, limits, writes=writes)
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def schema_revision(path: Path, limits: SqliteLimits = _DEFAULT_LIMITS) -> str | None:
    """The revision of a store's schema; None for a file without one.

    Raises:
        ConfigurationError: `store-missing`.
        StoreError: `store-damaged`.
    """
    _check_present(path)
    engine = _engine(path, limits, writes=False)
    try:
        with engine.connect() as connection, connection.begin():
            return revision_of(connection)
    finally:
        engine.dispose()


def _engine(path: Path, limits: SqliteLimits, *, writes: bool, begins: bool = True) -> Engine:
    """An engine whose transactions begin as they should, unless its user begins them."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=1 if writes else _READERS_KEPT,
        max_overflow=-1,
        # Errors of the program may reach a log, and what is stored must not.
        hide_parameters=True,
        # No transaction begins or ends but by our own statements.
        connect_args={"isolation_level": None, "timeout": limits.busy_seconds, "check_same_thread": False},
    )
    event.listen(engine, "connect", lambda connection, _: _prepare(connection, limits, writes))
    if begins:
        event.listen(engine, "begin", lambda connection: _begin(connection, writes))
    event.listen(engine, "handle_error", lambda context: _translate(context, path))
    return engine


def _prepare(connection: Any, limits: SqliteLimits, writes: bool) -> None:
    cache = limits.writer_cache_kib if writes else limits.reader_cache_kib
    settings = ["foreign_keys=ON", "synchronous=NORMAL", "temp_store=MEMORY", f"cache_size=-{cache}"]
    if writes:
        # The page size counts only before the first page is written, the log mode stays in the file.
        settings = [f"page_size={limits.page_size}", "journal_mode=WAL", *settings]
        settings += [f"wal_autocheckpoint={limits.checkpoint_pages}", f"journal_size_limit={64 * 2**20}"]
        if limits.most_pages is not None:
            settings.append(f"max_page_count={limits.most_pages}")
    else:
        settings.append("query_only=ON")
    for setting in settings:
        connection.execute(f"PRAGMA {setting}").close()


def _begin(connection: Connection, writes: bool) -> None:
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # Touches no file yet, so nothing can go wrong that would have to be said in our words.
        _driver(connection).execute("BEGIN").close()


def _has_our_revision(connection: Connection) -> bool:
    """The look of `check_revision` in a tenth of its time; anything out of the ordinary is left to that one's words."""
    try:
        row = _driver(connection).execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return False
    return row is not None and row[0] == REVISION


def _driver(connection: Connection) -> sqlite3.Connection:
    found: Any = connection.connection.driver_connection
    return cast("sqlite3.Connection", found)


def _check_present(path: Path) -> None:
    if not path.is_file():
        raise ConfigurationError(
            "store-missing", f"no store at {path}", "make the node with `sepakat init`, or name its folder with --node"
        )


def _busy(path: Path) -> StoreError:
    return StoreError("store-busy", f"store {path} is being written by another for too long", "try again")


def _full(path: Path) -> StoreError:
    return StoreError(
        "store-full",
        f"store {path} cannot grow: the disk is full, or a limit on its size is reached",
        "make room; nothing was changed",
    )


_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_FSYNC}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}


def _translate(context: ExceptionContext, path: Path) -> None:
    """Raise what SQLite says in our own words; errors of the program are left as they are."""
    error = context.original_exception
    extended = getattr(error, "sqlite_errorcode", None)
    if extended is None:
        return
    code = extended & 0xFF
    if code in _BUSY:
        raise _busy(path) from error
    if extended in _FULL or code in _FULL:
        raise _full(path) from error
    if code in _DAMAGED:
        raise StoreError(
            "store-damaged", f"store {path} is damaged: {error}", "stop the node and restore a backup"
        ) from error
    if code == sqlite3.SQLITE_READONLY:
        raise StoreError("store-read-only", f"store {path} cannot be written here: {error}") from error
    if code == sqlite3.SQLITE_CONSTRAINT:
        raise StoreError("record-conflict", f"record refused, it contradicts what is held: {error}") from error
    if code == sqlite3.SQLITE_CANTOPEN:
        raise StoreError("store-unreachable", f"store {path} cannot be opened: {error}") from error
