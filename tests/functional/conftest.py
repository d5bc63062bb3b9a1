"""What the functional tests share: the command line, and fresh nodes made quickly from one that was made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sepakat.cli.main import run
from tests.support.command_line import CommandLine, copy_of


@pytest.fixture
def sepakat(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    for name in ("SEPAKAT_NODE", "SEPAKAT_PASSPHRASE", "SEPAKAT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return CommandLine(capsys, monkeypatch)


@pytest.fixture(scope="session")
def made_node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "us"
    assert run(["init", str(folder), "--party", "us", "--name", "United States", "--country", "US"]) == 0
    return folder


@pytest.fixture
def node(made_node: Path, tmp_path: Path) -> Path:
    """The folder of a fresh node of the party `us`."""
    return copy_of(made_node, tmp_path / "us")
