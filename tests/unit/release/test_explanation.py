from __future__ import annotations

import json

from sepakat.release.explanation import findings_document, lines, remedies, sentence
from sepakat.release.rules import RULES
from tests.unit.release.small import TLP, UNKNOWN, clause, decision, held, malware, party_id, terms, under, world


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
