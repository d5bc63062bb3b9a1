"""Checkpoints of a log as signed notes, co-signed by the partner.

Follows C2SP signed-note (text, key ids, signature lines), tlog-checkpoint (origin, size, root) and tlog-cosignature
(`cosignature/v1`: the partner's signature with the time at which it saw the tree). Keeps nothing; who may sign
for which log is the caller's list of verifiers.
Invariant: what `open_note` gives back was signed by a known key, and every known key's line on it holds.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256

from sepakat.errors import InputError, PeerError
from sepakat.transparency.keys import SIGNATURE_SIZE, PublicKey, Sign, decode_base64, verify
from sepakat.transparency.merkle import HASH_SIZE

MAX_NOTE_LENGTH = 65_536
MAX_SIGNATURES = 64
_DASH = "\u2014 "
_COSIGNED = "cosignature/v1\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of one log at one size: whose log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes


class Role(Enum):
    """What a signature on a note means; the value is the C2SP signature type byte."""

    LOG = 0x01
    COSIGNER = 0x04


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key that may sign notes: under which name, in which role."""

    name: str
    key: PublicKey
    role: Role = Role.LOG

    @property
    def note_key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, type byte and key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.role.value]) + self.key.raw).digest()[:4]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a note that was checked and holds; `at` is what a co-signer says."""

    verifier: Verifier
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note that was opened: its text, the signatures that hold, the lines of keys that nobody here knows."""

    text: str
    signatures: tuple[Signature, ...]
    unknown: tuple[str, ...] = ()

    def signed_by(self, role: Role) -> tuple[Signature, ...]:
        """The signatures of one role."""
        return tuple(signature for signature in self.signatures if signature.verifier.role is role)


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The text that a log signs: origin, size in decimal, root in base64, each on its line.

    Raises:
        InputError: the checkpoint has no such text (an origin of two lines, a negative size, a root of another length).
    """
    origin_fault = _origin_fault(checkpoint.origin)
    if origin_fault:
        raise _refused(origin_fault)
    if checkpoint.size < 0 or len(checkpoint.root) != HASH_SIZE:
        raise _refused(f"a size of {checkpoint.size} and a root of {len(checkpoint.root)} bytes")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode('ascii')}\n"


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint, strictly: exactly three lines (extension lines are not used here).

    Raises:
        InputError: the text is not a checkpoint; the message says which line and why.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise _refused(f"expected three lines of text, found {max(len(lines) - 1, 0)}")
    origin, size, root = lines[:3]
    origin_fault = _origin_fault(origin)
    if origin_fault:
        raise _refused(origin_fault)
    if not (size.isascii() and size.isdigit()) or (size.startswith("0") and size != "0") or len(size) > 18:
        raise _refused("the second line is not a tree size in decimal without leading zeros")
    raw = decode_base64(root)
    if raw is None or len(raw) != HASH_SIZE:
        raise _refused(f"the third line is not the base64 of a root hash of {HASH_SIZE} bytes")
    return Checkpoint(origin, int(size), raw)


def sign_note(text: str, verifier: Verifier, sign: Sign) -> str:
    """The note with `text` and one signature of role LOG, made by `sign` for the key of `verifier`.

    Raises:
        InputError: the text cannot be a note's, the name not a key's, or the verifier is a co-signer's.
    """
    fault = _text_fault(text) or _name_fault(verifier.name)
    if fault:
        raise _refused(fault)
    if verifier.role is not Role.LOG:
        raise _refused("a co-signer's key signs with the time: use cosign_note")
    return f"{text}\n{_signature_line(verifier, _signed(sign, text.encode()))}"


def cosign_note(note: str, verifier: Verifier, sign: Sign, at: datetime) -> str:
    """The same note with one more line: the partner's signature that says when it saw this checkpoint.

    The caller has opened the note and checked consistency before: this only writes the line. A line of the same
    key is replaced, so co-signing twice leaves one.

    Raises:
        InputError: the note is malformed, the name is not a key's, or the verifier is a log's.
    """
    text, lines = _split(note)
    name_fault = _name_fault(verifier.name)
    if name_fault:
        raise _refused(name_fault)
    if verifier.role is not Role.COSIGNER:
        raise _refused("a log's key signs without the time: use sign_note")
    seconds = int(at.timestamp())
    if seconds < 0:
        raise _refused("a co-signature of before 1970")
    signature = seconds.to_bytes(8, "big") + _signed(sign, _cosigned_message(text, seconds))
    kept = [line.text for line in lines if (line.name, line.key_id) != (verifier.name, verifier.note_key_id)]
    return f"{text}\n" + "".join(f"{line}\n" for line in kept) + _signature_line(verifier, signature)


def open_note(note: str, verifiers: Iterable[Verifier]) -> Note:
    """Check every signature of a known key on `note` and give back what was signed.

    Lines of unknown keys are not evidence of anything: they are kept as text in `unknown`.

    Raises:
        InputError: the note is malformed; the message says what and where.
        PeerError: no known key signed it, or a known key's signature does not hold.
    """
    text, lines = _split(note)
    known = {(verifier.name, verifier.note_key_id): verifier for verifier in verifiers}
    signatures: list[Signature] = []
    unknown: list[str] = []
    for line in lines:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            unknown.append(line.text)
        else:
            signatures.append(_check(text, line, verifier))
    if not signatures:
        raise PeerError(
            "note-unsigned", "note refused: no known key signed it", "compare the partner's keys with those on its card"
        )
    return Note(text, tuple(signatures), tuple(unknown))


def check_note(note: str) -> None:
    """Whether `note` is one by its form, whoever signed it.

    Raises:
        InputError: the note is malformed; the message says what and where.
    """
    _split(note)


def open_checkpoint(note: str, verifiers: Iterable[Verifier], origin: str) -> tuple[Checkpoint, Note]:
    """Open a note as a checkpoint of the log `origin`; a co-signature without the log's own does not do.

    Raises:
        InputError: the note or its text is malformed.
        PeerError: a signature does not hold, the log did not sign, or it is another log's.
    """
    opened = open_note(note, verifiers)
    checkpoint = parse_checkpoint_text(opened.text)
    if checkpoint.origin != origin:
        raise PeerError("checkpoint-of-another-log", f"checkpoint refused: expected one of log {origin}")
    if not opened.signed_by(Role.LOG):
        raise PeerError("checkpoint-unsigned", f"checkpoint of log {origin} refused: the log itself did not sign it")
    return checkpoint, opened


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    name: str
    key_id: bytes
    signature: bytes


def _split(note: str) -> tuple[str, list[_Line]]:
    if len(note) > MAX_NOTE_LENGTH:
        raise _refused(f"longer than {MAX_NOTE_LENGTH} characters")
    at = note.rfind("\n\n")
    if at < 0:
        raise _refused("no blank line between the text and the signatures")
    text, tail = note[: at + 1], note[at + 2 :]
    fault = _text_fault(text)
    if fault:
        raise _refused(fault)
    if not tail.endswith("\n"):
        raise _refused("no signature line, or the last one has no newline")
    rows = tail[:-1].split("\n")
    if len(rows) > MAX_SIGNATURES:
        raise _refused(f"more than {MAX_SIGNATURES} signature lines")
    lines = [_parse_line(number, row) for number, row in enumerate(rows, 1)]
    if len({(line.name, line.key_id) for line in lines}) != len(lines):
        raise _refused("two signature lines of the same key")
    return text, lines


def _parse_line(number: int, row: str) -> _Line:
    name, space, encoded = row.removeprefix(_DASH).partition(" ")
    if not row.startswith(_DASH) or not space:
        raise _refused(f"signature line {number} is not a dash, a key name and a signature")
    name_fault = _name_fault(name)
    if name_fault:
        raise _refused(f"signature line {number}: {name_fault}")
    raw = decode_base64(encoded)
    if raw is None or len(raw) < 5:
        raise _refused(f"signature line {number} does not end in the base64 of a key id and a signature")
    return _Line(row, name, raw[:4], raw[4:])


def _check(text: str, line: _Line, verifier: Verifier) -> Signature:
    if verifier.role is Role.LOG:
        if not verify(verifier.key, text.encode(), line.signature):
            raise _does_not_hold(verifier)
        return Signature(verifier)
    seconds = int.from_bytes(line.signature[:8], "big")
    message = _cosigned_message(text, seconds)
    if len(line.signature) != 8 + SIGNATURE_SIZE or not verify(verifier.key, message, line.signature[8:]):
        raise _does_not_hold(verifier)
    try:
        return Signature(verifier, datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, OSError, ValueError):
        raise _refused(f"the co-signature of {verifier.name} is of no time that a calendar has") from None


def _cosigned_message(text: str, seconds: int) -> bytes:
    return f"{_COSIGNED}time {seconds}\n{text}".encode()


def _signature_line(verifier: Verifier, signature: bytes) -> str:
    return f"{_DASH}{verifier.name} {b64encode(verifier.note_key_id + signature).decode('ascii')}\n"


def _signed(sign: Sign, message: bytes) -> bytes:
    signature = sign(message)
    if len(signature) != SIGNATURE_SIZE:
        raise _refused(f"the signer gave {len(signature)} bytes, an Ed25519 signature has {SIGNATURE_SIZE}")
    return signature


def _text_fault(text: str) -> str | None:
    if not text.endswith("\n") or text == "\n":
        return "the text is empty or does not end in a newline"
    if any(character < " " and character != "\n" for character in text):
        return "a control character in the text"
    if not _is_utf8(text):
        return "the text is not Unicode that UTF-8 can carry"
    return None


def _name_fault(name: str) -> str | None:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name) or not _is_utf8(name):
        return "a key name is not empty and has no space, control character or plus"
    return None


def _origin_fault(origin: str) -> str | None:
    if not origin or any(character < " " for character in origin) or not _is_utf8(origin):
        return "the first line, the log's origin, is empty or not text"
    return None


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _refused(why: str) -> InputError:
    return InputError("note-malformed", f"note refused: {why}")


def _does_not_hold(verifier: Verifier) -> PeerError:
    return PeerError(
        "note-signature-wrong",
        f"note refused: the signature of {verifier.name} does not hold for its text",
        "ask the partner for the checkpoint again and compare; keep both as evidence",
    )
