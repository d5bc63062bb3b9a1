"""Whatever is handed in: one clear error that names what and where, a status other than 0, and nothing changed."""

from __future__ import annotations

import json
import socket
import sqlite3
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from tests.support.command_line import CommandLine, copy_of, in_process_of_its_own, served, state_of

GOOD: dict[str, Any] = {
    "type": "identity",
    "spec_version": "2.1",
    "id": "identity--8c6af861-7b20-41ef-9b59-6344fd872a8f",
    "created": "2026-01-05T09:00:00.000Z",
    "modified": "2026-01-05T09:00:00.000Z",
    "name": "Somebody",
    "identity_class": "organization",
}
OTHER_ID = "identity--2f2ff7cb-9a6d-4d5c-a2d9-7d2a5f3f0c11"


def bundle(*objects: dict[str, Any]) -> bytes:
    made = {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": list(objects)}
    return json.dumps(made).encode()


CONTENT = {
    "broken JSON": (bundle(GOOD)[:-7], "line 1 column"),
    "no JSON at all": (b"\x89PNG\r\n\x1a\n", "none of the formats"),
    "nothing": (b"", "empty"),
    "deep nesting": (b"[" * 10_000 + b"]" * 10_000, "nest"),
    "duplicate keys": (bundle(GOOD).replace(b'"name"', b'"id": "x", "name"'), "id"),
    "a number that is none": (bundle(GOOD).replace(b'"Somebody"', b"1e999"), ""),
    "wrong types": (bundle({**GOOD, "name": 7, "created": ["2026"]}), "created"),
    "one bad object in a bundle": (bundle(GOOD, {**GOOD, "id": OTHER_ID, "identity_class": None}), OTHER_ID),
    "an object without a type": (bundle({"id": OTHER_ID}), "type"),
    "a list of numbers": (b"[1, 2, 3]", "object"),
    "two contents under one version": (bundle(GOOD, {**GOOD, "name": "Another"}), GOOD["id"]),
}


@pytest.mark.parametrize(("content", "named"), CONTENT.values(), ids=CONTENT.keys())
def test_bad_content_is_refused_whole(sepakat: CommandLine, node: Path, content: bytes, named: str) -> None:
    before = state_of(node)
    ended = sepakat("take-in", "-", "--node", node, stdin=content)
    assert ended.status == 3, ended.err
    assert len(ended.errors) == 1
    assert named in ended.err
    assert "Traceback" not in ended.err
    assert state_of(node) == before


def test_all_faults_of_all_objects_are_named_at_once(sepakat: CommandLine, node: Path) -> None:
    wrong = [{**GOOD, "id": f"identity--2f2ff7cb-9a6d-4d5c-a2d9-7d2a5f3f0c{n:02x}", "name": n} for n in range(16, 26)]
    ended = sepakat("take-in", "-", "--node", node, stdin=bundle(*wrong))
    assert ended.status == 3
    assert all(one["id"] in ended.err for one in wrong)


def test_200_megabytes_of_nesting_are_refused_without_reading_them_all(node: Path) -> None:
    before = state_of(node)

    def nest(stdin: IO[bytes]) -> None:
        for _ in range(200):
            stdin.write(b"[" * 2**20)

    ended = in_process_of_its_own("take-in", "-", "--node", node, stdin=nest)
    assert ended.status == 3
    assert len(ended.errors) == 1
    assert "nesting" in ended.err
    assert state_of(node) == before


def test_a_file_that_is_not_there_is_named(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    ended = sepakat("take-in", tmp_path / "nothing.json", "--node", node)
    assert ended.status == 3
    assert str(tmp_path / "nothing.json") in ended.errors[0]


def test_other_bytes_under_a_version_that_is_held_are_refused(sepakat: CommandLine, node: Path) -> None:
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(GOOD))
    before = state_of(node)
    ended = sepakat("take-in", "-", "--node", node, stdin=bundle({**GOOD, "name": "Another"}))
    assert ended.status == 3
    assert GOOD["id"] in ended.err
    assert state_of(node) == before


def agreement(sepakat: CommandLine, tmp_path: Path, **changes: str) -> Path:
    """A file with the template's agreement, lines that begin with a key replaced."""
    lines = sepakat.ok("agreements", "template", "--to", "ru").out.splitlines()
    for key, value in changes.items():
        lines = [value if line.strip().startswith(f"{key}:") else line for line in lines]
    file = tmp_path / "agreement.yaml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_an_unknown_key_makes_an_agreement_invalid_and_every_fault_is_named(
    sepakat: CommandLine, tmp_path: Path
) -> None:
    file = agreement(sepakat, tmp_path, title="titel: Sharing", scope="scope: everybody")
    ended = sepakat("agreements", "check", file)
    assert ended.status == 3
    assert len(ended.errors) == 1
    assert all(named in ended.err for named in ("titel", "title", "scope"))


def test_an_expired_agreement_cannot_be_offered(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    sepakat.ok("party", "add", "--without-node", "ru", "--name", "Russia", "--node", node)
    over = agreement(sepakat, tmp_path, **{"from": "  from: 2014-10-14T00:00:00Z", "to": "  to: 2015-10-14T00:00:00Z"})
    sepakat.ok("agreements", "check", over)
    sepakat.ok("agreements", "draft", over, "--node", node)
    before = state_of(node)
    ended = sepakat("agreements", "offer", over, "--node", node)
    assert ended.status == 4
    assert "its window ended" in ended.errors[0]
    assert state_of(node) == before


def test_a_card_whose_signature_does_not_verify_is_refused(
    sepakat: CommandLine, node: Path, made_node: Path, tmp_path: Path
) -> None:
    other = tmp_path / "ru"
    sepakat.ok("init", other, "--party", "ru", "--name", "Russia")
    fingerprint = sepakat.ok("party", "card", "--fingerprint", "--node", other).out.strip()
    card = tmp_path / "card.json"
    sepakat.ok("party", "card", "-o", card, "--node", other)
    card.write_text(card.read_text(encoding="utf-8").replace("Russia", "Prussia"), encoding="utf-8")
    before = state_of(node)
    ended = sepakat("party", "add", card, "--fingerprint", fingerprint, "--node", node)
    assert ended.status == 6
    assert "ru" in ended.errors[0]
    assert state_of(node) == before


def test_a_card_with_another_fingerprint_is_refused(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    other = tmp_path / "ru"
    sepakat.ok("init", other, "--party", "ru", "--name", "Russia")
    own = sepakat.ok("party", "card", "--fingerprint", "--node", node).out.strip()
    card = tmp_path / "card.json"
    sepakat.ok("party", "card", "-o", card, "--node", other)
    ended = sepakat("party", "add", card, "--fingerprint", own, "--node", node)
    assert ended.status == 3
    assert "fingerprint" in ended.errors[0]
    assert [one["id"] for one in sepakat.ask("party", "list", "--node", node)] == ["us"]


def test_a_message_that_is_not_signed_changes_nothing(node: Path) -> None:
    with served(node) as address:
        before = state_of(node)
        answers = [
            httpx.post(f"{address}/peer/v1/messages", content=b'{"kind": "recall"}'),
            httpx.post(
                f"{address}/peer/v1/messages",
                content=b"{}",
                headers={
                    "Signature": "sig1=:AAAA:",
                    "Signature-Input": 'sig1=("@method");created=1;keyid="ru"',
                },
            ),
        ]
        after = state_of(node)
    assert {answer.status_code for answer in answers} <= {400, 401, 403}
    assert after == before


def test_a_folder_of_a_newer_schema_is_refused(sepakat: CommandLine, node: Path) -> None:
    connection = sqlite3.connect(node / "store.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = state_of(node)
    ended = sepakat("objects", "list", "--node", node)
    assert ended.status == 7
    assert "9999" in ended.errors[0]
    assert "newer" in ended.err
    assert state_of(node) == before


def test_a_store_that_is_none_is_refused(sepakat: CommandLine, node: Path) -> None:
    (node / "store.sqlite").write_bytes(b"not a database, but long enough to look at" * 100)
    ended = sepakat("objects", "list", "--node", node)
    assert ended.status == 7
    assert "damaged" in ended.errors[0]


def test_a_port_in_use_is_refused_with_one_error(sepakat: CommandLine, node: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        before = state_of(node)
        ended = sepakat("serve", node, "--port", str(port))
    assert ended.status == 8
    assert ended.errors == [f"not served: port {port} on 127.0.0.1 is in use by another program"]
    assert state_of(node) == before


def test_plain_http_is_not_served_outside_loopback(sepakat: CommandLine, node: Path) -> None:
    ended = sepakat("serve", node, "--host", "0.0.0.0")
    assert ended.status == 8
    assert "--tls-cert" in ended.err


@pytest.mark.parametrize("address", ["http://us.example:999999", "ftp://us.example", "nowhere"])
def test_an_address_that_is_none_is_refused_and_not_kept(sepakat: CommandLine, node: Path, address: str) -> None:
    before = state_of(node)
    ended = sepakat("serve", node, "--address", address)
    assert ended.status == 3, ended.err
    assert len(ended.errors) == 1
    assert "address" in ended.err
    assert state_of(node) == before


def test_an_address_in_the_settings_that_is_none_is_named_by_doctor(sepakat: CommandLine, node: Path) -> None:
    with (node / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write('address = "http://us.example:999999"\n')
    ended = sepakat("doctor", node)
    assert ended.status == 1, ended.err
    assert "http://us.example:999999" in ended.out


def test_a_full_disk_is_one_clear_error_and_nothing_is_lost(sepakat: CommandLine, node: Path) -> None:
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(GOOD))
    large = [
        {**GOOD, "id": f"identity--2f2ff7cb-9a6d-4d5c-a2d9-7d2a5f3f{n:04x}", "description": "x" * 40_000}
        for n in range(200)
    ]
    before = state_of(node)

    def write(stdin: IO[bytes]) -> None:
        stdin.write(bundle(*large))

    ended = in_process_of_its_own("take-in", "-", "--node", node, stdin=write, largest_file=2_000_000)
    assert ended.status == 7, ended.err
    assert len(ended.errors) == 1
    assert "full" in ended.errors[0]
    assert state_of(node) == before
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(*large))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("party = ", "settings.toml"),
        ('party = "us"\ncolour = "red"\nport = "many"\n', "colour"),
        ("", "party"),
    ],
    ids=["no TOML", "unknown setting", "no party"],
)
def test_bad_settings_are_refused(sepakat: CommandLine, node: Path, settings: str, named: str) -> None:
    (node / "settings.toml").write_text(settings, encoding="utf-8")
    ended = sepakat("objects", "list", "--node", node)
    assert ended.status == 8
    assert len(ended.errors) == 1
    assert named in ended.err


def test_a_folder_without_a_node_is_refused(sepakat: CommandLine, tmp_path: Path) -> None:
    ended = sepakat("objects", "list", "--node", tmp_path)
    assert ended.status == 8
    assert "sepakat init" in ended.err
    ended = sepakat("objects", "list")
    assert ended.status == 8
    assert "--node FOLDER" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("objects", "show", "identity--8c6af861-7b20-41ef-9b59-6344fd872a8f"),
        ("explain", "identity--8c6af861-7b20-41ef-9b59-6344fd872a8f", "--to", "ru"),
        ("view", "ru"),
        ("agreements", "show", "nothing"),
        ("party", "show", "ru"),
        ("communities", "show", "nobody"),
        ("take-in", "--undo", "nothing"),
        ("user", "disable", "nobody"),
        ("account", "add", "ru"),
        ("consent", "grant", "nothing"),
        ("sync", "ru"),
        ("who-has", "identity--8c6af861-7b20-41ef-9b59-6344fd872a8f"),
        ("log", "show", "ru"),
        ("log", "verify", "ru"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_said_in_one_error(sepakat: CommandLine, node: Path, arguments: tuple[str, ...]) -> None:
    ended = sepakat(*arguments, "--node", node)
    assert ended.status == 5, ended.err
    assert len(ended.errors) == 1


def test_a_command_line_that_is_wrong_says_where_help_is(sepakat: CommandLine) -> None:
    for arguments in (["explain"], ["objects", "lits"], ["nothing"], ["objects", "list", "--limit", "many"]):
        ended = sepakat(*arguments)
        assert ended.status == 2
        assert len(ended.errors) == 1
        assert "--help" in ended.err


def test_the_same_node_in_another_place_is_the_same_node(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    moved = copy_of(node, tmp_path / "moved")
    assert sepakat.ask("party", "list", "--node", moved) == sepakat.ask("party", "list", "--node", node)
