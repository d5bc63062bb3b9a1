"""The heads of our logs: one append-only log per counterpart, its origin, its signed checkpoints and its proofs.

Appends leaves and signs what the tree then is; which leaves there are is left to those who release and send. The
mirror of a counterpart's log for us is kept by `mirroring`. Invariant: a checkpoint is of the leaves in the same
transaction. Sources: RFC 6962, C2SP tlog-checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

from sepakat.exchange.keys import card_keys
from sepakat.exchange.ports import Node, Store, Unit
from sepakat.exchange.records import CheckpointNote, Leaf, Party
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.checkpoints import Checkpoint, Role, Verifier, checkpoint_text, sign_note
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.merkle import Frontier, leaf_hash


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


class _Edges:
    """The right edge of each log as it was last seen, so that a head costs no more for a long log than for a short one.

    A unit may be rolled back after its head was made: an edge counts only while its last leaf is still the one that
    stands there. Every leaf has a salt or a nonce in it, so that no other leaf has its bytes.
    """

    def __init__(self) -> None:
        # Guards the edges of all stores of this process; a store's edges die with it.
        self._lock = Lock()
        self._edges: WeakKeyDictionary[Store, dict[tuple[PartyId, bool], tuple[Frontier, bytes]]] = WeakKeyDictionary()

    def at_end(self, store: Store, unit: Unit, counterpart: PartyId, *, mirror: bool) -> Frontier:
        """The edge of the log as it stands in this unit."""
        with self._lock:
            known, last = self._edges.setdefault(store, {}).get((counterpart, mirror), (Frontier(), b""))
        leaves = unit.logs.leaves(counterpart, mirror=mirror, start=max(known.size - 1, 0))
        if known.size:
            if leaves and leaf_hash(leaves[0].data) == last:
                leaves = leaves[1:]
            else:
                known, leaves = Frontier(), unit.logs.leaves(counterpart, mirror=mirror)
        frontier = known.extend(leaf_hash(leaf.data) for leaf in leaves)
        if leaves:
            with self._lock:
                self._edges[store][counterpart, mirror] = (frontier, leaf_hash(leaves[-1].data))
        return frontier


_EDGES = _Edges()


def frontier_of(node: Node, unit: Unit, counterpart: PartyId, *, mirror: bool) -> Frontier:
    """The right edge of a log: ours for `counterpart`, or the mirror of its log for us."""
    return _EDGES.at_end(node.store, unit, counterpart, mirror=mirror)


def head(node: Node, unit: Unit, counterpart: PartyId, now: datetime) -> Head:
    """Sign what our log for `counterpart` is now, and keep the checkpoint."""
    frontier = frontier_of(node, unit, counterpart, mirror=False)
    root = frontier.root()
    text = checkpoint_text(Checkpoint(log_origin(node.party, counterpart), frontier.size, root))
    note = sign_note(text, Verifier(node.party, PublicKey.parse(node.signer.public_key)), node.signer.sign)
    unit.logs.put_checkpoint(CheckpointNote(counterpart, False, frontier.size, now, note, cosigned=False))
    return Head(frontier.size, root, note)
