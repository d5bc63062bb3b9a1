"""A change touches what it can change and nothing else; and what it touches ends as if all were decided anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sepakat.agreements.terms import TearLine, Tlp
from sepakat.release import changing, static_rules
from sepakat.release.compiled import Compiled
from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide, decide_all
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.question import ObjectPolicy, View, ViewKey, World
from sepakat.release.state import Change, Decided
from sepakat.release.versions import Version
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from tests.unit.release.small import (
    NOW,
    TLP,
    VIEW,
    agreement,
    clause,
    held,
    malware,
    policy,
    ref,
    related,
    standings,
    stix,
    topics,
    under,
    view,
    world,
)

CRIME = {"any": ["crime"]}
HUB = malware("hub")
PLAIN = [malware(f"plain {number}") for number in range(5)]
WANTED = malware("wanted")
ABOUT = policy(WANTED, topics=frozenset({"crime"}))
NARROW = under(clause(topics=CRIME))


def arrives(*contents: Mapping[str, Any]) -> Change:
    """That these objects are now held, in one version each."""
    return Change(versions={StixId(content["id"]): (held(content),) for content in contents})


def leaves(*contents: Mapping[str, Any]) -> Change:
    """That these are no longer held."""
    return Change(versions={StixId(content["id"]): () for content in contents})


def names(*contents: Mapping[str, Any]) -> set[str]:
    """The ids of objects."""
    return {content["id"] for content in contents}


def apply(decided: Decided, change: Change) -> frozenset[StixId]:
    """Take a change in and see that everything is as if decided anew."""
    touched = decided.apply(change, decided.now)
    fresh = decide_all(decided.world, decided.now)
    assert standings(decided.verdicts) == standings(fresh)
    for versions in decided.world.versions.values():
        for version in versions:
            for key in decided.world.views:
                name = version.object.version_ref
                assert decided.verdicts.outcome(name, key) == fresh.outcome(name, key), name
    return touched


def hub_world(*more: Mapping[str, Any], **inputs: Any) -> World:
    """A hub that is about nothing, with relationships to others that are about nothing, and something wanted."""
    links = [related(HUB, other) for other in PLAIN[:4]]
    return world(HUB, *PLAIN, WANTED, *links, *more, **{"views": NARROW, "policies": ABOUT, **inputs})


def test_relationship_to_something_unwanted_touches_nothing_else() -> None:
    decided = Decided(hub_world(), NOW)
    new = related(HUB, PLAIN[4])
    assert apply(decided, arrives(new)) == names(new)
    assert decided.verdicts.outcome(ref(new), VIEW) is Outcome.OUT


def test_relationship_to_something_wanted_lets_its_other_end_rise_and_no_more() -> None:
    decided = Decided(hub_world(), NOW)
    new = related(HUB, WANTED)
    assert apply(decided, arrives(new)) == names(new, HUB)
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    assert names(new, HUB) <= apply(decided, leaves(new))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.OUT


@pytest.mark.parametrize(
    "stopped", [{"hold": "stop"}, {"recalled": True}, {"expires_at": NOW - timedelta(days=1)}], ids=str
)
def test_relationship_to_something_wanted_that_is_stopped_raises_nobody(stopped: Mapping[str, Any]) -> None:
    kept = policy(WANTED, topics=frozenset({"crime"}), **stopped)
    decided = Decided(hub_world(policies=kept), NOW)
    new = related(HUB, WANTED)
    assert apply(decided, arrives(new)) == names(new)


def test_relationship_that_may_not_go_itself_raises_nobody() -> None:
    decided = Decided(hub_world(), NOW)
    new = related(HUB, WANTED, object_marking_refs=["marking-definition--00000000-0000-4000-8000-00000000bbbb"])
    assert apply(decided, arrives(new)) == names(new)


def test_relationship_whose_end_is_not_held_raises_nobody_until_it_is() -> None:
    new = related(HUB, WANTED)
    without = replace(hub_world(), versions={k: v for k, v in hub_world().versions.items() if k != WANTED["id"]})
    decided = Decided(without, NOW)
    assert apply(decided, arrives(new)) == names(new)
    assert names(new, WANTED, HUB) <= apply(decided, arrives(WANTED))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE


def test_missing_target_lets_rise_what_waited_for_it_through_any_number_of_steps() -> None:
    reports = [HUB]
    for number in range(5):
        reports.append(
            stix("report", f"{number}", name="r", published="2026-01-01T00:00:00Z", object_refs=[reports[-1]["id"]])
        )
    decided = Decided(world(*reports[1:], *PLAIN), NOW)
    assert decided.verdicts.outcome(ref(reports[-1]), VIEW) is Outcome.OUT
    assert apply(decided, arrives(HUB)) == names(*reports)
    assert decided.verdicts.outcome(ref(reports[-1]), VIEW) is Outcome.WHOLE


def test_circle_rises_as_a_whole_when_what_all_of_it_needed_comes() -> None:
    one, two = ({"name": "r", "published": "2026-01-01T00:00:00Z"} for _ in range(2))
    first = stix("report", "first", **one, object_refs=[stix("report", "second")["id"]], created_by_ref=HUB["id"])
    second = stix("report", "second", **two, object_refs=[first["id"]])
    whole_or_not = under(clause(fields={"allow": "standard", "external_references": "any", "tear_line": "none"}))
    decided = Decided(world(first, second, views=whole_or_not), NOW)
    assert decided.verdicts.outcome(ref(second), VIEW) is Outcome.OUT
    assert apply(decided, arrives(HUB)) == names(HUB, first, second)
    assert decided.verdicts.outcome(ref(second), VIEW) is Outcome.WHOLE


@pytest.mark.parametrize("at_once", [True, False])
def test_object_rises_when_the_second_of_two_clauses_that_it_needs_gets_its_evidence(at_once: bool) -> None:
    hub, spied = malware("two-faced", description="d", malware_types=["worm"]), malware("spied")
    fields = {"allow": "any", "external_references": "any", "tear_line": "none"}
    one = clause(id="S1", topics=CRIME, fields={**fields, "deny": ["description"]})
    other = clause(id="S2", topics={"any": ["spying"]}, fields={**fields, "deny": ["malware_types"]})
    policies = {**ABOUT, **policy(spied, topics=frozenset({"spying"}))}
    decided = Decided(world(hub, WANTED, spied, views=under(one, other), policies=policies), NOW)
    first, second = related(hub, WANTED), related(hub, spied)
    for change in [arrives(first, second)] if at_once else [arrives(first), arrives(second)]:
        assert decided.verdicts.outcome(ref(hub), VIEW) is Outcome.OUT
        apply(decided, change)
    assert decided.verdicts.outcome(ref(hub), VIEW) is Outcome.WHOLE


def test_variant_whose_reference_goes_is_touched_though_it_stays_a_variant() -> None:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
    report = stix(
        "report",
        "r",
        name="r",
        description="d",
        published="2026-01-01T00:00:00Z",
        object_refs=[HUB["id"], PLAIN[0]["id"]],
        granular_markings=hidden,
    )
    decided = Decided(world(report, HUB, PLAIN[0], PLAIN[1]), NOW)
    assert decided.verdicts.outcome(ref(report), VIEW) is Outcome.VARIANT
    assert apply(decided, leaves(HUB)) == names(HUB, report)
    assert apply(decided, arrives(HUB)) == names(HUB, report)


# Terms.


def narrowed(decided: Decided, **changes: Any) -> Change:
    """That the clause of the only view says something else."""
    terms = decided.world.views[VIEW].agreement
    (only,) = terms.share
    return Change(
        views={VIEW: replace(decided.world.views[VIEW], agreement=replace(terms, share=(replace(only, **changes),)))}
    )


@pytest.mark.parametrize("tear_line", ["if-needed", "none"])
def test_narrowed_ceiling_touches_what_it_takes_away(tear_line: str) -> None:
    amber = malware("amber", tlp="amber")
    report = stix("report", "r", name="r", published="2026-01-01T00:00:00Z", object_refs=[amber["id"]])
    fields = {"allow": "standard", "external_references": "any", "tear_line": tear_line}
    decided = Decided(world(amber, report, *PLAIN, views=under(clause(fields=fields))), NOW)
    ceiling = decided.world.views[VIEW].agreement.share[0].ceiling
    assert apply(decided, narrowed(decided, ceiling=replace(ceiling, tlp=Tlp.GREEN))) == names(amber, report)
    assert names(amber, report) <= apply(decided, narrowed(decided, ceiling=ceiling))
    assert decided.verdicts.outcome(ref(report), VIEW) is Outcome.WHOLE


def test_denied_field_touches_what_has_it() -> None:
    described = malware("described", description="d")
    decided = Decided(world(described, *PLAIN, views=under(clause())), NOW)
    fields = decided.world.views[VIEW].agreement.share[0].fields
    assert apply(decided, narrowed(decided, fields=replace(fields, deny=("description",)))) == names(described)
    assert decided.verdicts.outcome(ref(described), VIEW) is Outcome.VARIANT


def test_variant_that_loses_one_more_property_is_touched_though_it_stays_a_variant() -> None:
    described, other = malware("described", description="d", malware_types=["worm"]), malware("other", description="d")
    decided = Decided(world(described, other, *PLAIN, views=under(clause())), NOW)
    fields = decided.world.views[VIEW].agreement.share[0].fields
    apply(decided, narrowed(decided, fields=replace(fields, deny=("description",))))
    assert decided.verdicts.outcome(ref(described), VIEW) is Outcome.VARIANT
    both = replace(fields, deny=("description", "malware_types"))
    assert apply(decided, narrowed(decided, fields=both)) == names(described)
    assert decided.verdicts.outcome(ref(described), VIEW) is Outcome.VARIANT


def test_wider_terms_touch_nothing_that_no_terms_let_go() -> None:
    unmarked, amber = malware("unmarked", tlp=None), malware("amber", tlp="amber")
    decided = Decided(world(unmarked, amber, views=under(clause(ceiling={"tlp": "green", "pap": "red"}))), NOW)
    ceiling = decided.world.views[VIEW].agreement.share[0].ceiling
    touched = apply(decided, narrowed(decided, ceiling=replace(ceiling, tlp=Tlp.RED)))
    assert names(amber) <= touched
    assert not names(unmarked) & touched


def test_wider_terms_cut_as_before_what_no_clause_that_matches_lets_go() -> None:
    described, amber = malware("described", description="d"), malware("amber", tlp="amber")
    fields = {"allow": "any", "external_references": "any", "tear_line": "if-needed"}
    low = {"tlp": "green", "pap": "red"}
    cuts = clause(id="S1", fields={**fields, "deny": ["description"]}, ceiling=low)
    reports = clause(id="S2", fields=fields, types=["report"], ceiling=low)
    both = (view(agreement(cuts, reports)), view(agreement(cuts, reports, name="b", takers=("fr",)), "fr"))
    decided = Decided(world(described, amber, views=both), NOW)
    wide = agreement(*({**one, "ceiling": {"tlp": "amber", "pap": "red"}} for one in (cuts, reports)))
    apply(decided, Change(views={VIEW: view(wide)}))
    assert decided.verdicts.outcome(ref(amber), VIEW) is Outcome.WHOLE
    for one in both:
        assert decided.verdicts.outcome(ref(described), one.key) is Outcome.VARIANT
        decision = decide(decided.world, decided.verdicts, ref(described), one.key, NOW)
        assert decision.clauses == ("S1",)
        assert decision.cut == ("description",)


def test_narrowed_topic_takes_away_what_rested_on_it() -> None:
    decided = Decided(hub_world(related(HUB, WANTED)), NOW)
    topics = decided.world.views[VIEW].agreement.share[0].topics
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    assert names(HUB, WANTED) <= apply(decided, narrowed(decided, topics=replace(topics, any=("other",))))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.OUT
    apply(decided, narrowed(decided, topics=topics))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE


def test_topic_that_is_wanted_no_more_is_no_evidence_though_what_shows_it_stays() -> None:
    shows = malware("shows", labels=["a crime"])
    spied = malware("spied")
    both = under(clause(topics={"any": ["crime", "spying"]}))
    decided = Decided(
        hub_world(
            *(shows, spied, related(HUB, shows), related(shows, spied)),
            views=both,
            policies=policy(spied, topics=frozenset({"spying"})),
            topics=topics(crime=frozenset({"a crime"})),
        ),
        NOW,
    )
    wanted = decided.world.views[VIEW].agreement.share[0].topics
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    gone = apply(decided, narrowed(decided, topics=replace(wanted, any=("spying",))))
    assert names(HUB, related(HUB, shows)) <= gone
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.OUT
    assert decided.verdicts.outcome(ref(shows), VIEW) is Outcome.WHOLE


def test_narrowed_region_takes_away_what_rested_on_it_and_nothing_else() -> None:
    about = policy(WANTED, regions=frozenset({"KE"}))
    somewhere = under(clause(id="S1", regions={"any": ["KE", "FR"]}))
    decided = Decided(hub_world(related(HUB, WANTED), views=somewhere, policies=about), NOW)
    regions = decided.world.views[VIEW].agreement.share[0].regions
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    gone = apply(decided, narrowed(decided, regions=replace(regions, any=("FR",))))
    assert gone == names(HUB, WANTED, related(HUB, WANTED))
    apply(decided, narrowed(decided, regions=regions))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE


@pytest.mark.parametrize("other_topic", ["crime", "spying"])
def test_clause_that_cuts_no_more_takes_away_what_no_other_cuts(other_topic: str) -> None:
    hub = malware("described", description="d")
    cuts = {"allow": "any", "deny": ["description"], "external_references": "any", "tear_line": "if-needed"}
    everything, other = clause(id="S1", fields=cuts), clause(id="S2", fields=cuts, topics={"any": [other_topic]})
    decided = Decided(hub_world(hub, related(hub, WANTED), views=under(everything, other)), NOW)
    terms = decided.world.views[VIEW].agreement
    assert decided.verdicts.outcome(ref(hub), VIEW) is Outcome.VARIANT
    first, second = terms.share
    first = replace(first, fields=replace(first.fields, tear_line=TearLine.NONE))
    less = replace(decided.world.views[VIEW], agreement=replace(terms, share=(first, second)))
    apply(decided, Change(views={VIEW: less}))
    stays = Outcome.VARIANT if other_topic == "crime" else Outcome.OUT
    assert decided.verdicts.outcome(ref(hub), VIEW) is stays


@pytest.mark.parametrize("other_topic", ["crime", "spying"])
def test_clause_that_always_cuts_takes_away_the_whole_where_no_other_lets_it_go(other_topic: str) -> None:
    fields = {"allow": "any", "external_references": "any", "tear_line": "if-needed"}
    everything, other = clause(id="S1", fields=fields), clause(id="S2", fields=fields, topics={"any": [other_topic]})
    decided = Decided(hub_world(related(HUB, WANTED), views=under(everything, other)), NOW)
    terms = decided.world.views[VIEW].agreement
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    first, second = terms.share
    first = replace(first, fields=replace(first.fields, tear_line=TearLine.ALWAYS))
    apply(
        decided,
        Change(views={VIEW: replace(decided.world.views[VIEW], agreement=replace(terms, share=(first, second)))}),
    )
    stays = Outcome.WHOLE if other_topic == "crime" else Outcome.VARIANT
    assert decided.verdicts.outcome(ref(HUB), VIEW) is stays


def test_topic_that_only_a_party_shows_lets_rise_what_it_is_connected_with_once_it_is_wanted() -> None:
    party = stix("identity", "party iq", name="Iraq", identity_class="organization", labels=["a crime"])
    about = topics(crime=frozenset({"a crime"}))
    only_other = under(clause(topics={"any": ["other"]}))
    decided = Decided(hub_world(party, related(HUB, party), views=only_other, topics=about, policies={}), NOW)
    wanted = decided.world.views[VIEW].agreement.share[0].topics
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.OUT
    apply(decided, narrowed(decided, topics=replace(wanted, any=("crime",))))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE


@pytest.mark.parametrize("axis", ["topics", "regions"])
def test_evidence_is_looked_at_again_only_when_less_of_it_is_wanted(monkeypatch: pytest.MonkeyPatch, axis: str) -> None:
    about = policy(WANTED, topics=frozenset({"crime"}), regions=frozenset({"KE"}))
    wanted = {"topics": {"any": ["crime", "spying"]}} if axis == "topics" else {"regions": {"any": ["KE", "FR"]}}
    decided = Decided(hub_world(related(HUB, WANTED), views=under(clause(**wanted)), policies=about), NOW)
    looked: list[str] = []
    look_again = Fixpoint._look_again

    def watch(self: Fixpoint, version: Version, found: dict[StixId, tuple[int, int]]) -> None:
        looked.append(version.id)
        look_again(self, version, found)

    monkeypatch.setattr(Fixpoint, "_look_again", watch)
    only = decided.world.views[VIEW].agreement.share[0]
    decided.apply(narrowed(decided, ceiling=replace(only.ceiling, tlp=Tlp.AMBER)), NOW)
    assert looked == []
    less = {"topics": replace(only.topics, any=("spying",)), "regions": replace(only.regions, any=("FR",))}
    decided.apply(narrowed(decided, **{axis: less[axis]}), NOW)
    assert HUB["id"] in looked


def test_view_that_is_suspended_gives_nothing_and_comes_back_as_it_was() -> None:
    decided = Decided(hub_world(related(HUB, WANTED)), NOW)
    before = decided.world.views[VIEW]
    apply(decided, Change(views={VIEW: replace(before, in_force=False)}))
    assert decided.verdicts.released(VIEW) == ()
    apply(decided, Change(views={VIEW: before}))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE


def test_other_view_is_left_alone() -> None:
    other: View = view(agreement(name="b", takers=("fr",)), "fr")
    decided = Decided(world(*PLAIN, views=(*under(clause()), other)), NOW)
    apply(decided, Change(views={VIEW: replace(decided.world.views[VIEW], in_force=False)}))
    assert decided.verdicts.outcome(ref(PLAIN[0]), other.key) is Outcome.WHOLE


def test_new_delay_is_waited_for() -> None:
    fresh = held(malware("fresh"), at=NOW)
    decided = Decided(world(fresh, views=under(clause())), NOW)
    assert decided.next_change_at is None
    delayed = agreement(clause(release={"approval": "auto", "delay": "PT1H"}))
    apply(decided, Change(views={VIEW: view(delayed)}))
    assert decided.verdicts.outcome(fresh.object.version_ref, VIEW) is Outcome.OUT
    assert decided.next_change_at == NOW + timedelta(hours=1)
    assert names(fresh.object.content) == decided.apply(Change(), NOW + timedelta(hours=1))
    assert decided.verdicts.outcome(fresh.object.version_ref, VIEW) is Outcome.WHOLE


def test_annotation_lets_rise_what_it_shows() -> None:
    decided = Decided(hub_world(related(HUB, WANTED), policies={}), NOW)
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.OUT
    touched = apply(decided, Change(policies=dict(ABOUT)))
    assert names(HUB, WANTED, related(HUB, WANTED)) == touched
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    apply(decided, Change(policies={StixId(WANTED["id"]): ObjectPolicy()}))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.OUT


# Two views, of which one changes: `ru` is bit 1, `fr` bit 2.

FR_KEY = ViewKey(AgreementId("b"), PartyId("fr"))
FIELDS = {"allow": "standard", "external_references": "any", "tear_line": "if-needed"}
HIDDEN = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
LOW, HIGH = {"ceiling": {"tlp": "green"}}, {"ceiling": {"tlp": "amber"}}
AMBER = malware("amber", tlp="amber")


def both(ru: Mapping[str, Any] | None = None, fr: Mapping[str, Any] | None = None) -> tuple[View, ...]:
    """The view of `ru` and that of `fr`, with one clause each."""
    return (
        view(agreement(clause(**(ru or {})))),
        view(agreement(clause(**(fr or {})), name="b", takers=("fr",)), "fr", country="FR"),
    )


def becomes(views: tuple[View, ...]) -> Change:
    """That these are the terms now."""
    return Change(views={made.key: made for made in views})


def fields(**changes: Any) -> dict[str, Any]:
    return {"fields": {**FIELDS, **changes}}


TERMS: Mapping[str, Mapping[str, Any]] = {
    "generous": {},
    "low": LOW,
    "no descriptions": fields(deny=["description"]),
    "no types": fields(deny=["malware_types"]),
    "whole or not": fields(tear_line="none"),
    "always cut": fields(tear_line="always"),
    "tools": {"types": ["tool", "relationship"]},
    "crime": {"topics": CRIME},
    "africa": {"regions": {"any": ["africa"]}},
    "some crime cut": {"topics": CRIME, **fields(deny=["description"])},
}


def test_nobody_is_looked_for_who_leans_on_what_was_not_there_before(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    leaning_on = Fixpoint._leaning_on

    def watch(self: Fixpoint, identifier: StixId) -> dict[Version, None]:
        looked.append(identifier)
        return leaning_on(self, identifier)

    secret = malware("secret", tlp="red")
    first = stix("note", "first", content="c", object_refs=[secret["id"]])
    second = stix("note", "second", content="c", object_refs=[first["id"]])
    decided = Decided(world(secret, first), NOW)
    monkeypatch.setattr(Fixpoint, "_leaning_on", watch)
    assert decided.apply(arrives(second), NOW) == names(second)
    assert looked == []
    decided.apply(leaves(second), NOW)
    assert second["id"] in looked


def bounds(found: Verdicts) -> dict[tuple[StixId, str], tuple[int, int]]:
    """How high each version may rise."""
    return {name: (one.bound_whole, one.bound_variant) for name, one in found.compiled.by_ref.items()}


def test_bounds_after_wider_terms_of_one_view_are_those_of_deciding_anew() -> None:
    told = malware("told", description=f"see {malware('gone')['id']}")
    whole = related(PLAIN[0], AMBER)
    cut = related(PLAIN[0], malware("kept"))
    kept = malware("kept", description="d", granular_markings=HIDDEN)
    recalled = policy(PLAIN[0], recalled_views=frozenset({FR_KEY}))
    for low, high in ((both(LOW, HIGH), both(HIGH, HIGH)), (both(HIGH, LOW), both(HIGH, HIGH))):
        decided = Decided(hub_world(told, whole, cut, kept, AMBER, views=low, policies=recalled), NOW)
        apply(decided, becomes(high))
        assert bounds(decided.verdicts) == bounds(Decided(decided.world, NOW).verdicts)


def test_terms_that_narrow_touch_nothing_in_other_views_and_nothing_that_stays() -> None:
    decided = Decided(hub_world(AMBER, related(HUB, AMBER), views=both(HIGH, HIGH)), NOW)
    assert apply(decided, becomes(both(HIGH, LOW))) == names(AMBER, related(HUB, AMBER))
    # What the low ceiling does not let go stays out, and so does what hangs on it.
    assert apply(decided, becomes(both(LOW, LOW))) == names(AMBER, related(HUB, AMBER))
    assert apply(decided, becomes(both({**LOW, "types": ["tool"]}, LOW))) == names(
        *(HUB, WANTED, *PLAIN, *(related(HUB, other) for other in (*PLAIN[:4], AMBER)))
    )


def test_wider_terms_touch_what_the_view_could_hold_and_nothing_that_cannot_be_read() -> None:
    broken = malware("broken", modified="soon")
    tool = stix("tool", "t", name="t")
    decided = Decided(world(broken, AMBER, tool, views=both({**LOW, "types": ["malware"]}, {})), NOW)
    assert decided.apply(becomes(both({**HIGH, "types": ["malware"]}, {})), NOW) == names(AMBER)


def test_clause_that_begins_or_ends_to_let_things_be_cut_touches_what_it_matches() -> None:
    described = malware("described", description="d", granular_markings=HIDDEN)
    decided = Decided(world(described, *PLAIN, views=both(fields(tear_line="none"))), NOW)
    assert names(described) <= apply(decided, becomes(both(fields())))
    assert decided.verdicts.outcome(ref(described), VIEW) is Outcome.VARIANT
    assert names(described) <= apply(decided, becomes(both(fields(tear_line="none"))))
    assert decided.verdicts.outcome(ref(described), VIEW) is Outcome.OUT
    assert names(*PLAIN) <= apply(decided, becomes(both(fields(tear_line="always"))))
    assert decided.verdicts.outcome(ref(PLAIN[0]), VIEW) is Outcome.VARIANT
    assert decided.verdicts.outcome(ref(PLAIN[0]), FR_KEY) is Outcome.WHOLE


@pytest.mark.parametrize(("before", "after"), [(HIGH, LOW), (LOW, HIGH)], ids=["narrower", "wider"])
@pytest.mark.parametrize(("words", "fault"), [(("a part that is gone",), "a part that is gone"), ((), "RuntimeError")])
def test_version_whose_parts_cannot_be_found_under_new_terms_is_out_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    words: tuple[str, ...],
    fault: str,
) -> None:
    told = malware("told", description="d")
    above = related(PLAIN[0], told)
    # What names it goes in the other view alone, whose terms stay as they are.
    start, end = (
        both({**terms, "types": ["malware"], **fields(deny=[denied])}, HIGH)
        for terms, denied in ((before, "aliases"), (after, "labels"))
    )
    decided = Decided(world(told, *PLAIN, AMBER, above, views=start), NOW)
    assert decided.verdicts.outcome(ref(above), FR_KEY) is Outcome.WHOLE
    find_parts = Compiled.find_parts

    def fail(self: Compiled, version: Version) -> None:
        if version.id == told["id"]:
            raise RuntimeError(*words)
        find_parts(self, version)

    monkeypatch.setattr(Compiled, "find_parts", fail)
    touched = decided.apply(becomes(end), NOW)
    assert names(told, above) <= touched
    (version,) = decided.verdicts.compiled.held[StixId(told["id"])].versions
    assert version.fault == fault
    assert (version.base_slots, version.matched, version.top_whole, version.top_variant) == (0, 0, 0, 0)
    for key in (VIEW, FR_KEY):
        assert decided.verdicts.outcome(ref(told), key) is Outcome.OUT
        assert decided.verdicts.outcome(ref(above), key) is Outcome.OUT


def test_party_that_is_looked_at_again_stays_in_every_view_and_goes_on_showing_its_topics() -> None:
    party = {
        **stix("identity", "party iq", tlp=None, name="Iraq", identity_class="organization", labels=["a crime"]),
        "description": f"see {malware('gone')['id']}",
    }
    asked = hub_world(
        related(HUB, party),
        topics=topics(crime=frozenset({"a crime"})),
        policies=policy(party, expires_at=NOW + timedelta(hours=1)),
    )
    versions = {**asked.versions, StixId(party["id"]): (held(party),)}
    decided = Decided(replace(asked, versions=versions), NOW)
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    assert names(party) <= decided.apply(Change(), NOW + timedelta(hours=1))
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    assert standings(decided.verdicts) == standings(decide_all(decided.world, decided.now))


@pytest.fixture
def asked_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the versions of which the rules were asked, as they are asked."""
    asked: list[str] = []
    ask = static_rules.base_slots

    def watch(compiled: Compiled, version: Version, within: int) -> int:
        asked.append(version.id)
        return ask(compiled, version, within)

    monkeypatch.setattr(changing, "base_slots", watch)
    return asked


@pytest.mark.parametrize(("before", "after"), [(HIGH, LOW), (LOW, HIGH)], ids=["narrower", "wider"])
def test_where_only_features_are_asked_otherwise_what_is_alike_is_not_looked_at(
    before: Mapping[str, Any], after: Mapping[str, Any], asked_again: list[str]
) -> None:
    tool, other = stix("tool", "t", name="t", tlp="amber"), malware("other", tlp="amber")
    views = both({**before, "types": ["malware"]}, LOW)
    decided = Decided(world(AMBER, other, tool, *PLAIN, views=views), NOW)
    touched = apply(decided, becomes(both({**after, "types": ["malware"]}, LOW)))
    assert set(asked_again) == names(AMBER, other)
    assert names(AMBER, other) <= touched
    asked_again.clear()
    # Another delay is nothing that only features are asked for.
    slower = {"release": {"approval": "auto", "delay": "PT1H"}}
    apply(decided, becomes(both({**after, "types": ["malware"], **slower}, LOW)))
    assert names(AMBER, other, tool, *PLAIN) <= set(asked_again)


def test_what_is_asked_for_one_by_one_is_looked_at_under_any_other_terms(asked_again: list[str]) -> None:
    derived, secret = malware("derived"), [{"marking_ref": TLP["amber"], "selectors": ["description"]}]
    derivation = related(derived, AMBER, "derived-from")
    translation = stix("language-content", "translation", object_ref=AMBER["id"], contents={"de": {"name": "b"}})
    marked = malware("marked", description="d", granular_markings=secret)
    objects = (AMBER, *PLAIN, derived, derivation, translation, marked)
    decided = Decided(world(*objects, views=both(HIGH, LOW)), NOW)
    assert decided.verdicts.outcome(ref(derived), VIEW) is Outcome.WHOLE
    assert decided.verdicts.outcome(ref(translation), VIEW) is Outcome.WHOLE
    assert decided.verdicts.outcome(ref(marked), VIEW) is Outcome.WHOLE
    touched = apply(decided, becomes(both(LOW, LOW)))
    assert set(asked_again) == names(AMBER, derived, translation, marked)
    assert names(AMBER, derived, translation, marked) <= touched
    assert decided.verdicts.outcome(ref(derived), VIEW) is Outcome.OUT
    assert decided.verdicts.outcome(ref(translation), VIEW) is Outcome.OUT
    assert decided.verdicts.outcome(ref(marked), VIEW) is Outcome.VARIANT


@pytest.mark.parametrize("after", TERMS)
@pytest.mark.parametrize("between", ["generous", "low", "tools", "crime", "whole or not"])
@pytest.mark.parametrize("before", TERMS)
def test_terms_that_change_twice_leave_all_as_if_decided_anew(before: str, between: str, after: str) -> None:
    derived = malware("derived", description="d")
    person = stix("identity", "person", name="p", identity_class="individual")
    objects = [AMBER, stix("tool", "t", name="t"), malware("m", description="d", malware_types=["worm"]), derived]
    links = [related(derived, AMBER, "derived-from"), related(HUB, AMBER), related(HUB, person)]
    decided = Decided(
        hub_world(*objects, person, *links, views=both(TERMS[before], TERMS["crime"]), policies=ABOUT), NOW
    )
    for each in (between, after):
        apply(decided, becomes(both(TERMS[each], TERMS["crime"])))


@pytest.mark.parametrize("after", TERMS)
@pytest.mark.parametrize("before", TERMS)
def test_terms_of_one_view_that_become_any_others_leave_all_as_if_decided_anew(before: str, after: str) -> None:
    told = malware("told", description="d", malware_types=["worm"])
    marked = malware("marked", description="d", granular_markings=HIDDEN)
    african = malware("african")
    objects = [told, marked, african, AMBER, stix("tool", "t", name="t"), stix("tool", "u", name="u", tlp="amber")]
    links = [related(told, WANTED), related(HUB, WANTED), related(marked, african), related(HUB, AMBER)]
    notes = {**ABOUT, **policy(african, regions=frozenset({"KE"}))}
    for place, other in enumerate(("generous", "crime")):
        views = [TERMS[other]] * 2
        views[place] = TERMS[before]
        decided = Decided(hub_world(*objects, *links, views=both(*views), policies=notes), NOW)
        views[place] = TERMS[after]
        apply(decided, becomes(both(*views)))
