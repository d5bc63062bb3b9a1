"""Probing: what is absent and what is forbidden look alike, to the byte, the status and the number of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer, current_thread
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from sepakat.exchange.inbox import inboxes_for
from sepakat.exchange.parties import show_party
from sepakat.exchange.people import add_account
from sepakat.exchange.signing import sign_request
from sepakat.exchange.synchronising import synchronise
from sepakat.stix.markings import TLP_2
from tests.hostile.liar import stix_id
from tests.hostile.stage import FR, RU, Stage
from tests.support.agreements import agreement_text
from tests.support.asgi import AsgiTransport

ABSENT = "7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0aa"
API = "/taxii2/api"
TOKEN = "a-token-of-thirty-two-random-bytes-or-so"


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that any store runs meanwhile, without the access log: that is written when it will."""
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if not isinstance(current_thread(), Timer):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def views(stage: Stage) -> dict[str, str]:
    """The collections by taker, with something in each."""
    stage.world.conclude(agreement_text("us-fr", "us", ("fr",)), "us", "fr")
    stage.world.take_in("us", *(stage.written("us", f"ours {n}") for n in range(3)))
    with stage.us.store.reading() as unit:
        return {str(one.view.taker): one.id for one in unit.views.collections()}


def seen(stage: Stage, target: str) -> tuple[int, bytes, list[str]]:
    with counted() as statements:
        answer = stage.ask("GET", target)
    return answer.status_code, answer.content.replace(target.encode(), b""), statements


def same(stage: Stage, forbidden: str, absent: str, secret: str, name: str = ABSENT) -> None:
    """Two answers that differ in nothing but the name that was asked for."""
    one, other = seen(stage, forbidden), seen(stage, absent)
    assert one[0] == other[0]
    assert one[1].replace(secret.encode(), b"?") == other[1].replace(name.encode(), b"?") or _but_id(one, other)
    assert len(one[2]) == len(other[2])


def _but_id(one: tuple[int, bytes, list[str]], other: tuple[int, bytes, list[str]]) -> bool:
    def bare(answer: tuple[int, bytes, list[str]]) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(answer[1])
        return {k: v for k, v in found.items() if k not in ("error_id", "description", "details")}

    return bare(one) == bare(other)


@pytest.mark.parametrize("path", ["/", "/objects/", "/manifest/", f"/objects/{stix_id('campaign', 'ours 1')}/"])
def test_collection_of_another_party_looks_like_one_that_is_not_there(
    stage: Stage, views: dict[str, str], path: str
) -> None:
    theirs = views["fr"]
    same(stage, f"{API}/collections/{theirs}{path}", f"{API}/collections/{ABSENT}{path}", theirs)
    assert seen(stage, f"{API}/collections/{theirs}{path}")[0] == 404
    assert seen(stage, f"{API}/collections/{views['ru']}{path}")[0] == 200


def test_object_that_is_withheld_looks_like_one_that_is_not_there(stage: Stage, views: dict[str, str]) -> None:

    secret = stage.written("us", "secret", object_marking_refs=[TLP_2["red"].id])
    stage.world.take_in("us", secret)
    base = f"{API}/collections/{views['ru']}/objects"
    absent = stix_id("campaign", "absent")
    same(stage, f"{base}/{secret['id']}/", f"{base}/{absent}/", secret["id"], absent)
    same(stage, f"{base}/{secret['id']}/versions/", f"{base}/{absent}/versions/", secret["id"], absent)


def test_list_of_collections_names_only_what_is_for_the_reader(stage: Stage, views: dict[str, str]) -> None:
    listed = orjson.loads(stage.ask("GET", f"{API}/collections/").content)["collections"]
    assert views["ru"] in [one["id"] for one in listed]
    assert views["fr"] not in [one["id"] for one in listed]
    assert "fr" not in orjson.dumps(listed).decode().replace("from", "").split()


def test_cursor_of_another_partys_collection_opens_nothing(stage: Stage, views: dict[str, str]) -> None:
    fr = stage.world["fr"]

    page = fr.peers.to(show_party(fr, stage.us.party)).page(views["fr"], added_after=None, cursor=None, limit=1)
    assert page.next
    theirs, absent = (f"{API}/collections/{one}/objects/?next={page.next}" for one in (views["fr"], ABSENT))
    same(stage, theirs, absent, views["fr"])
    assert seen(stage, theirs)[0] in (400, 404)
    ours = stage.ask("GET", f"{API}/collections/{views['ru']}/objects/?next={page.next}")
    assert ours.status_code in (400, 404, 422)


def test_cursor_that_was_tampered_with_is_refused(stage: Stage, views: dict[str, str]) -> None:
    base = f"{API}/collections/{views['ru']}/objects/"
    page = orjson.loads(stage.ask("GET", f"{base}?limit=1").content)
    twisted = page["next"][:-2] + ("AA" if page["next"][-2:] != "AA" else "BB")
    assert stage.ask("GET", f"{base}?next={twisted}").status_code in (400, 404, 422)


def test_parties_that_we_know_cannot_be_told_from_those_that_we_do_not(stage: Stage) -> None:
    """By requests in their names, and by consent to pass something on to them."""
    answers = set()
    for party in ("fr", "iq"):
        headers = stage.liar.request("GET", "/peer/v1/messages?after=0", party=party)
        with counted() as statements:
            answer = stage.ask("GET", "/peer/v1/messages?after=0", headers=headers)
        answers.add((answer.status_code, answer.content, len(statements)))
    assert len(answers) == 1
    ours = stage.written("us", "ours")
    stage.world.take_in("us", ours)
    told = set()
    for party in ("fr", "iq"):
        body = {"request": f"request-about-{party}", "object": ours["id"], "third_party": party, "purpose": "x"}
        answered = stage.ask("POST", "/peer/v1/messages", stage.liar.message("consent-request", body))
        told.add((answered.status_code, answered.json().get("code"), answered.json()["status"]))
    assert told == {(200, None, "taken")}


def push(stage: Stage, inbox: str, *objects: dict[str, Any]) -> dict[str, Any]:
    body = orjson.dumps({"objects": list(objects)})
    target = f"{API}/collections/{inbox}/objects/"
    headers = {
        "authorization": f"Bearer {TOKEN}",
        "content-type": "application/taxii+json;version=2.1",
        "accept": "application/taxii+json;version=2.1",
    }
    answer = stage.ask("POST", target, body, headers)
    assert answer.status_code == 202, answer.content
    found: dict[str, Any] = orjson.loads(answer.content)
    return found


@pytest.fixture
def inbox(stage: Stage) -> str:
    """The liar's inbox at the victim, which it uses with a TAXII account."""
    add_account(stage.us, RU, "a long password of the liar", TOKEN)
    (found,) = inboxes_for(stage.us, RU)
    return found.id


def test_status_of_an_inbox_does_not_tell_what_we_hold(stage: Stage, inbox: str) -> None:
    """The liar pushes what would clash with what we hold of others, and what clashes with nothing: equal answers."""
    secret = stage.written("us", "secret", object_marking_refs=[TLP_2["red"].id])
    stage.world.take_in("us", secret)
    stage.world.conclude(agreement_text("fr-us", "fr", ("us",)), "fr", "us")
    theirs = stage.written("fr", "from fr")
    stage.world.take_in("fr", theirs)

    synchronise(stage.us, FR)
    shapes = []
    for made in (
        secret | {"created_by_ref": stage.liar.identity},
        secret | {"name": "twisted"},
        theirs | {"created_by_ref": stage.liar.identity},
        theirs | {"name": "twisted"},
        stage.written("us", "not there"),
        stage.written("fr", "not there either"),
        stage.written("ru", "plain"),
    ):
        status = push(stage, inbox, made)
        shapes.append({k: v for k, v in status.items() if k.endswith("_count") or k == "status"})
    assert all(shape == shapes[0] for shape in shapes)
    assert shapes[0]["failure_count"] == 0
    assert stage.names(secret["id"]) == ["secret"]
    assert stage.names(theirs["id"]) == ["from fr"]


def test_status_of_somebody_elses_push_looks_like_none(stage: Stage, inbox: str) -> None:
    status = push(stage, inbox, stage.written("ru", "plain"))
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert stage.ask("GET", f"{API}/status/{status['id']}/", headers=headers).status_code == 200
    fr = stage.world["fr"]
    answers = []

    for id_ in (status["id"], ABSENT):
        target = f"{API}/status/{id_}/"
        headers = sign_request(fr, stage.us.party, "GET", target, b"", fr.clock.now())
        answer = AsgiTransport(stage.app).handle_request(
            httpx.Request("GET", f"https://us.example{target}", headers=headers)
        )
        answer.read()
        answers.append(
            (answer.status_code, {k: v for k, v in answer.json().items() if k not in ("error_id", "description")})
        )
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
