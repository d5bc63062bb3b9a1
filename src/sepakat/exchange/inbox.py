"""Inboxes: objects that a partner's TAXII client adds to ours, under an agreement by which that partner gives to us.

There is one inbox for each such agreement in force. Every object is judged by itself: what is wrong with its payload,
or contradicts what the same partner sent or was given, fails with the reason; a conflict with anything else that we
hold is answered as a success and kept apart, for else the answer would tell what we hold (DESIGN section 6). What
passes is written with its terms in one transaction, together with the status that is answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from hmac import digest as hmac_digest
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from sepakat.agreements.terms import Scope
from sepakat.claims.reading import claim_faults
from sepakat.errors import Fault, InputError, NotFound
from sepakat.exchange.erasing import erased_before
from sepakat.exchange.ports import Node, RowQuery, Unit
from sepakat.exchange.reading import absent
from sepakat.exchange.records import (
    AgreementRecord,
    Arrival,
    Publication,
    PushStatus,
    Quarantined,
    StoredVersion,
    TakeIn,
)
from sepakat.exchange.releasing import update_views
from sepakat.exchange.standing import by_agreement, record_in_force
from sepakat.release.question import ReceivedTerms
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.instants import format_instant, version_key
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.reading import Limits, read_objects
from sepakat.stix.validation import faults_of
from sepakat.taxii.queries import MAX_LIMIT
from sepakat.taxii.resources import MAX_CONTENT_LENGTH, Outcome, status, version_of_content

AHEAD = timedelta(minutes=5)
MAX_OBJECTS = 20_000
"""So many objects at most in one envelope."""
MAX_OBJECT_BYTES = 8 << 20
IDS_AT_ONCE = 1000
PUSHED = -1
"""In place of a leaf, for what was added to an inbox: no log of the giver has it."""

_WHOLE = Limits(max_bytes=MAX_CONTENT_LENGTH, max_objects=MAX_OBJECTS, max_object_bytes=MAX_OBJECT_BYTES)
_ONE = Limits(max_bytes=MAX_OBJECT_BYTES, max_objects=1, max_object_bytes=MAX_OBJECT_BYTES)


@dataclass(frozen=True, slots=True)
class Inbox:
    """One inbox as its giver sees it. Its id says nothing and stays the same."""

    id: str
    agreement: AgreementId
    title: str
    description: str


def inboxes_for(node: Node, party: PartyId) -> list[Inbox]:
    """The inboxes that a party may add to now, by title."""
    now = node.clock.now()
    with node.store.reading() as unit:
        found = [_inbox(node, record) for record in _records(node, unit, party, now)]
    return sorted(found, key=lambda inbox: inbox.title)


def push(node: Node, party: PartyId, account: str, inbox_id: str, data: bytes) -> PushStatus:
    """Take in what a partner's client adds: an envelope, or a bundle. What is returned is durable.

    Raises:
        NotFound: there is no such inbox for this party now.
        InputError: the body is no envelope at all; what is wrong with single objects stands in the status.
    """
    read = list(_read(data))
    now = node.clock.now()
    with node.store.writing() as unit:
        record = next((one for one in _records(node, unit, party, now) if _inbox(node, one).id == inbox_id), None)
        if record is None:
            raise absent(inbox_id)
        run = _Push(node, unit, record, now, inbox_id)
        run.take(read, sha256(data).hexdigest())
        id_ = node.ids.uuid()
        document = status(id_, now, successes=run.successes, failures=run.failures)
        kept = PushStatus(id_, account, inbox_id, now, document)
        unit.readings.put_status(kept)
    return kept


def status_for(node: Node, account: str, status_id: str) -> PushStatus:
    """The status of something that this account added.

    Raises:
        NotFound: this account has no such status.
    """
    refusal = NotFound("status-absent", f"no status {status_id[:100]}", "ask with the id that the answer to POST gave")
    try:
        id_ = str(UUID(status_id))
    except ValueError:
        raise refusal from None
    with node.store.reading() as unit:
        found = unit.readings.status(id_)
    if found is None or found.account != account:
        raise refusal
    return found


def _records(node: Node, unit: Unit, party: PartyId, now: datetime) -> Iterator[AgreementRecord]:
    """The agreements by which a party gives to us now."""
    for versions in by_agreement(unit.agreements.everything()).values():
        if any(record.agreement.giver == party and node.party in record.roster for record in versions):
            found = record_in_force(versions, node.party, now)
            if found is not None and found.agreement.giver == party:
                yield found


def _inbox(node: Node, record: AgreementRecord) -> Inbox:
    agreement = record.agreement
    named = hmac_digest(node.secret, f"inbox\n{agreement.giver}\n{agreement.id}".encode(), "sha256")
    title = f"inbox for {agreement.id}".replace(".", "-").replace(",", "-")
    return Inbox(str(UUID(bytes=named[:16], version=4)), agreement.id, title, agreement.title)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """One item of an envelope that is no object that we can read."""

    outcome: Outcome


class _Container(msgspec.Struct):
    objects: list[msgspec.Raw] = []


class _Name(msgspec.Struct):
    id: Any = None
    modified: Any = None
    created: Any = None


_read_container = msgspec.json.Decoder(_Container).decode
_read_name = msgspec.json.Decoder(_Name).decode


def _read(data: bytes) -> Iterator[StixObject | _Unreadable]:
    """The objects of an envelope, each read by itself where they cannot all be read together."""
    try:
        yield from read_objects(data, _WHOLE)
    except InputError as refusal:
        try:
            items = _read_container(data).objects
        except (msgspec.DecodeError, RecursionError):
            raise _not_an_envelope(refusal.faults) from refusal
        if not items or len(items) > MAX_OBJECTS or len(data) > MAX_CONTENT_LENGTH:
            raise _not_an_envelope(refusal.faults) from refusal
        for position, item in enumerate(items):
            yield _read_one(bytes(item), position)


def _read_one(raw: bytes, position: int) -> StixObject | _Unreadable:
    try:
        return read_objects(raw, _ONE)[0]
    except (InputError, IndexError) as refusal:
        faults = refusal.faults if isinstance(refusal, InputError) else ()
        why = "; ".join(str(fault) for fault in faults[:5]) or "expected an object"
    try:
        name = _read_name(raw)
    except msgspec.DecodeError:
        return _Unreadable(Outcome(f"objects.[{position}]", "1", f"not readable: {why}"))
    id_ = name.id if isinstance(name.id, str) and name.id else f"objects.[{position}]"
    version = version_of_content({"modified": name.modified, "created": name.created})
    return _Unreadable(Outcome(id_[:300], version, f"not readable: {why}"))


def _not_an_envelope(faults: Sequence[Fault]) -> InputError:
    first = f": {faults[0]}" if faults else ""
    return InputError(
        "envelope-unreadable",
        f"nothing added, the body is no envelope{first}",
        'send {"objects": [...]} or a bundle, in UTF-8 JSON',
        faults,
    )


@dataclass
class _Push:
    """One POST inside its transaction."""

    node: Node
    unit: Unit
    record: AgreementRecord
    now: datetime
    inbox: str
    successes: list[Outcome] = field(default_factory=list)
    failures: list[Outcome] = field(default_factory=list)
    taken: list[StoredVersion] = field(default_factory=list)
    parties: dict[StixId, PartyId] = field(default_factory=dict)
    identities: dict[StixId, str] = field(default_factory=dict)
    held: dict[StixId, list[StoredVersion]] = field(default_factory=dict)
    given: dict[StixId, list[Publication]] = field(default_factory=dict)
    """The rows of these objects that this partner reads or has read."""
    recalled: frozenset[StixId] = frozenset()
    erased: Mapping[VersionRef, int] = field(default_factory=dict)

    @property
    def giver(self) -> PartyId:
        return self.record.agreement.giver

    def take(self, read: Sequence[StixObject | _Unreadable], digest: str) -> None:
        """Judge every object, and write what passes."""
        everyone = self.unit.parties.everyone()
        self.parties = {party.identity.id: party.id for party in everyone}
        self.identities = {party.identity.id: party.identity.digest for party in everyone}
        ids = {made.id for made in read if isinstance(made, StixObject)}
        self.held = {id_: list(versions) for id_, versions in self.unit.objects.get_many(ids).items()}
        self.given = self._given(ids)
        policies = self.unit.policies.get_many(ids)
        self.recalled = frozenset(id_ for id_, policy in policies.items() if policy.recalled)
        self.erased = erased_before(self.node, self.unit, (made for made in read if isinstance(made, StixObject)))
        batch = self.node.ids.uuid()
        for made in read:
            if isinstance(made, _Unreadable):
                self.failures.append(made.outcome)
            else:
                self._take_one(made, batch)
        if not self.taken:
            return
        new = self.unit.objects.add_many(self.taken)
        self.unit.intakes.add(
            TakeIn(
                id=batch,
                at=self.now,
                by=f"party:{self.giver}",
                source=self.inbox,
                digest=digest,
                taken=sum(new),
                known=len(new) - sum(new),
                refused=len(self.failures),
            )
        )
        self.unit.syncs.add_arrivals([self._arrival(version.object) for version in self.taken])
        update_views(self.node, self.unit, self.now)

    def _take_one(self, made: StixObject, batch: str) -> None:
        named = version_of_content(made.content)
        reason = _payload_fault(made) or self._why_not_now(made)
        if reason is None and self._is_known(made):
            self.successes.append(Outcome(made.id, named))
            return
        reason = reason or self._why_not_beside_theirs(made)
        if reason is not None:
            self.failures.append(Outcome(made.id, named, reason))
            return
        self.successes.append(Outcome(made.id, named))
        conflict = self._conflict(made)
        if conflict is not None:
            raw = b"" if made.version_ref in self.erased else made.raw
            item = Quarantined(self.node.ids.uuid(), self.now, self.giver, made.id, conflict, raw)
            self.unit.intakes.quarantine(item)
            return
        version = StoredVersion(made, frozenset({self.giver}), self.now, (self._terms,), batch)
        self.taken.append(version)
        self.held.setdefault(made.id, []).append(version)

    def _why_not_now(self, made: StixObject) -> str | None:
        if made.version > self._latest:
            return f"modified {made.modified} lies more than 5 minutes ahead of this server's clock"
        return None

    def _is_known(self, made: StixObject) -> bool:
        """Whether this very version is fixed by the standard, came from this partner before, or was given to it."""
        if made.id in FIXED_MARKINGS:
            return True
        theirs = (version.object for version in self.held.get(made.id, ()) if self._is_theirs(version))
        if any(one.version == made.version and one.digest == made.digest for one in theirs):
            return True
        return any(row.version == made.version and row.digest == made.digest for row in self.given.get(made.id, ()))

    def _why_not_beside_theirs(self, made: StixObject) -> str | None:
        """What contradicts what this partner itself sent, or was given."""
        theirs = [version.object for version in self.held.get(made.id, ()) if self._is_theirs(version)]
        if any(one.version == made.version and one.digest != made.digest for one in theirs):
            return "it was added before with other content; give changed content a later `modified`"
        creator = made.content.get("created_by_ref")
        if any(one.content.get("created_by_ref") != creator for one in theirs):
            return "it was added before with another `created_by_ref`"
        if made.id in self.given and self.parties.get(StixId(str(creator))) == self.node.party:
            return "only its creator makes further versions of it"
        return None

    def _conflict(self, made: StixObject) -> str | None:
        """What stands against it without this partner's knowing."""
        if made.version_ref in self.erased:
            return f"erasure {self.erased[made.version_ref]} took it"
        if made.id in self.identities and made.digest != self.identities[made.id]:
            return f"it is the identity of {self.parties[made.id]} with other content than on its card"
        creator = self.parties.get(StixId(str(made.content.get("created_by_ref", ""))))
        if creator not in (None, self.giver):
            return f"it names {creator} as its creator, and came from {self.giver}"
        if made.id in self.recalled and not made.is_revoked:
            return "it was recalled"
        others = [version for version in self.held.get(made.id, ()) if not self._is_theirs(version)]
        for version in others:
            if version.object.version == made.version:
                same = version.object.digest == made.digest
                return None if same else "it is held with other content under this version"
        if any(one.object.content.get("created_by_ref") != made.content.get("created_by_ref") for one in others):
            return "it is held as an object of another creator"
        if others and creator != self.giver:
            return f"it is held from elsewhere, and {self.giver} is not its creator"
        return None

    def _is_theirs(self, version: StoredVersion) -> bool:
        return any(terms.sender == self.giver for terms in version.received)

    def _given(self, ids: set[StixId]) -> dict[StixId, list[Publication]]:
        found: dict[StixId, list[Publication]] = {}
        for collection in self.unit.views.collections():
            if collection.view.taker == self.giver:
                for row in self._rows(RowQuery(collection.id, versions=frozenset({"all"}), limit=MAX_LIMIT), ids):
                    found.setdefault(row.id, []).append(row)
        return found

    def _rows(self, query: RowQuery, ids: set[StixId]) -> Iterator[Publication]:
        wanted = iter(sorted(ids))
        while some := frozenset(islice(wanted, IDS_AT_ONCE)):
            asked: RowQuery | None = replace(query, ids=some)
            while asked is not None:
                page = self.unit.readings.page(asked)
                yield from page.rows
                asked = replace(asked, after_sequence=page.rows[-1].sequence) if page.more else None

    @cached_property
    def _latest(self) -> str:
        """The latest version key that is not too far ahead."""
        return version_key(format_instant(self.now + AHEAD, 6))

    @cached_property
    def _terms(self) -> ReceivedTerms:
        """What sticks to everything that comes by this agreement."""
        agreement = self.record.agreement
        return ReceivedTerms(
            sender=self.giver,
            agreement=agreement.id,
            onward=agreement.onward,
            clients_allowed=agreement.scope is Scope.ORGANISATION_AND_CLIENTS,
            roster=frozenset((*self.record.roster, agreement.giver)) if agreement.community else frozenset(),
        )

    def _arrival(self, made: StixObject) -> Arrival:
        agreement = self.record.agreement.id
        return Arrival(self.giver, self.inbox, agreement, made.id, made.version, made.digest, PUSHED, self.now)


def _payload_fault(made: StixObject) -> str | None:
    faults = (*faults_of(made.content), *claim_faults(made.content))
    return "breaks the standard: " + "; ".join(str(fault) for fault in faults[:5]) if faults else None
