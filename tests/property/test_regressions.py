"""Worlds in which engine and oracle once disagreed and the engine was wrong, each as small as it could be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from tests.oracle.plain import Policy, Terms, Version, World
from tests.property.comparison import disagreements
from tests.property.examples import given_out
from tests.property.test_oracle import INDICATOR, RU, US, a_world, an_object, clause, held
from tests.support.worlds import AMBER_STRICT, CLEAR, GREEN, NOW, RED, Case
from tests.support.worlds_objects import stamp


def outcome(world: World, content: Mapping[str, Any]) -> str:
    """What the engine says of one object in the only view; engine and oracle have to agree on everything."""
    assert disagreements(Case(0, world)) == []
    outcomes = {one.version: one.outcome.value for _, one in given_out(world).objects()}
    return next((found for (identifier, _), found in outcomes.items() if identifier == content["id"]), "out")


def with_claim(content: Mapping[str, Any], **claim: Any) -> dict[str, Any]:
    """The object with a claim on it."""
    document = {"extension_type": "property-extension", "kind": "fact", **claim}
    return {**content, "extensions": {CLAIM_EXTENSION: document}}


NOTE = an_object("note", 20, content="in plain words", object_refs=[US])


def test_claim_of_unknown_kind_is_out_even_where_any_kind_goes() -> None:
    content = with_claim(NOTE, kind="rumour")
    assert outcome(a_world(content), content) == "out"
    assert outcome(a_world(with_claim(NOTE)), NOTE) == "whole"


RED_BELOW = {"granular_markings": [{"marking_ref": RED, "selectors": ["description"]}]}
RED_REQUIRED = {"granular_markings": [{"marking_ref": RED, "selectors": ["created"]}]}


@pytest.mark.parametrize("red", [RED_BELOW, RED_REQUIRED, {"object_marking_refs": [RED]}])
def test_translation_has_the_markings_of_every_version_of_what_it_translates(red: dict[str, Any]) -> None:
    first = an_object("malware", 21, name="m", is_family=False, description="secret") | red
    second = {name: value for name, value in first.items() if name not in ("description", "granular_markings")}
    second["object_marking_refs"] = [CLEAR]
    second["modified"] = stamp(NOW - timedelta(hours=1))
    translation = an_object(
        "language-content", 22, object_ref=first["id"], contents={"fr": {"description": "translated"}}
    )
    world = a_world(first, second, translation)
    assert outcome(world, second) in ("whole", "variant")
    assert outcome(world, translation) == "out"


def test_external_references_go_only_where_their_clause_allows_the_property_too() -> None:
    content = {**INDICATOR, "external_references": [{"source_name": "wiki", "url": "https://example.org/"}]}
    by_source = {"allow": "standard", "external_references": ["cve"], "tear_line": "if-needed"}
    by_name = {"allow": ["name"], "external_references": "any", "tear_line": "if-needed"}
    clauses = (clause(fields=by_source), {**clause(fields=by_name), "id": "S2"})
    assert outcome(a_world(content, clauses=clauses), content) == "variant"


@pytest.mark.parametrize("pid", [{"pid": 5}, {"environment_variables": {}}])
def test_process_of_which_nothing_is_left_is_out(pid: dict[str, Any]) -> None:
    content = {"type": "process", "id": "process--00000000-0000-4000-8000-000000000023", "spec_version": "2.1", **pid}
    content |= {"object_marking_refs": [CLEAR], "granular_markings": [{"marking_ref": RED, "selectors": list(pid)}]}
    assert outcome(a_world(content), content) == "out"


@pytest.mark.parametrize("name", ["created", "modified"])
def test_custom_object_needs_its_common_properties_like_any_other(name: str) -> None:
    granular = [{"marking_ref": RED, "selectors": [name]}]
    content = an_object("x-acme-case", 24, rank=7, granular_markings=granular)
    clauses = (clause(types=["x-acme-case"], fields={"allow": "any", "tear_line": "if-needed"}),)
    assert outcome(a_world(content, clauses=clauses), content) == "out"


def test_terms_name_the_taker_onward_only_if_all_terms_of_the_sender_do() -> None:
    content = {**INDICATOR, "created_by_ref": RU, "object_marking_refs": [AMBER_STRICT]}
    named, asked = Terms("ru", {"default": "named", "named": ["fr"]}), Terms("ru", {"default": "ask"})
    assert outcome(a_world(more=(held(content, "ru", named),)), content) == "whole"
    assert outcome(a_world(more=(held(content, "ru", named, asked),)), content) == "out"


@pytest.mark.parametrize("entry", [{"x_page": 12}, {"hashes": {"MD5": "0" * 32}, "x_page": 12}])
def test_standard_lets_no_custom_property_go_inside_an_external_reference(entry: dict[str, Any]) -> None:
    reference = {"source_name": "wiki", "url": "https://example.org/", **entry}
    content = {**INDICATOR, "external_references": [reference]}
    assert outcome(a_world(content), content) == "variant"


def test_custom_reference_property_names_what_a_clause_excludes() -> None:
    content = {**INDICATOR, "x_acme_ref": RU}
    world = a_world(
        content,
        clauses=(clause(topics={"any": "any", "none": ["sources"]}, fields={"allow": "any", "tear_line": "none"}),),
    )
    assert outcome(world, content) == "whole"
    annotated = replace(world, policies={RU: Policy(topics=frozenset({"sources"}))})
    assert outcome(annotated, content) == "out"


def test_object_is_out_from_the_instant_at_which_it_expires() -> None:
    world = a_world(INDICATOR)
    for hours, expected in ((1, "whole"), (0, "out"), (-1, "out")):
        policy = Policy(expires_at=NOW + timedelta(hours=hours))
        assert outcome(replace(world, policies={str(INDICATOR["id"]): policy}), INDICATOR) == expected


def test_selector_that_names_nothing_does_not_go_out() -> None:
    hidden = "indicator--00000000-0000-4000-8000-00000000abcd"
    content = {**INDICATOR, "granular_markings": [{"marking_ref": GREEN, "selectors": [f"x_{hidden}"]}]}
    world = a_world(content)
    assert outcome(world, content) == "variant"
    assert all(hidden not in str(one.content) for _, one in given_out(world).objects())


def test_versions_are_decided_one_by_one() -> None:
    later = {**INDICATOR, "modified": stamp(NOW), "object_marking_refs": [RED]}
    world = a_world(INDICATOR, more=(Version(later, frozenset({"us"}), NOW - timedelta(hours=1)),))
    outcomes = {one.version[1] for _, one in given_out(world).objects()}
    assert len(outcomes) == 1


def test_language_of_a_granular_marking_that_names_something_hidden_does_not_go_out() -> None:
    hidden = "indicator--00000000-0000-4000-8000-00000000abcd"
    content = {**INDICATOR, "granular_markings": [{"lang": f"x {hidden}", "selectors": ["name"]}]}
    world = a_world(content)
    assert outcome(world, content) == "variant"
    assert all(hidden not in str(one.content) for _, one in given_out(world).objects())


def test_object_whose_markings_may_not_be_read_is_out() -> None:
    granular = [{"marking_ref": RED, "selectors": ["object_marking_refs"]}]
    content = {**INDICATOR, "granular_markings": granular}
    assert outcome(a_world(content), content) == "out"


def test_marking_that_only_what_was_cut_carried_is_not_published() -> None:
    hidden = "location--00000000-0000-4000-8000-00000000abcd"
    content = an_object("sighting", 25, sighting_of_ref=US, where_sighted_refs=[US, hidden], last_seen=stamp(NOW))
    content["granular_markings"] = [{"marking_ref": CLEAR, "selectors": ["last_seen"]}]
    world = a_world(content)
    assert outcome(world, content) == "variant"
    published = {one.version[0] for released in given_out(world).views.values() for one in released}
    assert CLEAR not in published


def test_marking_that_is_not_in_the_view_is_not_named_by_a_variant() -> None:
    rel_to = an_object("marking-definition", 28, definition_type="rel-to", definition={"rel_to": ["FR"]})
    del rel_to["modified"]
    granular = [{"marking_ref": rel_to["id"], "selectors": ["created_by_ref"]}]
    content = {**INDICATOR, "granular_markings": granular}
    only = clause(ceiling={"tlp": "green", "releasable_to": ["FR"]}, types=["indicator"])
    world = a_world(content, rel_to, clauses=(only,))
    world = replace(world, views=(replace(world.views[0], taker_country="FR"),))
    assert outcome(world, content) == "variant"
    assert all(str(rel_to["id"]) not in str(one.content) for _, one in given_out(world).objects())


def test_extension_without_its_type_does_not_go_out() -> None:
    selector = f"extensions.{CLAIM_EXTENSION}.extension_type"
    content = with_claim(NOTE) | {"granular_markings": [{"marking_ref": RED, "selectors": [selector]}]}
    world = a_world(content)
    assert outcome(world, content) == "variant"
    assert all(CLAIM_EXTENSION not in str(one.content) for _, one in given_out(world).objects())


def test_extension_definition_that_names_something_hidden_is_not_published() -> None:
    hidden = an_object("identity", 26, name="somebody", identity_class="group", object_marking_refs=[RED])
    definition = an_object("extension-definition", 27, id=CLAIM_EXTENSION, created_by_ref=hidden["id"], name="claim")
    world = a_world(with_claim(NOTE), hidden, definition)
    assert outcome(world, NOTE) == "whole"
    published = {one.version[0] for released in given_out(world).views.values() for one in released}
    assert CLAIM_EXTENSION not in published
    seen = a_world(with_claim(NOTE), {**hidden, "object_marking_refs": [GREEN]}, definition)
    assert outcome(seen, NOTE) == "whole"
    assert CLAIM_EXTENSION in {one.version[0] for released in given_out(seen).views.values() for one in released}
