"""The cut: what of a version is taken out in one view, and what remains of it.

Takes out every node that no matching clause makes readable and every reference that is not in the view; then whatever
has become empty, invalid or a sum over something missing; then rewrites `granular_markings` to what is left, so that
no selector names what is gone. Runs after the fixpoint, never before. DESIGN section 4, rule 7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.compiled import Compiled
from sepakat.release.versions import Version
from sepakat.stix.identifiers import StixId
from sepakat.stix.selectors import Path, covers, nodes, parse_selector, path_text, selector_text, value_at
from sepakat.stix.standard import PREDEFINED_EXTENSIONS, STRUCTURES, Properties, properties_of

GONE: Final = object()
_MISSING = object()
_SAYS_SOMETHING = frozenset({"description", "url", "external_id"})


@dataclass(frozen=True, slots=True)
class Cut:
    """What is taken out of a version in one view."""

    paths: frozenset[Path]
    name_is_replaced: bool = False
    """A person goes under a pseudonym."""


@dataclass(slots=True)
class Remainder:
    """What is left after a cut: the content, every node that is gone, and where list items have moved."""

    content: dict[str, Any]
    gone: set[Path] = field(default_factory=set)
    moved: dict[Path, dict[str | int, str | int]] = field(default_factory=dict)
    """By the path of a list or object: what became of its positions and names, where they changed."""

    def path_of(self, path: Path) -> Path | None:
        """Where a node of the original is now; None when it is gone."""
        now: list[str | int] = []
        for depth, step in enumerate(path):
            if path[: depth + 1] in self.gone:
                return None
            now.append(self.moved.get(path[:depth], {}).get(step, step))
        return tuple(now)


def cut_of(world: Compiled, version: Version, view: int) -> Cut:
    """What must be taken out of a version that is in `view` (a set of one) as a variant."""
    readable = version.matched & world.clauses.may_go_cut & world.slots.spread(view)
    paths: set[Path] = set()
    replaced = False
    for unit in version.units:
        if not unit.slots & readable:
            if unit.path == ("name",) and version.pseudonym_slots & readable:
                replaced = True
            else:
                paths.add(unit.path)
    for edge in version.edges:
        if edge.path == ("created_by_ref",) and not edge.must_be_whole:
            # The giver stands there instead of a creator; what must be whole is a marking on it.
            continue
        target = world.held.get(edge.target)
        if target is None or not (target.whole if edge.must_be_whole else target.present) & view:
            paths.add(edge.path)
    for value, listed in version.aggregates:
        if any(covers(listed, path) or covers(path, listed) for path in paths):
            paths.add(value)
    for _ in version.ties:
        paths.update((name,) for name, other in version.ties if (other,) in paths)
    return Cut(frozenset(paths), replaced)


def remainder_of(
    version: Version, cut: Cut, renamed: Mapping[Path, Mapping[StixId, StixId]] | None = None
) -> Remainder:
    """What remains of a version; `renamed` gives new ids for the references at a path."""
    content = version.held.object.content
    work = _Rebuild(version.type, cut.paths, renamed or {})
    remainder = Remainder({}, work.gone, work.moved)
    rebuilt = work.mapping(content, (), properties_of(version.type))
    remainder.content = rebuilt if isinstance(rebuilt, dict) else {}
    if "granular_markings" in remainder.content:
        entries = _granular_markings(content, remainder)
        del remainder.content["granular_markings"]
        if entries:
            remainder.content["granular_markings"] = entries
    return remainder


def left_out(version: Version, cut: Cut) -> tuple[str, ...]:
    """Selectors of what a cut leaves out, in the order of the object; what lies in it is not named again."""
    gone = remainder_of(version, cut).gone
    touched = {path[0] for path in gone}
    found: list[str] = []
    for name, value in version.held.object.content.items():
        if (name,) in gone:
            found.append(path_text((name,)))
        elif name in touched:
            below = ((name, *path) for path, _ in nodes(value))
            found += [path_text(path) for path in below if path in gone and not _lies_in(path, gone)]
    return tuple(found)


def _lies_in(path: Path, gone: set[Path]) -> bool:
    return any(path[:depth] in gone for depth in range(1, len(path)))


def _granular_markings(content: Mapping[str, Any], remainder: Remainder) -> list[dict[str, Any]]:
    """The granular markings of what is left, with the selectors of where it is now."""
    entries: list[dict[str, Any]] = []
    for position, entry in enumerate(content["granular_markings"] or ()):
        here = remainder.path_of(("granular_markings", position))
        if here is None:
            continue
        left = value_at(remainder.content, here)
        selectors = []
        for place, selector in enumerate(entry["selectors"]):
            path = parse_selector(selector)
            is_there = value_at(content, path, _MISSING) is not _MISSING
            now = remainder.path_of(path) if is_there else None
            if now is not None and ("granular_markings", position, "selectors", place) not in remainder.gone:
                selectors.append(selector_text(now))
        if selectors and ("marking_ref" in left or "lang" in left):
            entries.append({**left, "selectors": selectors})
    return entries


@lru_cache(maxsize=1 << 12)
def _named(identifier: StixId) -> re.Pattern[str]:
    """Where a text names an id, in any case of letters."""
    return re.compile(rf"(?<![a-z0-9-]){re.escape(identifier)}", re.IGNORECASE)


class _Rebuild:
    """Builds a content again without what is cut; parts that nothing touches are taken over as they are."""

    def __init__(self, type_name: str, cut: frozenset[Path], renamed: Mapping[Path, Mapping[StixId, StixId]]) -> None:
        self._type = type_name
        self._cut = cut
        self._renamed = renamed
        self._touched = {here for path in (*cut, *renamed) for here in accumulate((step,) for step in path)}
        self.gone: set[Path] = set()
        self.moved: dict[Path, dict[str | int, str | int]] = {}

    def node(self, value: Any, path: Path, table: Properties) -> Any:
        """What remains of one node of a structure of the standard (or of none); `GONE` for nothing."""
        if path in self._cut:
            self.gone.add(path)
            return GONE
        if path not in self._touched:
            return value
        if isinstance(value, Mapping):
            rebuilt = self.mapping(value, path, table)
        elif isinstance(value, list | tuple):
            rebuilt = self._sequence(value, path, table)
        else:
            rebuilt = self._text(value, path)
        if rebuilt is GONE:
            self.gone.add(path)
        return rebuilt

    def mapping(self, value: Mapping[str, Any], path: Path, table: Properties) -> Any:
        """What remains of an object; `GONE` where it would be empty, or lack what its structure requires."""
        kept: dict[str, Any] = {}
        lost: set[str] = set()
        for name, child in value.items():
            here = (*path, name)
            rebuilt = self.node(child, here, self._table_below(path, name, table))
            if rebuilt is GONE:
                lost.add(name)
            else:
                now = self._text(name, here)
                kept[now] = rebuilt
                if now != name:
                    self.moved.setdefault(path, {})[name] = now
        if path and lost and (not kept or self._is_broken(path, kept, lost, table)):
            return GONE
        return kept

    def _sequence(self, value: list[Any] | tuple[Any, ...], path: Path, table: Properties) -> Any:
        kept: list[Any] = []
        moved: dict[str | int, str | int] = {}
        for position, child in enumerate(value):
            rebuilt = self.node(child, (*path, position), table)
            if rebuilt is not GONE:
                moved[position] = len(kept)
                kept.append(rebuilt)
        self.moved[path] = moved
        return kept if kept or not value else GONE

    def _text(self, value: Any, path: Path) -> Any:
        """A text with the ids in it that have new ones, in any case of letters; other values as they are."""
        names = self._renamed.get(path)
        if not names or not isinstance(value, str):
            return value
        if value in names:
            return names[StixId(value)]
        for old, new in names.items():
            value = _named(old).sub(new, value)
        return value

    def _table_below(self, path: Path, name: str, table: Properties) -> Properties:
        """The structure that the standard defines for what stands under a name; empty where it defines none."""
        if path == ("extensions",):
            return PREDEFINED_EXTENSIONS.get(self._type, {}).get(name, {})
        return STRUCTURES.get(table[name].structure, {}) if name in table else {}

    def _is_broken(self, path: Path, kept: Mapping[str, Any], lost: set[str], table: Properties) -> bool:
        if any(rule.is_required and name in lost for name, rule in table.items()):
            return True
        match path[:-1]:
            case ("extensions", name, "basis") if name == CLAIM_EXTENSION:
                # Half an entry of a basis would say something else: without its role, say, or without its span.
                return True
            case ("external_references",):
                return _SAYS_SOMETHING.isdisjoint(kept)
            case ("extensions",):
                return "extension_type" in lost or kept.keys() <= {"extension_type"}
        return False
