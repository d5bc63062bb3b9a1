"""Routes under /peer/v1/: other nodes post their messages, fetch ours for them, and read our card.

Every request but the one for the card carries an HTTP message signature (RFC 9421). Decides nothing: it reads bytes
within limits of size and time, authenticates, hands over to `exchange`, and turns errors into answers by one table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sepakat.errors import ConfigurationError, InputError, NotFound, NotPermitted, PeerError, SepakatError, StoreError
from sepakat.exchange.messaging import messages_for
from sepakat.exchange.parties import own_card
from sepakat.exchange.ports import Node
from sepakat.exchange.receiving import MAX_MESSAGE, is_card, receive
from sepakat.exchange.signing import authenticate_request

MAX_BODY = MAX_MESSAGE
BODY_SECONDS = 30.0
"""How long a body may take to arrive."""

STATUS: tuple[tuple[type[SepakatError], int], ...] = (
    (InputError, 400),
    (NotPermitted, 403),
    (NotFound, 404),
    (PeerError, 422),
    (StoreError, 503),
    (ConfigurationError, 500),
)
"""Which status each kind of error gets; the code `request-not-authenticated` gets 401 and names no scheme but ours."""

UNAUTHENTICATED = "request-not-authenticated"


def routes(node: Node) -> list[Route]:
    """The routes of this door."""

    def post(request: Request, body: bytes) -> Response:
        try:
            party = authenticate_request(node, "POST", _target(request), _headers(request), body)
        except NotPermitted:
            # After a change of key the request is signed by the new one, which only this message makes known.
            if not is_card(body):
                raise
            party = None
        return _json(200, receive(node, body, party))

    def fetch(request: Request, body: bytes) -> Response:
        party = authenticate_request(node, "GET", _target(request), _headers(request), body)
        documents = messages_for(node, party, _after(request))
        # Joined by hand: each message goes out as the very bytes that were signed.
        return Response(b'{"messages":[' + b",".join(documents) + b"]}", media_type="application/json")

    def card(_: Request, __: bytes) -> Response:
        return _json(200, own_card(node))

    return [
        Route("/peer/v1/messages", _guarded(post), methods=["POST"]),
        Route("/peer/v1/messages", _guarded(fetch), methods=["GET"]),
        Route("/peer/v1/card", _guarded(card), methods=["GET"]),
    ]


def _guarded(handle: Callable[[Request, bytes], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _read(request)
            return await run_in_threadpool(handle, request, body)
        except SepakatError as error:
            return _refusal(error)

    return endpoint


async def _read(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > MAX_BODY:
                    raise InputError("message-too-large", f"body refused: more than {MAX_BODY} bytes")
                parts.append(part)
    except TimeoutError:
        raise InputError("body-too-slow", f"body refused: it took more than {BODY_SECONDS:.0f} seconds") from None
    except ClientDisconnect:
        raise InputError("body-cut-short", "body refused: the connection ended before it was whole") from None
    return b"".join(parts)


def _refusal(error: SepakatError) -> Response:
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    if error.code == UNAUTHENTICATED:
        status = 401
    if isinstance(error, StoreError | ConfigurationError):
        # What is wrong inside this node is nothing for a partner.
        return _json(status, {"code": "node-unwell", "message": "the node cannot take requests now"})
    return _json(status, {"code": error.code, "message": error.message})


def _after(request: Request) -> int:
    text = request.query_params.get("after", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InputError("after-invalid", "request refused: `after` is not a sequence number")
    return int(text)


def _target(request: Request) -> str:
    path = request.scope.get("raw_path") or request.scope["path"].encode("ascii", "replace")
    query = request.scope.get("query_string", b"")
    return (bytes(path) + (b"?" + bytes(query) if query else b"")).decode("ascii", "replace")


def _headers(request: Request) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]


def _json(status: int, document: Any) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
