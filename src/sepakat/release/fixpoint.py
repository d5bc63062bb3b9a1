"""The greatest fixpoint: which versions are in which views, whole or as a variant, given all others.

Every version starts as high as its own rules allow, and only ever falls: when what it refers to falls, or when the
relationships fall over which it was shown to be about a wanted topic or region. A worklist of ids carries the falls
along the edges, so the work is that of the edges whose end falls; a circle falls as a whole or stays. DESIGN section
4, 4 to 7.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from sepakat.release.compiled import Compiled
from sepakat.release.object_facts import RELATIONSHIPS
from sepakat.release.static_rules import base_slots
from sepakat.release.versions import Held, Need, Version
from sepakat.stix.identifiers import StixId

_GONE = Held()


class Fixpoint:
    """Lets all versions of a compiled world fall to where they stay."""

    def __init__(self, world: Compiled) -> None:
        self._world = world
        self._slots = world.slots
        self._held = world.held
        self._dependents: dict[StixId, dict[Version, None]] = {}
        self._links: dict[StixId, dict[Version, None]] = {}
        """Versions of relationships and sightings that connect an id, held or not."""
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
            entry.refresh()
        for version in self._world.versions():
            self._connect(version)
        for version in self._world.versions():
            if version.present and not version.is_scaffold:
                self._weigh(version)
        self._settle()
        self._leaning.clear()
        self._touched.clear()

    def renew(self, views: int) -> frozenset[StixId]:
        """Decide some views anew after the terms of their agreements changed; no view looks at another.

        Gives the ids that any of them could hold before or after.
        """
        self._slots = self._world.slots
        self._covers.clear()
        slots = self._slots.spread(views)
        begun: list[Version] = []
        for version in self._world.versions():
            if version.is_scaffold:
                version.topic_slots = self._world.clauses.topics(version.own_topics)
                version.region_slots = self._world.clauses.regions(version.own_regions)
                version.whole = self._slots.live
            elif self._restart(version, views, slots):
                begun.append(version)
        for entry in self._held.values():
            entry.refresh()
        for version in begun:
            if version.present:
                # Also one that no view could hold before: nobody had to tell it of a fall.
                self._connect(version)
                self._weigh(version)
        self._touched = {version.id for version in begun}
        self._settle()
        self._leaning.clear()
        return frozenset(self._touched)

    def _restart(self, version: Version, views: int, slots: int) -> bool:
        """Put a version as high in some views as its own rules now allow; whether they allowed anything, or do."""
        world, before = self._world, version.base_slots & slots
        if version.fault is not None:
            return False
        try:
            now = base_slots(world, version, slots)
            if not before and not now:
                return False
            version.base_slots = (version.base_slots & ~slots) | now
            version.topic_slots = world.clauses.topics(version.own_topics)
            version.region_slots = world.clauses.regions(version.own_regions)
            if version.base_slots:
                version.has_parts = False
                world.find_parts(version)
        except Exception as error:  # noqa: BLE001  what raises is withheld, with the reason kept
            version.fault = str(error) or type(error).__name__
            version.base_slots = version.whole = version.variant = 0
            return True
        version.matched = (version.matched & ~slots) | now
        whole, variant = self._highest(version)
        version.whole = (version.whole & ~views) | (whole & views)
        version.variant = (version.variant & ~views) | (variant & views)
        return True

    def _highest(self, version: Version) -> tuple[int, int]:
        """The views that a version could be in whole, and as a variant, if all others were in all views."""
        clauses = self._world.clauses
        whole = self.cover(version.unit_slots, version.matched & clauses.may_go_whole)
        if not version.is_own or version.type == "marking-definition":
            return whole, 0
        return whole, self.cover(version.required_slots, version.matched & clauses.may_go_cut)

    def _settle(self) -> None:
        """Let everything fall that what fell takes with it."""
        while self._fallen or self._needy or self._doubtful:
            while self._fallen:
                self._pass_on(self._fallen.popleft())
            # Only when nothing else falls: what needs one of many would else be counted again for each of them.
            needy, self._needy = self._needy, {}
            for version in needy:
                self._fall(version, version.whole, self._keep_needs(version, version.variant))
            if not self._fallen:
                doubtful, self._doubtful = self._doubtful, {}
                for version in doubtful:
                    self._look_again(version)

    def replace(self, changed: Iterable[StixId], read: Callable[[Iterable[StixId]], None]) -> frozenset[StixId]:
        """Decide again after some ids changed; `read` puts them into the world as they are now.

        What can rise by the change begins high again and falls to where it stays, as if all were decided anew: each
        rise is passed on, as far as each version's own rules allow it, before anything falls. Gives all ids that were
        looked at again: every one whose standing, or the clauses that match it, may be other than before.
        """
        before: dict[StixId, Held] = {}
        for identifier in changed:
            before[identifier] = self._held.get(identifier) or Held()
            for version in self._leaning_on(identifier):
                self._doubtful[version] = None
        for entry in before.values():
            for version in entry.versions:
                self._disconnect(version)
        read(before)
        for identifier in before:
            for version in self._versions_of(identifier):
                self._start(version)
            if identifier in self._held:
                self._held[identifier].refresh()
            for version in self._versions_of(identifier):
                self._connect(version)
        risen = self._raise(before)
        begun = {version: None for identifier in before for version in self._versions_of(identifier)} | risen
        for version in begun:
            if version.present and not version.is_scaffold:
                self._weigh(version)
                if self._may_lack_evidence(version):
                    self._doubtful[version] = None
        for identifier in before:
            self._note(identifier)
        self._touched = {*before, *(version.id for version in risen)}
        self._settle()
        self._leaning.clear()
        return frozenset(self._touched)

    def _raise(self, before: Mapping[StixId, Held]) -> dict[Version, None]:
        """Put high again whatever a change lets rise, step by step; gives the versions, all in their hopeful state."""
        waiting: dict[StixId, int] = {}
        for identifier, old in before.items():
            now = self._held.get(identifier)
            if now is not None:
                views = (now.whole & ~old.whole) | (now.present & ~old.present)
                if now.evidence != old.evidence:
                    views |= now.present
                waiting[identifier] = views
        raised: dict[Version, None] = {}
        while waiting:
            identifier, views = waiting.popitem()
            if not views:
                continue
            for version in (*self._dependents.get(identifier, ()), *self._leaning_on(identifier)):
                higher = self._raise_one(version, views)
                if higher:
                    raised[version] = None
                    waiting[version.id] = waiting.get(version.id, 0) | higher
        return raised

    def _raise_one(self, version: Version, views: int) -> int:
        """Put one version as high in some views as its own rules allow; the views in which it rose."""
        slots = self._slots.spread(views)
        possible = version.base_slots & slots
        if not possible or version.is_scaffold:
            return 0
        possible &= self._hoped_for(version, possible)
        matched = (version.matched & ~slots) | possible
        clauses = self._world.clauses
        whole = version.whole | (self.cover(version.unit_slots, matched & clauses.may_go_whole) & views)
        variant = version.variant
        if version.is_own and version.type != "marking-definition":
            variant |= self.cover(version.required_slots, matched & clauses.may_go_cut) & views
        higher = (whole & ~version.whole) | (variant & ~version.variant)
        higher |= self._slots.gather(matched & ~version.matched) & version.present
        if not higher:
            return 0
        version.matched, version.whole, version.variant = matched | version.matched, whole, variant
        self._held[version.id].refresh()
        return higher

    def _hoped_for(self, version: Version, slots: int) -> int:
        """Of some slots, those for which evidence could be there if everything were in the views that could be."""
        for axis in ("topic", "region"):
            own = version.topic_slots if axis == "topic" else version.region_slots
            missing = slots & ~own
            if missing:
                for relationship, other, _ in self.connected(version, hopeful=True):
                    theirs = other.topic_slots if axis == "topic" else other.region_slots
                    if theirs & missing:
                        views = self._possible(relationship) & self._possible(other)
                        missing &= ~(theirs & self._slots.spread(views))
                slots &= ~missing
        return slots

    def _possible(self, version: Version) -> int:
        return self._slots.live if version.is_scaffold else self._slots.gather(version.base_slots)

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
            version.whole = self._slots.live
            return
        version.matched = version.base_slots
        version.whole, version.variant = self._highest(version)

    def _connect(self, version: Version) -> None:
        """Register on whom a version hangs, and what it connects."""
        for end in version.ends:
            self._links.setdefault(end, {})[version] = None
        if not version.present or version.is_scaffold:
            return
        for target in version.targets:
            self._dependents.setdefault(target, {})[version] = None
        if self._may_lack_evidence(version):
            self._doubtful[version] = None

    def _disconnect(self, version: Version) -> None:
        """Forget a version."""
        for end in version.ends:
            self._links.get(end, {}).pop(version, None)
        for target in version.targets:
            self._dependents.get(target, {}).pop(version, None)
        self._doubtful.pop(version, None)

    def _may_lack_evidence(self, version: Version) -> bool:
        return bool(version.base_slots & ~(version.topic_slots & version.region_slots))

    def _weigh(self, version: Version) -> None:
        """Let a version fall to what its references allow, before anything has been passed on."""
        whole, variant = version.whole, version.variant
        for target in version.targets:
            whole &= self._whole(target)
        for target in version.needed_targets:
            variant &= self._present(target)
        for target in version.whole_targets:
            variant &= self._whole(target)
        self._fall(version, whole, self._keep_needs(version, variant))

    def _whole(self, target: StixId) -> int:
        entry = self._held.get(target)
        return 0 if entry is None else entry.whole

    def _present(self, target: StixId) -> int:
        entry = self._held.get(target)
        return 0 if entry is None else entry.present

    def _fall(self, version: Version, whole: int, variant: int) -> None:
        """Put a version where it now stands, and note its id if that changed."""
        before = (version.whole, version.variant)
        version.whole, version.variant = whole, variant
        entry = self._held[version.id]
        if entry.refresh() or before != (whole, variant):
            self._note(version.id)

    def _note(self, identifier: StixId) -> None:
        if identifier not in self._is_fallen:
            self._is_fallen.add(identifier)
            self._fallen.append(identifier)
            self._touched.add(identifier)

    def _pass_on(self, target: StixId) -> None:
        """Let everything fall that hangs on an id that fell."""
        self._is_fallen.discard(target)
        entry = self._held.get(target) or _GONE
        for version in self._dependents.get(target, ()):
            whole = version.whole & entry.whole
            variant = version.variant
            if variant:
                if target in version.needed_targets:
                    variant &= entry.present
                if target in version.whole_targets:
                    variant &= entry.whole
                if version.needs:
                    self._needy[version] = None
            if (whole, variant) != (version.whole, version.variant):
                self._fall(version, whole, variant)
        leaning = self._leaning.get(target)
        if leaning is None:
            leaning = self._leaning[target] = self._leaning_on(target)
        self._doubtful.update(leaning)

    def _leaning_on(self, identifier: StixId) -> dict[Version, None]:
        """The versions that may lack evidence of their own and can have it by way of an id.

        What it connects, what connects it, and the other ends of that.
        """
        found: dict[Version, None] = {}
        ends: dict[StixId, None] = {}
        for relationship in self._links.get(identifier, ()):
            if self._may_lack_evidence(relationship):
                found[relationship] = None
            ends.update(dict.fromkeys(relationship.ends))
        for version in self._versions_of(identifier):
            ends.update(dict.fromkeys(version.ends))
        for end in ends:
            for version in self._versions_of(end):
                if self._may_lack_evidence(version):
                    found[version] = None
        return found

    def _look_again(self, version: Version) -> None:
        """Match the clauses again with the evidence that is left."""
        if version.is_scaffold or not version.present:
            return
        matched = version.matched & self.evidence(version, "topic") & self.evidence(version, "region")
        if matched == version.matched:
            return
        # Other clauses may cut it otherwise, also where it stays what it was.
        version.matched = matched
        self._touched.add(version.id)
        clauses = self._world.clauses
        whole = version.whole & self.cover(version.unit_slots, matched & clauses.may_go_whole)
        variant = version.variant
        if variant:
            variant &= self.cover(version.required_slots, matched & clauses.may_go_cut)
            variant = self._keep_needs(version, variant)
        self._fall(version, whole, variant)

    def evidence(self, version: Version, axis: str) -> int:
        """The slots for which the version is about a wanted topic (or region), over what is now in each view."""
        own = version.topic_slots if axis == "topic" else version.region_slots
        missing = version.matched & ~own
        if not missing:
            return own
        for _, beyond, views in self.connected(version):
            theirs = beyond.topic_slots if axis == "topic" else beyond.region_slots
            if theirs & missing:
                own |= theirs & self._slots.spread(views & beyond.present)
                missing = version.matched & ~own
                if not missing:
                    break
        return own

    def connected(self, version: Version, *, hopeful: bool = False) -> Iterator[tuple[Version, Version, int]]:
        """What counts for a version one hop away: over which relationship, the other version, and in which views.

        With `hopeful`, relationships that are in no view are among them.
        """
        if version.type in RELATIONSHIPS:
            for end in version.ends:
                for other in self._versions_of(end):
                    yield version, other, self._slots.live
            return
        for relationship in self._links.get(version.id, ()):
            if relationship.present or hopeful:
                for end in relationship.ends:
                    if end != version.id:
                        for other in self._versions_of(end):
                            yield relationship, other, relationship.present

    def _versions_of(self, identifier: StixId) -> list[Version]:
        entry = self._held.get(identifier)
        return [] if entry is None else entry.versions

    def _keep_needs(self, version: Version, variant: int) -> int:
        """The views of a variant in which nothing vanishes that must not."""
        if variant and version.needs:
            readable = version.matched & self._world.clauses.may_go_cut
            for need in version.needs:
                variant &= self.remains(need, readable, variant)
                if not variant:
                    break
        return variant

    def remains(self, need: Need, readable: int, views: int) -> int:
        """Of some views, those in which something remains of what a need is about."""
        for unit in need.units:
            views &= self._slots.gather(unit & readable)
        for edge in need.edges:
            views &= self._whole(edge.target) if edge.must_be_whole else self._present(edge.target)
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
