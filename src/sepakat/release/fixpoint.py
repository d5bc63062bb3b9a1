"""The greatest fixpoint: which versions are in which views, whole or as a variant, given all others.

Every version starts as high as its own rules allow, and only ever falls: when what it refers to falls, or when the
relationships fall over which it was shown to be about a wanted topic or region. A worklist of ids carries the falls
along the edges, so the work is that of the edges whose end falls; a circle falls as a whole or stays. DESIGN section
4, 4 to 7.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain

from sepakat.release.compiled import Compiled
from sepakat.release.object_facts import RELATIONSHIPS
from sepakat.release.static_rules import base_slots
from sepakat.release.versions import NOT_HELD, Need, Version
from sepakat.stix.identifiers import StixId


class Fixpoint:
    """Lets all versions of a compiled world fall to where they stay."""

    def __init__(self, world: Compiled) -> None:
        self._world = world
        self._slots = world.slots
        self._held = world.held
        self._dependents: dict[StixId, dict[Version, None]] = {}
        self._links: dict[StixId, dict[Version, None]] = {}
        """Versions of relationships and sightings that connect an id, held or not."""
        self._shown: dict[StixId, dict[Version, None]] = {}
        """Those of them of which another end shows a topic or region: nothing else can be evidence for the id."""
        self._witnesses: dict[StixId, tuple[Version, ...]] = {}
        """By which of them an id had its evidence when somebody looked last."""
        self._fallen: deque[StixId] = deque()
        self._is_fallen: set[StixId] = set()
        self._touched: set[StixId] = set()
        """Ids that fell since somebody asked."""
        self._doubtful: dict[Version, None] = {}
        """Versions whose evidence over relationships has to be looked at again."""
        self._leaning: dict[StixId, dict[Version, None]] = {}
        """While all is decided: who may lack evidence of its own and can have it by way of an id; found when asked."""
        self._needy: dict[Version, None] = {}
        """Versions of which something that must not vanish may have vanished."""
        self._covers: dict[tuple[tuple[int, ...], int], int] = {}

    def run(self) -> None:
        """Decide all versions."""
        for version in self._world.versions():
            self._start(version)
        for entry in self._held.values():
            entry.renew()
        for version in self._world.versions():
            self._connect(version)
        for version in self._world.versions():
            if version.present and not version.is_scaffold:
                self._weigh(version)
        self._settle_references()
        for version in self._world.versions():
            version.bound_whole, version.bound_variant = version.whole, version.variant
        self._settle()
        self._leaning.clear()
        self._touched.clear()

    def _highest(self, version: Version) -> tuple[int, int]:
        """The views that a version could be in whole, and as a variant, if all others were in all views."""
        clauses = self._world.clauses
        whole = self.cover(version.unit_slots, version.base_slots & clauses.may_go_whole)
        if not version.is_own or version.type == "marking-definition":
            return whole, 0
        return whole, self.cover(version.required_slots, version.base_slots & clauses.may_go_cut)

    def _settle(self) -> None:
        """Let everything fall that what fell takes with it."""
        self._settle_references()
        while self._doubtful:
            doubtful, self._doubtful = self._doubtful, {}
            # The versions of an id have the same evidence; what falls meanwhile has it looked at once more.
            found: dict[StixId, tuple[int, int]] = {}
            for version in doubtful:
                self._look_again(version, found)
            self._settle_references()

    def _settle_references(self) -> None:
        """The same as far as references go; whose evidence went with it is noted."""
        while self._fallen or self._needy:
            while self._fallen:
                self._pass_on(self._fallen.popleft())
            # Only when nothing else falls: what needs one of many would else be counted again for each of them.
            needy, self._needy = self._needy, {}
            for version in needy:
                self._fall(version, version.whole, self._keep_needs(version, version.variant))

    def _start(self, version: Version) -> None:
        """As high as the version's own rules allow, with every relationship taken to be in the view."""
        world = self._world
        version.topic_slots = world.clauses.topics(version.own_topics)
        version.region_slots = world.clauses.regions(version.own_regions)
        try:
            if version.fault is None and not version.is_scaffold:
                version.base_slots = base_slots(world, version, self._slots.every)
            if version.base_slots or version.is_scaffold:
                world.find_parts(version)
        except Exception as error:  # noqa: BLE001  what raises is withheld, with the reason kept
            version.fault = str(error) or type(error).__name__
            version.base_slots = 0
        if version.is_scaffold:
            version.whole = version.top_whole = version.bound_whole = self._slots.live
            return
        version.matched = version.base_slots
        version.whole, version.variant = self._highest(version)
        version.top_whole, version.top_variant = version.whole, version.variant

    def _connect(self, version: Version) -> None:
        """Register on whom a version hangs, and what it connects."""
        for end in version.ends:
            self._links.setdefault(end, {})[version] = None
            self._note_shown(version, end)
        if version.is_scaffold or not version.top_whole | version.top_variant:
            return
        for target in version.targets:
            self._dependents.setdefault(target, {})[version] = None
        if version.may_lack_evidence:
            self._doubtful[version] = None

    def _note_shown(self, relationship: Version, end: StixId) -> None:
        """Note whether a relationship shows anything to one of its ends."""
        for each in relationship.ends:
            if each != end and self._shows(each):
                self._shown.setdefault(end, {})[relationship] = None
                return
        if end in self._shown:
            self._shown[end].pop(relationship, None)

    def _disconnect(self, version: Version) -> None:
        """Forget a version."""
        for end in version.ends:
            self._links.get(end, {}).pop(version, None)
            self._shown.get(end, {}).pop(version, None)
        for target in version.targets:
            self._dependents.get(target, {}).pop(version, None)
        self._doubtful.pop(version, None)
        self._witnesses.pop(version.id, None)

    def _weigh(self, version: Version) -> None:
        """Let a version fall to what its references allow, before anything has been passed on."""
        whole, variant, held = version.whole, version.variant, self._held
        for target in version.targets:
            entry = held.get(target, NOT_HELD)
            whole &= entry.whole
            if variant and target in version.needed_targets:
                variant &= entry.whole if target in version.whole_targets else entry.present
        self._fall(version, whole, self._keep_needs(version, variant))

    def _fall(self, version: Version, whole: int, variant: int) -> None:
        """Put a version where it now stands, and note its id if that changed."""
        if whole != version.whole or variant != version.variant:
            version.whole, version.variant = whole, variant
            self._held[version.id].refresh()
            self._note(version.id)

    def _note(self, identifier: StixId) -> None:
        if identifier not in self._is_fallen:
            self._is_fallen.add(identifier)
            self._fallen.append(identifier)
            self._touched.add(identifier)

    def _pass_on(self, target: StixId) -> None:
        """Let everything fall that hangs on an id that fell."""
        self._is_fallen.discard(target)
        entry = self._held.get(target, NOT_HELD)
        for version in self._dependents.get(target, ()):
            whole = version.whole & entry.whole
            variant = version.variant
            if variant:
                # Even where it stays a variant, what remains of it may be another.
                self._touched.add(version.id)
                if target in version.needed_targets:
                    variant &= entry.present
                if target in version.whole_targets:
                    variant &= entry.whole
                if version.needs:
                    self._needy[version] = None
            if whole != version.whole or variant != version.variant:
                self._fall(version, whole, variant)
        leaning = self._leaning.get(target)
        if leaning is None:
            leaning = self._leaning[target] = self._leaning_on(target)
        self._doubtful.update(leaning)

    def _leaning_on(self, identifier: StixId) -> dict[Version, None]:
        """The versions that may lack evidence of their own and can have it by way of an id.

        Where it shows something: what connects it, and the other ends of that. And where it connects what shows
        something: its other ends.
        """
        found: dict[Version, None] = {}
        ends: dict[StixId, None] = {}
        entry = self._held.get(identifier, NOT_HELD)
        if entry.shows:
            for relationship in self._links.get(identifier, ()):
                if relationship.may_lack_evidence:
                    found[relationship] = None
                for end in relationship.ends:
                    ends[end] = None
        for version in entry.versions:
            for end in version.ends:
                if version in self._shown.get(end, ()):
                    ends[end] = None
        for end in ends:
            found.update(dict.fromkeys(self._held.get(end, NOT_HELD).leaning))
        return found

    def _shows(self, identifier: StixId) -> bool:
        return self._held.get(identifier, NOT_HELD).shows

    def _look_again(self, version: Version, found: dict[StixId, tuple[int, int]]) -> None:
        """Match the clauses again with the evidence that is left."""
        if not version.present or not version.matched & ~(version.topic_slots & version.region_slots):
            return
        # What a relationship connects may change from version to version.
        evidence = self._over_itself(version) if version.type in RELATIONSHIPS else found.get(version.id)
        if evidence is None:
            evidence = found[version.id] = self._evidence(version.id)
        matched = version.matched & (version.topic_slots | evidence[0]) & (version.region_slots | evidence[1])
        if matched == version.matched:
            return
        version.matched = matched
        self._held[version.id].forget_lacking()
        self._touched.add(version.id)
        clauses = self._world.clauses
        whole = version.whole & self.cover(version.unit_slots, matched & clauses.may_go_whole)
        variant = version.variant
        if variant:
            variant &= self.cover(version.required_slots, matched & clauses.may_go_cut)
            variant = self._keep_needs(version, variant)
        self._fall(version, whole, variant)

    def _over_itself(self, relationship: Version) -> tuple[int, int]:
        """The slots for which an end of a relationship that is in the view has a wanted topic, and a wanted region."""
        topics = regions = 0
        for end in relationship.ends:
            theirs = self._held.get(end, NOT_HELD).shown(self._slots.stride)
            topics |= theirs[0]
            regions |= theirs[1]
        return topics, regions

    def _evidence(self, identifier: StixId) -> tuple[int, int]:
        """Of the slots for which versions of an id lack a topic or region, those for which one is shown one hop away.

        Begins with the relationships by which they were found the last time, and ends when all are found.
        """
        topics = regions = 0
        for version in self._versions_of(identifier):
            if version.present:
                topics |= version.matched & ~version.topic_slots
                regions |= version.matched & ~version.region_slots
        lacks_topics, lacks_regions = topics, regions
        shown, stride, held = self._shown.get(identifier, {}), self._slots.stride, self._held
        known = [relationship for relationship in self._witnesses.get(identifier, ()) if relationship in shown]
        witnesses: dict[Version, None] = {}
        for relationship in chain(known, shown):
            views = relationship.whole | relationship.variant
            if not views:
                continue
            slots = (views << stride) - views
            for end in relationship.ends:
                if end != identifier:
                    theirs = held.get(end, NOT_HELD).shown(stride)
                    if theirs[0] & slots & lacks_topics or theirs[1] & slots & lacks_regions:
                        lacks_topics &= ~(theirs[0] & slots)
                        lacks_regions &= ~(theirs[1] & slots)
                        witnesses[relationship] = None
            if not (lacks_topics or lacks_regions):
                break
        self._witnesses[identifier] = tuple(witnesses)
        return topics & ~lacks_topics, regions & ~lacks_regions

    def connected(self, version: Version, *, hopeful: bool) -> Iterator[tuple[Version, Version, int]]:
        """What can be evidence for a version, one hop away: over which relationship, the other version, in which views.

        With `hopeful`, relationships that are in no view are among them.
        """
        if version.type in RELATIONSHIPS:
            for end in version.ends:
                for other in self._versions_of(end):
                    if other.shows:
                        yield version, other, self._slots.live
            return
        for relationship in self._shown.get(version.id, ()):
            if relationship.present or hopeful:
                for end in relationship.ends:
                    if end != version.id:
                        for other in self._versions_of(end):
                            if other.shows:
                                yield relationship, other, relationship.present

    def _versions_of(self, identifier: StixId) -> list[Version]:
        return self._held.get(identifier, NOT_HELD).versions

    def _keep_needs(self, version: Version, variant: int) -> int:
        """The views of a variant in which nothing vanishes that must not."""
        for need in version.needs:
            if not variant:
                break
            variant &= self.remains(need, version.matched & self._world.clauses.may_go_cut, variant)
        return variant

    def remains(self, need: Need, readable: int, views: int) -> int:
        """Of some views, those in which something remains of what a need is about."""
        for unit in need.units:
            views &= self._slots.gather(unit & readable)
        for edge in need.edges:
            entry = self._held.get(edge.target, NOT_HELD)
            views &= entry.whole if edge.must_be_whole else entry.present
        for other in need.besides:
            views &= self.remains(other, readable, views)
        if need.children is None or not views:
            return views
        remaining = 0
        for child in need.children:
            remaining |= self.remains(child, readable, views & ~remaining)
            if remaining == views:
                break
        return remaining

    def cover(self, masks: tuple[int, ...], matched: int) -> int:
        """The views in which every mask has a matching slot: each part is readable under some clause that matches."""
        key = (masks, matched)
        views = self._covers.get(key)
        if views is None:
            views = self._slots.gather(matched)
            for mask in masks:
                if not views:
                    break
                views &= self._slots.gather(mask & matched)
            self._covers[key] = views
        return views
