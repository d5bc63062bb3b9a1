"""What the node tells its administrator of a partner's client: the last poll, and what is still unread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sepakat.errors import NotFound
from sepakat.exchange.clients import client_of
from sepakat.exchange.records import Collection
from tests.support.taxii import ROOT, TaxiiNode, ids_of, indicator, stix_id, taxii_node


@pytest.fixture
def node(tmp_path: Path) -> Iterator[TaxiiNode]:
    with taxii_node(tmp_path) as made:
        yield made


@pytest.fixture
def view(node: TaxiiNode) -> Collection:
    made = node.share()
    node.publish(made, [indicator(number) for number in range(5)])
    return made


def unread(node: TaxiiNode) -> int:
    node.door.service.access_log.flush()
    (reading,) = client_of(node.node, "ru").readings
    return reading.unread


def test_what_was_never_polled_is_all_unread(node: TaxiiNode, view: Collection) -> None:
    client = client_of(node.node, "ru")
    assert (client.last_poll_at, unread(node)) == (None, 5)


def test_each_page_leaves_less_unread_and_news_adds_to_it(node: TaxiiNode, view: Collection) -> None:
    objects = f"{ROOT}collections/{view.id}/objects/"
    client = node.client()
    first = client.get(objects, params={"limit": "3"})
    assert (len(ids_of(first)), unread(node)) == (3, 2)
    client.get(objects, params={"limit": "3", "next": first.json()["next"]})
    assert unread(node) == 0
    node.publish(view, [indicator(7), indicator(0, version=1)])
    assert unread(node) == 2
    assert client_of(node.node, "ru").last_poll_at == node.node.clock.now()


def test_a_look_at_one_object_or_at_the_manifest_reads_nothing_of_the_rest(node: TaxiiNode, view: Collection) -> None:
    client = node.client()
    for path in (
        f"objects/{stix_id(4)}/",
        f"objects/{stix_id(4)}/versions/",
        "manifest/",
        f"objects/?match[id]={stix_id(4)}",
    ):
        assert client.get(f"{ROOT}collections/{view.id}/{path}").status_code == 200
    assert unread(node) == 5


def test_an_account_that_is_not_there_is_not_found(node: TaxiiNode) -> None:
    with pytest.raises(NotFound):
        client_of(node.node, "nobody")
