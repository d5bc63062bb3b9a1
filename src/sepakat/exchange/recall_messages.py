"""What partners say about recalls: theirs of what they gave us, their answers to ours.

Each handler runs in the unit of `receiving`, after the sender was verified. Invariant: a recall takes away what its
sender gave us and no more; an answer speaks for its sender and for those it passed the object on to, for nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sepakat.errors import NotPermitted
from sepakat.exchange.calling_back import ANSWER_WITHIN, answer_body, derived_id, onward_ids, pass_on, send_answer
from sepakat.exchange.messaging import compose
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Consent, Direction, Policy, Recall, RecallAnswer
from sepakat.exchange.releasing import update_views
from sepakat.exchange.statements import was_stated
from sepakat.release.question import ReceivedTerms, ViewKey
from sepakat.shapes import instant_text, read_instant
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.transparency.messages import Message

_MOST_ANSWERS = 1_000


def take_recall(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `recall`: hide at once what the sender gave us, pass it on, answer."""
    body = message.body
    objects = tuple(StixId(entry["id"]) for entry in body["objects"])
    known = unit.obligations.recall(body["recall"], Direction.IN)
    if known is not None and known.counterpart != message.sender:
        raise NotPermitted("recall-known", "recall refused: another party made a recall of that id")
    for object_id in objects:
        if not was_stated(unit, message.sender, object_id):
            raise NotPermitted("recall-not-theirs", f"recall refused: {message.sender} never gave us {object_id}")
    agreement = AgreementId(body["agreement"]) if body["scope"] == "views" else None
    for object_id in objects:
        _hide(node, unit, message.sender, object_id, agreement, now)
    update_views(node, unit, now)
    received = Recall(
        id=body["recall"],
        direction=Direction.IN,
        counterpart=message.sender,
        objects=tuple(dict.fromkeys((*(known.objects if known else ()), *objects))),
        original=objects[0],
        views=_views(node, known, agreement),
        reason=body["reason"],
        at=min(message.at, now),
        respond_by=read_instant(body["respond_by"]) or now,
        answers=(RecallAnswer(node.party, "restricted", None, now),),
    )
    unit.obligations.put_recall(received)
    for object_id in objects:
        pass_on(node, unit, received, object_id, now)
    send_answer(node, unit, received, now)


def take_answer(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `recall-answer`: of one who was asked, for itself and for those it passed the object on to."""
    sent = unit.obligations.recall(message.body["recall"], Direction.OUT)
    asked = set() if sent is None else {answer.via or answer.party for answer in sent.answers}
    if sent is None or message.sender not in asked:
        raise NotPermitted("recall-not-asked", f"recall answer refused: {message.sender} was not asked that")
    answers = {(answer.party, answer.via): answer for answer in sent.answers}
    for entry in message.body["answers"]:
        party = PartyId(entry["party"])
        via = None if party == message.sender else message.sender
        # For another direct holder the sender has no word: what it says of it stands beside that one's own answer.
        if (party, via) in answers or via is not None:
            answers[(party, via)] = _heard(party, via, entry, now)
    if len(answers) > _MOST_ANSWERS:
        raise NotPermitted("recall-answers", "recall answer refused: it names more parties than a recall has room for")
    answered = replace(sent, answers=tuple(answers.values()))
    unit.obligations.put_recall(answered)
    for received in unit.obligations.recalls():
        if received.direction is Direction.IN and answered.id in onward_ids(received):
            send_answer(node, unit, received, now)


def pass_recall_on(node: Node, unit: Unit, message: Message, consent: Consent, now: datetime) -> None:
    """A grant of ours was withdrawn: recall from its third party what went there under it."""
    update_views(node, unit, now)
    received = Recall(
        id=message.body.get("recall") or derived_id(message.body["request"], message.sender, consent.object_id),
        direction=Direction.IN,
        counterpart=message.sender,
        objects=(consent.object_id,),
        original=consent.object_id,
        views=(),
        reason=message.body["reason"],
        at=min(message.at, now),
        respond_by=now + ANSWER_WITHIN,
    )
    if unit.obligations.recall(received.id, Direction.IN) is not None:
        raise NotPermitted("recall-known", "withdrawal refused: a recall of its id was made before")
    unit.obligations.put_recall(received)
    if not pass_on(node, unit, received, consent.object_id, now, only=consent.party):
        entry = {"party": consent.party, "action": "deleted", "at": instant_text(now)}
        compose(node, unit, "recall-answer", message.sender, answer_body(received, [entry], []), now)
        return
    send_answer(node, unit, received, now)


def _views(node: Node, known: Recall | None, agreement: AgreementId | None) -> tuple[ViewKey, ...]:
    """The views that a recall names, message by message; none for a recall of everything."""
    if agreement is None or (known is not None and not known.views):
        return ()
    return tuple(dict.fromkeys((*(known.views if known else ()), ViewKey(agreement, node.party))))


def _hide(
    node: Node, unit: Unit, sender: PartyId, object_id: StixId, agreement: AgreementId | None, now: datetime
) -> None:
    """Take away what came from the sender; what we also have from elsewhere, or is ours, stays under its own terms."""

    def is_taken_back(terms: ReceivedTerms) -> bool:
        return terms.sender == sender and agreement in (None, terms.agreement)

    versions = unit.objects.get(object_id)
    creator = None if not versions else versions[-1].object.content.get("created_by_ref")
    is_by_sender = agreement is None and creator == known_party(unit, sender).identity.id
    gone = [
        version
        for version in versions
        if node.party not in version.origins and version.received and all(map(is_taken_back, version.received))
    ]
    if versions and (is_by_sender or len(gone) == len(versions)):
        # What is not held yet is judged when it comes: another's object is not for this sender to take away.
        policy = unit.policies.get(object_id) or Policy(object_id)
        unit.policies.put(replace(policy, recalled=True))
    else:
        for version in versions:
            if version in gone:
                # Without any terms it would count as taken in by ourselves, and could go further than before.
                unit.objects.remove(version.object.version_ref)
                continue
            for terms in filter(is_taken_back, version.received):
                unit.objects.drop_terms(version.object.version_ref, terms)
    unit.syncs.mark_removed(sender, object_id, now)


def _heard(party: PartyId, via: PartyId | None, entry: Mapping[str, Any], now: datetime) -> RecallAnswer:
    if entry["action"] == "unanswered":
        return RecallAnswer(party, via=via)
    at = read_instant(entry["at"]) or now
    return RecallAnswer(party, entry["action"], entry.get("ground"), min(at, now), via)
