"""The leaves of a log: what one release batch of a view was, and which message went or came.

Decides their canonical bytes and reads them back strictly. A release leaf holds no object, id or digest in the
clear, only salted digests: delete salt and payload, and nobody can tell what it stood for, while the tree stays valid.
Invariant: `parse_leaf(leaf.data) == leaf`, and no other bytes parse to the same leaf.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, cast

import orjson

from sepakat.errors import Fault, InputError
from sepakat.shapes import (
    HASH,
    NAME,
    PARTY,
    Field,
    Instant,
    ListOf,
    OneOf,
    Record,
    Text,
    Whole,
    found,
    instant_text,
    join,
    read_instant,
)
from sepakat.stix.canonical import canonical_bytes
from sepakat.transparency.merkle import leaf_hash

MAX_OBJECTS = 1_000
MIN_SALT = 16
MAX_SALT = 64
_SALTED = b"sepakat/salted-digest/1\n"

Direction = Literal["sent", "received"]


def salted_digest(salt: bytes, object_digest: str) -> str:
    """What a leaf says of one object version: hexadecimal SHA-256 over a prefix, the salt with its length, the digest.

    Raises:
        InputError: a salt that is too short to hide anything, or a digest that is not SHA-256 in hexadecimal.
    """
    if not MIN_SALT <= len(salt) <= MAX_SALT:
        raise InputError("salt-invalid", f"salt refused: expected {MIN_SALT} to {MAX_SALT} bytes, got {len(salt)}")
    faults = tuple(HASH.faults(object_digest, ""))
    if faults:
        raise InputError("digest-invalid", f"digest refused: expected {HASH.words}", faults=faults)
    return sha256(_SALTED + bytes([len(salt)]) + salt + bytes.fromhex(object_digest)).hexdigest()


@dataclass(frozen=True, slots=True)
class ReleaseLeaf:
    """One batch that one view released: under which agreement and clauses, when, and what, as salted digests in order.

    A batch has at most `MAX_OBJECTS` objects and as many tombstones; a larger release is several batches.
    `digests` are of what entered the view, `tombstones` of the revocations and notices of removal in the same batch;
    positions count through both, digests first.
    """

    log: str
    collection: str
    agreement: str
    agreement_hash: str
    taker: str
    clauses: tuple[str, ...]
    at: datetime
    digests: tuple[str, ...]
    tombstones: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many objects and tombstones the batch has."""
        return len(self.digests) + len(self.tombstones)

    @property
    def commitments(self) -> tuple[str, ...]:
        """The salted digests by position."""
        return self.digests + self.tombstones

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "leaf": "release/1",
            "log": self.log,
            "collection": self.collection,
            "agreement": self.agreement,
            "agreement_hash": self.agreement_hash,
            "taker": self.taker,
            "clauses": list(self.clauses),
            "at": instant_text(self.at),
            "digests": list(self.digests),
            "tombstones": list(self.tombstones),
            "count": self.count,
        }

    @property
    def data(self) -> bytes:
        """The canonical bytes: what the tree hashes."""
        return canonical_bytes(self.document())

    @property
    def hash(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.data)


@dataclass(frozen=True, slots=True)
class MessageLeaf:
    """One message that was sent or received, by its hash."""

    direction: Direction
    kind: str
    message: str
    at: datetime

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "leaf": "message/1",
            "direction": self.direction,
            "kind": self.kind,
            "message": self.message,
            "at": instant_text(self.at),
        }

    @property
    def data(self) -> bytes:
        """The canonical bytes: what the tree hashes."""
        return canonical_bytes(self.document())

    @property
    def hash(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.data)


Leaf = ReleaseLeaf | MessageLeaf


def _counts_agree(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    total = len(value["digests"]) + len(value["tombstones"])
    if value["count"] != total:
        yield Fault(join(path, "count"), f"{total}, as many as digests and tombstones", found(value["count"]))


RELEASE_LEAF = Record(
    {
        "leaf": Field(OneOf(("release/1",)), "which kind of leaf, in which form"),
        "log": Field(Text("the origin of a log", r"[!-*,-~]+", 300), "the log that the leaf stands in"),
        "collection": Field(NAME, "the TAXII collection of the view"),
        "agreement": Field(NAME, "the agreement of the view"),
        "agreement_hash": Field(HASH, "the hash of the agreement's version in force"),
        "taker": Field(PARTY, "the party that the view is for"),
        "clauses": Field(ListOf(NAME, distinct=True), "the clauses under which something was released"),
        "at": Field(Instant(), "the instant of release"),
        "digests": Field(ListOf(HASH, most=MAX_OBJECTS), "salted digests of the objects, in order of release"),
        "tombstones": Field(ListOf(HASH, most=MAX_OBJECTS), "salted digests of what tells the taker of a removal"),
        "count": Field(Whole(), "how many of both"),
    },
    (_counts_agree,),
)

MESSAGE_LEAF = Record(
    {
        "leaf": Field(OneOf(("message/1",)), "which kind of leaf, in which form"),
        "direction": Field(OneOf(("sent", "received")), "seen from the owner of the log"),
        "kind": Field(Text("a kind of message", r"[a-z]+(?:-[a-z]+)*", 64), "the kind of the message"),
        "message": Field(HASH, "the hash of the message"),
        "at": Field(Instant(), "when it was sent or received"),
    }
)


def parse_leaf(data: bytes) -> Leaf:
    """Read the bytes of a leaf back; only the canonical bytes of a known kind of leaf do.

    Raises:
        InputError: anything else, with all faults.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise InputError("leaf-invalid", "leaf refused: its bytes are not JSON") from None
    leaf = leaf_from(document)
    if leaf.data != data:
        raise InputError("leaf-invalid", "leaf refused: its bytes are not in canonical form")
    return leaf


def leaf_from(document: object) -> Leaf:
    """The leaf that a JSON form stands for, as it comes in a release statement.

    Raises:
        InputError: it is not the form of a known kind of leaf, with all faults.
    """
    faults = tuple(leaf_faults(document, ""))
    if faults:
        raise InputError("leaf-invalid", f"leaf refused: {faults[0]}", faults=faults)
    value = cast(Mapping[str, Any], document)
    at = _instant(value["at"])
    if value["leaf"] == "message/1":
        return MessageLeaf(value["direction"], value["kind"], value["message"], at)
    return ReleaseLeaf(
        value["log"],
        value["collection"],
        value["agreement"],
        value["agreement_hash"],
        value["taker"],
        tuple(value["clauses"]),
        at,
        tuple(value["digests"]),
        tuple(value["tombstones"]),
    )


def leaf_faults(document: object, path: str) -> Iterator[Fault]:
    """Everything that is wrong with the JSON form of a leaf."""
    is_message = isinstance(document, Mapping) and document.get("leaf") == "message/1"
    return (MESSAGE_LEAF if is_message else RELEASE_LEAF).faults(document, path)


def _instant(text: str) -> datetime:
    at = read_instant(text)
    assert at is not None
    return at
