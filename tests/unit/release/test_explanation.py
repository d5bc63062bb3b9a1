from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sepakat.release.decision import Decision, Finding, Outcome, Verdict
from sepakat.release.explanation import findings_document, lines, remedies, sentence, worded
from sepakat.release.rules import RULES
from sepakat.stix.identifiers import StixId
from tests.unit.release.small import (
    NOW,
    TLP,
    UNKNOWN,
    VIEW,
    clause,
    decision,
    held,
    malware,
    party_id,
    terms,
    under,
    world,
)


def test_withheld_object_is_explained_with_marking_clause_and_limit() -> None:
    thing = malware(tlp="amber+strict")
    found = decision(world(thing, views=under(clause(ceiling={"tlp": "green"}))), thing)
    assert sentence(found) == (
        f"{thing['id']} withheld from ru: marked TLP:AMBER+STRICT, clause S1 of a allows up to TLP:GREEN"
    )
    assert "widen clause S1 of a, which both sides must sign" in remedies(found)


def test_released_object_is_explained_with_its_clause() -> None:
    assert sentence(decision(world(malware()), malware())) == f"{malware()['id']} goes to ru whole under clause S1 of a"


def test_tear_line_is_explained_with_what_it_goes_without() -> None:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
    thing = malware(description="d", granular_markings=hidden)
    assert sentence(decision(world(thing), thing)) == (
        f"{thing['id']} goes to ru as a tear-line under clause S1 of a, without description"
    )


def test_origin_and_label_are_named_with_who_can_lift_them() -> None:
    thing = malware(tlp="amber", created_by_ref=party_id("fr"))
    found = decision(world(held(thing, origins=("fr",), received=(terms("fr"),))), thing)
    text = sentence(found)
    assert "marked TLP:AMBER by fr, only for this node's clients, where the terms say so" in text
    assert "it comes from fr, which has not consented that ru gets it" in text
    assert any("sepakat consent request" in remedy for remedy in remedies(found))


def test_only_the_marking_that_nobody_can_read_is_named_where_the_other_lets_through() -> None:
    thing = malware(tlp=None, object_marking_refs=[TLP["green"], UNKNOWN])
    text = sentence(decision(world(thing), thing))
    assert "marked an unknown marking by us, which nobody here can read, so nobody may read the object" in text
    assert "TLP:GREEN" not in text


def test_findings_begin_in_lower_case_and_end_without_a_stop() -> None:
    for thing in (malware(), malware(tlp="red"), malware(tlp=None)):
        for finding in decision(world(thing), thing).findings:
            for text in (finding.because, finding.remedy):
                assert text is None or (text[0] == text[0].lower() and not text.endswith("."))
                assert text is None or "{" not in text


def test_failing_line_says_what_would_have_to_change() -> None:
    thing = malware(tlp="red")
    failing = [line for line in lines(decision(world(thing), thing)) if "withholds" in line]
    assert failing
    assert all("To change it: " in line for line in failing)


def test_document_of_a_decision_is_plain_json() -> None:
    document = findings_document(decision(world(malware()), malware()))
    assert json.loads(json.dumps(document)) == document
    assert document["outcome"] == "whole"
    assert len(document["findings"]) == len(RULES)


def withheld(*because: str) -> Decision:
    """A decision with these reasons after the one that only sums them up."""
    summary = Finding("ClauseMatches", Verdict.WITHHOLDS, "no clause of a matches")
    findings = (summary, *(Finding("TypeShared", Verdict.WITHHOLDS, reason) for reason in because))
    return Decision((StixId("malware--m"), "v"), VIEW, NOW, Outcome.OUT, findings)


@pytest.mark.parametrize(
    ("because", "told"),
    [
        ((), "no clause of a matches"),
        (("one",), "one"),
        (("one", "two", "one"), "one; two"),
        (("one", "two", "three"), "one; two; three"),
        (("one", "two", "three", "four"), "one; two; three; and 1 more"),
        (("one", "two", "three", "four", "five"), "one; two; three; and 2 more"),
    ],
)
def test_at_most_three_reasons_are_named_each_once_and_the_others_counted(because: tuple[str, ...], told: str) -> None:
    assert sentence(withheld(*because)) == f"malware--m withheld from ru: {told}"


def test_all_clauses_that_let_an_object_go_are_named() -> None:
    thing = malware()
    found = decision(world(thing, views=under(clause(), clause(id="S2"))), thing)
    assert sentence(found) == f"{thing['id']} goes to ru whole under clauses S1, S2 of a"


def test_document_says_who_what_and_when() -> None:
    thing = malware()
    found = decision(world(thing), thing)
    document = findings_document(found)
    assert {name: document[name] for name in ("object", "version", "agreement", "taker", "at", "clauses", "cut")} == {
        "object": thing["id"],
        "version": "2026-01-01T00:00:00.000000",
        "agreement": "a",
        "taker": "ru",
        "at": "2026-03-01T12:00:00.000000Z",
        "clauses": ["S1"],
        "cut": [],
    }
    (first, *_) = document["findings"]
    assert first == {
        "rule": "AgreementInForce",
        "verdict": "permits",
        "because": "agreement a is in force for ru",
        "clause": None,
        "evidence": [],
        "remedy": None,
    }


def test_remedies_of_a_variant_are_those_of_what_is_cut_and_each_once() -> None:
    findings = (
        Finding("A", Verdict.CUTS, "b", remedy="cut"),
        Finding("B", Verdict.WITHHOLDS, "b", remedy="withheld"),
        Finding("C", Verdict.CUTS, "b", remedy="cut"),
        Finding("D", Verdict.CUTS, "b"),
    )
    variant = Decision((StixId("malware--m"), "v"), VIEW, NOW, Outcome.VARIANT, findings)
    assert remedies(variant) == ("cut",)
    assert remedies(replace(variant, outcome=Outcome.OUT)) == ("withheld",)


def test_fact_that_is_not_given_is_left_out_of_the_sentence() -> None:
    assert worded("DelayOver", Verdict.WITHHOLDS, {"clause": "S1", "agreement": "a"}) == Finding(
        "DelayOver", Verdict.WITHHOLDS, "the delay of clause S1 of a (-) is over at -", "S1", (), "wait until -"
    )
