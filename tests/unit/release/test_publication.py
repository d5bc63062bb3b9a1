from __future__ import annotations

from typing import Any

from sepakat.claims.extension import VARIANT_EXTENSION, sepakat_identity, variant_extension_definition
from sepakat.release.decision import Outcome
from sepakat.release.engine import decide_all
from sepakat.release.question import ViewKey, World
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from tests.unit.release.small import (
    NOW,
    STATEMENT,
    TLP,
    VIEW,
    agreement,
    decision,
    malware,
    outcome,
    party_id,
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
