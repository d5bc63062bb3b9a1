"""Our TAXII client against the other servers there are, running: `make test-peers`.

They differ from the standard and from each other: medallion says `next` only to who repeats everything, OpenTAXII ends
with a date that belongs to another object. What was pushed comes back whole from both, and again only on request. They
are installed from PyPI, so this file has a name that pytest collects only where it is named.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import pytest

from sepakat.errors import PeerError
from sepakat.remote.taxii_client import RemotePage, TaxiiClient
from tests.support.clock import FixedClock
from tests.support.peer_servers import ACCOUNT, PASSWORD, REQUIREMENTS, PeerServer, peer_server
from tests.support.taxii import indicator, malware

MORE_THAN_A_PAGE = 1_050


@pytest.fixture(scope="module", params=sorted(REQUIREMENTS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerServer]:
    with peer_server(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@contextmanager
def client(server: PeerServer, password: str = PASSWORD) -> Iterator[TaxiiClient]:
    pair = base64.b64encode(f"{ACCOUNT}:{password}".encode()).decode()
    opened = TaxiiClient(server.url, FixedClock(), {"authorization": f"Basic {pair}"})
    try:
        yield opened
    finally:
        opened.close()


def pulled(server: PeerServer, added_after: str | None = None, **filters: str) -> list[RemotePage]:
    with client(server) as opened:
        named = {f"match[{name}]": value for name, value in filters.items()}
        return list(opened.pages(server.collection, added_after=added_after, filters=named))


def ids_in(pages: list[RemotePage]) -> list[str]:
    return [orjson.loads(one)["id"] for page in pages for one in page.objects]


@pytest.fixture(scope="module")
def pushed(server: PeerServer) -> list[str]:
    """The ids of what was pushed, in envelopes that each server takes."""
    objects = [indicator(number) for number in range(MORE_THAN_A_PAGE)] + [malware(1)]
    for start in range(0, len(objects), 500):
        some = objects[start : start + 500]
        with client(server) as opened:
            added = opened.add(server.collection, [orjson.dumps(one) for one in some])
        assert (added.pending, added.failures) == (False, ())
    return [str(one["id"]) for one in objects]


def test_the_collection_is_seen_as_it_is(server: PeerServer) -> None:
    with client(server) as opened:
        (found,) = opened.collections()
        assert opened.max_content_length() == 100 << 20
    assert (found.id, found.title, found.can_read, found.can_write) == (server.collection, "Shared", True, True)


def test_all_that_was_pushed_is_pulled_once(server: PeerServer, pushed: list[str]) -> None:
    pages = pulled(server)
    assert len(pages) > 1
    assert sorted(ids_in(pages)) == sorted(pushed)


def test_filters_are_passed_on(server: PeerServer, pushed: list[str]) -> None:
    assert ids_in(pulled(server, type="malware")) == [one for one in pushed if one.startswith("malware--")]


def test_a_later_pull_from_the_last_date_brings_only_what_is_new(server: PeerServer, pushed: list[str]) -> None:
    last = pulled(server)[-1].added_last
    assert last is not None
    with client(server) as opened:
        opened.add(server.collection, [orjson.dumps(malware(2))])
    found = ids_in(pulled(server, last))
    assert str(malware(2)["id"]) in found
    assert len(found) < len(pushed)


def test_a_wrong_password_is_an_error_with_words(server: PeerServer) -> None:
    with client(server, "wrong password") as opened, pytest.raises(PeerError, match="refused"):
        opened.collections()


def test_a_collection_that_is_not_there_is_an_error_with_words(server: PeerServer) -> None:
    with client(server) as opened, pytest.raises(PeerError, match="refused"):
        list(opened.pages("00000000-0000-4000-8000-000000000000"))
