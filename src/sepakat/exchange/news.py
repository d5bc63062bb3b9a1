"""Who has something new for us: givers that pushed a statement to us, or say so on the stream that we hold open.

A giver pushes a statement with every batch, so a taker that looks here often reads within a second; one that cannot be
reached holds a stream at its giver. Both are only hints: everything is read, checked and logged by `synchronising`.
"""

from __future__ import annotations

from collections.abc import Generator

from sepakat.exchange.messaging import PAGE
from sepakat.exchange.parties import known_party, own_party
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Direction
from sepakat.exchange.statements import NEWS
from sepakat.exchange.synchronising import MESSAGES, SyncReport, synchronise
from sepakat.stix.identifiers import PartyId


def givers_with_news(node: Node) -> list[PartyId]:
    """The givers whose last statement was taken after their messages were last read, by id."""
    with node.store.reading() as unit:
        states = unit.syncs.everything()
        reachable = {party.id for party in unit.parties.everyone() if party.address is not None}
    read = {state.giver: state.last_at for state in states if state.collection == MESSAGES}
    came = {state.giver: state.last_at for state in states if state.collection == NEWS}
    found = []
    for giver, at in sorted(came.items()):
        last = read.get(giver)
        if giver in reachable and at is not None and (last is None or at > last):
            found.append(giver)
    return found


def newest_for(node: Node, party: PartyId, after: int) -> int:
    """The sequence of our newest message for a party; `after` if there is none later."""
    with node.store.reading() as unit:
        while page := unit.messages.after(party, after, direction=Direction.OUT, limit=PAGE):
            after = page[-1].sequence
    return after


def partners_to_follow(node: Node, *, only_unreached: bool = False) -> list[PartyId]:
    """The partners with a node, by id; `only_unreached`: those that cannot push to us, since our card names no address
    or one on the loopback and theirs is elsewhere.
    """
    with node.store.reading() as unit:
        own = own_party(node, unit)
        partners = [one for one in unit.parties.everyone() if not one.is_self and one.address is not None]
    return [
        one.id for one in partners if not only_unreached or own.address is None or (own.loopback and not one.loopback)
    ]


def stream_of(node: Node, giver: PartyId) -> Generator[int, None, None]:
    """Hold a stream open at a giver: its newest sequence for us, each time that it says so; ends when the stream does.

    Raises:
        NotFound: the party is not known. PeerError: it cannot be reached, or answers wrongly.
    """
    with node.store.reading() as unit:
        party = known_party(unit, giver)
    yield from node.peers.to(party).news(_read_up_to(node, giver))


def read_if_new(node: Node, giver: PartyId, newest: int) -> SyncReport | None:
    """Synchronise with a giver that names a sequence, unless we have read so far already."""
    return synchronise(node, giver) if newest > _read_up_to(node, giver) else None


def _read_up_to(node: Node, giver: PartyId) -> int:
    with node.store.reading() as unit:
        state = unit.syncs.get(giver, MESSAGES)
    return int(state.cursor or 0) if state is not None else 0
