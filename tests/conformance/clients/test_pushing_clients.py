"""Each pushing client adds to an inbox: everything arrives once, and what is wrong is told object by object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sepakat.taxii_server import ServerLimits
from tests.conformance.clients import naive
from tests.conformance.clients.models import TAXII_2_1, GaveUp, Misp, Settings, SplunkCtis
from tests.support.asgi import AsgiTransport
from tests.support.taxii import PASSWORD, ROOT, TOKEN, TaxiiNode, indicator, stix_id, taxii_node

HOST = "https://us.example"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[TaxiiNode]:
    with taxii_node(tmp_path) as made:
        yield made


def settings(inbox: str) -> Settings:
    return Settings(f"{HOST}/taxii2/", HOST + ROOT, inbox, "", "ru", PASSWORD, TOKEN)


def http(node: TaxiiNode, spoil: naive.Spoil | None = None) -> httpx.Client:
    transport: httpx.BaseTransport = AsgiTransport(node.door)
    return httpx.Client(transport=naive.Spoiled(transport, spoil) if spoil else transport, base_url=HOST)


def held(node: TaxiiNode) -> set[str]:
    with node.node.store.reading() as unit:
        return {version.object.id for version in unit.objects.everything() if version.received}


def test_misp_pushes_envelopes_cut_to_the_limit(node: TaxiiNode) -> None:
    inbox = node.receive()
    objects = [indicator(number, name="x" * 300) for number in range(20)]
    made = Misp(http(node, lowered_limit), settings(inbox))
    node.limits = ServerLimits(body_bytes=3_000)
    node.restart()
    statuses = made.push(inbox, objects)
    assert len(statuses) == 4
    assert [status["failure_count"] for status in statuses] == [0] * len(statuses)
    assert held(node) >= {stix_id(number) for number in range(20)}
    # Pushing the same event again is the rule with MISP.
    assert {status["failure_count"] for status in made.push(inbox, objects)} == {0}


def lowered_limit(request: httpx.Request, ask: object) -> httpx.Response:
    """Tells the lower limit that the test set, as a server with that limit would."""
    answer = ask(request)  # type: ignore[operator]
    if request.url.path.rstrip("/") != ROOT.rstrip("/"):
        return answer  # type: ignore[no-any-return]
    body = answer.content.replace(b"104857600", b"3000")
    return httpx.Response(200, headers={"content-type": TAXII_2_1}, stream=httpx.ByteStream(body))


def test_splunk_pushes_a_bundle_and_sees_what_failed(node: TaxiiNode) -> None:
    inbox = node.receive()
    made = SplunkCtis(http(node), settings(inbox))
    status = made.push(inbox, [indicator(1), {**indicator(2), "valid_from": "soon"}])
    assert (status["success_count"], status["failure_count"]) == (1, 1)
    assert held(node) >= {stix_id(1)}


def test_splunk_fails_with_a_server_that_takes_envelopes_only(node: TaxiiNode) -> None:
    inbox = node.receive()
    with pytest.raises(GaveUp):
        SplunkCtis(http(node, naive.takes_envelopes_only), settings(inbox)).push(inbox, [indicator(1)])


def test_an_inbox_that_is_closed_is_not_found(node: TaxiiNode) -> None:
    node.receive()
    with pytest.raises(GaveUp, match="not found"):
        SplunkCtis(http(node), settings("x")).push("00000000-0000-4000-8000-000000000000", [indicator(1)])
