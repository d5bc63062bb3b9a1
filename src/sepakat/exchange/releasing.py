"""Brings every view up to what the release rule says now, in the writing unit of whatever changed something.

So a change and its release are one transaction. Looks only at what the change touched, and at what names it: how a
variant is cut depends on what it refers to, and whether its text tells too much on what that refers to in turn. A
process that begins compares everything once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from sepakat.exchange.deciding import KeptWorld, world_to_write
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.publishing import MILLISECOND, Entry, publish
from sepakat.exchange.records import Collection, Policy, Publication, Standing, VariantState
from sepakat.exchange.view_updates import REVOKED, Concerned, Shared, Texts, ViewChange, ViewUpdate, in_milliseconds
from sepakat.release.decision import Outcome
from sepakat.release.question import View, ViewKey
from sepakat.release.state import Decided
from sepakat.release.versions import Version
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject, VersionRef

Found = TypeVar("Found", Publication, VariantState)


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
    texts = Texts()
    while True:
        kept = world_to_write(node, unit, now)
        updates = list(_updates(node, unit, kept, collections, texts))
        # A hold lets what refers to the object fall too, and may so make other texts tell: each round holds more.
        found = {original: why for update in updates for original, why in update.telling()}
        if not found:
            break
        for original, why in found.items():
            policy = unit.policies.get(original) or Policy(original)
            unit.policies.put(replace(policy, hold=why))
        held |= found
    changes = [update.run() for update in updates]
    kept.unpublished = set()
    verdicts = kept.decided.verdicts
    kept.shown = {key: verdicts.publication.of(key) for key, view in kept.decided.world.views.items() if view.in_force}
    return ReleaseSummary(
        [change for change in changes if change.published or change.withdrawn], kept.decided.next_change_at, held
    )


def _gives(node: Node, unit: Unit) -> bool:
    return any(record.agreement.giver == node.party for record in unit.agreements.everything())


def _updates(
    node: Node, unit: Unit, kept: KeptWorld, collections: dict[ViewKey, Collection], texts: Texts
) -> Iterator[ViewUpdate]:
    decided = kept.decided
    views = decided.world.views
    for key in views.keys() - collections.keys():
        collections[key] = collection_of(node, unit, key, decided.now)
    by_id = {collection.id: collection.view for collection in collections.values()}
    shared: Shared | None = None
    touched = _Touched(unit, kept, by_id)
    for view in views.values():
        if view.in_force:
            collection = collections[view.key]
            # Nobody followed a view while it was not in force.
            is_followed = kept.unpublished is not None and view.key in kept.shown
            concerned = touched.of(view.key) if is_followed else _everything(unit, decided, collection)
            if concerned:
                # Most changes concern no view, and then nothing more has to be known of them.
                shared = shared or Shared(node, unit, decided, decided.now, _raised(unit, by_id), texts)
                yield ViewUpdate(shared, view, collection, concerned)


def _raised(unit: Unit, by_id: Mapping[str, ViewKey]) -> dict[tuple[ViewKey, StixId], int]:
    return {(by_id[name], original): epoch for (name, original), epoch in unit.views.raised_epochs().items()}


def _everything(unit: Unit, decided: Decided, collection: Collection) -> Concerned:
    return Concerned(
        released=dict(decided.verdicts.released(collection.view)),
        rows=unit.views.rows(collection.id, include_withdrawn=True),
        states=tuple(unit.views.variants(collection.id).values()),
    )


class _Touched:
    """What a change of some ids concerns in each view, read at once for all of them."""

    def __init__(self, unit: Unit, kept: KeptWorld, by_id: Mapping[str, ViewKey]) -> None:
        self._verdicts = kept.decided.verdicts
        self._compiled = kept.decided.verdicts.compiled
        ids = self._concerned(kept)
        self._rows = _by_view(unit.views.rows_of_many(ids), by_id)
        self._states = _by_view(unit.views.variants_of(ids), by_id)
        # What no view holds concerns none of them beyond the rows that it has there.
        self._versions = [
            version
            for identifier in sorted(ids)
            for version in self._versions_of(identifier)
            if version.is_scaffold or version.whole or version.variant
        ]

    def of(self, view: ViewKey) -> Concerned:
        """What is concerned in one view."""
        bit = self._compiled.slots.bit(view)
        shown = self._verdicts.publication.of(view)
        released: dict[VersionRef, Outcome] = {}
        for version in self._versions:
            if version.is_scaffold:
                if version.id in shown:
                    released[version.ref] = Outcome.WHOLE
            elif version.whole & bit:
                released[version.ref] = Outcome.WHOLE
            elif version.variant & bit:
                released[version.ref] = Outcome.VARIANT
        return Concerned(released, self._rows.get(view, ()), self._states.get(view, ()))

    def _concerned(self, kept: KeptWorld) -> set[StixId]:
        naming = kept.decided.naming
        touched = set(kept.unpublished or ())
        cut = touched | naming(touched)
        # An observable that is cut otherwise gets another id, and what names it is cut otherwise too.
        fresh: Set[StixId] = cut
        while observables := {one for one in fresh if any(not version.ref[1] for version in self._versions_of(one))}:
            fresh = naming(observables) - cut
            cut |= fresh
        for key, shown in kept.shown.items():
            cut |= shown ^ self._verdicts.publication.of(key)
        return cut | naming(cut)

    def _versions_of(self, identifier: StixId) -> Sequence[Version]:
        entry = self._compiled.held.get(identifier)
        return () if entry is None else entry.versions


def _by_view(kept: Iterable[Found], by_id: Mapping[str, ViewKey]) -> dict[ViewKey, list[Found]]:
    found: dict[ViewKey, list[Found]] = {}
    for one in kept:
        found.setdefault(by_id[one.collection], []).append(one)
    return found


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
