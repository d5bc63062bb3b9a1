"""Lets a node go on whose store was restored from a backup, once no partner knows more of its logs than it does.

A restored store may lack what was sent after the backup. Were it to send again, it would give leaves, versions and
sequences that partners hold with other content. So it sends nothing (port `Logs`, `hold_back`) until every partner with
a node was asked for the heads of our log that it co-signed. What a partner did not co-sign cannot be seen here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

from sepakat.errors import InputError, PeerError
from sepakat.exchange import logs
from sepakat.exchange.parties import own_party
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Party
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.checkpoints import open_checkpoint
from sepakat.transparency.messages import parse_message


@dataclass(frozen=True, slots=True)
class Asked:
    """What one partner knows of our log for it."""

    party: PartyId
    ours: int
    theirs: int | None = None
    """The largest size that it co-signed; None if it was not reached."""
    error: str | None = None

    @property
    def is_behind(self) -> bool:
        """Whether we lack something that this partner holds."""
        return self.theirs is not None and self.theirs > self.ours


@dataclass(frozen=True, slots=True)
class Resumption:
    """What all partners know, and whether the node goes on."""

    held_since: datetime | None
    asked: tuple[Asked, ...]
    goes_on: bool


def resume(node: Node, without: Collection[PartyId] = ()) -> Resumption:
    """Ask all partners with a node; go on if none is ahead of us and all were reached, but for those of `without`."""
    with node.store.reading() as unit:
        since = unit.logs.held_back()
        parties = [one for one in unit.parties.everyone() if not one.is_self and one.address is not None]
        ours = {one.id: unit.logs.size(one.id, mirror=False) for one in parties}
        own = own_party(node, unit)
    if since is None:
        return Resumption(None, (), goes_on=True)
    asked = tuple(_ask(node, own, party, ours[party.id]) for party in parties)
    goes_on = all(not one.is_behind and (one.theirs is not None or one.party in without) for one in asked)
    if goes_on:
        with node.store.writing() as unit:
            unit.logs.let_go_on()
    return Resumption(since, asked, goes_on)


def _ask(node: Node, own: Party, party: Party, ours: int) -> Asked:
    theirs = 0
    try:
        for document in _messages(node, party):
            theirs = max(theirs, _cosigned_size(own, party, document))
    except PeerError as error:
        return Asked(party.id, ours, error=error.message)
    return Asked(party.id, ours, theirs)


def _messages(node: Node, party: Party) -> Iterator[bytes]:
    """All that it ever told us: the newest may be older than what we have read, when it was restored itself."""
    peer = node.peers.to(party)
    after = 0
    while page := peer.messages(after):
        yield from page
        after += len(page)


def _cosigned_size(own: Party, party: Party, document: bytes) -> int:
    """The size of our log that a message shows co-signed; 0 for any other message."""
    try:
        message = parse_message(orjson.loads(document)).message
        note = message.body.get("note") if message.kind == "checkpoint" else message.body.get("checkpoint")
        if not isinstance(note, str):
            return 0
        # Our own key has signed it, so that nobody can make us stand still with a size that never was.
        checkpoint, _ = open_checkpoint(note, logs.verifiers(own, party), logs.log_origin(own.id, party.id))
    except (InputError, PeerError, orjson.JSONDecodeError):
        return 0
    return checkpoint.size
