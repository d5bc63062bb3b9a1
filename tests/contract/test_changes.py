"""The journal of what was written that deciding reads."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from sepakat.exchange.journal import Touched
from sepakat.exchange.ports import Store, Unit
from sepakat.exchange.records import Policy
from sepakat.stores import changes
from sepakat.stores.changes import KEPT
from tests.support import records
from tests.support.records import NOW, stix_id, stored


def last(store: Store) -> int:
    with store.reading() as unit:
        return unit.changes.last()


def put_policy(store: Store, number: int, hold: str | None = None) -> None:
    with store.writing() as unit:
        unit.policies.put(Policy(stix_id(number), hold=hold))


def test_every_kind_of_write_that_deciding_reads_is_noted(unit: Unit) -> None:
    unit.objects.add_many([stored(1)])
    unit.policies.put(Policy(stix_id(2)))
    assert unit.changes.fresh() == Touched(objects=frozenset({stix_id(1)}), policies=frozenset({stix_id(2)}))
    unit.objects.remove(stored(1).object.version_ref)
    records.fill(unit)
    fresh = unit.changes.fresh()
    assert fresh.agreements
    assert fresh.everything
    assert fresh.approvals
    assert fresh.grants


def test_a_unit_is_one_entry_and_later_ones_are_read_together(store: Store) -> None:
    put_policy(store, 1)
    seen = last(store)
    put_policy(store, 2)
    put_policy(store, 3)
    with store.reading() as unit:
        assert unit.changes.since(seen) == Touched(policies=frozenset({stix_id(2), stix_id(3)}))
        assert unit.changes.since(unit.changes.last()) == Touched()


def test_what_was_rolled_back_is_no_entry_and_who_waits_is_told(store: Store) -> None:
    put_policy(store, 1)
    before = last(store)
    heard: list[int | None] = []
    with suppress(RuntimeError), store.writing() as unit:
        unit.changes.when_ended(heard.append)
        unit.policies.put(Policy(stix_id(2)))
        raise RuntimeError
    assert heard == [None]
    assert last(store) == before


def test_who_waits_for_the_end_gets_the_entry_of_the_unit(store: Store) -> None:
    heard: list[int | None] = []
    with store.writing() as unit:
        unit.changes.when_ended(heard.append)
        unit.policies.put(Policy(stix_id(1)))
        assert heard == []
    assert heard == [last(store)]


def test_an_entry_that_is_no_longer_kept_is_said_to_be_unknown(store: Store) -> None:
    put_policy(store, 1)
    seen = last(store)
    with store.writing() as unit:
        assert unit.changes.since(seen) == Touched()
    for count in range(KEPT + 1):
        put_policy(store, 1, str(count))
    with store.reading() as unit:
        assert unit.changes.since(seen) is None
        assert unit.changes.since(unit.changes.last()) == Touched()


def test_a_new_address_of_a_party_changes_no_decision(store: Store) -> None:
    with store.writing() as unit:
        records.fill(unit)
    with store.writing() as unit:
        party = unit.parties.everyone()[0]
        unit.parties.put(replace(party, address="https://elsewhere.example"))
        assert unit.changes.fresh() == Touched()
        unit.parties.put(replace(party, is_client=not party.is_client))
        assert unit.changes.fresh().everything


def test_what_is_written_as_it_was_is_no_entry(store: Store) -> None:
    with store.writing() as unit:
        records.fill(unit)
    before = last(store)
    with store.writing() as unit:
        unit.objects.add_many([stored(1)])
        unit.policies.put(
            records.policy(topics=frozenset({"a"}), markings=(stix_id(5),), recalled_views=frozenset({records.VIEW}))
        )
        unit.policies.put_topic(records.topic())
        unit.agreements.add(records.agreement())
    assert last(store) == before


def test_instant_of_the_last_decision_is_kept_with_its_entry(store: Store) -> None:
    with store.writing() as unit:
        unit.policies.put(Policy(stix_id(1)))
    with store.reading() as unit:
        assert unit.changes.decided_at() is None
    with store.writing() as unit:
        unit.changes.note_decided(NOW)
        unit.changes.note_decided(NOW - timedelta(seconds=1))
        assert unit.changes.decided_at() is None
    with store.reading() as unit:
        assert unit.changes.decided_at() == NOW
    with store.writing() as unit:
        unit.policies.put(Policy(stix_id(2)))
    with store.reading() as unit:
        assert unit.changes.decided_at() == NOW
    with store.writing() as unit:
        unit.changes.note_decided(NOW - timedelta(days=1))
    with store.reading() as unit:
        assert unit.changes.decided_at() == NOW - timedelta(days=1)


def test_instant_at_which_views_were_up_to_date_is_kept_unless_something_was_written_after(store: Store) -> None:
    with store.writing() as unit:
        unit.policies.put(Policy(stix_id(1)))
        unit.changes.note_published(NOW)
        assert unit.changes.published_at() is None
    with store.reading() as unit:
        assert unit.changes.published_at() == NOW
    with store.writing() as unit:
        unit.changes.note_published(NOW)
        unit.policies.put(Policy(stix_id(2)))
    with store.reading() as unit:
        assert unit.changes.published_at() is None


def test_another_release_may_have_decided_otherwise(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing() as unit:
        unit.policies.put(Policy(stix_id(1)))
        unit.changes.note_published(NOW)
    monkeypatch.setattr(changes, "_release", lambda: "another")
    with store.reading() as unit:
        assert unit.changes.published_at() is None


def test_what_is_written_again_is_noted_again(unit: Unit) -> None:
    unit.policies.put(Policy(stix_id(1), hold="a look"))
    unit.policies.put(Policy(stix_id(2)))
    before = unit.changes.noted()
    assert unit.changes.fresh(before) == Touched()
    unit.policies.put(Policy(stix_id(1)))
    assert unit.changes.noted() > before
    assert unit.changes.fresh(before) == Touched(policies=frozenset({stix_id(1)}))
    assert unit.changes.fresh() == Touched(policies=frozenset({stix_id(1), stix_id(2)}))
    unit.policies.put(Policy(stix_id(1)))
    assert unit.changes.fresh(before) == Touched(policies=frozenset({stix_id(1)}))
