"""Agreement versions by hash with their events in order of arrival (port `Agreements`).

What is kept are the canonical bytes, over which the hash goes; the terms are read out of them again.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, select

from sepakat.agreements.life import LifeEvent
from sepakat.agreements.parsing import from_document
from sepakat.agreements.terms import Agreement
from sepakat.errors import StoreError
from sepakat.exchange.records import AgreementRecord
from sepakat.stix.identifiers import AgreementId
from sepakat.stores.changes import SqlChanges
from sepakat.stores.schema import agreement_events, agreements
from sepakat.stores.statements import insert


class SqlAgreements:
    """The port `Agreements` over one connection."""

    def __init__(self, connection: Connection, changes: SqlChanges) -> None:
        self._connection = connection
        self._changes = changes

    def add(self, record: AgreementRecord) -> None:
        values = {
            "hash": record.hash,
            "id": record.agreement.id,
            "version": record.agreement.version,
            "canonical": record.canonical,
            "added_at": record.added_at,
            "roster": record.roster,
        }
        statement = insert(self._connection, agreements).values(values)
        added = statement.on_conflict_do_nothing(index_elements=["hash"]).returning(agreements.c.key)
        self._changes.note(agreements=self._connection.scalar(added) is not None)
        for event in record.events:
            self.add_event(record.hash, event)

    def get(self, hash_: str) -> AgreementRecord | None:
        return next(iter(self._records(agreements.c.hash == hash_)), None)

    def versions(self, id_: AgreementId) -> list[AgreementRecord]:
        return self._records(agreements.c.id == id_)

    def everything(self) -> list[AgreementRecord]:
        return self._records()

    def add_event(self, hash_: str, event: LifeEvent) -> None:
        key = self._connection.scalar(select(agreements.c.key).where(agreements.c.hash == hash_))
        if key is None:
            raise StoreError("record-unknown", f"event refused: no agreement with hash {hash_} is kept")
        statement = insert(self._connection, agreement_events).values(agreement_key=key, event=event)
        added = statement.on_conflict_do_nothing().returning(agreement_events.c.key)
        self._changes.note(agreements=self._connection.scalar(added) is not None)

    def _records(self, *where: ColumnElement[bool]) -> list[AgreementRecord]:
        order = (agreements.c.id, agreements.c.version, agreements.c.key)
        rows = self._connection.execute(select(agreements).where(*where).order_by(*order)).all()
        said = (
            select(agreement_events.c.agreement_key, agreement_events.c.event)
            .join_from(agreement_events, agreements, agreements.c.key == agreement_events.c.agreement_key)
            .where(*where)
            .order_by(agreement_events.c.key)
        )
        events: dict[int, list[LifeEvent]] = {}
        for key, event in self._connection.execute(said):
            events.setdefault(key, []).append(event)
        return [_record(row, events.get(row.key, [])) for row in rows]


def _record(row: Any, events: list[LifeEvent]) -> AgreementRecord:
    terms = _terms_of(row.canonical, row.hash)
    return AgreementRecord(row.hash, terms, row.canonical, row.added_at, row.roster, tuple(events))


# Equal bytes give equal terms for ever, so that what is in here never gets old; it dies with the process.
@lru_cache(maxsize=512)
def _terms_of(canonical: bytes, hash_: str) -> Agreement:
    """The terms that both sides signed: of bytes that have not the hash signed, nothing is enforced."""
    if sha256(canonical).hexdigest() != hash_:
        raise StoreError(
            "store-damaged",
            f"store damaged: the agreement with hash {hash_} is not as it was signed",
            "stop the node and restore a backup",
        )
    return from_document(orjson.loads(canonical))
