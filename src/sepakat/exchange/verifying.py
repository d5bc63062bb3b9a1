"""Checks every log of the node offline: leaves, roots, signatures, and that rows and messages are what was logged.

Reads the store and nothing else. Object digests and message hashes are computed anew from the bytes as they stand, so
that a changed byte in a body, a salt, a message, a leaf or a checkpoint is named with its place. A log is looked for
wherever something says that there must be one, so that one which is gone is not passed over. What was erased has to be
named in a signed proof, or it is damage. The checking itself is `transparency.verification`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import orjson

from sepakat.errors import InputError, NotFound, StoreError
from sepakat.exchange import logs
from sepakat.exchange.erasing_messages import erased_hash
from sepakat.exchange.keys import card_keys
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, Leaf, MessageRecord, Party, Publication
from sepakat.exchange.restating import is_without_content
from sepakat.stix.identifiers import PartyId
from sepakat.stix.objects import StixObject
from sepakat.transparency.erasures import ErasedRow, ProvedErasures, check_proofs
from sepakat.transparency.exports import write_export
from sepakat.transparency.leaves import MessageLeaf, ReleaseLeaf, parse_leaf
from sepakat.transparency.messages import parse_message
from sepakat.transparency.verification import (
    LogEntry,
    LogFinding,
    LogReport,
    MessageRow,
    PublishedRow,
    verify_log,
)

_UNREADABLE = "0" * 64
"""In place of the digest or hash of bytes that are not what stands beside them: nothing commits to it."""
_NOWHERE = -1


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
        StoreError: the store is too damaged to tell the logs.
    """
    with node.store.reading() as unit:
        if party is not None:
            known_party(unit, party)
        own = unit.parties.get(node.party)
        if own is None:
            raise StoreError("store-damaged", f"{node.party} itself is not in its store", "restore a backup")
        # Reading an agreement checks that it is as it was signed.
        signed = frozenset(record.hash for record in unit.agreements.everything())
        proofs = [erasure.proof for erasure in unit.erasures.everything()]
        proved = check_proofs(proofs, [entry.key for entry in card_keys(own)])
        found = []
        for counterpart in _counterparts(node, unit):
            if party not in (None, counterpart):
                continue
            other = unit.parties.get(counterpart)
            if other is None:
                gone = LogFinding("party-missing", f"there is a log for {counterpart}, but nothing about that party")
                found.append(VerifiedLog(counterpart, False, LogReport(0, b"", (gone,))))
                continue
            found.append(VerifiedLog(counterpart, False, _verify(unit, own, other, signed, proved)))
            if unit.logs.size(counterpart, mirror=True) or unit.logs.leaves(counterpart, mirror=True):
                found.append(VerifiedLog(counterpart, True, _verify_mirror(unit, own, other, proved)))
    return found


def export_log(node: Node, party: PartyId, *, mirror: bool = False) -> bytes:
    """Our log for a party, or with `mirror` its log for us as we have it, in one file that anybody can check.

    Raises:
        NotFound: the party is not known, or keeps no log.
    """
    with node.store.reading() as unit:
        own, other = known_party(unit, node.party), known_party(unit, party)
        owner, counterpart = (other, own) if mirror else (own, other)
        if owner.card is None:
            raise NotFound("log-absent", f"{owner.id} has no node, and so no log for {counterpart.id}")
        leaves = [leaf.data for leaf in unit.logs.leaves(party, mirror=mirror)]
        # A head of theirs may be here before its leaves are.
        notes = [note.note for note in unit.logs.checkpoints(party, mirror=mirror) if note.size <= len(leaves)]
    return write_export(logs.log_origin(owner.id, counterpart.id), owner.card, counterpart.card, leaves, notes)


def _counterparts(node: Node, unit: Unit) -> list[PartyId]:
    """Every party that there is, or must be, a log for."""
    named = set(unit.logs.counterparts())
    for party in unit.parties.everyone():
        if party.id != node.party and party.id not in named:
            spoken_to = unit.messages.after(party.id, 0, direction=Direction.OUT, limit=1)
            if spoken_to or unit.logs.leaves(party.id, mirror=False) or unit.logs.leaves(party.id, mirror=True):
                named.add(party.id)
    named |= {one.view.taker for one in unit.views.collections() if unit.views.last(one.id) is not None}
    return sorted(named)


def _verify(unit: Unit, own: Party, other: Party, signed: frozenset[str], proved: ProvedErasures) -> LogReport:
    leaves = unit.logs.leaves(other.id, mirror=False)
    report = verify_log(
        logs.log_origin(own.id, other.id),
        [LogEntry(leaf.data) for leaf in leaves],
        [note.note for note in unit.logs.checkpoints(other.id, mirror=False)],
        logs.verifiers(own, other),
        rows=_rows(unit, other.id, proved),
        messages=_messages(unit, other.id, leaves, proved),
    )
    more = (
        *_missing_leaves(unit, other.id, leaves, mirror=False),
        *_unsigned_releases(report, leaves),
        *_missing_agreements(leaves, signed),
        *(LogFinding("erasure-proof-damaged", fault) for fault in proved.faults),
    )
    return replace(report, findings=(*report.findings, *more))


def _verify_mirror(unit: Unit, own: Party, other: Party, proved: ProvedErasures) -> LogReport:
    leaves = unit.logs.leaves(other.id, mirror=True)
    # A head may come before the next synchronisation fetches its leaves; one that we co-signed had them all.
    heads = (note for note in unit.logs.checkpoints(other.id, mirror=True) if note.cosigned or note.size <= len(leaves))
    report = verify_log(
        logs.log_origin(other.id, own.id),
        [LogEntry(leaf.data) for leaf in leaves],
        [note.note for note in heads],
        logs.verifiers(other, own),
    )
    more = (*_missing_leaves(unit, other.id, leaves, mirror=True), *_changed_messages(unit, other.id, proved))
    return replace(report, findings=(*report.findings, *more))


def _missing_leaves(unit: Unit, party: PartyId, leaves: Sequence[Leaf], *, mirror: bool) -> Iterator[LogFinding]:
    size = unit.logs.size(party, mirror=mirror)
    if size != len(leaves):
        yield LogFinding("leaves-missing", f"{size} leaves were written, {len(leaves)} are kept")


def _unsigned_releases(report: LogReport, leaves: Sequence[Leaf]) -> Iterator[LogFinding]:
    """A batch is signed with its leaf: one that no checkpoint covers had a checkpoint that is gone."""
    for finding in report.findings:
        if finding.code == "leaves-unsigned" and finding.leaves is not None:
            for index in finding.leaves:
                if isinstance(_read(leaves[index]), ReleaseLeaf):
                    yield LogFinding(
                        "checkpoint-missing", f"leaf {index}: the checkpoint of its batch is gone", leaf=index
                    )


def _missing_agreements(leaves: Sequence[Leaf], signed: frozenset[str]) -> Iterator[LogFinding]:
    for leaf in leaves:
        read = _read(leaf)
        if isinstance(read, ReleaseLeaf) and read.agreement_hash not in signed:
            gone = f"leaf {leaf.index}: agreement {read.agreement} with hash {read.agreement_hash} is gone"
            yield LogFinding("agreement-missing", gone, leaf=leaf.index)


def _rows(unit: Unit, taker: PartyId, proved: ProvedErasures) -> Iterator[PublishedRow]:
    for collection in unit.views.collections():
        if collection.view.taker == taker:
            for row in unit.views.rows(collection.id, include_withdrawn=True):
                if not (row.salt or row.digest or row.body) and ErasedRow(taker, row.leaf, row.position) in proved.rows:
                    yield PublishedRow(row.leaf, row.position, _name(row), None, None)
                elif _digest(row) == _UNREADABLE and is_without_content(row):
                    yield PublishedRow(row.leaf, row.position, _name(row), row.salt, row.digest, is_lost=True)
                else:
                    yield PublishedRow(row.leaf, row.position, _name(row), row.salt, _digest(row))


def _digest(row: Publication) -> str:
    """The digest of the payload as it stands, if it is the object that the row says it is."""
    try:
        made = StixObject.from_bytes(row.body)
    except (InputError, ValueError):
        return _UNREADABLE
    return made.digest if (made.id, made.version, made.digest) == (row.id, row.version, row.digest) else _UNREADABLE


def _name(row: Publication) -> str:
    return f"{row.id} {row.version}".strip()


def _messages(unit: Unit, to: PartyId, leaves: Sequence[Leaf], proved: ProvedErasures) -> Iterator[MessageRow]:
    read = ((leaf.index, _read(leaf)) for leaf in leaves)
    places = {leaf.message: index for index, leaf in read if isinstance(leaf, MessageLeaf)}
    for record in _kept(unit, to, Direction.OUT):
        is_erased = _is_erased(record, proved)
        made = record.hash if is_erased else _hash(record)
        yield MessageRow(places.get(record.hash, places.get(made, _NOWHERE)), made, is_erased)


def _changed_messages(unit: Unit, sender: PartyId, proved: ProvedErasures) -> Iterator[LogFinding]:
    for record in _kept(unit, sender, Direction.IN):
        if not _is_erased(record, proved) and _hash(record) != record.hash:
            why = f"message {record.hash[:16]} of {sender} ({record.kind}): its bytes are not what was taken"
            yield LogFinding("message-changed", why)


def _kept(unit: Unit, counterpart: PartyId, direction: Direction) -> Iterator[MessageRecord]:
    last = 0
    while page := unit.messages.after(counterpart, last, direction=direction):
        yield from page
        last = page[-1].sequence


def _is_erased(record: MessageRecord, proved: ProvedErasures) -> bool:
    """Whether something was taken out of a message, and a proof says so."""
    return erased_hash(record.document) == record.hash and record.hash in proved.messages


def _hash(record: MessageRecord) -> str:
    """The hash of a message as it stands."""
    try:
        return parse_message(orjson.loads(record.document)).hash
    except (InputError, ValueError):
        return _UNREADABLE


def _read(leaf: Leaf) -> MessageLeaf | ReleaseLeaf | None:
    try:
        return parse_leaf(leaf.data)
    except InputError:
        return None
