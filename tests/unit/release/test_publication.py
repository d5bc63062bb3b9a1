from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from sepakat.claims.extension import VARIANT_EXTENSION, sepakat_identity, variant_extension_definition
from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide_all
from sepakat.release.question import View, ViewKey, World
from sepakat.release.state import Change, Decided
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from tests.unit.release.small import (
    NOW,
    STATEMENT,
    TLP,
    VIEW,
    agreement,
    clause,
    decision,
    held,
    malware,
    outcome,
    party_id,
    policy,
    scaffold,
    stix,
    view,
    world,
)


def shown(asked: World, key: ViewKey = VIEW) -> dict[str, Outcome]:
    return {identifier: outcome for (identifier, _), outcome in decide_all(asked, NOW).released(key)}


ENDS = {party_id("us"), party_id("ru")}


def test_view_in_force_shows_giver_and_taker_and_nothing_that_nobody_mentions() -> None:
    assert set(shown(world())) == ENDS


def test_marking_of_a_released_object_is_shown_whole() -> None:
    assert shown(world(malware())) == dict.fromkeys([*ENDS, malware()["id"], TLP["green"]], Outcome.WHOLE)


def test_partner_that_a_released_object_names_is_shown() -> None:
    thing = malware(created_by_ref=party_id("iq"), tlp="clear")
    assert party_id("iq") in shown(world(thing))


def test_scaffold_of_what_was_cut_is_not_shown() -> None:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
    kept = [{"marking_ref": STATEMENT, "selectors": ["name"]}]
    thing = malware(description="d", granular_markings=[*hidden, *kept])
    found = shown(world(thing))
    assert found[thing["id"]] is Outcome.VARIANT
    assert STATEMENT in found
    assert TLP["red"] not in found


def test_creator_of_a_variant_is_not_shown_since_the_giver_stands_there() -> None:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
    thing = malware(description="d", granular_markings=hidden, created_by_ref=party_id("us"))
    assert set(shown(world(thing))) == {*ENDS, thing["id"], TLP["green"]}


def test_scaffold_that_scaffold_points_to_is_shown_with_it() -> None:
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--00000000-0000-4000-8000-00000000f00d",
        "created": "2026-01-01T00:00:00.000Z",
        "created_by_ref": party_id("fr"),
        "definition_type": "statement",
        "definition": {"statement": "fr says"},
    }
    thing = malware(tlp=None, object_marking_refs=[marking["id"]])
    assert {marking["id"], party_id("fr")} <= set(shown(world(marking, thing)))


def test_definition_of_an_extension_is_shown_with_an_object_that_uses_it() -> None:
    definition = {**variant_extension_definition()}
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
    thing = malware(description="d", granular_markings=hidden)
    assert VARIANT_EXTENSION in shown(world(definition, sepakat_identity(), thing))
    assert VARIANT_EXTENSION not in shown(world(definition, malware()))


def test_definition_of_an_extension_that_names_what_is_not_in_the_view_is_not_shown() -> None:
    definition = variant_extension_definition()
    thing = malware(description="d", granular_markings=[{"marking_ref": TLP["red"], "selectors": ["description"]}])
    hidden = {**sepakat_identity(), "object_marking_refs": [TLP["red"]]}
    assert VARIANT_EXTENSION not in shown(world(definition, hidden, thing))
    assert VARIANT_EXTENSION not in shown(world(definition, thing))


def test_scaffold_is_never_shown_for_a_clause_alone() -> None:
    asked = world()
    for version in scaffold():
        content: Any = version.object.content
        expected = Outcome.WHOLE if content["id"] in ENDS else Outcome.OUT
        assert outcome(asked, content) is expected


def test_unknown_identity_is_no_scaffold() -> None:
    somebody = stix("identity", "somebody", name="s", identity_class="organization", tlp="red")
    assert somebody["id"] not in shown(world(somebody))


def test_view_that_is_not_in_force_shows_nothing() -> None:
    asked = world(malware(), views=(view(agreement(), in_force=False),))
    assert shown(asked) == {}
    found = decision(asked, malware())
    assert found.outcome is Outcome.OUT
    assert [finding.rule for finding in found.failing] == ["AgreementInForce"]
    assert "it is suspended" in found.failing[0].because


def test_views_do_not_see_each_others_scaffold() -> None:
    views = (view(agreement()), view(agreement(name="b", takers=("fr",)), "fr", country="FR"))
    other = ViewKey(AgreementId("b"), PartyId("fr"))
    asked = world(views=views)
    assert set(shown(asked, other)) == {party_id("us"), party_id("fr")}
    assert StixId(party_id("ru")) not in shown(asked, other)


# By view, and as things change.

FR_KEY = ViewKey(AgreementId("b"), PartyId("fr"))
RU_ENDS, FR_ENDS = {party_id("us"), party_id("ru")}, {party_id("us"), party_id("fr")}
CUT = {"fields": {"allow": "standard", "deny": ["description"], "external_references": "any", "tear_line": "if-needed"}}

WORMS = {"fields": {**CUT["fields"], "deny": ["malware_types"]}}


def both(ru: Mapping[str, Any] | None = None, fr: Mapping[str, Any] | None = None) -> tuple[View, ...]:
    """The view of `ru` and after it that of `fr`, with one clause each."""
    return (
        view(agreement(clause(**(ru or {})))),
        view(agreement(clause(**(fr or {})), name="b", takers=("fr",)), "fr", country="FR"),
    )


def scaffold_of(found: Verdicts) -> tuple[set[str], set[str]]:
    """The scaffold that each of the two views shows."""
    return set(found.publication.of(VIEW)), set(found.publication.of(FR_KEY))


@pytest.mark.parametrize(
    ("ru", "fr", "in_ru", "in_fr"),
    [
        ({}, {}, True, True),
        ({"types": ["tool"]}, {}, False, True),
        ({}, {"types": ["tool"]}, True, False),
        (CUT, {}, True, True),
        ({}, CUT, True, True),
        ({"types": ["tool"]}, CUT, False, True),
    ],
)
def test_marking_is_shown_in_the_views_that_have_the_object_whole_or_cut(
    ru: Any, fr: Any, in_ru: bool, in_fr: bool
) -> None:
    thing = malware(description="d")
    found = scaffold_of(decide_all(world(thing, views=both(ru, fr)), NOW))
    assert found == (RU_ENDS | ({TLP["green"]} if in_ru else set()), FR_ENDS | ({TLP["green"]} if in_fr else set()))


def test_two_mentions_of_one_marking_add_up() -> None:
    marked = malware(object_marking_refs=[TLP["green"], TLP["green"]])
    other = stix("tool", "t", name="t")
    views = both({"types": ["tool"]}, {"types": ["malware"]})
    assert scaffold_of(decide_all(world(marked, other, views=views), NOW)) == (
        RU_ENDS | {TLP["green"]},
        FR_ENDS | {TLP["green"]},
    )


@pytest.mark.parametrize(("ru", "fr", "shown_to"), [(WORMS, {}, (True, False)), ({}, WORMS, (False, True))])
def test_extension_of_variants_is_shown_where_something_is_cut(ru: Any, fr: Any, shown_to: tuple[bool, bool]) -> None:
    asked = world(
        variant_extension_definition(), sepakat_identity(), malware(malware_types=["worm"]), views=both(ru, fr)
    )
    assert tuple(VARIANT_EXTENSION in found for found in scaffold_of(decide_all(asked, NOW))) == shown_to


def test_marking_of_a_part_is_shown_where_the_part_remains() -> None:
    marked = [{"marking_ref": STATEMENT, "selectors": ["name"]}]
    thing = malware(description="d", granular_markings=marked)
    for ru, fr, shown_to in (
        (CUT, {}, (True, True)),
        (CUT, {"types": ["tool"]}, (True, False)),
        ({"types": ["tool"]}, CUT, (False, True)),
    ):
        found = scaffold_of(decide_all(world(thing, views=both(ru, fr)), NOW))
        assert tuple(STATEMENT in shown for shown in found) == shown_to


def test_marking_of_what_each_view_cuts_otherwise_is_shown_where_it_stays() -> None:
    marked = [{"marking_ref": STATEMENT, "selectors": ["description"]}]
    thing = malware(description="d", malware_types=["worm"], granular_markings=marked)
    found = scaffold_of(decide_all(world(thing, views=both(CUT, WORMS)), NOW))
    assert tuple(STATEMENT in shown for shown in found) == (False, True)


def test_scaffold_that_nobody_mentions_mentions_nothing_itself() -> None:
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "created": "2026-01-01T00:00:00.000Z",
        "id": "marking-definition--00000000-0000-4000-8000-00000000f00d",
        "created_by_ref": party_id("iq"),
        "definition_type": "statement",
        "definition": {"statement": "iq says"},
    }
    assert set(shown(world(marking))) == ENDS


def test_taker_whose_identity_is_not_held_is_not_shown() -> None:
    asked = world(malware())
    without = {key: versions for key, versions in asked.versions.items() if key != party_id("ru")}
    assert decide_all(replace(asked, versions=without), NOW).publication.of(VIEW) == {party_id("us"), TLP["green"]}


def test_scaffold_that_cannot_be_shown_is_not_shown_with_what_points_to_it() -> None:
    partner = {
        **stix("identity", "party iq", tlp=None, name="iq", identity_class="organization"),
        "extensions": {VARIANT_EXTENSION: {"extension_type": "property-extension"}},
    }
    thing = malware(created_by_ref=party_id("iq"), tlp="clear")
    asked = world(thing)
    asked = replace(asked, versions={**asked.versions, StixId(party_id("iq")): (held(partner),)})
    for more, is_shown in (([sepakat_identity()], True), ([], False)):
        made = {StixId(one["id"]): (held(one),) for one in [variant_extension_definition(), *more]}
        found = decide_all(replace(asked, versions={**asked.versions, **made}), NOW).publication.of(VIEW)
        assert party_id("iq") in found
        assert (VARIANT_EXTENSION in found) is is_shown


def test_definition_of_an_extension_that_cannot_be_read_is_not_shown() -> None:
    definition = {**variant_extension_definition(), "modified": "soon"}
    thing = malware(description="d", granular_markings=[{"marking_ref": TLP["red"], "selectors": ["description"]}])
    assert VARIANT_EXTENSION not in shown(world(definition, sepakat_identity(), thing))


def leaves(*contents: Mapping[str, Any]) -> Change:
    """That these are no longer held."""
    return Change(versions={StixId(content["id"]): () for content in contents})


def apply(decided: Decided, change: Change) -> tuple[set[str], set[str]]:
    """Take a change in; what each view shows then, as it is found from nothing too."""
    decided.apply(change, decided.now)
    assert scaffold_of(decided.verdicts) == scaffold_of(decide_all(decided.world, decided.now))
    return scaffold_of(decided.verdicts)


def test_scaffold_goes_with_the_last_object_that_mentions_it_in_a_view() -> None:
    tool = stix("tool", "t", name="t", tlp="amber")
    things = [malware(name, tlp="amber") for name in "abc"]
    views = both({}, {"types": ["malware"]})
    decided = Decided(world(tool, *things, views=views), NOW)
    with_it, without = {TLP["amber"]}, set[str]()
    assert apply(decided, leaves(things[0])) == (RU_ENDS | with_it, FR_ENDS | with_it)
    assert apply(decided, leaves(*things[1:])) == (RU_ENDS | with_it, FR_ENDS | without)
    assert apply(decided, leaves(tool)) == (RU_ENDS, FR_ENDS)
    again = Change(versions={StixId(tool["id"]): (held(tool),)})
    assert apply(decided, again) == (RU_ENDS | with_it, FR_ENDS)


def test_scaffold_stays_where_others_mention_it_each_in_one_view() -> None:
    tool, report = stix("tool", "t", name="t", tlp="amber"), stix("location", "l", country="KE", tlp="amber")
    thing = malware(tlp="amber")
    views = both({"types": ["tool", "malware"]}, {"types": ["location", "malware"]})
    decided = Decided(world(thing, tool, report, views=views), NOW)
    assert apply(decided, leaves(thing)) == (RU_ENDS | {TLP["amber"]}, FR_ENDS | {TLP["amber"]})
    assert apply(decided, leaves(tool)) == (RU_ENDS, FR_ENDS | {TLP["amber"]})


def test_scaffold_goes_from_the_view_from_which_the_object_is_recalled() -> None:
    thing = malware(tlp="amber")
    decided = Decided(world(thing, views=both()), NOW)
    recalled = Change(policies=policy(thing, recalled_views=frozenset({FR_KEY})))
    assert apply(decided, recalled) == (RU_ENDS | {TLP["amber"]}, FR_ENDS)
    assert apply(decided, Change(policies=policy(thing, recalled_views=frozenset({VIEW})))) == (
        RU_ENDS,
        FR_ENDS | {TLP["amber"]},
    )
    assert apply(decided, Change(policies=policy(thing))) == (RU_ENDS | {TLP["amber"]}, FR_ENDS | {TLP["amber"]})


def test_object_that_mentions_another_marking_mentions_the_first_no_more() -> None:
    thing, other = malware(tlp="amber"), malware("other", tlp="amber")
    decided = Decided(world(thing, other, views=both()), NOW)
    changed = Change(versions={StixId(thing["id"]): (held(malware(tlp="clear")),)})
    with_both = {TLP["amber"], TLP["clear"]}
    assert apply(decided, changed) == (RU_ENDS | with_both, FR_ENDS | with_both)
    assert apply(decided, leaves(other)) == (RU_ENDS | {TLP["clear"]}, FR_ENDS | {TLP["clear"]})


class NotLookedThrough(dict[StixId, None]):
    """What nobody may go through."""

    def __iter__(self) -> Iterator[StixId]:
        raise AssertionError("looked through all that mention the marking")


def test_object_that_mentions_what_it_did_costs_no_look_at_others() -> None:
    decided = Decided(world(malware(), malware("other"), views=both()), NOW)
    found = decided.verdicts.publication
    found._mentioning[StixId(TLP["green"])] = NotLookedThrough()
    found.renew([StixId(malware()["id"])])
    with pytest.raises(AssertionError, match="looked through"):
        decided.apply(leaves(malware()), NOW)


def test_nothing_is_in_doubt_about_what_goes_whole() -> None:
    thing = malware(granular_markings=[{"marking_ref": STATEMENT, "selectors": ["name"]}])
    assert decide_all(world(thing, views=both()), NOW).publication._in_doubt == {}
