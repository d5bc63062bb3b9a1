"""Work that waits, and who may do it."""

from __future__ import annotations

import pytest

from sepakat.exchange.ports import Store, Unit
from tests.support.records import at, job


def test_jobs_are_due_in_the_order_of_their_time(unit: Unit) -> None:
    for made in (job(3), job(1), job(2, due_at=None), job(4, kind="sync", due_at=at(2))):
        unit.jobs.put(made)
    assert [one.subject for one in unit.jobs.due(at(3))] == ["1", "4", "3"]
    assert [one.subject for one in unit.jobs.due(at(3), limit=1)] == ["1"]
    assert unit.jobs.due(at(0.5)) == []


def test_a_job_that_is_put_again_keeps_its_content(unit: Unit) -> None:
    unit.jobs.put(job())
    unit.jobs.put_content("take-in", "1", b"\0content")
    unit.jobs.put(job(attempts=1, error="busy"))
    assert unit.jobs.get("take-in", "1") == job(attempts=1, error="busy")
    assert unit.jobs.content("take-in", "1") == b"\0content"
    assert unit.jobs.everything() == [job(attempts=1, error="busy")]


def test_a_job_that_is_removed_is_gone_with_its_content(unit: Unit) -> None:
    unit.jobs.put(job())
    unit.jobs.put_content("take-in", "1", b"content")
    unit.jobs.remove("take-in", "1")
    assert unit.jobs.get("take-in", "1") is None
    assert unit.jobs.content("take-in", "1") is None


def test_a_lease_is_given_once(store: Store) -> None:
    first = store.lease("sweep")
    assert first is not None
    assert store.lease("sweep") is None
    other = store.lease("sync: ru/é")
    assert other is not None
    first.release()
    assert not first.is_held()
    assert other.is_held()
    again = store.lease("sweep")
    assert again is not None
    assert again.is_held()
    first.release()
    assert again.is_held(), "what was given back before takes nothing from who has it now"
    assert store.lease("sweep") is None


@pytest.mark.parametrize("writes", [True, False])
def test_a_lease_is_free_of_units(store: Store, writes: bool) -> None:
    with store.writing() if writes else store.reading():
        lease = store.lease("sweep")
        assert lease is not None
        lease.release()
    assert store.lease("sweep") is not None
