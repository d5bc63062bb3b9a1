from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.claims.building import Carrier, build_claim, claim_document
from sepakat.claims.claim import Basis, Claim, Likelihood, Lineage, MadeBy, Person, Quantity, Source, Span, Valid
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.claims.reading import claim_faults, read_claim
from sepakat.claims.vocabulary import (
    CARRIERS,
    CONFIDENCE_WORDS,
    KINDS,
    LIKELIHOODS,
    MAKERS,
    PERSON_CATEGORIES,
    PRECISIONS,
    ROLES,
    SOURCE_SCHEMES,
    STATUSES,
)
from sepakat.errors import InputError
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.validation import faults_of, warnings_of
from tests.unit.claims.examples import AT, FULL, NOTE, SPEAKER, UUID, carrier, full_note

OTHER: dict[str, dict[str, Any]] = {
    "note": {"object_refs": [SPEAKER]},
    "relationship": {"relationship_type": "related-to", "source_ref": SPEAKER, "target_ref": SPEAKER},
    "sighting": {"sighting_of_ref": f"malware--{UUID}"},
    "incident": {"name": "an attack"},
    "report": {"name": "a report", "published": "2026-01-31T09:00:00Z", "object_refs": [SPEAKER]},
}

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
amounts = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    low, point, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    unit, said = draw(texts), draw(st.none() | texts)
    match draw(st.sampled_from(["exactly", "about", "bounded", "at-least", "at-most", "between", "about-or-more"])):
        case "about":
            return Quantity("about", unit, point=point, as_said=said)
        case "bounded":
            return Quantity("about", unit, point, low, high, said)
        case "at-least":
            return Quantity("at-least", unit, min=low, as_said=said)
        case "at-most":
            return Quantity("at-most", unit, max=high, as_said=said)
        case "between":
            return Quantity("between", unit, draw(st.none() | st.just(point)), low, high, said)
        case other:
            return Quantity(other, unit, point=point, as_said=said)


@st.composite
def likelihoods(draw: st.DrawFn) -> Likelihood:
    scheme = draw(st.sampled_from(sorted(LIKELIHOODS)))
    word = draw(st.sampled_from(LIKELIHOODS[scheme].words))
    low, high = draw(st.sampled_from([(None, None), (word.low, word.high)]))
    return Likelihood(scheme, draw(st.sampled_from(word.terms)), low, high)


@st.composite
def sources(draw: st.DrawFn) -> Source:
    scheme = draw(st.sampled_from(["admiralty", None]))
    letter = draw(st.sampled_from(sorted(SOURCE_SCHEMES["admiralty"].reliability))) if scheme else None
    return Source(draw(hashes), scheme, letter, None, draw(st.none() | texts), draw(st.none() | texts))


bases = st.builds(Basis, st.sampled_from(sorted(ROLES)), object_ref=st.just(SPEAKER)) | st.builds(
    Basis, st.sampled_from(sorted(ROLES)), token=hashes
)
lineages = st.lists(hashes, min_size=1, max_size=3, unique=True).map(
    lambda roots: Lineage(tuple(roots), (PartyId("ru"),), len(roots))
)

claims = st.builds(
    Claim,
    kind=st.sampled_from(sorted(KINDS)),
    speaker_ref=st.none() | st.just(SPEAKER),
    question=st.none() | st.just("strength/fighters"),
    quantity=st.none() | quantities(),
    source=st.none() | sources(),
    credibility=st.none() | st.integers(1, 6),
    analytic_confidence=st.none() | st.sampled_from(CONFIDENCE_WORDS),
    likelihood=st.none() | likelihoods(),
    valid=st.none() | st.builds(Valid, st.just("2014-10-14T00:00:00Z"), st.none(), st.sampled_from(PRECISIONS)),
    basis=st.lists(bases, max_size=3).map(tuple),
    lineage=st.none() | lineages,
    person=st.none() | st.builds(Person, st.sampled_from(sorted(PERSON_CATEGORIES))),
    status=st.none() | st.sampled_from(sorted(STATUSES)),
    made_by=st.none() | st.builds(MadeBy, st.sampled_from(sorted(MAKERS)), st.none() | texts),
    span=st.none() | st.builds(Span, hashes, st.just(3), st.integers(3, 99)),
)


@given(claims, st.sampled_from(sorted(CARRIERS)))
def test_built_claim_reads_back_on_every_carrier(claim: Claim, kind: str) -> None:
    object_carrier = Carrier(StixId(f"{kind}--{UUID}"), AT, AT, SPEAKER, OTHER[kind])
    content = build_claim(claim, object_carrier, "Some words.")
    assert read_claim(content) == claim
    assert claim_faults(content) == ()
    assert faults_of(content) == ()


def test_built_note_is_a_standard_note_without_a_warning() -> None:
    assert warnings_of(full_note()) == ()
    assert full_note()["confidence"] == 70


def test_plain_words_follow_the_text_after_an_empty_line() -> None:
    text, words = full_note()["content"].split("\n\n")
    assert text == "A minister gave an estimate."
    for part in (
        "about 500 or more people",
        "perhaps around 500 people or more",
        "the minister",
        "Admiralty B2",
        "likely",
    ):
        assert part in words
    assert "liaison" not in words


def test_claim_without_text_stands_in_plain_words_alone() -> None:
    content = build_claim(Claim("fact"), carrier(), "  ")
    assert content["content"] == "Stated as a fact."


def test_claim_that_cannot_be_judged_has_no_confidence() -> None:
    assert "confidence" not in build_claim(replace(FULL, credibility=6), carrier(), "x")
    assert "confidence" not in build_claim(Claim("fact"), carrier(), "x")


def test_other_extensions_stay() -> None:
    other = {"extension-definition--00000000-0000-4000-8000-000000000000": {"extension_type": "property-extension"}}
    content = build_claim(FULL, carrier(extensions=other), "x")
    assert content["extensions"].keys() == {*other, CLAIM_EXTENSION}
    assert CLAIM_EXTENSION not in other


def test_absent_parts_are_not_written() -> None:
    assert claim_document(Claim("fact")) == {"extension_type": "property-extension", "kind": "fact"}
    assert claim_document(Claim("fact", lineage=Lineage(via=(PartyId("us"),))))["lineage"] == {"via": ["us"]}


@pytest.mark.parametrize("name", ["content", "confidence", "id", "created"])
def test_property_that_the_builder_writes_is_refused(name: str) -> None:
    with pytest.raises(InputError) as raised:
        build_claim(FULL, carrier(**{name: "x"}), "x")
    assert [fault.path for fault in raised.value.faults] == [name]


def test_claim_on_observed_data_is_refused() -> None:
    with pytest.raises(InputError, match="can carry a claim"):
        build_claim(FULL, Carrier(StixId(f"observed-data--{UUID}"), AT, AT), "x")


@pytest.mark.parametrize(
    ("claim", "properties", "paths"),
    [
        (replace(FULL, kind="rumour"), {}, ["kind"]),
        (replace(FULL, lineage=Lineage()), {}, ["lineage"]),
        (replace(FULL, quantity=Quantity("exactly", "people")), {}, ["point"]),
        (FULL, {"object_refs": []}, ["object_refs"]),
        (replace(FULL, status="x"), {"object_refs": []}, ["status", "object_refs"]),
    ],
)
def test_object_with_a_fault_is_not_built(claim: Claim, properties: dict[str, Any], paths: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        build_claim(claim, carrier(**properties), "x")
    assert [fault.path.rpartition(".")[2] for fault in raised.value.faults] == paths
    assert NOTE in raised.value.message
