"""What is owed: receipts, co-signatures, answers, deletions and acknowledgements, each with its instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from sepakat.errors import NotFound, NotPermitted
from sepakat.exchange import agreeing, notices, recalling
from sepakat.exchange.ending import confirm_deletion
from sepakat.exchange.owing import Debt, alarms, list_owed
from sepakat.exchange.receiving import receive
from sepakat.exchange.records import Direction
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, said

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
ONE, TWO = (StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}") for n in (1, 2))
PAIR = AgreementId("us-ru")


@pytest.fixture
def world(giving: Simulation) -> Simulation:
    """`us` released two campaigns to `ru`, which has not read them yet."""
    giving.take_in("us", giving.written_by("us", ONE, "amber"), giving.written_by("us", TWO, "amber"))
    return giving


def owed(world: Simulation, party: str, *, late_only: bool = False) -> list[tuple[str, str]]:
    return [(one.debt.value, one.debtor) for one in list_owed(world[party], late_only=late_only)]


def test_receipt_is_owed_from_the_release_on_and_late_after_the_agreed_time(world: Simulation) -> None:
    assert ("receipt", "ru") in owed(world, "us")
    world.clock.advance(minutes=4)
    assert ("receipt", "ru") not in owed(world, "us", late_only=True)
    world.clock.advance(minutes=2)
    assert ("receipt", "ru") in owed(world, "us", late_only=True)
    world.sync("ru", "us")
    assert ("receipt", "ru") not in owed(world, "us")


def test_partner_that_reads_and_cosigns_owes_nothing(world: Simulation) -> None:
    world.sync("ru", "us")
    world.settle()
    assert owed(world, "us") == []
    assert alarms(world["us"]) == []


def test_partner_that_reads_and_does_not_cosign_raises_an_alarm_soon(world: Simulation) -> None:
    ru = world["ru"]
    world.sync("ru", "us")
    with world["us"].store.writing() as unit:
        for note in unit.logs.checkpoints(RU, mirror=False):
            unit.logs.put_checkpoint(replace(note, cosigned=False))
    assert alarms(world["us"]) == []
    world.clock.advance(minutes=6)
    assert alarms(world["us"]) == ["ru has not co-signed our log for it since 2030-05-01T12:00:00+00:00"]
    assert ru.party == RU


def test_partner_that_is_off_is_late_and_no_alarm_for_a_day(world: Simulation) -> None:
    world.clock.advance(hours=23)
    assert alarms(world["us"]) == []
    world.clock.advance(hours=2)
    assert len(alarms(world["us"])) == 1


def test_unanswered_recall_is_owed_by_its_holder(world: Simulation) -> None:
    world.sync("ru", "us")
    world.network.cut_off.add(RU)
    recalling.recall(world["us"], ONE, "a mistake", by="alice")
    assert ("recall-answer", "ru") in owed(world, "us")
    world.clock.advance(hours=2)
    assert ("recall-answer", "ru") in owed(world, "us", late_only=True)
    world.network.cut_off.clear()
    world.sync("ru", "us")
    assert ("recall-answer", "ru") not in owed(world, "us")


# The end of an agreement.


@pytest.fixture
def ended(world: Simulation) -> Simulation:
    """`ru` read both campaigns; then `us` gave notice, and its time is over."""
    world.sync("ru", "us")
    agreeing.end(world["us"], PAIR, "no longer needed")
    world.settle()
    world.clock.advance(days=31)
    return world


def test_taker_owes_the_deletion_once_the_agreement_has_ended(world: Simulation) -> None:
    world.sync("ru", "us")
    agreeing.end(world["us"], PAIR, "no longer needed")
    world.settle()
    assert ("deletion", "ru") not in owed(world, "us") + owed(world, "ru")
    world.clock.advance(days=31)
    for party in ("us", "ru"):
        assert ("deletion", "ru") in owed(world, party, late_only=True)


def test_confirmed_deletion_removes_what_came_and_settles_the_debt_on_both_sides(ended: Simulation) -> None:
    own = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e003"
    ended.take_in("ru", ended.written_by("ru", own, "amber"))
    report = confirm_deletion(ended["ru"], PAIR)
    assert report.deleted >= 2
    assert {ONE, TWO} & ended.held("ru") == set()
    assert own in ended.held("ru")
    for party in ("us", "ru"):
        assert Debt.DELETION.value not in [debt for debt, _ in owed(ended, party)]
    with pytest.raises(NotPermitted, match="asks for no deletion"):
        confirm_deletion(ended["ru"], PAIR)


def test_what_another_gave_too_stays_under_its_terms(ended: Simulation) -> None:
    ended.conclude(agreement_text("fr-ru", "fr", ("ru",)), "fr", "ru")
    shared = ended.written_by("fr", "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e004", "clear")
    ended.take_in("fr", shared)
    ended.sync("ru", "fr")
    confirm_deletion(ended["ru"], PAIR)
    assert shared["id"] in ended.held("ru")


def test_nothing_is_deleted_while_an_agreement_is_in_force_or_by_its_giver(world: Simulation) -> None:
    world.sync("ru", "us")
    for party in ("us", "ru"):
        with pytest.raises(NotPermitted):
            confirm_deletion(world[party], PAIR)
    with pytest.raises(NotFound):
        confirm_deletion(world["ru"], AgreementId("another"))
    assert {ONE, TWO} <= world.held("ru")


def test_confirmation_before_the_end_is_refused(world: Simulation) -> None:
    hash_ = agreeing.show(world["us"], PAIR).record.hash
    body = {"agreement": PAIR, "hash": hash_, "stage": "deleted", "from": "2030-05-01T12:00:00.000000Z"}
    with pytest.raises(NotPermitted, match="has not ended"):
        receive(world["us"], said(world["ru"], "agreement-end", "us", body))


# Corrections and urgent notices.


def corrected(world: Simulation) -> None:
    world.sync("ru", "us")
    world.clock.advance(seconds=1)
    world.take_in("us", world.written_by("us", ONE, "amber", modified="2030-05-01T11:00:00.000Z", name="Right"))
    notices.correct(world["us"], ONE, "the name was wrong")


def test_correction_reaches_who_has_the_wrong_version_and_names_the_right_one(world: Simulation) -> None:
    corrected(world)
    (notice,) = notices.list_notices(world["ru"])
    assert (notice.kind, notice.direction, notice.objects, notice.text) == (
        "correction", Direction.IN, (ONE,), "the name was wrong",
    )  # fmt: skip
    with world["ru"].store.reading() as unit:
        (record,) = unit.messages.of_kind("correction", Direction.IN)
    body = orjson.loads(record.document)["body"]
    assert (body["version"], body["corrected"]) == ("2030-05-01T10:00:00.000000", "2030-05-01T11:00:00.000000")


def test_correction_needs_a_version_that_replaces_the_wrong_one(world: Simulation) -> None:
    with pytest.raises(NotPermitted, match="no version that replaces"):
        notices.correct(world["us"], ONE, "x")


def test_correction_of_what_is_hidden_from_a_taker_is_not_told_to_it(world: Simulation) -> None:
    world.conclude(agreement_text("us-fr", "us", ("fr",), deny="description"), "us", "fr")
    three = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e005")
    world.take_in("us", world.written_by("us", three, "amber", description="wrong"))
    world.clock.advance(seconds=1)
    later = "2030-05-01T11:00:00.000Z"
    world.take_in("us", world.written_by("us", three, "amber", description="right", modified=later))
    notices.correct(world["us"], three, "the description was wrong")
    world.settle()
    assert [one.text for one in notices.list_notices(world["ru"])] == ["the description was wrong"]
    assert notices.list_notices(world["fr"]) == []


def test_partner_cannot_correct_what_it_never_gave(world: Simulation) -> None:
    world.sync("ru", "us")
    body = {"correction": "a-correction", "object": ONE, "version": "", "reason": "x"}
    with pytest.raises(NotPermitted, match="fr never gave us"):
        receive(world["ru"], said(world["fr"], "correction", "ru", body))


def test_urgent_notice_is_owed_an_acknowledgement_until_a_person_has_seen_it(world: Simulation) -> None:
    world.sync("ru", "us")
    by = world.clock.now() + timedelta(minutes=30)
    notices.give_notice(world["us"], RU, [ONE], "an attack is planned for tonight", by)
    (notice,) = notices.list_notices(world["ru"])
    assert notice.text == "an attack is planned for tonight"
    for party in ("us", "ru"):
        assert ("acknowledgement", "ru") in owed(world, party)
    world.clock.advance(hours=1)
    assert ("acknowledgement", "ru") in owed(world, "us", late_only=True)
    notices.acknowledge(world["ru"], notice.hash, "police informed")
    for party in ("us", "ru"):
        assert ("acknowledgement", "ru") not in owed(world, party)
    assert notices.list_notices(world["us"])[0].seen_at is not None


def test_acknowledgement_of_what_was_told_to_another_is_refused(world: Simulation) -> None:
    world.sync("ru", "us")
    notices.give_notice(world["us"], RU, [ONE], "x", world.clock.now() + timedelta(minutes=30))
    (notice,) = notices.list_notices(world["us"])
    with pytest.raises(NotPermitted, match="nothing of that hash"):
        receive(world["us"], said(world["fr"], "acknowledgement", "us", {"message": notice.hash}))


def test_notice_names_only_what_the_partner_has(world: Simulation) -> None:
    with pytest.raises(NotPermitted, match="has not got"):
        notices.give_notice(world["us"], FR, [ONE], "x", world.clock.now() + timedelta(minutes=30))
