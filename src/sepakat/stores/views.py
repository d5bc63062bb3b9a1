"""What each taker reads and why (port `Views`): collections, their rows, variants, the decisions that were acted on.

Invariants, kept here against every caller: the rows of a view are only ever appended, sequence and date growing; a
live (id, version) stands once in a view; what is first and last is right after every change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NoReturn

from sqlalchemy import (
    BindParameter,
    Connection,
    LargeBinary,
    Select,
    and_,
    bindparam,
    or_,
    select,
    type_coerce,
    update,
)

from sepakat.errors import StoreError
from sepakat.exchange.records import Collection, Publication, RecordedDecision, Standing, VariantState
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import VersionRef
from sepakat.stores.columns import pack_id, unpack_id
from sepakat.stores.keys import Keys
from sepakat.stores.published_rows import LiveRow, places, publication, publications_where, select_publications
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import TOMBSTONE, WITHDRAWN, batches, collections, decisions, publications, variants
from sepakat.stores.statements import chunks, insert, insert_all, rows_among

_COLLECTIONS = Form(Collection, collections, ("id",), {"view": (ViewKey, ("agreement", "taker"))})


def _varied(packed: Sequence[BindParameter[Any]]) -> Select[Any]:
    """Those of some ids that have a variant in any view."""
    original = type_coerce(variants.c.original_id, LargeBinary)
    return select(original).where(original.in_(packed))


class SqlViews:
    """The port `Views` over one connection."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys
        self._collections = RecordRows(connection, _COLLECTIONS)
        self._known: list[Collection] | None = None
        """All collections, once they were looked up: a unit sees one state of the store."""

    def put_collection(self, collection: Collection) -> None:
        self._collections.put(collection)
        self._known = None

    def collections(self) -> list[Collection]:
        if self._known is None:
            self._known = self._collections.many(by=(collections.c.key,))
        return list(self._known)

    def publish(self, rows: Sequence[Publication]) -> None:
        for collection, of_collection in groupby(rows, key=lambda row: row.collection):
            self._append(collection, self._collection_key(collection), list(of_collection))

    def last(self, collection: str) -> Publication | None:
        of_collection = publications.c.collection_key == self._keys.collection(collection)
        newest = select_publications().where(of_collection).order_by(publications.c.sequence.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return None if row is None else publication(row)

    def rows(self, collection: str, *, include_withdrawn: bool = False) -> list[Publication]:
        where = [publications.c.collection_key == self._keys.collection(collection)]
        if not include_withdrawn:
            where.append(publications.c.place != WITHDRAWN)
        return publications_where(self._connection, *where)

    def rows_of(self, original_id: StixId) -> list[Publication]:
        key = self._keys.objects([original_id]).get(original_id)
        row = publications.c
        # Two conditions, each with its own index: rows under the object's own id, and rows of its variants.
        whole = and_(row.object_key == key, row.original_key == key)
        variant = and_(row.original_key == key, row.original_key != row.object_key)
        return publications_where(self._connection, or_(whole, variant)) if key is not None else []

    def rows_of_many(self, original_ids: Iterable[StixId]) -> list[Publication]:
        found: list[Publication] = []
        row = publications.c
        for chunk in chunks(self._keys.objects_used(original_ids).values()):
            whole = and_(row.object_key.in_(chunk), row.original_key == row.object_key)
            found += publications_where(self._connection, whole)
            variant = and_(row.original_key.in_(chunk), row.original_key != row.object_key)
            found += publications_where(self._connection, variant)
        return sorted(found, key=lambda row: (row.collection, row.sequence))

    def rows_of_leaf(self, collection: str, leaf: int) -> list[Publication]:
        key = self._keys.collection(collection)
        runs = select(batches.c.first_sequence, batches.c.last_sequence).where(
            batches.c.collection_key == key, batches.c.leaf == leaf
        )
        found: list[Publication] = []
        for first, last in self._connection.execute(runs.order_by(batches.c.first_sequence)).all():
            of_run = publications.c.sequence.between(first, last)
            found += publications_where(self._connection, publications.c.collection_key == key, of_run)
        return found

    def withdraw(self, collection: str, sequences: Iterable[int], at: datetime) -> None:
        key: int | None = None
        for chunk in chunks(sequences):
            key = self._collection_key(collection) if key is None else key
            where = (
                publications.c.collection_key == key,
                publications.c.sequence.in_(chunk),
                publications.c.place != WITHDRAWN,
            )
            touched = set(self._connection.scalars(select(publications.c.object_key).where(*where)))
            self._connection.execute(update(publications).where(*where).values(place=WITHDRAWN, withdrawn_at=at))
            live = self._live(key, touched)
            self._replace_places(key, live, {object_key: places(rows) for object_key, (rows, _) in live.items()})

    def put_variant(self, state: VariantState) -> None:
        self.put_variants([state])

    def put_variants(self, states: Sequence[VariantState]) -> None:
        rows = [
            {
                "collection_key": self._collection_key(state.collection),
                "original_id": state.original_id,
                "variant_id": state.variant_id,
                "epoch": state.epoch,
                "created": state.created,
                "modified": state.modified,
                "projection_digest": state.projection_digest,
            }
            for state in states
        ]
        if rows:
            keys, _ = self._keys.objects_made(state.original_id for state in states)
            self._keys.note_used(keys.values())
            statement = insert(self._connection, variants)
            name = ("collection_key", "original_id")
            changed = {column: statement.excluded[column] for column in rows[0] if column not in name}
            self._connection.execute(statement.on_conflict_do_update(index_elements=name, set_=changed), rows)

    def variants(self, collection: str) -> Mapping[StixId, VariantState]:
        of_collection = variants.c.collection_key == self._keys.collection(collection)
        rows = self._connection.execute(select(variants).where(of_collection))
        return {row.original_id: VariantState(collection, *row[1:]) for row in rows}

    def variants_of(self, original_ids: Iterable[StixId]) -> list[VariantState]:
        # Most have none: which have one is asked first, by a statement that is compiled once. What has one has a key.
        packed = rows_among(self._connection, _varied, map(pack_id, self._keys.objects_used(original_ids)))
        varied = dict.fromkeys(unpack_id(row[0]) for row in packed)
        if not varied:
            return []
        names = self._collection_names()
        found = [
            row
            for chunk in chunks(varied)
            for row in self._connection.execute(select(variants).where(variants.c.original_id.in_(chunk)))
        ]
        return [VariantState(names[row.collection_key], *row[1:]) for row in found]

    def raised_epochs(self) -> Mapping[tuple[str, StixId], int]:
        names = self._collection_names()
        of_raised = select(variants.c.collection_key, variants.c.original_id, variants.c.epoch)
        rows = self._connection.execute(of_raised.where(variants.c.epoch > 0))
        return {(names[row[0]], StixId(row[1])): row[2] for row in rows}

    def record(self, decisions: Sequence[RecordedDecision]) -> None:
        values = [
            {
                "collection_key": self._collection_key(one.collection),
                "object_id": one.version[0],
                "version": one.version[1],
                "at": one.at,
                "outcome": one.outcome,
                "words": one.words,
            }
            for one in decisions
        ]
        if values:
            once_by = ("object_id", "version", "collection_key", "at")
            insert_all(self._connection, _decisions, values, once_by=once_by)

    def recorded(self, version: VersionRef | None = None, limit: int = 100) -> list[RecordedDecision]:
        one = decisions.c
        statement = (
            select(collections.c.id, one.object_id, one.version, one.at, one.outcome, one.words)
            .join_from(decisions, collections, collections.c.key == one.collection_key)
            .order_by(one.key.desc())
            .limit(limit)
        )
        if version is not None:
            statement = statement.where(one.object_id == version[0], one.version == version[1])
        rows = self._connection.execute(statement)
        return [RecordedDecision(row[0], (row[1], row[2]), row[3], row[4], row[5]) for row in rows]

    def _collection_names(self) -> dict[int, str]:
        rows = self._connection.execute(select(collections.c.key, collections.c.id))
        return {row[0]: row[1] for row in rows}

    def _collection_key(self, collection: str) -> int:
        key = self._keys.collection(collection)
        if key is None:
            raise StoreError("collection-unknown", f"rows refused: no collection {collection} is kept")
        return key

    def _append(self, collection: str, key: int, rows: Sequence[Publication]) -> None:
        last = self.last(collection)
        known = [row for row in rows if last is not None and row.sequence <= last.sequence]
        self._check_known(key, known)
        fresh = [row for row in rows if last is None or row.sequence > last.sequence]
        if not fresh:
            return
        _check_order(last, fresh)
        object_keys, made = self._keys.objects_made(name for row in fresh for name in (row.id, row.original[0]))
        self._keys.note_used(object_keys.values())
        type_keys = self._keys.types_made(row.type for row in fresh)
        keys = [object_keys[row.id] for row in fresh]
        body_keys = self._keys.bodies_made([(k, row.body) for k, row in zip(keys, fresh, strict=True)], made)
        now = self._place(key, fresh, keys, made)
        values: list[dict[str, Any]] = [
            {
                "collection_key": key,
                "sequence": row.sequence,
                "date_added": row.date_added,
                "object_key": object_key,
                "version": row.version,
                "type_key": type_keys[row.type],
                "body_key": body_key,
                "digest": row.digest,
                "salt": row.salt,
                "leaf": row.leaf,
                "position": row.position,
                "original_key": object_keys[row.original[0]],
                "original_version": row.original[1],
                "outcome": row.outcome,
                "place": now.get(row.sequence, WITHDRAWN),
                "withdrawn_at": row.withdrawn_at,
            }
            for row, object_key, body_key in zip(fresh, keys, body_keys, strict=True)
        ]
        insert_all(self._connection, publications, values)
        insert_all(self._connection, batches, [_batch(key, list(run)) for _, run in groupby(fresh, _leaf_of)])

    def _check_known(self, key: int, known: Sequence[Publication]) -> None:
        """What is published again must be what is there."""
        for chunk in chunks(known):
            where = publications.c.sequence.in_([row.sequence for row in chunk])
            held = {
                row.sequence: row
                for row in publications_where(self._connection, publications.c.collection_key == key, where)
            }
            for row in chunk:
                if held.get(row.sequence) != row:
                    _refuse(row, "that row is there with other content")

    def _place(
        self, key: int, rows: Sequence[Publication], object_keys: Sequence[int], made: frozenset[int]
    ) -> dict[int, int]:
        """The places of new rows by sequence; the older rows of the same objects get theirs anew."""
        before = self._live(key, {object_key for object_key in object_keys if object_key not in made})
        live = {object_key: list(held) for object_key, (held, _) in before.items()}
        for object_key, row in zip(object_keys, rows, strict=True):
            if row.standing is not Standing.WITHDRAWN:
                others = live.setdefault(object_key, [])
                if any(other.version == row.version for other in others):
                    _refuse(row, f"version {row.version} of {row.id} is in the view already")
                others.append(LiveRow(row.version, row.sequence, row.standing is Standing.TOMBSTONE))
        now = {object_key: places(of_object) for object_key, of_object in live.items()}
        self._replace_places(key, before, now)
        return {sequence: place for of_object in now.values() for sequence, place in of_object.items()}

    def _live(self, key: int, object_keys: Iterable[int]) -> dict[int, tuple[list[LiveRow], dict[int, int]]]:
        """The live rows of objects in one view, and the place that each has."""
        found: dict[int, tuple[list[LiveRow], dict[int, int]]] = {}
        row = publications.c
        for chunk in chunks(object_keys):
            statement = select(row.object_key, row.version, row.sequence, row.place).where(
                row.object_key.in_(chunk), row.collection_key == key, row.place != WITHDRAWN
            )
            for object_key, version, sequence, place in self._connection.execute(statement):
                rows, had = found.setdefault(object_key, ([], {}))
                rows.append(LiveRow(version, sequence, bool(place & TOMBSTONE)))
                had[sequence] = place
        return found

    def _replace_places(
        self, key: int, before: Mapping[int, tuple[Any, dict[int, int]]], now: Mapping[int, Mapping[int, int]]
    ) -> None:
        changed = [
            {"of_collection": key, "of_sequence": sequence, "now": now[object_key][sequence]}
            for object_key, (_, had) in before.items()
            for sequence, place in had.items()
            if now[object_key][sequence] != place
        ]
        if changed:
            row = publications.c
            where = (row.collection_key == bindparam("of_collection"), row.sequence == bindparam("of_sequence"))
            self._connection.execute(update(publications).where(*where).values(place=bindparam("now")), changed)


# The method `record` has a parameter of the table's name.
_decisions = decisions


def _leaf_of(row: Publication) -> int:
    return row.leaf


def _batch(key: int, run: Sequence[Publication]) -> dict[str, object]:
    return {
        "collection_key": key,
        "first_sequence": run[0].sequence,
        "last_sequence": run[-1].sequence,
        "first_added": run[0].date_added,
        "leaf": run[0].leaf,
    }


def _check_order(last: Publication | None, rows: Sequence[Publication]) -> None:
    before = last
    for row in rows:
        if before is not None and row.sequence <= before.sequence:
            _refuse(row, f"expected a sequence above {before.sequence}")
        if before is not None and row.date_added < before.date_added:
            _refuse(row, f"its date lies before that of row {before.sequence}")
        before = row


def _refuse(row: Publication, why: str) -> NoReturn:
    raise StoreError("row-conflict", f"row {row.sequence} of collection {row.collection} refused: {why}")
