"""MISP events become STIX objects; nothing is weaker than it was and nothing is lost without a word."""

from __future__ import annotations

from typing import Any

import pytest

from sepakat.errors import InputError
from sepakat.intake.misp.reader import read
from sepakat.release.restrictions import read_marking
from sepakat.stix.markings import PAP, TLP_2
from sepakat.stix.validation import faults_of, warnings_of
from tests.unit.intake.misp.samples import (
    CERT,
    OTHER,
    OURS,
    SHARING_GROUP,
    attribute,
    by_id,
    event,
    misp_object,
    read_event,
    source,
    uid,
)

RED, STRICT, AMBER, GREEN = (TLP_2[level].id for level in ("red", "amber+strict", "amber", "green"))


def everything() -> dict[str, Any]:
    proposal = {
        "type": "domain",
        "category": "Network activity",
        "value": "evil2.example.org",
        "Org": {"name": "Other"},
    }
    sighting = {
        "uuid": uid(60),
        "date_sighting": "1700000100",
        "type": "0",
        "Organisation": {"uuid": OTHER, "name": "O"},
    }
    return event(
        attribute(10, "ip-dst", "198.51.100.7", Sighting=[sighting]),
        attribute(11, "domain", "evil.example.org", ShadowAttribute=[{"uuid": uid(50), **proposal}]),
        attribute(12, "text", "free", "Other", to_ids=False),
        attribute(13, "yara", "rule a { condition: true }", "Payload delivery"),
        attribute(14, "sha256", "a" * 64, "Payload delivery", deleted=True),
        attribute(15, "link", "https://example.org/r", "External analysis", to_ids=False, comment="read this"),
        attribute(16, "vulnerability", "CVE-of-none", "External analysis"),
        Object=[
            misp_object(
                30,
                "file",
                attribute(32, "md5", "c" * 32, "Payload delivery", object_relation="md5"),
                attribute(33, "filename", "c.exe", "Payload delivery", object_relation="filename"),
                ObjectReference=[
                    {"uuid": uid(34), "referenced_uuid": uid(10), "relationship_type": "connects-to"},
                ],
            ),
            misp_object(40, "av-signature", attribute(42, "text", "T.X", "Other", object_relation="signature")),
        ],
        Galaxy=[
            {
                "name": "Threat Actor",
                "type": "threat-actor",
                "uuid": uid(80),
                "description": "",
                "GalaxyCluster": [{"type": "threat-actor", "value": "Grey Heron", "description": "d", "meta": {}}],
            }
        ],
        EventReport=[{"uuid": uid(90), "name": "Report", "content": f"See @[attribute]({uid(10)})"}],
        Tag=[{"name": 'admiralty-scale:source-reliability="b"'}],
        RelatedEvent=[{"Event": {"uuid": uid(98), "info": "rel"}}],
    )


def test_one_of_everything_gives_good_objects_and_the_same_again() -> None:
    contents = read(source({"Event": everything()}))
    assert [fault for made in contents.objects for fault in faults_of(made.content)] == []
    assert [fault for made in contents.objects for fault in warnings_of(made.content)] == []
    again = read(source({"response": [{"Event": everything()}]}))
    assert [made.raw for made in again.objects] == [made.raw for made in contents.objects]


def test_every_attribute_and_object_is_in_an_object_and_every_loss_is_named() -> None:
    contents = read(source({"Event": everything()}))
    made = by_id(contents)
    assert made[f"indicator--{uid(13)}"]["pattern"] == "rule a { condition: true }"
    assert "pattern_version" not in made[f"indicator--{uid(13)}"]
    assert made[f"x-misp-attribute--{uid(12)}"]["x_misp_value"] == "free"
    assert made[f"x-misp-attribute--{uid(16)}"]["x_misp_value"] == "CVE-of-none"
    assert made[f"observed-data--{uid(15)}"]["x_misp_comment"] == "read this"
    assert made[f"indicator--{uid(14)}"]["revoked"] is True
    assert made[f"sighting--{uid(60)}"]["sighting_of_ref"] == f"indicator--{uid(10)}"
    assert made[f"relationship--{uid(34)}"]["target_ref"] == f"observed-data--{uid(10)}"
    assert made[f"note--{uid(90)}"]["object_refs"] == [f"report--{uid(1)}", f"observed-data--{uid(10)}"]
    assert "evil2.example.org" in made[f"note--{uid(50)}"]["content"]
    report = made[f"report--{uid(1)}"]
    assert {'admiralty-scale:source-reliability="b"', 'misp:threat-level="1"'} <= set(report["labels"])
    assert "threat-actor" in {id_.partition("--")[0] for id_ in report["object_refs"]}
    lost = {item.object_id: item.reason for item in contents.losses}
    assert lost.keys() == {uid(1), uid(12), uid(16), uid(40)}
    assert "related events" in lost[uid(1)]


def test_a_deleted_attribute_brings_no_observable() -> None:
    made = by_id(read_event(attribute(14, "sha256", "a" * 64, "Payload delivery", deleted=True)))
    assert not [content for content in made.values() if content["type"] == "file"]


def test_one_value_is_one_observable_with_the_markings_of_all_that_have_it() -> None:
    contents = read_event(
        attribute(10, "domain", "evil.example.org"),
        attribute(11, "domain", "evil.example.org", Tag=[{"name": "tlp:red"}]),
    )
    [domain] = [content for content in by_id(contents).values() if content["type"] == "domain-name"]
    assert RED in domain["object_marking_refs"]


@pytest.mark.parametrize(
    ("distribution", "marking"),
    [("0", RED), ("1", STRICT), ("2", AMBER), ("3", GREEN), ("9", RED), (None, RED), ("5", RED)],
)
def test_the_distribution_of_an_event_marks_everything_in_it(distribution: str | None, marking: str) -> None:
    for content in by_id(read_event(attribute(10, "ip-dst", "198.51.100.7"), distribution=distribution)).values():
        assert content["object_marking_refs"] == [marking]


def test_an_attribute_can_only_narrow_what_its_event_says() -> None:
    made = by_id(
        read_event(
            attribute(10, "ip-dst", "198.51.100.7", distribution="3", Tag=[{"name": "tlp:white"}]),
            attribute(11, "ip-dst", "198.51.100.8", distribution="0"),
            distribution="1",
        )
    )
    assert STRICT in made[f"indicator--{uid(10)}"]["object_marking_refs"]
    assert {RED, STRICT} <= set(made[f"indicator--{uid(11)}"]["object_marking_refs"])
    between = [content for content in made.values() if content["type"] == "relationship"]
    assert {RED in content["object_marking_refs"] for content in between} == {True, False}


def test_tags_become_markings_and_unknown_words_of_them_are_red() -> None:
    tags = [{"name": "TLP:Amber"}, {"name": "PAP:RED"}, {"name": "tlp:ultraviolet"}]
    report = by_id(read_event(attribute(10, "ip-dst", "198.51.100.7"), Tag=tags))[f"report--{uid(1)}"]
    assert set(report["object_marking_refs"]) == {GREEN, AMBER, RED, PAP["red"].id}
    assert not [label for label in report["labels"] if label.lower().startswith(("tlp", "pap"))]


@pytest.mark.parametrize("tags", [7, {"name": "tlp:clear"}, [{"name": 8}, {"name": "tlp:clear"}], ["tlp:clear"]])
def test_tags_that_cannot_be_read_mark_as_red(tags: Any) -> None:
    made = by_id(read_event(attribute(10, "ip-dst", "198.51.100.7", Tag=tags), attribute(11, "ip-dst", "198.51.100.8")))
    assert RED in made[f"indicator--{uid(10)}"]["object_marking_refs"]
    assert RED not in made[f"indicator--{uid(11)}"]["object_marking_refs"]


def test_a_sharing_group_admits_its_known_parties_and_nobody_else() -> None:
    group = {"distribution": "4", "sharing_group_id": "7", "SharingGroup": SHARING_GROUP}
    made = by_id(read_event(attribute(10, "ip-dst", "198.51.100.7"), known={"nl": CERT}, **group))
    [marking] = [content for content in made.values() if content["type"] == "marking-definition"]
    assert all(marking["id"] in content["object_marking_refs"] for content in made.values() if content != marking)
    restriction = read_marking(marking)
    assert restriction.is_known
    assert [audience.words for audience in restriction.audiences] == [frozenset({"nl"})]


def test_a_sharing_group_that_is_only_numbered_admits_nobody() -> None:
    made = by_id(read_event(attribute(10, "ip-dst", "198.51.100.7"), distribution="4", sharing_group_id="7"))
    [marking] = [content for content in made.values() if content["type"] == "marking-definition"]
    assert [audience.words for audience in read_marking(marking).audiences] == [frozenset()]


def test_without_an_organisation_the_event_is_ours() -> None:
    made = by_id(read_event(attribute(10, "ip-dst", "198.51.100.7"), Orgc=None))
    assert made[f"report--{uid(1)}"]["created_by_ref"] == OURS


def test_a_large_event_is_converted_in_parts_with_its_references(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepakat.intake.misp.conversion.RECORDS_AT_ONCE", 2)
    monkeypatch.setattr("sepakat.intake.misp.additions.REFS_AT_ONCE", 5)
    contents = read(source({"Event": everything()}))
    made = by_id(contents)
    assert made[f"relationship--{uid(34)}"]["source_ref"] == f"observed-data--{uid(30)}"
    groups = made[f"report--{uid(1)}"]["object_refs"]
    assert {made[group]["type"] for group in groups} == {"grouping"}
    named = {ref for group in groups for ref in made[group]["object_refs"]}
    monkeypatch.undo()
    whole = by_id(read(source({"Event": everything()})))
    assert named == set(whole[f"report--{uid(1)}"]["object_refs"])
    assert [fault for one in contents.objects for fault in faults_of(one.content)] == []


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"response": []},
        {"Event": {"Attribute": []}},
        {"Event": {"info": "x", "Attribute": {"a": 1}}},
        {"Event": {"info": "x", "Attribute": [7]}},
        {"Event": {"info": 7}},
        {"response": {"Event": []}},
    ],
)
def test_what_is_no_event_is_refused_in_words(document: Any) -> None:
    with pytest.raises(InputError) as caught:
        read(source(document))
    assert caught.value.code == "misp-unreadable"


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": 7},
        {"value": None},
        {"timestamp": "never"},
        {"timestamp": "99999999999999999999"},
        {"uuid": "no"},
        {"category": []},
        {"Tag": [7, {"name": 8}]},
        {"distribution": {"a": 1}},
        {"Sighting": [{"type": "0"}]},
        {"value": "\u202egnp.exe\u200b"},
        {"first_seen": "0000-00-00"},
    ],
)
def test_a_record_that_makes_no_sense_costs_itself_alone(wrong: dict[str, Any]) -> None:
    contents = read_event(
        attribute(10, "ip-dst", "198.51.100.7"), {**attribute(11, "domain", "x.example.org"), **wrong}
    )
    made = by_id(contents)
    assert f"indicator--{uid(10)}" in made
    assert [fault for content in made.values() for fault in faults_of(content)] == []


def test_attributes_of_a_search_are_read_event_by_event() -> None:
    found = [
        {**attribute(10, "ip-dst", "198.51.100.7"), "Event": {"uuid": uid(1), "info": "One", "distribution": "3"}},
        {**attribute(11, "ip-dst", "198.51.100.8"), "event_id": "5"},
    ]
    made = by_id(read(source({"response": {"Attribute": found}})))
    assert {f"indicator--{uid(10)}", f"indicator--{uid(11)}"} <= made.keys()
    assert RED in made[f"indicator--{uid(11)}"]["object_marking_refs"]
