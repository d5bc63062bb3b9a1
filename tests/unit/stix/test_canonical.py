from __future__ import annotations

import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sepakat.errors import InputError
from sepakat.stix.canonical import canonical_bytes, digest, object_digest
from tests.unit.stix.samples import Content, malware, sdo

SAFE_INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | SAFE_INTEGERS | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


def test_names_are_sorted_by_utf_16_units() -> None:
    assert canonical_bytes({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


def test_floats_are_written_as_javascript_writes_them() -> None:
    assert canonical_bytes([1e21, 1.0, 1e-7, -0.0]) == b"[1e+21,1,1e-7,0]"


@pytest.mark.parametrize("value", [2**53, -(2**53), math.nan, math.inf, "\ud800", {"\ud800": 1}, {1: 2}, object()])
def test_what_i_json_excludes_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(InputError) as refusal:
        canonical_bytes(value)
    assert refusal.value.code == "not-canonical"


def test_endless_nesting_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(InputError):
        canonical_bytes(value)


def test_order_of_names_does_not_change_the_digest() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


@pytest.mark.parametrize("spelled_out", [{"revoked": False}, {"defanged": False}, {"spec_version": "2.1"}])
def test_spelled_out_default_does_not_change_the_version(spelled_out: Content) -> None:
    plain = {name: value for name, value in malware().items() if name not in spelled_out}
    assert object_digest({**plain, **spelled_out}) == object_digest(plain)


@pytest.mark.parametrize("change", [{"revoked": True}, {"revoked": 0}, {"spec_version": "2.2"}, {"summary": False}])
def test_what_is_no_default_changes_the_version(change: Content) -> None:
    assert object_digest({**malware(), **change}) != object_digest(malware())


def test_summary_false_is_a_default_of_sightings_only() -> None:
    sighting = sdo("sighting--77777777-7777-4777-8777-777777777777")
    assert object_digest({**sighting, "summary": False}) == object_digest(sighting)


def test_digest_leaves_the_content_alone() -> None:
    content = malware(revoked=False)
    before = dict(content)
    object_digest(content)
    assert content == before
