"""What a change raises before anything falls: what it can bring in, in the views where it can, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from sepakat.release.decision import Outcome
from sepakat.release.engine import decide_all
from sepakat.release.question import View, ViewKey, World
from sepakat.release.rising import RisingFixpoint
from sepakat.release.state import Change, Decided
from sepakat.release.versions import Held, Version
from sepakat.stix.identifiers import StixId
from tests.unit.release.small import (
    FR,
    NOW,
    TLP,
    VIEW,
    agreement,
    clause,
    compiled,
    held,
    malware,
    policy,
    ref,
    related,
    sid,
    standings,
    stix,
    topics,
    view,
    world,
)

CRIME, SPYING = {"any": ["crime"]}, {"any": ["spying"]}
AFRICA = {"any": ["africa"]}
HUB, PLAIN = malware("hub"), malware("plain")
CRIMINAL, SPY, AFRICAN = malware("criminal"), malware("spy"), malware("african")
ABOUT = {
    **policy(CRIMINAL, topics=frozenset({"crime"})),
    **policy(SPY, topics=frozenset({"spying"})),
    **policy(AFRICAN, regions=frozenset({"KE"})),
}
RU_VIEW, FR_VIEW = VIEW, ViewKey(agreement(name="b").id, FR)


def views(ru: Mapping[str, Any], fr: Mapping[str, Any]) -> tuple[View, ...]:
    """One view of each taker, with one clause each."""
    return (view(agreement(clause(**ru))), view(agreement(clause(**fr), name="b", takers=("fr",)), "fr"))


def hub_world(*more: Mapping[str, Any], **inputs: Any) -> World:
    """A hub with a neighbour, and what is about something; `ru` wants crime, `fr` wants Africa."""
    parts = {"views": views({"topics": CRIME}, {"regions": AFRICA}), "policies": ABOUT, **inputs}
    return world(HUB, PLAIN, CRIMINAL, SPY, AFRICAN, related(HUB, PLAIN), *more, **parts)


def arrives(*contents: Mapping[str, Any]) -> Change:
    """That these objects are now held, in one version each."""
    return Change(versions={StixId(content["id"]): (held(content),) for content in contents})


@contextmanager
def watched(decided: Decided) -> Iterator[dict[StixId, set[ViewKey]]]:
    """What is raised meanwhile: by id, the views in which it stands higher, or matches more, than before."""
    found: dict[StixId, set[ViewKey]] = {}
    raise_all = RisingFixpoint._raise

    def watch(self: RisingFixpoint, before: Mapping[StixId, Held]) -> dict[Version, None]:
        compiled = decided.verdicts.compiled
        were = {version: (version.present, version.matched) for version in compiled.versions()}
        risen = raise_all(self, before)
        for version, (present, matched) in were.items():
            higher = version.present & ~present | compiled.slots.gather(version.matched & ~matched)
            if higher:
                found.setdefault(version.id, set()).update(compiled.slots.views_of(higher))
        return risen

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RisingFixpoint, "_raise", watch)
        yield found


def raised(decided: Decided, change: Change) -> dict[StixId, set[ViewKey]]:
    """What a change raises, once it is seen that all ends as if decided from nothing."""
    with watched(decided) as found:
        decided.apply(change, decided.now)
    fresh = decide_all(decided.world, decided.now)
    assert standings(decided.verdicts) == standings(fresh)
    for version in fresh.compiled.by_ref:
        for key in decided.world.views:
            assert decided.verdicts.outcome(version, key) == fresh.outcome(version, key), version
    return found


LABELS = {"topics": topics(crime=frozenset({"a crime"}), spying=frozenset({"a spy"}))}
LABELLED, SPYING_ONE = malware("labelled", labels=["a crime"]), malware("spying", labels=["a spy"])


# Bounds, for two views: `ru` is bit 1, `fr` bit 2.

ALL = 0b11


class Unasked(dict[StixId, Held]):
    """What nobody may look up in."""

    def get(self, *_: Any) -> Any:
        raise AssertionError("looked up what it refers to")


def bounded(content: Mapping[str, Any], **standing: int) -> tuple[RisingFixpoint, Version]:
    """A fixpoint and the version of an object that could be anywhere, but for what is said of its own rules."""
    asked = world(HUB, PLAIN, TRANSLATION, LINK, TOLD)
    fixpoint = RisingFixpoint(compiled(asked))
    for made in asked.versions:
        for version in fixpoint._held[made].versions:
            fixpoint._world.find_parts(version)
            version.top_whole = version.top_variant = ALL
    (version,) = fixpoint._held[StixId(content["id"])].versions
    for name, views in standing.items():
        setattr(version, name, views)
    return fixpoint, version


def lowered(fixpoint: RisingFixpoint, content: Mapping[str, Any], whole: int, variant: int) -> None:
    """Let the rules of another allow less."""
    (version,) = fixpoint._held[StixId(content["id"])].versions
    version.top_whole, version.top_variant = whole, variant
    fixpoint._held[version.id].renew()


LINK = related(HUB, PLAIN)
TRANSLATION = stix("language-content", "l", object_ref=HUB["id"], contents={"fr": {"name": "h"}})
TOLD = malware("told", description=f"see {HUB['id']}")


@pytest.mark.parametrize(
    ("top", "bound", "views", "rose", "now"),
    [
        ((0b11, 0b11), (0, 0), 0b11, 0b11, (0b11, 0b11)),
        ((0b11, 0b11), (0, 0), 0b01, 0b01, (0b01, 0b01)),
        ((0b01, 0b10), (0, 0), 0b11, 0b11, (0b01, 0b10)),
        ((0b11, 0b10), (0, 0b10), 0b11, 0b11, (0b11, 0b10)),
        ((0b01, 0b11), (0b01, 0), 0b11, 0b11, (0b01, 0b11)),
        ((0b11, 0b11), (0b01, 0b01), 0b11, 0b10, (0b11, 0b11)),
        ((0b11, 0b11), (0b01, 0b11), 0b11, 0b10, (0b11, 0b11)),
        ((0b11, 0b11), (0b11, 0b11), 0b11, 0, (0b11, 0b11)),
        ((0b01, 0b01), (0b01, 0b01), 0b11, 0, (0b01, 0b01)),
        ((0b11, 0b11), (0b01, 0b01), 0b01, 0, (0b01, 0b01)),
    ],
)
def test_bound_rises_in_the_views_that_own_rules_allow_and_tells_where(
    top: tuple[int, int], bound: tuple[int, int], views: int, rose: int, now: tuple[int, int]
) -> None:
    standing = {"top_whole": top[0], "top_variant": top[1], "bound_whole": bound[0], "bound_variant": bound[1]}
    fixpoint, version = bounded(LINK, **standing)
    assert fixpoint._raise_bound(version, views) == rose
    assert (version.bound_whole, version.bound_variant) == now


def test_nothing_is_looked_up_where_no_bound_can_rise() -> None:
    fixpoint, version = bounded(LINK, bound_whole=0b01, bound_variant=0b01)
    fixpoint._held = Unasked(fixpoint._held)
    assert fixpoint._raise_bound(version, 0b01) == 0
    with pytest.raises(AssertionError, match="looked up"):
        fixpoint._raise_bound(version, 0b10)


@pytest.mark.parametrize(
    ("content", "of_hub", "bound"),
    [
        (LINK, (0b01, 0b10), (0b01, 0b11)),
        (LINK, (0b01, 0), (0b01, 0b01)),
        (LINK, (0, 0b10), (0, 0b10)),
        (LINK, (0, 0), (0, 0)),
        (TRANSLATION, (0b01, 0b11), (0b01, 0b01)),
        (TRANSLATION, (0, 0b11), (0, 0)),
        (TOLD, (0b01, 0b10), (0b01, 0b11)),
        (TOLD, (0, 0), (0, 0b11)),
    ],
)
def test_bound_is_that_of_what_is_referred_to_as_far_as_it_is_needed(
    content: Mapping[str, Any], of_hub: tuple[int, int], bound: tuple[int, int]
) -> None:
    fixpoint, version = bounded(content)
    lowered(fixpoint, HUB, *of_hub)
    assert fixpoint._raise_bound(version, ALL) == bound[0] | bound[1]
    assert (version.bound_whole, version.bound_variant) == bound


def test_bound_of_what_refers_to_something_that_is_not_held_does_not_rise() -> None:
    fixpoint, version = bounded(LINK)
    del fixpoint._held[StixId(HUB["id"])]
    assert fixpoint._raise_bound(version, ALL) == 0
    assert version.bound == 0


def test_raised_bound_is_hoped_for_from_then_on() -> None:
    fixpoint, version = bounded(LINK, shows=True, topic_slots=ALL)
    stride = fixpoint._slots.stride
    assert fixpoint._held[version.id].hoped(stride)[0] == 0
    fixpoint._raise_bound(version, 0b01)
    assert fixpoint._held[version.id].hoped(stride)[0] == 0b01


def bounds(decided: Decided, *contents: Mapping[str, Any]) -> list[tuple[int, int]]:
    """The bounds of objects."""
    held = decided.verdicts.compiled.held
    return [
        (version.bound_whole, version.bound_variant)
        for content in contents
        for version in held[StixId(content["id"])].versions
    ]


def test_bounds_rise_along_all_that_waited_in_the_views_concerned_alone() -> None:
    dates = {"name": "r", "published": "2026-01-01T00:00:00Z"}
    late, gone = stix("tool", "late", name="late"), malware("gone")
    first = stix("report", "1", object_refs=[late["id"]], created_by_ref=late["id"], **dates)
    second = stix("report", "2", object_refs=[first["id"]], created_by_ref=first["id"], **dates)
    third = stix("report", "3", object_refs=[second["id"]], created_by_ref=second["id"], **dates)
    fields = {"allow": "standard", "external_references": "any", "tear_line": "none"}
    both = views({"types": ["report", "malware"], "fields": fields}, {"fields": fields})
    decided = Decided(hub_world(first, second, third, views=both), NOW)
    assert bounds(decided, first, second, third) == [(0, 0)] * 3
    decided.apply(arrives(late), NOW)
    assert bounds(decided, first, second, third) == [(0b10, 0)] * 3
    decided.apply(arrives(gone), NOW)
    assert bounds(decided, first, second, third) == [(0b10, 0)] * 3


def test_bound_of_what_arrives_is_that_of_its_own_references() -> None:
    link = related(PLAIN, stix("tool", "t", name="t"))
    decided = Decided(
        hub_world(stix("tool", "t", name="t"), views=views({"types": ["malware", "relationship"]}, {})), NOW
    )
    decided.apply(arrives(link), NOW)
    assert bounds(decided, link) == [(0b10, 0b10)]
    alone = related(PLAIN, malware("nowhere"))
    decided.apply(arrives(alone), NOW)
    assert bounds(decided, alone) == [(0, 0)]


# What a change raises.


def test_topic_that_is_shown_raises_in_the_view_that_wants_it() -> None:
    assert raised(Decided(hub_world(), NOW), arrives(related(HUB, CRIMINAL))) == {HUB["id"]: {RU_VIEW}}


def test_region_that_is_shown_raises_in_the_view_that_wants_it() -> None:
    assert raised(Decided(hub_world(), NOW), arrives(related(AFRICAN, HUB))) == {HUB["id"]: {FR_VIEW}}


def test_topic_that_nobody_wants_raises_nothing() -> None:
    assert raised(Decided(hub_world(), NOW), arrives(related(HUB, SPY))) == {}


def test_what_is_shown_already_raises_nothing_again() -> None:
    second = malware("second")
    known = {**ABOUT, **policy(second, topics=frozenset({"crime"}))}
    decided = Decided(hub_world(second, related(HUB, CRIMINAL), policies=known), NOW)
    assert raised(decided, arrives(related(HUB, second))) == {}


@pytest.mark.parametrize("recalled", ["relationship", "other end", "hub"])
def test_nothing_rises_in_a_view_from_which_what_it_takes_was_recalled(recalled: str) -> None:
    link = related(HUB, CRIMINAL)
    which = {"relationship": link, "other end": CRIMINAL, "hub": HUB}[recalled]
    topics = frozenset({"crime"}) if which is CRIMINAL else frozenset()
    policies = {**ABOUT, **policy(which, topics=topics, recalled_views=frozenset({RU_VIEW}))}
    both = views({"topics": CRIME}, {"topics": CRIME})
    decided = Decided(hub_world(views=both, policies=policies), NOW)
    assert raised(decided, arrives(link)) == {HUB["id"]: {FR_VIEW}}


@pytest.mark.parametrize("shown", [CRIMINAL, AFRICAN], ids=["topic", "region"])
def test_one_of_two_that_are_needed_raises_nothing(shown: Mapping[str, Any]) -> None:
    both = views({"topics": CRIME, "regions": AFRICA}, {"types": ["report"]})
    assert raised(Decided(hub_world(views=both), NOW), arrives(related(HUB, shown))) == {}


def test_topic_and_region_by_different_relationships_raise_when_both_are_there() -> None:
    group = stix("intrusion-set", "group", name="g")
    terms = agreement(
        clause(types=["intrusion-set"], topics=CRIME, regions=AFRICA),
        clause(id="S2", types=["malware", "relationship"]),
    )
    decided = Decided(hub_world(group, related(group, PLAIN), views=(view(terms),)), NOW)
    assert raised(decided, arrives(related(group, CRIMINAL))) == {}
    found = raised(decided, arrives(related(group, AFRICAN)))
    assert found == {one["id"]: {RU_VIEW} for one in (group, related(group, PLAIN), related(group, CRIMINAL))}


def test_what_is_shown_for_one_view_raises_in_no_other_where_more_could_be_shown_some_day() -> None:
    terms = views({"topics": CRIME}, {"topics": SPYING, "regions": AFRICA})
    decided = Decided(hub_world(related(HUB, SPY), related(HUB, AFRICAN), views=terms), NOW)
    assert raised(decided, arrives(related(HUB, CRIMINAL))) == {HUB["id"]: {RU_VIEW}}


def test_what_waited_for_a_target_rises_where_it_may_go() -> None:
    late = malware("late")
    link = related(PLAIN, late)
    everything = views({}, {"types": ["malware"]})
    decided = Decided(hub_world(link, views=everything), NOW)
    assert raised(decided, arrives(late)) == {link["id"]: {RU_VIEW}}


def test_chain_of_what_waited_rises_step_by_step_and_not_past_what_is_withheld() -> None:
    late, dates = malware("late"), {"name": "r", "published": "2026-01-01T00:00:00Z"}
    first = stix("report", "1", object_refs=[late["id"]], **dates)
    second = stix("report", "2", object_refs=[first["id"]], **dates)
    third = stix("report", "3", object_refs=[second["id"]], **dates)
    held_back = policy(second, hold="stop")
    decided = Decided(hub_world(first, second, third, views=views({}, {}), policies=held_back), NOW)
    assert raised(decided, arrives(late)) == {first["id"]: {RU_VIEW, FR_VIEW}}


def test_target_that_may_not_go_raises_nothing_that_names_it() -> None:
    late = malware("late", tlp=None)
    decided = Decided(hub_world(related(PLAIN, late), views=views({}, {})), NOW)
    assert raised(decided, arrives(late)) == {}


def test_arrival_that_its_own_references_keep_out_raises_nothing_that_names_it() -> None:
    link, dates = related(PLAIN, SPY), {"name": "r", "published": "2026-01-01T00:00:00Z"}
    report = stix("report", "r", object_refs=[link["id"]], **dates)
    recalled = policy(SPY, recalled_views=frozenset({RU_VIEW}))
    decided = Decided(hub_world(report, views=views({}, {}), policies=recalled), NOW)
    assert raised(decided, arrives(link)) == {report["id"]: {FR_VIEW}}


@pytest.mark.parametrize("kept_from", [RU_VIEW, FR_VIEW], ids=["the same", "another"])
def test_wider_terms_of_one_view_let_nothing_rise_later_where_a_reference_is_withheld(kept_from: ViewKey) -> None:
    late, rises = malware("late"), malware("rises", tlp="amber")
    link = related(PLAIN, SPY, description=f"see {late['id']}")
    recalled = policy(SPY, recalled_views=frozenset({kept_from}))
    decided = Decided(hub_world(link, rises, views=views({"ceiling": {"tlp": "green"}}, {}), policies=recalled), NOW)
    decided.apply(Change(views={RU_VIEW: views({}, {})[0]}), NOW)
    assert decided.verdicts.outcome(ref(rises), RU_VIEW) is Outcome.WHOLE
    goes = FR_VIEW if kept_from == RU_VIEW else RU_VIEW
    assert decided.verdicts.outcome(ref(link), goes) is Outcome.VARIANT
    assert raised(decided, arrives(late)) == {}, "where it was a variant it stands no higher than as a whole"
    assert decided.verdicts.outcome(ref(link), goes) is Outcome.WHOLE


@pytest.mark.parametrize(("described", "goes"), [({}, Outcome.WHOLE), ({"description": "d"}, Outcome.VARIANT)])
def test_after_wider_terms_of_one_view_all_rises_as_before_in_both(described: Mapping[str, Any], goes: Outcome) -> None:
    cut = {"allow": "standard", "deny": ["description"], "external_references": "any", "tear_line": "if-needed"}
    wanted = {"topics": CRIME, "fields": cut}
    low, rises = {**wanted, "ceiling": {"tlp": "green"}}, malware("rises", tlp="amber")
    wide, hub = views(wanted, wanted), malware("another hub", **described)
    decided = Decided(hub_world(hub, rises, related(CRIMINAL, rises), views=(*views(low, {})[:1], wide[1])), NOW)
    decided.apply(Change(views={RU_VIEW: wide[0]}), NOW)
    assert decided.verdicts.outcome(ref(rises), RU_VIEW) is Outcome.WHOLE
    assert raised(decided, arrives(related(hub, CRIMINAL))) == {hub["id"]: {RU_VIEW, FR_VIEW}}
    assert decided.verdicts.outcome(ref(hub), RU_VIEW) is goes


def test_annotation_raises_what_it_shows_something_to() -> None:
    decided = Decided(hub_world(), NOW)
    # What names the object is read again with it, and so stands high already.
    assert raised(decided, Change(policies=policy(PLAIN, topics=frozenset({"crime"})))) == {HUB["id"]: {RU_VIEW}}
    assert decided.verdicts.outcome(ref(related(HUB, PLAIN)), RU_VIEW) is Outcome.WHOLE
    assert decided.verdicts.outcome(ref(HUB), FR_VIEW) is Outcome.OUT


# What it costs, counted in steps.


def star(size: int) -> tuple[World, Mapping[str, Any]]:
    """A hub with many relationships to what shows nothing, and one that shows something; and one more to come."""
    leaves = [malware(f"leaf {number}") for number in range(size)]
    links = [related(HUB, leaf) for leaf in leaves]
    return hub_world(*leaves, *links, related(HUB, CRIMINAL)), related(HUB, SPY)


def steps(monkeypatch: pytest.MonkeyPatch, decided: Decided, change: Change) -> int:
    """How many versions are weighed, looked at again, raised or put lower for a change."""
    counted = 0

    def counting(name: str) -> None:
        original = getattr(RisingFixpoint, name)

        def count(self: RisingFixpoint, *arguments: Any) -> Any:
            nonlocal counted
            counted += 1
            return original(self, *arguments)

        monkeypatch.setattr(RisingFixpoint, name, count)

    for name in ("_weigh", "_fall", "_look_again", "_raise_one", "_raise_bound", "_start"):
        counting(name)
    decided.apply(change, decided.now)
    monkeypatch.undo()
    return counted


def test_relationship_to_a_hub_costs_the_same_whatever_the_hub_has(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = []
    for size in (5, 200):
        asked, link = star(size)
        costs.append(steps(monkeypatch, Decided(asked, NOW), arrives(link)))
    assert costs[0] == costs[1] <= 10


def circle(size: int, **last: Any) -> list[dict[str, Any]]:
    """Notes of which each names the next, and the last the first."""
    ids = [sid("note", f"c{number}") for number in range(size)]
    made = [stix("note", f"c{number}", content="c", object_refs=[ids[(number + 1) % size]]) for number in range(size)]
    made[-1].update(last)
    return made


def test_circle_that_is_closed_or_broken_later_costs_a_few_steps_for_each_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    costs = []
    for size in (50, 400):
        *notes, last = circle(size)
        decided = Decided(world(*notes), NOW)
        closed = steps(monkeypatch, decided, arrives(last))
        assert decided.verdicts.outcome(ref(last), VIEW) is Outcome.WHOLE
        broken = steps(monkeypatch, decided, Change(versions={StixId(last["id"]): ()}))
        assert decided.verdicts.outcome(ref(notes[0]), VIEW) is Outcome.OUT
        costs.append((closed, broken))
    assert all(8 * few + 50 >= many for few, many in zip(*costs, strict=True))


def test_what_stays_in_and_shows_something_new_raises_the_other_end() -> None:
    hub, other = stix("tool", "hub", name="hub"), malware("x")
    terms = agreement(clause(types=["tool"], topics=CRIME), clause(id="S2", types=["malware", "relationship"]))
    decided = Decided(hub_world(hub, other, related(hub, other), policies={}, views=(view(terms),), **LABELS), NOW)
    assert decided.verdicts.outcome(ref(related(hub, other)), RU_VIEW) is Outcome.OUT
    assert raised(decided, arrives(malware("x", labels=["a crime"]))).keys() >= {hub["id"]}
    assert decided.verdicts.outcome(ref(hub), RU_VIEW) is Outcome.WHOLE
    decided.apply(arrives(other), NOW)
    assert decided.verdicts.outcome(ref(hub), RU_VIEW) is Outcome.OUT


def touched(decided: Decided, change: Change) -> set[str]:
    return set(decided.apply(change, decided.now))


CUTS = {"allow": "any", "deny": ["description"], "external_references": "any", "tear_line": "if-needed"}


def test_what_rises_goes_by_the_clauses_that_match_alone() -> None:
    late = malware("late")
    link = related(PLAIN, late)
    terms = agreement(clause(types=["tool"]), clause(id="S2"))
    decided = Decided(hub_world(link, views=(view(terms),)), NOW)
    assert raised(decided, arrives(late)) == {link["id"]: {RU_VIEW}}
    (version,) = decided.verdicts.compiled.held[StixId(link["id"])].versions
    assert version.matched == 0b10


def test_what_is_in_already_goes_by_one_clause_more_when_that_gets_its_evidence() -> None:
    described = malware("described", description="d")
    terms = agreement(clause(id="S1", fields=CUTS), clause(id="S2", topics=CRIME, fields=CUTS))
    decided = Decided(hub_world(described, views=(view(terms),)), NOW)
    assert raised(decided, arrives(related(described, CRIMINAL))) == {described["id"]: {RU_VIEW}}
    (version,) = decided.verdicts.compiled.held[StixId(described["id"])].versions
    assert (version.matched, version.whole, version.variant) == (0b11, 0, 1)


@pytest.mark.parametrize("axis", ["topics", "regions"])
def test_relationship_and_its_other_end_rise_for_what_an_end_that_stays_in_begins_to_show(axis: str) -> None:
    hub, place = stix("tool", "hub", name="hub"), stix("location", "place", country="KE")
    note = stix("note", "n", content="c", object_refs=[place["id"]])
    link, wants = related(hub, note), {"topics": {"topics": CRIME}, "regions": {"regions": AFRICA}}[axis]
    terms = agreement(clause(types=["tool", "relationship"], **wants), clause(id="S2", types=["note", "location"]))
    before, after = {
        "topics": (note, {**note, "labels": ["a crime"]}),
        "regions": ({**place, "country": "FR"}, place),
    }[axis]
    others = [one for one in (hub, place, note, link) if one["id"] != before["id"]]
    decided = Decided(hub_world(*others, before, policies={}, views=(view(terms),), **LABELS), NOW)
    assert decided.verdicts.outcome(ref(link), RU_VIEW) is Outcome.OUT
    assert raised(decided, arrives(after)).keys() >= {hub["id"], link["id"]}
    assert [decided.verdicts.outcome(ref(one), RU_VIEW) for one in (hub, link)] == [Outcome.WHOLE] * 2


def test_what_names_a_version_is_touched_in_the_views_alone_in_which_that_goes_by_one_clause_more() -> None:
    described = malware("described", description="d")
    told = stix("tool", "told", name="told", description=f"see {described['id']}")
    ru = agreement(
        clause(id="S1", types=["malware", "relationship"], fields=CUTS), clause(id="S2", topics=CRIME, fields=CUTS)
    )
    fr = agreement(clause(fields=CUTS), name="b", takers=("fr",))
    decided = Decided(hub_world(described, told, views=(view(ru), view(fr, "fr"))), NOW)
    assert decided.verdicts.outcome(ref(told), FR_VIEW) is Outcome.VARIANT
    link = related(described, CRIMINAL)
    recalled = Change(versions=arrives(link).versions, policies=policy(link, recalled_views=frozenset({FR_VIEW})))
    assert touched(decided, recalled) == {link["id"], described["id"]}


def test_other_end_rises_though_the_relationship_stands_as_it_did() -> None:
    hub, other = stix("tool", "hub", name="hub", tool_types=["exploitation"]), malware("x")
    link = related(hub, other, description="d")
    terms = agreement(
        clause(id="S1", types=["tool"], topics=CRIME, fields=CUTS),
        clause(id="S2", fields={**CUTS, "deny": ["description", "tool_types"]}),
    )
    decided = Decided(hub_world(hub, other, link, policies={}, views=(view(terms),), **LABELS), NOW)
    assert [decided.verdicts.outcome(ref(one), RU_VIEW) for one in (hub, link)] == [Outcome.VARIANT] * 2
    assert hub["id"] in raised(decided, arrives(malware("x", labels=["a crime"])))
    assert [decided.verdicts.outcome(ref(one), RU_VIEW) for one in (hub, link)] == [Outcome.WHOLE, Outcome.VARIANT]


# Steps that are taken in vain, counted.


@contextmanager
def taken(*names: str) -> Iterator[list[tuple[str, StixId, int]]]:
    """Which steps are taken meanwhile, on which version or id, and in which views."""
    steps_taken: list[tuple[str, StixId, int]] = []

    def recording(name: str) -> Any:
        step = getattr(RisingFixpoint, name)

        def record(self: RisingFixpoint, about: Any, views: int, *more: int) -> Any:
            steps_taken.append((name, getattr(about, "id", about), views))
            return step(self, about, views, *more)

        return record

    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(RisingFixpoint, name, recording(name))
        yield steps_taken


@pytest.mark.parametrize(
    ("arriving", "expected"),
    [
        (related(HUB, malware("shows nothing")), []),
        (related(HUB, SPYING_ONE), []),
        (related(HUB, LABELLED), [(HUB["id"], 0b01)]),
    ],
    ids=["nothing", "unwanted", "wanted"],
)
def test_only_what_lacks_what_is_shown_is_tried(arriving: Mapping[str, Any], expected: list[tuple[str, int]]) -> None:
    more = [malware("shows nothing"), LABELLED, SPYING_ONE]
    decided = Decided(hub_world(*more, policies={}, **LABELS), NOW)
    with taken("_raise_one") as steps_taken:
        decided.apply(arrives(arriving), NOW)
    assert [(about, views) for _, about, views in steps_taken if about == HUB["id"]] == expected


def test_relationship_to_what_shows_nothing_is_not_followed() -> None:
    decided = Decided(hub_world(malware("shows nothing"), LABELLED, policies={}, **LABELS), NOW)
    for other, followed in (("shows nothing", []), ("labelled", [HUB["id"]])):
        with taken("_raise_all") as steps_taken:
            decided.apply(arrives(related(HUB, malware(other))), NOW)
        assert [about for _, about, _ in steps_taken] == followed


def test_what_has_it_already_is_not_tried_again() -> None:
    second = malware("second", labels=["a crime"])
    decided = Decided(hub_world(LABELLED, second, related(HUB, LABELLED), policies={}, **LABELS), NOW)
    assert decided.verdicts.outcome(ref(HUB), RU_VIEW) is Outcome.WHOLE
    with taken("_raise_one") as steps_taken:
        decided.apply(arrives(related(HUB, second)), NOW)
    assert steps_taken == []


def test_relationship_that_can_be_in_no_view_passes_nothing_on() -> None:
    link = related(HUB, LABELLED)
    recalled = policy(link, recalled_views=frozenset({RU_VIEW}))
    both = views({"topics": CRIME}, {"topics": CRIME})
    decided = Decided(hub_world(link, policies=recalled, views=both, **LABELS), NOW)
    with taken("_raise_all", "_raise_shown") as steps_taken:
        decided.apply(arrives(LABELLED), NOW)
    assert {views for _, about, views in steps_taken if about == HUB["id"]} == {0b10}


def test_what_is_read_again_as_it_was_raises_nothing_that_hangs_on_it() -> None:
    both = views({"topics": CRIME}, {"topics": CRIME})
    decided = Decided(hub_world(LABELLED, related(HUB, LABELLED), views=both, policies={}, **LABELS), NOW)
    with taken("_raise_one", "_raise_all") as steps_taken:
        decided.apply(arrives(LABELLED), NOW)
    assert steps_taken == []


# What is told to be touched, to the id.


def test_variant_is_touched_where_what_it_names_comes_in_and_nowhere_else() -> None:
    late = stix("tool", "late", name="late")
    told = malware("tells", description=f"see {late['id']}")
    fields = {"allow": "standard", "external_references": "any", "tear_line": "if-needed"}
    only_fr = hub_world(told, views=views({"types": ["malware"], "fields": fields}, {"types": ["tool"]}))
    assert touched(Decided(only_fr, NOW), arrives(late)) == {late["id"]}
    both = hub_world(told, views=views({"fields": fields}, {"types": ["tool"]}))
    assert touched(Decided(both, NOW), arrives(late)) == {late["id"], told["id"]}


def test_what_goes_whole_or_not_at_all_is_not_touched_while_it_still_waits() -> None:
    late, gone = malware("late"), malware("gone")
    fields = {"allow": "standard", "external_references": "any", "tear_line": "none"}
    dates = {"name": "r", "published": "2026-01-01T00:00:00Z"}
    waits = stix("report", "w", object_refs=[late["id"], gone["id"]], **dates)
    decided = Decided(hub_world(waits, views=views({"fields": fields}, {"fields": fields})), NOW)
    assert touched(decided, arrives(late)) == {late["id"]}
    assert touched(decided, arrives(gone)) == {gone["id"], waits["id"]}


def test_target_that_arrives_as_a_variant_lets_rise_what_may_be_one() -> None:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
    late = malware("late", description="d", granular_markings=hidden)
    link = related(PLAIN, late)
    decided = Decided(hub_world(link, views=views({}, {})), NOW)
    assert raised(decided, arrives(late)) == {link["id"]: {RU_VIEW, FR_VIEW}}
    assert decided.verdicts.outcome(ref(link), RU_VIEW) is Outcome.VARIANT


def test_target_that_becomes_whole_lets_rise_what_needs_it_whole() -> None:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
    cut, uncut = malware("t", description="d", granular_markings=hidden), malware("t", description="d")
    link = related(PLAIN, cut)
    decided = Decided(hub_world(cut, link, views=views({}, {})), NOW)
    assert decided.verdicts.outcome(ref(link), RU_VIEW) is Outcome.VARIANT
    decided.apply(arrives(uncut), NOW)
    assert decided.verdicts.outcome(ref(link), RU_VIEW) is Outcome.WHOLE
