"""The oracle on small worlds whose answer a person can read off the design: so that it is no second black box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from tests.oracle.content import variant_of
from tests.oracle.fixpoint import Answer, answers
from tests.oracle.plain import Grant, Policy, Terms, Version, View, World
from tests.support.worlds import AMBER, AMBER_STRICT, CLEAR, GREEN, HELD_FIXED, NOW, RED, UNKNOWN
from tests.support.worlds_objects import stamp

US, RU = "identity--00000000-0000-4000-8000-0000000000aa", "identity--00000000-0000-4000-8000-0000000000bb"
VIEW = ("agreement-1", "fr")
YESTERDAY = stamp(NOW - timedelta(days=1))


def clause(**keys: Any) -> dict[str, Any]:
    """A clause that lets everything up to AMBER+STRICT go, but for what the test says otherwise."""
    return {
        "id": "S1",
        "topics": "any",
        "regions": "any",
        "types": "any",
        "kinds": "any",
        "ceiling": {"tlp": "amber+strict"},
        "minimum": {"reliability": "any", "credibility": "any"},
        "fields": {"allow": "standard", "external_references": "any", "tear_line": "if-needed"},
        "release": {"approval": "auto", "delay": "PT0S"},
        **keys,
    }


def an_object(kind: str, number: int, **content: Any) -> dict[str, Any]:
    """An object of this node, marked GREEN."""
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--00000000-0000-4000-8000-{number:012d}",
        "created": YESTERDAY,
        "modified": YESTERDAY,
        "created_by_ref": US,
        "object_marking_refs": [GREEN],
        **content,
    }


def held(content: Mapping[str, Any], origin: str = "us", *received: Terms) -> Version:
    """A version as held."""
    return Version(content, frozenset({origin}), NOW - timedelta(days=1), received)


def a_world(
    *contents: Mapping[str, Any], clauses: tuple[Any, ...] = (clause(),), more: tuple[Version, ...] = ()
) -> World:
    """The node `us` with one view for `fr`."""
    window = {"from": YESTERDAY, "to": None, "data_from": "any", "max_age": "any"}
    duties = {"receipt": "PT5M", "recall": "PT1H", "correction": "PT24H"}
    document = {"sepakat": 1, "id": VIEW[0], "version": 1, "title": "A test", "giver": "us", "takers": ["fr"]}
    document |= {"window": window, "share": list(clauses), "duties": duties}
    parties = [an_object("identity", 0, id=identity, name="party") for identity in (US, RU)]
    markings = [{"type": "marking-definition", "id": marking, "created": YESTERDAY} for marking in HELD_FIXED]
    return World(
        node="us",
        parties={US: "us", RU: "ru"},
        views=(View(VIEW, document, in_force=True),),
        versions=(*(held(content) for content in (*parties, *markings, *contents)), *more),
        claim_extension=CLAIM_EXTENSION,
        variant_extension=VARIANT_EXTENSION,
    )


def answer(world: World, content: Mapping[str, Any]) -> Answer:
    """The oracle's answer for one object."""
    return answers(world, NOW)[(str(content["id"]), str(content.get("modified", ""))), VIEW]


INDICATOR = an_object("indicator", 1, pattern="[a:b = 'c']", pattern_type="stix", valid_from=YESTERDAY, name="n")


@pytest.mark.parametrize(
    ("marking", "status"),
    [(CLEAR, "whole"), (GREEN, "whole"), (AMBER, "out"), (AMBER_STRICT, "out"), (RED, "out"), (UNKNOWN, "out")],
)
def test_ceiling_green_lets_up_to_green_go(marking: str, status: str) -> None:
    content = {**INDICATOR, "object_marking_refs": [marking]}
    assert answer(a_world(content, clauses=(clause(ceiling={"tlp": "green"}),)), content).status == status


def test_unmarked_object_stays() -> None:
    content = {name: value for name, value in INDICATOR.items() if name != "object_marking_refs"}
    assert answer(a_world(content), content).status == "out"


def test_red_goes_only_with_an_approval_for_the_view() -> None:
    content = {**INDICATOR, "object_marking_refs": [RED]}
    world = a_world(content, clauses=(clause(ceiling={"tlp": "red"}),))
    assert answer(world, content).status == "out"
    ref = (str(content["id"]), YESTERDAY)
    assert answer(replace(world, approvals={(ref, VIEW): (("ann", NOW),)}), content).status == "whole"
    assert answer(replace(world, approvals={(ref, ("other", "fr")): (("ann", NOW),)}), content).status == "out"


def test_agreement_not_in_force_gives_nothing() -> None:
    world = a_world(INDICATOR)
    stopped = replace(world, views=tuple(replace(view, in_force=False) for view in world.views))
    assert {found.status for found in answers(stopped, NOW).values()} == {"out"}


def test_red_name_is_cut_and_its_selector_with_it() -> None:
    granular = [{"marking_ref": RED, "selectors": ["name"]}, {"marking_ref": CLEAR, "selectors": ["pattern"]}]
    content = {**INDICATOR, "granular_markings": granular}
    found = answer(a_world(content), content)
    assert found.status == "variant"
    assert found.projection is not None
    assert "name" not in found.projection
    assert found.projection["granular_markings"] == [{"marking_ref": CLEAR, "selectors": ["pattern"]}]


def test_object_without_its_required_property_is_out() -> None:
    content = {**INDICATOR, "granular_markings": [{"marking_ref": RED, "selectors": ["pattern"]}]}
    assert answer(a_world(content), content).status == "out"


def test_tear_line_none_is_all_or_nothing() -> None:
    content = {**INDICATOR, "granular_markings": [{"marking_ref": RED, "selectors": ["name"]}]}
    fields = {"allow": "standard", "tear_line": "none"}
    assert answer(a_world(content, clauses=(clause(fields=fields),)), content).status == "out"
    assert answer(a_world(INDICATOR, clauses=(clause(fields=fields),)), INDICATOR).status == "whole"


def test_list_positions_move_up_after_a_cut() -> None:
    granular = [
        {"marking_ref": RED, "selectors": ["authors.[0]"]},
        {"marking_ref": CLEAR, "selectors": ["authors.[1]"]},
    ]
    content = an_object(
        "note", 2, content="c", object_refs=[INDICATOR["id"]], authors=["a", "b"], granular_markings=granular
    )
    found = answer(a_world(INDICATOR, content), content)
    assert found.projection is not None
    assert found.projection["authors"] == ["b"]
    assert found.projection["granular_markings"] == [{"marking_ref": CLEAR, "selectors": ["authors.[0]"]}]


def test_reference_to_what_is_out_falls_through_a_chain() -> None:
    hidden = {**INDICATOR, "object_marking_refs": [UNKNOWN]}
    relationship = an_object("relationship", 3, relationship_type="uses", source_ref=hidden["id"], target_ref=US)
    report = an_object("report", 4, name="r", published=YESTERDAY, object_refs=[relationship["id"], US])
    world = a_world(hidden, relationship, report)
    assert answer(world, relationship).status == "out"
    found = answer(world, report)
    assert found.status == "variant"
    assert found.projection is not None
    assert found.projection["object_refs"] == [US]


def test_circle_of_references_goes_whole_or_not_at_all() -> None:
    first = an_object("note", 5, content="a", object_refs=["note--00000000-0000-4000-8000-000000000006"])
    second = an_object("note", 6, content="b", object_refs=[first["id"]])
    assert answer(a_world(first, second), first).status == "whole"
    broken = {**second, "object_marking_refs": [UNKNOWN]}
    assert answer(a_world(first, broken), first).status == "out"


def test_reference_to_a_variant_follows_it() -> None:
    cut = {**INDICATOR, "granular_markings": [{"marking_ref": RED, "selectors": ["name"]}]}
    note = an_object("note", 7, content="c", object_refs=[cut["id"]])
    found = answer(a_world(cut, note), note)
    assert found.projection is not None
    assert found.projection["object_refs"] == [variant_of(str(cut["id"]))]


def test_id_in_a_text_counts_as_a_reference() -> None:
    hidden = {**INDICATOR, "object_marking_refs": [UNKNOWN]}
    malware = an_object("malware", 8, name="m", is_family=False, description=f"SEE {str(hidden['id']).upper()}!")
    found = answer(a_world(hidden, malware), malware)
    assert found.projection is not None
    assert "description" not in found.projection


def test_third_party_needs_a_grant_and_goes_uncut() -> None:
    foreign = {**INDICATOR, "created_by_ref": RU, "object_marking_refs": [AMBER]}
    world = a_world(more=(held(foreign, "ru", Terms("ru", {"default": "none"})),))
    assert answer(world, foreign).status == "out"
    grant = Grant("ru", "us", "fr", str(foreign["id"]), NOW)
    assert answer(replace(world, grants=(grant,)), foreign).status == "whole"
    assert answer(replace(world, grants=(replace(grant, withdrawn_at=NOW),)), foreign).status == "out"
    marked = {**foreign, "granular_markings": [{"marking_ref": UNKNOWN, "selectors": ["name"]}]}
    torn = a_world(more=(held(marked, "ru", Terms("ru", {"default": "none"})),))
    assert answer(replace(torn, grants=(grant,)), marked).status == "out"


def test_topic_comes_over_a_relationship_that_is_in_the_view() -> None:
    actor = an_object("threat-actor", 9, name="x", labels=["wanted"])
    link = an_object(
        "relationship", 10, relationship_type="indicates", source_ref=INDICATOR["id"], target_ref=actor["id"]
    )
    wanted = (clause(topics={"any": ["wanted"]}),)
    world = replace(
        a_world(INDICATOR, actor, link, clauses=wanted),
        policies={str(actor["id"]): Policy(topics=frozenset({"wanted"}))},
    )
    assert answer(world, INDICATOR).status == "whole"
    unlinked = {**link, "object_marking_refs": [UNKNOWN]}
    alone = replace(world, versions=(*(v for v in world.versions if v.id != link["id"]), held(unlinked)))
    assert answer(alone, INDICATOR).status == "out"


def test_only_scaffold_that_something_names_is_published() -> None:
    found = answers(a_world(INDICATOR), NOW)
    published = {ref[0] for (ref, _), one in found.items() if one.status == "whole"}
    assert published == {US, INDICATOR["id"], GREEN}
