"""Taking in files, folders and streams at the command line: what is taken, what is left out, and why."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.support.command_line import CommandLine
from tests.unit.intake.misp.samples import attribute, event, uid

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


TABLE = b"indicator,comment\n198.51.100[.]7,one\nnonsense,two\n"


def test_a_table_is_taken_under_a_mapping_that_is_shown_changed_and_kept(
    sepakat: CommandLine, node: Path, tmp_path: Path
) -> None:
    file = tmp_path / "feed.csv"
    file.write_bytes(TABLE)
    planned = sepakat("take-in", file, "--dry-run", "--keep-good", "--node", node)
    assert ("indicator" in planned.out, "value" in planned.out, "row 3" in planned.out) == (True, True, True)
    assert "mapping proposed" in sepakat("take-in", file, "--keep-good", "--node", node).err
    assert sepakat("take-in", file, "--accept-mapping", "--node", node).status == 3
    stated = ("--column", "comment=name", "--save-mapping", "feed", "--keep-good")
    taken = sepakat("take-in", file, *stated, "--json", "--node", node)
    assert (taken.status, len(taken.json["taken"]), taken.json["refused"][0]["id"]) == (1, 1, "row 3")
    [kept] = sepakat.ask("take-in", "--mappings", "--node", node)
    assert (kept["name"], kept["columns"]) == ("feed", {"indicator": "value", "comment": "name"})
    again = sepakat("take-in", file, "--mapping", "feed", "--keep-good", "--json", "--node", node).json
    assert (again["taken"], again["known"]) == ([], 1)
    file.write_bytes(TABLE.replace(b"one", b"three"))
    changed = sepakat("take-in", file, "--mapping", "feed", "--keep-good", "--json", "--node", node).json
    assert changed["taken"][0]["id"] == taken.json["taken"][0]["id"]
    sepakat.ok("take-in", "--undo", changed["intake"], "--node", node)
    [version] = sepakat.ask("objects", "show", changed["taken"][0]["id"], "--versions", "--node", node)["versions"]
    assert version["content"]["name"] == "one"
    assert "feed" in sepakat.ok("take-in", "--mappings", "--node", node).out
    assert sepakat("take-in", file, "--mapping", "other", "--node", node).status == 5


def test_a_misp_event_is_taken_told_changed_and_undone(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(json.dumps({"Event": event(attribute(10, "ip-dst", "198.51.100.7"))}).encode())
    first = sepakat.ask("take-in", file, "--node", node)
    assert (first["format"], f"indicator--{uid(10)}" in {one["id"] for one in first["taken"]}) == ("misp", True)
    again = sepakat.ask("take-in", file, "--node", node)
    assert (again["taken"], again["known"]) == ([], len(first["taken"]))
    later = attribute(10, "ip-dst", "198.51.100.7", comment="seen again", timestamp="1700009000")
    file.write_bytes(json.dumps({"Event": event(later, timestamp="1700009000")}).encode())
    second = sepakat.ask("take-in", file, "--node", node)
    assert {one["id"].partition("--")[0] for one in second["taken"]} == {"indicator", "observed-data"}
    versions = sepakat.ask("objects", "show", f"indicator--{uid(10)}", "--versions", "--node", node)["versions"]
    assert [version["content"].get("description") for version in versions] == [None, "seen again"]
    sepakat.ok("take-in", "--undo", second["intake"], "--node", node)
    sepakat.ok("take-in", "--undo", first["intake"], "--node", node)
    assert sepakat.ask("objects", "list", "--node", node)["objects"] == []


def test_an_event_goes_back_to_misp_as_what_it_was_and_to_nobody_else(
    sepakat: CommandLine, node: Path, tmp_path: Path
) -> None:
    sent = [
        attribute(10, "ip-dst", "198.51.100.7", Tag=[{"name": "tlp:amber"}]),
        attribute(11, "filename|sha256", f"a.exe|{'a' * 64}", "Payload delivery"),
        attribute(12, "text", "free", "Other", to_ids=False),
        attribute(13, "domain", "x.example.org", to_ids=False, comment="seen"),
        attribute(14, "yara", "rule a { condition: true }", "Payload delivery"),
        attribute(15, "domain|ip", "y.example.org|198.51.100.9"),
    ]
    file, back = tmp_path / "event.json", tmp_path / "back.json"
    file.write_bytes(
        json.dumps({"Event": event(*sent, EventReport=[{"uuid": uid(90), "name": "n", "content": "c"}])}).encode()
    )
    sepakat.ok("take-in", file, "--node", node)
    sepakat.ok("export", f"report--{uid(1)}", "--file", back, "--node", node)
    exported = json.loads(back.read_bytes())["Event"]
    shown = ("uuid", "type", "value", "to_ids")
    found = sorted(tuple(one[name] for name in shown) for one in exported["Attribute"])
    assert found == sorted(tuple(one[name] for name in shown) for one in sent)
    assert (exported["distribution"], exported["published"], exported["info"]) == ("0", False, "Everything")
    assert exported["Orgc"]["name"] == "CERT of somewhere"
    assert [one["content"] for one in exported["EventReport"]] == ["c"]
    [tagged] = [one for one in exported["Attribute"] if one["uuid"] == uid(10)]
    assert {tag["name"] for tag in tagged["Tag"]} == {"tlp:amber", "tlp:green"}
    assert sepakat("export", f"indicator--{uid(10)}", "--node", node).status == 3
    assert sepakat("export", f"report--{uid(9)}", "--node", node).status == 5


def test_of_a_misp_feed_the_events_of_its_manifest_are_taken_and_missing_ones_named(
    sepakat: CommandLine, node: Path, tmp_path: Path
) -> None:
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "manifest.json").write_text(json.dumps({uid(1): {"info": "Everything"}, uid(2): {"info": "Gone"}}))
    (feed / "hashes.csv").write_text("d41d8cd98f00b204e9800998ecf8427e," + uid(1))
    (feed / f"{uid(1)}.json").write_text(json.dumps({"Event": event(attribute(10, "ip-dst", "198.51.100.7"))}))
    ended = sepakat("take-in", feed, "--json", "--node", node)
    first, missing = ended.json["files"]
    assert (ended.status, first["format"]) == (1, "misp")
    assert missing["error"]["code"] == "file-unreadable"
