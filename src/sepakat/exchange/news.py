"""Who has something new for us: givers whose release statements came after we last read from them.

A giver pushes a statement with every batch, so a taker that looks here often reads within a second and needs no open
connection. What is pushed is only the hint: everything is read, checked and logged by `synchronising`.
"""

from __future__ import annotations

from sepakat.exchange.ports import Node
from sepakat.exchange.statements import NEWS
from sepakat.exchange.synchronising import MESSAGES
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
