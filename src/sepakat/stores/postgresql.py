"""The store in a PostgreSQL database: what is PostgreSQL's own, and nothing else.

A writing unit first takes an advisory lock of the database, so that writers of all processes on all machines take
turns; only then does it look at anything (READ COMMITTED: each statement sees what the writer before it committed). A
reading unit is one snapshot (REPEATABLE READ, READ ONLY) and waits for nobody. A lock dies with its connection, so a
killed process leaves nothing behind. A connection that was lost between two units is replaced; one lost in a unit fails
that unit, which then has changed nothing. Several nodes may share a database, each in a schema of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, NoReturn

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from sepakat.errors import ConfigurationError, StoreError
from sepakat.stores.migrating import check_known, check_revision, mark, revision_of, upgrade
from sepakat.stores.prepared_rows import take_prepared
from sepakat.stores.schema import REVISION, metadata
from sepakat.stores.session_leases import SessionLease, SessionLeases
from sepakat.stores.unit import SqlUnit, written_unit

SCHEMES = ("postgresql", "postgres")
"""What the address of such a store begins with."""

WRITER, MIGRATION = 1, 1
_LOCKS = 0x5E9A
"""The first half of every advisory lock of Sepakat; the second says which schema it is of, and what it is for."""


_WITH_CONTENT = (
    *("bodies", "versions", "publications", "claims", "policies", "decisions", "judgements", "alerts", "variants"),
    *("catalogue", "catalogue_words", "catalogue_links", "quarantined", "push_statuses", "jobs", "saved_searches"),
    *("reports", "report_contents", "proposals", "review_steps", "messages", "recalls", "consents", "topics"),
    *("take_ins", "consultations", "arrivals", "sync_states", "watch_areas", "objects"),
)
"""The tables that an erasure writes."""


@dataclass(frozen=True, slots=True)
class PostgresqlLimits:
    """What a store may take of the server."""

    busy_seconds: float = 10.0
    """How long a writer waits for another, and a reader for a free connection, before it gives up."""
    connect_seconds: int = 5
    readers: int = 16
    """How many connections read at most. They are kept: to make one takes longer than to read a page."""


_DEFAULT_LIMITS = PostgresqlLimits()


class PostgresqlStore:
    """The port `Store` on one PostgreSQL database; thread-safe, shared by processes on any number of machines."""

    is_at_hand = False

    def __init__(self, address: str, limits: PostgresqlLimits = _DEFAULT_LIMITS) -> None:
        self.address = address
        self.place = place_of(address)
        """The address without a password, for people."""
        self._limits = limits
        self._writers = _engine(address, limits, writes=True)
        self._readers = _engine(address, limits, writes=False)
        # A look at one value is no unit: it takes one way there and back, where a transaction takes three.
        self._looks = _engine(address, limits, writes=False).execution_options(isolation_level="AUTOCOMMIT")
        self._leases = SessionLeases(self._looks)
        # Lets one thread of this process wait for the database's lock at a time, so that the others hold no connection.
        # It guards nothing that another process could break; it dies with the store.
        self._turn = Lock()

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        with _opened(self._readers, self.place, writes=False) as connection:
            yield SqlUnit(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlUnit]:
        if not self._turn.acquire(timeout=self._limits.busy_seconds):
            raise _busy(self.place)
        try:
            with written_unit(lambda: _opened(self._writers, self.place, writes=True)) as unit:
                yield unit
        finally:
            self._turn.release()

    def written(self) -> object:
        # Transactions that ended change it, those of other databases of the same server too: one look too many at most.
        with self._looks.connect() as connection:
            return connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar()

    def asked(self, statement: str, values: Mapping[str, object] | None = None) -> object:
        """One value that the server answers, outside of any unit."""
        with self._looks.connect() as connection:
            return connection.exec_driver_sql(statement, dict(values or {})).scalar()

    def lease(self, name: str) -> SessionLease | None:
        return self._leases.lease(name)

    def scrub(self) -> None:
        engine = _engine(self.address, self._limits, writes=True).execution_options(isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                for table in _WITH_CONTENT:
                    connection.exec_driver_sql(f"VACUUM (FULL) {table}")
        except StoreError as error:
            raise error from None
        finally:
            engine.dispose()

    def close(self) -> None:
        """Close all connections; units that are open end by themselves."""
        self._leases.close()
        self._readers.dispose()
        self._writers.dispose()


def create_postgresql_store(
    address: str, limits: PostgresqlLimits = _DEFAULT_LIMITS, marked: str = REVISION
) -> PostgresqlStore:
    """Make the tables of a new store in an empty database or schema; `marked` otherwise, it may not be used yet.

    Raises:
        ConfigurationError: `store-exists`, there are tables of Sepakat already; `store-address-invalid`.
        StoreError: `store-unreachable`.
    """
    with _migrating(address, limits) as connection:
        if revision_of(connection) is not None:
            raise ConfigurationError(
                "store-exists",
                f"no store made: {place_of(address)} has one already",
                "name an empty database or schema; nothing there was touched",
            )
        upgrade(connection)
        if marked != REVISION:
            mark(connection, marked)
    return PostgresqlStore(address, limits)


def remove_postgresql_store(store: PostgresqlStore) -> None:
    """Drop all tables of a store, with what they hold: for one that could not be finished."""
    store.close()
    with _migrating(store.address, _DEFAULT_LIMITS) as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")


def open_postgresql_store(address: str, limits: PostgresqlLimits = _DEFAULT_LIMITS) -> PostgresqlStore:
    """Open a store; one of an older schema is migrated first.

    Raises:
        ConfigurationError: `store-missing`, there are no tables; `store-address-invalid`.
        StoreError: `store-newer`, a newer Sepakat made it; `store-unreachable`; `store-busy`.
    """
    if postgresql_revision(address, limits) != REVISION:
        migrate_postgresql(address, limits)
    return PostgresqlStore(address, limits)


def migrate_postgresql(address: str, limits: PostgresqlLimits = _DEFAULT_LIMITS) -> None:
    """Lead a store to the schema of this version, in one transaction; nothing to do is no error.

    Raises:
        ConfigurationError: `store-missing`.
        StoreError: `store-newer`; and as `PostgresqlStore.writing`.
    """
    with _migrating(address, limits) as connection:
        revision = revision_of(connection)
        if revision is None:
            _refuse_missing(address)
        check_known(revision, place_of(address))
        if revision != REVISION:
            upgrade(connection)


def postgresql_revision(address: str, limits: PostgresqlLimits = _DEFAULT_LIMITS) -> str:
    """The revision of a store's schema.

    Raises:
        ConfigurationError: `store-missing`.
        StoreError: `store-unreachable`.
    """
    engine = _engine(address, limits, writes=False)
    try:
        with engine.connect() as connection, connection.begin():
            revision = revision_of(connection)
    finally:
        engine.dispose()
    return revision if revision is not None else _refuse_missing(address)


@contextmanager
def postgresql_transaction(
    address: str, *, writes: bool, limits: PostgresqlLimits = _DEFAULT_LIMITS
) -> Iterator[Connection]:
    """A transaction on a store of whatever revision, for what moves stores as a whole."""
    engine = _engine(address, limits, writes=writes)
    try:
        with engine.connect() as connection, connection.begin():
            if writes:
                take_lock(connection, WRITER)
            yield connection
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class ServerFound:
    """What a look at the server of a store showed; `faults` say what to do."""

    place: str
    words: str
    faults: tuple[str, ...]


def examine_server(address: str, limits: PostgresqlLimits = _DEFAULT_LIMITS) -> ServerFound:
    """Look at the server of a store: whether it answers, keeps what was committed, and has whole indexes.

    Raises:
        StoreError: `store-unreachable`.
    """
    engine = _engine(address, limits, writes=False)
    try:
        with engine.connect() as connection:
            asked = connection.exec_driver_sql(_EXAMINATION).one()
    finally:
        engine.dispose()
    version, size, used, most, is_durable, broken = asked
    faults = []
    if not is_durable:
        faults.append("set fsync, full_page_writes and synchronous_commit to on: a loss of power would lose commits")
    if broken:
        faults.append(f"REINDEX INDEX {broken}")
    if used > most * 0.9:
        faults.append("raise max_connections, or serve with fewer workers")
    words = f"PostgreSQL {version}, {int(size) // 2**20} MiB, {used} of {most} connections in use"
    return ServerFound(place_of(address), words, tuple(faults))


_EXAMINATION = """
SELECT current_setting('server_version'), pg_database_size(current_database()),
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
  current_setting('max_connections')::int,
  current_setting('fsync')::bool AND current_setting('full_page_writes')::bool
    AND current_setting('synchronous_commit') <> 'off',
  (SELECT min(indexrelid::regclass::text) FROM pg_index WHERE NOT indisvalid)
"""


def is_postgresql(address: str) -> bool:
    """Whether the address of a store names a PostgreSQL database."""
    return address.partition("://")[0] in SCHEMES


def place_of(address: str) -> str:
    """An address for people: without its password and its options.

    Raises:
        ConfigurationError: `store-address-invalid`.
    """
    return _url(address).set(drivername="postgresql", query={})._replace(password=None).render_as_string()


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    # The address itself may hold a password, so that no error repeats it.
    if url is None or url.drivername not in SCHEMES or not url.database:
        raise _address_invalid("expected postgresql://USER@HOST/DATABASE")
    return url.set(drivername="postgresql+psycopg")


def _address_invalid(why: str) -> ConfigurationError:
    return ConfigurationError(
        "store-address-invalid",
        f"address of the store refused: {why}",
        "options of libpq may follow, as in ?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    )


def _engine(address: str, limits: PostgresqlLimits, *, writes: bool) -> Engine:
    place = place_of(address)
    url = _url(address)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writes else limits.readers,
        max_overflow=0,
        pool_timeout=limits.busy_seconds,
        # What was used last is warm: it knows its statements and their plans.
        pool_use_lifo=True,
        # Errors of the program may reach a log, and what is stored must not.
        hide_parameters=True,
        use_native_hstore=False,
        connect_args=_connecting(limits, str(url.query.get("options", ""))),
    )
    event.listen(engine, "connect", lambda connection, _: _prepare(connection, writes))
    event.listen(engine, "handle_error", lambda context: _translate(context, place))
    take_prepared(engine)
    return engine


def _connecting(limits: PostgresqlLimits, options: str) -> dict[str, Any]:
    class BinaryCursor(psycopg.Cursor[Any]):
        """Takes results in PostgreSQL's binary form: bytes come as they are."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.format = 1  # type: ignore[assignment]

    # Every question here is small and by an index: plans are not worth compiling, and pages are read in any order. What
    # the address says comes later, and holds.
    options = f"-c jit=off -c random_page_cost=1.1 {options}"
    # The server ends a session whose client is gone (pulled cable, dead machine) soon, and with it the writers' lock.
    server = f"{options} -c lock_timeout={int(limits.busy_seconds * 1000)}"
    server += " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    return {
        "connect_timeout": limits.connect_seconds,
        "application_name": "sepakat",
        "cursor_factory": BinaryCursor,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "options": server,
    }


def _prepare(connection: Any, writes: bool) -> None:
    connection.isolation_level = (
        psycopg.IsolationLevel.READ_COMMITTED if writes else psycopg.IsolationLevel.REPEATABLE_READ
    )
    connection.read_only = not writes


@contextmanager
def _opened(engine: Engine, place: str, *, writes: bool) -> Iterator[Connection]:
    """A connection in a transaction that has begun, for one unit."""
    try:
        with _begun(engine, place, writes=writes) as connection:
            yield connection
            connection.commit()
    except StoreError as error:
        # SQLAlchemy names the driver's error as the cause, and its details repeat what is stored.
        raise error from None


def _begun(engine: Engine, place: str, *, writes: bool) -> Connection:
    # Twice: the first connection may be one that the server has closed since it was last used. Nothing was done on it.
    for attempt in (1, 2):
        try:
            connection = engine.connect()
        except PoolTimeoutError as error:
            raise _busy(place) from error
        try:
            if writes:
                take_lock(connection, WRITER)
            check_revision(connection, place)
        except BaseException as error:
            was_lost = connection.invalidated
            connection.close()
            if was_lost and attempt == 1 and isinstance(error, StoreError):
                continue
            raise
        return connection
    raise AssertionError("the second attempt returns or raises")


def take_lock(connection: Connection, what: int) -> None:
    """Wait for an advisory lock of this store, until the end of the transaction."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCKS}, {_lock_number(what)})")


def _lock_number(what: int) -> str:
    # The schema's number keeps several nodes in one database apart.
    return f"hashtext(current_schema()) / 8 * 8 + {what}"


@contextmanager
def _migrating(address: str, limits: PostgresqlLimits) -> Iterator[Connection]:
    engine = _engine(address, limits, writes=True)
    try:
        with engine.connect() as connection, connection.begin():
            take_lock(connection, MIGRATION)
            yield connection
    finally:
        engine.dispose()


def _refuse_missing(address: str) -> NoReturn:
    raise ConfigurationError(
        "store-missing",
        f"no store at {place_of(address)}",
        "make the node with `sepakat init --store`, or move one there with `sepakat store move`",
    )


def _busy(place: str) -> StoreError:
    return StoreError("store-busy", f"store {place} is being written by another for too long", "try again")


_BUSY = ("55P03", "40001", "40P01", "57014")
_FULL = ("53100", "53200", "53400", "54")
_DAMAGED = ("XX001", "XX002")
_GONE = ("08", "57P", "53300", "28", "3D000")


def _translate(context: ExceptionContext, place: str) -> None:
    """Raise what PostgreSQL says in our own words; errors of the program are left as they are."""
    error = context.original_exception
    if not isinstance(error, psycopg.Error):
        return
    state = error.sqlstate or ""
    said = _first_line(error)
    if state.startswith(_BUSY):
        raise _busy(place) from None
    if state.startswith(_FULL):
        raise StoreError(
            "store-full",
            f"store {place} cannot grow: {said}",
            "make room on the database server; nothing was changed",
        ) from None
    if state.startswith(_DAMAGED):
        raise StoreError(
            "store-damaged", f"store {place} is damaged: {said}", "stop the node and restore a backup"
        ) from None
    if state == "25006":
        raise StoreError("store-read-only", f"store {place} cannot be written here: {said}") from None
    if state.startswith("23"):
        raise StoreError("record-conflict", f"record refused, it contradicts what is held: {said}") from None
    if state == "3F000":
        raise ConfigurationError(
            "store-missing",
            f"no store at {place}: the schema that its address names is not there",
            "make the schema: CREATE SCHEMA name AUTHORIZATION role",
        ) from None
    if not state and isinstance(error, psycopg.ProgrammingError) and "connection option" in said:
        raise _address_invalid(said) from None
    if state == "42501":
        raise StoreError(
            "store-forbidden", f"store {place} cannot be used: {said}", "grant the role what it needs"
        ) from None
    if context.is_disconnect or state.startswith(_GONE) or (not state and isinstance(error, psycopg.OperationalError)):
        raise StoreError(
            "store-unreachable",
            f"store {place} cannot be reached: {said}",
            "see that PostgreSQL runs and that the address and the role in the settings are right",
        ) from None


def _first_line(error: Any) -> str:
    """What went wrong, without the details, which hold values."""
    said = error.diag.message_primary or str(error)
    return str(said).strip().partition("\n")[0]
