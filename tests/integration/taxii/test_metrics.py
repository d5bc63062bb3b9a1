"""What operators see of the door: counters for this machine alone, and a request id in every answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from sepakat.composition import application as composed
from sepakat.taxii_server import routes
from tests.support.asgi import AsgiTransport
from tests.support.taxii import PASSWORD, ROOT, TaxiiNode, indicator, taxii_node


@pytest.fixture
def node(tmp_path: Path) -> Iterator[TaxiiNode]:
    with taxii_node(tmp_path) as made:
        yield made


def client(node: TaxiiNode, application: Starlette, address: str = "127.0.0.1") -> httpx.Client:
    transport = AsgiTransport(application, address)
    return httpx.Client(transport=transport, base_url="https://us.example", auth=httpx.BasicAuth("ru", PASSWORD))


def test_counters_are_kept_by_account_and_collection(node: TaxiiNode) -> None:
    view = node.share()
    node.publish(view, [indicator(number) for number in range(5)])
    application = Starlette(routes=list(routes(node.node)))
    asking = client(node, application)
    page = asking.get(f"{ROOT}collections/{view.id}/objects/", params={"limit": "3"})
    asking.get(f"{ROOT}nothing/")
    text = asking.get("/metrics").text
    labels = f'account="ru",collection="{view.id}",reading="GET objects"'
    assert f"sepakat_taxii_objects_total{{{labels}}} 3\n" in text
    assert f"sepakat_taxii_bytes_total{{{labels}}} {len(page.content)}\n" in text
    assert f"sepakat_taxii_pages_total{{{labels}}} 1\n" in text
    assert f'sepakat_taxii_seconds_bucket{{{labels},le="+Inf"}} 1\n' in text
    assert 'sepakat_taxii_answers_total{status="200"} 1\n' in text
    assert 'sepakat_taxii_answers_total{status="404"} 1\n' in text


@pytest.mark.parametrize(
    ("address", "headers"),
    [("192.0.2.1", {}), ("127.0.0.1", {"x-forwarded-for": "192.0.2.1"}), ("127.0.0.1", {"via": "x"})],
)
def test_counters_are_not_for_others(node: TaxiiNode, address: str, headers: dict[str, str]) -> None:
    application = Starlette(routes=list(routes(node.node)))
    assert client(node, application, address).get("/metrics", headers=headers).status_code == 404


def test_behind_a_proxy_that_names_nobody_the_counters_are_not_for_its_clients(node: TaxiiNode) -> None:
    application = composed(node.node, is_behind_proxy=True)
    answer = client(node, application).get("/metrics")
    assert "sepakat_taxii" not in answer.text
    assert answer.status_code != 200


def test_every_answer_has_a_request_id_and_an_error_repeats_it(node: TaxiiNode) -> None:
    good = node.client().get("/taxii2/")
    bad = node.client().get(f"{ROOT}nothing/")
    assert UUID(good.headers["x-request-id"]) != UUID(bad.headers["x-request-id"])
    assert bad.json()["error_id"] == bad.headers["x-request-id"]
