"""The other side of the exchange, written a second time and able to lie: cards, messages, requests, a log of its own.

Made from the reference pages, not from the product: nothing of `sepakat` is imported here, so that a mistake in the
product's own signing, hashing or log is not made twice. A `Liar` signs whatever it is told to, over any bytes.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
Body = dict[str, Any]


def canonical(value: object) -> bytes:
    """RFC 8785 for what we write: text, whole numbers, true, false, null, lists, objects."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(value: object) -> str:
    return sha256(canonical(value)).hexdigest()


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def stix_id(type_: str, name: str) -> str:
    return f"{type_}--{UUID(bytes=uuid5(NAMESPACE, name).bytes, version=4)}"


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is defined: by splitting at the largest power of two."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = _split(len(hashes))
    return sha256(b"\x01" + root_of(hashes[:middle]) + root_of(hashes[middle:])).digest()


def path_of(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """RFC 6962 section 2.1.1."""
    if len(hashes) == 1:
        return []
    middle = _split(len(hashes))
    if index < middle:
        return [*path_of(hashes[:middle], index), root_of(hashes[middle:])]
    return [*path_of(hashes[middle:], index - middle), root_of(hashes[:middle])]


def _split(size: int) -> int:
    middle = 1
    while middle * 2 < size:
        middle *= 2
    return middle


class Key:
    """An Ed25519 key from a seed."""

    def __init__(self, seed: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())
        self.raw = self._key.public_key().public_bytes_raw()
        self.id = sha256(self.raw).hexdigest()
        self.text = "ed25519:" + b64encode(self.raw).decode()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def sign_text(self, data: bytes) -> str:
        return b64encode(self.sign(data)).decode()


def signed_card(
    party: str,
    keys: Sequence[tuple[Key, datetime, datetime | None]],
    issued: datetime,
    address: str | None,
    *,
    loopback: bool = False,
    vouchers: Sequence[Key] = (),
    identity: str | None = None,
) -> Body:
    """A card, signed by its first key and by whoever vouches for it."""
    made = "2030-01-01T00:00:00.000Z"
    card: Body = {
        "sepakat": "card/1",
        "party": party,
        "name": party.upper(),
        "country": None,
        "identity": {
            "type": "identity",
            "spec_version": "2.1",
            "id": identity or stix_id("identity", party),
            "created": made,
            "modified": made,
            "name": party.upper(),
            "identity_class": "organization",
        },
        "keys": [
            {"key": key.text, "from": stamp(since), "until": None if until is None else stamp(until)}
            for key, since, until in keys
        ],
        "address": address,
        "loopback": loopback,
        "issued": stamp(issued),
    }
    signing = b"sepakat/card/1\n" + sha(card).encode()
    signers = [keys[0][0], *vouchers]
    return card | {"signatures": [{"key": key.id, "signature": key.sign_text(signing)} for key in signers]}


@dataclass
class Liar:
    """A party with a key, a card, a log for its victim, and no scruples."""

    party: str
    victim: str
    now: Callable[[], datetime]
    address: str = "https://liar.example"
    key: Key = field(init=False)
    log: list[bytes] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.key = Key(f"liar {self.party}")
        self.since = self.now() - timedelta(days=30)

    def card(self, *, issued: datetime | None = None, address: str | None = None, loopback: bool = False) -> Body:
        return signed_card(
            self.party,
            [(self.key, self.since, None)],
            issued or self.since,
            address or self.address,
            loopback=loopback,
        )

    @property
    def identity(self) -> str:
        return stix_id("identity", self.party)

    # Messages.

    def message(self, kind: str, body: Body, *, key: Key | None = None, log: bool = True, **changes: Any) -> bytes:
        """A message to the victim; `changes` replace members before it is signed."""
        self.count += 1
        said: Body = {
            "sepakat": "message/1",
            "kind": kind,
            "sender": self.party,
            "recipient": self.victim,
            "at": stamp(self.now()),
            "nonce": sha256(f"{self.party} {self.count}".encode()).hexdigest()[:32],
            "body": body,
        } | changes
        document = self.sign(said, key)
        if log:
            self.append(document)
        return document

    def sign(self, said: Mapping[str, Any], key: Key | None = None) -> bytes:
        key = key or self.key
        signature = key.sign_text(b"sepakat/message/1\n" + sha(dict(said)).encode())
        return canonical({**said, "key": key.id, "signature": signature})

    def append(self, document: bytes) -> None:
        """Log a message as sent, and keep it for whoever fetches."""
        value = json.loads(document)
        said = {name: part for name, part in value.items() if name not in ("key", "signature")}
        leaf = {
            "leaf": "message/1",
            "direction": "sent",
            "kind": value["kind"],
            "message": sha(said),
            "at": value["at"],
        }
        self.log.append(canonical(leaf))
        self.sent.append(document)

    # Requests.

    def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        key: Key | None = None,
        to: str | None = None,
        at: datetime | None = None,
        nonce: str | None = None,
        party: str | None = None,
    ) -> dict[str, str]:
        """The headers of a signed request (RFC 9421, RFC 9530)."""
        self.count += 1
        key = key or self.key
        path, mark, query = target.partition("?")
        content_digest = f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"
        covered = '("@method" "@path" "@query" "content-digest")'
        nonce = nonce or sha256(f"request {self.party} {self.count}".encode()).hexdigest()[:24]
        parameters = (
            f'{covered};created={int((at or self.now()).timestamp())};keyid="{party or self.party}/{key.id}"'
            f';alg="ed25519";nonce="{nonce}";tag="sepakat/peer/1 to {to or self.victim}"'
        )
        base = "\n".join(
            [
                f'"@method": {method}',
                f'"@path": {path}',
                f'"@query": ?{query if mark else ""}',
                f'"content-digest": {content_digest}',
                f'"@signature-params": {parameters}',
            ]
        )
        return {
            "content-digest": content_digest,
            "signature-input": f"liar={parameters}",
            "signature": f"liar=:{key.sign_text(base.encode())}:",
        }

    # The log.

    @property
    def origin(self) -> str:
        return f"sepakat/{self.party}/{self.victim}"

    def note(self, leaves: Sequence[bytes] | None = None, *, root: bytes | None = None, size: int | None = None) -> str:
        """The signed head of our log, or of any leaves."""
        leaves = self.log if leaves is None else leaves
        made = root_of([leaf_hash(leaf) for leaf in leaves]) if root is None else root
        text = f"{self.origin}\n{len(leaves) if size is None else size}\n{b64encode(made).decode()}\n"
        return f"{text}\n" + self.note_line(text)

    def note_line(self, text: str) -> str:
        name_hash = sha256(self.party.encode() + b"\n\x01" + self.key.raw).digest()[:4]
        return f"\u2014 {self.party} {b64encode(name_hash + self.key.sign(text.encode())).decode()}\n"

    def cosigned(self, note: str, at: datetime | None = None) -> str:
        """Somebody's note with our co-signature."""
        text = note.partition("\n\n")[0] + "\n"
        seconds = int((at or self.now()).timestamp())
        message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        name_hash = sha256(self.party.encode() + b"\n\x04" + self.key.raw).digest()[:4]
        line = b64encode(name_hash + seconds.to_bytes(8, "big") + self.key.sign(message)).decode()
        return f"{note}\u2014 {self.party} {line}\n"

    def statement(
        self,
        agreement: tuple[str, str],
        objects: Sequence[Mapping[str, Any]],
        *,
        tombstones: Sequence[Mapping[str, Any]] = (),
        collection: str = "liars-collection",
        origins: Sequence[str] | None = None,
        change: Callable[[Body], Body] = lambda body: body,
        **leaf_changes: Any,
    ) -> bytes:
        """Log a batch and say so in a release statement; `change` lies after the log was written."""
        made = {
            "objects": [self._entry(one) for one in objects],
            "tombstones": [self._entry(one) for one in tombstones],
        }
        leaf: Body = {
            "leaf": "release/1",
            "log": self.origin,
            "collection": collection,
            "agreement": agreement[0],
            "agreement_hash": agreement[1],
            "taker": self.victim,
            "clauses": ["S1"],
            "at": stamp(self.now()),
            "digests": [self._salted(one) for one in made["objects"]],
            "tombstones": [self._salted(one) for one in made["tombstones"]],
            "count": len(objects) + len(tombstones),
        } | leaf_changes
        index = len(self.log)
        self.log.append(canonical(leaf))
        hashes = [leaf_hash(one) for one in self.log]
        for entry in made["objects"]:
            entry |= {"origins": sorted(origins or [self.party]), "clauses": ["S1"], "variant": False}
        body = {
            "collection": collection,
            "leaf": leaf,
            "index": index,
            "size": len(self.log),
            "inclusion": [step.hex() for step in path_of(hashes, index)],
            **made,
            "checkpoint": self.note(),
        }
        return self.message("release-statement", change(body))

    def _entry(self, made: Mapping[str, Any]) -> Body:
        self.count += 1
        version = str(made.get("modified", "")).removesuffix("Z")
        # At least six digits of fraction, further zeros removed: what the reference calls a version key.
        whole, _, fraction = version.partition(".")
        key = f"{whole}.{fraction.ljust(6, '0')}" if version else ""
        salt = sha256(f"salt {self.count}".encode()).hexdigest()
        return {"id": made["id"], "version": key, "digest": object_digest(made), "salt": salt}

    @staticmethod
    def _salted(entry: Mapping[str, Any]) -> str:
        salt = bytes.fromhex(entry["salt"])
        digest = bytes.fromhex(entry["digest"])
        return sha256(b"sepakat/salted-digest/1\n" + bytes([len(salt)]) + salt + digest).hexdigest()


def object_digest(made: Mapping[str, Any]) -> str:
    """The digest of an object: without `spec_version` and what has its default (`revoked: false`)."""
    return sha({k: v for k, v in made.items() if k != "spec_version" and not (k == "revoked" and v is False)})
