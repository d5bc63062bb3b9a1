"""A partner's TAXII client as the node's administrator wants to see it: what it may read, and how far it has come.

What is unread are the objects of a view, in their last versions, beyond the furthest row that the account was ever
given by a reading of objects. A client that filters leaves out what it does not ask for: that counts as read once it is
past. Nothing of this is said to the partner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sepakat.errors import NotFound
from sepakat.exchange.inbox import Inbox, inboxes_for
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Account, Collection
from sepakat.exchange.standing import version_in_force


@dataclass(frozen=True, slots=True)
class CollectionReading:
    """One view of the account's party, and where the account stands in it."""

    collection: Collection
    is_in_force: bool
    last_poll_at: datetime | None
    unread: int


@dataclass(frozen=True, slots=True)
class Client:
    """An account with all that it may read and add to."""

    account: Account
    readings: tuple[CollectionReading, ...]
    inboxes: tuple[Inbox, ...]

    @property
    def last_poll_at(self) -> datetime | None:
        """When it last asked for anything in a collection."""
        return max((one.last_poll_at for one in self.readings if one.last_poll_at is not None), default=None)


def client_of(node: Node, name: str) -> Client:
    """Everything there is to say about the client with this account.

    Raises:
        NotFound: there is no such account.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        account = unit.people.account(name)
        if account is None:
            raise NotFound("account-unknown", f"no account {name}", "`sepakat account list` shows them")
        polls = unit.readings.polls(name)
        readings = []
        for collection in unit.views.collections():
            view = collection.view
            if view.taker == account.party:
                at, reached = polls.get(collection.id, (None, 0))
                is_in_force = version_in_force(unit, view.agreement, view.taker, now) is not None
                unread = unit.readings.unread(collection.id, reached)
                readings.append(CollectionReading(collection, is_in_force, at, unread))
    readings.sort(key=lambda one: one.collection.title)
    return Client(account, tuple(readings), tuple(inboxes_for(node, account.party)))
