"""The restricted nodes of a version: which parts of it some slots may not read, and why.

Joins what granular markings, `fields`, external references, source disclosure and the persons rule say about parts of
one version. What is not named here goes with the object. Values that sum up a list
get the join of the whole list, values that only make sense together the join of both. DESIGN section 4, rules 1, 5, 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.fields import ALWAYS, SOURCE_PATH, FieldMasks, custom_parts, is_internal
from sepakat.release.labels import Labels
from sepakat.release.slots import Slots
from sepakat.release.versions import Unit, Version
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import granular
from sepakat.stix.selectors import Path, covers, nodes, value_at
from sepakat.stix.standard import AGGREGATES, NEEDS, TOGETHER

PSEUDONYM_KEEPS = frozenset({"name", "identity_class", *(ALWAYS - {"extensions"})})
"""What an identity keeps under a pseudonym; the name itself is replaced."""

_LINEAGE: Path = ("extensions", CLAIM_EXTENSION, "lineage")
_MISSING = object()


class Units:
    """Finds the restricted nodes of versions."""

    def __init__(self, slots: Slots, fields: FieldMasks, labels: Labels, pseudonymous: int) -> None:
        self._slots = slots
        self._fields = fields
        self._labels = labels
        self._pseudonymous = pseudonymous
        self._by_shape: dict[tuple[str, tuple[str, ...]], tuple[tuple[Path, int], ...]] = {}

    def of(self, version: Version) -> tuple[Unit, ...]:
        """The restricted nodes of a version, in no order.

        Raises:
            ValueError: a granular marking cannot be read, so that nobody knows what it restricts.
        """
        found: dict[Path, Unit] = {}
        content = version.held.object.content
        for path, slots in self._by_fields(version.type, content):
            self._restrict(found, path, slots, "FieldsAllowed")
        if "extensions" in content:
            for path, slots in self._by_extensions(version.type, content["extensions"]):
                self._restrict(found, path, slots, "FieldsAllowed")
            for path, slots in self._by_source(content):
                self._restrict(found, path, slots, "SourceDisclosed")
        for position, item in enumerate(_list(content.get("external_references"))):
            source_name = item.get("source_name") if isinstance(item, Mapping) else None
            slots = self._fields.external_reference(source_name)
            self._restrict(found, ("external_references", position), slots, "ExternalReferencesAllowed")
        if "granular_markings" in content:
            for path, slots in self._by_markings(version):
                # A selector of nothing is not sent on, since nobody knows what it was meant to hide.
                is_there = value_at(content, path, _MISSING) is not _MISSING
                self._restrict(found, path, slots if is_there else 0, "MarkingsOfProperties")
        version.ties = tuple(_ties(version))
        self._sum_up(found, version)
        if version.pseudonym_slots:
            self._describe_nobody(found, version)
        for unit in found.values():
            # One clause must make a node readable with all that it lies in: what two clauses allow in part does not.
            for depth in range(1, len(unit.path)):
                above = found.get(unit.path[:depth])
                if above is not None:
                    unit.slots &= above.slots
        return tuple(found.values())

    def binding(self, version: Version) -> int:
        """The slots that may read every marked property of a version: what its basis asks of what derives from it."""
        mask = self._slots.every
        for _, slots in self._by_markings(version):
            mask &= slots
        return mask

    def _restrict(self, found: dict[Path, Unit], path: Path, slots: int, rule: str) -> None:
        if slots == self._slots.every:
            return
        unit = found.get(path)
        if unit is None:
            found[path] = Unit(path, slots, ((rule, slots),))
        else:
            unit.slots &= slots
            unit.reasons = (*unit.reasons, (rule, slots))

    def _by_fields(self, type_name: str, content: Mapping[str, Any]) -> Iterable[tuple[Path, int]]:
        shape = (type_name, tuple(content))
        found = self._by_shape.get(shape)
        if found is None:
            found = tuple(self._properties(type_name, content))
            self._by_shape[shape] = found
        odd = tuple(
            (path, self._fields.node(type_name, path))
            for name in content
            for path in custom_parts(type_name, name, content)
        )
        if odd:
            found = (*found, *odd)
        nested = [name for name in content if (name,) in self._fields.nested_under]
        if nested:
            return (*found, *(entry for name in nested for entry in self._leaves(type_name, (name,), content[name])))
        return found

    def _properties(self, type_name: str, content: Mapping[str, Any]) -> Iterator[tuple[Path, int]]:
        for name in content:
            if is_internal((name,)):
                yield (name,), 0
            else:
                slots = self._fields.property(type_name, name)
                if slots != self._slots.every:
                    yield (name,), slots

    def _by_extensions(self, type_name: str, extensions: Any) -> Iterator[tuple[Path, int]]:
        if not isinstance(extensions, Mapping):
            yield ("extensions",), 0
            return
        for name, entry in extensions.items():
            path = ("extensions", name)
            yield path, self._fields.extension(type_name, name)
            if path in self._fields.nested_under:
                yield from self._leaves(type_name, path, entry)

    def _leaves(self, type_name: str, path: Path, value: Any) -> Iterator[tuple[Path, int]]:
        for below, node in nodes(value):
            if not isinstance(node, Mapping | list | tuple) or not node:
                yield (*path, *below), self._fields.node(type_name, (*path, *below))

    def _by_source(self, content: Mapping[str, Any]) -> Iterator[tuple[Path, int]]:
        source = value_at(content, SOURCE_PATH)
        if isinstance(source, Mapping):
            for name in source:
                yield (*SOURCE_PATH, name), self._fields.source(name)

    def _by_markings(self, version: Version) -> Iterator[tuple[Path, int]]:
        """What each granular marking lets through, with each path that it names."""
        content = version.held.object.content
        for entry in granular(content):
            if not entry.is_readable or len(entry.paths) != len(entry.selectors):
                raise ValueError("a granular marking that cannot be read")
            slots = self._slots.every if entry.marking_ref is None else self._marked(version, entry.marking_ref)
            for path in entry.paths:
                yield path, slots

    def _marked(self, version: Version, marking: StixId) -> int:
        restrictions = self._labels.markings.restrictions(marking)
        readers = self._labels.readers(version.held, restrictions, (), of_whole=False)
        return self._slots.spread(readers) & self._labels.markings.within_ceilings(restrictions)

    def _describe_nobody(self, found: dict[Path, Unit], version: Version) -> None:
        """Under a pseudonym nothing goes that describes the person; the name only where it could go by itself."""
        others = self._slots.every & ~self._pseudonymous
        name = found.get(("name",))
        version.pseudonym_slots = self._pseudonymous & (self._slots.every if name is None else name.slots)
        for prop in version.held.object.content:
            if prop not in PSEUDONYM_KEEPS or prop == "name":
                self._restrict(found, (prop,), others, "PersonsRule")

    def _sum_up(self, found: dict[Path, Unit], version: Version) -> None:
        """A value that sums up a list carries the markings of the whole list."""
        version.aggregates = tuple(_aggregates(version.held.object.content))
        for value, listed in version.aggregates:
            for unit in list(found.values()):
                if covers(listed, unit.path) or covers(unit.path, listed):
                    for rule, slots in unit.reasons:
                        if rule == "MarkingsOfProperties":
                            self._restrict(found, value, slots, "AggregatesReadable")


def _ties(version: Version) -> Iterator[tuple[str, str]]:
    """Pairs of properties of which the standard forbids the first without the second."""
    content = version.held.object.content
    together = TOGETHER.get(version.type, ())
    for one, other in (*together, *((other, one) for one, other in together), *NEEDS.get(version.type, ())):
        if one in content and other in content:
            yield one, other


def _aggregates(content: Mapping[str, Any]) -> Iterator[tuple[Path, Path]]:
    for name, list_names in AGGREGATES.get(content["type"], {}).items():
        for list_name in list_names:
            if name in content and list_name in content:
                yield (name,), (list_name,)
    lineage = value_at(content, _LINEAGE) if "extensions" in content else None
    if isinstance(lineage, Mapping) and "depth" in lineage and "via" in lineage:
        yield (*_LINEAGE, "depth"), (*_LINEAGE, "via")


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
