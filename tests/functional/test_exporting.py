"""Everything that a node holds goes out as files that need no Sepakat, and come in elsewhere."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from sepakat.cli.export_files import write_files
from sepakat.exchange.exporting_everything import export_files
from tests.functional.test_one_node import ACTOR, OTHER, actor, bundle, give_to_ru
from tests.support.agreements import agreement_text
from tests.support.command_line import CommandLine
from tests.support.simulator import simulation


@pytest.fixture
def told(sepakat: CommandLine, node: Path, tmp_path: Path) -> Path:
    """A node that gave `ru` two objects, one of them in two versions."""
    give_to_ru(sepakat, node, tmp_path)
    newer = actor(modified="2026-01-06T09:00:00.000Z", name="Grey Heron, again")
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(actor(), newer, actor(OTHER)))
    sepakat.ok("account", "add", "ru", "--node", node)
    return node


def read(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_goes_out_and_comes_in_elsewhere(sepakat: CommandLine, told: Path, tmp_path: Path) -> None:
    place = tmp_path / "export"
    done = sepakat.ask("export", "--everything", place, "--node", told)
    assert (done["faults"], list(done["logs"])) == ([], ["sepakat/us/ru"])
    files = read(place)
    versions = json.loads(files["stix/bundle-00001.json"])["objects"]
    assert [(one["id"], one["modified"][:10]) for one in versions] == [
        (ACTOR, "2026-01-05"),
        (ACTOR, "2026-01-06"),
        (OTHER, "2026-01-05"),
    ]
    given = [json.loads(line) for line in files["views/us-ru-for-ru.ndjson"].splitlines()]
    assert {ACTOR, OTHER} <= {row["object"]["id"] for row in given}
    assert all(len(row["salt"]) == 64 for row in given)
    [agreement] = [name for name in files if name.endswith(".yaml")]
    sepakat.ok("agreements", "check", place / agreement, "--node", told)
    sepakat.ok("log", "verify", "--file", place / "logs" / "us-for-ru.json")
    other = tmp_path / "other"
    sepakat.ok("init", other, "--party", "other", "--name", "Other")
    taken = sepakat.ask("take-in", place / "stix", "--node", other)
    assert [len(one["taken"]) for one in taken["files"]] == [3], taken


def test_no_secret_goes_out(sepakat: CommandLine, told: Path, tmp_path: Path) -> None:
    sepakat.ok("export", "--everything", tmp_path / "export", "--node", told)
    out = b"".join(read(tmp_path / "export").values())
    for key in (told / "keys").iterdir():
        body = b"".join(key.read_bytes().splitlines()[1:-1])
        assert body
        assert body not in out
    for word in (b"private key", b"argon2", b"scrypt", b"password_hash", b"token_digest"):
        assert word not in out.lower()


def test_a_changed_export_is_seen(sepakat: CommandLine, told: Path, tmp_path: Path) -> None:
    place = tmp_path / "export"
    sepakat.ok("export", "--everything", place, "--node", told)
    sepakat.ok("export", "--check", place)
    log = place / "logs" / "us-for-ru.json"
    document = json.loads(log.read_bytes())
    document["leaves"].pop(0)
    log.write_text(json.dumps(document), encoding="utf-8")
    (place / "topics.ndjson").unlink()
    (place / "more.txt").write_text("more", encoding="utf-8")
    found = sepakat("export", "--check", place, "--json")
    faults = " ".join(found.json["faults"])
    assert found.status == 1
    for words in ("topics.ndjson is missing", "more.txt is not in the manifest", "us-for-ru.json is not as it was"):
        assert words in faults


def test_a_tar_file_has_the_same(sepakat: CommandLine, told: Path, tmp_path: Path) -> None:
    sepakat.ok("export", "--everything", tmp_path / "export.tar", "--node", told)
    sepakat.ok("export", "--everything", tmp_path / "export", "--node", told)
    assert sepakat.ask("export", "--check", tmp_path / "export.tar")["faults"] == []
    with tarfile.open(tmp_path / "export.tar") as tar:
        assert set(tar.getnames()) == read(tmp_path / "export").keys()


def test_nothing_is_written_over_and_one_thing_is_asked_for(sepakat: CommandLine, told: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    assert sepakat("export", "--everything", tmp_path / "there", "--node", told).status == 8
    assert sepakat("export", "--node", told).status == 3
    assert sepakat("export", ACTOR, "--everything", tmp_path / "new", "--node", told).status == 3
    assert sepakat("export", "--check", tmp_path / "there").status == 3
    assert not (tmp_path / "new").exists()


def test_logs_of_partners_go_out_too(tmp_path: Path) -> None:
    with simulation(tmp_path, "us", "ru") as world:
        world.introduce(("us", "ru"))
        world.conclude(agreement_text(), "us", "ru")
        world.take_in("us", world.written_by("us", ACTOR, "amber"))
        world.sync("ru", "us")
        node = world["ru"]
        with node.store.reading() as unit:
            checked = write_files(tmp_path / "out", export_files(node, unit), {}, lambda path, size: None)
    assert (checked.faults, sorted(checked.logs)) == ((), ["sepakat/ru/us", "sepakat/us/ru"])
    received = (tmp_path / "out" / "messages" / "received.ndjson").read_text(encoding="utf-8")
    assert "release-statement" in received
