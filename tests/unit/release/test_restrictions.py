from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sepakat.release.decision import Outcome
from sepakat.release.levels import level_of
from sepakat.release.policies import shipped_policies
from sepakat.release.restrictions import NOT_HELD, UNKNOWN, Audience, Restriction, read_marking
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import PAP, TLP_1, TLP_2
from tests.unit.release.small import (
    SINCE,
    TLP,
    agreement,
    clause,
    failing,
    held,
    malware,
    outcome,
    party_id,
    terms,
    view,
    world,
)

ACS = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
NUMBER = "marking-definition--00000000-0000-4000-8000-00000000eeee"


def marking(**content: Any) -> dict[str, Any]:
    return {"type": "marking-definition", "spec_version": "2.1", "id": NUMBER, "created": SINCE, **content}


def rel_to(*countries: str, **more: Any) -> dict[str, Any]:
    return marking(definition_type="rel-to", definition={"rel_to": list(countries)}, **more)


def iep(**stated: Any) -> dict[str, Any]:
    policy = {
        "iep_version": 2.0,
        "name": "p",
        "tlp": "green",
        "attribution": "may",
        "unmodified_resale": "must-not",
        **stated,
    }
    return marking(definition_type="iep", definition=policy)


def acs(**stated: Any) -> dict[str, Any]:
    base = {
        "extension_type": "property-extension",
        "identifier": "isa:guide.19001.ACS3-1",
        "policy_reference": "urn:isa:policy:acs:ns:v3.0?privdefault=deny&sharedefault=deny",
        "control_set": {"classification": "U"},
        "access_privilege": [
            {
                "privilege_action": "DSPLY",
                "privilege_scope": {"permitted_nationalities": ["RUS"]},
                "rule_effect": "permit",
            }
        ],
    }
    return marking(extensions={ACS: {**base, **stated}})


@pytest.mark.parametrize(("table", "axis"), [(TLP_1, "tlp"), (TLP_2, "tlp"), (PAP, "pap")])
def test_colours_are_levels_of_their_axis_and_scaffold(table: Mapping[str, Any], axis: str) -> None:
    for level, made in table.items():
        read = read_marking(made.content)
        assert getattr(read, axis) == level_of(axis, level)
        assert read.is_scaffold


def test_colour_under_an_id_that_is_not_its_own_is_unknown() -> None:
    assert not read_marking(marking(definition_type="tlp", definition={"tlp": "white"})).is_known


def test_marking_is_known_and_no_scaffold_and_an_audience_permissive_unless_stated() -> None:
    plain = Restriction("m")
    assert (plain.is_known, plain.is_scaffold, plain.audiences, plain.rules) == (True, False, (), ())
    assert (plain.tlp, plain.pap, plain.classification, plain.releasable_to) == (None, None, None, None)
    assert Audience("parties", frozenset()).is_restrictive is False
    assert UNKNOWN == Restriction("an unknown marking", is_known=False) == read_marking(marking())
    assert Restriction("a marking that is not held", is_known=False) == NOT_HELD


def test_statement_is_scaffold_and_restricts_nothing() -> None:
    read = read_marking(marking(definition_type="statement", definition={"statement": "(c)"}))
    assert read == Restriction("a statement", is_scaffold=True)


@pytest.mark.parametrize(
    "content",
    [
        marking(definition_type="x-acme", definition={}),
        marking(),
        rel_to("IQ", extensions={ACS: {}}),
        marking(definition_type="rel-to", definition={"rel_to": ["IQ"], "except": ["FR"]}),
        marking(definition_type="rel-to", definition={"rel_to": ["IQ"], "except": {}}),
        marking(definition_type="rel-to", definition={}),
        marking(definition_type="rel-to", definition={"rel_to": [1]}),
        marking(definition_type="rel-to"),
        iep(tlp="mauve"),
        iep(end_date="2030-01-01T00:00:00Z"),
        iep(iep_version=3),
        iep(surprise=1),
        acs(control_set={"classification": "X"}),
        acs(control_set="U"),
        acs(surprise=1),
        acs(further_sharing=[{"rule_effect": "perhaps", "sharing_scope": ["ALL"]}]),
        acs(further_sharing="all"),
    ],
)
def test_marking_that_cannot_be_read_for_certain_is_unknown(content: dict[str, Any]) -> None:
    assert not read_marking(content).is_known


def test_iep_has_its_tlp_level() -> None:
    assert read_marking(iep(tlp="amber-strict")).tlp == level_of("tlp", "amber+strict")


def marked(**content: Any) -> dict[str, Any]:
    return malware(tlp=None, object_marking_refs=[NUMBER], **content)


def itself(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "object_marking_refs": [TLP["clear"]]}


@pytest.mark.parametrize(
    ("countries", "ceiling", "goes"),
    [
        (("RU", "IQ"), ["RU"], True),
        (("RUS", "IRQ"), ["RU", "IQ"], True),
        (("RU",), ["RU", "IQ"], False),
        (("IQ",), ["IQ"], False),
        (("RU",), None, False),
    ],
)
def test_rel_to_needs_the_takers_country_and_bounds_the_ceiling(
    countries: tuple[str, ...], ceiling: list[str] | None, goes: bool
) -> None:
    limits = {"tlp": "red", **({"releasable_to": ceiling} if ceiling else {})}
    asked = world(itself(rel_to(*countries)), marked(), views=(view(agreement(clause(ceiling=limits))),))
    assert (outcome(asked, marked()) is Outcome.WHOLE) is goes


def test_rel_to_withholds_from_a_taker_of_unknown_country() -> None:
    limits = {"tlp": "red", "releasable_to": ["RU"]}
    asked = world(itself(rel_to("RU")), marked(), views=(view(agreement(clause(ceiling=limits)), country=None),))
    assert failing(asked, marked()) == {"AmongReaders"}


@pytest.mark.parametrize(
    ("stated", "goes"),
    [
        ({}, True),
        ({"access_privilege": []}, False),
        ({"control_set": {"classification": "S"}}, False),
        ({"control_set": {"classification": "U", "sci_controls": ["HCS"]}}, False),
        ({"control_set": {"classification": "U", "entity": ["GOV"]}}, False),
        ({"control_set": {"classification": "U", "formal_determination": ["PUBREL"]}}, True),
        ({"control_set": {"classification": "U", "formal_determination": ["FOUO"]}}, False),
        (
            {
                "policy_reference": "urn:isa:policy:acs:ns:v3.0?privdefault=permit",
                "access_privilege": [
                    {
                        "privilege_action": "DSPLY",
                        "privilege_scope": {"permitted_nationalities": ["RUS"]},
                        "rule_effect": "deny",
                    }
                ],
            },
            False,
        ),
        ({"policy_reference": "urn:isa:policy:acs:ns:v3.0?privdefault=permit", "access_privilege": []}, True),
    ],
)
def test_acs_of_this_node_follows_access_privileges_and_compartments(stated: dict[str, Any], goes: bool) -> None:
    asked = world(itself(acs(**stated)), marked())
    assert (outcome(asked, marked()) is Outcome.WHOLE) is goes


@pytest.mark.parametrize(
    ("sharing", "goes"),
    [
        ([], False),
        ([{"rule_effect": "permit", "sharing_scope": ["ALL"]}], True),
        ([{"rule_effect": "permit", "sharing_scope": ["RUS"]}], True),
        ([{"rule_effect": "permit", "sharing_scope": ["ru"]}], True),
        ([{"rule_effect": "permit", "sharing_scope": ["FRA"]}], False),
        (
            [{"rule_effect": "permit", "sharing_scope": ["ALL"]}, {"rule_effect": "deny", "sharing_scope": ["RUS"]}],
            False,
        ),
        (
            [
                {"rule_effect": "permit", "sharing_scope": ["ALL"]},
                {"rule_effect": "deny", "sharing_scope": ["FOREIGN"]},
            ],
            False,
        ),
        (
            [{"rule_effect": "permit", "sharing_scope": ["ALL"]}, {"rule_effect": "deny", "sharing_scope": ["FRA"]}],
            True,
        ),
    ],
)
def test_acs_of_another_owner_also_asks_further_sharing(sharing: list[Any], goes: bool) -> None:
    thing = marked(created_by_ref=party_id("fr"))
    asked = world(itself(acs(further_sharing=sharing)), held(thing, received=(terms("fr"),)))
    assert (outcome(asked, thing) is Outcome.WHOLE) is goes


def test_marking_with_compartments_is_an_ordinary_object() -> None:
    thing = marked()
    hidden = rel_to("RU", object_marking_refs=[TLP["red"]])
    limits = {"tlp": "amber", "releasable_to": ["RU"]}
    asked = world(hidden, thing, views=(view(agreement(clause(ceiling=limits))),))
    assert failing(asked, thing) == {"ReferencesInView"}


def test_all_held_versions_of_a_marking_bind() -> None:
    other = {**rel_to("FR", object_marking_refs=[TLP["clear"]]), "created": "2026-01-02T00:00:00.000Z"}
    limits = {"tlp": "amber", "releasable_to": ["RU"]}
    asked = world(itself(rel_to("RU")), other, marked(), views=(view(agreement(clause(ceiling=limits))),))
    assert outcome(asked, marked()) is Outcome.OUT


def test_shipped_policies_name_what_they_need() -> None:
    for policy in shipped_policies():
        assert policy.keys() >= {"name", "recognised_by", "is_scaffold", "needs", "carries"}
        assert StixId(policy["name"])
