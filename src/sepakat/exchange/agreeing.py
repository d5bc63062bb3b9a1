"""Agreements from our side: drafted, offered, accepted, rejected, amended, suspended, resumed, ended.

Writes down what this party says as events, signs, and tells the partners; where an agreement then stands is for
`agreements.life` to say. What partners say comes in by `agreement_messages`. Invariant: no agreement has our signature
that a person of this node did not give to exactly that hash. DESIGN section 3.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from sepakat.agreements.comparison import Change, changes
from sepakat.agreements.life import EventKind, LifeEvent, Standing, State, why_not
from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import agreement_hash, canonical_form, signing_input
from sepakat.errors import InputError, NotPermitted
from sepakat.exchange.messaging import DeliveryReport, compose, deliver
from sepakat.exchange.parties import known_community, known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord
from sepakat.exchange.releasing import update_views
from sepakat.exchange.standing import current_version, find_version, standing_for, standing_shown
from sepakat.shapes import instant_text
from sepakat.stix.identifiers import PartyId

_NOTHING_SENT = DeliveryReport({}, ())


@dataclass(frozen=True, slots=True)
class AgreementState:
    """One version of an agreement and where it stands, taker by taker as far as this node can know."""

    record: AgreementRecord
    standings: Mapping[PartyId, Standing]
    delivery: DeliveryReport = field(default=_NOTHING_SENT)
    """What the partners were told just now."""


def check(text: str | bytes) -> Agreement:
    """Whether a document is a valid agreement; it is kept nowhere.

    Raises:
        InputError: `agreement-invalid`, with every fault.
    """
    return parse_agreement(text)


def draft(node: Node, text: str | bytes) -> AgreementState:
    """Keep a document as a draft: nobody else learns of it. A taker drafts a counter-offer so.

    Raises:
        InputError: the document is invalid, or does not continue the version before.
        NotFound: a party or community that it names is not known here.
        NotPermitted: this node is no party to it, or the id is another giver's.
    """
    agreement = parse_agreement(text)
    now = node.clock.now()
    with node.store.writing() as unit:
        record = _record(node, unit, agreement, now)
        unit.agreements.add(record)
        return _state(node, unit, record, now)


def offer(node: Node, name: str) -> AgreementState:
    """Sign a draft and offer it to its takers; as a taker: sign a counter-offer and send it to the giver.

    `name` is the agreement's id (its newest draft) or the hash of a version.

    Raises:
        NotFound: no such draft. NotPermitted: it is past being offered, or its window is over.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: _is_open(unit, found, now))
        _check_can_be_signed(unit, record, now)
        record = _offer(node, unit, record, now)
        update_views(node, unit, now)
    return _told(node, record)


def accept(node: Node, name: str) -> AgreementState:
    """Sign what was offered to us, over exactly its hash.

    Raises:
        NotFound: nothing of that name is offered. NotPermitted: it is not offered any more, or its window is over.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: _is_offered_to_us(node, unit, found, now))
        _check_is_offered_to_us(node, unit, record, now)
        _check_can_be_signed(unit, record, now)
        giver = record.agreement.giver
        if giver == node.party:
            # A counter-offer: our signature over it makes it an offer of ours.
            record = _offer(node, unit, record, now)
        else:
            record = _sign(node, unit, record, now, tell=(giver,))
        update_views(node, unit, now)
    return _told(node, record)


def reject(node: Node, name: str, reason: str) -> AgreementState:
    """Say no to what was offered to us.

    Raises:
        NotFound: nothing of that name is offered. NotPermitted: it is not offered any more.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: _is_offered_to_us(node, unit, found, now))
        _check_is_offered_to_us(node, unit, record, now)
        giver = record.agreement.giver
        if giver == node.party:
            raise NotPermitted(
                "agreement-ours",
                f"agreement {record.agreement.id} not rejected: this node is its giver",
                "a counter-offer that its giver does not sign has no effect",
            )
        record = _say(unit, record, LifeEvent(EventKind.REJECTED, record.hash, node.party, now, reason=reason))
        _tell(node, unit, giver, "agreement-refusal", _about(record, reason=reason), now)
        update_views(node, unit, now)
    return _told(node, record)


def amend(node: Node, text: str | bytes) -> AgreementState:
    """Offer a new version of our agreement in the place of the one before.

    What only narrows holds at once by our signature alone; anything else waits for the takers, and the version before
    holds until then.

    Raises:
        InputError: the document is invalid or does not name the version before. NotPermitted: we are not its giver.
    """
    agreement = parse_agreement(text)
    now = node.clock.now()
    with node.store.writing() as unit:
        if agreement.giver != node.party:
            raise NotPermitted(
                "agreement-not-ours",
                f"agreement {agreement.id} not amended: its giver is {agreement.giver}",
                "draft a counter-offer and offer it to the giver",
            )
        record = _record(node, unit, agreement, now)
        unit.agreements.add(record)
        _check_can_be_signed(unit, record, now)
        record = _offer(node, unit, record, now)
        update_views(node, unit, now)
    return _told(node, record)


def suspend(node: Node, name: str, reason: str, taker: PartyId | None = None) -> AgreementState:
    """Stop an agreement at once, for one taker or for all; what was given stays given.

    Raises:
        NotFound: no such agreement. NotPermitted: it is not in force.
    """
    return _change(node, name, EventKind.SUSPENDED, reason, taker)


def resume(node: Node, name: str, reason: str | None = None, taker: PartyId | None = None) -> AgreementState:
    """Lift our own suspension; the other side's stays until it lifts it itself.

    Raises:
        NotFound: no such agreement. NotPermitted: we have not suspended it.
    """
    return _change(node, name, EventKind.RESUMED, reason, taker)


def end(node: Node, name: str, reason: str, taker: PartyId | None = None) -> AgreementState:
    """Give notice: the agreement ends when its `end.terminate` has passed; an offer is withdrawn at once.

    Raises:
        NotFound: no such agreement. NotPermitted: it has ended already.
    """
    return _change(node, name, EventKind.ENDED, reason, taker)


def attest(node: Node, name: str, taker: PartyId, *, by: str, paper: str) -> AgreementState:
    """Record the assent of a partner without a node: who recorded it, and which paper holds it.

    Raises:
        NotFound: no such agreement. NotPermitted: we are not its giver, it is not on offer to that taker, or the taker
            has a node and signs itself.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: taker in found.roster and _is_open(unit, found, now))
        if known_party(unit, taker).card is not None:
            raise NotPermitted("taker-signs-itself", f"assent of {taker} not recorded: it has a node and signs itself")
        if standing_for(record, taker, now, _versions(unit, record)).state is not State.OFFERED:
            raise NotPermitted("agreement-not-offered", f"agreement {record.agreement.id} is not on offer to {taker}")
        event = LifeEvent(
            EventKind.ATTESTED,
            record.hash,
            taker,
            now,
            taker=taker if record.agreement.community else None,
            recorded_by=node.party,
            paper=paper,
            reason=f"recorded by {by}",
        )
        record = _say(unit, record, event)
        update_views(node, unit, now)
    return _told(node, record)


def list_agreements(node: Node) -> list[AgreementState]:
    """All versions of all agreements with where they stand, by id and version."""
    now = node.clock.now()
    with node.store.reading() as unit:
        return [_state(node, unit, record, now) for record in unit.agreements.everything()]


def show(node: Node, name: str) -> AgreementState:
    """One agreement: the version of that hash, or of that id the one in force, else the newest.

    Raises:
        NotFound: no such agreement.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        return _state(node, unit, find_version(unit, name, lambda found: _is_current(node, unit, found, now)), now)


def diff(node: Node, older: str, newer: str) -> tuple[Change, ...]:
    """What changes from one version (by hash, or `id@version`) to another.

    Raises:
        NotFound: no such version.
    """
    with node.store.reading() as unit:
        old, new = (find_version(unit, name, lambda _: True) for name in (older, newer))
    return changes(old.agreement, new.agreement)


def check_continues(
    agreement: Agreement,
    versions: list[AgreementRecord],
    *,
    is_open: bool = True,
    shown: list[AgreementRecord] | None = None,
) -> None:
    """Whether a version continues what is known of its agreement; a refusal tells of `shown` alone (None: of all).

    Raises:
        NotPermitted: the id is that of another giver's, or it begins anew what was agreed before.
        InputError: it is not the next version of the one whose hash it names.
    """
    digest = agreement_hash(agreement)
    others = [record for record in versions if record.hash != digest]
    if any(record.agreement.giver != agreement.giver for record in others):
        raise NotPermitted("agreement-id-taken", f"agreement {agreement.id} refused: the id is that of another giver's")
    if agreement.version == 1:
        if others and not is_open:
            raise NotPermitted(
                "agreement-known",
                f"agreement {agreement.id} refused: another version 1 of it was agreed before",
                "offer a next version that supersedes it by hash",
            )
        return
    before = next((record for record in others if record.hash == agreement.supersedes), None)
    if before is None or before.agreement.version + 1 != agreement.version:
        told = others if shown is None else shown
        newest = max(told, key=lambda record: record.agreement.version, default=None)
        known = "none is known" if newest is None else f"known is version {newest.agreement.version}, {newest.hash}"
        raise InputError(
            "agreement-does-not-continue",
            f"agreement {agreement.id} refused: version {agreement.version} does not name the version before; {known}",
            "write the next version number, and that hash under supersedes",
        )


def roster_of(agreement: Agreement, members: tuple[PartyId, ...] = ()) -> tuple[PartyId, ...]:
    """The takers of a version: those it lists, or the community's members of the day without the giver."""
    takers = members if agreement.community else agreement.takers
    return tuple(taker for taker in takers if taker != agreement.giver)


def _record(node: Node, unit: Unit, agreement: Agreement, now: datetime) -> AgreementRecord:
    digest = agreement_hash(agreement)
    known = unit.agreements.get(digest)
    if known is not None:
        return known
    members = known_community(unit, agreement.community).members if agreement.community else ()
    roster = roster_of(agreement, members)
    for party in (agreement.giver, *roster):
        known_party(unit, party)
    if node.party != agreement.giver and node.party not in roster:
        raise NotPermitted("agreement-not-ours", f"agreement {agreement.id} refused: {node.party} is no party to it")
    if not roster:
        raise InputError("agreement-without-takers", f"agreement {agreement.id} refused: nobody but its giver is in it")
    versions = unit.agreements.versions(agreement.id)
    said = (event for record in versions for event in record.events)
    # As its giver, what we have said counts: what others offered in our name is nothing that we agreed.
    was_agreed = any(event.party == node.party or agreement.giver != node.party for event in said)
    check_continues(agreement, versions, is_open=not was_agreed)
    return AgreementRecord(digest, agreement, canonical_form(agreement), now, roster)


def _offer(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> AgreementRecord:
    agreement = record.agreement
    if agreement.giver != node.party:
        _send_offer(node, unit, record, agreement.giver, now)
        return _sign(node, unit, record, now, tell=(agreement.giver,))
    for taker in record.roster:
        to = taker if agreement.community else None
        record = _say(unit, record, LifeEvent(EventKind.OFFERED, record.hash, node.party, now, taker=to))
        _send_offer(node, unit, record, taker, now)
    return _sign(node, unit, record, now, tell=record.roster)


def _send_offer(node: Node, unit: Unit, record: AgreementRecord, to: PartyId, now: datetime) -> None:
    body = _about(record, document=orjson.loads(record.canonical))
    if record.agreement.community:
        body["roster"] = list(record.roster)
    _tell(node, unit, to, "agreement-offer", body, now)


def _sign(
    node: Node, unit: Unit, record: AgreementRecord, now: datetime, *, tell: tuple[PartyId, ...]
) -> AgreementRecord:
    signature = b64encode(node.signer.sign(signing_input(record.hash))).decode("ascii")
    body = _about(record, party=node.party, key=node.signer.public_key, signature=signature)
    is_giver = node.party == record.agreement.giver
    for party in tell:
        named = party if is_giver and record.agreement.community else None
        record = _say(unit, record, LifeEvent(EventKind.SIGNED, record.hash, node.party, now, taker=named))
        _tell(node, unit, party, "agreement-signature", body, now)
    return record


def _change(node: Node, name: str, kind: EventKind, reason: str | None, taker: PartyId | None) -> AgreementState:
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: _is_current(node, unit, found, now))
        is_giver = node.party == record.agreement.giver
        if taker is not None and not (is_giver and taker in record.roster):
            raise NotPermitted(
                "taker-unknown", f"agreement {record.agreement.id} not changed: {taker} is no taker that we give to"
            )
        _check_has_effect(node, unit, record, kind, taker, now)
        if kind is EventKind.RESUMED and not _is_suspended_by_us(node, unit, record, taker):
            raise NotPermitted(
                "agreement-state", f"agreement {record.agreement.id} not resumed: {node.party} has not suspended it"
            )
        # Offers of later versions go the same way: signing one must not bring back what is stopped here.
        for version in (record, *_later_open(node, unit, record, now)):
            _say(unit, version, LifeEvent(kind, version.hash, node.party, now, taker=taker, reason=reason))
            others = version.roster if is_giver else (version.agreement.giver,)
            for party in others if taker is None else (taker,):
                _tell(node, unit, party, _MESSAGE[kind], _about(version, **_life_body(kind, reason, now)), now)
        update_views(node, unit, now)
    return _told(node, record)


def _later_open(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> Iterable[AgreementRecord]:
    for version in _versions(unit, record):
        is_later = version.agreement.version > record.agreement.version
        if is_later and version.events and _is_open(unit, version, now):
            yield version


_MESSAGE = {
    EventKind.SUSPENDED: "agreement-suspension",
    EventKind.RESUMED: "agreement-resumption",
    EventKind.ENDED: "agreement-end",
}


def _life_body(kind: EventKind, reason: str | None, now: datetime) -> dict[str, Any]:
    body: dict[str, Any] = {"from": instant_text(now)}
    if reason:
        body["reason"] = reason
    if kind is EventKind.ENDED:
        body["stage"] = "notice"
    return body


def _check_has_effect(
    node: Node, unit: Unit, record: AgreementRecord, kind: EventKind, taker: PartyId | None, now: datetime
) -> None:
    takers = (taker,) if taker else record.roster if node.party == record.agreement.giver else (node.party,)
    versions = _versions(unit, record)
    states = {standing_for(record, one, now, versions).state for one in takers}
    fitting = {
        EventKind.SUSPENDED: {State.IN_FORCE, State.SUSPENDED},
        EventKind.RESUMED: {State.SUSPENDED},
        EventKind.ENDED: {State.OFFERED, State.IN_FORCE, State.SUSPENDED},
    }[kind]
    if not states & fitting:
        found = ", ".join(sorted(state.value for state in states))
        raise NotPermitted(
            "agreement-state",
            f"agreement {record.agreement.id} not changed: it is {found}, so it cannot be {kind.value}",
        )


def _is_suspended_by_us(node: Node, unit: Unit, record: AgreementRecord, taker: PartyId | None) -> bool:
    said = [
        event
        for version in _versions(unit, record)
        for event in version.events
        if event.party == node.party
        and event.kind in (EventKind.SUSPENDED, EventKind.RESUMED)
        and (taker is None or event.taker in (None, taker))
    ]
    return bool(said) and max(said, key=lambda event: event.at).kind is EventKind.SUSPENDED


def _say(unit: Unit, record: AgreementRecord, event: LifeEvent) -> AgreementRecord:
    wrong = why_not(record.agreement, event)
    if wrong is not None:
        raise NotPermitted("agreement-event", f"agreement {record.agreement.id} not changed: {wrong}")
    unit.agreements.add_event(record.hash, event)
    return replace(record, events=(*record.events, event))


def _tell(node: Node, unit: Unit, to: PartyId, kind: str, body: Mapping[str, Any], now: datetime) -> None:
    # A partner without a node is told on paper.
    if known_party(unit, to).card is not None:
        compose(node, unit, kind, to, body, now)


def _about(record: AgreementRecord, **more: Any) -> dict[str, Any]:
    return {"agreement": record.agreement.id, "hash": record.hash, **more}


def _told(node: Node, record: AgreementRecord) -> AgreementState:
    delivery = deliver(node)
    now = node.clock.now()
    with node.store.reading() as unit:
        return replace(_state(node, unit, unit.agreements.get(record.hash) or record, now), delivery=delivery)


def _is_open(unit: Unit, record: AgreementRecord, now: datetime) -> bool:
    versions = _versions(unit, record)
    states = {standing_for(record, taker, now, versions).state for taker in record.roster}
    return bool(states & {State.DRAFT, State.OFFERED})


def _is_offered_to_us(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> bool:
    versions = _versions(unit, record)
    if record.agreement.giver == node.party:
        return any(event.kind is EventKind.SIGNED and event.party != node.party for event in record.events) and all(
            event.party != node.party for event in record.events
        )
    own = any(event.kind is EventKind.SIGNED and event.party == node.party for event in record.events)
    return not own and standing_for(record, node.party, now, versions).state is State.OFFERED


def _check_is_offered_to_us(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> None:
    if not _is_offered_to_us(node, unit, record, now):
        state = _state(node, unit, record, now).standings
        words = "; ".join(f"{standing.state.value} ({standing.because})" for standing in state.values())
        raise NotPermitted(
            "agreement-not-offered", f"agreement {record.agreement.id} is not on offer to {node.party}: {words}"
        )


def _check_can_be_signed(unit: Unit, record: AgreementRecord, now: datetime) -> None:
    agreement = record.agreement
    if agreement.window.to is not None and agreement.window.to <= now:
        raise NotPermitted(
            "agreement-window-over",
            f"agreement {agreement.id} not signed: its window ended on {instant_text(agreement.window.to)}",
        )
    if not _is_open(unit, record, now):
        raise NotPermitted("agreement-state", f"agreement {agreement.id} not signed: it was concluded or ended before")


def _is_current(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> bool:
    versions = _versions(unit, record)
    mine = record.roster if record.agreement.giver == node.party else (node.party,)
    current = [current_version(versions, taker, now) for taker in mine]
    return any(other is not None and other.hash == record.hash for other in current)


def _versions(unit: Unit, record: AgreementRecord) -> list[AgreementRecord]:
    return unit.agreements.versions(record.agreement.id)


def _state(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> AgreementState:
    versions = _versions(unit, record)
    # A taker hears nothing of what the giver and the other takers say to each other.
    takers = record.roster if record.agreement.giver == node.party else (node.party,)
    return AgreementState(record, {taker: standing_shown(record, taker, now, versions) for taker in takers})
