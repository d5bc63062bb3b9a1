from __future__ import annotations

import pytest

from sepakat.errors import InputError
from sepakat.transparency.keys import PublicKey, decode_base64, same_fingerprint, verify
from tests.unit.transparency.signers import RU, SIGN_US, US


def test_key_reads_back_from_its_text() -> None:
    assert PublicKey.parse(str(US)) == US
    assert str(US).startswith("ed25519:")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ed25519:",
        "ed25519:AAAA",
        str(US)[8:],
        str(US) + "\n",
        " " + str(US),
        str(US).replace("=", ""),
        "x25519:" + "A" * 43 + "=",
    ],
)
def test_text_of_another_form_is_no_key(text: str) -> None:
    with pytest.raises(InputError, match="key refused"):
        PublicKey.parse(text)


def test_base64_with_stray_bits_is_refused() -> None:
    assert decode_base64("AA==") == b"\0"
    assert decode_base64("AB==") is None


def test_key_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match="expected 32 bytes"):
        PublicKey(b"short")


def test_fingerprint_is_the_key_id_in_groups_of_four() -> None:
    groups = US.fingerprint.split(" ")
    assert len(groups) == 16
    assert {len(group) for group in groups} == {4}
    assert "".join(groups) == US.key_id


def test_fingerprint_may_be_typed_in_any_grouping_and_case() -> None:
    assert same_fingerprint(US.key_id.upper(), US.fingerprint)
    assert same_fingerprint(f" {US.fingerprint} ", US.fingerprint)
    assert not same_fingerprint(US.fingerprint[:-1], US.fingerprint)
    assert not same_fingerprint(RU.fingerprint, US.fingerprint)


def test_signature_holds_for_its_key_and_message_alone() -> None:
    signature = SIGN_US(b"said")
    assert verify(US, b"said", signature)
    assert not verify(US, b"Said", signature)
    assert not verify(RU, b"said", signature)
    assert not verify(US, b"said", signature[:-1])
    assert not verify(US, b"said", b"")


def test_every_changed_byte_of_a_signature_breaks_it() -> None:
    signature = SIGN_US(b"said")
    for at in range(len(signature)):
        assert not verify(US, b"said", signature[:at] + bytes([signature[at] ^ 0x80]) + signature[at + 1 :])
