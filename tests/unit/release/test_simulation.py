"""What an agreement would change is told by kind, and the riskiest of it first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.agreements.terms import Agreement, Onward, OnwardRule
from sepakat.release.decision import Outcome
from sepakat.release.simulation import PERSONAL, TakerEffect, by_type, matches_of, simulate, with_agreement
from tests.unit.release.small import (
    NOW,
    RU,
    VIEW,
    agreement,
    clause,
    held,
    malware,
    policy,
    ref,
    stix,
    terms,
    verdicts,
    world,
)


def effect(*objects: Mapping[str, Any], agreed: Agreement | None = None) -> TakerEffect:
    """What the generous agreement, or another, would change for `ru` where nothing is agreed."""
    (found,) = simulate(world(*objects, views=()), agreed or agreement(), {RU: "RU"}, NOW).takers
    return found


def test_all_that_would_newly_go_is_new_and_nothing_waits() -> None:
    made = malware()
    found = effect(made)
    assert [item.version for item in found.new] == [ref(made)]
    assert (found.more, found.less, found.stops, found.waits) == ((), (), (), ())


def test_what_goes_already_is_told_in_no_list() -> None:
    (found,) = simulate(world(malware()), agreement(), {RU: "RU"}, NOW).takers
    assert found == TakerEffect(RU, (), (), (), (), ())


def test_what_persons_would_have_to_approve_waits() -> None:
    made = malware()
    found = effect(made, agreed=agreement(clause(release={"approval": "one", "delay": "PT0S"})))
    assert [item.version for item in found.waits] == [ref(made)]
    assert found.new == ()


def test_what_nothing_lets_go_does_not_wait_either() -> None:
    found = effect(malware(tlp="red"), agreed=agreement(clause(ceiling={"tlp": "green", "pap": "red"})))
    assert found == TakerEffect(RU, (), (), (), (), ())


def test_a_high_marking_comes_first_and_what_goes_whole_before_a_variant() -> None:
    plain, marked = malware("plain", tlp="clear"), malware("marked", tlp="amber")
    cut = malware("cut", tlp="clear", x_acme="is no property of the standard")
    found = effect(cut, plain, marked)
    assert [(item.version[0], item.after, item.score, item.risks) for item in found.new] == [
        (marked["id"], Outcome.WHOLE, 21, ("marked TLP:AMBER",)),
        (plain["id"], Outcome.WHOLE, 1, ()),
        (cut["id"], Outcome.VARIANT, 0, ()),
    ]


def test_personal_data_weighs_more_than_any_marking_and_what_is_not_ours_alone_more_than_most() -> None:
    person = stix("identity", "somebody", tlp="clear", name="Somebody", identity_class="individual")
    foreign = held(
        malware("foreign", tlp="clear"), origins=("us", "fr"), received=(terms("fr", Onward(OnwardRule.NAMED, (RU,))),)
    )
    allowed = agreement(clause(persons={"rule": "categories", "allow": ["victim"]}))
    made = world(person, foreign, views=(), policies=policy(person, person_category="victim"))
    (found,) = simulate(made, allowed, {RU: "RU"}, NOW).takers
    assert [(item.type, item.score, item.risks, item.is_personal) for item in found.new] == [
        ("identity", 1001, (PERSONAL,), True),
        ("malware", 101, ("comes from fr",), False),
    ]
    assert by_type(found.new) == {"identity": 1, "malware": 1}


def test_types_are_counted_the_most_first() -> None:
    found = effect(malware("one"), malware("two"), stix("tool", "t", name="t"), stix("campaign", "c", name="c"))
    assert list(by_type(found.new).items()) == [("malware", 2), ("campaign", 1), ("tool", 1)]


def test_matches_are_counted_by_clause_over_the_newest_versions() -> None:
    one, other = malware("one"), stix("tool", "other", name="other")
    agreed = agreement(clause(id="S1", types=["malware"]), clause(id="S2", types=["malware", "tool"]))
    asked = with_agreement(world(one, other, views=()), agreed, {RU: "RU"})
    assert matches_of(verdicts(asked), VIEW, agreed.share) == {"S1": 1, "S2": 2}
