"""Routes under /peer/v1/: other nodes post messages, fetch ours, get their own back, hold a stream, read our card.

Every request but the one for the card carries an HTTP message signature (RFC 9421). Decides nothing: it reads bytes
within limits of size and time, authenticates, hands over to `exchange`, and turns errors into answers by one table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import anyio
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sepakat.errors import ConfigurationError, InputError, NotFound, NotPermitted, PeerError, SepakatError, StoreError
from sepakat.exchange.giving_back import give_back
from sepakat.exchange.messaging import messages_for
from sepakat.exchange.mirror_records import MirrorPage
from sepakat.exchange.parties import own_card
from sepakat.exchange.ports import Node
from sepakat.exchange.receiving import is_card, receive
from sepakat.exchange.signing import authenticate_request
from sepakat.peer_server.limits import TOO_MANY, Measure, PeerLimits
from sepakat.peer_server.streams import Streams
from sepakat.stix.identifiers import PartyId

DEFAULT_LIMITS = PeerLimits()

STATUS: tuple[tuple[type[SepakatError], int], ...] = (
    (InputError, 400),
    (NotPermitted, 403),
    (NotFound, 404),
    (PeerError, 422),
    (StoreError, 503),
    (ConfigurationError, 500),
)
"""Which status each kind of error gets, but for those that `STATUS_OF_CODE` names."""

UNAUTHENTICATED = "request-not-authenticated"
STATUS_OF_CODE = {UNAUTHENTICATED: 401, TOO_MANY: 429, "peer-too-many-streams": 429}


def routes(
    node: Node, limits: PeerLimits = DEFAULT_LIMITS, *, is_ending: Callable[[], bool] = lambda: False
) -> list[Route]:
    """The routes of this door; streams end when the process `is_ending`."""
    measure = Measure(limits)
    streams = Streams(node, limits, is_ending)

    def authenticated(method: str, request: Request, body: bytes) -> PartyId:
        def admit(party: PartyId) -> None:
            measure.take(party, node.clock.now())

        return authenticate_request(node, method, _target(request), _headers(request), body, admit)

    def post(request: Request, body: bytes) -> Response:
        try:
            party = authenticated("POST", request, body)
        except NotPermitted as refusal:
            # After a change of key the request is signed by the new one, which only this message makes known.
            if refusal.code != UNAUTHENTICATED or not is_card(body):
                raise
            party = None
        return _json(200, receive(node, body, party))

    def fetch(request: Request, body: bytes) -> Response:
        party = authenticated("GET", request, body)
        documents = messages_for(node, party, _count(request, "after"))
        # Joined by hand: each message goes out as the very bytes that were signed.
        return Response(b'{"messages":[' + b",".join(documents) + b"]}", media_type="application/json")

    def mirror(request: Request, body: bytes) -> Response:
        party = authenticated("GET", request, body)
        return _mirror(give_back(node, party, _count(request, "after"), _count(request, "beside")))

    def news(request: Request, body: bytes) -> Response:
        return streams.open(authenticated("GET", request, body), _count(request, "after"))

    def card(_: Request, __: bytes) -> Response:
        return _json(200, own_card(node))

    return [
        Route("/peer/v1/messages", _guarded(node, limits, post), methods=["POST"]),
        Route("/peer/v1/messages", _guarded(node, limits, fetch), methods=["GET"]),
        Route("/peer/v1/mirror", _guarded(node, limits, mirror), methods=["GET"]),
        Route("/peer/v1/news", _guarded(node, limits, news), methods=["GET"]),
        Route("/peer/v1/card", _guarded(node, limits, card), methods=["GET"]),
    ]


def _guarded(
    node: Node, limits: PeerLimits, handle: Callable[[Request, bytes], Response]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _read(node, limits, request)
            return await run_in_threadpool(handle, request, body)
        except SepakatError as error:
            return _refusal(error)

    return endpoint


async def _read(node: Node, limits: PeerLimits, request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    end = node.clock.now() + timedelta(seconds=limits.body_seconds)
    try:
        # The one for a sender that says nothing at all, the node's clock for one that says it byte by byte.
        with anyio.fail_after(limits.body_seconds):
            async for part in request.stream():
                size += len(part)
                if size > limits.body_bytes:
                    raise InputError("message-too-large", f"body refused: more than {limits.body_bytes} bytes")
                if node.clock.now() > end:
                    raise _too_slow(limits)
                parts.append(part)
    except TimeoutError:
        raise _too_slow(limits) from None
    except ClientDisconnect:
        raise InputError("body-cut-short", "body refused: the connection ended before it was whole") from None
    return b"".join(parts)


def _too_slow(limits: PeerLimits) -> InputError:
    return InputError("body-too-slow", f"body refused: it took more than {limits.body_seconds:.0f} seconds")


def _refusal(error: SepakatError) -> Response:
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    status = STATUS_OF_CODE.get(error.code, status)
    if isinstance(error, StoreError | ConfigurationError):
        # What is wrong inside this node is nothing for a partner.
        return _json(status, {"code": "node-unwell", "message": "the node cannot take requests now"})
    return _json(status, {"code": error.code, "message": error.message})


def _count(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InputError("after-invalid", f"request refused: `{name}` is not a sequence number")
    return int(text)


def _mirror(page: MirrorPage) -> Response:
    """Leaves and messages as the very bytes that were signed: they are canonical JSON."""
    leaves = (
        b'{"leaf":%b}' % leaf.data if leaf.message is None else b'{"leaf":%b,"message":%b}' % (leaf.data, leaf.message)
        for leaf in page.leaves
    )
    answer = b'{"size":%d,"root":"%b","leaves":[%b],"beside":[%b]}' % (
        page.size,
        page.root.hex().encode(),
        b",".join(leaves),
        b",".join(page.beside),
    )
    return Response(answer, media_type="application/json")


def _target(request: Request) -> str:
    path = request.scope.get("raw_path") or request.scope["path"].encode("ascii", "replace")
    query = request.scope.get("query_string", b"")
    return (bytes(path) + (b"?" + bytes(query) if query else b"")).decode("ascii", "replace")


def _headers(request: Request) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]


def _json(status: int, document: Any) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
