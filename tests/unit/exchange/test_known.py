"""What is known is asked of the store anew, but for what one thread answers without waiting."""

from __future__ import annotations

from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

from sepakat.exchange.known import Known, Moment


class Marks:
    """A store that says another mark each time, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def written(self) -> int:
        self.asked += 1
        return self.asked


def known() -> tuple[Known, Marks]:
    marks = Marks()
    return Known(cast("Any", SimpleNamespace(store=marks))), marks


def test_each_question_asks_the_store() -> None:
    asked, marks = known()
    assert asked.now() is not asked.now()
    assert marks.asked == 2


def test_one_moment_is_asked_for_once_and_ends_with_its_outermost_block() -> None:
    asked, marks = known()
    with asked.one_moment():
        first = asked.now()
        with asked.one_moment():
            assert asked.now() is first
        assert asked.now() is first
        assert marks.asked == 1
    assert asked.now() is not first
    try:
        with asked.one_moment():
            raise KeyError
    except KeyError:
        pass
    assert asked.now() is not asked.now()


def test_who_waited_asks_anew_from_then_on() -> None:
    asked, marks = known()
    with asked.one_moment():
        first = asked.now()
        asked.waited()
        assert asked.now() is not first
        assert asked.now() is not asked.now()
    assert marks.asked == 4


def test_a_moment_is_that_of_one_thread() -> None:
    asked, _ = known()
    found: list[Moment] = []
    with asked.one_moment():
        other = Thread(target=lambda: found.append(asked.now()))
        other.start()
        other.join()
        assert found[0] is not asked.now()
