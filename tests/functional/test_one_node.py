"""What a person does at one node, without any partner that runs one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.agreements import agreement_text
from tests.support.command_line import CommandLine, served

GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
ACTOR = "threat-actor--0b9f6f0e-3c55-4b0e-9c0f-2b7f0f1f5e01"
OTHER = "threat-actor--0b9f6f0e-3c55-4b0e-9c0f-2b7f0f1f5e02"


def actor(id_: str = ACTOR, marking: str = GREEN, **more: Any) -> dict[str, Any]:
    return {
        "type": "threat-actor",
        "spec_version": "2.1",
        "id": id_,
        "created": "2026-01-05T09:00:00.000Z",
        "modified": "2026-01-05T09:00:00.000Z",
        "name": "Grey Heron",
        "object_marking_refs": [marking],
        **more,
    }


def bundle(*objects: dict[str, Any]) -> bytes:
    made = {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": list(objects)}
    return json.dumps(made).encode()


def give_to_ru(sepakat: CommandLine, node: Path, tmp_path: Path, **changes: str) -> None:
    """An agreement in force with a partner that runs no node: its assent is attested."""
    text = agreement_text(from_="2020-01-01T00:00:00Z", to="2099-01-01T00:00:00Z")
    for old, new in changes.items():
        text = re.sub(rf"{old}: \w+", f"{old}: {new}", text)
    (tmp_path / "us-ru.yaml").write_text(text, encoding="utf-8")
    sepakat.ok("party", "add", "--without-node", "ru", "--name", "Russia", "--country", "RU", "--node", node)
    sepakat.ok("agreements", "offer", tmp_path / "us-ru.yaml", "--node", node)
    attest = ("agreements", "attest", "us-ru", "--taker", "ru", "--paper", "letter 7", "--by", "ann")
    assert sepakat.ask(*attest, "--node", node)["standings"]["ru"]["state"] == "in-force"


def test_take_in_is_listed_repeated_without_effect_and_undone(sepakat: CommandLine, node: Path) -> None:
    def take_in() -> Any:
        return json.loads(sepakat.ok("take-in", "-", "--json", "--node", node, stdin=bundle(actor())).out)

    planned = sepakat.ok("take-in", "-", "--dry-run", "--node", node, stdin=bundle(actor())).out
    assert "Would take in 1 object version" in planned
    assert sepakat.ask("objects", "list", "--node", node) == {"objects": [], "more": False}
    first = take_in()
    assert [made["id"] for made in first["taken"]] == [ACTOR]
    again = take_in()
    assert (again["intake"], again["taken"], again["known"]) == (None, [], 1)
    [listed] = sepakat.ask("take-in", "--list", "--node", node)
    assert (listed["intake"], listed["taken"], listed["undone_at"]) == (first["intake"], 1, None)
    sepakat.ok("take-in", "--undo", first["intake"], "--node", node)
    assert sepakat.ask("objects", "list", "--node", node)["objects"] == []
    ended = sepakat("take-in", "--undo", first["intake"], "--node", node)
    assert ended.status == 4


def test_what_is_dated_in_the_future_is_set_aside(sepakat: CommandLine, node: Path) -> None:
    late = actor(OTHER, created="2090-01-05T09:00:00.000Z", modified="2090-01-05T09:00:00.000Z")
    ended = sepakat("take-in", "-", "--node", node, stdin=bundle(actor(), late))
    assert ended.status == 1
    assert f"In quarantine: {OTHER}" in ended.out
    assert [one["id"] for one in sepakat.ask("objects", "list", "--node", node)["objects"]] == [ACTOR]


def test_objects_are_listed_by_pages_and_shown_with_their_versions(sepakat: CommandLine, node: Path) -> None:
    later = actor(modified="2026-01-06T09:00:00.000Z", name="Grey Heron II")
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(actor(), later, actor(OTHER)))
    first = sepakat.ask("objects", "list", "--limit", "1", "--node", node)
    assert ([one["id"] for one in first["objects"]], first["more"]) == ([ACTOR], True)
    second = sepakat.ask("objects", "list", "--limit", "1", "--after", ACTOR, "--node", node)
    assert ([one["id"] for one in second["objects"]], second["more"]) == ([OTHER], False)
    assert sepakat.ask("objects", "list", "--type", "malware", "--node", node)["objects"] == []
    newest = sepakat.ask("objects", "show", ACTOR, "--node", node)
    assert [one["content"]["name"] for one in newest["versions"]] == ["Grey Heron II"]
    every = sepakat.ask("objects", "show", ACTOR, "--versions", "--node", node)
    assert [one["content"]["name"] for one in every["versions"]] == ["Grey Heron", "Grey Heron II"]
    assert "TLP:GREEN" in sepakat.ok("objects", "list", "--node", node).out
    assert "Grey Heron II" in sepakat.ok("objects", "show", ACTOR, "--node", node).out


def test_topics_and_annotations_are_kept_and_protected_ones_refused(sepakat: CommandLine, node: Path) -> None:
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(actor()))
    define = ("topics", "define", "intrusion/heron", "--name", "Grey Heron", "--label", "heron", "--node", node)
    sepakat.ok(*define)
    [topic] = sepakat.ask("topics", "list", "--node", node)
    assert topic == {"id": "intrusion/heron", "names": ["Grey Heron"], "labels": ["heron"], "entities": []}
    ended = sepakat("topics", "define", "ethnicity/kurds", "--node", node)
    assert ended.status == 3
    assert "ethnicity" in ended.err
    sepakat.ok("objects", "annotate", ACTOR, "--topic", "intrusion/heron", "--region", "NL", "--node", node)
    policy = sepakat.ask("objects", "show", ACTOR, "--node", node)["policy"]
    assert (policy["topics"], policy["regions"]) == (["intrusion/heron"], ["NL"])
    assert sepakat("objects", "annotate", ACTOR, "--region", "Narnia", "--node", node).status == 3


def test_a_partner_without_a_node_reads_what_it_may_and_every_change_holds_at_once(
    sepakat: CommandLine, node: Path, tmp_path: Path
) -> None:
    give_to_ru(sepakat, node, tmp_path)
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(actor(), actor(OTHER, RED)))

    def given() -> set[str]:
        [view] = sepakat.ask("view", "ru", "--node", node)
        return {row["id"] for row in view["objects"] if row["original"].startswith("threat-actor")}

    assert given() == {ACTOR}
    [decision] = sepakat.ask("explain", OTHER, "--to", "ru", "--node", node)
    assert decision["outcome"] == "out"
    assert "TLP:RED" in decision["sentence"]
    explained = sepakat.ok("explain", OTHER, "--to", "ru", "--node", node).out
    assert decision["sentence"] in explained
    assert all(finding["rule"] in explained for finding in decision["findings"])
    [holder] = sepakat.ask("who-has", ACTOR, "--node", node)
    assert (holder["party"], holder["outcome"]) == ("ru", "whole")
    sepakat.ok("objects", "hold", ACTOR, "--reason", "asked by the prosecutor", "--node", node)
    assert given() == set()
    sepakat.ok("objects", "unhold", ACTOR, "--node", node)
    assert given() == {ACTOR}
    sepakat.ok("objects", "mark", ACTOR, "tlp:red", "--node", node)
    assert given() == set()
    sepakat.ok("objects", "mark", ACTOR, "tlp:red", "--remove", "--node", node)
    assert given() == {ACTOR}


def test_what_is_red_goes_when_a_person_approves_that_release(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    give_to_ru(sepakat, node, tmp_path, tlp="red", approval="one")
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(actor(OTHER, RED)))
    [waiting] = sepakat.ask("approvals", "list", "--node", node)
    assert (waiting["id"], waiting["taker"], waiting["agreement"]) == (OTHER, "ru", "us-ru")
    where = (OTHER, "--to", "ru", "--agreement", "us-ru", "--by", "ann", "--node", node)

    def given() -> set[str]:
        return {row["id"] for view in sepakat.ask("view", "ru", "--node", node) for row in view["objects"]}

    assert OTHER not in given()
    sepakat.ok("approvals", "give", *where)
    assert OTHER in given()
    assert sepakat.ask("approvals", "list", "--node", node) == []
    sepakat.ok("approvals", "refuse", *where)
    assert OTHER not in given()


def test_an_account_reads_over_taxii_until_it_is_disabled(sepakat: CommandLine, node: Path, tmp_path: Path) -> None:
    give_to_ru(sepakat, node, tmp_path)
    sepakat.ok("take-in", "-", "--node", node, stdin=bundle(actor()))
    with served(node) as address:
        account = sepakat.ask("account", "add", "ru", "--node", node)
        assert account["discovery"] == f"{address}/taxii2/"

        def status(password: str) -> int:
            accept = {"Accept": "application/taxii+json;version=2.1"}
            return httpx.get(account["discovery"], auth=(account["name"], password), headers=accept).status_code

        assert status(account["password"]) == 200
        assert status("wrong") == 401
        shown = sepakat.ask("account", "show", account["name"], "--node", node)
        assert (shown["last_poll_at"], shown["collections"][0]["unread"] > 0) == (None, True)
        assert shown["settings"]["elastic"]["URL"].startswith(f"{address}/taxii2/api/collections/")
        said = sepakat.ok("account", "show", account["name"], "--client", "misp", "--node", node).out
        assert f"{address}/taxii2" in said
        assert "Elastic" not in said
        assert account["password"] not in said
        assert sepakat("account", "show", account["name"], "--client", "nonsense", "--node", node).status == 3
        sepakat.ok("account", "disable", account["name"], "--node", node)
        assert status(account["password"]) == 401
    [listed] = sepakat.ask("account", "list", "--node", node)
    assert listed["disabled_at"] is not None
    assert account["password"] not in json.dumps(listed)


def test_users_are_made_listed_and_disabled_and_their_passwords_are_shown_once(
    sepakat: CommandLine, node: Path
) -> None:
    made = sepakat.ask("user", "add", "ann", "--role", "releaser", "--node", node)
    assert len(made["password"]) >= 12
    given = sepakat.ok("user", "add", "bob", "--password-stdin", "--node", node, stdin=b"correct horse battery\n").out
    assert "correct horse" not in given
    assert sepakat("user", "add", "eve", "--password-stdin", "--node", node, stdin=b"short\n").status == 3
    assert sepakat("user", "add", "ann", "--node", node).status == 3
    sepakat.ok("user", "disable", "bob", "--node", node)
    users = {one["name"]: one for one in sepakat.ask("user", "list", "--node", node)}
    assert users["ann"]["role"] == "releaser"
    assert users["bob"]["disabled_at"] is not None
    assert sepakat.ask("user", "password", "bob", "--node", node)["password"]
    users = {one["name"]: one for one in sepakat.ask("user", "list", "--node", node)}
    assert users["bob"]["disabled_at"] is None


def test_communities_keep_their_rosters(sepakat: CommandLine, node: Path) -> None:
    sepakat.ok("party", "add", "--without-node", "ru", "--name", "Russia", "--node", node)
    sepakat.ok("party", "add", "--without-node", "fr", "--name", "France", "--client", "--node", node)
    sepakat.ok("communities", "create", "coalition", "us", "ru", "--node", node)
    sepakat.ok("communities", "add", "coalition", "fr", "--node", node)
    assert sepakat.ask("communities", "show", "coalition", "--node", node)["members"] == ["fr", "ru", "us"]
    assert [one["id"] for one in sepakat.ask("communities", "list", "--node", node)] == ["coalition"]
    assert sepakat("communities", "create", "other", "nobody", "--node", node).status == 5
    parties = {one["id"]: one for one in sepakat.ask("party", "list", "--node", node)}
    assert parties["fr"]["is_client"]
    sepakat.ok("party", "client", "fr", "--no", "--node", node)
    assert not sepakat.ask("party", "show", "fr", "--node", node)["is_client"]


def test_the_template_of_an_agreement_is_valid_and_read_out_in_sentences(
    sepakat: CommandLine, node: Path, tmp_path: Path
) -> None:
    text = sepakat.ok("agreements", "template", "--to", "ru", "--id", "us-ru-1", "--node", node).out
    file = tmp_path / "agreement.yaml"
    file.write_text(text, encoding="utf-8")
    checked = sepakat.ask("agreements", "check", file)
    assert checked["id"] == "us-ru-1"
    assert any("us gives ru" in sentence for sentence in checked["sentences"])
    assert checked["hash"] in sepakat.ok("agreements", "check", "-", stdin=text.encode()).out
    assert sepakat("agreements", "draft", file, "--node", node).status == 5
    sepakat.ok("party", "add", "--without-node", "ru", "--name", "Russia", "--node", node)
    sepakat.ok("agreements", "draft", file, "--node", node)
    [listed] = sepakat.ask("agreements", "list", "--node", node)
    assert listed["standings"]["ru"]["state"] == "draft"
    assert sepakat.ok("agreements", "show", "us-ru-1", "--document", "--node", node).out.startswith("sepakat: 1\n")


def test_doctor_finds_a_well_node_well_and_names_what_is_not(sepakat: CommandLine, node: Path) -> None:
    assert all(one["well"] for one in sepakat.ask("doctor", node))
    node.chmod(0o755)
    (node / "keys" / "secret.pem").chmod(0o640)
    ended = sepakat("doctor", node)
    assert ended.status == 1
    assert "chmod 700" in ended.out
    assert "chmod 600" in ended.out
    assert sepakat("doctor", node / "nothing").status == 1


def test_the_node_can_be_named_in_the_environment(
    sepakat: CommandLine, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPAKAT_NODE", str(node))
    assert [one["id"] for one in sepakat.ask("party", "list")] == ["us"]


def test_a_served_node_answers_for_its_health_and_keeps_its_address(sepakat: CommandLine, node: Path) -> None:
    with served(node) as address:
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
        assert sepakat.ask("party", "show", "us", "--node", node)["address"] == address
        page = httpx.get(address)
        assert page.status_code in (200, 302, 303)
    with served(node) as again:
        assert again == address
