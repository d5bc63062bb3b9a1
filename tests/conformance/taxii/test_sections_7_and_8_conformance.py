"""TAXII 2.1 sections 7 and 8: custom properties, and what a server must do besides."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.conformance.taxii.server import Server, document
from tests.support.taxii import ROOT, TOKEN, indicator

NAME = re.compile(r"[a-z0-9_]{3,250}").fullmatch
DEFINED = {
    *("title", "description", "contact", "default", "api_roots", "versions", "max_content_length"),
    *("id", "status", "request_timestamp", "total_count", "success_count", "successes", "failure_count", "failures"),
    *("pending_count", "pendings", "version", "message", "collections", "alias", "can_read", "can_write"),
    *("media_types", "objects", "date_added", "media_type", "more", "next"),
    *("error_id", "error_code", "http_status", "external_details", "details"),
}


def test_7_1_1_no_resource_has_custom_properties_but_next(server: Server, fresh: Server) -> None:
    answers = [server.get(path) for path in ("/taxii2/", ROOT, f"{ROOT}collections/", server.collection())]
    answers += [server.manifest(limit="1"), fresh.add(indicator(90)), server.objects(limit="x")]
    for answer in answers:
        names = set(_names(document(answer)))
        assert names <= DEFINED
        assert all(NAME(name) or name == "id" for name in names)


def test_7_1_1_custom_properties_of_an_envelope_are_ignored(fresh: Server) -> None:
    client = fresh.node.client(content_type="application/taxii+json;version=2.1")
    body = {"objects": [indicator(90)], "x_acme_score": {"impact": "high"}, "more": False}
    assert document(client.post(fresh.into(), json=body))["success_count"] == 1


def test_8_1_2_every_endpoint_of_the_standard_is_there(fresh: Server) -> None:
    added = document(fresh.add(indicator(1)))
    paths = ["/taxii2/", ROOT, f"{ROOT}status/{added['id']}/", f"{ROOT}collections/", fresh.collection()]
    paths += [fresh.collection("manifest/"), fresh.collection("objects/"), fresh.object(), fresh.object(1, "versions/")]
    assert {fresh.get(path).status_code for path in paths} == {200}


def test_8_2_1_discovery_is_at_the_root_of_the_server(server: Server) -> None:
    assert str(server.get("/taxii2/").url) == "https://us.example/taxii2/"
    assert document(server.get("/taxii2/"))["api_roots"]


def test_8_2_1_a_request_without_user_agent_is_answered(server: Server) -> None:
    client = server.node.client()
    del client.headers["user-agent"]
    assert client.get("/taxii2/").status_code == 200


def test_8_2_2_http_basic_is_implemented(server: Server) -> None:
    assert server.get("/taxii2/").status_code == 200
    assert server.node.client("ru", "wrong").get("/taxii2/").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer {TOKEN}"},
        {"authorization": f"Token {TOKEN}"},
        {"authorization": f"TOKEN {TOKEN}"},
        {"authorization": TOKEN},
        {"authorization": f"basic {TOKEN}"},
        {"x_api_key": TOKEN},
    ],
)
def test_8_2_2_other_schemes_are_implemented_in_any_case(server: Server, headers: dict[str, str]) -> None:
    assert server.get("/taxii2/", by=None, **headers).status_code == 200
    broken = {name: value[:-1] + "x" for name, value in headers.items()}
    assert server.get("/taxii2/", by=None, **broken).status_code == 401


@pytest.mark.parametrize(("name", "password"), [("", TOKEN), (TOKEN, ""), ("ru", TOKEN), (TOKEN, TOKEN)])
def test_8_2_2_a_token_may_stand_where_a_password_does(server: Server, name: str, password: str) -> None:
    client = server.node.client(None)
    assert client.get("/taxii2/", auth=httpx.BasicAuth(name, password)).status_code == 200
    assert client.get("/taxii2/", auth=httpx.BasicAuth("fr", password or TOKEN)).status_code == 401


def test_8_2_2_objects_of_others_are_omitted(server: Server) -> None:
    listed = document(server.get(f"{ROOT}collections/", by="fr"))["collections"]
    assert [one["id"] for one in listed] == [server.node.collections["us-fr"].id]


def _names(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for one in value for name in _names(one)]
    if not isinstance(value, dict):
        return []
    # What stands in `details` of an error is the server's own, section 3.6.1.
    return [*value, *(name for key, one in value.items() if key != "details" for name in _names(one))]
