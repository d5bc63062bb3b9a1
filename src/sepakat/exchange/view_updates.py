"""Brings one view up to what the release rule says now: what enters, what stays, what leaves, for some originals.

Decides nothing itself: `release` does. Its own rules are those of DESIGN section 4, number 8: when a variant gets a new
version, and that an id once released has the same bytes for ever (invariant I11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.publishing import MILLISECOND, Entry, publish
from sepakat.exchange.records import Collection, Publication, Standing, VariantState
from sepakat.release import free_text
from sepakat.release.cutting import Cut
from sepakat.release.decision import Outcome
from sepakat.release.engine import decided
from sepakat.release.question import HeldVersion, View, ViewKey
from sepakat.release.state import Decided
from sepakat.release.variants import (
    Projected,
    Projections,
    cut_in,
    project_whole,
    projection_digest,
    same_as,
    variant_object,
)
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject, VersionRef

REVOKED = "revoked"
"""In place of a projection digest: this variant was revoked, its id is never used again."""


@dataclass(slots=True)
class ViewChange:
    """What one update did to one view."""

    view: ViewKey
    published: int = 0
    variants: int = 0
    withdrawn: int = 0


@dataclass(slots=True)
class Found:
    """What is found once for all views and rounds of an update: what is held never changes."""

    projections: Projections
    epochs: MutableMapping[tuple[ViewKey, StixId], int]
    """Those by which `projections` names variants."""
    held: dict[VersionRef, frozenset[str]] = field(default_factory=dict)
    """The identifying strings of objects."""
    left: dict[tuple[VersionRef, Cut], frozenset[str]] = field(default_factory=dict)
    """Those of what a cut leaves."""
    cleared: dict[StixId, str | None] = field(default_factory=dict)
    """Up to which version somebody has let an object go whose text may tell."""


@dataclass(slots=True)
class Shared:
    """What every view of one update shares."""

    node: Node
    unit: Unit
    decided: Decided
    now: datetime
    found: Found


@dataclass(slots=True)
class Concerned:
    """What is concerned in one view: what the engine lets go now, and the rows and variants that are there."""

    released: Mapping[VersionRef, Outcome]
    rows: Sequence[Publication]
    states: Sequence[VariantState]

    def __bool__(self) -> bool:
        return bool(self.released or self.rows or self.states)


class ViewUpdate:
    """One view at one instant, as far as some originals are concerned: nothing is read or changed of any other."""

    def __init__(self, shared: Shared, view: View, collection: Collection, concerned: Concerned) -> None:
        self.node = shared.node
        self.unit = shared.unit
        self.world = shared.decided.world
        self.verdicts = shared.decided.verdicts
        self.now = shared.now
        self.view = view
        self.collection = collection
        self.released = concerned.released
        self.states = {state.original_id: state for state in concerned.states}
        self.epochs = shared.found.epochs
        self.found = shared.found
        self.renewed: list[VariantState] = []
        self.keys = shared.found.projections.keys
        self._projected: dict[VersionRef, Projected] = {}
        self._strings_left: dict[VersionRef, frozenset[str]] = {}
        rows = concerned.rows
        self.live = [row for row in rows if row.standing is Standing.LIVE]
        self.live_ids = {row.id for row in self.live}
        self.last: dict[StixId, Publication] = {}
        """The latest row of each id that ever was in the view, tombstones aside."""
        for row in rows:
            if row.standing is not Standing.TOMBSTONE:
                known = self.last.setdefault(row.id, row)
                if row.version > known.version:
                    self.last[row.id] = row
        self.buried = {(row.id, row.version) for row in rows if row.standing is Standing.TOMBSTONE}

    @cached_property
    def _whole_of(self) -> Mapping[StixId, Sequence[VersionRef]]:
        """The versions of each original that are released whole."""
        found: dict[StixId, list[VersionRef]] = {}
        for version, outcome in self.released.items():
            if outcome is Outcome.WHOLE:
                found.setdefault(version[0], []).append(version)
        return found

    def telling(self, among: Set[StixId] | None = None) -> Iterator[tuple[StixId, str]]:
        """The objects whose variant would tell in free text what it, or what it refers to, withholds (I17).

        `among`: which alone are looked at; None: all.
        """
        newest = [one for one in self._newest_variants() if among is None or one[0] in among]
        cleared = self._cleared([original for original, _ in newest])
        for original, version in newest:
            until = cleared[original]
            if until is not None and version[1] <= until:
                continue
            projected, state = self._projection(version), self.states.get(original)
            if state is not None and state.projection_digest == projected.digest:
                continue
            selectors = list(free_text.telling(projected.content, self._withheld(version)))
            if selectors:
                yield original, f"{', '.join(selectors)} may tell {self.view.key.taker} what was cut; look, then unhold"

    def _cleared(self, originals: Sequence[StixId]) -> Mapping[StixId, str | None]:
        """Up to which version somebody has looked at an object and let it go; None where nobody has."""
        known = self.found.cleared
        missing = [original for original in originals if original not in known]
        if missing:
            policies = self.unit.policies.get_many(missing)
            known.update((one, policies[one].cleared if one in policies else None) for one in missing)
        return known

    def _withheld(self, version: VersionRef) -> frozenset[str]:
        """The identifying strings that this view gets neither of the object nor of what the object refers to."""
        held = self._held(version)
        remaining = self._left(version)
        withheld = set(self._strings(held) - remaining)
        given: set[str] = set()
        targets = {reference.target for reference in self.verdicts.compiled.by_ref[version].references}
        for target in targets - self.world.parties.keys():
            for held in self.world.versions.get(target, ()):
                strings = self._strings(held)
                outcome = self.verdicts.outcome(held.object.version_ref, self.view.key)
                if outcome is Outcome.WHOLE:
                    given |= strings
                else:
                    left = self._left(held.object.version_ref) if outcome is Outcome.VARIANT else frozenset()
                    withheld |= strings - left
                    given |= left
        return frozenset(withheld - given - remaining)

    def _strings(self, held: HeldVersion) -> frozenset[str]:
        name = held.object.version_ref
        found = self.found.held.get(name)
        if found is None:
            found = self.found.held[name] = free_text.identifying_strings(held.object.content)
        return found

    def _left(self, version: VersionRef) -> frozenset[str]:
        """The identifying strings of what this view gets of a version that is in it as a variant."""
        left = self._strings_left.get(version)
        if left is None:
            cut = cut_in(self.verdicts, version, self.view.key)
            left = self.found.left.get((version, cut))
            if left is None:
                left = free_text.identifying_strings(self._projection(version).content)
                # A pseudonym is another in each view.
                if not cut.name_is_replaced:
                    self.found.left[version, cut] = left
            self._strings_left[version] = left
        return left

    def run(self) -> ViewChange:
        wanted = dict(self._newest_variants())
        self._renew_ids_of_observables(wanted)
        variants = [entry for entry in (self._variant(*item) for item in wanted.items()) if entry is not None]
        entries = [*self._whole(), *variants]
        self.unit.views.put_variants(self.renewed)
        staying = self._staying({entry.original[0] for entry in variants})
        leaving = [row.sequence for row in self.live if row.sequence not in staying]
        self.unit.views.withdraw(self.collection.id, leaving, self.now)
        if entries:
            publish(self.node, self.unit, self.view, self.collection, entries, self.now)
        return ViewChange(self.view.key, len(entries), len(variants), len(leaving))

    def _whole(self) -> Iterator[Entry]:
        there = {row.original for row in self.live if row.outcome is Outcome.WHOLE}
        for version, outcome in self.released.items():
            if outcome is Outcome.WHOLE and version not in there and version not in self.buried:
                yield self._entry(self._held(version).object, version, outcome)

    def _newest_variants(self) -> Iterator[tuple[StixId, VersionRef]]:
        """Each object whose newest released version is a variant, with that version."""
        newest: dict[StixId, VersionRef] = {}
        for version in self.released:
            newest[version[0]] = max(version, newest.get(version[0], version))
        for original, version in newest.items():
            if self.released[version] is Outcome.VARIANT:
                yield original, version

    def _renew_ids_of_observables(self, wanted: Mapping[StixId, VersionRef]) -> None:
        """What has no `modified` cannot have two contents under one id: another projection gets another id.

        A new id changes the projections that refer to it, so this goes on until nothing changes; each object is renewed
        at most once.
        """
        renewed: set[StixId] = set()
        changed = True
        while changed:
            changed = False
            for original, version in wanted.items():
                state = self.states.get(original)
                if original in renewed or state is None or state.projection_digest == REVOKED or version[1]:
                    continue
                if self._projection(version).digest != state.projection_digest:
                    self.epochs[(self.view.key, original)] = state.epoch + 1
                    # Whatever names it names it otherwise now.
                    self._projected.clear()
                    renewed.add(original)
                    changed = True

    def _variant(self, original: StixId, version: VersionRef) -> Entry | None:
        projected = self._projection(version)
        digest = projected.digest
        state = self.states.get(original)
        epoch = self.keys.epoch(self.view.key, original)
        identifier = self.keys.id_of(self.view.key, original)
        if state is not None and state.variant_id == identifier:
            if state.projection_digest == digest:
                return self._again(state, version)
            created = parse_instant(state.created)
            modified = in_milliseconds(max(self.now, parse_instant(state.modified) + MILLISECOND))
        elif self._said_already(original, version, digest):
            return None
        else:
            created = modified = in_milliseconds(self.now)
        giver = next(identity for identity, party in self.world.parties.items() if party == self.node.party)
        token = same_as(self.node.secret, self.view.key.agreement, original)
        made = variant_object(projected.content, identifier, created, modified, giver, token)
        self.states[original] = VariantState(
            collection=self.collection.id,
            original_id=original,
            variant_id=identifier,
            epoch=epoch,
            created=format_instant(created),
            modified=format_instant(modified),
            projection_digest=digest,
        )
        self.renewed.append(self.states[original])
        return self._entry(made, version, Outcome.VARIANT)

    def _again(self, state: VariantState, version: VersionRef) -> Entry | None:
        """The variant as it was last released: nothing if it is there, the same bytes if it had left the view."""
        if state.variant_id in self.live_ids:
            return None
        last = self.last[state.variant_id]
        return self._entry(StixObject.from_bytes(last.body), version, Outcome.VARIANT)

    def _said_already(self, original: StixId, version: VersionRef, digest: str) -> bool:
        """Whether the last version that went whole says all that this projection says."""
        whole = [other for other in self._whole_of.get(original, ()) if other < version]
        if not whole:
            return False
        return projection_digest(project_whole(self.world, self._held(max(whole)).object)) == digest

    def _staying(self, renewed: set[StixId]) -> set[int]:
        """Sequences of the live rows that stay: whole rows still permitted, and each variant's latest version."""
        variants = {version[0] for version, outcome in self.released.items() if outcome is Outcome.VARIANT}
        staying = set()
        for row in self.live:
            original = row.original[0]
            if row.outcome is Outcome.WHOLE:
                stays = self.released.get(row.original) is Outcome.WHOLE
            else:
                stays = original in variants and original not in renewed and self._is_latest(row.id, original)
            if stays:
                staying.add(row.sequence)
        return staying

    def _is_latest(self, identifier: StixId, original: StixId) -> bool:
        state = self.states.get(original)
        return state is not None and state.variant_id == identifier

    def _held(self, version: VersionRef) -> HeldVersion:
        return self.verdicts.compiled.by_ref[version].held

    def _projection(self, version: VersionRef) -> Projected:
        found = self._projected.get(version)
        if found is None:
            found = self._projected[version] = self.found.projections.of(self.verdicts, version, self.view.key)
        return found

    def _entry(self, made: StixObject, version: VersionRef, outcome: Outcome) -> Entry:
        held = self._held(version)
        cut: tuple[str, ...] = ()
        if outcome is Outcome.VARIANT:
            projected = self._projection(version)
            cut = self.found.projections.left_out(self.verdicts, version, projected.cut)
        decision = decided(self.verdicts, version, self.view.key, outcome, self.now, cut)
        return Entry(made, version, outcome, held.origins, decision)


def in_milliseconds(instant: datetime) -> datetime:
    """An instant at the precision of what we write: whole milliseconds, never later."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
