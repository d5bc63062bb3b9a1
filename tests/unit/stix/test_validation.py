from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.stix.objects import StixObject
from sepakat.stix.standard import TYPES
from sepakat.stix.validation import check_all, faults_of, warnings_of
from tests.unit.stix.samples import (
    HIDDEN,
    IDENTITY,
    INDICATOR,
    LATER,
    MALWARE,
    MARKING,
    TIME,
    indicator,
    malware,
    report,
    sdo,
)

URL = "url--99999999-9999-4999-8999-999999999999"
EXTENSION = "extension-definition--88888888-8888-4888-8888-888888888888"
UUID = "99999999-9999-4999-8999-999999999999"


def sco(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"{kind}--{UUID}", **properties}


def of(kind: str, **properties: Any) -> dict[str, Any]:
    return sdo(f"{kind}--{UUID}", **properties)


def link(**properties: Any) -> dict[str, Any]:
    return of(
        "relationship", **{"relationship_type": "uses", "source_ref": HIDDEN, "target_ref": MALWARE, **properties}
    )


def observed(**properties: Any) -> dict[str, Any]:
    return of("observed-data", **{"first_observed": TIME, "last_observed": TIME, "number_observed": 1, **properties})


def faulty(content: Any) -> list[str]:
    return [fault.path for fault in faults_of(content)]


GOOD = [
    malware(),
    indicator(),
    report(),
    malware(x_custom={"any": [None, "thing"]}, x_acme="y"),
    malware(extensions={EXTENSION: {"extension_type": "property-extension", "rank": 5}}),
    of("x-acme-case", title="T"),
    link(),
    link(source_ref="x-acme-case--" + UUID, target_ref=URL),
    of("sighting", sighting_of_ref=INDICATOR, count=0, first_seen=TIME, last_seen=TIME, where_sighted_refs=[IDENTITY]),
    of("location", latitude=52.5, longitude=13, precision=10.0),
    of("location", country="DE"),
    of("opinion", opinion="agree", object_refs=[MALWARE]),
    observed(object_refs=[URL]),
    of("language-content", object_ref=MALWARE, contents={"id": {"name": "Zeus"}}),
    sco("url", value="https://a.example"),
    sco("file", hashes={"MD5": "a" * 32}, extensions={"pdf-ext": {"version": "1.7"}}),
    sco("email-message", is_multipart=True, body_multipart=[{"body": "x"}]),
    sco("network-traffic", src_ref="ipv4-addr--" + UUID, protocols=["tcp"], src_port=0),
    sco("artifact", url="https://a.example", hashes={"MD5": "a" * 32}),
    sco("artifact", payload_bin="AAECAw=="),
    sco("mac-addr", value="d2:fb:49:24:37:18"),
    sco("process", pid=7),
    sco("x-acme-thing"),
]


@pytest.mark.parametrize("content", GOOD, ids=lambda content: str(content["type"]))
def test_good_object_has_no_fault(content: dict[str, Any]) -> None:
    assert faults_of(content) == ()


@pytest.mark.parametrize(
    ("content", "paths"),
    [
        (malware(id=INDICATOR), ["id"]),
        (malware(id="malware--1"), ["id"]),
        (malware(modified="2023-01-01T00:00:00Z"), ["modified"]),
        (malware(modified="2024-01-31"), ["modified"]),
        (malware(first_seen=LATER, last_seen=TIME), ["last_seen"]),
        (malware(revoked="False"), ["revoked"]),
        (malware(confidence=101), ["confidence"]),
        (malware(confidence=True), ["confidence"]),
        (malware(confidence=50.0), ["confidence"]),
        (malware(spec_version="2.0"), ["spec_version"]),
        (malware(name=None), ["name"]),
        (malware(is_family="yes"), ["is_family"]),
        (malware(labels="one"), ["labels"]),
        (malware(labels=["one", 2]), ["labels.[1]"]),
        (malware(created_by_ref=MALWARE), ["created_by_ref"]),
        (malware(created_by_ref="us"), ["created_by_ref"]),
        (malware(sample_refs=[URL]), ["sample_refs.[0]"]),
        (malware(object_marking_refs=[INDICATOR]), ["object_marking_refs.[0]"]),
        (malware(external_references=[{"url": "x"}]), ["external_references.[0].source_name"]),
        (malware(external_references=[{"source_name": "x"}]), ["external_references.[0]"]),
        (malware(kill_chain_phases=[{"kill_chain_name": "x"}]), ["kill_chain_phases.[0].phase_name"]),
        (malware(extensions={}), ["extensions"]),
        (malware(extensions={EXTENSION: {}}), [f"extensions.{EXTENSION}"]),
        (malware(extensions={EXTENSION: {"extension_type": "x"}}), [f"extensions.{EXTENSION}.extension_type"]),
        ({name: value for name, value in malware().items() if name != "name"}, ["name"]),
        (malware(**{"a.b": 1}), ["document"]),
        (malware(**{"[0]": 1}), ["document"]),
        (malware(**{"": 1}), ["document"]),
        (indicator(valid_until=TIME), ["valid_until"]),
        (indicator(pattern="[ipv4-addr:value = ]"), ["pattern"]),
        (report(object_refs=[]), ["object_refs"]),
        (report(object_refs=[f"bundle--{UUID}"]), ["object_refs.[0]"]),
        (link(relationship_type="Uses"), ["relationship_type"]),
        (link(source_ref=MARKING), ["source_ref"]),
        (link(start_time=TIME, stop_time=TIME), ["stop_time"]),
        (of("sighting", sighting_of_ref=URL), ["sighting_of_ref"]),
        (of("sighting", sighting_of_ref=INDICATOR, count=-1), ["count"]),
        (of("location", latitude=91, longitude=0), ["latitude"]),
        (of("location", country="DE", latitude=1), ["longitude"]),
        (of("location", name="nowhere"), ["document"]),
        (of("location", country="DE", precision=1), ["latitude", "longitude"]),
        (of("opinion", opinion="maybe", object_refs=[MALWARE]), ["opinion"]),
        (of("opinion", opinion=["agree"], object_refs=[MALWARE]), ["opinion"]),
        (observed(number_observed=0, object_refs=[URL]), ["number_observed"]),
        (observed(), ["document"]),
        (of("language-content", object_ref=MALWARE, contents={"id": "x"}), ["contents.id"]),
        (of("x"), ["id", "type"]),
        (sco("file", size=1), ["document"]),
        (sco("file", name="x", size=-1), ["size"]),
        (sco("file", hashes={"MD5": "short"}), ["hashes.MD5"]),
        (sco("file", hashes={}), ["hashes"]),
        (sco("file", name="x", magic_number_hex="abc"), ["magic_number_hex"]),
        (sco("file", name="x", extensions={"archive-ext": {"comment": "x"}}), ["extensions.archive-ext.contains_refs"]),
        (sco("file", name="x", extensions={"ntfs-ext": {"sid": 7}}), ["extensions.ntfs-ext.sid"]),
        (sco("artifact", payload_bin="***"), ["payload_bin"]),
        (sco("artifact", payload_bin="AAEC", url="x", hashes={"MD5": "a" * 32}), ["url"]),
        (sco("artifact", url="x"), ["hashes"]),
        (sco("artifact", payload_bin="AAEC", decryption_key="x"), ["encryption_algorithm"]),
        (sco("email-message", is_multipart=True, body="x"), ["body"]),
        (sco("email-message", is_multipart=False, body_multipart=[{"body": "x"}]), ["body_multipart"]),
        (sco("email-message", is_multipart=True, body_multipart=[{"content_type": "x"}]), ["body_multipart.[0]"]),
        (sco("email-message", is_multipart=False, additional_header_fields={"a b": "x"}), ["additional_header_fields"]),
        (sco("network-traffic", protocols=["tcp"]), ["document"]),
        (sco("network-traffic", src_ref="ipv4-addr--" + UUID, protocols=["tcp"], src_port=65536), ["src_port"]),
        (sco("network-traffic", src_ref="ipv4-addr--" + UUID, protocols=["x"], is_active=True, end=TIME), ["end"]),
        (sco("mac-addr", value="D2:FB:49:24:37:18"), ["value"]),
        (sco("process"), ["document"]),
        (of("marking-definition", definition_type="tlp"), ["definition", "document"]),
        (of("marking-definition", definition_type="statement", definition={}), ["definition.statement"]),
        (of("marking-definition", definition_type="statement", definition="x"), ["definition"]),
    ],
)  # fmt: skip
def test_broken_rule_is_named_at_its_path(content: dict[str, Any], paths: list[str]) -> None:
    assert set(faulty(content)) == set(paths)


@pytest.mark.parametrize("selector", ["nothing", "labels.[1]", "name.x", "", "labels.[-1]"])
def test_granular_marking_that_selects_nothing_is_a_fault(selector: str) -> None:
    marked = malware(labels=["one"], granular_markings=[{"marking_ref": MARKING, "selectors": ["name", selector]}])
    assert set(faulty(marked)) == {"granular_markings.[0].selectors.[1]"}


@pytest.mark.parametrize("extra", [{"lang": "id"}, {}])
def test_granular_marking_states_one_thing(extra: dict[str, str]) -> None:
    entry = {"marking_ref": MARKING, **extra, "selectors": ["name"]} if extra else {"selectors": ["name"]}
    assert faulty(malware(granular_markings=[entry])) == ["granular_markings.[0]"]


def test_marking_cannot_mark_itself() -> None:
    statement = {"definition_type": "statement", "definition": {"statement": "x"}}
    own = {"type": "marking-definition", "spec_version": "2.1", "id": MARKING, "created": TIME, **statement}
    assert faulty(own) == []
    assert faulty({**own, "object_marking_refs": [MARKING]}) == ["object_marking_refs"]


def test_all_faults_of_an_object_are_named_at_once() -> None:
    assert set(faulty(malware(confidence=-1, labels=[1, 2], revoked=0))) == {
        "confidence",
        "labels.[0]",
        "labels.[1]",
        "revoked",
    }


def test_modified_cut_to_milliseconds_is_not_before_created() -> None:
    assert faulty(malware(created="2024-01-31T09:00:00.123456Z", modified="2024-01-31T09:00:00.123Z")) == []


def test_faults_of_many_objects_name_their_object() -> None:
    objects = [StixObject.from_content(content) for content in (malware(), malware(confidence=101), report(name=1))]
    assert [fault.path for fault in check_all(objects)] == [f"{MALWARE} confidence", f"{report()['id']} name"]


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (malware(id="malware--22222222-2222-0222-8222-222222222222"), "id"),
        (sco("url", value="x") | {"id": "url--99999999-9999-5999-8999-999999999999"}, "id"),
        (sco("process", pid=7) | {"id": "process--99999999-9999-5999-8999-999999999999"}, "id"),
        (malware(aliases=[]), "aliases"),
        (malware(x_Custom=1), "x_Custom"),
        (sco("file", hashes={"SHA224": "a" * 56}), "hashes.SHA224"),
        (of("observed-data", objects={"0": {"type": "url"}}), "objects"),
    ],
)
def test_what_the_standard_advises_against_is_a_warning(content: dict[str, Any], path: str) -> None:
    assert [warning.path for warning in warnings_of(content)] == [path]
    if content["type"] != "observed-data":
        assert faults_of(content) == ()


def test_pattern_left_unchecked_is_a_warning() -> None:
    long = "[" + " OR ".join(f"url:value = '{number}'" for number in range(2000)) + "] WITHIN 5 SECONDS"
    assert [warning.path for warning in warnings_of(indicator(pattern=long))] == ["pattern"]


def test_deterministic_id_of_the_standard_gives_no_warning() -> None:
    content = {"type": "ipv4-addr", "id": "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", "value": "198.51.100.3"}
    assert warnings_of(content) == ()


PROPERTIES = sorted({name for kind in TYPES.values() for name in kind.properties})
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([TIME, MALWARE, "", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(PROPERTIES), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_json_value_is_answered_without_an_error(value: Any) -> None:
    assert isinstance(faults_of(value), tuple)
    assert isinstance(warnings_of(value), tuple)


@given(st.sampled_from(sorted(TYPES)), st.dictionaries(st.sampled_from(PROPERTIES), JSON, max_size=8))
def test_any_values_of_known_properties_are_answered_without_an_error(kind: str, properties: dict[str, Any]) -> None:
    content = {"type": kind, "id": f"{kind}--{UUID}", **properties}
    assert isinstance(faults_of(content), tuple)
    assert isinstance(warnings_of(content), tuple)


@given(st.sampled_from(GOOD), st.sampled_from(["id", "type"]), JSON)
def test_object_without_sound_identity_always_has_a_fault(content: dict[str, Any], name: str, value: Any) -> None:
    changed = {**content, name: value}
    assert faults_of(changed) or value == content[name]
