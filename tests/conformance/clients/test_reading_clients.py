"""Each reading client over several polls with changes in between: it ends with exactly the view.

Nothing is lost, nothing is read for ever; and each model notices the naive server that its description names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sepakat.exchange.records import Collection
from tests.conformance.clients import naive
from tests.conformance.clients.models import (
    CortexXsoar,
    ElasticAgent,
    GaveUp,
    Misp,
    Model,
    OpenCtiConnector,
    OpenCtiIngester,
    OpenCtiIngesterWithoutLettingGo,
    Sentinel,
    Settings,
)
from tests.support.asgi import AsgiTransport
from tests.support.taxii import PASSWORD, ROOT, TOKEN, TaxiiNode, indicator, malware, marking, observable, taxii_node

HOST = "https://us.example"
READERS = [
    CortexXsoar,
    OpenCtiConnector,
    OpenCtiIngester,
    OpenCtiIngesterWithoutLettingGo,
    ElasticAgent,
    Sentinel,
    Misp,
]
REREADS = {OpenCtiIngesterWithoutLettingGo.name, Misp.name}
"""Clients that by themselves read some of it again at every poll."""


class Clockwork(httpx.BaseTransport):
    """Counts requests for objects, and lets something happen before the one that a test names."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.before: Callable[[], None] | None = None
        self.pages = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.rstrip("/").endswith("/objects") and request.method == "GET":
            self.pages += 1
            if self.pages == 2 and self.before is not None:
                self.before()
        return self.inner.handle_request(request)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[TaxiiNode]:
    with taxii_node(tmp_path) as made:
        yield made


@pytest.fixture
def view(node: TaxiiNode) -> Collection:
    return node.share()


def client(kind: type[Model], node: TaxiiNode, view: Collection, spoil: naive.Spoil | None = None) -> Model:
    transport: httpx.BaseTransport = Clockwork(AsgiTransport(node.door))
    if spoil is not None:
        transport = naive.Spoiled(transport, spoil)
    settings = Settings(f"{HOST}/taxii2/", HOST + ROOT, view.id, view.title, "ru", PASSWORD, TOKEN)
    return kind(httpx.Client(transport=transport, base_url=HOST), settings)


def publish_two(node: TaxiiNode, view: Collection) -> None:
    node.publish(view, [indicator(40), indicator(41)])


def poll(made: Model, node: TaxiiNode, times: int = 1) -> list[int]:
    """Runs an hour apart, a little less for whoever looks back an hour."""
    given = []
    for _ in range(times):
        node.simulated.clock.advance(minutes=59)
        made.requests = 0
        given.append(made.poll(node.simulated.clock.now()))  # type: ignore[attr-defined]
    return given


def view_of(node: TaxiiNode, view: Collection) -> set[tuple[str, str]]:
    """What the view holds: the last version of each object."""
    answer = node.client().get(f"{ROOT}collections/{view.id}/objects/").json()
    return {(one["id"], one.get("modified", "")) for one in answer["objects"]}


@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.name)
def test_it_ends_with_exactly_the_view(kind: type[Model], node: TaxiiNode, view: Collection) -> None:
    made = client(kind, node, view)
    node.publish(view, [observable(1), *(indicator(number) for number in range(2, 10))])
    poll(made, node, 3)
    node.publish(view, [indicator(number, 60) for number in range(4, 7)])
    node.publish(view, [observable(20), marking(21), malware(22), indicator(23)])
    poll(made, node, 4)
    # Something is released while it pages.
    transport = made.http._transport
    assert isinstance(transport, Clockwork)
    transport.pages = 0
    transport.before = lambda: publish_two(node, view)
    node.publish(view, [indicator(number) for number in range(30, 38)])
    poll(made, node, 8)
    transport.before = None
    seen = set(made.seen)
    assert view_of(node, view) <= seen
    assert {one for one, _ in seen} == {one for one, _ in view_of(node, view)}
    if kind.name not in REREADS:
        assert len(made.seen) == len(seen)
        assert poll(made, node, 2) == [0, 0]


@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.name)
def test_it_goes_on_after_something_left_the_view(kind: type[Model], node: TaxiiNode, view: Collection) -> None:
    made = client(kind, node, view)
    rows = node.publish(view, [indicator(number) for number in range(1, 9)])
    poll(made, node, 3)
    node.withdraw(view, rows[2].sequence, rows[-1].sequence)
    node.publish(view, [indicator(50)])
    poll(made, node, 3)
    assert (indicator(50)["id"], indicator(50)["modified"]) in made.seen


@pytest.mark.parametrize(
    "kind", [CortexXsoar, OpenCtiConnector, OpenCtiIngester, ElasticAgent, Sentinel], ids=lambda kind: kind.name
)
def test_an_empty_view_is_no_error(kind: type[Model], node: TaxiiNode, view: Collection) -> None:
    assert poll(client(kind, node, view), node, 2) == [0, 0]


def test_xsoar_reads_all_collections_though_one_is_an_inbox(node: TaxiiNode, view: Collection) -> None:
    node.receive()
    node.withdraw(view, *range(1, 30))
    node.publish(view, [indicator(1)])
    made = client(CortexXsoar, node, view)
    made.settings.title = ""
    poll(made, node)
    assert (indicator(1)["id"], indicator(1)["modified"]) in made.seen


def test_misp_with_a_bare_key_is_let_in(node: TaxiiNode, view: Collection) -> None:
    node.publish(view, [indicator(number) for number in range(120)])
    made = client(Misp, node, view)
    assert isinstance(made, Misp)
    made.bare_key = True
    assert poll(made, node) == [120]


NAIVE: list[tuple[type[Model], naive.Spoil]] = [
    (CortexXsoar, naive.answers_taxii_2_0),
    (OpenCtiConnector, naive.leaves_spec_version_out),
    (OpenCtiIngester, naive.writes_microseconds),
    (ElasticAgent, naive.forgets_dates_on_the_last_page),
    (Sentinel, naive.reads_added_after_as_from),
    (Misp, naive.knows_basic_only_with_a_capital),
]


@pytest.mark.parametrize(("kind", "spoil"), NAIVE, ids=lambda value: getattr(value, "name", None) or value.__name__)
def test_its_model_fails_with_the_naive_server(
    kind: type[Model], spoil: naive.Spoil, node: TaxiiNode, view: Collection
) -> None:
    node.publish(view, [observable(1), *(indicator(number) for number in range(2, 10))])
    assert breaks(client(kind, node, view, spoil), node)
    assert not breaks(client(kind, node, view), node)


def breaks(made: Model, node: TaxiiNode) -> bool:
    """Whether the client stops with an error, or is given the same again when nothing is new."""
    try:
        poll(made, node, 3)
        had = len(made.seen)
        poll(made, node, 2)
    except GaveUp:
        return True
    return len(made.seen) != had
