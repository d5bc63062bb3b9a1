"""Lets a node go on whose store was restored from a backup, once it knows of its logs all that its partners know.

A restored store lacks what was sent after the backup. Were it to send again from there, it would give leaves, versions
and sequences that partners hold with other content. So it sends nothing (port `Logs`, `hold_back`) until every partner
with a node was asked for its mirror of our log; what that has beyond ours is appended again, leaf by leaf, and takes
effect again. Invariant: while a partner knows more of our log than we, or something else, the node stays held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson

from sepakat.errors import InputError, PeerError
from sepakat.exchange import logs
from sepakat.exchange.parties import own_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.reapplying import reapply
from sepakat.exchange.receiving import REFUSALS, receive
from sepakat.exchange.records import CheckpointNote, Direction, Leaf, MessageRecord, Party
from sepakat.exchange.regaining import MOST_PAGES, NOT_GIVEN_BACK, STATEMENT, OwnLog, Regained, regain
from sepakat.exchange.releasing import update_views
from sepakat.exchange.synchronising import MESSAGES
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.checkpoints import Checkpoint, open_checkpoint
from sepakat.transparency.leaves import MessageLeaf, parse_leaf
from sepakat.transparency.merkle import leaf_hash
from sepakat.transparency.messages import Message, parse_message

NO_ADDRESS = "its card names no address at which it could be asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one partner knows of our log for it."""

    party: PartyId
    ours: int
    """How many leaves we knew before it was asked."""
    theirs: int | None = None
    """How many it knows, by its mirror, by messages beside it and by what it co-signed; None if it was not asked."""
    regained: int = 0
    """How many leaves it gave back that are in our log again."""
    error: str | None = None
    """Why it could not be asked."""
    fault: str | None = None
    """Why what it gives back is not taken."""

    @property
    def is_behind(self) -> bool:
        """Whether we lack something that this partner holds."""
        return self.theirs is not None and self.theirs > self.ours + self.regained

    @property
    def stops(self) -> bool:
        """Whether the node must not go on, whatever anybody says of this partner."""
        return self.fault is not None or self.is_behind


@dataclass(frozen=True, slots=True)
class Resumption:
    """What all partners know, and whether the node goes on."""

    held_since: datetime | None
    asked: tuple[Asked, ...]
    goes_on: bool


@dataclass(slots=True)
class _Answer:
    """What came of asking one partner."""

    party: Party
    asked: Asked
    regained: Sequence[Regained] = ()
    said: list[bytes] = field(default_factory=list)
    """What it told us after all that we have read of it."""

    def messages(self) -> Iterator[Message]:
        """Our own messages that it gave back, in order."""
        return (one.message.message for one in self.regained if one.message is not None)


def resume(node: Node, without: Collection[PartyId] = ()) -> Resumption:
    """Ask all partners with a node and catch up with what they know of our logs; then go on.

    The node stays held if a partner knows more than it gives back, gives back what does not hold, or could not be
    asked; `without` names partners that need not be asked, which is a person's word that they know no more than we.
    """
    with node.store.reading() as unit:
        since = unit.logs.held_back()
        if since is None:
            return Resumption(None, (), goes_on=True)
        own = own_party(node, unit)
        partners = [one for one in unit.parties.everyone() if not one.is_self and one.card is not None]
        known = {one.id: _own_log(unit, one.id) for one in partners}
        read = {one.id: _read_up_to(unit, one.id) for one in partners}
    answers = [_ask(node, own, one, known[one.id], read[one.id]) for one in partners]
    asked = tuple(answer.asked for answer in answers)
    goes_on = all(not one.stops and (one.error is None or one.party in without) for one in asked)
    now = node.clock.now()
    with node.store.writing() as unit:
        unit.logs.let_go_on()
        for answer in answers:
            _append_again(unit, answer, now)
            for message in answer.messages():
                reapply(node, unit, message)
        if goes_on:
            update_views(node, unit, now)
        else:
            unit.logs.hold_back(since)
    if goes_on:
        try:
            _hear(node, answers)
            _reapply_answers(node, answers)
        except BaseException:
            with node.store.writing() as unit:
                unit.logs.hold_back(since)
            raise
    return Resumption(since, asked, goes_on)


def _own_log(unit: Unit, party: PartyId) -> OwnLog:
    leaves = unit.logs.leaves(party, mirror=False)
    read = (parse_leaf(leaf.data) for leaf in leaves)
    messages = frozenset(leaf.message for leaf in read if isinstance(leaf, MessageLeaf))
    return OwnLog(tuple(leaf_hash(leaf.data) for leaf in leaves), messages)


def _read_up_to(unit: Unit, party: PartyId) -> int:
    state = unit.syncs.get(party, MESSAGES)
    return int(state.cursor or 0) if state is not None else 0


def _ask(node: Node, own: Party, party: Party, known: OwnLog, read: int) -> _Answer:
    if party.address is None:
        return _Answer(party, Asked(party.id, known.size, error=NO_ADDRESS))
    answer = _Answer(party, Asked(party.id, known.size))
    heads: list[Checkpoint] = []
    try:
        for place, document in enumerate(_messages(node, party)):
            head = _cosigned(own, party, document)
            heads += [head] if head is not None else []
            answer.said += [document] if place >= read else []
        found = regain(own, party, known, node.peers.to(party), heads)
    except PeerError as error:
        theirs = max((head.size for head in heads), default=None)
        is_fault = error.code == NOT_GIVEN_BACK
        fault, why = (error.message, None) if is_fault else (None, error.message)
        answer.asked = replace(answer.asked, theirs=theirs, fault=fault, error=why)
        return answer
    theirs = max([found.mirrored, *(head.size for head in heads)])
    if any(one.message is not None and one.message.message.at > node.clock.now() for one in found.regained):
        # A version that goes out is later than all that went before only while the clock does not go back.
        fault = "it gives back what we said later than our clock shows now: set the clock"
        answer.asked = replace(answer.asked, theirs=theirs, fault=fault)
        return answer
    regained = len(found.regained)
    answer.asked = replace(
        answer.asked, theirs=max(theirs, known.size + regained if regained else 0), regained=regained
    )
    answer.regained = found.regained
    return answer


def _messages(node: Node, party: Party) -> Iterator[bytes]:
    """All that it ever told us: the newest may be older than what we have read, when it was restored itself."""
    peer = node.peers.to(party)
    after = 0
    for _ in range(MOST_PAGES):
        page = peer.messages(after)
        if not page:
            return
        yield from page
        after += len(page)
    raise PeerError("peer-answer-wrong", f"{party.id} sends messages without an end")


def _cosigned(own: Party, party: Party, document: bytes) -> Checkpoint | None:
    """The head of our log that a message shows co-signed; None for any other message."""
    try:
        message = parse_message(orjson.loads(document)).message
        note = message.body.get("note") if message.kind == "checkpoint" else message.body.get("checkpoint")
        if not isinstance(note, str):
            return None
        # Our own key has signed it, so that nobody can make us stand still with a size that never was.
        checkpoint, _ = open_checkpoint(note, logs.verifiers(own, party), logs.log_origin(own.id, party.id))
    except (InputError, PeerError, orjson.JSONDecodeError):
        return None
    return checkpoint


def _append_again(unit: Unit, answer: _Answer, now: datetime) -> None:
    """Append what a partner gave back where it stood, with our messages as sent and delivered."""
    party = answer.party.id
    for index, one in enumerate(answer.regained, answer.asked.ours):
        unit.logs.append(Leaf(party, False, index, one.leaf))
        if one.message is not None:
            message = one.message.message
            document = canonical_bytes(one.message.document())
            unit.messages.add(
                MessageRecord(one.message.hash, Direction.OUT, party, 0, message.kind, message.at, document, now)
            )
            if message.kind == STATEMENT:
                head = message.body["checkpoint"]
                note = CheckpointNote(party, False, message.body["size"], message.at, head, cosigned=False)
                unit.logs.put_checkpoint(note)


def _hear(node: Node, answers: Collection[_Answer]) -> None:
    """Take what the partners said after the backup: what they recalled, withdrew or ended since is not given out."""
    for answer in answers:
        for document in answer.said:
            try:
                receive(node, document, answer.party.id)
            except REFUSALS:
                # It is kept as refused, and looked at again by the next synchronisation.
                continue


def _reapply_answers(node: Node, answers: Collection[_Answer]) -> None:
    """What we answered to questions that are known again only now takes effect after them."""
    with node.store.writing() as unit:
        for answer in answers:
            for message in answer.messages():
                if message.kind.startswith("consent-"):
                    reapply(node, unit, message)
        update_views(node, unit, node.clock.now())
