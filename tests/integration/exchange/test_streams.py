"""The live stream over real HTTP: it says that there is more, to whom it is for, and ends when it should."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from sepakat import peer_server, taxii_server
from sepakat.cli.held_streams import HeldStreams
from sepakat.errors import PeerError
from sepakat.exchange import agreeing
from sepakat.exchange.news import newest_for, partners_to_follow, read_if_new, stream_of
from sepakat.exchange.parties import issue_card, show_party
from sepakat.exchange.synchronising import SyncReport
from sepakat.peer_server.limits import PeerLimits
from sepakat.remote.peers import HttpPeers
from sepakat.stix.identifiers import PartyId, StixId
from tests.integration.exchange.test_signed_http import served
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, restarted, simulation

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
ONE, TWO = (StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}") for n in (1, 2))


@pytest.fixture
def ending() -> threading.Event:
    return threading.Event()


@pytest.fixture
def world(tmp_path: Path, ending: threading.Event) -> Iterator[Simulation]:
    """`us` is served; `ru` and `fr` are not, so that nothing can be pushed to them."""
    with simulation(tmp_path, "us", "ru", "fr") as made, ExitStack() as stack:
        for party in (US, RU, FR):
            node = restarted(made[party], peers=HttpPeers(made[party]))
            made.network.nodes[party] = node
            stack.callback(node.peers.close)  # type: ignore[attr-defined]
        us = made["us"]
        limits = PeerLimits(streams=2)
        routes = [*taxii_server.routes(us), *peer_server.routes(us, limits, is_ending=ending.is_set)]
        issue_card(us, address=stack.enter_context(served(Starlette(routes=routes))), loopback=True)
        stack.callback(ending.set)
        for party in (RU, FR):
            issue_card(made[party], address=None)
        made.introduce(("us", "ru"), ("us", "fr"))
        yield made


def agree(world: Simulation, taker: str) -> None:
    """An agreement with a taker that fetches what there is for it."""
    digest = agreeing.draft(world["us"], agreement_text(f"us-{taker}", "us", (taker,))).record.hash
    agreeing.offer(world["us"], digest)
    world.sync(taker, "us")
    agreeing.accept(world[taker], digest)


def release(world: Simulation, id_: StixId) -> None:
    world.take_in("us", world.written_by("us", id_, "amber"))


def test_taker_that_nobody_can_reach_reads_at_once_what_the_stream_announces(world: Simulation) -> None:
    agree(world, "ru")
    with closing(stream_of(world["ru"], US)) as stream:
        first = next(stream)
        release(world, ONE)
        second = next(newest for newest in stream if newest > first)
        report = read_if_new(world["ru"], US, second)
        assert report is not None
        assert report.error is None
        assert ONE in world.held("ru")
        assert read_if_new(world["ru"], US, second) is None
        release(world, TWO)
        assert next(newest for newest in stream if newest > second)


def test_stream_goes_on_where_its_reader_stands(world: Simulation) -> None:
    agree(world, "ru")
    release(world, ONE)
    with closing(stream_of(world["ru"], US)) as stream:
        assert read_if_new(world["ru"], US, next(stream)) is not None
    with closing(stream_of(world["ru"], US)) as stream:
        assert read_if_new(world["ru"], US, next(stream)) is None


def test_what_is_for_others_is_not_told(world: Simulation) -> None:
    agree(world, "ru")
    before = newest_for(world["us"], RU, 0)
    agree(world, "fr")
    assert newest_for(world["us"], RU, 0) == before
    assert newest_for(world["us"], FR, 0) > 0


def test_more_streams_than_a_partner_may_hold_are_refused(world: Simulation) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            next(stack.enter_context(closing(stream_of(world["ru"], US))))
        with pytest.raises(PeerError, match="2 are open already"):
            next(stream_of(world["ru"], US))
        next(stack.enter_context(closing(stream_of(world["fr"], US))))


def test_stream_ends_when_the_node_is_told_to_stop(world: Simulation, ending: threading.Event) -> None:
    with closing(stream_of(world["ru"], US)) as stream:
        next(stream)
        ending.set()
        assert list(stream) == []


def test_stream_is_for_signed_requests_alone(world: Simulation) -> None:
    address = show_party(world["us"], US).address
    assert httpx.get(f"{address}/peer/v1/news", trust_env=False).status_code == 401


def test_streams_are_held_at_partners_that_cannot_push_to_us(world: Simulation) -> None:
    assert partners_to_follow(world["ru"], only_unreached=True) == [US]
    assert partners_to_follow(world["us"]) == []
    issue_card(world["ru"], address="http://127.0.0.1:9", loopback=True)
    assert partners_to_follow(world["ru"], only_unreached=True) == []
    assert partners_to_follow(world["ru"]) == [US]


def test_held_streams_bring_what_is_released_until_they_are_told_to_end(world: Simulation) -> None:
    agree(world, "ru")
    ended, came = threading.Event(), threading.Event()
    reports: list[SyncReport] = []

    def say(report: SyncReport) -> None:
        reports.append(report)
        came.set()

    streams = HeldStreams(world["ru"], ended, say)
    streams.hold()
    release(world, ONE)
    assert came.wait(30)
    streams.hold()
    ended.set()
    assert all(report.error is None for report in reports)
