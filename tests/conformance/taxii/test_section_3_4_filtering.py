"""TAXII 2.1 sections 3.4 and 3.5: filters and paging."""

from __future__ import annotations

import pytest

from sepakat.stix.standard import TYPES
from tests.conformance.taxii.server import INDICATORS, MALWARE, TWICE, Server, document, ids, named, pages
from tests.support.taxii import stix_id

COUNT = INDICATORS + 3
"""Objects in the view: the last version of each."""
READ_BY_PAGES = ["objects/", "manifest/"]
MODIFIED = "2030-04-30T12:00:00.000Z"
LATER = "2030-04-30T12:01:00.000Z"
CREATED = "2030-04-29T12:00:00.000Z"


@pytest.mark.parametrize("rest", READ_BY_PAGES)
@pytest.mark.parametrize(
    "query",
    [
        "added_after=yesterday",
        "added_after=",
        "added_after=2030-05-01",
        "limit=ten",
        "next=abc",
        "match[id]=indicator",
        "match[type]=In%20dicator",
        "match[version]=newest",
        "match[spec_version]=two",
        "match[version",
    ],
)
def test_3_4_a_malformed_parameter_is_400_and_named(server: Server, rest: str, query: str) -> None:
    answer = server.get(server.collection(rest), query)
    assert answer.status_code == 400
    name = query.partition("=")[0]
    assert name in document(answer)["description"]
    assert [fault["path"] for fault in document(answer)["details"]["faults"]] == [name]


@pytest.mark.parametrize("rest", READ_BY_PAGES)
def test_3_4_added_after_twice_is_400(server: Server, rest: str) -> None:
    twice = "added_after=2030-05-01T12:00:00Z&added_after=2030-05-01T12:00:00Z"
    assert server.get(server.collection(rest), twice).status_code == 400
    listed = "added_after=2030-05-01T12:00:00Z,2030-05-02T12:00:00Z"
    assert server.get(server.collection(rest), listed).status_code == 400


def test_3_4_added_after_is_strictly_exclusive(server: Server) -> None:
    records = document(server.manifest())["objects"]
    for position, record in enumerate(records):
        after = ids(server.objects(added_after=record["date_added"]))
        assert after == [one["id"] for one in records[position + 1 :]]


def test_3_4_without_added_after_the_oldest_come_first(server: Server) -> None:
    everything = ids(server.objects())
    assert ids(server.objects(limit="4")) == everything[:4]
    assert everything[0] == stix_id(1)


@pytest.mark.parametrize("limit", ["1", "4", str(COUNT - 1), str(COUNT), str(COUNT + 1)])
def test_3_4_a_page_has_at_most_limit_objects_and_all_if_they_fit(server: Server, limit: str) -> None:
    answer = server.objects(limit=limit)
    assert len(ids(answer)) == min(int(limit), COUNT)
    assert document(answer)["more"] is (int(limit) < COUNT)


@pytest.mark.parametrize("limit", ["0", "-5"])
def test_3_4_a_limit_that_is_not_positive_is_the_default(server: Server, limit: str) -> None:
    assert len(ids(server.objects(limit=limit))) == COUNT


@pytest.mark.parametrize("rest", READ_BY_PAGES)
@pytest.mark.parametrize(
    "filters",
    [
        {"id": stix_id(1)},
        {"type": "malware"},
        {"version": "first"},
        {"spec_version": "2.1"},
        {"type": "indicator", "id": stix_id(1), "version": "all", "spec_version": "2.1"},
    ],
)
def test_3_4_every_match_field_is_supported(server: Server, rest: str, filters: dict[str, str]) -> None:
    found = ids(server.get(server.collection(rest), named(filters)))
    assert 0 < len(found) <= COUNT + 1


@pytest.mark.parametrize("field", ["id", "type", "version", "spec_version"])
def test_3_4_a_match_field_twice_is_400(server: Server, field: str) -> None:
    value = {"id": stix_id(1), "type": "malware", "version": "last", "spec_version": "2.1"}[field]
    query = f"match[{field}]={value}&match[{field}]={value}"
    assert server.get(server.collection("objects/"), query).status_code == 400


def test_3_4_match_fields_are_anded_and_their_values_ored(server: Server) -> None:
    assert ids(server.objects(type="malware,marking-definition")) == [
        stix_id(13, "malware"),
        stix_id(14, "marking-definition"),
    ]
    assert ids(server.objects(id=f"{stix_id(1)},{stix_id(2)}", type="indicator")) == [stix_id(1), stix_id(2)]
    assert ids(server.objects(id=stix_id(1), type="malware")) == []


def test_3_4_unknown_match_fields_are_ignored(server: Server) -> None:
    assert len(ids(server.objects(colour="blue"))) == COUNT


def test_3_4_brackets_may_be_percent_encoded(server: Server) -> None:
    assert ids(server.get(server.collection("objects/"), "match%5Btype%5D=malware")) == [stix_id(MALWARE, "malware")]


def test_3_4_1_spec_version_gives_no_other(server: Server) -> None:
    assert document(server.objects(spec_version="2.0")) == {}
    assert len(ids(server.objects(spec_version="2.0,2.1"))) == COUNT


def test_3_4_1_without_spec_version_the_latest_is_given(server: Server) -> None:
    assert {one["spec_version"] for one in document(server.objects())["objects"]} == {"2.1"}


@pytest.mark.parametrize("rest", READ_BY_PAGES)
def test_3_4_1_a_type_of_the_standard_is_no_error(server: Server, rest: str) -> None:
    for type_ in [*TYPES, "x-unknown"]:
        assert server.get(server.collection(rest), {"match[type]": type_}).status_code == 200


def test_3_4_1_without_version_only_the_latest_is_given(server: Server) -> None:
    (found,) = document(server.objects(id=stix_id(TWICE)))["objects"]
    assert found["modified"] == LATER
    assert document(server.manifest(id=stix_id(TWICE)))["objects"][0]["version"] == LATER


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("first", [MODIFIED]),
        ("last", [LATER]),
        ("all", [MODIFIED, LATER]),
        ("first,last", [MODIFIED, LATER]),
        (MODIFIED, [MODIFIED]),
        ("2030-04-30T12:00:00Z", [MODIFIED]),
        ("2030-04-30T12:00:00.000000Z", [MODIFIED]),
        (f"{MODIFIED},{LATER}", [MODIFIED, LATER]),
        (f"first,{LATER}", [MODIFIED, LATER]),
        ("2030-04-30T12:00:30Z", []),
    ],
)
def test_3_4_1_versions_are_first_last_all_or_exact(server: Server, version: str, found: list[str]) -> None:
    answer = document(server.objects(id=stix_id(TWICE), version=version))
    assert [one["modified"] for one in answer.get("objects", [])] == found


def test_3_4_1_what_has_no_modified_has_created_as_its_version(server: Server) -> None:
    (record,) = document(server.manifest(type="marking-definition"))["objects"]
    assert record["version"] == CREATED
    assert ids(server.objects(version=CREATED)) == [record["id"]]
    assert ids(server.objects(version=MODIFIED, type="marking-definition")) == []


def test_3_4_1_what_has_neither_has_a_version_that_finds_it(server: Server) -> None:
    (record,) = document(server.manifest(type="domain-name"))["objects"]
    assert record["version"] == record["date_added"]
    assert ids(server.objects(version=record["version"])) == [record["id"]]


@pytest.mark.parametrize(
    "version", ["last,last", f"{MODIFIED},{MODIFIED}", "all,all", "all,first", f"{MODIFIED},all", "2030-04-30"]
)
def test_3_4_1_versions_given_twice_or_beside_all_or_malformed_are_400(server: Server, version: str) -> None:
    assert server.objects(version=version).status_code == 400


@pytest.mark.parametrize("rest", READ_BY_PAGES)
@pytest.mark.parametrize("limit", ["1", "2", "7"])
@pytest.mark.parametrize("version", ["all", "last", "first"])
def test_3_5_pages_by_next_give_everything_once(server: Server, rest: str, limit: str, version: str) -> None:
    path, params = server.collection(rest), {"match[version]": version}
    found = [(document(answer)["more"], ids(answer)) for answer in pages(server, path, {**params, "limit": limit})]
    assert [one for _, page in found for one in page] == ids(server.get(path, params))
    assert all(page for _, page in found)
    assert [more for more, _ in found] == [True] * (len(found) - 1) + [False]


@pytest.mark.parametrize("limit", ["1", "4"])
def test_3_5_pages_by_added_after_give_everything_once(server: Server, limit: str) -> None:
    found: list[str] = []
    answer = server.objects(limit=limit)
    while ids(answer):
        found += ids(answer)
        answer = server.objects(limit=limit, added_after=answer.headers["x-taxii-date-added-last"])
    assert found == ids(server.objects())


def test_3_5_next_holds_the_filters_and_may_go_without_them(server: Server) -> None:
    first = document(server.objects(type="indicator", limit="5"))
    with_filters = ids(server.objects(type="indicator", limit="5", next=first["next"]))
    assert ids(server.objects(next=first["next"], limit="5")) == with_filters
    assert all(one.startswith("indicator--") for one in ids(server.objects(next=first["next"])))


def test_3_5_next_wins_over_a_newer_added_after(server: Server) -> None:
    first = document(server.objects(limit="5"))
    late = server.objects(next=first["next"], added_after="2040-01-01T00:00:00.000000Z")
    assert ids(late) == ids(server.objects())[5:]


def test_3_5_next_of_another_account_collection_or_filter_is_400(server: Server) -> None:
    first = document(server.objects(limit="5"))["next"]
    assert server.objects(next=first, type="malware").status_code == 400
    other = server.node.collections["us-fr"].id
    path = server.collection("objects/").replace(server.view, other)
    assert server.get(path, {"next": first}, by="fr").status_code == 400
    assert server.get(server.object(), {"next": first}).status_code == 400
