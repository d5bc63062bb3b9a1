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
    VIEW,
    agreement,
    clause,
    held,
    malware,
    policy,
    ref,
    related,
    sid,
    stix,
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
    for version in fresh.compiled.by_ref:
        for key in decided.world.views:
            assert decided.verdicts.outcome(version, key) == fresh.outcome(version, key), version
    return found


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
