"""What there is to see of a node: its partners, what came, what went, what was decided, what waits. In pages.

Reads newest first and never everything: every list has a limit and a number to go on from. Decides nothing and writes
nothing; no reading here enters the access log, which is of what partners read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import orjson

from sepakat.agreements.life import Standing as AgreementStanding
from sepakat.agreements.life import State
from sepakat.agreements.sentences import sentences
from sepakat.errors import NotFound
from sepakat.exchange.agreeing import list_agreements
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import (
    AgreementRecord,
    Arrival,
    CheckpointNote,
    Collection,
    Consent,
    Direction,
    Party,
    Publication,
    Recall,
    RecordedDecision,
    SyncState,
)
from sepakat.exchange.titles import title_of, titles_of
from sepakat.release.decision import Finding, Verdict
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId

PAGE = 50
"""How many entries a page of a list shows."""

FEW = 8
"""How many of the newest the front page shows of each."""


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One version of an agreement with one partner, and where it stands."""

    record: AgreementRecord
    counterpart: PartyId
    is_given: bool
    """We give, and the counterpart takes; else the other way."""
    standing: AgreementStanding
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """How far a log is, how far it is signed, and how far the other side signed with it."""

    size: int
    newest: CheckpointNote | None
    cosigned: CheckpointNote | None


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """One partner: what it can read of us now, what it gave us, and the logs between us."""

    party: Party
    views: tuple[tuple[Collection, int], ...]
    """Each view with the number of rows in it, tombstones included."""
    came: int
    log: LogLine | None
    mirror: LogLine | None
    syncs: tuple[SyncState, ...]


@dataclass(frozen=True, slots=True)
class Came:
    """One object version that a partner sent. `title` is empty for what is no longer held."""

    number: int
    arrival: Arrival
    title: str


@dataclass(frozen=True, slots=True)
class Went:
    """One row that was released to a view."""

    view: ViewKey
    row: Publication
    title: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision as it was acted on. `title` is that of our object, empty if it is no longer held."""

    number: int
    view: ViewKey
    decision: RecordedDecision
    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody: recalls without a final answer, requests for consent without any."""

    recalls: tuple[Recall, ...]
    consents: tuple[Consent, ...]
    titles: Mapping[StixId, str]


@dataclass(frozen=True, slots=True)
class CamePage:
    """What one partner sent, newest first; `older` is where the next page goes on."""

    party: Party
    entries: tuple[Came, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class WentPage:
    """What was released to one view, newest first."""

    party: Party
    collection: Collection
    entries: tuple[Went, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """What was decided and acted on, newest first."""

    entries: tuple[Decided, ...]
    older: int | None


def came_lately(unit: Unit, limit: int) -> tuple[Came, ...]:
    """The newest that partners sent."""
    return _came(unit, unit.recent.arrivals(limit=limit))


def went_lately(unit: Unit, limit: int) -> tuple[Went, ...]:
    """The newest rows of all views together: each view's own newest first, then the newest of those."""
    collections = unit.views.collections()
    rows = [row for collection in collections for row in unit.recent.publications(collection.id, limit=limit)]
    views = {collection.id: collection.view for collection in collections}
    newest = sorted(rows, key=attrgetter("date_added", "sequence"), reverse=True)[:limit]
    return tuple(entry for row in newest for entry in _went(views[row.collection], [row]))


def came_from(node: Node, party: PartyId, before: int | None = None, limit: int = PAGE) -> CamePage:
    """What a partner sent, newest first.

    Raises:
        NotFound: the party is not known.
    """
    with node.store.reading() as unit:
        known = _party(unit, party)
        found = unit.recent.arrivals(giver=party, before=before, limit=limit + 1)
        older = found[limit - 1][0] if len(found) > limit else None
        return CamePage(known, _came(unit, found[:limit]), older)


def went_to(
    node: Node, party: PartyId, agreement: AgreementId, before: int | None = None, limit: int = PAGE
) -> WentPage:
    """What was released to a partner under one agreement, newest first.

    Raises:
        NotFound: the party is not known, or the agreement gives it nothing.
    """
    with node.store.reading() as unit:
        known = _party(unit, party)
        collection = view_collection(unit, ViewKey(agreement, party))
        found = unit.recent.publications(collection.id, before=before, limit=limit + 1)
        older = found[limit - 1].sequence if len(found) > limit else None
        return WentPage(known, collection, _went(collection.view, found[:limit]), older)


def decided(node: Node, before: int | None = None, limit: int = PAGE) -> DecidedPage:
    """What was decided and acted on, in all views, newest first."""
    with node.store.reading() as unit:
        found = unit.recent.decisions(before=before, limit=limit + 1)
        older = found[limit - 1][0] if len(found) > limit else None
        return DecidedPage(_decided(unit, found[:limit], unit.views.collections()), older)


def is_open(node: Node, recall: Recall) -> bool:
    """Whether somebody has not given a final answer: a holder of ours any, we one beyond hiding at once."""
    if recall.direction is Direction.OUT:
        return any(answer.action is None for answer in recall.answers)
    own = [answer.action for answer in recall.answers if answer.party == node.party]
    return not own or own[0] in (None, "restricted")


def view_collection(unit: Unit, view: ViewKey) -> Collection:
    """The collection of a view.

    Raises:
        NotFound: there is none.
    """
    for collection in unit.views.collections():
        if collection.view == view:
            return collection
    raise NotFound(
        "view-unknown", f"agreement {view.agreement} gives {view.taker} nothing", "`sepakat agreements list`"
    )


def findings_of(words: str) -> tuple[Finding, ...]:
    """The findings of a decision as they were recorded."""
    document = orjson.loads(words)
    listed = document.get("findings", []) if isinstance(document, dict) else document
    return tuple(_finding(one) for one in listed)


def agreement_lines(node: Node) -> list[AgreementLine]:
    """Every version of every agreement, once for each partner it is with, what is in force first."""
    order = (State.IN_FORCE, State.SUSPENDED, State.OFFERED, State.DRAFT, State.ENDED)
    lines = [
        AgreementLine(
            record=state.record,
            counterpart=taker if state.record.agreement.giver == node.party else state.record.agreement.giver,
            is_given=state.record.agreement.giver == node.party,
            standing=standing,
            sentences=sentences(state.record.agreement),
        )
        for state in list_agreements(node)
        for taker, standing in state.standings.items()
    ]
    return sorted(lines, key=lambda line: (order.index(line.standing.state), line.record.agreement.id))


def partner_lines(unit: Unit, parties: Iterable[Party], collections: Sequence[Collection]) -> Iterator[PartnerLine]:
    """Partners with where things stand."""
    arrived = unit.recent.arrived()
    counterparts = set(unit.logs.counterparts())
    syncs = unit.syncs.everything()
    for party in parties:
        views = [collection for collection in collections if collection.view.taker == party.id]
        has_log = party.id in counterparts
        yield PartnerLine(
            party=party,
            views=tuple((one, unit.readings.count(one.id)) for one in views),
            came=arrived.get(party.id, 0),
            log=log_line(unit, party.id, mirror=False) if has_log else None,
            mirror=log_line(unit, party.id, mirror=True) if has_log else None,
            syncs=tuple(state for state in syncs if state.giver == party.id),
        )


def log_line(unit: Unit, counterpart: PartyId, *, mirror: bool) -> LogLine | None:
    """How far a log is; None if there is none."""
    size = unit.logs.size(counterpart, mirror=mirror)
    newest = unit.recent.checkpoint(counterpart, mirror=mirror)
    cosigned = unit.recent.checkpoint(counterpart, mirror=mirror, cosigned=True)
    return LogLine(size, newest, cosigned) if size or newest else None


def _came(unit: Unit, found: Sequence[tuple[int, Arrival]]) -> tuple[Came, ...]:
    titles = titles_of(unit, (arrival.id for _, arrival in found))
    return tuple(Came(number, arrival, titles.get(arrival.id, "")) for number, arrival in found)


def _went(view: ViewKey, rows: Iterable[Publication]) -> tuple[Went, ...]:
    # What was erased has no payload any more, and no title.
    return tuple(Went(view, row, title_of(orjson.loads(row.body)) if row.body else "") for row in rows)


def _decided(
    unit: Unit, found: Sequence[tuple[int, RecordedDecision]], collections: Iterable[Collection]
) -> tuple[Decided, ...]:
    views = {collection.id: collection.view for collection in collections}
    titles = titles_of(unit, (decision.version[0] for _, decision in found))
    return tuple(
        Decided(
            number,
            views[decision.collection],
            decision,
            titles.get(decision.version[0], ""),
            findings_of(decision.words),
        )
        for number, decision in found
    )


def waiting_in(unit: Unit, recalls: Sequence[Recall]) -> Waiting:
    """What waits for an answer: these recalls, and requests for consent."""
    consents = [one for one in unit.obligations.consents() if one.granted is None and one.withdrawn_at is None]
    ids = [*(recall.original for recall in recalls), *(consent.object_id for consent in consents)]
    return Waiting(tuple(recalls), tuple(consents), titles_of(unit, ids))


def _party(unit: Unit, party: PartyId) -> Party:
    known = unit.parties.get(party)
    if known is None or known.is_self:
        raise NotFound("party-unknown", f"no partner {party}", "`sepakat party list` shows them")
    return known


def _finding(document: Mapping[str, Any]) -> Finding:
    return Finding(
        rule=str(document["rule"]),
        verdict=Verdict(document.get("verdict", Verdict.NOT_APPLICABLE)),
        because=str(document.get("because", "")),
        clause=document.get("clause"),
        evidence=tuple(document.get("evidence") or ()),
        remedy=document.get("remedy"),
    )
