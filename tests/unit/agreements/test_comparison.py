from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from sepakat.agreements.comparison import Change, Effect, changes, is_narrowing
from sepakat.agreements.parsing import from_document
from sepakat.agreements.terms import Agreement
from sepakat.agreements.vocabulary import CLAIM_KINDS, PERSON_CATEGORIES
from tests.unit.agreements.samples import START, changed, document, documents, example

N, W, I, C = Effect.NARROWER, Effect.WIDER, Effect.INCOMPARABLE, Effect.CARRIED  # noqa: E741


def effects(path: str, old: Any, new: Any) -> list[Effect]:
    """The effect of one change of value in the example."""

    def with_value(value: Any) -> Agreement:
        def put(raw: dict[str, Any]) -> None:
            *parents, name = path.split(".")
            place: Any = raw
            for part in parents:
                place = place[0] if part == "0" else place[part]
            place[name] = value
            onward = raw["onward"]
            onward["default"] = "named" if onward["named"] else onward["default"]
            persons = raw["share"][0]["persons"]
            persons["allow"] = persons["allow"] if persons["rule"] == "categories" else []

        return changed(put)

    shown = path.replace("share.0", "share[S1]")
    return [change.effect for change in changes(with_value(old), with_value(new)) if change.path == shown]


@pytest.mark.parametrize(
    ("path", "old", "new", "effect", "back"),
    [
        ("takers", ["ru", "fr"], ["ru"], N, W),
        ("takers", ["ru"], ["fr"], I, I),
        ("scope", "community", "organisation", N, W),
        ("window.from", "2030-01-01T00:00:00Z", "2030-02-01T00:00:00Z", N, W),
        ("window.to", "2031-01-01T00:00:00Z", "2030-12-01T00:00:00Z", N, W),
        ("window.to", None, "2030-12-01T00:00:00Z", N, W),
        ("window.data_from", "any", "2029-01-01T00:00:00Z", N, W),
        ("window.data_from", "2029-01-01T00:00:00Z", "2029-01-01T00:00:00.5Z", N, W),
        ("window.max_age", "P180D", "P25W", N, W),
        ("window.max_age", "any", "P180D", N, W),
        ("window.max_age", "P7D", "P1W", N, N),
        ("share.0.topics.any", ["terrorism"], ["terrorism/isis"], N, W),
        ("share.0.topics.any", "any", ["terrorism"], N, W),
        ("share.0.topics.any", ["terrorism"], [], N, W),
        ("share.0.topics.any", ["terrorism"], ["cyber"], I, I),
        ("share.0.topics.any", ["terrorism"], ["terrorism/isis", "cyber"], I, I),
        ("share.0.topics.none", [], ["cyber"], N, W),
        ("share.0.topics.none", ["cyber/crime"], ["cyber"], N, W),
        ("share.0.regions.any", ["middle-east"], ["IQ-AN", "SY"], N, W),
        ("share.0.regions.any", ["IQ"], ["NO"], I, I),
        ("share.0.regions.none", ["IQ-AN"], ["asia"], N, W),
        ("share.0.types", "any", ["report"], N, W),
        ("share.0.types", "any", ["report", "x-custom"], I, I),
        ("share.0.types", ["report", "note"], ["note"], N, W),
        ("share.0.kinds", "any", ["fact"], N, W),
        ("share.0.kinds", list(CLAIM_KINDS[1:]), "any", W, N),
        ("share.0.kinds", list(CLAIM_KINDS), "any", N, N),
        ("share.0.ceiling.tlp", "amber+strict", "amber", N, W),
        ("share.0.ceiling.tlp", "clear", None, N, W),
        ("share.0.ceiling.pap", "red", "amber", N, W),
        ("share.0.ceiling.releasable_to", ["RU"], ["FR", "RU"], N, W),
        ("share.0.ceiling.releasable_to", ["RU"], [], I, I),
        ("share.0.minimum.reliability", "any", "E", N, W),
        ("share.0.minimum.reliability", "C", "B", N, W),
        ("share.0.minimum.credibility", 5, 1, N, W),
        ("share.0.minimum.credibility", 2, 1, N, W),
        ("share.0.minimum.credibility", 3, 2, N, W),
        ("share.0.minimum.credibility", 4, 3, N, W),
        ("share.0.minimum.credibility", 5, 4, N, W),
        ("share.0.minimum.credibility", "any", 5, N, W),
        ("share.0.minimum.unrated", "allow", "out", N, W),
        ("share.0.fields.allow", "any", "standard", N, W),
        ("share.0.fields.allow", ["standard", "x_note"], "standard", N, W),
        ("share.0.fields.allow", "standard", ["name"], I, I),
        ("share.0.fields.allow", "standard", [], N, W),
        ("share.0.fields.deny", [], ["name"], N, W),
        ("share.0.fields.external_references", "any", ["cve"], N, W),
        ("share.0.fields.external_references", ["cve"], "none", N, W),
        ("share.0.fields.tear_line", "if-needed", "none", N, W),
        ("share.0.fields.tear_line", "always", "if-needed", I, I),
        ("share.0.source", "identity", "rating", N, W),
        ("share.0.persons.rule", "categories", "none", N, W),
        ("share.0.persons.rule", "categories", "pseudonym", I, I),
        ("share.0.persons.allow", ["office-holder", "suspect"], ["suspect"], N, W),
        ("share.0.persons.necessity", None, "required", N, W),
        ("share.0.persons.retention", None, "P1Y", N, W),
        ("share.0.persons.retention", "P1Y", "P11M", N, W),
        ("share.0.persons.retention", "P1Y", "P30D", I, I),
        ("share.0.release.approval", "auto", "one", N, W),
        ("share.0.release.approval", "one", "two", N, W),
        ("share.0.release.delay", "PT0S", "PT1H", N, W),
        ("share.0.release.delay", "PT60M", "PT1H", N, N),
        ("onward.default", "ask", "none", N, W),
        ("onward.named", ["fr", "iq"], ["fr"], N, W),
        ("title", "One", "Another", C, C),
        ("use.court", "ask", "must-not", C, C),
        ("purpose", [], ["cyber-defence"], C, C),
        ("basis.reference", None, "12", C, C),
        ("duties.receipt", "PT5M", "PT6M", I, I),
        ("duties.delete_at_end", False, True, I, I),
        ("end.terminate", "P30D", "P31D", I, I),
    ],
)
def test_the_effect_of_one_change(path: str, old: Any, new: Any, effect: Effect, back: Effect) -> None:
    assert effects(path, old, new) == [effect]
    assert effects(path, new, old) == [back]


def test_the_same_terms_have_no_changes() -> None:
    assert changes(example(), example()) == ()


def test_a_change_names_its_path_and_both_values() -> None:
    new = changed(lambda raw: raw["share"][0]["ceiling"].update(tlp="green"))
    assert changes(example(), new) == (Change("share[S1].ceiling.tlp", "amber", "green", N),)


def with_clauses(*clause_ids: str) -> Agreement:
    def put(raw: dict[str, Any]) -> None:
        raw["share"] = [{**copy.deepcopy(raw["share"][0]), "id": clause_id} for clause_id in clause_ids]

    return changed(put)


def test_a_clause_less_is_narrower_and_one_more_is_wider() -> None:
    one, two = with_clauses("S1"), with_clauses("S1", "S2")
    assert [(change.path, change.effect) for change in changes(two, one)] == [("share[S2]", N)]
    assert [(change.path, change.effect) for change in changes(one, two)] == [("share[S2]", W)]


def test_a_clause_under_another_id_is_a_new_clause() -> None:
    assert {change.effect for change in changes(with_clauses("S1"), with_clauses("S2"))} == {N, W}


def test_the_order_of_clauses_changes_nothing() -> None:
    assert changes(with_clauses("S1", "S2"), with_clauses("S2", "S1")) == ()


def second_version(change: Callable[[dict[str, Any]], object]) -> Agreement:
    return changed(lambda raw: (raw.update(version=2, supersedes="0" * 64), change(raw)))


def test_narrowing_is_of_a_later_version_of_the_same_agreement_of_the_same_giver() -> None:
    assert is_narrowing(example(), second_version(lambda raw: raw["window"].update(max_age="P1D")))
    assert not is_narrowing(example(), changed(lambda raw: raw["window"].update(max_age="P1D")))
    assert not is_narrowing(example(), second_version(lambda raw: raw.update(id="another")))
    assert not is_narrowing(example(), second_version(lambda raw: raw.update(giver="fr")))


def test_one_change_that_is_not_narrower_needs_both() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["window"]["max_age"] = "P1D"
        raw["title"] = "Another"

    assert not is_narrowing(example(), second_version(change))


def test_a_community_in_the_place_of_takers_needs_both() -> None:
    assert not is_narrowing(example(), second_version(lambda raw: raw.update(takers=[], community="coalition")))


# A model of what one clause lets through, written from the meaning of the keys and not from the comparison: each axis
# has a few values, and a thing goes if every axis lets its value through. So all things can be tried, axis by axis.
TOPICS = ["", "terrorism", "terrorism/isis", "terrorism/sources", "cyber", "cyber/crime"]
PLACES = {
    "": [],
    "IQ-AN": ["IQ-AN", "IQ", "western-asia", "middle-east"],
    "IQ": ["IQ", "western-asia", "middle-east"],
    "SY": ["SY", "western-asia", "middle-east"],
    "EG": ["EG", "middle-east"],
    "AM": ["AM", "western-asia"],
    "NO": ["NO"],
    "US-CA": ["US-CA", "US"],
}
LEVELS = ["clear", "green", "amber", "amber+strict", "red"]
PAP_LEVELS = ["clear", "green", "amber", "red"]
MOMENTS = [START + timedelta(seconds=seconds) for seconds in range(0, 10**9 + 1, 10**7)]


def paths_above(topic: str) -> list[str]:
    parts = topic.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]


def selected(wanted: Any, excluded: list[str], above: list[str]) -> bool:
    return (wanted == "any" or bool(set(wanted) & set(above))) and not set(excluded) & set(above)


def at_least(rating: Any, minimum: Any, order: list[Any], unrated: str) -> bool:
    if minimum == "any":
        return True
    return unrated == "allow" if rating is None else order.index(rating) <= order.index(minimum)


def days_of(duration: str) -> float:
    return {
        "PT0S": 0,
        "PT5M": 1 / 288,
        "P30D": 30,
        "P1W": 7,
        "P1DT2H": 26 / 24,
        "P180D": 180,
        "P1Y": 365.2,
        "P6M": 183,
    }[duration]


def person_goes(persons: dict[str, Any], category: str | None, necessity: bool, way: str) -> bool:
    if category is None:
        return way == "as-is"
    if persons["necessity"] == "required" and not necessity:
        return False
    if persons["rule"] == "pseudonym":
        return way == "pseudonym"
    return persons["rule"] == "categories" and category in persons["allow"] and way == "as-is"


def property_goes(fields: dict[str, Any], name: str) -> bool:
    allow = [fields["allow"]] if fields["allow"] == "standard" else fields["allow"]
    is_standard = not name.startswith("x_")
    allowed = allow == "any" or name in allow or ("standard" in allow and is_standard)
    return allowed and name not in fields["deny"]


def cut_goes(tear_line: str, way: str) -> bool:
    return way in {"none": ["whole"], "if-needed": ["whole", "cut"], "always": ["variant", "cut"]}[tear_line]


def sets_let_through(raw: dict[str, Any]) -> list[set[Any]]:
    """For each axis the values that the first clause of a document lets through."""
    (clause, *_), window = raw["share"], raw["window"]
    topics, regions, ceiling = clause["topics"], clause["regions"], clause["ceiling"]
    minimum, fields, persons, release = clause["minimum"], clause["fields"], clause["persons"], clause["release"]
    types = ["report", "note", "indicator"] if clause["types"] == "any" else clause["types"]
    ratings = product([None, *"ABCDE"], [None, 1, 2, 3, 4, 5])

    def those(values: Iterable[Any], goes: Callable[[Any], bool]) -> set[Any]:
        return {value for value in values if goes(value)}

    def is_in_window(moment: datetime) -> bool:
        start, end = (window[name] and datetime.fromisoformat(window[name]) for name in ("from", "to"))
        return start <= moment and (end is None or moment < end)

    return [
        those(["ru", "fr", "iq", "cert-nl"], lambda taker: taker in raw["takers"]),
        those(MOMENTS, is_in_window),
        those(
            MOMENTS,
            lambda at: window["data_from"] == "any" or at >= datetime.fromisoformat(window["data_from"]),
        ),
        those([0, 1, 180, 181], lambda age: window["max_age"] == "any" or age <= days_of(window["max_age"])),
        those(TOPICS, lambda topic: selected(topics["any"], topics["none"], paths_above(topic))),
        those(PLACES, lambda place: selected(regions["any"], regions["none"], PLACES[place])),
        those(["report", "note", "indicator", "x-custom"], lambda name: name in types),
        those(["", *CLAIM_KINDS], lambda kind: not kind or clause["kinds"] == "any" or kind in clause["kinds"]),
        those(LEVELS, lambda level: LEVELS.index(level) <= LEVELS.index(ceiling["tlp"] or "clear")),
        those(PAP_LEVELS, lambda level: PAP_LEVELS.index(level) <= PAP_LEVELS.index(ceiling["pap"] or "clear")),
        those(
            [(), ("RU",), ("FR",), ("FR", "RU"), ("FR", "NO", "RU")],
            lambda marked: not marked or (ceiling["releasable_to"] and set(ceiling["releasable_to"]) <= set(marked)),
        ),
        those(
            ratings,
            lambda rating: (
                at_least(rating[0], minimum["reliability"], list("ABCDE"), minimum["unrated"])
                and at_least(rating[1], minimum["credibility"], [1, 2, 3, 4, 5], minimum["unrated"])
            ),
        ),
        those(["name", "x_note", "description", "external_references.[0].url"], lambda n: property_goes(fields, n)),
        those(
            ["mitre-attack", "cve: list", "other"],
            lambda name: fields["external_references"] == "any" or name in fields["external_references"],
        ),
        those(["whole", "cut", "variant"], lambda way: cut_goes(fields["tear_line"], way)),
        those(range(4), lambda level: level <= ["none", "rating", "descriptor", "identity"].index(clause["source"])),
        those(
            product([None, *PERSON_CATEGORIES], [True, False], ["as-is", "pseudonym"]),
            lambda person: person_goes(persons, *person),
        ),
        those([0, 31, 184, 366], lambda age: persons["retention"] is None or age <= days_of(persons["retention"])),
        those(range(3), lambda approvals: approvals >= ["auto", "one", "two"].index(release["approval"])),
        those([0, 0.5, 1.5, 8, 31], lambda waited: waited >= days_of(release["delay"])),
        those(
            ["asked", "ru", "fr", "iq", "cert-nl"],
            lambda way: way in raw["onward"]["named"] or (way == "asked" and raw["onward"]["default"] != "none"),
        ),
        those(
            range(5),
            lambda rank: (
                rank <= ["persons", "organisation", "organisation+clients", "community", "public"].index(raw["scope"])
            ),
        ),
    ]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A document and a later version of it, in which some keys have other values."""
    old, other = draw(documents()), draw(documents())
    for raw in (old, other):
        raw.update(community=None, takers=raw["takers"] or ["ru"], version=1, supersedes=None)
        raw["share"] = raw["share"][:1] or document()["share"]
        raw["share"][0]["id"] = "S1"
    new = copy.deepcopy(old)
    new.update(version=2, supersedes="0" * 64)
    for part, name in draw(st.lists(st.sampled_from(CHANGEABLE), min_size=1, max_size=3)):
        source, target = (raw["share"][0] if part == "share" else raw for raw in (other, new))
        target[name] = copy.deepcopy(source[name])
    return old, new


CHANGEABLE = [
    *(("", name) for name in ("takers", "scope", "window", "onward")),
    *(("share", name) for name in ("topics", "regions", "types", "kinds", "ceiling", "minimum", "fields")),
    *(("share", name) for name in ("source", "persons", "release")),
]


@given(pairs())
def test_what_the_giver_may_do_alone_lets_nothing_new_through(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    old, new = pair
    narrows = is_narrowing(from_document(old), from_document(new))
    event(f"narrows: {narrows}")
    let_through_new, let_through_old = sets_let_through(new), sets_let_through(old)
    if narrows:
        for axis, (now, before) in enumerate(zip(let_through_new, let_through_old, strict=True)):
            assert now <= before, f"axis {axis} lets {now - before} through"


@given(pairs())
def test_what_lets_something_new_through_is_told_as_not_narrower(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    old, new = pair
    grows = any(now - before for now, before in zip(sets_let_through(new), sets_let_through(old), strict=True))
    if grows:
        assert {change.effect for change in changes(from_document(old), from_document(new))} & {W, I}
