"""Recalls: taking back what was given, from exactly those who hold it, through any number of hops.

The giver withdraws its rows and tells each holder; a holder hides at once, passes the recall on to those it gave it to, and
answers with what it and they did; a person may say later that it was deleted, or is kept by law. Invariant: only the
giver of an object can recall it, a recall reaches every holder by the published rows, and what was recalled stays away.
DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.messaging import DeliveryReport, compose, deliver
from sepakat.exchange.parties import known_party, own_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import (
    Consent,
    Direction,
    Policy,
    Recall,
    RecallAnswer,
    Standing,
    StoredVersion,
    TakeIn,
)
from sepakat.exchange.releasing import publish_tombstone, revoke_variant, update_views
from sepakat.exchange.statements import was_stated
from sepakat.exchange.world import views_given
from sepakat.release.decision import Outcome
from sepakat.release.question import ReceivedTerms, ViewKey
from sepakat.shapes import instant_text, read_instant
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject
from sepakat.transparency.messages import Message

ACTIONS = ("deleted", "restricted", "kept-by-law")
_MILLISECOND = timedelta(milliseconds=1)
_ANSWER_WITHIN = timedelta(hours=1)
_MOST_ANSWERS = 1_000


@dataclass(frozen=True, slots=True)
class RecallChange:
    """A recall as it stands after what was done, and what the partners were told."""

    recall: Recall
    delivery: DeliveryReport


def recall(
    node: Node, object_id: StixId, reason: str, *, by: str, views: Collection[ViewKey] | None = None
) -> RecallChange:
    """Take an object back from everybody who holds it, or from the named views.

    Our own object is revoked for all: a `revoked: true` version goes to those who hold it. Anything else leaves the views,
    and its holders get a recall message; so do the holders of what is revoked, so that they answer.

    Raises:
        NotFound: the object is not held here, or nothing of it was ever in a named view.
        NotPermitted: nobody has got it, or it is recalled already.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        versions = unit.objects.get(object_id)
        if not versions:
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
        holders = _holders(unit, object_id, views)
        policy = unit.policies.get(object_id) or Policy(object_id)
        _check_is_open(object_id, policy, holders, views)
        if views is None:
            unit.policies.put(replace(policy, recalled=True))
        else:
            unit.policies.put(replace(policy, recalled_views=policy.recalled_views | frozenset(views)))
        _bury(node, unit, versions, holders, by, now, is_for_all=views is None)
        made = _start(node, unit, node.ids.uuid(), object_id, holders, reason, now, is_for_all=views is None)
        made = replace(made, views=tuple(sorted(views or ())))
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
        _send_answer(node, unit, answered, now)
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


def take_recall(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `recall`: hide at once what the sender gave us, pass it on, answer."""
    body = message.body
    objects = tuple(StixId(entry["id"]) for entry in body["objects"])
    known = unit.obligations.recall(body["recall"], Direction.IN)
    if known is not None and known.counterpart != message.sender:
        raise NotPermitted("recall-known", "recall refused: another party made a recall of that id")
    for object_id in objects:
        if not was_stated(unit, message.sender, object_id):
            raise NotPermitted("recall-not-theirs", f"recall refused: {message.sender} never gave us {object_id}")
    agreement = AgreementId(body["agreement"]) if body["scope"] == "views" else None
    for object_id in objects:
        _hide(node, unit, message.sender, object_id, agreement, now)
    update_views(node, unit, now)
    received = Recall(
        id=body["recall"],
        direction=Direction.IN,
        counterpart=message.sender,
        objects=tuple(dict.fromkeys((*(known.objects if known else ()), *objects))),
        original=objects[0],
        views=() if agreement is None else (ViewKey(agreement, node.party),),
        reason=body["reason"],
        at=min(message.at, now),
        respond_by=read_instant(body["respond_by"]) or now,
        answers=(RecallAnswer(node.party, "restricted", None, now),),
    )
    unit.obligations.put_recall(received)
    for object_id in objects:
        _pass_on(node, unit, received, object_id, now)
    _send_answer(node, unit, received, now)


def take_answer(node: Node, unit: Unit, message: Message, now: datetime) -> None:
    """Handle a `recall-answer`: of one who was asked, for itself and for those it passed the object on to."""
    sent = unit.obligations.recall(message.body["recall"], Direction.OUT)
    asked = set() if sent is None else {answer.via or answer.party for answer in sent.answers}
    if sent is None or message.sender not in asked:
        raise NotPermitted("recall-not-asked", f"recall answer refused: {message.sender} was not asked that")
    answers = {(answer.party, answer.via): answer for answer in sent.answers}
    for entry in message.body["answers"]:
        party = PartyId(entry["party"])
        via = None if party == message.sender else message.sender
        # For another direct holder the sender has no word: what it says of it stands beside that one's own answer.
        if (party, via) in answers or via is not None:
            answers[(party, via)] = _heard(party, via, entry, now)
    if len(answers) > _MOST_ANSWERS:
        raise NotPermitted("recall-answers", "recall answer refused: it names more parties than a recall has room for")
    answered = replace(sent, answers=tuple(answers.values()))
    unit.obligations.put_recall(answered)
    for received in unit.obligations.recalls():
        if received.direction is Direction.IN and answered.id in _onward_ids(received):
            _send_answer(node, unit, received, now)


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
        respond_by=now + _ANSWER_WITHIN,
        answers=(RecallAnswer(consent.party, via=consent.counterpart),),
    )
    unit.obligations.put_recall(made)
    return made


def pass_recall_on(node: Node, unit: Unit, message: Message, consent: Consent, now: datetime) -> None:
    """A grant of ours was withdrawn: recall from its third party what went there under it."""
    update_views(node, unit, now)
    received = Recall(
        id=message.body.get("recall") or _derived(message.body["request"], message.sender, consent.object_id),
        direction=Direction.IN,
        counterpart=message.sender,
        objects=(consent.object_id,),
        original=consent.object_id,
        views=(),
        reason=message.body["reason"],
        at=min(message.at, now),
        respond_by=now + _ANSWER_WITHIN,
    )
    if unit.obligations.recall(received.id, Direction.IN) is not None:
        raise NotPermitted("recall-known", "withdrawal refused: a recall of its id was made before")
    unit.obligations.put_recall(received)
    if not _pass_on(node, unit, received, consent.object_id, now, only=consent.party):
        entry = {"party": consent.party, "action": "deleted", "at": instant_text(now)}
        compose(node, unit, "recall-answer", message.sender, _answer_body(received, [entry], []), now)
        return
    _send_answer(node, unit, received, now)


def _check_is_open(
    object_id: StixId, policy: Policy, holders: Mapping[ViewKey, Any], views: Collection[ViewKey] | None
) -> None:
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


def _holders(
    unit: Unit, object_id: StixId, views: Collection[ViewKey] | None = None
) -> dict[ViewKey, dict[StixId, Outcome]]:
    """Who was ever given the object, view by view, under which ids; what left a view is still held by its reader."""
    names = {collection.id: collection.view for collection in unit.views.collections()}
    holders: dict[ViewKey, dict[StixId, Outcome]] = {}
    for row in unit.views.rows_of(object_id):
        view = names[row.collection]
        if row.standing is not Standing.TOMBSTONE and (views is None or view in views):
            holders.setdefault(view, {})[row.id] = row.outcome
    return holders


def _bury(
    node: Node,
    unit: Unit,
    versions: tuple[StoredVersion, ...],
    holders: Mapping[ViewKey, Mapping[StixId, Outcome]],
    by: str,
    now: datetime,
    *,
    is_for_all: bool,
) -> None:
    """Revoke what STIX lets us revoke: our own object for all, our variants wherever they went."""
    object_id = versions[-1].object.id
    given = {view.key: view for view in views_given(node, unit, now)}
    revoked = _revoked(node, unit, versions, by, now) if is_for_all else None
    for key, ids in holders.items():
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


def _start(
    node: Node,
    unit: Unit,
    id_: str,
    object_id: StixId,
    holders: Mapping[ViewKey, Mapping[StixId, Outcome]],
    reason: str,
    now: datetime,
    *,
    is_for_all: bool,
) -> Recall:
    """Tell every holder, and write down that each owes an answer."""
    due = {view: _due(unit, view, now) for view in holders}
    by_taker: dict[PartyId, list[ViewKey]] = {}
    for view in sorted(holders):
        by_taker.setdefault(view.taker, []).append(view)
    for taker, its_views in by_taker.items():
        if known_party(unit, taker).card is None:
            continue
        for group in [its_views] if is_for_all else [[view] for view in its_views]:
            ids = dict.fromkeys(id_ for view in group for id_ in holders[view])
            body: dict[str, Any] = {
                "recall": id_,
                "scope": "all" if is_for_all else "views",
                "objects": [{"id": released} for released in ids],
                "reason": reason,
                "respond_by": instant_text(min(due[view] for view in group)),
            }
            if not is_for_all:
                body["agreement"] = group[0].agreement
            compose(node, unit, "recall", taker, body, now)
    return Recall(
        id=id_,
        direction=Direction.OUT,
        counterpart=None,
        objects=tuple(dict.fromkeys(released for ids in holders.values() for released in ids)),
        original=object_id,
        views=(),
        reason=reason,
        at=now,
        respond_by=max(due.values()),
        answers=tuple(RecallAnswer(taker) for taker in by_taker),
    )


def _due(unit: Unit, view: ViewKey, now: datetime) -> datetime:
    versions = unit.agreements.versions(view.agreement)
    return versions[-1].agreement.duties.recall.after(now) if versions else now + _ANSWER_WITHIN


def _hide(
    node: Node, unit: Unit, sender: PartyId, object_id: StixId, agreement: AgreementId | None, now: datetime
) -> None:
    """Take away what came from the sender; what we also have from elsewhere, or is our own, stays under its own terms."""

    def is_taken_back(terms: ReceivedTerms) -> bool:
        return terms.sender == sender and agreement in (None, terms.agreement)

    versions = unit.objects.get(object_id)
    creator = None if not versions else versions[-1].object.content.get("created_by_ref")
    is_by_sender = agreement is None and creator == known_party(unit, sender).identity.id
    gone = [
        version
        for version in versions
        if node.party not in version.origins and version.received and all(map(is_taken_back, version.received))
    ]
    if is_by_sender or len(gone) == len(versions):
        policy = unit.policies.get(object_id) or Policy(object_id)
        unit.policies.put(replace(policy, recalled=True))
    else:
        for version in versions:
            if version in gone:
                # Without any terms it would count as taken in by ourselves, and could go further than before.
                unit.objects.remove(version.object.version_ref)
                continue
            for terms in filter(is_taken_back, version.received):
                unit.objects.drop_terms(version.object.version_ref, terms)
    unit.syncs.mark_removed(sender, object_id, now)


def _delete(unit: Unit, received: Recall) -> None:
    for object_id in received.objects:
        policy = unit.policies.get(object_id)
        if policy is not None and policy.recalled:
            for version in unit.objects.get(object_id):
                unit.objects.remove(version.object.version_ref)


def _pass_on(
    node: Node, unit: Unit, received: Recall, object_id: StixId, now: datetime, only: PartyId | None = None
) -> bool:
    """Recall what we gave on and may not give any more; whether anybody has it."""
    holders = _holders(unit, object_id)
    live = {
        (collection.view, row.original[0])
        for collection in unit.views.collections()
        if collection.view in holders
        for row in unit.views.rows(collection.id)
        if row.standing is Standing.LIVE
    }
    lost = {view: ids for view, ids in holders.items() if (view, object_id) not in live and only in (None, view.taker)}
    if not lost:
        return False
    takers = {view.taker for view in lost}
    is_for_all = all(view in lost for view in holders if view.taker in takers)
    assert received.counterpart is not None, "a received recall has the party that made it"
    id_ = _derived(received.id, received.counterpart, object_id)
    made = _start(node, unit, id_, object_id, lost, received.reason, now, is_for_all=is_for_all)
    unit.obligations.put_recall(made)
    return True


def _send_answer(node: Node, unit: Unit, received: Recall, now: datetime) -> None:
    """Tell the party that recalled what we did, and what those did whom we had given it on."""
    assert received.counterpart is not None, "a received recall has the party that made it"
    own = [_entry(answer, now) for answer in received.answers]
    onward = [
        sent for id_ in _onward_ids(received) if (sent := unit.obligations.recall(id_, Direction.OUT)) is not None
    ]
    others = [_entry(answer, now) for sent in onward for answer in sent.answers]
    grants = list(_grants_used(unit, received, {answer.party for sent in onward for answer in sent.answers}))
    if own or others:
        compose(node, unit, "recall-answer", received.counterpart, _answer_body(received, [*own, *others], grants), now)


def _answer_body(received: Recall, answers: list[dict[str, Any]], grants: list[dict[str, Any]]) -> dict[str, Any]:
    return {"recall": received.id, "answers": answers, "onward": grants}


def _entry(answer: RecallAnswer, now: datetime) -> dict[str, Any]:
    entry = {
        "party": answer.party,
        "action": answer.action or "unanswered",
        "at": instant_text(answer.at or now),
    }
    if answer.ground:
        entry["ground"] = answer.ground
    return entry


def _heard(party: PartyId, via: PartyId | None, entry: Mapping[str, Any], now: datetime) -> RecallAnswer:
    if entry["action"] == "unanswered":
        return RecallAnswer(party, via=via)
    at = read_instant(entry["at"]) or now
    return RecallAnswer(party, entry["action"], entry.get("ground"), min(at, now), via)


def _grants_used(unit: Unit, received: Recall, parties: set[PartyId]) -> Iterable[dict[str, Any]]:
    for consent in unit.obligations.consents():
        is_used = consent.direction is Direction.OUT and consent.granted and consent.object_id in received.objects
        if is_used and consent.party in parties:
            yield {"party": consent.party, "grant": consent.id}


def _onward_ids(received: Recall) -> list[str]:
    if received.counterpart is None:
        return []
    return [_derived(received.id, received.counterpart, object_id) for object_id in received.objects]


def _derived(id_: str, giver: PartyId, object_id: StixId) -> str:
    """The id under which a received recall is passed on: nobody can choose it so that it meets one of our own."""
    return sha256(f"sepakat/onward-recall/1\n{giver}\n{id_}\n{object_id}".encode()).hexdigest()
