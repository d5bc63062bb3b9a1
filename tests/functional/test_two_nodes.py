"""Two parties, each with its node served, do with each other what agreements are for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import pytest

from tests.functional.test_one_node import ACTOR, OTHER, actor, bundle
from tests.support.agreements import agreement_text
from tests.support.command_line import CommandLine, served

EVENTUALLY_SECONDS = 60.0


@dataclass
class Two:
    """`us` and `ru`, both served, who know each other."""

    sepakat: CommandLine
    place: Path

    def at(self, party: str, *arguments: str | Path, stdin: bytes | None = None) -> Any:
        """A command at one of them, with --json."""
        ended = self.sepakat.ok(*arguments, "--json", "--node", self.place / party, stdin=stdin)
        return json.loads(ended.out)

    def refused(self, party: str, *arguments: str | Path) -> int:
        return self.sepakat(*arguments, "--node", self.place / party).status

    def held(self, party: str) -> set[str]:
        listed = self.at(party, "objects", "list", "--type", "threat-actor")
        return {one["id"] for one in listed["objects"]}

    def file(self, **changes: Any) -> Path:
        path = self.place / f"agreement-{changes.get('version', 1)}.yaml"
        text = agreement_text(from_="2020-01-01T00:00:00Z", to="2099-01-01T00:00:00Z", **changes)
        path.write_text(text, encoding="utf-8")
        return path

    def agree(self) -> str:
        digest: str = self.at("us", "agreements", "offer", self.file())["hash"]
        assert self.at("ru", "agreements", "accept", "us-ru")["hash"] == digest
        return digest


@pytest.fixture
def two(sepakat: CommandLine, tmp_path: Path) -> Iterator[Two]:
    nodes = Two(sepakat, tmp_path)
    with ExitStack() as stack:
        addresses = {}
        for party, name in (("us", "United States"), ("ru", "Russia")):
            sepakat.ok("init", tmp_path / party, "--party", party, "--name", name)
            addresses[party] = stack.enter_context(served(tmp_path / party))
        for one, other in (("us", "ru"), ("ru", "us")):
            fingerprint = sepakat.ok("party", "card", "--fingerprint", "--node", tmp_path / other).out.strip()
            nodes.at(one, "party", "add", addresses[other], "--fingerprint", fingerprint)
        yield nodes


def test_a_node_that_is_restored_catches_up_before_it_is_served(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEPAKAT_BACKUP_PASSPHRASE", "four or more random words")
    two.agree()
    two.sepakat.ok("backup", tmp_path / "us.backup", "--node", tmp_path / "us")
    two.at("us", "agreements", "suspend", "us-ru", "--reason", "a leak")
    restored = tmp_path / "restored"
    two.sepakat.ok("restore", tmp_path / "us.backup", restored)
    refused = two.sepakat("agreements", "end", "us-ru", "--reason", "over", "--node", restored)
    assert "nothing sent to ru: this store is a backup" in refused.err
    said = two.sepakat.ok("store", "resume", "--node", restored).out
    assert "it gave back 1" in said
    assert "The node goes on. Before you serve it, do again what no partner could tell" in said
    shown = json.loads(two.sepakat.ok("agreements", "show", "us-ru", "--json", "--node", restored).out)
    assert shown["standings"]["ru"]["state"] == "suspended"
    assert two.sepakat.ok("store", "resume", "--node", restored).out == "Nothing is held back.\n"


def test_what_is_agreed_is_exchanged_and_every_change_of_the_agreement_holds(two: Two) -> None:
    first = two.agree()
    for party in ("us", "ru"):
        [state] = two.at(party, "agreements", "list")
        assert state["standings"]["ru"]["state"] == "in-force"
    two.at("us", "take-in", "-", stdin=bundle(actor()))
    # The served node may have read it already: a push tells it at once.
    two.at("ru", "sync", "us")
    assert two.held("ru") == {ACTOR}

    two.at("ru", "agreements", "suspend", "us-ru", "--reason", "elections")
    assert two.at("us", "agreements", "show", "us-ru")["standings"]["ru"]["state"] == "suspended"
    two.at("us", "take-in", "-", stdin=bundle(actor(OTHER)))
    two.at("ru", "sync", "us")
    assert two.held("ru") == {ACTOR}
    assert two.refused("us", "agreements", "resume", "us-ru") == 4
    two.at("ru", "agreements", "resume", "us-ru")
    two.at("ru", "sync", "us")
    assert two.held("ru") == {ACTOR, OTHER}

    narrower = two.file(version=2, supersedes=first, ceiling="clear")
    amended = two.at("us", "agreements", "amend", narrower)
    assert amended["standings"]["ru"]["state"] == "in-force"
    [change] = two.at("us", "agreements", "diff", "us-ru@1", "us-ru@2")
    assert (change["path"], change["effect"]) == ("share[S1].ceiling.tlp", "narrower")
    rows = [row["id"] for view in two.at("us", "view", "ru") for row in view["objects"]]
    assert not {ACTOR, OTHER} & set(rows)
    two.at("us", "agreements", "end", "us-ru", "--reason", "over")
    assert all(log["sound"] for party in ("us", "ru") for log in two.at(party, "log", "verify"))
    assert [log["counterpart"] for log in two.at("us", "log", "show")] == ["ru"]


def test_an_offer_can_be_refused_and_has_no_effect(two: Two) -> None:
    two.at("us", "agreements", "offer", two.file())
    two.at("ru", "agreements", "reject", "us-ru", "--reason", "too little")
    assert two.at("us", "agreements", "show", "us-ru")["standings"]["ru"]["state"] == "ended"
    assert two.refused("ru", "agreements", "accept", "us-ru") == 4
    two.at("us", "take-in", "-", stdin=bundle(actor()))
    two.at("ru", "sync", "us")
    assert two.held("ru") == set()


def test_a_recall_hides_at_the_taker_who_can_answer_that_it_was_deleted(two: Two) -> None:
    two.agree()
    two.at("us", "take-in", "-", stdin=bundle(actor()))
    two.at("ru", "sync", "us")
    recalled = two.at("us", "recall", ACTOR, "--reason", "wrong")
    assert two.refused("us", "recall", ACTOR, "--reason", "again") == 4
    assert two.held("ru") == set()
    two.at("ru", "recalls", "answer", recalled["id"], "--action", "deleted")

    def is_answered() -> bool:
        [recall] = two.at("us", "recalls", "list")
        return [(one["party"], one["action"]) for one in recall["answers"]] == [("ru", "deleted")]

    assert eventually(is_answered)
    assert two.refused("ru", "recalls", "answer", recalled["id"], "--action", "kept-by-law") == 3


def eventually(is_so: Callable[[], bool]) -> bool:
    """Messages travel in the background of the served nodes, which try again after seconds what others held up."""
    until = monotonic() + EVENTUALLY_SECONDS
    pause = Event()
    while not is_so():
        if monotonic() > until:
            return False
        pause.wait(0.05)
    return True


def test_notice_and_correction_are_seen_by_a_person_and_nothing_is_owed_in_the_end(two: Two) -> None:
    two.agree()
    two.at("us", "take-in", "-", stdin=bundle(actor()))
    two.at("ru", "sync", "us")
    text = ("--text", "read this now", "--by", "2098-01-01T00:00:00Z")
    two.at("us", "notices", "give", "ru", ACTOR, *text)
    assert two.refused("us", "notices", "give", "ru", OTHER, *text) == 4
    [notice] = two.at("ru", "notices", "list")
    assert (notice["kind"], notice["objects"], notice["seen_at"]) == ("urgent-notice", [ACTOR], None)
    assert ("acknowledgement", "ru") in debts(two, "us")
    assert ("acknowledgement", "ru") in debts(two, "ru")
    two.at("ru", "notices", "acknowledge", notice["notice"][:12], "--text", "our people are on it")
    assert two.at("us", "notices", "list")[0]["seen_at"] is not None
    assert ("acknowledgement", "ru") not in debts(two, "us")

    assert two.refused("us", "correct", ACTOR, "--reason", "wrong name") == 4
    two.at("us", "take-in", "-", stdin=bundle(actor(modified="2026-06-01T00:00:00.000Z", name="Corrected")))
    two.at("us", "correct", ACTOR, "--reason", "wrong name")
    assert [one["kind"] for one in two.at("ru", "notices", "list")] == ["correction", "urgent-notice"]
    eventually(lambda: debts(two, "us") == [])
    assert debts(two, "us") == []
    assert two.refused("us", "duties", "--late") == 0


def debts(two: Two, party: str) -> list[tuple[str, str]]:
    return [(one["debt"], one["debtor"]) for one in two.at(party, "duties")["owed"]]


def test_key_changes_beside_a_served_node_and_partners_take_it_by_themselves(two: Two) -> None:
    two.agree()
    before = two.sepakat.ok("party", "card", "--fingerprint", "--node", two.place / "us").out.strip()
    changed = two.at("us", "party", "rotate-key")
    assert changed["fingerprint"] != before
    # What the served node had not sent yet goes with it.
    assert changed["delivered"]["ru"] >= 1
    assert two.at("ru", "party", "show", "us")["fingerprint"] == changed["fingerprint"]
    assert two.refused("us", "party", "rotate-key", "--stolen-since", "2020-01-01T00:00:00Z") == 3
    two.at("us", "take-in", "-", stdin=bundle(actor()))
    assert eventually(lambda: two.held("ru") == {ACTOR})
    two.at("ru", "agreements", "suspend", "us-ru", "--reason", "elections")
    assert two.at("us", "agreements", "show", "us-ru")["standings"]["ru"]["state"] == "suspended"
    assert all(log["sound"] for party in ("us", "ru") for log in two.at(party, "log", "verify"))


def test_exported_log_is_checked_by_anybody_and_a_changed_one_is_named(two: Two, tmp_path: Path) -> None:
    two.agree()
    two.at("us", "take-in", "-", stdin=bundle(actor()))
    two.at("ru", "sync", "us")
    fingerprint = two.sepakat.ok("party", "card", "--fingerprint", "--node", two.place / "us").out.strip()
    file = tmp_path / "log.json"
    for party, more in (("us", ["ru"]), ("ru", ["us", "--theirs"])):
        two.sepakat.ok("log", "export", *more, "-o", file, "--node", two.place / party)
        checked = json.loads(two.sepakat.ok("log", "verify", "--file", file, "--json").out)
        assert (checked["origin"], checked["sound"]) == ("sepakat/us/ru", True)
        assert checked["fingerprints"]["us"] == fingerprint
        assert checked["checkpoints"] > 0
        assert ACTOR not in file.read_text()
    document = json.loads(file.read_text())
    document["leaves"][0], document["leaves"][1] = document["leaves"][1], document["leaves"][0]
    file.write_text(json.dumps(document))
    assert two.sepakat("log", "verify", "--file", file).status == 1
    file.write_text(json.dumps(document | {"origin": "sepakat/us/fr"}))
    assert two.sepakat("log", "verify", "--file", file).status == 3


def test_deletion_is_confirmed_only_where_it_is_owed(two: Two) -> None:
    two.agree()
    assert two.refused("ru", "agreements", "confirm-deletion", "us-ru") == 4
    assert two.refused("ru", "agreements", "confirm-deletion", "nothing") == 5
