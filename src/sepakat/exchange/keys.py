"""Which keys speak for a party at an instant: what its verified card says, never what a message says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sepakat.exchange.records import Party
from sepakat.shapes import read_instant
from sepakat.transparency.cards import CardKey
from sepakat.transparency.keys import PublicKey


def card_keys(party: Party) -> Iterator[CardKey]:
    """All keys of the party's card with the time for which each counts, in the order of the card."""
    for entry in () if party.card is None else party.card["keys"]:
        since = read_instant(entry["from"])
        # A card was checked when it was taken; one that is damaged since gives no key.
        if since is not None:
            yield CardKey(PublicKey.parse(entry["key"]), since, read_instant(entry["until"] or ""))


def valid_keys(party: Party, at: datetime) -> tuple[PublicKey, ...]:
    """The keys that speak for the party at `at`; none for a party without a card."""
    return tuple(entry.key for entry in card_keys(party) if entry.is_valid(at))


def key_by_id(party: Party, key_id: str, at: datetime) -> PublicKey | None:
    """The party's key with this id, if it counts at `at`."""
    return next((key for key in valid_keys(party, at) if key.key_id == key_id), None)
