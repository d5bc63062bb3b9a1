"""Parties and communities: our own card, the cards of others, partners without a node, rosters.

A first card is believed because two people compared its fingerprint; a later one because a key that we know vouches for
it. Invariant: no party ever takes the STIX identity, or the id, of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.keys import card_keys
from sepakat.exchange.messaging import CARD, compose
from sepakat.exchange.ports import Node, Signer, Unit
from sepakat.exchange.records import Community, Party
from sepakat.exchange.releasing import update_views
from sepakat.shapes import PARTY, Text
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import PartyId
from sepakat.stix.instants import format_instant
from sepakat.stix.objects import StixObject
from sepakat.transparency.cards import Card, CardKey, SignedCard, make_card, parse_card
from sepakat.transparency.keys import PublicKey, same_fingerprint
from sepakat.transparency.messages import Message

MAX_CARD = 100_000
_NAME = Text("a name", most=200)
_COUNTRY = Text("an ISO 3166-1 code of two letters", r"[A-Z]{2}")


def found_party(
    node: Node, name: str, country: str | None = None, *, address: str | None = None, loopback: bool = False
) -> Party:
    """Make this node's own party with its STIX identity and first card; done once, when the node is created.

    Raises:
        NotPermitted: the node has its party already.
        InputError: name, country or address cannot stand on a card.
    """
    now = node.clock.now()
    _check_names(node.party, name, country)
    with node.store.writing() as unit:
        if unit.parties.get(node.party) is not None:
            raise NotPermitted("party-known", f"party {node.party} refused: this node has its party already")
        identity = _identity(node, name, now)
        key = CardKey(PublicKey.parse(node.signer.public_key), now)
        card = Card(node.party, name, identity, (key,), address, now, country, loopback)
        signed = make_card(card, [(key.key, node.signer.sign)])
        party = _party_of(signed, now, is_self=True)
        unit.parties.put(party)
    return party


def issue_card(
    node: Node,
    *,
    address: str | None,
    loopback: bool = False,
    previous: Signer | None = None,
    ended: datetime | None = None,
) -> Mapping[str, Any]:
    """Make our card anew (another address, another key) and send it to everybody with a node.

    `previous` is the signer of the key before: with it the new card is vouched for, and the old key counts until now,
    or until it `ended`. Nothing is done if the card says the same already.

    Raises:
        NotPermitted: our key is another one than on our card, and the key before does not vouch for it.
        InputError: the key before was not in use when it is said to have ended.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        mine = own_party(node, unit)
        current = PublicKey.parse(node.signer.public_key)
        keys = tuple(card_keys(mine))
        if keys[0].key == current and (mine.address, mine.loopback) == (address, loopback) and mine.card is not None:
            return mine.card
        signers = [(current, node.signer.sign)]
        if keys[0].key != current:
            if previous is None or PublicKey.parse(previous.public_key) != keys[0].key:
                raise NotPermitted(
                    "key-not-vouched",
                    f"card of {node.party} refused: the node's key is not the one on its card",
                    "give the key before, so that it vouches for the new one",
                )
            signers.append((keys[0].key, previous.sign))
            keys = (CardKey(current, now), replace(keys[0], until=_end_of(keys[0], ended, now)), *keys[1:])
        card = Card(node.party, mine.name, mine.identity.content, keys, address, now, mine.country, loopback)
        signed = make_card(card, signers)
        unit.parties.put(replace(_party_of(signed, mine.added_at, is_self=True)))
        # Under the key that the others know: the new one they learn from this very message.
        known = node if previous is None else replace(node, signer=previous)
        for party in unit.parties.everyone():
            if not party.is_self and party.card is not None:
                compose(known, unit, CARD, party.id, {"card": signed.document()}, now)
        return signed.document()


def _end_of(key: CardKey, ended: datetime | None, now: datetime) -> datetime:
    end = ended or now
    if not key.since < end <= now:
        raise InputError(
            "key-end-wrong",
            f"key not changed: expected an end between {format_instant(key.since)} and now, "
            f"found {format_instant(end)}",
        )
    return end


def own_card(node: Node) -> Mapping[str, Any]:
    """Our card, as it is handed out."""
    with node.store.reading() as unit:
        card = own_party(node, unit).card
    assert card is not None
    return card


def fingerprint_of(card: Mapping[str, Any]) -> str:
    """The fingerprint that two people compare."""
    return parse_card(card).card.fingerprint


def read_card(data: bytes) -> SignedCard:
    """Read a card from a file or an answer.

    Raises:
        InputError: it is no card.
        PeerError: it is not signed by its own key.
    """
    if len(data) > MAX_CARD:
        raise InputError("card-invalid", f"card refused: more than {MAX_CARD} bytes")
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError("card-invalid", f"card refused: it is not JSON ({error})") from None
    return parse_card(document)


def add_party(
    node: Node, card: bytes | Mapping[str, Any], fingerprint: str, *, is_client: bool = False, renew: bool = False
) -> Party:
    """Add a party by its card, whose fingerprint a person compared with what the party itself says.

    `renew` takes a card whose key no earlier key vouches for (a lost key): the fingerprint alone decides then.

    Raises:
        InputError: no card, or another fingerprint than the one given.
        PeerError: the card is not signed by its own key.
        NotPermitted: the id or the STIX identity is taken, or the party is known by other keys.
    """
    signed = read_card(card if isinstance(card, bytes) else canonical_bytes(dict(card)))
    if not same_fingerprint(fingerprint, signed.card.fingerprint):
        raise InputError(
            "fingerprint-differs",
            f"card of {signed.card.party} refused: its fingerprint is not the one given",
            "ask the party, by another way than the one the card came by, to read its fingerprint to you",
        )
    now = node.clock.now()
    with node.store.writing() as unit:
        _check_is_free(unit, signed.card.party, str(signed.card.identity["id"]))
        known = unit.parties.get(signed.card.party)
        if known is not None and known.card is not None and not renew:
            _check_continues(signed, known, now)
        added_at = now if known is None else known.added_at
        party = _party_of(signed, added_at, is_client=is_client or (known is not None and known.is_client))
        unit.parties.put(party)
        update_views(node, unit, now)
    return party


def add_partner(node: Node, party: PartyId, name: str, country: str | None = None, *, is_client: bool = False) -> Party:
    """Add a partner without a node: it reads by TAXII account, and its signatures are attested.

    Raises:
        InputError: id, name or country cannot be.
        NotPermitted: the id is taken.
    """
    _check_names(party, name, country)
    now = node.clock.now()
    with node.store.writing() as unit:
        if unit.parties.get(party) is not None:
            raise NotPermitted("party-known", f"party {party} refused: a party of that id is known already")
        identity = StixObject.from_content(_identity(node, name, now))
        added = Party(party, name, country, identity, now, is_client=is_client)
        unit.parties.put(added)
        update_views(node, unit, now)
    return added


def set_client(node: Node, party: PartyId, *, is_client: bool) -> Party:
    """List a party as our client, or no longer: what came as TLP:AMBER may reach clients if its agreement says so."""
    now = node.clock.now()
    with node.store.writing() as unit:
        changed = replace(known_party(unit, party), is_client=is_client)
        unit.parties.put(changed)
        update_views(node, unit, now)
    return changed


def list_parties(node: Node) -> list[Party]:
    """All known parties by id, ours among them."""
    with node.store.reading() as unit:
        return unit.parties.everyone()


def show_party(node: Node, party: PartyId) -> Party:
    """One party.

    Raises:
        NotFound: no such party is known.
    """
    with node.store.reading() as unit:
        return known_party(unit, party)


def put_community(node: Node, community: str, members: Iterable[PartyId]) -> Community:
    """Write down a community's roster as it stands from now on; older rosters are kept.

    Raises:
        InputError: the id cannot be one, or no members are named.
        NotFound: a member is not a known party.
    """
    _check_names(PartyId(community), community, None)
    now = node.clock.now()
    roster = Community(community, tuple(sorted(set(members))), now)
    if not roster.members:
        raise InputError("community-empty", f"community {community} refused: it has no members")
    with node.store.writing() as unit:
        for member in roster.members:
            known_party(unit, member)
        unit.parties.put_roster(roster)
        update_views(node, unit, now)
    return roster


def add_member(node: Node, community: str, party: PartyId) -> Community:
    """Add one party to a community from now on.

    Raises:
        NotFound: no such community or party.
    """
    return put_community(node, community, (*show_community(node, community).members, party))


def show_community(node: Node, community: str, at: datetime | None = None) -> Community:
    """The roster of a community, today's or that of an instant.

    Raises:
        NotFound: no such community.
    """
    with node.store.reading() as unit:
        return known_community(unit, community, at)


def list_communities(node: Node) -> list[Community]:
    """The rosters of all communities, as they stand."""
    with node.store.reading() as unit:
        return unit.parties.communities()


def own_party(node: Node, unit: Unit) -> Party:
    """This node's party.

    Raises:
        NotFound: the node was never given one.
    """
    return known_party(unit, node.party)


def known_party(unit: Unit, party: PartyId) -> Party:
    """A party that we know.

    Raises:
        NotFound: we do not.
    """
    known = unit.parties.get(party)
    if known is None:
        raise NotFound("party-unknown", f"party {party} is not known here", "`sepakat party list` shows who is")
    return known


def known_community(unit: Unit, community: str, at: datetime | None = None) -> Community:
    """A community that we know.

    Raises:
        NotFound: we do not.
    """
    roster = unit.parties.roster(community, at)
    if roster is None:
        raise NotFound("community-unknown", f"community {community} is not known here", "create it with its members")
    return roster


def take_card(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `card` message: a party's new card, which a key that we know of it must vouch for."""
    signed = parse_card(message.body["card"])
    if signed.card.party != message.sender:
        raise NotPermitted("card-of-another", f"card refused: {message.sender} sent the card of another party")
    known = known_party(unit, message.sender)
    if signed.card.loopback and not (known.loopback or own_party(node, unit).loopback):
        raise NotPermitted(
            "card-loopback",
            f"card of {message.sender} refused: its address is on the loopback, which here is this machine",
            "a card for a trial on one machine is added by a person, with its fingerprint",
        )
    _check_is_free(unit, signed.card.party, str(signed.card.identity["id"]))
    _check_continues(signed, known, now)
    if known.card is not None and parse_card(known.card).card.issued > signed.card.issued:
        raise NotPermitted("card-older", f"card of {message.sender} refused: a later one is known")
    unit.parties.put(_party_of(signed, known.added_at, is_client=known.is_client))
    update_views(node, unit, now)


def _party_of(signed: SignedCard, added_at: datetime, *, is_self: bool = False, is_client: bool = False) -> Party:
    card = signed.card
    return Party(
        id=card.party,
        name=card.name,
        country=card.country,
        identity=StixObject.from_content(card.identity),
        added_at=added_at,
        is_self=is_self,
        is_client=is_client,
        card=signed.document(),
        keys=tuple(str(entry.key) for entry in card.keys if entry.until is None),
        address=card.address,
        loopback=card.loopback,
    )


def _check_is_free(unit: Unit, party: PartyId, identity: str) -> None:
    for other in unit.parties.everyone():
        if other.id == party and other.is_self:
            raise NotPermitted("party-is-self", f"card of {party} refused: that is this node's own party")
        if other.id != party and other.identity.id == identity:
            raise NotPermitted(
                "identity-taken", f"card of {party} refused: its STIX identity {identity} is that of another party"
            )


def _check_continues(signed: SignedCard, known: Party, now: datetime) -> None:
    if known.card is None:
        raise NotPermitted(
            "card-first", f"card of {known.id} refused: a first card is taken with its fingerprint compared by people"
        )
    before = parse_card(known.card).card
    if signed.card.hash == before.hash:
        return
    if signed.card.issued < before.issued:
        raise NotPermitted("card-older", f"card of {known.id} refused: a later one is known")
    if not signed.is_vouched_for(before, now):
        raise NotPermitted(
            "card-not-vouched",
            f"card of {known.id} refused: none of the keys known for it vouches for the new one",
            "if the party lost its key, compare the new fingerprint and add the card anew",
        )


def _check_names(party: PartyId, name: str, country: str | None) -> None:
    faults = [*PARTY.faults(party, "party"), *_NAME.faults(name, "name")]
    if country is not None:
        faults += _COUNTRY.faults(country, "country")
    if faults:
        raise InputError("party-invalid", f"party refused: {faults[0]}", faults=faults)


def _identity(node: Node, name: str, now: datetime) -> dict[str, Any]:
    stamp = format_instant(now)
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{node.ids.uuid()}",
        "created": stamp,
        "modified": stamp,
        "name": name,
        "identity_class": "organization",
    }
