"""The ASGI edge of the TAXII server: bytes of HTTP in and out, with limits; the work is done in threads.

A body is read only after its sender was recognised (unless the body itself is signed), in parts, and never beyond the
limit. Every answer is TAXII, whatever went wrong before.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from sepakat.errors import InputError, SepakatError
from sepakat.exchange.ports import Node
from sepakat.exchange.signing import has_signature
from sepakat.taxii.media_types import TAXII
from sepakat.taxii_server.limits import DEFAULT_LIMITS, ServerLimits
from sepakat.taxii_server.refusals import refused
from sepakat.taxii_server.request import Answer, Reader, Request
from sepakat.taxii_server.service import TaxiiService

_ALWAYS = (
    (b"content-type", TAXII.encode()),
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class _Disconnected(Exception):
    """The client went away."""


class TaxiiDoor:
    """The TAXII server of one node as an ASGI application."""

    def __init__(self, node: Node, limits: ServerLimits = DEFAULT_LIMITS) -> None:
        self.service = TaxiiService(node, limits)
        self._limits = limits
        # Bounds how many large bodies stand in memory at once.
        self._bodies = asyncio.Semaphore(limits.bodies_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _request(scope, self.service.new_request_id())
        try:
            answer = await self._answer(request, scope, receive)
        except SepakatError as refusal:
            answer = refused(refusal, request.id)
        except _Disconnected:
            return
        self.service.metrics.answered(answer.status)
        await _send(send, request, answer)

    async def _answer(self, request: Request, scope: Scope, receive: Receive) -> Answer:
        _check_head(scope, self._limits)
        if request.method != "POST":
            at_once = self.service.answer_at_once(request)
            return at_once if at_once is not None else await run_sync(self.service.answer, request)
        reader: Reader | None = None
        if not has_signature(request.lines):
            admitted = await run_sync(self.service.admit, request)
            if isinstance(admitted, Answer):
                return admitted
            reader = admitted
        async with self._bodies:
            body = await self._body(request, receive)
            return await run_sync(self.service.answer, replace(request, body=body), reader)

    async def _body(self, request: Request, receive: Receive) -> bytes:
        most = self._limits.body_bytes
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            raise _too_large(most)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                while True:
                    async with asyncio.timeout(self._limits.chunk_seconds):
                        message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Disconnected
                    part = message.get("body", b"")
                    size += len(part)
                    if size > most:
                        raise _too_large(most)
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise InputError("body-slow", "request refused: its body came too slowly", "send it again") from None


def _request(scope: Scope, id_: str) -> Request:
    lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    headers: dict[str, str] = {}
    for name, value in lines:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    raw_path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    target = raw_path + b"?" + query if query else raw_path
    client = scope.get("client")
    return Request(
        method=scope["method"].upper(),
        path=scope["path"],
        query=query.decode("latin-1"),
        target=target.decode("latin-1"),
        headers=headers,
        lines=lines,
        address=client[0] if client else "",
        id=id_,
    )


def _check_head(scope: Scope, limits: ServerLimits) -> None:
    size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    size += sum(len(name) + len(value) for name, value in scope["headers"])
    if size > limits.head_bytes:
        raise InputError(
            "head-too-large",
            f"request refused: its line and headers have {size} bytes, expected at most {limits.head_bytes}",
            "ask for fewer values at once",
        )


def _too_large(most: int) -> InputError:
    return InputError(
        "body-too-large",
        f"request refused: its body has more than {most} bytes",
        "send the objects in several envelopes; the API root tells the limit as max_content_length",
    )


async def _send(send: Send, request: Request, answer: Answer) -> None:
    headers = [*_ALWAYS, (b"x-request-id", request.id.encode()), (b"content-length", b"%d" % len(answer.body))]
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    if answer.status in (408, 413):
        # The rest of the body is not read, so the connection cannot be used again.
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})
