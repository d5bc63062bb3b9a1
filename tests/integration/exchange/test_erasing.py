"""Erasing a subject in a world of nodes: nothing of it stays, logs stay sound, and whoever was given it is told."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import orjson
import pytest

from sepakat.errors import InputError, NotFound
from sepakat.exchange import cataloguing, consenting, notices, retaining
from sepakat.exchange.erasing import erase, find, finish, list_erasures
from sepakat.exchange.explaining import explain
from sepakat.exchange.marking import annotate
from sepakat.exchange.ports import Node
from sepakat.exchange.recalling import list_recalls
from sepakat.exchange.records import Direction, Quarantined, SavedSearch, Standing, Topic
from sepakat.exchange.taking_in import Provenance, Wishes, take_in
from sepakat.exchange.verifying import verify_logs
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stores.sqlite import SqliteStore
from tests.support.agreements import agreement_text
from tests.support.records import at
from tests.support.simulator import Simulation

CANARY = "Zuleika Kanarienvogel"
PERSON = StixId("identity--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e001")
TELLING, OTHER, LINK, NOTE = (
    StixId(f"{kind}--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{number}")
    for number, kind in enumerate(("campaign", "campaign", "relationship", "note"), 2)
)
REPORT = StixId("report--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e006")


@pytest.fixture
def told(giving: Simulation) -> Simulation:
    """`us` gave `ru` a group with the canary's name, what tells of it, and what does not."""
    written = giving.written_by
    giving.take_in(
        "us",
        written("us", PERSON, "amber", name=CANARY, identity_class="group"),
        written("us", TELLING, "amber", name="Other", description=f"Led by\n{CANARY.upper()}, they say"),
        written("us", OTHER, "amber", name="Quiet"),
        nameless(written("us", LINK, "amber", relationship_type="related-to", source_ref=OTHER, target_ref=PERSON)),
        nameless(written("us", NOTE, "amber", content="Not sure", object_refs=[PERSON])),
        {**written("us", REPORT, "amber"), "published": "2030-05-01T10:00:00Z", "object_refs": [PERSON, OTHER]},
    )
    giving.sync("ru", "us")
    giving.settle()
    return giving


def nameless(content: dict[str, Any]) -> dict[str, Any]:
    """An object of a type that has no name in the standard."""
    return {name: value for name, value in content.items() if name != "name"}


def stored(node: Node) -> bytes:
    """All that the files of a node's store hold."""
    assert isinstance(node.store, SqliteStore)
    node.store.scrub()
    return b"".join(path.read_bytes() for path in sorted(node.store.path.parent.glob("store.sqlite*")))


def is_sound(node: Node) -> bool:
    found = verify_logs(node)
    assert found
    return all(log.report.is_sound for log in found)


def codes(node: Node) -> set[str]:
    return {finding.code for log in verify_logs(node) for finding in log.report.findings}


def test_nothing_of_the_subject_is_in_the_file_afterwards(told: Simulation) -> None:
    node = told["us"]
    with node.store.writing() as unit:
        raw = orjson.dumps({"name": CANARY})
        unit.intakes.quarantine(Quarantined("q-1", at(1), PartyId("ru"), str(PERSON), "too late", raw))
        unit.policies.put_topic(Topic("people/watched", frozenset({PERSON}), frozenset({CANARY, "Somebody"})))
        unit.catalogue.save(SavedSearch("anna", "hers", f"words={CANARY}", at(1)))
    page = f"<html><body><p>{CANARY} said on Monday that it was over.</p></body></html>".encode()
    take_in(node, page, Provenance(source=f"{CANARY}.html", by="alice"))
    while not cataloguing.catch_up(node):
        pass
    assert CANARY.encode() in stored(node)
    report = erase(node, CANARY, by="anna", reason="request 17")
    assert report.findings.ids == {PERSON, TELLING, LINK, NOTE}
    left = stored(node).lower()
    for form in (CANARY, CANARY.split(maxsplit=1)[0], CANARY.split()[1]):
        assert form.lower().encode() not in left
    with node.store.reading() as unit:
        assert unit.policies.topics()[0].names == {"Somebody"}
        assert unit.catalogue.saved("anna") == []
        assert {version.object.id for version in unit.objects.everything()} == {OTHER, REPORT}


def test_logs_stay_sound_and_say_that_something_was_erased(told: Simulation) -> None:
    erase(told["us"], PERSON, by="anna", reason="request 17")
    assert is_sound(told["us"])
    assert {"rows-erased", "messages-erased"} <= codes(told["us"])
    told.settle()
    told.sync("ru", "us")
    assert is_sound(told["ru"])


def test_an_erased_row_without_a_proof_is_damage(told: Simulation) -> None:
    node = told["us"]
    erase(node, PERSON, by="anna", reason="request 17")
    told.is_damaged = True
    with sqlite3.connect(node.store.path) as connection:  # type: ignore[attr-defined]
        (document,) = connection.execute("SELECT document FROM erasures").fetchone()
        changed = document.replace(b'"by":"anna"', b'"by":"otto"')
        connection.execute("UPDATE erasures SET document = ?", (changed,))
    connection.close()
    assert not is_sound(node)
    assert {"erasure-proof-damaged", "row-changed", "message-changed"} <= codes(node)
    assert list_erasures(node).faults == ("erasure 1: the signature of its proof does not hold",)


def test_the_taker_gets_a_recall_and_a_tombstone_without_content(told: Simulation) -> None:
    erase(told["us"], PERSON, by="anna", reason="request 17")
    told.sync("ru", "us")
    assert {PERSON, TELLING, LINK, NOTE}.isdisjoint(told.held("ru"))
    received = [one for one in list_recalls(told["ru"]) if one.direction is Direction.IN]
    assert {one.original for one in received} == {PERSON, TELLING, LINK, NOTE}
    assert {one.reason for one in received} == {"erased: request 17"}
    with told["us"].store.reading() as unit:
        (collection,) = unit.views.collections()
        rows = unit.views.rows(collection.id)
    buried = {row.id: orjson.loads(row.body) for row in rows if row.standing is Standing.TOMBSTONE}
    assert buried.keys() == {PERSON, TELLING, LINK, NOTE}
    assert all(one["revoked"] and CANARY not in str(one) for one in buried.values())
    assert (buried[PERSON]["name"], buried[NOTE]["content"]) == ("erased", "erased")
    answered = [one for one in list_recalls(told["us"]) if one.direction is Direction.OUT]
    assert {answer.action for one in answered for answer in one.answers} == {"restricted"}


def test_what_was_erased_is_refused_when_it_comes_again(told: Simulation) -> None:
    node = told["us"]
    again = orjson.dumps(told.written_by("us", PERSON, "amber", name=CANARY, identity_class="group"))
    later = again.replace(b"2030-05-01T10:00:00.000Z", b"2030-05-01T11:00:00.000Z")
    erase(node, PERSON, by="anna", reason="request 17")
    for data in (again, later):
        with pytest.raises(InputError, match="what erasure 1 took"):
            take_in(node, data, Provenance(source="-", by="alice"))
        kept = take_in(node, data, Provenance(source="-", by="alice"), Wishes(keeps_good=True))
        assert not kept.taken
        assert CANARY.encode() not in stored(node)


def test_another_object_with_the_erased_name_is_taken_with_a_warning(told: Simulation) -> None:
    node = told["us"]
    erase(node, PERSON, by="anna", reason="request 17")
    other = told.written_by("us", str(PERSON).replace("e001", "e099"), "amber", name=CANARY, identity_class="group")
    report = take_in(node, orjson.dumps(other), Provenance(source="-", by="alice"))
    assert len(report.taken) == 1
    assert "erasure 1" in {fault.found for fault in report.warnings}


def test_what_a_giver_sends_again_is_not_even_kept_apart(told: Simulation) -> None:
    erase(told["ru"], PERSON, by="olga", reason="request 4")
    newer = {"modified": "2030-05-01T11:00:00.000Z", "identity_class": "group"}
    told.clock.advance(hours=2)
    told.take_in("us", told.written_by("us", PERSON, "amber", name=CANARY, **newer))
    report = told.sync("ru", "us")
    assert [refusal.reason for refusal in report.refused] == ["erasure 1 took it"]
    assert PERSON not in told.held("ru")
    assert CANARY.encode() not in stored(told["ru"])
    assert is_sound(told["ru"])


def test_a_message_stays_whole_until_its_partner_has_followed_the_log(told: Simulation) -> None:
    told.network.cut_off.add(PartyId("ru"))
    newer = told.written_by("us", TELLING, "amber", name="Other", modified="2030-05-01T11:00:00.000Z")
    told.clock.advance(hours=2)
    told.take_in("us", {**newer, "description": f"Led by {CANARY}"})
    notices.give_notice(told["us"], PartyId("ru"), [TELLING], f"Look at {CANARY}", told.clock.at + timedelta(hours=1))
    report = erase(told["us"], PERSON, by="anna", reason="request 17")
    assert {one.counterpart for one in report.done.erasure.open} == {"ru"}
    assert finish(told["us"]) > 0
    assert is_sound(told["us"])
    told.network.cut_off.clear()
    for _ in range(3):
        told.settle()
        told.sync("ru", "us")
    assert finish(told["us"]) == 0
    assert CANARY.lower().encode() not in stored(told["us"]).lower()
    assert is_sound(told["us"])
    assert is_sound(told["ru"])


def test_a_taker_that_reads_the_log_from_its_beginning_follows_erased_messages(told: Simulation) -> None:
    erase(told["us"], PERSON, by="anna", reason="request 17")
    for _ in range(3):
        told.sync("ru", "us")
    told.is_damaged = True
    with sqlite3.connect(told["ru"].store.path) as connection:  # type: ignore[attr-defined]
        connection.execute("DELETE FROM leaves WHERE mirror")
        connection.execute("UPDATE logs SET size = 0 WHERE mirror")
        connection.execute("UPDATE sync_states SET cursor = NULL WHERE collection = '/messages'")
    connection.close()
    report = told.sync("ru", "us")
    assert report.alarms == []
    assert is_sound(told["ru"])


def test_what_was_passed_on_is_recalled_from_the_third_party(told: Simulation) -> None:
    told.conclude(agreement_text("ru-fr", "ru", ("fr",), ceiling="amber"), "ru", "fr")
    asked = consenting.request_consent(told["ru"], OTHER, PartyId("fr"), "joint operation").consents[0]
    consenting.grant_consent(told["us"], asked.id)
    told.sync("fr", "ru")
    assert OTHER in told.held("fr")
    erase(told["ru"], OTHER, by="olga", reason="request 4")
    told.settle()
    assert OTHER not in told.held("fr")
    assert is_sound(told["ru"])


def test_what_is_kept_by_name_stays_and_is_said(told: Simulation) -> None:
    report = erase(told["us"], CANARY, by="anna", reason="request 17", keep={TELLING})
    assert TELLING in told.held("us")
    assert report.findings.remains == (f"{TELLING} names it and is kept, as you said",)


def test_by_id_only_leaves_what_names_it(told: Simulation) -> None:
    erase(told["us"], PERSON, by="anna", reason="request 17", is_id_only=True)
    assert told.held("us") == {TELLING, OTHER, REPORT}


def test_a_dry_run_and_what_is_refused_change_nothing(told: Simulation) -> None:
    before = told["us"].store.written()
    found = find(told["us"], CANARY)
    assert (found.holders, found.refers) == ({"ru": 4}, (REPORT,))
    for subject in ("Nobody at all", "identity--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e999"):
        with pytest.raises(NotFound):
            erase(told["us"], subject, by="anna", reason="request 17")
    for subject, reason, code in (
        ("Al", "request", "subject-too-short"),
        ("   ", "request", "subject-too-short"),
        (told.identity("us"), "request", "subject-unerasable"),
        (CANARY, f"{CANARY} asked", "erasure-reason-tells"),
    ):
        with pytest.raises(InputError) as refusal:
            erase(told["us"], subject, by="anna", reason=reason)
        assert refusal.value.code == code
    with pytest.raises(InputError, match="would not go"):
        erase(told["us"], CANARY, by="anna", reason="request 17", keep={OTHER})
    assert told["us"].store.written() == before
    assert list_erasures(told["us"]).erasures == ()


def test_proofs_follow_each_other_and_name_nothing(told: Simulation) -> None:
    erase(told["us"], PERSON, by="anna", reason="request 17")
    erase(told["us"], OTHER, by="anna", reason="request 18")
    found = list_erasures(told["us"])
    assert (found.faults, [one.reason for one in found.erasures]) == ((), ["request 17", "request 18"])
    with told["us"].store.reading() as unit:
        first, second = (erasure.proof for erasure in unit.erasures.everything())
    assert second.document["previous"] == first.hash
    assert PERSON.encode() not in first.data
    assert CANARY.encode() not in first.data
    with pytest.raises(NotFound):
        explain(told["us"], PERSON, PartyId("ru"))


# Retention.


def test_a_rule_by_type_erases_what_is_over_its_time_and_nothing_else(told: Simulation) -> None:
    retaining.set_rule(told["us"], "campaign", "P30D", by="anna")
    assert retaining.run_retention(told["us"]).done == ()
    told.clock.advance(days=31)
    ((rule, done),) = retaining.run_retention(told["us"]).done
    assert (rule, done.proof.cause) == ("rule for campaign: kept for P30D", "retention")
    assert {TELLING, OTHER}.isdisjoint(told.held("us"))
    assert PERSON in told.held("us")
    assert done.proof.recalls == ()
    assert is_sound(told["us"])
    assert retaining.run_retention(told["us"]).done == ()


def test_what_retention_erased_may_come_in_a_newer_version(told: Simulation) -> None:
    retaining.set_rule(told["us"], "any", "P30D", by="anna")
    old = told.written_by("us", OTHER, "amber", name="Quiet")
    told.clock.advance(days=31)
    retaining.run_retention(told["us"])
    assert told.held("us") == set()
    with pytest.raises(InputError, match="erasure"):
        told.take_in("us", old)
    told.take_in("us", {**old, "modified": "2030-05-20T10:00:00.000Z"})
    assert told.held("us") == {OTHER}


def test_a_clause_says_how_long_personal_data_that_came_under_it_is_kept(giving: Simulation) -> None:
    kept = "persons: {rule: categories, allow: [office-holder], necessity: null, retention: P10D}"
    text = agreement_text("ru-us", "ru", ("us",)).replace("persons: {rule: none}", kept)
    giving.conclude(text, "ru", "us")
    somebody = giving.written_by("ru", PERSON, "amber", name=CANARY, identity_class="individual")
    giving.take_in("ru", somebody, giving.written_by("ru", OTHER, "amber", name="Quiet"))
    annotate(giving["ru"], PERSON, person_category="office-holder")
    giving.sync("us", "ru")
    assert {PERSON, OTHER} <= giving.held("us")
    rules = retaining.list_rules(giving["us"])
    assert [(one.agreement, one.clause, one.retention) for one in rules.by_clause] == [("ru-us", "S1", "P10D")]
    assert rules.due == ()
    giving.clock.advance(days=11)
    ((rule, done),) = retaining.run_retention(giving["us"]).done
    assert rule == "persons.retention of agreement ru-us of ru"
    assert len(done.proof.objects) == 1
    assert {PERSON, OTHER} & giving.held("us") == {OTHER}
    assert CANARY.encode() not in stored(giving["us"])


def test_a_rule_that_cannot_be_is_refused(giving: Simulation) -> None:
    for type_, period in (("No Type", "P1Y"), ("report", "soon"), ("report", "PT0S")):
        with pytest.raises(InputError):
            retaining.set_rule(giving["us"], type_, period, by="anna")
