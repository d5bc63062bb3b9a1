"""One server for all sections: `us`, with a view for `ru`, an inbox for `ru`, and `fr` who may see neither."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.taxii.server import Server, served_situation


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For tests that only read: nothing changes in it."""
    with served_situation(tmp_path_factory.mktemp("taxii")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For tests that change something: a server of their own."""
    with served_situation(tmp_path_factory.mktemp("taxii")) as made:
        yield made
