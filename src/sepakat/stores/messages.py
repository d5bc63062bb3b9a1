"""Signed messages both ways, the outbox, used nonces (port `Messages`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update

from sepakat.errors import StoreError
from sepakat.exchange.records import Direction, MessageRecord
from sepakat.stix.identifiers import PartyId
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import messages, nonces, waits_for_delivery
from sepakat.stores.statements import insert

_MESSAGES = Form(MessageRecord, messages, ("hash", "direction"))

_FORGET_NONCES_AFTER = timedelta(hours=1)
"""A nonce is forgotten when one comes that holds this much longer: requests are valid for minutes."""


class SqlMessages:
    """The port `Messages` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._messages = RecordRows(connection, _MESSAGES)

    def add(self, message: MessageRecord) -> bool:
        if self.get(message.hash, message.direction) is not None:
            return False
        highest = select(func.max(messages.c.sequence)).where(
            messages.c.counterpart == message.counterpart, messages.c.direction == message.direction
        )
        return self._messages.add(replace(message, sequence=(self._connection.scalar(highest) or 0) + 1))

    def get(self, hash_: str, direction: Direction) -> MessageRecord | None:
        return self._messages.one(messages.c.hash == hash_, messages.c.direction == direction)

    def put(self, message: MessageRecord) -> None:
        delivery = {
            "delivered_at": message.delivered_at,
            "attempts": message.attempts,
            "next_try_at": message.next_try_at,
            "refused": message.refused,
        }
        name = (messages.c.hash == message.hash, messages.c.direction == message.direction)
        if self._connection.execute(update(messages).where(*name).values(delivery)).rowcount == 0:
            raise StoreError("record-unknown", f"delivery of message {message.hash} refused: it is not kept here")

    def after(
        self, counterpart: PartyId, sequence: int, *, direction: Direction, limit: int = 100
    ) -> list[MessageRecord]:
        where = (
            messages.c.counterpart == counterpart,
            messages.c.direction == direction,
            messages.c.sequence > sequence,
        )
        return self._messages.many(*where, by=(messages.c.sequence,), limit=limit)

    def undelivered(self, now: datetime, limit: int = 100) -> list[MessageRecord]:
        is_due = or_(messages.c.next_try_at.is_(None), messages.c.next_try_at <= now)
        where = (messages.c.direction == Direction.OUT, waits_for_delivery, is_due)
        return self._messages.many(*where, by=(messages.c.key,), limit=limit)

    def of_kind(self, kind: str, direction: Direction, counterpart: PartyId | None = None) -> list[MessageRecord]:
        where = [messages.c.kind == kind, messages.c.direction == direction]
        if counterpart is not None:
            where.append(messages.c.counterpart == counterpart)
        return self._messages.many(*where, by=(messages.c.key,))

    def use_nonce(self, party: PartyId, nonce: str, until: datetime) -> bool:
        self._connection.execute(delete(nonces).where(nonces.c.until < until - _FORGET_NONCES_AFTER))
        statement = insert(self._connection, nonces).values(party=party, nonce=nonce, until=until)
        used_once = statement.on_conflict_do_nothing(index_elements=["party", "nonce"]).returning(nonces.c.nonce)
        return self._connection.execute(used_once).first() is not None
