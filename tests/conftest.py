"""What holds for all tests: the same random examples on every run, no network in unit tests, no silent skips in CI."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests.support.required_tools import pytest_addoption, pytest_runtest_makereport
from tests.support.worlds_report import pytest_terminal_summary

__all__ = ["pytest_addoption", "pytest_runtest_makereport", "pytest_terminal_summary"]

# pytest loads readline, which puts the size of a terminal into the environment of the test processes.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

UNIT_TESTS = Path(__file__).parent / "unit"
DEFAULT_WORLDS = 200

settings.register_profile(
    "sepakat",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("sepakat")


def _refuse_network(*_: object, **__: object) -> NoReturn:
    raise AssertionError("a unit test must not use the network; move it to tests/integration or pass a value in")


@pytest.fixture(autouse=True)
def _no_network_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if UNIT_TESTS in request.path.parents:
        for name in ("connect", "connect_ex", "bind", "sendto"):
            monkeypatch.setattr(socket.socket, name, _refuse_network)
        monkeypatch.setattr(socket, "getaddrinfo", _refuse_network)


@pytest.fixture(scope="session")
def worlds() -> int:
    """How many random worlds a test marked `worlds` looks at; `make worlds` asks for many more."""
    return int(os.environ.get("SEPAKAT_WORLDS", DEFAULT_WORLDS))
