"""Taking in over HTTP: the same answers as at the command line, for users who may, and for nobody else."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sepakat.exchange.ports import Node
from sepakat.web.api import PATH, routes
from tests.integration.web.browser import PASSWORD
from tests.support.asgi import AsgiTransport

ID = "threat-actor--6d3a2f10-4a55-4f0c-9d0a-3f1f6f7f9c01"
TABLE = b"indicator,comment\n198.51.100[.]7,one\n"


def actor(**more: Any) -> bytes:
    dates = {"created": "2026-01-05T09:00:00.000Z", "modified": "2026-01-05T09:00:00.000Z"}
    return json.dumps(
        {"type": "threat-actor", "spec_version": "2.1", "id": ID, **dates, "name": "Heron", **more}
    ).encode()


def client(node: Node, user: str | None = "analyst", password: str = PASSWORD, scheme: str = "Basic") -> httpx.Client:
    made = httpx.Client(transport=AsgiTransport(Starlette(routes=routes(node))), base_url="https://us.example")
    if user is not None:
        made.headers["Authorization"] = f"{scheme} {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
    return made


def held(node: Node) -> int:
    with node.store.reading() as unit:
        return unit.objects.count()


def test_a_source_is_taken_listed_known_and_undone(node: Node) -> None:
    api = client(node)
    planned = api.post(PATH, content=actor(), params={"dry_run": "1"})
    assert (planned.status_code, planned.json()["intake"], held(node)) == (200, None, 0)
    taken = api.post(PATH, content=actor(), params={"name": "heron.json", "captured_at": "2026-01-06T08:00:00Z"}).json()
    assert [made["id"] for made in taken["taken"]] == [ID]
    assert api.post(PATH, content=actor()).json()["known"] == 1
    [listed] = api.get(PATH).json()["intakes"]
    assert (listed["source"], listed["by"], listed["form"]) == ("heron.json", "analyst", "stix")
    assert listed["captured_at"] == "2026-01-06T08:00:00Z"
    assert api.delete(f"{PATH}/{taken['intake']}").json()["removed"] == [
        {"id": ID, "modified": "2026-01-05T09:00:00.000Z"}
    ]
    assert held(node) == 0
    assert api.delete(f"{PATH}/{taken['intake']}").status_code == 403
    assert api.delete(f"{PATH}/nothing").status_code == 404


def test_a_table_needs_a_mapping_that_was_accepted(node: Node) -> None:
    api = client(node)
    refused = api.post(PATH, content=TABLE, params={"name": "feed.csv"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "mapping-not-accepted")
    taken = api.post(PATH, content=TABLE, params={"name": "feed.csv", "column": "comment=name", "save_mapping": "feed"})
    assert (taken.status_code, taken.json()["mapping"]["columns"]["comment"]) == (200, "name")
    assert api.post(PATH, content=TABLE, params={"name": "feed.csv", "mapping": "feed"}).json()["known"] == 1


def test_every_fault_is_in_the_answer(node: Node) -> None:
    answer = client(node).post(PATH, content=actor(name=7))
    assert answer.status_code == 400
    assert [fault["path"] for fault in answer.json()["error"]["faults"]] == [f"{ID}: name"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "query", [{"horse": "1"}, {"strict": "perhaps"}, {"captured_at": "yesterday"}, {"format": "word"}, {"column": "x"}]
)
def test_options_that_there_are_not_are_refused(node: Node, query: dict[str, str]) -> None:
    assert client(node).post(PATH, content=TABLE, params={"name": "a.csv", **query}).status_code == 400
    assert held(node) == 0


@pytest.mark.parametrize(
    ("user", "password", "scheme", "status"),
    [
        (None, "", "Basic", 401),
        ("analyst", "wrong", "Basic", 401),
        ("nobody", PASSWORD, "Basic", 401),
        ("analyst", PASSWORD, "Bearer", 401),
        ("overseer", PASSWORD, "Basic", 403),
        ("administrator", PASSWORD, "Basic", 403),
    ],
)
def test_who_may_not_take_in_gets_nothing(
    node: Node, user: str | None, password: str, scheme: str, status: int
) -> None:
    api = client(node, user, password, scheme)
    for answer in (api.post(PATH, content=actor()), api.get(PATH), api.delete(f"{PATH}/x")):
        assert answer.status_code == status
        assert ("www-authenticate" in answer.headers) == (status == 401)
    assert held(node) == 0


def test_guessing_passwords_has_to_wait(node: Node) -> None:
    api = client(node, "analyst", "wrong")
    answers = [api.get(PATH).status_code for _ in range(7)]
    assert answers[-1] == 429
