"""What a restored node has forgotten of its own log for a partner, as that partner gives it back, checked leaf by leaf.

Every message must carry our own signature and every leaf be the one that it stands for; where we signed a head of the
log, the leaves must have its root. So a partner can neither invent, change nor leave out what a later head covers; what
it leaves out at the very end it cannot hold against us either. Decides nothing about what is done with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson

from sepakat.errors import InputError, PeerError
from sepakat.exchange import logs
from sepakat.exchange.keys import card_keys
from sepakat.exchange.mirror_records import MirrorLeaf
from sepakat.exchange.ports import Peer
from sepakat.exchange.records import Party
from sepakat.transparency.checkpoints import Checkpoint, open_checkpoint
from sepakat.transparency.leaves import MessageLeaf, ReleaseLeaf, leaf_from, parse_leaf
from sepakat.transparency.merkle import Frontier, leaf_hash
from sepakat.transparency.messages import SignedMessage, parse_message

STATEMENT = "release-statement"
NOT_GIVEN_BACK = "log-not-given-back"
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class OwnLog:
    """Our log for a partner as we know it: the hashes of its leaves, and of the messages that we know to have sent."""

    leaves: tuple[bytes, ...]
    messages: Collection[str]

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return len(self.leaves)


@dataclass(frozen=True, slots=True)
class Regained:
    """One leaf that we had forgotten; `message` is None for the leaf of a batch, whose statement is the next one's."""

    leaf: bytes
    message: SignedMessage | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a partner has of our log: the size of its mirror, and the leaves beyond those that we know, in order."""

    mirrored: int
    regained: tuple[Regained, ...]


def regain(own: Party, party: Party, known: OwnLog, peer: Peer, heads: Iterable[Checkpoint]) -> Found:
    """Ask a partner for all that it has of our log beyond what we know; `heads` are those that it co-signed.

    Raises:
        PeerError: it cannot be asked; with code `log-not-given-back` it has other leaves where we have ours, or what it
            gives back is not whole, or not ours.
    """
    first = page = peer.mirror(known.size, 0)
    common = min(first.size, known.size)
    if Frontier().extend(known.leaves[:common]).root() != first.root:
        raise _wrong(party, f"of its first {common} leaves it has other ones than we")
    rebuilding = _Rebuilding(own, party, Frontier().extend(known.leaves), set(known.messages))
    # Every page is looked at before the next one is asked for: nobody can give back more than we have signed.
    for _ in range(MOST_PAGES):
        if page.size != first.size:
            raise _wrong(party, "its mirror did not stay the same while it was asked")
        if not page.leaves and not page.beside:
            break
        for leaf in page.leaves:
            rebuilding.follow(leaf)
        for document in page.beside:
            rebuilding.keep_beside(document)
        page = peer.mirror(rebuilding.frontier.size, rebuilding.kept_beside)
    rebuilding.check_is_whole()
    if max(first.size, known.size) != rebuilding.frontier.size:
        raise _wrong(party, f"it says that it mirrors {first.size} leaves and does not show them")
    rebuilt = rebuilding.with_those_beside()
    _check_heads(party, (*known.leaves, *(leaf_hash(one.leaf) for one in rebuilt)), heads)
    return Found(first.size, tuple(rebuilt))


class _Rebuilding:
    """Our log for one partner while it is put together again."""

    def __init__(self, own: Party, party: Party, frontier: Frontier, messages: set[str]) -> None:
        self.own = own
        self.party = party
        self.frontier = frontier
        self.messages = messages
        self.regained: list[Regained] = []
        self._batch: ReleaseLeaf | None = None
        """The leaf of a batch whose statement must come next."""
        self._beside: dict[str, SignedMessage] = {}

    @property
    def kept_beside(self) -> int:
        """How many messages without a leaf were read."""
        return len(self._beside)

    def follow(self, leaf: MirrorLeaf) -> None:
        """One leaf of the mirror, with its message."""
        try:
            read = parse_leaf(leaf.data)
        except InputError as error:
            raise self._wrong(f"leaf {self.frontier.size} is none: {error.message}") from error
        if isinstance(read, ReleaseLeaf):
            self._begin_batch(read)
        elif leaf.message is None:
            raise self._wrong(f"it does not keep the {read.kind} of leaf {self.frontier.size}")
        else:
            self._say(self._read(leaf.message), read)

    def keep_beside(self, document: bytes) -> None:
        """One message that the partner has not mirrored yet; we may know it."""
        signed = self._read(document)
        if signed.hash in self._beside:
            raise self._wrong(f"the {signed.message.kind} {signed.hash[:16]} is given back twice")
        self._beside[signed.hash] = signed

    def check_is_whole(self) -> None:
        """Every batch has its statement."""
        if self._batch is not None:
            raise self._wrong(f"the statement of the batch of leaf {self.frontier.size - 1} is missing")

    def with_those_beside(self) -> list[Regained]:
        """Our leaves with those of the messages that the partner has not mirrored yet.

        A statement names its place; the others stand before it in the order in which they came, or were signed.
        """
        signed = [one for hash_, one in self._beside.items() if hash_ not in self.messages]
        try:
            return self._with_placed(signed)
        except PeerError:
            return self._with_placed(sorted(signed, key=lambda one: one.message.at))

    def place(self, messages: Sequence[SignedMessage]) -> None:
        """Give every message its leaf, and every statement the leaf of its batch."""
        others = [one for one in messages if one.message.kind != STATEMENT]
        statements = [one for one in messages if one.message.kind == STATEMENT]
        for statement in sorted(statements, key=lambda one: cast(int, one.message.body["index"])):
            index = statement.message.body["index"]
            while self.frontier.size < index and others:
                self._say(others.pop(0))
            if self.frontier.size != index:
                raise self._wrong(f"of the leaves before the batch of leaf {index} some are missing")
            self._begin_batch(cast(ReleaseLeaf, leaf_from(statement.message.body["leaf"])))
            self._say(statement)
        for one in others:
            self._say(one)

    def _with_placed(self, messages: Sequence[SignedMessage]) -> list[Regained]:
        attempt = _Rebuilding(self.own, self.party, self.frontier, set(self.messages))
        attempt.place(messages)
        return [*self.regained, *attempt.regained]

    def _read(self, document: bytes) -> SignedMessage:
        try:
            signed = parse_message(orjson.loads(document))
        except (InputError, orjson.JSONDecodeError) as error:
            raise self._wrong("a message of ours is not whole any more") from error
        message = signed.message
        is_ours = (message.sender, message.recipient) == (self.own.id, self.party.id)
        if not is_ours or not any(signed.is_signed_by(entry.key) for entry in card_keys(self.own)):
            raise self._wrong(f"the {message.kind} {signed.hash[:16]} is not signed by a key of ours that we know")
        return signed

    def _begin_batch(self, leaf: ReleaseLeaf) -> None:
        self.check_is_whole()
        if (leaf.log, leaf.taker) != (logs.log_origin(self.own.id, self.party.id), self.party.id):
            raise self._wrong(f"leaf {self.frontier.size} is of another log")
        self._batch = leaf
        self._append(Regained(leaf.data))

    def _say(self, signed: SignedMessage, leaf: MessageLeaf | None = None) -> None:
        message = signed.message
        made = MessageLeaf("sent", message.kind, signed.hash, message.at)
        if leaf not in (None, made):
            raise self._wrong(f"leaf {self.frontier.size} is not that of its {message.kind}")
        if signed.hash in self.messages:
            raise self._wrong(f"the {message.kind} of leaf {self.frontier.size} stands there twice")
        if message.kind == STATEMENT:
            self._check_statement(message.body)
        else:
            self.check_is_whole()
        self._batch = None
        self.messages.add(signed.hash)
        self._append(Regained(made.data, signed))

    def _check_statement(self, body: Any) -> None:
        index = self.frontier.size - 1
        if self._batch is None or leaf_from(body["leaf"]) != self._batch or body["index"] != index:
            raise self._wrong(f"leaf {index} is not that of its release statement")
        origin = logs.log_origin(self.own.id, self.party.id)
        try:
            head, _ = open_checkpoint(body["checkpoint"], logs.verifiers(self.own, self.party), origin)
        except (InputError, PeerError) as error:
            raise self._wrong(f"the head after leaf {index} does not hold: {error.message}") from error
        if (head.size, head.root) != (self.frontier.size, self.frontier.root()):
            raise self._wrong(f"up to leaf {index} they do not have the root that we signed")

    def _append(self, one: Regained) -> None:
        self.frontier = self.frontier.append(leaf_hash(one.leaf))
        self.regained.append(one)

    def _wrong(self, why: str) -> PeerError:
        return _wrong(self.party, why)


def _check_heads(party: Party, leaves: Sequence[bytes], heads: Iterable[Checkpoint]) -> None:
    frontier = Frontier()
    for head in sorted(heads, key=lambda one: one.size):
        if head.size > len(leaves):
            raise _wrong(party, f"it co-signed {head.size} leaves and gives back only {len(leaves)}")
        frontier = frontier.extend(leaves[frontier.size : head.size])
        if frontier.root() != head.root:
            raise _wrong(party, f"its first {head.size} leaves do not have the root that it co-signed")


def _wrong(party: Party, why: str) -> PeerError:
    return PeerError(
        NOT_GIVEN_BACK,
        f"our log for {party.id} as {party.id} gives it back is not taken: {why}",
        f"restore a newer backup, or find out with {party.id} what became of the log",
    )
