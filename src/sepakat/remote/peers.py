"""The way to other nodes over HTTP: the ports `Peers` and `Peer`.

A request goes to the address on the partner's card and nowhere else: redirects are refused, no proxy or other setting
of the environment is looked at, a loopback address is taken only of a card that says loopback, also when it is a name
that leads there (a name that changes between the look and the connection is left to TLS). Answers are limited in
size and time, and are never decompressed. Every failure is a `PeerError`; nothing is retried here.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import msgspec
import orjson

from sepakat.errors import PeerError
from sepakat.exchange.mirror_records import MirrorLeaf, MirrorPage
from sepakat.exchange.ports import Node, Peer, PeerPage
from sepakat.exchange.records import Party
from sepakat.exchange.signing import sign_request
from sepakat.taxii.endpoints import API_ROOT_PATH
from sepakat.taxii.media_types import TAXII
from sepakat.transparency.cards import address_fault

MAX_ANSWER = 64 << 20
DEADLINE = timedelta(seconds=60)
TIMEOUT = httpx.Timeout(10.0)
STREAM_TIMEOUT = httpx.Timeout(10.0, read=30.0)
"""A stream gives a sign of life every few seconds."""
MAX_EVENT = 1_000
_MESSAGES_PATH = "/peer/v1/messages"
_NEWS_PATH = "/peer/v1/news"
_MIRROR_PATH = "/peer/v1/mirror"
_EVENTS = "text/event-stream"
_EVENT = re.compile(rb'event: more\ndata: \{"last":(\d{1,18})\}')
_SHOWN = 300
_RESOLVED_FOR = timedelta(minutes=1)

Resolve = Callable[[str], Iterable[str]]
"""The IP addresses of a name, as text."""


def system_addresses(host: str) -> list[str]:
    """The addresses of a name by the system's resolver; none if it knows none."""
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except OSError:
        return []


class _Messages(msgspec.Struct):
    messages: list[msgspec.Raw]


class _Leaf(msgspec.Struct):
    leaf: msgspec.Raw
    message: msgspec.Raw = msgspec.Raw()


class _Mirror(msgspec.Struct):
    size: int
    root: str
    leaves: list[_Leaf]
    beside: list[msgspec.Raw]


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] = []
    more: bool = False
    next: str | None = None


_read_messages = msgspec.json.Decoder(_Messages).decode
_read_mirror = msgspec.json.Decoder(_Mirror).decode
_read_envelope = msgspec.json.Decoder(_Envelope).decode


class HttpPeers:
    """The way to each party over one pool of connections."""

    def __init__(
        self, node: Node, transport: httpx.BaseTransport | None = None, resolve: Resolve | None = None
    ) -> None:
        self._node = node
        # Another transport does not ask the system for names.
        self._resolve = resolve or (system_addresses if transport is None else lambda _: ())
        # Names that were looked at, until when; a stale entry is replaced. Threads may look twice, which is no harm.
        self._looked_at: dict[str, datetime] = {}
        # Shared by all threads of the process; httpx guards it. It lives as long as the node.
        self._client = httpx.Client(
            transport=transport,
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "sepakat", "Accept-Encoding": "identity"},
        )

    def to(self, party: Party) -> Peer:
        """The way to one party.

        Raises:
            PeerError: its card names no address that may be spoken to.
        """
        if party.address is None:
            raise PeerError("peer-without-address", f"{party.id} is not reached: its card names no address")
        fault = address_fault(party.address, party.loopback)
        if fault is not None:
            raise PeerError("peer-address-refused", f"{party.id} is not reached: its address must be {fault}")
        if not party.loopback:
            self._check_name(party.id, urlsplit(party.address).hostname or "")
        return HttpPeer(self._node, self._client, party)

    def _check_name(self, party: str, host: str) -> None:
        now = self._node.clock.now()
        if self._looked_at.get(host, now) > now:
            return
        for text in self._resolve(host):
            ip = ip_address(text.partition("%")[0])
            ip = getattr(ip, "ipv4_mapped", None) or ip
            if ip.is_loopback or ip.is_unspecified or ip.is_link_local or ip.is_multicast:
                raise PeerError(
                    "peer-address-refused",
                    f"{party} is not reached: its name leads to {ip} on this machine or link",
                )
        self._looked_at[host] = now + _RESOLVED_FOR

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


class HttpPeer:
    """One other node, spoken to by signed requests."""

    def __init__(self, node: Node, client: httpx.Client, party: Party) -> None:
        self._node = node
        self._client = client
        self._party = party
        self._address = (party.address or "").rstrip("/")
        self._prefix = urlsplit(self._address).path

    def send(self, document: bytes) -> Mapping[str, Any]:
        answer = self._ask("POST", _MESSAGES_PATH, document, "application/json")
        return self._document(answer)

    def messages(self, after: int) -> list[bytes]:
        answer = self._ask("GET", f"{_MESSAGES_PATH}?after={after}")
        try:
            return [bytes(message) for message in _read_messages(answer.content).messages]
        except (msgspec.DecodeError, RecursionError) as error:
            raise self._wrong(f"not a list of messages ({error})") from error

    def news(self, after: int) -> Iterator[int]:
        target = f"{_NEWS_PATH}?after={after}"
        with self._asked("GET", target, accept=_EVENTS, timeout=STREAM_TIMEOUT) as answer:
            if answer.headers.get("content-type", "").partition(";")[0].strip() != _EVENTS:
                self._checked(answer, self._read(answer))
                raise self._wrong("not a stream of events")
            yield from self._events(answer)

    def mirror(self, after: int, beside: int) -> MirrorPage:
        answer = self._ask("GET", f"{_MIRROR_PATH}?after={after}&beside={beside}")
        try:
            read = _read_mirror(answer.content)
            root = bytes.fromhex(read.root)
            if read.size < 0:
                raise ValueError("a size below 0")
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            raise self._wrong(f"not a mirror of a log ({error})") from error
        leaves = tuple(MirrorLeaf(bytes(one.leaf), bytes(one.message) or None) for one in read.leaves)
        return MirrorPage(read.size, root, leaves, tuple(bytes(document) for document in read.beside))

    def collections(self) -> list[Mapping[str, Any]]:
        answer = self._ask("GET", f"{API_ROOT_PATH}collections/")
        listed = self._document(answer).get("collections", [])
        if not isinstance(listed, list) or not all(isinstance(one, Mapping) and "id" in one for one in listed):
            raise self._wrong("not a list of collections")
        return listed

    def page(self, collection: str, *, added_after: str | None, cursor: str | None, limit: int) -> PeerPage:
        query = {"limit": str(limit), "match[version]": "all"}
        if added_after is not None:
            query["added_after"] = added_after
        if cursor is not None:
            query["next"] = cursor
        path = f"{API_ROOT_PATH}collections/{quote(collection, safe='')}/objects/"
        answer = self._ask("GET", f"{path}?{urlencode(query)}")
        try:
            envelope = _read_envelope(answer.content)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self._wrong(f"not an envelope of TAXII ({error})") from error
        return PeerPage(
            tuple(bytes(made) for made in envelope.objects),
            envelope.more,
            envelope.next,
            answer.headers.get("x-taxii-date-added-last"),
        )

    def _ask(self, method: str, target: str, body: bytes = b"", media_type: str | None = None) -> httpx.Response:
        accept = TAXII if target.startswith(API_ROOT_PATH) else "application/json"
        with self._asked(method, target, body, media_type, accept=accept) as answer:
            return self._checked(answer, self._read(answer))

    @contextmanager
    def _asked(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        media_type: str | None = None,
        *,
        accept: str,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> Iterator[httpx.Response]:
        """A signed request and its answer, of which nothing was read yet."""
        now = self._node.clock.now()
        headers = sign_request(self._node, self._party.id, method, f"{self._prefix}{target}", body, now)
        headers["Accept"] = accept
        if media_type is not None:
            headers["Content-Type"] = media_type
        request = self._client.build_request(
            method, f"{self._address}{target}", headers=headers, content=body or None, timeout=timeout
        )
        try:
            answer = self._client.send(request, stream=True)
            try:
                yield answer
            finally:
                answer.close()
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise PeerError(
                "peer-unreachable", f"{self._party.id} is not reached at {self._address}: {_clean(reason)}"
            ) from error

    def _events(self, answer: httpx.Response) -> Iterator[int]:
        """The sequences that a stream names; events of other names say nothing to us."""
        kept = b""
        for part in answer.iter_raw():
            kept += part
            *events, kept = kept.split(b"\n\n")
            if len(kept) > MAX_EVENT:
                raise self._wrong(f"an event of more than {MAX_EVENT} bytes")
            for event in events:
                found = _EVENT.fullmatch(event)
                if found is not None:
                    yield int(found[1])

    def _read(self, answer: httpx.Response) -> bytes:
        """The body as it came, within its limits."""
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise self._wrong("a compressed answer, which was not asked for")
        end = self._node.clock.now() + DEADLINE
        parts: list[bytes] = []
        size = 0
        for part in answer.iter_raw():
            size += len(part)
            if size > MAX_ANSWER:
                raise self._wrong(f"more than {MAX_ANSWER} bytes")
            if self._node.clock.now() > end:
                raise PeerError("peer-too-slow", f"answer of {self._party.id} refused: it took too long to arrive")
            parts.append(part)
        return b"".join(parts)

    def _checked(self, answer: httpx.Response, body: bytes) -> httpx.Response:
        status = answer.status_code
        if 200 <= status < 300:
            return httpx.Response(status, headers=answer.headers, content=body)
        if 300 <= status < 400:
            raise PeerError(
                "peer-redirects", f"answer of {self._party.id} refused: it redirects, which is never followed"
            )
        words = _words(body) or f"status {status}"
        # Not let in, too much, or unwell: worth another try. Everything else is a no to this very request.
        if 400 <= status < 500 and status not in (401, 408, 429):
            raise PeerError("peer-refused", f"{self._party.id} refused: {words}")
        raise PeerError("peer-unwell", f"{self._party.id} cannot answer: {words}")

    def _document(self, answer: httpx.Response) -> Mapping[str, Any]:
        try:
            document = orjson.loads(answer.content)
        except orjson.JSONDecodeError as error:
            raise self._wrong(f"not JSON ({error})") from error
        if not isinstance(document, Mapping):
            raise self._wrong("not a JSON object")
        return document

    def _wrong(self, why: str) -> PeerError:
        return PeerError("peer-answer-wrong", f"answer of {self._party.id} refused: {why}")


def _words(body: bytes) -> str | None:
    """What another node gives as its reason, safe to show."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    text = document.get("message") or document.get("title") if isinstance(document, Mapping) else None
    return _clean(text) if isinstance(text, str) else None


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:_SHOWN])
