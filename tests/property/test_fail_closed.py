"""Nothing known, nothing out (I10); and no input, however odd, makes the engine break or let go (I10, I16)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sepakat.release.decision import Outcome
from tests.oracle.plain import Policy, World
from tests.property.examples import given_out, releasing, seeds
from tests.property.test_oracle import INDICATOR, a_world, an_object, clause
from tests.support.worlds import RELEASABLE, UNKNOWN, random_case

EXAMPLES = settings(max_examples=40)
ODD: tuple[Any, ...] = (None, 7, "text", [], {}, [None], [{}], [[]], {"a": {"b": [1]}}, ["x", 3], [{"selectors": 5}])
NAMES = (
    "object_marking_refs",
    "granular_markings",
    "labels",
    "aliases",
    "name",
    "extensions",
    "external_references",
    "object_refs",
    "created_by_ref",
    "revoked",
    "country",
    "description",
)


def goes_out(world: World) -> set[str]:
    """The ids of everything that goes to anybody, but for scaffold."""
    return {one.version[0] for _, one in given_out(world).objects()}


@EXAMPLES
@given(seeds)
def test_agreement_without_clauses_gives_nothing(seed: int) -> None:
    world = random_case(seed).world
    views = tuple(replace(view, document={**view.document, "share": []}) for view in world.views)
    assert goes_out(replace(world, views=views)) == set()


@EXAMPLES
@given(seeds)
def test_unknown_marking_on_everything_keeps_everything(seed: int) -> None:
    world, _ = releasing(seed)
    versions = tuple(
        version
        if version.id in world.parties or (version.type == "marking-definition" and version.id not in RELEASABLE)
        else replace(
            version,
            content={
                **version.content,
                "object_marking_refs": [*version.content.get("object_marking_refs", []), UNKNOWN],
            },
        )
        for version in world.versions
    )
    assert goes_out(replace(world, versions=versions)) <= {UNKNOWN}


@EXAMPLES
@given(seeds)
def test_unknown_marking_added_by_this_node_keeps_the_object(seed: int) -> None:
    world, found = releasing(seed)
    chosen = min(one.version[0] for _, one in found.objects())
    policy = replace(world.policies.get(chosen, Policy()), markings=(UNKNOWN,))
    assert chosen not in goes_out(replace(world, policies={**world.policies, chosen: policy}))


@pytest.mark.parametrize("key", sorted(set(clause()) - {"id", "release", "fields"}))
def test_key_left_out_of_a_clause_grants_nothing(key: str) -> None:
    narrowed = {name: value for name, value in clause().items() if name != key}
    expected = {"ceiling": set(), "minimum": set(), "kinds": {str(INDICATOR["id"])}}.get(key, set())
    assert goes_out(a_world(INDICATOR, clauses=(narrowed,))) == expected


@pytest.mark.parametrize("key", ["allow", "tear_line"])
def test_key_left_out_of_fields_grants_nothing(key: str) -> None:
    fields = {"allow": "standard", "external_references": "any", "tear_line": "if-needed"}
    content = {**INDICATOR, "x_acme": 1}
    del fields[key]
    assert goes_out(a_world(content, clauses=(clause(fields=fields),))) == set()


@settings(max_examples=200)
@given(seeds, st.sampled_from(NAMES), st.sampled_from(ODD), st.integers(0, 2**16))
def test_odd_content_neither_breaks_the_engine_nor_leaks(seed: int, name: str, odd: Any, which: int) -> None:
    world = random_case(seed).world
    objects = [
        index
        for index, version in enumerate(world.versions)
        if version.id not in world.parties and version.type not in ("marking-definition", "extension-definition")
    ]
    index = objects[which % len(objects)]
    version = world.versions[index]
    broken = replace(version, content={**version.content, name: odd})
    found = given_out(replace(world, versions=(*world.versions[:index], broken, *world.versions[index + 1 :])))
    gone = [one for _, one in found.objects() if one.version[0] == version.id and one.original.get(name) == odd]
    if name in ("object_marking_refs", "granular_markings") and odd not in ([], {}, None):
        assert [one for one in gone if one.original == broken.content] == []


@EXAMPLES
@given(seeds)
def test_no_word_of_this_nodes_policy_goes_out(seed: int) -> None:
    world, _ = releasing(seed)
    policies = {
        version.id: replace(
            world.policies.get(version.id, Policy()),
            topics=frozenset({"secret-topic/below"}),
            regions=frozenset({"IQ"}),
        )
        for version in world.versions
    }
    topics = tuple(replace(topic, path=f"secret-topic/{topic.path}") for topic in world.topics)
    found = given_out(replace(world, policies=policies, topics=topics))
    for key, one in found.objects():
        assert "secret-topic" not in json.dumps(one.content, default=dict), key
        new = set(one.content) - set(one.original)
        assert new <= ({"extensions", "created_by_ref"} if one.outcome is Outcome.VARIANT else set())


def test_object_nested_a_hundred_levels_deep_is_cut_not_crashed_over() -> None:
    deep: Any = "at the bottom"
    for _ in range(100):
        deep = {"down": [deep]}
    content = {**INDICATOR, "x_deep": deep}
    world = a_world(content)
    (_, one), *rest = given_out(world).objects()
    assert not rest
    assert "x_deep" not in one.content
    (_, whole), *_ = given_out(
        a_world(content, clauses=(clause(fields={"allow": "any", "tear_line": "none"}),))
    ).objects()
    assert whole.content["x_deep"] == deep


@pytest.mark.parametrize("is_broken", [True, False])
def test_circle_of_thousands_of_references_ends(is_broken: bool) -> None:
    count = 3000
    notes = [
        an_object(
            "note", 1000 + n, content="c", object_refs=[f"note--00000000-0000-4000-8000-{1000 + (n + 1) % count:012d}"]
        )
        for n in range(count)
    ]
    if is_broken:
        notes[0]["object_marking_refs"] = [UNKNOWN]
    assert len(goes_out(a_world(*notes))) == (0 if is_broken else count)


def test_worlds_without_views_or_objects_give_nothing() -> None:
    world = a_world()
    assert goes_out(replace(world, versions=())) == set()
    assert goes_out(replace(world, views=())) == set()
