"""The catalogue of what is held (port `Catalogue`): rows in the order in which objects came, words and links to them.

A new version of an object gets a new, higher key, so that the newest key is what came last and a page goes on from a
key. Words and links of a row that was replaced stay behind and lead nowhere. Invariant: every reading joins with the
row itself and with a version that is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, delete, exists, func, or_, select

from sepakat.exchange.catalogue_ports import Search
from sepakat.exchange.records import Catalogued, CataloguePiece, CatalogueRow, Consultation, SavedSearch
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stores.keys import Keys
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import (
    arrivals,
    catalogue,
    catalogue_links,
    catalogue_words,
    collections,
    consultations,
    marks,
    objects,
    publications,
    saved_searches,
    take_ins,
    versions,
)
from sepakat.stores.statements import chunks, insert, insert_all

_PLACE = "catalogue"
_LAST_KEY = "catalogue-key"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_RARE = 2_000
_MOST_IDS = 20_000
_SAVED = Form(SavedSearch, saved_searches, ("user", "name"))
_CONSULTATIONS = Form(Consultation, consultations, ())


class SqlCatalogue:
    """The port `Catalogue` over one connection."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys
        self._saved = RecordRows(connection, _SAVED)
        self._consultations = RecordRows(connection, _CONSULTATIONS)

    def is_behind(self) -> bool:
        newest = self._connection.scalar(select(func.max(take_ins.c.key))) or 0
        take_in, within = self._place()
        return newest > take_in or within > 0

    def next_piece(self, most: int) -> CataloguePiece:
        take_in, within = self._place()
        ids: list[StixId] = []
        while len(ids) < most:
            if not within:
                following = select(func.min(take_ins.c.key)).where(take_ins.c.key > take_in)
                found = self._connection.scalar(following)
                if found is None:
                    return CataloguePiece(frozenset(ids), take_in, 0, is_last=True)
                take_in, within = found, 0
            rows = self._of_take_in(take_in, within, most - len(ids))
            ids += [row[1] for row in rows]
            # What a batch has more of is read the next time; a full piece may end exactly with its batch.
            within = rows[-1][0] if rows and len(ids) >= most else 0
        return CataloguePiece(frozenset(ids), take_in, within, is_last=False)

    def advance(self, piece: CataloguePiece) -> None:
        self._set_mark(_PLACE, f"{piece.take_in} {piece.within}")

    def put(self, entries: Sequence[Catalogued]) -> None:
        # A key is never given twice: words and links of a row that is gone would lead to another.
        first = int(self._mark(_LAST_KEY) or 0) + 1
        keys = self._keys.objects(entry.id for entry in entries)
        rows, words, links = [], [], []
        for key, entry in enumerate(entries, first):
            rows.append(
                {
                    "key": key,
                    "object_key": keys[entry.id],
                    "id": entry.id,
                    "type": entry.type,
                    "title": entry.title,
                    "level": entry.level,
                    "modified": entry.modified,
                    "received_at": entry.received_at,
                }
            )
            words += [{"word": word, "key": key} for word in entry.words]
            links += [{"target": target, "key": key} for target in entry.links]
        self._set_mark(_LAST_KEY, str(first + len(rows) - 1))
        insert_all(self._connection, catalogue, rows)
        insert_all(self._connection, catalogue_words, words)
        insert_all(self._connection, catalogue_links, links)

    def forget(self, ids: Iterable[StixId]) -> None:
        for chunk in chunks(ids):
            self._connection.execute(delete(catalogue).where(catalogue.c.id.in_(chunk)))

    def find(self, search: Search, *, before: int | None = None, limit: int = 50) -> list[CatalogueRow]:
        statement, key = self._by_words(search.words)
        where = [_is_held(), *_conditions(search)]
        if before is not None:
            where.append(key < before)
        if search.ids is not None:
            where.append(catalogue.c.id.in_(sorted(search.ids)[:_MOST_IDS]))
        return self._rows(statement.where(*where).order_by(key.desc()).limit(limit))

    def linked(self, id_: StixId, limit: int = 50, *, types: Sequence[str] = ()) -> list[CatalogueRow]:
        statement = _select().join(catalogue_links, catalogue_links.c.key == catalogue.c.key)
        where = [catalogue_links.c.target == id_, _is_held()]
        if types:
            where.append(catalogue.c.type.in_(types))
        return self._rows(statement.where(*where).order_by(catalogue.c.key.desc()).limit(limit))

    def types(self) -> list[str]:
        # One look at the index per type, however many objects there are.
        found: list[str] = []
        while True:
            after = catalogue.c.type > found[-1] if found else catalogue.c.type != ""
            following = self._connection.scalar(select(func.min(catalogue.c.type)).where(after))
            if following is None:
                return found
            found.append(following)

    def saved(self, user: str) -> list[SavedSearch]:
        return self._saved.many(saved_searches.c.user == user, by=(saved_searches.c.name,))

    def save(self, search: SavedSearch) -> None:
        self._saved.put(search)

    def drop_saved(self, user: str, name: str) -> None:
        where = (saved_searches.c.user == user, saved_searches.c.name == name)
        self._connection.execute(delete(saved_searches).where(*where))

    def consult(self, consultation: Consultation) -> None:
        self._connection.execute(consultations.insert().values(_CONSULTATIONS.values(consultation)))

    def consultations(self, limit: int = 50) -> list[Consultation]:
        return self._consultations.many(by=(consultations.c.key.desc(),), limit=limit)

    def _place(self) -> tuple[int, int]:
        take_in, _, within = (self._mark(_PLACE) or "0 0").partition(" ")
        return int(take_in), int(within)

    def _mark(self, name: str) -> str | None:
        return self._connection.scalar(select(marks.c.value).where(marks.c.name == name))

    def _set_mark(self, name: str, value: str) -> None:
        at = self._connection.scalar(select(func.max(take_ins.c.at))) or _NEVER
        statement = insert(self._connection, marks).values(name=name, value=value, at=at)
        changed = {"value": value, "at": at}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))

    def _of_take_in(self, take_in: int, after: int, limit: int) -> list[tuple[int, StixId]]:
        id_ = self._connection.scalar(select(take_ins.c.id).where(take_ins.c.key == take_in))
        statement = (
            select(objects.c.key, objects.c.id)
            .join_from(versions, objects, objects.c.key == versions.c.object_key)
            .where(versions.c.take_in == id_, versions.c.object_key > after)
            .group_by(objects.c.key, objects.c.id)
            .order_by(objects.c.key)
            .limit(limit)
        )
        return [(row[0], StixId(row[1])) for row in self._connection.execute(statement)]

    def _by_words(self, words: Sequence[str]) -> tuple[Select[Any], Column[int]]:
        """Rows by the rarest word, which leads, and the key that orders them: the words' own, if there are any.

        By the key of the rows everything with that word would be read and sorted before the first is known.
        """
        if not words:
            return _select(), catalogue.c.key
        first, *rest = sorted(words, key=self._how_common)
        statement = _select().join(catalogue_words, catalogue_words.c.key == catalogue.c.key)
        statement = statement.where(catalogue_words.c.word == first)
        for word in rest:
            other = catalogue_words.alias()
            statement = statement.where(exists().where(other.c.word == word, other.c.key == catalogue_words.c.key))
        return statement, catalogue_words.c.key

    def _how_common(self, word: str) -> int:
        some = select(catalogue_words.c.key).where(catalogue_words.c.word == word).limit(_RARE).subquery()
        return self._connection.scalar(select(func.count()).select_from(some)) or 0

    def _rows(self, statement: Select[Any]) -> list[CatalogueRow]:
        return [
            CatalogueRow(number, StixId(id_), type_, title, level, modified, received_at)
            for number, id_, type_, title, level, modified, received_at in self._connection.execute(statement)
        ]


def _select() -> Select[Any]:
    row = catalogue.c
    return select(row.key, row.id, row.type, row.title, row.level, row.modified, row.received_at)


def _is_held() -> ColumnElement[bool]:
    return exists().where(versions.c.object_key == catalogue.c.object_key)


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    row = catalogue.c
    where: list[ColumnElement[bool]] = []
    if search.type is not None:
        where.append(row.type == search.type)
    if search.level is not None:
        where.append(row.level == search.level)
    if search.since is not None:
        where.append(row.received_at >= search.since)
    if search.until is not None:
        where.append(row.received_at <= search.until)
    if search.received_from is not None:
        came = (arrivals.c.id == row.id, arrivals.c.giver == search.received_from, arrivals.c.removed_at.is_(None))
        where.append(exists().where(*came))
    if search.released_to is not None:
        where.append(_is_released_to(search.released_to))
    return where


def _is_released_to(taker: PartyId) -> ColumnElement[bool]:
    views = select(collections.c.key).where(collections.c.taker == taker)
    released = publications.c
    there = and_(released.collection_key.in_(views), released.place >= 0)
    whole = exists().where(released.object_key == catalogue.c.object_key, there)
    is_variant = released.original_key != released.object_key
    variant = exists().where(is_variant, released.original_key == catalogue.c.object_key, there)
    return or_(whole, variant)
