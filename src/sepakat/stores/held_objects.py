"""Held object versions (port `Objects`): exact bytes, digest, where each came from.

A version is never changed; its provenance only grows, or loses the terms of a partner who took them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, exists, func, literal, select, update

from sepakat.errors import StoreError
from sepakat.exchange.records import StoredVersion
from sepakat.release.question import ReceivedTerms
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stores.changes import SqlChanges
from sepakat.stores.claims import forget_claims, note_claims
from sepakat.stores.columns import pack_version
from sepakat.stores.keys import Keys, Provenance
from sepakat.stores.schema import WITHDRAWN, bodies, objects, publications, versions
from sepakat.stores.statements import chunks, insert_all

_OBJECTS_AT_ONCE = 500
_MOST_REMEMBERED = 2000
"""How many new objects a unit remembers, so that who decides about them need not read them back."""


class SqlObjects:
    """The port `Objects` over one connection."""

    def __init__(self, connection: Connection, keys: Keys, changes: SqlChanges) -> None:
        self._connection = connection
        self._keys = keys
        self._changes = changes
        self._made: dict[StixId, tuple[StoredVersion, ...]] = {}
        """All versions of objects that this unit made or read: only of one that writes, so that nobody else does."""

    def add(self, version: StoredVersion) -> bool:
        return self.add_many([version])[0]

    def add_many(self, added: Sequence[StoredVersion]) -> list[bool]:
        object_keys, fresh = self._keys.objects_made(one.object.id for one in added)
        named = [(object_keys[one.object.id], one.object.version) for one in added]
        held = self._held(name for name in named if name[0] not in fresh)
        given = self._given(name for name in named if name[0] not in fresh and name not in held)
        fates: list[bool] = []
        rows: dict[tuple[int, str], dict[str, Any]] = {}
        joined: dict[tuple[int, str], int] = {}
        noted: list[StixId] = []
        for name, one in zip(named, added, strict=True):
            digest, provenance = one.object.digest, (one.origins, one.received)
            fates.append(name not in held)
            if name not in held:
                if given.get(name, digest) != digest:
                    raise _conflict(one.object, "was given out")
                key = self._keys.provenance_made(provenance)
                rows[name] = {
                    "object_key": name[0],
                    "version": name[1],
                    "digest": digest,
                    "received_at": one.received_at,
                    "take_in": one.take_in,
                    "body": one.object.raw,
                }
            else:
                if held[name][0] != digest:
                    raise _conflict(one.object, "is held")
                key = self._keys.provenance_made(_joined(self._keys.provenance(held[name][1]), provenance))
                if key == held[name][1]:
                    continue
                joined[name] = key
            noted.append(one.object.id)
            held[name] = (digest, key)
        self._changes.note(objects=noted)
        self._insert(rows, held, fresh)
        note_claims(
            self._connection,
            ((name[0], one.object.content) for name, one, is_new in zip(named, added, fates, strict=True) if is_new),
        )
        self._set_provenances({name: key for name, key in joined.items() if name not in rows})
        self._remember(added, named, fresh, fates)
        return fates

    def get(self, object_id: StixId) -> tuple[StoredVersion, ...]:
        return self.get_many([object_id]).get(object_id, ())

    def get_many(self, ids: Iterable[StixId]) -> Mapping[StixId, tuple[StoredVersion, ...]]:
        wanted = dict.fromkeys(ids)
        found = {one: self._made[one] for one in wanted if one in self._made}
        keys = self._keys.objects(one for one in wanted if one not in found)
        for chunk in chunks(keys.values(), _OBJECTS_AT_ONCE):
            rows = self._connection.execute(_held_versions().where(objects.c.key.in_(chunk)).order_by(*_IN_ORDER))
            for object_id, of_object in groupby(rows, key=lambda row: row[0]):
                found[StixId(object_id)] = tuple(map(self._version, of_object))
        if self._keys.is_alone and len(self._made) + len(found) < _MOST_REMEMBERED:
            self._made.update(found)
        return {one: found[one] for one in wanted if one in found}

    def everything(self) -> Iterator[StoredVersion]:
        # By keyset, so that no statement stays open while the caller writes.
        last: StixId | None = None
        while True:
            wanted = select(objects.c.id).order_by(objects.c.id).limit(_OBJECTS_AT_ONCE)
            ids = list(self._connection.scalars(wanted if last is None else wanted.where(objects.c.id > last)))
            if not ids:
                return
            last = StixId(ids[-1])
            for of_object in self.get_many(map(StixId, ids)).values():
                yield from of_object

    def page(self, *, type_: str | None = None, after: StixId | None = None, limit: int = 100) -> list[StoredVersion]:
        newer = versions.alias()
        # Not max(): PostgreSQL has none for bytes before its version 18.
        of_object = select(newer.c.version).where(newer.c.object_key == objects.c.key)
        newest = of_object.order_by(newer.c.version.desc()).limit(1).scalar_subquery()
        statement = _held_versions().where(versions.c.version == newest).order_by(objects.c.id).limit(limit)
        if after is not None:
            statement = statement.where(objects.c.id > after)
        if type_ is not None:
            # Packed ids begin with `type--`; `.` is the character after `-`.
            begin, end = f"{type_}--".encode(), f"{type_}-.".encode()
            statement = statement.where(objects.c.id >= _bytes(begin), objects.c.id < _bytes(end))
        return [self._version(row) for row in self._connection.execute(statement)]

    def of_take_in(self, take_in: str) -> tuple[VersionRef, ...]:
        statement = (
            select(objects.c.id, versions.c.version)
            .join_from(versions, objects, objects.c.key == versions.c.object_key)
            .where(versions.c.take_in == take_in)
            .order_by(objects.c.id, versions.c.version)
        )
        return tuple((StixId(row[0]), row[1]) for row in self._connection.execute(statement))

    def remove(self, version: VersionRef) -> None:
        key = self._keys.objects([version[0]]).get(version[0])
        name = (versions.c.object_key == key, versions.c.version == version[1])
        body = self._connection.scalar(select(versions.c.body_key).where(*name))
        if body is None:
            return
        self._changes.note(objects=[version[0]])
        self._made.pop(version[0], None)
        self._connection.execute(delete(versions).where(*name))
        of_object = select(versions.c.body_key).where(versions.c.object_key == key, versions.c.body_key == body)
        served = select(publications.c.body_key).where(
            publications.c.object_key == key, publications.c.body_key == body
        )
        unused = ~exists(of_object) & ~exists(served)
        self._connection.execute(delete(bodies).where(bodies.c.key == body, unused))
        left = select(versions.c.object_key).where(versions.c.object_key == key).limit(1)
        if key is not None and self._connection.scalar(left) is None:
            forget_claims(self._connection, key)

    def drop_terms(self, version: VersionRef, terms: ReceivedTerms) -> None:
        key = self._keys.objects([version[0]]).get(version[0])
        if key is None:
            return
        self._changes.note(objects=[version[0]])
        self._made.pop(version[0], None)
        for name, (_, provenance_key) in self._held([(key, version[1])]).items():
            origins, received = self._keys.provenance(provenance_key)
            kept = tuple(one for one in received if one != terms)
            self._set_provenances({name: self._keys.provenance_made((origins, kept))})

    def count(self) -> int:
        return self._connection.scalar(select(func.count()).select_from(versions)) or 0

    def forget_made(self) -> None:
        """Read everything back from now on: something else changes what is held."""
        self._made.clear()

    def _remember(
        self,
        added: Sequence[StoredVersion],
        named: Sequence[tuple[int, str]],
        fresh: frozenset[int],
        fates: Sequence[bool],
    ) -> None:
        made: dict[StixId, list[StoredVersion]] = {}
        seen: set[tuple[int, str]] = set()
        told_twice: set[StixId] = set()
        for one, name, is_new in zip(added, named, fates, strict=True):
            if name[0] not in fresh:
                before = self._made.pop(one.object.id, None)
                if before is not None and is_new:
                    self._made[one.object.id] = tuple(sorted((*before, one), key=_version_packed))
            elif name in seen:
                # Its provenance was joined.
                told_twice.add(one.object.id)
            elif one.object.id in made or len(self._made) + len(made) < _MOST_REMEMBERED:
                made.setdefault(one.object.id, []).append(one)
            seen.add(name)
        for identifier, those in made.items():
            if identifier not in told_twice:
                if len(those) > 1:
                    those.sort(key=_version_packed)
                self._made[identifier] = tuple(those)

    def _held(self, names: Iterable[tuple[int, str]]) -> dict[tuple[int, str], tuple[str, int]]:
        """Digest and provenance key of those named versions that are held."""
        held: dict[tuple[int, str], tuple[str, int]] = {}
        one = versions.c
        for chunk in chunks(dict.fromkeys(names), _OBJECTS_AT_ONCE):
            # No list of pairs: SQLite finds no index for one. The bounds keep long histories out.
            ordered = sorted({version for _, version in chunk}, key=pack_version)
            statement = select(one.object_key, one.version, one.digest, one.provenance_key).where(
                one.object_key.in_({key for key, _ in chunk}), one.version.between(ordered[0], ordered[-1])
            )
            for row in self._connection.execute(statement):
                held[(row[0], row[1])] = (row[2], row[3])
        return held

    def _given(self, names: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
        """The digest of those named versions that went out whole, though they are not held any more."""
        given: dict[tuple[int, str], str] = {}
        row = publications.c
        for chunk in chunks(dict.fromkeys(names), _OBJECTS_AT_ONCE):
            ordered = sorted({version for _, version in chunk}, key=pack_version)
            statement = select(row.object_key, row.version, row.digest).where(
                row.object_key.in_({key for key, _ in chunk}),
                row.original_key == row.object_key,
                row.version.between(ordered[0], ordered[-1]),
                row.place == WITHDRAWN,
            )
            # Of what was erased the digest is gone too.
            given |= {(key, version): digest for key, version, digest in self._connection.execute(statement) if digest}
        return given

    def _insert(
        self,
        rows: Mapping[tuple[int, str], dict[str, Any]],
        held: Mapping[tuple[int, str], tuple[str, int]],
        fresh: frozenset[int],
    ) -> None:
        wanted = [(name[0], row.pop("body")) for name, row in rows.items()]
        for (name, row), body_key in zip(rows.items(), self._keys.bodies_made(wanted, fresh), strict=True):
            row["body_key"] = body_key
            row["provenance_key"] = held[name][1]
        insert_all(self._connection, versions, list(rows.values()))

    def _set_provenances(self, changed: Mapping[tuple[int, str], int]) -> None:
        if changed:
            statement = (
                update(versions)
                .where(
                    versions.c.object_key == bindparam("of_object"),
                    versions.c.version == bindparam("of_version", type_=versions.c.version.type),
                )
                .values(provenance_key=bindparam("now"))
            )
            values = [{"of_object": name[0], "of_version": name[1], "now": key} for name, key in changed.items()]
            self._connection.execute(statement, values)

    def _version(self, row: Row[Any]) -> StoredVersion:
        origins, received = self._keys.provenance(row.provenance_key)
        return StoredVersion(StixObject.from_bytes(row.body), origins, row.received_at, received, row.take_in)


_IN_ORDER = (objects.c.id, versions.c.version)


def _held_versions() -> Select[Any]:
    return (
        select(objects.c.id, bodies.c.body, versions.c.received_at, versions.c.take_in, versions.c.provenance_key)
        .join_from(objects, versions, versions.c.object_key == objects.c.key)
        .join(bodies, bodies.c.key == versions.c.body_key)
    )


def _version_packed(stored: StoredVersion) -> bytes:
    return pack_version(stored.object.version)


def _bytes(value: bytes) -> Any:
    """Bytes as they are, where a column would pack them."""
    return literal(value, bodies.c.body.type)


def _joined(before: Provenance, more: Provenance) -> Provenance:
    """Both together; terms in the order in which they came."""
    return before[0] | more[0], before[1] + tuple(one for one in more[1] if one not in before[1])


def _conflict(refused: StixObject, where: str) -> StoreError:
    version = f"version {refused.version}" if refused.version else "its one version"
    return StoreError(
        "version-conflict", f"{refused.id} refused: {version} {where} with other content", "give it a later `modified`"
    )
