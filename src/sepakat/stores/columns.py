"""How values become columns: small, sorted like their text, the same on every database.

Ids, versions and digests are kept as bytes, since bytes sort alike everywhere and text sorts by the locale of the
server. Every packing is total: what has not the expected form is kept as text behind a mark, and comes back as it was.
Invariant: equal bytes if and only if equal values; for ids and version keys of the standard's form also the same order.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache, wraps
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Dialect, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator

from sepakat.errors import SepakatError, StoreError
from sepakat.stix.objects import StixObject

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_ONE = datetime(1, 1, 1)  # noqa: DTZ001 - version keys are UTC by definition and written without a zone
_MICROSECOND = timedelta(microseconds=1)

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_IS_UUID = re.compile(_UUID).fullmatch
_IS_ID = re.compile(rf"([a-z0-9]+(?:-[a-z0-9]+)*)--({_UUID})").fullmatch
_IS_HASH = re.compile(r"[0-9a-f]{64}").fullmatch
_IS_VERSION = re.compile(
    r"([0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6})([0-9]*[1-9])?"
).fullmatch

_AS_TEXT, _AS_UUID, _AS_HASH = b"\x00", b"\x01", b"\x02"
_VERSION_AS_TEXT = b"\xff"
_ID_TAIL = 18

Enumeration = TypeVar("Enumeration", bound=StrEnum)


def to_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970; an instant without a zone is refused by the subtraction."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The aware instant, UTC."""
    return _EPOCH + timedelta(microseconds=count)


@lru_cache(maxsize=4096)
def pack_id(identifier: str) -> bytes:
    """`type--` and the 16 bytes of the UUID: sorts like the text, for all ids of the standard's form."""
    match = _IS_ID(identifier)
    if match is None:
        return _AS_TEXT + identifier.encode()
    return match[1].encode() + b"--" + bytes.fromhex(match[2].replace("-", ""))


def unpack_id(packed: bytes) -> str:
    """The id that `pack_id` packed."""
    if packed[:1] == _AS_TEXT:
        return packed[1:].decode()
    tail = packed[-16:].hex()
    head = packed[:-_ID_TAIL].decode()
    return f"{head}--{tail[:8]}-{tail[8:12]}-{tail[12:16]}-{tail[16:20]}-{tail[20:]}"


def pack_version(version: str) -> bytes:
    """Eight bytes of microseconds since the year 1 and the digits beyond; nothing for the empty version."""
    if not version:
        return b""
    match = _IS_VERSION(version)
    try:
        moment = None if match is None else datetime.fromisoformat(match[1])
    except ValueError:
        moment = None
    if match is None or moment is None:
        return _VERSION_AS_TEXT + version.encode()
    microseconds = (moment - _YEAR_ONE) // _MICROSECOND
    return microseconds.to_bytes(8, "big") + (match[2] or "").encode()


def unpack_version(packed: bytes) -> str:
    """The version key that `pack_version` packed."""
    if not packed:
        return ""
    if packed[:1] == _VERSION_AS_TEXT:
        return packed[1:].decode()
    moment = _YEAR_ONE + timedelta(microseconds=int.from_bytes(packed[:8], "big"))
    return moment.isoformat(timespec="microseconds") + packed[8:].decode()


@lru_cache(maxsize=256)
def pack_text(text: str) -> bytes:
    """A mark and what it says: 16 bytes for a UUID, 32 for a SHA-256, else the text."""
    if len(text) == 64 and _IS_HASH(text):
        return _AS_HASH + bytes.fromhex(text)
    if len(text) == 36 and _IS_UUID(text):
        return _AS_UUID + UUID(text).bytes
    return _AS_TEXT + text.encode()


def unpack_text(packed: bytes) -> str:
    """The text that `pack_text` packed."""
    mark, rest = packed[:1], packed[1:]
    if mark == _AS_HASH:
        return rest.hex()
    return str(UUID(bytes=rest)) if mark == _AS_UUID else rest.decode()


def _readable(read: Callable[..., Any]) -> Callable[..., Any]:
    """What reads a value out of a column, with one error for what no writer of ours put there."""

    @wraps(read)
    def process_result_value(self: Any, value: Any, dialect: Dialect) -> Any:
        try:
            return read(self, value, dialect)
        except (ValueError, TypeError, AttributeError, ArithmeticError, msgspec.MsgspecError, SepakatError) as error:
            # The value itself is not shown: errors reach logs, and what is stored must not.
            what = type(self).__name__
            raise StoreError(
                "store-damaged", f"store damaged: a value of kind {what} is none", "stop the node and restore a backup"
            ) from error

    return process_result_value


class Instant(TypeDecorator[datetime]):
    """An aware instant as whole microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    @_readable
    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_microseconds(value)


class PackedId(TypeDecorator[str]):
    """A STIX id (see `pack_id`)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else pack_id(value)

    @_readable
    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else unpack_id(value)


class PackedVersion(TypeDecorator[str]):
    """A version key (see `pack_version`)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else pack_version(value)

    @_readable
    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else unpack_version(value)


class Packed(TypeDecorator[str]):
    """Text that mostly is a UUID or a SHA-256 (see `pack_text`)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else pack_text(value)

    @_readable
    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else unpack_text(value)


class Word(TypeDecorator[StrEnum]):
    """One word of a closed list."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else value.value

    @_readable
    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


class Nested(TypeDecorator[Any]):
    """A nested value as JSON, for what is never looked up by its parts. Sets are sorted, so that equal is equal."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape
        self._decoder = msgspec.json.Decoder(shape)

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else encode_nested(value)

    @_readable
    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else self._decoder.decode(value)


class RawObject(TypeDecorator[StixObject]):
    """A STIX object by its exact bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: StixObject | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.raw

    @_readable
    def process_result_value(self, value: bytes | None, dialect: Dialect) -> StixObject | None:
        return None if value is None else StixObject.from_bytes(value)


class Prose(TypeDecorator[str]):
    """Text of any kind. PostgreSQL keeps no NUL in text, so there it stands behind a mark."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        return without_nul if dialect.name == "postgresql" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return with_nul if dialect.name == "postgresql" else None


class Name(Prose):
    """Text that is compared and sorted by its bytes."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return Text(collation="C") if dialect.name == "postgresql" else Text()


_MARK, _MARK_ITSELF, _NUL = "\ue000", "\ue000\ue001", "\ue000\ue002"


def without_nul(text: str | None) -> str | None:
    """The same text, nothing in it NUL; equal texts stay equal, others differ."""
    if text is None or ("\0" not in text and _MARK not in text):
        return text
    return text.replace(_MARK, _MARK_ITSELF).replace("\0", _NUL)


def with_nul(text: str | None) -> str | None:
    """The text that `without_nul` was given."""
    if text is None or _MARK not in text:
        return text
    return text.replace(_NUL, "\0").replace(_MARK_ITSELF, _MARK)


def encode_nested(value: Any) -> bytes:
    """JSON in which equal values have equal bytes."""
    return _ENCODER.encode(value)


_ENCODER = msgspec.json.Encoder(order="deterministic")
