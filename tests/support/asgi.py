"""An ASGI application as an httpx transport: whole requests in, whole answers out, in this process and thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

Application = Callable[[Any, Any, Any], Awaitable[None]]


class AsgiTransport(httpx.BaseTransport):
    """Sends each request to the application, in an event loop of its own."""

    def __init__(self, application: Application, address: str = "192.0.2.1") -> None:
        self._application = application
        self._address = address

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        parts = [bytes(part) for part in request.stream]  # type: ignore[union-attr]
        messages = [
            {"type": "http.request", "body": part, "more_body": position < len(parts)}
            for position, part in enumerate(parts, 1)
        ] or [{"type": "http.request", "body": b"", "more_body": False}]
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        asyncio.run(_run(self._application, self._scope(request), receive, send))
        start = sent[0]
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx.Response(start["status"], headers=start["headers"], stream=httpx.ByteStream(body))

    def _scope(self, request: httpx.Request) -> dict[str, Any]:
        raw_path, _, query = request.url.raw_path.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": raw_path,
            "root_path": "",
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": (self._address, 40000),
            "server": (request.url.host, 443),
        }


async def _run(application: Application, *arguments: Any) -> None:
    await application(*arguments)
