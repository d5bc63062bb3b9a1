"""Synchronising with a giver: its messages first, then page by page what it has for us, each page in one transaction.

    1  send what waits for it
    2  fetch and take its messages, recalls among them, and follow its log
    3  read each collection that it stated, check every object, take the good ones, keep the others apart with a reason
    4  compare the log with the heads that it signed, co-sign the newest, send that and the receipts

Speaks to the network only between units. Invariant: after any break, the next synchronisation goes on where the last
transaction ended, without a gap and without taking anything twice. DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from sepakat.agreements.terms import Scope
from sepakat.errors import NotPermitted, PeerError
from sepakat.exchange.arrivals import Passed, Refused, Situation, judge, lies_ahead, read_one
from sepakat.exchange.erasing import erased_before
from sepakat.exchange.messaging import compose, deliver
from sepakat.exchange.mirroring import Mirror, check_heads, cosign_head, newest_head
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Peer, PeerPage, Unit
from sepakat.exchange.receiving import MAX_AHEAD, REFUSALS, receive, retry_refused
from sepakat.exchange.records import Arrival, Direction, Party, Policy, Quarantined, StoredVersion, SyncState, TakeIn
from sepakat.exchange.releasing import update_views
from sepakat.exchange.standing import version_in_force
from sepakat.exchange.statements import Stated, Statements, statements_of
from sepakat.release.question import ReceivedTerms
from sepakat.stix.canonical import digest
from sepakat.stix.identifiers import AgreementId, PartyId
from sepakat.stix.objects import StixObject

PAGE = 500
MESSAGES = "/messages"
"""In place of a collection: how far the messages of a partner were read. No collection can be called so."""
TOMBSTONES = "/tombstones/"
"""Before the name of a collection: how far it was read while its agreement was not in force."""
MOST_PAGES = 1_000
"""So many pages at most in one synchronisation, of messages and of each collection: the next one goes on from there."""
MOST_KEPT_APART = 1_000
"""So many refused objects at most are kept apart in one synchronisation; all are counted."""
_NO_AGREEMENT = AgreementId("")


@dataclass(slots=True)
class CollectionReport:
    """What one collection brought."""

    collection: str
    agreement: AgreementId
    taken: int = 0
    known: int = 0
    tombstones: int = 0
    pages: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(slots=True)
class SyncReport:
    """What one synchronisation with one giver did. `error`: why it ended early; the next one goes on from there."""

    giver: PartyId
    sent: int = 0
    messages: int = 0
    refused_messages: list[str] = field(default_factory=list)
    collections: list[CollectionReport] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    """What contradicts the giver's log: to be shown to people on both sides."""
    error: str | None = None

    @property
    def taken(self) -> int:
        """How many object versions are new here."""
        return sum(one.taken for one in self.collections)

    @property
    def refused(self) -> list[Refused]:
        """Everything that was kept apart."""
        return [refusal for one in self.collections for refusal in one.refused]


def synchronise(node: Node, giver: PartyId) -> SyncReport:
    """Read everything that one party has for us, as the module says.

    Raises:
        NotFound: the party is not known. NotPermitted: it has no node that could be asked. StoreError: our store cannot
            take what came; the next synchronisation reads it again.
    """
    with node.store.reading() as unit:
        party = known_party(unit, giver)
    if party.is_self or party.address is None:
        raise NotPermitted(
            "party-not-reachable",
            f"no synchronisation with {giver}: its card names no address of a node",
            "it sends its messages itself, or add its card anew",
        )
    run = _Run(node, party)
    try:
        run.go()
    except PeerError as error:
        run.report.error = error.message
    return run.report


def synchronise_all(node: Node) -> list[SyncReport]:
    """Synchronise with every party that has a node, one after the other; one that fails does not stop the others."""
    with node.store.reading() as unit:
        parties = [party.id for party in unit.parties.everyone() if not party.is_self and party.address is not None]
    return [synchronise(node, party) for party in parties]


class _Run:
    """One synchronisation with one giver."""

    def __init__(self, node: Node, party: Party) -> None:
        self.node = node
        self.giver = party.id
        self.peer: Peer = node.peers.to(party)
        self.report = SyncReport(party.id)
        self.signed = 0
        with node.store.reading() as unit:
            self.mirror = Mirror.opened(node, unit, party.id)
            self.statements: Statements = statements_of(unit, party.id)

    def go(self) -> None:
        # (1) Send.
        self.report.sent = deliver(self.node, self.giver).count
        # (2) Messages and log.
        self._fetch_messages()
        # (3) Collections.
        served = {str(one["id"]) for one in self.peer.collections()}
        for collection, agreement in sorted(self.statements.agreements.items()):
            if collection in served:
                self._read_collection(collection, agreement)
        # (4) The log's newest head.
        now = self.node.clock.now()
        with self.node.store.writing() as unit:
            self._check_log(unit)
            cosign_head(self.node, unit, self.giver, now)
        self.report.sent += deliver(self.node, self.giver).count

    def _fetch_messages(self) -> None:
        last = int(self._state(MESSAGES, _NO_AGREEMENT).cursor or 0)
        for _ in range(MOST_PAGES):
            with self.node.store.reading() as unit:
                # What it signed before we ask it must show; what it pushes to us meanwhile is for the next time.
                self.signed = newest_head(unit, self.giver)
            page = self.peer.messages(last)
            if not page:
                break
            for document in page:
                self._take_message(document)
            with self.node.store.writing() as unit:
                last = self._follow(unit, page, last)
            if self.mirror.alarms:
                break
        retry_refused(self.node, self.giver)
        with self.node.store.reading() as unit:
            self.statements = statements_of(unit, self.giver)
            self._refresh_mirror(unit)
            self._check_log(unit)

    def _refresh_mirror(self, unit: Unit) -> None:
        """Another process of this node may have synchronised meanwhile: go on from where it came to."""
        if self.mirror.frontier.size != unit.logs.size(self.giver, mirror=True) and not self.mirror.alarms:
            self.mirror = Mirror.opened(self.node, unit, self.giver)

    def _follow(self, unit: Unit, page: Sequence[bytes], last: int) -> int:
        """Follow the log through a page of messages that begins after sequence `last`; the sequence reached."""
        state = unit.syncs.get(self.giver, MESSAGES) or SyncState(self.giver, MESSAGES, _NO_AGREEMENT)
        done = int(state.cursor or 0)
        self._refresh_mirror(unit)
        for document in page[max(done - last, 0) :]:
            self.mirror.follow(self.node, unit, document)
        # A log that contradicts itself is read from the same place again, so that the alarm stays.
        if not self.mirror.alarms:
            done = max(done, last + len(page))
            unit.syncs.put(replace(state, cursor=str(done), last_at=self.node.clock.now(), last_error=None))
        return done

    def _take_message(self, document: bytes) -> None:
        try:
            answer = receive(self.node, document, self.giver)
        except REFUSALS as error:
            # Not what our own store cannot do: the message would count as read, and never be read again.
            self.report.refused_messages.append(error.message)
        else:
            self.report.messages += answer["status"] == "taken"

    def _check_log(self, unit: Unit) -> None:
        """Nothing is taken from a giver whose log contradicts what it signed.

        Raises:
            PeerError: it does.
        """
        alarms = [*self.mirror.alarms, *check_heads(unit, self.giver, self.signed)]
        self.report.alarms = list(dict.fromkeys([*self.report.alarms, *alarms]))
        if self.report.alarms:
            raise PeerError("log-contradicts", f"nothing more read from {self.giver}: {self.report.alarms[0]}")

    def _read_collection(self, collection: str, agreement: AgreementId) -> None:
        report = CollectionReport(collection, agreement)
        self.report.collections.append(report)
        state = self._where_to_go_on(collection, agreement)
        for _ in range(MOST_PAGES):
            try:
                page = self.peer.page(collection, added_after=state.added_after, cursor=state.cursor, limit=PAGE)
                self._check_page(state, page)
            except PeerError as error:
                with self.node.store.writing() as unit:
                    unit.syncs.put(replace(state, last_error=error.message))
                raise
            report.pages += 1
            state = self._take_page(state, page, report)
            if not page.more:
                break

    def _where_to_go_on(self, collection: str, agreement: AgreementId) -> SyncState:
        """While an agreement is not in force its collection shows tombstones alone: they are read from a place of
        their own, since what was released before them is still to be read when the agreement is in force again.
        """
        now = self.node.clock.now()
        with self.node.store.reading() as unit:
            is_in_force = version_in_force(unit, agreement, self.node.party, now) is not None
        state = self._state(collection, agreement)
        if is_in_force:
            return state
        apart = self._state(f"{TOMBSTONES}{collection}", agreement)
        passed = [at for at in (apart.added_after, state.added_after) if at is not None]
        return replace(apart, added_after=max(passed, default=None))

    def _check_page(self, state: SyncState, page: PeerPage) -> None:
        if page.more and (not (page.objects and page.next) or page.next == state.cursor):
            raise PeerError("peer-page-wrong", f"page of {self.giver} refused: it says more and leads nowhere")
        if len(page.objects) > PAGE:
            raise PeerError(
                "peer-page-wrong",
                f"page of {self.giver} refused: it has {len(page.objects)} objects, {PAGE} were asked for",
            )

    def _take_page(self, state: SyncState, page: PeerPage, report: CollectionReport) -> SyncState:
        read = [read_one(raw) for raw in page.objects]
        if any(self._is_unproved(report, made) for made in read if isinstance(made, StixObject)):
            # Released after we fetched the messages: the statement is there by now, and its leaf to be followed.
            self._fetch_messages()
        now = self.node.clock.now()
        self._check_dates(read, now)
        if any(self._stated(report, made) is None for made in read if isinstance(made, StixObject)):
            self._check_no_statement_waits(now)
        before = (state.cursor, state.added_after)
        state = replace(
            state,
            cursor=page.next if page.more else None,
            added_after=state.added_after if page.more else page.added_last or state.added_after,
            last_at=now,
            last_error=None,
        )
        with self.node.store.writing() as unit:
            there = unit.syncs.get(self.giver, report.collection)
            if there is not None and (there.cursor, there.added_after) != before:
                # Another process of this node took this page meanwhile: nothing is taken or acknowledged twice.
                return there
            where = self._situation(unit, now)
            take_in = self.node.ids.uuid()
            got: list[tuple[str, Stated]] = []
            passed = list(self._take_objects(unit, where, read, report, take_in, got))
            if page.objects:
                self._note_intake(unit, page, report, take_in, len(passed), now)
            if passed:
                self._note_arrivals(unit, passed, report, now)
                update_views(self.node, unit, now)
            if got:
                self._send_receipt(unit, got, report, now)
            unit.syncs.put(state)
        return state

    def _check_dates(self, read: Sequence[StixObject | Refused], now: datetime) -> None:
        """A giver never releases what lies ahead of its clock: if it does ahead of ours, the clocks differ.

        The page is then read again later, so that nothing of it is lost.
        """
        for made in read:
            if isinstance(made, StixObject) and lies_ahead(made, now):
                raise PeerError(
                    "peer-clock-ahead",
                    f"page of {self.giver} not taken yet: {made.id} is dated {made.modified}, ahead of our clock",
                    "compare the clocks of the two nodes",
                )

    def _check_no_statement_waits(self, now: datetime) -> None:
        """What a statement may name that is dated ahead of our clock, and so not taken yet, is read again later."""
        with self.node.store.reading() as unit:
            statements = unit.messages.of_kind("release-statement", Direction.IN, self.giver)
        if any(record.refused is not None and record.at > now + MAX_AHEAD for record in statements):
            raise PeerError(
                "peer-clock-ahead",
                f"page of {self.giver} not taken yet: its release statement is dated ahead of our clock",
                "compare the clocks of the two nodes",
            )

    def _take_objects(
        self,
        unit: Unit,
        where: Situation,
        read: Sequence[StixObject | Refused],
        report: CollectionReport,
        take_in: str,
        got: list[tuple[str, Stated]],
    ) -> Iterator[Passed]:
        erased = erased_before(self.node, unit, (made for made in read if isinstance(made, StixObject)))
        for made in read:
            verdict = made if isinstance(made, Refused) else self._judge(unit, where, made, report)
            if isinstance(made, StixObject) and made.version_ref in erased:
                # Its bytes are not even kept apart; the giver gets its receipt, and learns nothing of it.
                verdict = Refused(made.id, f"erasure {erased[made.version_ref]} took it", b"", verdict.stated)
            if isinstance(made, StixObject) and verdict.stated is not None:
                got.append((made.digest, verdict.stated))
            if isinstance(verdict, Refused):
                report.refused.append(verdict)
                item = Quarantined(
                    self.node.ids.uuid(), where.now, self.giver, verdict.object_id, verdict.reason, verdict.raw
                )
                if len(self.report.refused) <= MOST_KEPT_APART:
                    unit.intakes.quarantine(item)
                continue
            if verdict.displaces is not None:
                self._displace(unit, verdict.displaces, where.now)
            if verdict.is_recalled and verdict.is_kept:
                policy = unit.policies.get(verdict.object.id) or Policy(verdict.object.id)
                unit.policies.put(replace(policy, recalled=True))
            is_new = verdict.is_kept and unit.objects.add(self._version(unit, where, verdict, take_in))
            report.taken += is_new
            report.known += not is_new
            report.tombstones += verdict.stated.is_tombstone
            yield verdict

    def _displace(self, unit: Unit, forged: StixObject, now: datetime) -> None:
        reason = f"its creator {self.giver} gave us other content under this version"
        unit.intakes.quarantine(Quarantined(self.node.ids.uuid(), now, None, forged.id, reason, forged.raw))
        unit.objects.remove(forged.version_ref)

    def _judge(self, unit: Unit, where: Situation, made: StixObject, report: CollectionReport) -> Passed | Refused:
        stated = self._stated(report, made)
        if stated is None:
            return Refused(made.id, f"no release statement of {self.giver} names it", made.raw)
        return judge(unit, where, made, stated)

    def _is_unproved(self, report: CollectionReport, made: StixObject) -> bool:
        stated = self._stated(report, made)
        return stated is None or stated.leaf >= self.mirror.frontier.size

    def _stated(self, report: CollectionReport, made: StixObject) -> Stated | None:
        return self.statements.of(report.collection, made.version_ref)

    def _version(self, unit: Unit, where: Situation, passed: Passed, take_in: str) -> StoredVersion:
        record = unit.agreements.get(passed.stated.agreement_hash)
        assert record is not None, "a statement is taken only with its agreement known"
        agreement = record.agreement
        terms = ReceivedTerms(
            sender=self.giver,
            agreement=agreement.id,
            onward=agreement.onward,
            clients_allowed=agreement.scope is Scope.ORGANISATION_AND_CLIENTS,
            roster=frozenset((*record.roster, agreement.giver)) if agreement.community else frozenset(),
        )
        return StoredVersion(passed.object, passed.stated.origins, where.now, (terms,), take_in)

    def _note_intake(
        self, unit: Unit, page: PeerPage, report: CollectionReport, take_in: str, passed: int, now: datetime
    ) -> None:
        unit.intakes.add(
            TakeIn(
                id=take_in,
                at=now,
                by=f"party:{self.giver}",
                source=report.collection,
                digest=sha256(b"".join(page.objects)).hexdigest(),
                taken=len(unit.objects.of_take_in(take_in)),
                known=passed - len(unit.objects.of_take_in(take_in)),
                refused=len(page.objects) - passed,
            )
        )

    def _note_arrivals(self, unit: Unit, passed: Sequence[Passed], report: CollectionReport, now: datetime) -> None:
        unit.syncs.add_arrivals(
            [
                Arrival(
                    self.giver,
                    report.collection,
                    one.stated.agreement,
                    one.object.id,
                    one.object.version,
                    one.object.digest,
                    one.stated.leaf,
                    now,
                )
                for one in passed
            ]
        )

    def _send_receipt(
        self, unit: Unit, got: Sequence[tuple[str, Stated]], report: CollectionReport, now: datetime
    ) -> None:
        """Acknowledge what came as it was signed, also what is kept apart: else the giver learns what we hold."""
        leaves = dict(sorted((stated.leaf, stated.leaf_hash) for _, stated in got))
        receipt = {
            "collection": report.collection,
            "agreement": report.agreement,
            "through": max(leaves),
            "leaves": list(leaves.values()),
            "digest": digest([one for one, _ in got]),
            "count": len(got),
        }
        compose(self.node, unit, "receipt", self.giver, receipt, now)

    def _situation(self, unit: Unit, now: datetime) -> Situation:
        everyone = unit.parties.everyone()
        agreements = set(self.statements.agreements.values())
        return Situation(
            node=self.node.party,
            giver=self.giver,
            now=now,
            in_force=frozenset(
                one for one in agreements if version_in_force(unit, one, self.node.party, now) is not None
            ),
            parties={party.identity.id: party.id for party in everyone},
            identities={party.identity.id: party.identity.digest for party in everyone},
            mirrored=self.mirror.frontier.size,
            recalled=frozenset(
                (object_id, recall.counterpart, view)
                for recall in unit.obligations.recalls()
                if recall.direction is Direction.IN and recall.counterpart is not None and recall.answers
                for object_id in recall.objects
                for view in (*(one.agreement for one in recall.views), *(() if recall.views else (None,)))
            ),
        )

    def _state(self, collection: str, agreement: AgreementId) -> SyncState:
        with self.node.store.reading() as unit:
            return unit.syncs.get(self.giver, collection) or SyncState(self.giver, collection, agreement)
