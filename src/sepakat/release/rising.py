"""How far things can rise by a change, before they fall again to where they stay.

Why nothing is missed: call *new* what is in a view after a change and was not before, and suppose that some of it is
not reached from a changed id over a reference or over a relationship that shows something. All that this part rests on
was in before or belongs to it, and none of it changed; so it could have been in before together with all that was, and
the greatest fixpoint would have had it. Hence everything new is reached, step by step, from what changed.

Each step may be bounded by anything that holds of every state: a version's own rules, those of what it refers to, and
what could be shown to it if all that can be in a view were. It may rise too high without harm: what rose is looked at
again, and falls as if all were decided anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sepakat.release.compiled import Compiled
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.object_facts import RELATIONSHIPS
from sepakat.release.versions import NOT_HELD, Held, Version
from sepakat.stix.identifiers import StixId


class RisingFixpoint(Fixpoint):
    """A fixpoint in which what a change lets rise can be put high again."""

    def __init__(self, world: Compiled) -> None:
        super().__init__(world)
        self._rising: dict[StixId, int] = {}
        """Ids that rose, with the views in which, before anybody was told."""
        self._risen: dict[Version, None] = {}
        self._hopes: dict[StixId, tuple[int, int]] = {}
        """What could be shown to an id, at most, of what it lacked when that was asked first."""

    def _bound(self, changed: Iterable[StixId]) -> None:
        """Bound what has just been started, once all of it has."""
        for identifier in changed:
            entry = self._held.get(identifier)
            if entry is not None:
                for version in entry.versions:
                    self._raise_bound(version, self._slots.live)
                    version.whole &= version.bound_whole
                    version.variant &= version.bound_variant
                entry.refresh()

    def _raise_bounds(self, changed: Iterable[StixId]) -> None:
        """Put the bounds of others where they can be after a change, and never too low.

        A bound rises only with that of something it refers to: changed ids, then what refers to them, and so on.
        """
        waiting = {identifier: self._slots.live for identifier in changed if identifier in self._dependents}
        while waiting:
            identifier, views = waiting.popitem()
            for version in self._dependents.get(identifier, ()):
                higher = self._raise_bound(version, views)
                if higher:
                    waiting[version.id] = waiting.get(version.id, 0) | higher

    def _raise_bound(self, version: Version, views: int) -> int:
        """Put the bound of one version as high in some views as could be; the views in which it rose."""
        whole, variant = version.top_whole & views, version.top_variant & views
        if not (whole & ~version.bound_whole or variant & ~version.bound_variant):
            return 0
        for target in version.targets:
            top_whole, top_variant = self._held.get(target, NOT_HELD).top
            whole &= top_whole
            if variant:
                if target in version.whole_targets:
                    variant &= top_whole
                elif target in version.needed_targets:
                    variant &= top_whole | top_variant
        higher = (whole & ~version.bound_whole) | (variant & ~version.bound_variant)
        if higher:
            version.bound_whole |= whole
            version.bound_variant |= variant
            self._held[version.id].forget_bounds()
        return higher

    def _raise(self, before: Mapping[StixId, Held]) -> dict[Version, None]:
        """Put high again whatever a change lets rise, step by step; gives the versions, all in their hopeful state."""
        self._rising, self._risen = {}, {}
        for identifier, old in before.items():
            now = self._held.get(identifier, NOT_HELD)
            views = (now.whole & ~old.whole) | (now.present & ~old.present)
            if old.versions and now.evidence != old.evidence:
                views |= now.present
            if views:
                self._rising[identifier] = views
        self._hopes.clear()
        while self._rising:
            identifier, views = self._rising.popitem()
            for version in self._dependents.get(identifier, ()):
                if version.variant & views:
                    # What remains of it may be more than before.
                    self._touched.add(version.id)
                self._raise_one(version, views)
            self._raise_by_evidence(identifier, views)
        return self._risen

    def _raise_by_evidence(self, identifier: StixId, views: int) -> None:
        """Raise what an id that rose in some views shows a topic or region to, as a relationship or over one."""
        entry = self._held[identifier]
        if entry.shows:
            topics, regions = entry.could_show
            for relationship in self._links.get(identifier, ()):
                over = views & relationship.bound
                if over:
                    self._raise_shown(relationship, over, topics, regions)
                    for end in relationship.ends:
                        if end != identifier:
                            self._raise_all(end, over, topics, regions)
        for version in entry.versions:
            for end in version.ends:
                for other in version.ends:
                    shown = self._held.get(other, NOT_HELD)
                    if other != end and shown.shows:
                        self._raise_all(end, views, *shown.could_show)

    def _raise_all(self, identifier: StixId, views: int, topics: int, regions: int) -> None:
        """Raise all versions of an id to which a topic or region is shown in some views, if they lack it."""
        for version in self._held.get(identifier, NOT_HELD).leaning:
            self._raise_shown(version, views, topics, regions)

    def _raise_shown(self, version: Version, views: int, topics: int, regions: int) -> None:
        """Raise one version to which a topic or region is shown in some views, if it lacks it."""
        gained = (topics & ~version.topic_slots) | (regions & ~version.region_slots)
        slots = version.base_slots & ~version.matched & gained & self._slots.spread(views)
        if slots:
            self._raise_one(version, self._slots.gather(slots))

    def _raise_one(self, version: Version, views: int) -> None:
        """Put one version as high in some views as rules and bounds allow.

        All slots of these views are asked, since what came for one of them may be all that another one waited for.
        """
        whole, variant = version.whole, version.variant
        views &= version.bound
        slots = version.base_slots & ~version.matched & self._slots.spread(views)
        may_be_whole, may_be_variant = views & version.bound_whole & ~whole, views & version.bound_variant & ~variant
        if not (slots or may_be_whole or may_be_variant):
            return
        clauses = self._world.clauses
        matched = version.matched | (self._hoped_for(version, slots) if slots else 0)
        if may_be_whole:
            whole |= self.cover(version.unit_slots, matched & clauses.may_go_whole) & may_be_whole
        if may_be_variant:
            variant |= self.cover(version.required_slots, matched & clauses.may_go_cut) & may_be_variant
        higher = (whole & ~version.whole) | (variant & ~version.variant)
        if matched != version.matched:
            higher |= self._slots.gather(matched & ~version.matched) & version.present
        if higher:
            version.matched, version.whole, version.variant = matched, whole, variant
            self._held[version.id].refresh()
            self._risen[version] = None
            self._rising[version.id] = self._rising.get(version.id, 0) | higher

    def _hoped_for(self, version: Version, slots: int) -> int:
        """Of some slots, those for which evidence could be there if everything were in the views that could be."""
        if version.type in RELATIONSHIPS:
            topics = regions = 0
            for end in version.ends:
                theirs = self._held.get(end, NOT_HELD).hoped(self._slots.stride)
                topics, regions = topics | theirs[0], regions | theirs[1]
            hoped = self._slots.spread(version.bound)
            topics, regions = topics & hoped, regions & hoped
        else:
            found = self._hopes.get(version.id)
            if found is None:
                found = self._hopes[version.id] = self._hope(version.id)
            topics, regions = found
        return slots & (version.topic_slots | topics) & (version.region_slots | regions)

    def _hope(self, identifier: StixId) -> tuple[int, int]:
        """Of the slots for which versions of an id lack a topic or region, those for which one could be shown to it."""
        topics, regions = self._held[identifier].lacking
        lacks_topics, lacks_regions, stride, held = topics, regions, self._slots.stride, self._held
        for relationship in self._shown.get(identifier, ()):
            views = relationship.bound_whole | relationship.bound_variant
            slots = (views << stride) - views
            for end in relationship.ends:
                if end != identifier:
                    theirs = held.get(end, NOT_HELD).hoped(stride)
                    lacks_topics &= ~(theirs[0] & slots)
                    lacks_regions &= ~(theirs[1] & slots)
            if not (lacks_topics or lacks_regions):
                break
        return topics & ~lacks_topics, regions & ~lacks_regions
