"""A fresh store in a file, for what only SQLite has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sepakat.stores.sqlite import SqliteStore
from tests.support.stores import sqlite_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with sqlite_store(tmp_path) as made:
        yield made
