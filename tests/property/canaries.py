"""Unmistakable strings in place of free text: what went out, and what did not, can then be read off the bytes alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.oracle.content import leaves
from tests.oracle.plain import Path, Ref, World

_CANARY = re.compile(r"canary-[0-9]+x")
# Policy, references and closed vocabularies read these; everything else is only ever carried.
_READ = frozenset(
    {"type", "id", "spec_version", "created", "modified", "labels", "name", "aliases", "identity_class", "lang"}
    | {"country", "region", "administrative_area", "relationship_type", "extension_type", "object_marking_refs"}
    | {"granular_markings", "valid_from", "published", "first_observed", "last_observed", "first_seen", "source_name"}
    | {"kind", "role", "scheme", "reliability", "category", "qualifier", "via", "roots", "token", "pattern_type"}
)


def with_canaries(world: World) -> tuple[World, dict[str, tuple[Ref, Path]]]:
    """The world with a canary for every free text, and where each canary sits."""
    places: dict[str, tuple[Ref, Path]] = {}

    def sing(value: Any, ref: Ref, path: Path) -> Any:
        if isinstance(value, Mapping):
            return {name: sing(child, ref, (*path, name)) for name, child in value.items()}
        if isinstance(value, list):
            return [sing(child, ref, (*path, position)) for position, child in enumerate(value)]
        if not isinstance(value, str) or "--" in value or any(step in _READ for step in path):
            return value
        canary = f"canary-{len(places)}x"
        places[canary] = (ref, path)
        return canary

    versions = tuple(
        version
        if version.type in ("marking-definition", "extension-definition") or version.id in world.parties
        else replace(version, content=sing(version.content, version.ref, ()))
        for version in world.versions
    )
    return replace(world, versions=versions), places


def canaries_in(content: Any) -> set[str]:
    """The canaries anywhere in what went out."""
    return set(_CANARY.findall(json.dumps(content)))


def changed(world: World, canaries: set[str]) -> World:
    """The world with other text in the place of some canaries."""

    def change(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: change(child) for name, child in value.items()}
        if isinstance(value, list):
            return [change(child) for child in value]
        return f"other text for {value}, and longer" if isinstance(value, str) and value in canaries else value

    return replace(
        world, versions=tuple(replace(version, content=change(version.content)) for version in world.versions)
    )


def free_texts(content: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every string of an object with its path."""
    for path, value in leaves(content):
        if isinstance(value, str):
            yield path, value
