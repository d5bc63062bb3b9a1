"""Each rule on one version by itself, as masks: `ru` has two clauses (slots 1 and 2), `fr` one (slot 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from sepakat.agreements.terms import Onward, OnwardRule
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release import static_rules
from sepakat.release.compiled import Compiled
from sepakat.release.question import NO_POLICY, Approval, View, ViewKey
from sepakat.release.static_rules import ALIKE, CLAUSE_RULES, VIEW_RULES, base_slots
from sepakat.release.versions import Version
from sepakat.stix.identifiers import AgreementId, StixId
from tests.unit.release.small import (
    FR,
    NOW,
    PAP,
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
    stix,
    terms,
    topics,
    view,
    world,
)
from tests.unit.release.test_restrictions import acs, rel_to

FIRST, SECOND, OTHER = 0b0001, 0b0010, 0b0100
OF_RU, ALL = FIRST | SECOND, FIRST | SECOND | OTHER
RU_VIEW, FR_VIEW = 0b0001, 0b0100
FR_KEY = ViewKey(AgreementId("b"), FR)
TICK = timedelta(microseconds=1)


NOTHING: Mapping[str, Any] = {}


def views(
    first: Mapping[str, Any] = NOTHING, second: Mapping[str, Any] = NOTHING, other: Mapping[str, Any] = NOTHING
) -> tuple[View, ...]:
    """`ru` under two clauses, `fr` under one."""
    return (
        view(agreement(clause(id="S1", **first), clause(id="S2", **second)), "ru"),
        view(agreement(clause(**other), name="b", takers=("fr",)), "fr", country="FR"),
    )


def asked(content: Any, *more: Any, **inputs: Any) -> tuple[Compiled, Version]:
    """A compiled world and the version of its first object."""
    made = compiled(world(content, *more, **{"views": views(), **inputs}))
    identifier = content["id"] if isinstance(content, Mapping) else content.object.id
    return made, made.held[StixId(identifier)].versions[0]


def says(rule: str, content: Any, *more: Any, **inputs: Any) -> int:
    """What one rule lets through of the first object."""
    return {**CLAUSE_RULES, **VIEW_RULES}[rule](*asked(content, *more, **inputs))


def goes(content: Any, *more: Any, **inputs: Any) -> int:
    """What all rules together let through of the first object."""
    made, version = asked(content, *more, **inputs)
    return base_slots(made, version, made.slots.every)


def claim(**stated: Any) -> dict[str, Any]:
    """A note that carries a claim."""
    extension = {"extension_type": "property-extension", **stated}
    return stix("note", "n", content="c", object_refs=[malware()["id"]], extensions={CLAIM_EXTENSION: extension})


PERSON = stix("identity", "p", name="p", identity_class="individual")
VICTIMS = {"persons": {"rule": "categories", "allow": ["victim"]}}
AMBER, GREEN, WHITE = ({"ceiling": {"tlp": level, "pap": "red"}} for level in ("amber", "green", "clear"))


def low(axis: str, level: str) -> dict[str, Any]:
    return {"ceiling": {"tlp": "red", "pap": "red", axis: level}}


def test_everything_goes_that_no_rule_stops() -> None:
    made, version = asked(malware())
    assert {name: rule(made, version) for name, rule in CLAUSE_RULES.items()} == dict.fromkeys(CLAUSE_RULES, ALL)
    assert {name: rule(made, version) for name, rule in VIEW_RULES.items()} == dict.fromkeys(
        VIEW_RULES, RU_VIEW | FR_VIEW
    )
    assert base_slots(made, version, made.slots.every) == ALL


def test_no_more_is_answered_than_was_asked() -> None:
    made, version = asked(malware())
    assert [base_slots(made, version, within) for within in (0, SECOND, FIRST | OTHER)] == [0, SECOND, FIRST | OTHER]


OF_CLAUSES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("TypeShared", malware(), {"types": ["tool"]}),
    ("KindShared", claim(kind="report"), {"kinds": ["offer"]}),
    ("TopicNotExcluded", malware(labels=["crime"]), {"topics": {"any": ["crime"], "none": ["crime"]}}),
    ("RegionNotExcluded", stix("location", "l", country="KE"), {"regions": {"any": ["africa"], "none": ["KE"]}}),
    ("TlpWithinCeiling", malware(tlp="amber"), low("tlp", "green")),
    ("PapWithinCeiling", malware(object_marking_refs=[TLP["green"], PAP["amber"]]), low("pap", "green")),
    (
        "MinimumRating",
        claim(kind="report", credibility=3),
        {"minimum": {"reliability": "any", "credibility": 2, "unrated": "allow"}},
    ),
    ("MinimumRating", malware(), {"minimum": {"reliability": "C", "credibility": "any"}}),
    (
        "MinimumRating",
        claim(kind="report", source={"scheme": "admiralty", "reliability": "D"}),
        {"minimum": {"reliability": "C", "credibility": "any", "unrated": "allow"}},
    ),
    ("PersonsRule", PERSON, {"persons": {"rule": "none"}}),
    ("Approved", malware(), {"release": {"approval": "one", "delay": "PT0S"}}),
    ("DelayOver", malware(), {"release": {"approval": "auto", "delay": "P2D"}}),
]


@pytest.mark.parametrize(("rule", "content", "stops"), OF_CLAUSES, ids=[rule for rule, _, _ in OF_CLAUSES])
def test_rule_of_a_clause_stops_at_that_clause_alone(rule: str, content: Any, stops: dict[str, Any]) -> None:
    other = {"persons": {"rule": "pseudonym"}} if rule == "PersonsRule" else {}
    table = topics(crime=frozenset({"crime"}))
    for place, left in enumerate((SECOND | OTHER, FIRST | OTHER, OF_RU)):
        under = views(*(stops if place == here else other for here in range(3)))
        assert says(rule, content, malware(), views=under, topics=table) == left
        assert goes(content, malware(), views=under, topics=table) == left


def test_marking_for_some_countries_goes_by_clauses_that_name_no_others() -> None:
    marking = rel_to("RU")
    thing = malware(tlp=None, object_marking_refs=[marking["id"]])
    enough, less = ({"ceiling": {"tlp": "red", "pap": "red", "releasable_to": to}} for to in (["RU"], ["RU", "FR"]))
    assert says("ReleasableToCeiling", thing, marking, views=views(enough, less, less)) == FIRST
    assert says("ReleasableToCeiling", thing, marking, views=views(less, enough, enough)) == SECOND | OTHER


@pytest.mark.parametrize(("level", "left"), [("U", ALL), ("S", 0)])
def test_what_is_classified_goes_by_no_clause_since_none_can_state_a_ceiling_for_it(level: str, left: int) -> None:
    marking = acs(control_set={"classification": level})
    thing = malware(tlp=None, object_marking_refs=[marking["id"]])
    assert says("ClassificationWithinCeiling", thing, marking) == left


def test_every_marking_of_an_object_binds() -> None:
    both = malware(object_marking_refs=[TLP["green"], TLP["amber"]])
    for order in (both, {**both, "object_marking_refs": both["object_marking_refs"][::-1]}):
        assert says("TlpWithinCeiling", order, views=views(AMBER, GREEN, WHITE)) == FIRST
    added = policy(malware(), markings=(StixId(TLP["amber"]),))
    assert says("TlpWithinCeiling", malware(), policies=added, views=views(AMBER, GREEN, WHITE)) == FIRST


def test_claim_without_a_known_kind_is_shared_by_none() -> None:
    assert says("KindShared", claim(), malware()) == 0
    assert says("KindShared", claim(kind="gossip"), malware()) == 0
    assert says("KindShared", malware(), views=views({"kinds": ["offer"]})) == ALL


def test_data_window_looks_at_creation_and_age_at_modification() -> None:
    thing = malware(created="2026-01-01T00:00:00.000Z", modified="2026-02-01T00:00:00.000Z")
    early, late = "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"

    def under(first: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[View, ...]:
        return (
            view(agreement(clause(), clause(id="S2"), **first)),
            view(agreement(clause(), name="b", takers=("fr",), **other), "fr"),
        )

    assert says("WithinDataWindow", thing, views=under({"data_from": early}, {"data_from": late})) == OF_RU
    # It is 28 days and a half old.
    assert says("WithinDataWindow", thing, views=under({"max_age": "P28D"}, {"max_age": "P29D"})) == OTHER
    both = under({"data_from": early, "max_age": "P28D"}, {"data_from": late, "max_age": "P29D"})
    assert says("WithinDataWindow", thing, views=both) == 0


def test_only_an_identity_of_this_node_can_go_under_a_pseudonym() -> None:
    pseudonym = {"persons": {"rule": "pseudonym"}}
    assert says("PersonsRule", PERSON, views=views(pseudonym)) == FIRST
    theirs = held(PERSON, origins=("fr",), received=(terms("fr"),))
    assert says("PersonsRule", theirs, views=views(pseudonym)) == 0
    noted = policy(malware(), person_category="victim")
    assert says("PersonsRule", malware(), policies=noted, views=views(pseudonym, VICTIMS)) == SECOND


def test_personal_data_needs_its_category_its_necessity_and_its_retention() -> None:
    noted = policy(PERSON, person_category="victim")
    required = {"persons": {**VICTIMS["persons"], "necessity": "required"}}
    assert says("PersonsRule", PERSON, policies=noted, views=views(VICTIMS, required)) == FIRST
    needed = policy(PERSON, person_category="victim", necessity="to warn them")
    assert says("PersonsRule", PERSON, policies=needed, views=views(VICTIMS, required)) == FIRST | SECOND
    # Created two months before now.
    short, long = ({"persons": {**VICTIMS["persons"], "retention": period}} for period in ("P1M", "P3M"))
    assert says("PersonsRule", PERSON, policies=noted, views=views(short, long)) == SECOND
    assert says("PersonsRule", malware(), views=views(short, long)) == ALL


def needing(persons: str) -> dict[str, Any]:
    return {"release": {"approval": persons, "delay": "PT0S"}}


@pytest.mark.parametrize(
    ("approvers", "slots"),
    [((), OTHER), (("ann",), FIRST | OTHER), (("ann", "ann"), FIRST | OTHER), (("ann", "bob"), ALL)],
)
def test_each_clause_waits_for_its_own_number_of_approvals(approvers: tuple[str, ...], slots: int) -> None:
    given = {(ref(malware()), VIEW): tuple(Approval(name, NOW) for name in approvers)}
    assert says("Approved", malware(), approvals=given, views=views(needing("one"), needing("two"))) == slots
    assert goes(malware(), approvals=given, views=views(needing("one"), needing("two"))) == slots


def test_approval_for_one_view_opens_no_other() -> None:
    given = {(ref(malware()), FR_KEY): (Approval("ann", NOW), Approval("bob", NOW))}
    assert (
        says("Approved", malware(), approvals=given, views=views(needing("one"), needing("two"), needing("two")))
        == OTHER
    )


OF_VIEWS: list[tuple[str, dict[str, Any], int]] = [
    ("NotHeld", {"hold": "stop"}, 0),
    ("NotHeld", {"hold": ""}, 0),
    ("NotRecalled", {"recalled": True}, 0),
    ("NotRecalled", {"recalled_views": frozenset({VIEW})}, FR_VIEW),
    ("NotRecalled", {"recalled_views": frozenset({FR_KEY})}, RU_VIEW),
    ("NotRecalled", {"recalled_views": frozenset({VIEW, FR_KEY})}, 0),
    ("NotExpired", {"expires_at": NOW - TICK}, 0),
    ("NotExpired", {"expires_at": NOW}, 0),
    ("NotExpired", {"expires_at": NOW + TICK}, RU_VIEW | FR_VIEW),
    ("NotExpired", {"topics": frozenset({"crime"})}, RU_VIEW | FR_VIEW),
]


@pytest.mark.parametrize(("rule", "entries", "left"), OF_VIEWS)
def test_what_a_person_put_on_an_object_stops_it_in_the_views_concerned(
    rule: str, entries: dict[str, Any], left: int
) -> None:
    put = policy(malware(), **entries)
    assert says(rule, malware(), policies=put) == left
    assert goes(malware(), policies=put) == {0: 0, RU_VIEW: OF_RU, FR_VIEW: OTHER, RU_VIEW | FR_VIEW: ALL}[left]


def test_readers_origins_and_terms_are_asked_for_every_view() -> None:
    unmarked = malware(tlp=None)
    assert (says("AmongReaders", unmarked), goes(unmarked)) == (0, 0)
    theirs = held(malware(), origins=("iq",))
    assert (says("AmongReaders", theirs), says("OriginAllows", theirs), goes(theirs)) == (RU_VIEW | FR_VIEW, 0, 0)
    kept = held(malware(tlp="clear"), received=(terms("iq", Onward(OnwardRule.ASK)),))
    loose = (
        *views()[:1],
        view(agreement(name="b", takers=("fr",), onward={"default": "named", "named": ["iq"]}), "fr"),
    )
    assert (says("TermsNotWeaker", kept, views=loose), goes(kept, views=loose)) == (RU_VIEW, OF_RU)


def test_what_a_version_derives_from_binds_it() -> None:
    source, made = malware("source", tlp="amber"), malware("made")
    link = related(made, source, "derived-from")
    under = views(AMBER, GREEN, GREEN)
    assert (says("BasisAllows", made, source, link, views=under), goes(made, source, link, views=under)) == (
        FIRST,
        FIRST,
    )


def test_translation_has_the_label_of_every_version_of_what_it_translates() -> None:
    first = malware(tlp="green")
    second = {**malware(tlp="amber"), "modified": "2026-01-02T00:00:00.000Z"}
    text = stix("language-content", "l", tlp="clear", object_ref=first["id"], contents={"fr": {"name": "m"}})
    under = views(AMBER, GREEN, WHITE)
    for order in ((first, second), (second, first)):
        assert says("OriginalAllows", text, *order, views=under) == FIRST
        assert goes(text, *order, views=under) == FIRST
    assert says("OriginalAllows", text, first, views=under) == FIRST | SECOND
    assert says("OriginalAllows", malware(object_ref=second["id"]), second, views=under) == ALL


# What is asked once for many, and what is not asked at all.


def counted(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """The names of the rules that are asked meanwhile."""
    called: list[str] = []

    def count(name: str, rule: Any) -> Any:
        def ask(world: Compiled, version: Version) -> int:
            called.append(name)
            answer: int = rule(world, version)
            return answer

        return ask

    for name in names:
        monkeypatch.setattr(static_rules, name, count(name, getattr(static_rules, name)))
    return called


def test_versions_that_are_alike_are_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    called = counted(monkeypatch, "_all_of_alike")
    made = compiled(world(malware("one"), malware("other"), malware("amber", tlp="amber"), PERSON, views=views()))
    for name in ("one", "other", "one", "amber"):
        (version,) = made.held[StixId(malware(name)["id"])].versions
        base_slots(made, version, made.slots.every)
    assert called == ["_all_of_alike"] * 2
    (person,) = made.held[StixId(PERSON["id"])].versions
    for _ in range(2):
        base_slots(made, person, made.slots.every)
    assert called == ["_all_of_alike"] * 4, "how long personal data is kept hangs on the instant"


@pytest.mark.parametrize(
    "other",
    [
        stix("tool", "t", name="t"),
        malware("labelled", labels=["crime"]),
        malware("amber", tlp="amber"),
        malware("somewhere", labels=[]),
        claim(kind="offer"),
        claim(kind="report", credibility=5),
        claim(kind="report", source={"scheme": "admiralty", "reliability": "E"}),
    ],
)
def test_versions_share_an_answer_only_where_every_rule_sees_the_same(other: dict[str, Any]) -> None:
    minimum = {"minimum": {"reliability": "C", "credibility": 3, "unrated": "allow"}}
    excluded = {"topics": {"any": ["crime"], "none": ["crime"]}}
    under = views({"types": ["malware", "note"], **minimum}, {"kinds": ["report"], **GREEN}, excluded)
    table = topics(crime=frozenset({"crime"}))
    noted = policy(malware("somewhere"), markings=(StixId(TLP["amber"]),))
    for one in (malware("one"), claim(kind="report")):
        if one["id"] != other["id"]:
            made = compiled(world(one, other, malware(), views=under, topics=table, policies=noted))
            alone = [goes(each, malware(), views=under, topics=table, policies=noted) for each in (one, other)]
            both = [made.held[StixId(each["id"])].versions[0] for each in (one, other)]
            assert [base_slots(made, version, made.slots.every) for version in both] == alone


def test_rules_on_what_a_person_put_on_an_object_are_asked_only_where_somebody_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[str] = []

    def stop(_: Compiled, version: Version) -> int:
        called.append(version.id)
        return 0

    monkeypatch.setattr(static_rules, "_BY_POLICY", (stop,))
    assert goes(malware()) == ALL
    assert called == []
    assert goes(malware(), policies=policy(malware(), necessity="n")) == 0
    assert called == [malware()["id"]]
    assert asked(malware())[1].policy is NO_POLICY


def test_nothing_is_asked_any_more_once_a_version_is_out(monkeypatch: pytest.MonkeyPatch) -> None:
    out = views(*({"types": ["tool"]},) * 3)
    made, version = asked(malware(), views=out)
    called = counted(monkeypatch, "origin_allows", "basis_allows")
    assert base_slots(made, version, made.slots.every) == 0
    assert called == []
    made, version = asked(malware(), views=views(*({"release": {"approval": "one", "delay": "PT0S"}},) * 3))
    assert base_slots(made, version, made.slots.every) == 0
    assert called == ["origin_allows"]


def test_rules_asked_once_for_many_are_rules_of_clauses() -> None:
    assert set(ALIKE) < set(CLAUSE_RULES)
