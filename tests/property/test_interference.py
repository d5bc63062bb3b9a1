"""What a taker gets hangs on nothing hidden (I8), and shrinks when something is taken away or marked (I9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sepakat.release.question import ViewKey
from tests.oracle.content import granular_of, ids_in, leaves
from tests.oracle.plain import Policy, View, World
from tests.property.canaries import canaries_in, changed, free_texts, with_canaries
from tests.property.examples import given_out, releasing, seeds
from tests.property.releases import Given
from tests.support.worlds import AMBER, CLEAR, GREEN, RED, STATEMENT, UNKNOWN, Chooser, random_case

EXAMPLES = settings(max_examples=40)


def bytes_of(found: Given, key: ViewKey) -> str:
    """All that a view holds, as text."""
    return json.dumps([one.content for one in found.views.get(key, ())], default=dict)


@EXAMPLES
@given(seeds)
def test_hidden_text_changes_nothing(seed: int) -> None:
    world, places = with_canaries(random_case(seed).world)
    found = given_out(world)
    assume(places)
    for key, released in found.views.items():
        seen = {canary for one in released for canary in canaries_in(one.content)}
        other = given_out(changed(world, set(places) - seen))
        assert bytes_of(other, key) == bytes_of(found, key)


@EXAMPLES
@given(seeds)
def test_what_is_out_and_named_by_nothing_might_as_well_not_be_there(seed: int) -> None:
    world, found = releasing(seed)
    named = {name for version in world.versions for _, text in free_texts(version.content) for name in ids_in(text)}
    own = {version.id for version in world.versions if version.id in named and names_itself_alone(world, version.id)}
    for key, released in found.views.items():
        there = {one.version[0] for one in released}
        gone = {
            version.id
            for version in world.versions
            if version.id not in there
            and (version.id not in named or version.id in own)
            and version.content.get("relationship_type") != "derived-from"
        }
        without = replace(world, versions=tuple(version for version in world.versions if version.id not in gone))
        assert bytes_of(given_out(without), key) == bytes_of(found, key)


def names_itself_alone(world: World, identifier: str) -> bool:
    """Whether nothing but the object itself, by its `id`, names an object."""
    return not any(
        identifier in ids_in(text) and path != ("id",)
        for version in world.versions
        for path, text in free_texts(version.content)
    )


@EXAMPLES
@given(seeds)
def test_views_know_nothing_of_each_other(seed: int) -> None:
    world, found = releasing(seed)
    for view in world.views:
        alone = given_out(replace(world, views=(view,)))
        key = next(iter(alone.world.views))
        assert bytes_of(alone, key) == bytes_of(found, key)


@EXAMPLES
@given(seeds, st.integers(0, 2**16))
def test_order_of_what_is_held_changes_nothing(seed: int, order: int) -> None:
    world, found = releasing(seed)
    random = Chooser(order)
    versions, views, grants = list(world.versions), list(world.views), list(world.grants)
    for values in (versions, views, grants):
        random.shuffle(values)
    by_age = sorted(versions, key=lambda version: version.ref[1])
    other = given_out(replace(world, versions=tuple(by_age), views=tuple(views), grants=tuple(grants)))
    for key in found.views:
        assert bytes_of(other, key) == bytes_of(found, key)


# I9: what can be taken away, and what may then be left.


def without_an_agreement(world: World, random: Chooser) -> World:
    gone = random.choice(world.views).name[0]
    return replace(world, views=tuple(view for view in world.views if view.name[0] != gone))


def without_a_clause(world: World, random: Chooser) -> World:
    def narrowed(view: View, agreement: str, clause: str) -> View:
        if view.name[0] != agreement:
            return view
        share = [one for one in view.document["share"] if one["id"] != clause]
        return replace(view, document={**view.document, "share": share})

    clauses = [(view.name[0], clause["id"]) for view in world.views for clause in view.document["share"]]
    assume(clauses)
    gone = random.choice(clauses)
    return replace(world, views=tuple(narrowed(view, *gone) for view in world.views))


def without_a_grant(world: World, random: Chooser) -> World:
    assume(world.grants)
    gone = random.choice(world.grants)
    return replace(world, grants=tuple(grant for grant in world.grants if grant != gone))


def without_an_approval(world: World, random: Chooser) -> World:
    assume(world.approvals)
    gone = random.choice(list(world.approvals))
    return replace(world, approvals={key: given for key, given in world.approvals.items() if key != gone})


def without_a_client(world: World, random: Chooser) -> World:
    assume(world.clients)
    return replace(world, clients=world.clients - {random.choice(sorted(world.clients))})


def marked_by_this_node(world: World, random: Chooser) -> World:
    def is_marked(identifier: str) -> bool:
        added = world.policies.get(identifier, Policy()).markings
        return all(
            added or version.content.get("object_marking_refs")
            for version in world.versions
            if version.id == identifier
        )

    # A first marking is what lets an object go at all: one more of them only takes away.
    marked = sorted({version.id for version in world.versions if is_marked(version.id)})
    assume(marked)
    chosen = random.choice(marked)
    policy = world.policies.get(chosen, Policy())
    marking = random.choice([CLEAR, GREEN, AMBER, RED, STATEMENT, UNKNOWN])
    return replace(world, policies={**world.policies, chosen: replace(policy, markings=(*policy.markings, marking))})


def marked_in_part(world: World, random: Chooser) -> World:
    index = random.randrange(len(world.versions))
    version = world.versions[index]
    assume(granular_of(version.content) is not None)
    names = [str(path[0]) for path, _ in leaves(version.content) if path[0] not in ("granular_markings", "id", "type")]
    marking = random.choice([CLEAR, GREEN, AMBER, RED, STATEMENT, UNKNOWN])
    entries = [
        *version.content.get("granular_markings", []),
        {"marking_ref": marking, "selectors": [random.choice(names)]},
    ]
    tighter = replace(version, content={**version.content, "granular_markings": entries})
    return replace(world, versions=(*world.versions[:index], tighter, *world.versions[index + 1 :]))


def stopped(world: World, random: Chooser) -> World:
    chosen = random.choice(world.versions).id
    policy = world.policies.get(chosen, Policy())
    tighter = random.choice([replace(policy, hold=True), replace(policy, recalled=True)])
    return replace(world, policies={**world.policies, chosen: tighter})


def suspended(world: World, random: Chooser) -> World:
    index = random.randrange(len(world.views))
    view = replace(world.views[index], in_force=False)
    return replace(world, views=(*world.views[:index], view, *world.views[index + 1 :]))


TIGHTENED: tuple[Callable[[World, Chooser], World], ...] = (
    without_an_agreement,
    without_a_clause,
    without_a_grant,
    without_an_approval,
    without_a_client,
    marked_by_this_node,
    marked_in_part,
    stopped,
    suspended,
)


@settings(max_examples=120)
@given(seeds, st.sampled_from(TIGHTENED), st.integers(0, 2**16))
def test_taking_away_never_gives_more(seed: int, tighten: Callable[[World, Chooser], World], which: int) -> None:
    world, found = releasing(seed)
    less = given_out(tighten(world, Chooser(which)))
    for key in less.views:
        assert set(facts(less, key)) <= set(facts(found, key))


def facts(found: Given, key: ViewKey) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Every (original, version, path, value) that a view gives, wherever in a list it then stands."""
    originals = {one.content["id"]: one.version[0] for one in found.views[key]}
    for one in found.views[key]:
        if found.is_scaffold(one.version[0]):
            continue
        for path, value in leaves(told(one.original, one.content)):
            names = tuple(step for step in path if isinstance(step, str))
            text = originals.get(value, value) if isinstance(value, str) else value
            yield (*one.version, names, json.dumps(text))


def told(original: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """What an object says without what every variant gets, and without the pseudonym that hides a name."""
    # Markings only restrict: a further one is no further fact, and selectors move with what they select.
    dropped = {"id", "created", "modified", "created_by_ref", "object_marking_refs", "granular_markings"}
    if content.get("name") != original.get("name"):
        dropped.add("name")
    kept = {name: value for name, value in content.items() if name not in dropped}
    if "extensions" in kept:
        own = original.get("extensions", {})
        extensions = {name: value for name, value in kept.pop("extensions").items() if name in own}
        kept |= {"extensions": extensions} if extensions else {}
    return kept
