"""TAXII 2.1 section 2: how booleans, identifiers, integers, lists and timestamps are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from tests.conformance.taxii.server import Server, document
from tests.support.taxii import ROOT, indicator

TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z").fullmatch


def resources(server: Server) -> list[dict[str, Any]]:
    """One of each resource."""
    paths = ["/taxii2/", ROOT, f"{ROOT}collections/", server.collection(), server.collection("manifest/")]
    paths += [server.collection("objects/"), server.object(), server.object(1, "versions/")]
    return [document(server.get(path)) for path in paths] + [document(server.get(f"{ROOT}nothing/"))]


def values(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from values(inner)


def test_2_boolean_is_a_literal(server: Server) -> None:
    one = document(server.get(server.collection()))
    assert (one["can_read"], one["can_write"]) == (True, False)
    assert document(server.objects())["more"] is False


def test_2_identifier_is_a_version_4_uuid(fresh: Server) -> None:
    for found in (fresh.view, fresh.inbox, document(fresh.add(indicator(90)))["id"]):
        assert UUID(found).version == 4
        assert str(UUID(found)) == found


def test_2_integer_fits_54_bits(server: Server) -> None:
    numbers = [one for resource in resources(server) for one in values(resource) if type(one) is int]
    assert numbers
    assert all(abs(number) < 2**53 for number in numbers)


def test_2_list_is_never_empty(server: Server, fresh: Server) -> None:
    nothing = [server.objects(type="sighting"), server.manifest(type="sighting")]
    nothing += [
        fresh.get(f"{ROOT}collections/", by="ru"),
        server.get(server.object(), {"added_after": "2040-01-01T00:00:00Z"}),
    ]
    status = fresh.add()
    for resource in [*resources(server), *(document(answer) for answer in [*nothing, status])]:
        assert [] not in list(values(resource))


def test_2_list_values_are_of_one_type(server: Server) -> None:
    for resource in resources(server):
        for found in values(resource):
            if isinstance(found, list):
                assert len({type(one) for one in found}) == 1


def test_2_required_list_is_present(server: Server) -> None:
    assert document(server.get(ROOT))["versions"] == ["application/taxii+json;version=2.1"]


def test_2_timestamp_has_microseconds_in_utc(fresh: Server) -> None:
    answer = fresh.manifest()
    dates = [one["date_added"] for one in document(answer)["objects"]]
    dates += [answer.headers["x-taxii-date-added-first"], answer.headers["x-taxii-date-added-last"]]
    dates.append(document(fresh.add(indicator(90)))["request_timestamp"])
    assert [date for date in dates if not TIMESTAMP(date)] == []
    # Whole milliseconds, so that a client that keeps three decimals comes back to the same place.
    assert {date[-4:] for date in dates} == {"000Z"}
