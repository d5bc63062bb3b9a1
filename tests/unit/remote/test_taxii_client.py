"""Other people's servers and what they get wrong, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest

from sepakat.errors import PeerError
from sepakat.remote.taxii_client import TaxiiClient
from tests.support.clock import FixedClock

ROOT = "https://other.example/api/"
LAST = "2030-05-01T12:00:00.123Z"


@dataclass
class Server:
    """Answers one prepared answer after the other, and keeps what it was asked."""

    answers: list[httpx.Response | Exception]
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def page(*ids: str, last: str | None = LAST, status: int = 200, **more: Any) -> httpx.Response:
    document = {**({"objects": [{"id": one} for one in ids]} if ids else {}), **more}
    headers = {"x-taxii-date-added-last": last} if last and ids else {}
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(orjson.dumps(document)))


def client(server: Callable[[httpx.Request], httpx.Response]) -> TaxiiClient:
    headers = {"Authorization": "Token secret"}
    return TaxiiClient(ROOT, FixedClock(), headers, httpx.MockTransport(server))


def read(*answers: httpx.Response | Exception, **filters: str) -> tuple[list[str], Server]:
    server = Server(list(answers))
    pages = list(client(server).pages("c", filters=filters))
    assert server.answers == []
    return [orjson.loads(one)["id"] for page in pages for one in page.objects], server


def test_pages_are_read_by_next_with_all_filters() -> None:
    found, server = read(page("a", more=True, next="n1"), page("b", more=False), **{"match[type]": "indicator"})
    assert found == ["a", "b"]
    assert [dict(one.url.params) for one in server.asked] == [
        {"match[type]": "indicator", "limit": "1000"},
        {"match[type]": "indicator", "limit": "1000", "next": "n1"},
    ]


def test_more_with_an_empty_page_goes_on() -> None:
    assert read(page("a", more=True, next="1"), page(more=True, next="2"), page("b"))[0] == ["a", "b"]


def test_more_with_empty_pages_for_ever_is_given_up() -> None:
    with pytest.raises(PeerError, match="leads nowhere"):
        read(*(page(more=True, next=str(number)) for number in range(9)))


def test_next_with_more_false_is_the_end() -> None:
    assert read(page("a", more=False, next="n"))[0] == ["a"]


def test_next_without_more_is_followed_while_there_are_objects() -> None:
    assert read(page("a", next="1"), page("b", next="2"), page(next="3"))[0] == ["a", "b"]


def test_more_without_next_goes_on_from_the_date() -> None:
    found, server = read(page("a", more=True), page("b", last="2030-05-01T12:00:00.124Z"))
    assert found == ["a", "b"]
    assert server.asked[1].url.params["added_after"] == LAST


def test_more_with_neither_next_nor_date_is_an_error() -> None:
    with pytest.raises(PeerError, match="neither a cursor nor a date"):
        read(page("a", last=None, more=True))


def test_the_same_cursor_again_is_an_error() -> None:
    with pytest.raises(PeerError, match="leads nowhere"):
        read(*(page("a", more=True, next="same") for _ in range(2)))


def test_the_same_date_again_is_an_error() -> None:
    with pytest.raises(PeerError, match="leads nowhere"):
        read(*(page("a", more=True) for _ in range(2)))


def test_a_cursor_may_be_a_number() -> None:
    assert read(page("a", more=True, next=7), page("b"))[1].asked[1].url.params["next"] == "7"


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206])
def test_any_success_counts(status: int) -> None:
    assert read(page("a", status=status))[0] == ["a"]


def test_missing_dates_are_told_as_none() -> None:
    server = Server([page("a", last=None)])
    assert [one.added_last for one in client(server).pages("c")] == [None]


def test_an_empty_answer_has_no_objects() -> None:
    assert read(httpx.Response(200, stream=httpx.ByteStream(b"")))[0] == []
    assert read(httpx.Response(204, stream=httpx.ByteStream(b"")))[0] == []


def test_a_redirect_on_the_same_host_is_followed() -> None:
    moved = httpx.Response(
        308, headers={"location": "/api/collections/c/objects/?limit=1000"}, stream=httpx.ByteStream(b"")
    )
    assert read(moved, page("a"))[0] == ["a"]


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "http://other.example/api/", "//elsewhere.example/"])
def test_a_redirect_elsewhere_is_refused_and_credentials_stay(target: str) -> None:
    server = Server([httpx.Response(302, headers={"location": target}, stream=httpx.ByteStream(b""))])
    with pytest.raises(PeerError, match="another place"):
        list(client(server).pages("c"))
    assert len(server.asked) == 1


def test_redirects_for_ever_are_given_up() -> None:
    with pytest.raises(PeerError, match="again and again"):
        read(*(httpx.Response(302, headers={"location": "/api/x"}, stream=httpx.ByteStream(b"")) for _ in range(5)))


@pytest.mark.parametrize("content", [b"{", b"[]", b"5", b'{"objects": 5}', b"<html>", b"\xff"])
def test_what_is_no_envelope_is_an_error(content: bytes) -> None:
    with pytest.raises(PeerError, match="envelope"):
        read(httpx.Response(200, stream=httpx.ByteStream(content)))


@pytest.mark.parametrize(
    "error", [httpx.ConnectTimeout("slow"), httpx.ReadError("broken"), httpx.RemoteProtocolError("x")]
)
def test_slow_and_broken_answers_are_errors(error: Exception) -> None:
    with pytest.raises(PeerError, match="not reached"):
        read(error)


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    clock = FixedClock()

    class Slow(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            for _ in range(9):
                clock.advance(seconds=60)
                yield b" "

    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Slow()))
    with pytest.raises(PeerError, match="too long"):
        list(TaxiiClient(ROOT, clock, {}, transport).pages("c"))


def test_a_compressed_answer_is_refused() -> None:
    answer = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"x"))
    with pytest.raises(PeerError, match="compressed"):
        read(answer)


def test_the_reason_of_a_refusal_is_told() -> None:
    body = httpx.ByteStream(orjson.dumps({"title": "Bad Request", "description": "limit:\nwrong"}))
    with pytest.raises(PeerError, match="limit: wrong") as refusal:
        read(httpx.Response(400, stream=body))
    assert refusal.value.code == "peer-refused"


def test_collections_are_listed() -> None:
    body = {"collections": [{"id": "1", "title": "One", "can_read": True, "can_write": False}, {"id": "2"}]}
    found = client(Server([httpx.Response(200, stream=httpx.ByteStream(orjson.dumps(body)))])).collections()
    assert [(one.id, one.title, one.can_read, one.can_write) for one in found] == [
        ("1", "One", True, False),
        ("2", "2", False, False),
    ]
    assert client(Server([httpx.Response(200, stream=httpx.ByteStream(orjson.dumps({})))])).collections() == []


def test_objects_are_added_in_an_envelope() -> None:
    status = {"id": "s", "status": "pending", "failures": [{"id": "x", "message": "no"}]}
    server = Server([httpx.Response(202, stream=httpx.ByteStream(orjson.dumps(status)))])
    added = client(server).add("c", [b'{"id":"x"}', b'{"id":"y"}'])
    assert server.asked[0].read() == b'{"objects":[{"id":"x"},{"id":"y"}]}'
    assert (added.status, added.pending, added.failures) == ("s", True, (("x", "no"),))
