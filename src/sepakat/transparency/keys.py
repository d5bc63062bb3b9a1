"""Public keys of parties: their text form, their fingerprint, and whether a signature holds.

Ed25519 (RFC 8032) only. Private keys and signing are left to a port: whoever signs hands in a `Sign`.
Invariant: one key has one text form; nothing but that form parses.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sepakat.errors import InputError

KEY_SIZE = 32
SIGNATURE_SIZE = 64
TEXT_PREFIX = "ed25519:"

Sign = Callable[[bytes], bytes]
"""Signs bytes with one private Ed25519 key and gives the 64 bytes of the signature."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The 32 bytes of an Ed25519 public key."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_SIZE:
            raise InputError("key-invalid", f"key refused: expected {KEY_SIZE} bytes of Ed25519, got {len(self.raw)}")

    def __str__(self) -> str:
        return TEXT_PREFIX + b64encode(self.raw).decode("ascii")

    @property
    def key_id(self) -> str:
        """SHA-256 of the key in hexadecimal: how signatures say which key made them."""
        return sha256(self.raw).hexdigest()

    @property
    def fingerprint(self) -> str:
        """The key id in groups of four, for two people to read to each other."""
        digits = self.key_id
        return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read `ed25519:BASE64`.

        Raises:
            InputError: the text is not the one form that a key has.
        """
        raw = decode_base64(text[len(TEXT_PREFIX) :]) if text.startswith(TEXT_PREFIX) else None
        if raw is None or len(raw) != KEY_SIZE:
            raise InputError("key-invalid", f"key refused: expected {TEXT_PREFIX} and the base64 of {KEY_SIZE} bytes")
        return cls(raw)


def decode_base64(text: str) -> bytes | None:
    """The bytes of standard base64 with padding; None for anything but the one form that encoding gives."""
    try:
        raw = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None
    # A decoder ignores stray bits in the last group: a second text for the same bytes would slip through.
    return raw if b64encode(raw).decode("ascii") == text else None


def same_fingerprint(said: str, fingerprint: str) -> bool:
    """Whether a fingerprint as somebody typed it (any grouping, any case) is the given one."""
    return "".join(said.split()).replace(":", "").lower() == "".join(fingerprint.split())


def verify(public_key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made with the private half of `public_key`."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key.raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
