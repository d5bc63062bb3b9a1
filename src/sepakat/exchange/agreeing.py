"""Agreements from our side: drafted, offered, accepted, rejected, amended, suspended, resumed, ended.

One use case each: what may be said now is checked with `agreement_states`, and said with `agreement_saying`. What
partners say comes in by `agreement_messages`. Invariant: no agreement has our signature
that a person of this node did not give to exactly that hash. DESIGN section 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sepakat.agreements.comparison import Change, changes
from sepakat.agreements.life import EventKind, LifeEvent, State
from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.terms import Agreement
from sepakat.errors import NotPermitted
from sepakat.exchange.agreement_saying import about, say_event, say_offer, say_signature, tell
from sepakat.exchange.agreement_states import (
    AgreementState,
    check_can_be_signed,
    check_is_offered_to_us,
    is_current,
    is_offered_to_us,
    is_open,
    state_of,
    untold_of,
    versions_of,
)
from sepakat.exchange.continuing import record_of
from sepakat.exchange.messaging import deliver
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord
from sepakat.exchange.releasing import update_views
from sepakat.exchange.standing import find_version, standing_for
from sepakat.shapes import instant_text
from sepakat.stix.identifiers import PartyId


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
        record = record_of(node, unit, agreement, now)
        unit.agreements.add(record)
        return state_of(node, unit, record, now)


def offer(node: Node, name: str) -> AgreementState:
    """Sign a draft and offer it to its takers; as a taker: sign a counter-offer and send it to the giver.

    `name` is the agreement's id (its newest draft) or the hash of a version.

    Raises:
        NotFound: no such draft. NotPermitted: it is past being offered, or its window is over.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: is_open(unit, found, now))
        check_can_be_signed(unit, record, now)
        record = say_offer(node, unit, record, now)
        update_views(node, unit, now)
    return _told(node, record)


def accept(node: Node, name: str) -> AgreementState:
    """Sign what was offered to us, over exactly its hash.

    Raises:
        NotFound: nothing of that name is offered. NotPermitted: it is not offered any more, or its window is over.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: is_offered_to_us(node, unit, found, now))
        check_is_offered_to_us(node, unit, record, now)
        check_can_be_signed(unit, record, now)
        giver = record.agreement.giver
        if giver == node.party:
            # A counter-offer: our signature over it makes it an offer of ours.
            record = say_offer(node, unit, record, now)
        else:
            record = say_signature(node, unit, record, now, to=(giver,))
        update_views(node, unit, now)
    return _told(node, record)


def reject(node: Node, name: str, reason: str) -> AgreementState:
    """Say no to what was offered to us.

    Raises:
        NotFound: nothing of that name is offered. NotPermitted: it is not offered any more.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: is_offered_to_us(node, unit, found, now))
        check_is_offered_to_us(node, unit, record, now)
        giver = record.agreement.giver
        if giver == node.party:
            raise NotPermitted(
                "agreement-ours",
                f"agreement {record.agreement.id} not rejected: this node is its giver",
                "a counter-offer that its giver does not sign has no effect",
            )
        record = say_event(unit, record, LifeEvent(EventKind.REJECTED, record.hash, node.party, now, reason=reason))
        tell(node, unit, giver, "agreement-refusal", about(record, reason=reason), now)
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
        record = record_of(node, unit, agreement, now)
        unit.agreements.add(record)
        check_can_be_signed(unit, record, now)
        record = say_offer(node, unit, record, now)
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
        record = find_version(unit, name, lambda found: taker in found.roster and is_open(unit, found, now))
        if known_party(unit, taker).card is not None:
            raise NotPermitted("taker-signs-itself", f"assent of {taker} not recorded: it has a node and signs itself")
        if standing_for(record, taker, now, versions_of(unit, record)).state is not State.OFFERED:
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
        record = say_event(unit, record, event)
        update_views(node, unit, now)
    return _told(node, record)


def list_agreements(node: Node) -> list[AgreementState]:
    """All versions of all agreements with where they stand, by id and version."""
    now = node.clock.now()
    with node.store.reading() as unit:
        return [state_of(node, unit, record, now) for record in unit.agreements.everything()]


def show(node: Node, name: str) -> AgreementState:
    """One agreement: the version of that hash, or of that id the one in force, else the newest.

    Raises:
        NotFound: no such agreement.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        record = find_version(unit, name, lambda found: is_current(node, unit, found, now))
        return replace(state_of(node, unit, record, now), untold=untold_of(unit, record))


def diff(node: Node, older: str, newer: str) -> tuple[Change, ...]:
    """What changes from one version (by hash, or `id@version`) to another.

    Raises:
        NotFound: no such version.
    """
    with node.store.reading() as unit:
        old, new = (find_version(unit, name, lambda _: True) for name in (older, newer))
    return changes(old.agreement, new.agreement)


def _change(node: Node, name: str, kind: EventKind, reason: str | None, taker: PartyId | None) -> AgreementState:
    now = node.clock.now()
    with node.store.writing() as unit:
        record = find_version(unit, name, lambda found: is_current(node, unit, found, now))
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
            say_event(unit, version, LifeEvent(kind, version.hash, node.party, now, taker=taker, reason=reason))
            others = version.roster if is_giver else (version.agreement.giver,)
            for party in others if taker is None else (taker,):
                tell(node, unit, party, _MESSAGE[kind], about(version, **_life_body(kind, reason, now)), now)
        update_views(node, unit, now)
    return _told(node, record)


def _later_open(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> Iterable[AgreementRecord]:
    for version in versions_of(unit, record):
        is_later = version.agreement.version > record.agreement.version
        if is_later and version.events and is_open(unit, version, now):
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
    versions = versions_of(unit, record)
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
        for version in versions_of(unit, record)
        for event in version.events
        if event.party == node.party
        and event.kind in (EventKind.SUSPENDED, EventKind.RESUMED)
        and (taker is None or event.taker in (None, taker))
    ]
    return bool(said) and max(said, key=lambda event: event.at).kind is EventKind.SUSPENDED


def _told(node: Node, record: AgreementRecord) -> AgreementState:
    delivery = deliver(node)
    now = node.clock.now()
    with node.store.reading() as unit:
        state = state_of(node, unit, unit.agreements.get(record.hash) or record, now)
        return replace(state, delivery=delivery, untold=untold_of(unit, record))
