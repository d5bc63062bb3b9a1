"""The ports: what the use cases need of the world, as Protocols that state their guarantees.

A `Store` is durable and transactional: what a `writing` unit did is there whole after it ends without an exception,
also after the process is killed, and not at all otherwise. Writers exclude each other from the moment the unit opens
(SQLite: `BEGIN IMMEDIATE`), across processes; readers see one snapshot and never wait for writers. Adding what is there
already with equal content changes nothing and is no error (idempotent); a port never retries by itself.
Lists are ordered as each method says; nothing depends on the order of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sepakat.agreements.life import LifeEvent
from sepakat.exchange.catalogue_ports import Catalogue, Recent
from sepakat.exchange.claim_ports import Claims, Watches
from sepakat.exchange.erasure_ports import Erasures
from sepakat.exchange.journal import Changes
from sepakat.exchange.mirror_records import MirrorPage
from sepakat.exchange.records import (
    Access,
    Account,
    AgreementRecord,
    ApprovalRecord,
    Arrival,
    CheckpointNote,
    Collection,
    Community,
    Consent,
    Direction,
    KeptMapping,
    Leaf,
    MessageRecord,
    Party,
    Policy,
    Publication,
    PushStatus,
    Quarantined,
    Recall,
    RecordedDecision,
    StoredVersion,
    SyncState,
    TakeIn,
    Topic,
    User,
    VariantState,
)
from sepakat.exchange.report_ports import Reports
from sepakat.exchange.work_ports import Jobs, Lease
from sepakat.release.question import ReceivedTerms
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.objects import VersionRef


class Clock(Protocol):
    """The only source of the time. Never goes back within one process."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""


class Ids(Protocol):
    """The only source of randomness."""

    def uuid(self) -> str: ...
    def secret(self, size: int) -> bytes: ...


class Signer(Protocol):
    """The node's signing key."""

    @property
    def public_key(self) -> str:
        """Text form, `ed25519:...`."""

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature, 64 bytes."""


class Objects(Protocol):
    """Held object versions. Bytes are kept exactly; a version is never changed, only its provenance grows."""

    def add(self, version: StoredVersion) -> bool:
        """Keep it; False if that (id, version) is held with the same digest (then origins and terms are joined).

        Raises StoreError('version-conflict') if it is held, or was given out whole, with other bytes.
        """

    def add_many(self, added: Sequence[StoredVersion]) -> list[bool]:
        """`add` for each, in order, in a few statements."""

    def get(self, object_id: StixId) -> tuple[StoredVersion, ...]:
        """All held versions, oldest first; empty if none."""

    def get_many(self, ids: Iterable[StixId]) -> Mapping[StixId, tuple[StoredVersion, ...]]: ...
    def everything(self) -> Iterator[StoredVersion]:
        """All versions, by id, then oldest first."""

    def page(self, *, type_: str | None = None, after: StixId | None = None, limit: int = 100) -> list[StoredVersion]:
        """The newest version of each object, by id, keyset."""

    def of_take_in(self, take_in: str) -> tuple[VersionRef, ...]: ...
    def remove(self, version: VersionRef) -> None: ...
    def drop_terms(self, version: VersionRef, terms: ReceivedTerms) -> None: ...
    def count(self) -> int:
        """How many versions are held."""


class Intakes(Protocol):
    """Batches taken in, and what was kept apart."""

    def add(self, take_in: TakeIn) -> None: ...
    def get(self, id_: str) -> TakeIn | None: ...
    def latest(self, limit: int = 50) -> list[TakeIn]:
        """Newest first."""

    def mark_undone(self, id_: str, at: datetime) -> None: ...
    def quarantine(self, item: Quarantined) -> None: ...
    def quarantined(self, limit: int = 50) -> list[Quarantined]: ...
    def put_mapping(self, mapping: KeptMapping) -> None:
        """Replaces the one of the same name."""

    def mapping(self, name: str) -> KeptMapping | None: ...
    def mappings(self) -> list[KeptMapping]:
        """By name."""


class Parties(Protocol):
    """Known parties, this node's among them, and communities."""

    def put(self, party: Party) -> None: ...
    def get(self, party: PartyId) -> Party | None: ...
    def everyone(self) -> list[Party]:
        """By id; this node's party included."""

    def put_roster(self, community: Community) -> None: ...
    def roster(self, community: str, at: datetime | None = None) -> Community | None:
        """The roster in force at `at` (the newest if None)."""

    def communities(self) -> list[Community]: ...


class Agreements(Protocol):
    """Agreement versions by hash, with their events in order of arrival."""

    def add(self, record: AgreementRecord) -> None: ...
    def get(self, hash_: str) -> AgreementRecord | None: ...
    def versions(self, id_: AgreementId) -> list[AgreementRecord]:
        """Oldest first."""

    def everything(self) -> list[AgreementRecord]:
        """By id, then version."""

    def add_event(self, hash_: str, event: LifeEvent) -> None:
        """Idempotent: the same event twice is kept once."""


class Policies(Protocol):
    """Annotations, markings, holds, recalls by object id; topic definitions; approvals."""

    def put(self, policy: Policy) -> None: ...
    def get(self, object_id: StixId) -> Policy | None: ...
    def get_many(self, ids: Iterable[StixId]) -> Mapping[StixId, Policy]: ...
    def everything(self) -> list[Policy]: ...
    def put_topic(self, topic: Topic) -> None: ...
    def topics(self) -> list[Topic]: ...
    def put_approval(self, approval: ApprovalRecord) -> None: ...
    def approvals(self) -> list[ApprovalRecord]: ...


class Views(Protocol):
    """What each taker reads: collections, their rows, the variants' state, the decisions acted on."""

    def put_collection(self, collection: Collection) -> None: ...
    def collections(self) -> list[Collection]: ...
    def publish(self, rows: Sequence[Publication]) -> None:
        """Append rows. Raises StoreError('row-conflict') unless sequence and date grow and a live version is new."""

    def last(self, collection: str) -> Publication | None:
        """The row with the highest sequence, withdrawn ones included."""

    def rows(self, collection: str, *, include_withdrawn: bool = False) -> list[Publication]:
        """By sequence."""

    def rows_of(self, original_id: StixId) -> list[Publication]:
        """All rows, in every view and standing, that came from one object."""

    def rows_of_many(self, original_ids: Iterable[StixId]) -> list[Publication]:
        """The rows of all views that stand for versions of some objects, by view and sequence."""

    def rows_of_leaf(self, collection: str, leaf: int) -> list[Publication]: ...
    def withdraw(self, collection: str, sequences: Iterable[int], at: datetime) -> None: ...
    def put_variant(self, state: VariantState) -> None: ...
    def put_variants(self, states: Sequence[VariantState]) -> None: ...
    def variants_of(self, original_ids: Iterable[StixId]) -> list[VariantState]:
        """The variants of some objects in all views."""

    def raised_epochs(self) -> Mapping[tuple[str, StixId], int]:
        """By collection and original id, the epochs above 0."""

    def variants(self, collection: str) -> Mapping[StixId, VariantState]:
        """By original id."""

    def record(self, decisions: Sequence[RecordedDecision]) -> None: ...
    def recorded(self, version: VersionRef | None = None, limit: int = 100) -> list[RecordedDecision]:
        """Newest first."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """A TAXII reading of one collection: filters and the place to go on from.

    `versions` is a set of `all`, `first`, `last` or version keys; empty means last. `after_sequence` is the keyset
    cursor; `added_after` is strictly exclusive. Withdrawn rows are never read. `tombstones_only` serves a suspended
    view: of what the other filters find, only the tombstones.
    """

    collection: str
    after_sequence: int = 0
    added_after: datetime | None = None
    ids: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    spec_versions: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    tombstones_only: bool = False
    limit: int = 100
    byte_limit: int = 8_000_000


@dataclass(frozen=True, slots=True)
class RowPage:
    """What a reading found. `more` is true only if a further row matches."""

    rows: tuple[Publication, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class BodyPage:
    """What a reading found, as stored bytes joined by commas: how many, where it ends, and when they were added.

    `added` are the dates of the first and the last row, or of every row where that was asked for, in microseconds since
    1970: a page of a thousand is read in less time than it takes to make a thousand dates.
    """

    joined: bytes
    count: int
    more: bool
    last_sequence: int = 0
    added: tuple[int, ...] = ()


class Readings(Protocol):
    """Reading views the way TAXII asks: first, last and filters are computed over the live rows of the view alone."""

    def page(self, query: RowQuery) -> RowPage:
        """Rows by sequence; never an empty page with `more`."""

    def bodies(self, query: RowQuery, *, is_dated: bool = False) -> BodyPage:
        """The same rows as `page`, as stored bytes alone: many times faster. `is_dated`: with the date of each."""

    def count(self, collection: str) -> int:
        """How many rows `match[version]=all` reads."""

    def unread(self, collection: str, after: int) -> int:
        """How many rows a reading without filters would give after this row."""

    def note_access(self, *accesses: Access) -> None: ...
    def accesses(self, limit: int = 100) -> list[Access]:
        """Newest first."""

    def polls(self, account: str) -> Mapping[str, tuple[datetime, int]]:
        """When an account last asked in each collection, and the furthest row that it was ever given (0: none)."""

    def put_status(self, status: PushStatus) -> None: ...
    def status(self, id_: str) -> PushStatus | None: ...


class Logs(Protocol):
    """Append-only logs, one of ours per counterpart, and a mirror of each counterpart's for us."""

    def append(self, leaf: Leaf) -> None:
        """Raises StoreError('leaf-conflict') unless `leaf.index` is the next, or holds equal bytes.

        Raises StoreError('store-restored') for a log of ours while it is held back.
        """

    def size(self, counterpart: PartyId, *, mirror: bool) -> int: ...
    def leaves(self, counterpart: PartyId, *, mirror: bool, start: int = 0) -> list[Leaf]: ...
    def put_checkpoint(self, note: CheckpointNote) -> None: ...
    def checkpoints(self, counterpart: PartyId, *, mirror: bool) -> list[CheckpointNote]:
        """Smallest size first."""

    def counterparts(self) -> list[PartyId]: ...
    def hold_back(self, since: datetime) -> None:
        """From now on no leaf is appended to a log of ours: the store is an older one, restored from a backup."""

    def held_back(self) -> datetime | None:
        """Since when nothing is appended to our logs, if that is so."""

    def let_go_on(self) -> None:
        """Leaves are appended again."""


class Messages(Protocol):
    """Signed messages, both ways, each kept once by hash; the outbox is what is OUT and not delivered."""

    def add(self, message: MessageRecord) -> bool:
        """False if a message with that hash and direction is there already. The store gives `sequence` (pass 0)."""

    def get(self, hash_: str, direction: Direction) -> MessageRecord | None: ...
    def put(self, message: MessageRecord) -> None:
        """Replace delivery fields (delivered_at, attempts, next_try_at, refused)."""

    def after(
        self, counterpart: PartyId, sequence: int, *, direction: Direction, limit: int = 100
    ) -> list[MessageRecord]:
        """By sequence."""

    def undelivered(self, now: datetime, limit: int = 100) -> list[MessageRecord]: ...
    def of_kind(self, kind: str, direction: Direction, counterpart: PartyId | None = None) -> list[MessageRecord]: ...
    def use_nonce(self, party: PartyId, nonce: str, until: datetime) -> bool:
        """False if it was used before; nonces past `until` may be forgotten."""


class Obligations(Protocol):
    """Recalls and consents, both ways."""

    def put_recall(self, recall: Recall) -> None: ...
    def recall(self, id_: str, direction: Direction) -> Recall | None: ...
    def recalls(self) -> list[Recall]:
        """Newest first."""

    def put_consent(self, consent: Consent) -> None: ...
    def consent(self, id_: str, direction: Direction) -> Consent | None: ...
    def consents(self) -> list[Consent]:
        """Newest first."""


class People(Protocol):
    """Users of the pages and accounts of TAXII clients."""

    def put_user(self, user: User) -> None: ...
    def user(self, name: str) -> User | None: ...
    def users(self) -> list[User]: ...
    def put_account(self, account: Account) -> None: ...
    def account(self, name: str) -> Account | None: ...
    def accounts(self) -> list[Account]: ...


class Syncs(Protocol):
    """How far this node has read each partner, and what arrived."""

    def put(self, state: SyncState) -> None: ...
    def get(self, giver: PartyId, collection: str) -> SyncState | None: ...
    def everything(self) -> list[SyncState]: ...
    def add_arrivals(self, arrivals: Sequence[Arrival]) -> None: ...
    def arrivals(self, *, giver: PartyId | None = None, object_id: StixId | None = None) -> list[Arrival]:
        """In order of arrival."""

    def mark_removed(self, giver: PartyId, object_id: StixId, at: datetime) -> None: ...


class Unit(Protocol):
    """One transaction: every port on the same snapshot."""

    @property
    def changes(self) -> Changes: ...

    @property
    def objects(self) -> Objects: ...
    @property
    def intakes(self) -> Intakes: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def parties(self) -> Parties: ...
    @property
    def agreements(self) -> Agreements: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def views(self) -> Views: ...
    @property
    def readings(self) -> Readings: ...
    @property
    def logs(self) -> Logs: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def obligations(self) -> Obligations: ...
    @property
    def people(self) -> People: ...
    @property
    def syncs(self) -> Syncs: ...
    @property
    def recent(self) -> Recent: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def watches(self) -> Watches: ...
    @property
    def erasures(self) -> Erasures: ...


class Store(Protocol):
    """The node's memory. Thread-safe; several processes may share it."""

    @property
    def is_at_hand(self) -> bool:
        """Whether it is read from this machine's own memory or files: a look at one row waits for nobody."""

    def reading(self) -> AbstractContextManager[Unit]:
        """A read-only unit on one snapshot."""

    def writing(self) -> AbstractContextManager[Unit]:
        """A unit that is committed when it ends without an exception and rolled back otherwise.

        Raises StoreError('store-busy' | 'store-full' | 'store-damaged' | 'store-unreachable').
        """

    def written(self) -> object:
        """A mark to compare: as long as it stays equal, no process has committed anything."""

    def lease(self, name: str) -> Lease | None:
        """The lease of that name, if nobody has it, in this process or in another on any machine.

        A connection that is lost takes the lease with it, which its holder learns only when it asks: so whoever works
        under a lease does nothing that would do harm if it were done twice.
        """

    def scrub(self) -> None:
        """Write the files anew without what was deleted, after an erasure; writers wait meanwhile.

        Raises StoreError('store-busy') if others do not let go of the files; what is deleted stays deleted.
        """

    def close(self) -> None:
        """Let go of files, connections and leases."""


@dataclass(frozen=True, slots=True)
class PeerPage:
    """One page of a giver's collection: objects as raw bytes in order, and where to go on."""

    objects: tuple[bytes, ...]
    more: bool
    next: str | None
    added_last: str | None


class Peer(Protocol):
    """One other node, spoken to at the address on its card. Every failure is a PeerError; nothing is retried here."""

    def send(self, document: bytes) -> Mapping[str, Any]:
        """POST one signed message; the answer document. Idempotent by hash at the other side."""

    def messages(self, after: int) -> list[bytes]:
        """The messages that it has for us, from its sequence `after` on, in order."""

    def news(self, after: int) -> Iterator[int]:
        """Its newest sequence for us, each time that it says so on a stream; ends when the stream does."""

    def mirror(self, after: int, beside: int) -> MirrorPage:
        """Its mirror of our log for it after so many leaves, and our messages beside it after so many of them."""

    def collections(self) -> list[Mapping[str, Any]]:
        """The TAXII collections that it serves us."""

    def page(self, collection: str, *, added_after: str | None, cursor: str | None, limit: int) -> PeerPage: ...


class Peers(Protocol):
    """Gives the way to a party; refuses parties without an address."""

    def to(self, party: Party) -> Peer: ...


@dataclass(frozen=True, slots=True)
class Node:
    """Everything a use case needs: who we are, and the ports. Built by `composition` alone."""

    party: PartyId
    store: Store
    clock: Clock
    ids: Ids
    signer: Signer
    peers: Peers
    secret: bytes
    """The node's own secret (32 bytes): keys of views, variants and cursors are derived from it."""
