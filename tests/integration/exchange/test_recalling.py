"""Recalls and consent through several hops: exactly those who hold it, and only the one who gave it."""

from __future__ import annotations

from typing import Any

import pytest

from sepakat.errors import InputError, NotFound, NotPermitted, SepakatError
from sepakat.exchange import agreeing, consenting, recalling
from sepakat.exchange.receiving import receive
from sepakat.exchange.records import Consent, Direction, Recall, Standing
from sepakat.exchange.synchronising import synchronise
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, said

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
ONE, TWO, THREE = (StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}") for n in (1, 2, 5))


@pytest.fixture
def world(giving: Simulation) -> Simulation:
    """`us` gave `ru` two campaigns; `ru` gives `fr`; `us` gives `fr` nothing."""
    giving.conclude(agreement_text("ru-fr", "ru", ("fr",)), "ru", "fr")
    giving.take_in("us", giving.written_by("us", ONE, "amber"), giving.written_by("us", TWO, "amber"))
    giving.sync("ru", "us")
    return giving


def passed_on(world: Simulation) -> str:
    """Let `us` consent that ONE goes on from `ru` to `fr`, and let it go; the request's id."""
    asked = consenting.request_consent(world["ru"], ONE, FR, "joint operation").consents[0]
    consenting.grant_consent(world["us"], asked.id)
    world.sync("fr", "ru")
    assert ONE in world.held("fr")
    return asked.id


def answers(world: Simulation, party: str) -> set[tuple[str, str | None, str | None]]:
    sent = next(one for one in recalling.list_recalls(world[party]) if one.direction is Direction.OUT)
    return {(answer.party, answer.via, answer.action) for answer in sent.answers}


def received(world: Simulation, party: str) -> Recall:
    return next(one for one in recalling.list_recalls(world[party]) if one.direction is Direction.IN)


# Consent.


def test_grant_is_for_that_object_and_that_party(world: Simulation) -> None:
    passed_on(world)
    assert TWO not in world.held("fr")


def test_denied_request_lets_nothing_go_and_keeps_the_reason(world: Simulation) -> None:
    asked = consenting.request_consent(world["ru"], ONE, FR, "joint operation").consents[0]
    consenting.deny_consent(world["us"], asked.id, "source at risk")
    world.sync("fr", "ru")
    assert ONE not in world.held("fr")
    (kept,) = consenting.list_consents(world["ru"])
    assert (kept.granted, kept.reason) == (False, "source at risk")
    with pytest.raises(NotPermitted, match="answered already"):
        consenting.grant_consent(world["us"], asked.id)


def test_withdrawn_consent_recalls_what_went_on_and_the_answer_comes_back(world: Simulation) -> None:
    request = passed_on(world)
    consenting.withdraw_consent(world["us"], request, "source at risk")
    world.settle()
    assert ONE not in world.held("fr")
    assert ONE in world.held("ru")
    assert answers(world, "us") == {("fr", "ru", "restricted")}


def test_withdrawn_consent_takes_nothing_from_who_had_passed_on_and_is_given_it_again(world: Simulation) -> None:
    request = passed_on(world)
    consenting.withdraw_consent(world["us"], request, "source at risk")
    world.settle()
    agreeing.suspend(world["us"], AgreementId("us-ru"), "elections")
    recalling.recall(world["us"], TWO, "a mistake", by="alice")
    agreeing.resume(world["us"], AgreementId("us-ru"), "over")
    assert [one.refused for one in synchronise(world["ru"], US).collections] == [[]]
    assert ONE in world.held("ru")


def test_withdrawn_consent_reaches_who_has_it_while_the_agreement_with_that_one_rests(world: Simulation) -> None:
    request = passed_on(world)
    agreeing.suspend(world["ru"], AgreementId("ru-fr"), "elections")
    consenting.withdraw_consent(world["us"], request, "source at risk")
    world.settle()
    assert ONE not in world.held("fr")
    assert answers(world, "us") == {("fr", "ru", "restricted")}


def test_recall_of_a_resting_agreement_takes_back_nothing_that_may_go_when_it_is_resumed(world: Simulation) -> None:
    request = passed_on(world)
    world.take_in("ru", world.written_by("ru", THREE, "amber"))
    world.sync("fr", "ru")
    agreeing.suspend(world["ru"], AgreementId("ru-fr"), "elections")
    consenting.withdraw_consent(world["us"], request, "source at risk")
    world.settle()
    agreeing.resume(world["ru"], AgreementId("ru-fr"), "over")
    world.sync("fr", "ru")
    assert {ONE, THREE} & world.held("fr") == {THREE}


def test_consent_is_asked_only_of_an_origin_for_what_is_held(world: Simulation) -> None:
    with pytest.raises(NotFound):
        consenting.request_consent(world["ru"], StixId("campaign--" + "0" * 8 + ONE[18:]), FR, "x")
    with pytest.raises(NotPermitted, match="no other origin"):
        consenting.request_consent(world["us"], ONE, FR, "x")
    with pytest.raises(InputError):
        consenting.request_consent(world["ru"], ONE, RU, "x")


def test_request_for_what_we_hold_and_never_gave_gets_the_answer_for_what_we_do_not_hold(world: Simulation) -> None:
    secret = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e003"
    world.take_in("us", world.written_by("us", secret, "red"))
    told = []
    for object_id in (secret, "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e004"):
        body = {"request": f"request-{object_id[-4:]}", "object": object_id, "third_party": "fr", "purpose": "x"}
        with pytest.raises(NotPermitted) as refusal:
            receive(world["us"], said(world["ru"], "consent-request", "us", body))
        told.append((refusal.value.code, refusal.value.message))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("sender", "changes", "code"),
    [
        ("fr", {}, "consent-not-asked"),
        ("us", {"third_party": "iq"}, "consent-differs"),
        ("us", {"object": TWO}, "consent-differs"),
        ("us", {"request": "another-request"}, "consent-not-asked"),
    ],
    ids=["another party", "a third one", "another object", "another request"],
)
def test_answer_to_something_else_than_was_asked_grants_nothing(
    world: Simulation, sender: str, changes: dict[str, Any], code: str
) -> None:
    world.network.cut_off.add(US)
    asked = consenting.request_consent(world["ru"], ONE, FR, "joint operation").consents[0]
    world.network.cut_off.clear()
    body = {"request": asked.id, "object": ONE, "third_party": "fr", "granted": True} | changes
    with pytest.raises(SepakatError) as refusal:
        receive(world["ru"], said(world[sender], "consent-answer", "ru", body))
    assert refusal.value.code == code
    kept: list[Consent] = consenting.list_consents(world["ru"])
    assert [one.granted for one in kept] == [None]


# Recall.


def test_recall_of_our_own_object_revokes_it_and_every_holder_answers(world: Simulation) -> None:
    passed_on(world)
    change = recalling.recall(world["us"], ONE, "source withdrew it", by="alice")
    assert change.delivery.delivered[RU] == 2
    world.settle()
    assert answers(world, "us") == {("ru", None, "restricted"), ("fr", "ru", "restricted")}
    assert ONE not in world.held("ru") | world.held("fr")
    assert TWO in world.held("ru")
    with world["us"].store.reading() as unit:
        assert unit.objects.get(ONE)[-1].object.is_revoked
        rows = {row.standing for row in unit.views.rows_of(ONE)}
    assert rows == {Standing.WITHDRAWN, Standing.TOMBSTONE}


def test_plain_taxii_reader_sees_the_tombstone_of_a_revoked_object(world: Simulation) -> None:
    recalling.recall(world["us"], ONE, "source withdrew it", by="alice")
    report = world.sync("ru", "us")
    assert sum(one.tombstones for one in report.collections) == 1
    with world["ru"].store.reading() as unit:
        assert unit.objects.get(ONE)[-1].object.is_revoked
    assert ONE not in world.held("ru")


def test_recall_from_one_view_leaves_the_others_alone(world: Simulation) -> None:
    world.conclude(agreement_text("us-fr", "us", ("fr",)), "us", "fr")
    world.sync("fr", "us")
    recalling.recall(world["us"], ONE, "not for fr", by="alice", views=[ViewKey(AgreementId("us-fr"), FR)])
    world.settle()
    assert ONE not in world.held("fr")
    assert ONE in world.held("ru")
    with world["us"].store.reading() as unit:
        assert not unit.objects.get(ONE)[-1].object.is_revoked


def test_node_that_was_off_hears_of_the_recall_before_it_reads_the_page(world: Simulation) -> None:
    three = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e005"
    world.network.cut_off.add(RU)
    world.take_in("us", world.written_by("us", three, "amber"))
    recalling.recall(world["us"], StixId(three), "a mistake", by="alice")
    world.network.cut_off.clear()
    world.sync("ru", "us")
    assert three not in world.held("ru")
    assert ("ru", None, "restricted") in answers(world, "us")


def test_recalled_object_does_not_come_back_by_another_partner(world: Simulation) -> None:
    world.conclude(agreement_text("us-fr", "us", ("fr",)), "us", "fr")
    passed_on(world)
    recalling.recall(world["us"], ONE, "source withdrew it", by="alice")
    world.settle()
    world.conclude(agreement_text("fr-ru", "fr", ("ru",), ceiling="red"), "fr", "ru")
    synchronise(world["ru"], FR)
    assert ONE not in world.held("ru")


def test_person_answers_that_it_is_deleted_or_kept_by_law_and_the_giver_hears(world: Simulation) -> None:
    passed_on(world)
    recalling.recall(world["us"], ONE, "source withdrew it", by="alice")
    world.settle()
    with pytest.raises(InputError, match="needs its ground"):
        recalling.answer_recall(world["fr"], received(world, "fr").id, "kept-by-law")
    recalling.answer_recall(world["fr"], received(world, "fr").id, "kept-by-law", "court order 12")
    recalling.answer_recall(world["ru"], received(world, "ru").id, "deleted")
    world.settle()
    assert answers(world, "us") == {("ru", None, "deleted"), ("fr", "ru", "kept-by-law")}
    with world["ru"].store.reading() as unit:
        assert unit.objects.get(ONE) == ()


def test_what_nobody_has_is_not_recalled(world: Simulation) -> None:
    own = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e006"
    world.take_in("us", world.written_by("us", own, "red"))
    with pytest.raises(NotPermitted, match="nobody has got it"):
        recalling.recall(world["us"], StixId(own), "x", by="alice")
    recalling.recall(world["us"], ONE, "x", by="alice")
    with pytest.raises(NotPermitted, match="recalled from everybody already"):
        recalling.recall(world["us"], ONE, "x", by="alice")


def recall_of(world: Simulation, sender: str, object_id: str, id_: str = "a-recall-of-theirs") -> bytes:
    body = {
        "recall": id_,
        "scope": "all",
        "objects": [{"id": object_id}],
        "reason": "x",
        "respond_by": "2030-05-01T13:00:00.000000Z",
    }
    return said(world[sender], "recall", "ru", body)


def test_partner_cannot_recall_what_another_gave(world: Simulation) -> None:
    with pytest.raises(NotPermitted, match="fr never gave us"):
        receive(world["ru"], recall_of(world, "fr", ONE))
    assert ONE in world.held("ru")


def test_partner_cannot_recall_our_own_object_that_it_sent_back(world: Simulation) -> None:
    own = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e007"
    world.take_in("ru", world.written_by("ru", own, "clear"))
    world.take_in("us", world.written_by("ru", own, "clear"))
    world.sync("ru", "us")
    receive(world["ru"], recall_of(world, "us", own))
    assert own in world.held("ru")


def test_nobody_answers_a_recall_for_a_direct_holder_or_without_being_asked(world: Simulation) -> None:
    world.conclude(agreement_text("us-fr", "us", ("fr",)), "us", "fr")
    world.sync("fr", "us")
    world.network.cut_off.update({RU, FR})
    sent = recalling.recall(world["us"], ONE, "source withdrew it", by="alice").recall
    world.network.cut_off.clear()
    entry = {"action": "deleted", "at": "2030-05-01T12:00:00.000000Z"}
    body = {"recall": sent.id, "answers": [entry | {"party": "ru"}, entry | {"party": "fr"}], "onward": []}
    receive(world["us"], said(world["ru"], "recall-answer", "us", body))
    assert {("ru", None, "deleted"), ("fr", None, None)} <= answers(world, "us")
    with pytest.raises(NotPermitted, match="was not asked"):
        receive(world["us"], said(world["ru"], "recall-answer", "us", body | {"recall": "another-recall"}))
