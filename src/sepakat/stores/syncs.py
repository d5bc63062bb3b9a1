"""How far each partner's collections were read, and what arrived (port `Syncs`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, update

from sepakat.exchange.records import Arrival, SyncState
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import arrivals, sync_states
from sepakat.stores.statements import insert_all

_STATES = Form(SyncState, sync_states, ("giver", "collection"))
_ARRIVALS = Form(Arrival, arrivals, ("giver", "collection", "id", "version", "leaf"))


class SqlSyncs:
    """The port `Syncs` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._states = RecordRows(connection, _STATES)
        self._arrivals = RecordRows(connection, _ARRIVALS)

    def put(self, state: SyncState) -> None:
        self._states.put(state)

    def get(self, giver: PartyId, collection: str) -> SyncState | None:
        return self._states.one(sync_states.c.giver == giver, sync_states.c.collection == collection)

    def everything(self) -> list[SyncState]:
        return self._states.many(by=(sync_states.c.giver, sync_states.c.collection))

    def add_arrivals(self, arrivals: Sequence[Arrival]) -> None:
        rows = [_ARRIVALS.values(one) for one in arrivals]
        insert_all(self._connection, _ARRIVALS.table, rows, once_by=tuple(_ARRIVALS.identity))

    def arrivals(self, *, giver: PartyId | None = None, object_id: StixId | None = None) -> list[Arrival]:
        where: list[ColumnElement[bool]] = []
        if giver is not None:
            where.append(arrivals.c.giver == giver)
        if object_id is not None:
            where.append(arrivals.c.id == object_id)
        return self._arrivals.many(*where, by=(arrivals.c.key,))

    def mark_removed(self, giver: PartyId, object_id: StixId, at: datetime) -> None:
        where = (arrivals.c.giver == giver, arrivals.c.id == object_id, arrivals.c.removed_at.is_(None))
        self._connection.execute(update(arrivals).where(*where).values(removed_at=at))
