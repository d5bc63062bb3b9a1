"""STIX 2.0 becomes 2.1, each change that the standard names and no other."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from sepakat.intake.source import Source
from sepakat.intake.stix_json import read
from sepakat.stix.identifiers import StixId
from sepakat.stix.lifting import is_of_2_0, lift
from sepakat.stix.objects import StixObject
from sepakat.stix.validation import faults_of
from tests.support.records import NOW

WHEN = "2017-01-27T13:49:53.935Z"
PATTERN = "[ipv4-addr:value = '198.51.100.7']"
DATES = {"created": "2017-01-27T13:49:53.935Z", "modified": "2017-01-27T13:49:53.935Z"}
TLP = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"


def old(kind: str, **more: Any) -> StixObject:
    return StixObject.from_content(
        {"type": kind, "id": f"{kind}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", **DATES, **more}
    )


def lifted(made: StixObject) -> list[dict[str, Any]]:
    return [dict(one.content) for one in lift([made]).objects]


OBSERVED = {
    "0": {"type": "domain-name", "value": "example.org", "resolves_to_refs": ["1"]},
    "1": {"type": "ipv4-addr", "value": "198.51.100.7"},
    "2": {
        "type": "network-traffic",
        "dst_ref": "1",
        "protocols": ["tcp"],
        "extensions": {"tcp-ext": {"src_flags_hex": "00"}},
    },
}


@pytest.mark.parametrize(
    ("made", "added"),
    [
        (
            old("indicator", labels=["malicious-activity"], pattern=PATTERN, valid_from=WHEN),
            {"indicator_types": ["malicious-activity"], "pattern_type": "stix"},
        ),
        (old("malware", name="x", labels=["trojan"]), {"malware_types": ["trojan"], "is_family": False}),
        (old("tool", name="x", labels=["remote-access"]), {"tool_types": ["remote-access"]}),
        (old("threat-actor", name="x", labels=["hacker"]), {"threat_actor_types": ["hacker"]}),
        (
            old("report", name="x", labels=["campaign"], published=WHEN, object_refs=[TLP]),
            {"report_types": ["campaign"]},
        ),
        (old("identity", name="x", identity_class="individual"), {}),
    ],
)  # fmt: skip
def test_labels_of_the_old_vocabularies_become_types(made: StixObject, added: dict[str, Any]) -> None:
    [content] = lifted(made)
    assert content == {**made.content, "spec_version": "2.1", **added}
    assert faults_of(content) == ()


def test_observables_in_a_container_become_objects_with_its_markings() -> None:
    more = {"first_observed": DATES["created"], "last_observed": DATES["created"], "number_observed": 1}
    contents = lifted(old("observed-data", objects=OBSERVED, object_marking_refs=[TLP], **more))
    *observables, observed = contents
    assert [faults_of(content) for content in contents] == [()] * 4
    assert "objects" not in observed
    assert sorted(observed["object_refs"]) == sorted(one["id"] for one in observables)
    assert all(one["object_marking_refs"] == [TLP] for one in observables)
    by_type = {one["type"]: one for one in observables}
    assert by_type["network-traffic"]["dst_ref"] == by_type["ipv4-addr"]["id"]
    assert lifted(old("observed-data", objects=OBSERVED, object_marking_refs=[TLP], **more)) == contents


@pytest.mark.parametrize(
    "container",
    [
        {"0": {"type": "x-own", "a": 1}},
        {"0": {"type": "process", "parent_ref": "1"}, "1": {"type": "process", "parent_ref": "0"}},
        {"0": 7},
        {"0": {"type": {}}},
    ],
)
def test_a_container_that_cannot_be_lifted_stays_and_is_told(container: Any) -> None:
    made = lift([old("observed-data", objects=container)])
    assert made.objects[0].content["objects"] == container
    assert "stays" in made.told[0][1]


def test_what_is_2_1_already_stays_byte_for_byte() -> None:
    new = StixObject.from_bytes(b'{"type": "identity", "spec_version": "2.1", "id": "identity--1"}')
    assert lift([new]).objects[0].raw == new.raw
    assert not is_of_2_0({"type": "ipv4-addr", "value": "198.51.100.7"})
    assert not is_of_2_0({"type": "x-own"})


def test_a_bundle_of_2_0_and_lines_of_objects_are_read() -> None:
    one, two = old("identity", name="x", identity_class="individual"), old("tool", name="y", labels=["z"])
    bundle = {"type": "bundle", "id": "bundle--1", "spec_version": "2.0", "objects": [one.content, two.content]}
    creator = StixId("identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
    for data in (orjson.dumps(bundle), b"\n".join([one.raw, b"", two.raw, b""])):
        contents = read(Source(data, "old.json", NOW, creator))
        assert [made.content["spec_version"] for made in contents.objects] == ["2.1", "2.1"]
        assert [warning.found for warning in contents.warnings] == ["STIX 2.0: its labels are also its tool_types"]
