"""Private keys in files of a node's folder: written once, 0600, under a passphrase if there is one.

The signing key may be changed beside a served node: `FileSigner` reads its file again when that was replaced.
Invariant: a key file is whole or not there; none is ever overwritten in place.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sepakat.errors import ConfigurationError
from sepakat.transparency.keys import PublicKey

PASSPHRASE_VARIABLE = "SEPAKAT_PASSPHRASE"  # noqa: S105 -- the name of a variable
_MAY_READ = stat.S_IRUSR | stat.S_IWUSR


class FileSigner:
    """Signs with the private key that a file holds now.

    Raises:
        ConfigurationError: the file cannot be used.
    """

    def __init__(self, path: Path, passphrase: str | None) -> None:
        self._path = path
        self._passphrase = passphrase
        # Guards the key and the stamp of the file that it was read from, for as long as the process lives.
        self._lock = Lock()
        self._key, self._stamp = read_key(path, passphrase), _stamp(path)

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def at(self, path: Path) -> FileSigner:
        """A signer with the key of another file, under the same passphrase."""
        return FileSigner(path, self._passphrase)

    def with_new_key(self, path: Path) -> FileSigner:
        """A signer with a new key in a new file, under the same passphrase."""
        write_key(path, self._passphrase)
        return self.at(path)

    @property
    def public_key(self) -> str:
        return str(PublicKey(self._current().public_key().public_bytes_raw()))

    def sign(self, data: bytes) -> bytes:
        return self._current().sign(data)

    def _current(self) -> Ed25519PrivateKey:
        with self._lock:
            stamp = _stamp(self._path)
            if stamp not in (self._stamp, None):
                self._key, self._stamp = read_key(self._path, self._passphrase), stamp
            return self._key


def write_key(path: Path, passphrase: str | None) -> None:
    """Make a key in a new file."""
    key = Ed25519PrivateKey.generate()
    how: KeySerializationEncryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MAY_READ), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """A private key; the node's secret is kept in the same form, so that the same passphrase covers it.

    Raises:
        ConfigurationError: it is missing, readable by others, encrypted without a right passphrase, or no such key.
    """
    try:
        others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        pem = path.read_bytes()
    except OSError as error:
        raise ConfigurationError("key-unreadable", f"key {path} cannot be read: {error.strerror}") from error
    if others:
        raise ConfigurationError("key-exposed", f"key {path} may be read by others", f"chmod 600 {path}")
    encrypted = b"ENCRYPTED" in pem
    if encrypted and passphrase is None:
        raise ConfigurationError(
            "passphrase-missing", f"key {path} is kept under a passphrase", f"give it in {PASSPHRASE_VARIABLE}"
        )
    try:
        key = load_pem_private_key(pem, passphrase.encode() if encrypted and passphrase else None)
    except (ValueError, TypeError) as error:
        why = "the passphrase is not the right one" if encrypted else "it is damaged"
        raise ConfigurationError("key-unusable", f"key {path} cannot be used: {why}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError("key-unusable", f"key {path} cannot be used: it is no Ed25519 key")
    return key


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes when the file is replaced; None while it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
