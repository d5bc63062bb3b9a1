from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sepakat.errors import InputError
from sepakat.stix.objects import StixObject
from tests.unit.stix.samples import MALWARE, TIME, malware, raw


def test_bytes_are_kept_exactly() -> None:
    data = b'{ "type":"malware",\n "id":"' + MALWARE.encode() + b'", "x": 1.50 }'
    assert StixObject.from_bytes(data).raw == data


def test_common_properties_are_read() -> None:
    read = StixObject.from_content(malware(revoked=True))
    assert (read.id, read.type, read.created, read.modified) == (MALWARE, "malware", TIME, TIME)
    assert read.version == "2024-01-31T09:00:00.000000"
    assert read.version_ref == (MALWARE, read.version)
    assert read.is_revoked


def test_object_without_modified_has_the_empty_version() -> None:
    observable = StixObject.from_content({"type": "url", "id": "url--22222222-2222-4222-8222-222222222222"})
    assert observable.modified is None
    assert observable.version == ""
    assert not observable.is_revoked


def test_later_change_of_what_was_handed_in_changes_nothing() -> None:
    content = malware(labels=["one"])
    built = StixObject.from_content(content)
    content["labels"].append("two")
    assert built.content["labels"] == ["one"]


def test_tuples_are_read_back_as_lists() -> None:
    assert StixObject.from_content(malware(labels=("one",))).content["labels"] == ["one"]


def test_digest_is_that_of_the_content_not_of_the_bytes() -> None:
    spaced = StixObject.from_bytes(raw(malware(revoked=False)))
    assert spaced.digest == StixObject.from_content(malware()).digest
    assert spaced.digest == spaced.digest


def test_objects_are_equal_by_their_bytes() -> None:
    assert StixObject.from_content(malware()) == StixObject.from_content(malware())
    assert len({StixObject.from_content(malware()), StixObject.from_content(malware(name="Other"))}) == 2


def test_object_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        StixObject.from_content(malware()).raw = b""  # type: ignore[misc]


@pytest.mark.parametrize("data", [b"", b"[]", b"3", b"{}", b'{"id":"x"}', b'{"id":1,"type":"x"}', b'{"type":"malware"'])
def test_bytes_of_no_object_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        StixObject.from_bytes(data)


def test_content_that_is_no_json_is_refused() -> None:
    with pytest.raises(InputError) as refusal:
        StixObject.from_content(malware(x_when=datetime(2024, 1, 1, tzinfo=UTC)))
    assert refusal.value.code == "json-unwritable"
