from __future__ import annotations

from typing import Any

from sepakat.claims.extension import (
    CLAIM_EXTENSION,
    SEPAKAT_IDENTITY,
    VARIANT_EXTENSION,
    claim_extension_definition,
    extension_objects,
    sepakat_identity,
    variant_document,
    variant_extension_definition,
)
from sepakat.claims.reading import claim_faults, is_variant, same_as
from sepakat.stix.canonical import digest
from sepakat.stix.identifiers import has_standard_uuid
from sepakat.stix.validation import faults_of, warnings_of


def test_extension_objects_keep_the_rules_of_the_standard() -> None:
    for content in extension_objects():
        assert faults_of(content) == ()
        assert warnings_of(content) == ()
        assert has_standard_uuid(content["id"])


def test_ids_and_contents_of_the_extensions_never_change() -> None:
    assert CLAIM_EXTENSION == "extension-definition--5c9b4d1e-7f3a-4b62-9d8e-2a6f0c417b95"
    assert VARIANT_EXTENSION == "extension-definition--b04e7a63-1d58-4f9c-8a27-6e3d95c0f218"
    assert SEPAKAT_IDENTITY == "identity--e2a81f37-64c5-4d0b-b3f9-18d7509ac6e4"
    assert digest(list(extension_objects())) == "3761049c09d4d5013f08537eed0450440ba27fea9dc37a8f29b11947bf8e36b8"


def test_extension_objects_refer_to_what_comes_before() -> None:
    identity, *definitions = extension_objects()
    assert {definition["created_by_ref"] for definition in definitions} == {identity["id"]}


def test_changing_a_copy_leaves_the_original() -> None:
    claim_extension_definition()["extension_types"].append("x")
    variant_extension_definition().clear()
    sepakat_identity()["name"] = "x"
    assert digest(list(extension_objects())) == "3761049c09d4d5013f08537eed0450440ba27fea9dc37a8f29b11947bf8e36b8"


def test_variant_document_marks_a_variant_and_nothing_more() -> None:
    content = {"type": "note", "extensions": {VARIANT_EXTENSION: variant_document("ab" * 32)}}
    assert is_variant(content)
    assert same_as(content) == "ab" * 32
    assert claim_faults(content) == ()


def test_variant_mark_of_another_form_is_a_fault_and_marks_nothing() -> None:
    right = variant_document("ab" * 32)
    wrong: Any
    for wrong in ({}, None, [], right | {"incomplete": False}, right | {"same_as": "x"}, right | {"missing": ["name"]}):
        content = {"type": "note", "extensions": {VARIANT_EXTENSION: wrong}}
        assert claim_faults(content)
        assert not is_variant(content)
        assert same_as(content) is None
