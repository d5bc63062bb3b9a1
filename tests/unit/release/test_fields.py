"""Which properties a clause lets through, down to the parts of a property, and what the standard defines of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sepakat.agreements.terms import Clause
from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from sepakat.release.compiled import Compiled
from sepakat.release.fields import (
    ALWAYS,
    custom_parts,
    is_internal,
    is_standard,
    lets_any_through,
    lets_through,
)
from sepakat.stix.selectors import Path
from sepakat.stix.standard import STRUCTURES
from tests.unit.release.small import agreement, clause, clauses_in, compiled, sid, under, world

EXTENSION = sid("extension-definition", "e")
ACS = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"


def with_fields(**fields: Any) -> dict[str, Any]:
    return clause(fields={"tear_line": "if-needed", **fields})


def terms_of(**fields: Any) -> Clause:
    return agreement(with_fields(**fields)).share[0]


def among(*clauses: Mapping[str, Any]) -> Compiled:
    """The tables over these clauses, which have the ids S1, S2 and so on."""
    return compiled(world(views=under(*({**each, "id": f"S{place}"} for place, each in enumerate(clauses, start=1)))))


@pytest.mark.parametrize(
    ("type_name", "path", "defined"),
    [
        ("malware", ("name",), True),
        ("malware", ("x_acme",), False),
        ("malware", ("x_acme", "name"), False),
        ("malware", ("aliases", 0), True),
        ("malware", ("external_references", 0), True),
        ("malware", ("external_references", 0, "url"), True),
        ("malware", ("external_references", 0, "x_acme"), False),
        ("malware", ("external_references", 0, "hashes", "SHA-256"), True),
        ("malware", ("kill_chain_phases", 1, "phase_name"), True),
        ("malware", ("kill_chain_phases", 1, "url"), False),
        ("malware", ("extensions",), True),
        ("malware", ("extensions", 0), False),
        ("malware", ("extensions", CLAIM_EXTENSION), True),
        ("malware", ("extensions", CLAIM_EXTENSION, "kind"), True),
        ("malware", ("extensions", VARIANT_EXTENSION), True),
        ("malware", ("extensions", EXTENSION), False),
        ("malware", ("extensions", "pdf-ext"), False),
        ("malware", ("extensions", ACS), False),
        ("marking-definition", ("extensions", ACS), True),
        ("marking-definition", ("extensions", ACS, "control_set", "classification"), True),
        ("marking-definition", ("extensions", CLAIM_EXTENSION), True),
        ("marking-definition", ("extensions", EXTENSION), False),
        ("marking-definition", ("definition_type",), True),
        ("file", ("extensions", "pdf-ext"), True),
        ("file", ("extensions", "pdf-ext", "version"), True),
        ("file", ("extensions", "pdf-ext", "x_acme"), False),
        ("file", ("extensions", "pdf-ext", "document_info_dict", "Title"), True),
        ("file", ("extensions", "windows-pebinary-ext", "sections", 0, "name"), True),
        ("file", ("extensions", "windows-pebinary-ext", "sections", 0, "x_acme"), False),
        ("file", ("extensions", "windows-pebinary-ext", "optional_header", "x_acme"), False),
        ("file", ("extensions", "acme-ext"), False),
        ("x-acme-case", ("name",), False),
        ("x-acme-case", ("external_references", 0, "url"), True),
    ],
)
def test_standard_defines_parts_of_properties_too(type_name: str, path: Path, defined: bool) -> None:
    assert is_standard(type_name, path) is defined


@pytest.mark.parametrize(
    ("path", "internal"),
    [(("x_sepakat_note",), True), (("x_sepakat_note", "a"), True), (("x_acme", "x_sepakat_a"), False)],
)
def test_internal_is_by_the_property(path: Path, internal: bool) -> None:
    assert is_internal(path) is internal


X = ("x_acme",)
PART = ("x_acme", "b", "c")
CASES: list[tuple[dict[str, Any], str, Path, bool, bool]] = [
    # fields, type, path, with all below it, at least with something of it
    ({"allow": "any"}, "malware", X, True, True),
    ({"allow": "any"}, "malware", ("x_sepakat_a",), False, False),
    ({"allow": ["x_sepakat_a"]}, "malware", ("x_sepakat_a",), False, False),
    ({"allow": "any", "deny": ["x_acme"]}, "malware", X, False, False),
    ({"allow": "any", "deny": ["x_acme"]}, "malware", PART, False, False),
    ({"allow": "any", "deny": ["x_acme.b"]}, "malware", X, True, True),
    ({"allow": "any", "deny": ["x_acme.b"]}, "malware", PART, False, False),
    ({"allow": "standard"}, "malware", ("name",), True, True),
    ({"allow": "standard"}, "malware", X, False, False),
    ({"allow": "standard"}, "malware", ("standard",), False, False),
    ({"allow": "standard", "deny": ["name"]}, "malware", ("name",), False, False),
    ({"allow": ["name"]}, "malware", ("name",), True, True),
    ({"allow": ["name"]}, "malware", ("description",), False, False),
    ({"allow": ["name"]}, "malware", ("name", "below"), True, True),
    ({"allow": ["standard", "x_acme"]}, "malware", X, True, True),
    ({"allow": ["standard", "x_acme"]}, "malware", ("description",), True, True),
    ({"allow": ["x_acme.b.c"]}, "malware", PART, True, True),
    ({"allow": ["x_acme.b.c"]}, "malware", X, False, True),
    ({"allow": ["x_acme.b.c"]}, "malware", ("x_acme", "b"), False, True),
    ({"allow": ["x_acme.b.c"]}, "malware", ("x_acme", "d"), False, False),
    ({"allow": ["x_acme.b.c"], "deny": ["x_acme"]}, "malware", X, False, False),
    ({"allow": [EXTENSION]}, "malware", ("extensions", EXTENSION), True, True),
    ({"allow": [EXTENSION]}, "malware", ("extensions", EXTENSION, "a"), True, True),
    ({"allow": ["name"]}, "malware", ("extensions", EXTENSION), False, False),
    ({"allow": ["name"]}, "malware", ("extensions",), True, True),
    ({"allow": ["name"]}, "malware", ("extensions", CLAIM_EXTENSION), False, False),
    ({"allow": "standard"}, "malware", ("extensions", CLAIM_EXTENSION), True, True),
    ({"allow": ["extensions.pdf-ext.version"]}, "file", ("extensions", "pdf-ext"), False, True),
    ({"allow": ["name"]}, "malware", ("created",), True, True),
    ({"allow": ["name"]}, "malware", ("created", "below"), True, True),
    ({"allow": ["name"], "deny": ["created"]}, "malware", ("created",), True, True),
]


@pytest.mark.parametrize(("fields", "type_name", "path", "all_of_it", "something"), CASES)
def test_deny_wins_and_what_is_left_needs_to_be_named_or_standard(
    fields: dict[str, Any], type_name: str, path: Path, all_of_it: bool, something: bool
) -> None:
    asked = terms_of(**fields)
    assert lets_through(asked, type_name, path) is all_of_it
    assert lets_any_through(asked, type_name, path) is something


@pytest.mark.parametrize(
    ("type_name", "name", "expected"),
    [
        ("malware", "description", {"S1", "S3"}),
        ("malware", "x_acme", {"S1", "S2"}),
        ("malware", "name", {"S1", "S2", "S3"}),
        ("url", "description", {"S1"}),
        *(("malware", name, {"S1", "S2", "S3"}) for name in sorted(ALWAYS)),
    ],
)
def test_property_goes_by_the_clauses_that_let_something_of_it_through(
    type_name: str, name: str, expected: set[str]
) -> None:
    asked = among(with_fields(allow="any"), with_fields(allow=["name", "x_acme.b"]), with_fields(allow="standard"))
    for _ in range(2):
        assert clauses_in(asked, asked.fields.property(type_name, name)) == expected


def test_node_goes_by_the_clauses_that_let_all_of_it_through() -> None:
    asked = among(with_fields(allow="any"), with_fields(allow=["x_acme.b.c"]), with_fields(allow=["x_acme"]))
    found = {path: clauses_in(asked, asked.fields.node("malware", path)) for path in (X, PART)}
    assert found == {X: {"S1", "S3"}, PART: {"S1", "S2", "S3"}}


def test_extension_goes_by_its_id_or_as_one_of_the_standard() -> None:
    asked = among(
        with_fields(allow="standard"), with_fields(allow=[EXTENSION]), with_fields(allow="any", deny=[EXTENSION])
    )
    for _ in range(2):
        assert clauses_in(asked, asked.fields.extension("file", EXTENSION)) == {"S2"}
        assert clauses_in(asked, asked.fields.extension("file", "pdf-ext")) == {"S1", "S3"}
        assert clauses_in(asked, asked.fields.extension("malware", "pdf-ext")) == {"S3"}


@pytest.mark.parametrize(
    ("source_name", "expected"),
    [("cve", {"S1", "S3", "S4"}), ("wiki", {"S1", "S3"}), ("other", {"S3"}), (None, set()), (["cve"], set())],
)
def test_external_reference_goes_by_the_clauses_that_name_its_source(source_name: Any, expected: set[str]) -> None:
    named: list[Any] = [["cve", "wiki"], "none", "any", ["cve"]]
    asked = among(*(with_fields(allow="standard", external_references=each) for each in named))
    assert clauses_in(asked, asked.fields.external_reference(source_name)) == expected


def test_external_reference_of_no_named_source_does_not_go_by_the_first_clause() -> None:
    asked = among(with_fields(allow="standard", external_references=["cve"]))
    assert asked.fields.external_reference(None) == asked.fields.external_reference("wiki") == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scheme", {"S2", "S3", "S4"}),
        ("reliability", {"S2", "S3", "S4"}),
        ("evaluation", {"S2", "S3", "S4"}),
        ("descriptor", {"S3", "S4"}),
        ("access", {"S3", "S4"}),
        ("token", {"S4"}),
        ("anything else", {"S4"}),
    ],
)
def test_source_is_disclosed_as_far_as_the_clause_says(name: str, expected: set[str]) -> None:
    asked = among(*(clause(source=level) for level in ("none", "rating", "descriptor", "identity")))
    for _ in range(2):
        assert clauses_in(asked, asked.fields.source(name)) == expected


@pytest.mark.parametrize(
    ("fields", "nested"),
    [
        ({"allow": "any"}, set()),
        ({"allow": ["name", "standard", EXTENSION]}, set()),
        ({"allow": "any", "deny": ["name", "extensions.pdf-ext"]}, set()),
        ({"allow": ["x_acme.b"]}, {X}),
        ({"allow": ["x_acme.b.c", "x_acme.d", "name.a"]}, {X, ("name",)}),
        ({"allow": "any", "deny": ["x_acme.b"]}, {X}),
        ({"allow": ["extensions.pdf-ext.version"]}, {("extensions", "pdf-ext")}),
        ({"allow": "any", "deny": ["extensions.pdf-ext.a.b"]}, {("extensions", "pdf-ext")}),
    ],
)
def test_properties_of_which_a_part_is_named_are_looked_at_node_by_node(
    fields: dict[str, Any], nested: set[Path]
) -> None:
    assert among(with_fields(**fields)).fields.nested_under == nested


REFERENCE = {"source_name": "cve", "url": "u"}


@pytest.mark.parametrize(
    ("type_name", "content", "expected"),
    [
        ("malware", {"external_references": [REFERENCE, REFERENCE]}, []),
        ("malware", {"name": "n", "x_acme": {"a": 1}}, []),
        (
            "malware",
            {"external_references": [REFERENCE, {**REFERENCE, "x_acme": 1}]},
            [("external_references", 1, "x_acme")],
        ),
        (
            "malware",
            {"external_references": [5, "x", None, [{"x_acme": 1}]]},
            [("external_references", 3, 0, "x_acme")],
        ),
        ("malware", {"external_references": {"x_acme": 1, "url": "u"}}, [("external_references", "x_acme")]),
        ("malware", {"external_references": "x_acme"}, []),
        (
            "malware",
            {"kill_chain_phases": [{"phase_name": "p", "url": "u"}], "external_references": [{"phase_name": "p"}]},
            [("external_references", 0, "phase_name"), ("kill_chain_phases", 0, "url")],
        ),
        ("tool", {"extensions": {EXTENSION: {"x_acme": 1}}}, []),
        ("malware", {"extensions": {"pdf-ext": {"x_acme": 1}}}, []),
        ("malware", {"extensions": ["pdf-ext"]}, []),
        ("file", {"extensions": {"pdf-ext": {"version": "1", "x_acme": 1}}}, [("extensions", "pdf-ext", "x_acme")]),
        ("file", {"extensions": {"pdf-ext": {"version": "1"}, EXTENSION: {"x": 1}}}, []),
        (
            "file",
            {"extensions": {"windows-pebinary-ext": {"sections": [{"name": "s"}, {"name": "t", "x_a": 1}], "x_b": 2}}},
            [
                ("extensions", "windows-pebinary-ext", "sections", 1, "x_a"),
                ("extensions", "windows-pebinary-ext", "x_b"),
            ],
        ),
        (
            "file",
            {"extensions": {"windows-pebinary-ext": {"optional_header": {"x_a": 1, "dll_characteristics_hex": "0"}}}},
            [("extensions", "windows-pebinary-ext", "optional_header", "x_a")],
        ),
        ("x509-certificate", {"x509_v3_extensions": {"x_a": 1, "key_usage": "k"}}, [("x509_v3_extensions", "x_a")]),
        ("x-acme-case", {"external_references": [{"x_acme": 1}]}, [("external_references", 0, "x_acme")]),
    ],
)
def test_nodes_that_the_standard_does_not_define_inside_what_it_does_are_custom(
    type_name: str, content: dict[str, Any], expected: list[Path]
) -> None:
    assert sorted(custom_parts(type_name, content), key=str) == expected


def test_no_structure_of_the_standard_has_another_inside() -> None:
    """A structure whose names are all known is passed over by its names alone."""
    assert not any(rule.structure for table in STRUCTURES.values() for rule in table.values())
