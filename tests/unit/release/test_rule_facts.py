"""What stands on each side of a rule, to the word: these facts are what a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from sepakat.agreements.terms import Onward, OnwardRule
from sepakat.agreements.topics import TopicTable
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.evidence_reasons import Evidence
from sepakat.release.question import Approval, Grant, HeldVersion, ViewKey
from sepakat.release.rule_facts import Facts, facts_of_clause, facts_of_view
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from tests.unit.release.small import (
    FR,
    IQ,
    NOW,
    PAP,
    RU,
    SINCE,
    STATEMENT,
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
    topics,
    under,
    verdicts,
    view,
    world,
)

ACS = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
TOPICS: TopicTable = topics(**{"terrorism/isis": frozenset({"isis"}), "trade": frozenset({"trade"})})


def marking(number: int, **content: Any) -> dict[str, Any]:
    identifier = f"marking-definition--00000000-0000-4000-8000-{number:012}"
    base = {"type": "marking-definition", "spec_version": "2.1", "id": identifier, "created": SINCE}
    return {**base, "object_marking_refs": [TLP["clear"]], **content}


def rel_to(number: int, *countries: str) -> dict[str, Any]:
    return marking(number, definition_type="rel-to", definition={"rel_to": list(countries)})


def acs(number: int, classification: str) -> dict[str, Any]:
    """An ACS marking with rules on sharing and no audiences."""
    stated = {
        "extension_type": "property-extension",
        "policy_reference": "urn:isa:policy:acs:ns:v3.0?privdefault=deny&sharedefault=deny",
        "control_set": {"classification": classification},
    }
    return marking(number, extensions={ACS: stated})


def marked(*markings: str, **content: Any) -> dict[str, Any]:
    return malware(tlp=None, object_marking_refs=list(markings), **content)


def claimed(**claim: Any) -> dict[str, Any]:
    stated = {"extension_type": "property-extension", "kind": "report", **claim}
    return stix("note", "n", content="c", object_refs=[malware()["id"]], extensions={CLAIM_EXTENSION: stated})


def of_clause(rule: str, thing: Mapping[str, Any], *beside: Mapping[str, Any], **more: Any) -> Facts:
    """The facts of a rule for one version and one clause with some keys; `inputs` are of the world."""
    inputs, window = more.pop("inputs", {}), more.pop("window", {})
    found = verdicts(world(thing, *beside, views=under(clause(**more), **window), **inputs))
    version = found.compiled.by_ref[ref(thing)]
    evidence = Evidence(found.compiled, found.fixpoint, version, hopeful=True)
    return facts_of_clause(rule, found.compiled, version, found.compiled.slots.clauses[0].clause, evidence)


@pytest.mark.parametrize(
    ("types", "wanted"), [("any", "any"), (["malware", "tool"], "malware, tool"), (None, "nothing")]
)
def test_type_beside_those_shared(types: Any, wanted: str) -> None:
    assert of_clause("TypeShared", malware(), types=types) == {"found": "malware", "wanted": wanted}


@pytest.mark.parametrize(
    ("thing", "found"),
    [
        (malware(), "no claim"),
        (claimed(), "a claim of kind report"),
        (claimed(kind="rumour"), "a claim of kind unknown"),
    ],
)
def test_kind_of_a_claim_beside_those_shared(thing: dict[str, Any], found: str) -> None:
    assert of_clause("KindShared", thing, kinds=["offer", "report"]) == {"found": found, "wanted": "offer, report"}


def test_topics_are_told_with_where_they_come_from() -> None:
    thing, other = malware(labels=["trade"]), malware("other", labels=["isis"])
    named = ("trade", f"terrorism/isis (of {other['id']})")
    assert of_clause("TopicShared", thing, other, related(thing, other), inputs={"topics": TOPICS}) == {
        "found": f"about trade, terrorism/isis (of {other['id']})",
        "wanted": "anything",
        "evidence": named,
    }
    assert of_clause("TopicShared", malware(), topics={"any": ["sport", "trade"]}) == {
        "found": "without a topic",
        "wanted": "sport, trade",
        "evidence": (),
    }


def test_regions_are_told_in_the_same_way() -> None:
    place = stix("location", "p", country="IQ")
    facts = of_clause("RegionShared", place, regions={"any": ["FR"]})
    assert facts == {"found": "about IQ", "wanted": "FR", "evidence": ("IQ",)}
    assert of_clause("RegionShared", malware())["found"] == "without a region"


def test_excluded_topics_and_regions_stand_beside_its_own() -> None:
    thing = malware(labels=["trade", "isis"])
    facts = of_clause("TopicNotExcluded", thing, topics={"any": "any", "none": ["sport"]}, inputs={"topics": TOPICS})
    assert facts == {"found": "about terrorism/isis, trade", "wanted": "sport"}
    place = stix("location", "p", country="IQ")
    assert of_clause("RegionNotExcluded", place) == {"found": "about IQ", "wanted": "nothing"}


@pytest.mark.parametrize(
    ("rule", "markings", "ceiling", "found", "wanted"),
    [
        ("TlpWithinCeiling", [TLP["amber"], TLP["green"]], {"tlp": "amber"}, "marked TLP:AMBER", "TLP:AMBER"),
        ("TlpWithinCeiling", [STATEMENT], {"tlp": None}, "not marked on the TLP axis", "TLP:CLEAR"),
        ("PapWithinCeiling", [PAP["red"]], {"pap": "green"}, "marked PAP:RED", "PAP:GREEN"),
        ("PapWithinCeiling", [TLP["red"]], {}, "not marked on the PAP axis", "PAP:CLEAR"),
        (
            "ClassificationWithinCeiling",
            [acs(1, "S")["id"]],
            {},
            "marked classification secret",
            "classification unclassified",
        ),
    ],
)
def test_highest_level_of_an_axis_stands_beside_the_ceiling(
    rule: str, markings: list[str], ceiling: dict[str, Any], found: str, wanted: str
) -> None:
    facts = of_clause(rule, marked(*markings), acs(1, "S"), ceiling=ceiling)
    assert facts == {"found": found, "wanted": wanted}


def test_markings_added_by_this_node_count_on_their_axis_too() -> None:
    thing = malware()
    added = policy(thing, markings=(StixId(TLP["amber"]),))
    assert of_clause("TlpWithinCeiling", thing, inputs={"policies": added})["found"] == "marked TLP:AMBER"


def test_countries_of_every_rel_to_stand_beside_those_of_the_ceiling() -> None:
    one, other = rel_to(1, "RU", "IQ"), rel_to(2, "FR")
    facts = of_clause(
        "ReleasableToCeiling",
        marked(one["id"], TLP["green"], other["id"]),
        one,
        other,
        ceiling={"tlp": "red", "releasable_to": ["RU"]},
    )
    assert facts == {"found": "marked REL-TO IQ, RU; marked REL-TO FR", "wanted": "RU"}
    assert of_clause("ReleasableToCeiling", malware()) == {"found": "not marked REL-TO", "wanted": "nothing"}


@pytest.mark.parametrize(
    ("claim", "minimum", "found", "wanted"),
    [
        (
            {"source": {"scheme": "admiralty", "reliability": "B"}, "credibility": 3},
            {"reliability": "C", "credibility": 2, "unrated": "out"},
            "rated B and 3",
            "C and 2 or better (unrated: out)",
        ),
        (
            {"credibility": 3},
            {"reliability": "any", "credibility": 2, "unrated": "allow"},
            "rated - and 3",
            "2 or better (unrated: allow)",
        ),
        (
            {"source": {"scheme": "admiralty", "reliability": "B"}},
            {"reliability": "C", "credibility": "any", "unrated": "out"},
            "rated B and -",
            "C or better (unrated: out)",
        ),
        ({}, {"reliability": "any", "credibility": "any"}, "not rated", "no rating"),
    ],
)
def test_rating_stands_beside_the_minimum(
    claim: dict[str, Any], minimum: dict[str, Any], found: str, wanted: str
) -> None:
    facts = of_clause("MinimumRating", claimed(**claim), minimum=minimum)
    assert facts == {"found": found, "wanted": wanted}


def test_object_without_a_claim_is_not_rated() -> None:
    assert of_clause("MinimumRating", malware())["found"] == "not rated"


@pytest.mark.parametrize(
    ("window", "wanted"),
    [
        ({}, "data from any time, of any age"),
        ({"data_from": "2026-01-02T00:00:00Z"}, "data from 2026-01-02T00:00:00.000Z, of any age"),
        ({"max_age": "P30D"}, "data from any time, at most P30D old"),
    ],
)
def test_times_of_a_version_stand_beside_the_window(window: dict[str, str], wanted: str) -> None:
    thing = malware(modified="2026-01-05T00:00:00.000Z")
    facts = of_clause("WithinDataWindow", thing, window=window)
    assert facts == {
        "found": "created 2026-01-01T00:00:00.000Z, modified 2026-01-05T00:00:00.000Z",
        "wanted": wanted,
    }


PERSON = stix("identity", "a person", name="A. Person", identity_class="individual")


@pytest.mark.parametrize(
    ("about", "persons", "found", "wanted"),
    [
        (
            {"person_category": "victim", "necessity": "a threat to life"},
            {"rule": "categories", "allow": ["victim", "witness"], "necessity": "required", "retention": "P1Y"},
            "personal data of category victim, its necessity stated",
            "categories (victim, witness), a necessity required, kept for P1Y",
        ),
        ({}, {"rule": "pseudonym"}, "personal data of category unknown, no necessity stated", "pseudonym"),
    ],
)
def test_personal_data_stands_beside_the_rule_on_persons(
    about: dict[str, Any], persons: dict[str, Any], found: str, wanted: str
) -> None:
    facts = of_clause("PersonsRule", PERSON, persons=persons, inputs={"policies": policy(PERSON, **about)})
    assert facts == {"found": found, "wanted": wanted}


def test_what_is_about_nobody_has_no_person() -> None:
    assert of_clause("PersonsRule", malware()) == {"found": "no person", "wanted": "none"}


def test_approvals_given_stand_beside_how_many_it_takes() -> None:
    asked = {"release": {"approval": "two", "delay": "PT0S"}}
    given = {(ref(malware()), VIEW): (Approval("bob", NOW), Approval("ann", NOW))}
    facts = of_clause("Approved", malware(), inputs={"approvals": given}, **asked)
    assert facts == {"found": "for ru by ann, bob", "wanted": 2}
    assert of_clause("Approved", malware(), **asked) == {"found": "none", "wanted": 2}


def test_end_of_a_delay_counts_from_intake() -> None:
    # Taken in a day before NOW, 2026-03-01T12:00:00Z.
    facts = of_clause("DelayOver", malware(), release={"approval": "auto", "delay": "PT3H"})
    assert facts == {"found": "2026-02-28T15:00:00.000Z", "wanted": "PT3H"}


# The rules that are asked of a whole view


def of_view(rule: str, thing: HeldVersion | Mapping[str, Any], *beside: Mapping[str, Any], **inputs: Any) -> Facts:
    made = thing if isinstance(thing, HeldVersion) else held(thing)
    asked = verdicts(world(made, *beside, **inputs)).compiled
    return facts_of_view(rule, asked, asked.by_ref[made.object.version_ref], VIEW)


def by(sender: str, *markings: str, **more: Any) -> HeldVersion:
    """Something of another party, marked with some levels."""
    thing = malware(tlp=None, object_marking_refs=[TLP[level] for level in markings], created_by_ref=party_id(sender))
    return held(thing, received=(terms(sender, **more),))


ONLY_NAMED = "only for whom an approval of this version names"
READ_BY_NOBODY = "which nobody here can read, so nobody may read the object"


@pytest.mark.parametrize(
    ("thing", "found"),
    [
        (malware(tlp=None), "not marked"),
        (malware(), "marked TLP:GREEN by us"),
        (marked(TLP["green"], PAP["red"], TLP["green"]), "marked TLP:GREEN, PAP:RED by us"),
        (malware(tlp="red"), f"marked TLP:RED by us, {ONLY_NAMED}"),
        (marked(TLP["red"], TLP["green"]), f"marked TLP:RED by us, {ONLY_NAMED}"),
        (marked(UNKNOWN, TLP["green"]), f"marked an unknown marking by us, {READ_BY_NOBODY}"),
        (
            marked(TLP["red"], UNKNOWN),
            f"marked TLP:RED by us, {ONLY_NAMED}; marked an unknown marking by us, {READ_BY_NOBODY}",
        ),
        (by("fr", "red"), "marked TLP:RED by fr, for nobody further"),
        (by("fr", "amber+strict"), "marked TLP:AMBER+STRICT by fr, for nobody further"),
        (by("fr", "amber"), "marked TLP:AMBER by fr, only for this node's clients, where the terms say so"),
        (
            by("fr", "green"),
            "marked TLP:GREEN by fr, only for members of the community under whose terms it came",
        ),
        (by("fr", "green", roster=frozenset({RU})), "marked TLP:GREEN by fr"),
        (by("fr", "clear"), "marked TLP:CLEAR by fr"),
    ],
)
def test_markings_by_which_the_taker_may_not_read_are_named_or_all_where_there_are_none(
    thing: HeldVersion | Mapping[str, Any], found: str
) -> None:
    made = thing if isinstance(thing, HeldVersion) else held(thing)
    listed = tuple(made.object.content.get("object_marking_refs", ()))
    assert of_view("AmongReaders", made) == {"found": found, "evidence": listed}


def test_each_owner_by_whom_the_taker_may_not_read_is_named() -> None:
    thing = malware(tlp="green")
    senders = (terms("fr"), terms("iq", roster=frozenset({RU})))
    found = of_view("AmongReaders", held(thing, received=senders))["found"]
    only = "only for members of the community under whose terms it came"
    assert found == f"marked TLP:GREEN by fr, {only}; marked TLP:GREEN by iq, {only}"
    both = tuple(terms(sender, roster=frozenset({RU})) for sender in ("fr", "iq"))
    assert of_view("AmongReaders", held(thing, received=both))["found"] == "marked TLP:GREEN by fr, iq"


def test_markings_that_this_node_added_are_named_too() -> None:
    thing, unmarked = malware(), malware(tlp=None)
    for made, found in (
        (thing, "marked TLP:GREEN, TLP:AMBER by us"),
        (unmarked, "marked TLP:AMBER by us"),
    ):
        added = policy(made, markings=(StixId(TLP["amber"]),))
        assert of_view("AmongReaders", made, policies=added)["found"] == found


def test_audiences_and_rules_have_readers_of_whom_the_taker_is_none() -> None:
    france = rel_to(1, "FR")
    found = of_view("AmongReaders", marked(france["id"]), france)["found"]
    assert found == "marked REL-TO by us, for readers of whom the taker is none"
    closed = acs(2, "U")
    found = of_view("AmongReaders", marked(closed["id"]), closed)["found"]
    assert found == "marked ACS by us, for readers of whom the taker is none"


def consent(origin: PartyId) -> Grant:
    return Grant(origin, US, RU, StixId(malware()["id"]), NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("origins", "grants", "named"),
    [
        (("us",), (), ()),
        (("fr",), (), ("fr",)),
        (("fr",), (consent(FR),), ("fr",)),
        (("us", "iq", "fr"), (), ("fr", "iq")),
        (("us", "iq", "fr"), (consent(FR),), ("iq",)),
        (("us", "iq", "fr"), (consent(FR), consent(IQ)), ("fr", "iq")),
    ],
)
def test_origins_that_refuse_are_named_or_all_where_none_does(
    origins: tuple[str, ...], grants: tuple[Grant, ...], named: tuple[str, ...]
) -> None:
    facts = of_view("OriginAllows", held(malware(), origins=origins), grants=grants)
    assert facts == {"found": ", ".join(named) or "this node", "evidence": named}


def test_terms_of_senders_stand_beside_our_onward_rule() -> None:
    thing = held(malware(), received=(terms("fr", Onward(OnwardRule.ASK)), terms("iq")))
    ours = (view(agreement(onward={"default": "named", "named": ["fr"]})),)
    assert of_view("TermsNotWeaker", thing, views=ours) == {
        "found": "ask (from fr under from-fr), none (from iq under from-iq)",
        "wanted": "named",
    }
    assert of_view("TermsNotWeaker", malware()) == {"found": "no terms of others", "wanted": "none"}


def test_our_onward_rule_is_that_of_the_view() -> None:
    other = view(agreement(name="b", takers=("fr",), onward={"default": "ask"}), "fr")
    asked = verdicts(world(malware(), views=(view(agreement()), other))).compiled
    key = ViewKey(AgreementId("b"), FR)
    assert facts_of_view("TermsNotWeaker", asked, asked.by_ref[ref(malware())], key)["wanted"] == "ask"


def test_hold_and_expiry_are_told_as_they_stand() -> None:
    thing = malware()
    on_it = policy(thing, hold="a person looks at it", expires_at=NOW)
    assert of_view("NotHeld", thing, policies=on_it) == {"found": "a person looks at it"}
    assert of_view("NotExpired", thing, policies=on_it) == {"found": "2026-03-01T12:00:00.000Z"}
    assert of_view("NotHeld", thing) == {"found": ""}
    assert of_view("NotExpired", thing) == {"found": "never"}
    assert of_view("NotRecalled", thing) == {}


def test_what_it_rests_on_and_may_not_go_is_named_or_all_where_everything_may() -> None:
    hidden, shown = malware("hidden", tlp="red"), malware("shown")
    basis = [{"object_ref": made["id"], "role": "quotes"} for made in (shown, hidden)]
    note = claimed(basis=basis)
    facts = of_view("BasisAllows", note, hidden, shown)
    assert facts == {"found": hidden["id"], "evidence": (hidden["id"],)}
    open_basis = claimed(basis=basis[:1])
    assert of_view("BasisAllows", open_basis, hidden, shown) == {"found": shown["id"], "evidence": (shown["id"],)}


def test_what_is_translated_is_named() -> None:
    translation = stix("language-content", "l", object_ref=malware()["id"], contents={"fr": {"name": "n"}})
    assert of_view("OriginalAllows", translation, malware()) == {"found": malware()["id"]}
    assert of_view("OriginalAllows", malware()) == {"found": ""}
