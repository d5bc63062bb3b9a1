"""Consent: may what came from one party go on to a third? Asked, answered, withdrawn, both ways.

A grant is written down where the question was asked and read there by the release rule; where it was given it says who
may hold what onward. Invariant: only the party that was asked can answer, and only about exactly what was asked. DESIGN
sections 4.3 and 6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.messaging import DeliveryReport, compose, deliver
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.recall_messages import pass_recall_on
from sepakat.exchange.recalling import held_by, start_recall_of_grant
from sepakat.exchange.records import Consent, Direction, StoredVersion
from sepakat.exchange.releasing import update_views
from sepakat.release.claim_facts import claim_facts
from sepakat.release.object_facts import derivation_of
from sepakat.shapes import instant_text, read_instant
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.transparency.messages import Message


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """Consents that were asked for, answered or withdrawn just now, and what the partners were told."""

    consents: tuple[Consent, ...]
    delivery: DeliveryReport


def request_consent(node: Node, object_id: StixId, third_party: PartyId, purpose: str) -> ConsentChange:
    """Ask every origin of an object, ourselves aside, whether it may go to a third party.

    What derives from others' objects is bound as they are: their origins are asked too, each about its own object,
    unless they were and have not said no.

    Raises:
        NotFound: the object is not held here, or a party is not known.
        NotPermitted: nobody needs to be asked, or an origin has no node.
        InputError: the third party is ourselves.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        known_party(unit, third_party)
        held = unit.objects.get(object_id)
        if not held:
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
        if third_party == node.party:
            raise InputError("third-party-wrong", f"consent not asked: {third_party} is this node's own party")
        questions = [(object_id, one) for one in sorted(_origins(held) - {node.party, third_party})]
        for basis in _derives_from(unit, object_id):
            others = sorted(_origins(unit.objects.get(basis)) - {node.party, third_party})
            questions += [(basis, one) for one in others if not _was_asked(unit, basis, one, third_party)]
        if not questions:
            raise NotPermitted("consent-not-needed", f"consent not asked: {object_id} has no other origin to ask")
        wanted = (
            Consent(node.ids.uuid(), Direction.OUT, one, about, third_party, purpose, now) for about, one in questions
        )
        asked = tuple(_ask(node, unit, consent, now) for consent in wanted)
    return ConsentChange(asked, deliver(node))


def _origins(versions: Iterable[StoredVersion]) -> set[PartyId]:
    return {origin for version in versions for origin in version.origins}


def _derives_from(unit: Unit, object_id: StixId) -> list[StixId]:
    """What an object derives from, over any number of steps: by the basis of its claim, or by a relationship."""
    related: dict[StixId, list[StixId]] = {}
    last: StixId | None = None
    while page := unit.objects.page(type_="relationship", after=last):
        for version in page:
            derivation = derivation_of(version.object.content)
            if derivation is not None:
                related.setdefault(derivation[0], []).append(derivation[1])
        last = page[-1].object.id
    found: dict[StixId, None] = {object_id: None}
    waiting = [object_id]
    while waiting:
        current = waiting.pop()
        facts = [claim_facts(version.object.content) for version in unit.objects.get(current)]
        bases = [basis for one in facts if one is not None for basis in one.derives_from]
        for basis in (*bases, *related.get(current, ())):
            if basis not in found:
                found[basis] = None
                waiting.append(basis)
    return list(found)[1:]


def _was_asked(unit: Unit, object_id: StixId, origin: PartyId, third_party: PartyId) -> bool:
    return any(
        one.direction is Direction.OUT
        and (one.object_id, one.counterpart, one.party) == (object_id, origin, third_party)
        and one.granted is not False
        and one.withdrawn_at is None
        for one in unit.obligations.consents()
    )


def grant_consent(
    node: Node, id_: str, *, conditions: str | None = None, until: datetime | None = None
) -> ConsentChange:
    """Say yes to a request, perhaps with conditions and an end.

    Raises:
        NotFound: no such request. NotPermitted: it is answered already. InputError: the end is not in the future.
    """
    now = node.clock.now()
    if until is not None and until <= now:
        raise InputError("until-over", f"consent {id_} not granted: its end {instant_text(until)} is not in the future")
    with node.store.writing() as unit:
        asked = _open_request(unit, id_)
        granted = replace(asked, granted=True, answered_at=now, conditions=conditions, until=until)
        more: dict[str, Any] = {"granted": True}
        if conditions:
            more["conditions"] = [conditions]
        if until is not None:
            more["until"] = instant_text(until)
        _answer(node, unit, granted, more, now)
    return ConsentChange((granted,), deliver(node))


def deny_consent(node: Node, id_: str, reason: str) -> ConsentChange:
    """Say no to a request, with a reason.

    Raises:
        NotFound: no such request. NotPermitted: it is answered already.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        denied = replace(_open_request(unit, id_), granted=False, answered_at=now, reason=reason)
        _answer(node, unit, denied, {"granted": False, "reason": reason}, now)
    return ConsentChange((denied,), deliver(node))


def withdraw_consent(node: Node, id_: str, reason: str) -> ConsentChange:
    """Take a grant back: what went on under it is recalled, and the answers come to this node.

    Raises:
        NotFound: no such request. NotPermitted: it was not granted, or is withdrawn already.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        consent = _request(unit, id_)
        if not consent.granted or consent.withdrawn_at is not None:
            raise NotPermitted("consent-not-granted", f"consent {id_} not withdrawn: it does not stand as granted")
        withdrawn = replace(consent, withdrawn_at=now, reason=reason)
        unit.obligations.put_consent(withdrawn)
        asked = _asked(unit, withdrawn)
        recall = start_recall_of_grant(node, unit, withdrawn, StixId(asked["object"]), reason, now)
        body = {
            "request": id_,
            "object": asked["object"],
            "third_party": withdrawn.party,
            "reason": reason,
            "recall": recall.id,
        }
        compose(node, unit, "consent-withdrawal", withdrawn.counterpart, body, now)
    return ConsentChange((withdrawn,), deliver(node))


def list_consents(node: Node) -> list[Consent]:
    """All requests, ours and others', newest first."""
    with node.store.reading() as unit:
        return unit.obligations.consents()


def take_request(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `consent-request` for something that we released to the sender and whose origin we are."""
    body = message.body
    if unit.obligations.consent(body["request"], Direction.IN) is not None:
        raise NotPermitted("consent-request-known", "consent request refused: a request of that id was made before")
    if body["third_party"] in (node.party, message.sender):
        raise InputError("third-party-wrong", f"consent request refused: {body['third_party']} is no third party")
    original = _given_to(unit, message.sender, StixId(body["object"]))
    origins = {origin for version in unit.objects.get(original) for origin in version.origins} if original else set()
    if original is None or node.party not in origins:
        # One answer for what we do not hold, never gave to the sender, or is not ours to grant.
        raise NotPermitted(
            "consent-not-ours",
            f"consent request refused: {node.party} gave no such object as its own to {message.sender}",
        )
    unit.obligations.put_consent(
        Consent(
            id=body["request"],
            direction=Direction.IN,
            counterpart=message.sender,
            object_id=original,
            party=PartyId(body["third_party"]),
            purpose=body["purpose"],
            asked_at=min(message.at, now),
        )
    )


def _given_to(unit: Unit, party: PartyId, object_id: StixId) -> StixId | None:
    """The object of ours that a party has: from us, or from another whom we let pass it on."""
    direct = held_by(unit, party, object_id)
    if direct is not None:
        return direct
    for consent in unit.obligations.consents():
        is_live = consent.direction is Direction.IN and consent.granted and consent.withdrawn_at is None
        # What goes on goes byte for byte, so it has the same id there as where it was asked for.
        if is_live and consent.party == party and _asked(unit, consent)["object"] == object_id:
            return consent.object_id
    return None


def take_answer(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `consent-answer`: by the party asked, about exactly what was asked, once."""
    body = message.body
    asked = _ours(unit, message)
    if asked.granted is not None:
        raise NotPermitted("consent-answered", f"consent answer refused: request {asked.id} is answered already")
    unit.obligations.put_consent(
        replace(
            asked,
            granted=body["granted"],
            answered_at=min(message.at, now),
            reason=body.get("reason"),
            conditions="; ".join(body["conditions"]) if "conditions" in body else None,
            until=read_instant(body["until"]) if "until" in body else None,
        )
    )
    update_views(node, unit, now)


def take_withdrawal(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `consent-withdrawal`: nothing more goes on, and what went on is recalled from the third party."""
    asked = _ours(unit, message)
    if not asked.granted:
        raise NotPermitted("consent-not-granted", f"withdrawal refused: request {asked.id} was not granted")
    unit.obligations.put_consent(replace(asked, withdrawn_at=now, reason=message.body["reason"]))
    pass_recall_on(node, unit, message, asked, now)
    update_views(node, unit, now)


def _ask(node: Node, unit: Unit, consent: Consent, now: datetime) -> Consent:
    if known_party(unit, consent.counterpart).card is None:
        raise NotPermitted("origin-without-node", f"consent not asked: {consent.counterpart} has no node; ask on paper")
    unit.obligations.put_consent(consent)
    body = {
        "request": consent.id,
        "object": consent.object_id,
        "third_party": consent.party,
        "purpose": consent.purpose,
    }
    compose(node, unit, "consent-request", consent.counterpart, body, now)
    return consent


def _answer(node: Node, unit: Unit, consent: Consent, more: dict[str, Any], now: datetime) -> None:
    unit.obligations.put_consent(consent)
    body = {"request": consent.id, "object": _asked(unit, consent)["object"], "third_party": consent.party, **more}
    compose(node, unit, "consent-answer", consent.counterpart, body, now)


def _request(unit: Unit, id_: str) -> Consent:
    consent = unit.obligations.consent(id_, Direction.IN)
    if consent is None:
        raise NotFound("consent-unknown", f"no consent request {id_}", "`sepakat consent list` shows them")
    return consent


def _open_request(unit: Unit, id_: str) -> Consent:
    consent = _request(unit, id_)
    if consent.granted is not None:
        raise NotPermitted("consent-answered", f"consent request {id_} is answered already")
    return consent


def _asked(unit: Unit, consent: Consent) -> dict[str, Any]:
    """The request as it came: it names the object as the one who asks has it."""
    for record in unit.messages.of_kind("consent-request", Direction.IN, consent.counterpart):
        body: dict[str, Any] = orjson.loads(record.document)["body"]
        if record.refused is None and body["request"] == consent.id:
            return body
    raise NotFound("consent-unknown", f"the message of consent request {consent.id} is not kept")


def _ours(unit: Unit, message: Message) -> Consent:
    """The request of ours that a message is about."""
    body = message.body
    asked = unit.obligations.consent(body["request"], Direction.OUT)
    if asked is None or asked.counterpart != message.sender:
        raise NotPermitted("consent-not-asked", f"{message.kind} refused: {message.sender} was not asked that")
    if asked.object_id != body["object"] or asked.party != body["third_party"]:
        raise NotPermitted("consent-differs", f"{message.kind} refused: request {asked.id} was about something else")
    return asked
