"""Reading views as a taker: the only way by which objects leave a node.

A taker sees its own collections and nothing else; what is forbidden and what is absent give the same error. Whether the
agreement is in force is asked at every reading, so that a suspension holds from the next byte: then, and after the
end, only tombstones are read. A store that was restored gives nothing before it may go on: what was suspended or
withdrawn since the backup stands in it as before. Everything read is noted in the access log, without content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from sepakat.errors import NotFound, StoreError
from sepakat.exchange.known import Known, Moment
from sepakat.exchange.ports import BodyPage, Node, RowPage, RowQuery, Unit
from sepakat.exchange.records import Access, Collection, Publication
from sepakat.exchange.standing import current_version
from sepakat.release.times import microseconds
from sepakat.stix.identifiers import PartyId
from sepakat.stix.instants import version_key

KEYWORDS = frozenset({"all", "first", "last"})
"""What a version can be asked for by besides its key."""

NoteAccess = Callable[[Access], None]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who reads, and by which request, in the words of the access log."""

    party: PartyId
    account: str
    request: str


@dataclass(frozen=True, slots=True)
class ReadableCollection:
    """One collection as its taker sees it."""

    collection: Collection
    description: str
    is_in_force: bool


def collections_for(known: Known, party: PartyId) -> list[ReadableCollection]:
    """The collections of one taker, by title."""
    now = known.node.clock.now()
    moment = known.now()
    return sorted(
        (
            ReadableCollection(
                collection, _description(moment, collection, now), moment.is_in_force(collection.view, now)
            )
            for collection in moment.collections.values()
            if collection.view.taker == party
        ),
        key=lambda readable: readable.collection.title,
    )


def read(known: Known, asking: Asking, query: RowQuery, note: NoteAccess | None = None) -> RowPage:
    """One page of a collection; of tombstones only, unless its agreement is in force now.

    The reading goes to the access log: at once, or through `note`, which may write many together.

    Raises:
        NotFound: there is no such collection for this party.
        StoreError: `store-restored`.
    """
    node, now = known.node, known.node.clock.now()
    readable = _readable(known, asking.party, query, now)
    with node.store.reading() as unit:
        page = _rows(unit, readable)
    reached = page.rows[-1].sequence if page.rows else None
    _note(node, Access(now, asking.account, query.collection, asking.request, len(page.rows), reached), note)
    return page


def read_bodies(
    known: Known, asking: Asking, query: RowQuery, note: NoteAccess | None = None, *, is_dated: bool = False
) -> BodyPage:
    """The same page as `read` gives, as stored bytes alone; `is_dated`: with the date of each row.

    Raises:
        NotFound: there is no such collection for this party.
        StoreError: `store-restored`.
    """
    node, now = known.node, known.node.clock.now()
    readable = _readable(known, asking.party, query, now)
    with node.store.reading() as unit:
        named = readable.versions - KEYWORDS
        if named:
            page = _bodies_of(_rows(unit, readable), is_dated=is_dated)
        else:
            page = unit.readings.bodies(readable, is_dated=is_dated)
    # One object, or a list of what there is, is not a step on the way through the collection.
    reached = page.last_sequence if page.count and not query.ids and not is_dated else None
    _note(node, Access(now, asking.account, query.collection, asking.request, page.count, reached), note)
    return page


def holds(known: Known, party: PartyId, collection_id: str, object_id: str) -> bool:
    """Whether a collection has any version of an object that its taker may read now.

    Raises:
        NotFound: there is no such collection for this party.
        StoreError: `store-restored`.
    """
    query = RowQuery(collection_id, ids=frozenset({object_id}), versions=frozenset({"all"}), limit=1)
    readable = _readable(known, party, query, known.node.clock.now())
    with known.node.store.reading() as unit:
        return bool(unit.readings.bodies(readable).count)


def note_accesses(node: Node, accesses: list[Access]) -> None:
    """Write what was read into the access log."""
    with node.store.writing() as unit:
        unit.readings.note_access(*accesses)


def absent(collection_id: str) -> NotFound:
    """The error for a collection that is not there, or not for the one who asks."""
    return NotFound("collection-absent", f"no collection {collection_id[:100]}", "ask for the list of collections")


class _Dates(msgspec.Struct):
    modified: str | None = None
    created: str | None = None


_read_dates = msgspec.json.Decoder(_Dates).decode


def _readable(known: Known, party: PartyId, query: RowQuery, now: datetime) -> RowQuery:
    """The query as its taker may ask it now."""
    moment = known.now()
    collection = moment.collections.get(query.collection)
    if collection is None or collection.view.taker != party:
        raise absent(query.collection)
    if (since := moment.held_back) is not None:
        raise StoreError(
            "store-restored",
            f"nothing given to {party}: this store is a backup of {since.isoformat()}, and what was taken back since "
            "is in it",
            "`sepakat store resume` asks the partners and lets it go on",
        )
    return query if moment.is_in_force(collection.view, now) else replace(query, tombstones_only=True)


def _rows(unit: Unit, query: RowQuery) -> RowPage:
    return _with_dated_versions(unit, query) if query.versions - KEYWORDS else unit.readings.page(query)


def _bodies_of(page: RowPage, *, is_dated: bool) -> BodyPage:
    if not page.rows:
        return BodyPage(b"", 0, page.more)
    dated = page.rows if is_dated else (page.rows[0], page.rows[-1])
    added = tuple(microseconds(row.date_added) for row in dated)
    joined = b",".join(row.body for row in page.rows)
    return BodyPage(joined, len(page.rows), page.more, page.rows[-1].sequence, added)


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


def _description(moment: Moment, collection: Collection, now: datetime) -> str:
    # Of the version that the taker knows: the title of a draft is nothing that it should read.
    view = collection.view
    record = current_version(moment.versions(view.agreement), view.taker, now)
    return record.agreement.title if record else ""
