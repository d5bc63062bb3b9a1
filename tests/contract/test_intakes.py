"""The port `Intakes`: batches by id and by time, what was kept apart, what was undone."""

from __future__ import annotations

import pytest

from sepakat.errors import StoreError
from sepakat.exchange.ports import Unit
from tests.support.records import at, mapping, quarantined, take_in


def test_a_take_in_comes_back_by_id(unit: Unit) -> None:
    unit.intakes.add(take_in(1))
    assert unit.intakes.get("batch-1") == take_in(1)
    assert unit.intakes.get("batch-2") is None


def test_the_latest_take_ins_come_newest_first(unit: Unit) -> None:
    for number in (2, 3, 1):
        unit.intakes.add(take_in(number))
    assert unit.intakes.latest(limit=2) == [take_in(3), take_in(2)]


def test_the_same_take_in_again_changes_nothing_and_another_is_refused(unit: Unit) -> None:
    unit.intakes.add(take_in(1))
    unit.intakes.add(take_in(1))
    with pytest.raises(StoreError) as caught:
        unit.intakes.add(take_in(1, source="other.json"))
    assert caught.value.code == "record-conflict"
    assert unit.intakes.latest() == [take_in(1)]


def test_an_undone_take_in_says_when(unit: Unit) -> None:
    unit.intakes.add(take_in(1))
    unit.intakes.add(take_in(2))
    unit.intakes.mark_undone("batch-1", at(9))
    assert unit.intakes.get("batch-1") == take_in(1, undone_at=at(9))
    assert unit.intakes.get("batch-2") == take_in(2)


def test_a_take_in_keeps_its_format_and_when_its_source_was_captured(unit: Unit) -> None:
    unit.intakes.add(take_in(1, form="csv", captured_at=at(3)))
    assert unit.intakes.get("batch-1") == take_in(1, form="csv", captured_at=at(3))


def test_a_mapping_is_kept_by_name_and_replaced(unit: Unit) -> None:
    unit.intakes.put_mapping(mapping("b"))
    unit.intakes.put_mapping(mapping("a"))
    unit.intakes.put_mapping(mapping("b", content='{"1": 2}', number=2))
    assert unit.intakes.mapping("b") == mapping("b", content='{"1": 2}', number=2)
    assert unit.intakes.mappings() == [mapping("a"), mapping("b", content='{"1": 2}', number=2)]
    assert unit.intakes.mapping("c") is None


def test_what_was_kept_apart_comes_newest_first(unit: Unit) -> None:
    for number in (2, 3, 1):
        unit.intakes.quarantine(quarantined(number))
    assert unit.intakes.quarantined(limit=2) == [quarantined(3), quarantined(2)]
