from __future__ import annotations

import pytest

from sepakat.stix.identifiers import is_type_name
from sepakat.stix.standard import (
    AGGREGATES,
    AT_LEAST_ONE,
    DEFAULTS,
    NEEDS,
    NEEDS_SOMETHING,
    NOT_BOTH,
    PREDEFINED_EXTENSIONS,
    STRUCTURES,
    TIME_ORDER,
    TOGETHER,
    TYPES,
    Property,
    aggregates_of,
    category_of,
    properties_of,
    required_properties,
)


def test_all_types_of_the_standard_are_there() -> None:
    counted = dict.fromkeys(("sdo", "sro", "sco", "meta"), 0)
    for kind in TYPES.values():
        counted[kind.category] += 1
    assert counted == {"sdo": 19, "sro": 2, "sco": 18, "meta": 3}
    assert all(is_type_name(name) for name in TYPES)


@pytest.mark.parametrize(
    ("name", "category"),
    [("report", "sdo"), ("sighting", "sro"), ("url", "sco"), ("language-content", "meta"), ("x-a", "custom")],
)
def test_category_of_a_type(name: str, category: str) -> None:
    assert category_of(name) == category


def test_notation_is_read_as_meant() -> None:
    report, opinion = TYPES["report"].properties, TYPES["opinion"].properties
    assert report["object_refs"] == Property("ref", is_required=True, is_list=True, allowed=frozenset("*"))
    assert report["report_types"] == Property("string", is_list=True)
    assert opinion["opinion"].allowed >= {"agree", "strongly-disagree"}
    assert opinion["opinion"].is_required
    assert TYPES["observed-data"].properties["number_observed"].maximum == 999_999_999
    assert TYPES["location"].properties["latitude"].minimum == -90
    assert TYPES["email-message"].properties["body_multipart"].structure == "email-mime-part"
    assert TYPES["extension-definition"].properties["extension_types"].is_list


def test_names_of_references_end_as_the_standard_asks() -> None:
    for kind in TYPES.values():
        for name, rule in kind.properties.items():
            if rule.is_reference:
                assert name.endswith("_refs" if rule.is_list else "_ref")


def test_targets_of_references_are_types_or_categories() -> None:
    known = {*TYPES, "sdo", "sro", "sco", "meta", "*"}
    tables = [kind.properties for kind in TYPES.values()]
    tables += [*STRUCTURES.values(), *(table for group in PREDEFINED_EXTENSIONS.values() for table in group.values())]
    for table in tables:
        for rule in table.values():
            assert not rule.is_reference or rule.allowed <= known
            assert rule.kind != "object" or rule.structure in STRUCTURES


def test_rules_name_existing_properties() -> None:
    for kind, pairs in AGGREGATES.items():
        assert {*pairs, *(name for lists in pairs.values() for name in lists)} <= set(TYPES[kind].properties)
    for table in (AT_LEAST_ONE, NOT_BOTH, TOGETHER, NEEDS):
        for kind, groups in table.items():
            assert {name for group in groups for name in group} <= set(TYPES[kind].properties)
    for kind, order in TIME_ORDER.items():
        names = {name for earlier, later, _ in order for name in (earlier, later)}
        assert not kind or all(TYPES[kind].properties[name].kind == "timestamp" for name in names)
    assert set(TYPES) >= NEEDS_SOMETHING
    assert set(DEFAULTS) <= {"", *TYPES}


def test_required_properties_of_a_report() -> None:
    common = {"type", "spec_version", "id", "created", "modified"}
    assert required_properties("report") == common | {"name", "published", "object_refs"}
    assert required_properties("x-custom") == {"type", "id"}


def test_custom_type_knows_the_common_properties_only() -> None:
    assert "created_by_ref" in properties_of("x-custom")
    assert "name" not in properties_of("x-custom")
    assert aggregates_of("x-custom") == {}
    assert aggregates_of("sighting")["count"] == ("observed_data_refs", "where_sighted_refs")
