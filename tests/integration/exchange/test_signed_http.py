"""Nodes over real HTTP on the loopback: signed requests, and what is refused of them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from sepakat import peer_server
from sepakat.errors import NotPermitted, PeerError
from sepakat.exchange import agreeing
from sepakat.exchange.messaging import REFUSED, deliver
from sepakat.exchange.mirror_records import MirrorLeaf
from sepakat.exchange.mirroring import Mirror
from sepakat.exchange.parties import add_party, fingerprint_of, issue_card, own_card, show_party
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Direction
from sepakat.exchange.signing import authenticate_request, has_signature, sign_request
from sepakat.remote.cards import fetch_card
from sepakat.remote.peers import HttpPeers
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.merkle import Frontier, leaf_hash
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, TestSigner, restarted, simulation

US, RU = PartyId("us"), PartyId("ru")


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """An application on a free port of the loopback, in a thread; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    """`us` and `ru` over HTTP, each with a card that says loopback."""
    with simulation(tmp_path, "us", "ru") as made:
        us, ru = (restarted(made[party], peers=HttpPeers(made[party])) for party in ("us", "ru"))
        made.network.nodes.update({US: us, RU: ru})
        apps = [Starlette(routes=peer_server.routes(node)) for node in (us, ru)]
        with served(apps[0]) as us_address, served(apps[1]) as ru_address:
            issue_card(us, address=us_address, loopback=True)
            issue_card(ru, address=ru_address, loopback=True)
            made.introduce(("us", "ru"))
            yield made
        for node in (us, ru):
            assert isinstance(node.peers, HttpPeers)
            node.peers.close()


def address(world: Simulation, party: str) -> str:
    found = show_party(world[party], PartyId(party)).address
    assert found is not None
    return found


def test_agreement_is_concluded_over_http(world: Simulation) -> None:
    world.conclude(agreement_text(), "us", "ru")
    for party in ("us", "ru"):
        assert agreeing.show(world[party], "us-ru").standings[RU].is_in_force


def test_messages_are_fetched_as_the_very_bytes_that_were_signed(world: Simulation) -> None:
    world.conclude(agreement_text(), "us", "ru")
    fetched = world["ru"].peers.to(show_party(world["ru"], US)).messages(0)
    with world["ru"].store.reading() as unit:
        received = unit.messages.after(US, 0, direction=Direction.IN)
    assert [record.document for record in received] == fetched
    assert [orjson.loads(document)["kind"] for document in fetched][:2] == ["agreement-offer", "agreement-signature"]


def test_a_log_is_given_back_as_the_very_bytes_that_were_signed(world: Simulation) -> None:
    world.conclude(agreement_text(), "us", "ru")
    us, ru = world["us"], world["ru"]
    fetched = ru.peers.to(show_party(ru, US)).messages(0)
    with ru.store.writing() as unit:
        mirror = Mirror.opened(ru, unit, US)
        mirror.follow(ru, unit, fetched[0])
    with us.store.reading() as unit:
        ours = [leaf.data for leaf in unit.logs.leaves(RU, mirror=False)]
    peer = us.peers.to(show_party(us, RU))
    page = peer.mirror(0, 0)
    assert (page.size, page.leaves) == (1, (MirrorLeaf(ours[0], fetched[0]),))
    assert (page.root, page.beside) == (Frontier().root(), tuple(fetched[1:]))
    further = peer.mirror(1, 1)
    assert (further.root, further.leaves) == (Frontier().append(leaf_hash(ours[0])).root(), ())
    assert further.beside == tuple(fetched[2:])


def test_card_is_handed_to_anybody(world: Simulation) -> None:
    card = orjson.loads(fetch_card(address(world, "us")))
    assert fingerprint_of(card) == fingerprint_of(own_card(world["us"]))


def test_refusal_comes_back_with_the_reason(world: Simulation) -> None:
    peer = world["us"].peers.to(show_party(world["us"], RU))
    with pytest.raises(PeerError, match="message refused") as refusal:
        peer.send(b"{}")
    assert refusal.value.code == REFUSED


def test_node_that_is_down_is_not_reached_and_the_message_waits(world: Simulation, tmp_path: Path) -> None:
    gone = restarted(world["ru"])
    card = own_card(gone)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    issue_card(gone, address=f"http://127.0.0.1:{free}", loopback=True)
    add_party(world["us"], own_card(gone), fingerprint_of(card))
    agreeing.draft(world["us"], agreement_text())
    report = agreeing.offer(world["us"], "us-ru").delivery
    assert report.count == 0
    assert report.failed[0].reason.startswith(f"ru is not reached at http://127.0.0.1:{free}")
    # Not due yet: nothing is tried before its time, and the wait grows.
    assert deliver(world["us"]).failed[0].reason == "waits for the next try"
    world.clock.advance(seconds=5)
    assert deliver(world["us"]).failed[0].attempts == 2


def test_changed_key_is_told_over_http(world: Simulation) -> None:
    us = world["us"]
    new = restarted(us, signer=TestSigner(b"us, second key"))
    with closing(HttpPeers(new)) as peers:
        new = restarted(new, peers=peers)
        world.clock.advance(hours=1)
        issue_card(new, address=address(world, "us"), loopback=True, previous=us.signer)
        assert deliver(new).delivered[RU] == 1
    assert show_party(world["ru"], US).card == own_card(new)


# Requests that lie.


def request(world: Simulation, body: bytes = b"{}", **changes: Any) -> tuple[str, str, dict[str, str], bytes]:
    """A request of `us` to `ru`, before it is changed on the way."""
    now = changes.get("now", world.clock.now())
    target = "/peer/v1/messages?after=0"
    return "POST", target, sign_request(world["us"], changes.get("to", RU), "POST", target, body, now), body


def authenticated(node: Node, parts: tuple[str, str, dict[str, str], bytes]) -> PartyId:
    return authenticate_request(node, *parts)


def test_signed_request_says_who_sent_it(world: Simulation) -> None:
    parts = request(world)
    assert has_signature(list(parts[2].items()))
    assert authenticated(world["ru"], parts) == US


@pytest.mark.parametrize(
    "lie",
    [
        lambda p: (p[0], p[1], p[2], b'{"another": 1}'),
        lambda p: (p[0], "/peer/v1/messages?after=9", p[2], p[3]),
        lambda p: (p[0], "/peer/v1/other?after=0", p[2], p[3]),
        lambda p: ("PUT", p[1], p[2], p[3]),
        lambda p: (p[0], p[1], {k: v for k, v in p[2].items() if k != "Signature"}, p[3]),
        lambda p: (p[0], p[1], {k: v for k, v in p[2].items() if k.lower() != "content-digest"}, p[3]),
        lambda p: (p[0], p[1], {k: v.replace("us/", "ru/") for k, v in p[2].items()}, p[3]),
        lambda p: (p[0], p[1], {k: v.replace('"@path" ', "") for k, v in p[2].items()}, p[3]),
        lambda p: (p[0], p[1], {k: v.replace(" to ru", " to fr") for k, v in p[2].items()}, p[3]),
        lambda p: (p[0], p[1], {**p[2], "Signature": "sepakat=:AAAA:"}, p[3]),
        lambda p: (p[0], p[1], {**p[2], "Signature-Input": "sepakat=((((" * 50}, p[3]),
    ],
    ids=[
        "body", "query", "path", "method", "no signature", "no digest", "another sender", "path not covered",
        "another recipient", "short signature", "broken input",
    ],
)  # fmt: skip
def test_request_that_was_changed_is_refused(
    world: Simulation, lie: Callable[[tuple[str, str, dict[str, str], bytes]], tuple[str, str, dict[str, str], bytes]]
) -> None:
    with pytest.raises(NotPermitted) as refusal:
        authenticated(world["ru"], lie(request(world)))
    assert refusal.value.code == "request-not-authenticated"


def test_replayed_request_is_refused(world: Simulation) -> None:
    parts = request(world)
    authenticated(world["ru"], parts)
    with pytest.raises(NotPermitted):
        authenticated(world["ru"], parts)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_request_of_another_time_is_refused(world: Simulation, seconds: int) -> None:
    with pytest.raises(NotPermitted):
        authenticated(world["ru"], request(world, now=world.clock.now() + timedelta(seconds=seconds)))


def test_request_for_another_node_is_refused(world: Simulation) -> None:
    with pytest.raises(NotPermitted):
        authenticated(world["ru"], request(world, to=PartyId("fr")))


def test_unsigned_request_gets_401_and_an_unknown_one_the_same(world: Simulation) -> None:
    stranger = restarted(world["us"], signer=TestSigner(b"mallory"), party=PartyId("mallory"))
    target = "/peer/v1/messages?after=0"
    headers = sign_request(stranger, RU, "GET", target, b"", world.clock.now())
    with httpx.Client(trust_env=False) as client:
        answers = [client.get(address(world, "ru") + target, headers=one) for one in ({}, headers)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content


def test_body_that_is_too_large_is_refused(world: Simulation) -> None:
    with httpx.Client(trust_env=False) as client:
        answer = client.post(f"{address(world, 'ru')}/peer/v1/messages", content=b" " * 4_000_001)
    assert (answer.status_code, answer.json()["code"]) == (400, "message-too-large")


# Answers that lie.


async def _redirect(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 307, "headers": [(b"location", b"http://127.0.0.1:1/")]})
    await send({"type": "http.response.body", "body": b""})


async def _compressed(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-encoding", b"gzip")]})
    await send({"type": "http.response.body", "body": b"\x1f\x8b"})


async def _no_messages(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'{"messages": 3}'})


async def _unwell(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": []})
    await send({"type": "http.response.body", "body": b'{"message": "sorry"}'})


@pytest.mark.parametrize(
    ("app", "code"),
    [
        (_redirect, "peer-redirects"),
        (_compressed, "peer-answer-wrong"),
        (_no_messages, "peer-answer-wrong"),
        (_unwell, "peer-unwell"),
    ],
)
def test_answer_of_a_partner_that_lies_is_refused(world: Simulation, app: ASGIApp, code: str) -> None:
    with served(app) as elsewhere:
        party = replace(show_party(world["us"], RU), address=elsewhere)
        with pytest.raises(PeerError) as refusal:
            world["us"].peers.to(party).messages(0)
    assert refusal.value.code == code


def test_loopback_address_is_taken_only_of_a_card_that_says_so(world: Simulation) -> None:
    party = replace(show_party(world["us"], RU), loopback=False)
    with pytest.raises(PeerError, match="loopback"):
        world["us"].peers.to(party)
    with pytest.raises(PeerError, match="names no address"):
        world["us"].peers.to(replace(party, address=None))
