"""Schemathesis asks a served node for everything in its description: whatever is asked, nothing is answered with 500.

As each door wants it: an account over TAXII, a signed-in administrator on the pages, a partner's signature between
nodes; and all of it once more as nobody. The examples are the same on every run.
"""

from __future__ import annotations

import base64
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from starlette.applications import Starlette
from starlette.routing import Route

from sepakat.composition import application
from sepakat.exchange.ports import Node
from sepakat.exchange.signing import sign_request
from sepakat.stix.identifiers import PartyId
from tests.integration.http.description import describe
from tests.integration.web.browser import another
from tests.integration.web.conftest import filled
from tests.integration.web.objects import CUT, GROUP
from tests.support.asgi import AsgiTransport
from tests.support.simulator import Simulation, simulation
from tests.support.taxii import PASSWORD, account_of

EXAMPLES = {"taxii2": 20, "peer": 30}
"""Pages are many, so each gets fewer."""
EXAMPLES_OF_A_PAGE = 6

Credentials = Callable[[requests.PreparedRequest], dict[str, str]]


@dataclass
class Served:
    """A node on which much happened, what it answers, and how each door is asked."""

    world: Simulation
    application: Starlette
    description: dict[str, Any]
    cookies: dict[str, str]

    def operations(self, door: str) -> list[Any]:
        schema: Any = schemathesis.openapi.from_dict(self.description)
        found = [one for one in (made.ok() for made in schema.get_all_operations()) if door_of(one.path) == door]
        # What may end the session comes last, or everything after it would be asked by nobody.
        return sorted(found, key=lambda one: "sign" in one.path or "session" in one.path)

    def send(self, request: requests.PreparedRequest, headers: dict[str, str]) -> httpx.Response:
        sent = httpx.Request(
            request.method or "GET",
            request.url or "",
            headers=[*((name, str(value)) for name, value in request.headers.items()), *headers.items()],
            content=body_of(request),
        )
        answer = AsgiTransport(self.application).handle_request(sent)
        answer.read()
        return answer


def body_of(request: requests.PreparedRequest) -> bytes:
    body: Any = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


def door_of(path: str) -> str:
    first = path.split("/")[1]
    return first if first in EXAMPLES else "pages"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with simulation(tmp_path, "us", "ru", "fr") as world:
        filled(world)
        node = world["us"]
        with node.store.writing() as unit:
            unit.people.put_account(account_of("ru", PartyId("ru"), "token-of-ru-0123456789abcdef"))
        made = application(node)
        with node.store.reading() as unit:
            views = [one.id for one in unit.views.collections()]
        browser = another(made)
        assert browser.sign_in("administrator").status_code == 303
        token = browser.token("/")
        samples = (*views, CUT, GROUP, "us-ru", "us-ru@1", "ru", "iq", "1", "identity--nonsense")
        routes = [route for route in made.routes if isinstance(route, Route)]
        world.is_damaged = True
        yield Served(world, made, describe(routes, samples, token), dict(browser.client.cookies))


def asked(served: Served, door: str, credentials: Credentials) -> Counter[int]:
    """Ask for everything behind a door; how often each status was answered."""
    statuses: Counter[int] = Counter()
    for operation in served.operations(door):

        @settings(
            max_examples=EXAMPLES.get(door, EXAMPLES_OF_A_PAGE),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            wanted = case.as_transport_kwargs(base_url="https://us.example")
            request = requests.Request(**wanted).prepare()
            answer = served.send(request, credentials(request))
            assert answer.status_code != 500, (case.method, request.url, request.body, answer.text[:500])
            assert answer.status_code < 600
            statuses[answer.status_code] += 1

        ask()
    return statuses


def as_nobody(_: requests.PreparedRequest) -> dict[str, str]:
    return {}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.getLogger("sepakat").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("sepakat").setLevel(logging.NOTSET)


def test_taxii_never_answers_500(served: Served) -> None:
    pair = base64.b64encode(f"ru:{PASSWORD}".encode()).decode()
    statuses = asked(served, "taxii2", lambda _: {"authorization": f"Basic {pair}"})
    assert {200, 400, 404} <= statuses.keys()
    assert statuses.total() > 100


def test_the_door_for_nodes_never_answers_500(served: Served) -> None:
    partner: Node = served.world["ru"]

    def signed(request: requests.PreparedRequest) -> dict[str, str]:
        method, now = request.method or "GET", partner.clock.now()
        return sign_request(partner, PartyId("us"), method, request.path_url, body_of(request), now)

    statuses = asked(served, "peer", signed)
    assert {200, 400} <= statuses.keys()
    assert 401 not in statuses


def test_the_pages_never_answer_500(served: Served) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in served.cookies.items())
    statuses = asked(served, "pages", lambda _: {"cookie": cookies})
    assert {200, 303, 400, 403, 404} <= statuses.keys()
    assert statuses.total() > 200


@pytest.mark.parametrize("door", ["taxii2", "peer", "pages"])
def test_nobody_is_never_answered_500(served: Served, door: str) -> None:
    statuses = asked(served, door, as_nobody)
    assert {"taxii2": 401, "peer": 401, "pages": 303}[door] in statuses
