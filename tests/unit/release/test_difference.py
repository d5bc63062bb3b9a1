"""Where two decisions differ: rule by rule, by the clause that is nearest to letting the object go."""

from __future__ import annotations

from sepakat.release.decision import Verdict
from sepakat.release.difference import differences
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId
from tests.unit.release.small import VIEW, agreement, clause, decision, malware, view, world

LOW, HIGH = {"tlp": "green", "pap": "red"}, {"tlp": "red", "pap": "red"}
OTHER = ViewKey(AgreementId("b"), PartyId("fr"))


def told(*theirs: dict[str, object]) -> list[tuple[str, Verdict, Verdict]]:
    """The differences for an AMBER malware between a generous view and one of these clauses."""
    thing = malware(tlp="amber")
    views = (view(agreement()), view(agreement(*theirs, name="b", takers=("fr",)), "fr", country="FR"))
    asked = world(thing, views=views)
    found = differences(decision(asked, thing, VIEW), decision(asked, thing, OTHER))
    return [(one.rule, one.one.verdict, one.other.verdict) for one in found]


def test_equal_terms_give_no_difference() -> None:
    assert told(clause()) == []


def test_the_rule_that_withholds_for_one_is_the_difference() -> None:
    rules = {rule: verdicts for rule, *verdicts in told(clause(ceiling=LOW))}
    assert rules["TlpWithinCeiling"] == [Verdict.PERMITS, Verdict.WITHHOLDS]
    assert "TypeShared" not in rules


def test_of_several_clauses_the_nearest_counts() -> None:
    far = clause(id="S1", ceiling=LOW, types=["tool"], kinds=[])
    near = clause(id="S2", ceiling=LOW)
    rules = [rule for rule, *_ in told(far, near)]
    assert "TlpWithinCeiling" in rules
    assert "TypeShared" not in rules
