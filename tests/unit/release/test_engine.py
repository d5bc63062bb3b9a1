from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.release.decision import Outcome, Verdict
from sepakat.release.engine import decide, decide_all
from sepakat.release.explanation import WORDS
from sepakat.release.question import Approval, Grant, ViewKey
from sepakat.release.rules import RULES
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from tests.unit.release.small import (
    FR,
    NOW,
    RU,
    TLP,
    US,
    VIEW,
    agreement,
    clause,
    decision,
    failing,
    held,
    malware,
    outcome,
    party_id,
    policy,
    ref,
    related,
    stix,
    under,
    view,
    world,
)

# Default deny


def test_nothing_goes_without_an_agreement() -> None:
    asked = world(malware(), views=())
    assert decide_all(asked, NOW).released(VIEW) == ()
    assert outcome(asked, malware()) is Outcome.OUT


def test_nothing_goes_without_a_clause() -> None:
    empty = replace(agreement(), share=())
    asked = world(malware(), views=(view(empty),))
    assert failing(asked, malware()) == {"ClauseMatches"}


def test_nothing_goes_under_an_agreement_that_another_gives() -> None:
    other = replace(agreement(), giver=FR)
    assert failing(world(malware(), views=(view(other),)), malware()) == {"AgreementInForce"}


def test_nothing_goes_under_a_key_that_names_another_agreement() -> None:
    wrong = replace(view(agreement()), key=ViewKey(AgreementId("b"), RU))
    asked = world(malware(), views=(wrong,))
    assert outcome(asked, malware(), wrong.key) is Outcome.OUT


def test_nothing_goes_in_a_view_that_nobody_knows() -> None:
    nowhere = ViewKey(AgreementId("elsewhere"), RU)
    verdicts = decide_all(world(malware()), NOW)
    assert verdicts.released(nowhere) == ()
    for held_there in verdicts.compiled.by_ref:
        assert verdicts.outcome(held_there, nowhere) is Outcome.OUT


def test_released_are_whole_versions_variants_and_the_scaffold_that_they_need() -> None:
    cut = malware("cut", description="d", granular_markings=[{"marking_ref": TLP["red"], "selectors": ["description"]}])
    verdicts = decide_all(world(malware(), cut, malware("secret", tlp="red")), NOW)
    released = dict(verdicts.released(VIEW))
    assert {name: released.get(ref(one)) for name, one in (("whole", malware()), ("cut", cut))} == {
        "whole": Outcome.WHOLE,
        "cut": Outcome.VARIANT,
    }
    scaffold = [identifier for (identifier, _) in released if identifier not in (malware()["id"], cut["id"])]
    assert set(scaffold) == {party_id("us"), party_id("ru"), TLP["green"]}


def test_version_that_is_not_held_is_out() -> None:
    assert outcome(world(), malware()) is Outcome.OUT
    assert failing(world(), malware()) == {"Readable"}


class Broken(TopicTable):
    """A topic table that fails whenever it is asked."""

    def topics_of(self, *_: Any, **__: Any) -> frozenset[str]:
        raise RuntimeError("broken")

    def topics_of_folded(self, name: str) -> frozenset[str]:
        return self.topics_of(name)


def test_exception_in_a_rule_withholds_and_is_named() -> None:
    asked = world(malware(), topics=Broken())
    found = decision(asked, malware())
    assert found.outcome is Outcome.OUT
    assert [finding.rule for finding in found.failing] == ["Readable"]
    assert "broken" in found.failing[0].because


@pytest.mark.parametrize(
    "content",
    [
        {"object_marking_refs": "all"},
        {"object_marking_refs": [1]},
        {"granular_markings": {"selectors": ["name"]}},
        {"modified": "yesterday"},
        {"extensions": {"extension-definition--5c9b4d1e-7f3a-4b62-9d8e-2a6f0c417b95": []}},
    ],
)
def test_version_that_cannot_be_read_is_out(content: dict[str, Any]) -> None:
    thing = malware(**content)
    asked = world(thing)
    verdicts = decide_all(asked, NOW)
    assert thing["id"] not in {identifier for (identifier, _), _ in verdicts.released(VIEW)}


def test_two_versions_that_cannot_be_told_apart_are_both_out() -> None:
    one, other = malware(), malware(description="other bytes")
    asked = world(one, other)
    assert failing(asked, one) == {"Readable"}
    assert malware()["id"] not in {identifier for (identifier, _), _ in decide_all(asked, NOW).released(VIEW)}


# Holds, recalls, expiry


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ({"hold": "a name in the text"}, "NotHeld"),
        ({"recalled": True}, "NotRecalled"),
        ({"recalled_views": frozenset({VIEW})}, "NotRecalled"),
        ({"expires_at": NOW}, "NotExpired"),
    ],
)
def test_policy_on_the_object_withholds(entries: dict[str, Any], rule: str) -> None:
    assert failing(world(malware(), policies=policy(malware(), **entries)), malware()) == {rule}


def test_recall_from_another_view_changes_nothing_here() -> None:
    other = frozenset({ViewKey(AgreementId("a"), FR)})
    assert outcome(world(malware(), policies=policy(malware(), recalled_views=other)), malware()) is Outcome.WHOLE


# All views at once


def test_views_of_many_agreements_and_clauses_are_decided_apart() -> None:
    parties = [PartyId(f"p{number}") for number in range(12)]
    views = []
    for number, party in enumerate(parties):
        clauses = [clause(id=f"S{place}", types=["tool"]) for place in range(number)]
        if number % 2:
            clauses.append(clause(id="Last"))
        views.append(view(agreement(*clauses, name=f"a{number}", takers=(party,)), party))
    asked = world(malware(), views=tuple(views))
    verdicts = decide_all(asked, NOW)
    went = [number for number, made in enumerate(views) if verdicts.outcome(ref(malware()), made.key) is Outcome.WHOLE]
    # Agreement 0 has the generous clause of an agreement without any written here.
    assert went == [0, 1, 3, 5, 7, 9, 11]


# Next change


def change(*objects: Any, **inputs: Any) -> datetime | None:
    return decide_all(world(*objects, **inputs), NOW).next_change_at


def grant(**times: Any) -> Grant:
    whole: dict[str, Any] = {"given_at": NOW - timedelta(days=9), **times}
    return Grant(origin=FR, grantee=US, party=RU, object_id=StixId(malware()["id"]), **whole)


HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, None),
        ({"views": under(clause(release={"approval": "auto", "delay": "P1DT1H"}))}, NOW + HOUR),
        ({"views": under(clause(release={"approval": "auto", "delay": "PT1H"}))}, None),
        ({"views": under(clause(), max_age="P59DT13H")}, NOW + HOUR + TICK),
        ({"views": under(clause(), to="2026-03-01T13:00:00Z")}, NOW + HOUR),
        ({"policies": policy(malware(), expires_at=NOW + HOUR)}, NOW + HOUR),
        ({"policies": policy(malware(), expires_at=NOW)}, None),
        ({"grants": (grant(given_at=NOW + HOUR),)}, NOW + HOUR),
        ({"grants": (grant(until=NOW + HOUR),)}, NOW + HOUR + TICK),
        ({"grants": (grant(until=NOW),)}, NOW + TICK),
        ({"grants": (grant(withdrawn_at=NOW + HOUR),)}, NOW + HOUR),
        ({"approvals": {(ref(malware()), VIEW): (Approval("ann", NOW + HOUR),)}}, NOW + HOUR),
    ],
)
def test_instant_is_told_at_which_time_alone_changes_something(
    inputs: dict[str, Any], expected: datetime | None
) -> None:
    assert change(malware(), **inputs) == expected


def test_end_of_a_retention_is_told() -> None:
    person = {**malware(), "type": "identity", "id": "identity--00000000-0000-4000-8000-000000000001"}
    views = under(clause(persons={"rule": "categories", "allow": ["victim"], "retention": "P3M"}))
    asked = world(person, views=views, policies=policy(person, person_category="victim"))
    assert decide_all(asked, NOW).next_change_at == NOW.replace(month=4, day=1, hour=0) + TICK


# Findings


def test_every_rule_has_a_finding_also_after_the_first_refusal() -> None:
    thing = malware(tlp="red")
    asked = world(
        held(thing, origins=("fr",)), views=under(clause(types=["tool"])), policies=policy(thing, hold="doubt")
    )
    found = decision(asked, thing)
    assert [rule.name for rule in RULES] == list(dict.fromkeys(finding.rule for finding in found.findings))
    assert {finding.rule for finding in found.failing} == {
        "TypeShared",
        "ClauseMatches",
        "AmongReaders",
        "OriginAllows",
        "NotHeld",
    }


def test_every_rule_has_words() -> None:
    assert set(WORDS) == {rule.name for rule in RULES}


def test_failing_findings_are_named_for_every_clause_when_none_matches() -> None:
    asked = world(malware(), views=under(clause(types=["tool"]), clause(id="S2", ceiling={"tlp": "clear"})))
    failed = {(finding.rule, finding.clause) for finding in decision(asked, malware()).failing}
    assert failed == {("TypeShared", "S1"), ("TlpWithinCeiling", "S2"), ("ClauseMatches", None)}


def test_decision_names_the_clauses_that_match_and_what_is_cut() -> None:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description", "aliases.[1]"]}]
    thing = malware(aliases=["a", "b"], description="d", granular_markings=hidden)
    asked = world(thing, views=under(clause(), clause(id="S2"), clause(id="S3", types=["tool"])))
    found = decision(asked, thing)
    assert found.clauses == ("S1", "S2")
    assert found.cut == ("aliases.[1]", "description")
    cuts = {finding.rule: finding.evidence for finding in found.findings if finding.verdict is Verdict.CUTS}
    assert cuts == {"MarkingsOfProperties": ("description", "aliases.[1]")}


def test_topic_over_a_relationship_is_not_said_to_be_lacking_when_something_else_withholds() -> None:
    actor, thing = stix("threat-actor", "a", labels=["isis"]), malware(tlp="red")
    table = TopicTable((TopicDefinition("isis", labels=frozenset({"isis"})),))
    views = under(clause(topics={"any": ["isis"]}))
    asked = world(actor, thing, related(actor, thing), views=views, topics=table)
    assert failing(asked, thing) == {"AmongReaders"}


def test_decision_is_the_same_however_often_it_is_asked() -> None:
    asked = world(malware(), malware("other", tlp="red"))
    verdicts = decide_all(asked, NOW)
    for thing in (malware(), malware("other", tlp="red")):
        first = decide(asked, verdicts, ref(thing), VIEW, NOW)
        assert decide(asked, verdicts, ref(thing), VIEW, NOW) == first
