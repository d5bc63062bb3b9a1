"""Integer keys for what stands once: object ids, type names, bodies, provenances, collections.

Looks keys up and, in a writing unit, gives new ones: a writer is alone from the moment its unit opens, so the key after
the highest is free. Caches live as long as the unit, since a rolled-back unit takes its keys with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Connection, LargeBinary, Select, Table, bindparam, select, type_coerce

from sepakat.release.question import ReceivedTerms
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stores.columns import encode_nested, pack_id, pack_text
from sepakat.stores.schema import bodies, collections, objects, provenances, types
from sepakat.stores.statements import chunks, insert_all, next_key, rows_among, run_prepared, same_document

_MOST_REMEMBERED = 20_000

Provenance = tuple[frozenset[PartyId], tuple[ReceivedTerms, ...]]
"""Origins, and the terms that stick: where a version came from."""

_COLLECTION = select(collections.c.key).where(
    type_coerce(collections.c.id, LargeBinary) == bindparam("packed", type_=LargeBinary)
)


def _keys_of(packed: Sequence[BindParameter[Any]]) -> Select[Any]:
    name = type_coerce(objects.c.id, LargeBinary)
    return select(name, objects.c.key).where(name.in_(packed))


_PROVENANCE = msgspec.json.Decoder(Provenance)


class Keys:
    """The keys of one unit."""

    def __init__(self, connection: Connection, *, is_alone: bool = False) -> None:
        """`is_alone`: nobody else writes, so that an id has no key until this unit gives it one."""
        self._connection = connection
        self.is_alone = is_alone
        self._objects: dict[StixId, int | None] = {}
        self._unused: set[int] = set()
        """Keys of objects that were made in this unit, and that no view names yet."""
        self._types: dict[str, int] | None = None
        self._collections: dict[str, int] = {}
        self._provenances: dict[int, Provenance] = {}
        self._provenance_keys: dict[bytes, int] = {}
        self._last_provenance: tuple[Provenance | None, int] = (None, 0)
        """What comes together mostly comes from the same."""

    def objects(self, ids: Iterable[StixId]) -> dict[StixId, int]:
        """The keys of those ids that have one."""
        wanted = dict.fromkeys(ids)
        if len(self._objects) > _MOST_REMEMBERED:
            self._objects.clear()
        known = self._objects
        asked = {pack_id(one): one for one in wanted if one not in known}
        found: dict[StixId, int | None] = {
            asked[row[0]]: row[1] for row in rows_among(self._connection, _keys_of, asked)
        }
        if self.is_alone:
            known.update((one, found.get(one)) for one in asked.values())
            found = known
        return {one: key for one in wanted if (key := found.get(one)) is not None}

    def objects_used(self, ids: Iterable[StixId]) -> dict[StixId, int]:
        """The keys of those ids that a view may name: not those of what this unit has just made."""
        return {one: key for one, key in self.objects(ids).items() if key not in self._unused}

    def note_used(self, keys: Iterable[int]) -> None:
        """Remember that views name these objects from now on."""
        self._unused.difference_update(keys)

    def forget_objects(self) -> None:
        """Look all objects up anew from now on."""
        self._objects.clear()

    def objects_made(self, ids: Iterable[StixId]) -> tuple[dict[StixId, int], frozenset[int]]:
        """The keys of all ids, new ones where needed, and which of them are new."""
        wanted = dict.fromkeys(ids)
        keys = self.objects(wanted)
        missing = [one for one in wanted if one not in keys]
        made = self._make(objects, "id", missing)
        new = dict(zip(missing, made, strict=True))
        keys.update(new)
        if self.is_alone:
            self._objects.update(new)
            self._unused.update(made)
        return keys, frozenset(made)

    def type(self, name: str) -> int | None:
        """The key of a type name, if anything of that type was ever published."""
        return self._all_types().get(name)

    def types_made(self, names: Iterable[str]) -> Mapping[str, int]:
        """The keys of all type names, new ones where needed."""
        known = self._all_types()
        missing = sorted({name for name in names if name not in known})
        known.update(zip(missing, self._make(types, "name", missing), strict=True))
        return known

    def collection(self, collection: str) -> int | None:
        """The key of a collection, by its id."""
        if collection not in self._collections:
            found = run_prepared(self._connection, _COLLECTION, {"packed": pack_text(collection)})
            if not found:
                return None
            self._collections[collection] = found[0][0]
        return self._collections[collection]

    def bodies_made(self, wanted: Sequence[tuple[int, bytes]], fresh: frozenset[int]) -> list[int]:
        """The keys of bodies, each given as (object key, bytes), in order; `fresh` objects have none yet."""
        named = [(object_key, sha256(body).digest()) for object_key, body in wanted]
        keys: dict[tuple[int, bytes], int] = {}
        for chunk in chunks(dict.fromkeys(object_key for object_key, _ in named if object_key not in fresh)):
            found = select(bodies.c.object_key, bodies.c.hash, bodies.c.key).where(bodies.c.object_key.in_(chunk))
            keys.update(((row[0], row[1]), row[2]) for row in self._connection.execute(found))
        missing: list[dict[str, object]] = []
        following = next_key(self._connection, bodies)
        for name, (object_key, body) in zip(named, wanted, strict=True):
            if name not in keys:
                keys[name] = following
                missing.append({"key": following, "object_key": object_key, "hash": name[1], "body": body})
                following += 1
        insert_all(self._connection, bodies, missing)
        return [keys[name] for name in named]

    def provenance(self, key: int) -> Provenance:
        """What a provenance key stands for."""
        if key not in self._provenances:
            document = self._connection.scalar(select(provenances.c.document).where(provenances.c.key == key))
            self._provenances[key] = _PROVENANCE.decode(document or b"")
        return self._provenances[key]

    def provenance_made(self, provenance: Provenance) -> int:
        """The key of a provenance, a new one where needed."""
        if provenance == self._last_provenance[0]:
            return self._last_provenance[1]
        document = encode_nested((sorted(provenance[0]), provenance[1]))
        if document not in self._provenance_keys:
            is_same = same_document(self._connection, provenances.c.document, document)
            known = self._connection.scalar(select(provenances.c.key).where(is_same))
            key = self._make(provenances, "document", [document])[0] if known is None else known
            self._provenance_keys[document] = key
            self._provenances[key] = provenance
        self._last_provenance = (provenance, self._provenance_keys[document])
        return self._last_provenance[1]

    def _all_types(self) -> dict[str, int]:
        if self._types is None:
            self._types = {row[0]: row[1] for row in self._connection.execute(select(types.c.name, types.c.key))}
        return self._types

    def _make(self, table: Table, column: str, values: Sequence[object]) -> list[int]:
        if not values:
            return []
        first = next_key(self._connection, table)
        made = list(range(first, first + len(values)))
        insert_all(self._connection, table, [{"key": k, column: v} for k, v in zip(made, values, strict=True)])
        return made
