"""Who must be told of a recall, and what came back: holders by the published rows, messages, answers through the hops.

Serves those who recall (`recalling`) and those who are told (`recall_messages`). A received recall is passed on under
an id derived from it, so that answers find their way back; nobody can choose an id so that it meets one of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sepakat.exchange.deciding import world_to_write
from sepakat.exchange.messaging import compose
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, Recall, RecallAnswer, Standing
from sepakat.release.decision import Outcome
from sepakat.release.engine import decide_all
from sepakat.release.question import ViewKey
from sepakat.shapes import instant_text
from sepakat.stix.identifiers import PartyId, StixId

ANSWER_WITHIN = timedelta(hours=1)
"""When an answer is due where no agreement says so."""

Holders = Mapping[ViewKey, Mapping[StixId, Outcome]]
"""View by view, the ids under which an object was given."""


@dataclass(frozen=True, slots=True)
class Taking:
    """What is taken back: which object of ours, from whom, from everybody or view by view."""

    id: str
    object_id: StixId
    holders: Holders
    reason: str
    is_for_all: bool


def holders_of(unit: Unit, object_id: StixId, views: Collection[ViewKey] | None = None) -> Holders:
    """Who was ever given the object, view by view, under which ids; what left a view is still held by its reader."""
    names = {collection.id: collection.view for collection in unit.views.collections()}
    holders: dict[ViewKey, dict[StixId, Outcome]] = {}
    for row in unit.views.rows_of(object_id):
        view = names[row.collection]
        if row.standing is not Standing.TOMBSTONE and (views is None or view in views):
            holders.setdefault(view, {})[row.id] = row.outcome
    return holders


def call_back(node: Node, unit: Unit, taking: Taking, now: datetime) -> Recall:
    """Tell every holder, and write down that each owes an answer."""
    due = {view: _due(unit, view, now) for view in taking.holders}
    by_taker: dict[PartyId, list[ViewKey]] = {}
    for view in sorted(taking.holders):
        by_taker.setdefault(view.taker, []).append(view)
    for taker, its_views in by_taker.items():
        if known_party(unit, taker).card is None:
            continue
        for group in [its_views] if taking.is_for_all else [[view] for view in its_views]:
            ids = dict.fromkeys(released for view in group for released in taking.holders[view])
            body: dict[str, Any] = {
                "recall": taking.id,
                "scope": "all" if taking.is_for_all else "views",
                "objects": [{"id": released} for released in ids],
                "reason": taking.reason,
                "respond_by": instant_text(min(due[view] for view in group)),
            }
            if not taking.is_for_all:
                body["agreement"] = group[0].agreement
            compose(node, unit, "recall", taker, body, now)
    made = Recall(
        id=taking.id,
        direction=Direction.OUT,
        counterpart=None,
        objects=tuple(dict.fromkeys(released for ids in taking.holders.values() for released in ids)),
        original=taking.object_id,
        views=(),
        reason=taking.reason,
        at=now,
        respond_by=max(due.values()),
        answers=tuple(RecallAnswer(taker) for taker in by_taker),
    )
    unit.obligations.put_recall(made)
    return made


def pass_on(
    node: Node, unit: Unit, received: Recall, object_id: StixId, now: datetime, only: PartyId | None = None
) -> bool:
    """Recall what we gave on and may not give any more; whether anybody has it."""
    holders = holders_of(unit, object_id)
    may_go = _may_go(node, unit, object_id, now)
    lost = {view: ids for view, ids in holders.items() if view not in may_go and only in (None, view.taker)}
    if not lost:
        return False
    takers = {view.taker for view in lost}
    is_for_all = all(view in lost for view in holders if view.taker in takers)
    assert received.counterpart is not None, "a received recall has the party that made it"
    id_ = derived_id(received.id, received.counterpart, object_id)
    call_back(node, unit, Taking(id_, object_id, lost, received.reason, is_for_all), now)
    return True


def _may_go(node: Node, unit: Unit, object_id: StixId, now: datetime) -> set[ViewKey]:
    """The views by which an object that is there may still be given; the views were brought up to date before.

    The rows of a view that is not in force stay as they are: there it counts what would be if it were.
    """
    names = {collection.id: collection.view for collection in unit.views.collections()}
    live = {names[row.collection] for row in unit.views.rows_of(object_id) if row.standing is Standing.LIVE}
    world = world_to_write(node, unit, now).decided.world
    resting = {key: replace(world.views[key], in_force=True) for key in live if not world.views[key].in_force}
    if not resting:
        return live
    verdicts = decide_all(replace(world, views=resting), now)
    refs = [held.object.version_ref for held in world.versions.get(object_id, ())]
    return {
        key for key in live if key not in resting or any(verdicts.outcome(ref, key) is not Outcome.OUT for ref in refs)
    }


def send_answer(node: Node, unit: Unit, received: Recall, now: datetime) -> None:
    """Tell the party that recalled what we did, and what those did whom we had given it on."""
    assert received.counterpart is not None, "a received recall has the party that made it"
    own = [_entry(answer, now) for answer in received.answers]
    onward = [sent for id_ in onward_ids(received) if (sent := unit.obligations.recall(id_, Direction.OUT)) is not None]
    others = [_entry(answer, now) for sent in onward for answer in sent.answers]
    grants = list(_grants_used(unit, received, {answer.party for sent in onward for answer in sent.answers}))
    if own or others:
        compose(node, unit, "recall-answer", received.counterpart, answer_body(received, [*own, *others], grants), now)


def answer_body(received: Recall, answers: list[dict[str, Any]], grants: list[dict[str, Any]]) -> dict[str, Any]:
    """The body of a recall answer."""
    return {"recall": received.id, "answers": answers, "onward": grants}


def onward_ids(received: Recall) -> list[str]:
    """Under which ids a received recall is passed on."""
    if received.counterpart is None:
        return []
    return [derived_id(received.id, received.counterpart, object_id) for object_id in received.objects]


def derived_id(id_: str, giver: PartyId, object_id: StixId) -> str:
    """The id under which a received recall is passed on: nobody can choose it so that it meets one of our own."""
    return sha256(f"sepakat/onward-recall/1\n{giver}\n{id_}\n{object_id}".encode()).hexdigest()


def _due(unit: Unit, view: ViewKey, now: datetime) -> datetime:
    versions = unit.agreements.versions(view.agreement)
    return versions[-1].agreement.duties.recall.after(now) if versions else now + ANSWER_WITHIN


def _entry(answer: RecallAnswer, now: datetime) -> dict[str, Any]:
    entry = {
        "party": answer.party,
        "action": answer.action or "unanswered",
        "at": instant_text(answer.at or now),
    }
    if answer.ground:
        entry["ground"] = answer.ground
    return entry


def _grants_used(unit: Unit, received: Recall, parties: set[PartyId]) -> Iterator[dict[str, Any]]:
    for consent in unit.obligations.consents():
        is_used = consent.direction is Direction.OUT and consent.granted and consent.object_id in received.objects
        if is_used and consent.party in parties:
            yield {"party": consent.party, "grant": consent.id}
