"""Brings every view up to what the release rule says now, and proves it: rows, salts, log leaf, statement.

`update_views` runs inside the writing unit of whatever changed something, so that a change and its release are one
transaction: nothing is released that was not logged, nothing is logged that was not released (invariant I13).
It decides nothing itself. Its own rules are those of DESIGN section 4, number 8 (when a variant gets a new version),
number 10 (order and grid) and section 8 (`date_added`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sepakat.agreements.parsing import agreement_hash
from sepakat.exchange.logging import append_release
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Collection, Publication, RecordedDecision, Standing, VariantState
from sepakat.exchange.world import world_of
from sepakat.release.decision import Decision, Outcome
from sepakat.release.engine import Verdicts, decide, decide_all
from sepakat.release.explanation import findings_document
from sepakat.release.order import release_order
from sepakat.release.question import View, ViewKey, World
from sepakat.release.variants import VariantKeys, project, projection_digest, same_as, variant_id, variant_object
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject, VersionRef

GRID = timedelta(milliseconds=200)
"""Releases of a view happen on this grid, so that their instants tell less about what happens inside the node."""

SALT_BYTES = 32


@dataclass(slots=True)
class ViewChange:
    """What one release did to one view."""

    view: ViewKey
    published: int = 0
    variants: int = 0
    withdrawn: int = 0


@dataclass(slots=True)
class ReleaseSummary:
    """What an update did to the views, and when time alone can next change any of them."""

    changes: list[ViewChange] = field(default_factory=list)
    next_change_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something that is to enter a view: the object as it leaves and the version it comes from."""

    object: StixObject
    original: VersionRef
    outcome: Outcome
    standing: Standing = Standing.LIVE


def update_views(node: Node, unit: Unit, now: datetime) -> ReleaseSummary:
    """Decide everything and publish what may go, withdraw what may not stay, in every view that is in force.

    The rows of a view that is not in force stay as they are: reading such a view gives tombstones only, and coming into
    force again decides anew.
    """
    world = world_of(node, unit, now)
    verdicts = decide_all(world, now)
    summary = ReleaseSummary(next_change_at=verdicts.next_change_at)
    for view in world.views.values():
        collection = collection_of(node, unit, view, now)
        if view.in_force:
            change = _ViewUpdate(node, unit, world, verdicts, view, collection, now).run()
            if change.published or change.withdrawn:
                summary.changes.append(change)
    return summary


def collection_of(node: Node, unit: Unit, view: View, now: datetime) -> Collection:
    """The TAXII collection of a view, made when it is first asked for."""
    for collection in unit.views.collections():
        if collection.view == view.key:
            return collection
    title = f"{view.key.agreement} for {view.key.taker}".replace(".", "-").replace(",", "-")
    collection = Collection(id=node.ids.uuid(), view=view.key, title=title, created_at=now)
    unit.views.put_collection(collection)
    return collection


def variant_keys(node: Node, unit: Unit, collection: Collection) -> VariantKeys:
    """The keys of a view's variants, with the epochs that revocations have raised."""
    states = unit.views.variants(collection.id)
    return VariantKeys(
        node.secret, {(collection.view, original): state.epoch for original, state in states.items() if state.epoch}
    )


class _ViewUpdate:
    """One view, one instant: what stays, what leaves, what enters."""

    def __init__(
        self,
        node: Node,
        unit: Unit,
        world: World,
        verdicts: Verdicts,
        view: View,
        collection: Collection,
        now: datetime,
    ) -> None:
        self.node = node
        self.unit = unit
        self.world = world
        self.verdicts = verdicts
        self.view = view
        self.collection = collection
        self.now = now
        self.keys = variant_keys(node, unit, collection)
        self.states = dict(unit.views.variants(collection.id))
        rows = unit.views.rows(collection.id, include_withdrawn=True)
        self.live = [row for row in rows if row.standing is Standing.LIVE]
        self.tombstoned = {(row.id, row.version) for row in rows if row.standing is Standing.TOMBSTONE}
        self.past = {(row.id, row.version): row for row in rows if row.standing is not Standing.TOMBSTONE}
        self.held = {
            version.object.version_ref: version.object for versions in world.versions.values() for version in versions
        }

    def run(self) -> ViewChange:
        released = dict(self.verdicts.released(self.view.key))
        entries = [*self._whole(released), *self._variants(released)]
        staying = self._staying(released, entries)
        leaving = [row for row in self.live if row.sequence not in staying]
        self.unit.views.withdraw(self.collection.id, [row.sequence for row in leaving], self.now)
        change = ViewChange(self.view.key, withdrawn=len(leaving))
        if entries:
            publish(self.node, self.unit, self.view, self.collection, entries, self.now, self._decisions(entries))
            change.published = len(entries)
            change.variants = sum(entry.outcome is Outcome.VARIANT for entry in entries)
        return change

    def _whole(self, released: Mapping[VersionRef, Outcome]) -> Iterator[_Entry]:
        there = {row.original for row in self.live if row.outcome is Outcome.WHOLE}
        for version, outcome in released.items():
            if outcome is Outcome.WHOLE and version not in there and version not in self.tombstoned:
                yield _Entry(self.held[version], version, Outcome.WHOLE)

    def _variants(self, released: Mapping[VersionRef, Outcome]) -> Iterator[_Entry]:
        """A variant for each object whose newest released version is one, if its projection is news to this view."""
        newest: dict[StixId, VersionRef] = {}
        for version in released:
            if version > newest.get(version[0], (version[0], "")) or version[0] not in newest:
                newest[version[0]] = version
        for original, version in newest.items():
            if released[version] is Outcome.VARIANT:
                entry = self._variant(original, version, released)
                if entry is not None:
                    yield entry

    def _variant(
        self, original: StixId, version: VersionRef, released: Mapping[VersionRef, Outcome]
    ) -> _Entry | None:
        projection = project(self.world, self.verdicts, version, self.view.key, self.keys)
        digest = projection_digest(projection)
        state = self.states.get(original)
        epoch = self.keys.epoch(self.view.key, original)
        identifier = variant_id(self.node.secret, self.view.key, original, epoch)
        if state is not None and state.variant_id == identifier and state.projection_digest == digest:
            return self._again(state, version)
        if self._adds_only_what_is_hidden(original, version, digest, released):
            return None
        first = state is None or state.variant_id != identifier
        modified = self.now if first or state is None else max(self.now, parse_instant(state.modified) + _MS)
        modified = _milliseconds(modified)
        created = modified if first or state is None else parse_instant(state.created)
        made = variant_object(
            projection,
            identifier,
            created,
            modified,
            self._giver_identity(),
            same_as(self.node.secret, self.view.key.agreement, original),
        )
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
        return _Entry(made, version, Outcome.VARIANT)

    def _again(self, state: VariantState, version: VersionRef) -> _Entry | None:
        """The variant as it was last released: nothing if it is there, the same bytes if it had left the view."""
        if any(row.id == state.variant_id for row in self.live):
            return None
        rows = [row for (identifier, _), row in self.past.items() if identifier == state.variant_id]
        if not rows:
            return None
        last = max(rows, key=lambda row: row.version)
        return _Entry(StixObject.from_bytes(last.body), version, Outcome.VARIANT)

    def _adds_only_what_is_hidden(
        self, original: StixId, version: VersionRef, digest: str, released: Mapping[VersionRef, Outcome]
    ) -> bool:
        """Whether the last version that went whole already says all that this projection says."""
        whole = [v for v, outcome in released.items() if v[0] == original and outcome is Outcome.WHOLE and v < version]
        if not whole:
            return False
        content = self.held[max(whole)].content
        rest = {name: value for name, value in content.items() if name not in ("id", "created", "modified")}
        return projection_digest(rest) == digest

    def _staying(self, released: Mapping[VersionRef, Outcome], entries: list[_Entry]) -> set[int]:
        """Sequences of the live rows that stay: whole rows still permitted, and the latest state of each variant."""
        renewed = {entry.original[0] for entry in entries if entry.outcome is Outcome.VARIANT}
        still = {version[0] for version, outcome in released.items() if outcome is Outcome.VARIANT}
        staying = set()
        for row in self.live:
            if row.outcome is Outcome.WHOLE:
                stays = released.get(row.original) is Outcome.WHOLE
            else:
                original = row.original[0]
                state = self.states.get(original)
                stays = (
                    original in still
                    and original not in renewed
                    and state is not None
                    and (row.id, row.version) == (state.variant_id, StixObject.from_bytes(row.body).version)
                )
            if stays:
                staying.add(row.sequence)
        return staying

    def _decisions(self, entries: Iterable[_Entry]) -> list[Decision]:
        return [decide(self.world, self.verdicts, entry.original, self.view.key, self.now) for entry in entries]

    def _giver_identity(self) -> StixId:
        return next(identity for identity, party in self.world.parties.items() if party == self.node.party)


_MS = timedelta(milliseconds=1)


def publish(
    node: Node,
    unit: Unit,
    view: View,
    collection: Collection,
    entries: list[_Entry],
    now: datetime,
    decisions: Iterable[Decision] = (),
) -> None:
    """Put a batch into a view: rows with growing dates, one leaf, the recorded decisions, the statement to the taker."""
    by_ref = {entry.object.version_ref: entry for entry in entries}
    ordered = [
        by_ref[made.version_ref]
        for made in release_order([entry.object for entry in entries], view.key, node.secret)
    ]
    # Digests come before tombstones in the leaf, and positions count through both.
    ordered.sort(key=lambda entry: entry.standing is Standing.TOMBSTONE)
    decided = tuple(decisions)
    last = unit.views.last(collection.id)
    sequence = last.sequence if last else 0
    added = last.date_added if last else datetime.min.replace(tzinfo=UTC)
    leaf = unit.logs.size(view.key.taker, mirror=False)
    rows = []
    for position, entry in enumerate(ordered):
        sequence += 1
        added = max(_on_grid(now), added + _MS)
        rows.append(
            Publication(
                collection=collection.id,
                sequence=sequence,
                date_added=added,
                id=entry.object.id,
                version=entry.object.version,
                type=entry.object.type,
                body=entry.object.raw,
                digest=entry.object.digest,
                salt=node.ids.secret(SALT_BYTES),
                leaf=leaf,
                position=position,
                original=entry.original,
                outcome=entry.outcome,
                standing=entry.standing,
            )
        )
    clauses = tuple(sorted({clause for decision in decided for clause in decision.clauses}))
    unit.views.publish(rows)
    unit.views.record([_recorded(collection, decision) for decision in decided])
    append_release(node, unit, view, collection, agreement_hash(view.agreement), clauses, rows, now)


def publish_tombstone(
    node: Node, unit: Unit, view: View, collection: Collection, revoked: StixObject, original: VersionRef, now: datetime
) -> None:
    """Put a `revoked: true` version into one view, in whatever state its agreement is."""
    entry = _Entry(revoked, original, Outcome.WHOLE, Standing.TOMBSTONE)
    publish(node, unit, view, collection, [entry], now)


def revoke_variant(node: Node, unit: Unit, view: View, collection: Collection, state: VariantState, now: datetime) -> None:
    """Revoke a variant in its view and raise its epoch, so that its id is never used again (DESIGN section 6)."""
    rows = [row for row in unit.views.rows(collection.id, include_withdrawn=True) if row.id == state.variant_id]
    if not rows:
        return
    last = max(rows, key=lambda row: row.version)
    content = dict(StixObject.from_bytes(last.body).content)
    modified = _milliseconds(max(now, parse_instant(state.modified) + _MS))
    content.update(modified=format_instant(modified), revoked=True)
    live = [row.sequence for row in rows if row.standing is Standing.LIVE]
    unit.views.withdraw(collection.id, live, now)
    unit.views.put_variant(
        replace(state, epoch=state.epoch + 1, modified=format_instant(modified), projection_digest="revoked")
    )
    if "modified" in StixObject.from_bytes(last.body).content:
        publish_tombstone(node, unit, view, collection, StixObject.from_content(content), last.original, now)


def _recorded(collection: Collection, decision: Decision) -> RecordedDecision:
    words = canonical_bytes(findings_document(decision)).decode()
    return RecordedDecision(collection.id, decision.version, decision.at, decision.outcome, words)


def _on_grid(now: datetime) -> datetime:
    """The next point of the grid, at or after `now`, in whole milliseconds."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = -((midnight - now) // GRID)
    return midnight + steps * GRID


def _milliseconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
