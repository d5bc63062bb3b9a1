"""Every test of this folder runs on every implementation of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sepakat.exchange.ports import Store, Unit
from tests.support.stores import IMPLEMENTATIONS, PARAMETERS


@pytest.fixture(params=PARAMETERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with IMPLEMENTATIONS[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def unit(store: Store) -> Iterator[Unit]:
    """A writing unit that is open as long as the test runs."""
    with store.writing() as opened:
        yield opened
