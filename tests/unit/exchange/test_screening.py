"""What is sorted before it is taken in: by faults, by dates, by what is held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sepakat.exchange.ports import Unit
from sepakat.exchange.records import StoredVersion
from sepakat.exchange.screening import Compared, compare
from sepakat.stix.instants import format_instant
from sepakat.stix.objects import StixObject
from tests.support.records import NOW, US, party
from tests.support.stores import sqlite_store

ID = "indicator--6d3a2f10-4a55-4f0c-9d0a-3f1f6f7f9c01"


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    with sqlite_store(tmp_path) as store, store.writing() as opened:
        yield opened


def made(hours: int = 0, **more: Any) -> StixObject:
    dated = format_instant(NOW + timedelta(hours=hours))
    content = {"type": "indicator", "id": ID, "created": dated, "modified": dated, "name": "one", **more}
    return StixObject.from_content(content)


def converted(unit: Unit, *objects: StixObject) -> Compared:
    [compared] = compare(unit, objects, NOW, {}, is_converted=True)
    return compared


def hold(unit: Unit, *objects: StixObject) -> None:
    unit.objects.add_many([StoredVersion(one, frozenset({US}), NOW, (), "batch") for one in objects])


def test_converted_content_that_is_held_under_other_dates_is_known(unit: Unit) -> None:
    hold(unit, made(-5))
    compared = converted(unit, made(-3))
    assert (compared.new, len(compared.known)) == ([], 1)


def test_changed_content_becomes_a_later_version_of_the_same_creation(unit: Unit) -> None:
    hold(unit, made(-5))
    [new] = converted(unit, made(-3, name="two")).new
    assert (new.content["created"], new.content["modified"]) == (made(-5).content["created"], made(-3).modified)


def test_content_changed_without_a_later_date_gets_the_date_of_now(unit: Unit) -> None:
    hold(unit, made(-5))
    [new] = converted(unit, made(-5, name="two")).new
    assert new.modified == format_instant(NOW)
    hold(unit, new)
    assert converted(unit, made(-5, name="two")).new == []


def test_a_source_whose_clock_is_ahead_gives_versions_of_now(unit: Unit) -> None:
    [new] = converted(unit, made(+9)).new
    assert (new.content["created"], new.modified) == (format_instant(NOW), format_instant(NOW))


def test_an_observable_held_with_other_content_stays_and_is_told(unit: Unit) -> None:
    held = {"type": "url", "id": "url--6d3a2f10-4a55-5f0c-9d0a-3f1f6f7f9c01", "value": "https://example.org"}
    hold(unit, StixObject.from_content(held))
    compared = converted(unit, StixObject.from_content({**held, "defanged": True}))
    assert (compared.new, len(compared.known), len(compared.kept_as_held)) == ([], 1, 1)


def test_another_creator_cannot_write_a_version_of_a_partys_object(unit: Unit) -> None:
    unit.parties.put(party(US))
    hold(unit, made(-5, created_by_ref=party(US).identity.id))
    compared = converted(unit, made(-3, name="two", created_by_ref="identity--6d3a2f10-4a55-4f0c-9d0a-3f1f6f7f9c03"))
    assert (compared.new, compared.wrong) == ([], {ID})


def test_another_creator_is_told_and_a_conflict_where_it_is_a_party(unit: Unit) -> None:
    stranger, ours = "identity--6d3a2f10-4a55-4f0c-9d0a-3f1f6f7f9c02", party(US).identity.id
    unit.parties.put(party(US))
    for creator, wrong in ((stranger, set()), (ours, {ID})):
        hold(unit, made(-5, created_by_ref=creator))
        [compared] = compare(unit, [made(-3)], NOW, {}, is_converted=False)
        assert compared.wrong == wrong
        assert [fault.found for fault in compared.kept_as_held] == (["None"] if not wrong else [])
        unit.objects.remove(made(-5, created_by_ref=creator).version_ref)


def test_the_wrong_are_passed_over(unit: Unit) -> None:
    one = made()
    assert list(compare(unit, [one], NOW, {one.version_ref: "why"}, is_converted=True)) == []
