"""Recalls: taking back what was given, from exactly those who hold it, through any number of hops.

The giver withdraws its rows and tells each holder; a holder hides at once, passes the recall on to those it gave it to,
and answers with what it and they did; a person may say later that it was deleted, or is kept by law. Invariant: only
the giver of an object can recall it, a recall reaches every holder by the published rows, and what was recalled stays
away. DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.calling_back import ANSWER_WITHIN, Holders, Taking, call_back, holders_of, send_answer
from sepakat.exchange.messaging import DeliveryReport, deliver
from sepakat.exchange.parties import own_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Consent, Direction, Policy, Recall, RecallAnswer, StoredVersion, TakeIn
from sepakat.exchange.releasing import publish_tombstone, revoke_variant, update_views
from sepakat.exchange.world import views_of
from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject

ACTIONS = ("deleted", "restricted", "kept-by-law")
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class RecallChange:
    """A recall as it stands after what was done, and what the partners were told."""

    recall: Recall
    delivery: DeliveryReport


def recall(
    node: Node, object_id: StixId, reason: str, *, by: str, views: Collection[ViewKey] | None = None
) -> RecallChange:
    """Take an object back from everybody who holds it, or from the named views.

    Our own object is revoked for all: a `revoked: true` version goes to those who hold it. Anything else leaves the
    views, and its holders get a recall message; so do the holders of what is revoked, so that they answer.

    Raises:
        NotFound: the object is not held here, or nothing of it was ever in a named view.
        NotPermitted: nobody has got it, or it is recalled already.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        versions = unit.objects.get(object_id)
        if not versions:
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
        holders = holders_of(unit, object_id, views)
        policy = unit.policies.get(object_id) or Policy(object_id)
        _check_is_open(object_id, policy, holders, views)
        if views is None:
            unit.policies.put(replace(policy, recalled=True))
        else:
            unit.policies.put(replace(policy, recalled_views=policy.recalled_views | frozenset(views)))
        taking = Taking(node.ids.uuid(), object_id, holders, reason, is_for_all=views is None)
        _bury(node, unit, taking, by, now)
        made = replace(call_back(node, unit, taking, now), views=tuple(sorted(views or ())))
        unit.obligations.put_recall(made)
        update_views(node, unit, now)
    return RecallChange(made, deliver(node))


def answer_recall(node: Node, id_: str, action: str, ground: str | None = None) -> RecallChange:
    """Say what became of what a partner recalled: `deleted` removes it here for good, `kept-by-law` names the ground.

    Raises:
        NotFound: no such recall was received. InputError: no such action, or no ground.
        NotPermitted: it asks nothing of this node.
    """
    if action not in ACTIONS:
        raise InputError("recall-action", f"answer refused: expected one of {', '.join(ACTIONS)}, got {action}")
    if action == "kept-by-law" and not ground:
        raise InputError("recall-ground", "answer refused: what is kept by law needs its ground")
    now = node.clock.now()
    with node.store.writing() as unit:
        received = unit.obligations.recall(id_, Direction.IN)
        if received is None:
            raise NotFound("recall-unknown", f"no recall {id_} was received", "`sepakat recalls list` shows them")
        if not received.answers:
            raise NotPermitted("recall-not-asked", f"recall {id_} asks nothing of {node.party} itself")
        if action == "deleted":
            _delete(unit, received)
        answered = replace(received, answers=(RecallAnswer(node.party, action, ground, now),))
        unit.obligations.put_recall(answered)
        send_answer(node, unit, answered, now)
        update_views(node, unit, now)
    return RecallChange(answered, deliver(node))


def list_recalls(node: Node) -> list[Recall]:
    """All recalls, ours and received ones, newest first."""
    with node.store.reading() as unit:
        return unit.obligations.recalls()


def held_by(unit: Unit, party: PartyId, object_id: StixId) -> StixId | None:
    """The object of ours that a party holds under an id; None if it got none of that id from us."""
    for collection in unit.views.collections():
        if collection.view.taker == party:
            for row in unit.views.rows(collection.id, include_withdrawn=True):
                if row.id == object_id:
                    return row.original[0]
    return None


def start_recall_of_grant(
    node: Node, unit: Unit, consent: Consent, object_id: StixId, reason: str, now: datetime
) -> Recall:
    """Note that a grant was taken back: its third party owes an answer, by way of the party that passed the object on.

    `object_id` is the object as those two have it.
    """
    made = Recall(
        id=node.ids.uuid(),
        direction=Direction.OUT,
        counterpart=None,
        objects=(object_id,),
        original=consent.object_id,
        views=(),
        reason=reason,
        at=now,
        respond_by=now + ANSWER_WITHIN,
        answers=(RecallAnswer(consent.party, via=consent.counterpart),),
    )
    unit.obligations.put_recall(made)
    return made


def _check_is_open(object_id: StixId, policy: Policy, holders: Holders, views: Collection[ViewKey] | None) -> None:
    if policy.recalled:
        raise NotPermitted("recall-done", f"{object_id} is recalled from everybody already")
    if not holders:
        raise NotPermitted(
            "recall-nobody",
            f"{object_id} not recalled: nobody has got it",
            "`sepakat objects hold` keeps it from going",
        )
    for view in views or ():
        if view not in holders:
            raise NotFound("view-unknown", f"{object_id} never went to {view.taker} under {view.agreement}")


def _bury(node: Node, unit: Unit, taking: Taking, by: str, now: datetime) -> None:
    """Revoke what STIX lets us revoke: our own object for all, our variants wherever they went."""
    object_id = taking.object_id
    parties = {party.id: party for party in unit.parties.everyone()}
    given = views_of(node.party, unit.agreements.everything(), parties, now)
    revoked = _revoked(node, unit, unit.objects.get(object_id), by, now) if taking.is_for_all else None
    for key, ids in taking.holders.items():
        if key not in given:
            continue
        collection = next(one for one in unit.views.collections() if one.view == key)
        state = unit.views.variants(collection.id).get(object_id)
        if state is not None and state.variant_id in ids:
            revoke_variant(node, unit, given[key], state, now)
        if revoked is not None and ids.get(object_id) is Outcome.WHOLE:
            publish_tombstone(node, unit, given[key], revoked, revoked.version_ref, now)


def _revoked(node: Node, unit: Unit, versions: tuple[StoredVersion, ...], by: str, now: datetime) -> StixObject | None:
    """The version that revokes our own object, added to what we hold; None for what is not ours or has no versions."""
    newest = versions[-1]
    content = newest.object.content
    modified = newest.object.modified
    if content.get("created_by_ref") != own_party(node, unit).identity.id or modified is None:
        return None
    later = max(now, parse_instant(modified) + _MILLISECOND)
    revoked = StixObject.from_content({**content, "modified": format_instant(later), "revoked": True})
    take_in = TakeIn(
        id=node.ids.uuid(),
        at=now,
        by=by,
        source=f"recall of {newest.object.id}",
        digest=sha256(revoked.raw).hexdigest(),
        taken=1,
        known=0,
        refused=0,
    )
    unit.intakes.add(take_in)
    unit.objects.add(StoredVersion(revoked, newest.origins, now, newest.received, take_in.id))
    return revoked


def _delete(unit: Unit, received: Recall) -> None:
    for object_id in received.objects:
        policy = unit.policies.get(object_id)
        if policy is not None and policy.recalled:
            for version in unit.objects.get(object_id):
                unit.objects.remove(version.object.version_ref)
