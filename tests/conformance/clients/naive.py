"""Servers that are naive in one way each: our answers, spoiled on their way, to see that the models notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
import orjson

from sepakat.stix.instants import format_instant, parse_instant

Spoil = Callable[[httpx.Request, Callable[[httpx.Request], httpx.Response]], httpx.Response]


@dataclass
class Spoiled(httpx.BaseTransport):
    """A transport whose server behaves naively."""

    inner: httpx.BaseTransport
    spoil: Spoil

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.spoil(request, self._ask)

    def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = self.inner.handle_request(request)
        answer.read()
        return answer


def _again(
    answer: httpx.Response, content: bytes | None = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    body = answer.content if content is None else content
    kept = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return httpx.Response(answer.status_code, headers={**kept, **(headers or {})}, stream=httpx.ByteStream(body))


def answers_taxii_2_0(request: httpx.Request, ask: Callable[[httpx.Request], httpx.Response]) -> httpx.Response:
    if "version=2.0" not in request.headers["accept"]:
        return ask(request)
    headers = httpx.Headers({**request.headers, "accept": "application/taxii+json;version=2.1"})
    answer = ask(httpx.Request(request.method, request.url, headers=headers))
    return _again(answer, headers={"content-type": "application/vnd.oasis.taxii+json; version=2.0"})


def leaves_spec_version_out(request: httpx.Request, ask: Callable[[httpx.Request], httpx.Response]) -> httpx.Response:
    answer = ask(request)
    document = orjson.loads(answer.content)
    for one in document.get("objects", []):
        if one["id"].startswith("domain-name--"):
            del one["spec_version"]
    return _again(answer, orjson.dumps(document))


def writes_microseconds(request: httpx.Request, ask: Callable[[httpx.Request], httpx.Response]) -> httpx.Response:
    """Every object was added 456 microseconds after the millisecond, so a date cut to milliseconds lies before it."""
    name, params = "added_after", request.url.params
    if name in params:
        asked = parse_instant(params[name])
        shifted = asked if asked.microsecond % 1000 >= 456 else asked - timedelta(milliseconds=1)
        params = params.set(name, format_instant(shifted, 6))
    answer = ask(httpx.Request(request.method, request.url.copy_with(params=params), headers=request.headers))
    dates = {key: value for key, value in answer.headers.items() if key.startswith("x-taxii-date-added")}
    return _again(answer, headers={key: value.replace("000Z", "456Z") for key, value in dates.items()})


def forgets_dates_on_the_last_page(
    request: httpx.Request, ask: Callable[[httpx.Request], httpx.Response]
) -> httpx.Response:
    answer = ask(request)
    if not orjson.loads(answer.content).get("more"):
        for name in ("x-taxii-date-added-first", "x-taxii-date-added-last"):
            answer.headers.pop(name, None)
    return _again(answer)


def reads_added_after_as_from(request: httpx.Request, ask: Callable[[httpx.Request], httpx.Response]) -> httpx.Response:
    name, params = "added_after", request.url.params
    if name in params:
        earlier = parse_instant(params[name]) - timedelta(microseconds=1)
        params = params.set(name, format_instant(earlier, 6))
    return ask(httpx.Request(request.method, request.url.copy_with(params=params), headers=request.headers))


def knows_basic_only_with_a_capital(
    request: httpx.Request, ask: Callable[[httpx.Request], httpx.Response]
) -> httpx.Response:
    if request.headers.get("authorization", "").startswith("Basic "):
        return ask(request)
    return httpx.Response(401, stream=httpx.ByteStream(b"{}"))


def takes_envelopes_only(request: httpx.Request, ask: Callable[[httpx.Request], httpx.Response]) -> httpx.Response:
    if request.method == "POST" and b'"type":"bundle"' in request.read():
        return httpx.Response(422, stream=httpx.ByteStream(b"{}"))
    return ask(request)


def lets_added_after_win_over_next(
    request: httpx.Request, ask: Callable[[httpx.Request], httpx.Response]
) -> httpx.Response:
    params = request.url.params
    if "next" in params and "added_after" in params:
        params = params.remove("next")
    return ask(httpx.Request(request.method, request.url.copy_with(params=params), headers=request.headers))
