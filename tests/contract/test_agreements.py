"""The port `Agreements`: versions by hash, their exact canonical bytes, events in order of arrival."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sepakat.agreements.writing import agreement_hash
from sepakat.errors import StoreError
from sepakat.exchange.ports import Unit
from tests.support.records import FR, RU, agreement, digest, life_event

FIRST = agreement()
SECOND = agreement(2, FIRST.hash)


def test_an_agreement_comes_back_with_its_terms_and_bytes(unit: Unit) -> None:
    unit.agreements.add(FIRST)
    kept = unit.agreements.get(FIRST.hash)
    assert kept == FIRST
    assert kept is not None
    assert agreement_hash(kept.agreement) == FIRST.hash
    assert unit.agreements.get(SECOND.hash) is None


def test_adding_again_keeps_what_is_there(unit: Unit) -> None:
    unit.agreements.add(FIRST)
    unit.agreements.add(replace(FIRST, roster=(FR,)))
    assert unit.agreements.everything() == [FIRST]


def test_versions_come_oldest_first(unit: Unit) -> None:
    unit.agreements.add(SECOND)
    unit.agreements.add(FIRST)
    assert unit.agreements.versions(FIRST.agreement.id) == [FIRST, SECOND]
    assert unit.agreements.everything() == [FIRST, SECOND]
    assert unit.agreements.versions(replace(FIRST.agreement, id="x").id) == []  # type: ignore[arg-type]


def test_events_come_in_order_of_arrival_not_of_date(unit: Unit) -> None:
    events = (life_event(FIRST.hash, 9), life_event(FIRST.hash, 3, reason="r", taker=RU), life_event(FIRST.hash, 5))
    unit.agreements.add(replace(FIRST, events=events[:1]))
    for event in events[1:]:
        unit.agreements.add_event(FIRST.hash, event)
    assert unit.agreements.get(FIRST.hash) == replace(FIRST, events=events)


def test_the_same_event_twice_is_kept_once(unit: Unit) -> None:
    unit.agreements.add(FIRST)
    unit.agreements.add(SECOND)
    for _ in range(2):
        unit.agreements.add_event(FIRST.hash, life_event(FIRST.hash))
    kept = unit.agreements.get(FIRST.hash)
    assert kept is not None
    assert kept.events == (life_event(FIRST.hash),)
    assert unit.agreements.get(SECOND.hash) == SECOND


def test_an_event_of_an_unknown_agreement_is_refused(unit: Unit) -> None:
    with pytest.raises(StoreError) as caught:
        unit.agreements.add_event(digest(b"nothing"), life_event(digest(b"nothing")))
    assert caught.value.code == "record-unknown"
