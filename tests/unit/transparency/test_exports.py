"""A log in a file: what checks out was signed by the owner; everything else is refused or named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sepakat.errors import InputError, PeerError
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.cards import Card, CardKey, make_card
from sepakat.transparency.checkpoints import Checkpoint, Role, Verifier, checkpoint_text, cosign_note, sign_note
from sepakat.transparency.exports import check_export, write_export
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.leaves import MessageLeaf
from sepakat.transparency.merkle import Frontier, leaf_hash

NOW = datetime(2030, 5, 1, tzinfo=UTC)
ORIGIN = "sepakat/us/ru"


def key_of(party: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(party.encode()).digest())


def public(party: str) -> PublicKey:
    return PublicKey(key_of(party).public_key().public_bytes_raw())


def card(party: str) -> dict[str, Any]:
    identity = {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{len(party)}",
        "created": "2030-05-01T00:00:00.000Z",
        "modified": "2030-05-01T00:00:00.000Z",
        "name": party,
        "identity_class": "organization",
    }
    made = Card(PartyId(party), party, identity, (CardKey(public(party), NOW),), None, NOW)
    return make_card(made, [(public(party), key_of(party).sign)]).document()


LEAVES = [MessageLeaf("sent", "receipt", sha256(bytes([n])).hexdigest(), NOW).data for n in range(5)]


def note(size: int) -> str:
    root = Frontier().extend(leaf_hash(leaf) for leaf in LEAVES[:size]).root()
    text = checkpoint_text(Checkpoint(ORIGIN, size, root))
    signed = sign_note(text, Verifier(PartyId("us"), public("us")), key_of("us").sign)
    return cosign_note(signed, Verifier(PartyId("ru"), public("ru"), Role.COSIGNER), key_of("ru").sign, NOW)


def exported() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(write_export(ORIGIN, card("us"), card("ru"), LEAVES, [note(3), note(5)]))
    return found


def test_log_that_was_exported_checks_out_with_both_parties_named() -> None:
    found = check_export(orjson.dumps(exported()))
    assert found.report.is_sound
    assert found.report.findings == ()
    assert (found.report.size, found.report.checkpoints) == (5, 2)
    assert (found.owner.party, found.counterpart and found.counterpart.party) == ("us", "ru")


def test_log_for_a_party_without_a_node_needs_no_cosignature() -> None:
    document = exported() | {"counterpart": None}
    found = check_export(orjson.dumps(document))
    # The co-signature in it is by a key that no card vouches for.
    assert not found.report.is_sound
    assert check_export(orjson.dumps(document | {"checkpoints": []})).report.is_sound


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d | {"leaves": [*d["leaves"][1:], d["leaves"][0]]},
        lambda d: d | {"leaves": d["leaves"][:-1]},
        lambda d: d | {"checkpoints": d["checkpoints"][::-1]},
        lambda d: d | {"checkpoints": [d["checkpoints"][0].replace("\n3\n", "\n2\n"), d["checkpoints"][1]]},
        lambda d: d | {"leaves": [d["leaves"][0], "AAAA", *d["leaves"][2:]]},
    ],
    ids=["reordered", "cut short", "rolled back", "another size", "no leaf"],
)
def test_changed_log_is_not_sound(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    assert not check_export(orjson.dumps(change(exported()))).report.is_sound


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d | {"origin": "sepakat/us/fr"},
        lambda d: d | {"owner": d["counterpart"]},
        lambda d: d | {"more": 1},
        lambda d: d | {"leaves": ["*"]},
        lambda d: d | {"leaves": ["AAA"]},
        lambda d: {key: value for key, value in d.items() if key != "checkpoints"},
        lambda d: [],
    ],
    ids=["another log", "another owner", "unknown key", "no base64", "cut base64", "no checkpoints", "a list"],
)
def test_file_that_is_no_log_of_the_two_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(InputError, match="log refused"):
        check_export(orjson.dumps(change(exported())))


def test_bytes_that_are_no_json_are_refused() -> None:
    with pytest.raises(InputError, match="not JSON"):
        check_export(b"{")


def test_card_that_its_own_key_did_not_sign_is_refused() -> None:
    document = exported()
    with pytest.raises(PeerError, match="first key did not sign"):
        check_export(orjson.dumps(document | {"owner": document["owner"] | {"name": "somebody else"}}))
