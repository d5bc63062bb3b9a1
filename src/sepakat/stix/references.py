"""Which other objects an object refers to, where, and how much it needs them.

Every id anywhere counts: in the reference properties of the standard, and inside strings, patterns, dictionaries,
extensions, custom properties and names of dictionary entries (`embedded`). What the object is marked with and which
extensions it uses are given apart, since they follow other rules; anything else that stands there counts here. The
object's own `id` property is no reference; its id in another place is. STIX 2.1 chapters 3 to 7; which property
refers to what is in `standard`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import orjson

from sepakat.stix.identifiers import StixId, ids_in_text, is_stix_id, type_of
from sepakat.stix.selectors import Path
from sepakat.stix.standard import TYPES

Strength = Literal["required", "optional", "required-item", "optional-item", "embedded"]

# One of these lists has to be there in a sense that the tables cannot say: an observed-data object without
# `object_refs` observes nothing, so losing all of them is losing the object.
_REQUIRED_LISTS = frozenset({("observed-data", "object_refs")})
_OF_ITEMS: frozenset[Strength] = frozenset({"required-item", "optional-item"})
# Selectors name extensions by the ids of their definitions.
_MARKING_TYPES = frozenset({"marking-definition", "extension-definition"})
_MARKINGS = frozenset({"object_marking_refs", "granular_markings"})
_OF_MARKINGS, _OF_NAME = "of markings", "of a name"
_OF_LISTS = frozenset({*_OF_ITEMS, _OF_MARKINGS})
# `\u002d`, in either case of the last letter.
_ESCAPED_HYPHEN = b"\\u002"
# Half as long again as it takes to count them without an expression.
_pairs_of_hyphens = re.compile(rb"--").findall

_Plan: TypeAlias = tuple[tuple[str, Path, str | None], ...]


class Reference(NamedTuple):
    """One reference: the path of the value that holds it, the id it names, and how much the object needs it."""

    path: Path
    target: StixId
    strength: Strength


def references(content: Mapping[str, Any], written: bytes = b"") -> tuple[Reference, ...]:
    """Every reference of an object except to its markings and extension definitions, in the order of the text.

    `written` is the object as JSON, where that is at hand: it tells soon that nothing but reference properties names
    anything.
    """
    kind = content.get("type")
    shape = (kind if isinstance(kind, str) else "", tuple(content))
    declared = _in_reference_properties(content, shape, written) if written else None
    return _all(content, _plan(*shape)) if declared is None else declared


def _in_reference_properties(
    content: Mapping[str, Any], shape: tuple[str, tuple[str, ...]], written: bytes
) -> tuple[Reference, ...] | None:
    """The references in properties that are named as such, where nothing else names anything; None where unsure.

    Every id has two hyphens in a row, once: where they are not written more often than in the ids that stand where
    ids belong, no other text holds one. A hyphen can be written as an escape too.
    """
    plan = _quick_plan(*shape)
    if plan is None or not is_stix_id(content.get("id")):
        return None
    found: list[Reference] = []
    ids = 1
    for name, path, strength in plan:
        value = content[name]
        if strength not in _OF_LISTS:
            if not is_stix_id(value):
                return None
            found.append(Reference(path, value, cast(Strength, strength)))
            ids += 1
        elif type(value) is not list:
            return None
        elif strength == _OF_MARKINGS:
            if not all(map(_is_marking_id, value)):
                return None
            ids += len(value)
        elif all(map(is_stix_id, value)):
            found += [Reference((*path, place), item, cast(Strength, strength)) for place, item in enumerate(value)]
            ids += len(value)
        else:
            return None
    has_escapes = b"\\" in written and _ESCAPED_HYPHEN in written
    return None if has_escapes or len(_pairs_of_hyphens(written)) != ids else tuple(found)


@lru_cache(maxsize=1 << 12)
def _quick_plan(kind: str, names: tuple[str, ...]) -> _Plan | None:
    """Of the plan, what is named as a reference; None where a name or a granular marking asks for a closer look."""
    plan = _plan(kind, names)
    if "granular_markings" in names or any(strength == _OF_NAME for _, _, strength in plan):
        return None
    return tuple(
        (name, path, strength or "embedded") for name, path, strength in plan if strength or name.endswith("_ref")
    )


def _all(content: Mapping[str, Any], plan: _Plan) -> tuple[Reference, ...]:
    found: list[Reference] = []
    for name, path, strength in plan:
        value = content[name]
        if strength is None:
            if type(value) is str:
                if "--" in value:
                    _embedded_in_text(value, path, found)
            elif isinstance(value, dict | list | tuple) and _may_hold_ids(value):
                _embedded(value, path, found, is_extensions=name == "extensions")
        elif strength == _OF_MARKINGS:
            _beside_markings(value, path, found)
        elif strength == _OF_NAME:
            _embedded_in_text(name, path, found)
        else:
            _declared(value, path, cast(Strength, strength), found)
    return tuple(found)


# Objects of one kind and source have the same properties in the same order.
@lru_cache(maxsize=1 << 12)
def _plan(kind: str, names: tuple[str, ...]) -> _Plan:
    """What is to be looked at, in order: a property, its path, and what its table says of it."""
    known = _STRENGTHS.get(kind, _CUSTOM_STRENGTHS)
    found: list[tuple[str, Path, str | None]] = []
    for name in names:
        if name in _MARKINGS:
            found.append((name, (name,), _OF_MARKINGS))
        elif name != "id":
            if "--" in name:
                found.append((name, (name,), _OF_NAME))
            found.append((name, (name,), known.get(name)))
    return tuple(found)


def marking_references(content: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The markings of an object: items of `object_marking_refs`, and `marking_ref` of each granular marking.

    What stands there but is no id gives no reference; `validation` reports it, and whoever decides on release has to
    treat a marking that cannot be read as one that nobody may pass.
    """
    found: list[Reference] = []
    whole = content.get("object_marking_refs")
    if isinstance(whole, list | tuple):
        for position, target in enumerate(whole):
            if is_stix_id(target):
                found.append(Reference(("object_marking_refs", position), target, "optional-item"))
    granular = content.get("granular_markings")
    if isinstance(granular, list | tuple):
        for position, entry in enumerate(granular):
            if isinstance(entry, Mapping) and is_stix_id(entry.get("marking_ref")):
                path = ("granular_markings", position, "marking_ref")
                found.append(Reference(path, entry["marking_ref"], "optional"))
    return tuple(found)


def extension_references(content: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The extension definitions that an object uses: the names of entries of `extensions` that are ids."""
    extensions = content.get("extensions")
    if not isinstance(extensions, Mapping):
        return ()
    return tuple(Reference(("extensions", name), StixId(name), "embedded") for name in extensions if is_stix_id(name))


def targets(content: Mapping[str, Any]) -> frozenset[StixId]:
    """The ids that `references` finds, without places."""
    return frozenset(reference.target for reference in references(content))


def _is_extension_id(text: str) -> bool:
    return type_of(text) == "extension-definition" and is_stix_id(text)


def _is_marking_id(value: object) -> bool:
    return type(value) is str and value.startswith("marking-definition--") and is_stix_id(value)


def _beside_markings(value: Any, path: Path, found: list[Reference]) -> None:
    """What stands among the markings but is none: another id put there must not pass unseen."""
    if isinstance(value, list) and all(map(_is_marking_id, value)):
        return
    among: list[Reference] = []
    _embedded(value, path, among)
    found.extend(reference for reference in among if type_of(reference.target) not in _MARKING_TYPES)


def _declared(value: Any, path: Path, strength: Strength, found: list[Reference]) -> None:
    """A reference property of the standard; a value of another form than it asks for counts as embedded."""
    if type(value) is str and strength not in _OF_ITEMS and is_stix_id(value):
        found.append(Reference(path, StixId(value), strength))
        return
    is_list = strength in _OF_ITEMS
    if is_list and isinstance(value, list | tuple):
        for position, item in enumerate(value):
            _target(item, (*path, position), strength, found)
    elif is_list:
        _embedded(value, path, found)
    else:
        _target(value, path, strength, found)


def _target(value: Any, path: Path, strength: Strength, found: list[Reference]) -> None:
    if type(value) is str:
        if is_stix_id(value):
            found.append(Reference(path, StixId(value), strength))
        else:
            _embedded_in_text(value, path, found)
    else:
        _embedded(value, path, found)


def _may_hold_ids(value: Any) -> bool:
    """Whether two hyphens stand anywhere in a value; written out it tells that far sooner than a walk does."""
    try:
        return b"--" in orjson.dumps(value)
    except TypeError:
        return True


def _embedded_in_text(text: str, path: Path, found: list[Reference]) -> None:
    found.extend(Reference(path, target, "embedded") for target in ids_in_text(text))


def _embedded(value: Any, path: Path, found: list[Reference], *, is_extensions: bool = False) -> None:
    """Ids at any depth of a value of another property; a stack of our own, so that no depth can break us."""
    stack: list[tuple[Any, Path]] = [(value, path)]
    while stack:
        node, here = stack.pop()
        if type(node) is str:
            if "--" in node:
                _embedded_in_text(node, here, found)
        elif isinstance(node, list | tuple):
            stack.extend([(item, (*here, position)) for position, item in enumerate(node)][::-1])
        elif isinstance(node, Mapping):
            for name in node:
                if "--" in name and not (is_extensions and len(here) == 1 and _is_extension_id(name)):
                    _embedded_in_text(name, (*here, name), found)
            stack.extend([(item, (*here, name)) for name, item in node.items()][::-1])


def _strengths() -> dict[str, dict[str, Strength]]:
    tables: dict[str, dict[str, Strength]] = {}
    for kind, definition in TYPES.items():
        # Observables have no creator by the standard, but producers may version them as others (section 3.6).
        table: dict[str, Strength] = dict(_CUSTOM_STRENGTHS)
        for name, rule in definition.properties.items():
            if not rule.is_reference or name in _MARKINGS:
                continue
            is_required = rule.is_required or (kind, name) in _REQUIRED_LISTS
            if rule.is_list:
                table[name] = "required-item" if is_required else "optional-item"
            else:
                table[name] = "required" if is_required else "optional"
        tables[kind] = table
    return tables


_CUSTOM_STRENGTHS: dict[str, Strength] = {"created_by_ref": "optional"}
_STRENGTHS = _strengths()
