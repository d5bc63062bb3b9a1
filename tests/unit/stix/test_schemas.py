"""The compiled schemas say yes to nothing that the tables forbid, and to nearly everything that they allow."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.stix.schemas import is_quickly_good, schema_of
from sepakat.stix.standard import TYPES
from sepakat.stix.validation import faults_of, slow_faults_of

SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 1.0, 2.5, 101, 10**20, "", "x", [], {}, [1], ["x"], [[]], {"a": 1}, {"": ""}),
        *("2024-02-30T00:00:00Z", "2024-01-31T09:00:00.000Z", "0000-01-01T00:00:00Z", "2023-02-29T00:00:00Z"),
        *("2024-02-29T00:00:00Z", "2024-12-31T24:00:00Z", "2024-01-31T09:00:00Z\n", "9999-12-31T23:59:59.9999999Z"),
        *("identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"),
        *("x-thing--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "ipv4-addr--8E2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"),
        *({"MD5": "a" * 32}, {"MD5": "zz"}, {"SSDEEP": ""}, [{"source_name": "a"}], [{"source_name": "a", "url": "b"}]),
        *({"pdf-ext": {"version": "1"}}, {"a-ext": {}}, [{"selectors": ["name"], "lang": "en"}], "deadbeef", "abc"),
    ]
)
NAMES = sorted({name for one in TYPES.values() for name in one.properties} | {"x_new", "a.b", "objects", "é"})


def example(kind: str) -> dict[str, Any]:
    """An object of a type with every property that it must have, in a form that its rule accepts."""
    base: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": f"{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}
    for name, rule in TYPES[kind].properties.items():
        if rule.is_required and name not in base:
            base[name] = _value(rule.kind, sorted(rule.allowed), is_list=rule.is_list)
    return base


def _value(kind: str, allowed: list[str], *, is_list: bool) -> Any:
    values: dict[str, Any] = {
        "string": "text",
        "timestamp": "2024-01-31T09:00:00.000Z",
        "boolean": True,
        "integer": 1,
        "dictionary": {"en": {"name": "x"}},
        "enum": allowed[0] if allowed else "",
        "ref": f"{next((one for one in allowed if one in TYPES), 'identity')}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
    }
    return [values[kind]] if is_list else values[kind]


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_a_schema_that_agrees_with_its_table(kind: str) -> None:
    json.dumps(schema_of(kind))
    content = example(kind)
    assert is_quickly_good(content) or slow_faults_of(content)
    assert (faults_of(content) == ()) == (slow_faults_of(content) == ())


@given(st.sampled_from(sorted(TYPES)), st.lists(st.tuples(st.sampled_from(NAMES), SCALARS), max_size=4))
def test_a_quick_yes_is_a_yes_of_the_tables(kind: str, changes: list[tuple[str, Any]]) -> None:
    content = deepcopy(example(kind))
    content.update(changes)
    assert (faults_of(content) == ()) == (slow_faults_of(content) == ())


@given(st.lists(st.tuples(st.sampled_from(NAMES), SCALARS), max_size=3), st.sampled_from(["x-own", "y", "x--y", "X"]))
def test_a_quick_yes_to_a_custom_type_is_a_yes_of_the_tables(changes: list[tuple[str, Any]], kind: str) -> None:
    content: dict[str, Any] = {"type": kind, "id": f"{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}
    content.update(changes)
    assert (faults_of(content) == ()) == (slow_faults_of(content) == ())
