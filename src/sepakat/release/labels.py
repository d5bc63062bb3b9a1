"""Who may read: the label of a version and of its marked properties, as sets of views.

A label is a set of (owner, readers); whoever is among the readers of every owner may read. The owner is the party of
`created_by_ref`, else each sender, else this node; DESIGN section 3 has the table of readers, decision record 2 the
readings. Ceilings of clauses are left to `markings` and `clauses`: here only the reader counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sepakat.agreements.terms import Onward, OnwardRule
from sepakat.release.grants import GrantTable
from sepakat.release.levels import TLP_AMBER, TLP_GREEN, TLP_RED
from sepakat.release.markings import MarkingTable
from sepakat.release.question import Approval, HeldVersion, ReceivedTerms, ViewKey, World
from sepakat.release.restrictions import Restriction
from sepakat.release.slots import Slots
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.objects import VersionRef

_STRICTEST_FIRST = tuple(OnwardRule)


class Labels:
    """Readers of versions in one world at one instant."""

    def __init__(self, world: World, slots: Slots, markings: MarkingTable, now: datetime) -> None:
        self._world = world
        self._slots = slots
        self.markings = markings
        self.grants = GrantTable(world, slots, now)
        self._approvers: dict[VersionRef, dict[ViewKey, frozenset[str]]] = {}
        for (version, view), approvals in world.approvals.items():
            self._approve(version, view, approvals, now)
        self._only_this_node = frozenset({world.node})
        self._as_strict: dict[Onward, int] = {}

    def renew(self, version: VersionRef, approvals: Mapping[ViewKey, Sequence[Approval]], now: datetime) -> None:
        """Take these as all the approvals of a version, at another instant."""
        self._approvers.pop(version, None)
        for view, given in approvals.items():
            self._approve(version, view, given, now)

    def _approve(self, version: VersionRef, view: ViewKey, approvals: Iterable[Approval], now: datetime) -> None:
        given = frozenset(approval.approver for approval in approvals if approval.at <= now)
        if given:
            self._approvers.setdefault(version, {})[view] = given

    def owners(self, version: HeldVersion) -> tuple[PartyId, ...]:
        """Whose markings those of the version are."""
        creator = version.object.content.get("created_by_ref")
        if isinstance(creator, str):
            party = self._world.parties.get(StixId(creator))
            if party is not None:
                return (party,)
        senders = tuple(dict.fromkeys(terms.sender for terms in version.received))
        return senders or (self._world.node,)

    def approvers(self, version: VersionRef) -> Mapping[ViewKey, frozenset[str]]:
        """Who approved a version, for which view."""
        return self._approvers.get(version, {})

    def approved(self, version: VersionRef, persons: int) -> int:
        """The views for which at least so many different persons approved the version."""
        given = self._approvers.get(version)
        if given is None:
            return 0
        views = 0
        for view, approvers in given.items():
            if len(approvers) >= persons:
                views |= self._slots.bit(view)
        return views

    def are_by_label_alone(self, version: HeldVersion, ref: VersionRef) -> bool:
        """Whether the readers of a version depend on its owners and markings and on nothing else about it."""
        return not version.received and ref not in self._approvers and not self.grants.touches(ref[0])

    def readers(
        self, version: HeldVersion, marked: Sequence[Restriction], added: Sequence[Restriction], *, of_whole: bool
    ) -> int:
        """The views whose taker is among the readers of every owner.

        `marked` are the markings on the object or property, `added` those that this node put on the object. With
        `of_whole`, no marking at all means that only this node may read. No grant lifts that, nor an unknown marking.
        """
        if of_whole and not marked and not added:
            return 0
        if not all(restriction.is_known for restriction in (*marked, *added)):
            return 0
        owners = self.owners(version)
        return self._readers(version, owners, marked, added)

    def _readers(
        self,
        version: HeldVersion,
        owners: Sequence[PartyId],
        marked: Sequence[Restriction],
        added: Sequence[Restriction],
    ) -> int:
        """What this node added counts as each owner's and as its own, and no grant lifts it."""
        views = self._slots.live
        for owner in owners:
            part = self.admitted_by(owner, version, marked)
            if owner != self._world.node:
                part |= self.grants.granted(owner, version, owners)
            views &= part & self.admitted_by(owner, version, added)
        return views & self.admitted_by(self._world.node, version, added)

    def admitted_by(self, owner: PartyId, version: HeldVersion, binding: Iterable[Restriction]) -> int:
        """The views that the table of readers admits for markings of one owner, without grants."""
        owned_here = owner == self._world.node
        views = self._slots.live
        for restriction in binding:
            views &= self.markings.audience(restriction, owned_here=owned_here)
            if restriction.tlp is not None:
                views &= (
                    self._own_tlp(restriction.tlp, version) if owned_here else self._their_tlp(restriction.tlp, version)
                )
        return views

    def _own_tlp(self, level: int, version: HeldVersion) -> int:
        """Our own marking: RED needs an approval that names the taker; below it, the ceiling of the clause decides."""
        return self.approved(version.object.version_ref, 1) if level >= TLP_RED else self._slots.live

    def _their_tlp(self, level: int, version: HeldVersion) -> int:
        """Another party's marking: nobody further, but for what the terms say under which it came."""
        if level < TLP_GREEN:
            return self._slots.live
        if level > TLP_AMBER or not version.received:
            return 0
        views = self._slots.live
        for terms in version.received:
            views &= self._roster(terms) if level == TLP_GREEN else self._clients(terms)
        return views

    def _roster(self, terms: ReceivedTerms) -> int:
        views = 0
        for party in terms.roster:
            views |= self._slots.by_taker.get(party, 0)
        return views

    def _clients(self, terms: ReceivedTerms) -> int:
        views = 0
        if terms.clients_allowed:
            for party in self._world.clients:
                views |= self._slots.by_taker.get(party, 0)
        return views

    def origins_allow(self, version: HeldVersion, owners: Sequence[PartyId]) -> int:
        """The views whose taker every origin of a version of some owners allows; none where no origin is known."""
        if version.origins == self._only_this_node:
            return self._slots.live
        views = self._slots.live if version.origins else 0
        for origin in version.origins:
            if origin != self._world.node:
                views &= self.grants.granted(origin, version, owners)
        return views

    def terms_allow(self, version: HeldVersion) -> int:
        """The views whose onward rule is at least as strict as all terms under which the version came."""
        views = self._slots.live
        for terms in version.received:
            views &= self.as_strict(terms.onward) | self.grants.given(terms.sender, version.object.id)
        return views

    def as_strict(self, onward: Onward) -> int:
        """The views whose agreement is at least as strict about passing on."""
        if onward not in self._as_strict:
            self._as_strict[onward] = self._slots.where_agreement(
                lambda agreement: is_as_strict(agreement.onward, onward)
            )
        return self._as_strict[onward]


def is_as_strict(ours: Onward, theirs: Onward) -> bool:
    """Whether passing on under `ours` goes no further than under `theirs`: none > ask > named, named by its names."""
    if ours.default is OnwardRule.NAMED and theirs.default is OnwardRule.NAMED:
        return set(ours.named) <= set(theirs.named)
    return _STRICTEST_FIRST.index(ours.default) <= _STRICTEST_FIRST.index(theirs.default)
