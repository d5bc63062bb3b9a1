"""What is said of the parts and references of a version, and of the form in which it could go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sepakat.release.decision import Outcome, Verdict
from sepakat.release.question import HeldVersion, World
from tests.unit.release.small import (
    IQ,
    TLP,
    agreement,
    clause,
    decision,
    held,
    malware,
    observable,
    policy,
    related,
    stix,
    terms,
    under,
    view,
    world,
)

FORM, REMAINS, REFERENCES = "FormAllowed", "SomethingRemains", "ReferencesInView"
FIELDS, MARKINGS, SUMS = "FieldsAllowed", "MarkingsOfProperties", "AggregatesReadable"
PERMITS, WITHHOLDS, CUTS = Verdict.PERMITS, Verdict.WITHHOLDS, Verdict.CUTS

CUT = "{} cut, marked for others or above the ceiling"
LOST = "ru may not read {}, and the object cannot go without"
NO_TEAR_LINE = "it cannot go whole, and no tear-line is agreed"
NOT_OURS = "it is not this node's own, so it goes whole or not at all, and only tear-lines are agreed"


def hide(*selectors: str, level: str = "red") -> list[dict[str, Any]]:
    return [{"marking_ref": TLP[level], "selectors": list(selectors)}]


def torn(rule: str, **fields: Any) -> dict[str, Any]:
    """A clause with a rule on tear-lines."""
    return clause(fields={"allow": "standard", "external_references": "any", "tear_line": rule, **fields})


def told(asked: World, content: Mapping[str, Any]) -> tuple[Outcome, dict[str, tuple[Verdict, str]]]:
    """The outcome for a version, and what each rule says; one that is asked of several clauses says it for the last."""
    found = decision(asked, content)
    return found.outcome, {finding.rule: (finding.verdict, finding.because) for finding in found.findings}


def evidence(asked: World, content: Mapping[str, Any], rule: str) -> tuple[str, ...]:
    (found,) = (finding.evidence for finding in decision(asked, content).findings if finding.rule == rule)
    return found


def theirs(content: Mapping[str, Any]) -> HeldVersion:
    """Something that came from a party that has named the taker."""
    from_it = terms("fr", agreement(onward={"default": "named", "named": ["ru"]}).onward)
    return held(content, origins=("fr",), received=(from_it,))


OWN = malware(description="d", granular_markings=hide("description"))
PLAIN = malware()


def test_plain_object_goes_whole_and_says_nothing_of_parts() -> None:
    outcome, said = told(world(PLAIN), PLAIN)
    assert outcome is Outcome.WHOLE
    assert said[FORM] == (PERMITS, "its form is agreed")
    assert said[REMAINS] == (PERMITS, "nothing that it needs would be lost")
    for rule in (FIELDS, MARKINGS, SUMS, REFERENCES, "ExternalReferencesAllowed", "SourceDisclosed"):
        assert said[rule] == (Verdict.NOT_APPLICABLE, "does not apply here")


def test_part_that_can_be_cut_is_cut() -> None:
    outcome, said = told(world(OWN), OWN)
    assert outcome is Outcome.VARIANT
    assert said[MARKINGS] == (CUTS, CUT.format("description"))
    assert evidence(world(OWN), OWN, MARKINGS) == ("description",)
    assert said[FORM][0] is said[REMAINS][0] is PERMITS
    assert said[SUMS][0] is said[FIELDS][0] is said[REFERENCES][0] is Verdict.NOT_APPLICABLE


def test_without_a_tear_line_the_same_part_withholds() -> None:
    outcome, said = told(world(OWN, views=under(torn("none"))), OWN)
    assert outcome is Outcome.OUT
    assert said[MARKINGS] == (WITHHOLDS, LOST.format("description"))
    assert said[FORM] == (WITHHOLDS, NO_TEAR_LINE)
    assert said[REMAINS][0] is PERMITS


def test_where_only_tear_lines_are_agreed_every_own_object_is_one() -> None:
    outcome, said = told(world(PLAIN, views=under(torn("always"))), PLAIN)
    assert (outcome, said[FORM][0], said[REMAINS][0]) == (Outcome.VARIANT, PERMITS, PERMITS)


def test_part_of_what_is_not_ours_withholds_though_its_form_is_agreed() -> None:
    thing = malware(description="d")
    outcome, said = told(world(theirs(thing), views=under(torn("if-needed", deny=["description"]))), thing)
    assert outcome is Outcome.OUT
    assert said[FIELDS] == (WITHHOLDS, "the clause does not allow description, and the object cannot go without")
    assert said[FORM][0] is said[REMAINS][0] is PERMITS


def test_what_is_not_ours_goes_whole_or_not_at_all() -> None:
    outcome, said = told(world(theirs(PLAIN)), PLAIN)
    assert (outcome, said[FORM][0]) == (Outcome.WHOLE, PERMITS)
    outcome, said = told(world(theirs(PLAIN), views=under(torn("always"))), PLAIN)
    assert outcome is Outcome.OUT
    assert said[FORM] == (WITHHOLDS, NOT_OURS)


def test_marking_goes_whole_or_not_at_all_even_if_ours() -> None:
    identifier = "marking-definition--00000000-0000-4000-8000-00000000cccc"
    content = {"definition_type": "rel-to", "definition": {"rel_to": ["RU"]}, "object_marking_refs": [TLP["clear"]]}
    marking = {"type": "marking-definition", "spec_version": "2.1", "id": identifier, **content}
    outcome, said = told(world(marking, views=under(torn("always"))), marking)
    assert outcome is Outcome.OUT
    assert said[FORM] == (WITHHOLDS, NOT_OURS)


def test_agreement_without_clauses_says_nothing_of_forms() -> None:
    empty = replace(agreement(), share=())
    for thing in (held(OWN), theirs(PLAIN)):
        outcome, said = told(world(thing, views=(view(empty),)), thing.object.content)
        assert outcome is Outcome.OUT
        assert said[FORM][0] is said[REMAINS][0] is PERMITS


def test_only_parts_without_which_it_is_nothing_are_named_as_lost() -> None:
    thing = malware(description="d", granular_markings=hide("description", "is_family"))
    outcome, said = told(world(thing), thing)
    assert outcome is Outcome.OUT
    assert said[MARKINGS] == (WITHHOLDS, LOST.format("is_family"))


def test_part_that_would_only_be_cut_does_not_withhold_what_something_else_withholds() -> None:
    outcome, said = told(world(OWN, policies=policy(OWN, hold="h")), OWN)
    assert outcome is Outcome.OUT
    assert said[MARKINGS] == (CUTS, CUT.format("description"))


TWO = (
    clause(ceiling={"tlp": "green", "pap": "red"}),
    clause(id="S2", fields={"allow": "standard", "deny": ["description"], "tear_line": "if-needed"}),
)
AMBER = malware(description="d", granular_markings=hide("description", level="amber"))


def test_rules_that_keep_a_part_back_only_together_are_both_named() -> None:
    outcome, said = told(world(AMBER, views=under(*TWO)), AMBER)
    assert outcome is Outcome.VARIANT
    assert said[FIELDS] == (CUTS, "description cut, which no clause that matches allows")
    assert said[MARKINGS] == (CUTS, CUT.format("description"))


def test_rule_that_alone_keeps_a_part_back_is_named_alone() -> None:
    denied = clause(
        ceiling={"tlp": "green", "pap": "red"},
        fields={"allow": "standard", "deny": ["description"], "tear_line": "if-needed"},
    )
    outcome, said = told(world(AMBER, views=under(denied, TWO[1])), AMBER)
    assert outcome is Outcome.VARIANT
    assert said[FIELDS] == (CUTS, "description cut, which no clause that matches allows")
    assert said[MARKINGS] == (PERMITS, "ru may read its marked properties")
    assert evidence(world(AMBER, views=under(denied, TWO[1])), AMBER, MARKINGS) == ("description",)


def test_part_that_some_clause_lets_through_is_not_named_as_cut() -> None:
    wide = clause(id="S2", ceiling={"tlp": "amber", "pap": "red"})
    outcome, said = told(world(AMBER, views=under(TWO[0], wide), policies=policy(AMBER, hold="h")), AMBER)
    assert outcome is Outcome.OUT
    assert said[MARKINGS] == (PERMITS, "ru may read its marked properties")


def test_what_goes_whole_by_one_clause_is_not_cut_by_another() -> None:
    whole = torn("none")
    cut = {**torn("if-needed", deny=["description"]), "id": "S2"}
    thing = malware(description="d")
    outcome, said = told(world(thing, views=under(whole, cut)), thing)
    assert outcome is Outcome.WHOLE
    assert said[FIELDS] == (PERMITS, "the clause allows its properties")


PERSON = stix("identity", "p", name="A. Person", identity_class="individual", description="a cook")
BY_PSEUDONYM = clause(persons={"rule": "pseudonym"})


def test_person_under_a_pseudonym_is_told_with_all_that_is_cut() -> None:
    outcome, said = told(world(PERSON, views=under(BY_PSEUDONYM)), PERSON)
    assert outcome is Outcome.VARIANT
    assert said["PersonsRule"] == (CUTS, "name, description cut, since the person goes under a pseudonym")


def test_pseudonym_stands_in_for_the_name_and_for_nothing_else() -> None:
    hidden = {**PERSON, "granular_markings": hide("spec_version")}
    outcome, said = told(world(hidden, views=under(BY_PSEUDONYM)), hidden)
    assert outcome is Outcome.OUT
    assert said[MARKINGS] == (WITHHOLDS, LOST.format("spec_version"))


def test_nothing_stands_in_for_the_name_where_no_pseudonym_is_agreed() -> None:
    hidden = stix("identity", "o", name="Org", identity_class="organization", granular_markings=hide("name"))
    outcome, said = told(world(hidden), hidden)
    assert outcome is Outcome.OUT
    assert said[MARKINGS] == (WITHHOLDS, LOST.format("name"))


def test_what_sums_up_or_belongs_to_what_is_cut_is_named_in_order() -> None:
    place = stix("location", "l", country="IQ", latitude=1.0, longitude=2.0, precision=3.0)
    thing = {**place, "granular_markings": hide("latitude")}
    outcome, said = told(world(thing), thing)
    assert outcome is Outcome.VARIANT
    assert said[SUMS] == (CUTS, "longitude, precision cut, which sums up or belongs to what does not go")
    assert evidence(world(thing), thing, SUMS) == ("longitude", "precision")
    assert said[MARKINGS] == (CUTS, CUT.format("latitude"))


# References

TARGET, TORN = malware("target"), malware("torn", description="d", granular_markings=hide("description"))
HIDDEN = malware("hidden", tlp="red")
FIRST = malware("first")


def shown(target: Mapping[str, Any]) -> dict[str, Any]:
    """Something with an optional reference to a target."""
    return malware("shown", operating_system_refs=[target["id"]])


SOFTWARE_HIDDEN = observable("software", "s", name="s", tlp="red")


def test_references_that_are_all_in_the_view_are_named_as_such() -> None:
    link = related(FIRST, TARGET)
    asked = world(FIRST, TARGET, link)
    outcome, said = told(asked, link)
    assert outcome is Outcome.WHOLE
    assert said[REFERENCES] == (PERMITS, "what it refers to is in the view")
    assert evidence(asked, link, REFERENCES) == (
        f"{FIRST['id']} (source_ref)",
        f"{TARGET['id']} (target_ref)",
    )


def test_required_reference_that_is_out_withholds() -> None:
    link = related(FIRST, HIDDEN)
    outcome, said = told(world(FIRST, HIDDEN, link), link)
    assert outcome is Outcome.OUT
    where = f"{HIDDEN['id']} (target_ref)"
    assert said[REFERENCES] == (WITHHOLDS, f"it refers to {where}, which ru does not get, at least not whole")
    assert evidence(world(FIRST, HIDDEN, link), link, REFERENCES) == (where,)


def test_reference_to_what_is_not_held_withholds_in_the_same_way() -> None:
    link = related(FIRST, HIDDEN)
    _, said = told(world(FIRST, link), link)
    assert said[REFERENCES][0] is WITHHOLDS


def test_optional_reference_that_is_out_is_cut() -> None:
    thing = shown(SOFTWARE_HIDDEN)
    outcome, said = told(world(SOFTWARE_HIDDEN, thing), thing)
    assert outcome is Outcome.VARIANT
    where = f"{SOFTWARE_HIDDEN['id']} (operating_system_refs.[0])"
    assert said[REFERENCES] == (CUTS, f"references to {where} cut, which ru does not get")


def test_optional_reference_that_is_out_does_not_withhold_what_something_else_withholds() -> None:
    thing = shown(SOFTWARE_HIDDEN)
    outcome, said = told(world(SOFTWARE_HIDDEN, thing, policies=policy(thing, hold="h")), thing)
    assert (outcome, said[REFERENCES][0]) == (Outcome.OUT, CUTS)


def test_without_a_tear_line_an_optional_reference_that_is_out_withholds() -> None:
    thing = shown(SOFTWARE_HIDDEN)
    outcome, said = told(world(SOFTWARE_HIDDEN, thing, views=under(torn("none"))), thing)
    assert (outcome, said[REFERENCES][0], said[FORM]) == (Outcome.OUT, WITHHOLDS, (WITHHOLDS, NO_TEAR_LINE))


def test_required_reference_to_a_variant_is_in_the_view() -> None:
    link = related(FIRST, TORN)
    asked = world(FIRST, TORN, link)
    outcome, said = told(asked, link)
    assert outcome is Outcome.VARIANT
    assert said[REFERENCES] == (PERMITS, "what it refers to is in the view")
    assert evidence(asked, link, REFERENCES) == (f"{TORN['id']} (target_ref)",)


def test_what_goes_whole_only_cannot_refer_to_a_variant() -> None:
    link = related(FIRST, TORN)
    views = under(torn("none", allow=["standard"]), {**torn("if-needed"), "id": "S2", "types": ["malware"]})
    outcome, said = told(world(FIRST, TORN, link, views=views), link)
    assert (outcome, said[REFERENCES][0]) == (Outcome.OUT, WITHHOLDS)
    assert evidence(world(FIRST, TORN, link, views=views), link, REFERENCES) == (f"{TORN['id']} (target_ref)",)


def test_translation_of_a_variant_is_withheld_for_the_reference() -> None:
    translation = stix("language-content", "l", object_ref=TORN["id"], contents={"fr": {"name": "n"}})
    asked = world(TORN, translation)
    outcome, said = told(asked, translation)
    assert (outcome, said[REFERENCES][0]) == (Outcome.OUT, WITHHOLDS)
    assert evidence(asked, translation, REFERENCES) == (f"{TORN['id']} (object_ref)",)


def test_reference_to_itself_is_no_reason_against_itself() -> None:
    thing = malware(description=f"see {PLAIN['id']}", tlp="red")
    outcome, said = told(world(thing), thing)
    assert outcome is Outcome.OUT
    assert said[REFERENCES][0] is PERMITS


def test_what_needs_a_reference_and_what_does_not_are_told_apart() -> None:
    note = stix("note", "n", content="c", object_refs=[TARGET["id"]], created_by_ref=HIDDEN["id"])
    outcome, said = told(world(TARGET, HIDDEN, note, policies=policy(note, hold="h")), note)
    assert outcome is Outcome.OUT
    where = f"{HIDDEN['id']} (created_by_ref)"
    assert said[REFERENCES] == (CUTS, f"references to {where} cut, which ru does not get")


# What must remain, and the form

PLACE = stix("location", "p", country="IQ", granular_markings=hide("country", level="amber"))
GREEN_ONLY = {"tlp": "green", "pap": "red"}


def test_last_of_a_group_is_named_as_what_would_not_remain() -> None:
    asked = world(PLACE, views=under(clause(ceiling=GREEN_ONLY)))
    outcome, said = told(asked, PLACE)
    assert outcome is Outcome.OUT
    assert said[REMAINS] == (WITHHOLDS, "nothing would remain of country")
    assert evidence(asked, PLACE, REMAINS) == ("country",)
    assert said[FORM][0] is PERMITS


def test_without_a_tear_line_nothing_has_to_remain() -> None:
    _, said = told(world(PLACE, views=under({**torn("none"), "ceiling": GREEN_ONLY})), PLACE)
    assert said[REMAINS][0] is PERMITS
    assert said[FORM] == (WITHHOLDS, NO_TEAR_LINE)


def test_what_could_go_whole_loses_nothing() -> None:
    whole = torn("none")
    cut = {**torn("if-needed"), "id": "S2", "ceiling": GREEN_ONLY}
    outcome, said = told(world(PLACE, views=under(whole, cut), policies=policy(PLACE, hold="h")), PLACE)
    assert outcome is Outcome.OUT
    assert said[REMAINS][0] is said[FORM][0] is PERMITS


def test_what_could_go_whole_needs_no_tear_line() -> None:
    outcome, said = told(world(PLAIN, views=under(torn("none")), policies=policy(PLAIN, hold="h")), PLAIN)
    assert (outcome, said[FORM][0]) == (Outcome.OUT, PERMITS)


def test_each_view_is_told_of_itself_alone() -> None:
    open_to_iq = view(agreement(name="b", takers=("iq",)), "iq", country="IQ")
    closed = view(agreement(clause(types=["relationship"])))
    link = related(FIRST, TARGET)
    asked = world(FIRST, TARGET, link, views=(closed, open_to_iq))
    _, said = told(asked, link)
    assert said[REFERENCES][0] is WITHHOLDS
    found = decision(asked, link, open_to_iq.key)
    assert (found.outcome, found.view.taker) == (Outcome.WHOLE, IQ)


@pytest.mark.parametrize("rule", [FORM, REMAINS])
def test_form_and_remains_are_always_told(rule: str) -> None:
    for thing in (PLAIN, OWN, HIDDEN):
        assert rule in told(world(thing), thing)[1]
