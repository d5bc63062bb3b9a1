"""Brings every view up to what the release rule says now, in the writing unit of whatever changed something.

So a change and its release are one transaction. Looks in each view only at what may stand or be cut otherwise in it
(`release.standings`). A process that begins compares everything once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from sepakat.exchange.deciding import KeptWorld, world_to_write
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.publishing import MILLISECOND, Entry, publish
from sepakat.exchange.records import Collection, Policy, Publication, Standing, VariantState
from sepakat.exchange.view_updates import REVOKED, Concerned, Found, Shared, ViewChange, ViewUpdate, in_milliseconds
from sepakat.release.decision import Outcome
from sepakat.release.question import View, ViewKey
from sepakat.release.standings import concerned, may_tell_otherwise
from sepakat.release.state import Decided
from sepakat.release.variants import Projections, VariantKeys
from sepakat.release.versions import Version
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject, VersionRef


@dataclass(slots=True)
class ReleaseSummary:
    """What an update did to the views, and when time alone can next change any of them."""

    changes: list[ViewChange] = field(default_factory=list)
    next_change_at: datetime | None = None
    held: dict[StixId, str] = field(default_factory=dict)
    """Objects that were put on hold because their text may tell what is withheld, and why."""


def update_views(node: Node, unit: Unit, now: datetime) -> ReleaseSummary:
    """Decide what changed, publish what may go and withdraw what may not stay, in every view that is in force.

    The rows of a view that is not in force stay as they are: reading such a view gives tombstones only, and coming into
    force again decides anew.
    """
    collections = {collection.view: collection for collection in unit.views.collections()}
    if not collections and not _gives(node, unit):
        # There is no view, and so nothing to decide: a party that only collects pays nothing for deciding.
        return ReleaseSummary()
    held: dict[StixId, str] = {}
    rounds = _Rounds(node, unit, collections)
    while True:
        kept = world_to_write(node, unit, now)
        updates = list(rounds.updates(kept))
        # A hold lets what refers to the object fall too, and may so make other texts tell: each round holds more.
        found = {original: why for update in updates for original, why in update.telling(rounds.fresh)}
        if not found:
            break
        for original, why in found.items():
            policy = unit.policies.get(original) or Policy(original)
            unit.policies.put(replace(policy, hold=why))
        held |= found
    changes = [update.run() for update in updates]
    kept.published()
    unit.changes.note_published(kept.decided.now)
    return ReleaseSummary(
        [change for change in changes if change.published or change.withdrawn], kept.decided.next_change_at, held
    )


def _gives(node: Node, unit: Unit) -> bool:
    return any(record.agreement.giver == node.party for record in unit.agreements.everything())


class _Rounds:
    """The rounds of one update: what one has found stands in the next, as far as no hold has touched it."""

    def __init__(self, node: Node, unit: Unit, collections: dict[ViewKey, Collection]) -> None:
        self._node = node
        self._unit = unit
        self._collections = collections
        self._rows: _Rows | None = None
        self._found: Found | None = None
        self._shown: Mapping[ViewKey, frozenset[StixId]] | None = None
        """The scaffold that each view had in the last round; None before the first."""
        self.fresh: Set[StixId] | None = None
        """What may tell otherwise than in the last round; None: all."""

    def updates(self, kept: KeptWorld) -> Iterator[ViewUpdate]:
        """What is to be brought up to date, view by view."""
        decided = kept.decided
        for key in decided.world.views.keys() - self._collections.keys():
            self._collections[key] = collection_of(self._node, self._unit, key, decided.now)
        touched = self._touched(kept)
        shared: Shared | None = None
        for view in decided.world.views.values():
            if view.in_force:
                collection = self._collections[view.key]
                # Nobody followed a view while it was not in force.
                is_followed = kept.standings is not None and view.key in kept.shown
                found = touched.of(view.key) if is_followed else _everything(self._unit, decided, collection)
                if found:
                    shared = shared or self._shared(decided)
                    yield ViewUpdate(shared, view, collection, found)

    def _touched(self, kept: KeptWorld) -> _Touched:
        by_id = {collection.id: collection.view for collection in self._collections.values()}
        publication = kept.decided.verdicts.publication
        shown = {key: publication.of(key) for key in kept.decided.world.views}
        before, self._shown = self._shown, shown
        self.fresh = None
        if before is not None and kept.changed is not None:
            moved = {one for key, were in before.items() for one in were ^ shown.get(key, frozenset())}
            self.fresh = may_tell_otherwise(kept.decided, kept.changed | moved)
        self._rows = self._rows or _Rows(self._unit, by_id)
        standings = kept.standings
        views = concerned(kept.decided, standings, kept.since, kept.shown) if standings is not None else {}
        return _Touched(kept, self._rows, views)

    def _shared(self, decided: Decided) -> Shared:
        # Most changes concern no view, and then nothing more has to be known of them.
        if self._found is None:
            by_id = {collection.id: collection.view for collection in self._collections.values()}
            raised = {(by_id[name], one): epoch for (name, one), epoch in self._unit.views.raised_epochs().items()}
            self._found = Found(Projections(VariantKeys(self._node.secret, raised)), raised)
        return Shared(self._node, self._unit, decided, decided.now, self._found)


def _everything(unit: Unit, decided: Decided, collection: Collection) -> Concerned:
    return Concerned(
        released=dict(decided.verdicts.released(collection.view)),
        rows=unit.views.rows(collection.id, include_withdrawn=True),
        states=tuple(unit.views.variants(collection.id).values()),
    )


class _Rows:
    """The rows and variants of some ids in every view, read once: no round changes them."""

    def __init__(self, unit: Unit, by_id: Mapping[str, ViewKey]) -> None:
        self._unit = unit
        self._by_id = by_id
        self._read: set[StixId] = set()
        self.rows: dict[ViewKey, list[Publication]] = {}
        self.states: dict[ViewKey, list[VariantState]] = {}

    def read(self, ids: Set[StixId]) -> None:
        """Read those of some ids that were not read yet."""
        missing = ids - self._read
        self._read |= missing
        for row in self._unit.views.rows_of_many(missing):
            self.rows.setdefault(self._by_id[row.collection], []).append(row)
        for state in self._unit.views.variants_of(missing):
            self.states.setdefault(self._by_id[state.collection], []).append(state)


class _Touched:
    """What a change of some ids concerns in each view."""

    def __init__(self, kept: KeptWorld, rows: _Rows, views: Mapping[StixId, int]) -> None:
        """`views` says of each id in which views it is concerned."""
        self._views = views
        self._verdicts = kept.decided.verdicts
        self._compiled = kept.decided.verdicts.compiled
        self._rows = rows
        rows.read(views.keys())
        # What no view holds concerns none of them beyond the rows that it has there.
        self._versions = [
            version
            for identifier in sorted(views)
            for version in self._versions_of(identifier)
            if version.is_scaffold or version.whole or version.variant
        ]

    def of(self, view: ViewKey) -> Concerned:
        """What is concerned in one view."""
        bit = self._compiled.slots.bit(view)
        shown = self._verdicts.publication.of(view)
        released: dict[VersionRef, Outcome] = {}
        for version in self._versions:
            if not self._views[version.id] & bit:
                continue
            if version.is_scaffold:
                if version.id in shown:
                    released[version.ref] = Outcome.WHOLE
            elif version.whole & bit:
                released[version.ref] = Outcome.WHOLE
            elif version.variant & bit:
                released[version.ref] = Outcome.VARIANT
        return Concerned(
            released,
            [row for row in self._rows.rows.get(view, ()) if self._views.get(row.original[0], 0) & bit],
            [state for state in self._rows.states.get(view, ()) if self._views.get(state.original_id, 0) & bit],
        )

    def _versions_of(self, identifier: StixId) -> Sequence[Version]:
        entry = self._compiled.held.get(identifier)
        return () if entry is None else entry.versions


def collection_of(node: Node, unit: Unit, view: ViewKey, now: datetime) -> Collection:
    """The TAXII collection of a view, made when it is first asked for."""
    for collection in unit.views.collections():
        if collection.view == view:
            return collection
    title = f"{view.agreement} for {view.taker}".replace(".", "-").replace(",", "-")
    collection = Collection(id=node.ids.uuid(), view=view, title=title, created_at=now)
    unit.views.put_collection(collection)
    return collection


def publish_tombstone(
    node: Node, unit: Unit, view: View, revoked: StixObject, original: VersionRef, now: datetime
) -> None:
    """Put a `revoked: true` version into one view, in whatever state its agreement is.

    While that is not in force its reader sees tombstones alone, and with this one its place moves past everything that
    it has not read. So all that is there leaves the view, and enters it anew, with a new date, if it comes into force.
    """
    collection = collection_of(node, unit, view.key, now)
    if not view.in_force:
        rows = unit.views.rows(collection.id)
        unread = [row.sequence for row in rows if row.standing is Standing.LIVE]
        if unread:
            unit.views.withdraw(collection.id, unread, now)
            unit.changes.note(everything=True)
    origins = frozenset({node.party})
    entry = Entry(revoked, original, Outcome.WHOLE, origins, standing=Standing.TOMBSTONE)
    publish(node, unit, view, collection, [entry], now)


def revoke_variant(node: Node, unit: Unit, view: View, state: VariantState, now: datetime) -> StixObject | None:
    """Revoke a variant in its view and raise its epoch, so that its id is never used again (DESIGN section 6).

    Returns the revoked version that was published; None for an observable, which STIX cannot revoke.
    """
    collection = collection_of(node, unit, view.key, now)
    rows = [row for row in unit.views.rows_of(state.original_id) if row.id == state.variant_id]
    live = [row.sequence for row in rows if row.standing is Standing.LIVE]
    unit.views.withdraw(collection.id, live, now)
    modified = in_milliseconds(max(now, parse_instant(state.modified) + MILLISECOND))
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
