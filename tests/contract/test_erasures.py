"""Taking content away for good, the proofs of it, and how long what is kept."""

from __future__ import annotations

from dataclasses import replace

import orjson

from sepakat.exchange.catalogue_ports import Search
from sepakat.exchange.cataloguing import enter
from sepakat.exchange.ports import RowQuery, Store, Unit
from sepakat.exchange.records import Direction, SavedSearch, Standing
from sepakat.exchange.work_ports import Job
from sepakat.stix.identifiers import AgreementId
from sepakat.transparency.erasures import ErasedRow
from tests.support import records
from tests.support.records import COLLECTION, RU, at, digest, erasure, stix_id, stored

CANARY = "kanarienvogel"


def names(text: str) -> bool:
    return CANARY in text.casefold()


def released(unit: Unit) -> None:
    """Object 1 whole in two versions, object 2 as variant 1002, object 3 whole; 1 and 3 are held."""
    unit.objects.add_many([stored(1, name=CANARY), stored(1, 5, name=CANARY), stored(3, name="other")])
    unit.views.put_collection(records.collection())
    variant = records.publication(3, 1002, original=records.stix_object(2).version_ref)
    rows = [records.publication(1), records.publication(2, 1, 5), variant, records.publication(4, 3)]
    unit.views.publish(rows)
    unit.views.put_variant(records.variant(2))


def test_removed_objects_leave_rows_without_payload_salt_and_digest(unit: Unit) -> None:
    released(unit)
    removed = unit.erasures.remove_objects([stix_id(1), stix_id(2)], at(60))
    assert removed.rows == tuple(ErasedRow(RU, 0, position) for position in (1, 2, 3))
    assert removed.counts["versions"] == 2
    assert removed.counts["rows of views"] == 3
    rows = unit.views.rows(COLLECTION, include_withdrawn=True)
    assert [(row.salt, row.digest, row.body) for row in rows[:3]] == [(b"", "", b"")] * 3
    assert {row.standing for row in rows[:3]} == {Standing.WITHDRAWN}
    assert {row.withdrawn_at for row in rows[:3]} == {at(60)}
    assert rows[3] == records.publication(4, 3)
    assert [row.original[0] for row in rows] == [stix_id(1), stix_id(1), stix_id(2), stix_id(3)]
    assert unit.objects.get(stix_id(1)) == ()
    assert unit.views.variants(COLLECTION) == {}
    assert {identifier for identifier, _ in unit.erasures.bodies()} == {stix_id(3)}


def test_what_was_erased_can_be_made_anew_in_the_same_unit(unit: Unit) -> None:
    unit.objects.add_many([stored(1, name=CANARY), stored(3, name="other")])
    unit.erasures.remove_objects([stix_id(1)], at(60))
    assert unit.objects.get(stix_id(1)) == ()
    unit.objects.add(stored(1, 9))
    assert unit.objects.get(stix_id(1)) == (stored(1, 9),)
    assert unit.objects.get(stix_id(3)) == (stored(3, name="other"),)


def test_what_is_left_of_a_view_is_read_as_before(unit: Unit) -> None:
    released(unit)
    unit.erasures.remove_objects([stix_id(1), stix_id(2)], at(60))
    page = unit.readings.bodies(RowQuery(COLLECTION, versions=frozenset({"all"})))
    assert orjson.loads(b"[%b]" % page.joined)[0]["id"] == stix_id(3)
    assert page.count == unit.readings.count(COLLECTION) == 1


def test_removing_twice_changes_nothing(unit: Unit) -> None:
    released(unit)
    unit.erasures.remove_objects([stix_id(1)], at(60))
    before = unit.views.rows(COLLECTION, include_withdrawn=True)
    again = unit.erasures.remove_objects([stix_id(1)], at(90))
    assert again.counts.keys() <= {"rows of views"}
    assert unit.views.rows(COLLECTION, include_withdrawn=True) == before


def test_a_view_goes_on_after_an_erasure(unit: Unit) -> None:
    released(unit)
    unit.erasures.remove_objects([stix_id(1)], at(60))
    unit.views.publish([records.publication(5, 1, 9, leaf=1, position=0, standing=Standing.TOMBSTONE)])
    assert [row.sequence for row in unit.views.rows(COLLECTION)] == [3, 4, 5]


def test_the_originals_of_what_was_released_are_told(unit: Unit) -> None:
    released(unit)
    asked = [stix_id(1), stix_id(1002), stix_id(9)]
    assert unit.erasures.originals(asked) == {stix_id(1): stix_id(1), stix_id(1002): stix_id(2)}


def test_what_people_find_and_say_of_an_object_goes_with_it(unit: Unit) -> None:
    unit.objects.add(stored(1, name=CANARY, **records.CLAIMING))
    enter(unit, frozenset({stix_id(1)}))
    # A row that was replaced leaves its words behind.
    enter(unit, frozenset({stix_id(1)}))
    unit.policies.put(records.policy(necessity="needed"))
    unit.claims.put_judgement(records.judgement(hypothesis=stix_id(1)))
    unit.watches.put_area(records.watch_area())
    unit.watches.add_alert(records.alert())
    unit.erasures.remove_objects([stix_id(1)], at(60))
    assert unit.catalogue.find(Search(words=(CANARY,))) == []
    assert unit.policies.get(stix_id(1)) is None
    assert unit.claims.page() == []
    assert unit.claims.judgements(records.QUESTION) == []
    assert unit.watches.alerts() == []


def test_texts_that_name_a_subject_go_and_others_stay(unit: Unit) -> None:
    records.fill(unit)
    before = records.everything_in(unit)
    assert unit.erasures.remove_texts([stix_id(77)], names, "-").counts == {}
    assert records.everything_in(unit) == before
    escaped = b'{"name": "\\u006banarienvogel"}'
    unit.intakes.quarantine(replace(records.quarantined(5), raw=escaped))
    unit.reports.add(records.report(5), replace(records.report_content(5), text=f"the {CANARY}"), [])
    unit.jobs.put(Job("take-in", "9", at(1), at(1), "anna"))
    unit.jobs.put_content("take-in", "9", CANARY.encode())
    unit.intakes.add(records.take_in(5, source=f"{CANARY}.html"))
    unit.obligations.put_recall(records.recall(5, reason=f"of {CANARY}"))
    unit.obligations.put_consent(records.consent(5, reason=CANARY))
    unit.catalogue.save(SavedSearch("anna", "one", f"words={CANARY}", at(1)))
    unit.policies.put_topic(replace(records.topic("birds"), names=frozenset({CANARY, "eagle"})))
    unit.policies.put(records.policy(5, hold=f"tells of {CANARY}"))
    counts = unit.erasures.remove_texts([stix_id(77)], names, "-").counts
    assert counts == dict.fromkeys(
        ("quarantined", "jobs", "saved searches", "reports", "take ins", "recalls", "consents", "policies", "topics"), 1
    )
    assert len(unit.intakes.quarantined()) == 1
    assert unit.jobs.get("take-in", "9") is None
    assert unit.reports.get("report-5") is None
    recall, consent = (
        unit.obligations.recall("recall-5", Direction.OUT),
        unit.obligations.consent("consent-5", Direction.OUT),
    )
    assert recall is not None
    assert consent is not None
    assert (recall.reason, consent.reason, consent.purpose) == ("-", "-", "counter-terrorism")
    assert unit.policies.topics()[0].names == {"eagle"}
    held = unit.policies.get(stix_id(5))
    assert held is not None
    assert held.hold == "-"


def test_a_replaced_message_keeps_its_place_and_is_not_tried_again(unit: Unit) -> None:
    unit.messages.add(records.message(1))
    unit.messages.add(records.message(2, direction=Direction.IN, refused="wrong"))
    for number, direction in ((1, Direction.OUT), (2, Direction.IN)):
        unit.erasures.replace_message(records.message(number).hash, direction, b"{}")
    out, refused = (
        unit.messages.after(RU, 0, direction=Direction.OUT),
        unit.messages.after(RU, 0, direction=Direction.IN),
    )
    assert [(one.document, one.attempts) for one in out] == [(b"{}", 0)]
    assert refused[0].attempts > 1000
    assert [one.document for one in unit.erasures.messages()] == [b"{}", b"{}"]


def test_proofs_are_kept_in_order_with_their_tokens(unit: Unit) -> None:
    assert unit.erasures.is_empty()
    first, second = erasure(1, open=(records.open_message(),)), erasure(2)
    one, two = digest(b"one"), digest(b"two")
    unit.erasures.add(first, [one, one])
    unit.erasures.add(second, [one, two])
    assert unit.erasures.everything() == [first, second]
    assert unit.erasures.known([one, two, digest(b"three")]) == {one: 1, two: 2}
    unit.erasures.put(replace(first, open=()))
    assert unit.erasures.everything()[0].open == ()
    assert not unit.erasures.is_empty()


def test_objects_are_over_their_time_by_their_newest_version(unit: Unit) -> None:
    unit.objects.add_many([stored(1), replace(stored(1, 5), received_at=at(50)), stored(2), stored(3, 0, "report")])
    assert unit.erasures.retention.types() == ["indicator", "report"]
    assert unit.erasures.retention.received_before("indicator", at(10), 9) == [stix_id(2)]
    assert unit.erasures.retention.received_before("indicator", at(60), 9) == [stix_id(1), stix_id(2)]
    assert unit.erasures.retention.received_before("indicator", at(60), 1) == [stix_id(1)]
    assert unit.erasures.retention.received_before("note", at(60), 9) == []


def test_rules_are_replaced_and_removed(unit: Unit) -> None:
    rules = [records.retention_rule("any"), records.retention_rule("campaign", "P30D")]
    for rule in (records.retention_rule("campaign"), *rules):
        unit.erasures.retention.put(rule)
    assert unit.erasures.retention.rules() == rules
    unit.erasures.retention.remove("any")
    assert unit.erasures.retention.rules() == rules[1:]


def test_what_arrived_under_an_agreement_is_told_until_it_is_removed(unit: Unit) -> None:
    unit.syncs.add_arrivals([records.arrival(1), records.arrival(2), records.arrival(3, agreement="ru-other")])
    assert unit.erasures.retention.arrived(RU, AgreementId("ru-us")) == [stix_id(1), stix_id(2)]
    unit.syncs.mark_removed(RU, stix_id(1), at(60))
    assert unit.erasures.retention.arrived(RU, AgreementId("ru-us")) == [stix_id(2)]


def test_what_is_there_survives_a_scrub(store: Store) -> None:
    with store.writing() as unit:
        records.fill(unit)
        unit.erasures.remove_objects([stix_id(3, "ipv4-addr")], at(60))
        before = records.everything_in(unit)
    store.scrub()
    with store.reading() as unit:
        assert records.everything_in(unit) == before
