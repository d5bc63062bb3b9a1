"""The mirror of a partner's log for us: rebuilt from its messages in its own order, checked against what it signs.

A partner logs a leaf for every message it sends us, and before each release statement the leaf of the batch. So its
messages, in order, are its log; a leaf that is missing, swapped or changed gives another root than the one it signed.
Invariant: the mirror only grows, and `verified` is the size up to which signed heads bear it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import orjson

from sepakat.errors import InputError, PeerError
from sepakat.exchange import logs
from sepakat.exchange.erasing_messages import erased_hash
from sepakat.exchange.messaging import compose
from sepakat.exchange.parties import known_party, own_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import CheckpointNote, Leaf
from sepakat.exchange.statements import forked
from sepakat.shapes import read_instant
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.checkpoints import Role, Verifier, cosign_note, open_checkpoint, parse_checkpoint_text
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.leaves import MessageLeaf, ReleaseLeaf, leaf_from
from sepakat.transparency.merkle import Frontier, leaf_hash
from sepakat.transparency.messages import SignedMessage, parse_message


@dataclass(slots=True)
class Mirror:
    """A partner's log for us as far as it was read in one synchronisation."""

    owner: PartyId
    frontier: Frontier
    alarms: list[str] = field(default_factory=list)

    @classmethod
    def opened(cls, node: Node, unit: Unit, owner: PartyId) -> Mirror:
        """The mirror as it was left."""
        return cls(owner, logs.frontier_of(node, unit, owner, mirror=True))

    def follow(self, node: Node, unit: Unit, document: bytes) -> None:
        """Append what a message of the owner says about its log; nothing goes on from a contradiction."""
        if self.alarms:
            return
        try:
            if (hash_ := erased_hash(document)) is not None:
                self._follow_erased(unit, orjson.loads(document), hash_)
                return
            signed = parse_message(orjson.loads(document))
            if signed.message.kind == "release-statement":
                self._follow_release(node, unit, signed)
            message = signed.message
            self._append(unit, MessageLeaf("sent", message.kind, signed.hash, message.at).data)
        except (InputError, PeerError) as error:
            self.alarms.append(error.message)
        except orjson.JSONDecodeError:
            self.alarms.append(f"log of {self.owner} for us: it shows something that is no message")

    def _follow_erased(self, unit: Unit, document: Mapping[str, Any], hash_: str) -> None:
        """A message of which something was erased: its leaves are as the owner says, and its heads bear that out."""
        try:
            kind, at = str(document["kind"]), read_instant(document["at"])
            released = leaf_from(document["body"]["leaf"]) if kind == "release-statement" else None
        except (KeyError, TypeError, AttributeError):
            kind, at, released = "", None, None
        if at is None:
            self.alarms.append(f"log of {self.owner} for us: it shows something that is no message")
            return
        if released is not None:
            self._append(unit, released.data)
        self._append(unit, MessageLeaf("sent", kind, hash_, at).data)

    def _follow_release(self, node: Node, unit: Unit, signed: SignedMessage) -> None:
        body = signed.message.body
        if body["index"] != self.frontier.size:
            raise PeerError(
                "log-leaf-missing",
                f"log of {self.owner} for us: its next leaf is {body['index']}, but {self.frontier.size} are known: "
                "leaves are missing or were put in",
            )
        leaf = cast(ReleaseLeaf, leaf_from(body["leaf"]))
        self._append(unit, leaf.data)
        origin = logs.log_origin(self.owner, node.party)
        keys = logs.verifiers(known_party(unit, self.owner), own_party(node, unit))
        checkpoint, _ = open_checkpoint(body["checkpoint"], keys, origin)
        if checkpoint.size == self.frontier.size and checkpoint.root != self.frontier.root():
            raise forked(self.owner, checkpoint.size)

    def _append(self, unit: Unit, data: bytes) -> None:
        unit.logs.append(Leaf(self.owner, True, self.frontier.size, data))
        self.frontier = self.frontier.append(leaf_hash(data))


def newest_head(unit: Unit, owner: PartyId) -> int:
    """The size of the largest head of its log for us that the owner signed; 0 if it signed none."""
    return max((note.size for note in unit.logs.checkpoints(owner, mirror=True)), default=0)


def check_heads(unit: Unit, owner: PartyId, shown: int) -> Sequence[str]:
    """Compare every head that the owner signed with the mirror; what contradicts it, in words.

    Heads of up to `shown` leaves must be borne out; larger ones only once their leaves could have been read.
    """
    leaves = [leaf_hash(leaf.data) for leaf in unit.logs.leaves(owner, mirror=True)]
    frontier = Frontier()
    alarms = []
    for note in unit.logs.checkpoints(owner, mirror=True):
        if note.size > max(shown, len(leaves)):
            break
        if note.size > len(leaves):
            alarms.append(f"log of {owner} for us: it signed a head of {note.size} leaves and shows only {len(leaves)}")
            break
        frontier = frontier.extend(leaves[frontier.size : note.size])
        if parse_checkpoint_text(note.note.partition("\n\n")[0] + "\n").root != frontier.root():
            alarms.append(forked(owner, note.size).message)
            break
    return alarms


def cosign_head(node: Node, unit: Unit, owner: PartyId, now: datetime) -> bool:
    """Co-sign the newest head of a partner's log that the mirror bears out, and send it back; False if none is new."""
    heads = unit.logs.checkpoints(owner, mirror=True)
    if not heads or heads[-1].cosigned or heads[-1].size > unit.logs.size(owner, mirror=True):
        return False
    newest = heads[-1]
    verifier = Verifier(node.party, PublicKey.parse(node.signer.public_key), Role.COSIGNER)
    note = cosign_note(newest.note, verifier, node.signer.sign, now)
    unit.logs.put_checkpoint(CheckpointNote(owner, True, newest.size, now, note, cosigned=True))
    compose(node, unit, "checkpoint", owner, {"note": note}, now)
    return True
