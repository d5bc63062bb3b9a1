"""The vector file: requests and what the answers must say, for us and for whoever writes another server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from sepakat.taxii.media_types import TAXII
from tests.conformance.taxii.server import Server

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))[
    "vectors"
]


def ask(server: Server, vector: dict[str, Any], next_: str) -> httpx.Response:
    client = server.node.client(None if vector.get("anonymous") else "ru", content_type=TAXII)
    client.headers["accept"] = vector.get("accept", TAXII)
    path = (vector.get("get") or vector["post"]).replace("{view}", server.view).replace("{inbox}", server.inbox)
    if "post" in vector:
        return client.post(path, json=vector["send"])
    return client.get(path.replace("{next}", next_))


def cursor(server: Server, vector: dict[str, Any]) -> str:
    """The cursor of the vector before, if this one needs it."""
    if "{next}" not in vector.get("get", ""):
        return ""
    before = VECTORS[VECTORS.index(vector) - 1]
    return str(ask(server, before, "").json()["next"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_answer_is_as_the_vector_says(server: Server, vector: dict[str, Any]) -> None:
    answer = ask(server, vector, cursor(server, vector))
    assert answer.status_code == vector["status"], answer.text
    for name, value in vector.get("headers", {}).items():
        assert answer.headers[name] == value
    found = answer.json()
    expected = json.loads(json.dumps(vector.get("body", {})).replace("{view}", server.view))
    assert {name: found.get(name) for name in expected} == expected
    if "ids" in vector:
        assert [one["id"] for one in found["objects"]] == vector["ids"]
    if "exactly" in vector:
        assert found == vector["exactly"]
