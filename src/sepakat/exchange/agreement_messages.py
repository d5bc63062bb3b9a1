"""What partners say about agreements: their offers, signatures, refusals, suspensions, ends.

Each handler runs in the unit of `receiving`, after the sender was verified; it decides whether this sender may say this
about this very version, and writes it down as an event. Invariant: nothing that a partner says signs for us, signs for
another party, or changes the terms of a version that we know.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sepakat.agreements.life import EventKind, LifeEvent, State, why_not
from sepakat.agreements.parsing import from_document
from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import agreement_hash, canonical_form, signing_input
from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.continuing import check_continues, roster_of
from sepakat.exchange.keys import valid_keys
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord
from sepakat.exchange.releasing import update_views
from sepakat.exchange.standing import standing_for, was_in_force
from sepakat.shapes import read_instant
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.keys import PublicKey, decode_base64, verify
from sepakat.transparency.messages import Message


def take_offer(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """A partner offers an agreement, or a taker sends us a counter-offer to sign."""
    agreement = _offered(message)
    roster = _roster(node, agreement, message)
    versions = unit.agreements.versions(agreement.id)
    if agreement.giver == node.party:
        # Of our own agreements what we have said counts: a partner cannot take an id of ours by offering it first.
        was_agreed = any(event.party == node.party for record in versions for event in record.events)
    else:
        was_agreed = any(was_in_force(record, node.party, now, versions) for record in versions)
    known = unit.agreements.get(message.body["hash"])
    if known is None:
        shown = [record for record in versions if message.sender in (record.agreement.giver, *record.roster)]
        if agreement.giver == node.party:
            _check_is_about_them(unit, agreement, message, roster, shown)
        if versions and not shown:
            # What we agreed with others under this id: not even its version or hash is for this sender.
            raise NotPermitted("agreement-id-taken", f"agreement {agreement.id} refused: the id is taken")
        # Nor is a draft for the sender that nobody has offered.
        said = [record for record in shown if record.events]
        check_continues(agreement, versions, is_open=not was_agreed, shown=said)
        known = AgreementRecord(message.body["hash"], agreement, canonical_form(agreement), now, roster)
        unit.agreements.add(known)
    if message.sender == agreement.giver:
        taker = node.party if agreement.community else None
        _hear(unit, known, LifeEvent(EventKind.OFFERED, known.hash, message.sender, _at(message, now), taker=taker))


def take_signature(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """A partner signs: over our hash, with a key of its card, for itself alone."""
    body = message.body
    record = _known(unit, message)
    if body["party"] != message.sender:
        raise NotPermitted(
            "signature-of-another", f"signature refused: {message.sender} cannot sign or attest for {body['party']}"
        )
    if "signature" not in body:
        raise NotPermitted("signature-missing", f"signature refused: {message.sender} has a node and must sign itself")
    key = PublicKey.parse(body["key"])
    if key not in valid_keys(known_party(unit, message.sender), message.at):
        raise NotPermitted(
            "signature-key-unknown", f"signature refused: its key is not on the card of {message.sender}"
        )
    if not verify(key, signing_input(record.hash), decode_base64(body["signature"]) or b""):
        raise NotPermitted(
            "signature-wrong", f"signature of {message.sender} refused: it is not over agreement {record.hash}"
        )
    is_giver = message.sender == record.agreement.giver
    _check_is_not_withdrawn(node, unit, record, message, now)
    taker = node.party if is_giver and record.agreement.community else None
    _hear(unit, record, LifeEvent(EventKind.SIGNED, record.hash, message.sender, _at(message, now), taker=taker))
    update_views(node, unit, now)


def take_refusal(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """A taker does not accept what we offered."""
    _life_event(node, unit, message, EventKind.REJECTED, _at(message, now), now)


def take_suspension(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """A partner stops an agreement: at once, whatever later instant it names."""
    _life_event(node, unit, message, EventKind.SUSPENDED, _from(message, now), now)


def take_resumption(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """A partner lifts its own suspension."""
    _life_event(node, unit, message, EventKind.RESUMED, _from(message, now), now)


def take_end(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """A partner gives notice, or a taker confirms that it deleted what it had."""
    if message.body["stage"] == "notice":
        _life_event(node, unit, message, EventKind.ENDED, _at(message, now), now)
        return
    record = _known(unit, message)
    if message.sender not in record.roster:
        raise NotPermitted(
            "agreement-event", f"confirmation refused: {message.sender} is no taker of {record.agreement.id}"
        )
    versions = unit.agreements.versions(record.agreement.id)
    if standing_for(record, message.sender, now, versions).state is not State.ENDED:
        raise NotPermitted(
            "agreement-event",
            f"confirmation refused: {record.agreement.id} has not ended for {message.sender}",
        )


def _offered(message: Message) -> Agreement:
    document: Mapping[str, Any] = message.body["document"]
    agreement = from_document(document)
    if agreement.id != message.body["agreement"]:
        raise InputError("agreement-differs", f"offer refused: its document is agreement {agreement.id}")
    digest = agreement_hash(agreement)
    if digest != message.body["hash"] or canonical_bytes(document) != canonical_form(agreement):
        raise InputError(
            "agreement-differs", f"offer of agreement {agreement.id} refused: its document does not have the hash named"
        )
    return agreement


def _roster(node: Node, agreement: Agreement, message: Message) -> tuple[PartyId, ...]:
    listed = message.body.get("roster")
    if (listed is not None) != (agreement.community is not None):
        raise InputError(
            "roster-wrong", f"offer of agreement {agreement.id} refused: a roster goes with a community alone"
        )
    roster = roster_of(agreement, tuple(PartyId(member) for member in listed or ()))
    parties = {agreement.giver, *roster}
    if message.sender not in parties or node.party not in parties:
        raise NotPermitted(
            "agreement-not-ours",
            f"offer of agreement {agreement.id} refused: it is not between {message.sender} and {node.party}",
        )
    if agreement.giver not in (message.sender, node.party):
        raise NotPermitted(
            "agreement-not-theirs",
            f"offer of agreement {agreement.id} refused: its giver {agreement.giver} did not send it",
        )
    return roster


def _check_is_about_them(
    unit: Unit, agreement: Agreement, message: Message, roster: tuple[PartyId, ...], shown: list[AgreementRecord]
) -> None:
    """A counter-offer names its sender, and takers that it knows from us: else the answer tells whom we know."""
    named = {message.sender, *(party for record in shown for party in record.roster)}
    community = unit.parties.roster(agreement.community) if agreement.community else None
    if community is not None and message.sender in community.members:
        named.update(community.members)
    if not named.issuperset(roster):
        raise NotPermitted(
            "agreement-not-ours",
            f"offer of agreement {agreement.id} refused: {message.sender} proposes takers that are no part of it",
            "propose it for yourself; its giver names the takers",
        )


def _known(unit: Unit, message: Message) -> AgreementRecord:
    record = unit.agreements.get(message.body["hash"])
    if record is None or record.agreement.id != message.body["agreement"]:
        raise NotFound(
            "agreement-hash-unknown",
            f"{message.kind} refused: no version of agreement {message.body['agreement']} with that hash is known here",
            "offer it first",
        )
    return record


def _life_event(node: Node, unit: Unit, message: Message, kind: EventKind, at: datetime, now: datetime) -> None:
    record = _known(unit, message)
    is_giver = message.sender == record.agreement.giver
    # A giver speaks to us about us: what it says to its other takers is not ours to know.
    taker = node.party if is_giver else None
    reason = message.body.get("reason")
    _hear(unit, record, LifeEvent(kind, record.hash, message.sender, at, taker=taker, reason=reason))
    update_views(node, unit, now)


def _hear(unit: Unit, record: AgreementRecord, event: LifeEvent) -> None:
    wrong = why_not(record.agreement, event)
    is_party = event.party == record.agreement.giver or event.party in record.roster
    if wrong is not None or not is_party:
        raise NotPermitted(
            "agreement-event",
            f"{event.kind.value} refused for agreement {record.agreement.id}: {wrong or 'it is not of its roster'}",
        )
    unit.agreements.add_event(record.hash, event)


def _check_is_not_withdrawn(node: Node, unit: Unit, record: AgreementRecord, message: Message, now: datetime) -> None:
    """A signature that says to be older than our withdrawal of the offer, and came after it, brings nothing back."""
    taker = message.sender if record.agreement.giver == node.party else node.party
    ended_by_us = any(
        event.kind in (EventKind.ENDED, EventKind.REJECTED)
        and event.party == node.party
        and event.taker in (None, taker)
        for event in record.events
    )
    versions = unit.agreements.versions(record.agreement.id)
    if ended_by_us and standing_for(record, taker, now, versions).state is State.ENDED:
        raise NotPermitted(
            "agreement-ended",
            f"signature of {message.sender} refused: {node.party} had taken back agreement {record.agreement.id}",
            "offer a new version",
        )


def _at(message: Message, now: datetime) -> datetime:
    """When it was said; never later than now, so that a partner's clock cannot put off what it said."""
    return min(message.at, now)


def _from(message: Message, now: datetime) -> datetime:
    return min(read_instant(message.body["from"]) or now, message.at, now)
