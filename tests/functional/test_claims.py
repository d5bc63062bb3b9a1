"""What an analyst does with claims and questions on the command line of one node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.command_line import CommandLine

KEY = "strength/fighters:iq-an:2014-10"


@pytest.fixture
def node_(node: Path, sepakat: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert sepakat is not None
    monkeypatch.setenv("SEPAKAT_NODE", str(node))
    return node


def make(sepakat: CommandLine, text: str, kind: str = "estimate", *more: str) -> dict[str, Any]:
    made: dict[str, Any] = sepakat.ask("claims", "make", text, "--kind", kind, "--by", "ann", *more)
    return made


def speaker(sepakat: CommandLine, number: int, name: str) -> str:
    content = {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--0b9f6f0e-3c55-4b0e-9c0f-{number:012d}",
        "created": "2014-10-01T00:00:00.000Z",
        "modified": "2014-10-01T00:00:00.000Z",
        "name": name,
    }
    sepakat.ok("take-in", "-", stdin=json.dumps(content).encode())
    return str(content["id"])


@pytest.mark.usefixtures("node_")
def test_a_claim_is_a_note_that_says_number_hedge_and_rating_in_plain_words(sepakat: CommandLine) -> None:
    made = make(
        sepakat, "The minister sees many fighters.", "estimate", "--quantity", "about-or-more:500", "--unit", "people",
        "--as-said", "perhaps around 500 people or more", "--scheme", "admiralty", "--reliability", "B",
        "--credibility", "2", "--likelihood", "icd-203:likely", "--valid-from", "2014-10-14", "--precision", "day",
        "--question", KEY, "--marking", "tlp:green",
    )  # fmt: skip
    [shown] = sepakat.ask("objects", "show", made["id"])["versions"]
    content = shown["content"]
    assert content["type"] == "note"
    assert content["confidence"] == 70
    assert "about 500 or more people" in content["content"]
    assert "Admiralty B2 (source: usually reliable; information: probably true)" in content["content"]
    assert "likely (ICD 203: 55 to 80 %)" in content["content"]
    [claim] = sepakat.ask("claims", "list", "--question", KEY)
    assert claim["claim"]["quantity"]["as_said"] == "perhaps around 500 people or more"
    assert claim["claim"]["valid"]["from"] == "2014-10-14T00:00:00Z"
    assert claim["received_at"] >= claim["said_at"]


@pytest.mark.usefixtures("node_")
def test_scales_are_never_mixed(sepakat: CommandLine) -> None:
    mixed = ("--scheme", "europol-4x4", "--reliability", "A", "--credibility", "2")
    ended = sepakat("claims", "make", "x", "--kind", "report", *mixed)
    assert ended.status != 0
    assert "Admiralty" in ended.err
    for wrong in ("icd-203:almost certainly", "phia:very likely", "no-scale:likely"):
        assert sepakat("claims", "make", "x", "--kind", "report", "--likelihood", wrong).errors


@pytest.mark.usefixtures("node_")
def test_what_was_believed_on_a_day_is_what_had_been_received_by_then(sepakat: CommandLine) -> None:
    made = make(sepakat, "About 20 states met.", "report", "--quantity", "about:20", "--unit", "states")
    before = made["received_at"]
    sepakat.ok("claims", "correct", made["id"], "--quantity", "22", "--unit", "states")
    [now] = sepakat.ask("claims", "list")
    [then] = sepakat.ask("claims", "list", "--as-of", before)
    assert (now["standing"], now["claim"]["quantity"]["point"]) == ("corrected", 22)
    assert (then["standing"], then["claim"]["quantity"]["point"]) == ("live", 20)
    assert sepakat.ask("claims", "list", "--as-of", "2014-10-14") == []
    versions = sepakat.ask("claims", "show", made["id"])
    assert [one["claim"]["quantity"]["qualifier"] for one in versions] == ["about", "exactly"]


@pytest.mark.usefixtures("node_")
def test_a_withdrawn_claim_stays_and_supports_nothing(sepakat: CommandLine) -> None:
    token = sepakat.ask("claims", "token", "--source", "heron", "--report", "7")["token"]
    made = make(sepakat, "Seen on the road.", "report", "--question", KEY, "--root", token)
    copy = make(
        sepakat, "A friend says they were on the road.", "report", "--question", KEY, "--basis", f"quotes={made['id']}"
    )
    assert copy["claim"]["lineage"] == {"roots": [token], "depth": 1}
    assert sepakat.ask("questions", "show", KEY)["support"]["sentence"] == "2 reports, 1 origin"
    sepakat.ok("claims", "withdraw", made["id"], "--reason", "it was another road")
    shown = sepakat.ask("questions", "show", KEY)
    assert shown["support"]["origins_at_most"] == 0
    assert {one["standing"] for answer in shown["answers"] for one in answer["claims"]} == {"live", "withdrawn"}
    again = sepakat("claims", "withdraw", made["id"], "--reason", "x")
    assert (again.status, "is withdrawn" in again.err) == (4, True)


@pytest.mark.usefixtures("node_")
def test_credibility_1_is_refused_until_two_independent_roots_stand_behind_it(sepakat: CommandLine) -> None:
    tokens = [sepakat.ask("claims", "token", "--source", name, "--report", "1")["token"] for name in ("a", "b")]
    alone = sepakat("claims", "make", "So it is.", "--kind", "fact", "--credibility", "1", "--root", tokens[0])
    assert alone.errors
    first = make(sepakat, "Seen.", "report", "--root", tokens[0])
    second = make(sepakat, "Heard.", "report", "--root", tokens[1])
    copied = make(sepakat, "Read.", "report", "--basis", f"quotes={first['id']}")
    same = [f"--basis=supports={one['id']}" for one in (first, copied)]
    refused = sepakat("claims", "make", "So it is.", "--kind", "fact", "--credibility", "1", *same)
    assert (refused.status, "2 reports, 1 origin" in refused.err) == (4, True)
    both = [f"--basis=supports={one['id']}" for one in (first, second)]
    assert make(sepakat, "So it is.", "fact", "--credibility", "1", *both)["claim"]["credibility"] == 1
    rated = sepakat(
        "claims", "opinion", copied["id"], "agree", "--credibility", "1", "--scheme", "admiralty", "--reliability", "A"
    )
    assert rated.status == 4


@pytest.mark.usefixtures("node_")
def test_a_rating_of_ones_own_is_an_opinion_and_changes_no_claim(sepakat: CommandLine) -> None:
    made = make(
        sepakat,
        "Seen.",
        "report",
        "--question",
        KEY,
        "--scheme",
        "admiralty",
        "--reliability",
        "C",
        "--credibility",
        "3",
    )
    before = sepakat.ask("objects", "show", made["id"])
    said = sepakat.ask(
        "claims",
        "opinion",
        made["id"],
        "disagree",
        "--reason",
        "Too high",
        "--scheme",
        "admiralty",
        "--reliability",
        "E",
        "--credibility",
        "5",
    )
    assert sepakat.ask("objects", "show", made["id"]) == before
    shown = sepakat.ask("questions", "show", KEY)
    [word] = shown["opinions"]
    assert (word["id"], word["opinion"]) == (said["id"], "disagree")
    assert word["explanation"].startswith("Too high\n\nRated Admiralty E5")
    assert shown["state"] == "contested"


@pytest.mark.usefixtures("node_")
def test_a_question_has_rival_claims_side_by_side_and_is_settled_by_a_party_only(
    sepakat: CommandLine, tmp_path: Path
) -> None:
    asked = sepakat.ask(
        "questions",
        "ask",
        "How many fighters?",
        "--subject",
        "fighters",
        "--predicate",
        "strength",
        "--place",
        "IQ-AN",
        "--time",
        "2014-10",
        "--by",
        "ann",
    )
    assert (asked["key"], asked["state"], asked["claims"]) == (KEY, "open", 0)
    names = {name: speaker(sepakat, number, name) for number, name in enumerate(("Minister <A>", "General B"), 1)}
    first = make(
        sepakat,
        "A says 500.",
        "estimate",
        "--quantity",
        "about-or-more:500",
        "--unit",
        "people",
        "--question",
        KEY,
        "--speaker",
        names["Minister <A>"],
    )
    second = make(
        sepakat, "B says 20.", "estimate", "--quantity", "about:20", "--unit", "people", "--speaker", names["General B"]
    )
    assert sepakat.ask("questions", "assign", KEY, second["id"])["claims"] == 2
    shown = sepakat.ask("questions", "show", KEY)
    assert [answer["answer"] for answer in shown["answers"]] == ["about 500 or more people", "about 20 people"]
    assert {one["speaker"] for answer in shown["answers"] for one in answer["claims"]} == set(names)
    assert shown["state"] == "contested"
    assert shown["contested_by"] == [
        "conflicting: about 20 people, read as 18 to 22 and about 500 or more people, read as 450 or more; "
        "no number is in both"
    ]
    text = sepakat.ok("questions", "show", KEY).out
    assert set(names) == {name for name in names if name in text}
    settled = sepakat.ask("questions", "settle", KEY, "--reason", "Counted from the air", "--rests-on", first["id"])
    after = sepakat.ask("questions", "show", KEY)
    assert (after["state"], after["settled_by"][0]["parties"]) == ("settled", ["us"])
    assert [answer["answer"] for answer in after["answers"]] == [answer["answer"] for answer in shown["answers"]]
    assert settled["claim"]["basis"] == [{"object_ref": first["id"], "role": "supports"}]
    sepakat.ok("questions", "reopen", KEY, "--reason", "The count was wrong")
    assert sepakat.ask("questions", "show", KEY)["state"] == "contested"
    svg = ElementTree.fromstring(sepakat.ok("questions", "picture", KEY).out)
    drawn = [one.text or "" for one in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert any("Minister <A>: about 500 or more people" in one for one in drawn)
    sepakat.ok("questions", "picture", KEY, "--out", tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.usefixtures("node_")
def test_hypotheses_are_compared_by_what_speaks_against_them(sepakat: CommandLine) -> None:
    tokens = [sepakat.ask("claims", "token", "--source", "s", "--report", str(number))["token"] for number in range(2)]
    one = make(sepakat, "Group A did it.", "hypothesis", "--question", KEY)["id"]
    two = make(sepakat, "Group B did it.", "hypothesis", "--question", KEY)["id"]
    claim = make(
        sepakat, "B was elsewhere.", "report", "--question", KEY, "--root", tokens[0], "--basis", f"contradicts={two}"
    )["id"]
    copy = make(
        sepakat, "B is said to have been elsewhere.", "report", "--question", KEY, "--basis", f"quotes={claim}"
    )["id"]
    both = make(sepakat, "There was an attack.", "fact", "--question", KEY, "--root", tokens[1])["id"]
    sepakat.ok("questions", "judge", KEY, two, copy, "inconsistent", "--by", "ann")
    sepakat.ok("questions", "judge", KEY, one, claim, "consistent", "--by", "ann")
    for hypothesis in (one, two):
        sepakat.ok("questions", "judge", KEY, hypothesis, both, "consistent", "--by", "ann")
    matrix = sepakat.ask("questions", "show", KEY)["matrix"]
    rows = {row["evidence"]: row for row in matrix["rows"]}
    assert (rows[claim]["diagnosticity"], rows[both]["diagnosticity"]) == (1.0, 0.0)
    against = {entry["hypothesis"]: entry["support"]["sentence"] for entry in matrix["against"]}
    assert against == {one: "0 reports, 0 origins", two: "2 reports, 1 origin"}
    assert matrix["least_against"] == [one]
    sepakat.ok("questions", "judge", KEY, one, claim, "inconsistent", "--by", "ben", "--reason", "A was there too")
    row = next(row for row in sepakat.ask("questions", "show", KEY)["matrix"]["rows"] if row["evidence"] == claim)
    assert {cell["verdict"] for cell in row["cells"]} == {"disputed", "inconsistent"}
    assert sepakat("questions", "judge", KEY, claim, one, "neutral").errors
    assert "Least against" in sepakat.ok("questions", "show", KEY).out


@pytest.mark.usefixtures("node_")
def test_bad_input_is_refused_with_a_reason(sepakat: CommandLine) -> None:
    nothing = "note--0b9f6f0e-3c55-4b0e-9c0f-2b7f0f1f5e01"
    for arguments in (
        ("claims", "make", "x", "--kind", "rumour"),
        ("claims", "make", "x", "--kind", "report", "--question", "Not A Key"),
        ("claims", "make", "x", "--kind", "report", "--speaker", "identity--0b9f6f0e-3c55-4b0e-9c0f-2b7f0f1f5e09"),
        ("claims", "make", "x", "--kind", "report", "--quantity", "about:many", "--unit", "people"),
        ("claims", "make", "x", "--kind", "report", "--quantity", "between:9:3", "--unit", "people"),
        ("claims", "make", "x", "--kind", "report", "--quantity", "5"),
        ("claims", "make", "x", "--kind", "report", "--basis", "quotes"),
        ("claims", "correct", nothing, "--text", "y"),
        ("claims", "withdraw", nothing, "--reason", "y"),
        ("claims", "opinion", nothing, "agree"),
        ("claims", "show", nothing),
        ("claims", "list", "--as-of", "yesterday"),
        ("claims", "token", "--source", "a"),
        ("questions", "ask", "x", "--subject", "..."),
        ("questions", "ask", "x", "--subject", "a", "--predicate", "b", "--time", "soon"),
        ("questions", "show", "none"),
        ("questions", "assign", "none", nothing),
        ("questions", "settle", "none", "--reason", "x"),
        ("questions", "reopen", "none", "--reason", "x"),
    ):  # fmt: skip
        ended = sepakat(*arguments)
        assert (ended.status != 0, bool(ended.err), "Traceback" in ended.err) == (True, True, False), arguments
    assert sepakat.ask("claims", "list") == []


@pytest.mark.usefixtures("node_")
def test_withdrawing_a_root_withdraws_its_support_in_every_question(sepakat: CommandLine) -> None:
    token = sepakat.ask("claims", "token", "--source", "heron", "--report", "9")["token"]
    first = make(sepakat, "Seen on the road.", "report", "--root", token)["id"]
    for key in ("where/fighters", "when/attack"):
        make(sepakat, f"As heard: {key}.", "report", "--question", key, "--basis", f"quotes={first}")
    assert [line["support"] for line in sepakat.ask("questions", "list")] == ["1 report, 1 origin"] * 2
    sepakat.ok("claims", "withdraw", first, "--reason", "it was another road")
    for line in sepakat.ask("questions", "list"):
        assert line["support"] == "1 report, 0 origins; 1 report with every root withdrawn, not counted"


@pytest.mark.usefixtures("node_")
def test_claims_are_listed_in_pages_and_by_speaker_kind_and_standing(sepakat: CommandLine) -> None:
    ids = sorted(make(sepakat, f"Claim {number}.", "report")["id"] for number in range(3))
    other = speaker(sepakat, 5, "Other")
    offer = make(sepakat, "We offer help.", "offer", "--speaker", other)["id"]
    first = sepakat.ask("claims", "list", "--kind", "report", "--limit", "2")
    rest = sepakat.ask("claims", "list", "--kind", "report", "--after", first[-1]["id"])
    assert [one["id"] for one in first + rest] == ids
    assert [one["id"] for one in sepakat.ask("claims", "list", "--speaker", other)] == [offer]
    sepakat.ok("claims", "withdraw", ids[1], "--reason", "wrong")
    assert [one["id"] for one in sepakat.ask("claims", "list", "--standing", "withdrawn")] == [ids[1]]


@pytest.mark.usefixtures("node_")
def test_an_echo_from_a_partner_is_shown_and_never_counted(sepakat: CommandLine) -> None:
    sepakat.ok("party", "add", "--without-node", "ru", "--name", "Russia", "--country", "RU")
    token = sepakat.ask("claims", "token", "--source", "heron", "--report", "3")["token"]
    own = make(sepakat, "Seen on the road.", "report", "--question", KEY, "--root", token)
    before = sepakat.ask("questions", "show", KEY)["support"]
    [version] = sepakat.ask("objects", "show", own["id"])["versions"]
    echo = dict(version["content"]) | {
        "id": "note--0b9f6f0e-3c55-4b0e-9c0f-2b7f0f1f5e77",
        "content": "We hear of a road.",
    }
    [extension] = echo["extensions"]
    lineage = {"roots": [token], "via": ["us", "ru"], "depth": 2}
    echo["extensions"] = {extension: echo["extensions"][extension] | {"lineage": lineage}}
    sepakat.ok("take-in", "-", "--origin", "ru", stdin=json.dumps(echo).encode())
    shown = sepakat.ask("questions", "show", KEY)
    echoes = {one["id"]: one["is_echo"] for answer in shown["answers"] for one in answer["claims"]}
    assert echoes == {own["id"]: False, echo["id"]: True}
    assert shown["support"]["echoes"] == [echo["id"]]
    assert [shown["support"][name] - before[name] for name in ("origins_at_least", "origins_at_most")] == [0, 0]
    assert "ru (echo, not counted)" in sepakat.ok("questions", "show", KEY).out


@pytest.mark.usefixtures("node_")
def test_undeclared_copying_is_a_warning_with_its_evidence_and_counts_nothing(sepakat: CommandLine) -> None:
    names = [speaker(sepakat, number, name) for number, name in enumerate(("Agency", "Paper", "Radio"), 1)]
    texts = (
        "A force of 487 men moved into Qalandiyeh, and 1,236 families have fled, says Barzeh.",
        "Barzeh: 487 pejuang bergerak ke Qalandiyeh. 1.236 keluarga mengungsi.",
        "In Qalandiyeh there were 500 men; 1,300 families have fled. Barzeh denies it.",
    )
    asked = ("--question", KEY)
    made = [
        make(sepakat, text, "report", "--speaker", who, *asked)["id"] for text, who in zip(texts, names, strict=True)
    ]
    [warning] = sepakat.ask("claims", "copies")
    assert set(warning["claims"]) == set(made[:2])
    assert (warning["figures"], warning["names"]) == ([487.0, 1236.0], ["Barzeh", "Qalandiyeh"])
    assert sepakat.ask("claims", "copies", made[2]) == []
    assert sepakat.ask("claims", "copies", made[0])[0]["claims"] == made[:2]
    assert sepakat.ask("claims", "copies", "--question", "other") == []
    assert "independence unknown for 3" in sepakat.ask("questions", "show", KEY)["support"]["sentence"]
    declared = make(sepakat, texts[0] + " So it is.", "report", "--basis", f"quotes={made[0]}", *asked)["id"]
    found = sepakat.ask("claims", "copies")
    assert [made[0], declared] not in [sorted(one["claims"]) for one in found]


@pytest.mark.usefixtures("node_")
def test_two_held_objects_are_linked_and_nothing_else(sepakat: CommandLine) -> None:
    one, two = speaker(sepakat, 11, "Minister C"), speaker(sepakat, 12, "Ministry D")
    made = sepakat.ask("objects", "relate", one, "related-to", two, "--marking", "tlp:green", "--by", "ann")
    [version] = sepakat.ask("objects", "show", made["id"])["versions"]
    content = version["content"]
    assert (content["source_ref"], content["relationship_type"], content["target_ref"]) == (one, "related-to", two)
    assert len(content["object_marking_refs"]) == 1
    nothing = "identity--0b9f6f0e-3c55-4b0e-9c0f-000000000099"
    for wrong in ((one, "uses", nothing), (one, "uses", one), (one, "Related To", two), ("x", "uses", two)):
        assert sepakat("objects", "relate", *wrong).errors
    assert len(sepakat.ask("objects", "list", "--type", "relationship")["objects"]) == 1


@pytest.mark.usefixtures("node_")
@pytest.mark.parametrize(
    "wrong",
    [
        ("--scheme", "nato", "--reliability", "A"),
        ("--scheme", "admiralty", "--reliability", "Z"),
        ("--scheme", "europol-4x4", "--reliability", "A", "--credibility", "2"),
    ],
)
def test_a_rating_of_no_scheme_is_refused_in_words(sepakat: CommandLine, wrong: tuple[str, ...]) -> None:
    made = make(sepakat, "So it is.", "report")
    ended = sepakat("claims", "opinion", made["id"], "agree", *wrong)
    assert any("rating refused" in line for line in ended.errors)
