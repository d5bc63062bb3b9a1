"""Worlds that try to leak: ids of hidden objects wherever text can stand, and lists that count what is hidden.

Everything else goes: one view, one clause that lets anything go, cut where needed. What may not be named is `hidden`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from tests.oracle.plain import Policy, Version, View, World
from tests.support.worlds import AMBER, CLEAR, GREEN, HELD_FIXED, NOW, RED, UNKNOWN
from tests.support.worlds_objects import UNKNOWN_EXTENSION, Plan, stamp

SECONDS = ("indicator", "malware", "file", "x-acme-case", "relationship", "location")
_AGO = stamp(NOW - timedelta(days=3))
Spot = Callable[[Plan, str], dict[str, Any]]


@dataclass(frozen=True)
class Leaky:
    """A world and the ids that may appear nowhere in what its view holds, unless as the id of what went whole."""

    world: World
    hidden: frozenset[str]


def leaky(seed: int) -> Leaky:
    """The leaky world of a seed."""
    plan = Plan(Random(seed), NOW)
    node = plan.new_id("identity")
    content = [_identity(node, "us"), *(_marking(marking) for marking in HELD_FIXED)]
    plan.ids = [plan.new_id(plan.pick(SECONDS)) for _ in range(plan.random.randint(2, 5))]
    policies = {}
    for identifier in plan.ids:
        thing = _thing(plan, identifier, node)
        match plan.random.randrange(6):
            case 0:
                thing["object_marking_refs"] = [UNKNOWN]
            case 1:
                thing["object_marking_refs"] = [RED]
            case 2:
                policies[identifier] = Policy(hold=True)
            case 3:
                policies[identifier] = Policy(recalled_views=frozenset({("a", "fr")}))
            case 4:
                # A variant: it goes, but its own id may not.
                thing["granular_markings"] = [{"marking_ref": RED, "selectors": ["x_note"]}]
            case _:
                continue
        content.append(thing)
    hidden = frozenset(plan.ids)
    carriers = [_carrier(plan, node) for _ in range(plan.random.randint(1, 4))]
    content += carriers
    versions = tuple(Version(one, frozenset({"us"}), NOW - timedelta(days=2)) for one in content)
    world = World(
        node="us",
        parties={node: "us"},
        views=(View(("a", "fr"), _document(plan), in_force=True),),
        versions=versions,
        policies=policies,
        claim_extension=CLAIM_EXTENSION,
        variant_extension=VARIANT_EXTENSION,
    )
    return Leaky(world, hidden)


def without(world: World, gone: frozenset[str]) -> World:
    """The world without some of its objects."""
    return replace(world, versions=tuple(version for version in world.versions if version.id not in gone))


def _document(plan: Plan) -> dict[str, Any]:
    clause = {
        "id": "S1",
        "topics": "any",
        "regions": "any",
        "types": sorted({*SECONDS, "note", "report", "sighting", "observed-data", "process", "grouping", "malware"}),
        "kinds": "any",
        "ceiling": {"tlp": "red", "pap": "red"},
        "minimum": {"reliability": "any", "credibility": "any"},
        "fields": {"allow": "any", "external_references": "any", "tear_line": plan.pick(("if-needed", "always"))},
        "source": "identity",
        "persons": {"rule": "categories", "allow": ["other"]},
        "release": {"approval": "auto", "delay": "PT0S"},
    }
    return {
        "sepakat": 1,
        "id": "a",
        "version": 1,
        "title": "Everything goes",
        "giver": "us",
        "takers": ["fr"],
        "window": {"from": _AGO, "to": None, "data_from": "any", "max_age": "any"},
        "share": [clause],
        "duties": {"receipt": "PT5M", "recall": "PT1H", "correction": "PT24H"},
    }


def _identity(identifier: str, name: str) -> dict[str, Any]:
    head = {"type": "identity", "spec_version": "2.1", "id": identifier, "created": _AGO, "modified": _AGO}
    return {**head, "name": name, "identity_class": "organization"}


def _marking(identifier: str) -> dict[str, Any]:
    return {"type": "marking-definition", "spec_version": "2.1", "id": identifier, "created": _AGO}


def _head(identifier: str, node: str) -> dict[str, Any]:
    head: dict[str, Any] = {"type": identifier.partition("--")[0], "spec_version": "2.1", "id": identifier}
    if head["type"] not in ("file", "process"):
        head |= {"created": _AGO, "modified": _AGO, "created_by_ref": node}
    return {**head, "object_marking_refs": [GREEN]}


def _thing(plan: Plan, identifier: str, node: str) -> dict[str, Any]:
    own: dict[str, dict[str, Any]] = {
        "indicator": {"pattern": "[a:b = 'c']", "pattern_type": "stix", "valid_from": _AGO},
        "malware": {"name": "m", "is_family": False},
        "file": {"name": "a.exe"},
        "x-acme-case": {"rank": 1},
        "relationship": {"relationship_type": "related-to", "source_ref": node, "target_ref": node},
        "location": {"country": "IQ"},
    }
    thing = {**_head(identifier, node), **own[identifier.partition("--")[0]], "x_note": "cut this"}
    if plan.chance(0.3):
        thing["x_other"] = f"{plan.pick(plan.ids)} and {identifier}"
    return thing


def _carrier(plan: Plan, node: str) -> dict[str, Any]:
    kind = plan.pick(tuple(_CARRIERS))
    carrier = {**_head(plan.new_id(kind), node), **_CARRIERS[kind](plan, _written(plan))}
    for spot in plan.some(_SPOTS, 4):
        for name, value in spot(plan, _written(plan)).items():
            if name == "extensions":
                value = {**carrier.get("extensions", {}), **value}
            carrier[name] = value
    if kind == "process":
        carrier = {name: value for name, value in carrier.items() if name not in _NOT_OF_OBSERVABLES}
    if plan.chance(0.3):
        names = [name for name in carrier if name not in ("type", "id", "spec_version")]
        marking = plan.pick((CLEAR, AMBER, RED, UNKNOWN))
        carrier["granular_markings"] = [{"marking_ref": marking, "selectors": plan.some(names, 3)}]
    return carrier


def _written(plan: Plan) -> str:
    """The id of something hidden, in one of the ways in which people and programs write it."""
    identifier = str(plan.pick(plan.ids))
    ways = (
        identifier,
        identifier.upper(),
        f"see {identifier}.",
        f"https://example.org/{identifier}?x=1",
        f"{identifier}{plan.pick(plan.ids)}",
        f"x{identifier}",
        f'<{identifier}>\n"{plan.pick(plan.ids)}"',
        f"{identifier}0",
    )
    return str(plan.pick(ways))


_NOT_OF_OBSERVABLES = frozenset({"labels", "external_references", "confidence", "lang"})
_CARRIERS: dict[str, Spot] = {
    "note": lambda plan, text: {"content": text if plan.chance(0.3) else "c", "object_refs": plan.some(plan.ids, 4)},
    "report": lambda plan, _: {"name": "r", "published": _AGO, "object_refs": plan.some(plan.ids, 4)},
    "grouping": lambda plan, _: {"context": "unspecified", "object_refs": plan.some(plan.ids, 4)},
    "sighting": lambda plan, _: {
        "sighting_of_ref": plan.pick(plan.ids),
        "where_sighted_refs": plan.some(plan.ids, 3),
        "count": 5,
        "first_seen": _AGO,
        "last_seen": _AGO,
        "summary": True,
    },
    "observed-data": lambda plan, _: {
        "first_observed": _AGO,
        "last_observed": _AGO,
        "number_observed": 3,
        "object_refs": plan.some(plan.ids, 3),
    },
    "malware": lambda plan, text: {"name": text if plan.chance(0.3) else "m", "is_family": False},
    "process": lambda _, text: {"pid": 3, "command_line": text, "environment_variables": {text: "1", "B": text}},
}
_SPOTS: tuple[Spot, ...] = (
    lambda _, text: {"description": text},
    lambda _, text: {"labels": ["plain", text]},
    lambda _, text: {"x_list": [[text, "kept"], {"deep": {"deeper": [text]}}]},
    lambda _, text: {"x_names": {text: "value", "other": "kept"}},
    lambda _, text: {f"x_{text}": "a property of that name"},
    lambda _, text: {"x_acme_ref": text},
    lambda _, text: {"x_acme_refs": [text, "kept"]},
    lambda _, text: {"external_references": [{"source_name": text, "url": "u"}, {"source_name": "s", "url": text}]},
    lambda _, text: {"extensions": {UNKNOWN_EXTENSION: {"extension_type": "property-extension", "a": {"b": text}}}},
    lambda _, text: {"extensions": {UNKNOWN_EXTENSION: {"extension_type": "property-extension", text: "kept"}}},
    lambda _, text: {"extensions": {text: {"extension_type": "property-extension", "a": 1}}},
    lambda _, text: {"lang": text},
    lambda plan, text: {"granular_markings": [{"marking_ref": plan.pick((CLEAR, GREEN)), "selectors": [f"x_{text}"]}]},
    lambda _, text: {"granular_markings": [{"lang": text, "selectors": ["object_marking_refs"]}]},
)
