"""Grants at one instant, as sets of views: `ru` has the first view of three, `fr` the second, `iq` the third."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sepakat.agreements.terms import Onward, OnwardRule
from sepakat.release.grants import GrantTable, is_valid
from sepakat.release.question import Grant, ReceivedTerms
from sepakat.release.slots import Slots
from sepakat.stix.identifiers import PartyId, StixId
from tests.unit.release.small import FR, IQ, NOW, RU, US, agreement, held, malware, terms, view, world

TICK = timedelta(microseconds=1)
DE, NL = PartyId("de"), PartyId("nl")
THING, OTHER = StixId(malware()["id"]), StixId(malware("other")["id"])
OF_RU, OF_FR, OF_IQ = 0b001, 0b010, 0b100
ALL = OF_RU | OF_FR | OF_IQ


def grant(**changes: Any) -> Grant:
    """A grant of `de` to this node for `fr`."""
    whole: dict[str, Any] = {"origin": DE, "grantee": US, "party": FR, "object_id": THING, "given_at": NOW, **changes}
    return Grant(**whole)


def table(*grants: Grant, now: datetime = NOW) -> GrantTable:
    """These grants, in a world of three views."""
    asked = world(
        views=tuple(view(agreement(name=party, takers=(party,)), party) for party in (RU, FR, IQ)), grants=grants
    )
    return GrantTable(asked, Slots(asked), now)


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({}, True),
        ({"grantee": RU}, False),
        ({"origin": US}, False),
        ({"given_at": NOW + TICK}, False),
        ({"given_at": NOW - TICK}, True),
        ({"until": NOW - TICK}, False),
        ({"until": NOW}, True),
        ({"until": NOW + TICK}, True),
        ({"withdrawn_at": NOW - TICK}, False),
        ({"withdrawn_at": NOW}, False),
        ({"withdrawn_at": NOW + TICK}, True),
    ],
)
def test_grant_is_valid_from_its_beginning_to_its_end_and_before_it_is_withdrawn(
    changes: dict[str, Any], valid: bool
) -> None:
    assert is_valid(grant(**changes), US, NOW) is valid
    assert table(grant(**changes)).given(DE, THING) == (OF_FR if valid else 0)


def test_grants_of_one_origin_for_one_object_add_up_and_no_others_do() -> None:
    found = table(grant(), grant(party=IQ), grant(origin=NL, party=RU), grant(object_id=OTHER, party=RU))
    assert (found.given(DE, THING), found.given(NL, THING)) == (OF_FR | OF_IQ, OF_RU)
    assert (found.given(DE, OTHER), found.given(NL, OTHER)) == (OF_RU, 0)
    assert found.given(DE, StixId(malware("none")["id"])) == 0


def test_grant_for_a_party_without_a_view_opens_none() -> None:
    assert table(grant(party=NL)).given(DE, THING) == 0


def test_table_knows_which_objects_any_valid_grant_is_about() -> None:
    found = table(grant(), grant(object_id=OTHER, until=NOW - TICK))
    assert found.touches(THING)
    assert not found.touches(OTHER)


def test_grants_of_an_object_are_taken_anew_at_another_instant_and_those_of_others_stay() -> None:
    found = table(grant(until=NOW), grant(object_id=OTHER))
    found.renew(THING, [grant(party=IQ, until=NOW + TICK), grant(until=NOW)], NOW + TICK)
    assert (found.given(DE, THING), found.given(DE, OTHER)) == (OF_IQ, OF_FR)
    found.renew(THING, [], NOW + TICK)
    assert not found.touches(THING)


def naming(*parties: PartyId, sender: PartyId = DE, rule: OnwardRule = OnwardRule.NAMED) -> ReceivedTerms:
    """Terms of a sender that name these parties."""
    return terms(sender, Onward(rule, parties))


@pytest.mark.parametrize(
    ("rule", "views"), [(OnwardRule.NAMED, OF_FR | OF_IQ), (OnwardRule.ASK, 0), (OnwardRule.NONE, 0)]
)
def test_terms_name_takers_only_where_their_rule_is_to_name_them(rule: OnwardRule, views: int) -> None:
    assert table().named(naming(FR, IQ, NL, rule=rule)) == views


@pytest.mark.parametrize(
    ("received", "owners", "views"),
    [
        ((), (DE,), 0),
        ((naming(FR),), (DE,), OF_FR),
        ((naming(FR, IQ), naming(IQ)), (DE,), OF_IQ),
        ((naming(FR, IQ), naming(RU, sender=NL)), (DE,), OF_FR | OF_IQ),
        ((naming(FR),), (NL,), 0),
        ((naming(FR, sender=NL),), (DE,), 0),
        ((naming(FR), naming()), (DE,), 0),
    ],
)
def test_all_terms_under_which_the_owner_sent_something_must_name_the_taker(
    received: tuple[ReceivedTerms, ...], owners: tuple[PartyId, ...], views: int
) -> None:
    version = held(malware(), origins=("de",), received=received)
    assert table().granted(DE, version, owners) == views
    assert table(grant(party=RU)).granted(DE, version, owners) == views | OF_RU


def test_takers_outside_the_names_get_nothing_though_they_have_a_view() -> None:
    version = held(malware(), origins=("de",), received=(naming(FR),))
    assert table().granted(DE, version, (DE,)) & ~OF_FR & ALL == 0
