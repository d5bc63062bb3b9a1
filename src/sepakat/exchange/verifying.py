"""Checks every log of the node offline: leaves, roots, signatures, and that the rows are what the leaves commit to.

Reads the store and nothing else. Object digests are computed anew from the payload as it stands, so that a changed byte
in a body, a salt, a leaf or a checkpoint is named with its place. The checking itself is `transparency.verification`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sepakat.errors import InputError
from sepakat.exchange import logs
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Party, Publication
from sepakat.stix.identifiers import PartyId
from sepakat.stix.objects import StixObject
from sepakat.transparency.verification import LogEntry, LogReport, PublishedRow, verify_log


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """One log and what checking it found. `is_mirror`: the counterpart's log for us, as we keep it."""

    counterpart: PartyId
    is_mirror: bool
    report: LogReport


def verify_logs(node: Node, party: PartyId | None = None) -> list[VerifiedLog]:
    """Check our log for each counterpart, and our mirror of theirs; one party's only if named.

    Raises:
        NotFound: the party that is named is not known.
    """
    with node.store.reading() as unit:
        if party is not None:
            known_party(unit, party)
        own = unit.parties.get(node.party)
        assert own is not None, "a node's store always has its own party"
        found = []
        for counterpart in unit.logs.counterparts():
            other = unit.parties.get(counterpart)
            if other is not None and party in (None, counterpart):
                found.append(VerifiedLog(counterpart, False, _verify(unit, own, other)))
                if unit.logs.size(counterpart, mirror=True):
                    found.append(VerifiedLog(counterpart, True, _verify_mirror(unit, own, other)))
    return found


def _verify(unit: Unit, own: Party, other: Party) -> LogReport:
    return verify_log(
        logs.log_origin(own.id, other.id),
        [LogEntry(leaf.data) for leaf in unit.logs.leaves(other.id, mirror=False)],
        [note.note for note in unit.logs.checkpoints(other.id, mirror=False)],
        logs.verifiers(own, other),
        rows=_rows(unit, other.id),
    )


def _verify_mirror(unit: Unit, own: Party, other: Party) -> LogReport:
    leaves = unit.logs.leaves(other.id, mirror=True)
    # A head may come before the next synchronisation fetches its leaves; one that we co-signed had them all.
    heads = (note for note in unit.logs.checkpoints(other.id, mirror=True) if note.cosigned or note.size <= len(leaves))
    return verify_log(
        logs.log_origin(other.id, own.id),
        [LogEntry(leaf.data) for leaf in leaves],
        [note.note for note in heads],
        logs.verifiers(other, own),
    )


def _rows(unit: Unit, taker: PartyId) -> Iterator[PublishedRow]:
    for collection in unit.views.collections():
        if collection.view.taker == taker:
            for row in unit.views.rows(collection.id, include_withdrawn=True):
                yield PublishedRow(row.leaf, row.position, _name(row), row.salt, _digest(row))


def _digest(row: Publication) -> str:
    """The digest of the payload as it stands; of unreadable bytes, one that nothing commits to."""
    try:
        return StixObject.from_bytes(row.body).digest
    except (InputError, ValueError):
        return "0" * 64


def _name(row: Publication) -> str:
    return f"{row.id} {row.version}".strip()
