"""Reading from and adding to other people's TAXII 2.1 servers, whatever they get wrong.

Goes on as long as a server leads somewhere: by `next`, else by the date of the last object; never twice by the same
cursor, never to another host, never beyond the limits of size and time. Answers of any 2xx status count. Every failure
is a `PeerError`; nothing is retried here, and what to do with the objects is left to the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx
import msgspec
import orjson

from sepakat.errors import PeerError
from sepakat.exchange.ports import Clock
from sepakat.taxii.media_types import TAXII

MAX_ANSWER = 128 << 20
DEADLINE = timedelta(seconds=120)
TIMEOUT = httpx.Timeout(30.0)
MAX_REDIRECTS = 3
MAX_EMPTY_PAGES = 3
"""So many pages without objects are taken in a row, before a reading is given up as leading nowhere."""
PAGE = 1000
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class RemoteCollection:
    """One collection of another server."""

    id: str
    title: str
    can_read: bool
    can_write: bool


@dataclass(frozen=True, slots=True)
class RemotePage:
    """One page as it came. `added_last` is the date to resume from, as the server wrote it; None if it gave none."""

    objects: tuple[bytes, ...]
    added_last: str | None


@dataclass(frozen=True, slots=True)
class Added:
    """What another server says became of objects that were sent."""

    status: str
    pending: bool
    failures: tuple[tuple[str, str], ...]
    """Id and reason."""


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] | None = None
    more: bool | None = None
    next: Any = None


_read_envelope = msgspec.json.Decoder(_Envelope).decode


@dataclass(frozen=True, slots=True)
class _Query:
    """Where a reading stands: the filters, which are repeated with every cursor."""

    filters: Mapping[str, str]
    cursor: str | None = None

    def parameters(self, limit: int) -> dict[str, str]:
        beside = {"limit": str(limit)} if self.cursor is None else {"limit": str(limit), "next": self.cursor}
        return {**self.filters, **beside}


class TaxiiClient:
    """One API root of another server. `headers` carry the credentials and go to its host alone."""

    def __init__(
        self, api_root: str, clock: Clock, headers: Mapping[str, str], transport: httpx.BaseTransport | None = None
    ) -> None:
        self._root = api_root if api_root.endswith("/") else f"{api_root}/"
        self._clock = clock
        self._client = httpx.Client(
            transport=transport,
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "sepakat", "Accept": TAXII, "Accept-Encoding": "identity", **headers},
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def collections(self) -> list[RemoteCollection]:
        """The collections that the server shows us.

        Raises:
            PeerError: it cannot be reached, or answers something else.
        """
        listed = self._document("GET", "collections/").get("collections") or []
        if not isinstance(listed, list) or not all(isinstance(one, Mapping) and "id" in one for one in listed):
            raise self._wrong("not a list of collections")
        return [
            RemoteCollection(
                str(one["id"]),
                str(one.get("title", one["id"])),
                can_read=one.get("can_read") is True,
                can_write=one.get("can_write") is True,
            )
            for one in listed
        ]

    def pages(
        self, collection: str, *, added_after: str | None = None, filters: Mapping[str, str] | None = None
    ) -> Iterator[RemotePage]:
        """Every page of a collection with objects in it, from after a date on.

        Raises:
            PeerError: the server fails, or says that there is more and leads nowhere.
        """
        query = _Query({**(filters or {}), **({"added_after": added_after} if added_after else {})})
        used: set[str] = set()
        empty = 0
        while True:
            answer = self._ask("GET", f"collections/{quote(collection, safe='')}/objects/", query.parameters(PAGE))
            envelope = self._envelope(answer)
            added_last = answer.headers.get("x-taxii-date-added-last")
            objects = tuple(bytes(one) for one in envelope.objects or ())
            if objects:
                yield RemotePage(objects, added_last)
            empty = 0 if objects else empty + 1
            following = self._following(query, envelope, added_last, has_objects=bool(objects))
            if following is None:
                return
            place = following.cursor or following.filters["added_after"]
            if place in used or empty > MAX_EMPTY_PAGES:
                raise self._wrong("it says that there is more and leads nowhere")
            used.add(place)
            query = following

    def add(self, collection: str, objects: Sequence[bytes]) -> Added:
        """Send objects in one envelope.

        Raises:
            PeerError: the server does not take it.
        """
        body = b'{"objects":[' + b",".join(objects) + b"]}"
        return _added(self._document("POST", f"collections/{quote(collection, safe='')}/objects/", body))

    def status(self, status: str) -> Added:
        """What became of objects that were pending.

        Raises:
            PeerError: the server does not know.
        """
        return _added(self._document("GET", f"status/{quote(status, safe='')}/"))

    def max_content_length(self) -> int:
        """The largest body that the server takes, 0 if it does not say.

        Raises:
            PeerError: it cannot be reached, or answers something else.
        """
        said = self._document("GET", "").get("max_content_length")
        return said if type(said) is int and said > 0 else 0

    def _following(
        self, query: _Query, envelope: _Envelope, added_last: str | None, *, has_objects: bool
    ) -> _Query | None:
        """Where to go on; None if this was the end."""
        cursor = str(envelope.next) if envelope.next not in (None, "") else None
        # A server that leaves `more` out and gives a cursor with objects means that there is more; `false` is final.
        if envelope.more is False or (envelope.more is None and not (cursor and has_objects)):
            return None
        if cursor is not None:
            return replace(query, cursor=cursor)
        if added_last is None:
            raise self._wrong("it says that there is more, with neither a cursor nor a date to go on from")
        return _Query({**query.filters, "added_after": added_last})

    def _envelope(self, answer: httpx.Response) -> _Envelope:
        if not answer.content.strip():
            return _Envelope()
        try:
            return _read_envelope(answer.content)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self._wrong(f"no envelope of TAXII ({error})") from error

    def _document(self, method: str, path: str, body: bytes = b"") -> Mapping[str, Any]:
        answer = self._ask(method, path, body=body)
        try:
            document = orjson.loads(answer.content)
        except orjson.JSONDecodeError as error:
            raise self._wrong(f"not JSON ({error})") from error
        if not isinstance(document, Mapping):
            raise self._wrong("not a JSON object")
        return document

    def _ask(
        self, method: str, path: str, parameters: Mapping[str, str] | None = None, body: bytes = b""
    ) -> httpx.Response:
        url = urljoin(self._root, path)
        headers = {"Content-Type": TAXII} if body else {}
        request = self._client.build_request(method, url, params=parameters, headers=headers, content=body or None)
        end = self._clock.now() + DEADLINE
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = self._client.send(request, stream=True)
                try:
                    content = self._read(answer, end)
                finally:
                    answer.close()
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                why = str(error) or type(error).__name__
                raise PeerError("peer-unreachable", f"{self._root} is not reached: {_clean(why)}") from error
            if not 300 <= answer.status_code < 400:
                return self._checked(answer, content)
            request = self._redirected(request, answer)
        raise PeerError("peer-redirects", f"answer of {self._root} refused: it redirects again and again")

    def _redirected(self, request: httpx.Request, answer: httpx.Response) -> httpx.Request:
        target = urljoin(str(request.url), answer.headers.get("location", ""))
        if request.method != "GET" or urlsplit(target)[:2] != urlsplit(str(request.url))[:2]:
            raise PeerError("peer-redirects", f"answer of {self._root} refused: it redirects to another place")
        return self._client.build_request("GET", target)

    def _read(self, answer: httpx.Response, end: Any) -> bytes:
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise self._wrong("a compressed answer, which was not asked for")
        parts: list[bytes] = []
        size = 0
        for part in answer.iter_raw():
            size += len(part)
            if size > MAX_ANSWER:
                raise self._wrong(f"more than {MAX_ANSWER} bytes")
            if self._clock.now() > end:
                raise PeerError("peer-too-slow", f"answer of {self._root} refused: it took too long to arrive")
            parts.append(part)
        return b"".join(parts)

    def _checked(self, answer: httpx.Response, content: bytes) -> httpx.Response:
        if 200 <= answer.status_code < 300:
            return httpx.Response(answer.status_code, headers=answer.headers, content=content)
        is_no = 400 <= answer.status_code < 500 and answer.status_code not in (401, 408, 429)
        raise PeerError(
            "peer-refused" if is_no else "peer-unwell",
            f"{self._root} refused: {_words(content) or f'status {answer.status_code}'}",
        )

    def _wrong(self, why: str) -> PeerError:
        return PeerError("peer-answer-wrong", f"answer of {self._root} refused: {why}")


def _added(document: Mapping[str, Any]) -> Added:
    failures = document.get("failures")
    listed = failures if isinstance(failures, list) else []
    return Added(
        str(document.get("id", "")),
        document.get("status") == "pending",
        tuple((str(one.get("id")), str(one.get("message", ""))) for one in listed if isinstance(one, Mapping)),
    )


def _words(content: bytes) -> str | None:
    """What another server gives as its reason, safe to show."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, Mapping):
        return None
    said = document.get("description") or document.get("title")
    return _clean(said) if isinstance(said, str) else None


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:_SHOWN])
