"""Synchronising with givers that are cut off, come back, and lie: good objects are taken, the others kept apart."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from sepakat.agreements.life import EventKind, LifeEvent
from sepakat.exchange import agreeing, recalling
from sepakat.exchange.messaging import deliver, messages_for
from sepakat.exchange.ports import PeerPage
from sepakat.exchange.records import Direction, Standing
from sepakat.exchange.synchronising import SyncReport, synchronise, synchronise_all
from sepakat.exchange.verifying import verify_logs
from sepakat.stix.canonical import canonical_bytes, digest, object_digest
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.transparency.messages import MESSAGE_DOMAIN
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
ONE, TWO, THREE = (StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}") for n in (1, 2, 3))


@pytest.fixture
def world(giving: Simulation) -> Simulation:
    """`us` gives `ru` three campaigns of its own."""
    giving.take_in("us", *(giving.written_by("us", one, "amber") for one in (ONE, TWO, THREE)))
    return giving


def lying(world: Simulation, lie: Callable[[dict[str, Any]], dict[str, Any] | bytes]) -> SyncReport:
    """A synchronisation of `ru` in which `us` serves other bytes for ONE than it stated."""

    def change(page: PeerPage) -> PeerPage:
        return replace(page, objects=tuple(_served(raw, lie) for raw in page.objects))

    world.network.change_page = change
    return world.sync("ru", "us")


def _served(raw: bytes, lie: Callable[[dict[str, Any]], dict[str, Any] | bytes]) -> bytes:
    content = orjson.loads(raw)
    if content["id"] != ONE:
        return raw
    changed = lie(content)
    return changed if isinstance(changed, bytes) else orjson.dumps(changed)


def quarantined(world: Simulation, party: str) -> list[tuple[str, str]]:
    with world[party].store.reading() as unit:
        return [(one.object_id, one.reason) for one in unit.intakes.quarantined()]


def test_everything_stated_is_taken_with_its_terms_and_a_receipt_is_given(world: Simulation) -> None:
    report = world.sync("ru", "us")
    assert {ONE, TWO, THREE} <= world.held("ru")
    assert not report.refused
    with world["ru"].store.reading() as unit:
        (version,) = unit.objects.get(ONE)
        arrivals = unit.syncs.arrivals(giver=US, object_id=ONE)
    assert version.origins == {US}
    assert [(terms.sender, terms.agreement) for terms in version.received] == [(US, "us-ru")]
    assert len(arrivals) == 1
    with world["us"].store.reading() as unit:
        receipts = unit.messages.of_kind("receipt", Direction.IN, RU)
    assert [one.refused for one in receipts] == [None]


def test_small_pages_bring_the_same_and_go_on_after_a_break(world: Simulation) -> None:
    world.network.page_size = 2
    pages = 0

    def cut_short(page: PeerPage) -> PeerPage:
        nonlocal pages
        pages += 1
        if pages == 2:
            world.network.cut_off.add(US)
        return page

    world.network.change_page = cut_short
    report = synchronise(world["ru"], US)
    assert report.error == "us is not reached"
    some = world.held("ru")
    world.network.cut_off.clear()
    world.sync("ru", "us")
    assert some < world.held("ru")
    assert {ONE, TWO, THREE} <= world.held("ru")
    with world["ru"].store.reading() as unit:
        assert len(unit.syncs.arrivals(giver=US, object_id=ONE)) == 1


def test_one_giver_that_is_down_does_not_stop_the_others(world: Simulation) -> None:
    world.network.cut_off.add(FR)
    reports = {report.giver: report for report in synchronise_all(world["ru"])}
    assert reports[FR].error == "fr is not reached"
    assert reports[US].taken


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (lambda c: c | {"name": "Something else"}, "not what us signed"),
        (lambda c: c | {"modified": "2030-05-01T11:00:00.000Z"}, "no release statement"),
        (lambda c: c | {"id": "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e099"}, "no release statement"),
        (lambda c: c | {"x_internal_hold": False}, "not what us signed"),
        (lambda c: {k: v for k, v in c.items() if k != "created"}, "breaks the standard"),
        (lambda c: b'{"type": "campaign"', "not readable"),
        (lambda c: b"[" * 5_000 + b"]" * 5_000, "not readable"),
        (lambda c: orjson.dumps(c)[:-1] + b',"name":"twice"}', "not readable"),
        (lambda c: c | {"id": "../../etc/passwd"}, "not readable"),
    ],
    ids=["other bytes", "newer date", "other id", "more properties", "less", "cut", "nesting", "key twice", "a path"],
)
def test_object_other_than_stated_is_kept_apart_and_the_others_are_taken(
    world: Simulation, lie: Callable[[dict[str, Any]], dict[str, Any] | bytes], reason: str
) -> None:
    report = lying(world, lie)
    assert [reason in one.reason for one in report.refused] == [True]
    assert [reason in why for _, why in quarantined(world, "ru")] == [True]
    assert ONE not in world.held("ru")
    assert {TWO, THREE} <= world.held("ru")


def test_page_without_one_of_its_objects_brings_the_others_and_no_receipt_for_it(world: Simulation) -> None:
    world.network.change_page = lambda page: replace(
        page, objects=tuple(raw for raw in page.objects if ONE.encode() not in raw)
    )
    world.sync("ru", "us")
    with world["us"].store.reading() as unit:
        (receipt,) = unit.messages.of_kind("receipt", Direction.IN, RU)
    stated = [row for row in _rows(world) if row != ONE]
    assert orjson.loads(receipt.document)["body"]["count"] == len(stated)


def _rows(world: Simulation) -> list[str]:
    with world["us"].store.reading() as unit:
        (collection,) = unit.views.collections()
        return [row.id for row in unit.views.rows(collection.id)]


def test_objects_in_another_order_are_all_taken(world: Simulation) -> None:
    world.network.change_page = lambda page: replace(page, objects=tuple(reversed(page.objects)))
    assert not world.sync("ru", "us").refused
    assert {ONE, TWO, THREE} <= world.held("ru")


def test_page_that_says_more_and_leads_nowhere_ends_the_synchronisation(world: Simulation) -> None:
    world.network.change_page = lambda page: replace(page, more=True, next=None)
    report = synchronise(world["ru"], US)
    assert report.error == "page of us refused: it says more and leads nowhere"
    assert not world.held("ru")


def test_nothing_is_taken_while_our_record_says_suspended_though_the_giver_still_serves(world: Simulation) -> None:
    ru = world["ru"]
    digest = agreeing.show(ru, "us-ru").record.hash
    with ru.store.writing() as unit:
        unit.agreements.add_event(digest, LifeEvent(EventKind.SUSPENDED, digest, RU, world.clock.now()))
    report = world.sync("ru", "us")
    assert not report.taken
    assert {one.reason for one in report.refused} == {"agreement us-ru of us is not in force"}


# Who may speak for whom.


def test_partner_cannot_pass_off_an_object_as_ours(world: Simulation) -> None:
    world.conclude(agreement_text("ru-us", "ru", ("us",)), "ru", "us")
    forged = world.written_by("us", "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e007", "clear")
    world.take_in("ru", forged)
    report = world.sync("us", "ru")
    assert [(one.object_id, one.reason) for one in report.refused if one.object_id == forged["id"]] == [
        (forged["id"], "it claims this node's party as its creator, and is not held here")
    ]
    assert forged["id"] not in world.held("us")


def test_partner_cannot_bring_a_newer_version_of_an_object_of_ours(world: Simulation) -> None:
    world.conclude(agreement_text("ru-us", "ru", ("us",)), "ru", "us")
    world.take_in("ru", world.written_by("us", ONE, "clear", modified="2030-05-01T11:00:00.000Z", name="Twisted"))
    assert ONE in [one.object_id for one in world.sync("us", "ru").refused]
    with world["us"].store.reading() as unit:
        assert [version.object.content["name"] for version in unit.objects.get(ONE)] == ["Something amber"]


def test_partner_cannot_bring_a_newer_version_of_a_third_partys_object(world: Simulation) -> None:
    world.conclude(agreement_text("fr-us", "fr", ("us",)), "fr", "us")
    world.conclude(agreement_text("ru-us", "ru", ("us",)), "ru", "us")
    of_fr = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e008"
    world.take_in("fr", world.written_by("fr", of_fr, "clear"))
    world.sync("us", "fr")
    world.take_in("ru", world.written_by("fr", of_fr, "clear", modified="2030-05-01T11:00:00.000Z", name="Twisted"))
    report = world.sync("us", "ru")
    assert of_fr in [one.object_id for one in report.refused]
    with world["us"].store.reading() as unit:
        assert [version.object.content["name"] for version in unit.objects.get(StixId(of_fr))] == ["Something clear"]


def test_partner_cannot_replace_the_bytes_of_a_version(world: Simulation) -> None:
    world.conclude(agreement_text("ru-us", "ru", ("us",)), "ru", "us")
    public = "identity--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e010"
    sdo = world.written_by("us", public, "clear", identity_class="group")
    del sdo["created_by_ref"]
    world.take_in("us", sdo)
    world.take_in("ru", sdo | {"name": "Twisted"})
    assert public in [one.object_id for one in world.sync("us", "ru").refused]
    with world["us"].store.reading() as unit:
        (version,) = unit.objects.get(StixId(public))
    assert version.object.digest == object_digest(sdo)


def test_what_comes_back_to_its_origin_gets_no_terms_of_the_one_who_sends_it(world: Simulation) -> None:
    world.conclude(agreement_text("ru-us", "ru", ("us",)), "ru", "us")
    shared = world.written_by("us", "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e009", "clear")
    world.take_in("us", shared)
    world.take_in("ru", shared)
    world.sync("us", "ru")
    with world["us"].store.reading() as unit:
        (version,) = unit.objects.get(StixId(shared["id"]))
    assert version.origins == {US}
    assert not version.received


# The log.


def statement(document: bytes) -> dict[str, Any] | None:
    value = orjson.loads(document)
    return value if value["kind"] == "release-statement" else None


def resigned(world: Simulation, value: dict[str, Any]) -> bytes:
    """A message of `us` whose body was changed, signed again with its real key: a giver that lies."""
    unsigned = {name: part for name, part in value.items() if name not in ("key", "signature")}
    signature = world["us"].signer.sign(MESSAGE_DOMAIN + digest(unsigned).encode())
    return canonical_bytes({**value, "signature": b64encode(signature).decode()})


def test_statement_for_other_bytes_than_its_leaf_is_refused_and_nothing_of_it_taken(world: Simulation) -> None:
    def lie(documents: list[bytes]) -> list[bytes]:
        changed = []
        for document in documents:
            value = statement(document)
            if value is not None:
                value["body"]["objects"][0]["digest"] = "0" * 64
            changed.append(document if value is None else resigned(world, value))
        return changed

    fresh(world)
    world.network.change_messages = lie
    report = synchronise(world["ru"], US)
    assert "its leaf does not commit to what it says" in report.refused_messages[0]
    assert not world.held("ru")


def fresh(world: Simulation) -> None:
    """Forget that the statements were pushed: as if `ru` had been down all the time since it signed."""
    world.network.cut_off.add(RU)
    world.take_in("us", world.written_by("us", "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e011", "amber"))
    world.network.cut_off.clear()


def test_log_that_hides_a_message_is_noticed_and_nothing_is_taken(world: Simulation) -> None:
    world.network.change_messages = lambda documents: documents[1:]
    report = synchronise(world["ru"], US)
    assert any("leaves are missing or were put in" in alarm for alarm in report.alarms)
    assert not world.held("ru")
    again = synchronise(world["ru"], US)
    assert again.alarms


def test_log_that_forgets_is_noticed_at_the_next_synchronisation(world: Simulation) -> None:
    """A giver that rolled its store back says something else at the same place of its log."""
    world.sync("ru", "us")
    first = messages_for(world["us"], RU, 0)
    world.take_in("us", world.written_by("us", "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e012", "amber"))
    world.network.change_messages = lambda documents: [
        forked(world, one, len(first)) if statement(one) else one for one in documents
    ]
    report = synchronise(world["ru"], US)
    assert report.alarms or report.refused_messages
    assert "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e012" not in world.held("ru")


def forked(world: Simulation, document: bytes, index: int) -> bytes:
    value = orjson.loads(document)
    value["body"]["index"] = index - 1
    return resigned(world, value)


def test_two_synchronisations_at_once_follow_the_log_once(world: Simulation) -> None:
    """As when a person's command runs beside the served node."""

    def meanwhile(documents: list[bytes]) -> list[bytes]:
        world.network.change_messages = lambda unchanged: unchanged
        world.sync("ru", "us")
        world.take_in("us", world.written_by("us", "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e013", "amber"))
        world.sync("ru", "us")
        return documents

    world.network.change_messages = meanwhile
    world.sync("ru", "us")
    again = world.sync("ru", "us")
    assert (again.taken, again.messages, again.alarms) == (0, 0, [])
    assert all(log.report.is_sound for log in verify_logs(world["ru"]))


def test_mirror_equals_the_givers_log_and_its_head_is_cosigned(world: Simulation) -> None:
    world.sync("ru", "us")
    world.settle()
    with world["us"].store.reading() as unit:
        ours = [leaf.data for leaf in unit.logs.leaves(RU, mirror=False)]
        newest = unit.logs.checkpoints(RU, mirror=False)[-1]
    with world["ru"].store.reading() as unit:
        mirrored = [leaf.data for leaf in unit.logs.leaves(US, mirror=True)]
    assert ours[: len(mirrored)] == mirrored
    assert newest.cosigned
    assert all(log.report.is_sound for party in ("us", "ru") for log in verify_logs(world[party]))


def once(act: Callable[[], object]) -> Callable[[Any], Any]:
    """Something that happens in the middle of a synchronisation, when the first answer comes."""
    left = [act]

    def come(answer: Any) -> Any:
        if left:
            left.pop()()
        return answer

    return come


FOUR = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e004")


def everything_came_once(world: Simulation, *ids: StixId) -> bool:
    with world["ru"].store.reading() as unit:
        return quarantined(world, "ru") == [] and all(len(unit.syncs.arrivals(object_id=one)) == 1 for one in ids)


def test_what_is_released_and_pushed_between_messages_and_page_is_taken_and_not_kept_apart(world: Simulation) -> None:
    world.sync("ru", "us")

    def release() -> None:
        world.take_in("us", world.written_by("us", FOUR, "amber"))
        assert deliver(world["us"]).count

    world.network.change_messages = once(release)
    assert world.sync("ru", "us").refused == []
    assert everything_came_once(world, ONE, FOUR)


@pytest.mark.parametrize("where", ["change_messages", "change_page"])
def test_two_processes_that_synchronise_at_once_take_everything_once(world: Simulation, where: str) -> None:
    setattr(world.network, where, once(lambda: world.sync("ru", "us")))
    assert world.sync("ru", "us").refused == []
    assert everything_came_once(world, ONE, TWO, THREE)
    world.settle()
    assert all(log.report.is_sound for party in ("us", "ru") for log in verify_logs(world[party]))


def test_tombstone_read_while_suspended_does_not_hide_what_was_released_before_it(world: Simulation) -> None:
    world.sync("ru", "us")
    world.take_in("us", world.written_by("us", FOUR, "amber"))
    agreeing.suspend(world["us"], "us-ru", "for a while")
    world.clock.advance(minutes=1)
    recalling.recall(world["us"], ONE, "a mistake", by="alice")
    world.clock.advance(minutes=1)
    report = world.sync("ru", "us")
    assert [(one.taken, one.tombstones) for one in report.collections] == [(1, 1)]
    assert world.sync("ru", "us").sent == 0
    world.clock.advance(minutes=1)
    agreeing.resume(world["us"], "us-ru", "again")
    world.clock.advance(minutes=1)
    with world["us"].store.reading() as unit:
        (tombstone,) = [row for row in unit.views.rows_of(ONE) if row.standing is Standing.TOMBSTONE]
        (live,) = [row for row in unit.views.rows_of(FOUR) if row.standing is Standing.LIVE]
    # So that a client which only keeps the last date, whoever made it, misses nothing either.
    assert live.date_added > tombstone.date_added
    world.sync("ru", "us")
    assert {TWO, THREE, FOUR} <= world.held("ru")
    assert ONE not in world.held("ru")
    assert everything_came_once(world, FOUR)
    assert quarantined(world, "ru") == []
