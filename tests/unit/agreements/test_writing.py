from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.agreements.parsing import from_document, parse_agreement
from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import (
    agreement_hash,
    canonical_form,
    complete_document_of,
    document_of,
    flow,
    signing_input,
    to_yaml,
)
from tests.unit.agreements.samples import EXAMPLE, agreements, changed, document, documents, example


@given(agreements)
def test_yaml_says_the_same_and_has_the_same_hash(agreement: Agreement) -> None:
    again = parse_agreement(to_yaml(agreement))
    assert again == agreement
    assert agreement_hash(again) == agreement_hash(agreement)


@given(agreements)
def test_the_canonical_form_says_the_same(agreement: Agreement) -> None:
    assert from_document(json.loads(canonical_form(agreement))) == agreement


@given(documents())
def test_a_complete_document_comes_back_but_for_the_order_of_sets(raw: dict[str, Any]) -> None:
    def settled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: settled(entry) for name, entry in value.items()}
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return sorted(value)
        return [settled(entry) for entry in value] if isinstance(value, list) else value

    def worded_alike(value: dict[str, Any]) -> dict[str, Any]:
        for clause in value["share"]:
            fields = clause["fields"]
            fields["allow"] = "standard" if fields["allow"] == ["standard"] else fields["allow"]
            fields["external_references"] = fields["external_references"] or "none"
        return value

    assert complete_document_of(from_document(raw)) == worded_alike(settled(copy.deepcopy(raw)))


def test_the_hash_of_an_agreement_does_not_change_between_releases() -> None:
    assert agreement_hash(example()) == "3a9af6952ec15561e5a6511284f3aff11bfaf7e10808726561b6b80560218d4d"


def test_the_hash_is_sha_256_of_the_canonical_form() -> None:
    assert agreement_hash(example()) == hashlib.sha256(canonical_form(example())).hexdigest()


def test_what_is_signed_is_the_prefix_and_the_hash() -> None:
    assert signing_input("ab" * 32) == b"sepakat/agreement/1\n" + b"ab" * 32


def test_the_order_of_keys_and_sets_and_the_spelling_of_scalars_do_not_change_the_hash() -> None:
    text = EXAMPLE.replace("[IQ, SY, middle-east]", "['middle-east', SY, \"IQ\"]")
    text = text.replace("giver: us\ntakers: [ru]", "takers: [ru]\ngiver: 'us'").replace("Z, to:", ".000Z, to:")
    assert agreement_hash(parse_agreement(text)) == agreement_hash(example())


def test_a_key_that_says_what_its_absence_means_is_left_out() -> None:
    written = document_of(example())
    assert "supersedes" not in written
    assert "match" not in written
    assert written["end"] == {"terminate": "P30D"}
    assert written["share"][0]["regions"] == {"any": ["IQ", "SY", "middle-east"]}


def test_required_keys_are_always_written() -> None:
    assert document_of(changed(lambda raw: raw["window"].update(to=None)))["window"]["to"] is None


@given(agreements, agreements)
def test_different_agreements_have_different_hashes(one: Agreement, other: Agreement) -> None:
    assert (one == other) is (agreement_hash(one) == agreement_hash(other))


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.update(title="Another"),
        lambda raw: raw["use"].update(court="may"),
        lambda raw: raw["basis"].update(reference="12/2030"),
        lambda raw: raw["share"][0].update(id="S2"),
        lambda raw: raw["duties"].update(receipt="PT300S"),
        lambda raw: raw["window"].update(to="2031-01-01T00:00:00.000001Z"),
    ],
)
def test_every_change_of_the_terms_changes_the_hash(change: Any) -> None:
    assert agreement_hash(changed(change)) != agreement_hash(example())


def test_every_key_is_written_in_yaml() -> None:
    text = to_yaml(example())
    assert "supersedes: null\n" in text
    assert "classification: null" in text
    assert max(map(len, text.splitlines())) <= 120


@given(st.text())
def test_any_string_that_is_not_plain_is_quoted(text: str) -> None:
    assert flow(text) == text or flow(text).startswith('"')


@pytest.mark.parametrize(
    "word", ["no", "Yes", "null", "true", "on", "y", "", "a b", "a:", "-a", "*a", "&a", "!a", "a,b"]
)
def test_what_yaml_could_take_for_something_else_is_quoted(word: str) -> None:
    assert flow(word) == json.dumps(word)


def test_document_is_json() -> None:
    assert json.loads(json.dumps(document())) == document()
