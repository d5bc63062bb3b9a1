from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from sepakat.taxii import resources
from sepakat.taxii.resources import CollectionResource, Outcome

AT = datetime(2030, 5, 1, 12, 0, 0, 123000, tzinfo=UTC)
TEXT = "2030-05-01T12:00:00.123000Z"
COUNT = int(AT.timestamp()) * 1_000_000 + AT.microsecond


def body(**properties: str) -> bytes:
    return orjson.dumps({"id": "indicator--1", **properties})


def test_an_envelope_joins_the_very_bytes() -> None:
    joined = b'{"id": "a" ,"x":1.0},{"id":"b"}'
    assert resources.envelope(joined, None) == b'{"more":false,"objects":[{"id": "a" ,"x":1.0},{"id":"b"}]}'
    assert orjson.loads(resources.envelope(joined, "n-_"))["next"] == "n-_"
    assert resources.envelope(b"", None) == b"{}"


def test_more_and_next_go_together() -> None:
    for write in (resources.manifest, resources.versions):
        assert orjson.loads(write(body(), [COUNT], None))["more"] is False
        last = orjson.loads(write(body(), [COUNT], "n"))
        assert (last["more"], last["next"]) == (True, "n")
        assert write(b"", [], None) == b"{}"


@pytest.mark.parametrize(
    ("properties", "version"),
    [
        ({"modified": "2030-01-01T00:00:00.1Z", "created": "2029-01-01T00:00:00Z"}, "2030-01-01T00:00:00.1Z"),
        ({"created": "2029-01-01T00:00:00Z"}, "2029-01-01T00:00:00Z"),
        ({}, TEXT),
    ],
)
def test_the_version_is_modified_else_created_else_the_date_added(properties: dict[str, str], version: str) -> None:
    several = b",".join([body(**properties)] * 2)
    record = {
        "id": "indicator--1",
        "date_added": TEXT,
        "version": version,
        "media_type": "application/stix+json;version=2.1",
    }
    later = {**record, "date_added": TEXT.replace(".123", ".124"), "version": version.replace(".123", ".124")}
    assert orjson.loads(resources.manifest(several, [COUNT, COUNT + 1000], None))["objects"] == [record, later]
    found = orjson.loads(resources.versions(several, [COUNT, COUNT + 1000], None))["versions"]
    assert found == [record["version"], later["version"]]


def test_dates_have_six_decimals_and_stand_on_no_empty_page() -> None:
    assert resources.date_headers([COUNT, COUNT + 1, COUNT + 2]) == [
        ("X-TAXII-Date-Added-First", TEXT),
        ("X-TAXII-Date-Added-Last", TEXT.replace("123000", "123002")),
    ]
    assert resources.date_headers([]) == []


def test_empty_lists_are_left_out() -> None:
    assert resources.collections([]) == b"{}"
    status = orjson.loads(resources.status("s", AT))
    assert not {"successes", "failures", "pendings"} & status.keys()
    one = CollectionResource("c", "Title", "", can_read=True, can_write=False)
    assert "description" not in orjson.loads(resources.collection(one))


def test_a_status_counts_what_it_lists() -> None:
    status = orjson.loads(
        resources.status("s", AT, successes=[Outcome("a", "1"), Outcome("b", "1")], failures=[Outcome("c", "1", "why")])
    )
    assert (status["status"], status["total_count"], status["success_count"], status["failure_count"]) == (
        "complete",
        3,
        2,
        1,
    )
    assert status["failures"] == [{"id": "c", "version": "1", "message": "why"}]
    assert orjson.loads(resources.status("s", AT, pendings=[Outcome("a", "1")]))["status"] == "pending"


def test_an_error_says_its_status_as_text() -> None:
    error = orjson.loads(resources.error(404, "Not Found", "no such thing", "object-absent", "e1"))
    assert error == {
        "title": "Not Found",
        "description": "no such thing",
        "error_id": "e1",
        "error_code": "object-absent",
        "http_status": "404",
    }


@pytest.mark.parametrize(
    ("content", "version"),
    [
        ({"modified": "m", "created": "c"}, "m"),
        ({"created": "c"}, "c"),
        ({"modified": 5}, "1"),
        ({}, "1"),
        (5, "1"),
        (None, "1"),
    ],
)
def test_the_version_of_something_added_is_always_text(content: object, version: str) -> None:
    assert resources.version_of_content(content) == version
