from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.errors import InputError, PeerError, SepakatError
from sepakat.transparency.checkpoints import (
    Checkpoint,
    Role,
    Verifier,
    checkpoint_text,
    cosign_note,
    open_checkpoint,
    open_note,
    parse_checkpoint_text,
    sign_note,
)
from sepakat.transparency.merkle import EMPTY_ROOT, leaf_hash
from tests.unit.transparency.signers import IQ, LOG, ORIGIN, PARTNER, RU, SIGN_IQ, SIGN_RU, SIGN_US, US

AT = datetime(2014, 10, 14, 9, 30, tzinfo=UTC)
CHECKPOINT = Checkpoint(ORIGIN, 3, leaf_hash(b"any"))
TEXT = checkpoint_text(CHECKPOINT)
NOTE = sign_note(TEXT, LOG, SIGN_US)
COSIGNED = cosign_note(NOTE, PARTNER, SIGN_RU, AT)


def test_checkpoint_is_three_lines() -> None:
    assert checkpoint_text(Checkpoint("us.example/ru", 0, EMPTY_ROOT)) == (
        "us.example/ru\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    )


@given(st.integers(0, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_checkpoint_reads_back(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    assert parse_checkpoint_text(checkpoint_text(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "three lines"),
        ("a\n1\n", "three lines"),
        (TEXT + "extension\n", "three lines"),
        (TEXT[:-1], "three lines"),
        ("\n" + TEXT.partition("\n")[2], "first line"),
        (TEXT.replace("\n3\n", "\n03\n"), "second line"),
        (TEXT.replace("\n3\n", "\n-3\n"), "second line"),
        (TEXT.replace("\n3\n", "\n+3\n"), "second line"),
        (TEXT.replace("\n3\n", "\n\u0663\n"), "second line"),
        (TEXT.replace("\n3\n", "\n" + "9" * 19 + "\n"), "second line"),
        ("a\n1\nAAAA\n", "third line"),
        (TEXT.replace("=", "", 1), "third line"),
    ],
)
def test_malformed_checkpoint_is_refused_with_words(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_checkpoint_text(text)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("two\nlines", 1, EMPTY_ROOT),
        Checkpoint("", 1, EMPTY_ROOT),
        Checkpoint("a", -1, EMPTY_ROOT),
        Checkpoint("a", 1, b"short"),
        Checkpoint("\ud800", 1, EMPTY_ROOT),
    ],
)
def test_checkpoint_that_has_no_text_is_refused(checkpoint: Checkpoint) -> None:
    with pytest.raises(InputError, match="note refused"):
        checkpoint_text(checkpoint)


def test_signed_and_cosigned_note_opens_with_both_signatures() -> None:
    checkpoint, note = open_checkpoint(COSIGNED, [LOG, PARTNER], ORIGIN)
    assert checkpoint == CHECKPOINT
    assert [signature.verifier for signature in note.signed_by(Role.LOG)] == [LOG]
    assert [(signature.verifier, signature.at) for signature in note.signed_by(Role.COSIGNER)] == [(PARTNER, AT)]


def test_text_with_an_empty_line_is_split_at_the_last_one() -> None:
    assert open_note(sign_note("one\n\ntwo\n", LOG, SIGN_US), [LOG]).text == "one\n\ntwo\n"


def test_cosigning_twice_leaves_one_line() -> None:
    again = cosign_note(COSIGNED, PARTNER, SIGN_RU, datetime(2015, 1, 1, tzinfo=UTC))
    (signature,) = open_note(again, [LOG, PARTNER]).signed_by(Role.COSIGNER)
    assert signature.at == datetime(2015, 1, 1, tzinfo=UTC)
    assert again.count("\u2014") == 2


def test_signature_of_an_unknown_key_is_kept_apart_and_proves_nothing() -> None:
    note = open_note(COSIGNED, [LOG])
    assert len(note.unknown) == 1
    assert note.signed_by(Role.COSIGNER) == ()
    with pytest.raises(PeerError) as raised:
        open_note(NOTE, [Verifier(LOG.name, RU)])
    assert raised.value.code == "note-unsigned"


def test_known_name_with_anothers_key_does_not_open_a_note() -> None:
    forged = sign_note(TEXT, Verifier(LOG.name, IQ), SIGN_IQ)
    with pytest.raises(PeerError, match="no known key"):
        open_note(forged, [LOG])


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    forged = cosign_note(NOTE, PARTNER, SIGN_IQ, AT)
    with pytest.raises(PeerError) as raised:
        open_note(forged, [LOG, PARTNER])
    assert raised.value.code == "note-signature-wrong"
    assert PARTNER.name in raised.value.message


def test_log_signature_does_not_count_as_a_cosignature() -> None:
    assert LOG.note_key_id != Verifier(LOG.name, US, Role.COSIGNER).note_key_id
    with pytest.raises(PeerError, match="no known key"):
        open_note(NOTE, [Verifier(LOG.name, US, Role.COSIGNER)])


def test_cosignature_alone_is_no_checkpoint_of_the_log() -> None:
    only = TEXT + "\n" + COSIGNED.splitlines(keepends=True)[-1]
    with pytest.raises(PeerError) as raised:
        open_checkpoint(only, [LOG, PARTNER], ORIGIN)
    assert raised.value.code == "checkpoint-unsigned"


def test_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(PeerError) as raised:
        open_checkpoint(NOTE, [LOG], "us.example/fr")
    assert raised.value.code == "checkpoint-of-another-log"


def test_time_of_a_cosignature_is_signed() -> None:
    other = cosign_note(NOTE, PARTNER, SIGN_RU, datetime(2014, 10, 15, tzinfo=UTC))

    def raw(note: str) -> bytes:
        return b64decode(note.splitlines()[-1].split(" ")[2])

    mixed = raw(other)[:12] + raw(COSIGNED)[12:]
    line = f"\u2014 {PARTNER.name} {b64encode(mixed).decode()}\n"
    with pytest.raises(PeerError, match="does not hold"):
        open_note(NOTE + line, [LOG, PARTNER])


@given(st.integers(0, len(COSIGNED.encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_is_noticed(at: int, flip: int) -> None:
    raw = bytearray(COSIGNED.encode())
    raw[at] ^= flip
    try:
        _, note = open_checkpoint(raw.decode(), [LOG, PARTNER], ORIGIN)
    except (SepakatError, UnicodeDecodeError):
        return
    assert note.unknown or not note.signed_by(Role.COSIGNER)


LINE = NOTE.splitlines(keepends=True)[-1]


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("", "no blank line"),
        ("text\n", "no blank line"),
        (TEXT + LINE, "no blank line"),
        (TEXT + "\n", "no signature line|no blank line"),
        ("\n\n" + LINE, "empty"),
        (NOTE[:-1], "newline"),
        (NOTE.replace("\u2014 ", "- "), "signature line 1"),
        (NOTE.replace("\u2014 ", "\u2014"), "signature line 1"),
        (NOTE.replace(LOG.name + " ", LOG.name + "  "), "signature line 1"),
        (TEXT + "\n\u2014 a+b " + LINE.split(" ")[2], "key name"),
        (TEXT + "\n\u2014 a\u00a0b " + LINE.split(" ")[2], "key name"),
        (TEXT + "\n\u2014  " + LINE.split(" ")[2], "key name"),
        (TEXT + "\n\u2014 name AAAA\n", "base64"),
        (TEXT + "\n\u2014 name not!base64\n", "base64"),
        (TEXT + "\n\u2014 name\n", "signature line 1"),
        (NOTE + LINE, "same key"),
        (NOTE.replace("\n3\n", "\n3\t\n"), "control character"),
        (NOTE.replace("\n", "\r\n"), "no blank line"),
        (NOTE + "trailing\n", "signature line 2"),
        ("a" * 70_000, "longer than"),
        (TEXT + "\n" + "".join(f"\u2014 n{n} AAAAAAAA\n" for n in range(65)), "more than 64"),
        ("\ud800\n\n" + LINE, "Unicode"),
    ],
)
def test_malformed_note_is_refused_with_words(note: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as raised:
        open_note(note, [LOG])
    assert raised.value.code == "note-malformed"


def test_note_with_sixteen_signatures_is_accepted() -> None:
    note = NOTE + "".join(f"\u2014 witness{n} AAAAAAAA\n" for n in range(15))
    assert len(open_note(note, [LOG]).unknown) == 15


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "\ud800"])
def test_key_name_that_no_note_can_carry_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="key name"):
        sign_note(TEXT, Verifier(name, US), SIGN_US)


def test_each_role_signs_in_its_own_way() -> None:
    with pytest.raises(InputError, match="cosign_note"):
        sign_note(TEXT, PARTNER, SIGN_RU)
    with pytest.raises(InputError, match="sign_note"):
        cosign_note(NOTE, LOG, SIGN_US, AT)


def test_signer_that_gives_no_ed25519_signature_is_refused() -> None:
    with pytest.raises(InputError, match="gave 3 bytes"):
        sign_note(TEXT, LOG, lambda _: b"abc")


def test_cosignature_of_before_1970_is_refused() -> None:
    with pytest.raises(InputError, match="1970"):
        cosign_note(NOTE, PARTNER, SIGN_RU, datetime(1960, 1, 1, tzinfo=UTC))
