"""`sepakat settings check`: what would hold, where it comes from, what is wrong."""

from __future__ import annotations

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
    assert "log: expected one of text, json" in ended.out
    assert "port: expected int" in ended.out


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
