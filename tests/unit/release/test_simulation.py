"""What an agreement would change is told by kind, and the riskiest of it first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.agreements.terms import Agreement
from sepakat.release.decision import Outcome
from sepakat.release.simulation import TakerEffect, matches_of, simulate, with_agreement
from tests.unit.release.small import (
    NOW,
    RU,
    VIEW,
    agreement,
    clause,
    malware,
    ref,
    stix,
    verdicts,
    world,
)


def effect(*objects: Mapping[str, Any], terms: Agreement | None = None) -> TakerEffect:
    """What the generous agreement, or another, would change for `ru` where nothing is agreed."""
    (found,) = simulate(world(*objects, views=()), terms or agreement(), {RU: "RU"}, NOW).takers
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
    found = effect(made, terms=agreement(clause(release={"approval": "one", "delay": "PT0S"})))
    assert [item.version for item in found.waits] == [ref(made)]
    assert found.new == ()


def test_what_nothing_lets_go_does_not_wait_either() -> None:
    found = effect(malware(tlp="red"), terms=agreement(clause(ceiling={"tlp": "green", "pap": "red"})))
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


def test_matches_are_counted_by_clause_over_the_newest_versions() -> None:
    one, other = malware("one"), stix("tool", "other", name="other")
    terms = agreement(clause(id="S1", types=["malware"]), clause(id="S2", types=["malware", "tool"]))
    asked = with_agreement(world(one, other, views=()), terms, {RU: "RU"})
    assert matches_of(verdicts(asked), VIEW, terms.share) == {"S1": 1, "S2": 2}
