"""The ports `Claims` and `Watches`: the index follows the objects; alerts are told once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.exchange.claim_records import AlertDelivery, Development, Verdict
from sepakat.exchange.ports import Unit
from sepakat.stix.identifiers import StixId
from tests.support.records import CLAIMING, QUESTION, alert, at, judgement, stix_id, stored, version_of, watch_area


def note(number: int) -> StixId:
    return stix_id(number, "note")


def claiming(**claim: Any) -> dict[str, Any]:
    return {"extensions": {CLAIM_EXTENSION: {"extension_type": "property-extension", **claim}}}


def test_objects_that_carry_claims_are_found_by_question_and_kind(unit: Unit) -> None:
    unit.objects.add_many([stored(1, 0, "note", **CLAIMING), stored(2, 0, "note"), stored(3, 0, "report", **CLAIMING)])
    unit.objects.add(stored(4, 0, "note", **claiming(kind="offer")))
    assert unit.claims.page() == [note(1), note(4), stix_id(3, "report")]
    assert unit.claims.page(question=QUESTION) == [note(1), stix_id(3, "report")]
    assert unit.claims.page(kind="offer") == [note(4)]
    assert unit.claims.page(question=QUESTION, kind="offer") == []
    assert unit.claims.page(after=note(1), limit=1) == [note(4)]
    assert unit.claims.questions() == [QUESTION]
    assert unit.claims.count() == 3


def test_an_object_stays_in_the_index_under_all_that_its_versions_said(unit: Unit) -> None:
    unit.objects.add(stored(1, 0, "note", **claiming(kind="estimate", question="a")))
    unit.objects.add(stored(1, 5, "note", **claiming(kind="report", question="b")))
    assert unit.claims.questions() == ["a", "b"]
    assert unit.claims.page(question="a") == unit.claims.page(question="b") == [note(1)]
    unit.objects.remove((note(1), version_of(5)))
    assert unit.claims.page(question="a") == [note(1)]
    unit.objects.remove((note(1), version_of(0)))
    assert (unit.claims.page(), unit.claims.questions(), unit.claims.count()) == ([], [], 0)


def test_the_claims_of_a_root_are_found_and_a_root_is_no_question(unit: Unit) -> None:
    first, second = "a" * 64, "b" * 64
    unit.objects.add(stored(1, 0, "note", **claiming(kind="report", lineage={"roots": [first, second]})))
    unit.objects.add(stored(2, 0, "note", **claiming(kind="report", question="q", lineage={"roots": [second]})))
    unit.objects.add(stored(3, 0, "note", **claiming(kind="report", lineage={"roots": [7, None]})))
    unit.objects.add(stored(4, 0, "note", **claiming(kind="report", lineage="none")))
    assert unit.claims.of_roots([first]) == [note(1)]
    assert unit.claims.of_roots([second, first]) == [note(1), note(2)]
    assert unit.claims.of_roots([]) == unit.claims.of_roots(["c" * 64]) == []
    assert unit.claims.questions() == ["q"]
    assert unit.claims.page(kind="report") == [note(1), note(2), note(3), note(4)]
    assert unit.claims.count() == 4


def test_what_is_no_claim_in_form_is_held_and_answers_nothing(unit: Unit) -> None:
    unit.objects.add(stored(1, 0, "note", extensions={CLAIM_EXTENSION: "no object"}))
    unit.objects.add(stored(2, 0, "note", extensions=["no object"]))
    unit.objects.add(stored(3, 0, "note", **claiming(kind=7, question=[])))
    unit.objects.add(stored(4, 0, "note", **claiming(question="a\0b")))
    assert unit.claims.page() == [note(3), note(4)]
    assert unit.claims.questions() == ["a\0b"]
    assert unit.claims.page(question="a\0b") == [note(4)]


def test_the_same_version_again_adds_nothing_to_the_index(unit: Unit) -> None:
    made = stored(1, 0, "note", **CLAIMING)
    assert unit.objects.add_many([made, made]) == [True, False]
    unit.objects.add(made)
    assert unit.claims.count() == 1


def test_the_last_word_of_each_person_is_kept(unit: Unit) -> None:
    unit.claims.put_judgement(judgement(2, by="ben"))
    unit.claims.put_judgement(judgement(2))
    unit.claims.put_judgement(judgement(1))
    last = judgement(1, verdict=Verdict.NEUTRAL, reason="seen again", at=at(9))
    unit.claims.put_judgement(last)
    assert unit.claims.judgements(QUESTION) == [last, judgement(2), judgement(2, by="ben")]
    assert unit.claims.judgements("other") == []


def test_watch_areas_come_by_id_and_are_replaced(unit: Unit) -> None:
    unit.watches.put_area(watch_area("mosul", circle=None, polygon=()))
    unit.watches.put_area(watch_area())
    ended = watch_area(checked_at=at(1), looked_at=at(2), ended_at=at(3))
    unit.watches.put_area(ended)
    assert unit.watches.areas() == [ended, watch_area("mosul", circle=None, polygon=())]
    assert unit.watches.area("anbar") == ended
    assert unit.watches.area("erbil") is None


def test_an_area_is_told_once_of_each_development(unit: Unit) -> None:
    assert unit.watches.add_alert(alert(1))
    assert not unit.watches.add_alert(alert(1, id="another-id", at=at(50)))
    assert unit.watches.add_alert(alert(1, "mosul"))
    assert unit.watches.add_alert(alert(2, subject=stix_id(1), version="later"))
    assert unit.watches.add_alert(alert(3, subject=stix_id(1), what=Development.CHANGED))
    assert [one.id for one in unit.watches.alerts()] == [
        "alert-anbar-3",
        "alert-anbar-2",
        "alert-mosul-1",
        "alert-anbar-1",
    ]
    assert unit.watches.alerts("mosul") == [alert(1, "mosul")]
    assert unit.watches.alerts(limit=1) == [alert(3, subject=stix_id(1), what=Development.CHANGED)]


def test_an_alert_waits_until_every_channel_has_taken_it(unit: Unit) -> None:
    unit.watches.add_alert(alert(1, deliveries=()))
    unit.watches.add_alert(alert(2))
    assert unit.watches.undelivered() == [alert(2)]
    failed = alert(2, deliveries=(AlertDelivery("mail:desk@us.example", None, 1, "refused"),))
    unit.watches.put_alert(failed)
    assert unit.watches.undelivered() == [failed]
    taken = replace(failed, deliveries=(AlertDelivery("mail:desk@us.example", at(3), 2),))
    unit.watches.put_alert(taken)
    assert unit.watches.undelivered() == []
    assert unit.watches.alert("alert-anbar-2") == taken


def test_an_acknowledged_alert_is_open_no_more(unit: Unit) -> None:
    unit.watches.add_alert(alert(1))
    unit.watches.add_alert(alert(2))
    unit.watches.put_alert(alert(1, acknowledged_by="anna", acknowledged_at=at(60)))
    assert unit.watches.alerts(is_open=True) == [alert(2)]
    assert unit.watches.alert("alert-anbar-1") == alert(1, acknowledged_by="anna", acknowledged_at=at(60))
    assert unit.watches.alert("none") is None
