"""Which properties an object cannot do without: required ones, those that make up its id, and groups of either.

Looks at the content of one object and the tables of the standard alone. STIX 2.1 section 2.9 and the tables of
chapters 4 to 7; DESIGN section 4, rules 5, 6, 7 and 9.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

from sepakat.release.versions import Edge
from sepakat.stix.identifiers import ID_CONTRIBUTING
from sepakat.stix.selectors import Path, covers
from sepakat.stix.standard import (
    AT_LEAST_ONE,
    COMMON_PROPERTIES,
    NEEDS_SOMETHING,
    category_of,
    required_properties,
)

Names: TypeAlias = Collection[str | int]
Aggregates: TypeAlias = tuple[tuple[Path, Path], ...]
"""(value, list that it sums up)."""

_NONE: frozenset[str] = frozenset()

_TIMES = frozenset({"created", "modified"})
"""Required of all that has versions, custom types too; a variant's own times show those of the original."""

_MARKINGS = frozenset({"object_marking_refs", "granular_markings"})
"""What cannot be read of these cannot be cut either: the object would go under weaker terms."""


def groups_of(kind: str, content: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Groups of properties of an object of which one must be there."""
    groups = AT_LEAST_ONE.get(kind, ())
    if kind in NEEDS_SOMETHING:
        common = COMMON_PROPERTIES[category_of(kind)]
        groups = (*groups, tuple(name for name in content if name not in common))
    for group in groups:
        present = tuple(name for name in group if name in content)
        if present:
            yield present


def contributing_names(kind: str, content: Mapping[str, Any]) -> frozenset[str]:
    """The properties of an object that make up its id."""
    return _NONE if kind not in ID_CONTRIBUTING else frozenset(ID_CONTRIBUTING[kind]) & content.keys()


def required_names(kind: str, content: Mapping[str, Any]) -> frozenset[str]:
    """The properties of an object that it must keep."""
    required = (required_properties(kind) | _TIMES) & content.keys()
    if kind == "malware" and content.get("is_family") is True:
        # Section 4.11: a family must have a name, a single sample need not.
        required |= {"name"} & content.keys()
    return frozenset(required)


def is_vital(path: Path, aggregates: Aggregates, required: Names, contributing: Names) -> bool:
    """Whether an object is lost with a node."""
    if path[0] in contributing or (path[0] in required and len(path) == 1) or path[0] in _MARKINGS:
        return True
    return bool(aggregates) and is_summed_up(path, aggregates, required)


def is_needed(edge: Edge, required: Names, contributing: Names) -> bool:
    """Whether an object is lost with what it names by an edge."""
    name = edge.path[0]
    if edge.strength == "required" or name in contributing:
        return True
    return edge.strength == "embedded" and len(edge.path) == 1 and name in required


def is_summed_up(path: Path, aggregates: Aggregates, required: Names) -> bool:
    """Whether a required value sums up the list that a node stands in: then nothing of the list can be cut."""
    return any(
        len(value) == 1 and value[0] in required and (covers(listed, path) or covers(path, listed))
        for value, listed in aggregates
    )
