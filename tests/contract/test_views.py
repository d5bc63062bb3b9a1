"""The port `Views`: rows are only appended, a live version stands once, what came from where is found again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sepakat.errors import StoreError
from sepakat.exchange.ports import RowQuery, Store, Unit
from sepakat.exchange.records import Publication, Standing
from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId
from tests.support.records import (
    COLLECTION,
    FR,
    VIEW,
    at,
    collection,
    publication,
    recorded,
    stix_id,
    stix_object,
    stored,
    variant,
    version_of,
)

OTHER = "another collection"


@pytest.fixture
def unit(unit: Unit) -> Unit:
    unit.views.put_collection(collection())
    unit.views.put_collection(collection(OTHER, ViewKey(AgreementId("us-fr"), FR)))
    return unit


def code_of(unit: Unit, *rows: Publication) -> str:
    with pytest.raises(StoreError) as caught:
        unit.views.publish(rows)
    return caught.value.code


def test_collections_come_in_the_order_in_which_they_were_made(unit: Unit) -> None:
    assert [one.id for one in unit.views.collections()] == [COLLECTION, OTHER]


def test_a_collection_can_get_another_title(unit: Unit) -> None:
    unit.views.put_collection(collection(title="New"))
    assert unit.views.collections()[0] == collection(title="New")


def test_a_view_has_one_collection(unit: Unit) -> None:
    with pytest.raises(StoreError) as caught:
        unit.views.put_collection(collection("a third", VIEW))
    assert caught.value.code == "record-conflict"


def test_rows_come_back_as_they_were_published(unit: Unit) -> None:
    rows = [publication(1), publication(2, type_="note"), publication(5, 1, 3, outcome=Outcome.VARIANT, leaf=4)]
    unit.views.publish(rows)
    assert unit.views.rows(COLLECTION) == rows
    assert unit.views.last(COLLECTION) == rows[-1]


def test_rows_of_several_collections_can_be_published_together(unit: Unit) -> None:
    rows = [publication(1), publication(2), publication(1, collection=OTHER)]
    unit.views.publish(rows)
    assert unit.views.rows(OTHER) == [publication(1, collection=OTHER)]
    assert unit.views.last(COLLECTION) == publication(2)


def test_nothing_published_is_no_error(unit: Unit) -> None:
    unit.views.publish([])
    assert unit.views.last(COLLECTION) is None


def test_a_row_of_an_unknown_collection_is_refused(unit: Unit) -> None:
    assert code_of(unit, publication(1, collection="nobody's")) == "collection-unknown"


def test_a_row_published_again_is_kept_once(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(2)])
    unit.views.publish([publication(2), publication(3)])
    assert unit.views.rows(COLLECTION) == [publication(1), publication(2), publication(3)]


@pytest.mark.parametrize("change", [{"salt": b"x" * 32}, {"leaf": 9}, {"body": b"{}"}, {"outcome": Outcome.VARIANT}])
def test_a_row_published_again_with_other_content_is_refused(unit: Unit, change: dict[str, Any]) -> None:
    unit.views.publish([publication(1), publication(2)])
    assert code_of(unit, publication(1, **change)) == "row-conflict"


def test_a_row_in_a_gap_is_refused(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(5)])
    assert code_of(unit, publication(3)) == "row-conflict"


def test_rows_out_of_order_are_refused(unit: Unit) -> None:
    assert code_of(unit, publication(2), publication(1)) == "row-conflict"
    assert code_of(unit, publication(1), publication(1)) == "row-conflict"


def test_a_date_before_the_row_before_is_refused(unit: Unit) -> None:
    unit.views.publish([publication(1, date_added=at(10))])
    assert code_of(unit, publication(2, date_added=at(9))) == "row-conflict"


def test_a_live_version_stands_once_in_a_view(unit: Unit) -> None:
    unit.views.publish([publication(1)])
    assert code_of(unit, publication(2, 1)) == "row-conflict"
    assert code_of(unit, publication(2, 7), publication(3, 7)) == "row-conflict"


def test_a_version_that_was_withdrawn_can_enter_again(unit: Unit) -> None:
    unit.views.publish([publication(1)])
    unit.views.withdraw(COLLECTION, [1], at(1))
    unit.views.publish([publication(2, 1)])
    assert unit.views.rows(COLLECTION) == [publication(2, 1)]


def test_the_same_version_stands_in_several_views(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(1, collection=OTHER)])
    assert unit.views.rows(OTHER) == [publication(1, collection=OTHER)]


def test_withdrawn_rows_are_kept_and_only_shown_when_asked_for(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(2), publication(3)])
    unit.views.withdraw(COLLECTION, [2, 3], at(1))
    gone = [replace(publication(n), standing=Standing.WITHDRAWN, withdrawn_at=at(1)) for n in (2, 3)]
    assert unit.views.rows(COLLECTION) == [publication(1)]
    assert unit.views.rows(COLLECTION, include_withdrawn=True) == [publication(1), *gone]
    assert unit.views.last(COLLECTION) == gone[-1]


def test_withdrawing_again_keeps_the_first_instant(unit: Unit) -> None:
    unit.views.publish([publication(1)])
    unit.views.withdraw(COLLECTION, [1], at(1))
    unit.views.withdraw(COLLECTION, [1, 99], at(2))
    assert unit.views.rows(COLLECTION, include_withdrawn=True)[0].withdrawn_at == at(1)


def test_withdrawing_in_one_view_leaves_the_others(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(1, collection=OTHER)])
    unit.views.withdraw(OTHER, [1], at(1))
    assert unit.views.rows(COLLECTION) == [publication(1)]


def test_withdrawing_the_last_version_makes_the_one_before_the_last(unit: Unit) -> None:
    unit.views.publish([publication(1, 1, 0), publication(2, 1, 5), publication(3, 2, 0)])
    unit.views.withdraw(COLLECTION, [2], at(1))
    assert [row.sequence for row in unit.readings.page(RowQuery(COLLECTION)).rows] == [1, 3]


def test_withdrawing_more_rows_than_one_statement_can_list(unit: Unit) -> None:
    unit.views.publish([publication(sequence) for sequence in range(1, 2301)])
    unit.views.withdraw(COLLECTION, range(1, 2300), at(1))
    assert [row.sequence for row in unit.views.rows(COLLECTION)] == [2300]


def test_rows_of_an_original_are_found_in_every_view_and_standing(unit: Unit) -> None:
    original = stix_object(1).version_ref
    rows = [
        publication(1),
        publication(2, 77, original=original, outcome=Outcome.VARIANT),
        publication(3),
        publication(4, 1, 9, standing=Standing.TOMBSTONE),
        publication(1, collection=OTHER),
    ]
    unit.views.publish(rows)
    unit.views.withdraw(OTHER, [1], at(1))
    found = unit.views.rows_of(stix_id(1))
    assert [(row.collection, row.sequence, row.standing) for row in found] == [
        (COLLECTION, 1, Standing.LIVE),
        (COLLECTION, 2, Standing.LIVE),
        (COLLECTION, 4, Standing.TOMBSTONE),
        (OTHER, 1, Standing.WITHDRAWN),
    ]


def test_rows_of_a_variants_own_id_are_not_rows_of_an_original(unit: Unit) -> None:
    unit.views.publish([publication(2, 77, original=stix_object(1).version_ref, outcome=Outcome.VARIANT)])
    assert unit.views.rows_of(stix_id(77)) == []
    assert unit.views.rows_of(stix_id(5)) == []


def test_what_is_made_and_published_in_one_unit_is_found_in_it(unit: Unit) -> None:
    unit.objects.add_many([stored(1), stored(2), stored(3)])
    assert unit.views.rows_of_many([stix_id(1), stix_id(2), stix_id(3)]) == []
    assert unit.views.variants_of([stix_id(1), stix_id(2), stix_id(3)]) == []
    of_second = publication(2, 77, original=stix_object(2).version_ref, outcome=Outcome.VARIANT)
    unit.views.publish([publication(1), of_second])
    unit.views.put_variant(variant(2))
    unit.views.put_variant(variant(3))
    assert unit.views.rows_of_many([stix_id(1), stix_id(2), stix_id(3)]) == [publication(1), of_second]
    assert unit.views.rows_of_many([stix_id(77)]) == []
    found = unit.views.variants_of([stix_id(1), stix_id(2), stix_id(3)])
    assert sorted(found, key=lambda state: state.original_id) == [variant(2), variant(3)]


def test_what_an_earlier_unit_published_is_found_among_what_is_new(store: Store) -> None:
    with store.writing() as unit:
        unit.views.put_collection(collection())
        unit.views.publish([publication(1)])
        unit.views.put_variant(variant(2))
    with store.writing() as unit:
        unit.objects.add_many([stored(1), stored(2), stored(3)])
        assert unit.views.rows_of_many([stix_id(1), stix_id(2), stix_id(3)]) == [publication(1)]
        assert unit.views.variants_of([stix_id(1), stix_id(2), stix_id(3)]) == [variant(2)]


def test_rows_of_a_leaf_are_those_of_its_batch(unit: Unit) -> None:
    unit.views.publish([publication(1), publication(2), publication(3, leaf=1), publication(4, leaf=2)])
    unit.views.publish([publication(5, leaf=2), publication(1, collection=OTHER, leaf=2)])
    unit.views.withdraw(COLLECTION, [4], at(1))
    assert [row.sequence for row in unit.views.rows_of_leaf(COLLECTION, 0)] == [1, 2]
    assert [row.sequence for row in unit.views.rows_of_leaf(COLLECTION, 2)] == [4, 5]
    assert unit.views.rows_of_leaf(COLLECTION, 9) == []


def test_a_variant_is_replaced_by_its_next_state(unit: Unit) -> None:
    unit.views.put_variant(variant(1))
    unit.views.put_variant(variant(2))
    unit.views.put_variant(variant(1, epoch=3, modified="2031-01-01T00:00:00.000Z"))
    assert unit.views.variants(COLLECTION) == {
        stix_id(1): variant(1, epoch=3, modified="2031-01-01T00:00:00.000Z"),
        stix_id(2): variant(2),
    }
    assert unit.views.variants(OTHER) == {}


def test_recorded_decisions_come_newest_first(unit: Unit) -> None:
    made = [recorded(1, 0), recorded(2, 1), recorded(1, 2)]
    unit.views.record(made)
    unit.views.record([recorded(1, 0)])
    assert unit.views.recorded() == made[::-1]
    assert unit.views.recorded(stix_object(1).version_ref) == [made[2], made[0]]
    assert unit.views.recorded(limit=1) == [made[2]]


def test_versions_of_rows_keep_every_digit(unit: Unit) -> None:
    fine = publication(1, version=0)
    fine = replace(fine, version=version_of(0) + "001", original=(fine.id, version_of(0) + "001"))
    unit.views.publish([fine])
    assert unit.views.rows(COLLECTION) == [fine]
