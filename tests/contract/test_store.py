"""What units promise: whole or not at all, one writer, one snapshot per reader."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from sepakat.errors import StoreError
from sepakat.exchange.ports import Store
from tests.support import records
from tests.support.records import US


def test_a_writing_unit_is_kept_when_it_ends(store: Store) -> None:
    with store.writing() as unit:
        unit.parties.put(records.party())
    with store.reading() as unit:
        assert unit.parties.everyone() == [records.party()]


def test_a_writing_unit_that_fails_leaves_nothing(store: Store) -> None:
    with suppress(ZeroDivisionError), store.writing() as unit:
        records.fill(unit)
        raise ZeroDivisionError
    with store.reading() as unit:
        assert unit.objects.count() == 0
        assert unit.parties.everyone() == []
        assert unit.views.collections() == []


def test_an_interrupt_leaves_nothing(store: Store) -> None:
    with suppress(KeyboardInterrupt), store.writing() as unit:
        unit.parties.put(records.party())
        raise KeyboardInterrupt
    with store.reading() as unit:
        assert unit.parties.everyone() == []


def test_one_of_everything_comes_back_as_it_was_written(store: Store) -> None:
    with store.writing() as unit:
        records.fill(unit)
        seen_by_the_writer = records.everything_in(unit)
    with store.reading() as unit:
        assert records.everything_in(unit) == seen_by_the_writer


def test_filling_twice_changes_nothing(store: Store) -> None:
    with store.writing() as unit:
        records.fill(unit)
        before = records.everything_in(unit)
    with store.writing() as unit:
        unit.objects.add_many([records.stored(1), records.stored(2, received=(records.terms(),), **records.CLAIMING)])
        unit.views.publish([records.publication(1), records.publication(2, 1, 5)])
        unit.views.record([records.recorded()])
        unit.logs.append(records.leaf(0))
        unit.messages.add(records.message())
        unit.syncs.add_arrivals([records.arrival()])
        unit.agreements.add(records.agreement())
        unit.intakes.add(records.take_in())
    with store.reading() as unit:
        assert records.everything_in(unit) == before


def test_a_reader_keeps_its_snapshot_while_a_writer_commits(store: Store) -> None:
    with store.reading() as reader:
        with store.writing() as writer:
            writer.parties.put(records.party())
        # The snapshot is that of the opening, although the reader reads for the first time here.
        assert reader.parties.everyone() == []
    with store.reading() as reader:
        assert len(reader.parties.everyone()) == 1


def test_a_reader_does_not_see_what_is_not_committed(store: Store) -> None:
    with store.writing() as writer:
        writer.parties.put(records.party())
        with store.reading() as reader:
            assert reader.parties.everyone() == []


def test_a_reading_unit_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError) as caught, store.reading() as unit:
        unit.parties.put(records.party())
    assert caught.value.code == "store-read-only"


def test_a_writer_sees_what_it_wrote(store: Store) -> None:
    with store.writing() as unit:
        unit.objects.add(records.stored(1))
        assert unit.objects.get(records.stix_id(1)) == (records.stored(1),)


def test_writers_of_many_threads_take_turns(store: Store) -> None:
    def add(number: int) -> None:
        with store.writing() as unit:
            seen = unit.objects.count()
            unit.objects.add(records.stored(number))
            assert unit.objects.count() == seen + 1

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as unit:
        assert unit.objects.count() == 12


def test_a_new_store_is_empty(store: Store) -> None:
    with store.reading() as unit:
        assert unit.objects.count() == 0
        assert unit.views.last(records.COLLECTION) is None
        assert unit.logs.size(US, mirror=False) == 0
