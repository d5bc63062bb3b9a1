"""Where agreements stand as this node shows them, and what may be done about them now.

Puts the events of `standing` together for people and for the checks of `agreeing`. Invariant: a taker is shown nothing
of what the giver and the other takers said to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from sepakat.agreements.life import EventKind, Standing, State
from sepakat.errors import NotPermitted
from sepakat.exchange.messaging import DeliveryReport
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord
from sepakat.exchange.standing import current_version, standing_for, standing_shown
from sepakat.shapes import instant_text
from sepakat.stix.identifiers import PartyId

_NOTHING_SENT = DeliveryReport({}, ())
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_MOST_LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that we said of a version and that a partner has not taken: until then it may show another state."""

    party: PartyId
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AgreementState:
    """One version of an agreement and where it stands, taker by taker as far as this node can know."""

    record: AgreementRecord
    standings: Mapping[PartyId, Standing]
    delivery: DeliveryReport = field(default=_NOTHING_SENT)
    """What the partners were told just now."""
    untold: tuple[Untold, ...] = ()
    """What they have not taken yet; asked for one version, not in lists."""


def is_open(unit: Unit, record: AgreementRecord, now: datetime) -> bool:
    """Whether a version is a draft or on offer for any of its takers."""
    versions = versions_of(unit, record)
    states = {standing_for(record, taker, now, versions).state for taker in record.roster}
    return bool(states & {State.DRAFT, State.OFFERED})


def is_offered_to_us(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> bool:
    """Whether a partner offers us a version that we have not answered; as its giver: a counter-offer."""
    versions = versions_of(unit, record)
    if record.agreement.giver == node.party:
        return any(event.kind is EventKind.SIGNED and event.party != node.party for event in record.events) and all(
            event.party != node.party for event in record.events
        )
    own = any(event.kind is EventKind.SIGNED and event.party == node.party for event in record.events)
    return not own and standing_for(record, node.party, now, versions).state is State.OFFERED


def check_is_offered_to_us(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> None:
    """Refuse what is not on offer to us.

    Raises:
        NotPermitted: it is not.
    """
    if not is_offered_to_us(node, unit, record, now):
        state = state_of(node, unit, record, now).standings
        words = "; ".join(f"{standing.state.value} ({standing.because})" for standing in state.values())
        raise NotPermitted(
            "agreement-not-offered", f"agreement {record.agreement.id} is not on offer to {node.party}: {words}"
        )


def check_can_be_signed(unit: Unit, record: AgreementRecord, now: datetime) -> None:
    """Refuse what is past being signed.

    Raises:
        NotPermitted: its window is over, or it was concluded or ended.
    """
    agreement = record.agreement
    if agreement.window.to is not None and agreement.window.to <= now:
        raise NotPermitted(
            "agreement-window-over",
            f"agreement {agreement.id} not signed: its window ended on {instant_text(agreement.window.to)}",
        )
    if not is_open(unit, record, now):
        raise NotPermitted("agreement-state", f"agreement {agreement.id} not signed: it was concluded or ended before")


def is_current(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> bool:
    """Whether a version is the one that counts now, for any taker that we may know of."""
    versions = versions_of(unit, record)
    mine = record.roster if record.agreement.giver == node.party else (node.party,)
    current = [current_version(versions, taker, now) for taker in mine]
    return any(other is not None and other.hash == record.hash for other in current)


def versions_of(unit: Unit, record: AgreementRecord) -> list[AgreementRecord]:
    """All versions of the agreement of a record, oldest first."""
    return unit.agreements.versions(record.agreement.id)


def state_of(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> AgreementState:
    """Where a version stands for each taker that this node may know of."""
    versions = versions_of(unit, record)
    # A taker hears nothing of what the giver and the other takers say to each other.
    takers = record.roster if record.agreement.giver == node.party else (node.party,)
    return AgreementState(record, {taker: standing_shown(record, taker, now, versions) for taker in takers})


def untold_of(unit: Unit, record: AgreementRecord) -> tuple[Untold, ...]:
    """What we said of a version and its partners have not taken, oldest first."""
    return tuple(
        Untold(message.counterpart, message.kind, message.at)
        for message in unit.messages.undelivered(_END_OF_TIME, _MOST_LOOKED_AT)
        if message.kind.startswith("agreement-") and orjson.loads(message.document)["body"]["hash"] == record.hash
    )
