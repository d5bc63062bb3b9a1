"""Worlds made to leak: ids in odd places, sums over hidden lists, and traces of a cut (I5, I6, I7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from sepakat.claims.extension import VARIANT_EXTENSION
from sepakat.claims.reading import claim_faults
from sepakat.release.decision import Outcome
from sepakat.release.variants import variant_id
from sepakat.stix.validation import faults_of
from tests.oracle.plain import Version, World
from tests.property.comparison import disagreements
from tests.property.examples import given_out, releasing, seeds
from tests.property.releases import Given
from tests.support.worlds import Case, random_case
from tests.support.worlds_leaks import leaky, without

EXAMPLES = settings(max_examples=150)


@EXAMPLES
@given(seeds)
def test_hidden_ids_appear_nowhere(seed: int) -> None:
    case = leaky(seed)
    found = given_out(case.world)
    for released in found.views.values():
        whole = {one.version[0] for one in released if one.outcome is Outcome.WHOLE}
        text = json.dumps([dict(one.content) for one in released]).lower()
        for identifier in case.hidden - whole:
            assert identifier not in text
            assert identifier.partition("--")[2] not in text


@EXAMPLES
@given(seeds)
def test_engine_and_oracle_agree_on_worlds_made_to_leak(seed: int) -> None:
    assert disagreements(Case(seed, leaky(seed).world)) == []


@EXAMPLES
@given(seeds)
def test_what_is_hidden_might_as_well_not_be_held(seed: int) -> None:
    case = leaky(seed)
    found = given_out(case.world)
    for key, released in found.views.items():
        gone = case.hidden - {one.version[0] for one in released}
        other = given_out(without(case.world, gone))
        assert [one.content for one in other.views[key]] == [one.content for one in released]


@settings(max_examples=60)
@given(seeds)
def test_cut_makes_no_object_break_the_standard(seed: int) -> None:
    _, found = releasing(seed)
    for _, one in found.objects():
        before = {(fault.path.split(".")[0], fault.expected) for fault in faults_of(one.original)}
        assert {(fault.path.split(".")[0], fault.expected) for fault in faults_of(one.content)} <= before
        if one.outcome is Outcome.VARIANT and not claim_faults(one.original):
            assert claim_faults(one.content) == ()


@settings(max_examples=60)
@given(seeds)
def test_cutting_what_is_cut_already_gives_the_same(seed: int) -> None:
    world = everything_as_variants(random_case(seed).world)
    found = given_out(world)
    for view in world.views:
        key = next(key for key in found.views if tuple(key) == view.name)
        alone = replace(world, views=(view,))
        again = given_out(replace(alone, versions=tuple(as_given(found, key, version) for version in world.versions)))
        assert [one.content for one in again.views[key]] == [one.content for one in found.views[key]]


def everything_as_variants(world: World) -> World:
    """The world with clauses that look at nothing which a cut may take away, and that always cut.

    Nothing derives from anything or translates it, since what inherits a marking is freed when the cut takes it away.
    """
    generous = {
        "topics": "any",
        "regions": "any",
        "kinds": "any",
        "minimum": {"reliability": "any", "credibility": "any"},
        "persons": {"rule": "categories", "allow": ["office-holder", "suspect", "witness", "victim", "other"]},
    }

    def loosened(clause: Mapping[str, Any]) -> dict[str, Any]:
        return {**clause, **generous, "fields": {**clause.get("fields", {}), "tear_line": "always"}}

    views = tuple(
        replace(view, document={**view.document, "share": [loosened(clause) for clause in view.document["share"]]})
        for view in world.views
    )
    versions = tuple(
        replace(version, content=without_basis(version.content))
        for version in world.versions
        if version.type != "language-content" and version.content.get("relationship_type") != "derived-from"
    )
    return replace(world, views=views, versions=versions)


def without_basis(content: Mapping[str, Any]) -> dict[str, Any]:
    """The object with a claim that rests on nothing."""
    extensions = {
        name: {key: value for key, value in extension.items() if key != "basis"}
        for name, extension in content.get("extensions", {}).items()
    }
    return {**content, "extensions": extensions} if extensions else dict(content)


def as_given(found: Given, key: Any, version: Version) -> Version:
    """A version from which everything has been taken that the taker did not get, under its own id again."""
    name = (version.id, version.ref[1])
    one = next(
        (
            one
            for one in found.views[key]
            if one.outcome is Outcome.VARIANT and (one.version[0], one.original.get("modified", "")) == name
        ),
        None,
    )
    if one is None:
        return version
    text = json.dumps(dict(one.content))
    for other in found.views[key]:
        text = text.replace(variant_id(found.secret, key, other.version[0], 0), other.version[0])
    content = json.loads(text)
    head = {
        name: version.content[name] for name in ("created", "modified", "created_by_ref") if name in version.content
    }
    content = {name: value for name, value in content.items() if name not in ("created", "modified", "created_by_ref")}
    extensions = {name: value for name, value in content.pop("extensions").items() if name != VARIANT_EXTENSION}
    return replace(version, content={**content, **head, **({"extensions": extensions} if extensions else {})})
