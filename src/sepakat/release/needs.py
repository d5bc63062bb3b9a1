"""What a version cannot lose without being lost: required properties, id-contributing values, the last of a list.

Turns the restricted nodes and the references of a version into conditions: masks that must match, ids that must be
in, and trees of which something must remain. Whatever else is cut leaves a valid object. STIX 2.1 section 2.9 and the
tables of chapters 4 to 7; DESIGN section 4, rules 5, 6, 7 and 9.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sepakat.release.versions import Edge, Need, Unit, Version
from sepakat.stix.identifiers import ID_CONTRIBUTING
from sepakat.stix.selectors import Path, covers, value_at
from sepakat.stix.standard import (
    AT_LEAST_ONE,
    COMMON_PROPERTIES,
    NEEDS_SOMETHING,
    category_of,
    required_properties,
)

Names = Collection[str | int]

_TIMES = frozenset({"created", "modified"})
"""Required of all that has versions, custom types too; a variant's own times show those of the original."""

_MARKINGS = frozenset({"object_marking_refs", "granular_markings"})
"""What cannot be read of these cannot be cut either: the object would go under weaker terms."""


def fill_needs(version: Version) -> None:
    """Work out the conditions of a version from its units and references."""
    required, contributing = _required(version), _contributing(version)
    version.targets = tuple(dict.fromkeys(edge.target for edge in version.edges))
    version.required_slots = tuple(_required_units(version, required, contributing))
    needed = [
        edge
        for edge in version.edges
        if _is_needed(edge, required, contributing) or _is_summed_up(edge.path, version, required)
    ]
    version.needed_targets = frozenset(edge.target for edge in needed)
    version.whole_targets = frozenset(edge.target for edge in needed if edge.must_be_whole)
    deep = {path[0] for path in _restricted(version) if len(path) > 1}
    needs = [_need_of(version, (name,)) for name in sorted((required - contributing) & deep)]
    needs.extend(_any_of(version, group) for group in _groups(version))
    version.needs = tuple(need for need in needs if need is not None)


def vital_paths(version: Version) -> frozenset[Path]:
    """The restricted nodes of a version without which it is nothing."""
    required, contributing = _required(version), _contributing(version)
    return frozenset(unit.path for unit in version.units if _is_vital(unit.path, version, required, contributing))


def _restricted(version: Version) -> Iterator[Path]:
    for unit in version.units:
        yield unit.path
    for edge in version.edges:
        yield edge.path


def _groups(version: Version) -> Iterator[tuple[str, ...]]:
    """Groups of properties of which one must be there, as far as something of them is restricted."""
    groups = AT_LEAST_ONE.get(version.type, ())
    if not groups and version.type not in NEEDS_SOMETHING:
        return
    content = version.held.object.content
    if version.type in NEEDS_SOMETHING:
        common = COMMON_PROPERTIES[category_of(version.type)]
        groups = (*groups, tuple(name for name in content if name not in common))
    for group in groups:
        present = tuple(name for name in group if name in content)
        if present:
            yield present


def _contributing(version: Version) -> frozenset[str]:
    return frozenset(ID_CONTRIBUTING.get(version.type, ())) & version.held.object.content.keys()


def _required(version: Version) -> frozenset[str]:
    content = version.held.object.content
    required = (required_properties(version.type) | _TIMES) & content.keys()
    if version.type == "malware" and content.get("is_family") is True:
        # Section 4.11: a family must have a name, a single sample need not.
        required |= {"name"} & content.keys()
    return frozenset(required)


def _is_vital(path: Path, version: Version, required: Names, contributing: Names) -> bool:
    if path[0] in contributing or (path[0] in required and len(path) == 1) or path[0] in _MARKINGS:
        return True
    return bool(version.aggregates) and _is_summed_up(path, version, required)


def _required_units(version: Version, required: Names, contributing: Names) -> Iterator[int]:
    for unit in version.units:
        if _is_vital(unit.path, version, required, contributing):
            # A pseudonym stands in for the name of a person, so there the name is not lost.
            is_name = unit.path == ("name",)
            yield unit.slots | (version.pseudonym_slots if is_name else 0)


def _is_needed(edge: Edge, required: Names, contributing: Names) -> bool:
    name = edge.path[0]
    if edge.strength == "required" or name in contributing:
        return True
    return edge.strength == "embedded" and len(edge.path) == 1 and name in required


def _is_summed_up(path: Path, version: Version, required: Names) -> bool:
    """Whether a required value sums up the list that a node stands in: then nothing of the list can be cut."""
    return any(
        len(value) == 1 and value[0] in required and (covers(listed, path) or covers(path, listed))
        for value, listed in version.aggregates
    )


def _need_of(version: Version, path: Path, *, with_itself: bool = False) -> Need | None:
    """The condition that something remains of what lies at a path; None where nothing of it is restricted.

    What restricts the property itself stands in `required_slots` already, unless `with_itself`.
    """
    least = len(path) if with_itself else len(path) + 1
    units = [unit for unit in version.units if len(unit.path) >= least and covers(path, unit.path)]
    edges = [edge for edge in version.edges if len(edge.path) >= least and covers(path, edge.path)]
    if not units and not edges:
        return None
    return _tree(value_at(version.held.object.content, path), path, units, edges)


def _tree(value: Any, path: Path, units: list[Unit], edges: list[Edge]) -> Need:
    """The tree below one node: only nodes with something restricted below them branch."""
    here = tuple(unit.slots for unit in units if len(unit.path) == len(path))
    edges_here = tuple(edge for edge in edges if len(edge.path) == len(path))
    below_units: dict[str | int, list[Unit]] = {}
    below_edges: dict[str | int, list[Edge]] = {}
    for unit in units:
        if len(unit.path) > len(path):
            below_units.setdefault(unit.path[len(path)], []).append(unit)
    for edge in edges:
        if len(edge.path) > len(path):
            below_edges.setdefault(edge.path[len(path)], []).append(edge)
    steps: list[str | int] = []
    if isinstance(value, Mapping):
        steps.extend(value)
    elif isinstance(value, list | tuple):
        steps.extend(range(len(value)))
    restricted = {*below_units, *below_edges}
    if not restricted or any(step not in restricted for step in steps):
        return Need(str(path[0]), here, edges_here)
    children = tuple(
        _tree(value[step], (*path, step), below_units.get(step, []), below_edges.get(step, [])) for step in steps
    )
    return Need(str(path[0]), here, edges_here, children=children)


def _any_of(version: Version, group: tuple[str, ...]) -> Need | None:
    """The condition that one property of a group remains; None where one of them always does."""
    needs = [_with_ties(version, name) for name in group]
    present = tuple(need for need in needs if need is not None)
    return Need(" or ".join(group), children=present) if len(present) == len(needs) else None


def _with_ties(version: Version, name: str) -> Need | None:
    """The condition that a property remains, and all that it may not stand without."""
    names, waiting = {name}, [name]
    while waiting:
        here = waiting.pop()
        for one, other in version.ties:
            if one == here and other not in names:
                names.add(other)
                waiting.append(other)
    needs = [_need_of(version, (each,), with_itself=True) for each in sorted(names)]
    present = tuple(need for need in needs if need is not None)
    return Need(name, besides=present) if present else None
