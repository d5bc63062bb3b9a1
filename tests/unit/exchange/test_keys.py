"""Which keys count for a party, by its card and the instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sepakat.exchange.keys import card_keys, key_by_id, valid_keys
from sepakat.exchange.records import Party
from sepakat.stix.identifiers import PartyId
from sepakat.stix.objects import StixObject
from sepakat.transparency.keys import PublicKey

SINCE = datetime(2030, 1, 1, tzinfo=UTC)
CHANGED = datetime(2030, 4, 1, tzinfo=UTC)
OLD, NEW = PublicKey(b"o" * 32), PublicKey(b"n" * 32)


def party(*keys: tuple[PublicKey, datetime, datetime | None]) -> Party:
    def text(at: datetime | None) -> str | None:
        return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    card = {"keys": [{"key": str(key), "from": text(since), "until": text(until)} for key, since, until in keys]}
    identity = StixObject.from_content({"type": "identity", "id": "identity--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e000"})
    return Party(PartyId("us"), "US", None, identity, SINCE, card=card)


def test_key_counts_from_its_beginning_until_its_end() -> None:
    us = party((NEW, CHANGED, None), (OLD, SINCE, CHANGED))
    moment = timedelta(microseconds=1)
    assert valid_keys(us, SINCE - moment) == ()
    assert valid_keys(us, CHANGED - moment) == (OLD,)
    assert valid_keys(us, CHANGED) == (NEW,)


def test_key_is_found_by_its_id_while_it_counts() -> None:
    us = party((NEW, CHANGED, None), (OLD, SINCE, CHANGED))
    assert key_by_id(us, OLD.key_id, SINCE) == OLD
    assert key_by_id(us, OLD.key_id, CHANGED) is None
    assert key_by_id(us, "0" * 64, CHANGED) is None


def test_party_without_a_card_has_no_key() -> None:
    us = party()
    assert list(card_keys(us)) == []
