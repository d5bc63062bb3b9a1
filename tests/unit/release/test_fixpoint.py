from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.release.compiled import Compiled
from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide_all
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.question import ObjectPolicy, View, ViewKey, World
from sepakat.release.state import Change, Decided
from sepakat.release.versions import Edge, Held, Need, Version
from sepakat.stix.identifiers import AgreementId, StixId
from tests.unit.release.small import (
    FR,
    NOW,
    TLP,
    UNKNOWN,
    VIEW,
    agreement,
    clause,
    failing,
    held,
    malware,
    observable,
    outcome,
    party_id,
    policy,
    ref,
    related,
    sid,
    stix,
    terms,
    topics,
    under,
    verdicts,
    view,
    world,
)

HIDDEN = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
TOPICS = TopicTable((TopicDefinition("isis", names=frozenset({"Daesh"})),))
FR_KEY = ViewKey(AgreementId("b"), FR)
WHOLE_ONLY = {"allow": "standard", "external_references": "any", "tear_line": "none"}


def standing(found: Verdicts, content: Mapping[str, Any]) -> Version:
    """The only version of an object."""
    (version,) = found.compiled.held[StixId(content["id"])].versions
    return version


def both(ru: Mapping[str, Any] | None = None, fr: Mapping[str, Any] | None = None) -> tuple[View, ...]:
    """The view of `ru` (bit 1) and that of `fr` (bit 2), with one clause each."""
    return (
        view(agreement(clause(**(ru or {})))),
        view(agreement(clause(**(fr or {})), name="b", takers=("fr",)), "fr", country="FR"),
    )


@contextmanager
def counted(owner: type, *names: str) -> Iterator[list[str]]:
    """The names of the steps that are taken meanwhile."""
    taken: list[str] = []

    def counting(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any) -> Any:
            taken.append(name)
            return step(*arguments)

        return count

    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(owner, name, counting(name, getattr(owner, name)))
        yield taken


# Single steps.


def test_version_that_stays_where_it_is_is_not_passed_on() -> None:
    found = verdicts(world(malware(), views=both()))
    version = standing(found, malware())
    for whole, variant, passed_on in ((0b11, 0b11, 0), (0b01, 0b11, 1), (0b01, 0b11, 0), (0b01, 0b10, 1)):
        found.fixpoint._fallen.clear()
        found.fixpoint._is_fallen.clear()
        found.fixpoint._fall(version, whole, variant)
        assert len(found.fixpoint._fallen) == passed_on
        assert (version.whole, version.variant, found.compiled.held[version.id].whole) == (whole, variant, whole)


def test_every_part_must_be_readable_under_some_clause_that_matches() -> None:
    fixpoint = verdicts(world(views=both())).fixpoint
    assert fixpoint.cover((), 0b11) == 0b11
    assert fixpoint.cover((0b01,), 0b11) == 0b01
    assert fixpoint.cover((0b11,), 0b10) == 0b10
    assert fixpoint.cover((0b01, 0b10), 0b11) == 0
    assert fixpoint.cover((0b11, 0b01), 0b11) == 0b01
    assert fixpoint.cover((0b11,), 0) == 0
    assert fixpoint.cover((0b01,), 0b11) == 0b01, "what is kept is what was found"


def test_parts_may_be_readable_under_different_clauses_of_one_view() -> None:
    fixpoint = verdicts(world(views=under(clause(), clause(id="S2")))).fixpoint
    assert fixpoint.cover((0b01, 0b10), 0b11) == 0b01
    assert fixpoint.cover((0b01, 0b10), 0b01) == 0


def unit(*slots: int) -> Need:
    return Need("u", slots)


def test_something_remains_where_its_parts_are_readable_and_one_child_remains() -> None:
    fixpoint = verdicts(world(views=both())).fixpoint

    def remains(need: Need, readable: int = 0b11, views: int = 0b11) -> int:
        return fixpoint.remains(need, readable, views)

    assert remains(Need()) == 0b11
    assert (remains(unit(0b01)), remains(unit(0b11), 0b10), remains(unit(0b01, 0b10))) == (0b01, 0b10, 0)
    assert remains(unit(0b11), views=0b01) == 0b01
    assert remains(Need(besides=(unit(0b01),))) == 0b01
    assert remains(Need(besides=(unit(0b11), unit(0b10)))) == 0b10
    assert remains(Need(children=())) == 0
    assert remains(Need(children=(unit(0b01), unit(0b10)))) == 0b11
    assert remains(Need(children=(unit(0b01), unit(0b01)))) == 0b01
    assert remains(Need(children=(unit(0b01), unit(0b10))), views=0b10) == 0b10
    assert remains(Need(units=(0b10,), children=(unit(0b01), unit(0b11)))) == 0b10
    assert remains(Need(children=(unit(0b01), Need())), views=0b01) == 0b01


def test_reference_remains_where_its_target_is_in_or_whole_if_it_must() -> None:
    cut = malware("cut", description="d")
    denied = {"fields": {**WHOLE_ONLY, "tear_line": "if-needed", "deny": ["description"]}}
    fixpoint = verdicts(world(cut, malware("fr only"), views=both({"types": ["malware"], **denied}))).fixpoint

    def remains(content: Mapping[str, Any], *, must_be_whole: bool) -> int:
        edge = Edge(("object_refs", 0), StixId(content["id"]), "required-item", must_be_whole)
        return fixpoint.remains(Need(edges=(edge,)), 0b11, 0b11)

    assert (remains(cut, must_be_whole=False), remains(cut, must_be_whole=True)) == (0b11, 0b10)
    assert (remains(malware("gone"), must_be_whole=False), remains(malware("gone"), must_be_whole=True)) == (0, 0)


def test_no_more_children_are_asked_than_are_needed() -> None:
    fixpoint = verdicts(world(views=both())).fixpoint
    with counted(Fixpoint, "remains") as taken:
        assert fixpoint.remains(Need(children=(Need(), unit(0b01), unit(0b10))), 0b11, 0b11) == 0b11
    assert len(taken) == 2


# What goes by its own rules.


def test_version_goes_no_further_than_its_own_rules_allow() -> None:
    only_ru = verdicts(world(malware(), views=both({}, {"types": ["tool"]})))
    version = standing(only_ru, malware())
    assert (version.top_whole, version.top_variant, version.bound_whole, version.bound_variant) == (1, 1, 1, 1)
    assert (version.whole, version.variant) == (1, 1)
    theirs = verdicts(world(held(malware(tlp="clear"), received=(terms("fr"),)), views=both()))
    version = standing(theirs, malware())
    assert (version.whole, version.variant, version.top_variant) == (0b11, 0, 0)


def test_marking_is_never_cut_though_it_is_own() -> None:
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "created": "2026-01-01T00:00:00.000Z",
        "id": f"marking-definition--{sid('x', 'm')[3:]}",
        "object_marking_refs": [TLP["green"]],
        "definition_type": "x-acme",
        "definition": {"x-acme": 1},
        "name": "n",
    }
    denied = {"allow": "any", "deny": ["name"], "external_references": "any", "tear_line": "if-needed"}
    assert outcome(world(marking, views=under(clause(fields={**denied, "deny": []}))), marking) is Outcome.WHOLE
    assert outcome(world(marking, views=under(clause(fields=denied))), marking) is Outcome.OUT


@pytest.mark.parametrize(("tear_line", "whole", "variant"), [("none", 1, 0), ("if-needed", 1, 1), ("always", 0, 1)])
def test_form_is_the_one_that_the_clause_allows(tear_line: str, whole: int, variant: int) -> None:
    found = verdicts(world(malware(), views=under(clause(fields={**WHOLE_ONLY, "tear_line": tear_line}))))
    version = standing(found, malware())
    assert (version.whole, version.variant) == (whole, variant)


def test_version_that_cannot_be_read_is_out_and_says_why() -> None:
    broken = malware(granular_markings=[{"marking_ref": TLP["green"], "selectors": "name"}])
    version = standing(verdicts(world(broken)), broken)
    assert (version.base_slots, version.whole, version.variant) == (0, 0, 0)
    assert version.fault == "a granular marking that cannot be read"
    twice = decide_all(world(malware(), malware(description="d")), NOW)
    assert {each.whole | each.variant for each in twice.compiled.held[StixId(malware()["id"])].versions} == {0}


def test_fault_without_words_is_named_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Compiled, "find_parts", fail)
    version = standing(verdicts(world(malware())), malware())
    assert (version.fault, version.whole, version.base_slots) == ("RuntimeError", 0, 0)


def test_what_can_be_in_no_view_waits_for_nobody() -> None:
    note = stix("note", "n", tlp="red", content="c", object_refs=[malware()["id"]])
    goes = stix("note", "g", content="c", object_refs=[malware()["id"]])
    found = verdicts(world(malware(), note, goes))
    waiting = found.fixpoint._dependents[StixId(malware()["id"])]
    assert list(waiting) == [standing(found, goes)]


def report(*targets: dict[str, Any], **content: Any) -> dict[str, Any]:
    refs = [target["id"] for target in targets]
    return stix("report", "r", name="r", published="2026-01-01T00:00:00Z", object_refs=refs, **content)


def secret(called: str = "secret") -> dict[str, Any]:
    return malware(called, tlp="red")


def test_required_reference_that_is_out_takes_the_object_along() -> None:
    link = related(malware(), secret())
    asked = world(malware(), secret(), link)
    assert failing(asked, link) == {"ReferencesInView"}


def test_reference_to_what_is_not_held_is_out() -> None:
    link = related(malware(), malware("elsewhere"))
    assert outcome(world(malware(), link), link) is Outcome.OUT


def test_list_loses_items_that_are_out_and_the_object_its_last_one() -> None:
    both, none = report(malware(), secret()), report(secret())
    assert outcome(world(malware(), secret(), both), both) is Outcome.VARIANT
    assert failing(world(secret(), none), none) == {"SomethingRemains"}


def test_reference_to_a_variant_makes_a_variant() -> None:
    cut = malware(description="x", granular_markings=HIDDEN)
    link = related(malware("other"), cut)
    asked = world(malware("other"), cut, link)
    assert (outcome(asked, cut), outcome(asked, link)) == (Outcome.VARIANT, Outcome.VARIANT)


def test_optional_reference_that_is_out_is_cut() -> None:
    mail = observable("email-addr", "e", value="a@example.org", belongs_to_ref=sid("user-account", "gone"))
    assert outcome(world(mail), mail) is Outcome.VARIANT


def test_third_partys_object_goes_whole_or_not_at_all() -> None:
    thing = report(malware(), secret(), tlp="clear", created_by_ref=party_id("fr"))
    asked = world(malware(), secret(), held(thing, origins=("us",), received=(terms("fr"),)))
    assert "ReferencesInView" in failing(asked, thing)


def test_own_object_that_a_partner_owns_the_marking_of_is_not_cut() -> None:
    thing = malware(tlp="clear", description="x", granular_markings=HIDDEN)
    asked = world(held(thing, received=(terms("fr"),)))
    assert failing(asked, thing) == {"MarkingsOfProperties"}


def test_reference_is_whole_when_one_version_of_its_target_is() -> None:
    first = malware(description="x", granular_markings=HIDDEN)
    second = {**malware(), "modified": "2026-01-02T00:00:00.000Z"}
    link = related(malware("other"), first)
    asked = world(malware("other"), first, second, link)
    assert (outcome(asked, first), outcome(asked, second)) == (Outcome.VARIANT, Outcome.WHOLE)
    assert outcome(asked, link) is Outcome.WHOLE


@pytest.mark.parametrize("tear_line", ["none", "if-needed", "always"])
def test_falling_passes_on_along_a_chain(tear_line: str) -> None:
    chain = [stix("note", f"n{number}", content="c") for number in range(20)]
    for note, below in zip(chain, [*chain[1:], secret()], strict=True):
        note["object_refs"] = [below["id"]]
    asked = world(*chain, secret(), views=under(clause(fields={**WHOLE_ONLY, "tear_line": tear_line})))
    assert {outcome(asked, note) for note in chain} == {Outcome.OUT}


def circle(size: int, **last: Any) -> list[dict[str, Any]]:
    ids = [sid("note", f"c{number}") for number in range(size)]
    made = [stix("note", f"c{number}", content="c", object_refs=[ids[(number + 1) % size]]) for number in range(size)]
    made[-1].update(last)
    return made


def test_circle_that_nothing_withholds_stays_whole() -> None:
    notes = circle(5)
    assert {outcome(world(*notes), note) for note in notes} == {Outcome.WHOLE}


@pytest.mark.parametrize("breaks", [True, False])
def test_circle_of_ten_thousand_ends_after_a_few_steps_for_each_of_it(
    monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    steps = 0

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any) -> Any:
            nonlocal steps
            steps += 1
            return step(*arguments)

        return count

    for name in ("_start", "_weigh", "_fall", "_pass_on", "_look_again"):
        monkeypatch.setattr(Fixpoint, name, counted(getattr(Fixpoint, name)))
    notes = circle(10_000, **({"object_marking_refs": [TLP["red"]]} if breaks else {}))
    verdicts = decide_all(world(*notes), NOW)
    assert verdicts.outcome(ref(notes[0]), VIEW) is (Outcome.OUT if breaks else Outcome.WHOLE)
    assert len(notes) < steps <= 8 * len(notes)


def test_ids_inside_texts_and_patterns_are_references() -> None:
    told = malware(description=f"see {secret()['id']}")
    asked = world(told, secret())
    assert outcome(asked, told) is Outcome.VARIANT
    pattern = {"pattern": f"[x:y = '{secret()['id']}']", "pattern_type": "x", "valid_from": "2026-01-01T00:00:00Z"}
    indicator = stix("indicator", "i", **pattern)
    assert failing(world(indicator, secret()), indicator) == {"ReferencesInView"}


def test_scaffold_is_in_for_every_reference() -> None:
    thing = malware(created_by_ref=party_id("iq"), tlp="clear")
    assert outcome(world(thing), thing) is Outcome.WHOLE


def test_references_do_not_mix_between_views() -> None:
    tool = stix("tool", "t", name="t")
    link = related(malware(), tool)
    views = (
        view(agreement(clause(types=["malware", "relationship"]))),
        view(agreement(clause(types=["tool", "relationship"]), name="b")),
    )
    asked = world(malware(), tool, link, views=views)
    assert {outcome(asked, link, key) for key in asked.views} == {Outcome.OUT}


# Evidence over relationships: DESIGN section 4, rule 4.


def about(**changes: Any) -> Any:
    return under(clause(topics={"any": ["isis"]}, **changes))


def test_topic_comes_one_hop_over_a_relationship_in_the_view() -> None:
    actor, tool = stix("threat-actor", "a", name="Daesh"), malware()
    link = related(actor, tool)
    asked = world(actor, tool, link, views=about(), topics=TOPICS)
    assert outcome(asked, tool) is Outcome.WHOLE


def test_topic_does_not_come_two_hops() -> None:
    actor, near, far = stix("threat-actor", "a", name="Daesh"), malware("near"), malware("far")
    links = [related(actor, near), related(near, far)]
    asked = world(actor, near, far, *links, views=about(), topics=TOPICS)
    assert outcome(asked, near) is Outcome.WHOLE
    assert outcome(asked, far) is Outcome.OUT


def test_topic_does_not_come_over_a_relationship_that_is_out() -> None:
    actor, tool = stix("threat-actor", "a", name="Daesh"), malware()
    link = related(actor, tool, tlp="red")
    asked = world(actor, tool, link, views=about(), topics=TOPICS)
    assert failing(asked, tool) == {"TopicShared", "ClauseMatches"}


def test_topic_does_not_come_from_what_is_out_itself() -> None:
    actor, tool = stix("threat-actor", "a", name="Daesh", tlp="red"), malware()
    asked = world(actor, tool, related(actor, tool), views=about(), topics=TOPICS)
    assert outcome(asked, tool) is Outcome.OUT


def test_topic_and_region_may_come_over_different_relationships() -> None:
    actor, place, tool = stix("threat-actor", "a", name="Daesh"), stix("location", "p", country="IQ"), malware()
    links = [related(actor, tool), related(tool, place, "targets")]
    notes = policy(actor, regions=frozenset({"IQ"})) | policy(place, topics=frozenset({"isis"}))
    views = under(clause(topics={"any": ["isis"]}, regions={"any": ["IQ"]}))
    asked = world(actor, place, tool, *links, views=views, topics=TOPICS, policies=notes)
    assert outcome(asked, tool) is Outcome.WHOLE


def test_two_that_hold_each_other_up_stay() -> None:
    one, other = malware("one"), malware("other")
    link = related(one, other)
    notes = policy(one, topics=frozenset({"isis"})) | policy(other, regions=frozenset({"IQ"}))
    views = under(clause(topics={"any": ["isis"]}, regions={"any": ["IQ"]}))
    asked = world(one, other, link, views=views, topics=TOPICS, policies=notes)
    assert {outcome(asked, thing) for thing in (one, other, link)} == {Outcome.WHOLE}


def test_what_falls_takes_the_topic_of_its_neighbours_along() -> None:
    actor = stix("threat-actor", "a", name="Daesh")
    note = stix("note", "n", content="c", object_refs=[secret()["id"]])
    tool = malware()
    link = related(actor, tool)
    # The relationship hangs on a note that falls only because of what it refers to.
    link["description"] = f"as in {note['id']}"
    views = under(clause(topics={"any": ["isis"]}, fields={"allow": "standard", "tear_line": "none"}))
    asked = world(actor, note, tool, link, secret(), views=views, topics=TOPICS)
    assert outcome(asked, tool) is Outcome.OUT


# Scaffold, as evidence.


@pytest.mark.parametrize("falls", [False, True])
def test_party_stays_in_every_view_whatever_it_names_and_shows_its_topics(falls: bool) -> None:
    note = stix("note", "n", content="c", object_refs=[secret()["id"]])
    named = note["id"] if falls else malware("gone")["id"]
    party = {
        **stix("identity", "party iq", tlp=None, name="Daesh", identity_class="organization"),
        "description": f"see {named}",
    }
    asked = world(note, secret(), malware(), related(malware(), party), views=about(), topics=TOPICS)
    asked = replace(asked, versions={**asked.versions, StixId(party["id"]): (held(party),)})
    assert outcome(asked, malware()) is Outcome.WHOLE


# Evidence, view by view and axis by axis.

HUB, PLACE = malware("hub"), stix("location", "place", country="KE")
CRIMINAL, SPY = (stix("tool", name, name=name, labels=[f"a {name}"]) for name in ("criminal", "spy"))
AFRICAN = stix("note", "african", content="c", object_refs=[PLACE["id"]])
"""What names one of these has its topic or region by itself only where it names the place."""
LABELLED = topics(crime=frozenset({"a criminal"}), spying=frozenset({"a spy"}))
CRIME, SPYING = {"topics": {"any": ["crime"]}}, {"topics": {"any": ["spying"]}}
AFRICA = {"regions": {"any": ["africa"]}}
MALWARE, OTHERS = {"types": ["malware"]}, {"types": ["tool", "note", "location", "relationship"]}


def hub(
    *more: Mapping[str, Any], ru: Mapping[str, Any], fr: Mapping[str, Any], recalled: str = "", key: ViewKey = VIEW
) -> Verdicts:
    """A hub, and what is about something; of this all of one type, or of one name, may be recalled from a view."""
    policies: dict[StixId, ObjectPolicy] = {}
    for each in (*more, CRIMINAL):
        if recalled in (each["type"], each.get("name")):
            policies |= policy(each, recalled_views=frozenset({key}))
    return verdicts(known(*more, views=both(ru, fr), policies=policies))


def known(*more: Mapping[str, Any], **inputs: Any) -> World:
    """A world with a hub and what is about something."""
    return world(HUB, PLACE, CRIMINAL, SPY, AFRICAN, *more, topics=LABELLED, **inputs)


def stands(found: Verdicts, content: Mapping[str, Any]) -> tuple[int, int]:
    """Where an object is, and by which clauses."""
    version = standing(found, content)
    return version.present, version.matched


@pytest.mark.parametrize(
    ("ru", "fr", "shown", "left"),
    [
        (CRIME, SPYING, CRIMINAL, 0b01),
        (CRIME, SPYING, SPY, 0b10),
        (CRIME, CRIME, CRIMINAL, 0b11),
        (AFRICA, CRIME, AFRICAN, 0b01),
        (AFRICA, AFRICA, AFRICAN, 0b11),
        (CRIME, {}, SPY, 0b10),
        (CRIME, AFRICA, SPY, 0b00),
        ({**CRIME, **AFRICA}, CRIME, CRIMINAL, 0b10),
        ({**CRIME, **AFRICA}, AFRICA, AFRICAN, 0b10),
    ],
)
def test_relationship_and_its_other_end_stand_in_the_views_that_want_what_is_shown(
    ru: Mapping[str, Any], fr: Mapping[str, Any], shown: Mapping[str, Any], left: int
) -> None:
    for link in (related(HUB, shown), related(shown, HUB)):
        found = hub(link, ru=ru, fr=fr)
        assert (stands(found, link), stands(found, HUB)) == ((left, left), (left, left))


@pytest.mark.parametrize(
    ("wants", "shown", "goes"),
    [(CRIME, SPY, 0), (CRIME, AFRICAN, 0), (AFRICA, CRIMINAL, 0), (CRIME, CRIMINAL, 1), (AFRICA, AFRICAN, 1)],
)
def test_what_is_in_and_shows_something_else_is_no_evidence(
    wants: Mapping[str, Any], shown: Mapping[str, Any], goes: int
) -> None:
    link = related(HUB, shown)
    in_view = clause(id="S2", types=["tool", "note", "location"])
    found = verdicts(known(link, views=under(clause(types=["malware", "relationship"], **wants), in_view)))
    assert standing(found, shown).present == 1
    assert (stands(found, link), stands(found, HUB)) == ((goes, goes), (goes, goes))


@pytest.mark.parametrize("recalled", ["relationship", "criminal"])
@pytest.mark.parametrize(("key", "left"), [(VIEW, 0b10), (FR_KEY, 0b01)])
def test_evidence_counts_in_the_views_that_have_it(recalled: str, key: ViewKey, left: int) -> None:
    link = related(HUB, CRIMINAL)
    found = hub(link, ru=CRIME, fr=CRIME, recalled=recalled, key=key)
    assert (stands(found, HUB), stands(found, link)[0]) == ((left, left), left)


@pytest.mark.parametrize("order", [1, -1])
def test_topic_and_region_over_different_relationships_are_both_found(order: int) -> None:
    links = [related(HUB, CRIMINAL), related(HUB, AFRICAN), related(HUB, SPY)][::order]
    found = verdicts(known(*links, views=under(clause(**MALWARE, **CRIME, **AFRICA), clause(id="S2", **OTHERS))))
    assert stands(found, HUB) == (1, 0b01)


def test_relationship_is_evidence_whole_or_as_a_variant() -> None:
    for fields in (WHOLE_ONLY, {**WHOLE_ONLY, "tear_line": "if-needed"}, {**WHOLE_ONLY, "tear_line": "always"}):
        link = related(HUB, CRIMINAL)
        assert stands(hub(link, ru={**CRIME, "fields": fields}, fr={"types": ["tool"]}), HUB) == (1, 1)


def test_variant_falls_with_its_evidence_as_the_whole_does() -> None:
    described = malware("described", description="d")
    cut = {"fields": {**WHOLE_ONLY, "tear_line": "if-needed", "deny": ["description"]}}
    link = related(described, CRIMINAL)
    found = hub(described, link, ru={**CRIME, **cut}, fr=CRIME, recalled="relationship")
    version = standing(found, described)
    assert (version.whole, version.variant) == (0b10, 0b10)
    found = hub(described, link, ru={**CRIME, **cut}, fr=CRIME)
    version = standing(found, described)
    assert (version.whole, version.variant) == (0b10, 0b11)


def test_version_goes_by_the_clauses_for_which_it_has_evidence_alone() -> None:
    described = malware("described", description="d")
    fields = {**WHOLE_ONLY, "tear_line": "if-needed"}
    views = under(
        clause(id="S1", **CRIME, fields={**fields, "deny": ["description"]}), clause(id="S2", **SPYING, fields=fields)
    )
    link = related(described, CRIMINAL)
    version = standing(verdicts(known(described, link, views=views)), described)
    assert (version.matched, version.whole, version.variant) == (0b01, 0, 1)


def test_last_of_a_list_remains_only_under_a_clause_that_matches() -> None:
    one = malware("one")
    note = stix("note", "n", content="c", object_refs=[one["id"]])
    note["granular_markings"] = [{"marking_ref": TLP["amber"], "selectors": ["object_refs.[0]"]}]
    low = clause(id="S1", ceiling={"tlp": "green", "pap": "red"})
    high = clause(id="S2", types=["malware"])
    assert outcome(world(one, note, views=under(low, high)), note) is Outcome.OUT
    assert failing(world(one, note, views=under(low, high)), note) == {"SomethingRemains"}
    assert outcome(world(one, note, views=under(low, clause(id="S2"))), note) is Outcome.WHOLE


@pytest.mark.parametrize("strength", ["optional", "required", "translated"])
def test_reference_that_falls_later_is_cut_or_takes_the_object_along(strength: str) -> None:
    note = stix("note", "n", content="c", object_refs=[secret()["id"]])
    content, expected = {
        "optional": (malware(description=f"see {note['id']}"), Outcome.VARIANT),
        "required": (related(malware("other"), note), Outcome.OUT),
        "translated": (
            stix("language-content", "l", object_ref=note["id"], contents={"fr": {"content": "c"}}),
            Outcome.OUT,
        ),
    }[strength]
    above = related(malware("other"), content)
    # What refers to something stands before it, so that it is told of the fall.
    asked = world(above, content, malware("other"), note, secret())
    assert (outcome(asked, content), outcome(asked, above)) == (expected, expected)


def test_translation_falls_when_what_it_translates_becomes_a_variant() -> None:
    note = stix("note", "n", content="c", object_refs=[secret()["id"]])
    told = malware(description=f"see {note['id']}")
    text = stix("language-content", "l", object_ref=told["id"], contents={"fr": {"name": "m"}})
    asked = world(text, told, note, secret())
    assert (outcome(asked, told), outcome(asked, text)) == (Outcome.VARIANT, Outcome.OUT)


def test_translation_goes_where_what_it_translates_is_whole() -> None:
    thing = malware(description="d")
    cut = {"fields": {**WHOLE_ONLY, "tear_line": "if-needed", "deny": ["description"]}}
    text = stix("language-content", "l", object_ref=thing["id"], contents={"fr": {"name": "m"}})
    found = verdicts(world(thing, text, views=both(cut, {})))
    version = standing(found, text)
    assert (version.whole, version.variant) == (0b10, 0b10)


# What is looked at, counted.


def test_no_more_evidence_is_looked_for_than_is_lacking() -> None:
    criminals = [malware(f"criminal {number}", labels=["a criminal"]) for number in range(5)]
    links = [related(HUB, criminal) for criminal in criminals]
    fixpoint = decide_all(known(*criminals, *links, views=both(CRIME, {})), NOW).fixpoint
    with counted(Held, "shown") as taken:
        assert fixpoint._evidence(StixId(HUB["id"])) == (0b01, 0)
    assert len(taken) == 1
    assert [one.id for one in fixpoint._witnesses[StixId(HUB["id"])]] == [links[0]["id"]]


@pytest.mark.parametrize("both_axes", [True, False])
def test_witnesses_are_those_that_showed_something_that_was_lacking(both_axes: bool) -> None:
    links = [related(HUB, SPY), related(HUB, CRIMINAL), related(HUB, AFRICAN)]
    wants = clause(**MALWARE, **CRIME, **(AFRICA if both_axes else {}))
    views = (both()[0], view(agreement(wants, clause(id="S2", **OTHERS), name="b", takers=("fr",)), "fr"))
    # The first view lacks nothing: what is shown for it is no reason to look at a relationship the next time.
    fixpoint = decide_all(known(*links, views=views), NOW).fixpoint
    assert fixpoint._evidence(StixId(HUB["id"])) == (0b100, 0b100 if both_axes else 0)
    witnesses = [links[1]["id"], links[2]["id"]] if both_axes else [links[1]["id"]]
    assert [one.id for one in fixpoint._witnesses[StixId(HUB["id"])]] == witnesses


def test_evidence_is_looked_for_first_where_it_was_the_last_time() -> None:
    links = [related(HUB, SPY), related(HUB, malware("other spy", labels=["a spy"])), related(HUB, CRIMINAL)]
    more = [malware("other spy", labels=["a spy"]), *links]
    fixpoint = decide_all(known(*more, views=both(CRIME, {})), NOW).fixpoint
    with counted(Held, "shown") as taken:
        fixpoint._evidence(StixId(HUB["id"]))
    assert len(taken) == 1


def test_what_has_its_evidence_itself_is_not_looked_up() -> None:
    asked = known(related(HUB, CRIMINAL), related(CRIMINAL, SPY), views=both(CRIME, {}))
    with counted(Fixpoint, "_evidence", "_over_itself") as taken:
        decide_all(asked, NOW)
    # The hub, the spy, the African and the place, and the two relationships.
    assert sorted(taken) == [*["_evidence"] * 4, *["_over_itself"] * 2]


def test_evidence_is_not_looked_for_by_what_is_out_or_lacks_none() -> None:
    note = stix("note", "n", content="c", object_refs=[secret()["id"]])
    with counted(Fixpoint, "_evidence") as taken:
        found = decide_all(world(note, secret(), CRIMINAL, views=both(CRIME, {}), topics=LABELLED), NOW)
        version = standing(found, note)
        assert (version.present, version.matched, version.may_lack_evidence) == (0, 0b11, True)
        version = standing(found, CRIMINAL)
        assert (version.present, version.matched, version.may_lack_evidence) == (0b11, 0b11, False)
        found.fixpoint._look_again(version, {})
    assert taken == []


def test_versions_of_one_id_have_their_evidence_looked_up_once() -> None:
    second = {**HUB, "modified": "2026-01-02T00:00:00.000Z"}
    asked = world(HUB, second, CRIMINAL, related(HUB, CRIMINAL), views=both(CRIME, {}), topics=LABELLED)
    with counted(Fixpoint, "_evidence") as taken:
        decide_all(asked, NOW)
    assert len(taken) == 1


def test_what_shows_nothing_connects_nothing() -> None:
    plain = malware("plain")
    links = [related(HUB, plain), related(HUB, CRIMINAL)]
    shown = verdicts(known(plain, *links, views=both(CRIME, {}))).fixpoint._shown
    assert [one.id for one in shown[StixId(HUB["id"])]] == [links[1]["id"]]
    assert StixId(CRIMINAL["id"]) not in shown


def test_only_what_falls_is_put_lower() -> None:
    note = stix("note", "n", content="c", object_refs=[secret()["id"]])
    told = malware(description=f"see {note['id']}", granular_markings=HIDDEN)
    with counted(Fixpoint, "_fall") as taken:
        found = decide_all(world(note, secret(), told), NOW)
    # Both are weighed once; what refers to the note stands no lower without it.
    assert standing(found, told).variant == 1
    assert len(taken) == 2


def test_what_connects_two_is_told_with_the_views_that_it_is_in() -> None:
    links = [related(HUB, CRIMINAL), related(HUB, SPY, object_marking_refs=[UNKNOWN]), related(HUB, malware("plain"))]
    more = [malware("plain"), *links]
    found = hub(*more, ru=CRIME, fr={"types": ["malware"]})

    def connected(content: Mapping[str, Any], *, hopeful: bool) -> list[tuple[str, str, int]]:
        version = standing(found, content)
        return [(link.id, other.id, views) for link, other, views in found.fixpoint.connected(version, hopeful=hopeful)]

    sure = [(links[0]["id"], CRIMINAL["id"], 0b01)]
    assert connected(HUB, hopeful=False) == sure
    assert connected(HUB, hopeful=True) == [*sure, (links[1]["id"], SPY["id"], 0)]
    assert connected(links[0], hopeful=False) == [(links[0]["id"], CRIMINAL["id"], 0b11)]
    assert connected(links[2], hopeful=False) == []
    assert connected(CRIMINAL, hopeful=True) == []


def test_evidence_over_a_relationship_that_is_held_no_more_is_none() -> None:
    links = [related(HUB, CRIMINAL), related(HUB, SPY)]
    decided = Decided(known(*links, views=both(CRIME, {})), NOW)
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.WHOLE
    decided.apply(Change(versions={StixId(links[0]["id"]): ()}), NOW)
    assert decided.verdicts.outcome(ref(HUB), VIEW) is Outcome.OUT
    assert decided.verdicts.outcome(ref(HUB), FR_KEY) is Outcome.WHOLE
