"""Keeps one world decided: a change re-decides only what depends on it, with the result of deciding all from nothing.

`Decided` holds the compiled world and its fixpoint. `apply` takes what is now different (`Change`) and an instant; what
time alone changes since the last instant is found and decided again with it. What has no change of its own here
(parties, topics, regions, clients, markings and other scaffold) makes a new `Decided`. Everything is in this process:
who shares a store with others has to bring every change here, or decide anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import heapify, heappop, heappush

from sepakat.release.changing import ChangingFixpoint
from sepakat.release.compiled import Compiled
from sepakat.release.engine import Verdicts
from sepakat.release.next_change import instants_of, instants_of_grant, instants_of_policy, instants_of_view
from sepakat.release.object_facts import derivation_of, reading_of, translation_of
from sepakat.release.publication import Publication
from sepakat.release.question import NO_POLICY, Approval, Grant, HeldVersion, ObjectPolicy, View, ViewKey, World
from sepakat.release.static_rules import differ_in_features_alone
from sepakat.release.times import as_datetime, microseconds
from sepakat.release.versions import NOT_HELD
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import VersionRef


@dataclass(frozen=True, slots=True)
class Change:
    """What is now different, as it now is: nothing that is not named here has changed."""

    versions: Mapping[StixId, tuple[HeldVersion, ...]] = field(default_factory=dict)
    """All held versions of an id; none for one that is no longer held."""
    policies: Mapping[StixId, ObjectPolicy] = field(default_factory=dict)
    approvals: Mapping[tuple[VersionRef, ViewKey], tuple[Approval, ...]] = field(default_factory=dict)
    grants: Mapping[StixId, tuple[Grant, ...]] = field(default_factory=dict)
    """All grants for an object."""
    views: Mapping[ViewKey, View] = field(default_factory=dict)
    """Views that are new or changed; one that is over is not in force."""


class Decided:
    """One world, decided at `now`; its `verdicts` are always of the present world and instant.

    They are another value whenever they may say something else.
    """

    def __init__(self, world: World, now: datetime) -> None:
        self._versions = dict(world.versions)
        self._policies = dict(world.policies)
        self._approvals = dict(world.approvals)
        self._views = dict(world.views)
        self._grants: dict[StixId, tuple[Grant, ...]] = {}
        for grant in world.grants:
            self._grants[grant.object_id] = (*self._grants.get(grant.object_id, ()), grant)
        self._approved: dict[VersionRef, set[ViewKey]] = {}
        for version, view in world.approvals:
            self._approved.setdefault(version, set()).add(view)
        self.world = replace(
            world, versions=self._versions, policies=self._policies, approvals=self._approvals, views=self._views
        )
        self._decide(now)

    @property
    def now(self) -> datetime:
        """The instant of the verdicts."""
        return self._compiled.now

    @property
    def next_change_at(self) -> datetime | None:
        """The earliest instant at which time alone can change anything: a sweeper calls `apply` then."""
        now = microseconds(self.now)
        ends = [at for view in self._views.values() for at in instants_of_view(view) if at > now]
        if self._due:
            ends.append(self._due[0][0])
        earliest = min(ends, default=None)
        return None if earliest is None else as_datetime(earliest)

    def apply(self, change: Change, now: datetime) -> frozenset[StixId]:
        """Take a change in and decide again what depends on it.

        Gives the ids whose outcome may be another, or what remains of which may be; which scaffold a view shows
        hangs on everything in it and is asked for anew (`Verdicts.publication`).

        Raises:
            ValueError: `now` lies before the last instant: a clock that ran backwards decides nothing.
        """
        if now < self.now:
            raise ValueError("the clock ran backwards")
        due = self._take_due(now)
        self._compiled.at(now)
        if self._is_beyond(change):
            return self._decide_all(change, now)
        touched: set[StixId] = set()
        changed = [key for key, view in change.views.items() if self._views.get(key) != view]
        if changed:
            if not self._fits(change.views):
                return self._decide_all(change, now)
            touched |= self._renew_views(change.views, changed)
        concerned = self._take_in(change) | due
        if concerned:
            touched |= self._decide_again(concerned)
        if changed or concerned:
            self._publication.renew(touched)
            self.verdicts = Verdicts(self._compiled, self._fixpoint, self._publication)
        return frozenset(touched)

    def naming(self, identifiers: Iterable[StixId]) -> frozenset[StixId]:
        """The ids that name any of some ids, now or at some time before: how they are cut may depend on those."""
        return frozenset(one for identifier in identifiers for one in self._named_by.get(identifier, ()))

    def _decide(self, now: datetime) -> None:
        self._compiled = Compiled(self.world, now)
        self._fixpoint = ChangingFixpoint(self._compiled)
        self._fixpoint.run()
        self._publication = Publication(self._compiled)
        self.verdicts = Verdicts(self._compiled, self._fixpoint, self._publication)
        self._named_by: dict[StixId, dict[StixId, None]] = {}
        self._derivers: dict[StixId, set[StixId]] = {}
        """What derives from an id, now or at some time before."""
        self._derived_by: dict[StixId, set[StixId]] = {}
        """What derives from something by a relationship, by the id of that."""
        self._derived: set[StixId] = set()
        for identifier, versions in self._versions.items():
            self._index(identifier)
            for held in versions:
                self._note_basis(held)
        self._find_due()

    def _find_due(self) -> None:
        after = microseconds(self.now)
        self._due: list[tuple[int, StixId]] = [
            entry for identifier in self._with_instants() for entry in self._instants(identifier, after)
        ]
        heapify(self._due)

    def _decide_all(self, change: Change, now: datetime) -> frozenset[StixId]:
        self._views.update(change.views)
        self._take_in(change)
        self._decide(now)
        return frozenset(self._versions)

    # What is different.

    def _is_beyond(self, change: Change) -> bool:
        """Whether a change moves scaffold or other markings: too much hangs on them to look for it."""
        ids = (*change.versions, *change.policies)
        return any(
            identifier in self._compiled.scaffold
            or identifier in self.world.parties
            or identifier.startswith(("marking-definition--", "extension-definition--"))
            for identifier in ids
        )

    def _fits(self, views: Mapping[ViewKey, View]) -> bool:
        return all(len(view.agreement.share) <= self._compiled.slots.stride for view in views.values())

    def _take_in(self, change: Change) -> set[StixId]:
        """Put the change into the world; the ids that have to be read again for it.

        What names another id shows its topics and regions too; what derives from it is found by `_follow_basis`.
        """
        concerned: set[StixId] = set()
        for identifier, versions in change.versions.items():
            concerned.add(identifier)
            if identifier.startswith("location--"):
                concerned |= self.naming([identifier])
            if versions:
                self._versions[identifier] = versions
            else:
                self._versions.pop(identifier, None)
        for identifier, policy in change.policies.items():
            before = self._policies.get(identifier, NO_POLICY)
            concerned.add(identifier)
            if (before.topics, before.regions) != (policy.topics, policy.regions):
                concerned |= self.naming([identifier])
            self._policies[identifier] = policy
        for (version, view), approvals in change.approvals.items():
            self._approvals[version, view] = approvals
            self._approved.setdefault(version, set()).add(view)
            concerned.add(version[0])
        if change.grants:
            self._grants.update(change.grants)
            every = tuple(grant for grants in self._grants.values() for grant in grants)
            self._compiled.world = self.world = replace(self.world, grants=every)
            concerned.update(change.grants)
        return concerned

    def _take_due(self, now: datetime) -> set[StixId]:
        """The ids for which time alone changes something until now."""
        limit = microseconds(now)
        due: set[StixId] = set()
        while self._due and self._due[0][0] <= limit:
            due.add(heappop(self._due)[1])
        return due

    # Deciding again.

    def _decide_again(self, concerned: set[StixId]) -> frozenset[StixId]:
        compiled, now = self._compiled, self.now
        rests_on_basis = self._follow_basis(concerned)
        grants = compiled.labels.grants
        for identifier in concerned:
            for_it = self._grants.get(identifier, ())
            if for_it or grants.touches(identifier):
                grants.renew(identifier, for_it, now)
            for version in self._both(identifier) if self._approved else ():
                views = self._approved.get(version)
                if views:
                    given = {view: self._approvals[version, view] for view in views}
                    compiled.labels.renew(version, given, now)

        def read(identifiers: Iterable[StixId]) -> None:
            compiled.read_again(identifiers)
            if rests_on_basis:
                compiled.renew_basis()

        touched = self._fixpoint.replace(concerned, read)
        after = microseconds(now)
        for identifier in concerned:
            self._index(identifier)
            for entry in self._instants(identifier, after):
                heappush(self._due, entry)
        return touched

    def _follow_basis(self, concerned: set[StixId]) -> bool:
        """Add to some ids all that derives from them, before or now; whether anything does, or they from anything."""
        for identifier in concerned:
            for held in self._versions.get(identifier, ()):
                self._note_basis(held)
        waiting = [*concerned, *(source for one in concerned for source in self._derived_by.get(one, ()))]
        if not any(one in self._derivers or one in self._derived for one in waiting):
            return False
        while waiting:
            identifier = waiting.pop()
            new = {identifier, *self._derivers.get(identifier, ())} - concerned
            concerned.update(new)
            waiting.extend(new)
        return True

    def _note_basis(self, held: HeldVersion) -> None:
        content = held.object.content
        derivation = derivation_of(content) if held.object.type == "relationship" else None
        if derivation is not None:
            self._derivers.setdefault(derivation[1], set()).add(derivation[0])
            self._derived_by.setdefault(held.object.id, set()).add(derivation[0])
            self._derived.add(derivation[0])
        for target in translation_of(content) if held.object.type == "language-content" else ():
            self._derivers.setdefault(target, set()).add(held.object.id)
            self._derived.add(held.object.id)
        if "extensions" in content:
            try:
                claim = reading_of(held.object).claim
            except Exception:  # noqa: BLE001  what cannot be read is out, and derives from nothing
                return
            for target in claim.derives_from if claim is not None else ():
                self._derivers.setdefault(target, set()).add(held.object.id)
                self._derived.add(held.object.id)

    def _renew_views(self, views: Mapping[ViewKey, View], changed: Iterable[ViewKey]) -> frozenset[StixId]:
        """Decide the views of changed agreements anew; positions of views never change, new ones come last."""
        before = {key: self._views.get(key) for key in views}
        self._views.update(views)
        compiled = self._compiled
        clocks = self._clocks()
        compiled.renew_tables(
            compiled.slots.stride,
            in_features_alone=all(
                was is not None and differ_in_features_alone(was, views[key]) for key, was in before.items()
            ),
        )
        compiled.renew_basis()
        mask = 0
        for key in changed:
            mask |= 1 << (compiled.slots.position[key] * compiled.slots.stride)
        touched = self._fixpoint.renew(mask)
        if not self._clocks() <= clocks:
            self._find_due()
        return touched

    def _clocks(self) -> set[tuple[str, object]]:
        """The terms of all clauses in force that time alone can let begin or end."""
        return {
            clock
            for entry in self._compiled.slots.clauses
            for clock in (
                ("age", entry.agreement.window.max_age),
                ("delay", entry.clause.release.delay),
                ("retention", entry.clause.persons.retention),
            )
        }

    # Indexes.

    def _both(self, identifier: StixId) -> Iterator[VersionRef]:
        """The versions of an id as they were read, and as they now are."""
        for version in self._compiled.held.get(identifier, NOT_HELD).versions:
            yield version.ref
        for held in self._versions.get(identifier, ()):
            yield held.object.version_ref

    def _index(self, identifier: StixId) -> None:
        scaffold, named_by = self._compiled.scaffold, self._named_by
        for version in self._compiled.held.get(identifier, NOT_HELD).versions:
            for reference in version.references:
                # Nothing is cut for scaffold, and where scaffold changes all is decided anew.
                if reference.target not in scaffold:
                    naming = named_by.get(reference.target)
                    if naming is None:
                        naming = named_by[reference.target] = {}
                    naming[identifier] = None

    def _with_instants(self) -> Iterable[StixId]:
        return dict.fromkeys((*self._versions, *self._policies, *self._grants))

    def _instants(self, identifier: StixId, after: int) -> list[tuple[int, StixId]]:
        """When time alone can change something for an id, after an instant in microseconds."""
        found: list[int] = []
        for version in self._compiled.held.get(identifier, NOT_HELD).versions:
            found += instants_of(self._compiled, version)
            for view in self._approved.get(version.ref, ()):
                found += [microseconds(approval.at) for approval in self._approvals[version.ref, view]]
        policy = self._policies.get(identifier)
        if policy is not None:
            found += instants_of_policy(policy)
        for grant in self._grants.get(identifier, ()):
            found += instants_of_grant(grant)
        return [(at, identifier) for at in found if at > after]
