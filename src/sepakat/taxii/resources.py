"""The bodies of answers: the resources of TAXII 2.1 as JSON, and its error message (sections 3.6, 3.7, 4 and 5).

An envelope is joined from the stored bytes of its objects: nothing that was decided and written once is parsed or
written again. Lists that would be empty are left out, as the standard asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import orjson

from sepakat.taxii.media_types import STIX, TAXII
from sepakat.taxii.timestamps import format_microseconds, format_timestamp

MAX_CONTENT_LENGTH = 100 << 20
"""The largest request body in bytes; the API root tells it, and nothing smaller is refused for its size."""


def plain_title(text: str) -> str:
    """The text as a title that every client can name: some write lists of them with "," and paths with "."."""
    return text.replace(".", " ").replace(",", " ")


class Outcome(NamedTuple):
    """What became of one object that a client added."""

    id: str
    version: str
    message: str | None = None


def discovery(title: str, description: str, api_roots: Sequence[str], contact: str | None = None) -> bytes:
    """Section 4.1.1. The first API root is the default."""
    return _json(title=title, description=description, contact=contact, default=api_roots[0], api_roots=list(api_roots))


def api_root(title: str, description: str) -> bytes:
    """Section 4.2.1."""
    return _json(title=title, description=description, versions=[TAXII], max_content_length=MAX_CONTENT_LENGTH)


@dataclass(frozen=True, slots=True)
class CollectionResource:
    """Section 5.2.1."""

    id: str
    title: str
    description: str
    can_read: bool
    can_write: bool

    def document(self) -> dict[str, Any]:
        """The resource as a JSON object."""
        return {
            "id": self.id,
            "title": self.title,
            **({"description": self.description} if self.description else {}),
            "can_read": self.can_read,
            "can_write": self.can_write,
            "media_types": [STIX],
        }


def collection(one: CollectionResource) -> bytes:
    """Section 5.2.1."""
    return orjson.dumps(one.document())


def collections(several: Sequence[CollectionResource]) -> bytes:
    """Section 5.1.1."""
    return _json(collections=[one.document() for one in several] or None)


def envelope(joined: bytes, next_: str | None) -> bytes:
    """Section 3.7: the stored bytes of objects, joined by commas. `next_` is there exactly if there is more."""
    if not joined:
        return b"{}"
    head = b'{"more":false,"objects":[' if next_ is None else b'{"more":true,"next":"%b","objects":[' % next_.encode()
    return b"".join((head, joined, b"]}"))


def manifest(joined: bytes, added: Sequence[int], next_: str | None) -> bytes:
    """Section 5.3.1, with the `next` that the standard forgot there; `added` as in `date_headers`, for each object."""
    records = [
        {"id": id_, "date_added": date_added, "version": version, "media_type": STIX}
        for id_, date_added, version in _records(joined, added)
    ]
    return _json(**_more(added, next_), objects=records or None)


def versions(joined: bytes, added: Sequence[int], next_: str | None) -> bytes:
    """Section 5.8.1, likewise."""
    return _json(**_more(added, next_), versions=[version for _, _, version in _records(joined, added)] or None)


class _Named(msgspec.Struct):
    id: str
    modified: str | None = None
    created: str | None = None


_read_named = msgspec.json.Decoder(list[_Named]).decode


def _records(joined: bytes, added: Sequence[int]) -> Iterator[tuple[str, str, str]]:
    """Id, date added and version of each object.

    The version as TAXII has it: `modified`, else `created`, else the date it was added, each as written.
    """
    for one, count in zip(_read_named(b"[%b]" % joined), added, strict=True):
        date_added = format_microseconds(count)
        yield one.id, date_added, one.modified or one.created or date_added


def version_of_content(content: Any) -> str:
    """The version of an object that a client sent, for a status; what has none has the number of its only version."""
    if isinstance(content, Mapping):
        for name in ("modified", "created"):
            if isinstance(content.get(name), str):
                return str(content[name])[:100]
    return "1"


def status(
    id_: str,
    requested_at: datetime,
    *,
    successes: Sequence[Outcome] = (),
    failures: Sequence[Outcome] = (),
    pendings: Sequence[Outcome] = (),
) -> bytes:
    """Section 4.3.1."""
    return _json(
        id=id_,
        status="pending" if pendings else "complete",
        request_timestamp=format_timestamp(requested_at),
        total_count=len(successes) + len(failures) + len(pendings),
        success_count=len(successes),
        successes=_outcomes(successes),
        failure_count=len(failures),
        failures=_outcomes(failures),
        pending_count=len(pendings),
        pendings=_outcomes(pendings),
    )


def error(
    http_status: int, title: str, description: str, code: str, error_id: str, details: Mapping[str, Any] | None = None
) -> bytes:
    """Section 3.6.1."""
    return _json(
        title=title,
        description=description,
        error_id=error_id,
        error_code=code,
        http_status=str(http_status),
        details=dict(details) if details else None,
    )


def date_headers(added: Sequence[int]) -> list[tuple[str, str]]:
    """The two headers of section 3.2, from microseconds since 1970; none for an empty page, which has no objects."""
    if not added:
        return []
    return [
        ("X-TAXII-Date-Added-First", format_microseconds(added[0])),
        ("X-TAXII-Date-Added-Last", format_microseconds(added[-1])),
    ]


def _more(added: Sequence[int], next_: str | None) -> dict[str, Any]:
    if not added:
        return {}
    return {"more": False} if next_ is None else {"more": True, "next": next_}


def _outcomes(outcomes: Iterable[Outcome]) -> list[dict[str, str]] | None:
    found = [
        {"id": one.id, "version": one.version, "message": one.message}
        if one.message
        else {"id": one.id, "version": one.version}
        for one in outcomes
    ]
    return found or None


def _json(**properties: Any) -> bytes:
    return orjson.dumps({name: value for name, value in properties.items() if value is not None})
