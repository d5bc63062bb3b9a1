"""Takes content away for good (port `Erasures`), and keeps the signed proofs of it.

Rows of views stay, withdrawn, without payload, salt and digest: the leaf that commits to them stays true and says
nothing any more. SQLite overwrites what is deleted from the first removal on (`secure_delete`); pages that were free
before, and other databases, are the store's `scrub` to clean.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, exists, func, insert, literal, or_, select, update

from sepakat.exchange.erasure_records import Erasure, KeptMessage, Removed
from sepakat.exchange.records import Direction
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stores.changes import SqlChanges
from sepakat.stores.erasing_texts import remove_texts
from sepakat.stores.keys import Keys
from sepakat.stores.retention import SqlRetention
from sepakat.stores.schema import (
    WITHDRAWN,
    alerts,
    arrivals,
    bodies,
    catalogue,
    catalogue_links,
    catalogue_words,
    claims,
    collections,
    decisions,
    erased,
    erasures,
    judgements,
    messages,
    objects,
    policies,
    publications,
    variants,
    versions,
)
from sepakat.stores.statements import chunks, insert_all, next_key
from sepakat.transparency.erasures import ErasedRow, SignedProof

NEVER_AGAIN = 1_000_000
"""In place of how often a message was tried: it is not tried any more."""
_NOTHING = b""
_MESSAGES_AT_ONCE = 200
_BODIES_AT_ONCE = 1_000


class SqlErasures:
    """The port `Erasures` over one connection."""

    def __init__(
        self, connection: Connection, keys: Keys, changes: SqlChanges, forget_made: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._changes = changes
        self._forget_made = forget_made
        """Called when held versions are removed past the port `Objects`."""
        self.retention = SqlRetention(connection)

    def remove_objects(self, ids: Collection[StixId], at: datetime) -> Removed:
        _overwrite(self._connection)
        self._forget_made()
        counts: dict[str, int] = {}
        rows: list[ErasedRow] = []
        for some in chunks(sorted(ids), 300):
            self._changes.note(objects=some, policies=some)
            self._remove_beside(some, counts)
            keys = self._keys.objects(some)
            rows += self._blank_rows(set(keys.values()), at, counts)
            self._remove_held(set(keys.values()), counts)
        self._keys.forget_objects()
        self._forget_words(counts)
        return Removed(counts, tuple(rows))

    def remove_texts(self, ids: Collection[StixId], names: Callable[[str], bool], blank: str) -> Removed:
        _overwrite(self._connection)
        counts, changed = remove_texts(self._connection, frozenset(ids), names, blank)
        self._changes.note(policies=changed, everything=bool(counts.get("topics")))
        return Removed(counts)

    def bodies(self) -> Iterator[tuple[StixId, bytes]]:
        last = 0
        asked = select(bodies.c.key, objects.c.id, bodies.c.body).join(objects, objects.c.key == bodies.c.object_key)
        while True:
            some = asked.where(bodies.c.key > last).order_by(bodies.c.key).limit(_BODIES_AT_ONCE)
            found = self._connection.execute(some).all()
            if not found:
                return
            yield from ((StixId(row[1]), row[2]) for row in found if row[2])
            last = found[-1][0]

    def originals(self, ids: Collection[StixId]) -> dict[StixId, StixId]:
        found: dict[StixId, StixId] = {}
        original, released = objects.alias(), objects.alias()
        for keys in chunks(self._keys.objects(ids).values()):
            asked = (
                select(released.c.id, original.c.id)
                .join_from(publications, original, original.c.key == publications.c.original_key)
                .join(released, released.c.key == publications.c.object_key)
                .where(publications.c.object_key.in_(keys))
                .distinct()
            )
            found.update((StixId(row[0]), StixId(row[1])) for row in self._connection.execute(asked))
        return found

    def messages(self) -> Iterator[KeptMessage]:
        last = 0
        one = messages.c
        columns = (one.key, one.hash, one.direction, one.counterpart, one.kind, one.document, one.delivered_at)
        while True:
            asked = select(*columns).where(one.key > last).order_by(one.key).limit(_MESSAGES_AT_ONCE)
            found = self._connection.execute(asked).all()
            if not found:
                return
            for row in found:
                is_delivered = row.delivered_at is not None
                counterpart = PartyId(row.counterpart)
                yield KeptMessage(row.hash, row.direction, counterpart, row.kind, row.document, is_delivered)
            last = found[-1].key

    def replace_message(self, hash_: str, direction: Direction, document: bytes) -> None:
        _overwrite(self._connection)
        one = messages.c
        tried = case((one.refused.is_(None), one.attempts), else_=NEVER_AGAIN)
        where = (one.hash == hash_, one.direction == direction)
        self._connection.execute(update(messages).where(*where).values(document=document, attempts=tried))

    def add(self, erasure: Erasure, tokens: Iterable[str]) -> None:
        self._connection.execute(insert(erasures).values(_values(erasure)))
        known = self.known(tokens := list(dict.fromkeys(tokens)))
        fresh = [{"token": one, "erasure": erasure.number} for one in tokens if one not in known]
        insert_all(self._connection, erased, fresh)

    def put(self, erasure: Erasure) -> None:
        of_it = erasures.c.key == erasure.number
        self._connection.execute(update(erasures).where(of_it).values(open=erasure.open))

    def everything(self) -> list[Erasure]:
        found = self._connection.execute(select(erasures).order_by(erasures.c.key))
        return [Erasure(row.key, SignedProof(row.document, row.signature, row.signed_by), row.open) for row in found]

    def is_empty(self) -> bool:
        return self._connection.scalar(select(erasures.c.key).limit(1)) is None

    def known(self, tokens: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in chunks(dict.fromkeys(tokens)):
            rows = self._connection.execute(select(erased).where(erased.c.token.in_(some)))
            found.update((row.token, row.erasure) for row in rows)
        return found

    def _remove_beside(self, ids: list[StixId], counts: dict[str, int]) -> None:
        """What is kept of objects under their ids."""
        self._count(counts, "policies", delete(policies).where(policies.c.object_id.in_(ids)))
        self._count(counts, "decisions", delete(decisions).where(decisions.c.object_id.in_(ids)))
        of_judgement = or_(judgements.c.hypothesis.in_(ids), judgements.c.evidence.in_(ids))
        self._count(counts, "judgements", delete(judgements).where(of_judgement))
        self._count(counts, "alerts", delete(alerts).where(alerts.c.subject.in_(ids)))
        self._count(counts, "variants", delete(variants).where(variants.c.original_id.in_(ids)))
        self._count(counts, "arrivals", update(arrivals).where(arrivals.c.id.in_(ids)).values(digest=""))
        entries = list(self._connection.scalars(select(catalogue.c.key).where(catalogue.c.id.in_(ids))))
        for table in (catalogue_words, catalogue_links, catalogue):
            self._connection.execute(delete(table).where(table.c.key.in_(entries)))
        self._connection.execute(delete(catalogue_links).where(catalogue_links.c.target.in_(ids)))

    def _blank_rows(self, keys: set[int], at: datetime, counts: dict[str, int]) -> list[ErasedRow]:
        """Take payload, salt and digest from the rows of views that came from objects, under whatever id they went."""
        row = publications.c
        of_them = or_(row.original_key.in_(keys), row.object_key.in_(keys))
        taker = select(collections.c.key, collections.c.taker).subquery()
        found = self._connection.execute(
            select(taker.c.taker, row.leaf, row.position, row.object_key)
            .join_from(publications, taker, taker.c.key == row.collection_key)
            .where(of_them)
            .order_by(taker.c.taker, row.leaf, row.position)
        ).all()
        if not found:
            return []
        released = {one.object_key for one in found}
        self._make_blank_bodies(released)
        blank = bodies.alias()
        empty = select(blank.c.key).where(blank.c.object_key == row.object_key, blank.c.hash == _NOTHING)
        withdrawn = func.coalesce(row.withdrawn_at, literal(at, row.withdrawn_at.type))
        gone = {"body_key": empty.scalar_subquery(), "salt": _NOTHING, "digest": "", "place": WITHDRAWN}
        self._connection.execute(update(publications).where(of_them).values(**gone, withdrawn_at=withdrawn))
        held = exists().where(versions.c.body_key == bodies.c.key, versions.c.object_key == bodies.c.object_key)
        of_released = bodies.c.object_key.in_(released)
        self._connection.execute(delete(bodies).where(of_released, bodies.c.hash != _NOTHING, ~held))
        counts["rows of views"] = counts.get("rows of views", 0) + len(found)
        return [ErasedRow(one.taker, one.leaf, one.position) for one in found]

    def _make_blank_bodies(self, keys: set[int]) -> None:
        """An empty body for each object that has rows, where there is none."""
        there = select(bodies.c.object_key).where(bodies.c.object_key.in_(keys), bodies.c.hash == _NOTHING)
        missing = sorted(keys - set(self._connection.scalars(there)))
        made = [
            {"key": number, "object_key": object_key, "hash": _NOTHING, "body": _NOTHING}
            for number, object_key in enumerate(missing, next_key(self._connection, bodies))
        ]
        insert_all(self._connection, bodies, made)

    def _remove_held(self, keys: set[int], counts: dict[str, int]) -> None:
        self._count(counts, "versions", delete(versions).where(versions.c.object_key.in_(keys)))
        self._count(counts, "claims", delete(claims).where(claims.c.object_key.in_(keys)))
        served = exists().where(publications.c.body_key == bodies.c.key, publications.c.object_key.in_(keys))
        self._connection.execute(delete(bodies).where(bodies.c.object_key.in_(keys), ~served))
        row = publications.c
        named = exists().where(or_(row.object_key == objects.c.key, row.original_key == objects.c.key))
        kept = exists().where(bodies.c.object_key == objects.c.key)
        # Not while a row of a log needs it: who has the object is still to be told of its recall.
        self._connection.execute(delete(objects).where(objects.c.key.in_(keys), ~named, ~kept))

    def _forget_words(self, counts: dict[str, int]) -> None:
        """Words and links that lead nowhere any more, also those of entries that were replaced before."""
        for table in (catalogue_words, catalogue_links):
            leads = exists().where(catalogue.c.key == table.c.key)
            self._count(counts, "words and links", delete(table).where(~leads))

    def _count(self, counts: dict[str, int], what: str, statement: Any) -> None:
        done = self._connection.execute(statement).rowcount
        if done:
            counts[what] = counts.get(what, 0) + done


def _overwrite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def _values(erasure: Erasure) -> dict[str, Any]:
    proof = erasure.proof
    return {
        "key": erasure.number,
        "document": proof.data,
        "signature": proof.signature,
        "signed_by": proof.key,
        "open": erasure.open,
    }
