from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sepakat.errors import InputError, PeerError
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.cards import CardKey, SignedCard, address_fault, make_card, parse_card
from tests.unit.transparency.bodies import AT, IDENTITY, card, signed_card
from tests.unit.transparency.signers import IQ, RU, SIGN_IQ, SIGN_RU, SIGN_US, US

DAY = timedelta(days=1)


def test_card_reads_back_signed_by_its_first_key() -> None:
    assert parse_card(signed_card().document()) == signed_card()
    assert signed_card().is_signed_by(US)
    assert signed_card().card.fingerprint == US.fingerprint


def test_card_signed_by_another_key_is_refused() -> None:
    with pytest.raises(PeerError) as raised:
        make_card(card(), [(RU, SIGN_RU)])
    assert raised.value.code == "card-signature-wrong"


def test_card_signed_by_another_key_in_the_name_of_the_first_is_refused() -> None:
    forged = SignedCard(card(), ((US.key_id, SIGN_RU(card().signing_input)),))
    with pytest.raises(PeerError):
        parse_card(forged.document())


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Another"},
        {"address": "https://evil.example"},
        {"country": "RU"},
        {"country": None},
        {"party": "ru"},
        {"identity": IDENTITY | {"name": "Another"}},
    ],
)
def test_card_changed_after_signing_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(PeerError):
        parse_card(signed_card().document() | changes)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"party": "US"}, "party"),
        ({"party": "a--b"}, "party"),
        ({"country": "USA"}, "country"),
        ({"keys": []}, "keys"),
        ({"keys": None}, "keys"),
        ({"address": "http://us.example"}, "address"),
        ({"address": "https://127.0.0.1"}, "address"),
        ({"loopback": True}, "address"),
        ({"loopback": "yes"}, "loopback"),
        ({"identity": {}}, "identity"),
        ({"identity": IDENTITY | {"type": "note"}}, "identity.type"),
        ({"identity": IDENTITY | {"id": "note--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}}, "identity.id"),
        ({"identity": {"type": "identity", "id": IDENTITY["id"]}}, "identity.name"),
        ({"issued": "yesterday"}, "issued"),
        ({"signatures": []}, "signatures"),
        ({"extra": 1}, "extra"),
        ({"name": "\ud800"}, "name"),
    ],
)
def test_fault_of_a_card_is_named_by_its_path(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_card(signed_card().document() | changes)
    assert [fault.path for fault in raised.value.faults] == [path]
    assert raised.value.code == "card-invalid"


def test_faults_of_keys_are_named_by_their_paths() -> None:
    document = signed_card().document()
    document["keys"] = [
        {"key": str(US), "from": document["issued"], "until": document["issued"]},
        {"key": str(US), "from": document["issued"], "until": None},
        {"key": "ed25519:" + "A" * 42 + "B=", "from": document["issued"], "until": None},
    ]
    with pytest.raises(InputError) as raised:
        parse_card(document)
    assert [fault.path for fault in raised.value.faults] == ["keys", "keys.[0].until", "keys.[2].key"]


def test_card_of_a_node_behind_a_firewall_has_no_address() -> None:
    assert make_card(card(address=None), [(US, SIGN_US)]).card.address is None


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("https://us.example", False),
        ("https://10.0.0.7:8443", False),
        ("https://[2001:db8::7]:8443", False),
        ("http://node.localhost:8080", True),
        ("https://us.example:8443/node/", False),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:1", True),
        ("https://[::1]:8443", True),
    ],
)
def test_usable_address_has_no_fault(address: str, loopback: bool) -> None:
    assert address_fault(address, loopback) is None


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("http://us.example", False),
        ("ftp://us.example", False),
        ("https://user@us.example", False),
        ("https://us.example?x", False),
        ("https://us.example#x", False),
        ("https://us.example:0", False),
        ("https://us.example:65536", False),
        ("https://us.example\n", False),
        ("https://127.0.0.1.evil.example", True),
        ("https://localhost", False),
        ("https://LOCALHOST", False),
        ("", False),
        ("https://127.1", False),
        ("https://127.1", True),
        ("https://2130706433", False),
        ("https://0x7f.0.0.1", False),
        ("https://0177.0.0.1", False),
        ("https://0.0.0.0", False),
        ("https://localhost.", False),
        ("https://node.localhost", False),
        ("https://[::ffff:127.0.0.1]", False),
        ("https://[::1%25eth0]", True),
        ("https://[::1]x", True),
        ("https://169.254.169.254", False),
        ("https://[fe80::1]", False),
        ("https://224.0.0.1", False),
        ("https://.", False),
    ],
)
def test_unusable_address_has_a_fault(address: str, loopback: bool) -> None:
    assert address_fault(address, loopback) is not None


def test_key_speaks_only_for_its_time() -> None:
    key = CardKey(US, AT, AT + DAY)
    assert key.is_valid(AT)
    assert not key.is_valid(AT - DAY)
    assert not key.is_valid(AT + DAY)
    assert CardKey(US, AT).is_valid(AT + 1000 * DAY)


def test_key_is_found_by_its_id_alone() -> None:
    assert card().key(US.key_id) == CardKey(US, AT)
    assert card().key(RU.key_id) is None


def test_rotated_key_is_vouched_for_by_the_key_before() -> None:
    after = card(keys=(CardKey(RU, AT + DAY), CardKey(US, AT, AT + 2 * DAY)), issued=AT + DAY)
    rotated = make_card(after, [(RU, SIGN_RU), (US, SIGN_US)])
    assert rotated.is_vouched_for(card(), AT + DAY)


def test_card_is_not_vouched_for_without_the_key_before() -> None:
    after = card(keys=(CardKey(RU, AT + DAY),), issued=AT + DAY)
    assert not make_card(after, [(RU, SIGN_RU)]).is_vouched_for(card(), AT + DAY)
    assert not make_card(after, [(RU, SIGN_RU), (IQ, SIGN_IQ)]).is_vouched_for(card(), AT + DAY)


def test_older_card_another_party_or_an_expired_key_is_not_vouched_for() -> None:
    after = card(keys=(CardKey(RU, AT),), issued=AT)
    signers = [(RU, SIGN_RU), (US, SIGN_US)]
    assert make_card(after, signers).is_vouched_for(card(), AT)
    assert not make_card(after, signers).is_vouched_for(card(issued=AT + DAY), AT)
    assert not make_card(after, signers).is_vouched_for(card(party=PartyId("fr")), AT)
    assert not make_card(after, signers).is_vouched_for(card(keys=(CardKey(US, AT - DAY, AT),)), AT)
