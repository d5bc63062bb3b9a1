"""The ports `Obligations`, `People` and `Syncs`: what was put last comes back, in the promised order."""

from __future__ import annotations

from dataclasses import replace

from sepakat.exchange.ports import Unit
from sepakat.exchange.records import Direction, Role
from tests.support.records import FR, RU, account, arrival, at, consent, recall, stix_id, sync_state, user

IN, OUT = Direction.IN, Direction.OUT


def test_a_recall_comes_back_with_its_answers(unit: Unit) -> None:
    unit.obligations.put_recall(recall(answers=()))
    unit.obligations.put_recall(recall())
    unit.obligations.put_recall(recall(direction=IN, counterpart=RU, views=()))
    assert unit.obligations.recall("recall-1", OUT) == recall()
    assert unit.obligations.recall("recall-1", IN) == recall(direction=IN, counterpart=RU, views=())
    assert unit.obligations.recall("recall-2", OUT) is None


def test_recalls_and_consents_come_newest_first(unit: Unit) -> None:
    for number in (2, 3, 1):
        unit.obligations.put_recall(recall(number))
        unit.obligations.put_consent(consent(number))
    assert unit.obligations.recalls() == [recall(3), recall(2), recall(1)]
    assert unit.obligations.consents() == [consent(3), consent(2), consent(1)]


def test_an_answer_to_a_consent_replaces_the_request(unit: Unit) -> None:
    answered = consent(granted=False, answered_at=at(5), reason="no", conditions="c", until=at(9), withdrawn_at=at(7))
    unit.obligations.put_consent(consent())
    unit.obligations.put_consent(consent(direction=IN))
    unit.obligations.put_consent(answered)
    assert unit.obligations.consent("consent-1", OUT) == answered
    assert unit.obligations.consent("consent-1", IN) == consent(direction=IN)


def test_users_come_by_name_and_are_replaced(unit: Unit) -> None:
    for one in (user("cem"), user("anna"), user("anna", role=Role.OVERSEER, disabled_at=at(1))):
        unit.people.put_user(one)
    assert unit.people.users() == [user("anna", role=Role.OVERSEER, disabled_at=at(1)), user("cem")]
    assert unit.people.user("cem") == user("cem")
    assert unit.people.user("Cem") is None


def test_accounts_come_by_name_and_are_replaced(unit: Unit) -> None:
    for one in (account("b"), account("a"), account("a", disabled_at=at(1))):
        unit.people.put_account(one)
    assert unit.people.accounts() == [account("a", disabled_at=at(1)), account("b")]
    assert unit.people.account("b") == account("b")
    assert unit.people.account("c") is None


def test_a_sync_state_is_replaced_by_the_next(unit: Unit) -> None:
    unit.syncs.put(sync_state())
    unit.syncs.put(sync_state(cursor="c", added_after="2030-01-01T00:00:00.123000Z", last_at=at(1), last_error="slow"))
    unit.syncs.put(sync_state(FR))
    assert unit.syncs.get(RU, sync_state().collection) == sync_state(
        cursor="c", added_after="2030-01-01T00:00:00.123000Z", last_at=at(1), last_error="slow"
    )
    assert unit.syncs.get(RU, "other") is None
    assert [state.giver for state in unit.syncs.everything()] == [FR, RU]


def test_arrivals_come_in_order_of_arrival_and_once(unit: Unit) -> None:
    unit.syncs.add_arrivals([arrival(3), arrival(1), arrival(3, FR)])
    unit.syncs.add_arrivals([arrival(3), arrival(2), arrival(3, leaf=4)])
    unit.syncs.add_arrivals([])
    assert unit.syncs.arrivals() == [arrival(3), arrival(1), arrival(3, FR), arrival(2), arrival(3, leaf=4)]
    assert unit.syncs.arrivals(giver=FR) == [arrival(3, FR)]
    assert unit.syncs.arrivals(giver=RU, object_id=stix_id(3)) == [arrival(3), arrival(3, leaf=4)]
    assert unit.syncs.arrivals(object_id=stix_id(9)) == []


def test_a_removed_arrival_keeps_its_first_instant(unit: Unit) -> None:
    unit.syncs.add_arrivals([arrival(1), arrival(1, FR), arrival(2)])
    unit.syncs.mark_removed(RU, stix_id(1), at(5))
    unit.syncs.mark_removed(RU, stix_id(1), at(9))
    assert unit.syncs.arrivals() == [replace(arrival(1), removed_at=at(5)), arrival(1, FR), arrival(2)]
