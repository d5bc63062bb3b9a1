"""Release statements and what answers them: what a giver signed about each batch, receipts, checkpoints.

Decides whether a statement proves what it says: that its leaf stands in the giver's log for us, that each salted digest
in it opens to the object named, that the agreement is one we know. Whether an object may then be taken is `arrivals`'.
Invariant: what `stated` gives was signed by the giver, and its leaf is in a tree whose head the giver signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson

from sepakat.errors import NotFound, NotPermitted, PeerError
from sepakat.exchange import logs
from sepakat.exchange.parties import known_party, own_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import CheckpointNote, Direction, SyncState
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.objects import VersionRef
from sepakat.transparency.checkpoints import Checkpoint, Note, Role, open_checkpoint, parse_checkpoint_text
from sepakat.transparency.leaves import ReleaseLeaf, leaf_from, parse_leaf, salted_digest
from sepakat.transparency.merkle import Frontier, leaf_hash, verify_inclusion
from sepakat.transparency.messages import Message

NEWS = "/news"
"""In place of a collection: when the last statement of a giver came. No collection can be called so."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a giver signed about one object version that it released to us."""

    collection: str
    agreement: AgreementId
    agreement_hash: str
    leaf: int
    leaf_hash: str
    digest: str
    origins: frozenset[PartyId]
    is_tombstone: bool = False


@dataclass(frozen=True, slots=True)
class Statements:
    """All that one giver stated to us, by collection and object version."""

    entries: Mapping[tuple[str, VersionRef], Stated]
    agreements: Mapping[str, AgreementId]
    """The agreement of each collection."""

    def of(self, collection: str, version: VersionRef) -> Stated | None:
        """What was stated of one object version in one collection; the latest, if several times."""
        return self.entries.get((collection, version))


def statements_of(unit: Unit, giver: PartyId) -> Statements:
    """The statements of a giver that were taken."""
    entries: dict[tuple[str, VersionRef], Stated] = {}
    agreements: dict[str, AgreementId] = {}
    for record in unit.messages.of_kind("release-statement", Direction.IN, giver):
        if record.refused is None:
            body = orjson.loads(record.document)["body"]
            leaf = cast(ReleaseLeaf, leaf_from(body["leaf"]))
            agreements[leaf.collection] = AgreementId(leaf.agreement)
            for version, stated in _entries(body, leaf, giver):
                known = entries.get((leaf.collection, version))
                if known is None or known.leaf < stated.leaf:
                    entries[(leaf.collection, version)] = stated
    return Statements(entries, agreements)


def was_stated(unit: Unit, giver: PartyId, object_id: StixId) -> bool:
    """Whether a giver ever released an object to us, fetched or not."""
    if unit.syncs.arrivals(giver=giver, object_id=object_id):
        return True
    return any(version[0] == object_id for _, version in statements_of(unit, giver).entries)


def take_statement(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `release-statement`: keep it if everything in it holds, and the checkpoint with it."""
    body = message.body
    leaf = cast(ReleaseLeaf, leaf_from(body["leaf"]))
    sender = message.sender
    _check_place(node, unit, leaf, sender, body)
    _check_openings(leaf, body)
    checkpoint, _ = _open(node, unit, sender, body["checkpoint"], owner=sender)
    proof = [bytes.fromhex(step) for step in body["inclusion"]]
    if checkpoint.size != body["size"] or not verify_inclusion(
        leaf.hash, body["index"], checkpoint.size, proof, checkpoint.root
    ):
        raise PeerError(
            "statement-not-in-log", f"release statement refused: its leaf {body['index']} is not in the tree it names"
        )
    keep_head(unit, sender, checkpoint, body["checkpoint"], now)
    unit.syncs.put(SyncState(sender, NEWS, AgreementId(leaf.agreement), last_at=now))


def take_receipt(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `receipt`: the taker has what these leaves of our log say."""
    body = message.body
    ours = {leaf_hash(leaf.data).hex(): leaf for leaf in unit.logs.leaves(message.sender, mirror=False)}
    count = 0
    for wanted in body["leaves"]:
        kept = ours.get(wanted)
        leaf = None if kept is None else parse_leaf(kept.data)
        named = (body["collection"], body["agreement"])
        if not isinstance(leaf, ReleaseLeaf) or (leaf.collection, leaf.agreement) != named:
            raise NotPermitted(
                "receipt-wrong", f"receipt of {message.sender} refused: it names a leaf that is not of that collection"
            )
        count += leaf.count
    if max(ours[wanted].index for wanted in body["leaves"]) != body["through"]:
        raise NotPermitted("receipt-wrong", f"receipt of {message.sender} refused: its last leaf is another one")
    if body["count"] > count:
        raise NotPermitted("receipt-wrong", f"receipt of {message.sender} refused: its leaves have {count} objects")
    if "checkpoint" in body:
        _keep_cosigned(node, unit, message.sender, body["checkpoint"], now)


def take_checkpoint(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `checkpoint`: of our log, co-signed by the partner, or the head of its log for us."""
    note = message.body["note"]
    origin = note.partition("\n")[0]
    if origin == logs.log_origin(node.party, message.sender):
        _keep_cosigned(node, unit, message.sender, note, now)
    elif origin == logs.log_origin(message.sender, node.party):
        checkpoint, _ = _open(node, unit, message.sender, note, owner=message.sender)
        keep_head(unit, message.sender, checkpoint, note, now)
    else:
        raise PeerError("checkpoint-of-another-log", "checkpoint refused: it is of no log between the two parties")


def keep_head(unit: Unit, owner: PartyId, checkpoint: Checkpoint, note: str, now: datetime) -> None:
    """Keep the head of a partner's log for us, unless it contradicts what we have of that log.

    Raises:
        PeerError: another head of the same size was signed before, or our mirror has another root: the log was forked.
    """
    for kept in unit.logs.checkpoints(owner, mirror=True):
        if kept.size == checkpoint.size:
            if _root(kept.note) != _root(note):
                raise forked(owner, checkpoint.size)
            return
    if unit.logs.size(owner, mirror=True) >= checkpoint.size:
        leaves = unit.logs.leaves(owner, mirror=True)[: checkpoint.size]
        if Frontier().extend(leaf_hash(leaf.data) for leaf in leaves).root() != checkpoint.root:
            raise forked(owner, checkpoint.size)
    unit.logs.put_checkpoint(CheckpointNote(owner, True, checkpoint.size, now, note, cosigned=False))


def forked(owner: PartyId, size: int) -> PeerError:
    """The error for a log of which two histories are shown."""
    return PeerError(
        "log-forked",
        f"log of {owner} for us refused: at {size} leaves it has another root than it had before",
        "keep both notes as evidence (`sepakat log show`) and ask the partner",
    )


def _check_place(node: Node, unit: Unit, leaf: ReleaseLeaf, sender: PartyId, body: Mapping[str, Any]) -> None:
    if leaf.taker != node.party or leaf.log != logs.log_origin(sender, node.party):
        raise NotPermitted(
            "statement-for-another", "release statement refused: its leaf is not of the sender's log for us"
        )
    if leaf.collection != body["collection"]:
        raise PeerError("statement-wrong", "release statement refused: its leaf is of another collection")
    record = unit.agreements.get(leaf.agreement_hash)
    if record is None or record.agreement.id != leaf.agreement:
        raise NotFound(
            "agreement-hash-unknown",
            f"release statement refused: its version of agreement {leaf.agreement} is not known",
        )
    if record.agreement.giver != sender or node.party not in record.roster:
        raise NotPermitted(
            "agreement-wrong-way",
            f"release statement refused: {leaf.agreement} is no agreement by which {sender} gives us",
        )


def _check_openings(leaf: ReleaseLeaf, body: Mapping[str, Any]) -> None:
    for name, committed in (("objects", leaf.digests), ("tombstones", leaf.tombstones)):
        for entry, commitment in zip(body[name], committed, strict=True):
            if salted_digest(bytes.fromhex(entry["salt"]), entry["digest"]) != commitment:
                raise PeerError(
                    "statement-wrong",
                    f"release statement refused: its leaf does not commit to what it says of {entry['id']}",
                )


def _open(node: Node, unit: Unit, partner: PartyId, note: str, *, owner: PartyId) -> tuple[Checkpoint, Note]:
    mine, theirs = own_party(node, unit), known_party(unit, partner)
    first, second = (mine, theirs) if owner == node.party else (theirs, mine)
    checkpoint, opened = open_checkpoint(note, logs.verifiers(first, second), logs.log_origin(first.id, second.id))
    if opened.unknown:
        raise PeerError(
            "checkpoint-signature-unknown", "checkpoint refused: a line of it is signed by nobody of the two"
        )
    return checkpoint, opened


def _keep_cosigned(node: Node, unit: Unit, partner: PartyId, note: str, now: datetime) -> None:
    checkpoint, opened = _open(node, unit, partner, note, owner=node.party)
    if not opened.signed_by(Role.COSIGNER):
        raise PeerError("checkpoint-not-cosigned", f"checkpoint refused: {partner} did not co-sign it")
    kept = [other for other in unit.logs.checkpoints(partner, mirror=False) if other.size == checkpoint.size]
    if not kept or _root(kept[0].note) != _root(note):
        raise PeerError("log-forked", f"checkpoint refused: our log for {partner} never had that head")
    if not kept[0].cosigned:
        unit.logs.put_checkpoint(CheckpointNote(partner, False, checkpoint.size, now, note, cosigned=True))


def _root(note: str) -> bytes:
    return parse_checkpoint_text(note.partition("\n\n")[0] + "\n").root


def _entries(body: Mapping[str, Any], leaf: ReleaseLeaf, giver: PartyId) -> Iterable[tuple[VersionRef, Stated]]:
    for name in ("objects", "tombstones"):
        for entry in body[name]:
            yield (
                (StixId(entry["id"]), entry["version"]),
                Stated(
                    collection=leaf.collection,
                    agreement=AgreementId(leaf.agreement),
                    agreement_hash=leaf.agreement_hash,
                    leaf=body["index"],
                    leaf_hash=leaf.hash.hex(),
                    digest=entry["digest"],
                    origins=frozenset(PartyId(origin) for origin in entry.get("origins", (giver,))),
                    is_tombstone=name == "tombstones",
                ),
            )
