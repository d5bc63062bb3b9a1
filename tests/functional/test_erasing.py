"""A person erases somebody's data, sets how long what is kept, and shows that both were done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.functional.test_one_node import ACTOR, OTHER, actor, bundle, give_to_ru
from tests.support.command_line import CommandLine

CANARY = "Zuleika Kanarienvogel"


def kept(folder: Path) -> bytes:
    """Every byte in a node's folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def told(sepakat: CommandLine, node: Path, tmp_path: Path) -> Path:
    """A node that gave `ru` an object with the canary's name, and one without."""
    give_to_ru(sepakat, node, tmp_path)
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(actor(name=CANARY), actor(OTHER)))
    assert CANARY.encode() in kept(node)
    return node


def test_what_is_erased_is_in_no_file_and_comes_in_no_more(sepakat: CommandLine, told: Path, tmp_path: Path) -> None:
    erase = ("erase", ACTOR, "--reason", "request 17", "--node", told)
    planned = sepakat.ok(*erase, "--dry-run").out
    assert ACTOR in planned
    assert "ru was given 1 object" in planned
    unsure = sepakat(*erase)
    assert (unsure.status, "cannot be undone" in unsure.err) == (3, True), unsure
    assert CANARY.encode() in kept(told)
    done = sepakat.ask(*erase, "--yes")
    assert (done["erasure"], done["holders"], done["scrubbed"]) == (1, {"ru": 1}, True)
    assert CANARY.encode() not in kept(told)
    assert [one["id"] for one in sepakat.ask("objects", "list", "--node", told)["objects"]] == [OTHER]
    assert "salt and payload of 1 are erased" in sepakat.ok("log", "verify", "--node", told).out
    [listed] = sepakat.ask("erasures", "list", "--node", told)["erasures"]
    assert (listed["reason"], listed["cause"], listed["objects"]) == ("request 17", "request", 1)
    again = sepakat("take-in", "-", "--node", told, stdin=bundle(actor(name=CANARY)))
    assert again.status != 0
    assert "erasure 1" in again.err
    assert CANARY.encode() not in kept(told)


def test_a_backup_has_the_proofs_and_nothing_of_what_was_erased(
    sepakat: CommandLine, told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPAKAT_BACKUP_PASSPHRASE", "four or more random words")
    sepakat.ok("erase", CANARY, "--reason", "request 17", "--yes", "--node", told)
    sepakat.ok("backup", tmp_path / "us.backup", "--node", told)
    restored = tmp_path / "restored"
    sepakat.ok("restore", tmp_path / "us.backup", restored)
    assert CANARY.encode() not in kept(restored)
    assert sepakat.ask("erasures", "list", "--node", restored) == sepakat.ask("erasures", "list", "--node", told)
    sepakat.ok("log", "verify", "--node", restored)


def test_rules_of_retention_are_set_shown_and_run(sepakat: CommandLine, told: Path) -> None:
    sepakat.ok("retention", "set", "threat-actor", "P30D", "--node", told)
    assert "Nothing is over its time" in sepakat.ok("retention", "run", "--node", told).out
    sepakat.ok("retention", "set", "any", "P1Y", "--node", told)
    shown = sepakat.ask("retention", "list", "--node", told)
    assert [(rule["type"], rule["period"]) for rule in shown["types"]] == [("any", "P1Y"), ("threat-actor", "P30D")]
    sepakat.ok("retention", "unset", "threat-actor", "--node", told)
    assert sepakat("retention", "unset", "threat-actor", "--node", told).status == 5
    assert sepakat("retention", "set", "any", "soon", "--node", told).status == 3
    assert json.loads(sepakat.ok("retention", "run", "--json", "--node", told).out)["erasures"] == []
    # A type that is mistyped would be kept for ever, and nobody would know.
    assert "no type indicators" in sepakat.ok("retention", "set", "indicators", "P1Y", "--node", told).out
    assert "no type" not in sepakat.ok("retention", "set", "indicator", "P1Y", "--node", told).out
