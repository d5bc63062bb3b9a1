"""The `next` of a page: where a reading goes on, sealed, so that it works only for whom and for what it was given.

A cursor holds the place and all filters, so it works with and without repeating them and with another limit; it wins
over an `added_after` sent beside it, since clients keep their last cursor for a later run (its place lies behind any
`added_after` that the reading began with). It is encrypted too, since the place counts rows that the reader may never
have seen. It never expires. AES-SIV (RFC 5297) under a key of its own, party and collection authenticated with it.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sepakat.errors import Fault
from sepakat.taxii.queries import Filters, query_refusal

MAX_LENGTH = 60_000

_PURPOSE = b"sepakat taxii cursor 1"


class _Content(msgspec.Struct, array_like=True):
    sequence: int
    ids: list[str]
    types: list[str]
    versions: list[str]
    spec_versions: list[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a cursor is good for: the reader, the collection, and what of it is read (objects, or one object's id)."""

    party: str
    collection: str
    reading: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row after which a reading goes on, and the filters that it began with, but for `added_after`."""

    sequence: int
    filters: Filters


class CursorSeal:
    """Seals and opens cursors under a key that is derived from the node's secret."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESSIV(HKDF(hashes.SHA256(), 64, None, _PURPOSE).derive(secret))

    def seal(self, cursor: Cursor, scope: Scope) -> str:
        """The cursor as text; equal cursors give equal texts."""
        filters = cursor.filters
        content = _Content(
            cursor.sequence,
            sorted(filters.ids),
            sorted(filters.types),
            sorted(filters.versions),
            sorted(filters.spec_versions),
        )
        sealed = self._cipher.encrypt(msgspec.msgpack.encode(content), _bound(scope))
        return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def open(self, text: str, scope: Scope) -> Cursor:
        """The cursor in a text.

        Raises:
            InputError: we never gave this cursor to this reader for this reading.
        """
        try:
            if len(text) > MAX_LENGTH:
                raise ValueError("longer than any cursor")
            sealed = b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
            content = msgspec.msgpack.decode(self._cipher.decrypt(sealed, _bound(scope)), type=_Content)
        except (InvalidTag, Base64Error, ValueError, msgspec.DecodeError):
            expected = "the value of `next` on the page before, of this account, collection and endpoint"
            raise query_refusal([Fault("next", expected, "another value")]) from None
        return Cursor(
            content.sequence,
            Filters(
                ids=frozenset(content.ids),
                types=frozenset(content.types),
                versions=frozenset(content.versions),
                spec_versions=frozenset(content.spec_versions),
            ),
        )


def check_repeated(sealed: Filters, repeated: Filters) -> None:
    """See that filters sent beside a cursor are those that it was given for; left out, or `added_after`, is no matter.

    Raises:
        InputError: a match field says something else.
    """
    faults = [
        Fault(f"match[{field}]", "the filter that the reading began with, or none, beside `next`", "another filter")
        for field, before, now in (
            ("id", sealed.ids, repeated.ids),
            ("type", sealed.types, repeated.types),
            ("version", sealed.versions, repeated.versions),
            ("spec_version", sealed.spec_versions, repeated.spec_versions),
        )
        if now and now != before
    ]
    if faults:
        raise query_refusal(faults)


def _bound(scope: Scope) -> Sequence[bytes]:
    return [scope.party.encode(), scope.collection.encode(), scope.reading.encode()]
