"""The door under load and attack: limits on bodies, heads and rates, guessed passwords, accounts that change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from sepakat.exchange import agreeing
from sepakat.exchange.people import check_account, disable_account
from sepakat.exchange.records import Standing
from sepakat.taxii_server import ServerLimits, authentication
from sepakat.taxii_server.door import TaxiiDoor
from tests.support.taxii import PASSWORD, ROOT, TOKEN, TaxiiNode, ids_of, indicator, stix_id, taxii_node


@pytest.fixture
def node(tmp_path: Path) -> Iterator[TaxiiNode]:
    with taxii_node(tmp_path, "fr") as made:
        yield made


def limited(node: TaxiiNode, **limits: Any) -> None:
    node.limits = replace(node.limits, **limits)
    node.restart()


def ask(door: TaxiiDoor, messages: list[dict[str, Any]], **scope: Any) -> tuple[int, dict[str, Any]]:
    """One request as ASGI messages, so that a test decides when parts of the body come."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    whole = {
        "type": "http",
        "method": "POST",
        "path": "/taxii2/",
        "raw_path": b"/taxii2/",
        "query_string": b"",
        "headers": [(b"authorization", b"Token " + TOKEN.encode()), (b"content-type", b"application/taxii+json")],
        "client": ("192.0.2.1", 1),
        **scope,
    }
    asyncio.run(door(whole, receive, send))  # type: ignore[arg-type]
    return (sent[0]["status"], orjson.loads(sent[1]["body"])) if sent else (0, {})


def test_a_body_is_refused_as_soon_as_it_is_too_large(node: TaxiiNode) -> None:
    inbox = node.receive()
    limited(node, body_bytes=1000)
    path = f"{ROOT}collections/{inbox}/objects/"
    parts = [{"type": "http.request", "body": b"x" * 600, "more_body": True} for _ in range(9)]
    status, error = ask(node.door, parts, path=path, raw_path=path.encode())
    assert (status, error["error_code"]) == (413, "body-too-large")
    # Two parts were enough to know: the others were never asked for.
    assert len(parts) == 7


def test_a_body_that_says_it_is_too_large_is_not_read_at_all(node: TaxiiNode) -> None:
    inbox = node.receive()
    path = f"{ROOT}collections/{inbox}/objects/"
    headers = [
        (b"authorization", b"Token " + TOKEN.encode()),
        (b"content-type", b"application/taxii+json"),
        (b"content-length", b"104857601"),
    ]
    assert ask(node.door, [], path=path, raw_path=path.encode(), headers=headers)[0] == 413


def test_a_body_of_a_stranger_is_not_read(node: TaxiiNode) -> None:
    path = f"{ROOT}collections/{node.receive()}/objects/"
    assert ask(node.door, [], path=path, raw_path=path.encode(), headers=[])[0] == 401


def test_a_body_that_does_not_come_is_given_up(node: TaxiiNode) -> None:
    inbox = node.receive()
    limited(node, chunk_seconds=0.01)
    path = f"{ROOT}collections/{inbox}/objects/"
    part = [{"type": "http.request", "body": b"{", "more_body": True}]
    assert ask(node.door, part, path=path, raw_path=path.encode())[0] == 408


def test_a_client_that_goes_away_changes_nothing(node: TaxiiNode) -> None:
    inbox = node.receive()
    path = f"{ROOT}collections/{inbox}/objects/"
    first = {"type": "http.request", "body": b"{", "more_body": True}
    parts: list[dict[str, Any]] = [first, {"type": "http.disconnect"}]
    assert ask(node.door, parts, path=path, raw_path=path.encode()) == (0, {})


def test_a_head_that_is_too_large_is_431(node: TaxiiNode) -> None:
    assert node.client(x_large="x" * 70_000).get("/taxii2/").status_code == 431
    assert ask(node.door, [], method="GET", query_string=b"match[id]=" + b"x" * 70_000)[0] == 431


def test_an_account_that_asks_too_often_is_429_and_others_go_on(node: TaxiiNode) -> None:
    limited(node, requests_per_second=1.0, burst=3)
    answers = [node.client().get("/taxii2/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert node.client("fr").get("/taxii2/").status_code == 200
    node.simulated.clock.advance(seconds=1)
    assert [node.client().get("/taxii2/").status_code for _ in range(2)] == [200, 429]


def test_guessing_is_locked_out_where_it_comes_from_and_nowhere_else(node: TaxiiNode) -> None:
    limited(node, failures=3, lockout_seconds=60)
    guessing = node.client("ru", "guess", address="203.0.113.9")
    assert [guessing.get("/taxii2/").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    right = node.client("ru", PASSWORD, address="203.0.113.9").get("/taxii2/")
    assert (right.status_code, right.headers["retry-after"]) == (429, "60")
    assert node.client("ru", address="192.0.2.7").get("/taxii2/").status_code == 200
    # Once its password was seen to be right, the partner comes in from everywhere.
    assert node.client("ru", address="203.0.113.9").get("/taxii2/").status_code == 200
    node.simulated.clock.advance(seconds=61)
    assert guessing.get("/taxii2/").status_code == 401


def test_a_right_password_is_checked_once(node: TaxiiNode) -> None:
    assert [node.client().get("/taxii2/").status_code for _ in range(3)] == [200, 200, 200]
    assert node.door.service.authenticator.checked == 1


def test_a_changed_password_counts_at_once(node: TaxiiNode) -> None:
    assert node.client().get("/taxii2/").status_code == 200
    node.account("ru", _account(node).party, TOKEN, "another password here")
    assert node.client().get("/taxii2/").status_code == 401
    assert node.client("ru", "another password here").get("/taxii2/").status_code == 200


def test_a_disabled_account_is_out_at_once(node: TaxiiNode) -> None:
    assert node.client().get("/taxii2/").status_code == 200
    disable_account(node.node, "ru")
    assert node.client().get("/taxii2/").status_code == 401
    assert node.client(None, x_api_key=TOKEN).get("/taxii2/").status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic cnU=", "Digest abc", "Bearer", "", " ", "Basic " + "x" * 5000, "\xff"]
)
def test_credentials_that_make_no_sense_are_401(node: TaxiiNode, header: str) -> None:
    answer = node.client(None).get("/taxii2/", headers=[(b"authorization", header.encode("latin-1"))])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_a_suspension_holds_from_the_next_page(node: TaxiiNode) -> None:
    view = node.share()
    node.publish(view, [indicator(number) for number in range(4)])
    node.publish(view, [indicator(9, revoked=True)], standing=Standing.TOMBSTONE)
    path = f"{ROOT}collections/{view.id}/objects/"
    first = node.client().get(path, params={"limit": "2"})
    assert len(ids_of(first)) == 2
    with node.node.store.reading() as unit:
        (record,) = unit.agreements.everything()
    agreeing.suspend(node.node, record.hash, "a doubt")
    rest = node.client().get(path, params={"limit": "2", "next": first.json()["next"]})
    assert ids_of(rest) == [stix_id(9)]
    assert node.client().get(f"{path}{stix_id(1)}/").status_code == 404
    assert "not in force" in node.client().get(f"{ROOT}collections/{view.id}/").json()["description"]


def test_a_suspension_while_a_password_is_checked_holds_for_this_very_request(
    node: TaxiiNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = node.share()
    node.publish(view, [indicator(number) for number in range(4)])
    with node.node.store.reading() as unit:
        (record,) = unit.agreements.everything()

    def slowly(*who: Any) -> Any:
        agreeing.suspend(node.node, record.hash, "a doubt")
        return check_account(*who)

    monkeypatch.setattr(authentication, "check_account", slowly)
    answer = node.client().get(f"{ROOT}collections/{view.id}/objects/")
    assert (answer.status_code, ids_of(answer)) == (200, [])


def test_a_request_asks_once_whether_anything_was_written(node: TaxiiNode, monkeypatch: pytest.MonkeyPatch) -> None:
    view = node.share()
    node.publish(view, [indicator(number) for number in range(4)])
    path = f"{ROOT}collections/{view.id}/objects/"
    assert node.client().get(path).status_code == 200
    asked: list[object] = []
    written = node.node.store.written

    def count() -> object:
        asked.append(None)
        return written()

    monkeypatch.setattr(node.node.store, "written", count)
    for one in (path, f"{path}{stix_id(1)}/"):
        asked.clear()
        assert node.client().get(one).status_code == 200
        assert len(asked) == 1


def test_what_was_read_stands_in_the_access_log_without_content(node: TaxiiNode) -> None:
    view = node.share()
    node.publish(view, [indicator(number) for number in range(4)])
    node.client().get(f"{ROOT}collections/{view.id}/objects/", params={"limit": "3"})
    node.client().get(f"{ROOT}collections/{view.id}/manifest/")
    node.close()
    with node.node.store.reading() as unit:
        noted = [(one.account, one.collection, one.request, one.objects) for one in unit.readings.accesses()]
    assert noted == [("ru", view.id, "GET manifest", 4), ("ru", view.id, "GET objects", 3)]


def test_what_fails_inside_is_a_500_that_tells_nothing(node: TaxiiNode, caplog: pytest.LogCaptureFixture) -> None:
    view = node.share()
    node.publish(view, [indicator(1)])
    door = TaxiiDoor(replace(node.node, secret=b"k" * 32), ServerLimits())
    door.service.access_log = None  # type: ignore[assignment]
    node._door = door
    answer = node.client().get(f"{ROOT}collections/{view.id}/objects/")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/taxii+json;version=2.1")
    error = answer.json()
    assert "access_log" not in answer.text
    assert "NoneType" not in answer.text
    assert error["error_id"] in caplog.text
    node._door = None


def test_what_fails_before_one_object_is_looked_for_is_a_500_that_tells_nothing(node: TaxiiNode) -> None:
    view = node.share()
    node.publish(view, [indicator(1)])
    door = TaxiiDoor(replace(node.node, secret=b"k" * 32), ServerLimits())
    door.service.authenticator = None  # type: ignore[assignment]
    node._door = door
    answer = node.client().get(f"{ROOT}collections/{view.id}/objects/{stix_id(1)}/")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "NoneType" not in answer.text
    node._door = None


def _account(node: TaxiiNode) -> Any:
    with node.node.store.reading() as unit:
        return unit.people.account("ru")
