"""Keeps the node's world decided in this process and in step with the store, whoever writes there.

What is decided is kept per store; each unit that asks first follows the store's journal of changes, so that only what a
change touches is decided again, with the result of deciding everything from nothing. A writing unit has it to itself
until it ends: what was rolled back is forgotten with all that was decided since. Nothing is published here; what
changed waits in `since` until `releasing` has brought the views up to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock, RLock
from weakref import WeakKeyDictionary

from sepakat.exchange.journal import Touched
from sepakat.exchange.ports import Node, Store, Unit
from sepakat.exchange.records import AgreementRecord, Party
from sepakat.exchange.standing import by_agreement, instants_of
from sepakat.exchange.world import approvals_of, grants_of, held_versions, object_policy, standing_versions, views_of
from sepakat.exchange.world import world_of as read_world
from sepakat.release.question import Approval, Grant, HeldVersion, ObjectPolicy, View, ViewKey
from sepakat.release.standings import Since, Standings
from sepakat.release.state import Change, Decided
from sepakat.release.versions import NOT_HELD
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.objects import VersionRef

_CLOCKS_DIFFER = timedelta(seconds=2)
"""By how much the clock may seem to have run backwards between threads that read it."""
_LONGEST_WAIT = timedelta(minutes=1)
"""How long a use case may have waited for its turn to write since it looked at the clock."""
_MANY = 100
"""From how many ids on a change may have had everything looked at."""


class KeptWorld:
    """One node's world, decided, with what it takes to follow the store."""

    def __init__(self, node: Node, unit: Unit, now: datetime) -> None:
        # Not the node: its store would then never end.
        self._party = node.party
        self.decided = Decided(read_world(node, unit, now), now)
        everyone = unit.parties.everyone()
        self._parties: Mapping[PartyId, Party] = {party.id: party for party in everyone}
        self._standing: Mapping[StixId, tuple[HeldVersion, ...]] = standing_versions(node, everyone)
        self._agreements: list[AgreementRecord] = unit.agreements.everything()
        self._views_change_at: datetime | None = now
        """From when on time alone can have changed where agreements stand; None: never."""
        self.seen = unit.changes.last()
        """The newest entry of the journal that is in here."""
        self.applied = unit.changes.noted()
        """How many notes of the writing unit that is open are in here."""
        self.standings: Standings | None = None
        """How ids stood when the views were last brought up to date; None where that was not in this process."""
        self.since = Since()
        """What has happened since then."""
        self.changed: frozenset[StixId] | None = None
        """The ids that the last look found otherwise than the one before; None: all."""
        self.shown: dict[ViewKey, frozenset[StixId]] = {}
        """The scaffold of each view that was in force when the views were last brought up to date."""

    def follow(self, unit: Unit, now: datetime) -> bool:
        """Take in what was written since; False where everything has to be decided from nothing."""
        if now < self.decided.now - _CLOCKS_DIFFER:
            return False
        noted, last = unit.changes.noted(), unit.changes.last()
        others = unit.changes.since(self.seen) if last > self.seen else Touched()
        own = unit.changes.fresh(self.applied)
        if others is None or others.everything or own.everything:
            return False
        now = max(now, self.decided.now)
        then = unit.changes.published_at() if last > self.seen else None
        # What this unit has written is no longer as it was then.
        is_apart = not (own.agreements or own.ids & others.ids)
        if then is not None and self.decided.now <= then <= now and is_apart:
            # Who wrote the rest has brought the views up to date with it.
            self._take_in(unit, others, then)
            self.published()
            self.changed = self._take_in(unit, own, now)
        else:
            self.changed = self._take_in(unit, others | own, now)
            if last > self.seen:
                # Nor is it known which scaffold the views have had meanwhile.
                self.since.unsure |= self.changed | self.decided.verdicts.compiled.scaffold
                self.since.changed |= self.since.unsure
        self.seen, self.applied = max(last, self.seen), noted
        return True

    def _take_in(self, unit: Unit, touched: Touched, now: datetime) -> frozenset[StixId]:
        """Decide again what was written, as of an instant; all that was looked at."""
        if touched.agreements:
            self._agreements = unit.agreements.everything()
            self._views_change_at = now
        change = self._change(unit, touched, now)
        changed = self.decided.apply(change, now)
        self.since.changed |= changed
        self.since.written |= touched.ids
        if change.views:
            # Other terms cut otherwise.
            self.since.unsure |= changed
        return changed

    def published(self) -> None:
        """The views in the store are up to date."""
        decided, verdicts = self.decided, self.decided.verdicts
        held = verdicts.compiled.held
        if self.standings is None:
            self.standings = Standings(decided)
            looked_at: Iterable[StixId] = held
        else:
            self.standings.settle(decided, self.since.changed)
            # Few ids: what those refer to was looked at too, and that is soon gone through.
            looked_at = self.since.changed if len(self.since.changed) < _MANY else held
        for identifier in looked_at:
            for version in held.get(identifier, NOT_HELD).versions:
                version.held.object.let_go()
        self.since = Since()
        self.shown = {key: verdicts.publication.of(key) for key, view in decided.world.views.items() if view.in_force}

    def _change(self, unit: Unit, touched: Touched, now: datetime) -> Change:
        held = unit.objects.get_many(touched.objects)
        policies = unit.policies.get_many(touched.policies)
        return Change(
            versions={
                identifier: self._with_known_objects(identifier, held_versions(held[identifier]))
                if identifier in held
                else self._standing.get(identifier, ())
                for identifier in touched.objects
            },
            policies={
                identifier: object_policy(policies[identifier]) if identifier in policies else ObjectPolicy()
                for identifier in touched.policies
            },
            approvals=self._approvals(unit, touched.approvals),
            grants=self._grants(unit, touched.grants),
            views=self._views(now),
        )

    def _with_known_objects(self, identifier: StixId, held: tuple[HeldVersion, ...]) -> tuple[HeldVersion, ...]:
        """The same versions, with the objects that the world has already: what was found out about them is kept."""
        known = {one.object: one.object for one in self.decided.world.versions.get(identifier, ())}
        return tuple(replace(one, object=known.get(one.object, one.object)) for one in held) if known else held

    def _views(self, now: datetime) -> Mapping[ViewKey, View]:
        """The views as they now stand, or none where nothing can have changed since they were looked at."""
        if self._views_change_at is None or now < self._views_change_at:
            return {}
        instants = {at for versions in by_agreement(self._agreements).values() for at in instants_of(versions)}
        self._views_change_at = min((instant for instant in instants if instant > now), default=None)
        return views_of(self._party, self._agreements, self._parties, now)

    def _approvals(self, unit: Unit, ids: frozenset[StixId]) -> dict[tuple[VersionRef, ViewKey], tuple[Approval, ...]]:
        if not ids:
            return {}
        given = approvals_of(unit)
        names = [name for name in (*self.decided.world.approvals, *given) if name[0][0] in ids]
        return {name: given.get(name, ()) for name in names}

    def _grants(self, unit: Unit, ids: frozenset[StixId]) -> dict[StixId, tuple[Grant, ...]]:
        if not ids:
            return {}
        given = grants_of(self._party, unit)
        return {identifier: tuple(one for one in given if one.object_id == identifier) for identifier in ids}


@dataclass(eq=False)
class _Place:
    """Where one store's world is kept in this process."""

    # Held while somebody looks at the world, and by a writing unit from its first look until it ends.
    lock: RLock = field(default_factory=RLock)
    world: KeptWorld | None = None
    writer: Unit | None = None

    def followed(self, node: Node, unit: Unit, now: datetime) -> KeptWorld:
        world, self.world = self.world, None
        if world is None or not world.follow(unit, now):
            world = KeptWorld(node, unit, now)
        # Only now: what was left half-done by an exception is not kept.
        self.world = world
        return world

    def end(self, unit: Unit, entry: int | None) -> None:
        """A writing unit has ended; `entry` is the newest of the journal, None if it was rolled back."""
        if entry is None:
            self.world = None
        elif self.world is not None and self.world.applied == unit.changes.noted():
            self.world.seen = entry
        if self.world is not None:
            self.world.applied = 0
        self.writer = None
        self.lock.release()


# Guards the places of all stores of this process; a place dies with its store.
_PLACES: WeakKeyDictionary[Store, _Place] = WeakKeyDictionary()
_PLACES_LOCK = Lock()


def _place(store: Store) -> _Place:
    with _PLACES_LOCK:
        return _PLACES.setdefault(store, _Place())


def world_to_write(node: Node, unit: Unit, now: datetime) -> KeptWorld:
    """The world as it is in a writing unit, which has it to itself until it ends."""
    place = _place(node.store)
    if place.writer is not unit:
        place.lock.acquire()
        place.writer = unit
        unit.changes.when_ended(lambda entry: place.end(unit, entry))
    now = _no_earlier(unit, now)
    unit.changes.note_decided(now)
    return place.followed(node, unit, now)


@contextmanager
def world_to_read(node: Node, unit: Unit, now: datetime) -> Iterator[Decided]:
    """The world as it is in a reading unit, or a little later; nobody changes it meanwhile."""
    place = _place(node.store)
    with place.lock:
        yield place.followed(node, unit, _no_earlier(unit, now)).decided


def _no_earlier(unit: Unit, now: datetime) -> datetime:
    """The instant to decide for: not before that of the last unit, which wrote while this one waited for its turn.

    Else what that one released, this one would withdraw. A clock that was far ahead is not followed.
    """
    last = unit.changes.decided_at()
    return last if last is not None and now < last <= now + _LONGEST_WAIT else now


def forget_world(store: Store) -> None:
    """Let go of what is decided for a store in this process: who asks next decides everything from nothing."""
    with _PLACES_LOCK:
        _PLACES.pop(store, None)
