"""What the release engine is asked about: the world of one node at one instant, as plain values.

A `World` holds the object versions, the views (agreement, taker), and every policy input: annotations, added
markings, approvals, grants, holds, recalls, rosters, parties, topics and regions. It is built by `exchange` from the
store; nothing here reads a store, a clock or a key. Sources: DESIGN section 4; STIX 2.1 for everything named as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sepakat.agreements.regions import RegionTable
from sepakat.agreements.terms import Agreement, Onward
from sepakat.agreements.topics import TopicTable
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.objects import StixObject, VersionRef


class ViewKey(NamedTuple):
    """Everything that one taker may have under one agreement is one view."""

    agreement: AgreementId
    taker: PartyId


@dataclass(frozen=True, slots=True)
class View:
    """One view of the node: the agreement's terms for one taker, and whether they are in force now.

    `in_force` is what the agreement's life says at the instant of the question (both signatures over the same hash,
    window, no suspension); `because` words it for explanations.
    """

    key: ViewKey
    agreement: Agreement
    in_force: bool
    because: str = ""
    taker_country: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedTerms:
    """The terms that stick to a version because of how it reached this node from `sender`."""

    sender: PartyId
    agreement: AgreementId
    onward: Onward
    clients_allowed: bool = False
    """The agreement's scope is `organisation+clients`."""
    roster: frozenset[PartyId] = frozenset()
    """Members of the community in force when it was received; empty for a two-sided agreement."""


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """One object version as the node holds it.

    `origins` are the parties whose information it is by itself (what it derives from adds theirs). `received_at` is
    the instant of intake. `received` is empty for what was taken in locally; a version that came from several
    partners carries the terms of each, and all of them bind.
    """

    object: StixObject
    origins: frozenset[PartyId]
    received_at: datetime
    received: tuple[ReceivedTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's approval that one version goes to one view."""

    approver: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ObjectPolicy:
    """What persons and rules of this node have put on an object, for all its versions.

    Everything here is internal: it decides, it never leaves.
    """

    topics: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    person_category: str | None = None
    necessity: str | None = None
    """Why personal data in it needs to be shared, as a person put it; None: nobody said."""
    markings: tuple[StixId, ...] = ()
    """Markings added by `objects mark`: they only tighten."""
    hold: str | None = None
    """Why the object is stopped, or None."""
    recalled: bool = False
    """Recalled from everybody."""
    recalled_views: frozenset[ViewKey] = frozenset()
    expires_at: datetime | None = None


NO_POLICY = ObjectPolicy()
"""What stands on an object on which nobody put anything."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An origin's consent that `grantee` passes one object (all versions) on to `party`."""

    origin: PartyId
    grantee: PartyId
    party: PartyId
    object_id: StixId
    given_at: datetime
    until: datetime | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class World:
    """All that the node holds and all policy inputs, at one instant."""

    node: PartyId
    parties: Mapping[StixId, PartyId]
    """STIX identity id of each known party, this node's included."""
    views: Mapping[ViewKey, View]
    versions: Mapping[StixId, tuple[HeldVersion, ...]]
    """Every held version of each object, oldest first. Marking-definitions are among them."""
    policies: Mapping[StixId, ObjectPolicy] = field(default_factory=dict)
    approvals: Mapping[tuple[VersionRef, ViewKey], tuple[Approval, ...]] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    clients: frozenset[PartyId] = frozenset()
    """The parties that this node lists as its clients (for TLP:AMBER)."""
    topics: TopicTable = field(default_factory=TopicTable.empty)
    regions: RegionTable = field(default_factory=RegionTable.empty)
