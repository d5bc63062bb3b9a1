"""Batches taken in, and what was kept apart (port `Intakes`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from sepakat.exchange.records import KeptMapping, Quarantined, TakeIn
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import mappings, quarantined, take_ins

_TAKE_INS = Form(TakeIn, take_ins, ("id",))
_QUARANTINED = Form(Quarantined, quarantined, ("id",))
_MAPPINGS = Form(KeptMapping, mappings, ("name",))


class SqlIntakes:
    """The port `Intakes` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._take_ins = RecordRows(connection, _TAKE_INS)
        self._quarantined = RecordRows(connection, _QUARANTINED)
        self._mappings = RecordRows(connection, _MAPPINGS)

    def add(self, take_in: TakeIn) -> None:
        self._take_ins.add(take_in)

    def get(self, id_: str) -> TakeIn | None:
        return self._take_ins.one(take_ins.c.id == id_)

    def latest(self, limit: int = 50) -> list[TakeIn]:
        return self._take_ins.many(by=(take_ins.c.at.desc(), take_ins.c.key.desc()), limit=limit)

    def mark_undone(self, id_: str, at: datetime) -> None:
        self._connection.execute(update(take_ins).where(take_ins.c.id == id_).values(undone_at=at))

    def quarantine(self, item: Quarantined) -> None:
        self._quarantined.add(item)

    def quarantined(self, limit: int = 50) -> list[Quarantined]:
        return self._quarantined.many(by=(quarantined.c.at.desc(), quarantined.c.key.desc()), limit=limit)

    def put_mapping(self, mapping: KeptMapping) -> None:
        self._mappings.put(mapping)

    def mapping(self, name: str) -> KeptMapping | None:
        return self._mappings.one(mappings.c.name == name)

    def mappings(self) -> list[KeptMapping]:
        return self._mappings.many(by=(mappings.c.name,))
