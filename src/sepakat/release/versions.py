"""One held version as the engine sees it: what its rules allow by themselves, and what it hangs on.

Built once for each version by `reading`; the fixpoint changes only `matched`, `whole` and `variant`. Masks named
`...slots` have a bit for each (view, clause), all others one for each view (see `slots`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sepakat.release.claim_facts import ClaimFacts
from sepakat.release.question import HeldVersion, ObjectPolicy
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.objects import VersionRef
from sepakat.stix.references import Reference, Strength
from sepakat.stix.selectors import Path

NO_IDS: Final[frozenset[StixId]] = frozenset()
"""One for all that name none: an empty set of its own would take as much as a full one."""


@dataclass(slots=True)
class Unit:
    """A node that some slots may not read: what lies at `path` goes only where one of `slots` matches."""

    path: Path
    slots: int
    reasons: tuple[tuple[str, int], ...] = ()
    """Which rules restrict it, by name, and to which slots each."""


class Edge(NamedTuple):
    """A reference that can be out of a view. Where it cannot be to a variant, the target `must_be_whole`."""

    path: Path
    target: StixId
    strength: Strength
    must_be_whole: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """Part of a version that must not vanish: remains where `units` are readable, `edges` hold, and one child remains.

    `children` is None for what has nothing restricted below it.
    """

    about: str = ""
    """The property that it is about, for explanations."""
    units: tuple[int, ...] = ()
    edges: tuple[Edge, ...] = ()
    besides: tuple[Need, ...] = ()
    """What must remain as well."""
    children: tuple[Need, ...] | None = None


class ScaffoldReference(NamedTuple):
    """A reference to scaffold: published with the version where what lies at one of `paths` remains."""

    target: StixId
    paths: tuple[Path, ...]


@dataclass(slots=True, eq=False)
class Version:
    """One held version, its features, and its standing in the fixpoint; equal to itself alone."""

    held: HeldVersion
    ref: VersionRef
    id: StixId
    type: str
    policy: ObjectPolicy
    """What this node has put on the object."""
    is_own: bool = False
    owners: tuple[PartyId, ...] = ()
    is_scaffold: bool = False
    fault: str | None = None
    """Why it could not be read; what cannot be read is out everywhere."""

    claim: ClaimFacts | None = None
    markings: tuple[StixId, ...] | None = None
    """The markings on the whole object; None where they cannot be read."""
    created: int = 0
    modified: int = 0
    received: int = 0
    is_personal: bool = False
    person_category: str | None = None
    has_necessity: bool = False
    references: tuple[Reference, ...] = ()
    """All references as the object has them."""
    edges: tuple[Edge, ...] = ()
    """The references that can be out of a view, those to markings included; those to scaffold stand in `scaffold`."""
    has_edges: bool = False
    """Whether `edges` and all that follows from them have been found."""
    found_by: object = None
    """The tables by which `units` and `needs` were found."""
    has_plain_parts: bool = False
    """Whether `units` hang on the `fields` of the clauses alone."""
    own_topics: frozenset[str] = frozenset()
    own_regions: frozenset[str] = frozenset()
    shows: bool = False
    """Whether it has a topic or a region, by which it can be evidence for what it is connected with."""

    base_slots: int = 0
    """What every rule allows that does not depend on other objects' standing in the view."""
    topic_slots: int = 0
    region_slots: int = 0
    units: tuple[Unit, ...] = ()
    unit_slots: tuple[int, ...] = ()
    """The different masks of `units`."""
    cut_within: frozenset[str] = frozenset()
    """Properties with units somewhere below them."""
    required_slots: tuple[int, ...] = ()
    """Masks of units without which the object is out."""
    pseudonym_slots: int = 0
    """Slots that let a person's name through as a pseudonym only."""
    needs: tuple[Need, ...] = ()
    targets: tuple[StixId, ...] = ()
    """Every id that must be whole for the version to be whole."""
    needed_targets: frozenset[StixId] = NO_IDS
    """Ids that must be in, whole or as a variant, for a variant of the version."""
    whole_targets: frozenset[StixId] = NO_IDS
    """Ids that must be whole even for a variant."""
    aggregates: tuple[tuple[Path, Path], ...] = ()
    """(value, list that it sums up): cut the value where anything of the list is cut."""
    ties: tuple[tuple[str, str], ...] = ()
    """(property, another): cut the first where the second is cut, since the standard forbids it alone."""
    scaffold: tuple[ScaffoldReference, ...] = ()
    ends: tuple[StixId, ...] = ()
    """What a relationship or sighting connects."""

    matched: int = 0
    """Slots of the clauses that match, given what is in the view."""
    whole: int = 0
    variant: int = 0
    """Views in which it can go as a variant; where it is also whole, it goes whole."""
    top_whole: int = 0
    top_variant: int = 0
    """Where it could be if everything else were in every view: what its own rules allow."""
    bound_whole: int = 0
    bound_variant: int = 0
    """Where it could be if only evidence over relationships were everywhere: it can be in no other view."""

    @property
    def present(self) -> int:
        """The views that it is in, whole or as a variant."""
        return self.whole | self.variant

    @property
    def may_lack_evidence(self) -> bool:
        """Whether it needs a topic or region for some slot that it has not by itself."""
        return bool(self.base_slots & ~(self.topic_slots & self.region_slots))

    @property
    def bound(self) -> int:
        """The views that it can be in, as far as references go."""
        return self.bound_whole | self.bound_variant


@dataclass(slots=True)
class Held:
    """All held versions of one id, and their joint standing as the target of references.

    What is worked out from the versions is kept until `refresh` (their standing) or `renew` (their terms).
    """

    versions: list[Version] = field(default_factory=list)
    whole: int = 0
    present: int = 0
    shows: bool = field(init=False)
    """Whether any version has a topic or a region at all."""
    _shown: tuple[int, int] | None = None
    _hoped: tuple[int, int] | None = None
    _could_show: tuple[int, int] | None = None
    _lacking: tuple[int, int] | None = None
    _top: tuple[int, int] | None = None
    _leaning: list[Version] | None = None

    def __post_init__(self) -> None:
        self.shows = any(version.shows for version in self.versions)

    @property
    def evidence(self) -> frozenset[tuple[int, int, tuple[StixId, ...], int]]:
        """What its versions show to what they are connected with: topics, regions, ends, and in which views."""
        return frozenset((v.topic_slots, v.region_slots, v.ends, v.present) for v in self.versions)

    def shown(self, stride: int) -> tuple[int, int]:
        """The slots for which a version shows a wanted topic, and a wanted region, in a view that it is in."""
        if self._shown is None:
            topics = regions = 0
            for version in self.versions:
                if version.shows:
                    views = version.whole | version.variant
                    slots = (views << stride) - views
                    topics |= version.topic_slots & slots
                    regions |= version.region_slots & slots
            self._shown = topics, regions
        return self._shown

    def hoped(self, stride: int) -> tuple[int, int]:
        """The same for the views that a version can be in."""
        if self._hoped is None:
            topics = regions = 0
            for version in self.versions:
                if version.shows:
                    views = version.bound_whole | version.bound_variant
                    slots = (views << stride) - views
                    topics |= version.topic_slots & slots
                    regions |= version.region_slots & slots
            self._hoped = topics, regions
        return self._hoped

    @property
    def could_show(self) -> tuple[int, int]:
        """The same for all views."""
        if self._could_show is None:
            topics = regions = 0
            for version in self.versions:
                if version.shows:
                    topics |= version.topic_slots
                    regions |= version.region_slots
            self._could_show = topics, regions
        return self._could_show

    @property
    def lacking(self) -> tuple[int, int]:
        """The slots that a version does not match and has no topic of its own for, and those without a region."""
        if self._lacking is None:
            topics = regions = 0
            for version in self.versions:
                unmatched = version.base_slots & ~version.matched
                topics |= unmatched & ~version.topic_slots
                regions |= unmatched & ~version.region_slots
            self._lacking = topics, regions
        return self._lacking

    @property
    def top(self) -> tuple[int, int]:
        """Where a version could be whole, and where as a variant, by its own rules."""
        if self._top is None:
            whole = variant = 0
            for version in self.versions:
                whole |= version.top_whole
                variant |= version.top_variant
            self._top = whole, variant
        return self._top

    @property
    def leaning(self) -> list[Version]:
        """The versions that may lack evidence of their own."""
        if self._leaning is None:
            self._leaning = [version for version in self.versions if version.may_lack_evidence]
        return self._leaning

    def refresh(self) -> None:
        """Join the standing of all versions again."""
        whole = present = 0
        for version in self.versions:
            whole |= version.whole
            present |= version.whole | version.variant
        self.whole, self.present, self._shown, self._lacking = whole, present, None, None

    def renew(self) -> None:
        """Join all again after the terms changed."""
        self._top = self._leaning = self._hoped = self._could_show = None
        self.refresh()

    def forget_lacking(self) -> None:
        """Work out anew what no version matches."""
        self._lacking = None

    def forget_bounds(self) -> None:
        """Work out anew what it could show at most."""
        self._hoped = None


NOT_HELD: Final = Held()
"""What stands for an id of which no version is held; nobody writes to it."""
