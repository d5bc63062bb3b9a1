"""The port `Parties`: parties by id, and the roster of any day."""

from __future__ import annotations

from sepakat.exchange.ports import Unit
from sepakat.exchange.records import Community
from tests.support.records import FR, RU, US, at, community, party


def test_a_party_comes_back_whole(unit: Unit) -> None:
    card = {"z": [1, {"b": None, "a": 1.5}], "a": "\u00e9"}
    known = party(is_client=True, card=card, keys=("ed25519:b", "ed25519:a"), address="http://[::1]:1", loopback=True)
    unit.parties.put(known)
    assert unit.parties.get(RU) == known
    assert unit.parties.get(FR) is None


def test_a_partner_without_a_node_has_no_card(unit: Unit) -> None:
    unit.parties.put(party())
    kept = unit.parties.get(RU)
    assert kept is not None
    assert kept.card is None


def test_putting_a_party_again_replaces_it(unit: Unit) -> None:
    unit.parties.put(party(keys=("ed25519:a",)))
    unit.parties.put(party(keys=("ed25519:b",)))
    assert unit.parties.everyone() == [party(keys=("ed25519:b",))]


def test_everyone_comes_by_id(unit: Unit) -> None:
    for one in (US, RU, FR):
        unit.parties.put(party(one))
    assert [one.id for one in unit.parties.everyone()] == [FR, RU, US]


def test_the_roster_is_that_of_the_day(unit: Unit) -> None:
    unit.parties.put_roster(community(10, US, RU))
    unit.parties.put_roster(community(20, US, RU, FR))
    assert unit.parties.roster("coalition", at(9)) is None
    assert unit.parties.roster("coalition", at(10)) == community(10, US, RU)
    assert unit.parties.roster("coalition", at(19)) == community(10, US, RU)
    assert unit.parties.roster("coalition", at(20)) == community(20, US, RU, FR)
    assert unit.parties.roster("coalition") == community(20, US, RU, FR)
    assert unit.parties.roster("other") is None


def test_communities_come_by_id_with_the_newest_roster(unit: Unit) -> None:
    other = Community("alliance", (US,), at(5))
    for one in (community(20, US), community(10, RU), other):
        unit.parties.put_roster(one)
    assert unit.parties.communities() == [other, community(20, US)]
