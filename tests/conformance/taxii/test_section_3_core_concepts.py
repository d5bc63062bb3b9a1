"""TAXII 2.1 sections 3.1 to 3.3 and 3.6 to 3.9: endpoints, headers, order, errors, envelopes, names."""

from __future__ import annotations

import pytest

from sepakat.taxii.endpoints import ENDPOINTS
from sepakat.taxii.media_types import TAXII
from tests.conformance.taxii.server import INDICATORS, Server, document, ids, pages
from tests.support.taxii import ROOT, indicator, stix_id

FILTERED = ["objects/", "manifest/", f"objects/{stix_id(1)}/", f"objects/{stix_id(1)}/versions/"]


def every_path(server: Server) -> list[str]:
    places = {"{id}": server.view, "{object-id}": stix_id(1), "{status-id}": document(server.add(indicator(1)))["id"]}
    paths = []
    for endpoint in ENDPOINTS:
        path = endpoint.path
        for name, value in places.items():
            path = path.replace(name, value)
        if endpoint.method == "GET":
            paths.append(path)
    return paths


def test_3_1_paths_are_served_with_and_without_the_last_slash(fresh: Server) -> None:
    for path in every_path(fresh):
        with_slash, without = fresh.get(path), fresh.get(path.rstrip("/"))
        assert (with_slash.status_code, without.status_code) == (200, 200)
        assert with_slash.content == without.content


def test_3_1_success_has_the_body_of_its_endpoint(fresh: Server) -> None:
    keys = [set(document(fresh.get(path))) for path in every_path(fresh)]
    assert keys == [
        {"title", "description", "default", "api_roots"},
        {"title", "description", "versions", "max_content_length"},
        {
            "id",
            "status",
            "request_timestamp",
            "total_count",
            "success_count",
            "successes",
            "failure_count",
            "pending_count",
        },
        {"collections"},
        {"id", "title", "description", "can_read", "can_write", "media_types"},
        {"more", "objects"},
        {"more", "objects"},
        {"more", "objects"},
        {"more", "versions"},
    ]


def test_3_1_every_answer_has_media_type_and_version(fresh: Server) -> None:
    answers = [fresh.get(path) for path in every_path(fresh)]
    answers += [
        fresh.get(f"{ROOT}nothing/"),
        fresh.get("/taxii2/", by=None),
        fresh.get("/taxii2/", accept="text/html"),
        fresh.objects(limit="x"),
        fresh.add(indicator(1)),
        fresh.add(indicator(1), content_type="text/plain"),
        fresh.node.client().put("/taxii2/"),
        fresh.node.client().delete(fresh.object()),
    ]
    assert {answer.headers["content-type"] for answer in answers} == {"application/taxii+json;version=2.1"}


@pytest.mark.parametrize("accept", ["application/taxii+json", "*/*", "application/json", ""])
def test_3_1_without_a_version_the_answer_is_the_highest(server: Server, accept: str) -> None:
    answer = server.get(server.collection("objects/"), accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, TAXII)


@pytest.mark.parametrize(
    "accept",
    [
        "application/taxii+json;version=2.1",
        "application/taxii+json; version=2.1",
        "application/taxii+json",
        "application/taxii+json;version=2.1,application/stix+json;version=2.1",
    ],
)
def test_3_1_an_accept_of_the_endpoint_is_never_406(fresh: Server, accept: str) -> None:
    for path in every_path(fresh):
        assert fresh.get(path, accept=accept).status_code == 200


@pytest.mark.parametrize("accept", ["application/taxii+json;version=2.0", "application/xml", "text/html"])
def test_3_1_another_accept_is_406(server: Server, accept: str) -> None:
    answer = server.get("/taxii2/", accept=accept)
    assert (answer.status_code, document(answer)["http_status"]) == (406, "406")


@pytest.mark.parametrize("content_type", ["application/taxii+json;version=2.1", "application/taxii+json"])
def test_3_1_a_content_type_of_the_endpoint_is_never_415(fresh: Server, content_type: str) -> None:
    assert fresh.add(indicator(90), content_type=content_type).status_code == 202


@pytest.mark.parametrize("content_type", ["text/plain", "application/taxii+json;version=2.0", "application/xml"])
def test_3_1_another_content_type_is_415(server: Server, content_type: str) -> None:
    assert server.add(indicator(90), content_type=content_type).status_code == 415


@pytest.mark.parametrize("rest", FILTERED)
def test_3_1_endpoints_that_filter_do(server: Server, rest: str) -> None:
    path = server.collection(rest)
    assert document(server.get(path)) != {}
    assert document(server.get(path, {"added_after": "2040-01-01T00:00:00Z"})) == {}
    assert document(server.get(path, {"match[spec_version]": "2.0"})) == {}


@pytest.mark.parametrize("rest", FILTERED)
def test_3_2_date_headers_stand_on_every_page_with_objects(server: Server, rest: str) -> None:
    for answer in pages(server, server.collection(rest), {"limit": "5"}):
        assert answer.headers["x-taxii-date-added-first"] <= answer.headers["x-taxii-date-added-last"]


def test_3_2_date_headers_are_those_of_the_first_and_last_object(server: Server) -> None:
    answer = server.manifest(limit="5")
    dates = [one["date_added"] for one in document(answer)["objects"]]
    assert (dates[0], dates[-1]) == (
        answer.headers["x-taxii-date-added-first"],
        answer.headers["x-taxii-date-added-last"],
    )
    objects = server.objects(limit="5")
    assert objects.headers["x-taxii-date-added-last"] == dates[-1]


def test_3_2_an_empty_page_has_no_dates(server: Server) -> None:
    answer = server.objects(type="sighting")
    assert "x-taxii-date-added-first" not in answer.headers
    assert "x-taxii-date-added-last" not in answer.headers


def test_3_3_objects_and_manifest_are_in_order_of_addition(server: Server) -> None:
    records = document(server.manifest(version="all"))["objects"]
    dates = [one["date_added"] for one in records]
    assert dates == sorted(dates)
    assert len(set(dates)) == len(dates)
    assert [one["id"] for one in records] == ids(server.objects(version="all"))
    assert ids(server.objects())[-1] == stix_id(3)


def test_3_3_collections_are_always_in_the_same_order(server: Server) -> None:
    listed = [document(server.get(f"{ROOT}collections/"))["collections"] for _ in range(3)]
    assert listed[0] == listed[1] == listed[2]
    assert len(listed[0]) == 2


def test_3_6_1_http_status_is_that_of_the_answer(server: Server) -> None:
    answers = [
        server.get(f"{ROOT}nothing/"),
        server.get("/taxii2/", by=None),
        server.get("/taxii2/", accept="text/html"),
        server.objects(limit="x"),
        server.node.client().delete(server.object()),
        server.node.client().put("/taxii2/"),
    ]
    for answer in answers:
        error = document(answer)
        assert error["http_status"] == str(answer.status_code)
        assert {"title", "description", "error_id", "error_code"} <= error.keys()
    assert [answer.status_code for answer in answers] == [404, 401, 406, 400, 403, 405]


def test_3_7_objects_come_in_an_envelope(server: Server) -> None:
    for answer in (server.objects(), server.get(server.object())):
        found = document(answer)
        assert set(found) == {"more", "objects"}
        assert all(one["id"].startswith(one["type"] + "--") for one in found["objects"])
    assert document(server.objects(type="sighting")) == {}


def test_3_7_every_object_says_its_spec_version(server: Server) -> None:
    assert {one["spec_version"] for one in document(server.objects())["objects"]} == {"2.1"}


def test_3_8_names_are_those_of_the_standard(server: Server) -> None:
    assert set(document(server.get("/taxii2/"))) <= {"title", "description", "contact", "default", "api_roots"}
    assert set(document(server.manifest())["objects"][0]) == {"id", "date_added", "version", "media_type"}


def test_3_8_required_properties_are_there(server: Server) -> None:
    assert document(server.get("/taxii2/"))["title"]
    assert {"title", "versions", "max_content_length"} <= document(server.get(ROOT)).keys()
    assert {"id", "title", "can_read", "can_write"} <= document(server.get(server.collection())).keys()


def test_3_1_head_is_get_without_a_body(server: Server) -> None:
    path = server.collection("objects/")
    head, get = server.node.client().head(path), server.get(path)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))
    assert head.headers["x-taxii-date-added-last"] == get.headers["x-taxii-date-added-last"]


def test_3_1_other_methods_are_405_and_say_which_there_are(server: Server) -> None:
    answer = server.node.client().patch(server.collection("objects/"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST, HEAD")
    assert INDICATORS > 0
