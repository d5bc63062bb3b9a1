"""Faults as a table: whatever fails, wherever, in the end both sides hold what they should and the logs agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sepakat.errors import PeerError
from sepakat.remote.peers import HttpPeers
from sepakat.stix.identifiers import PartyId
from tests.hostile.stage import Stage, staged
from tests.integration.faults.conftest import RU, US, Story
from tests.integration.faults.faulting import full_disk
from tests.support.clock import FixedClock

COMMITS = (
    "ru {} commit of messaging.note",
    "ru {} commit of receiving.receive",
    "ru {} commit of synchronising.fetch_messages",
    "ru {} commit of synchronising.take_page",
    "ru {} commit of synchronising.go",
    "us {} commit of messaging.note",
    "us {} commit of reading.note_accesses",
    "us {} commit of recalling.recall",
    "us {} commit of receiving.receive",
    "us {} commit of taking_in.take_in",
)
REQUESTS = (
    "ru {} request send",
    "ru {} request messages",
    "ru {} request collections",
    "ru {} request page",
    "us {} request send",
)
POINTS = [point.format(when) for point in (*COMMITS, *REQUESTS) for when in ("before", "after")]
# What a person at the node had not seen done before the crash, and does again, must not be done twice: `take_in` and
# `recall` say so themselves, so that they are in the table too.


@pytest.mark.parametrize("point", POINTS)
def test_node_that_is_killed_goes_on_without_a_gap_or_a_double(story: Story, point: str) -> None:
    story.arm(point)
    story.play()
    assert story.faults.fired == 1, f"never reached {point}"
    story.check()


@pytest.mark.parametrize("point", [point.format("before") for point in COMMITS])
def test_disk_that_is_full_for_a_while_loses_nothing(story: Story, point: str) -> None:
    story.arm(point, full_disk(), times=2)
    story.play()
    assert story.faults.fired == 2, f"never reached {point}"
    story.check()


@pytest.mark.parametrize("what", ["send", "messages", "collections", "page"])
def test_partner_that_answers_500_for_a_while_is_asked_again(story: Story, what: str) -> None:
    story.arm(f"ru before request {what}", PeerError("peer-unwell", "us cannot answer: status 500"), times=5)
    story.play()
    assert story.faults.fired > 1
    assert any("status 500" in str(report.error) for report in story.reports) or what == "send"
    story.check()


def test_taker_that_does_not_answer_gets_everything_later_in_order(story: Story) -> None:
    story.arm("us before request send", PeerError("peer-unreachable", "ru is not reached"), times=50)
    story.play()
    assert story.faults.fired
    story.check()


@dataclass
class WrongClock:
    """Another clock by a fixed difference, until somebody sets it right."""

    right: FixedClock
    off: timedelta

    def now(self) -> datetime:
        return self.right.now() + self.off


@pytest.mark.parametrize("hours", [-1, 1], ids=["an hour behind", "an hour ahead"])
@pytest.mark.parametrize("party", [US, RU])
def test_clock_an_hour_off_delays_and_loses_nothing(story: Story, party: PartyId, hours: int) -> None:
    clock = WrongClock(story.world.clock, timedelta(hours=hours))
    nodes = story.world.network.nodes
    nodes[party] = replace(nodes[party], clock=clock)
    story.play()
    clock.off = timedelta()
    for _ in range(3):
        story.world.clock.advance(hours=1)
        story.quiet()
    story.check()


# A connection cut in the middle of a page: over the real client.


class Cut(httpx.SyncByteStream):
    """A body that breaks off."""

    def __init__(self, body: bytes, at: int) -> None:
        self._body, self._at = body, at

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: self._at]
        raise httpx.ReadError("connection reset")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`us`, and a `ru` whose answers a test may cut."""
    with staged(tmp_path) as made:
        yield made


@pytest.mark.parametrize("at", [0, 1, 50, -1])
def test_connection_cut_in_the_middle_of_a_page_is_read_again(stage: Stage, at: int) -> None:
    made = stage.written("ru", "news")
    stage.liar.statement(stage.take, [made])
    stage.serve(made)
    honest = stage.node.answer
    cuts = 0

    def cutting(request: httpx.Request) -> httpx.Response:
        nonlocal cuts
        answer = honest(request)
        if request.url.path.endswith("/objects/") and not cuts:
            cuts += 1
            return httpx.Response(200, headers=answer.headers, stream=Cut(answer.content, at))
        return answer

    stage.router.hosts["liar.example"] = cutting
    report = stage.sync()
    assert "is not reached" in str(report.error)
    assert stage.names(made["id"]) == []
    assert isinstance(stage.us.peers, HttpPeers)
    assert (stage.sync().taken, cuts) == (1, 1)
    assert stage.names(made["id"]) == ["news"]


def test_table_has_at_least_twelve_points_of_crash() -> None:
    assert len(set(POINTS)) >= 12
