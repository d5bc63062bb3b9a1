"""The load of the TAXII benchmark: raw sockets in a process of its own, so that no client library is measured.

Each reader is a connection that is kept open. A plan says what a reader asks first and what it asks after an answer;
what comes back is counted, not parsed, but for the few bytes at the ends of an envelope that may hold `next`.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_NEXT = re.compile(rb'"next": ?"([^"]+)"').search
_ENDS = 4096

Following = Callable[[bytes], bytes | None]
"""From the body of an answer to the next request of the same reader, None at its end."""


@dataclass
class Load:
    """What one run saw."""

    answers: int = 0
    size: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The latency that this share of the answers did not exceed, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def request(method: str, path: str, credentials: str, body: bytes = b"") -> bytes:
    """The bytes of one request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        "Accept: application/taxii+json;version=2.1",
        f"Authorization: {credentials}",
    ]
    if body:
        lines += ["Content-Type: application/taxii+json;version=2.1", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + _END + body


def next_of(body: bytes) -> str | None:
    """The cursor of an envelope: ours is at its head, others write theirs at either end."""
    found = _NEXT(body[:_ENDS]) or _NEXT(body[-_ENDS:])
    return found[1].decode() if found else None


class _Reader:
    def __init__(self, address: tuple[str, int], first: bytes, following: Following) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.following = following
        self.buffer = bytearray()
        self.body_at = self.end = 0
        self.asked = 0.0
        self.ask(first)

    def ask(self, what: bytes) -> None:
        self.buffer.clear()
        self.body_at = self.end = 0
        self.asked = time.perf_counter()
        self.socket.sendall(what)

    def receive(self) -> bytes | None:
        """The body of the answer once it is there."""
        part = self.socket.recv(1 << 20)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.buffer += part
        if not self.end:
            head = self.buffer.find(_END)
            if head < 0:
                return None
            lines = bytes(self.buffer[:head]).lower()
            if not lines.startswith((b"http/1.1 200", b"http/1.1 202")):
                raise ConnectionError(f"the answer is {lines[:60]!r}")
            at = lines.index(_LENGTH) + len(_LENGTH)
            self.body_at = head + len(_END)
            self.end = self.body_at + int(lines[at:].split(b"\r\n", 1)[0])
        return bytes(self.buffer[self.body_at : self.end]) if len(self.buffer) >= self.end else None


def run(address: tuple[str, int], readers: list[tuple[bytes, Following]]) -> Load:
    """Let all readers read at the same time until each is at its end."""
    load = Load()
    with selectors.DefaultSelector() as waiting:
        begun = time.perf_counter()
        for first, following in readers:
            reader = _Reader(address, first, following)
            waiting.register(reader.socket, selectors.EVENT_READ, reader)
        while waiting.get_map():
            for key, _ in waiting.select():
                reader = key.data
                body = reader.receive()
                if body is None:
                    continue
                load.answers += 1
                load.size += len(body)
                load.latencies.append(time.perf_counter() - reader.asked)
                following = reader.following(body)
                if following is None:
                    waiting.unregister(reader.socket)
                    reader.socket.close()
                else:
                    reader.ask(following)
        load.seconds = time.perf_counter() - begun
    return load
