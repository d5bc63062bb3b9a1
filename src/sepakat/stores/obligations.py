"""Recalls and consents, both ways (port `Obligations`)."""

from __future__ import annotations

from sqlalchemy import Connection

from sepakat.exchange.records import Consent, Direction, Recall
from sepakat.stores.changes import SqlChanges
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import consents, recalls

_RECALLS = Form(Recall, recalls, ("id", "direction"))
_CONSENTS = Form(Consent, consents, ("id", "direction"))


class SqlObligations:
    """The port `Obligations` over one connection."""

    def __init__(self, connection: Connection, changes: SqlChanges) -> None:
        self._changes = changes
        self._recalls = RecordRows(connection, _RECALLS)
        self._consents = RecordRows(connection, _CONSENTS)

    def put_recall(self, recall: Recall) -> None:
        self._recalls.put(recall)

    def recall(self, id_: str, direction: Direction) -> Recall | None:
        return self._recalls.one(recalls.c.id == id_, recalls.c.direction == direction)

    def recalls(self) -> list[Recall]:
        return self._recalls.many(by=(recalls.c.at.desc(), recalls.c.key.desc()))

    def put_consent(self, consent: Consent) -> None:
        self._consents.put(consent)
        self._changes.note(grants=[consent.object_id])

    def consent(self, id_: str, direction: Direction) -> Consent | None:
        return self._consents.one(consents.c.id == id_, consents.c.direction == direction)

    def consents(self) -> list[Consent]:
        return self._consents.many(by=(consents.c.asked_at.desc(), consents.c.key.desc()))
