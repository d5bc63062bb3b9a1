"""A partner's node reads its view over the same door, by signed requests instead of a password."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from sepakat.errors import PeerError
from sepakat.exchange import agreeing
from sepakat.exchange.ports import Peer
from sepakat.exchange.signing import authenticate_request, sign_request
from sepakat.remote.peers import HttpPeers
from sepakat.stix.identifiers import PartyId
from sepakat.taxii_server import authentication
from tests.support.asgi import AsgiTransport
from tests.support.taxii import ROOT, TaxiiNode, ids_of, indicator, stix_id, taxii_node


@pytest.fixture
def node(tmp_path: Path) -> Iterator[TaxiiNode]:
    with taxii_node(tmp_path, "fr") as made:
        yield made


def peer(node: TaxiiNode, of: str) -> Peer:
    asking = node.simulated[of]
    with asking.store.reading() as unit:
        us = unit.parties.get(PartyId("us"))
    assert us is not None
    return HttpPeers(asking, AsgiTransport(node.door)).to(replace(us, address="https://us.example"))


def test_a_node_reads_its_view_page_by_page(node: TaxiiNode) -> None:
    view = node.share()
    node.publish(view, [indicator(number) for number in range(7)])
    ru = peer(node, "ru")
    assert [one["id"] for one in ru.collections()] == [view.id]
    page = ru.page(view.id, added_after=None, cursor=None, limit=3)
    found = [orjson.loads(raw)["id"] for raw in page.objects]
    while page.more:
        page = ru.page(view.id, added_after=None, cursor=page.next, limit=3)
        found += [orjson.loads(raw)["id"] for raw in page.objects]
    assert found == [stix_id(number) for number in range(7)]
    assert ru.page(view.id, added_after=page.added_last, cursor=None, limit=3).objects == ()


def test_a_suspension_while_a_signed_request_waits_to_write_its_nonce_holds_for_it(
    node: TaxiiNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = node.share()
    node.publish(view, [indicator(number) for number in range(7)])
    with node.node.store.reading() as unit:
        (record,) = unit.agreements.everything()

    def slowly(*request: Any) -> PartyId:
        party = authenticate_request(*request)
        agreeing.suspend(node.node, record.hash, "a doubt")
        return party

    # Everything about the view is known before, and holds until somebody writes.
    for _ in range(2):
        assert len(ids_of(node.client().get(f"{ROOT}collections/{view.id}/objects/"))) == 7
    monkeypatch.setattr(authentication, "authenticate_request", slowly)
    assert peer(node, "ru").page(view.id, added_after=None, cursor=None, limit=3).objects == ()


def test_a_node_is_not_shown_inboxes(node: TaxiiNode) -> None:
    node.receive()
    assert peer(node, "ru").collections() == []


def test_another_party_s_node_gets_404(node: TaxiiNode) -> None:
    view = node.share()
    with pytest.raises(PeerError):
        peer(node, "fr").page(view.id, added_after=None, cursor=None, limit=3)


def test_a_signed_request_counts_once(node: TaxiiNode) -> None:
    node.share()
    target = f"{ROOT}collections/"
    now = node.simulated.clock.now()
    headers = sign_request(node.simulated["ru"], PartyId("us"), "GET", target, b"", now)
    client = node.client(None)
    assert [client.get(target, headers=headers).status_code for _ in range(2)] == [200, 401]


def test_a_signature_over_another_path_is_refused(node: TaxiiNode) -> None:
    view = node.share()
    now = node.simulated.clock.now()
    headers = sign_request(node.simulated["ru"], PartyId("us"), "GET", f"{ROOT}collections/", b"", now)
    assert node.client(None).get(f"{ROOT}collections/{view.id}/objects/", headers=headers).status_code == 401


def test_a_signature_does_not_fall_back_to_a_password(node: TaxiiNode) -> None:
    headers = sign_request(node.simulated["ru"], PartyId("fr"), "GET", "/taxii2/", b"", node.simulated.clock.now())
    assert node.client("ru").get("/taxii2/", headers=headers).status_code == 401
