"""Who holds an object: every party that any version or variant went to, by the log, onward holders included.

Counts what was published and not what is still readable: what left a view is still held by the one who read it, until
it answered a recall. Onward holders are those that takers named in their answers, and those whom we granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime

from sepakat.errors import NotFound
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, Standing
from sepakat.release.decision import Outcome
from sepakat.stix.identifiers import AgreementId, PartyId, StixId


@dataclass(frozen=True, slots=True)
class Holder:
    """One party that has an object, or something made of it.

    `proof` names the leaf of the log, or the message, that shows it. `via` is the party that passed it on.
    """

    party: PartyId
    agreement: AgreementId
    id: StixId
    version: str
    outcome: Outcome
    since: datetime
    proof: str
    via: PartyId | None = None
    said: str | None = None
    """What the holder answered to a recall: deleted, restricted, kept-by-law; None if none was asked or answered."""


def who_has(node: Node, object_id: StixId) -> list[Holder]:
    """Every party that holds any version or variant of an object, by party and instant.

    Raises:
        NotFound: the object is not held here, and nobody was given it.
    """
    with node.store.reading() as unit:
        holders = [*_direct(unit, object_id), *_granted(unit, object_id)]
        holders += _named(unit, object_id, {holder.party for holder in holders})
        if not holders and not unit.objects.get(object_id):
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
    return sorted(holders, key=lambda holder: (holder.party, holder.since, holder.version))


def _direct(unit: Unit, object_id: StixId) -> list[Holder]:
    views = {collection.id: collection.view for collection in unit.views.collections()}
    said = _answers(unit, object_id)
    return [
        Holder(
            party=views[row.collection].taker,
            agreement=views[row.collection].agreement,
            id=row.id,
            version=row.version,
            outcome=row.outcome,
            since=row.date_added,
            proof=f"leaf {row.leaf}, position {row.position}",
            said=said.get(views[row.collection].taker),
        )
        for row in unit.views.rows_of(object_id)
        if row.standing is not Standing.TOMBSTONE
    ]


def _granted(unit: Unit, object_id: StixId) -> list[Holder]:
    """Third parties to whom we let a taker pass the object on: they may have it."""
    said = _answers(unit, object_id)
    return [
        Holder(
            party=consent.party,
            agreement=AgreementId(""),
            id=object_id,
            version="",
            outcome=Outcome.WHOLE,
            since=consent.answered_at or consent.asked_at,
            proof=f"consent {consent.id}",
            via=consent.counterpart,
            said=said.get(consent.party),
        )
        for consent in unit.obligations.consents()
        if consent.direction is Direction.IN and consent.granted and consent.object_id == object_id
    ]


def _named(unit: Unit, object_id: StixId, known: Set[PartyId]) -> Iterator[Holder]:
    """Whom takers named in their answers to a recall: they passed it on to them."""
    for recall in unit.obligations.recalls():
        if recall.direction is Direction.OUT and recall.original == object_id:
            for answer in recall.answers:
                if answer.via is not None and answer.party not in known:
                    yield Holder(
                        party=answer.party,
                        agreement=AgreementId(""),
                        id=object_id,
                        version="",
                        outcome=Outcome.WHOLE,
                        since=answer.at or recall.at,
                        proof=f"answer to recall {recall.id}",
                        via=answer.via,
                        said=answer.action,
                    )


def _answers(unit: Unit, object_id: StixId) -> dict[PartyId, str]:
    return {
        answer.party: answer.action
        for recall in unit.obligations.recalls()
        if recall.direction is Direction.OUT and recall.original == object_id
        for answer in recall.answers
        if answer.action is not None
    }
