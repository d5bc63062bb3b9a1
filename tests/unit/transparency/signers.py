"""Keys from fixed seeds, so that the tests sign the same on every run."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sepakat.transparency.checkpoints import Role, Verifier
from sepakat.transparency.keys import PublicKey


def key_pair(seed: str) -> tuple[PublicKey, Callable[[bytes], bytes]]:
    private = Ed25519PrivateKey.from_private_bytes(seed.encode().ljust(32, b"."))
    return PublicKey(private.public_key().public_bytes_raw()), private.sign


US, SIGN_US = key_pair("us")
RU, SIGN_RU = key_pair("ru")
IQ, SIGN_IQ = key_pair("iq")

ORIGIN = "us.example/ru"
LOG = Verifier("us.example/ru", US)
PARTNER = Verifier("ru.example", RU, Role.COSIGNER)
