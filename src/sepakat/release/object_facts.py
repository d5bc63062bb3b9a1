"""What the engine reads of one object alone, whoever asks and when: worked out once and kept with the object.

Two halves: what every decision looks at (`reading_of`), and what only a version needs that some clause lets through
(`parts_of`): its references as edges, its markings of parts, and what it cannot lose. Nothing here knows a world; a
`ValueError` means that the object cannot be read, and what cannot be read is out (DESIGN section 4, fail closed).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sepakat.agreements.topics import folded
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.claim_facts import ClaimFacts, claim_facts
from sepakat.release.fields import SOURCE_PATH, custom_parts
from sepakat.release.times import stated
from sepakat.release.versions import Edge, ScaffoldReference
from sepakat.release.vital import (
    Aggregates,
    contributing_names,
    groups_of,
    is_needed,
    is_summed_up,
    required_names,
)
from sepakat.stix.identifiers import StixId, is_stix_id
from sepakat.stix.markings import granular
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.references import Reference, extension_references, references
from sepakat.stix.selectors import Path, value_at
from sepakat.stix.standard import AGGREGATES, NEEDS, TOGETHER

RELATIONSHIPS = frozenset({"relationship", "sighting"})
# What a sighting connects is what was seen and where; observed data is what shows it.
_END_PROPERTIES = ("source_ref", "target_ref", "sighting_of_ref", "where_sighted_refs")
_LINEAGE: Path = ("extensions", CLAIM_EXTENSION, "lineage")
_MISSING = object()
_NO_NAMES: Final[frozenset[str]] = frozenset()


@dataclass(slots=True)
class Reading:
    """What every decision looks at. Instants are microseconds, None where the object states none."""

    ref: VersionRef
    id: StixId
    type: str
    created: int | None
    modified: int | None
    creator: str | None
    claim: ClaimFacts | None
    references: tuple[Reference, ...]
    named: tuple[StixId, ...]
    """The ids that it names by a reference property."""
    names: tuple[str, ...]
    """Its name and aliases, folded as topics compare them."""
    labels: tuple[str, ...]
    ends: tuple[StixId, ...]
    """What a relationship or sighting connects."""
    markings: tuple[StixId, ...] | None
    """The markings on the whole object; None where they cannot be read."""
    is_individual: bool


class Connection(NamedTuple):
    """One place where an object names another: edges if that can be out, a reference to scaffold if it cannot."""

    target: StixId
    edges: tuple[Edge, ...]
    needed: tuple[Edge, ...]
    """Those of the edges with which the object is lost."""
    as_scaffold: ScaffoldReference


@dataclass(slots=True)
class MarkedPart:
    """One granular marking that restricts: its paths, which of them lead to something, and the marking."""

    paths: tuple[Path, ...]
    are_there: tuple[bool, ...]
    marking: StixId | None
    """None for one that states a language only."""


@dataclass(slots=True)
class Parts:
    """What a version is made of, as far as rules ask about parts."""

    names: tuple[str, ...]
    required: frozenset[str]
    contributing: frozenset[str]
    groups: tuple[tuple[str, ...], ...]
    """Groups of properties of which one has to remain."""
    connections: tuple[Connection, ...]
    deep: frozenset[str]
    """Required properties with a reference somewhere below them."""
    source_names: tuple[object, ...]
    """Of each external reference."""
    custom: tuple[Path, ...]
    """Nodes inside properties of the standard that are not the standard's."""
    extensions: tuple[str, ...] | None
    """Names of the extensions; None where `extensions` is no object."""
    claim_source: tuple[str, ...]
    marked: tuple[MarkedPart, ...]
    aggregates: Aggregates
    ties: tuple[tuple[str, str], ...]

    @property
    def is_plain(self) -> bool:
        """Whether names and external references say all that rules on parts can restrict."""
        return not (self.custom or self.marked or self.claim_source or self.aggregates) and self.extensions == ()


def reading_of(made: StixObject) -> Reading:
    """The half that every decision looks at.

    Raises:
        ValueError: something that a rule reads has a wrong type or form.
    """
    return made.kept(_reading)


def parts_of(made: StixObject) -> Parts:
    """The half that only a version needs that some clause lets through.

    Raises:
        ValueError: a granular marking cannot be read, so that nobody knows what it restricts.
    """
    return made.kept(_parts)


def derivation_of(content: Mapping[str, Any]) -> tuple[StixId, StixId] | None:
    """What derives from what by a `derived-from` relationship; None for any other."""
    if content.get("relationship_type") != "derived-from":
        return None
    source, target = content.get("source_ref"), content.get("target_ref")
    if isinstance(source, str) and isinstance(target, str):
        return StixId(source), StixId(target)
    return None


def translation_of(content: Mapping[str, Any]) -> tuple[StixId, ...]:
    """What a `language-content` translates."""
    target = content.get("object_ref")
    return (StixId(target),) if isinstance(target, str) else ()


def _reading(made: StixObject) -> Reading:
    content = made.content
    kind = made.type
    found = references(content, made.raw)
    creator = content.get("created_by_ref")
    return Reading(
        ref=made.version_ref,
        id=made.id,
        type=kind,
        created=stated(content.get("created")),
        modified=stated(content.get("modified")),
        creator=creator if isinstance(creator, str) else None,
        claim=claim_facts(content) if "extensions" in content else None,
        references=found,
        named=tuple(dict.fromkeys([each.target for each in found if each.strength != "embedded" or _names(each)])),
        names=_folded_names(content),
        labels=tuple([label for label in _list(content["labels"]) if isinstance(label, str)])
        if "labels" in content
        else (),
        ends=tuple(dict.fromkeys(_ends(content))) if kind in RELATIONSHIPS else (),
        markings=_markings(content),
        is_individual=kind == "identity" and content.get("identity_class") == "individual",
    )


def _parts(made: StixObject) -> Parts:
    content, kind = made.content, made.type
    shape = _shape_of(kind, tuple(content))
    required, contributing = shape.required, shape.contributing
    if kind == "malware":
        # Whether its name is required hangs on a value.
        required = required_names(kind, content)
    aggregates = _aggregates(shape, content)
    connections = tuple(_connections(made, required, contributing, aggregates))
    extensions = content.get("extensions", {})
    source = value_at(content, SOURCE_PATH) if "extensions" in content else None
    return Parts(
        names=shape.names,
        required=required,
        contributing=contributing,
        groups=shape.groups,
        connections=connections,
        deep=_deep(connections, required - contributing),
        source_names=tuple(
            [
                item.get("source_name") if isinstance(item, Mapping) else None
                for item in _list(content.get("external_references"))
            ]
        ),
        custom=tuple(custom_parts(kind, content)),
        extensions=tuple(extensions) if isinstance(extensions, Mapping) else None,
        claim_source=tuple(source) if isinstance(source, Mapping) else (),
        marked=tuple(_marked(content)) if "granular_markings" in content else (),
        aggregates=aggregates,
        ties=shape.ties,
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the kind of an object and the names of its properties say by themselves."""

    names: tuple[str, ...]
    required: frozenset[str]
    contributing: frozenset[str]
    groups: tuple[tuple[str, ...], ...]
    aggregates: Aggregates
    ties: tuple[tuple[str, str], ...]


# Objects of one kind and source have the same properties in the same order: one shape serves them all.
@lru_cache(maxsize=1 << 12)
def _shape_of(kind: str, names: tuple[str, ...]) -> _Shape:
    present = dict.fromkeys(names)
    return _Shape(
        names=names,
        required=required_names(kind, present),
        contributing=contributing_names(kind, present),
        groups=tuple(groups_of(kind, present)),
        aggregates=tuple(
            ((name,), (list_name,))
            for name, list_names in AGGREGATES.get(kind, {}).items()
            for list_name in list_names
            if name in present and list_name in present
        ),
        ties=tuple(_ties(kind, present)),
    )


@lru_cache(maxsize=1 << 12)
def _one_tuple(names: tuple[StixId, ...]) -> tuple[StixId, ...]:
    return names


def _deep(connections: Sequence[Connection], required: frozenset[str]) -> frozenset[str]:
    paths = [edge.path for found in connections for edge in found.edges]
    deep = [str(path[0]) for path in paths if len(path) > 1 and path[0] in required]
    return frozenset(deep) if deep else _NO_NAMES


def _folded_names(content: Mapping[str, Any]) -> tuple[str, ...]:
    names = (content.get("name"), *_list(content.get("aliases")))
    return tuple(dict.fromkeys([folded(name) for name in names if isinstance(name, str)]))


def _markings(content: Mapping[str, Any]) -> tuple[StixId, ...] | None:
    listed = content.get("object_marking_refs", ())
    if not isinstance(listed, list | tuple) or not all(map(is_stix_id, listed)):
        return None
    return _one_tuple(tuple(listed))


def _ends(content: Mapping[str, Any]) -> Iterator[StixId]:
    for name in _END_PROPERTIES:
        value = content.get(name)
        for item in value if isinstance(value, list | tuple) else (value,):
            if is_stix_id(item):
                yield StixId(str(item))


def _names(reference: Reference) -> bool:
    """Whether what is no reference of the standard stands in a property that is named as one."""
    name = next((step for step in reversed(reference.path) if isinstance(step, str)), "")
    return name.endswith(("_ref", "_refs"))


# Much is named by thousands of objects at the same place: one connection serves them all.
@lru_cache(maxsize=1 << 14)
def _connection_by(edge: Edge, *, is_needed: bool) -> Connection:
    # A variant names the giver as its creator instead.
    paths = () if edge.path == ("created_by_ref",) else (edge.path,)
    return Connection(edge.target, (edge,), (edge,) if is_needed else (), ScaffoldReference(edge.target, paths))


def _connections(
    made: StixObject, required: frozenset[str], contributing: frozenset[str], aggregates: Aggregates
) -> Iterator[Connection]:
    content = made.content

    def is_lost_with(edge: Edge) -> bool:
        if is_needed(edge, required, contributing):
            return True
        return bool(aggregates) and is_summed_up(edge.path, aggregates, required)

    is_translation = made.type == "language-content"
    for reference in reading_of(made).references:
        # A translation of a variant would show what was cut: what is translated must be whole.
        must_be_whole = is_translation and reference.path == ("object_ref",)
        edge = Edge(reference.path, reference.target, reference.strength, must_be_whole)
        yield _connection_by(edge, is_needed=is_lost_with(edge))
    for position, target in enumerate(content.get("object_marking_refs", ())):
        yield _marking_at(position, target)
    for entry in granular(content) if "granular_markings" in content else ():
        if entry.marking_ref is not None:
            there = tuple(path for path in entry.paths if value_at(content, path, _MISSING) is not _MISSING)
            edges = tuple(Edge(path, entry.marking_ref, "embedded", must_be_whole=True) for path in there)
            needed = tuple([edge for edge in edges if is_lost_with(edge)])
            yield Connection(entry.marking_ref, edges, needed, ScaffoldReference(entry.marking_ref, there))
    for reference in extension_references(content) if "extensions" in content else ():
        yield Connection(reference.target, (), (), ScaffoldReference(reference.target, (reference.path,)))


# Few markings stand on many objects.
@lru_cache(maxsize=1 << 12)
def _marking_at(position: int, marking: StixId) -> Connection:
    path: Path = ("object_marking_refs", position)
    # Without its marking an object would go under weaker terms: it cannot be cut.
    marked = (Edge(path, marking, "required", must_be_whole=True),)
    return Connection(marking, marked, marked, ScaffoldReference(marking, (path,)))


def _marked(content: Mapping[str, Any]) -> Iterator[MarkedPart]:
    for entry in granular(content):
        if not entry.is_readable or len(entry.paths) != len(entry.selectors):
            raise ValueError("a granular marking that cannot be read")
        there = tuple(value_at(content, path, _MISSING) is not _MISSING for path in entry.paths)
        yield MarkedPart(entry.paths, there, entry.marking_ref)


def _ties(kind: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Pairs of properties of which the standard forbids the first without the second."""
    together = TOGETHER.get(kind, ())
    for one, other in (*together, *((other, one) for one, other in together), *NEEDS.get(kind, ())):
        if one in content and other in content:
            yield one, other


def _aggregates(shape: _Shape, content: Mapping[str, Any]) -> Aggregates:
    lineage = value_at(content, _LINEAGE) if "extensions" in content else None
    if isinstance(lineage, Mapping) and "depth" in lineage and "via" in lineage:
        return (*shape.aggregates, ((*_LINEAGE, "depth"), (*_LINEAGE, "via")))
    return shape.aggregates


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
