from __future__ import annotations

from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.claim_facts import ClaimFacts, claim_facts
from tests.unit.release.small import malware

QUOTED, OTHER = malware("quoted")["id"], malware("other")["id"]
NOTHING = ClaimFacts(None, None, None, False, None, (), False)


def facts(**claim: Any) -> ClaimFacts:
    found = claim_facts({"extensions": {CLAIM_EXTENSION: claim}})
    assert found is not None
    return found


@pytest.mark.parametrize(
    "content",
    [{}, {"extensions": {}}, {"extensions": {"another": {"kind": "fact"}}}, {"extensions": [CLAIM_EXTENSION]}],
)
def test_object_without_the_extension_carries_no_claim(content: dict[str, Any]) -> None:
    assert claim_facts(content) is None


def test_claim_that_says_nothing_has_no_facts() -> None:
    assert facts() == NOTHING


@pytest.mark.parametrize(("kind", "read"), [("fact", "fact"), ("offer", "offer"), ("gossip", None)])
def test_kind_is_one_that_is_known(kind: str, read: str | None) -> None:
    assert facts(kind=kind).kind == read


@pytest.mark.parametrize(
    ("source", "reliability"),
    [
        ({"scheme": "admiralty", "reliability": "B"}, "B"),
        ({"scheme": "admiralty", "reliability": "F"}, None),
        ({"scheme": "admiralty"}, None),
        ({"scheme": "europol-4x4", "reliability": "B"}, None),
        ({"reliability": "B"}, None),
    ],
)
def test_reliability_counts_as_a_letter_of_the_admiralty_alone(source: dict[str, Any], reliability: str | None) -> None:
    assert facts(source=source) == ClaimFacts(None, reliability, None, False, None, (), True)


@pytest.mark.parametrize(("credibility", "read"), [(1, 1), (5, 5), (6, None), (7, 7)])
def test_six_means_that_credibility_cannot_be_judged(credibility: int, read: int | None) -> None:
    assert facts(credibility=credibility).credibility == read


@pytest.mark.parametrize(
    ("person", "is_about", "category"),
    [(None, False, None), ({}, True, None), ({"category": "victim"}, True, "victim")],
)
def test_claim_with_a_person_is_about_one(person: Any, is_about: bool, category: str | None) -> None:
    found = facts(person=person)
    assert (found.is_about_person, found.person_category) == (is_about, category)


@pytest.mark.parametrize(
    ("role", "derives"),
    [
        ("primary-source", True),
        ("quotes", True),
        ("derived", True),
        ("something new", True),
        (None, True),
        ("supports", False),
        ("contradicts", False),
        ("assumption", False),
    ],
)
def test_claim_derives_from_every_object_of_its_basis_but_what_only_bears_on_it(
    role: str | None, derives: bool
) -> None:
    basis = [{"object_ref": QUOTED, "role": role}, {"token": "t", "role": "quotes"}, {"object_ref": OTHER}]
    assert facts(basis=basis).derives_from == ((QUOTED, OTHER) if derives else (OTHER,))


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"kind": 1}, "kind of the claim is no str"),
        ({"source": []}, "source of the claim is no object"),
        ({"source": {"reliability": 1}}, "reliability of the claim is no str"),
        ({"credibility": "1"}, "credibility of the claim is no int"),
        ({"credibility": True}, "credibility of the claim is no int"),
        ({"person": "ann"}, "person of the claim is no object"),
        ({"person": {"category": 1}}, "category of the claim is no str"),
        ({"basis": {}}, "basis of the claim is no list"),
        ({"basis": ["b"]}, "basis of the claim is no object"),
    ],
)
def test_claim_of_a_wrong_type_cannot_be_read(claim: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=rf"^{message}$"):
        facts(**claim)


def test_claim_that_is_no_object_cannot_be_read() -> None:
    with pytest.raises(ValueError, match=r"^claim of the claim is no object$"):
        claim_facts({"extensions": {CLAIM_EXTENSION: []}})
