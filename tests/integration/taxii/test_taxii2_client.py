"""The most common client library, `taxii2-client` 2.3, for real over HTTP: what it reads, pages, filters and adds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from taxii2client.common import TokenAuth
from taxii2client.v21 import ApiRoot, Collection, Server, as_pages

from tests.support.served import served
from tests.support.taxii import PASSWORD, TOKEN, TaxiiNode, indicator, malware, marking, observable, stix_id, taxii_node

COUNT = 250


@pytest.fixture
def node(tmp_path: Path) -> Iterator[TaxiiNode]:
    with taxii_node(tmp_path) as made:
        yield made


@pytest.fixture
def address(node: TaxiiNode) -> Iterator[str]:
    with served(node.door) as found:
        yield found


@pytest.fixture
def collection(node: TaxiiNode, address: str) -> Iterator[Collection]:
    made = node.share()
    node.publish(made, [indicator(number) for number in range(COUNT)])
    with Server(f"{address}/taxii2/", user="ru", password=PASSWORD) as server:
        yield next(one for one in server.api_roots[0].collections if not one.can_write)


def test_discovery_leads_to_the_collection(address: str, node: TaxiiNode) -> None:
    made = node.share()
    with Server(f"{address}/taxii2/", user="ru", password=PASSWORD) as server:
        assert server.default is not None
        assert server.default.url == f"{address}/taxii2/api/"
        assert [(one.id, one.title) for one in server.default.collections] == [(made.id, "us-ru for ru")]


@pytest.mark.parametrize("per_request", [0, 1, 100, COUNT, 1000])
def test_its_pager_reads_every_object_once(collection: Collection, node: TaxiiNode, per_request: int) -> None:
    expected = COUNT if per_request != 1 else 12
    if per_request == 1:
        node.withdraw(node.collections["us-ru"], *range(expected + 3, COUNT + 3))
    found = [one["id"] for page in as_pages(collection.get_objects, per_request=per_request) for one in page["objects"]]
    assert found == [stix_id(number) for number in range(expected)]


def test_its_pager_reads_the_manifest(collection: Collection) -> None:
    pages = list(as_pages(collection.get_manifest, per_request=100))
    assert [len(page["objects"]) for page in pages] == [100, 100, 50]


def test_its_filters_are_understood(collection: Collection, node: TaxiiNode) -> None:
    view = node.collections["us-ru"]
    node.publish(view, [indicator(1, 60), malware(1), marking(1), observable(1)])
    assert len(collection.get_objects(type=["malware", "domain-name"])["objects"]) == 2
    assert [one["modified"] for one in collection.get_objects(id=stix_id(1), version="all")["objects"]] == [
        "2030-04-30T12:00:00.000Z",
        "2030-04-30T12:01:00.000Z",
    ]
    assert collection.object_versions(stix_id(1))["versions"] == [
        "2030-04-30T12:00:00.000Z",
        "2030-04-30T12:01:00.000Z",
    ]
    assert len(collection.get_object(stix_id(1), version=["first", "last"])["objects"]) == 2
    last = collection.get_manifest()["objects"][-1]["date_added"]
    assert collection.get_objects(added_after=last) == {}
    assert collection.get_objects(spec_version="2.0") == {}


def test_its_token_is_taken(address: str, node: TaxiiNode) -> None:
    node.share()
    with ApiRoot(f"{address}/taxii2/api/", auth=TokenAuth(TOKEN)) as root:
        assert len(root.collections) == 1


def test_a_wrong_password_is_told_as_401(address: str) -> None:
    with (
        Server(f"{address}/taxii2/", user="ru", password="wrong") as server,
        pytest.raises(requests.HTTPError, match="401"),
    ):
        _ = server.title


def test_it_adds_objects_and_waits_for_the_status(address: str, node: TaxiiNode) -> None:
    node.receive()
    with ApiRoot(f"{address}/taxii2/api/", user="ru", password=PASSWORD) as root:
        inbox = next(one for one in root.collections if one.can_write)
        bad = {**indicator(2), "pattern_type": 5}
        status = inbox.add_objects({"objects": [indicator(1), bad]})
        assert (status.status, status.success_count, status.failure_count) == ("complete", 1, 1)
        assert [one["id"] for one in status.failures] == [stix_id(2)]
        again = root.get_status(status.id)
        assert again.successes == status.successes
        with node.node.store.reading() as unit:
            (kept,) = unit.objects.get(stix_id(1))
        assert kept.origins == {"ru"}
