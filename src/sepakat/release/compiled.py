"""A world compiled for deciding: every held version read once, its features found, its restricted parts known.

Reads objects, policies and markings into `Version` values; leaves what clauses say to `static_rules` and what other
objects' standing does to `fixpoint`. Whatever raises while a version is read makes it unreadable, and what is
unreadable is out everywhere (DESIGN section 4, fail closed).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sepakat.release.basis import BasisMasks
from sepakat.release.claim_facts import claim_facts
from sepakat.release.clauses import ClauseMasks
from sepakat.release.evidence import OwnEvidence
from sepakat.release.fields import FieldMasks
from sepakat.release.labels import Labels
from sepakat.release.markings import MarkingTable
from sepakat.release.needs import fill_needs
from sepakat.release.question import HeldVersion, ObjectPolicy, ViewKey, World
from sepakat.release.restrictions import Restriction
from sepakat.release.slots import Slots
from sepakat.release.times import microseconds, stated
from sepakat.release.units import Units
from sepakat.release.versions import Edge, Held, ScaffoldReference, Version
from sepakat.stix.identifiers import StixId, is_stix_id
from sepakat.stix.markings import granular
from sepakat.stix.objects import VersionRef
from sepakat.stix.references import Reference, extension_references, references
from sepakat.stix.selectors import Path, value_at

_NO_POLICY = ObjectPolicy()
_MISSING = object()
RELATIONSHIPS = frozenset({"relationship", "sighting"})
# What a sighting connects is what was seen and where; observed data is what shows it.
_END_PROPERTIES = ("source_ref", "target_ref", "sighting_of_ref", "where_sighted_refs")


class Compiled:
    """One world at one instant, as the rules ask about it."""

    def __init__(self, world: World, now: datetime) -> None:
        self.world = world
        self.now = now
        self.slots = Slots(world)
        self.markings = MarkingTable(world, self.slots)
        self.labels = Labels(world, self.slots, self.markings, now)
        self.clauses = ClauseMasks(self.slots, world.regions, now)
        self.fields = FieldMasks(self.slots)
        self._evidence = OwnEvidence(world)
        self._units = Units(self.slots, self.fields, self.labels, self.clauses.pseudonymous)
        self._lists: dict[tuple[StixId, ...], tuple[Restriction, ...]] = {}
        self.held: dict[StixId, Held] = {}
        for identifier, versions in world.versions.items():
            self.held[identifier] = Held([self._read(held) for held in versions])
        self.scaffold = frozenset(
            identifier
            for identifier, entry in self.held.items()
            if entry.versions and all(version.is_scaffold for version in entry.versions)
        )
        self.by_ref: Mapping[VersionRef, Version] = self._by_ref()
        self.basis = BasisMasks(self.held, self.slots, self._binds)

    def versions(self) -> Iterator[Version]:
        """Every held version."""
        for entry in self.held.values():
            yield from entry.versions

    def policy(self, version: Version) -> ObjectPolicy:
        """What this node has put on the object."""
        return self.world.policies.get(version.id, _NO_POLICY)

    def marked(self, version: Version) -> tuple[Restriction, ...]:
        """The markings on the whole object.

        Raises:
            ValueError: what stands in `object_marking_refs` is not a list of ids.
        """
        listed = version.held.object.content.get("object_marking_refs", ())
        if not isinstance(listed, list | tuple) or not all(is_stix_id(item) for item in listed):
            raise ValueError("object_marking_refs is no list of ids")
        return self._restrictions(tuple(listed))

    def added(self, version: Version) -> tuple[Restriction, ...]:
        """The markings that this node added."""
        return self._restrictions(self.policy(version).markings)

    def all_markings(self, version: Version) -> tuple[Restriction, ...]:
        """The markings on the whole object, those added by this node included."""
        added = self.added(version)
        return (*self.marked(version), *added) if added else self.marked(version)

    def readers(self, version: Version) -> int:
        """The views whose taker is among the readers of the whole object."""
        return self.labels.readers(version.held, self.marked(version), self.added(version), of_whole=True)

    def translated(self, version: Version) -> tuple[Version, ...]:
        """The versions of the object that a `language-content` translates."""
        if version.type != "language-content":
            return ()
        entry = self.held.get(version.held.object.content.get("object_ref", ""))
        return tuple(entry.versions) if entry is not None else ()

    def find_parts(self, version: Version) -> None:
        """Find the references and the restricted parts of a version, and what it cannot lose; once for each version."""
        if version.has_parts:
            return
        self._sort_references(version)
        if version.type == "identity" and version.is_personal and version.is_own:
            version.pseudonym_slots = self.clauses.pseudonymous
        version.units = self._units.of(version)
        version.unit_slots = tuple(dict.fromkeys(unit.slots for unit in version.units))
        fill_needs(version)
        version.has_parts = True

    def _restrictions(self, markings: tuple[StixId, ...]) -> tuple[Restriction, ...]:
        found = self._lists.get(markings)
        if found is None:
            found = tuple(r for marking in markings for r in self.markings.restrictions(marking))
            self._lists[markings] = found
        return found

    def label_of_all(self, version: Version) -> int:
        """The slots that the labels of a version and of all its marked properties let through, and its sticky terms."""
        views = self.readers(version) & self.labels.terms_allow(version.held)
        ceilings = self.markings.within_ceilings(self.all_markings(version))
        return self.slots.spread(views) & ceilings & self._units.binding(version)

    def _binds(self, version: Version) -> int:
        """What a version asks of everything that derives from it."""
        try:
            if version.fault is not None:
                return 0
            return self.slots.spread(self.labels.origins_allow(version.held)) & self.label_of_all(version)
        except Exception as error:  # noqa: BLE001  what raises is withheld, with the reason kept
            version.fault = version.fault or _reason(error)
            return 0

    def _read(self, held: HeldVersion) -> Version:
        content = held.object.content
        version = Version(
            held,
            ref=(held.object.id, ""),
            id=held.object.id,
            type=held.object.type,
            is_own=False,
        )
        try:
            version.ref = held.object.version_ref
            version.owners = self.labels.owners(held)
            version.is_own = bool(held.origins) and {*held.origins, *version.owners} == {self.world.node}
            version.is_scaffold = self._is_scaffold(held)
            version.received = microseconds(held.received_at)
            version.created = _or(stated(content.get("created")), version.received)
            version.modified = _or(stated(content.get("modified")), version.received)
            version.claim = claim_facts(content)
            version.references = references(content)
            named = [reference.target for reference in version.references if _names(reference)]
            version.own_topics = self._evidence.topics(content, named)
            version.own_regions = self._evidence.regions(content, named)
            version.is_personal, version.person_category = self._person(version)
            version.has_necessity = bool(self.policy(version).necessity)
            version.ends = tuple(dict.fromkeys(_ends(content))) if version.type in RELATIONSHIPS else ()
        except Exception as error:  # noqa: BLE001  what raises is withheld, with the reason kept
            version.fault = _reason(error)
        return version

    def _sort_references(self, version: Version) -> None:
        """Part the references of a version into scaffold and those that can be out; markings and extensions too."""
        content = version.held.object.content
        found: list[Edge] = []
        scaffold: list[ScaffoldReference] = []
        for reference in version.references:
            if reference.target not in self.scaffold:
                found.append(_edge(reference, content))
            elif reference.path == ("created_by_ref",):
                # A variant names the giver there instead.
                scaffold.append(ScaffoldReference(reference.target, ()))
            else:
                scaffold.append(ScaffoldReference(reference.target, (reference.path,)))
        for position, target in enumerate(content.get("object_marking_refs", ())):
            path: Path = ("object_marking_refs", position)
            if target in self.scaffold:
                scaffold.append(ScaffoldReference(target, (path,)))
            else:
                # Without its marking an object would go under weaker terms: it cannot be cut.
                found.append(Edge(path, StixId(target), "required", must_be_whole=True))
        for entry in granular(content):
            paths = tuple(path for path in entry.paths if value_at(content, path, _MISSING) is not _MISSING)
            if entry.marking_ref is None:
                continue
            if entry.marking_ref in self.scaffold:
                scaffold.append(ScaffoldReference(entry.marking_ref, paths))
            else:
                found.extend(Edge(path, entry.marking_ref, "embedded", must_be_whole=True) for path in paths)
        for reference in extension_references(content):
            if reference.target in self.scaffold:
                scaffold.append(ScaffoldReference(reference.target, (reference.path,)))
        version.edges = tuple(found)
        version.scaffold = tuple(scaffold)

    def _is_scaffold(self, held: HeldVersion) -> bool:
        match held.object.type:
            case "extension-definition":
                return True
            case "identity":
                return held.object.id in self.world.parties
            case "marking-definition":
                return all(restriction.is_scaffold for restriction in self.markings.restrictions(held.object.id))
        return False

    def _person(self, version: Version) -> tuple[bool, str | None]:
        annotated = self.policy(version).person_category
        claim = version.claim
        individual = version.type == "identity" and version.held.object.content.get("identity_class") == "individual"
        claimed = claim.person_category if claim is not None else None
        is_personal = individual or annotated is not None or (claim is not None and claim.is_about_person)
        return is_personal, annotated if annotated is not None else claimed

    def _by_ref(self) -> dict[VersionRef, Version]:
        """Versions by reference; two with the same reference but other bytes cannot be told apart: both are out."""
        found: dict[VersionRef, Version] = {}
        for version in self.versions():
            other = found.setdefault(version.ref, version)
            if other is not version and other.held.object.raw != version.held.object.raw:
                other.fault = version.fault = "another version with the same id and time has other bytes"
        return found

    def view_names(self, mask: int) -> tuple[ViewKey, ...]:
        """The keys of a set of views."""
        return self.slots.views_of(mask)


def _ends(content: Mapping[str, Any]) -> Iterator[StixId]:
    for name in _END_PROPERTIES:
        value = content.get(name)
        for item in value if isinstance(value, list | tuple) else (value,):
            if is_stix_id(item):
                yield StixId(str(item))


def _names(reference: Reference) -> bool:
    """Whether a reference stands in a reference property: one of the standard, or one named as the standard asks."""
    if reference.strength != "embedded":
        return True
    name = next((step for step in reversed(reference.path) if isinstance(step, str)), "")
    return name.endswith(("_ref", "_refs"))


def _edge(reference: Reference, content: Mapping[str, Any]) -> Edge:
    """A reference as an edge. A translation of a variant would show what was cut: what is translated must be whole."""
    is_translated = content.get("type") == "language-content" and reference.path == ("object_ref",)
    return Edge(reference.path, reference.target, reference.strength, must_be_whole=is_translated)


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
