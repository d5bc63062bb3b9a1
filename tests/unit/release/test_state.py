"""A decided world takes in what is now different: to the id what is looked at again, and to the instant when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.changing import ChangingFixpoint
from sepakat.release.compiled import Compiled
from sepakat.release.decision import Outcome
from sepakat.release.question import Approval, Grant, ObjectPolicy, View, ViewKey
from sepakat.release.state import Change, Decided
from sepakat.stix.identifiers import AgreementId, StixId
from tests.unit.release.small import (
    FR,
    NOW,
    RU,
    TLP,
    UNKNOWN,
    US,
    VIEW,
    agreement,
    clause,
    held,
    malware,
    party_id,
    policy,
    ref,
    related,
    stix,
    terms,
    under,
    view,
    world,
)
from tests.unit.release.test_changing import apply, arrives, leaves, names

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
FR_KEY = ViewKey(AgreementId("b"), FR)
SOURCE, MADE = malware("source", tlp="red"), malware("made")
GIVEN = {(ref(SOURCE), VIEW): (Approval("ann", NOW),)}


def both(ru: Mapping[str, Any] | None = None, fr: Mapping[str, Any] | None = None) -> tuple[View, ...]:
    """The view of `ru` (bit 1) and that of `fr` (bit 2), with one clause each."""
    return (
        view(agreement(clause(**(ru or {})))),
        view(agreement(clause(**(fr or {})), name="b", takers=("fr",)), "fr", country="FR"),
    )


def goes(decided: Decided, content: Mapping[str, Any], key: ViewKey = VIEW) -> Outcome:
    """What becomes of one version."""
    return decided.verdicts.outcome(ref(content), key)


def everything(decided: Decided) -> set[str]:
    """All ids that are held."""
    return set(decided.world.versions)


def claim(called: str, *basis: Mapping[str, Any]) -> dict[str, Any]:
    """A note whose claim quotes others."""
    entries = [{"object_ref": each["id"], "role": "quotes"} for each in basis]
    extension = {"extension_type": "property-extension", "kind": "report", "basis": entries}
    return stix("note", called, content="c", object_refs=[MADE["id"]], extensions={CLAIM_EXTENSION: extension})


@contextmanager
def called(owner: type, name: str) -> Iterator[list[tuple[Any, ...]]]:
    """The arguments with which a step is called meanwhile."""
    calls: list[tuple[Any, ...]] = []
    step = getattr(owner, name)

    def record(self: Any, *arguments: Any) -> Any:
        calls.append(arguments)
        return step(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, record)
        yield calls


# Nothing, and too early.


def test_change_that_changes_nothing_leaves_the_verdicts_as_they_are() -> None:
    decided = Decided(world(malware(), views=both()), NOW)
    before = decided.verdicts
    assert decided.apply(Change(), NOW) == frozenset()
    assert decided.apply(Change(views=dict(decided.world.views)), NOW + TICK) == frozenset()
    assert decided.verdicts is before
    assert decided.now == NOW + TICK


def test_clock_that_ran_backwards_decides_nothing() -> None:
    decided = Decided(world(malware()), NOW)
    with pytest.raises(ValueError, match=r"^the clock ran backwards$"):
        decided.apply(leaves(malware()), NOW - TICK)
    assert goes(decided, malware()) is Outcome.WHOLE


@pytest.mark.parametrize(
    "change",
    [arrives(malware("new")), Change(views={VIEW: replace(both()[0], in_force=False)})],
    ids=["object", "view"],
)
def test_verdicts_are_another_value_after_a_change(change: Change) -> None:
    decided = Decided(world(malware(), views=both()), NOW)
    before = decided.verdicts
    apply(decided, change)
    assert decided.verdicts is not before


# Which ids are looked at again.


def test_object_that_comes_or_goes_touches_itself_alone() -> None:
    decided = Decided(world(malware()), NOW)
    assert apply(decided, arrives(MADE)) == names(MADE)
    assert apply(decided, leaves(MADE)) == names(MADE)
    assert apply(decided, leaves(malware("never held"))) == names(malware("never held"))


@pytest.mark.parametrize(
    "entries", [{"hold": "stop"}, {"necessity": "n"}, {"recalled": True}, {"markings": (StixId(TLP["red"]),)}]
)
def test_policy_that_shows_nothing_touches_the_object_alone(entries: dict[str, Any]) -> None:
    link = related(MADE, malware())
    whole_or_not = under(clause(fields={"allow": "any", "external_references": "any", "tear_line": "none"}))
    decided = Decided(world(MADE, link, views=whole_or_not), NOW)
    assert apply(decided, Change(policies=policy(MADE, **entries))) == names(MADE)


@pytest.mark.parametrize("entries", [{"topics": frozenset({"t"})}, {"regions": frozenset({"KE"})}])
def test_annotation_touches_what_names_the_object_too(entries: dict[str, Any]) -> None:
    link = related(MADE, malware("gone"))
    decided = Decided(world(MADE, link), NOW)
    assert apply(decided, Change(policies=policy(MADE, **entries))) == names(MADE, link)
    assert apply(decided, Change(policies={StixId(MADE["id"]): ObjectPolicy()})) == names(MADE, link)


def test_location_touches_what_names_it() -> None:
    place = stix("location", "place", country="KE")
    link = related(MADE, place, "targets")
    wants = under(clause(regions={"any": ["africa"]}))
    decided = Decided(world(MADE, place, link, views=wants), NOW)
    assert goes(decided, link) is Outcome.WHOLE
    elsewhere = stix("location", "place", country="FR")
    assert apply(decided, arrives(elsewhere)) == names(place, link, MADE)
    assert goes(decided, link) is Outcome.OUT
    apply(decided, arrives(place))
    assert goes(decided, link) is Outcome.WHOLE


def test_what_names_an_object_is_known_now_and_from_before() -> None:
    link = related(MADE, malware())
    decided = Decided(world(MADE, malware(), link), NOW)
    assert decided.naming([StixId(MADE["id"]), StixId(party_id("ru"))]) == {link["id"]}
    apply(decided, leaves(link))
    assert decided.naming([StixId(MADE["id"])]) == {link["id"]}
    other = related(malware(), MADE)
    apply(decided, arrives(other))
    assert decided.naming([StixId(MADE["id"])]) == {link["id"], other["id"]}


def test_approval_touches_its_object_and_opens_it() -> None:
    decided = Decided(world(SOURCE, MADE), NOW)
    assert goes(decided, SOURCE) is Outcome.OUT
    assert apply(decided, Change(approvals=GIVEN)) == names(SOURCE)
    assert goes(decided, SOURCE) is Outcome.WHOLE
    assert apply(decided, Change(approvals={(ref(SOURCE), VIEW): ()})) == names(SOURCE)
    assert goes(decided, SOURCE) is Outcome.OUT


def test_approval_for_one_view_leaves_those_for_another() -> None:
    to_fr = {(ref(SOURCE), FR_KEY): (Approval("bob", NOW),)}
    decided = Decided(world(SOURCE, views=both(), approvals=to_fr), NOW)
    apply(decided, Change(approvals=GIVEN))
    assert [goes(decided, SOURCE, key) for key in (VIEW, FR_KEY)] == [Outcome.WHOLE] * 2


def test_grant_touches_its_object_and_opens_it() -> None:
    theirs = held(malware("theirs", tlp="clear"), origins=("fr",), received=(terms("fr"),))
    content = theirs.object.content
    decided = Decided(world(theirs, MADE), NOW)
    assert goes(decided, content) is Outcome.OUT
    given = Grant(FR, US, RU, theirs.object.id, NOW)
    assert apply(decided, Change(grants={theirs.object.id: (given,)})) == names(content)
    assert goes(decided, content) is Outcome.WHOLE
    assert list(decided.world.grants) == [given]
    other = Grant(FR, US, RU, StixId(MADE["id"]), NOW)
    apply(decided, Change(grants={other.object_id: (other,)}))
    assert list(decided.world.grants) == [given, other]
    assert apply(decided, Change(grants={theirs.object.id: ()})) == names(content)
    assert goes(decided, content) is Outcome.OUT


# Scaffold and other markings: all is decided anew.


@pytest.mark.parametrize(
    "change",
    [
        leaves({"id": TLP["green"]}),
        leaves({"id": UNKNOWN}),
        leaves({"id": party_id("ru")}),
        arrives({**stix("extension-definition", "e", tlp=None), "name": "e", "schema": "s", "version": "1"}),
        Change(policies={StixId(party_id("fr")): ObjectPolicy(topics=frozenset({"t"}))}),
    ],
    ids=["marking", "unknown marking", "party", "extension", "policy of a party"],
)
def test_scaffold_that_changes_has_all_decided_anew(change: Change) -> None:
    decided = Decided(world(malware()), NOW)
    touched = apply(decided, change)
    assert touched == everything(decided)


def test_party_that_was_not_held_is_scaffold_when_it_comes() -> None:
    asked = world(malware(created_by_ref=party_id("iq"), tlp="clear"))
    iraq = StixId(party_id("iq"))
    decided = Decided(replace(asked, versions={k: v for k, v in asked.versions.items() if k != iraq}), NOW)
    assert apply(decided, Change(versions={iraq: asked.versions[iraq]})) == everything(decided)
    assert iraq in decided.verdicts.publication.of(VIEW)


def test_identity_of_nobody_known_is_like_any_object() -> None:
    somebody = stix("identity", "somebody", name="s", identity_class="organization")
    assert apply(Decided(world(malware()), NOW), arrives(somebody)) == names(somebody)


# Views.


def test_only_the_view_whose_terms_changed_is_decided_anew() -> None:
    decided = Decided(world(malware(tlp="amber"), MADE, views=both()), NOW)
    low = both({}, {"ceiling": {"tlp": "green"}})
    with called(ChangingFixpoint, "renew") as calls:
        assert apply(decided, Change(views={made.key: made for made in low})) == names(malware())
    assert calls == [(0b10,)]
    assert [goes(decided, malware(tlp="amber"), key) for key in (VIEW, FR_KEY)] == [Outcome.WHOLE, Outcome.OUT]
    with called(ChangingFixpoint, "renew") as calls:
        apply(decided, Change(views={made.key: made for made in both({"types": ["tool"]}, {})}))
    assert calls == [(0b11,)]


def test_agreement_with_more_clauses_than_there_is_room_for_has_all_decided_anew() -> None:
    two = (clause(types=["tool"]), clause(id="S2"))
    decided = Decided(world(MADE, views=(view(agreement(*two)),)), NOW)
    fits = view(agreement(clause(types=["tool"]), clause(id="S2", types=["tool"])))
    assert apply(decided, Change(views={VIEW: fits})) == names(MADE)
    three = view(agreement(*two, clause(id="S3")))
    assert apply(decided, Change(views={VIEW: three})) == everything(decided)
    assert goes(decided, MADE) is Outcome.WHOLE


def test_terms_and_objects_that_change_at_once_are_both_taken_in() -> None:
    decided = Decided(world(MADE, views=both()), NOW)
    tool = stix("tool", "t", name="t")
    change = Change(versions=arrives(tool).versions, views={VIEW: both({"types": ["tool"]})[0]})
    assert apply(decided, change) == names(MADE, tool)
    assert (goes(decided, MADE), goes(decided, tool)) == (Outcome.OUT, Outcome.WHOLE)


def test_new_view_comes_last_and_shows_what_its_terms_allow() -> None:
    decided = Decided(world(MADE, views=both()[:1]), NOW)
    assert names(MADE) <= apply(decided, Change(views={FR_KEY: both()[1]}))
    assert goes(decided, MADE, FR_KEY) is Outcome.WHOLE
    assert list(decided.world.views) == [VIEW, FR_KEY]


# What derives from what.


def test_what_quotes_something_follows_it_over_any_number_of_steps() -> None:
    first = claim("first", SOURCE)
    second = claim("second", first)
    decided = Decided(world(SOURCE, MADE, first, second), NOW)
    assert goes(decided, second) is Outcome.OUT
    assert apply(decided, Change(approvals=GIVEN)) == names(SOURCE, first, second)
    assert [goes(decided, one) for one in (SOURCE, first, second)] == [Outcome.WHOLE] * 3
    assert apply(decided, leaves(SOURCE)) == names(SOURCE, first, second)
    assert [goes(decided, one) for one in (first, second)] == [Outcome.OUT] * 2


def test_claim_that_arrives_or_quotes_something_else_is_bound_by_what_it_now_quotes() -> None:
    decided = Decided(world(SOURCE, MADE, malware()), NOW)
    assert apply(decided, arrives(claim("n", SOURCE))) == names(claim("n"))
    assert goes(decided, claim("n", SOURCE)) is Outcome.OUT
    apply(decided, arrives(claim("n", malware())))
    assert goes(decided, claim("n", malware())) is Outcome.WHOLE


def test_derived_from_relationship_binds_and_frees_what_derives_by_it() -> None:
    link = related(MADE, SOURCE, "derived-from")
    other = related(malware("other"), SOURCE, "derived-from")
    decided = Decided(world(SOURCE, MADE, malware("other"), other), NOW)
    assert goes(decided, MADE) is Outcome.WHOLE
    assert names(link, MADE) <= apply(decided, arrives(link))
    assert goes(decided, MADE) is Outcome.OUT
    assert apply(decided, leaves(link)) == names(link, MADE)
    assert goes(decided, MADE) is Outcome.WHOLE


def test_source_of_a_derived_from_relationship_takes_along_what_derives_from_it() -> None:
    free = malware("source")
    link = related(MADE, free, "derived-from")
    decided = Decided(world(free, MADE, link), NOW)
    assert goes(decided, MADE) is Outcome.WHOLE
    assert names(SOURCE, MADE) <= apply(decided, arrives(SOURCE))
    assert goes(decided, MADE) is Outcome.OUT


def test_other_relationships_and_objects_that_only_look_like_them_bind_nobody() -> None:
    looks = malware("looks", relationship_type="derived-from", source_ref=MADE["id"], target_ref=SOURCE["id"])
    points = malware("points", object_ref=SOURCE["id"])
    decided = Decided(world(SOURCE, MADE, looks, points, related(MADE, SOURCE)), NOW)
    assert goes(decided, MADE) is Outcome.WHOLE
    with called(Compiled, "renew_basis") as calls:
        decided.apply(Change(approvals=GIVEN), NOW)
    assert calls == []


def test_translation_follows_the_label_of_what_it_translates() -> None:
    text = stix("language-content", "l", object_ref=SOURCE["id"], contents={"fr": {"name": "s"}})
    decided = Decided(world(SOURCE, text), NOW)
    assert goes(decided, text) is Outcome.OUT
    assert apply(decided, Change(approvals=GIVEN)) == names(SOURCE, text)
    assert goes(decided, text) is Outcome.WHOLE
    apply(decided, arrives(malware("source", tlp="red", description="d")))
    apply(decided, Change(policies=policy(SOURCE, markings=(StixId(UNKNOWN),))))
    assert goes(decided, text) is Outcome.OUT


def test_basis_is_worked_out_again_only_where_something_rests_on_it() -> None:
    decided = Decided(world(SOURCE, MADE, claim("n", SOURCE)), NOW)
    with called(Compiled, "renew_basis") as calls:
        decided.apply(arrives(malware("new")), NOW)
    assert calls == []
    with called(Compiled, "renew_basis") as calls:
        decided.apply(Change(policies=policy(SOURCE, necessity="n")), NOW)
    assert calls == [()]


def test_claim_that_cannot_be_read_derives_from_nothing_and_is_out() -> None:
    broken = claim("n", SOURCE)
    broken["extensions"][CLAIM_EXTENSION]["kind"] = 1
    decided = Decided(world(SOURCE, MADE, broken), NOW)
    assert apply(decided, arrives(broken)) == names(broken)
    assert goes(decided, broken) is Outcome.OUT


# Time.

DELAYED = {"release": {"approval": "auto", "delay": "PT1H"}}
ENDING = under(clause(**DELAYED), to="2026-03-01T12:30:00Z")


def next_after(at: datetime, **inputs: Any) -> datetime | None:
    return Decided(world(held(MADE, at=NOW), **inputs), at).next_change_at


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, None),
        ({"views": under(clause(**DELAYED))}, NOW + HOUR),
        ({"views": under(clause(), to="2026-03-01T13:00:00Z")}, NOW + HOUR),
        ({"views": under(clause(), to="2026-03-01T12:00:00Z")}, None),
        ({"policies": policy(MADE, expires_at=NOW + HOUR)}, NOW + HOUR),
        ({"policies": policy(malware("not held"), expires_at=NOW + HOUR)}, NOW + HOUR),
        ({"policies": policy(MADE, expires_at=NOW)}, None),
        ({"grants": (Grant(FR, US, RU, StixId(MADE["id"]), NOW + HOUR),)}, NOW + HOUR),
        ({"approvals": {(ref(MADE), VIEW): (Approval("ann", NOW + HOUR),)}}, NOW + HOUR),
        (
            {
                "views": under(clause(**DELAYED), to="2026-03-01T12:30:00Z"),
                "policies": policy(MADE, expires_at=NOW + TICK),
            },
            NOW + TICK,
        ),
        ({"views": under(clause(**DELAYED), to="2026-03-01T12:30:00Z")}, NOW + HOUR / 2),
    ],
)
def test_next_instant_is_told_at_which_time_alone_changes_something(
    inputs: dict[str, Any], expected: datetime | None
) -> None:
    assert next_after(NOW, **inputs) == expected


def test_what_time_changes_is_decided_at_its_instant_and_not_before() -> None:
    fresh = held(MADE, at=NOW)
    decided = Decided(world(fresh, malware(), views=under(clause(**DELAYED))), NOW)
    assert decided.apply(Change(), NOW + HOUR - TICK) == frozenset()
    assert goes(decided, MADE) is Outcome.OUT
    assert decided.apply(Change(), NOW + HOUR) == names(MADE)
    assert goes(decided, MADE) is Outcome.WHOLE
    assert decided.next_change_at is None
    assert decided.apply(Change(), NOW + HOUR) == frozenset()


def test_what_time_changes_and_what_else_changes_are_decided_together() -> None:
    decided = Decided(world(held(MADE, at=NOW), views=under(clause(**DELAYED))), NOW)
    assert decided.apply(arrives(malware()), NOW + HOUR) == names(MADE, malware())
    assert [goes(decided, one) for one in (MADE, malware())] == [Outcome.WHOLE] * 2


@pytest.mark.parametrize(
    "inputs", [{"policies": policy(MADE, expires_at=NOW)}, {"grants": (Grant(FR, US, RU, StixId(MADE["id"]), NOW),)}]
)
def test_instant_that_is_now_is_over(inputs: dict[str, Any]) -> None:
    decided = Decided(world(MADE, **inputs), NOW)
    assert decided.apply(Change(), NOW) == frozenset()
    assert decided.apply(arrives(MADE), NOW) == names(MADE)
    assert decided.apply(Change(), NOW) == frozenset()


def test_instants_of_what_arrives_are_kept_too() -> None:
    decided = Decided(world(malware()), NOW)
    apply(decided, Change(policies=policy(malware(), expires_at=NOW + HOUR)))
    assert decided.next_change_at == NOW + HOUR
    apply(decided, Change(approvals={(ref(malware()), VIEW): (Approval("ann", NOW + TICK),)}))
    assert decided.next_change_at == NOW + TICK
    assert decided.apply(Change(), NOW + TICK) == names(malware())
    assert decided.apply(Change(), NOW + HOUR) == names(malware())
    assert goes(decided, malware()) is Outcome.OUT


def test_what_time_opens_opens_what_derives_from_it() -> None:
    text = stix("language-content", "l", object_ref=SOURCE["id"], contents={"fr": {"name": "s"}})
    later = {(ref(SOURCE), VIEW): (Approval("ann", NOW + HOUR),)}
    decided = Decided(world(SOURCE, text, approvals=later), NOW)
    assert goes(decided, text) is Outcome.OUT
    assert decided.apply(Change(), NOW + HOUR) == names(SOURCE, text)
    assert goes(decided, text) is Outcome.WHOLE


@pytest.mark.parametrize(
    ("terms_now", "looked"),
    [
        ({**DELAYED, "ceiling": {"tlp": "green"}}, 0),
        ({"ceiling": {"tlp": "green"}}, 0),
        ({"release": {"approval": "auto", "delay": "PT2H"}}, 1),
        ({**DELAYED, "persons": {"rule": "categories", "allow": ["victim"], "retention": "P1Y"}}, 1),
    ],
)
def test_instants_are_looked_for_again_only_under_terms_that_know_other_ones(
    terms_now: dict[str, Any], looked: int
) -> None:
    views = under(clause(**DELAYED), clause(id="S2"))
    decided = Decided(world(held(MADE, at=NOW), views=views), NOW)
    with called(Decided, "_find_due") as calls:
        decided.apply(Change(views={VIEW: view(agreement(clause(**terms_now), clause(id="S2")))}), NOW)
    assert len(calls) == looked


def test_new_age_is_waited_for() -> None:
    decided = Decided(world(MADE, views=under(clause())), NOW)
    assert decided.next_change_at is None
    apply(decided, Change(views={VIEW: view(agreement(clause(), max_age="P59DT13H"))}))
    assert decided.next_change_at == NOW + HOUR + TICK
    assert decided.apply(Change(), NOW + HOUR + TICK) == names(MADE)
    assert goes(decided, MADE) is Outcome.OUT
