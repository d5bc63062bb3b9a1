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
_TAIL = re.compile(rf"--{_UUID}", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z", re.IGNORECASE)
_EXACT_ID = re.compile(rf"[a-z][a-z0-9]*(?:-[a-z0-9]+)*--{_UUID}").fullmatch
_STEP = re.compile(r"\[([0-9]+)\]").fullmatch

WHOLE, VARIANT, OUT = "whole", "variant", "out"


PSEUDONYM = "\u27e8pseudonym\u27e9"


def variant_of(identifier: str) -> str:
    """In a projection: what stands where the engine writes the keyed id of a variant."""
    return f"\u27e8variant of {identifier}\u27e9"


@dataclass(frozen=True)
class Granular:
    """One entry of `granular_markings`."""

    paths: tuple[Path, ...]
    marking: str | None
    lang: str | None


def ids_in(text: str) -> set[str]:
    """Every id in a string, however it is written."""
    return {text[start:end].lower() for start, end in _places_of_ids(text)}


def _places_of_ids(text: str) -> list[tuple[int, int]]:
    places = []
    for tail in _TAIL.finditer(text):
        name = _NAME_BEFORE.search(text[: tail.start()])
        if name is not None:
            places.append((name.start(), tail.end()))
    return places


def ids_in_names(path: Path) -> set[str]:
    """Every id in the names along a path; the names of extensions are no references."""
    found: set[str] = set()
    for depth, step in enumerate(path):
        is_extension = depth == 1 and path[0] == "extensions" and str(step).startswith("extension-definition--")
        if isinstance(step, str) and not is_extension:
            found |= ids_in(step)
    return found


def renamed(text: str, renames: Mapping[str, str]) -> str:
    """A text with other names for some of its ids, however they are written in it."""
    for start, end in reversed(_places_of_ids(text)):
        known = text[start:end]
        text = text[:start] + renames.get(known.lower(), known) + text[end:]
    return text


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
    entries = content.get("granular_markings")
    if entries is None:
        return []
    if not isinstance(entries, list):
        return None
    found = []
    for entry in entries:
        if not isinstance(entry, Mapping):
            return None
        marking, lang, selectors = entry.get("marking_ref"), entry.get("lang"), entry.get("selectors")
        if (marking is None) == (lang is None) or not isinstance(selectors, list) or not selectors:
            return None
        if not all(_is_selector(selector) for selector in selectors) or not isinstance(lang or "", str):
            return None
        if marking is not None and not is_id(marking):
            return None
        found.append(Granular(tuple(selector_path(selector) for selector in selectors), marking, lang))
    return found


def _is_selector(value: Json) -> bool:
    """Whether a value is a selector: names and positions with dots between them, a name first."""
    steps = value.split(".") if isinstance(value, str) else [""]
    return all(_STEP(step) or (step and not set("[]") & set(step)) for step in steps) and not _STEP(steps[0])


def markings_of(content: Content) -> list[str] | None:
    """The markings of the whole object; None when they cannot be understood."""
    refs = content.get("object_marking_refs", [])
    return refs if isinstance(refs, list) and all(is_id(ref) for ref in refs) else None


def references(content: Content) -> Iterator[tuple[Path, str]]:
    """Every id anywhere in the object, but for its own `id` and the names of its extensions."""
    for path, value in leaves(content):
        if path[0] != "id":
            for target in sorted(ids_in_value(path, value) | ids_in_names(path)):
                yield path, target


def ids_in_value(path: Path, value: Json) -> set[str]:
    """Every id in the value at a path; in a selector, those that a name would have."""
    if not isinstance(value, str):
        return set()
    is_selector = path[0] == "granular_markings" and path[2:3] == ("selectors",)
    return ids_in_names(selector_path(value)) if is_selector else ids_in(value)


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


def granular_markings_on(content: Content, path: Path) -> list[str]:
    """The granular markings on a path or on what it lies in; a language is none."""
    return [
        entry.marking
        for entry in granular_of(content) or []
        if entry.marking is not None and any(covers(selected, path) for selected in entry.paths)
    ]


def is_dead_selector(content: Content, path: Path) -> bool:
    """Whether a path leads to a selector that names nothing in the object."""
    if path[0] != "granular_markings" or path[2:3] != ("selectors",):
        return False
    return not names_something(content, selector_path(content["granular_markings"][path[1]]["selectors"][path[3]]))


def names_something(content: Content, path: Path) -> bool:
    """Whether a path leads to something in the object."""
    node: Json = content
    for step in path:
        is_there = step in node if isinstance(node, Mapping) else isinstance(node, list) and step in range(len(node))
        if not is_there:
            return False
        node = node[step]
    return True


@dataclass
class Remains:
    """What stayed of an object, and where each node that stayed now is."""

    content: dict[str, Any]
    moved: dict[Path, Path]


def cut(content: Content, keeps: Callable[[Path, Json], tuple[bool, Json]], rename: Callable[[str], str]) -> Remains:
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
            stays, kept = prune(child, (*old, name), (*new, rename(name)))
            if stays:
                kept_names[rename(name)] = kept
        if (not kept_names and old) or _says_nothing(value, kept_names, old):
            moved.clear()
            moved.update(before)
            return False, {}
        moved[old] = new
        return True, kept_names

    _, kept = prune(content, (), ())
    return Remains(dict(kept), moved)


def _says_nothing(before: Mapping[str, Json], after: Mapping[str, Json], path: Path) -> bool:
    """Whether an entry of a list lacks what it needs after a cut, or an extension has nothing but its type left."""
    if not path or len(after) == len(before):
        return False
    if path[0] == "extensions" and len(path) == 2:
        return set(after) == {"extension_type"} or ("extension_type" in before and "extension_type" not in after)
    if path[0] == "extensions" and path[2:3] == ("basis",) and len(path) == 4:
        return True
    if len(path) != 2 or path[0] not in tables.NESTED:
        return False
    _, needed, one_of = tables.NESTED[str(path[0])]
    return any(name not in after for name in needed) or not (one_of & set(after) or not one_of)


def rewrite_granular(content: Content, remains: Remains, rename: Callable[[str], str]) -> list[dict[str, Any]]:
    """The granular markings for what stayed: dead selectors gone, list positions as they are now."""
    written = []
    for position, entry in enumerate(content.get("granular_markings") or []):
        stated = {
            name: rename(value)
            for name, value in entry.items()
            if name != "selectors" and ("granular_markings", position, name) in remains.moved
        }
        alive = [remains.moved[path] for path in map(selector_path, entry["selectors"]) if path in remains.moved]
        if alive and stated:
            written.append({**stated, "selectors": [selector_text(path) for path in alive]})
    return written


def selector_text(path: Path) -> str:
    """The selector of a path."""
    return ".".join(f"[{step}]" if isinstance(step, int) else step for step in path)
