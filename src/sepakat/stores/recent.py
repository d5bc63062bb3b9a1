"""What happened, newest first, in pages (port `Recent`): reads what other ports wrote, by keys that grow with time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from sepakat.exchange.records import Arrival, CheckpointNote, Movement, Publication, RecordedDecision
from sepakat.stix.identifiers import PartyId
from sepakat.stores.keys import Keys
from sepakat.stores.published_rows import publication, select_publications
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import arrivals, batches, checkpoints, collections, decisions, publications, take_ins

_ARRIVALS = Form(Arrival, arrivals, ("giver", "collection", "id", "version", "leaf"))
_BY_PARTY = "party:"
_CHECKPOINTS = Form(CheckpointNote, checkpoints, ("counterpart", "mirror", "size"))


class SqlRecent:
    """The port `Recent` over one connection."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys
        self._checkpoints = RecordRows(connection, _CHECKPOINTS)

    def arrivals(
        self, *, giver: PartyId | None = None, before: int | None = None, limit: int = 50
    ) -> list[tuple[int, Arrival]]:
        newest = _ARRIVALS.select().add_columns(arrivals.c.key).order_by(arrivals.c.key.desc()).limit(limit)
        where = _older(arrivals, before)
        if giver is not None:
            where.append(arrivals.c.giver == giver)
        return [(row[-1], Arrival(*row[:-1])) for row in self._connection.execute(newest.where(*where))]

    def publications(self, collection: str, *, before: int | None = None, limit: int = 50) -> list[Publication]:
        row = publications.c
        where = [row.collection_key == self._keys.collection(collection)]
        if before is not None:
            where.append(row.sequence < before)
        newest = select_publications().where(*where).order_by(row.sequence.desc()).limit(limit)
        return [publication(found) for found in self._connection.execute(newest)]

    def decisions(
        self, *, collection: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[tuple[int, RecordedDecision]]:
        one = decisions.c
        newest = (
            select(one.key, collections.c.id, one.object_id, one.version, one.at, one.outcome, one.words)
            .join_from(decisions, collections, collections.c.key == one.collection_key)
            .order_by(one.key.desc())
            .limit(limit)
        )
        where = _older(decisions, before)
        if collection is not None:
            where.append(one.collection_key == self._keys.collection(collection))
        return [
            (key, RecordedDecision(id_, (object_id, version), at, outcome, words))
            for key, id_, object_id, version, at, outcome, words in self._connection.execute(newest.where(*where))
        ]

    def arrived(self) -> Mapping[PartyId, int]:
        counted = (
            select(arrivals.c.giver, func.count()).where(arrivals.c.removed_at.is_(None)).group_by(arrivals.c.giver)
        )
        return {PartyId(giver): count for giver, count in self._connection.execute(counted)}

    def movements(self, since: datetime) -> list[Movement]:
        went = (
            select(batches.c.first_added, collections.c.taker, batches.c.last_sequence - batches.c.first_sequence + 1)
            .join_from(collections, batches, collections.c.key == batches.c.collection_key)
            .where(batches.c.first_added >= since)
        )
        came = select(take_ins.c.at, take_ins.c.by, take_ins.c.taken).where(
            take_ins.c.at >= since, take_ins.c.by.startswith(_BY_PARTY)
        )
        moved = [Movement(at, PartyId(taker), False, count) for at, taker, count in self._connection.execute(went)]
        return moved + [
            Movement(at, PartyId(by.removeprefix(_BY_PARTY)), True, count)
            for at, by, count in self._connection.execute(came)
        ]

    def checkpoint(self, counterpart: PartyId, *, mirror: bool, cosigned: bool | None = None) -> CheckpointNote | None:
        where = [checkpoints.c.counterpart == counterpart, checkpoints.c.mirror == mirror]
        if cosigned is not None:
            where.append(checkpoints.c.cosigned == cosigned)
        return next(iter(self._checkpoints.many(*where, by=(checkpoints.c.size.desc(),), limit=1)), None)


def _older(table: Table, before: int | None) -> list[ColumnElement[bool]]:
    key: ColumnElement[Any] = table.c.key
    return [] if before is None else [key < before]
