"""What a node remembers, as plain values: the rows of the ports, internal to the node unless a use case sends them.

All instants are aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sepakat.agreements.life import LifeEvent
from sepakat.agreements.terms import Agreement
from sepakat.release.decision import Outcome
from sepakat.release.question import ReceivedTerms, ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.objects import StixObject, VersionRef


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One object version with where it came from. `take_in` names the batch that first brought it."""

    object: StixObject
    origins: frozenset[PartyId]
    received_at: datetime
    received: tuple[ReceivedTerms, ...]
    take_in: str


@dataclass(frozen=True, slots=True)
class TakeIn:
    """One intake: a file taken in by a person, or a page received from a partner."""

    id: str
    at: datetime
    by: str
    """The user, or `party:ID` for what a partner sent."""
    source: str
    """File name, `-`, or the collection it was read from."""
    digest: str
    """Hex SHA-256 of the bytes as they came."""
    taken: int
    known: int
    refused: int
    undone_at: datetime | None = None
    form: str | None = None
    """The format that it was read as; None for what a partner sent."""
    captured_at: datetime | None = None
    """When the source was saved, if somebody knew."""


@dataclass(frozen=True, slots=True)
class KeptMapping:
    """What a person said of the columns of some kind of table, kept under a name for the next file of that kind."""

    name: str
    content: str
    """The mapping as JSON text (see `intake.tables`)."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something that arrived and was not taken, kept apart with the reason."""

    id: str
    at: datetime
    sender: PartyId | None
    object_id: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Party:
    """A known party. `card` is the verified card document (None for a partner without a node)."""

    id: PartyId
    name: str
    country: str | None
    identity: StixObject
    added_at: datetime
    is_self: bool = False
    is_client: bool = False
    card: Mapping[str, Any] | None = None
    keys: tuple[str, ...] = ()
    """Public keys in text form (`ed25519:...`) that count now, the newest first."""
    address: str | None = None
    loopback: bool = False


@dataclass(frozen=True, slots=True)
class Community:
    """The roster of a community as it stands from `at` on. Older rosters are kept."""

    id: str
    members: tuple[PartyId, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """One version of an agreement, by hash, with all that happened to it in order."""

    hash: str
    agreement: Agreement
    canonical: bytes
    added_at: datetime
    roster: tuple[PartyId, ...]
    """The takers: those of the document, or the community's members of the day without the giver."""
    events: tuple[LifeEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What persons and rules have put on an object id (see `release.question.ObjectPolicy`)."""

    object_id: StixId
    topics: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    person_category: str | None = None
    necessity: str | None = None
    markings: tuple[StixId, ...] = ()
    hold: str | None = None
    cleared: str | None = None
    """The version up to which a person let the object go although its text may tell what is withheld."""
    recalled: bool = False
    recalled_views: frozenset[ViewKey] = frozenset()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic definition of this node: internal, never sent."""

    id: str
    entities: frozenset[StixId] = frozenset()
    names: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """A person's approval, or refusal, of one version for one view."""

    version: VersionRef
    view: ViewKey
    approver: str
    at: datetime
    approved: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """A TAXII collection: one view as its taker reads it. The id is random and says nothing."""

    id: str
    view: ViewKey
    title: str
    created_at: datetime


class Standing(StrEnum):
    """What a row of a view is."""

    LIVE = "live"
    TOMBSTONE = "tombstone"
    """A `revoked: true` version: it stays readable in any state of the agreement."""
    WITHDRAWN = "withdrawn"
    """It left the view (recall, hold, end of terms): kept for the log and `who-has`, never served."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One row of a view: the bytes that the taker reads, and the proof.

    `sequence` orders the rows of a collection (rank and keyed order inside a batch); `date_added` grows with it in
    whole milliseconds. `original` is the held version that it came from. `leaf` and `position` place it in the log.
    """

    collection: str
    sequence: int
    date_added: datetime
    id: StixId
    version: str
    """The version key of the released bytes ("" for what has no `modified`)."""
    type: str
    body: bytes
    digest: str
    salt: bytes
    leaf: int
    position: int
    original: VersionRef
    outcome: Outcome
    standing: Standing = Standing.LIVE
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VariantState:
    """The variant of one original in one view: what was last released of it, and under which epoch."""

    collection: str
    original_id: StixId
    variant_id: StixId
    epoch: int
    created: str
    modified: str
    projection_digest: str


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision as it was acted on: replayable while the payload is kept."""

    collection: str
    version: VersionRef
    at: datetime
    outcome: Outcome
    words: str
    """Canonical JSON of the findings."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of one log: our own log for a counterpart, or the mirror of theirs for us."""

    counterpart: PartyId
    mirror: bool
    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class CheckpointNote:
    """A signed checkpoint of a log, with the counterpart's cosignature once it is there."""

    counterpart: PartyId
    mirror: bool
    size: int
    at: datetime
    note: str
    cosigned: bool


class Direction(StrEnum):
    """Which way a message, a recall or a request went."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A signed message, sent or received. `sequence` counts per (counterpart, direction) from 1."""

    hash: str
    direction: Direction
    counterpart: PartyId
    sequence: int
    kind: str
    at: datetime
    document: bytes
    delivered_at: datetime | None = None
    """Out: when the counterpart had it. In: when it was acted on."""
    attempts: int = 0
    next_try_at: datetime | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class RecallAnswer:
    """What one party says it did about a recall (None while it has not answered)."""

    party: PartyId
    action: str | None = None
    """deleted | restricted | kept-by-law; None: unanswered."""
    ground: str | None = None
    at: datetime | None = None
    via: PartyId | None = None
    """The party that passed the recall on, for onward holders."""


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall given (OUT) or received (IN) with its answers."""

    id: str
    direction: Direction
    counterpart: PartyId | None
    """IN: who recalls. OUT: None (answers name the parties)."""
    objects: tuple[StixId, ...]
    """Ids as the holders know them (a variant's own id for its holder)."""
    original: StixId
    views: tuple[ViewKey, ...]
    """The named views, empty for a recall of everything."""
    reason: str
    at: datetime
    respond_by: datetime
    answers: tuple[RecallAnswer, ...] = ()
    """IN: our own; none if nothing is asked of us, since only a grant of ours to pass on was withdrawn."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A request to pass an object on, and its answer. A granted, unwithdrawn one is a grant to the engine."""

    id: str
    direction: Direction
    counterpart: PartyId
    """OUT: the origin that we asked. IN: the party that asks us."""
    object_id: StixId
    party: PartyId
    purpose: str
    asked_at: datetime
    granted: bool | None = None
    answered_at: datetime | None = None
    reason: str | None = None
    conditions: str | None = None
    until: datetime | None = None
    withdrawn_at: datetime | None = None


class Role(StrEnum):
    """What a person at this node may do."""

    ANALYST = "analyst"
    RELEASER = "releaser"
    ADMINISTRATOR = "administrator"
    OVERSEER = "overseer"


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in to the pages."""

    name: str
    role: Role
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A TAXII client's credentials; it sees the views of its party and nothing else."""

    name: str
    party: PartyId
    password_hash: str
    token_digest: str
    """Hex SHA-256 of the bearer token (32 random bytes, so that a plain digest is enough)."""
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """One reading of a collection: who, what, how many; no content."""

    at: datetime
    account: str
    collection: str
    request: str
    objects: int
    reached: int | None = None
    """The last row that it was given, where it read objects; None for other readings, and where there was nothing."""


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far this node has read one collection of one giver."""

    giver: PartyId
    collection: str
    agreement: AgreementId
    added_after: str | None = None
    cursor: str | None = None
    last_at: datetime | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One object version as it came from a giver: the taker's side of a publication."""

    giver: PartyId
    collection: str
    agreement: AgreementId
    id: StixId
    version: str
    digest: str
    leaf: int
    at: datetime
    removed_at: datetime | None = None
    """When it was hidden for a recall."""


@dataclass(frozen=True, slots=True)
class PushStatus:
    """The TAXII status of one POST to an inbox collection."""

    id: str
    account: str
    collection: str
    at: datetime
    document: bytes


@dataclass(frozen=True, slots=True)
class Movement:
    """How many objects moved at one instant, from a partner or to one."""

    at: datetime
    party: PartyId
    is_in: bool
    count: int


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What the catalogue keeps of an object's newest version, to find it by."""

    id: StixId
    type: str
    title: str
    level: str
    """The strictest TLP level on the whole object, empty without any."""
    modified: str
    received_at: datetime
    words: tuple[str, ...]
    links: tuple[StixId, ...]
    """What it refers to and is about."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One found object. `number` grows with what came last; a page goes on from there."""

    number: int
    id: StixId
    type: str
    title: str
    level: str
    modified: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class CataloguePiece:
    """Objects that the catalogue is to enter next, and how far it is then."""

    ids: frozenset[StixId]
    take_in: int
    within: int
    """The place inside that intake; 0 when it is entered whole."""
    is_last: bool


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that a person kept by name, as the query of its address."""

    user: str
    name: str
    query: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Consultation:
    """One look of one person at personal data, and what for."""

    at: datetime
    user: str
    object_id: StixId
    purpose: str
