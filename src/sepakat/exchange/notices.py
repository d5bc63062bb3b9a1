"""Corrections and urgent notices: what partners are told beside the objects, and that a person has seen it.

Both name objects that the recipient has from the sender. A correction goes on to those whom the recipient gave the
object; its corrected version travels through the view like any other. Invariant: nothing here changes an object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.calling_back import derived_id, holders_of
from sepakat.exchange.messaging import DeliveryReport, compose, deliver
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, MessageRecord, Standing
from sepakat.exchange.statements import was_stated
from sepakat.release.decision import Outcome
from sepakat.shapes import instant_text, read_instant
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.transparency.messages import Message

CORRECTION = "correction"
NOTICE = "urgent-notice"
ACKNOWLEDGEMENT = "acknowledgement"


@dataclass(frozen=True, slots=True)
class Notice:
    """A correction or an urgent notice as it was said. `hash` names its message; `seen_at`: acknowledged."""

    hash: str
    kind: str
    direction: Direction
    counterpart: PartyId
    objects: tuple[StixId, ...]
    text: str
    at: datetime
    acknowledge_by: datetime | None
    seen_at: datetime | None


def correct(node: Node, object_id: StixId, reason: str) -> DeliveryReport:
    """Tell everybody who has an object what was wrong with the version before its newest.

    Raises:
        NotFound: it is not held. NotPermitted: nobody has it, or there is no newer version that could replace it.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        versions = unit.objects.get(object_id)
        if not versions:
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
        if len(versions) < 2:
            raise NotPermitted(
                "correction-missing",
                f"{object_id} not corrected: there is no version that replaces {versions[0].object.modified}",
                "take the corrected version in first",
            )
        wrong, corrected = versions[-2].object.version, versions[-1].object.version
        if not _tell(node, unit, _Correction(node.ids.uuid(), object_id, wrong, corrected, reason), now):
            raise NotPermitted("correction-nobody", f"{object_id} not corrected: nobody has got it")
    return deliver(node)


def give_notice(
    node: Node, to: PartyId, objects: Sequence[StixId], text: str, acknowledge_by: datetime
) -> DeliveryReport:
    """Ask a partner to read some objects now, and to say by when a person has.

    Raises:
        NotFound: the party is not known. NotPermitted: it has not got one of the objects from us, or has no node.
        InputError: the instant is over.
    """
    now = node.clock.now()
    if acknowledge_by <= now:
        raise InputError("notice-over", f"notice not given: {instant_text(acknowledge_by)} is not in the future")
    with node.store.writing() as unit:
        if known_party(unit, to).card is None:
            raise NotPermitted("notice-without-node", f"notice not given: {to} has no node; call it")
        ids = []
        for object_id in objects:
            given = {one for view, ids_ in holders_of(unit, object_id).items() if view.taker == to for one in ids_}
            if not given:
                raise NotPermitted("notice-not-given", f"notice not given: {to} has not got {object_id} from us")
            ids += sorted(given)
        body = {
            "notice": node.ids.uuid(),
            "objects": list(dict.fromkeys(ids)),
            "text": text,
            "acknowledge_by": instant_text(acknowledge_by),
        }
        compose(node, unit, NOTICE, to, body, now)
    return deliver(node, to)


def acknowledge(node: Node, hash_: str, text: str | None = None) -> DeliveryReport:
    """Say that a person here has seen a notice or a correction.

    Raises:
        NotFound: no such message was taken.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        record = unit.messages.get(hash_, Direction.IN)
        if record is None or record.refused is not None or record.kind not in (NOTICE, CORRECTION):
            raise NotFound("notice-unknown", f"no notice {hash_}")
        said = orjson.loads(record.document)["body"]
        body: dict[str, Any] = {"message": hash_}
        if "notice" in said:
            body["notice"] = said["notice"]
        if text:
            body["text"] = text
        compose(node, unit, ACKNOWLEDGEMENT, record.counterpart, body, now)
    return deliver(node, record.counterpart)


def list_notices(node: Node) -> list[Notice]:
    """All corrections and urgent notices, both ways, newest first."""
    with node.store.reading() as unit:
        seen = {
            (record.counterpart, orjson.loads(record.document)["body"]["message"]): record.at
            for direction in Direction
            for record in unit.messages.of_kind(ACKNOWLEDGEMENT, direction)
            if record.refused is None
        }
        found = [
            _notice(record, seen)
            for kind in (CORRECTION, NOTICE)
            for direction in Direction
            for record in unit.messages.of_kind(kind, direction)
            if record.refused is None
        ]
    return sorted(found, key=lambda notice: notice.at, reverse=True)


def take_correction(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `correction` of something that the sender gave us: tell those whom we gave it."""
    body = message.body
    object_id = StixId(body["object"])
    _check_given(unit, message.sender, object_id)
    id_ = derived_id(body["correction"], message.sender, object_id)
    _tell(node, unit, _Correction(id_, object_id, body["version"], body.get("corrected"), body["reason"]), now)


def take_notice(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle an `urgent-notice` about objects that the sender gave us."""
    for object_id in message.body["objects"]:
        _check_given(unit, message.sender, StixId(object_id))


def take_acknowledgement(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle an `acknowledgement` of something that we told its sender."""
    told = unit.messages.get(message.body["message"], Direction.OUT)
    if told is None or told.counterpart != message.sender or told.kind not in (NOTICE, CORRECTION):
        raise NotPermitted(
            "notice-not-ours", f"acknowledgement refused: {message.sender} was told nothing of that hash"
        )


def _check_given(unit: Unit, sender: PartyId, object_id: StixId) -> None:
    if not was_stated(unit, sender, object_id):
        raise NotPermitted("notice-not-theirs", f"message refused: {sender} never gave us {object_id}")


@dataclass(frozen=True, slots=True)
class _Correction:
    """What was wrong with one version of an object as we hold it, and which version replaces it."""

    id: str
    object_id: StixId
    wrong: str
    corrected: str | None
    reason: str


def _tell(node: Node, unit: Unit, correction: _Correction, now: datetime) -> int:
    """Tell everybody with a node who has the wrong version, under the id and version that each has; how many.

    Who has a variant is told only if it changed with the correction: a hidden change never shows.
    """
    views = {collection.id: collection.view for collection in unit.views.collections()}
    rows = [row for row in unit.views.rows_of(correction.object_id) if row.standing is not Standing.TOMBSTONE]
    newer = {(views[row.collection].taker, row.id): row for row in rows if row.original[1] == correction.corrected}
    older = {(views[row.collection].taker, row.id): row for row in rows if row.original[1] == correction.wrong}
    told = 0
    for (taker, released), row in sorted(older.items()):
        replacing = newer.get((taker, released))
        is_hidden = row.outcome is Outcome.VARIANT and replacing is None
        if is_hidden or known_party(unit, taker).card is None:
            continue
        body: dict[str, Any] = {
            "correction": correction.id,
            "object": released,
            "version": row.version,
            "reason": correction.reason,
        }
        if replacing is not None:
            body["corrected"] = replacing.version
        compose(node, unit, CORRECTION, taker, body, now)
        told += 1
    return told


def _notice(record: MessageRecord, seen: Mapping[tuple[PartyId, str], datetime]) -> Notice:
    body = orjson.loads(record.document)["body"]
    is_correction = record.kind == CORRECTION
    return Notice(
        hash=record.hash,
        kind=record.kind,
        direction=record.direction,
        counterpart=record.counterpart,
        objects=tuple(StixId(one) for one in ([body["object"]] if is_correction else body["objects"])),
        text=body["reason"] if is_correction else body["text"],
        at=record.at,
        acknowledge_by=None if is_correction else read_instant(body["acknowledge_by"]),
        seen_at=seen.get((record.counterpart, record.hash)),
    )
