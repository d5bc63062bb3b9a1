"""Keeps the logs: one of ours for each counterpart, and the checkpoints over it.

A leaf is appended in the transaction that does what the leaf stands for; the checkpoint over it is signed there too, so
that no committed state has a leaf without one. The tree itself is `transparency.merkle`; checking is `verifying`.
"""

from __future__ import annotations

from datetime import datetime

from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import CheckpointNote, Leaf
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.checkpoints import Checkpoint, Verifier, checkpoint_text, sign_note
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.leaves import MessageLeaf, ReleaseLeaf
from sepakat.transparency.merkle import inclusion_proof, leaf_hash, root_hash


def log_origin(owner: PartyId, counterpart: PartyId) -> str:
    """The name of the log that `owner` keeps for `counterpart`, as it stands in checkpoints."""
    return f"sepakat/{owner}/{counterpart}"


def append(node: Node, unit: Unit, counterpart: PartyId, leaf: ReleaseLeaf | MessageLeaf) -> int:
    """Append a leaf to our log for `counterpart`; its index."""
    index = unit.logs.size(counterpart, mirror=False)
    unit.logs.append(Leaf(counterpart, False, index, leaf.data))
    return index


def sign_checkpoint(node: Node, unit: Unit, counterpart: PartyId, now: datetime) -> CheckpointNote:
    """Sign the head of our log for `counterpart` as it is in this unit, and keep it."""
    hashes = _hashes(unit, counterpart)
    text = checkpoint_text(Checkpoint(log_origin(node.party, counterpart), len(hashes), root_hash(hashes)))
    verifier = Verifier(node.party, PublicKey.parse(node.signer.public_key))
    note = CheckpointNote(
        counterpart=counterpart,
        mirror=False,
        size=len(hashes),
        at=now,
        note=sign_note(text, verifier, node.signer.sign),
        cosigned=False,
    )
    unit.logs.put_checkpoint(note)
    return note


def proof_of_inclusion(unit: Unit, counterpart: PartyId, index: int) -> list[str]:
    """The inclusion proof of a leaf in our log for `counterpart` as it is now, in hexadecimal."""
    hashes = _hashes(unit, counterpart)
    return [step.hex() for step in inclusion_proof(hashes, index, len(hashes))]


def _hashes(unit: Unit, counterpart: PartyId) -> list[bytes]:
    return [leaf_hash(leaf.data) for leaf in unit.logs.leaves(counterpart, mirror=False)]
