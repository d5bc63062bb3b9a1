"""What is owed between this node and its partners, with the instant at which it is due: receipts, answers, signatures.

Read from what was signed and sent, never noted apart, so that nothing can be forgotten or settled by hand: a debt ends
when the message that pays it was taken. Decides what is late; what follows from that is for people. DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

import orjson

from sepakat.agreements.life import State
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord, Direction, MessageRecord
from sepakat.exchange.standing import standing_shown
from sepakat.shapes import read_instant
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.leaves import ReleaseLeaf, leaf_from

COSIGN_WITHIN = timedelta(days=1)
"""How long a head of our log may stay without the partner's signature."""
COSIGN_AFTER_RECEIPT = timedelta(minutes=5)
"""The same for a partner that has read what the head is of: it had the log before it and did not sign."""


class Debt(StrEnum):
    """What kind of thing is owed."""

    RECEIPT = "receipt"
    COSIGNATURE = "cosignature"
    RECALL_ANSWER = "recall-answer"
    DELETION = "deletion"
    ACKNOWLEDGEMENT = "acknowledgement"


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that a party owes another. `about` names the agreement, the recall or the log."""

    debt: Debt
    debtor: PartyId
    creditor: PartyId
    about: str
    since: datetime
    due: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether its instant has passed."""
        return self.due <= now


def list_owed(node: Node, *, late_only: bool = False) -> list[Owed]:
    """All that is owed to this node and by it, what is due first at the top."""
    now = node.clock.now()
    with node.store.reading() as unit:
        found = [
            *_receipts(node, unit),
            *_cosignatures(node, unit),
            *_recall_answers(node, unit),
            *_deletions(node, unit, now),
            *_acknowledgements(node, unit),
        ]
    wanted = (owed for owed in found if owed.is_late(now) or not late_only)
    return sorted(wanted, key=lambda owed: (owed.due, owed.debtor, owed.about))


def alarms(node: Node) -> list[str]:
    """What is late in a way that people on both sides should look at: a log that a partner does not co-sign."""
    return [
        f"{owed.debtor} has not co-signed our log for it since {owed.since.isoformat(timespec='seconds')}"
        for owed in list_owed(node, late_only=True)
        if owed.debt is Debt.COSIGNATURE
    ]


def _receipts(node: Node, unit: Unit) -> Iterator[Owed]:
    acknowledged = {
        (record.counterpart, leaf)
        for record, body in _bodies(unit, "receipt", Direction.IN)
        if record.refused is None
        for leaf in body["leaves"]
    }
    agreements: dict[str, AgreementRecord | None] = {}
    for record in unit.messages.of_kind("release-statement", Direction.OUT):
        stated = _stated(record)
        if stated.agreement_hash not in agreements:
            agreements[stated.agreement_hash] = unit.agreements.get(stated.agreement_hash)
        agreed = agreements[stated.agreement_hash]
        if agreed is not None and stated.count and (record.counterpart, stated.leaf) not in acknowledged:
            due = agreed.agreement.duties.receipt.after(record.at)
            yield Owed(Debt.RECEIPT, record.counterpart, node.party, stated.about, record.at, due)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What one release statement of ours says, without its list of objects."""

    leaf: str
    agreement_hash: str
    count: int
    about: str


# A statement may list many thousand objects, and everybody's front page asks for all of them: what each says is kept by
# the hash of the message, which it is the same for wherever it is read, until the process ends or there are too many.
_STATED: dict[str, _Stated] = {}
_MOST_STATED = 20_000


def _stated(record: MessageRecord) -> _Stated:
    known = _STATED.get(record.hash)
    if known is None:
        body = orjson.loads(record.document)["body"]
        leaf = cast(ReleaseLeaf, leaf_from(body["leaf"]))
        about = f"{leaf.agreement}, leaf {body['index']}"
        known = _Stated(leaf.hash.hex(), leaf.agreement_hash, leaf.count, about)
        if len(_STATED) >= _MOST_STATED:
            _STATED.clear()
        _STATED[record.hash] = known
    return known


def _cosignatures(node: Node, unit: Unit) -> Iterator[Owed]:
    read: dict[PartyId, tuple[int, datetime]] = {}
    for record, body in _bodies(unit, "receipt", Direction.IN):
        if record.refused is None:
            known = read.get(record.counterpart, (-1, record.at))
            read[record.counterpart] = max(known, (body["through"], record.delivered_at or record.at))
    for party in unit.parties.everyone():
        if party.is_self or party.card is None:
            continue
        notes = unit.logs.checkpoints(party.id, mirror=False)
        signed = max((note.size for note in notes if note.cosigned), default=0)
        unsigned = next((note for note in notes if note.size > signed), None)
        if unsigned is None:
            continue
        through, at = read.get(party.id, (-1, unsigned.at))
        due = unsigned.at + COSIGN_WITHIN
        if through >= unsigned.size - 1:
            due = min(due, at + COSIGN_AFTER_RECEIPT)
        yield Owed(Debt.COSIGNATURE, party.id, node.party, f"log for {party.id}", unsigned.at, due)


def _recall_answers(node: Node, unit: Unit) -> Iterator[Owed]:
    for recall in unit.obligations.recalls():
        if recall.direction is Direction.OUT:
            for answer in recall.answers:
                if answer.action is None:
                    yield Owed(Debt.RECALL_ANSWER, answer.party, node.party, recall.id, recall.at, recall.respond_by)


def _deletions(node: Node, unit: Unit, now: datetime) -> Iterator[Owed]:
    confirmed = {
        (record.counterpart if record.direction is Direction.IN else node.party, body["hash"])
        for direction in Direction
        for record, body in _bodies(unit, "agreement-end", direction)
        if body["stage"] == "deleted" and record.refused is None
    }
    for record in unit.agreements.everything():
        agreement = record.agreement
        if not agreement.duties.delete_at_end:
            continue
        for taker in record.roster if agreement.giver == node.party else (node.party,):
            party = unit.parties.get(taker)
            if party is None or party.card is None or (taker, record.hash) in confirmed:
                continue
            ended = _ended_at(record, taker, now, unit.agreements.versions(agreement.id))
            if ended is not None:
                due = agreement.duties.recall.after(ended)
                yield Owed(Debt.DELETION, taker, agreement.giver, agreement.id, ended, due)


def _ended_at(
    record: AgreementRecord, taker: PartyId, now: datetime, versions: list[AgreementRecord]
) -> datetime | None:
    """When an agreement that had been in force ended for good; None if it did not, or a later version goes on."""
    standing = standing_shown(record, taker, now, versions)
    was_signed = {event.party for event in record.events if event.kind.value in ("signed", "attested")}
    if standing.state is not State.ENDED or standing.because.startswith("superseded"):
        return None
    return standing.since if {taker, record.agreement.giver} <= was_signed else None


def _acknowledgements(node: Node, unit: Unit) -> Iterator[Owed]:
    given = {
        (record.counterpart, body["message"])
        for direction in Direction
        for record, body in _bodies(unit, "acknowledgement", direction)
        if record.refused is None
    }
    for direction in Direction:
        for record, body in _bodies(unit, "urgent-notice", direction):
            due = read_instant(body["acknowledge_by"])
            if record.refused is None and due is not None and (record.counterpart, record.hash) not in given:
                pair = (record.counterpart, node.party)
                debtor, creditor = pair if direction is Direction.OUT else pair[::-1]
                yield Owed(Debt.ACKNOWLEDGEMENT, debtor, creditor, body["notice"], record.at, due)


def _bodies(unit: Unit, kind: str, direction: Direction) -> Iterator[tuple[MessageRecord, Mapping[str, Any]]]:
    for record in unit.messages.of_kind(kind, direction):
        yield record, orjson.loads(record.document)["body"]
