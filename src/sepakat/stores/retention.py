"""How long what is kept, and what is over its time (port `Retention`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, LargeBinary, delete, exists, literal, select

from sepakat.exchange.erasure_records import RetentionRule
from sepakat.stix.identifiers import AgreementId, PartyId, StixId, type_of
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import arrivals, objects, retention_rules, versions

_RULES = Form(RetentionRule, retention_rules, ("type",))


class SqlRetention:
    """The port `Retention` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rules = RecordRows(connection, _RULES)

    def put(self, rule: RetentionRule) -> None:
        self._rules.put(rule)

    def remove(self, type_: str) -> None:
        self._connection.execute(delete(retention_rules).where(retention_rules.c.type == type_))

    def rules(self) -> list[RetentionRule]:
        return self._rules.many(by=(retention_rules.c.type,))

    def types(self) -> list[str]:
        # One look at the index per type, however many objects there are.
        found: list[str] = []
        held = exists().where(versions.c.object_key == objects.c.key)
        after = _bytes(b"")
        while True:
            asked = select(objects.c.id).where(objects.c.id > after, held).order_by(objects.c.id).limit(1)
            following = self._connection.scalar(asked)
            if following is None:
                return found
            found.append(type_of(following))
            after = _bytes(f"{found[-1]}-.".encode())

    def received_before(self, type_: str, instant: datetime, limit: int) -> list[StixId]:
        begin, end = _bytes(f"{type_}--".encode()), _bytes(f"{type_}-.".encode())
        of_object = versions.c.object_key == objects.c.key
        asked = (
            select(objects.c.id)
            .where(objects.c.id >= begin, objects.c.id < end)
            .where(exists().where(of_object), ~exists().where(of_object, versions.c.received_at >= instant))
            .order_by(objects.c.id)
            .limit(limit)
        )
        return [StixId(one) for one in self._connection.scalars(asked)]

    def arrived(self, giver: PartyId, agreement: AgreementId) -> list[StixId]:
        came = (arrivals.c.giver == giver, arrivals.c.agreement == agreement, arrivals.c.removed_at.is_(None))
        asked = select(arrivals.c.id).where(*came).distinct().order_by(arrivals.c.id)
        return [StixId(one) for one in self._connection.scalars(asked)]


def _bytes(value: bytes) -> ColumnElement[bytes]:
    """Bytes as they are, where a column would pack them. `.` is the character after the `-` of packed ids."""
    return literal(value, LargeBinary)
