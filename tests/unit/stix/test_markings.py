from __future__ import annotations

from typing import Any

import pytest

from sepakat.stix.markings import (
    FIXED_MARKINGS,
    PAP,
    TLP_1,
    TLP_2,
    TLP_2_EXTENSION,
    granular,
    parse_marking,
    stated_level,
)
from sepakat.stix.validation import faults_of, warnings_of
from tests.unit.stix.samples import MARKING, TIME, malware

RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"


def marking(**properties: Any) -> dict[str, Any]:
    return {"type": "marking-definition", "spec_version": "2.1", "id": MARKING, "created": TIME, **properties}


@pytest.mark.parametrize(
    ("identifier", "scheme", "level"),
    [
        ("613f2e26-407d-48c7-9eca-b8e91df99dc9", "tlp-1.0", "white"),
        ("34098fce-860f-48ae-8e50-ebd3cc5e41da", "tlp-1.0", "green"),
        ("f88d31f6-486f-44da-b317-01333bde0b82", "tlp-1.0", "amber"),
        ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "tlp-1.0", "red"),
        ("94868c89-83c2-464b-929b-a1a8aa3c8487", "tlp-2.0", "clear"),
        ("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "tlp-2.0", "green"),
        ("55d920b0-5e8b-4f79-9ee9-91f868d9b421", "tlp-2.0", "amber"),
        ("939a9414-2ddd-4d32-a0cd-375ea402b003", "tlp-2.0", "amber+strict"),
        ("e828b379-4e03-4974-9ac4-e53a884c97c1", "tlp-2.0", "red"),
        ("740d36e5-7714-4c30-961a-3ae632ceee0e", "pap", "red"),
    ],
)
def test_fixed_ids_of_the_publishers_have_their_colour(identifier: str, scheme: str, level: str) -> None:
    read = parse_marking({"id": f"marking-definition--{identifier}", "type": "marking-definition"})
    assert (read.scheme, read.level) == (scheme, level)
    assert read.is_tlp == scheme.startswith("tlp")


def test_shipped_markings_are_valid_and_state_their_colour() -> None:
    for table, scheme in ((TLP_1, "tlp-1.0"), (TLP_2, "tlp-2.0"), (PAP, "pap")):
        for level, published in table.items():
            assert faults_of(published.content) == ()
            assert warnings_of(published.content) == ()
            assert stated_level(published.content) == (scheme, level)
    assert len(FIXED_MARKINGS) == 14


def test_red_redefined_as_clear_stays_red_and_is_a_fault() -> None:
    forged = {**TLP_2["clear"].content, "id": RED}
    assert parse_marking(forged).level == "red"
    assert [fault.path for fault in faults_of(forged)] == ["definition"]


def test_tlp_under_another_id_is_unknown() -> None:
    copied = {**TLP_2["clear"].content, "id": MARKING}
    assert parse_marking(copied).scheme == "unknown"
    assert [warning.path for warning in warnings_of(copied)] == ["id"]


def test_statement_is_read() -> None:
    read = parse_marking(marking(definition_type="statement", definition={"statement": "(c) us"}))
    assert (read.scheme, read.statement) == ("statement", "(c) us")


@pytest.mark.parametrize(
    "properties",
    [
        {"definition_type": "statement", "definition": {"statement": 7}},
        {"definition_type": "statement", "definition": {"statement": "x", "more": "y"}},
        {"definition_type": "statement", "definition": {"statement": "x"}, "extensions": {TLP_2_EXTENSION: {"a": 1}}},
        {"definition_type": "iep", "definition": {"statement": "x"}},
        {"definition_type": "statement"},
        {"type": "note", "definition_type": "statement", "definition": {"statement": "x"}},
        {},
    ],
)
def test_what_cannot_be_read_for_certain_is_unknown_with_its_content(properties: dict[str, Any]) -> None:
    content = marking(**properties)
    read = parse_marking(content)
    assert read.scheme == "unknown"
    assert read.content == content


@pytest.mark.parametrize("identifier", [None, 7, []])
def test_marking_without_id_is_unknown(identifier: Any) -> None:
    assert parse_marking({"id": identifier}).scheme == "unknown"


def test_granular_markings_are_read_in_order() -> None:
    first, second = granular(
        malware(
            granular_markings=[
                {"marking_ref": RED, "selectors": ["name", "labels.[0]"]},
                {"lang": "id", "selectors": ["description"]},
            ]
        )
    )
    assert (first.marking_ref, first.lang, first.is_readable) == (RED, None, True)
    assert first.paths == (("name",), ("labels", 0))
    assert (second.marking_ref, second.lang, second.is_readable) == (None, "id", True)


def test_object_without_granular_markings_has_none() -> None:
    assert granular(malware()) == ()


@pytest.mark.parametrize(
    "entry",
    [
        7,
        {},
        {"selectors": ["name"]},
        {"marking_ref": RED},
        {"marking_ref": RED, "selectors": []},
        {"marking_ref": RED, "selectors": "name"},
        {"marking_ref": RED, "selectors": ["name", 7]},
        {"marking_ref": "TLP:RED", "selectors": ["name"]},
        {"marking_ref": RED, "lang": "id", "selectors": ["name"]},
        {"lang": 7, "selectors": ["name"]},
    ],
)
def test_malformed_granular_marking_is_kept_as_unreadable(entry: Any) -> None:
    (read,) = granular(malware(granular_markings=[entry]))
    assert not read.is_readable


def test_granular_markings_that_are_no_list_are_unreadable() -> None:
    (read,) = granular(malware(granular_markings={"marking_ref": RED, "selectors": ["name"]}))
    assert not read.is_readable


def test_malformed_selector_gives_no_path() -> None:
    (read,) = granular(malware(granular_markings=[{"marking_ref": RED, "selectors": ["a..b", "name"]}]))
    assert read.paths == (("name",),)
