"""Reading views as a taker: the only way by which objects leave a node.

A taker sees its own collections and nothing else; what is forbidden and what is absent give the same error. Whether the
agreement is in force is asked at every reading, so that a suspension holds from the next byte: then, and after the
end, only tombstones are read. Everything read is noted in the access log, without content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from sepakat.errors import NotFound
from sepakat.exchange.ports import BodyPage, Node, RowPage, RowQuery, Unit
from sepakat.exchange.records import Access, Collection, Publication
from sepakat.exchange.standing import current_version, version_in_force
from sepakat.stix.identifiers import PartyId
from sepakat.stix.instants import version_key

KEYWORDS = frozenset({"all", "first", "last"})
"""What a version can be asked for by besides its key."""

NoteAccess = Callable[[Access], None]


@dataclass(frozen=True, slots=True)
class ReadableCollection:
    """One collection as its taker sees it."""

    collection: Collection
    description: str
    is_in_force: bool


def collections_for(node: Node, party: PartyId) -> list[ReadableCollection]:
    """The collections of one taker, by title."""
    now = node.clock.now()
    with node.store.reading() as unit:
        return sorted(
            (
                ReadableCollection(collection, _description(unit, collection, now), _is_in_force(unit, collection, now))
                for collection in unit.views.collections()
                if collection.view.taker == party
            ),
            key=lambda readable: readable.collection.title,
        )


def collection_for(node: Node, party: PartyId, collection_id: str) -> ReadableCollection:
    """One collection of a taker.

    Raises:
        NotFound: there is none with that id for this party.
    """
    for readable in collections_for(node, party):
        if readable.collection.id == collection_id:
            return readable
    raise absent(collection_id)


def read(
    node: Node, party: PartyId, account: str, request: str, query: RowQuery, note: NoteAccess | None = None
) -> RowPage:
    """One page of a collection; of tombstones only, unless its agreement is in force now.

    `account` and `request` go to the access log: at once, or through `note`, which may write many together.

    Raises:
        NotFound: there is no such collection for this party.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        page = _rows(unit, _readable(unit, party, query, now))
    _note(node, Access(now, account, query.collection, request, len(page.rows)), note)
    return page


def read_bodies(
    node: Node, party: PartyId, account: str, request: str, query: RowQuery, note: NoteAccess | None = None
) -> BodyPage:
    """The same page as `read` gives, as stored bytes alone.

    Raises:
        NotFound: there is no such collection for this party.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        readable = _readable(unit, party, query, now)
        named = readable.versions - KEYWORDS
        page = _bodies_of(_rows(unit, readable)) if named else unit.readings.bodies(readable)
    _note(node, Access(now, account, query.collection, request, len(page.bodies)), note)
    return page


def holds(node: Node, party: PartyId, collection_id: str, object_id: str) -> bool:
    """Whether a collection has any version of an object that its taker may read now.

    Raises:
        NotFound: there is no such collection for this party.
    """
    query = RowQuery(collection_id, ids=frozenset({object_id}), versions=frozenset({"all"}), limit=1)
    with node.store.reading() as unit:
        return bool(unit.readings.page(_readable(unit, party, query, node.clock.now())).rows)


def note_accesses(node: Node, accesses: list[Access]) -> None:
    """Write what was read into the access log."""
    with node.store.writing() as unit:
        for access in accesses:
            unit.readings.note_access(access)


def absent(collection_id: str) -> NotFound:
    """The error for a collection that is not there, or not for the one who asks."""
    return NotFound("collection-absent", f"no collection {collection_id[:100]}", "ask for the list of collections")


class _Dates(msgspec.Struct):
    modified: str | None = None
    created: str | None = None


_read_dates = msgspec.json.Decoder(_Dates).decode


def _readable(unit: Unit, party: PartyId, query: RowQuery, now: datetime) -> RowQuery:
    """The query as its taker may ask it now."""
    collection = _collection(unit, party, query.collection)
    return query if _is_in_force(unit, collection, now) else replace(query, tombstones_only=True)


def _rows(unit: Unit, query: RowQuery) -> RowPage:
    return _with_dated_versions(unit, query) if query.versions - KEYWORDS else unit.readings.page(query)


def _bodies_of(page: RowPage) -> BodyPage:
    if not page.rows:
        return BodyPage((), page.more)
    first, last = page.rows[0], page.rows[-1]
    bodies = tuple(row.body for row in page.rows)
    return BodyPage(bodies, page.more, last.sequence, first.date_added, last.date_added)


def _note(node: Node, access: Access, note: NoteAccess | None) -> None:
    if note is not None:
        note(access)
    else:
        note_accesses(node, [access])


def _with_dated_versions(unit: Unit, query: RowQuery) -> RowPage:
    """A page of versions named by timestamp.

    What has no `modified` is named by `created`, and without that by the date it was added (TAXII 2.1 section 3.4.1):
    those rows have no version key, so they are read along and looked at here.
    """
    wider = replace(query, versions=query.versions | {""})
    found: list[Publication] = []
    size = 0
    while True:
        page = unit.readings.page(wider)
        for row in page.rows:
            if not row.version and not _is_named(row, query.versions):
                continue
            size += len(row.body)
            if len(found) == query.limit or (found and size > query.byte_limit):
                return RowPage(tuple(found), more=True)
            found.append(row)
        if not page.more:
            return RowPage(tuple(found), more=False)
        wider = replace(wider, after_sequence=page.rows[-1].sequence)


def _is_named(row: Publication, versions: frozenset[str]) -> bool:
    if versions & {"first", "last"}:
        return True
    created = _read_dates(row.body).created
    key = version_key(created) if created else row.date_added.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return key in versions


def _collection(unit: Unit, party: PartyId, collection_id: str) -> Collection:
    for one in unit.views.collections():
        if one.id == collection_id and one.view.taker == party:
            return one
    raise absent(collection_id)


def _is_in_force(unit: Unit, collection: Collection, now: datetime) -> bool:
    return version_in_force(unit, collection.view.agreement, collection.view.taker, now) is not None


def _description(unit: Unit, collection: Collection, now: datetime) -> str:
    # Of the version that the taker knows: the title of a draft is nothing that it should read.
    view = collection.view
    record = current_version(unit.agreements.versions(view.agreement), view.taker, now)
    return record.agreement.title if record else ""
