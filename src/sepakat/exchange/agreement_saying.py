"""What this party says about agreements: written down as an event, signed, and told to whom it concerns.

Runs inside the unit of a use case of `agreeing`, which decides whether it may be said. Invariant: a signature of ours
is over exactly the hash of the record it is kept with.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from sepakat.agreements.life import EventKind, LifeEvent, why_not
from sepakat.agreements.writing import signing_input
from sepakat.errors import NotPermitted
from sepakat.exchange.messaging import compose
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord
from sepakat.stix.identifiers import PartyId


def say_offer(node: Node, unit: Unit, record: AgreementRecord, now: datetime) -> AgreementRecord:
    """Sign a version and offer it to its takers; as a taker: to its giver."""
    agreement = record.agreement
    if agreement.giver != node.party:
        _send_offer(node, unit, record, agreement.giver, now)
        return say_signature(node, unit, record, now, to=(agreement.giver,))
    for taker in record.roster:
        to = taker if agreement.community else None
        record = say_event(unit, record, LifeEvent(EventKind.OFFERED, record.hash, node.party, now, taker=to))
        _send_offer(node, unit, record, taker, now)
    return say_signature(node, unit, record, now, to=record.roster)


def _send_offer(node: Node, unit: Unit, record: AgreementRecord, to: PartyId, now: datetime) -> None:
    body = about(record, document=orjson.loads(record.canonical))
    if record.agreement.community:
        body["roster"] = list(record.roster)
    tell(node, unit, to, "agreement-offer", body, now)


def say_signature(
    node: Node, unit: Unit, record: AgreementRecord, now: datetime, *, to: tuple[PartyId, ...]
) -> AgreementRecord:
    """Sign a version, and tell the parties named."""
    signature = b64encode(node.signer.sign(signing_input(record.hash))).decode("ascii")
    body = about(record, party=node.party, key=node.signer.public_key, signature=signature)
    is_giver = node.party == record.agreement.giver
    for party in to:
        named = party if is_giver and record.agreement.community else None
        record = say_event(unit, record, LifeEvent(EventKind.SIGNED, record.hash, node.party, now, taker=named))
        tell(node, unit, party, "agreement-signature", body, now)
    return record


def say_event(unit: Unit, record: AgreementRecord, event: LifeEvent) -> AgreementRecord:
    """Write an event down.

    Raises:
        NotPermitted: it is none that this agreement knows.
    """
    wrong = why_not(record.agreement, event)
    if wrong is not None:
        raise NotPermitted("agreement-event", f"agreement {record.agreement.id} not changed: {wrong}")
    unit.agreements.add_event(record.hash, event)
    return replace(record, events=(*record.events, event))


def tell(node: Node, unit: Unit, to: PartyId, kind: str, body: Mapping[str, Any], now: datetime) -> None:
    """Put a message into the outbox; a partner without a node is told on paper."""
    if known_party(unit, to).card is not None:
        compose(node, unit, kind, to, body, now)


def about(record: AgreementRecord, **more: Any) -> dict[str, Any]:
    """The beginning of every message about a version."""
    return {"agreement": record.agreement.id, "hash": record.hash, **more}
