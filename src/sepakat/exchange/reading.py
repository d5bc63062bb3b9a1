"""Reading views as a taker: the only way by which objects leave a node.

A taker sees its own collections and nothing else; what is forbidden and what is absent give the same error. Whether the
agreement is in force is asked at every reading, so that a suspension holds from the next byte: then, and after the
end, only tombstones are read. Everything read is noted in the access log, without content.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sepakat.errors import NotFound
from sepakat.exchange.ports import Node, RowPage, RowQuery, Unit
from sepakat.exchange.records import Access, Collection
from sepakat.exchange.standing import current_version, version_in_force
from sepakat.stix.identifiers import PartyId


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
    raise _absent(collection_id)


def read(node: Node, party: PartyId, account: str, request: str, query: RowQuery) -> RowPage:
    """One page of a collection; of tombstones only, unless its agreement is in force now.

    `account` and `request` go to the access log.

    Raises:
        NotFound: there is no such collection for this party.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        collection = next(
            (one for one in unit.views.collections() if one.id == query.collection and one.view.taker == party), None
        )
        if collection is None:
            raise _absent(query.collection)
        if not _is_in_force(unit, collection, now):
            query = replace(query, tombstones_only=True)
        page = unit.readings.page(query)
    with node.store.writing() as unit:
        unit.readings.note_access(Access(now, account, collection.id, request, len(page.rows)))
    return page


def _is_in_force(unit: Unit, collection: Collection, now: datetime) -> bool:
    return version_in_force(unit, collection.view.agreement, collection.view.taker, now) is not None


def _description(unit: Unit, collection: Collection, now: datetime) -> str:
    # Of the version that the taker knows: the title of a draft is nothing that it should read.
    view = collection.view
    record = current_version(unit.agreements.versions(view.agreement), view.taker, now)
    return record.agreement.title if record else ""


def _absent(collection_id: str) -> NotFound:
    return NotFound("collection-absent", f"no collection {collection_id}", "ask for the list of collections")
