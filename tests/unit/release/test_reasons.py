"""A finding from every rule, about the clauses that match or else about all, and what a variant leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.decision import Decision, Outcome, Verdict
from sepakat.release.engine import decide
from sepakat.release.question import ViewKey, World
from sepakat.release.rules import RULES
from sepakat.stix.identifiers import AgreementId, PartyId
from tests.unit.release.small import (
    FR,
    NOW,
    SINCE,
    TLP,
    VIEW,
    agreement,
    clause,
    decision,
    failing,
    held,
    malware,
    policy,
    ref,
    related,
    stix,
    topics,
    under,
    verdicts,
    view,
    world,
)

PERMITS, WITHHOLDS, NOT_APPLICABLE = Verdict.PERMITS, Verdict.WITHHOLDS, Verdict.NOT_APPLICABLE
THING = malware()
TOPICS = topics(**{"terrorism/isis": frozenset({"isis"})})
ISIS = clause(topics={"any": ["terrorism/isis"]})
LOW = {"tlp": "green", "pap": "red"}


def hide(*selectors: str, level: str = "red") -> list[dict[str, Any]]:
    return [{"marking_ref": TLP[level], "selectors": list(selectors)}]


def said(found: Decision, rule: str) -> tuple[Verdict, str]:
    """What the one finding of a rule says."""
    (finding,) = (each for each in found.findings if each.rule == rule)
    return finding.verdict, finding.because


def of_clauses(found: Decision, rule: str) -> dict[str | None, Verdict]:
    """What a rule says of each clause."""
    return {finding.clause: finding.verdict for finding in found.findings if finding.rule == rule}


def test_every_rule_has_a_finding_and_they_stand_in_the_order_of_the_register() -> None:
    order = [rule.name for rule in RULES]
    link = related(THING, malware("other"))
    claim = {"extension_type": "property-extension", "kind": "report"}
    note = stix("note", "n", content="c", object_refs=[THING["id"]], extensions={CLAIM_EXTENSION: claim})
    asked = world(THING, malware("other"), link, note, views=under(clause(), clause(id="S2", types=["tool"])))
    for thing in (THING, link, note, malware("not held")):
        named = [finding.rule for finding in decision(asked, thing).findings]
        assert set(named) == set(order)
        assert named == sorted(named, key=order.index)


def test_what_does_not_apply_is_said_once() -> None:
    found = decision(world(THING), THING)
    assert said(found, "ReferencesInView") == (NOT_APPLICABLE, "does not apply here")
    assert said(found, "BasisAllows") == said(found, "OriginalAllows") == (NOT_APPLICABLE, "does not apply here")
    assert said(found, "TypeShared")[0] is PERMITS


# Before any rule on the object


@pytest.mark.parametrize(
    ("views", "key", "why"),
    [
        ((view(agreement(), in_force=False),), VIEW, "it is suspended"),
        ((), VIEW, "nothing leaves by it"),
        ((view(agreement()),), ViewKey(AgreementId("a"), PartyId("fr")), "nothing leaves by it"),
    ],
)
def test_view_by_which_nothing_leaves_is_told_with_why_and_nothing_else(views: Any, key: ViewKey, why: str) -> None:
    asked = world(THING, views=views)
    found = decision(asked, THING, key)
    assert (found.outcome, found.clauses, found.cut) == (Outcome.OUT, (), ())
    assert said(found, "AgreementInForce") == (WITHHOLDS, f"agreement a is not in force for {key.taker}: {why}")
    assert {finding.rule for finding in found.findings if finding.verdict is not NOT_APPLICABLE} == {"AgreementInForce"}


def test_agreement_of_another_giver_says_that_nothing_leaves_by_it() -> None:
    foreign = World(
        node=FR, parties={}, views={VIEW: view(agreement())}, versions=world(THING).versions, regions=world().regions
    )
    found = decide(foreign, verdicts(foreign), ref(THING), VIEW, NOW)
    assert said(found, "AgreementInForce")[1] == "agreement a is not in force for ru: nothing leaves by it"


def test_version_that_is_not_held_and_one_that_cannot_be_read_are_told_apart() -> None:
    found = decision(world(), THING)
    assert said(found, "Readable") == (WITHHOLDS, "the version cannot be decided: no such version is held")
    assert said(found, "AgreementInForce")[0] is PERMITS
    assert (found.clauses, found.cut) == ((), ())
    odd = malware(extensions={CLAIM_EXTENSION: "no claim"})
    found = decision(world(odd), odd)
    verdict, why = said(found, "Readable")
    assert verdict is WITHHOLDS
    assert why.startswith("the version cannot be decided: ValueError: claim")
    assert said(found, "TypeShared")[0] is NOT_APPLICABLE


def test_scaffold_goes_where_something_refers_to_it() -> None:
    green = next(made.object.content for made in world().versions[ref({**marking("green")})[0]])
    found = decision(world(THING), green)
    assert (found.outcome, said(found, "ScaffoldNeeded")[0]) == (Outcome.WHOLE, PERMITS)
    red = next(made.object.content for made in world().versions[ref({**marking("red")})[0]])
    found = decision(world(THING), red)
    assert (found.outcome, said(found, "ScaffoldNeeded")[0]) == (Outcome.OUT, WITHHOLDS)
    assert said(found, "Readable")[0] is PERMITS
    assert said(found, "TypeShared")[0] is NOT_APPLICABLE


def marking(level: str) -> dict[str, Any]:
    return {"type": "marking-definition", "id": TLP[level], "created": SINCE}


# Clauses


def test_findings_are_about_the_clauses_that_match_or_else_about_all() -> None:
    three = (clause(types=["tool"]), clause(id="S2"), clause(id="S3", ceiling={}))
    found = decision(world(THING, views=under(*three)), THING)
    assert found.clauses == ("S2",)
    assert said(found, "ClauseMatches") == (PERMITS, "matched by S2 of a")
    assert of_clauses(found, "TypeShared") == {"S2": PERMITS}
    found = decision(world(THING, views=under(three[0], three[2])), THING)
    assert found.clauses == ()
    assert said(found, "ClauseMatches") == (WITHHOLDS, "no clause of a matches")
    assert of_clauses(found, "TypeShared") == {"S1": WITHHOLDS, "S3": PERMITS}
    assert of_clauses(found, "TlpWithinCeiling") == {"S1": PERMITS, "S3": WITHHOLDS}


def test_all_clauses_that_match_are_named() -> None:
    found = decision(world(THING, views=under(clause(), clause(id="S2"))), THING)
    assert found.clauses == ("S1", "S2")
    assert said(found, "ClauseMatches")[1] == "matched by S1, S2 of a"


def test_clauses_of_another_view_are_not_asked() -> None:
    mine = view(agreement(clause(types=["tool"])))
    others = view(agreement(clause(id="S9"), name="b"))
    for views in ((mine, others), (others, mine)):
        found = decision(world(THING, views=views), THING)
        assert found.clauses == ()
        assert of_clauses(found, "TypeShared") == {"S1": WITHHOLDS}
        assert said(found, "ClauseMatches")[0] is WITHHOLDS


def test_clauses_are_named_only_for_what_is_in_the_view() -> None:
    link = related(THING, malware("hidden", tlp="red"))
    found = decision(world(THING, malware("hidden", tlp="red"), link), link)
    assert found.outcome is Outcome.OUT
    assert found.clauses == ()
    assert said(found, "ClauseMatches")[0] is PERMITS


def test_rules_of_the_whole_view_are_asked_of_the_view() -> None:
    other = view(agreement(name="b", takers=("fr",)), "fr", country="FR")
    asked = world(THING, views=(view(agreement()), other), policies=policy(THING, recalled_views=frozenset({VIEW})))
    assert failing(asked, THING) == {"NotRecalled"}
    assert failing(asked, THING, other.key) == set()


# Evidence


def test_topic_over_a_relationship_that_only_its_end_keeps_out_counts() -> None:
    actor, tool = malware("actor", labels=["isis"]), malware("tool")
    link = related(actor, tool)
    asked = world(actor, tool, link, views=under(ISIS), topics=TOPICS, policies=policy(tool, hold="h"))
    assert failing(asked, tool) == {"NotHeld"}


def test_topic_over_a_relationship_that_is_out_by_itself_is_missing() -> None:
    content = {"definition_type": "rel-to", "definition": {"rel_to": ["RU"]}, "object_marking_refs": [TLP["red"]]}
    hidden = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--00000000-0000-4000-8000-00000000cccc",
        "created": SINCE,
        **content,
    }
    actor, tool = malware("actor", labels=["isis"]), malware("tool")
    link = related(actor, tool, object_marking_refs=[TLP["green"], hidden["id"]])
    limits = {"tlp": "red", "pap": "red", "releasable_to": ["RU"]}
    asked = world(hidden, actor, tool, link, views=under({**ISIS, "ceiling": limits}), topics=TOPICS)
    assert failing(asked, link) == {"ReferencesInView"}
    assert failing(asked, tool) == {"TopicShared", "ClauseMatches"}


def test_topic_that_nothing_shows_is_missing() -> None:
    assert failing(world(THING, views=under(ISIS), topics=TOPICS), THING) == {"TopicShared", "ClauseMatches"}


# The basis


def note(*bases: Mapping[str, Any]) -> dict[str, Any]:
    """A note whose claim derives from some objects."""
    basis = [{"object_ref": base["id"], "role": "quotes"} for base in bases]
    claim = {"extension_type": "property-extension", "kind": "report", "basis": basis}
    return stix("note", "n", content="c", object_refs=[THING["id"]], extensions={CLAIM_EXTENSION: claim})


def test_basis_is_told_where_there_is_one() -> None:
    claim = note(THING)
    found = decision(world(THING, claim), claim)
    assert said(found, "BasisAllows") == (PERMITS, f"everything that it rests on ({THING['id']}) may go to ru")
    assert said(found, "OriginalAllows")[0] is NOT_APPLICABLE
    # Without a clause that matches, the basis is asked of all of them.
    found = decision(world(THING, claim, views=under(clause(types=["malware"]))), claim)
    assert (found.outcome, said(found, "BasisAllows")[0]) == (Outcome.OUT, PERMITS)


def test_basis_that_may_not_go_withholds() -> None:
    hidden = malware("hidden", tlp="red")
    claim = note(hidden)
    found = decision(world(THING, hidden, claim), claim)
    assert said(found, "BasisAllows") == (WITHHOLDS, f"it rests on {hidden['id']}, which may not go to ru")
    assert "BasisAllows" in failing(world(THING, hidden, claim), claim)


def test_basis_must_go_under_a_clause_that_matches_what_rests_on_it() -> None:
    amber = malware("amber", tlp="amber")
    claim = note(amber)
    low, high = clause(ceiling=LOW), clause(id="S2", types=["malware"])
    asked = world(THING, amber, claim, views=under(low, high))
    assert said(decision(asked, claim), "BasisAllows")[0] is WITHHOLDS


def test_translation_is_told_with_its_original() -> None:
    translation = stix("language-content", "l", object_ref=THING["id"], contents={"fr": {"name": "n"}})
    found = decision(world(THING, translation), translation)
    assert said(found, "OriginalAllows") == (PERMITS, f"the label of what it translates ({THING['id']}) allows ru")
    closed = held(malware(tlp="red"))
    found = decision(world(closed, translation), translation)
    assert said(found, "OriginalAllows")[0] is WITHHOLDS


# Parts


def test_parts_are_those_of_the_clauses_that_match_or_else_of_all() -> None:
    thing = malware(description="d", granular_markings=hide("description", level="amber"))
    high, low = clause(types=["tool"]), clause(id="S2", ceiling=LOW)
    found = decision(world(thing, views=under(high, low)), thing)
    assert (found.outcome, said(found, "MarkingsOfProperties")[0]) == (Outcome.VARIANT, Verdict.CUTS)
    low_too = {**low, "types": ["tool"]}
    found = decision(world(thing, views=under(high, low_too)), thing)
    assert (found.outcome, said(found, "MarkingsOfProperties")[0]) == (Outcome.OUT, PERMITS)
    assert said(found, "FormAllowed")[0] is PERMITS


@pytest.mark.parametrize(
    ("content", "hidden", "cut"),
    [
        ({"aliases": ["a", "b"], "description": "d"}, ["description", "aliases.[1]"], ("aliases.[1]", "description")),
        ({"aliases": ["a"]}, ["aliases.[0]"], ("aliases",)),
        ({"x_acme": {"a": {"b": 1}, "c": 2}}, ["x_acme.a.b"], ("x_acme.a",)),
        ({"x_acme": {"a": {"b": 1}, "c": 2}}, ["x_acme", "x_acme.a.b"], ("x_acme",)),
    ],
)
def test_cut_names_what_is_left_out_in_the_order_of_the_object_and_nothing_that_lies_in_it(
    content: dict[str, Any], hidden: list[str], cut: tuple[str, ...]
) -> None:
    thing = malware(**content, granular_markings=hide(*hidden))
    asked = world(thing, views=under(clause(fields={"allow": "any", "tear_line": "if-needed"})))
    found = decision(asked, thing)
    assert (found.outcome, found.cut) == (Outcome.VARIANT, cut)


def test_what_goes_whole_leaves_nothing_out_though_another_clause_would_cut_it() -> None:
    thing = malware(description="d")
    whole = clause(fields={"allow": "standard", "tear_line": "none"})
    torn = clause(id="S2", fields={"allow": "standard", "deny": ["description"], "tear_line": "if-needed"})
    found = decision(world(thing, views=under(whole, torn)), thing)
    assert (found.outcome, found.cut) == (Outcome.WHOLE, ())
    assert found.clauses == ("S1", "S2")
