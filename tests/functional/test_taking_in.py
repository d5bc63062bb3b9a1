"""Taking in files, folders and streams at the command line: what is taken, what is left out, and why."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.support.command_line import CommandLine

ACTOR = "threat-actor--6d3a2f10-4a55-4f0c-9d0a-3f1f6f7f9c01"
OTHER = "threat-actor--6d3a2f10-4a55-4f0c-9d0a-3f1f6f7f9c02"


def actor(id_: str = ACTOR, **more: Any) -> dict[str, Any]:
    dates = {"created": "2026-01-05T09:00:00.000Z", "modified": "2026-01-05T09:00:00.000Z"}
    return {"type": "threat-actor", "spec_version": "2.1", "id": id_, **dates, "name": "Grey Heron", **more}


def bundle(*objects: dict[str, Any]) -> bytes:
    return json.dumps(
        {"type": "bundle", "id": "bundle--6d3a2f10-4a55-4f0c-9d0a-3f1f6f7f9c00", "objects": objects}
    ).encode()


def test_where_a_file_came_from_is_kept(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    file = tmp_path / "heron.json"
    file.write_bytes(bundle(actor()))
    sepakat.ok("take-in", file, "--captured-at", "2026-01-06T08:00:00Z", "--by", "ann", "--node", node)
    [listed] = sepakat.ask("take-in", "--list", "--node", node)
    assert (listed["source"], listed["by"], listed["format"]) == (str(file), "ann", "stix")
    assert listed["captured_at"] == "2026-01-06T08:00:00.000Z"
    assert listed["digest"] == sha256(file.read_bytes()).hexdigest()


def test_good_objects_are_taken_beside_faulty_ones_only_when_asked(sepakat: CommandLine, node: Path) -> None:
    data = bundle(actor(), actor(OTHER, name=7))
    assert sepakat("take-in", "-", "--node", node, stdin=data).status == 3
    assert sepakat.ask("objects", "list", "--node", node)["objects"] == []
    ended = sepakat("take-in", "-", "--keep-good", "--json", "--node", node, stdin=data)
    assert ended.status == 1
    [refused] = ended.json["refused"]
    assert (refused["id"], "name: expected text" in refused["reason"]) == (OTHER, True)
    assert [made["id"] for made in ended.json["taken"]] == [ACTOR]
    again = sepakat("take-in", "-", "--keep-good", "--json", "--node", node, stdin=data).json
    assert (again["taken"], [held["id"] for held in again["held"]]) == ([], [ACTOR])


def test_strict_refuses_what_is_otherwise_warned_of(sepakat: CommandLine, node: Path) -> None:
    data = bundle(actor(aliases=[]))
    ended = sepakat("take-in", "-", "--strict", "--node", node, stdin=data)
    assert (ended.status, "aliases" in ended.err) == (3, True)
    taken = json.loads(sepakat.ok("take-in", "-", "--json", "--node", node, stdin=data).out)
    assert [warning["path"] for warning in taken["warnings"]] == [f"{ACTOR}: aliases"]


def test_of_a_folder_each_file_is_taken_whole_or_not_at_all(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "deeper").mkdir(parents=True)
    (folder / "a.json").write_bytes(bundle(actor()))
    (folder / "b.json").write_bytes(bundle(actor(OTHER), actor(OTHER.replace("02", "03"), name=7)))
    (folder / "deeper" / "c.json").write_bytes(bundle(actor(OTHER)))
    (folder / ".hidden").write_bytes(b"\x00\x01")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (folder / "link.json").symlink_to(folder / "a.json")
    ended = sepakat("take-in", folder, "--json", "--node", node)
    assert ended.status == 1
    told = {Path(one["file"]).name: one for one in ended.json["files"]}
    assert sorted(told) == ["a.json", "b.json", "c.json", "picture.png"]
    assert told["b.json"]["error"]["code"] == "content-invalid"
    assert told["picture.png"]["error"]["code"] == "format-unrecognised"
    assert [made["id"] for name in ("a.json", "c.json") for made in told[name]["taken"]] == [ACTOR, OTHER]
    assert "picture.png: not taken in" in sepakat("take-in", folder, "--node", node).out


def test_a_nodes_own_folder_is_no_source(sepakat: CommandLine, node: Path) -> None:
    assert sepakat("take-in", node, "--json", "--node", node).json == {"files": []}
