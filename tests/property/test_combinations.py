"""Combinations that random worlds meet seldom, with the answer that the design gives; engine and oracle both asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from tests.oracle.plain import Grant, Policy, Terms, Topic, World
from tests.property.examples import given_out
from tests.property.test_oracle import INDICATOR, RU, US, VIEW, a_world, an_object, clause, held
from tests.property.test_regressions import NOTE, outcome, with_claim
from tests.support.worlds import AMBER, CLEAR, GREEN, NOW, PAP_GREEN, PAP_RED, RED, REGION_PARENTS, REGION_SPELLINGS
from tests.support.worlds_objects import stamp

ASK = {"default": "ask"}
REPORT = an_object("report", 30, name="r", published=stamp(NOW), object_refs=[US])
FACT = an_object("note", 31, content="a fact", object_refs=[US])


def content_of(world: World, original: Mapping[str, Any]) -> Mapping[str, Any]:
    """What goes out of one object."""
    return next(one.content for _, one in given_out(world).objects() if one.version[0] == original["id"])


def quoting(content: Mapping[str, Any], *quoted: Mapping[str, Any]) -> dict[str, Any]:
    """The object with a claim that quotes others."""
    return with_claim(content, basis=[{"object_ref": one["id"], "role": "quotes"} for one in quoted])


# Labels.


@pytest.mark.parametrize(
    ("clients", "allowed", "expected"), [(True, True, "whole"), (True, False, "out"), (False, True, "out")]
)
def test_partners_amber_goes_to_clients_if_all_its_terms_allow_it(clients: bool, allowed: bool, expected: str) -> None:
    content = {**INDICATOR, "created_by_ref": RU, "object_marking_refs": [AMBER]}
    terms = (Terms("ru", {"default": "none"}, clients_allowed=True), Terms("iq", {"default": "none"}, allowed))
    world = a_world(more=(held(content, "us", *terms),))
    assert outcome(replace(world, clients=frozenset({"fr"} if clients else ())), content) == expected


@pytest.mark.parametrize(("roster", "expected"), [({"fr", "us"}, "whole"), ({"us"}, "out"), (set(), "out")])
def test_partners_green_goes_to_the_roster_of_all_its_terms(roster: set[str], expected: str) -> None:
    content = {**INDICATOR, "created_by_ref": RU, "object_marking_refs": [GREEN]}
    everybody = Terms("ru", {"default": "none"}, roster=frozenset({"fr", "us", "iq"}))
    second = Terms("ru", {"default": "none"}, roster=frozenset(roster))
    assert outcome(a_world(more=(held(content, "us", everybody, second),)), content) == expected
    assert outcome(a_world(more=(held(content, "us"),)), content) == "out"


@pytest.mark.parametrize(
    ("markings", "expected"),
    [
        ([PAP_GREEN], "whole"),
        ([PAP_RED], "out"),
        ([GREEN, RED], "out"),
        ([GREEN, PAP_GREEN], "whole"),
        ([PAP_GREEN, PAP_RED], "out"),
    ],
)
def test_every_axis_has_its_own_ceiling(markings: list[str], expected: str) -> None:
    content = {**INDICATOR, "object_marking_refs": markings}
    world = a_world(content, clauses=(clause(ceiling={"tlp": "amber", "pap": "green"}),))
    assert outcome(world, content) == expected


def test_second_clause_does_not_lend_its_ceiling_to_the_fields_of_the_first() -> None:
    content = {**INDICATOR, "x_acme": "custom", "object_marking_refs": [AMBER]}
    high = clause(ceiling={"tlp": "amber"})
    wide = {**clause(ceiling={"tlp": "green"}, fields={"allow": "any", "tear_line": "if-needed"}), "id": "S2"}
    assert outcome(a_world(content, clauses=(high, wide)), content) == "variant"
    assert outcome(a_world({**content, "object_marking_refs": [GREEN]}, clauses=(high, wide)), content) == "whole"


def test_marking_added_here_binds_a_partners_object_even_under_its_grant() -> None:
    content = {**INDICATOR, "created_by_ref": RU, "object_marking_refs": [AMBER]}
    grant = Grant("ru", "us", "fr", str(content["id"]), NOW - timedelta(days=1))
    world = replace(a_world(more=(held(content, "ru", Terms("ru", ASK)),)), grants=(grant,))
    assert outcome(world, content) == "whole"
    for marking in (GREEN, AMBER, RED):
        marked = replace(world, policies={str(content["id"]): Policy(markings=(marking,))})
        assert outcome(marked, content) == "out"


def test_partners_amber_goes_to_no_client_without_terms_that_allow_it() -> None:
    content = {**INDICATOR, "created_by_ref": RU, "object_marking_refs": [AMBER]}
    assert outcome(replace(a_world(content), clients=frozenset({"fr"})), content) == "out"


def test_terms_name_the_taker_only_for_what_their_sender_owns() -> None:
    named = Terms("iq", {"default": "named", "named": ["fr"]})
    for creator, expected in ((None, "whole"), (US, "out")):
        content = {**INDICATOR, "object_marking_refs": [CLEAR], "created_by_ref": creator}
        content = {name: value for name, value in content.items() if value is not None}
        world = a_world(more=(held(content, "iq", named),))
        assert outcome(world, content) == expected


# What rests on other things.


def test_label_is_inherited_through_two_steps() -> None:
    secret = {**FACT, "object_marking_refs": [RED]}
    middle = quoting({**NOTE, "id": "note--00000000-0000-4000-8000-000000000032"}, secret)
    top = quoting(REPORT, middle)
    assert outcome(a_world(FACT, middle, top), top) == "whole"
    assert outcome(a_world(secret, middle, top), top) == "out"


@pytest.mark.parametrize(("role", "expected"), [("primary-source", "out"), ("derived", "out"), ("supports", "variant")])
def test_label_is_inherited_from_what_is_quoted_not_from_what_supports(role: str, expected: str) -> None:
    secret = {**FACT, "object_marking_refs": [RED]}
    content = with_claim(NOTE, basis=[{"object_ref": secret["id"], "role": role}])
    assert outcome(a_world(secret, content), content) == expected


def test_granular_marking_of_the_quoted_is_inherited() -> None:
    secret = {**FACT, "abstract": "a", "granular_markings": [{"marking_ref": RED, "selectors": ["abstract"]}]}
    assert outcome(a_world(secret, quoting(NOTE, secret)), NOTE) == "out"


def test_origin_of_the_quoted_has_to_consent_to_the_quoted() -> None:
    foreign = {**FACT, "created_by_ref": RU}
    content = quoting(NOTE, foreign)
    world = a_world(content, more=(held(foreign, "ru", Terms("ru", ASK)),))
    assert outcome(world, content) == "out"
    given = NOW - timedelta(days=1)
    assert outcome(replace(world, grants=(Grant("ru", "us", "fr", str(content["id"]), given),)), content) == "out"
    assert outcome(replace(world, grants=(Grant("ru", "us", "fr", str(foreign["id"]), given),)), content) == "whole"


def test_terms_of_the_quoted_bind_what_quotes_it() -> None:
    foreign = {**FACT, "created_by_ref": RU, "object_marking_refs": [CLEAR]}
    named = Terms("ru", {"default": "named", "named": ["fr"]})
    content = quoting(NOTE, foreign)
    world = a_world(content, more=(held(foreign, "ru", named),))
    assert outcome(world, content) == "whole"
    weaker = {**world.views[0].document, "onward": {"default": "named", "named": ["fr", "iq"]}}
    assert outcome(replace(world, views=(replace(world.views[0], document=weaker),)), content) == "out"


def test_derived_from_relationship_inherits_even_where_it_is_not_in_the_view() -> None:
    secret = {**FACT, "object_marking_refs": [RED]}
    link = an_object("relationship", 33, relationship_type="derived-from", source_ref=NOTE["id"], target_ref=FACT["id"])
    assert outcome(a_world(FACT, NOTE, link), NOTE) == "whole"
    assert outcome(a_world(secret, NOTE, link), NOTE) == "out"
    hidden_link = {**link, "object_marking_refs": [RED]}
    assert outcome(a_world(secret, NOTE, hidden_link), NOTE) == "out"


def test_what_rests_on_something_not_held_is_out() -> None:
    assert outcome(a_world(quoting(NOTE, FACT)), NOTE) == "out"


def test_depth_goes_with_a_hand_that_was_cut() -> None:
    lineage = {"via": ["ru", "fr"], "depth": 2}
    content = with_claim(NOTE, lineage=lineage)
    selector = f"extensions.{CLAIM_EXTENSION}.lineage.via.[0]"
    content["granular_markings"] = [{"marking_ref": RED, "selectors": [selector]}]
    world = a_world(content)
    assert outcome(world, content) == "variant"
    assert content_of(world, content)["extensions"][CLAIM_EXTENSION]["lineage"] == {"via": ["fr"]}


def test_translation_of_what_rests_on_something_hidden_is_out() -> None:
    secret = {**FACT, "object_marking_refs": [RED]}
    translation = an_object("language-content", 53, object_ref=NOTE["id"], contents={"fr": {"content": "c"}})
    later = {**NOTE, "modified": stamp(NOW - timedelta(hours=1))}
    assert outcome(a_world(NOTE, later, translation), translation) == "whole"
    assert outcome(a_world(secret, quoting(NOTE, secret), later, translation), translation) == "out"


def test_what_quotes_a_translation_inherits_from_what_is_translated() -> None:
    translation = an_object("language-content", 53, object_ref=FACT["id"], contents={"fr": {"content": "c"}})
    content = quoting(NOTE, translation)
    assert outcome(a_world(FACT, translation, content), content) == "whole"
    secret = {**FACT, "object_marking_refs": [RED]}
    assert outcome(a_world(secret, translation, content), content) == "out"


def test_origin_of_the_translated_has_to_consent_to_it() -> None:
    translation = an_object("language-content", 53, object_ref=FACT["id"], contents={"fr": {"content": "c"}})
    foreign = {**FACT, "created_by_ref": RU}
    world = a_world(translation, more=(held(foreign, "ru", Terms("ru", ASK)),))
    assert outcome(world, translation) == "out"
    grant = Grant("ru", "us", "fr", str(foreign["id"]), NOW - timedelta(days=1))
    assert outcome(replace(world, grants=(grant,)), translation) == "whole"


def test_selector_of_nothing_is_not_passed_on() -> None:
    content = {**INDICATOR, "granular_markings": [{"marking_ref": GREEN, "selectors": ["name", "description"]}]}
    world = a_world(content)
    assert outcome(world, content) == "variant"
    assert content_of(world, content)["granular_markings"] == [{"marking_ref": GREEN, "selectors": ["name"]}]


@pytest.mark.parametrize(("ceiling", "expected"), [("red", "whole"), ("amber", "out")])
def test_sum_goes_only_under_a_clause_that_lets_the_whole_list_be_read(ceiling: str, expected: str) -> None:
    content = an_object("observed-data", 55, first_observed=stamp(NOW), last_observed=stamp(NOW), number_observed=2)
    content |= {"object_refs": [US, RU], "granular_markings": [{"marking_ref": RED, "selectors": ["object_refs.[0]"]}]}
    listed = {"allow": ["object_refs", "first_observed", "last_observed"], "tear_line": "if-needed"}
    clauses = (clause(ceiling={"tlp": "red"}, fields=listed), {**clause(ceiling={"tlp": ceiling}), "id": "S2"})
    key = (str(content["id"]), str(content["modified"])), VIEW
    world = replace(a_world(content, clauses=clauses), approvals={key: (("ann", NOW),)})
    assert outcome(world, content) == expected


@pytest.mark.parametrize("name", ["object_ref", "role"])
def test_entry_of_a_basis_goes_as_a_whole(name: str) -> None:
    content = with_claim(
        NOTE, basis=[{"object_ref": FACT["id"], "role": "supports"}, {"token": "0" * 64, "role": "quotes"}]
    )
    selector = f"extensions.{CLAIM_EXTENSION}.basis.[0].{name}"
    content["granular_markings"] = [{"marking_ref": RED, "selectors": [selector]}]
    world = a_world(FACT, content)
    assert outcome(world, content) == "variant"
    assert len(content_of(world, content)["extensions"][CLAIM_EXTENSION]["basis"]) == 1


def test_selector_of_nothing_still_binds_what_derives_from_the_object() -> None:
    basis = {**FACT, "granular_markings": [{"marking_ref": RED, "selectors": ["abstract"]}]}
    assert outcome(a_world(basis, quoting(NOTE, basis)), NOTE) == "out"
    itself = an_object(
        "relationship", 56, relationship_type="derived-from", source_ref=FACT["id"], target_ref=FACT["id"]
    )
    assert outcome(a_world(basis, itself), FACT) == "out"
    assert outcome(a_world(basis), FACT) == "variant"


# Clauses.


TOLD = {"scheme": "admiralty", "reliability": "B", "access": "a", "descriptor": "d", "token": "0" * 64}


@pytest.mark.parametrize(
    ("source", "kept"), [("none", set()), ("rating", {"scheme", "reliability"}), ("identity", set(TOLD))]
)
def test_source_goes_as_far_as_the_clause_says(source: str, kept: set[str]) -> None:
    content = with_claim(NOTE, source=TOLD)
    world = a_world(content, clauses=(clause(source=source),))
    assert outcome(world, content) == ("whole" if kept == set(TOLD) else "variant")
    assert set(content_of(world, content)["extensions"][CLAIM_EXTENSION].get("source", {})) == kept


@pytest.mark.parametrize(
    ("scheme", "letter", "minimum", "expected"),
    [
        ("admiralty", "B", {"reliability": "C"}, "whole"),
        ("admiralty", "D", {"reliability": "C", "unrated": "allow"}, "out"),
        ("admiralty", "F", {"reliability": "C", "unrated": "allow"}, "whole"),
        ("admiralty", "F", {"reliability": "C"}, "out"),
        ("europol-4x4", "A", {"reliability": "C"}, "out"),
        ("europol-4x4", "C", {"reliability": "B", "unrated": "allow"}, "whole"),
        ("admiralty", "B", {}, "out"),
    ],
)
def test_minimum_reads_letters_of_its_own_scheme(scheme: str, letter: str, minimum: Any, expected: str) -> None:
    content = with_claim(NOTE, source={"scheme": scheme, "reliability": letter})
    only = clause(minimum={"credibility": "any", **minimum}, source="identity")
    assert outcome(a_world(content, clauses=(only,)), content) == expected


def test_times_that_are_equal_permit() -> None:
    born = NOW - timedelta(days=30)
    content = {**INDICATOR, "created": stamp(born), "modified": stamp(born)}
    for later, expected in ((timedelta(), "whole"), (timedelta(milliseconds=-1), "out")):
        old = {**content, "created": stamp(born + later), "modified": stamp(born + later)}
        assert outcome(with_window(a_world(old), data_from=stamp(born)), old) == expected
        assert outcome(with_window(a_world(old), max_age="P30D"), old) == expected
    delayed = clause(release={"approval": "auto", "delay": "P1D"})
    assert outcome(a_world(content, clauses=(delayed,)), content) == "whole"
    delayed = clause(release={"approval": "auto", "delay": "P1DT1S"})
    assert outcome(a_world(content, clauses=(delayed,)), content) == "out"


def with_window(world: World, **window: str) -> World:
    """The world with another window of data."""
    view = world.views[0]
    document = {**view.document, "window": {**view.document["window"], **window}}
    return replace(world, views=(replace(view, document=document),))


@pytest.mark.parametrize(("ago", "expected"), [(0, "whole"), (1, "out")])
def test_personal_data_leaves_after_its_retention(ago: int, expected: str) -> None:
    born = stamp(NOW - timedelta(days=30, milliseconds=ago))
    person = an_object("identity", 34, name="N", identity_class="individual", created=born, modified=born)
    persons = {"rule": "categories", "allow": ["office-holder"], "retention": "P30D"}
    world = replace(
        a_world(person, clauses=(clause(persons=persons),)),
        policies={str(person["id"]): Policy(person_category="office-holder")},
    )
    assert outcome(world, person) == expected


def test_pseudonym_hides_everything_that_describes_the_person() -> None:
    person = an_object(
        "identity", 35, name="N", identity_class="individual", description="d", roles=["r"], labels=["l"]
    )
    world = a_world(person, clauses=(clause(persons={"rule": "pseudonym"}),))
    assert outcome(world, person) == "variant"
    given = content_of(world, person)
    assert given["name"] != "N"
    assert not {"description", "roles", "labels"} & set(given)
    assert "N" not in str(given["name"]).split()


@pytest.mark.parametrize("name", ["labels", "lang", "confidence", "external_references", "created_by_ref", "revoked"])
def test_property_that_observables_do_not_have_is_a_custom_property_there(name: str) -> None:
    values: dict[str, Any] = {"labels": [US], "confidence": 5, "revoked": False}
    values["external_references"] = [{"source_name": "s", "url": "u"}]
    content: dict[str, Any] = {
        "type": "url",
        "id": "url--00000000-0000-4000-8000-000000000036",
        "spec_version": "2.1",
        "value": "u",
    }
    content |= {"object_marking_refs": [GREEN], name: values.get(name, US)}
    always = name in ("created_by_ref", "revoked")
    assert outcome(a_world(content), content) == ("whole" if always else "variant")


@pytest.mark.parametrize(
    ("place", "wanted", "expected"),
    [
        ({"administrative_area": "IQ-AN"}, "middle-east", "whole"),
        ({"administrative_area": "IQ-BB"}, "IQ", "out"),
        ({"administrative_area": "SY-XX"}, "SY", "whole"),
        ({"country": "irq"}, "asia", "whole"),
        ({"country": "IQ"}, "IQ-AN", "out"),
        ({"region": "western-asia"}, "asia", "whole"),
        ({"country": "nowhere"}, "asia", "out"),
    ],
)
def test_region_lies_in_what_the_table_says(place: dict[str, str], wanted: str, expected: str) -> None:
    content = an_object("location", 37, **place)
    world = replace(
        a_world(content, clauses=(clause(regions={"any": [wanted]}),)),
        region_parents=REGION_PARENTS,
        region_spellings=REGION_SPELLINGS,
    )
    assert outcome(world, content) == expected


def test_place_is_where_this_version_says() -> None:
    first = an_object("location", 54, country="IQ")
    second = {**first, "country": "FR", "modified": stamp(NOW)}
    world = replace(
        a_world(first, second, clauses=(clause(regions={"any": ["IQ"]}),)),
        region_parents=REGION_PARENTS,
        region_spellings=REGION_SPELLINGS,
    )
    assert outcome(world, first) == "whole"
    assert [one.version[1][:10] for _, one in given_out(world).objects()] == [str(first["modified"])[:10]]


@pytest.mark.parametrize(("topic", "expected"), [("cyber", "whole"), ("cyber/ransom", "whole"), ("cyber-crime", "out")])
def test_topic_lies_in_a_topic_by_its_path(topic: str, expected: str) -> None:
    world = replace(
        a_world(INDICATOR, clauses=(clause(topics={"any": ["cyber"]}),)),
        policies={str(INDICATOR["id"]): Policy(topics=frozenset({topic}))},
    )
    assert outcome(world, INDICATOR) == expected


def test_topic_of_a_version_that_is_out_does_not_cross_a_relationship() -> None:
    open_version = an_object("threat-actor", 38, name="x", labels=["wanted"])
    hidden = {**open_version, "modified": stamp(NOW), "labels": ["wanted", "special"], "object_marking_refs": [RED]}
    link = an_object("relationship", 39, relationship_type="uses", source_ref=INDICATOR["id"], target_ref=hidden["id"])
    topics = (Topic("wanted"), Topic("special"))
    for wanted, expected in (("wanted", "whole"), ("special", "out")):
        either = clause(topics={"any": [wanted]}), {**clause(types=["threat-actor", "relationship"]), "id": "S2"}
        world = replace(a_world(INDICATOR, open_version, hidden, link, clauses=either), topics=topics)
        assert outcome(world, INDICATOR) == expected


def test_evidence_crosses_one_relationship_not_two() -> None:
    first, second = an_object("malware", 40, name="a", is_family=False), an_object("tool", 41, name="b")
    near = an_object("relationship", 42, relationship_type="uses", source_ref=INDICATOR["id"], target_ref=first["id"])
    far = an_object("relationship", 43, relationship_type="uses", source_ref=first["id"], target_ref=second["id"])
    others = {**clause(types=["malware", "tool", "relationship"]), "id": "S2"}
    world = a_world(INDICATOR, first, second, near, far, clauses=(clause(topics={"any": ["t"]}), others))
    for annotated, expected in ((first, "whole"), (second, "out")):
        policies = {str(annotated["id"]): Policy(topics=frozenset({"t"}))}
        assert outcome(replace(world, policies=policies), INDICATOR) == expected


def test_where_something_was_sighted_is_evidence_for_what_was_sighted() -> None:
    place = an_object("location", 44, country="IQ")
    sighting = an_object("sighting", 45, sighting_of_ref=INDICATOR["id"], where_sighted_refs=[place["id"]])
    world = replace(
        a_world(INDICATOR, place, sighting, clauses=(clause(regions={"any": ["IQ"]}),)),
        region_parents=REGION_PARENTS,
        region_spellings=REGION_SPELLINGS,
    )
    assert outcome(world, INDICATOR) == "whole"
    assert outcome(world, sighting) == "whole"
    alone = replace(world, versions=tuple(version for version in world.versions if version.id != sighting["id"]))
    assert outcome(alone, INDICATOR) == "out"


def test_topic_and_region_may_come_over_different_relationships() -> None:
    place, actor = an_object("location", 46, country="IQ"), an_object("threat-actor", 47, name="x")
    at = an_object(
        "relationship", 48, relationship_type="located-at", source_ref=INDICATOR["id"], target_ref=place["id"]
    )
    of = an_object(
        "relationship", 49, relationship_type="indicates", source_ref=INDICATOR["id"], target_ref=actor["id"]
    )
    both = clause(topics={"any": ["t"]}, regions={"any": ["IQ"]}, types=["indicator"])
    others = {**clause(types=["location", "threat-actor", "relationship"]), "id": "S2"}
    world = replace(
        a_world(INDICATOR, place, actor, at, of, clauses=(both, others)),
        policies={str(actor["id"]): Policy(topics=frozenset({"t"}))},
        region_parents=REGION_PARENTS,
        region_spellings=REGION_SPELLINGS,
    )
    assert outcome(world, INDICATOR) == "whole"


def test_excluded_topic_is_read_from_the_object_alone() -> None:
    actor = an_object("threat-actor", 50, name="x")
    link = an_object("relationship", 51, relationship_type="uses", source_ref=INDICATOR["id"], target_ref=actor["id"])
    without = clause(topics={"any": "any", "none": ["t"]}, types=["indicator"])
    others = {**clause(types=["threat-actor", "relationship"]), "id": "S2"}
    world = a_world(INDICATOR, actor, link, clauses=(without, others))
    policy = Policy(topics=frozenset({"t/below"}))
    assert outcome(replace(world, policies={str(actor["id"]): policy}), INDICATOR) == "whole"
    assert outcome(replace(world, policies={str(INDICATOR["id"]): policy}), INDICATOR) == "out"


# Approvals, recalls and grants at their instants.


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([("ann", 0), ("bob", -1)], "whole"),
        ([("ann", -2), ("ann", -1)], "out"),
        ([("ann", -1), ("bob", 1)], "out"),
        ([], "out"),
    ],
)
def test_two_approvals_are_of_two_persons_and_not_of_the_future(given: list[tuple[str, int]], expected: str) -> None:
    world = a_world(INDICATOR, clauses=(clause(release={"approval": "two", "delay": "PT0S"}),))
    approvals = tuple((who, NOW + timedelta(minutes=minutes)) for who, minutes in given)
    key = (str(INDICATOR["id"]), str(INDICATOR["modified"])), VIEW
    assert outcome(replace(world, approvals={key: approvals}), INDICATOR) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "whole"),
        ({"until": NOW}, "whole"),
        ({"until": NOW - timedelta(microseconds=1)}, "out"),
        ({"withdrawn_at": NOW}, "out"),
        ({"withdrawn_at": NOW + timedelta(microseconds=1)}, "whole"),
        ({"given_at": NOW}, "whole"),
        ({"given_at": NOW + timedelta(microseconds=1)}, "out"),
        ({"grantee": "iq"}, "out"),
        ({"party": "iq"}, "out"),
        ({"origin": "iq"}, "out"),
        ({"object_id": RU}, "out"),
    ],
)
def test_grant_holds_for_what_it_names_while_it_lasts(change: dict[str, Any], expected: str) -> None:
    content = {**INDICATOR, "created_by_ref": RU, "object_marking_refs": [RED]}
    grant = replace(Grant("ru", "us", "fr", str(content["id"]), NOW - timedelta(days=1)), **change)
    only = clause(ceiling={"tlp": "red"})
    world = a_world(clauses=(only,), more=(held(content, "ru", Terms("ru", ASK)),))
    assert outcome(replace(world, grants=(grant,)), content) == expected


def test_recall_of_one_view_leaves_the_others() -> None:
    world = a_world(INDICATOR)
    elsewhere = Policy(recalled_views=frozenset({("elsewhere", "fr")}))
    assert outcome(replace(world, policies={str(INDICATOR["id"]): elsewhere}), INDICATOR) == "whole"
    here = Policy(recalled_views=frozenset({VIEW}))
    assert outcome(replace(world, policies={str(INDICATOR["id"]): here}), INDICATOR) == "out"


@pytest.mark.parametrize(
    ("rule", "theirs", "expected"),
    [("none", "ask", "whole"), ("ask", "ask", "whole"), ("ask", "none", "out"), ("named", "ask", "out")],
)
def test_own_object_that_came_back_goes_out_with_terms_as_strict_as_it_came(
    rule: str, theirs: str, expected: str
) -> None:
    world = a_world(more=(held(INDICATOR, "us", Terms("ru", {"default": theirs})),))
    named = {"named": ["iq"]} if rule == "named" else {}
    document = {**world.views[0].document, "onward": {"default": rule, **named}}
    assert outcome(replace(world, views=(replace(world.views[0], document=document),)), INDICATOR) == expected


def test_observable_with_a_cut_value_is_out_and_with_another_cut_goes() -> None:
    head = {"type": "email-addr", "id": "email-addr--00000000-0000-4000-8000-000000000052", "spec_version": "2.1"}
    content = {**head, "value": "a@example.org", "display_name": "A", "object_marking_refs": [GREEN]}
    for name, expected in (("value", "out"), ("display_name", "variant")):
        marked = {**content, "granular_markings": [{"marking_ref": RED, "selectors": [name]}]}
        world = a_world(marked)
        assert outcome(world, marked) == expected
        if expected == "variant":
            assert content_of(world, marked)["id"] != content["id"]
