"""`sepakat settings check`: what would hold, where it comes from, what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine


def test_check_tells_each_setting_with_where_it_comes_from(
    sepakat: CommandLine, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPAKAT_SYNC_SECONDS", "7")
    found = sepakat.ask("settings", "check", "--node", node)
    assert found["faults"] == []
    assert found["settings"]["sync_seconds"] == {"value": 7, "from": "environment"}
    assert found["settings"]["party"] == {"value": "us", "from": "file"}
    assert found["settings"]["log"] == {"value": "text", "from": "default"}


def test_check_names_all_faults_of_file_and_environment(
    sepakat: CommandLine, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPAKAT_LOG", "xml")
    monkeypatch.setenv("SEPAKAT_PORT", "http")
    ended = sepakat("settings", "check", "--node", node)
    assert ended.status == 1
    assert "SEPAKAT_LOG: expected one of text, json" in ended.out
    assert "SEPAKAT_PORT: expected int" in ended.out


def test_a_fault_in_the_file_hides_none_in_the_environment(
    sepakat: CommandLine, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (node / "settings.toml").open("a", encoding="utf-8") as file:
        file.write('adress = "https://x"\nsmtp = "mail"\nmail_from = "us"\nworkers = 0\n')
    monkeypatch.setenv("SEPAKAT_WORKERS", "many")
    monkeypatch.setenv("SEPAKAT_ADDRESS", "us.example")
    monkeypatch.setenv("SEPAKAT_PROT", "8443")
    ended = sepakat("settings", "check", "--node", node, "--json")
    assert ended.status == 1
    named = [fault.partition(":")[0] for fault in json.loads(ended.out)["faults"]]
    expected = ["SEPAKAT_ADDRESS", "SEPAKAT_PROT", "SEPAKAT_WORKERS", "adress", "mail_from", "smtp", "workers"]
    assert sorted(named) == expected


def test_a_mistyped_variable_is_seen(sepakat: CommandLine, node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPAKAT_WORKER", "4")
    ended = sepakat("settings", "check", "--node", node)
    assert (ended.status, "SEPAKAT_WORKER: no setting has that name" in ended.out) == (1, True)
    assert "sync_seconds" in ended.out


def test_check_refuses_settings_that_do_not_go_together(
    sepakat: CommandLine, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPAKAT_WORKERS", "2")
    monkeypatch.setenv("SEPAKAT_READ_STORE", "postgresql://sepakat:secret@replica/sepakat")
    ended = sepakat("settings", "check", "--node", node)
    assert ended.status == 1
    assert "not served by 2 workers" in ended.out
    assert "read_store: expected a PostgreSQL `store` beside it" in ended.out
    assert "secret" not in ended.out
