from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.decision import Outcome
from sepakat.release.question import Approval
from sepakat.stix.instants import parse_instant
from tests.unit.release.small import (
    NOW,
    PAP,
    SINCE,
    STATEMENT,
    TLP,
    VIEW,
    clause,
    failing,
    held,
    malware,
    outcome,
    policy,
    ref,
    related,
    stix,
    under,
    world,
)

TOPICS = TopicTable((TopicDefinition("terrorism/isis", labels=frozenset({"isis"}), names=frozenset({"Daesh"})),))


def claimed(**claim: Any) -> dict[str, Any]:
    claim = {"extension_type": "property-extension", "kind": "report", **claim}
    return stix("note", "claimed", content="said", object_refs=[malware()["id"]], extensions={CLAIM_EXTENSION: claim})


def test_object_within_everything_goes_whole() -> None:
    assert outcome(world(malware()), malware()) is Outcome.WHOLE


def test_type_that_no_clause_names_is_withheld() -> None:
    asked = world(malware(), views=under(clause(types=["tool"])))
    assert failing(asked, malware()) == {"TypeShared", "ClauseMatches"}


def test_any_type_does_not_cover_a_custom_type() -> None:
    custom = stix("x-acme-case", "c")
    assert failing(world(custom), custom) == {"TypeShared", "ClauseMatches"}
    assert outcome(world(custom, views=under(clause(types=["x-acme-case"]))), custom) is Outcome.WHOLE


@pytest.mark.parametrize(("kinds", "goes"), [(["report"], True), (["offer"], False), (None, False), ("any", True)])
def test_claim_goes_only_by_its_kind(kinds: Any, goes: bool) -> None:
    asked = world(claimed(), malware(), views=under(clause(kinds=kinds)))
    assert (outcome(asked, claimed()) is Outcome.WHOLE) is goes
    assert goes or failing(asked, claimed()) == {"KindShared", "ClauseMatches"}


def test_claim_of_unknown_kind_is_withheld_even_where_any_kind_goes() -> None:
    note = claimed(kind="rumour")
    assert "KindShared" in failing(world(note, malware()), note)


def test_clause_without_kinds_lets_objects_without_a_claim_through() -> None:
    assert outcome(world(malware(), views=under(clause(kinds=None))), malware()) is Outcome.WHOLE


@pytest.mark.parametrize(
    ("content", "annotated", "goes"),
    [
        ({"labels": ["isis"]}, frozenset(), True),
        ({"name": "DAESH"}, frozenset(), True),
        ({"aliases": ["daesh"]}, frozenset(), True),
        ({}, frozenset({"terrorism/isis/oil"}), True),
        ({}, frozenset({"terrorism"}), False),
        ({"labels": ["terrorism"]}, frozenset(), False),
        ({}, frozenset(), False),
    ],
)
def test_topic_lies_in_a_listed_one(content: dict[str, Any], annotated: frozenset[str], goes: bool) -> None:
    thing = malware(**content)
    asked = world(
        thing,
        views=under(clause(topics={"any": ["terrorism/isis"]})),
        topics=TOPICS,
        policies=policy(thing, topics=annotated),
    )
    assert (outcome(asked, thing) is Outcome.WHOLE) is goes


def test_excluded_topic_wins_over_a_wanted_one() -> None:
    thing = malware(labels=["isis"])
    asked = world(thing, views=under(clause(topics={"any": "any", "none": ["terrorism"]})), topics=TOPICS)
    assert failing(asked, thing) == {"TopicNotExcluded", "ClauseMatches"}


@pytest.mark.parametrize(("wanted", "goes"), [(["IQ"], True), (["middle-east"], True), (["SY"], False), ("any", True)])
def test_region_of_a_location_is_contained_in_a_listed_one(wanted: Any, goes: bool) -> None:
    place = stix("location", "p", country="IQ")
    assert (outcome(world(place, views=under(clause(regions={"any": wanted}))), place) is Outcome.WHOLE) is goes


def test_excluded_region_withholds() -> None:
    place = stix("location", "p", country="IQ")
    asked = world(place, views=under(clause(regions={"any": "any", "none": ["western-asia"]})))
    assert failing(asked, place) == {"RegionNotExcluded", "ClauseMatches"}


@pytest.mark.parametrize(
    ("marking", "ceiling", "goes"),
    [
        (TLP["clear"], None, True),
        (TLP["green"], None, False),
        (TLP["green"], "green", True),
        (TLP["amber"], "green", False),
        (TLP["amber+strict"], "amber", False),
        (TLP["amber+strict"], "amber+strict", True),
        (TLP["red"], "amber+strict", False),
        (STATEMENT, None, True),
    ],
)
def test_tlp_lies_within_the_ceiling(marking: str, ceiling: str | None, goes: bool) -> None:
    thing = malware(tlp=None, object_marking_refs=[marking])
    asked = world(thing, views=under(clause(ceiling={"tlp": ceiling})))
    assert (outcome(asked, thing) is Outcome.WHOLE) is goes
    assert goes or failing(asked, thing) >= {"TlpWithinCeiling"}


@pytest.mark.parametrize(
    ("level", "ceiling", "goes"), [("clear", None, True), ("green", None, False), ("red", "red", True)]
)
def test_pap_lies_within_the_ceiling(level: str, ceiling: str | None, goes: bool) -> None:
    thing = malware(object_marking_refs=[TLP["clear"], PAP[level]])
    asked = world(thing, views=under(clause(ceiling={"pap": ceiling})))
    assert (outcome(asked, thing) is Outcome.WHOLE) is goes


def test_highest_of_several_markings_counts() -> None:
    thing = malware(object_marking_refs=[TLP["clear"], TLP["amber"]])
    assert outcome(world(thing, views=under(clause(ceiling={"tlp": "green"}))), thing) is Outcome.OUT


@pytest.mark.parametrize(
    ("source", "credibility", "unrated", "goes"),
    [
        ("B", 2, "out", True),
        ("C", 3, "out", True),
        ("D", 3, "out", False),
        ("C", 4, "out", False),
        ("F", 3, "out", False),
        ("F", 6, "allow", True),
        (None, None, "allow", True),
        (None, None, "out", False),
    ],
)
def test_rating_reaches_the_minimum(source: str | None, credibility: int | None, unrated: str, goes: bool) -> None:
    claim: dict[str, Any] = {"source": {"scheme": "admiralty", "reliability": source}} if source else {}
    note = claimed(**claim, **({"credibility": credibility} if credibility else {}))
    minimum = {"reliability": "C", "credibility": 3, "unrated": unrated}
    asked = world(
        note,
        malware(),
        views=under(clause(minimum=minimum, types=["note", "malware"]), clause(id="S2", types=["malware"])),
    )
    assert (outcome(asked, note) is Outcome.WHOLE) is goes


def test_object_without_a_claim_is_unrated() -> None:
    minimum = {"reliability": "C", "credibility": "any", "unrated": "out"}
    assert failing(world(malware(), views=under(clause(minimum=minimum))), malware()) >= {"MinimumRating"}


@pytest.mark.parametrize(
    ("data_from", "goes"), [("2026-01-01T00:00:00Z", True), ("2026-01-01T00:00:00.000001Z", False)]
)
def test_data_window_begins_with_the_creation(data_from: str, goes: bool) -> None:
    asked = world(malware(), views=under(clause(), data_from=data_from))
    assert (outcome(asked, malware()) is Outcome.WHOLE) is goes


def test_version_is_too_old_one_microsecond_after_its_age() -> None:
    at = parse_instant(SINCE) + timedelta(days=30)
    asked = world(held(malware(), at=parse_instant(SINCE)), views=under(clause(), max_age="P30D"))
    assert outcome(asked, malware(), now=at) is Outcome.WHOLE
    assert outcome(asked, malware(), now=at + timedelta(microseconds=1)) is Outcome.OUT


def test_delay_counts_from_intake() -> None:
    asked = world(held(malware(), at=NOW), views=under(clause(release={"approval": "auto", "delay": "PT1H"})))
    assert failing(asked, malware()) == {"DelayOver", "ClauseMatches"}
    assert outcome(asked, malware(), now=NOW + timedelta(hours=1)) is Outcome.WHOLE


@pytest.mark.parametrize(
    ("rule", "approvers", "goes"),
    [
        ("one", (), False),
        ("one", ("ann",), True),
        ("two", ("ann",), False),
        ("two", ("ann", "ann"), False),
        ("two", ("ann", "bob"), True),
    ],
)
def test_as_many_different_persons_approved_as_the_clause_asks(
    rule: str, approvers: tuple[str, ...], goes: bool
) -> None:
    given = {(ref(malware()), VIEW): tuple(Approval(name, NOW) for name in approvers)}
    asked = world(malware(), views=under(clause(release={"approval": rule, "delay": "PT0S"})), approvals=given)
    assert (outcome(asked, malware()) is Outcome.WHOLE) is goes


def test_approval_that_is_yet_to_come_does_not_count() -> None:
    given = {(ref(malware()), VIEW): (Approval("ann", NOW + timedelta(seconds=1)),)}
    asked = world(malware(), views=under(clause(release={"approval": "one", "delay": "PT0S"})), approvals=given)
    assert outcome(asked, malware()) is Outcome.OUT


PERSON = stix("identity", "a person", name="A. Person", identity_class="individual", description="a cook")


@pytest.mark.parametrize(
    ("persons", "category", "goes"),
    [
        ({"rule": "none"}, "office-holder", False),
        ({"rule": "categories", "allow": ["office-holder"]}, "office-holder", True),
        ({"rule": "categories", "allow": ["office-holder"]}, "witness", False),
        ({"rule": "categories", "allow": ["office-holder"]}, None, False),
    ],
)
def test_person_goes_by_category_and_an_unknown_one_never(persons: Any, category: str | None, goes: bool) -> None:
    asked = world(PERSON, views=under(clause(persons=persons)), policies=policy(PERSON, person_category=category))
    assert (outcome(asked, PERSON) is Outcome.WHOLE) is goes


def test_claim_about_a_person_is_personal_data() -> None:
    note = claimed(person={"category": "suspect"})
    assert "PersonsRule" in failing(world(note, malware()), note)


@pytest.mark.parametrize(
    ("asked_for", "stated", "goes"),
    [
        (None, None, True),
        ("required", None, False),
        ("required", "", False),
        ("required", "a threat to life", True),
    ],
)
def test_personal_data_goes_only_with_the_necessity_that_is_asked_for(
    asked_for: str | None, stated: str | None, goes: bool
) -> None:
    persons = {"rule": "categories", "allow": ["victim"], "necessity": asked_for}
    about = policy(PERSON, person_category="victim", necessity=stated)
    asked = world(PERSON, views=under(clause(persons=persons)), policies=about)
    assert (outcome(asked, PERSON) is Outcome.WHOLE) is goes


def test_personal_data_leaves_when_its_retention_is_over() -> None:
    persons = {"rule": "categories", "allow": ["victim"], "retention": "P2M"}
    asked = world(PERSON, views=under(clause(persons=persons)), policies=policy(PERSON, person_category="victim"))
    at = NOW.replace(day=1, hour=0)
    assert outcome(asked, PERSON, now=at) is Outcome.WHOLE
    assert outcome(asked, PERSON, now=at + timedelta(microseconds=1)) is Outcome.OUT


def test_two_clauses_that_each_match_in_part_do_not_match_together() -> None:
    thing = malware(labels=["isis"])
    asked = world(
        thing,
        views=under(clause(types=["tool"]), clause(id="S2", topics={"any": ["trade"]})),
        topics=TOPICS,
    )
    assert outcome(asked, thing) is Outcome.OUT


def test_relationship_is_about_what_it_connects() -> None:
    actor, tool = stix("threat-actor", "a", name="Daesh"), stix("tool", "t", name="t")
    link = related(actor, tool)
    views = under(clause(topics={"any": ["terrorism/isis"]}))
    asked = world(actor, tool, link, views=views, topics=TOPICS)
    assert outcome(asked, link) is Outcome.WHOLE
