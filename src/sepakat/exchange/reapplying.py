"""What our own messages mean for us, once they are known again after a restore: each takes effect as when it was said.

Only what matters for what may go out, or for what partners answer: agreements and their lives, recalls, consents, what
was released. Where a message does not say whom else it concerned, what stops something is read widely and what starts
it narrowly. Invariant: nothing here says anything, or lets go what a message of ours does not let go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sepakat.agreements.life import EventKind, LifeEvent
from sepakat.agreements.parsing import from_document
from sepakat.agreements.writing import canonical_form
from sepakat.exchange.calling_back import ANSWER_WITHIN
from sepakat.exchange.continuing import roster_of
from sepakat.exchange.marking import policy_of
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.recalling import held_by
from sepakat.exchange.records import AgreementRecord, Consent, Direction, Recall, RecallAnswer
from sepakat.exchange.restating import restate
from sepakat.release.question import ViewKey
from sepakat.shapes import read_instant
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.transparency.messages import Message

_DERIVED = 64
"""The length of the id of a recall that was passed on; its own rule comes again with the message that it answered."""

_Effect = Callable[[Node, Unit, Message], None]


def reapply(node: Node, unit: Unit, message: Message) -> None:
    """Let a message of ours take effect here again; the same one twice changes nothing."""
    effect = _EFFECTS.get(message.kind)
    if effect is not None:
        effect(node, unit, message)


def _offer(node: Node, unit: Unit, message: Message) -> None:
    body = message.body
    record = unit.agreements.get(body["hash"])
    if record is None:
        agreement = from_document(body["document"])
        roster = roster_of(agreement, tuple(PartyId(member) for member in body.get("roster", ())))
        record = AgreementRecord(body["hash"], agreement, canonical_form(agreement), message.at, roster)
        unit.agreements.add(record)
    if record.agreement.giver == node.party:
        _say(node, unit, message, EventKind.OFFERED, _named(record, message))


def _signature(node: Node, unit: Unit, message: Message) -> None:
    record = unit.agreements.get(message.body["hash"])
    if record is not None:
        is_giver = record.agreement.giver == node.party
        _say(node, unit, message, EventKind.SIGNED, _named(record, message) if is_giver else None)


def _refusal(node: Node, unit: Unit, message: Message) -> None:
    _say(node, unit, message, EventKind.REJECTED, None)


def _suspension(node: Node, unit: Unit, message: Message) -> None:
    _say(node, unit, message, EventKind.SUSPENDED, _stopped(node, unit, message))


def _resumption(node: Node, unit: Unit, message: Message) -> None:
    record = unit.agreements.get(message.body["hash"])
    is_giver = record is not None and record.agreement.giver == node.party
    _say(node, unit, message, EventKind.RESUMED, message.recipient if is_giver else None)


def _end(node: Node, unit: Unit, message: Message) -> None:
    if message.body["stage"] == "notice":
        _say(node, unit, message, EventKind.ENDED, _stopped(node, unit, message))


def _say(node: Node, unit: Unit, message: Message, kind: EventKind, taker: PartyId | None) -> None:
    body = message.body
    if unit.agreements.get(body["hash"]) is not None:
        at = read_instant(body.get("from", "")) or message.at
        event = LifeEvent(kind, body["hash"], node.party, at, taker=taker, reason=body.get("reason"))
        unit.agreements.add_event(body["hash"], event)


def _named(record: AgreementRecord, message: Message) -> PartyId | None:
    """In a community each taker is told, and comes in, by itself."""
    return message.recipient if record.agreement.community else None


def _stopped(node: Node, unit: Unit, message: Message) -> PartyId | None:
    """Whom it stops for: its recipient, or everybody where somebody is a taker who could not be told by a message."""
    record = unit.agreements.get(message.body["hash"])
    if record is None or record.agreement.giver != node.party:
        return None
    others = [unit.parties.get(taker) for taker in record.roster if taker != message.recipient]
    return message.recipient if all(other is not None and other.card is not None for other in others) else None


def _recall(node: Node, unit: Unit, message: Message) -> None:
    body, taker = message.body, message.recipient
    objects = tuple(StixId(entry["id"]) for entry in body["objects"])
    originals = tuple(dict.fromkeys(held_by(unit, taker, one) or one for one in objects))
    agreement = AgreementId(body["agreement"]) if body["scope"] == "views" else None
    view = () if agreement is None else (ViewKey(agreement, taker),)
    if len(body["recall"]) != _DERIVED:
        for original in originals:
            policy = policy_of(unit, original)
            views = policy.recalled_views.union(view)
            unit.policies.put(replace(policy, recalled=policy.recalled or not view, recalled_views=views))
    known = unit.obligations.recall(body["recall"], Direction.OUT)
    answers = {} if known is None else {(answer.party, answer.via): answer for answer in known.answers}
    answers.setdefault((taker, None), RecallAnswer(taker))
    respond_by = read_instant(body["respond_by"]) or message.at
    unit.obligations.put_recall(
        Recall(
            id=body["recall"],
            direction=Direction.OUT,
            counterpart=None,
            objects=tuple(dict.fromkeys((*(known.objects if known else ()), *objects))),
            original=known.original if known else originals[0],
            views=tuple(sorted({*(known.views if known else ()), *view})),
            reason=body["reason"],
            at=known.at if known else message.at,
            respond_by=max(respond_by, known.respond_by) if known else respond_by,
            answers=tuple(answers.values()),
        )
    )


def _request(_: Node, unit: Unit, message: Message) -> None:
    body = message.body
    if unit.obligations.consent(body["request"], Direction.OUT) is None:
        unit.obligations.put_consent(
            Consent(
                body["request"],
                Direction.OUT,
                message.recipient,
                StixId(body["object"]),
                PartyId(body["third_party"]),
                body["purpose"],
                message.at,
            )
        )


def _answer(_: Node, unit: Unit, message: Message) -> None:
    body = message.body
    asked = unit.obligations.consent(body["request"], Direction.IN)
    if asked is not None and asked.granted is None:
        unit.obligations.put_consent(
            replace(
                asked,
                granted=body["granted"],
                answered_at=message.at,
                reason=body.get("reason"),
                conditions="; ".join(body["conditions"]) if "conditions" in body else None,
                until=read_instant(body.get("until", "")),
            )
        )


def _withdrawal(_: Node, unit: Unit, message: Message) -> None:
    body = message.body
    asked = unit.obligations.consent(body["request"], Direction.IN)
    if asked is None or asked.withdrawn_at is not None:
        return
    unit.obligations.put_consent(replace(asked, granted=True, withdrawn_at=message.at, reason=body["reason"]))
    if "recall" in body and unit.obligations.recall(body["recall"], Direction.OUT) is None:
        unit.obligations.put_recall(
            Recall(
                id=body["recall"],
                direction=Direction.OUT,
                counterpart=None,
                objects=(StixId(body["object"]),),
                original=asked.object_id,
                views=(),
                reason=body["reason"],
                at=message.at,
                respond_by=message.at + ANSWER_WITHIN,
                answers=(RecallAnswer(asked.party, via=asked.counterpart),),
            )
        )


_EFFECTS: Mapping[str, _Effect] = {
    "agreement-offer": _offer,
    "agreement-signature": _signature,
    "agreement-refusal": _refusal,
    "agreement-suspension": _suspension,
    "agreement-resumption": _resumption,
    "agreement-end": _end,
    "recall": _recall,
    "consent-request": _request,
    "consent-answer": _answer,
    "consent-withdrawal": _withdrawal,
    "release-statement": restate,
}
