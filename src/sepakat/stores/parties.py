"""Known parties and the rosters of communities (port `Parties`). Older rosters are kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from sepakat.exchange.records import Community, Party
from sepakat.stix.identifiers import PartyId
from sepakat.stores.changes import SqlChanges
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import communities, parties

_PARTIES = Form(Party, parties, ("id",))
_COMMUNITIES = Form(Community, communities, ("id", "at"))


class SqlParties:
    """The port `Parties` over one connection."""

    def __init__(self, connection: Connection, changes: SqlChanges) -> None:
        self._changes = changes
        self._parties = RecordRows(connection, _PARTIES)
        self._communities = RecordRows(connection, _COMMUNITIES)

    def put(self, party: Party) -> None:
        before = self.get(party.id)
        self._parties.put(party)
        if before is None or _deciding(before) != _deciding(party):
            self._changes.note(everything=True)

    def get(self, party: PartyId) -> Party | None:
        return self._parties.one(parties.c.id == party)

    def everyone(self) -> list[Party]:
        return self._parties.many(by=(parties.c.id,))

    def put_roster(self, community: Community) -> None:
        self._communities.put(community)

    def roster(self, community: str, at: datetime | None = None) -> Community | None:
        where = [communities.c.id == community]
        if at is not None:
            where.append(communities.c.at <= at)
        return next(iter(self._communities.many(*where, by=(communities.c.at.desc(),), limit=1)), None)

    def communities(self) -> list[Community]:
        later = communities.alias()
        newest = select(func.max(later.c.at)).where(later.c.id == communities.c.id).scalar_subquery()
        return self._communities.many(communities.c.at == newest, by=(communities.c.id,))


def _deciding(party: Party) -> tuple[object, ...]:
    """What deciding reads of a party; keys and addresses are not among it."""
    return (party.identity, party.country, party.added_at, party.is_self, party.is_client)
