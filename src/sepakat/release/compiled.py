"""A world compiled for deciding: every held version read once, its features found, its restricted parts known.

Reads objects, policies and markings into `Version` values; leaves what clauses say to `static_rules` and what other
objects' standing does to `fixpoint`. Whatever raises while a version is read makes it unreadable, and what is
unreadable is out everywhere (DESIGN section 4, fail closed).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sepakat.agreements.terms import Fields
from sepakat.release.basis import BasisMasks, tells_basis
from sepakat.release.clauses import ClauseMasks
from sepakat.release.evidence import OwnEvidence
from sepakat.release.fields import FieldMasks
from sepakat.release.labels import Labels
from sepakat.release.markings import MarkingTable
from sepakat.release.needs import fill_needs
from sepakat.release.object_facts import Parts, parts_of, reading_of
from sepakat.release.question import NO_POLICY, HeldVersion, ObjectPolicy, ViewKey, World
from sepakat.release.restrictions import Restriction
from sepakat.release.slots import Slots
from sepakat.release.times import microseconds
from sepakat.release.units import Units
from sepakat.release.versions import NO_IDS, NOT_HELD, Edge, Held, ScaffoldReference, Version
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.objects import VersionRef

_MAY_BE_SCAFFOLD = frozenset({"extension-definition", "identity", "marking-definition"})


class Compiled:
    """One world at one instant, as the rules ask about it."""

    def __init__(self, world: World, now: datetime) -> None:
        self.world = world
        self.now = now
        self._evidence = OwnEvidence(world)
        self._take_tables(least_stride=1)
        self._units_of_same_fields: Units | None = None
        """Earlier tables that say the same of parts, as far as those hang on `fields` alone."""
        self.alike_before: dict[tuple[object, ...], int] | None = None
        """What `alike` said before, if the tables differ in nothing else that one version by itself is asked for."""
        self.held: dict[StixId, Held] = {}
        self._telling: dict[StixId, None] = {}
        """Ids of which a version says what derives from what."""
        for identifier, versions in world.versions.items():
            self._hold(identifier, versions)
        self.scaffold = frozenset(
            identifier
            for identifier, entry in self.held.items()
            if entry.versions and all(version.is_scaffold for version in entry.versions)
        )
        self.by_ref: dict[VersionRef, Version] = {}
        for entry in self.held.values():
            self._name(entry)
        self.renew_basis()

    def renew_tables(self, least_stride: int, *, in_features_alone: bool = False) -> None:
        """Work out anew what views and clauses say, at the present instant.

        `in_features_alone` where they differ from what was said before only in what they ask of features.
        """
        fields, units, alike = self._fields_by_slots(), self._units, self.alike
        self._take_tables(least_stride)
        self._units_of_same_fields = units if self._fields_by_slots() == fields else None
        self.alike_before = alike if in_features_alone and self._units_of_same_fields is not None else None

    def _take_tables(self, least_stride: int) -> None:
        world = self.world
        self.slots = Slots(world, least_stride)
        self.markings = MarkingTable(world, self.slots)
        self.labels = Labels(world, self.slots, self.markings, self.now)
        self.clauses = ClauseMasks(self.slots, world.regions, self.now)
        self.fields = FieldMasks(self.slots)
        self._units = Units(self.slots, self.fields, self.labels, self.clauses.pseudonymous)
        self._readers: dict[tuple[tuple[PartyId, ...], tuple[StixId, ...] | None, tuple[StixId, ...]], int] = {}
        self.alike: dict[tuple[object, ...], int] = {}
        """What the rules let through that look at features which many versions share, by those features."""
        self._lists: dict[tuple[StixId, ...], tuple[Restriction, ...]] = {}

    def _fields_by_slots(self) -> Mapping[int, Fields]:
        return {entry.mask: entry.clause.fields for entry in self.slots.clauses}

    def renew_basis(self) -> None:
        """Work out anew what everything lets through that something derives from."""
        self.basis = BasisMasks(self.held, self._telling, self.slots, self._binds)

    def at(self, now: datetime) -> None:
        """Ask from now on at another instant; what has changed by it is read again by who calls this."""
        self.now = now
        self.clauses.at(now)

    def read_again(self, identifiers: Iterable[StixId]) -> None:
        """Read some ids as the world now has them, and what else stands for what they show."""
        for identifier in identifiers:
            self._evidence.forget(identifier)
            before = self.held.pop(identifier, NOT_HELD)
            self._telling.pop(identifier, None)
            for version in before.versions:
                self.by_ref.pop(version.ref, None)
        for identifier in identifiers:
            versions = self.world.versions.get(identifier)
            if versions:
                self._name(self._hold(identifier, versions))

    def versions(self) -> Iterator[Version]:
        """Every held version."""
        for entry in self.held.values():
            yield from entry.versions

    def policy(self, version: Version) -> ObjectPolicy:
        """What this node has put on the object."""
        return version.policy

    def marked(self, version: Version) -> tuple[Restriction, ...]:
        """The markings on the whole object.

        Raises:
            ValueError: what stands in `object_marking_refs` is not a list of ids.
        """
        if version.markings is None:
            raise ValueError("object_marking_refs is no list of ids")
        return self._restrictions(version.markings)

    def added(self, version: Version) -> tuple[Restriction, ...]:
        """The markings that this node added."""
        return self._restrictions(self.policy(version).markings)

    def all_markings(self, version: Version) -> tuple[Restriction, ...]:
        """The markings on the whole object, those added by this node included."""
        added = self.added(version)
        return (*self.marked(version), *added) if added else self.marked(version)

    def readers(self, version: Version) -> int:
        """The views whose taker is among the readers of the whole object."""
        if not self.labels.are_by_label_alone(version.held, version.ref):
            return self.labels.readers(version.held, self.marked(version), self.added(version), of_whole=True)
        key = (version.owners, version.markings, version.policy.markings)
        views = self._readers.get(key)
        if views is None:
            views = self.labels.readers(version.held, self.marked(version), self.added(version), of_whole=True)
            self._readers[key] = views
        return views

    def translated(self, version: Version) -> tuple[Version, ...]:
        """The versions of the object that a `language-content` translates."""
        if version.type != "language-content":
            return ()
        return tuple(self.held.get(version.held.object.content.get("object_ref", ""), NOT_HELD).versions)

    def find_parts(self, version: Version) -> None:
        """Find the references and the restricted parts of a version, and what it cannot lose, by the tables of now."""
        if self.keep_parts(version):
            return
        parts = parts_of(version.held.object)
        if not version.has_edges:
            self._sort_references(version, parts)
            version.has_edges = True
        can_be_pseudonymous = version.type == "identity" and version.is_personal and version.is_own
        if can_be_pseudonymous:
            version.pseudonym_slots = self.clauses.pseudonymous
        self._units.find(version, parts)
        if can_be_pseudonymous:
            version.has_plain_parts = False
        fill_needs(version, parts)
        version.found_by = self._units

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
            return self.slots.spread(self.labels.origins_allow(version.held, version.owners)) & self.label_of_all(
                version
            )
        except Exception as error:  # noqa: BLE001  what raises is withheld, with the reason kept
            version.fault = _reason(error)
            return 0

    def keep_parts(self, version: Version) -> bool:
        """Whether the restricted parts of a version are still what they were found to be by the tables before."""
        if version.found_by is self._units:
            return True
        if version.has_plain_parts and version.found_by is self._units_of_same_fields:
            version.found_by = self._units
            return True
        return False

    def _hold(self, identifier: StixId, versions: Iterable[HeldVersion]) -> Held:
        entry = self.held[identifier] = Held([self._read(held) for held in versions])
        if any(tells_basis(version) for version in entry.versions):
            self._telling[identifier] = None
        return entry

    def _read(self, held: HeldVersion) -> Version:
        made = held.object
        version = Version(held, (made.id, ""), made.id, made.type, self.world.policies.get(made.id, NO_POLICY))
        try:
            # First what tells an unreadable version from others in explanations, then what may raise.
            version.owners = self.labels.owners(held)
            version.is_own = bool(held.origins) and {*held.origins, *version.owners} == {self.world.node}
            version.is_scaffold = version.type in _MAY_BE_SCAFFOLD and self._is_scaffold(held)
            version.received = microseconds(held.received_at)
            version.ref = made.version_ref
            reading = reading_of(made)
            version.created = version.received if reading.created is None else reading.created
            version.modified = version.received if reading.modified is None else reading.modified
            version.claim = reading.claim
            version.markings = reading.markings
            version.references = reading.references
            version.own_topics = self._evidence.topics(reading)
            version.own_regions = self._evidence.regions(reading, made.content)
            version.shows = bool(version.own_topics or version.own_regions)
            version.is_personal, version.person_category = self._person(version, is_individual=reading.is_individual)
            version.has_necessity = bool(version.policy.necessity)
            version.ends = reading.ends
        except Exception as error:  # noqa: BLE001  what raises is withheld, with the reason kept
            version.fault = _reason(error)
        return version

    def _sort_references(self, version: Version, parts: Parts) -> None:
        """Part the references of a version into scaffold and those that can be out; markings and extensions too."""
        edges: list[Edge] = []
        scaffold: list[ScaffoldReference] = []
        needed_targets: list[StixId] = []
        whole_targets: list[StixId] = []
        for connection in parts.connections:
            if connection.target in self.scaffold:
                scaffold.append(connection.as_scaffold)
                continue
            edges += connection.edges
            for edge in connection.needed:
                needed_targets.append(edge.target)
                if edge.must_be_whole:
                    whole_targets.append(edge.target)
        version.edges = tuple(edges)
        version.targets = tuple(dict.fromkeys([edge.target for edge in edges]))
        version.scaffold = tuple(scaffold)
        version.needed_targets = frozenset(needed_targets) if needed_targets else NO_IDS
        version.whole_targets = frozenset(whole_targets) if whole_targets else NO_IDS

    def _is_scaffold(self, held: HeldVersion) -> bool:
        """Whether a version of one of the three types is scaffold."""
        match held.object.type:
            case "extension-definition":
                return True
            case "identity":
                return held.object.id in self.world.parties
            case _:
                return all(restriction.is_scaffold for restriction in self.markings.restrictions(held.object.id))

    def _person(self, version: Version, *, is_individual: bool) -> tuple[bool, str | None]:
        annotated = version.policy.person_category
        claim = version.claim
        claimed = claim.person_category if claim is not None else None
        is_personal = is_individual or annotated is not None or (claim is not None and claim.is_about_person)
        return is_personal, annotated if annotated is not None else claimed

    def _name(self, entry: Held) -> None:
        """Keep versions by reference; two with one reference but other bytes cannot be told apart: both are out."""
        for version in entry.versions:
            other = self.by_ref.setdefault(version.ref, version)
            if other is not version and other.held.object.raw != version.held.object.raw:
                other.fault = version.fault = "another version with the same id and time has other bytes"

    def view_names(self, mask: int) -> tuple[ViewKey, ...]:
        """The keys of a set of views."""
        return self.slots.views_of(mask)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
