from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sepakat.agreements.lint import Facts, Finding, Level, is_refused, is_weaker, lint, why_nothing
from sepakat.agreements.terms import Agreement, Ceiling, Onward, OnwardRule, Pap, Tlp
from sepakat.agreements.topics import TopicDefinition
from sepakat.stix.identifiers import AgreementId, PartyId
from tests.unit.agreements.samples import changed, changed_clause, clause, example

NOTHING: dict[str, list[str]] = {"any": [], "none": []}


def texts(agreement: Agreement, facts: Facts = Facts()) -> list[str]:  # noqa: B008
    return [f"{finding.path}: {finding.text}" for finding in lint(agreement, facts)]


def test_there_is_nothing_to_say_about_the_example() -> None:
    assert lint(example()) == ()


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda raw: raw["window"].update(to=None), "window.to: it has no end: nobody will have to look at it again"),
        (
            lambda raw: raw["window"].update(data_from=raw["window"]["to"]),
            "window.data_from: only data from after its end is covered: nothing is shared",
        ),
        (lambda raw: raw.update(share=[]), "share: nothing is shared: there is no clause"),
        (lambda raw: raw.update(purpose=[]), "purpose: no purpose is stated"),
        (
            lambda raw: raw["onward"].update(default="named"),
            "onward.named: nobody is named: write default: none or ask, which say what is meant",
        ),
    ],
)
def test_what_to_look_at_in_the_whole(change: Any, finding: str) -> None:
    assert texts(changed(change)) == [finding]


@pytest.mark.parametrize(
    ("values", "findings"),
    [
        ({"topics": NOTHING}, ["share[0].topics: clause S1 grants nothing: no topic is wanted"]),
        (
            {"topics": {"any": ["terrorism/isis"], "none": ["terrorism"]}},
            ["share[0].topics: clause S1 grants nothing: every topic that is wanted is excluded too"],
        ),
        ({"regions": NOTHING}, ["share[0].regions: clause S1 grants nothing: no region is wanted"]),
        ({"types": []}, ["share[0].types: clause S1 grants nothing: no type is wanted"]),
        ({"fields": {}}, ["share[0].fields.allow: clause S1 grants nothing: no property is allowed"]),
        (
            {"kinds": []},
            ["share[0].kinds: clause S1 grants no object that carries a claim: no kind is written"],
        ),
        (
            {"types": ["reprot"]},
            ["share[0].types: reprot is no type of STIX 2.1: right only if it is a custom type spelt so"],
        ),
        (
            {"topics": {"any": "any"}, "regions": {"any": "any"}, "types": "any"},
            ["share[0]: clause S1 matches everything: any topic, any region, any type"],
        ),
        (
            {"ceiling": {"tlp": "red"}},
            [
                "share[0].ceiling.tlp: TLP:RED goes only where an approval names the taker: "
                "with approval: auto nobody is asked for one"
            ],
        ),
        (
            {"fields": {"allow": "any"}},
            ["share[0].fields.allow: custom properties and unknown extensions go too, whatever is in them"],
        ),
        (
            {"persons": {"rule": "categories"}},
            [
                "share[0].persons.necessity: personal data goes without a stated necessity",
                "share[0].persons.retention: personal data goes without an end of its keeping",
                "share[0].persons.allow: no category is written: no personal data goes",
            ],
        ),
        (
            {"persons": {"rule": "pseudonym", "retention": "P1Y"}},
            ["share[0].persons.necessity: personal data goes without a stated necessity"],
        ),
        ({"persons": {}}, []),
        ({"release": {"delay": "P180D", "approval": "auto"}}, []),
        (
            {"release": {"delay": "P181D", "approval": "auto"}},
            [
                "share[0].release.delay: longer than max_age: what is new enough still waits, what has waited is old",
            ],
        ),
    ],
)
def test_what_to_look_at_in_a_clause(values: dict[str, Any], findings: list[str]) -> None:
    assert texts(changed_clause(**values)) == findings


def test_a_clause_that_excludes_something_does_not_match_everything() -> None:
    values = {"topics": {"any": "any", "none": ["cyber"]}, "regions": {"any": "any"}, "types": "any"}
    assert lint(changed_clause(**values)) == ()


@pytest.mark.parametrize("where", ["any", "none"])
def test_a_topic_on_a_protected_attribute_is_refused(where: str) -> None:
    topics = {"any": ["terrorism"], "none": ["cyber"], where: ["drugs", "persons/muslims"]}
    findings = lint(changed_clause(topics=topics))
    assert findings == (
        Finding(
            Level.REFUSE,
            f"share[0].topics.{where}",
            "topic persons/muslims is built on a protected attribute (religion)",
        ),
    )
    assert is_refused(findings)


def test_a_topic_that_stands_for_a_protected_attribute_is_refused() -> None:
    facts = Facts(topics=(TopicDefinition("terrorism/isis", labels=frozenset({"muslims"})),))
    assert is_refused(lint(example(), facts))


def test_what_is_refused_comes_first() -> None:
    agreement = changed(
        lambda raw: (raw["window"].update(to=None), raw["share"][0].update(topics={"any": ["religion"]}))
    )
    assert [finding.level for finding in lint(agreement)] == [Level.REFUSE, Level.WARN]


def test_warnings_alone_refuse_nothing() -> None:
    assert not is_refused(lint(changed(lambda raw: raw.update(share=[]))))


def test_a_topic_that_is_not_defined_is_told() -> None:
    facts = Facts(topics=(TopicDefinition("terrorism/isis/finance"),))
    assert texts(example(), facts) == [
        "share[0].topics.none: topic terrorism/sources is not defined here: "
        "only objects with a person's annotation can be of it"
    ]


@pytest.mark.parametrize(
    ("count", "held", "finding"),
    [
        (0, 10, ["share[0]: clause S1 matches nothing that is held"]),
        (10, 10, ["share[0]: clause S1 matches everything that is held (10 objects)"]),
        (9, 10, []),
        (10, None, []),
    ],
)
def test_matches_are_counted_where_the_caller_can(count: int, held: int | None, finding: list[str]) -> None:
    assert texts(example(), Facts(matches=lambda _: count, held=held)) == finding


def test_a_window_that_is_over_is_told() -> None:
    at_end = datetime(2031, 1, 1, tzinfo=UTC)
    assert texts(example(), Facts(now=at_end)) == ["window.to: its window was over at 2031-01-01T00:00:00Z"]
    assert texts(example(), Facts(now=at_end.replace(year=2030))) == []


@pytest.mark.parametrize(
    ("own", "findings"),
    [
        (Ceiling(Tlp.AMBER, Pap.AMBER), []),
        (Ceiling(Tlp.RED, Pap.RED), []),
        (Ceiling(Tlp.GREEN, Pap.AMBER), ["share[0].ceiling.tlp: amber is above the giver's own ceiling green"]),
        (
            Ceiling(),
            [
                "share[0].ceiling.tlp: amber is above the giver's own ceiling clear",
                "share[0].ceiling.pap: amber is above the giver's own ceiling clear",
            ],
        ),
    ],
)
def test_a_ceiling_above_the_givers_own_is_told(own: Ceiling, findings: list[str]) -> None:
    assert texts(example(), Facts(giver_ceiling=own)) == findings


def onward(default: str, *named: str) -> Onward:
    return Onward(OnwardRule(default), tuple(PartyId(party) for party in named))


@pytest.mark.parametrize(
    ("given", "received", "weaker"),
    [
        (onward("none"), onward("none"), False),
        (onward("none"), onward("ask"), False),
        (onward("ask"), onward("none"), True),
        (onward("ask"), onward("named", "fr"), False),
        (onward("named", "fr"), onward("ask"), True),
        (onward("named", "fr"), onward("named", "fr", "iq"), False),
        (onward("named", "fr", "ru"), onward("named", "fr", "iq"), True),
    ],
)
def test_an_onward_rule_is_weaker_if_it_allows_more(given: Onward, received: Onward, weaker: bool) -> None:
    assert is_weaker(given, received) is weaker


def test_an_onward_rule_weaker_than_received_is_told() -> None:
    facts = Facts(received_under=lambda _: [(AgreementId("fr-us"), onward("none")), (AgreementId("x"), onward("ask"))])
    assert texts(example(), facts) == [
        "onward: ask is weaker than none, under which clause S1's matches came by fr-us: those are withheld"
    ]


def test_why_a_clause_grants_nothing_is_told_key_by_key() -> None:
    assert why_nothing(example().share[0]) == ()
    empty = clause(topics=NOTHING, regions=NOTHING, types=[], fields={})
    assert [key for key, _ in why_nothing(empty)] == ["topics", "regions", "types", "fields.allow"]
