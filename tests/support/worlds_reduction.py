"""Makes a world smaller while a test of it still fails: for people who have to look at what a run has found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.oracle.plain import Policy, Version, View, World

_KEPT = frozenset({"type", "id", "spec_version", "created", "modified"})
_GENEROUS: Mapping[str, Any] = {
    "topics": "any",
    "regions": "any",
    "types": "any",
    "kinds": "any",
    "ceiling": {"tlp": "red", "pap": "red"},
    "minimum": {"reliability": "any", "credibility": "any"},
    "fields": {"allow": "any", "external_references": "any", "tear_line": "if-needed"},
    "source": "identity",
    "persons": {"rule": "categories", "allow": ["office-holder", "suspect", "witness"]},
    "release": {"approval": "auto", "delay": "PT0S"},
}


def reduced(world: World, still_fails: Callable[[World], bool]) -> World:
    """A world from which nothing single can be taken without the failure going away."""
    shrunk = True
    while shrunk:
        shrunk = False
        for smaller in _smaller(world):
            if smaller != world and _fails(smaller, still_fails):
                world, shrunk = smaller, True
                break
    return world


def _fails(world: World, still_fails: Callable[[World], bool]) -> bool:
    try:
        return still_fails(world)
    except Exception:  # noqa: BLE001 - what can no longer be asked is no smaller example
        return False


def _smaller(world: World) -> Iterator[World]:
    for size in (8, 4, 2, 1):
        for start in range(0, len(world.versions), size):
            here = world.versions[start : start + size]
            yield _with_versions(world, start, size, tuple(version for version in here if _is_scaffold(world, version)))
    for index, view in enumerate(world.views):
        yield replace(world, views=world.views[:index] + world.views[index + 1 :])
        for narrower in _smaller_views(view):
            yield replace(world, views=(*world.views[:index], narrower, *world.views[index + 1 :]))
    for index, version in enumerate(world.versions):
        for other in () if _is_scaffold(world, version) else _smaller_versions(version):
            yield _with_versions(world, index, 1, (other,))
    yield from _smaller_inputs(world)


def _is_scaffold(world: World, version: Version) -> bool:
    """What a small world keeps: without its markings and parties it would be another question."""
    return version.type == "marking-definition" or version.id in world.parties


def _with_versions(world: World, start: int, size: int, versions: tuple[Version, ...]) -> World:
    return replace(world, versions=world.versions[:start] + versions + world.versions[start + size :])


def _smaller_inputs(world: World) -> Iterator[World]:
    for given in world.approvals:
        yield replace(world, approvals={key: value for key, value in world.approvals.items() if key != given})
    for index in range(len(world.grants)):
        yield replace(world, grants=world.grants[:index] + world.grants[index + 1 :])
    for index in range(len(world.topics)):
        yield replace(world, topics=world.topics[:index] + world.topics[index + 1 :])
    for client in sorted(world.clients):
        yield replace(world, clients=world.clients - {client})
    for named, policy in world.policies.items():
        yield replace(world, policies={key: value for key, value in world.policies.items() if key != named})
        for smaller in _smaller_policies(policy):
            if smaller != policy:
                yield replace(world, policies={**world.policies, named: smaller})


def _smaller_policies(policy: Policy) -> Iterator[Policy]:
    yield replace(policy, topics=frozenset())
    yield replace(policy, regions=frozenset())
    yield replace(policy, markings=())
    yield replace(policy, hold=False)
    yield replace(policy, person_category=None)
    yield replace(policy, necessity=None)
    yield replace(policy, recalled_views=frozenset())
    yield replace(policy, expires_at=None)


def _smaller_views(view: View) -> Iterator[View]:
    share = view.document["share"]
    for index, clause in enumerate(share):
        yield _with_share(view, [*share[:index], *share[index + 1 :]])
        for key, generous in _GENEROUS.items():
            if clause.get(key) != generous:
                yield _with_share(view, [*share[:index], {**clause, key: generous}, *share[index + 1 :]])
    for key in ("data_from", "max_age"):
        if view.document["window"][key] != "any":
            yield replace(view, document={**view.document, "window": {**view.document["window"], key: "any"}})
    if view.document.get("onward", {}) != {"default": "none"}:
        yield replace(view, document={**view.document, "onward": {"default": "none"}})


def _with_share(view: View, share: list[Any]) -> View:
    return replace(view, document={**view.document, "share": share})


def _smaller_versions(version: Version) -> Iterator[Version]:
    for smaller in _smaller_values(version.content, top=True):
        yield replace(version, content=smaller)
    if version.received:
        yield replace(version, received=version.received[1:])
    if len(version.origins) > 1:
        for origin in sorted(version.origins):
            yield replace(version, origins=version.origins - {origin})


def _smaller_values(value: Any, *, top: bool = False) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for name, child in value.items():
            if top and name in _KEPT:
                continue
            yield {other: kept for other, kept in value.items() if other != name}
            for smaller in _smaller_values(child):
                yield {**value, name: smaller}
    elif isinstance(value, list):
        for index, child in enumerate(value):
            if len(value) > 1:
                yield value[:index] + value[index + 1 :]
            for smaller in _smaller_values(child):
                yield [*value[:index], smaller, *value[index + 1 :]]
