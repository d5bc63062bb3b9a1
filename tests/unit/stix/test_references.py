from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.stix import references as module
from sepakat.stix.references import (
    Reference,
    extension_references,
    marking_references,
    references,
    targets,
)
from sepakat.stix.selectors import value_at
from sepakat.stix.standard import TYPES
from tests.unit.stix.samples import HIDDEN, IDENTITY, INDICATOR, MALWARE, MARKING, indicator, malware, report, sdo

EXTENSION = "extension-definition--88888888-8888-4888-8888-888888888888"


def found(content: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str, str]]:
    """What refers to what, however it is looked for."""
    without_text = references(content)
    for text in written(content):
        assert references(content, text) == without_text
    return [(reference.path, reference.target, reference.strength) for reference in without_text]


def written(content: dict[str, Any]) -> list[bytes]:
    """Texts that say the same."""
    text = json.dumps(content).encode()
    return [
        text,
        text.replace(b"-", rb"\u002d"),
        text.replace(b"-", rb"\u002D"),
        json.dumps(content, indent=1).encode(),
    ]


def test_items_of_a_required_list_are_required_items() -> None:
    assert found(report()) == [
        (("object_refs", 0), MALWARE, "required-item"),
        (("object_refs", 1), INDICATOR, "required-item"),
    ]


def test_relationship_needs_both_ends() -> None:
    link = sdo(
        "relationship--99999999-9999-4999-8999-999999999999",
        relationship_type="uses",
        source_ref=HIDDEN,
        target_ref=MALWARE,
    )
    assert found(link) == [(("source_ref",), HIDDEN, "required"), (("target_ref",), MALWARE, "required")]


def test_creator_is_optional_on_every_type() -> None:
    for kind in [*TYPES, "x-custom"]:
        content = {"type": kind, "id": f"{kind}--99999999-9999-4999-8999-999999999999", "created_by_ref": IDENTITY}
        assert found(content) == [(("created_by_ref",), IDENTITY, "optional")]


def test_sighting_has_one_required_reference_and_optional_items() -> None:
    observed = "observed-data--99999999-9999-4999-8999-999999999999"
    sighting = sdo(
        "sighting--99999999-9999-4999-8999-999999999999",
        sighting_of_ref=INDICATOR,
        observed_data_refs=[observed],
        where_sighted_refs=[IDENTITY],
    )
    assert found(sighting) == [
        (("sighting_of_ref",), INDICATOR, "required"),
        (("observed_data_refs", 0), observed, "optional-item"),
        (("where_sighted_refs", 0), IDENTITY, "optional-item"),
    ]


def test_observed_data_needs_what_it_observed() -> None:
    url = "url--99999999-9999-5999-8999-999999999999"
    observed = sdo("observed-data--99999999-9999-4999-8999-999999999999", object_refs=[url])
    assert found(observed) == [(("object_refs", 0), url, "required-item")]


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"description": f"as {HIDDEN} did"}, ("description",)),
        ({"labels": ["x", HIDDEN]}, ("labels", 1)),
        (
            {"external_references": [{"source_name": "a", "external_id": HIDDEN}]},
            ("external_references", 0, "external_id"),
        ),
        ({"extensions": {EXTENSION: {"source": {"token": HIDDEN}}}}, ("extensions", EXTENSION, "source", "token")),
        ({"extensions": {HIDDEN: {"a": 1}}}, ("extensions", HIDDEN)),
        ({"extensions": {f"extension-definition--{HIDDEN}": 1}}, ("extensions", f"extension-definition--{HIDDEN}")),
        ({"object_marking_refs": [HIDDEN]}, ("object_marking_refs", 0)),
        ({"object_marking_refs": HIDDEN}, ("object_marking_refs",)),
        ({"granular_markings": [{"x": HIDDEN}]}, ("granular_markings", 0, "x")),
        ({"granular_markings": [{"selectors": [f"x.{HIDDEN}"]}]}, ("granular_markings", 0, "selectors", 0)),
        ({"extensions": {EXTENSION: {HIDDEN: 1}}}, ("extensions", EXTENSION, HIDDEN)),
        ({"x_custom_ref": HIDDEN}, ("x_custom_ref",)),
        ({"x_custom_ref": f"{HIDDEN} too"}, ("x_custom_ref",)),
        ({"x_custom_refs": [HIDDEN]}, ("x_custom_refs", 0)),
        ({"x_custom_ref": {"a": HIDDEN}}, ("x_custom_ref", "a")),
        ({"x_custom": {"deep": [[{"a": HIDDEN}]]}}, ("x_custom", "deep", 0, 0, "a")),
        ({"x_custom": {HIDDEN: True}}, ("x_custom", HIDDEN)),
        ({f"x_{HIDDEN}": 1}, (f"x_{HIDDEN}",)),
        ({"created_by_ref": [HIDDEN]}, ("created_by_ref", 0)),
        ({"sample_refs": HIDDEN}, ("sample_refs",)),
        ({"sample_refs": [[HIDDEN]]}, ("sample_refs", 0, 0)),
        ({"created_by_ref": HIDDEN.upper()}, ("created_by_ref",)),
        ({"name": HIDDEN.upper()}, ("name",)),
    ],
)
def test_id_hidden_anywhere_counts_as_embedded(properties: dict[str, Any], path: tuple[str | int, ...]) -> None:
    assert found(malware(**properties)) == [(path, HIDDEN, "embedded")]


def test_id_inside_a_pattern_counts() -> None:
    pattern = f"[x-host:actor_ref = '{HIDDEN}']"
    assert found(indicator(pattern=pattern)) == [(("pattern",), HIDDEN, "embedded")]


def test_references_of_a_custom_type_are_embedded() -> None:
    custom = sdo("x-case--99999999-9999-4999-8999-999999999999", object_refs=[HIDDEN])
    assert found(custom) == [(("object_refs", 0), HIDDEN, "embedded")]


def test_own_id_property_is_no_reference_but_its_mention_is() -> None:
    assert found(malware()) == []
    assert found(malware(description=MALWARE)) == [(("description",), MALWARE, "embedded")]


def test_markings_are_given_apart() -> None:
    marked = {"marking_ref": MARKING, "selectors": ["name", f"extensions.{EXTENSION}.a"]}
    content = malware(
        object_marking_refs=[MARKING, "nonsense"],
        granular_markings=[marked, {"lang": "id", "selectors": ["name"]}, 7],
    )
    assert found(content) == []
    assert marking_references(content) == (
        Reference(("object_marking_refs", 0), MARKING, "optional-item"),  # type: ignore[arg-type]
        Reference(("granular_markings", 0, "marking_ref"), MARKING, "optional"),  # type: ignore[arg-type]
    )


def test_extension_definitions_are_given_apart() -> None:
    content = malware(extensions={EXTENSION: {"extension_type": "property-extension"}, "x-old-ext": {"a": 1}})
    assert found(content) == []
    assert [reference.target for reference in extension_references(content)] == [EXTENSION]


def test_text_is_not_looked_through_where_all_ids_stand_where_ids_belong(monkeypatch: pytest.MonkeyPatch) -> None:
    content = report(created_by_ref=IDENTITY, object_marking_refs=[MARKING], x_found_by_ref=HIDDEN, description="a - b")
    expected = references(content)
    monkeypatch.setattr(module, "_all", None)
    assert references(content, json.dumps(content).encode()) == expected
    assert {reference.target for reference in expected} == {IDENTITY, MALWARE, INDICATOR, HIDDEN}
    for name, value in (("description", "a -- b"), ("granular_markings", []), ("created_by_ref", HIDDEN.upper())):
        looked_at = {**content, name: value}
        with pytest.raises(TypeError):
            references(looked_at, json.dumps(looked_at).encode())


def test_targets_are_the_ids_alone() -> None:
    assert targets(report(description=HIDDEN)) == {MALWARE, INDICATOR, HIDDEN}


def test_deep_nesting_is_searched_without_a_stack() -> None:
    value: Any = HIDDEN
    for _ in range(5_000):
        value = [value]
    ((path, target, _),) = references(malware(x_deep=value))
    assert (len(path), target) == (5_001, HIDDEN)


JSON = st.recursive(
    st.none() | st.integers() | st.text() | st.just(HIDDEN) | st.just(f"x {HIDDEN}y"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just(HIDDEN), inner, max_size=4),
    max_leaves=12,
)
PROPERTIES = st.sampled_from(["object_refs", "name", "x", "extensions", "object_marking_refs", "granular_markings"])


@given(st.sampled_from([*TYPES, "x-custom"]), st.dictionaries(PROPERTIES, JSON))
def test_no_id_in_the_text_of_an_object_is_missed(kind: str, properties: dict[str, Any]) -> None:
    content = {"type": kind, "id": f"{kind}--99999999-9999-4999-8999-999999999999", **properties}
    for text in written(content):
        assert references(content, text) == references(content)
    assert (HIDDEN in str(properties)) == (HIDDEN in targets(content))
    for reference in references(content):
        assert HIDDEN in str(value_at(content, reference.path)) or HIDDEN in str(reference.path[-1])
