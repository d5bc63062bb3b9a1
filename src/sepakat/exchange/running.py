"""How a node is run, for the persons who run it: who may sign in, whose clients read, what is stuck, who read what.

Puts together what other use cases tell. Decides nothing and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sepakat.exchange.owing import alarms
from sepakat.exchange.parties import fingerprint_of
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Access, Account, Collection, Consultation, MessageRecord, Party, SyncState, User

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """What an administrator looks at."""

    own: Party
    fingerprint: str | None
    """Of our card, which partners compare."""
    parties: tuple[Party, ...]
    users: tuple[User, ...]
    accounts: tuple[Account, ...]
    collections: tuple[Collection, ...]
    versions: int
    """How many object versions are held."""
    undelivered: tuple[MessageRecord, ...]
    syncs: tuple[SyncState, ...]
    alarms: tuple[str, ...]
    accesses: tuple[Access, ...]
    """The newest readings of clients."""
    consultations: tuple[Consultation, ...]
    """The newest looks at personal data."""


def node_health(node: Node) -> NodeHealth:
    """How the node stands."""
    now = node.clock.now()
    found = alarms(node)
    with node.store.reading() as unit:
        everyone = unit.parties.everyone()
        own = next(party for party in everyone if party.is_self)
        return NodeHealth(
            own=own,
            fingerprint=fingerprint_of(own.card) if own.card is not None else None,
            parties=tuple(party for party in everyone if not party.is_self),
            users=tuple(unit.people.users()),
            accounts=tuple(unit.people.accounts()),
            collections=tuple(unit.views.collections()),
            versions=unit.objects.count(),
            undelivered=tuple(unit.messages.undelivered(now, MOST_SHOWN)),
            syncs=tuple(unit.syncs.everything()),
            alarms=tuple(found),
            accesses=tuple(unit.readings.accesses(MOST_SHOWN)),
            consultations=tuple(unit.catalogue.consultations(MOST_SHOWN)),
        )
