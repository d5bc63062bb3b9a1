"""The one shape of a message between nodes: made, hashed, signed and read.

Decides what a message must look like, what its hash and signature cover, and whether a signature holds for a given
key. Whose key that is, whether it was valid then, and whether the sender may say this is left to `exchange`; the key
never comes out of the message.
Invariant: two messages with the same hash say the same; the hash covers everything but key id and signature.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sepakat.errors import Fault, InputError
from sepakat.shapes import (
    HASH,
    PARTY,
    AnyObject,
    Field,
    Hex,
    Instant,
    ListOf,
    Nullable,
    OneOf,
    Record,
    Shape,
    found,
    instant_text,
    json_faults,
    read_instant,
)
from sepakat.stix.canonical import digest
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.cards import SIGNATURE_TEXT
from sepakat.transparency.keys import PublicKey, Sign, decode_base64, verify
from sepakat.transparency.kinds import KINDS

MESSAGE_DOMAIN = b"sepakat/message/1\n"
MAX_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Message:
    """What one party says to another. `nonce` (hexadecimal) keeps two equal statements apart."""

    kind: str
    sender: PartyId
    recipient: PartyId
    at: datetime
    nonce: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A message with the id of the key that is said to have signed it, and the signature."""

    message: Message
    key_id: str
    signature: bytes
    _hash: list[str] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def hash(self) -> str:
        """The message's hash, by which it is idempotent."""
        # Worked out once: the message never changes, and a release statement is long.
        if not self._hash:
            self._hash.append(message_hash(self.message))
        return self._hash[0]

    def document(self) -> dict[str, Any]:
        """The JSON form that travels."""
        return unsigned_form(self.message) | {
            "key": self.key_id,
            "signature": b64encode(self.signature).decode("ascii"),
        }

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether the message names this key and its signature holds."""
        return self.key_id == key.key_id and verify(key, MESSAGE_DOMAIN + self.hash.encode(), self.signature)


def unsigned_form(message: Message) -> dict[str, Any]:
    """The JSON form without key id and signature."""
    return {
        "sepakat": "message/1",
        "kind": message.kind,
        "sender": message.sender,
        "recipient": message.recipient,
        "at": instant_text(message.at),
        "nonce": message.nonce,
        "body": dict(message.body),
    }


def message_hash(message: Message) -> str:
    """SHA-256 of the canonical unsigned form, in hexadecimal."""
    return digest(unsigned_form(message))


def signing_input(message: Message) -> bytes:
    """What the signature signs: a prefix that no other signature of Sepakat has, and the hash."""
    return MESSAGE_DOMAIN + message_hash(message).encode()


def sign_message(message: Message, key: PublicKey, sign: Sign, *, is_made_here: bool = False) -> SignedMessage:
    """Sign a message. The form of a long one that this program itself put together from typed values is not looked at.

    Raises:
        InputError: the message has faults; nothing is signed then.
    """
    faults = () if is_made_here else tuple(message_faults(unsigned_form(message), signed=False))
    if faults:
        raise _refused(faults)
    hash_ = message_hash(message)
    signed = SignedMessage(message, key.key_id, sign(MESSAGE_DOMAIN + hash_.encode()))
    signed._hash.append(hash_)
    return signed


_ENVELOPE = {
    "sepakat": Field(OneOf(("message/1",)), "the form of this document"),
    "kind": Field(OneOf(tuple(KINDS)), "what kind of message it is"),
    "sender": Field(PARTY, "who says it"),
    "recipient": Field(PARTY, "to whom"),
    "at": Field(Instant(), "when it was signed"),
    "nonce": Field(Hex("a nonce of 16 to 32 bytes in hexadecimal", 16, 32), "chosen at random by the sender"),
    "body": Field(AnyObject(), "what it says, by kind"),
}
_SIGNED = {
    "key": Field(HASH, "the id of the signing key: SHA-256 of its 32 bytes"),
    "signature": Field(SIGNATURE_TEXT, "over `sepakat/message/1`, newline, message hash"),
}
MESSAGE = Record(_ENVELOPE | _SIGNED)
_UNSIGNED = Record(_ENVELOPE)


def message_faults(document: object, *, signed: bool = True) -> list[Fault]:
    """Everything that is wrong with a message's form, the first hundred faults of it."""
    faults = list(json_faults(document))
    if not faults:
        faults = list((MESSAGE if signed else _UNSIGNED).faults(document, ""))
        if isinstance(document, Mapping):
            kind = document.get("kind")
            if isinstance(kind, str) and kind in KINDS and isinstance(document.get("body"), Mapping):
                faults += KINDS[kind].body.faults(document["body"], "body")
    return faults[:MAX_FAULTS]


def parse_message(document: object) -> SignedMessage:
    """Read a message strictly; the signature is not checked here, since the key is not in the message.

    Raises:
        InputError: it is no message (`message-kind-unknown` for a kind that is not known), with all faults.
    """
    faults = message_faults(document)
    if faults:
        raise _refused(tuple(faults), document)
    value = cast(Mapping[str, Any], document)
    at, signature = read_instant(value["at"]), decode_base64(value["signature"])
    assert at is not None
    if signature is None:
        fault = Fault("signature", SIGNATURE_TEXT.words, found(value["signature"]))
        raise _refused((fault,))
    message = Message(
        value["kind"], PartyId(value["sender"]), PartyId(value["recipient"]), at, value["nonce"], value["body"]
    )
    return SignedMessage(message, value["key"], signature)


def _refused(faults: tuple[Fault, ...], document: object = None) -> InputError:
    kind = document.get("kind") if isinstance(document, Mapping) else None
    if isinstance(kind, str) and kind not in KINDS:
        return InputError(
            "message-kind-unknown", f"message refused: kind {found(kind)} is not known here", faults=faults
        )
    more = "" if len(faults) == 1 else f" (and {len(faults) - 1} more faults)"
    return InputError("message-invalid", f"message refused: {faults[0]}{more}", faults=faults)


def reference_page() -> str:
    """The page `docs/reference/messages.md`, from the tables that check messages."""
    parts = [
        "# Messages between nodes",
        "Objects travel by TAXII 2.1; everything else that nodes say to each other is a message of this one shape. "
        "This page is generated from the table that checks every message. An unknown kind, an unknown key or a "
        "missing one makes the whole message invalid, and all faults are named by their paths.",
        _table(MESSAGE),
        "The hash of a message is SHA-256 of its canonical form (RFC 8785) without `key` and `signature`. The "
        "signature is Ed25519 over the text `sepakat/message/1`, a newline, and the hash in hexadecimal. A message is "
        "idempotent by its hash. The key is looked up on the sender's card by its id, never taken from the message.",
        "`POST /peer/v1/messages` hands one in. `GET /peer/v1/messages?after=N` gives those for the asker after its "
        "first N. `GET /peer/v1/mirror?after=N&beside=K` gives the asker back what it said itself: the leaves of its "
        "log after the first N with their messages, and after the first K messages those of which the log has no leaf "
        "here yet; a node asks for it after a restore. Every request is signed (RFC 9421) and names its recipient.",
        "## Kinds",
    ]
    for kind in KINDS.values():
        parts += [f"### {kind.name}", kind.about[0].upper() + kind.about[1:] + ".", _table(kind.body)]
    return "\n\n".join(parts) + "\n"


def _table(record: Record) -> str:
    return "\n".join(["| member | value | meaning |", "|---|---|---|", *_rows(record, "")])


def _rows(record: Record, prefix: str) -> list[str]:
    rows = []
    for name, member in record.fields.items():
        shape, mark, words = member.shape, "", member.shape.words
        inner = _inner(shape)
        if isinstance(shape, ListOf):
            mark = ".[]"
        if inner is not None:
            words = f"a list of {shape.least} to {shape.most}" if isinstance(shape, ListOf) else "an object"
        optional = "; may be absent" if member.optional else ""
        rows.append(f"| `{prefix}{name}` | {words}{optional} | {member.about} |")
        if inner is not None:
            rows += _rows(inner, f"{prefix}{name}{mark}.")
    return rows


def _inner(shape: Shape) -> Record | None:
    if isinstance(shape, ListOf | Nullable):
        return _inner(shape.item if isinstance(shape, ListOf) else shape.shape)
    return shape if isinstance(shape, Record) else None


__all__ = [
    "KINDS",
    "MESSAGE_DOMAIN",
    "Message",
    "SignedMessage",
    "message_faults",
    "message_hash",
    "parse_message",
    "reference_page",
    "sign_message",
    "signing_input",
    "unsigned_form",
]
