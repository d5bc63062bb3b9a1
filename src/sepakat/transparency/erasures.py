"""The proof of an erasure: what was erased, when, by whom and why, signed by the node, without any content.

Objects and versions stand in it as keyed tokens: who has the node's secret and an id or a digest can tell that it was
meant, nobody else can guess it. It names the rows and messages of the logs that lost their payload, so that what was
erased can be told from what was damaged. Each proof has the hash of the one before: none can be taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Any

import orjson

from sepakat.errors import InputError
from sepakat.shapes import instant_text
from sepakat.stix.canonical import canonical_bytes
from sepakat.transparency.keys import PublicKey, Sign, verify

FORMAT = "sepakat/erasure/1"
DOMAIN = b"sepakat/erasure/1\n"


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """A row of a view whose payload and salt are gone: where it stands in our log for a taker."""

    taker: str
    leaf: int
    position: int


@dataclass(frozen=True, slots=True)
class ErasureProof:
    """One proof. `objects` and `versions` are tokens, `counts` says how much was erased of what."""

    number: int
    previous: str | None
    node: str
    at: datetime
    by: str
    cause: str
    """`request`, or `retention`: the rule stands in the reason then."""
    reason: str
    objects: tuple[str, ...]
    versions: tuple[str, ...]
    rows: tuple[ErasedRow, ...]
    messages: tuple[str, ...]
    recalls: tuple[str, ...]
    counts: Mapping[str, int]

    @property
    def data(self) -> bytes:
        """The canonical bytes, which are hashed and signed."""
        return canonical_bytes(
            {
                "format": FORMAT,
                "number": self.number,
                "previous": self.previous,
                "node": self.node,
                "at": instant_text(self.at),
                "by": self.by,
                "cause": self.cause,
                "reason": self.reason,
                "objects": list(self.objects),
                "versions": list(self.versions),
                "rows": [[row.taker, row.leaf, row.position] for row in self.rows],
                "messages": list(self.messages),
                "recalls": list(self.recalls),
                "counts": dict(self.counts),
            }
        )


@dataclass(frozen=True, slots=True)
class SignedProof:
    """A proof as it is kept: its bytes, the signature over them, and the key that made it."""

    data: bytes
    signature: bytes
    key: str

    @property
    def hash(self) -> str:
        """SHA-256 of the bytes, by which the next proof names this one."""
        return sha256(self.data).hexdigest()

    @property
    def document(self) -> Mapping[str, Any]:
        """The proof as it is written; whether it holds is `check_proofs`' to say."""
        read: Mapping[str, Any] = orjson.loads(self.data)
        return read


def token(secret: bytes, what: str, value: str) -> str:
    """What stands for an id, a version, a name or the digest of a page in proofs and in the list of what was erased."""
    return hmac_digest(secret, f"sepakat/erased/{what}\n{value}".encode(), "sha256").hex()


def sign_proof(proof: ErasureProof, key: str, sign: Sign) -> SignedProof:
    """Sign a proof with the node's key."""
    data = proof.data
    return SignedProof(data, sign(DOMAIN + data), key)


@dataclass(frozen=True, slots=True)
class ProvedErasures:
    """What the proofs that hold account for, and what is wrong with the others."""

    count: int = 0
    rows: frozenset[ErasedRow] = frozenset()
    messages: frozenset[str] = frozenset()
    faults: tuple[str, ...] = field(default=())


def check_proofs(proofs: Sequence[SignedProof], keys: Iterable[PublicKey]) -> ProvedErasures:
    """Check the chain of proofs, oldest first: numbers, hashes, and signatures by one of the node's keys."""
    known = {str(key): key for key in keys}
    rows: set[ErasedRow] = set()
    messages: set[str] = set()
    faults: list[str] = []
    previous: str | None = None
    for number, proof in enumerate(proofs, 1):
        fault = next(_faults(proof, number, previous, known), None)
        previous = proof.hash
        if fault is not None:
            faults.append(f"erasure {number}: {fault}")
            continue
        document = proof.document
        rows |= {ErasedRow(taker, leaf, position) for taker, leaf, position in document["rows"]}
        messages |= set(document["messages"])
    return ProvedErasures(len(proofs), frozenset(rows), frozenset(messages), tuple(faults))


def _faults(proof: SignedProof, number: int, previous: str | None, known: Mapping[str, PublicKey]) -> Iterator[str]:
    key = known.get(proof.key)
    if key is None:
        yield "its proof is signed by a key that is not the node's"
    elif not verify(key, DOMAIN + proof.data, proof.signature):
        yield "the signature of its proof does not hold"
    else:
        try:
            document = proof.document
        except orjson.JSONDecodeError:
            yield "its proof cannot be read"
            return
        if document.get("format") != FORMAT or document.get("number") != number:
            yield "its proof is of another erasure"
        elif document.get("previous") != previous:
            yield "its proof does not follow the one before: one is gone, or was put in"


def read_proof(data: bytes) -> Mapping[str, Any]:
    """The document of a proof.

    Raises:
        InputError: it is none.
    """
    try:
        document: Any = orjson.loads(data)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise InputError("erasure-proof-invalid", "proof of an erasure refused: it is none")
    return document
