"""Throttling of sign-in, without a browser."""

from __future__ import annotations

from datetime import timedelta

from sepakat.web.attempts import FORGOTTEN_AFTER, LONGEST_WAIT, MOST_KEPT, Attempts
from tests.support.records import NOW

HERE = "192.0.2.1"


def tries(attempts: Attempts, count: int, name: str = "anna", address: str = HERE) -> list[timedelta | None]:
    return [attempts.begin(name, address, NOW) for _ in range(count)]


def test_waits_grow_and_end_at_the_longest() -> None:
    attempts, now, waits = Attempts(), NOW, []
    tries(attempts, 5)
    for _ in range(15):
        wait = attempts.begin("anna", HERE, now)
        assert wait is not None
        waits.append(wait)
        now += wait
        assert attempts.begin("anna", HERE, now) is None
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=2)
    assert waits[-1] == LONGEST_WAIT


def test_attempt_during_the_wait_does_not_make_it_longer() -> None:
    attempts = Attempts()
    tries(attempts, 5)
    assert tries(attempts, 3) == [timedelta(seconds=2)] * 3


def test_success_forgets_what_the_person_did_wrong_there() -> None:
    attempts = Attempts()
    tries(attempts, 5)
    attempts.succeeded("anna", HERE)
    assert attempts.begin("anna", HERE, NOW) is None


def test_one_address_that_tries_many_names_has_to_wait() -> None:
    attempts = Attempts()
    waits = [attempts.begin(f"name-{number}", HERE, NOW) for number in range(41)]
    assert waits[:40] == [None] * 40
    assert waits[40] is not None


def test_one_name_tried_from_many_addresses_has_to_wait() -> None:
    attempts = Attempts()
    waits = [attempts.begin("anna", f"192.0.2.{number}", NOW) for number in range(41)]
    assert waits[39] is None
    assert waits[40] is not None


def test_attempts_are_forgotten_after_an_hour() -> None:
    attempts = Attempts()
    tries(attempts, 5)
    later = NOW + FORGOTTEN_AFTER
    assert [attempts.begin("anna", HERE, later) for _ in range(5)] == [None] * 5


def test_memory_is_bounded() -> None:
    attempts = Attempts()
    for number in range(MOST_KEPT):
        attempts.begin(f"name-{number}", f"address-{number}", NOW)
    assert len(attempts._counts) <= MOST_KEPT + 3
