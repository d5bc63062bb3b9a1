"""Brings every view up to what the release rule says now: what enters, what stays, what leaves.

`update_views` runs inside the writing unit of whatever changed something, so that a change and its release are one
transaction. It decides nothing itself: `release` does. Its own rules are those of DESIGN section 4, number 8: when a
variant gets a new version, and that an id once released has the same bytes for ever (invariant I11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.publishing import MILLISECOND, Entry, publish
from sepakat.exchange.records import Collection, Policy, Standing, VariantState
from sepakat.exchange.world import world_of
from sepakat.release import free_text
from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide, decide_all
from sepakat.release.question import HeldVersion, View, ViewKey, World
from sepakat.release.variants import VariantKeys, project, projection_digest, same_as, variant_id, variant_object
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.references import targets

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
class ReleaseSummary:
    """What an update did to the views, and when time alone can next change any of them."""

    changes: list[ViewChange] = field(default_factory=list)
    next_change_at: datetime | None = None
    held: dict[StixId, str] = field(default_factory=dict)
    """Objects that were put on hold because their text may tell what is withheld, and why."""


def update_views(node: Node, unit: Unit, now: datetime) -> ReleaseSummary:
    """Decide everything, publish what may go and withdraw what may not stay, in every view that is in force.

    The rows of a view that is not in force stay as they are: reading such a view gives tombstones only, and coming into
    force again decides anew.
    """
    updates = _updates(node, unit, now)
    held: dict[StixId, str] = {}
    # A hold lets what refers to the object fall too, and may so make other texts tell: each round holds more objects.
    while found := {original: why for update in updates for original, why in update.telling()}:
        for original, why in found.items():
            policy = unit.policies.get(original) or Policy(original)
            unit.policies.put(replace(policy, hold=why))
        held |= found
        updates = _updates(node, unit, now)
    changes = [update.run() for update in updates]
    return ReleaseSummary(
        [change for change in changes if change.published or change.withdrawn],
        updates[0].verdicts.next_change_at if updates else None,
        held,
    )


def _updates(node: Node, unit: Unit, now: datetime) -> list[_ViewUpdate]:
    world = world_of(node, unit, now)
    decided = _Decided(world, decide_all(world, now), now)
    for view in world.views.values():
        collection_of(node, unit, view.key, now)
    return [_ViewUpdate(node, unit, decided, view) for view in world.views.values() if view.in_force]


def collection_of(node: Node, unit: Unit, view: ViewKey, now: datetime) -> Collection:
    """The TAXII collection of a view, made when it is first asked for."""
    for collection in unit.views.collections():
        if collection.view == view:
            return collection
    title = f"{view.agreement} for {view.taker}".replace(".", "-").replace(",", "-")
    collection = Collection(id=node.ids.uuid(), view=view, title=title, created_at=now)
    unit.views.put_collection(collection)
    return collection


@dataclass(slots=True)
class _Decided:
    """What the engine said of the whole world at one instant; every view of one update shares it."""

    world: World
    verdicts: Verdicts
    now: datetime
    held: Mapping[VersionRef, HeldVersion] = field(init=False)

    def __post_init__(self) -> None:
        self.held = {held.object.version_ref: held for versions in self.world.versions.values() for held in versions}


class _ViewUpdate:
    """One view at one instant."""

    def __init__(self, node: Node, unit: Unit, decided: _Decided, view: View) -> None:
        self.node = node
        self.unit = unit
        self.world = decided.world
        self.verdicts = decided.verdicts
        self.now = decided.now
        self.view = view
        self.collection = collection = collection_of(node, unit, view.key, decided.now)
        self.released = dict(decided.verdicts.released(view.key))
        self.held = decided.held
        self.states = dict(unit.views.variants(collection.id))
        self.epochs = {(view.key, original): state.epoch for original, state in self.states.items()}
        self.keys = VariantKeys(node.secret, self.epochs)
        rows = unit.views.rows(collection.id, include_withdrawn=True)
        self.live = [row for row in rows if row.standing is Standing.LIVE]
        self.past = [row for row in rows if row.standing is not Standing.TOMBSTONE]
        self.buried = {(row.id, row.version) for row in rows if row.standing is Standing.TOMBSTONE}

    def telling(self) -> Iterator[tuple[StixId, str]]:
        """The objects whose variant would tell in free text what it, or what it refers to, withholds (I17)."""
        for original, version in self._newest_variants():
            policy = self.unit.policies.get(original)
            if policy is not None and policy.cleared is not None and version[1] <= policy.cleared:
                continue
            projection = self._projection(version)
            state = self.states.get(original)
            if state is not None and state.projection_digest == projection_digest(projection):
                continue
            selectors = list(free_text.telling(projection, self._withheld(version, projection)))
            if selectors:
                yield original, f"{', '.join(selectors)} may tell {self.view.key.taker} what was cut; look, then unhold"

    def _withheld(self, version: VersionRef, projection: Mapping[str, object]) -> frozenset[str]:
        """The identifying strings that this view gets neither of the object nor of what the object refers to."""
        content = self.held[version].object.content
        withheld = set(free_text.withheld_strings(content, projection))
        given: set[str] = set()
        for target in targets(content) - self.world.parties.keys():
            for held in self.world.versions.get(target, ()):
                strings = free_text.identifying_strings(held.object.content)
                outcome = self.released.get(held.object.version_ref)
                if outcome is Outcome.WHOLE:
                    given |= strings
                else:
                    remains = self._projection(held.object.version_ref) if outcome is Outcome.VARIANT else {}
                    withheld |= free_text.withheld_strings(held.object.content, remains)
                    given |= free_text.identifying_strings(remains)
        return frozenset(withheld - given - free_text.identifying_strings(projection))

    def run(self) -> ViewChange:
        wanted = dict(self._newest_variants())
        self._renew_ids_of_observables(wanted)
        variants = [entry for entry in (self._variant(*item) for item in wanted.items()) if entry is not None]
        entries = [*self._whole(), *variants]
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
                yield self._entry(self.held[version].object, version, outcome)

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
                if projection_digest(self._projection(version)) != state.projection_digest:
                    self.epochs[(self.view.key, original)] = state.epoch + 1
                    renewed.add(original)
                    changed = True

    def _variant(self, original: StixId, version: VersionRef) -> Entry | None:
        projection = self._projection(version)
        digest = projection_digest(projection)
        state = self.states.get(original)
        epoch = self.keys.epoch(self.view.key, original)
        identifier = variant_id(self.node.secret, self.view.key, original, epoch)
        if state is not None and state.variant_id == identifier:
            if state.projection_digest == digest:
                return self._again(state, version)
            created = parse_instant(state.created)
            modified = _in_milliseconds(max(self.now, parse_instant(state.modified) + MILLISECOND))
        elif self._said_already(original, version, digest):
            return None
        else:
            created = modified = _in_milliseconds(self.now)
        giver = next(identity for identity, party in self.world.parties.items() if party == self.node.party)
        token = same_as(self.node.secret, self.view.key.agreement, original)
        made = variant_object(projection, identifier, created, modified, giver, token)
        self.states[original] = VariantState(
            collection=self.collection.id,
            original_id=original,
            variant_id=identifier,
            epoch=epoch,
            created=format_instant(created),
            modified=format_instant(modified),
            projection_digest=digest,
        )
        self.unit.views.put_variant(self.states[original])
        return self._entry(made, version, Outcome.VARIANT)

    def _again(self, state: VariantState, version: VersionRef) -> Entry | None:
        """The variant as it was last released: nothing if it is there, the same bytes if it had left the view."""
        if any(row.id == state.variant_id for row in self.live):
            return None
        last = max((row for row in self.past if row.id == state.variant_id), key=lambda row: row.version)
        return self._entry(StixObject.from_bytes(last.body), version, Outcome.VARIANT)

    def _said_already(self, original: StixId, version: VersionRef, digest: str) -> bool:
        """Whether the last version that went whole says all that this projection says."""
        whole = [
            other
            for other, outcome in self.released.items()
            if other[0] == original and outcome is Outcome.WHOLE and other < version
        ]
        return bool(whole) and projection_digest(self._projection(max(whole))) == digest

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

    def _projection(self, version: VersionRef) -> dict[str, object]:
        return project(self.world, self.verdicts, version, self.view.key, self.keys)

    def _entry(self, made: StixObject, version: VersionRef, outcome: Outcome) -> Entry:
        held: HeldVersion = self.held[version]
        decision = decide(self.world, self.verdicts, version, self.view.key, self.now)
        return Entry(made, version, outcome, held.origins, decision)


def publish_tombstone(
    node: Node, unit: Unit, view: View, revoked: StixObject, original: VersionRef, now: datetime
) -> None:
    """Put a `revoked: true` version into one view, in whatever state its agreement is."""
    collection = collection_of(node, unit, view.key, now)
    origins = frozenset({node.party})
    entry = Entry(revoked, original, Outcome.WHOLE, origins, standing=Standing.TOMBSTONE)
    publish(node, unit, view, collection, [entry], now)


def revoke_variant(node: Node, unit: Unit, view: View, state: VariantState, now: datetime) -> StixObject | None:
    """Revoke a variant in its view and raise its epoch, so that its id is never used again (DESIGN section 6).

    Returns the revoked version that was published; None for an observable, which STIX cannot revoke.
    """
    collection = collection_of(node, unit, view.key, now)
    rows = [row for row in unit.views.rows(collection.id, include_withdrawn=True) if row.id == state.variant_id]
    live = [row.sequence for row in rows if row.standing is Standing.LIVE]
    unit.views.withdraw(collection.id, live, now)
    modified = _in_milliseconds(max(now, parse_instant(state.modified) + MILLISECOND))
    unit.views.put_variant(
        replace(state, epoch=state.epoch + 1, modified=format_instant(modified), projection_digest=REVOKED)
    )
    last = max(rows, key=lambda row: row.version, default=None)
    if last is None or not last.version:
        return None
    content = dict(StixObject.from_bytes(last.body).content)
    content.update(modified=format_instant(modified), revoked=True)
    revoked = StixObject.from_content(content)
    publish_tombstone(node, unit, view, revoked, last.original, now)
    return revoked


def _in_milliseconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
