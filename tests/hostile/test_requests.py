"""Attacks on signed requests: whatever is not exactly what a known key signed, for us, now, once, gives nobody."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette

from sepakat import peer_server
from sepakat.exchange.parties import issue_card
from sepakat.peer_server.limits import PeerLimits
from tests.hostile.liar import Key, Liar, signed_card
from tests.hostile.stage import Stage
from tests.support.simulator import TestSigner, restarted

MESSAGES = "/peer/v1/messages?after=0"
MIRROR = "/peer/v1/mirror?after=0&beside=0"
UNKNOWN = (401, "request-not-authenticated")


def asked(stage: Stage, headers: dict[str, str], target: str = MESSAGES, body: bytes = b"") -> tuple[int, str]:
    answer = stage.ask("POST" if body else "GET", target, body, headers)
    return answer.status_code, answer.json().get("code", "ok")


def test_replayed_request_is_refused(stage: Stage) -> None:
    headers = stage.liar.request("GET", MESSAGES)
    assert asked(stage, headers) == (200, "ok")
    assert asked(stage, headers) == UNKNOWN


def test_nonce_used_with_another_signature_is_refused(stage: Stage) -> None:
    assert asked(stage, stage.liar.request("GET", MESSAGES, nonce="the-same-one")) == (200, "ok")
    assert asked(stage, stage.liar.request("GET", "/peer/v1/messages?after=1", nonce="the-same-one")) == UNKNOWN


@pytest.mark.parametrize("minutes", [-6, 6], ids=["old", "from the future"])
def test_request_with_a_date_that_is_not_now_is_refused(stage: Stage, minutes: int) -> None:
    at = stage.world.clock.now() + timedelta(minutes=minutes)
    assert asked(stage, stage.liar.request("GET", MESSAGES, at=at)) == UNKNOWN


def test_request_whose_body_was_changed_on_the_way_is_refused(stage: Stage) -> None:
    body = stage.liar.message("checkpoint", {"note": stage.liar.note()})
    headers = stage.liar.request("POST", "/peer/v1/messages", body)
    assert asked(stage, headers, "/peer/v1/messages", body + b" ") == UNKNOWN


def test_request_whose_digest_header_was_changed_with_the_body_is_refused(stage: Stage) -> None:
    body = stage.liar.message("checkpoint", {"note": stage.liar.note()})
    headers = stage.liar.request("POST", "/peer/v1/messages", body)
    headers["content-digest"] = stage.liar.request("POST", "/peer/v1/messages", body + b" ")["content-digest"]
    assert asked(stage, headers, "/peer/v1/messages", body + b" ") == UNKNOWN


@pytest.mark.parametrize("target", ["/peer/v1/messages?after=1", "/peer/v1/messages", "/peer/v1/messages?after=0&x=1"])
def test_request_whose_path_or_query_was_changed_on_the_way_is_refused(stage: Stage, target: str) -> None:
    assert asked(stage, stage.liar.request("GET", MESSAGES), target) == UNKNOWN


def test_request_signed_for_another_node_is_refused(stage: Stage) -> None:
    assert asked(stage, stage.liar.request("GET", MESSAGES, to="fr")) == UNKNOWN


def test_request_in_the_name_of_another_party_is_refused(stage: Stage) -> None:
    assert asked(stage, stage.liar.request("GET", MESSAGES, party="fr")) == UNKNOWN


def test_request_in_the_name_of_the_victim_itself_is_refused(stage: Stage) -> None:
    assert asked(stage, stage.liar.request("GET", MESSAGES, party="us")) == UNKNOWN


def test_request_by_a_key_that_nobody_knows_is_refused(stage: Stage) -> None:
    assert asked(stage, stage.liar.request("GET", MESSAGES, key=Key("nobody's"))) == UNKNOWN


def test_request_by_an_unknown_party_and_by_a_wrong_key_get_the_same_bytes(stage: Stage) -> None:
    unknown = stage.ask("GET", MESSAGES, headers=stage.liar.request("GET", MESSAGES, party="iq"))
    wrong = stage.ask("GET", MESSAGES, headers=stage.liar.request("GET", MESSAGES, key=Key("nobody's")))
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature-input", ""),
        ("signature-input", "liar=()"),
        ("signature-input", 'liar=("@method");created=1'),
        ("signature-input", "liar=?1"),
        ("signature-input", "liar=1"),
        ("signature-input", 'liar=("@method");created=1;keyid=1;nonce="x";tag="y"'),
        ("signature-input", 'liar=("@method" "@path" "@query" "content-digest");created="now"'),
        ("signature-input", 'liar=("@status" "@request-target");created=1'),
        ("signature-input", "\x00\xff"),
        ("signature", ""),
        ("signature", "liar=1"),
        ("signature", "liar=:AAAA:"),
        ("signature", "other=:AAAA:"),
        ("content-digest", ""),
        ("content-digest", "md5=:AAAA:"),
        ("content-digest", "sha-256=1"),
    ],
)
def test_signature_headers_that_make_no_sense_give_the_one_refusal(stage: Stage, name: str, value: str) -> None:
    headers = stage.liar.request("GET", MESSAGES) | {name: value}
    assert asked(stage, headers) == UNKNOWN


def test_two_signatures_of_which_one_holds_are_refused(stage: Stage) -> None:
    one, two = stage.liar.request("GET", MESSAGES), Liar("iq", "us", stage.world.clock.now).request("GET", MESSAGES)
    both = {
        "content-digest": one["content-digest"],
        "signature-input": f"{one['signature-input']}, {two['signature-input'].replace('liar=', 'other=', 1)}",
        "signature": f"{one['signature']}, {two['signature'].replace('liar=', 'other=', 1)}",
    }
    assert asked(stage, both) == UNKNOWN


def test_request_by_a_revoked_key_is_refused_also_when_it_dates_back(stage: Stage) -> None:
    stolen, fresh = stage.liar.key, Key("the liar's new key")
    stage.world.clock.advance(hours=1)
    now = stage.world.clock.now()
    card = signed_card(
        "ru", [(fresh, now, None), (stolen, stage.liar.since, now)], now, stage.liar.address, vouchers=[stolen]
    )
    assert stage.post(stage.liar.message("card", {"card": card})) == (200, "taken")
    assert asked(stage, stage.liar.request("GET", MESSAGES, key=fresh)) == (200, "ok")
    assert asked(stage, stage.liar.request("GET", MESSAGES)) == UNKNOWN
    assert asked(stage, stage.liar.request("GET", MESSAGES, at=now - timedelta(minutes=2))) == UNKNOWN


def test_key_that_is_not_valid_yet_signs_nothing(stage: Stage) -> None:
    fresh, now = Key("the liar's new key"), stage.world.clock.now()
    keys = [(fresh, now + timedelta(hours=1), None), (stage.liar.key, stage.liar.since, None)]
    card = signed_card("ru", keys, now, stage.liar.address, vouchers=[stage.liar.key])
    assert stage.post(stage.liar.message("card", {"card": card})) == (200, "taken")
    assert asked(stage, stage.liar.request("GET", MESSAGES, key=fresh)) == UNKNOWN


def test_card_that_moves_a_partner_to_our_loopback_is_refused(stage: Stage) -> None:
    """Else a partner could make our node speak to whatever listens on our own machine."""
    stage.world.clock.advance(hours=1)
    card = stage.liar.card(issued=stage.world.clock.now(), address="http://127.0.0.1:6379", loopback=True)
    assert stage.post(stage.liar.message("card", {"card": card})) == (403, "card-loopback")
    card = stage.liar.card(issued=stage.world.clock.now(), address="http://127.0.0.1:6379")
    assert stage.post(stage.liar.message("card", {"card": card}))[0] == 400


def test_card_of_another_party_is_refused(stage: Stage) -> None:
    other = Liar("fr", "us", stage.world.clock.now)
    assert stage.say("card", {"card": other.card()}) == (403, "card-of-another")


def test_card_with_the_identity_of_another_party_is_refused(stage: Stage) -> None:
    now = stage.world.clock.now()
    card = signed_card("ru", [(stage.liar.key, stage.liar.since, None)], now, None, identity=stage.world.identity("fr"))
    assert stage.say("card", {"card": card}) == (403, "identity-taken")


def test_new_card_of_the_victim_does_not_let_a_replayed_request_through(stage: Stage) -> None:
    headers = stage.liar.request("GET", MESSAGES)
    assert asked(stage, headers) == (200, "ok")
    stage.world.clock.advance(seconds=30)
    new = restarted(stage.us, signer=TestSigner(b"second key of us"))
    issue_card(new, address="https://us.example", previous=stage.us.signer)
    assert asked(stage, headers) == UNKNOWN


def test_burst_of_ten_thousand_messages_is_cut_off_and_writes_nothing_more(stage: Stage) -> None:
    """One event loop, no waiting: the clock stands still, so that nothing is refilled while they come."""
    limits = PeerLimits(burst=200, requests_per_second=1.0)
    app = Starlette(routes=peer_server.routes(stage.us, limits))
    body = stage.liar.message("checkpoint", {"note": stage.liar.note()}, log=False)
    requests = [stage.liar.request("POST", "/peer/v1/messages", body) for _ in range(10_000)]
    answers = asyncio.run(_all(app, requests, body))
    assert answers == {200: 200, 429: 9_800}
    marks = stage.us.store.written()
    assert asyncio.run(_all(app, requests[-50:], body)) == {429: 50}
    assert stage.us.store.written() == marks
    stage.world.clock.advance(seconds=10)
    fresh = [stage.liar.request("POST", "/peer/v1/messages", body) for _ in range(20)]
    assert asyncio.run(_all(app, fresh, body)) == {200: 10, 429: 10}


async def _all(app: Starlette, requests: list[dict[str, str]], body: bytes) -> dict[int, int]:
    answers: dict[int, int] = {}
    for headers in requests:
        status = await _one(app, headers, body)
        answers[status] = answers.get(status, 0) + 1
    return answers


async def _one(app: Starlette, headers: dict[str, str], body: bytes) -> int:
    parts: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope("POST", "/peer/v1/messages", headers), receive, send)
    return int(sent[0]["status"])


def scope(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 40_000),
    }


def test_body_that_dribbles_past_its_deadline_is_refused(stage: Stage) -> None:
    """The source of bytes moves the clock by itself: one byte every five seconds."""
    body = stage.liar.message("checkpoint", {"note": stage.liar.note()})
    given = 0
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        nonlocal given
        stage.world.clock.advance(seconds=5)
        given += 1
        return {"type": "http.request", "body": body[given - 1 : given], "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = stage.liar.request("POST", "/peer/v1/messages", body)
    asyncio.run(stage.app(scope("POST", "/peer/v1/messages", headers), receive, send))
    assert (sent[0]["status"], orjson.loads(sent[1]["body"])["code"]) == (400, "body-too-slow")
    assert given == 7


def test_body_without_end_is_refused_at_the_limit(stage: Stage) -> None:
    given = 0
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        nonlocal given
        given += 1
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(stage.app(scope("POST", "/peer/v1/messages", {}), receive, send))
    assert (sent[0]["status"], orjson.loads(sent[1]["body"])["code"]) == (400, "message-too-large")
    assert given == 41


def test_body_that_is_cut_off_changes_nothing(stage: Stage) -> None:
    body = stage.liar.message("checkpoint", {"note": stage.liar.note()})
    before = len(stage.acted_on())
    parts: list[dict[str, Any]] = [
        {"type": "http.request", "body": body[:100], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = stage.liar.request("POST", "/peer/v1/messages", body)
    asyncio.run(stage.app(scope("POST", "/peer/v1/messages", headers), receive, send))
    assert orjson.loads(sent[1]["body"])["code"] == "body-cut-short"
    assert len(stage.acted_on()) == before


def test_nobody_gets_back_what_another_said(stage: Stage) -> None:
    assert asked(stage, {}, MIRROR) == UNKNOWN
    answer = stage.ask("GET", MIRROR).json()
    documents = [*answer["beside"], *(one["message"] for one in answer["leaves"] if "message" in one)]
    assert {one["sender"] for one in documents} == {"ru"}
    assert {one["recipient"] for one in documents} == {"us"}
    assert asked(stage, stage.liar.request("GET", f"{MIRROR}x"), f"{MIRROR}x") == (400, "after-invalid")
