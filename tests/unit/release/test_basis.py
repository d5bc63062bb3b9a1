from __future__ import annotations

from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.decision import Outcome
from sepakat.release.question import Approval
from sepakat.stix.identifiers import StixId
from tests.unit.release.small import (
    NOW,
    TLP,
    VIEW,
    compiled,
    failing,
    held,
    malware,
    outcome,
    party_id,
    ref,
    related,
    stix,
    terms,
    world,
)

SUBJECT = malware("subject")


def claim(called: str, *basis: dict[str, Any], **content: Any) -> dict[str, Any]:
    stated = {"extension_type": "property-extension", "kind": "report", "basis": list(basis)}
    return stix(
        "note", called, content="c", object_refs=[SUBJECT["id"]], extensions={CLAIM_EXTENSION: stated}, **content
    )


def quoting(source: dict[str, Any], role: str = "quotes") -> dict[str, Any]:
    return {"object_ref": source["id"], "role": role}


@pytest.mark.parametrize("role", ["primary-source", "quotes", "derived"])
def test_origin_of_what_a_claim_derives_from_must_allow(role: str) -> None:
    source = malware("source", tlp="clear", created_by_ref=party_id("fr"))
    note = claim("n", quoting(source, role))
    asked = world(SUBJECT, held(source, origins=("fr",), received=(terms("fr"),)), note)
    assert "BasisAllows" in failing(asked, note)


def test_relationship_that_is_a_claim_derives_from_its_basis_and_may_be_a_basis() -> None:
    source = malware("source", tlp="red")
    stated = {"extension_type": "property-extension", "kind": "report", "basis": [quoting(source)]}
    link = related(SUBJECT, malware("other"), extensions={CLAIM_EXTENSION: stated})
    above = claim("above", quoting(link))
    asked = world(SUBJECT, malware("other"), source, link, above)
    assert "BasisAllows" in failing(asked, link)
    assert "BasisAllows" in failing(asked, above)


def test_relationship_derives_by_another_relationship() -> None:
    source, link = malware("source", tlp="red"), related(SUBJECT, malware("other"))
    asked = world(SUBJECT, malware("other"), source, link, related(link, source, "derived-from"))
    assert "BasisAllows" in failing(asked, link)


@pytest.mark.parametrize("role", ["supports", "contradicts", "assumption"])
def test_claim_does_not_derive_from_what_only_bears_on_it(role: str) -> None:
    source = malware("source", tlp="red")
    note = claim("n", quoting(source, role))
    assert "BasisAllows" not in failing(world(SUBJECT, source, note), note)


def test_label_of_a_basis_binds_round_any_number_of_steps() -> None:
    source = malware("source", tlp="red")
    first = claim("1", quoting(source))
    second = claim("2", quoting(first))
    asked = world(SUBJECT, source, first, second)
    assert "BasisAllows" in failing(asked, second)


def test_approval_of_the_basis_opens_what_derives_from_it() -> None:
    source = malware("source", tlp="red")
    note = claim("n", quoting(source))
    given = {(ref(source), VIEW): (Approval("ann", NOW),)}
    assert outcome(world(SUBJECT, source, note, approvals=given), note) is Outcome.WHOLE


def test_circle_of_claims_is_bound_by_all_its_members() -> None:
    one, other = claim("1"), claim("2")
    one = claim("1", quoting(other))
    other = claim("2", quoting(one), tlp="red")
    assert "BasisAllows" in failing(world(SUBJECT, one, other), one)


def test_basis_that_is_not_held_has_an_unknown_origin() -> None:
    note = claim("n", quoting(malware("gone")))
    assert "BasisAllows" in failing(world(SUBJECT, note), note)


def test_nothing_is_let_through_by_a_basis_that_nobody_knows() -> None:
    assert compiled(world()).basis.of(StixId(malware("gone")["id"])) == 0


def test_all_held_versions_of_a_basis_bind() -> None:
    early = malware("source", tlp="red")
    late = {**malware("source"), "modified": "2026-01-02T00:00:00.000Z"}
    note = claim("n", quoting(late))
    assert "BasisAllows" in failing(world(SUBJECT, early, late, note), note)


def test_marked_property_of_a_basis_binds() -> None:
    source = malware(
        "source", description="d", granular_markings=[{"marking_ref": TLP["red"], "selectors": ["description"]}]
    )
    note = claim("n", quoting(source))
    assert "BasisAllows" in failing(world(SUBJECT, source, note), note)


def test_derived_from_relationship_carries_the_label_over() -> None:
    source, made = malware("source", tlp="red"), malware("made")
    asked = world(source, made, related(made, source, "derived-from"))
    assert failing(asked, made) == {"BasisAllows"}


def test_translation_has_the_label_of_what_it_translates_and_needs_it_whole() -> None:
    original = malware(description="d", tlp="amber")
    contents = {"fr": {"description": "mot"}}
    translated = stix("language-content", "l", object_ref=original["id"], contents=contents, tlp="clear")
    assert outcome(world(original, translated), translated) is Outcome.WHOLE
    cut = {**original, "granular_markings": [{"marking_ref": TLP["red"], "selectors": ["description"]}]}
    assert failing(world(cut, translated), translated) == {"BasisAllows", "OriginalAllows", "ReferencesInView"}
