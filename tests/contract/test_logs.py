"""The port `Logs`: append-only, ours and the mirror apart."""

from __future__ import annotations

import pytest

from sepakat.errors import StoreError
from sepakat.exchange.ports import Unit
from tests.support.records import FR, RU, checkpoint, leaf


def test_leaves_come_in_order_from_where_they_are_asked_for(unit: Unit) -> None:
    for index in range(3):
        unit.logs.append(leaf(index))
    assert unit.logs.leaves(RU, mirror=False) == [leaf(0), leaf(1), leaf(2)]
    assert unit.logs.leaves(RU, mirror=False, start=2) == [leaf(2)]
    assert unit.logs.size(RU, mirror=False) == 3


def test_logs_of_counterparts_and_mirrors_are_apart(unit: Unit) -> None:
    unit.logs.append(leaf(0))
    unit.logs.append(leaf(0, FR, data=b"fr"))
    unit.logs.append(leaf(0, mirror=True, data=b"theirs"))
    unit.logs.append(leaf(1))
    assert unit.logs.size(RU, mirror=False) == 2
    assert unit.logs.size(FR, mirror=False) == 1
    assert unit.logs.leaves(RU, mirror=True) == [leaf(0, mirror=True, data=b"theirs")]
    assert unit.logs.size(FR, mirror=True) == 0


@pytest.mark.parametrize("index", [-1, 2, 5])
def test_a_leaf_that_is_not_the_next_is_refused(unit: Unit, index: int) -> None:
    unit.logs.append(leaf(0))
    with pytest.raises(StoreError) as caught:
        unit.logs.append(leaf(index))
    assert caught.value.code == "leaf-conflict"
    assert unit.logs.leaves(RU, mirror=False) == [leaf(0)]


def test_a_leaf_is_never_replaced(unit: Unit) -> None:
    unit.logs.append(leaf(0))
    unit.logs.append(leaf(1))
    unit.logs.append(leaf(0))
    with pytest.raises(StoreError) as caught:
        unit.logs.append(leaf(0, data=b"rewritten"))
    assert caught.value.code == "leaf-conflict"
    assert unit.logs.leaves(RU, mirror=False) == [leaf(0), leaf(1)]


def test_checkpoints_come_smallest_first_and_can_be_cosigned(unit: Unit) -> None:
    for size in (3, 1, 2):
        unit.logs.put_checkpoint(checkpoint(size))
    unit.logs.put_checkpoint(checkpoint(2, cosigned=True))
    unit.logs.put_checkpoint(checkpoint(7, mirror=True))
    assert unit.logs.checkpoints(RU, mirror=False) == [checkpoint(1), checkpoint(2, cosigned=True), checkpoint(3)]


def test_counterparts_are_those_with_a_leaf_or_a_checkpoint(unit: Unit) -> None:
    unit.logs.put_checkpoint(checkpoint(0, mirror=True))
    unit.logs.append(leaf(0, FR))
    unit.logs.append(leaf(0, FR, mirror=True))
    assert unit.logs.counterparts() == [FR, RU]
    assert unit.logs.size(RU, mirror=True) == 0
