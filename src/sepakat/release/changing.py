"""The fixpoint of a world that changes: what a change lets rise begins high again, all else stays where it is.

What can rise is found from the changed ids along references, and along relationships that show what was missing; each
rise is bounded by what a version's own rules and its references allow. Then everything falls to where it stays, as if
all were decided anew. A version that nothing raised keeps its standing. DESIGN section 4, *Set-at-a-time*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sepakat.release.compiled import Compiled
from sepakat.release.rising import RisingFixpoint
from sepakat.release.static_rules import base_slots, features, of_alike
from sepakat.release.versions import NOT_HELD, Held, Unit, Version
from sepakat.stix.identifiers import StixId


class ChangingFixpoint(RisingFixpoint):
    """A fixpoint that takes in changes."""

    _rises: bool
    """Whether new terms allow anything that was not allowed before."""
    _shows_less: bool
    """Whether something shows fewer wanted topics or regions under new terms."""
    _goes_otherwise: int
    """Slots that may go whole or cut under new terms where they might not, or the other way."""

    def __init__(self, world: Compiled) -> None:
        super().__init__(world)
        self._may_go = (world.clauses.may_go_whole, world.clauses.may_go_cut)
        self._differing: set[Version] = set()
        """What new terms allow otherwise than the old ones did."""
        self._compared: dict[tuple[int, int], tuple[bool, bool, object]] = {}
        self._stays: dict[tuple[object, ...], bool] = {}
        """By features: whether the new terms say the same of all versions that have them."""

    def renew(self, views: int) -> frozenset[StixId]:
        """Decide some views anew after the terms of their agreements changed; no view looks at another.

        Gives the ids that any of them could hold before or after. Where nothing is allowed that was not allowed
        before, everything stays but for what the new terms take away, and what falls with it.
        """
        clauses = self._world.clauses
        self._slots = self._world.slots
        self._covers.clear()
        slots = self._slots.spread(views)
        may_go = (clauses.may_go_whole, clauses.may_go_cut)
        self._rises = _has_more(self._may_go, may_go, slots)
        self._goes_otherwise = slots & ((may_go[0] ^ self._may_go[0]) | (may_go[1] ^ self._may_go[1]))
        self._shows_less, self._may_go = False, may_go
        self._compared.clear()
        self._differing.clear()
        self._stays.clear()
        concerned: list[Version] = []
        renewed: dict[StixId, None] = {}
        for version in self._world.versions():
            if not version.is_scaffold and self._is_the_same(version, slots):
                if version.base_slots & slots:
                    concerned.append(version)
                continue
            renewed[version.id] = None
            if version.is_scaffold:
                self._show_again(version, slots)
                version.whole = version.top_whole = version.bound_whole = self._slots.live
            elif self._renew_one(version, slots):
                concerned.append(version)
        for identifier in renewed:
            self._held[identifier].renew()
        if self._rises:
            self._touched = {version.id for version in concerned}
            self._begin_again(concerned, views)
        else:
            differing = [version for version in concerned if version in self._differing]
            self._touched = {version.id for version in differing}
            self._lower(differing)
        self._settle()
        self._leaning.clear()
        return frozenset(self._touched)

    def _is_the_same(self, version: Version, slots: int) -> bool:
        """Whether the new terms surely say the same of a version by itself: those that are alike go alike.

        Not of what is asked for one by one: personal data, what derives from other things, marked parts.
        """
        world, before = self._world, self._world.alike_before
        if before is None or version.fault is not None or version.is_personal or world.basis.derives(version):
            return False
        key = features(version)
        stays = self._stays.get(key)
        if stays is None:
            clauses = world.clauses
            stays = self._stays[key] = key in before and not slots & (
                (before[key] ^ of_alike(world, version))
                | (version.topic_slots ^ clauses.topics(version.own_topics))
                | (version.region_slots ^ clauses.regions(version.own_regions))
            )
        # Of what no slot may read the parts do not matter.
        return stays and (world.keep_parts(version) or not version.base_slots & slots)

    def _renew_one(self, version: Version, slots: int) -> bool:
        """Ask the rules about one version anew for some slots; whether they allow anything or did."""
        if version.fault is not None:
            return False
        world, before, was, parts = self._world, version.base_slots, _allowed(version), version.units
        try:
            now = base_slots(world, version, slots)
            if not now and not before & slots:
                return False
            version.base_slots = (before & ~slots) | now
            self._show_again(version, slots)
            if version.base_slots:
                world.find_parts(version)
        except Exception as error:  # noqa: BLE001  what raises is withheld, with the reason kept
            version.fault = str(error) or type(error).__name__
            version.base_slots = version.matched = version.top_whole = version.top_variant = 0
            self._differing.add(version)
            return True
        version.top_whole, version.top_variant = self._highest(version)
        allowed = _allowed(version)
        parts_differ, parts_rise = self._compare(parts, version.units, slots)
        if parts_differ or was != allowed or version.base_slots & self._goes_otherwise:
            self._rises = self._rises or parts_rise or _has_more(was, allowed, slots)
            self._differing.add(version)
        return True

    def _show_again(self, version: Version, slots: int) -> None:
        """Find anew which slots want a version's topics and regions."""
        clauses = self._world.clauses
        topics, regions = clauses.topics(version.own_topics), clauses.regions(version.own_regions)
        if (version.topic_slots & ~topics | version.region_slots & ~regions) & slots:
            self._shows_less = True
        if (topics & ~version.topic_slots | regions & ~version.region_slots) & slots:
            self._rises = True
        version.topic_slots, version.region_slots = topics, regions

    def _compare(self, before: tuple[Unit, ...], now: tuple[Unit, ...], slots: int) -> tuple[bool, bool]:
        """Whether some slots may read other parts than before, and whether they may read more; many versions share."""
        if before is now:
            return False, False
        known = self._compared.get((id(before), id(now)))
        if known is None:
            old, new = ({unit.path: unit.slots for unit in units} for units in (before, now))
            every = self._slots.every
            pairs = [(old.get(path, every) & slots, new.get(path, every) & slots) for path in {*old, *new}]
            # The tuples are kept with the answer, so that no other can get their ids meanwhile.
            known = (any(a != b for a, b in pairs), any(b & ~a for a, b in pairs), (before, now))
            self._compared[id(before), id(now)] = known
        return known[0], known[1]

    def _begin_again(self, begun: Iterable[Version], views: int) -> None:
        """Put versions as high in some views as their own rules allow, and let them fall as far as references go."""
        slots = self._slots.spread(views)
        for version in begun:
            version.matched = (version.matched & ~slots) | (version.base_slots & slots)
            version.whole = version.top_whole & (version.whole | views)
            version.variant = version.top_variant & (version.variant | views)
            if version.fault is not None:
                self._note(version.id)
        for version in begun:
            self._held[version.id].renew()
        for version in begun:
            if version.present:
                # Also one that no view could hold before: nobody had to tell it of a fall.
                self._connect(version)
                self._weigh(version)
        self._settle_references()
        for version in begun:
            version.bound_whole = (version.bound_whole & ~views) | (version.whole & views)
            version.bound_variant = (version.bound_variant & ~views) | (version.variant & views)

    def _lower(self, begun: Iterable[Version]) -> None:
        """Let versions fall to what their own rules now allow."""
        clauses = self._world.clauses
        for version in begun:
            version.matched &= version.base_slots
            whole = version.whole & self.cover(version.unit_slots, version.matched & clauses.may_go_whole)
            variant = version.variant
            if variant:
                variant &= self.cover(version.required_slots, version.matched & clauses.may_go_cut)
            self._fall(version, whole, self._keep_needs(version, variant))
            if version.may_lack_evidence:
                self._doubtful[version] = None
        if self._shows_less:
            self._doubtful.update({one: None for one in self._world.versions() if one.may_lack_evidence})

    def replace(self, changed: Iterable[StixId], read: Callable[[Iterable[StixId]], None]) -> frozenset[StixId]:
        """Decide again after some ids changed; `read` puts them into the world as they are now.

        What can rise by the change begins high again and falls to where it stays, as if all were decided anew: each
        rise is passed on, as far as each version's own rules allow it, before anything falls. Gives all ids that were
        looked at again.
        """
        before = {identifier: self._held.get(identifier, NOT_HELD) for identifier in changed}
        new = [identifier for identifier, old in before.items() if not old.versions]
        for identifier, old in before.items():
            if old.versions:
                self._doubtful.update(self._leaning_on(identifier))
        for old in before.values():
            for version in old.versions:
                self._disconnect(version)
        read(before)
        begun: dict[Version, None] = {}
        for identifier in before:
            for version in self._versions_of(identifier):
                self._start(version)
                begun[version] = None
        self._bound(before)
        for version in begun:
            self._connect(version)
        self._note_what_shows_otherwise(before)
        self._raise_bounds(before)
        self._touched = set(before)
        risen = self._raise(before)
        begun |= risen
        for version in begun:
            if not version.is_scaffold and version.present:
                self._weigh(version)
                if version.may_lack_evidence:
                    self._doubtful[version] = None
        for identifier, old in before.items():
            if old.versions:
                self._note(identifier)
        self._touched.update([version.id for version in risen])
        # What was not there before can have let nobody down: who hopes for it is in doubt already, having risen for it.
        self._leaning = {identifier: {} for identifier in new}
        self._settle_references()
        for identifier in new:
            del self._leaning[identifier]
        self._settle()
        self._leaning.clear()
        return frozenset(self._touched)

    def _note_what_shows_otherwise(self, before: Mapping[StixId, Held]) -> None:
        for identifier, old in before.items():
            if self._shows(identifier) != old.shows:
                for relationship in self._links.get(identifier, ()):
                    for end in relationship.ends:
                        self._note_shown(relationship, end)


def _allowed(version: Version) -> tuple[int, ...]:
    """What a version's own rules allow it, mask by mask."""
    return (
        *(version.base_slots, version.topic_slots, version.region_slots, version.pseudonym_slots),
        *(version.top_whole, version.top_variant),
    )


def _has_more(before: tuple[int, ...], now: tuple[int, ...], slots: int) -> bool:
    """Whether any of some masks has a bit that it had not."""
    return any(now[place] & ~old & slots for place, old in enumerate(before))
