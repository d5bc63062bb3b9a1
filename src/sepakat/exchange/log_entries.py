"""The entries of a log for people, newest first: which release or message each leaf stands for, and what it is worth.

Reads leaves as they are kept; whether they are what was signed is `verifying`'s to say. A leaf that cannot be read is
shown as such. Decides nothing and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sepakat.errors import NotFound, SepakatError
from sepakat.exchange.overview import LogLine, log_line
from sepakat.exchange.ports import Node
from sepakat.exchange.records import CheckpointNote, Party
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.leaves import MessageLeaf, ReleaseLeaf, parse_leaf

PAGE = 50


@dataclass(frozen=True, slots=True)
class LogEntryLine:
    """One leaf; exactly one of `release` and `message` unless it cannot be read."""

    index: int
    release: ReleaseLeaf | None
    message: MessageLeaf | None


@dataclass(frozen=True, slots=True)
class LogOfPartner:
    """Both logs between this node and one partner, as lines of a list."""

    party: Party
    own: LogLine | None
    mirror: LogLine | None
    troubles: tuple[str, ...] = ()
    """What the last readings from it ended with: a log that was forked or lacks leaves, among other things."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """A part of one log, newest first, with its newest checkpoints; `older` is where the next page goes on."""

    party: Party
    is_mirror: bool
    size: int
    entries: tuple[LogEntryLine, ...]
    checkpoints: tuple[CheckpointNote, ...]
    older: int | None


def list_logs(node: Node) -> tuple[LogOfPartner, ...]:
    """Every partner with both logs, by id."""
    with node.store.reading() as unit:
        syncs = unit.syncs.everything()
        return tuple(
            LogOfPartner(
                party,
                log_line(unit, party.id, mirror=False),
                log_line(unit, party.id, mirror=True),
                tuple(sorted({one.last_error for one in syncs if one.giver == party.id and one.last_error})),
            )
            for party in unit.parties.everyone()
            if not party.is_self
        )


def log_entries(
    node: Node, party: PartyId, *, is_mirror: bool = False, before: int | None = None, limit: int = PAGE
) -> LogPage:
    """The entries of our log for a partner, or of our mirror of its log for us.

    Raises:
        NotFound: the party is not known.
    """
    with node.store.reading() as unit:
        known = unit.parties.get(party)
        if known is None or known.is_self:
            raise NotFound("party-unknown", f"no partner {party}", "`sepakat party list` shows them")
        size = unit.logs.size(party, mirror=is_mirror)
        end = min(size, size if before is None else before)
        start = max(0, end - limit)
        leaves = [leaf for leaf in unit.logs.leaves(party, mirror=is_mirror, start=start) if leaf.index < end]
        notes = unit.logs.checkpoints(party, mirror=is_mirror)
    entries = tuple(_entry(leaf.index, leaf.data) for leaf in reversed(leaves))
    return LogPage(known, is_mirror, size, entries, tuple(notes[: -FEW_NOTES - 1 : -1]), start or None)


FEW_NOTES = 10


def _entry(index: int, data: bytes) -> LogEntryLine:
    try:
        leaf = parse_leaf(data)
    except SepakatError:
        return LogEntryLine(index, None, None)
    if isinstance(leaf, ReleaseLeaf):
        return LogEntryLine(index, leaf, None)
    return LogEntryLine(index, None, leaf)
