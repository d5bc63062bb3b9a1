"""A party's card: its identity, its keys and the address of its node, signed by the party itself.

Decides what a card must say and whether it is signed by its own first key, or vouched for by a key already known
(rotation). Whether a first card is believed is for two people who compare fingerprints: a self-signature proves
possession of the key, not whose it is.
Invariant: a `Card` that `parse_card` gives is signed by the first of its keys.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any, cast

from sepakat.errors import Fault, InputError, PeerError
from sepakat.shapes import (
    HASH,
    PARTY,
    AnyObject,
    Field,
    Flag,
    Instant,
    ListOf,
    Nullable,
    OneOf,
    Record,
    Text,
    found,
    instant_text,
    join,
    json_faults,
    read_instant,
)
from sepakat.stix.canonical import digest
from sepakat.stix.identifiers import PartyId, is_stix_id, type_of
from sepakat.transparency.keys import PublicKey, Sign, decode_base64, verify

CARD_DOMAIN = b"sepakat/card/1\n"
KEY_TEXT = Text("an Ed25519 public key (ed25519:BASE64)", r"ed25519:[A-Za-z0-9+/]{43}=", 60)
SIGNATURE_TEXT = Text("the base64 of an Ed25519 signature", r"[A-Za-z0-9+/]{86}==", 88)

_ADDRESS = re.compile(r"(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?(?:/[A-Za-z0-9._~/-]*)?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CardKey:
    """One key of a party and the time for which it speaks; signatures dated outside do not count."""

    key: PublicKey
    since: datetime
    until: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        """Whether the key speaks for the party at `at`."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Card:
    """What a party says of itself."""

    party: PartyId
    name: str
    identity: Mapping[str, Any]
    keys: tuple[CardKey, ...]
    address: str | None
    issued: datetime
    country: str | None = None
    loopback: bool = False

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the first key, for two people to compare."""
        return self.keys[0].key.fingerprint

    def key(self, key_id: str) -> CardKey | None:
        """The key with this id, if the card lists it."""
        return next((entry for entry in self.keys if entry.key.key_id == key_id), None)

    def unsigned_form(self) -> dict[str, Any]:
        """The JSON form without signatures."""
        return {
            "sepakat": "card/1",
            "party": self.party,
            "name": self.name,
            "country": self.country,
            "identity": dict(self.identity),
            "keys": [
                {
                    "key": str(entry.key),
                    "from": instant_text(entry.since),
                    "until": None if entry.until is None else instant_text(entry.until),
                }
                for entry in self.keys
            ],
            "address": self.address,
            "loopback": self.loopback,
            "issued": instant_text(self.issued),
        }

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical form without signatures."""
        return digest(self.unsigned_form())

    @property
    def signing_input(self) -> bytes:
        """What a card's signatures sign."""
        return CARD_DOMAIN + self.hash.encode()


def address_fault(address: str, loopback: bool) -> str | None:
    """Why a node's address may not stand on a card; None if it may.

    What a name resolves to is for the one who connects to check.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None or int(match[3] or 1) not in range(1, 65_536):
        return "an address like https://node.example:8443 without user, query or fragment"
    host = match[2].lower().rstrip(".")
    ip = _ip_of(host)
    if ip is None and (not host or host.startswith("[") or _NUMBER.fullmatch(host.rpartition(".")[2])):
        # Resolvers read 127.1 and 2130706433 as addresses too: what only they understand is refused.
        return "a name, or an IP address in its usual form"
    at_loopback = ip.is_loopback if ip is not None else host == "localhost" or host.endswith(".localhost")
    if ip is not None and (ip.is_unspecified or ip.is_link_local or ip.is_multicast):
        return "an IP address that one node can have on a network"
    if at_loopback != loopback:
        return "a loopback address exactly if the card says loopback"
    if match[1] == "http" and not at_loopback:
        return "https, since the address is not on the loopback"
    return None


def _ip_of(host: str) -> IPv4Address | IPv6Address | None:
    try:
        if not host.startswith("["):
            return IPv4Address(host)
        ip = IPv6Address(host[1:-1])
    except ValueError:
        return None
    return ip if ip.ipv4_mapped is None else ip.ipv4_mapped


def _keys_differ(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    texts = [entry["key"] for entry in value["keys"]]
    if len(set(texts)) != len(texts):
        yield Fault(join(path, "keys"), "no key twice", "one that stands there twice")
    for index, entry in enumerate(value["keys"]):
        where = join(join(path, "keys"), index)
        if decode_base64(entry["key"].partition(":")[2]) is None:
            yield Fault(join(where, "key"), KEY_TEXT.words, found(entry["key"]))
        if entry["until"] is not None and entry["until"] <= entry["from"]:
            yield Fault(join(where, "until"), "later than from", found(entry["until"]))


def _address_is_usable(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if value["address"] is None:
        return
    fault = address_fault(value["address"], value["loopback"])
    if fault is not None:
        yield Fault(join(path, "address"), fault, found(value["address"]))


def _identity_is_one(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    identity, where = value["identity"], join(path, "identity")
    if identity.get("type") != "identity":
        yield Fault(join(where, "type"), '"identity"', found(identity.get("type")))
    identifier = identity.get("id")
    if not is_stix_id(identifier) or type_of(str(identifier)) != "identity":
        yield Fault(join(where, "id"), "an id of an identity", found(identifier))
    if not isinstance(identity.get("name"), str):
        yield Fault(join(where, "name"), "text", found(identity.get("name")))


CARD = Record(
    {
        "sepakat": Field(OneOf(("card/1",)), "the form of this document"),
        "party": Field(PARTY, "the party's short id"),
        "name": Field(Text("a name", most=200), "the party's name for people"),
        "country": Field(Nullable(Text("an ISO 3166-1 code of two letters", r"[A-Z]{2}")), "where the party belongs"),
        "identity": Field(AnyObject("a STIX identity"), "the STIX identity that stands for the party"),
        "keys": Field(
            ListOf(
                Record(
                    {
                        "key": Field(KEY_TEXT, "the public key"),
                        "from": Field(Instant(), "since when it speaks for the party"),
                        "until": Field(Nullable(Instant()), "until when; signatures dated later do not count"),
                    }
                ),
                least=1,
                most=64,
            ),
            "the party's keys; the fingerprint is that of the first",
        ),
        "address": Field(Nullable(Text("an address", most=500)), "where its node answers; null behind a firewall"),
        "loopback": Field(Flag(), "true if the address is on the loopback, for trials on one machine"),
        "issued": Field(Instant(), "when the party made this card; a later card replaces an earlier"),
        "signatures": Field(
            ListOf(
                Record(
                    {
                        "key": Field(HASH, "the id of the key that signed"),
                        "signature": Field(SIGNATURE_TEXT, "over `sepakat/card/1`, newline, hash of the rest"),
                    }
                ),
                least=1,
                most=16,
            ),
            "by the first key, and by the key before when keys are rotated",
        ),
    },
    (_keys_differ, _address_is_usable, _identity_is_one),
)


@dataclass(frozen=True, slots=True)
class SignedCard:
    """A card with its signatures, by the id of the key that made them."""

    card: Card
    signatures: tuple[tuple[str, bytes], ...]

    def document(self) -> dict[str, Any]:
        """The JSON form that is handed out."""
        return self.card.unsigned_form() | {
            "signatures": [
                {"key": key_id, "signature": b64encode(signature).decode("ascii")}
                for key_id, signature in self.signatures
            ]
        }

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether a signature of `key` stands on the card and holds."""
        return any(
            key_id == key.key_id and verify(key, self.card.signing_input, signature)
            for key_id, signature in self.signatures
        )

    def is_vouched_for(self, before: Card, at: datetime) -> bool:
        """Whether this card continues `before`: same party, not older, signed by a key that was valid then."""
        return (
            self.card.party == before.party
            and self.card.identity.get("id") == before.identity.get("id")
            and self.card.issued >= before.issued
            and any(entry.is_valid(at) and self.is_signed_by(entry.key) for entry in before.keys)
        )


def make_card(card: Card, signers: Sequence[tuple[PublicKey, Sign]]) -> SignedCard:
    """Sign a card with its first key, and with others such as the key before.

    Raises:
        InputError: the card has faults, or its first key is not among the signers.
    """
    made = SignedCard(card, tuple((key.key_id, sign(card.signing_input)) for key, sign in signers))
    return parse_card(made.document())


def parse_card(document: object) -> SignedCard:
    """Read a card and check its self-signature.

    Raises:
        InputError: it is no card, with all faults.
        PeerError: it is not signed by its own first key.
    """
    faults = tuple(json_faults(document)) or tuple(CARD.faults(document, ""))
    if faults:
        raise InputError("card-invalid", f"card refused: {faults[0]}", faults=faults)
    value = cast(Mapping[str, Any], document)
    signed = SignedCard(
        _card(value),
        tuple((entry["key"], decode_base64(entry["signature"]) or b"") for entry in value["signatures"]),
    )
    if not signed.is_signed_by(signed.card.keys[0].key):
        raise PeerError(
            "card-signature-wrong",
            f"card of {signed.card.party} refused: its first key did not sign it",
            "ask the party for its card again",
        )
    return signed


def _card(value: Mapping[str, Any]) -> Card:
    return Card(
        party=PartyId(value["party"]),
        name=value["name"],
        identity=dict(value["identity"]),
        keys=tuple(
            CardKey(PublicKey.parse(entry["key"]), _instant(entry["from"]), read_instant(entry["until"] or ""))
            for entry in value["keys"]
        ),
        address=value["address"],
        issued=_instant(value["issued"]),
        country=value["country"],
        loopback=value["loopback"],
    )


def _instant(text: str) -> datetime:
    at = read_instant(text)
    assert at is not None
    return at
