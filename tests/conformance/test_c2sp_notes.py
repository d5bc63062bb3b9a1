"""C2SP signed-note, tlog-checkpoint and tlog-cosignature: the examples that these pages print, byte for byte."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

from sepakat.transparency.checkpoints import Role, Verifier, check_note, open_note, parse_checkpoint_text
from sepakat.transparency.keys import PublicKey

EXAMPLE = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
    "zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0"
    "xUe+mbIUBkBIfZ+qnA==\n"
)


def test_printed_example_is_a_note_by_its_form() -> None:
    check_note(EXAMPLE)


def test_printed_example_reads_as_a_checkpoint() -> None:
    checkpoint = parse_checkpoint_text(EXAMPLE.partition("\n\n")[0] + "\n")
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root == b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")


def test_key_id_hashes_name_newline_type_and_key() -> None:
    key = PublicKey(bytes(range(32)))
    for role, byte in ((Role.LOG, b"\x01"), (Role.COSIGNER, b"\x04")):
        expected = sha256(b"example.com/log\n" + byte + key.raw).digest()[:4]
        assert Verifier("example.com/log", key, role).note_key_id == expected


def test_key_id_of_a_published_verifier_key_is_the_published_one() -> None:
    # The checksum database of the Go project: sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8
    raw = b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert raw[0] == Role.LOG.value
    assert Verifier("sum.golang.org", PublicKey(raw[1:])).note_key_id.hex() == "033de0ae"


def test_signature_that_the_go_checksum_database_made_verifies() -> None:
    # The printed example is a tree head of that database under another name: with its own names, the signature holds.
    raw = b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    verifier = Verifier("sum.golang.org", PublicKey(raw[1:]))
    text = "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    line = EXAMPLE.split("\n")[4].replace("example.com/behind-the-sofa", "sum.golang.org")
    opened = open_note(f"{text}\n{line}\n", [verifier])
    assert [signature.verifier for signature in opened.signatures] == [verifier]
