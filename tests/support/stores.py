"""Stores for tests: every implementation of the `Store` port by name, made fresh and fast."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sepakat.exchange.ports import Store
from sepakat.stores.sqlite import SqliteLimits, SqliteStore, create_store
from tests.support.postgresql import postgresql_store


@cache
def _template() -> tuple[Path, TemporaryDirectory[str]]:
    """An empty store, made once per test process; its folder goes with the process."""
    folder = TemporaryDirectory(prefix="sepakat-store-")
    path = Path(folder.name) / "template.sqlite"
    create_store(path).close()
    return path, folder


@contextmanager
def sqlite_store(folder: Path, limits: SqliteLimits | None = None) -> Iterator[SqliteStore]:
    """A fresh, empty store in `folder`."""
    path = folder / "store.sqlite"
    shutil.copyfile(_template()[0], path)
    store = SqliteStore(path, limits or SqliteLimits())
    try:
        yield store
    finally:
        store.close()


IMPLEMENTATIONS: Mapping[str, Callable[[Path], AbstractContextManager[Store]]] = {
    "postgresql": postgresql_store,
    "sqlite": sqlite_store,
}
"""The contract suite runs on each of them."""

PARAMETERS = [
    pytest.param(name, marks=[pytest.mark.needs_postgresql] if name == "postgresql" else [])
    for name in sorted(IMPLEMENTATIONS)
]
"""The names as parameters of a fixture, marked with what each needs."""
