"""What other nodes say to us: each message is verified, then acted on in one unit, or refused and nothing changes.

Decides who said it (the keys on the sender's card, never one in the message), to whom, when, and whether it was said
before; what it means is left to the handler of its kind. A refused message of a known sender is kept with its reason
and may be sent again. Invariant: a message takes effect once, whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from sepakat.errors import InputError, NotFound, NotPermitted, PeerError, SepakatError
from sepakat.exchange import (
    agreement_messages,
    consenting,
    notices,
    parties,
    recall_messages,
    revoking,
    statements,
)
from sepakat.exchange.keys import key_by_id
from sepakat.exchange.messaging import CARD
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, MessageRecord, Party
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.messages import Message, SignedMessage, parse_message

MAX_MESSAGE = 4_000_000
MAX_CARD_MESSAGE = parties.MAX_CARD + 10_000
MAX_AHEAD = timedelta(minutes=5)
MOST_RETRIES = 20
"""How often what was refused is looked at again by itself; its sender may still send it again."""

REFUSALS = (InputError, NotPermitted, NotFound, PeerError)
"""The errors by which a message is refused; any other says that this node could not look at it."""

Handler = Callable[[Node, Unit, Message, datetime], None]

HANDLERS: Mapping[str, Handler] = {
    CARD: revoking.take_card,
    "agreement-offer": agreement_messages.take_offer,
    "agreement-signature": agreement_messages.take_signature,
    "agreement-refusal": agreement_messages.take_refusal,
    "agreement-suspension": agreement_messages.take_suspension,
    "agreement-resumption": agreement_messages.take_resumption,
    "agreement-end": agreement_messages.take_end,
    "release-statement": statements.take_statement,
    "receipt": statements.take_receipt,
    "checkpoint": statements.take_checkpoint,
    "recall": recall_messages.take_recall,
    "recall-answer": recall_messages.take_answer,
    "consent-request": consenting.take_request,
    "consent-answer": consenting.take_answer,
    "consent-withdrawal": consenting.take_withdrawal,
    notices.CORRECTION: notices.take_correction,
    notices.NOTICE: notices.take_notice,
    notices.ACKNOWLEDGEMENT: notices.take_acknowledgement,
}
"""What is done with each kind of the language."""


def receive(node: Node, document: bytes, carrier: PartyId | None = None) -> Mapping[str, str]:
    """Take one message: `{"status": "taken" | "known", "message": hash}`.

    `carrier` is who handed it in, if that was authenticated; it must be the sender.

    Raises:
        InputError: it is no message.
        NotPermitted: it is not for us, not from a known party, its signature does not count, or its sender may not say
            this. NotFound, PeerError: what it is about is not here, or does not verify.
    """
    now = node.clock.now()
    signed = _read(document)
    message = signed.message
    with node.store.reading() as unit:
        sender = unit.parties.get(message.sender)
        before = unit.messages.get(signed.hash, Direction.IN)
    _check_way(node, message, carrier)
    # What was taken stays taken, also when its key has ended since.
    if before is not None and before.refused is None:
        return {"status": "known", "message": signed.hash}
    _check_signature(sender, signed, now)
    record = MessageRecord(
        signed.hash, Direction.IN, message.sender, 0, message.kind, message.at, canonical_bytes(signed.document()), now
    )
    try:
        with node.store.writing() as unit:
            if not _is_new(unit, record):
                return {"status": "known", "message": signed.hash}
            _check_date(message, now)
            HANDLERS[message.kind](node, unit, message, now)
    except REFUSALS as refusal:
        _keep_refused(node, record, refusal)
        raise
    return {"status": "taken", "message": signed.hash}


def is_card(document: bytes) -> bool:
    """Whether bytes look like a message with a card: it may come under a key that its receiver does not know yet."""
    try:
        return len(document) <= MAX_CARD_MESSAGE and _read(document).message.kind == CARD
    except InputError:
        return False


def retry_refused(node: Node, sender: PartyId) -> int:
    """Take again what was refused of a party's messages, such as an answer that came before its question.

    Returns how many were taken now.
    """
    latest = node.clock.now() + MAX_AHEAD
    with node.store.reading() as unit:
        refused: list[MessageRecord] = []
        last = 0
        while page := unit.messages.after(sender, last, direction=Direction.IN):
            refused += [
                record
                for record in page
                if record.refused is not None and record.attempts < MOST_RETRIES and record.at <= latest
            ]
            last = page[-1].sequence
    taken = 0
    for record in refused:
        try:
            taken += receive(node, record.document)["status"] == "taken"
        except REFUSALS:
            # It stays kept as refused, with the reason of this time.
            continue
    return taken


def _read(document: bytes) -> SignedMessage:
    if len(document) > MAX_MESSAGE:
        raise InputError("message-too-large", f"message refused: {len(document)} bytes, at most {MAX_MESSAGE} are read")
    try:
        value = orjson.loads(document)
    except orjson.JSONDecodeError as error:
        raise InputError("message-invalid", f"message refused: it is not JSON ({error})") from None
    signed = parse_message(value)
    # Bytes that say the same in another spelling (a key twice, say) are not what was signed.
    if canonical_bytes(value) != document:
        raise InputError("message-invalid", "message refused: its bytes are not in canonical form")
    return signed


def _check_way(node: Node, message: Message, carrier: PartyId | None) -> None:
    if message.recipient != node.party:
        raise NotPermitted(
            "message-not-for-us", f"message refused: it is for {message.recipient}, not for {node.party}"
        )
    if carrier is not None and carrier != message.sender:
        raise NotPermitted(
            "message-of-another", f"message refused: {carrier} handed it in, but it says that {message.sender} sent it"
        )


def _check_signature(sender: Party | None, signed: SignedMessage, now: datetime) -> None:
    message = signed.message
    # The key must count now, not when the message is dated: a stolen key that was revoked could date back.
    key = None if sender is None or sender.is_self else key_by_id(sender, signed.key_id, now)
    if key is None or not signed.is_signed_by(key):
        raise NotPermitted(
            "message-not-verified",
            f"message refused: it is not signed by a key that counts for {message.sender} here",
            "send your card again if your key is new",
        )


def _check_date(message: Message, now: datetime) -> None:
    # Kept as refused, not thrown away: one of the two clocks is wrong, and once they agree it is taken.
    if message.at > now + MAX_AHEAD:
        raise NotPermitted(
            "message-from-the-future",
            "message refused: its date lies more than 5 minutes ahead of our clock",
            "compare the clocks of the two nodes; it is taken once its date is reached",
        )


def _is_new(unit: Unit, record: MessageRecord) -> bool:
    if unit.messages.add(record):
        return True
    kept = unit.messages.get(record.hash, Direction.IN)
    if kept is None or kept.refused is None:
        return False
    unit.messages.put(replace(kept, refused=None, delivered_at=record.delivered_at))
    return True


def _keep_refused(node: Node, record: MessageRecord, refusal: SepakatError) -> None:
    refused = replace(record, delivered_at=None, refused=f"{refusal.code}: {refusal.message}")
    with node.store.writing() as unit:
        if not unit.messages.add(refused):
            kept = unit.messages.get(record.hash, Direction.IN)
            if kept is not None and kept.refused is not None:
                unit.messages.put(replace(kept, refused=refused.refused, attempts=kept.attempts + 1))
