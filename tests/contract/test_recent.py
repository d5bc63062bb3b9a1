"""The port `Recent`: newest first, in pages that neither repeat nor leave out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sepakat.exchange.ports import Store
from sepakat.exchange.records import Standing
from tests.support import records
from tests.support.records import COLLECTION, FR, RU


def test_arrivals_come_newest_first_and_page_without_gap(store: Store) -> None:
    arrived = [records.arrival(number) for number in range(5)]
    with store.writing() as unit:
        unit.syncs.add_arrivals(arrived)
    with store.reading() as unit:
        first = unit.recent.arrivals(limit=2)
        second = unit.recent.arrivals(before=first[-1][0], limit=9)
    assert [one for _, one in (*first, *second)] == arrived[::-1]


def test_arrivals_of_one_giver_leave_others_out(store: Store) -> None:
    with store.writing() as unit:
        unit.syncs.add_arrivals([records.arrival(1), records.arrival(2, FR), records.arrival(3)])
    with store.reading() as unit:
        assert {one.giver for _, one in unit.recent.arrivals(giver=FR)} == {FR}
        assert unit.recent.arrived() == {FR: 1, RU: 2}


def test_what_was_removed_is_listed_and_not_counted(store: Store) -> None:
    with store.writing() as unit:
        unit.syncs.add_arrivals([records.arrival(1), records.arrival(2)])
        unit.syncs.mark_removed(RU, records.stix_id(1), records.NOW)
    with store.reading() as unit:
        assert len(unit.recent.arrivals()) == 2
        assert unit.recent.arrived() == {RU: 1}


def test_publications_come_newest_first_with_withdrawn_ones(store: Store) -> None:
    with store.writing() as unit:
        unit.views.put_collection(records.collection())
        unit.views.publish([records.publication(number) for number in (1, 2, 3, 4)])
        unit.views.withdraw(COLLECTION, [3], records.at(60))
    with store.reading() as unit:
        newest = unit.recent.publications(COLLECTION, limit=2)
        older = unit.recent.publications(COLLECTION, before=newest[-1].sequence)
    assert [row.sequence for row in (*newest, *older)] == [4, 3, 2, 1]
    assert newest[1].standing is Standing.WITHDRAWN


def test_no_publication_of_an_unknown_collection(store: Store) -> None:
    with store.reading() as unit:
        assert unit.recent.publications("no-such") == []


def test_decisions_page_newest_first_and_by_view(store: Store) -> None:
    recorded = [records.recorded(number, number) for number in range(4)]
    with store.writing() as unit:
        unit.views.put_collection(records.collection())
        unit.views.record(recorded)
    with store.reading() as unit:
        first = unit.recent.decisions(limit=3)
        rest = unit.recent.decisions(before=first[-1][0], collection=COLLECTION)
        assert unit.recent.decisions(collection="no-such") == []
    assert [one for _, one in (*first, *rest)] == recorded[::-1]


def test_the_largest_checkpoint_is_found_co_signed_or_not(store: Store) -> None:
    with store.writing() as unit:
        for size, cosigned in ((1, True), (2, True), (3, False)):
            unit.logs.put_checkpoint(records.checkpoint(size, cosigned))
    with store.reading() as unit:
        newest = unit.recent.checkpoint(RU, mirror=False)
        signed = unit.recent.checkpoint(RU, mirror=False, cosigned=True)
        assert unit.recent.checkpoint(RU, mirror=True) is None
    assert newest == records.checkpoint(3, cosigned=False)
    assert signed == records.checkpoint(2, cosigned=True)


def test_movements_count_what_partners_sent_and_what_was_released_since(store: Store) -> None:
    with store.writing() as unit:
        unit.views.put_collection(records.collection())
        unit.views.publish([records.publication(number) for number in (1, 2, 3)])
        taken = records.take_in(1)
        unit.intakes.add(replace(taken, id="from-fr", by="party:fr", taken=5))
        unit.intakes.add(replace(taken, id="from-anna", by="anna"))
    with store.reading() as unit:
        moved = unit.recent.movements(records.NOW - timedelta(days=1))
        assert [(one.party, one.count) for one in moved if one.is_in] == [(FR, 5)]
        assert sum(one.count for one in moved if not one.is_in) == 3
        assert unit.recent.movements(records.NOW + timedelta(days=300)) == []
