"""Who consented to what: grants by origin and object, as sets of views, at one instant.

A grant counts when it was given to this node, has begun, has not ended and is not withdrawn; equal instants permit, a
withdrawal holds from its own instant. Terms that name a taker count as a grant of their sender for what the sender
owns, when all terms under which it sent the version name them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sepakat.agreements.terms import OnwardRule
from sepakat.release.question import Grant, HeldVersion, ReceivedTerms, World
from sepakat.release.slots import Slots
from sepakat.stix.identifiers import PartyId, StixId


class GrantTable:
    """All grants of a world that are valid at one instant."""

    def __init__(self, world: World, slots: Slots, now: datetime) -> None:
        self._slots = slots
        self._node = world.node
        self._views: dict[StixId, dict[PartyId, int]] = {}
        self._add(world.grants, now)

    def renew(self, object_id: StixId, grants: Iterable[Grant], now: datetime) -> None:
        """Take these as all the grants for an object, at another instant."""
        self._views.pop(object_id, None)
        self._add(grants, now)

    def _add(self, grants: Iterable[Grant], now: datetime) -> None:
        for grant in grants:
            if is_valid(grant, self._node, now):
                by_origin = self._views.setdefault(grant.object_id, {})
                by_origin[grant.origin] = by_origin.get(grant.origin, 0) | self._slots.by_taker.get(grant.party, 0)

    def touches(self, object_id: StixId) -> bool:
        """Whether any grant is about the object."""
        return object_id in self._views

    def given(self, origin: PartyId, object_id: StixId) -> int:
        """The views to whose takers `origin` gave a grant for the object."""
        by_origin = self._views.get(object_id)
        return by_origin.get(origin, 0) if by_origin else 0

    def granted(self, origin: PartyId, version: HeldVersion, owners: Collection[PartyId]) -> int:
        """The views to whose takers `origin` consents that this version goes, by a grant or by naming them."""
        views = self.given(origin, version.object.id)
        if origin in owners:
            from_it = [terms for terms in version.received if terms.sender == origin]
            named = self._slots.live if from_it else 0
            for terms in from_it:
                named &= self.named(terms)
            views |= named
        return views

    def named(self, terms: ReceivedTerms) -> int:
        """The views of the takers whom the terms name as those to whom may be passed on."""
        views = 0
        if terms.onward.default is OnwardRule.NAMED:
            for party in terms.onward.named:
                views |= self._slots.by_taker.get(party, 0)
        return views


def is_valid(grant: Grant, node: PartyId, now: datetime) -> bool:
    """Whether a grant lets this node pass on at `now`; nobody can grant itself what is its own."""
    return (
        grant.grantee == node
        and grant.origin != node
        and grant.given_at <= now
        and (grant.until is None or now <= grant.until)
        and (grant.withdrawn_at is None or now < grant.withdrawn_at)
    )
