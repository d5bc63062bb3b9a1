"""A node restored from an older backup gets back from its partners what it sent since, or stays held."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from sepakat.agreements.life import State
from sepakat.errors import StoreError
from sepakat.exchange import agreeing, consenting, marking, recalling
from sepakat.exchange.giving_back import give_back
from sepakat.exchange.mirror_records import MirrorLeaf, MirrorPage
from sepakat.exchange.parties import add_party, fingerprint_of, own_card
from sepakat.exchange.records import Direction, Leaf, MessageRecord, Standing
from sepakat.exchange.resuming import NO_ADDRESS, Asked, resume
from sepakat.exchange.verifying import verify_logs
from sepakat.exchange.view_updates import REVOKED
from sepakat.release.question import ViewKey
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.transparency.leaves import MessageLeaf
from sepakat.transparency.messages import SignedMessage, parse_message
from tests.integration.exchange.conftest import ONE, TWO, Restore, backed_up, exchange
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, said, simulation

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
THREE = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e003"

Change = Callable[[MirrorPage], MirrorPage]


def log_of_us(world: Simulation, party: PartyId) -> list[bytes]:
    with world["us"].store.reading() as unit:
        return [leaf.data for leaf in unit.logs.leaves(party, mirror=False)]


def mirror_of_us(world: Simulation, party: PartyId) -> list[bytes]:
    with world[party].store.reading() as unit:
        return [leaf.data for leaf in unit.logs.leaves(US, mirror=True)]


def is_held(world: Simulation) -> bool:
    with world["us"].store.reading() as unit:
        return unit.logs.held_back() is not None


def asked_of(world: Simulation, party: PartyId, *without: PartyId) -> Asked:
    found = resume(world["us"], without)
    return next(one for one in found.asked if one.party == party)


def suspend(world: Simulation) -> None:
    agreeing.suspend(world["us"], "us-ru", "a leak")
    world.settle()


def live_for_ru(world: Simulation) -> set[str]:
    with world["us"].store.reading() as unit:
        return {
            str(row.id)
            for one in unit.views.collections()
            if one.view.taker == RU
            for row in unit.views.rows(one.id)
            if row.standing is Standing.LIVE and row.type == "campaign"
        }


def check_that_nothing_was_said_twice(world: Simulation) -> None:
    """No version has two contents among all statements that `ru` ever took; the logs of both are sound."""
    digests: dict[tuple[str, str], set[str]] = defaultdict(set)
    with world["ru"].store.reading() as unit:
        for record in unit.messages.of_kind("release-statement", Direction.IN, US):
            assert record.refused is None
            for entry in orjson.loads(record.document)["body"]["objects"]:
                digests[entry["id"], entry["version"]].add(entry["digest"])
    assert all(len(found) == 1 for found in digests.values()), digests
    for party in ("us", "ru"):
        assert all(log.report.is_sound for log in verify_logs(world[party]))


def test_a_suspension_that_was_forgotten_stands_again(giving: Simulation, restore: Restore) -> None:
    suspend(giving)
    giving.sync("ru", "us")
    giving.settle()
    had = log_of_us(giving, RU)
    restore()
    assert len(log_of_us(giving, RU)) < len(mirror_of_us(giving, RU))
    found = resume(giving["us"])
    assert found.goes_on
    assert [one.regained for one in found.asked if one.party == RU] == [1]
    assert log_of_us(giving, RU) == mirror_of_us(giving, RU) == had
    exchange(giving, TWO)
    assert TWO not in giving.held("ru")
    assert log_of_us(giving, RU)[: len(had)] == had
    agreeing.resume(giving["us"], "us-ru", "over")
    giving.settle()
    report = giving.sync("ru", "us")
    assert (TWO in giving.held("ru"), report.refused) == (True, [])
    check_that_nothing_was_said_twice(giving)


def test_a_suspension_that_was_pushed_and_not_mirrored_stands_again(giving: Simulation, restore: Restore) -> None:
    suspend(giving)
    had = log_of_us(giving, RU)
    assert len(mirror_of_us(giving, RU)) < len(had)
    restore()
    assert resume(giving["us"]).goes_on
    assert log_of_us(giving, RU) == had
    exchange(giving, TWO)
    assert TWO not in giving.held("ru")
    giving.settle()
    giving.sync("ru", "us")
    assert mirror_of_us(giving, RU)[: len(had)] == had


def test_the_end_of_an_agreement_that_was_forgotten_stands_again(giving: Simulation, restore: Restore) -> None:
    agreeing.end(giving["us"], "us-ru", "not needed any more")
    giving.settle()
    restore()
    assert resume(giving["us"]).goes_on
    giving.clock.at += timedelta(days=31)
    giving.take_in("us", giving.written_by("us", TWO, "amber"))
    assert agreeing.show(giving["us"], "us-ru").standings[RU].state is State.ENDED
    assert TWO not in live_for_ru(giving)


def test_what_was_released_and_forgotten_keeps_its_content(giving: Simulation, restore: Restore) -> None:
    exchange(giving, TWO)
    had = log_of_us(giving, RU)
    restore()
    assert resume(giving["us"]).goes_on
    assert log_of_us(giving, RU) == had
    lost = [finding.code for log in verify_logs(giving["us"], RU) for finding in log.report.findings]
    assert "rows-lost" in lost
    check_that_nothing_was_said_twice(giving)
    with pytest.raises(StoreError, match="given out with other content"):
        giving.take_in("us", giving.written_by("us", TWO, "amber", description="another one"))
    exchange(giving, TWO)
    exchange(giving, THREE)
    assert {TWO, THREE} <= giving.held("ru")
    check_that_nothing_was_said_twice(giving)
    recalling.recall(giving["us"], StixId(TWO), "wrong", by="alice")
    giving.settle()
    assert TWO not in giving.held("ru")


def test_an_agreement_made_after_the_backup_is_known_again(giving: Simulation, restore: Restore) -> None:
    giving.conclude(agreement_text("us-ru-2", "us", ("ru",)), "us", "ru")
    agreeing.suspend(giving["us"], "us-ru", "a leak")
    exchange(giving, TWO)
    assert TWO in giving.held("ru")
    restore()
    assert resume(giving["us"]).goes_on
    assert agreeing.show(giving["us"], "us-ru-2").record.roster == (RU,)
    exchange(giving, THREE)
    assert THREE in giving.held("ru")
    check_that_nothing_was_said_twice(giving)


def test_a_recall_that_was_forgotten_stands_again(giving: Simulation, restore: Restore) -> None:
    recalling.recall(giving["us"], StixId(ONE), "wrong", by="alice")
    giving.settle()
    giving.sync("ru", "us")
    giving.settle()
    restore()
    assert ONE in live_for_ru(giving)
    assert resume(giving["us"]).goes_on
    assert live_for_ru(giving) == set()
    (made,) = recalling.list_recalls(giving["us"])
    assert (made.original, made.direction, made.views) == (ONE, Direction.OUT, ())
    assert [(answer.party, answer.action) for answer in made.answers] == [(RU, "restricted")]
    exchange(giving, TWO)
    assert (ONE in giving.held("ru"), TWO in giving.held("ru")) == (False, True)
    check_that_nothing_was_said_twice(giving)


def test_a_consent_that_was_withdrawn_and_forgotten_is_withdrawn_again(giving: Simulation, restore: Restore) -> None:
    asked = consenting.request_consent(giving["ru"], StixId(ONE), FR, "joint operation").consents[0]
    consenting.grant_consent(giving["us"], asked.id)
    consenting.withdraw_consent(giving["us"], asked.id, "source at risk")
    giving.settle()
    restore()
    assert consenting.list_consents(giving["us"]) == []
    assert resume(giving["us"]).goes_on
    (known,) = consenting.list_consents(giving["us"])
    assert (known.granted, known.withdrawn_at is not None, known.reason) == (True, True, "source at risk")


def test_what_a_partner_said_after_the_backup_is_heard(giving: Simulation, restore: Restore) -> None:
    agreeing.suspend(giving["ru"], "us-ru", "a leak")
    giving.settle()
    restore()
    assert resume(giving["us"]).goes_on
    exchange(giving, TWO)
    assert TWO not in giving.held("ru")


# Variants.


@pytest.fixture
def cutting(world: Simulation) -> Simulation:
    """`us` gives `ru` everything but descriptions."""
    world.conclude(agreement_text(deny="description"), "us", "ru")
    return world


def written(world: Simulation, number: int, **more: Any) -> dict[str, Any]:
    """A version of an object that goes as a variant."""
    modified = f"2030-05-01T1{number}:00:00.000Z"
    return world.written_by("us", ONE, "amber", modified=modified, description="not for ru", **more)


def give(world: Simulation, number: int, **more: Any) -> None:
    world.take_in("us", written(world, number, **more))
    world.settle()
    assert world.sync("ru", "us").refused == []
    world.settle()


def variant_names(world: Simulation) -> set[str]:
    with world["ru"].store.reading() as unit:
        return {str(one.object.content["name"]) for one in unit.objects.everything() if one.object.type == "campaign"}


@pytest.fixture
def restore_of_variants(cutting: Simulation, tmp_path: Path) -> Iterator[Restore]:
    """Puts `us` back to when it had given the first version of a variant."""
    give(cutting, 0)
    with backed_up(cutting, tmp_path) as put_back:
        yield put_back


def test_a_version_of_a_variant_that_was_forgotten_is_not_given_with_other_content(
    cutting: Simulation, restore_of_variants: Restore
) -> None:
    give(cutting, 1, name="Something else")
    restore_of_variants()
    assert resume(cutting["us"]).goes_on
    give(cutting, 1, name="Something different")
    assert variant_names(cutting) >= {"Something else", "Something different"}
    check_that_nothing_was_said_twice(cutting)


def test_a_variant_that_was_forgotten_keeps_its_id_and_its_creation(cutting: Simulation, tmp_path: Path) -> None:
    cutting.take_in("us", cutting.written_by("us", TWO, "amber"))
    cutting.settle()
    cutting.sync("ru", "us")
    cutting.settle()
    with cutting["us"].store.reading() as unit:
        assert list(unit.views.collections())
    cutting.take_in("us", {**written(cutting, 0), "object_marking_refs": []})
    with backed_up(cutting, tmp_path) as put_back:
        give(cutting, 1)
        put_back()
        assert resume(cutting["us"]).goes_on
        cutting.clock.at += timedelta(hours=1)
        give(cutting, 1, name="Something different")
        with cutting["ru"].store.reading() as unit:
            found = [one.object.content for one in unit.objects.everything() if one.object.id not in (ONE, TWO)]
        variants = [one for one in found if one["type"] == "campaign"]
        assert len({one["id"] for one in variants}) == 1
        assert len({one["created"] for one in variants}) == 1
        assert len({one["modified"] for one in variants}) == len(variants) == 2
        check_that_nothing_was_said_twice(cutting)


def test_the_id_of_a_variant_that_was_recalled_and_forgotten_is_not_used_again(
    cutting: Simulation, restore_of_variants: Restore
) -> None:
    view = ViewKey(AgreementId("us-ru"), RU)
    recalling.recall(cutting["us"], StixId(ONE), "wrong", by="alice", views=[view])
    cutting.settle()
    cutting.sync("ru", "us")
    cutting.settle()
    restore_of_variants()
    assert resume(cutting["us"]).goes_on
    with cutting["us"].store.reading() as unit:
        (collection,) = [one for one in unit.views.collections() if one.view == view]
        (state,) = unit.views.variants(collection.id).values()
        policy = unit.policies.get(StixId(ONE))
    assert (state.original_id, state.epoch, state.projection_digest) == (ONE, 1, REVOKED)
    assert policy is not None
    assert policy.recalled_views == {view}
    assert live_for_ru(cutting) == set()
    check_that_nothing_was_said_twice(cutting)


@pytest.mark.parametrize("type_", ["campaign", "indicator"])
def test_a_variant_whose_bytes_are_gone_is_recalled_all_the_same(
    cutting: Simulation, tmp_path: Path, type_: str
) -> None:
    more = {"pattern": "[file:name = 'a']", "pattern_type": "stix", "valid_from": "2030-05-01T10:00:00Z"}
    id_ = ONE.replace("campaign", type_)
    made = cutting.written_by("us", id_, "amber", description="not for ru", **(more if type_ == "indicator" else {}))
    cutting.take_in("us", {**made, "object_marking_refs": []})
    with backed_up(cutting, tmp_path) as put_back:
        cutting.take_in("us", {**made, "modified": "2030-05-01T11:00:00.000Z"})
        cutting.settle()
        cutting.sync("ru", "us")
        agreeing.suspend(cutting["us"], "us-ru", "a leak")
        cutting.settle()
        (given,) = [one for one in cutting.held("ru") if one.startswith(type_)]
        put_back()
        assert resume(cutting["us"]).goes_on
        recalling.recall(cutting["us"], StixId(id_), "wrong", by="alice")
        cutting.settle()
        assert given not in cutting.held("ru")
        assert cutting.sync("ru", "us").refused == []
        check_that_nothing_was_said_twice(cutting)


# Partners that do not answer, know less, or lie.


def test_a_partner_that_knows_less_keeps_nobody_from_going_on(giving: Simulation, restore: Restore) -> None:
    restore()
    giving.network.change_mirror = lambda page: MirrorPage(0, EMPTY, (), ())
    # What it co-signed it knows all the same.
    assert asked_of(giving, RU).theirs == 5
    assert not is_held(giving)


def test_what_a_partner_co_signed_and_does_not_give_back_keeps_the_node_held(
    giving: Simulation, restore: Restore
) -> None:
    exchange(giving, TWO)
    exchange(giving, THREE)
    restore()
    giving.network.change_mirror = lambda page: MirrorPage(0, EMPTY, (), ())
    found = asked_of(giving, RU, RU)
    assert "gives back only 6" in (found.fault or "")
    assert is_held(giving)


def test_nothing_goes_on_while_a_partner_cannot_be_asked(giving: Simulation, restore: Restore) -> None:
    suspend(giving)
    restore()
    giving.network.cut_off.add(RU)
    assert asked_of(giving, RU).error == "ru is not reached"
    assert is_held(giving)
    with pytest.raises(StoreError, match="backup of"):
        exchange(giving, TWO)
    giving.network.cut_off.clear()
    assert resume(giving["us"]).goes_on
    exchange(giving, TWO)
    assert TWO not in giving.held("ru")


def test_a_partner_whose_card_names_no_address_has_to_be_named(giving: Simulation, restore: Restore) -> None:
    restore()
    with giving["us"].store.writing() as unit:
        known = unit.parties.get(FR)
        assert known is not None
        unit.parties.put(replace(known, address=None))
    assert asked_of(giving, FR).error == NO_ADDRESS
    assert is_held(giving)
    assert resume(giving["us"], {FR}).goes_on


def test_two_partners_are_caught_up_with_one_by_one(giving: Simulation, restore: Restore) -> None:
    giving.conclude(agreement_text("us-fr", "us", ("fr",)), "us", "fr")
    exchange(giving, TWO)
    giving.sync("fr", "us")
    giving.settle()
    logs = {party: log_of_us(giving, party) for party in (RU, FR)}
    restore()
    giving.network.cut_off.add(FR)
    found = {one.party: one for one in resume(giving["us"]).asked}
    assert (found[RU].regained > 0, found[FR].error is not None, is_held(giving)) == (True, True, True)
    assert log_of_us(giving, RU) == logs[RU]
    giving.network.cut_off.clear()
    assert resume(giving["us"]).goes_on
    # What is held and may go goes anew; what stood in the logs stands there as it was.
    assert all(log_of_us(giving, party)[: len(had)] == had for party, had in logs.items())
    exchange(giving, THREE)
    giving.sync("fr", "us")
    assert THREE in giving.held("fr") & giving.held("ru")


def test_a_partner_that_came_after_the_backup_is_added_again_and_caught_up_with(tmp_path: Path) -> None:
    with simulation(tmp_path, "us", "ru", "fr") as world:
        world.introduce(("us", "ru"), ("ru", "fr"))
        world.conclude(agreement_text(), "us", "ru")
        exchange(world, ONE)
        with backed_up(world, tmp_path) as put_back:
            world.introduce(("us", "fr"))
            world.conclude(agreement_text("us-fr", "us", ("fr",)), "us", "fr")
            world.sync("fr", "us")
            world.settle()
            had = log_of_us(world, FR)
            put_back()
            card = own_card(world["fr"])
            add_party(world["us"], card, fingerprint_of(card))
            found = resume(world["us"])
            assert found.goes_on
            assert [one.regained for one in found.asked if one.party == FR] == [len(had)]
            exchange(world, TWO)
            world.sync("fr", "us")
            assert TWO in world.held("fr") & world.held("ru")


def test_what_was_said_later_than_our_clock_shows_keeps_the_node_held(giving: Simulation, restore: Restore) -> None:
    giving.clock.at += timedelta(hours=2)
    suspend(giving)
    restore()
    giving.clock.at -= timedelta(hours=1)
    assert "clock" in (asked_of(giving, RU).fault or "")
    assert is_held(giving)
    giving.clock.at += timedelta(hours=2)
    assert resume(giving["us"]).goes_on


EMPTY = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def last_leaf_dropped(page: MirrorPage) -> MirrorPage:
    return replace(page, leaves=page.leaves[:-1])


def last_batch_dropped(page: MirrorPage) -> MirrorPage:
    return replace(page, size=page.size - 2, leaves=page.leaves[:-2])


def last_batch_hidden(page: MirrorPage) -> MirrorPage:
    return replace(page, leaves=page.leaves[:-2])


def first_leaf_dropped(page: MirrorPage) -> MirrorPage:
    return replace(page, size=page.size - 1, leaves=page.leaves[1:])


def statement_dropped(page: MirrorPage) -> MirrorPage:
    leaves = tuple(one for one in page.leaves if b"release-statement" not in one.data)
    return replace(page, size=page.size - (len(page.leaves) - len(leaves)), leaves=leaves)


def document_dropped(page: MirrorPage) -> MirrorPage:
    return replace(page, leaves=tuple(replace(one, message=None) for one in page.leaves))


def document_changed(page: MirrorPage) -> MirrorPage:
    def changed(leaf: MirrorLeaf) -> MirrorLeaf:
        return replace(leaf, message=leaf.message and leaf.message.replace(b"a leak", b"no leak"))

    return replace(page, leaves=tuple(map(changed, page.leaves)))


def another_root(page: MirrorPage) -> MirrorPage:
    return replace(page, root=EMPTY)


def told_twice(page: MirrorPage) -> MirrorPage:
    return replace(page, size=page.size + len(page.leaves), leaves=page.leaves * 2)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (last_leaf_dropped, "statement of the batch"),
        (last_batch_dropped, "it co-signed 9 leaves and gives back only 8"),
        (last_batch_hidden, "does not show them"),
        (first_leaf_dropped, "do not have the root that we signed|is not that of its release statement"),
        (statement_dropped, "statement of the batch"),
        (document_dropped, "does not keep the agreement-suspension"),
        (document_changed, "not signed by a key of ours"),
        (another_root, "it has other ones than we"),
        (told_twice, "stands there twice"),
    ],
)
def test_a_partner_that_leaves_out_or_changes_something_keeps_the_node_held(
    giving: Simulation, restore: Restore, change: Change, why: str
) -> None:
    suspend(giving)
    agreeing.resume(giving["us"], "us-ru", "over")
    exchange(giving, TWO)
    restore()
    had = log_of_us(giving, RU)
    pages = everything_at_once(giving)
    giving.network.change_mirror = pages(change)
    fault = asked_of(giving, RU, RU, FR).fault
    assert fault is not None
    assert re.search(why, fault), fault
    assert (log_of_us(giving, RU), is_held(giving)) == (had, True)
    with pytest.raises(StoreError, match="backup of"):
        exchange(giving, THREE)
    giving.network.change_mirror = lambda page: page
    assert resume(giving["us"]).goes_on


def everything_at_once(world: Simulation) -> Callable[[Change], Change]:
    """Gives the way to answer in the place of `ru`: first all that it has, changed, and then that this was all."""
    whole = give_back(world["ru"], US, len(log_of_us(world, RU)), 0)

    def changing(change: Change) -> Change:
        changed = change(whole)
        answers = iter([changed])

        def told(page: MirrorPage) -> MirrorPage:
            if page.size != whole.size:
                # That is the mirror of `fr`.
                return page
            return next(answers, replace(changed, leaves=(), beside=()))

        return told

    return changing


def invented(world: Simulation) -> SignedMessage:
    body = {"agreement": "us-ru", "hash": "0" * 64, "reason": "no", "from": "2030-05-01T12:00:00.000000Z"}
    return parse_message(orjson.loads(said(world["ru"], "agreement-suspension", "ru", body, sender=US)))


@pytest.mark.parametrize("is_mirrored", [True, False])
def test_a_partner_cannot_invent_a_message(giving: Simulation, restore: Restore, is_mirrored: bool) -> None:
    giving.sync("ru", "us")
    restore()
    made = invented(giving)
    document = canonical_bytes(made.document())
    had = log_of_us(giving, RU)
    with giving["ru"].store.writing() as unit:
        if is_mirrored:
            leaf = MessageLeaf("sent", made.message.kind, made.hash, made.message.at)
            unit.logs.append(Leaf(US, True, unit.logs.size(US, mirror=True), leaf.data))
        unit.messages.add(MessageRecord(made.hash, Direction.IN, US, 0, made.message.kind, made.message.at, document))
    assert "not signed by a key of ours" in (asked_of(giving, RU, RU).fault or "")
    assert (log_of_us(giving, RU), is_held(giving)) == (had, True)


def test_what_no_message_tells_is_not_regained(giving: Simulation, restore: Restore) -> None:
    marking.hold(giving["us"], StixId(ONE), "a doubt")
    assert ONE not in live_for_ru(giving)
    restore()
    assert resume(giving["us"]).goes_on
    # A hold is told to nobody: whoever restores a node puts it on again.
    assert ONE in live_for_ru(giving)
