"""The heads of our logs: one append-only log per counterpart, its origin, its signed checkpoints and its proofs.

Appends leaves and signs what the tree then is; which leaves there are is left to those who release and send. The
mirror of a counterpart's log for us is kept by `mirroring`. Invariant: a checkpoint is of the leaves in the same
transaction. Sources: RFC 6962, C2SP tlog-checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sepakat.exchange.keys import card_keys
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import CheckpointNote, Leaf, Party
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.checkpoints import Checkpoint, Role, Verifier, checkpoint_text, sign_note
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.merkle import Frontier, inclusion_proof, leaf_hash


@dataclass(frozen=True, slots=True)
class Head:
    """What a log is at one size: its root, and the note in which its owner signs that."""

    size: int
    root: bytes
    note: str


def log_origin(owner: PartyId, counterpart: PartyId) -> str:
    """The name of the log that `owner` keeps for `counterpart`, as it stands in checkpoints and leaves."""
    return f"sepakat/{owner}/{counterpart}"


def verifiers(owner: Party, counterpart: Party) -> Iterator[Verifier]:
    """All keys that may have signed the log of `owner` for `counterpart`, old ones too, and the co-signer's."""
    for entry in card_keys(owner):
        yield Verifier(owner.id, entry.key)
    for entry in card_keys(counterpart):
        yield Verifier(counterpart.id, entry.key, Role.COSIGNER)


def append_leaf(unit: Unit, counterpart: PartyId, data: bytes) -> int:
    """Append a leaf to our log for `counterpart`; its index."""
    index = unit.logs.size(counterpart, mirror=False)
    unit.logs.append(Leaf(counterpart, False, index, data))
    return index


def head(node: Node, unit: Unit, counterpart: PartyId, now: datetime) -> Head:
    """Sign what our log for `counterpart` is now, and keep the checkpoint."""
    frontier = Frontier().extend(leaf_hash(leaf.data) for leaf in unit.logs.leaves(counterpart, mirror=False))
    root = frontier.root()
    text = checkpoint_text(Checkpoint(log_origin(node.party, counterpart), frontier.size, root))
    note = sign_note(text, Verifier(node.party, PublicKey.parse(node.signer.public_key)), node.signer.sign)
    unit.logs.put_checkpoint(CheckpointNote(counterpart, False, frontier.size, now, note, cosigned=False))
    return Head(frontier.size, root, note)


def inclusion(unit: Unit, counterpart: PartyId, index: int, size: int) -> tuple[bytes, ...]:
    """The proof that leaf `index` stands in our log for `counterpart` as it was at `size`."""
    hashes = [leaf_hash(leaf.data) for leaf in unit.logs.leaves(counterpart, mirror=False)[:size]]
    return inclusion_proof(hashes, index, size)
