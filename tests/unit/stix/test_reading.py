from __future__ import annotations

import json

import pytest

from sepakat.errors import InputError
from sepakat.stix.reading import Limits, read_objects
from tests.unit.stix.samples import INDICATOR, LATER, MALWARE, TIME, bundle, indicator, malware, raw, report


def refusal_of(data: bytes, limits: Limits | None = None) -> InputError:
    with pytest.raises(InputError) as refusal:
        read_objects(data, limits or Limits())
    return refusal.value


def paths_of(data: bytes, limits: Limits | None = None) -> list[str]:
    return [fault.path for fault in refusal_of(data, limits).faults]


@pytest.mark.parametrize(
    "data",
    [
        bundle(malware(), indicator()),
        raw({"objects": [malware(), indicator()], "more": False}),
        raw([malware(), indicator()]),
    ],
)
def test_bundle_envelope_and_array_give_the_same_objects(data: bytes) -> None:
    assert [read.id for read in read_objects(data)] == [MALWARE, INDICATOR]


def test_single_object_is_read() -> None:
    (read,) = read_objects(b"\n " + raw(malware()) + b"\n")
    assert read.content == malware()
    assert read.raw == raw(malware())


def test_each_object_keeps_its_exact_bytes() -> None:
    spaced = b'{ "type" : "malware",\n"id":"' + MALWARE.encode() + b'","score":1.50,"name":"\\u00e9" }'
    (read,) = read_objects(b'{"type":"bundle","objects":[ ' + spaced + b" ]}")
    assert read.raw == spaced


@pytest.mark.parametrize("data", [b"{}", b'{"more":false}', b"[]", b'{"objects":[]}', b'{"type":"bundle","id":"x"}'])
def test_empty_input_gives_no_objects(data: bytes) -> None:
    assert read_objects(data) == ()


@pytest.mark.parametrize("data", [b"3", b'"x"', b"null", b'{"objects":{}}', b'{"type":"bundle","objects":null}'])
def test_other_json_is_refused(data: bytes) -> None:
    assert refusal_of(data).code == "stix-unreadable"


def test_duplicate_key_deep_inside_is_refused_with_its_path() -> None:
    text = bundle(malware(x={"y": 1})).replace(b'{"y": 1}', b'{"y": 1, "y": 2}')
    assert paths_of(text) == ["objects.[0].x.y"]


def test_second_list_of_objects_is_refused() -> None:
    assert paths_of(b'{"objects":[],"objects":[]}') == ["objects"]


def test_faults_of_all_objects_are_named_at_once() -> None:
    objects = [
        {"type": "malware"},
        {"id": MALWARE},
        malware(modified="yesterday"),
        malware(id="malware--nothing"),
        malware(id=INDICATOR),
        malware(revoked="False"),
        malware(created=7),
        {"type": "bundle", "id": "bundle--22222222-2222-4222-8222-222222222222"},
        7,
    ]
    assert paths_of(raw(objects)) == [
        "[0].id",
        "[1].type",
        "[2].modified",
        "[3].id",
        "[4].id",
        "[5].revoked",
        "[6].created",
        "[7].type",
        "[8]",
    ]


def test_single_object_is_named_without_position() -> None:
    assert paths_of(raw({"type": "malware", "name": "Zeus"})) == ["id"]


def test_id_in_upper_case_is_refused() -> None:
    assert paths_of(raw(malware(id=MALWARE[:-1] + "A"))) == ["id"]


def test_one_version_with_two_contents_is_refused() -> None:
    faults = refusal_of(bundle(malware(), malware(name="Other"))).faults
    assert [fault.path for fault in faults] == ["objects.[1]"]
    assert MALWARE in faults[0].expected


def test_one_version_in_two_spellings_of_time_is_one_version() -> None:
    other = malware(name="Other", modified="2024-01-31T09:00:00Z")
    assert paths_of(bundle(malware(), other)) == ["objects.[1]"]


def test_observable_with_two_contents_is_refused() -> None:
    first = {"type": "url", "id": "url--22222222-2222-4222-8222-222222222222", "value": "https://one.example"}
    assert paths_of(raw([first, {**first, "value": "https://two.example"}])) == ["[1]"]


def test_identical_repeats_are_folded() -> None:
    again = {"revoked": False, **malware()}
    assert [read.raw for read in read_objects(bundle(malware(), again, malware()))] == [raw(malware())]


def test_two_versions_of_one_object_are_both_kept() -> None:
    read = read_objects(bundle(malware(), malware(modified=LATER, name="New")))
    assert [version.modified for version in read] == [TIME, LATER]


def test_input_beyond_the_limits_is_refused() -> None:
    data = bundle(malware(), report())
    assert paths_of(data, Limits(max_bytes=100)) == ["document"]
    assert paths_of(data, Limits(max_objects=1)) == ["objects"]
    assert paths_of(data, Limits(max_object_bytes=len(raw(malware())))) == ["objects.[1]"]
    assert paths_of(data, Limits(max_depth=3)) == ["document"]
    assert len(read_objects(data, Limits(len(data), 4, 2, len(raw(report()))))) == 2


def test_message_says_how_many_more_faults_there_are() -> None:
    message = str(refusal_of(json.dumps([{}, {}]).encode()))
    assert message.startswith("input refused: [0].type: expected")
    assert message.endswith("and 3 more")
