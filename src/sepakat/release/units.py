"""The restricted nodes of a version: which parts of it some slots may not read, and why.

Joins what granular markings, `fields`, external references, source disclosure and the persons rule say about parts of
one version. What is not named here goes with the object. Values that sum up a list
get the join of the whole list, values that only make sense together the join of both. DESIGN section 4, rules 1, 5, 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from sepakat.release.fields import ALWAYS, SOURCE_PATH, FieldMasks, is_internal
from sepakat.release.labels import Labels
from sepakat.release.object_facts import Parts, parts_of
from sepakat.release.slots import Slots
from sepakat.release.versions import Unit, Version
from sepakat.release.vital import is_vital
from sepakat.stix.identifiers import StixId
from sepakat.stix.selectors import Path, covers, nodes

PSEUDONYM_KEEPS = frozenset({"name", "identity_class", *(ALWAYS - {"extensions"})})
"""What an identity keeps under a pseudonym; the name itself is replaced."""

UnitsFound: TypeAlias = tuple[tuple[Unit, ...], tuple[int, ...], tuple[int, ...], frozenset[str]]
"""The restricted nodes, their different masks, those of what the object cannot lose, and what they lie deep in."""


class Units:
    """Finds the restricted nodes of versions."""

    def __init__(self, slots: Slots, fields: FieldMasks, labels: Labels, pseudonymous: int) -> None:
        self._slots = slots
        self._fields = fields
        self._labels = labels
        self._pseudonymous = pseudonymous
        self._by_shape: dict[tuple[str, tuple[str, ...]], tuple[tuple[Path, int], ...]] = {}
        self._alike: dict[tuple[object, ...], UnitsFound] = {}
        self._has_nested = bool(fields.nested_under)

    def find(self, version: Version, parts: Parts) -> None:
        """Find the restricted nodes of a version and their masks, in no order.

        Versions with the same properties and the same sources of external references share one answer.
        """
        version.ties, version.aggregates = parts.ties, parts.aggregates
        sources = tuple([self._fields.external_reference(name) for name in parts.source_names])
        version.has_plain_parts = parts.is_plain and not version.pseudonym_slots and not self._has_nested
        if version.has_plain_parts:
            key = (version.type, parts.names, sources, parts.required)
            found = self._alike.get(key)
            if found is None:
                found = self._alike[key] = self._found(version, parts, sources)
        else:
            found = self._found(version, parts, sources)
        version.units, version.unit_slots, version.required_slots, version.cut_within = found

    def _found(self, version: Version, parts: Parts, sources: tuple[int, ...]) -> UnitsFound:
        units = self._of(version, parts, sources)
        required = tuple(
            # A pseudonym stands in for the name of a person, so there the name is not lost.
            unit.slots | (version.pseudonym_slots if unit.path == ("name",) else 0)
            for unit in units
            if is_vital(unit.path, parts.aggregates, parts.required, parts.contributing)
        )
        deep = frozenset(str(unit.path[0]) for unit in units if len(unit.path) > 1)
        return units, tuple(dict.fromkeys(unit.slots for unit in units)), required, deep

    def _of(self, version: Version, parts: Parts, sources: tuple[int, ...]) -> tuple[Unit, ...]:
        found: dict[Path, Unit] = {}
        content = version.held.object.content
        for path, slots in self._by_fields(version.type, content, parts):
            self._restrict(found, path, slots, "FieldsAllowed")
        if "extensions" in content:
            for path, slots in self._by_extensions(version.type, content["extensions"]):
                self._restrict(found, path, slots, "FieldsAllowed")
            for name in parts.claim_source:
                self._restrict(found, (*SOURCE_PATH, name), self._fields.source(name), "SourceDisclosed")
        for position, slots in enumerate(sources):
            self._restrict(found, ("external_references", position), slots, "ExternalReferencesAllowed")
        for marked in parts.marked:
            slots = self._marked(version, marked.marking)
            for place, path in enumerate(marked.paths):
                # A selector of nothing is not sent on, since nobody knows what it was meant to hide.
                self._restrict(found, path, slots if marked.are_there[place] else 0, "MarkingsOfProperties")
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
        """The slots that may read every marked property of a version: what its basis asks of what derives from it.

        Raises:
            ValueError: a granular marking cannot be read, so that nobody knows what it restricts.
        """
        mask = self._slots.every
        for marked in parts_of(version.held.object).marked:
            mask &= self._marked(version, marked.marking)
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

    def _by_fields(self, type_name: str, content: Mapping[str, Any], parts: Parts) -> Iterable[tuple[Path, int]]:
        shape = (type_name, parts.names)
        found = self._by_shape.get(shape)
        if found is None:
            found = self._by_shape[shape] = tuple(self._properties(type_name, content))
        if parts.custom:
            found = (*found, *((path, self._fields.node(type_name, path)) for path in parts.custom))
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

    def _marked(self, version: Version, marking: StixId | None) -> int:
        """The slots that may read what a granular marking is on; a language restricts nobody."""
        if marking is None:
            return self._slots.every
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
        for value, listed in version.aggregates:
            for unit in list(found.values()):
                if covers(listed, unit.path) or covers(unit.path, listed):
                    for rule, slots in unit.reasons:
                        if rule == "MarkingsOfProperties":
                            self._restrict(found, value, slots, "AggregatesReadable")
