"""The server that the sections of the standard are tested against, and how the tests ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from sepakat.taxii.media_types import TAXII
from tests.support.clock import START
from tests.support.taxii import ROOT, TaxiiNode, indicator, malware, marking, observable, stix_id, taxii_node

INDICATORS = 12
MALWARE = 13
TWICE = 3
"""The indicator that has a second version, added last."""


@dataclass
class Server:
    """A node with one view for `ru` and one inbox for `ru`."""

    node: TaxiiNode
    view: str
    inbox: str

    def collection(self, rest: str = "") -> str:
        return f"{ROOT}collections/{self.view}/{rest}"

    def into(self, rest: str = "objects/") -> str:
        return f"{ROOT}collections/{self.inbox}/{rest}"

    def object(self, number: int = 1, rest: str = "") -> str:
        return self.collection(f"objects/{stix_id(number)}/{rest}")

    def get(
        self, path: str, params: Mapping[str, str] | str = "", by: str | None = "ru", **headers: str
    ) -> httpx.Response:
        url = f"{path}?{params}" if isinstance(params, str) and params else path
        query = params if isinstance(params, Mapping) else None
        return self.node.client(by, **headers).get(url, params=query)

    def objects(self, **params: str) -> httpx.Response:
        return self.get(self.collection("objects/"), named(params))

    def manifest(self, **params: str) -> httpx.Response:
        return self.get(self.collection("manifest/"), named(params))

    def add(self, *objects: Any, by: str | None = "ru", content_type: str = TAXII) -> httpx.Response:
        client = self.node.client(by, content_type=content_type)
        return client.post(self.into(), json={"objects": list(objects)})


def named(params: Mapping[str, str]) -> dict[str, str]:
    """`type="x"` as `match[type]=x`; paging parameters as they are."""
    plain = {"added_after", "limit", "next"}
    return {name if name in plain else f"match[{name}]": value for name, value in params.items()}


def document(answer: httpx.Response) -> dict[str, Any]:
    found = answer.json()
    assert isinstance(found, dict)
    return found


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in document(answer).get("objects", [])]


def pages(server: Server, path: str, params: Mapping[str, str]) -> Iterator[httpx.Response]:
    """Every page of a reading, by `next`."""
    answer = server.get(path, params)
    yield answer
    while document(answer).get("more"):
        answer = server.get(path, {**params, "next": document(answer)["next"]})
        yield answer


@contextmanager
def served_situation(folder: Path) -> Iterator[Server]:
    """12 indicators, then a malware, a marking, an observable, and a later version of indicator 3."""
    with taxii_node(folder, "fr") as node:
        view = node.share()
        node.share("us-fr", "fr")
        inbox = node.receive()
        node.withdraw(view, *(row for row in range(1, 20)))
        indicators = [indicator(number) for number in range(1, INDICATORS + 1)]
        rest = [malware(MALWARE), marking(14), observable(15), indicator(TWICE, 60)]
        node.publish(view, [*indicators, *rest], at=START + timedelta(seconds=1))
        yield Server(node, view.id, inbox)
