"""Signed messages on their way out: composed into the outbox with a change, delivered after it.

`compose` runs inside the unit of whatever has something to say, so a message exists exactly if the change does;
`deliver` speaks to the network outside of any unit and notes each success in one of its own. What comes in is
`receiving`'s part.
Invariant: every message that is composed has a leaf in our log for its recipient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from sepakat.errors import PeerError
from sepakat.exchange import logs
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, MessageRecord, Party
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.leaves import MessageLeaf
from sepakat.transparency.messages import Message, SignedMessage, parse_message, sign_message

NONCE_SIZE = 16
PAGE = 100
"""How many messages one answer carries; the reader asks again from there on."""
OUTBOX_LIMIT = 5_000
FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(hours=1)
CARD = "card"
REFUSED = "peer-refused"
"""The code of a `PeerError` when the partner answered and said no; any other code means that it was not reached."""
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One message that its recipient has not taken, and why."""

    party: PartyId
    kind: str
    hash: str
    reason: str
    attempts: int
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery did: how many messages each party took, and what stays in the outbox."""

    delivered: Mapping[PartyId, int]
    failed: tuple[Undelivered, ...]

    @property
    def count(self) -> int:
        """How many messages were taken."""
        return sum(self.delivered.values())


def compose(node: Node, unit: Unit, kind: str, to: PartyId, body: Mapping[str, Any], now: datetime) -> MessageRecord:
    """Sign a message, log it and put it into the outbox, in the caller's unit.

    Raises:
        InputError: the body is not one of that kind.
    """
    message = Message(kind, node.party, to, now, node.ids.secret(NONCE_SIZE).hex(), body)
    # A release statement has a few values for each of up to a thousand objects, all of them made in this process.
    is_made_here = kind == "release-statement"
    key = PublicKey.parse(node.signer.public_key)
    signed = sign_message(message, key, node.signer.sign, is_made_here=is_made_here)
    logs.append_leaf(unit, to, MessageLeaf("sent", kind, signed.hash, message.at).data)
    record = MessageRecord(signed.hash, Direction.OUT, to, 0, kind, now, canonical_bytes(signed.document()))
    unit.messages.add(record)
    return record


def deliver(node: Node, to: PartyId | None = None) -> DeliveryReport:
    """Send what is in the outbox and due, in order for each party; `to` asks for one party, due or not.

    A party that is not reached keeps all its messages waiting, so that they arrive in order. One that refuses a message
    gets the next ones. Each message is noted in a unit of its own; one sent twice after a crash is known by its hash.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        waiting = unit.messages.undelivered(_END_OF_TIME, OUTBOX_LIMIT)
        parties = {party.id: party for party in unit.parties.everyone()}
    delivered: dict[PartyId, int] = {}
    failed: list[Undelivered] = []
    for party_id, records in _by_party(waiting, to):
        party = parties.get(party_id)
        # A party without an address fetches its messages; one without a node is never spoken to.
        if party is not None and party.address is not None:
            taken, left = _send_all(node, party, records, now, at_once=to is not None)
            delivered[party_id] = taken
            failed += left
    return DeliveryReport(delivered, tuple(failed))


def messages_for(node: Node, party: PartyId, after: int) -> list[bytes]:
    """The messages for a party from its sequence `after` on, in order, at most `PAGE`; those up to `after` it has."""
    with node.store.reading() as unit:
        records = unit.messages.after(party, max(after, 0), direction=Direction.OUT, limit=PAGE)
        had = [
            record
            for record in unit.messages.undelivered(_END_OF_TIME, OUTBOX_LIMIT)
            if record.counterpart == party and record.sequence <= after
        ]
    if had:
        now = node.clock.now()
        with node.store.writing() as unit:
            for record in had:
                unit.messages.put(replace(record, delivered_at=now, next_try_at=None))
    # As they were signed: read in order, each comes before the card that ends its key.
    return [record.document for record in records]


def _to_send(node: Node, record: MessageRecord) -> bytes:
    """The message's bytes, signed with the key that we have today.

    The hash covers neither key nor signature, so after a rotation the same message goes out under the new key. A card
    goes first, under the key that the recipient knows (see `parties.issue_card`).
    """
    signed = parse_message(orjson.loads(record.document))
    key = PublicKey.parse(node.signer.public_key)
    if record.kind == CARD or signed.key_id == key.key_id:
        return record.document
    again: SignedMessage = sign_message(signed.message, key, node.signer.sign)
    return canonical_bytes(again.document())


def _by_party(waiting: Iterable[MessageRecord], to: PartyId | None) -> Iterable[tuple[PartyId, list[MessageRecord]]]:
    grouped: dict[PartyId, list[MessageRecord]] = {}
    for record in waiting:
        if to is None or record.counterpart == to:
            grouped.setdefault(record.counterpart, []).append(record)
    for party, records in sorted(grouped.items()):
        yield party, sorted(records, key=lambda record: (record.kind != CARD, record.sequence))


def _send_all(
    node: Node, party: Party, records: list[MessageRecord], now: datetime, *, at_once: bool
) -> tuple[int, list[Undelivered]]:
    taken = 0
    left: list[Undelivered] = []
    for position, record in enumerate(records):
        if not at_once and not _is_due(record, now):
            if record.refused is None:
                # Not reached before and not to be tried yet: what comes after waits too, to keep the order.
                return taken, left + [_undelivered(waiting, "waits for the next try") for waiting in records[position:]]
            left.append(_undelivered(record, record.refused))
            continue
        try:
            node.peers.to(party).send(_to_send(node, record))
        except PeerError as error:
            refused = error.code == REFUSED
            tried = _retried(record, now, error.message if refused else None)
            _note(node, tried)
            left.append(_undelivered(tried, error.message))
            if not refused:
                return taken, left + [_undelivered(rest, "waits in line") for rest in records[position + 1 :]]
            continue
        _note(node, replace(record, delivered_at=now, attempts=record.attempts + 1, next_try_at=None, refused=None))
        taken += 1
    return taken, left


def _is_due(record: MessageRecord, now: datetime) -> bool:
    # A try that lies further ahead than any can was set by a clock that was wrong: nothing waits for it.
    return record.next_try_at is None or not now < record.next_try_at <= now + LAST_RETRY


def _retried(record: MessageRecord, now: datetime, refused: str | None) -> MessageRecord:
    wait = min(FIRST_RETRY * 2 ** min(record.attempts, 12), LAST_RETRY)
    return replace(record, attempts=record.attempts + 1, next_try_at=now + wait, refused=refused)


def _note(node: Node, record: MessageRecord) -> None:
    with node.store.writing() as unit:
        unit.messages.put(record)


def _undelivered(record: MessageRecord, reason: str) -> Undelivered:
    return Undelivered(record.counterpart, record.kind, record.hash, reason, record.attempts, record.next_try_at)
