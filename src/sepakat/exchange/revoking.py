"""A partner's key that ended before now: what it signed after its end does not count, also what was taken already.

Nothing that came is thrown away: an agreement signed so is suspended from our side, a grant counts as withdrawn, and
objects that were released so are held, until people have talked. Invariant: nothing goes out on the word of a key that
its party had revoked for that instant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from sepakat.agreements.life import EventKind, LifeEvent
from sepakat.exchange import parties
from sepakat.exchange.agreement_saying import about, say_event, tell
from sepakat.exchange.keys import card_keys
from sepakat.exchange.marking import policy_of
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction
from sepakat.exchange.releasing import update_views
from sepakat.exchange.standing import standing_for
from sepakat.shapes import instant_text
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.messages import Message


def take_card(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `card` message as `parties` does, and undo what a key signed after it had ended."""
    sender = message.sender
    before = {entry.key: entry.until for entry in card_keys(parties.known_party(unit, sender))}
    parties.take_card(node, unit, message, now)
    for entry in card_keys(parties.known_party(unit, sender)):
        known_end = before.get(entry.key)
        if entry.until is not None and (known_end is None or entry.until < known_end):
            _undo(node, unit, sender, entry.key, entry.until, now)
    update_views(node, unit, now)


def _undo(node: Node, unit: Unit, sender: PartyId, key: PublicKey, end: datetime, now: datetime) -> None:
    reason = f"signed by a key of {sender} that had ended on {instant_text(end)}"
    for body in _signed_after(unit, "agreement-signature", sender, key, end):
        _suspend(node, unit, sender, body["hash"], reason, now)
    for body in _signed_after(unit, "consent-answer", sender, key, end):
        asked = unit.obligations.consent(body["request"], Direction.OUT)
        if asked is not None and asked.granted and asked.withdrawn_at is None:
            unit.obligations.put_consent(replace(asked, withdrawn_at=now, reason=reason))
    for body in _signed_after(unit, "release-statement", sender, key, end):
        for entry in body["objects"]:
            _hold(node, unit, StixId(entry["id"]), reason)


def _suspend(node: Node, unit: Unit, sender: PartyId, hash_: str, reason: str, now: datetime) -> None:
    record = unit.agreements.get(hash_)
    if record is None:
        return
    is_giver = record.agreement.giver == node.party
    taker = sender if is_giver else node.party
    if standing_for(record, taker, now, unit.agreements.versions(record.agreement.id)).is_in_force:
        event = LifeEvent(
            EventKind.SUSPENDED, hash_, node.party, now, taker=sender if is_giver else None, reason=reason
        )
        say_event(unit, record, event)
        body = about(record, **{"from": instant_text(now)}, reason=reason)
        tell(node, unit, sender, "agreement-suspension", body, now)


def _hold(node: Node, unit: Unit, object_id: StixId, reason: str) -> None:
    versions = unit.objects.get(object_id)
    policy = policy_of(unit, object_id)
    if versions and policy.hold is None and not any(node.party in version.origins for version in versions):
        unit.policies.put(replace(policy, hold=reason))


def _signed_after(unit: Unit, kind: str, sender: PartyId, key: PublicKey, end: datetime) -> Iterator[Mapping[str, Any]]:
    for record in unit.messages.of_kind(kind, Direction.IN, sender):
        document = orjson.loads(record.document)
        if record.refused is None and record.at > end and document["key"] == key.key_id:
            yield document["body"]
