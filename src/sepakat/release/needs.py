"""What a version cannot lose without being lost: required properties, id-contributing values, the last of a list.

Turns the restricted nodes and the references of a version into conditions: masks that must match, ids that must be
in, and trees of which something must remain. Whatever else is cut leaves a valid object. STIX 2.1 section 2.9 and the
tables of chapters 4 to 7; DESIGN section 4, rules 5, 6, 7 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.release.object_facts import Parts
from sepakat.release.versions import Edge, Need, Unit, Version
from sepakat.release.vital import contributing_names, is_vital, required_names
from sepakat.stix.selectors import Path, covers, value_at


def fill_needs(version: Version, parts: Parts) -> None:
    """Work out the conditions of a version from its units and references; `required_slots` are there already."""
    deep = parts.deep
    if version.cut_within:
        deep = deep | (version.cut_within & (parts.required - parts.contributing))
    if deep or parts.groups:
        needs = [_need_of(version, (name,)) for name in sorted(deep)]
        needs.extend(_any_of(version, group) for group in parts.groups)
        version.needs = tuple(need for need in needs if need is not None)
    else:
        version.needs = ()


def vital_paths(version: Version) -> frozenset[Path]:
    """The restricted nodes of a version without which it is nothing."""
    content = version.held.object.content
    required, contributing = required_names(version.type, content), contributing_names(version.type, content)
    return frozenset(
        unit.path for unit in version.units if is_vital(unit.path, version.aggregates, required, contributing)
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
    names = {name}
    for _ in version.ties:
        names.update([other for one, other in version.ties if one in names])
    needs = [_need_of(version, (each,), with_itself=True) for each in sorted(names)]
    present = tuple(need for need in needs if need is not None)
    return Need(name, besides=present) if present else None
