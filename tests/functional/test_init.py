"""A node is made whole or not at all, and its keys are its owner's alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, state_of

MAKE = ("--party", "cert-nl", "--name", "CERT of the Netherlands", "--country", "NL")


def test_init_makes_keys_that_only_the_owner_may_read(sepakat: CommandLine, tmp_path: Path) -> None:
    made = sepakat.ask("init", tmp_path / "node", *MAKE)
    assert made["party"] == "cert-nl"
    assert len(made["fingerprint"].split()) == 16
    keys = sorted((tmp_path / "node" / "keys").iterdir())
    assert [path.name for path in keys] == ["secret.pem", "signing.pem"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert stat.S_IMODE((tmp_path / "node").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "node" / "store.sqlite").stat().st_mode) == 0o600


def test_init_makes_an_administrator_whose_password_is_shown_once(sepakat: CommandLine, tmp_path: Path) -> None:
    made = sepakat.ask("init", tmp_path / "node", *MAKE)
    assert len(made["password"]) >= 20
    [user] = sepakat.ask("user", "list", "--node", tmp_path / "node")
    assert (user["name"], user["role"]) == ("admin", "administrator")
    assert made["password"] not in sepakat.ok("user", "list", "--node", tmp_path / "node").out


def test_init_refuses_a_folder_that_is_not_empty(sepakat: CommandLine, node: Path) -> None:
    before = state_of(node)
    ended = sepakat("init", node, *MAKE)
    assert ended.status == 8
    assert ended.errors == [f"node not created in {node}: expected a new or empty folder"]
    assert state_of(node) == before


@pytest.mark.parametrize("existed", [False, True])
def test_init_that_is_refused_leaves_nothing_behind(sepakat: CommandLine, tmp_path: Path, existed: bool) -> None:
    folder = tmp_path / "node"
    if existed:
        folder.mkdir()
    ended = sepakat("init", folder, "--party", "Not an id", "--name", "", "--country", "Narnia")
    assert ended.status == 3
    assert all(name in ended.err for name in ("party", "name", "country"))
    assert folder.exists() == existed
    assert not list(tmp_path.rglob("*.pem"))


def test_keys_under_a_passphrase_are_of_no_use_without_it(
    sepakat: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "node"
    monkeypatch.setenv("SEPAKAT_PASSPHRASE", "correct horse")
    sepakat.ok("init", folder, *MAKE)
    assert all(b"ENCRYPTED" in path.read_bytes() for path in (folder / "keys").iterdir())
    sepakat.ok("objects", "list", "--node", folder)
    monkeypatch.setenv("SEPAKAT_PASSPHRASE", "wrong horse")
    ended = sepakat("objects", "list", "--node", folder)
    assert (ended.status, len(ended.errors)) == (8, 1)
    assert "the passphrase is not the right one" in ended.err
    monkeypatch.delenv("SEPAKAT_PASSPHRASE")
    ended = sepakat("objects", "list", "--node", folder, stdin=b"")
    assert ended.status == 8
    assert "is kept under a passphrase" in ended.err
    assert "SEPAKAT_PASSPHRASE" in ended.err


def test_a_key_that_others_may_read_is_refused(sepakat: CommandLine, node: Path) -> None:
    (node / "keys" / "signing.pem").chmod(0o644)
    ended = sepakat("objects", "list", "--node", node)
    assert ended.status == 8
    assert "may be read by others" in ended.err
    assert "chmod 600" in ended.err
