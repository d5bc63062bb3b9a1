"""The port `Messages`: once by hash and direction, counted per counterpart, delivered when due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sepakat.errors import StoreError
from sepakat.exchange.ports import Unit
from sepakat.exchange.records import Direction
from tests.support.records import FR, RU, at, message

IN, OUT = Direction.IN, Direction.OUT


def test_a_message_is_kept_once_by_hash_and_direction(unit: Unit) -> None:
    assert unit.messages.add(message(1))
    assert not unit.messages.add(message(1, kind="recall"))
    assert unit.messages.add(message(1, direction=IN))
    assert unit.messages.get(message(1).hash, OUT) == message(1, sequence=1)
    assert unit.messages.get(message(2).hash, OUT) is None


def test_messages_are_counted_per_counterpart_and_direction(unit: Unit) -> None:
    made = [message(1), message(2, FR), message(3), message(4, direction=IN), message(5)]
    for one in made:
        unit.messages.add(one)
    assert [one.sequence for one in unit.messages.after(RU, 0, direction=OUT)] == [1, 2, 3]
    assert unit.messages.after(RU, 2, direction=OUT) == [message(5, sequence=3)]
    assert unit.messages.after(RU, 0, direction=OUT, limit=1) == [message(1, sequence=1)]
    assert unit.messages.after(RU, 0, direction=IN) == [message(4, direction=IN, sequence=1)]
    assert unit.messages.after(FR, 1, direction=OUT) == []


def test_undelivered_is_what_goes_out_and_is_due(unit: Unit) -> None:
    for one in (message(1), message(2), message(3), message(4), message(5, direction=IN)):
        unit.messages.add(one)
    unit.messages.put(message(1, delivered_at=at(1)))
    unit.messages.put(message(2, attempts=2, next_try_at=at(10)))
    unit.messages.put(message(3, refused="unknown kind"))
    assert [one.hash for one in unit.messages.undelivered(at(9))] == [message(4).hash]
    assert [one.hash for one in unit.messages.undelivered(at(10))] == [message(2).hash, message(4).hash]
    assert [one.hash for one in unit.messages.undelivered(at(10), limit=1)] == [message(2).hash]


def test_putting_changes_the_delivery_and_nothing_else(unit: Unit) -> None:
    unit.messages.add(message(1))
    changed = message(1, delivered_at=at(1), attempts=3, next_try_at=at(2), refused="no")
    unit.messages.put(replace(changed, document=b"other", sequence=9))
    assert unit.messages.get(message(1).hash, OUT) == replace(changed, sequence=1)


def test_the_delivery_of_an_unknown_message_is_refused(unit: Unit) -> None:
    with pytest.raises(StoreError) as caught:
        unit.messages.put(message(1))
    assert caught.value.code == "record-unknown"


def test_messages_of_a_kind_come_in_order(unit: Unit) -> None:
    for one in (message(2, kind="recall"), message(1, FR, kind="recall"), message(3), message(4, direction=IN)):
        unit.messages.add(one)
    assert [one.at for one in unit.messages.of_kind("recall", OUT)] == [at(2), at(1)]
    assert [one.at for one in unit.messages.of_kind("recall", OUT, FR)] == [at(1)]
    assert unit.messages.of_kind("recall", IN) == []


def test_a_nonce_is_used_once_by_each_party(unit: Unit) -> None:
    assert unit.messages.use_nonce(RU, "n", at(300))
    assert not unit.messages.use_nonce(RU, "n", at(300))
    assert unit.messages.use_nonce(FR, "n", at(300))
    assert unit.messages.use_nonce(RU, "m", at(300))


def test_a_nonce_is_remembered_while_it_may_hold(unit: Unit) -> None:
    assert unit.messages.use_nonce(RU, "n", at(300))
    # One that was dated as far ahead as is allowed must not make a valid one forgotten.
    assert unit.messages.use_nonce(RU, "m", at(300) + timedelta(minutes=10))
    assert not unit.messages.use_nonce(RU, "n", at(300))
