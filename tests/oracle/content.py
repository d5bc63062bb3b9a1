"""Looking into one object: its nodes, the ids in its strings, its granular markings, and what a cut leaves.

A path is readable or not as a whole; a container stays when something in it stays. After the cut the granular
markings are written anew for what stayed, with the list positions that it then has (STIX 2.1 section 7.2.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle import tables
from tests.oracle.plain import Content, Json, Path

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ID = re.compile(rf"[a-z][a-z0-9]*(?:-[a-z0-9]+)*--{_UUID}", re.IGNORECASE)
_EXACT_ID = re.compile(rf"[a-z][a-z0-9]*(?:-[a-z0-9]+)*--{_UUID}").fullmatch
_STEP = re.compile(r"\[([0-9]+)\]").fullmatch

WHOLE, VARIANT, OUT = "whole", "variant", "out"


@dataclass(frozen=True)
class Token:
    """In a projection: stands where the engine writes a keyed id or a keyed pseudonym."""

    kind: str
    original: str


@dataclass(frozen=True)
class Granular:
    """One entry of `granular_markings`."""

    paths: tuple[Path, ...]
    marking: str | None
    lang: str | None


def ids_in(text: str) -> set[str]:
    """Every id in a string, however it is written."""
    return {found.lower() for found in _ID.findall(text)}


def ids_in_names(path: Path) -> set[str]:
    """Every id in the names along a path; the names of extensions are no references."""
    found: set[str] = set()
    for depth, step in enumerate(path):
        is_extension = depth == 1 and path[0] == "extensions" and str(step).startswith("extension-definition--")
        if isinstance(step, str) and not is_extension:
            found |= ids_in(step)
    return found


def is_id(value: Json) -> bool:
    """Whether the value is one id and nothing else."""
    return isinstance(value, str) and _EXACT_ID(value) is not None


def leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every scalar and every empty container, with its path."""
    if isinstance(value, Mapping) and value:
        for name, child in value.items():
            yield from leaves(child, (*path, name))
    elif isinstance(value, list) and value:
        for position, child in enumerate(value):
            yield from leaves(child, (*path, position))
    else:
        yield path, value


def covers(above: Path, below: Path) -> bool:
    """Whether `above` is `below` or an ancestor of it."""
    return below[: len(above)] == above


def selector_path(selector: str) -> Path:
    """The path of a selector."""
    steps: list[str | int] = []
    for step in selector.split("."):
        position = _STEP(step)
        steps.append(int(position[1]) if position else step)
    return tuple(steps)


def granular_of(content: Content) -> list[Granular] | None:
    """The granular markings; None when one of them cannot be understood."""
    entries = content.get("granular_markings", [])
    if not isinstance(entries, list):
        return None
    found = []
    for entry in entries:
        if not isinstance(entry, Mapping):
            return None
        marking, lang, selectors = entry.get("marking_ref"), entry.get("lang"), entry.get("selectors")
        if (marking is None) == (lang is None) or not isinstance(selectors, list) or not selectors:
            return None
        if not all(isinstance(selector, str) for selector in selectors) or not isinstance(lang or "", str):
            return None
        if marking is not None and not is_id(marking):
            return None
        found.append(Granular(tuple(selector_path(selector) for selector in selectors), marking, lang))
    return found


def markings_of(content: Content) -> list[str] | None:
    """The markings of the whole object; None when they cannot be understood."""
    refs = content.get("object_marking_refs", [])
    return refs if isinstance(refs, list) and all(is_id(ref) for ref in refs) else None


def references(content: Content) -> Iterator[tuple[Path, str]]:
    """Every id anywhere in the object, but for its own `id` and the names of its extensions."""
    for path, value in leaves(content):
        if path[0] != "id":
            inside = ids_in(value) if isinstance(value, str) else set()
            for target in sorted(inside | ids_in_names(path)):
                yield path, target


def named_by_reference(content: Content) -> set[str]:
    """The ids in reference properties (`..._ref`, `..._refs`), at any depth."""
    found: set[str] = set()

    def look(value: Json) -> None:
        if isinstance(value, Mapping):
            for name, child in value.items():
                if name.endswith("_ref") and is_id(child):
                    found.add(child)
                elif name.endswith("_refs") and isinstance(child, list):
                    found.update(item for item in child if is_id(item))
                look(child)
        elif isinstance(value, list):
            for child in value:
                look(child)

    look(content)
    return found


@dataclass
class Remains:
    """What stayed of an object, and where each node that stayed now is."""

    content: dict[str, Any]
    moved: dict[Path, Path]


def cut(content: Content, keeps: Callable[[Path, Json], tuple[bool, Json]]) -> Remains:
    """Keep the leaves that `keeps` keeps, with the value that it gives, and the containers of what is kept."""
    moved: dict[Path, Path] = {}

    def prune(value: Json, old: Path, new: Path) -> tuple[bool, Json]:
        if isinstance(value, Mapping) and value:
            return prune_mapping(value, old, new)
        if isinstance(value, list) and value:
            kept_items: list[Json] = []
            for position, child in enumerate(value):
                stays, kept = prune(child, (*old, position), (*new, len(kept_items)))
                if stays:
                    kept_items.append(kept)
            if kept_items:
                moved[old] = new
            return bool(kept_items), kept_items
        stays, kept = keeps(old, value)
        if stays:
            moved[old] = new
        return stays, kept

    def prune_mapping(value: Mapping[str, Json], old: Path, new: Path) -> tuple[bool, Json]:
        before = dict(moved)
        kept_names: dict[str, Json] = {}
        for name, child in value.items():
            stays, kept = prune(child, (*old, name), (*new, name))
            if stays:
                kept_names[name] = kept
        # An entry of a list without what the standard asks of it would say something else, or nothing.
        needed = tables.NESTED[str(old[0])][1] if len(old) == 2 and old[0] in tables.NESTED else frozenset()
        if (not kept_names and old) or any(name in value and name not in kept_names for name in needed):
            moved.clear()
            moved.update(before)
            return False, {}
        moved[old] = new
        return True, kept_names

    _, kept = prune(content, (), ())
    return Remains(dict(kept), moved)


def rewrite_granular(content: Content, remains: Remains) -> list[dict[str, Any]]:
    """The granular markings for what stayed: dead selectors gone, list positions as they are now."""
    written = []
    for entry in content.get("granular_markings", []):
        selectors = []
        for selector in entry["selectors"]:
            now = remains.moved.get(selector_path(selector))
            if now is not None:
                selectors.append(selector_text(now))
        if selectors:
            written.append({**entry, "selectors": selectors})
    return written


def selector_text(path: Path) -> str:
    """The selector of a path."""
    return ".".join(f"[{step}]" if isinstance(step, int) else step for step in path)
