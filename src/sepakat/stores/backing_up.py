"""Backups of a whole node in one encrypted file: written from one snapshot beside the serving, read back and checked.

The file is a line of text, a header with the parameters of scrypt (RFC 7914), and sealed pieces (AES-256-GCM, one key a
file): the nonce counts the pieces and marks the last one, the header is authenticated with each, so that a piece that
was changed, moved, left out or cut off is noticed. What is sealed is compressed and does not depend on the database, so
that a backup of SQLite is restored into PostgreSQL and the other way round. Without the passphrase nothing can be read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import Connection

from sepakat.errors import InputError, StoreError
from sepakat.stores.copying import Contents, Row, Summing, fill, rows_of

MAGIC = b"sepakat-backup/1\n"
COST, BLOCK, PARALLEL = 2**16, 8, 1
"""Parameters of scrypt: 64 MiB and a fraction of a second for each guess."""
SALT_BYTES, PREFIX_BYTES = 16, 7
_PIECE = 2**20
_TAG = 16
_MOST_COST = 2**20


class Header(msgspec.Struct, frozen=True):
    """What can be read of a backup without the passphrase."""

    party: str
    at: str
    revision: str
    salt: bytes
    prefix: bytes
    cost: int = COST
    block: int = BLOCK
    parallel: int = PARALLEL


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: its header, the node's files, and how many rows of each table with their digests."""

    header: Header
    files: dict[str, bytes]
    contents: Contents


def write_backup(
    to: BinaryIO, connection: Connection, header: Header, files: dict[str, bytes], passphrase: str
) -> Contents:
    """Write everything that one snapshot holds, with the node's files."""
    summing = Summing()
    sealing = _Sealing(to, header, passphrase)
    sealing.add(["files", files])
    for table, rows in rows_of(connection):
        summing.add(table, rows)
        sealing.add(["rows", table, rows])
    contents = summing.contents()
    sealing.add(["end", contents.rows, contents.digests])
    sealing.end()
    return contents


def check_backup(file: BinaryIO, passphrase: str) -> Backup:
    """Read a whole backup and compare it with the digests that it was written with.

    Raises:
        InputError: `backup-unreadable`, `backup-passphrase-wrong`, `backup-damaged`.
    """
    return _read(file, passphrase, lambda files: None, lambda table, rows: None)


def restore_backup(
    file: BinaryIO, connection: Connection, passphrase: str, take_files: Callable[[dict[str, bytes]], None]
) -> Backup:
    """Fill an empty store, in the caller's transaction; `take_files` gets the node's files first.

    Raises:
        InputError: as `check_backup`; then nothing of the transaction may be kept.
        StoreError: `backup-differs`, the store came out different.
    """
    filled = Summing()
    backup = _read(file, passphrase, take_files, lambda table, rows: fill(connection, table, rows))
    for table, rows in rows_of(connection):
        filled.add(table, rows)
    if filled.contents() != backup.contents:
        raise StoreError(
            "backup-differs", "backup not restored: the store came out different", "report this as a defect"
        )
    return backup


def read_header(file: BinaryIO) -> Header:
    """What can be read without the passphrase.

    Raises:
        InputError: `backup-unreadable`.
    """
    try:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError
        header = msgspec.msgpack.decode(file.read(_length(file)), type=Header)
        if header.cost > _MOST_COST or header.block > 32 or header.parallel > 16:
            raise ValueError
    except (ValueError, struct.error, msgspec.MsgspecError):
        raise InputError("backup-unreadable", "backup refused: it is no backup of Sepakat, or of a newer one") from None
    return header


def _read(
    file: BinaryIO,
    passphrase: str,
    take_files: Callable[[dict[str, bytes]], None],
    take_rows: Callable[[str, list[Row]], None],
) -> Backup:
    header = read_header(file)
    summing = Summing()
    files: dict[str, bytes] = {}
    stated: Contents | None = None
    for record in _records(_unsealed(file, header, passphrase)):
        if record[0] == "files":
            files = record[1]
            take_files(files)
        elif record[0] == "rows":
            rows = [tuple(row) for row in record[2]]
            summing.add(record[1], rows)
            take_rows(record[1], rows)
        else:
            stated = Contents(record[1], record[2])
    if stated is None or summing.contents() != stated:
        raise _damaged("its contents are not those that it was written with")
    return Backup(header, files, stated)


class _Sealing:
    """Compresses records and writes them in sealed pieces."""

    def __init__(self, to: BinaryIO, header: Header, passphrase: str) -> None:
        self._to = to
        encoded = msgspec.msgpack.encode(header)
        self._header = MAGIC + struct.pack(">I", len(encoded)) + encoded
        to.write(self._header)
        self._sealer, self._prefix = AESGCM(_key(header, passphrase)), header.prefix
        self._compressing = zlib.compressobj(6)
        self._waiting = bytearray()
        self._count = 0

    def add(self, record: list[Any]) -> None:
        encoded = msgspec.msgpack.encode(record)
        self._waiting += self._compressing.compress(struct.pack(">I", len(encoded)) + encoded)
        while len(self._waiting) > _PIECE:
            self._seal(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]

    def end(self) -> None:
        self._waiting += self._compressing.flush()
        while len(self._waiting) > _PIECE:
            self._seal(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        sealed = self._sealer.encrypt(_nonce(self._prefix, self._count, is_last=is_last), piece, self._header)
        self._to.write(sealed)
        self._count += 1


def _unsealed(file: BinaryIO, header: Header, passphrase: str) -> Iterator[bytes]:
    encoded = msgspec.msgpack.encode(header)
    aad = MAGIC + struct.pack(">I", len(encoded)) + encoded
    opener = AESGCM(_key(header, passphrase))
    count = 0
    piece = file.read(_PIECE + _TAG)
    while True:
        following = file.read(_PIECE + _TAG)
        try:
            yield opener.decrypt(_nonce(header.prefix, count, is_last=not following), piece, aad)
        except (InvalidTag, ValueError):
            if count == 0:
                raise InputError(
                    "backup-passphrase-wrong",
                    "backup not opened: the passphrase is wrong, or it is damaged",
                ) from None
            raise _damaged(f"piece {count} was changed, or the end is missing") from None
        if not following:
            return
        piece, count = following, count + 1


def _records(pieces: Iterator[bytes]) -> Iterator[list[Any]]:
    opening = zlib.decompressobj()
    waiting = bytearray()
    for piece in pieces:
        waiting += opening.decompress(piece)
        while len(waiting) >= 4 and len(waiting) >= 4 + (size := struct.unpack(">I", waiting[:4])[0]):
            yield msgspec.msgpack.decode(bytes(waiting[4 : 4 + size]))
            del waiting[: 4 + size]


def _key(header: Header, passphrase: str) -> bytes:
    return Scrypt(header.salt, 32, header.cost, header.block, header.parallel).derive(passphrase.encode())


def _nonce(prefix: bytes, count: int, *, is_last: bool) -> bytes:
    return prefix + struct.pack(">I", count) + bytes([is_last])


def _length(file: BinaryIO) -> int:
    size = int(struct.unpack(">I", file.read(4))[0])
    if size > 4096:
        raise ValueError
    return size


def _damaged(why: str) -> InputError:
    return InputError("backup-damaged", f"backup refused: {why}", "take an older backup")
