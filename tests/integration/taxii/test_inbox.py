"""Inboxes: what is taken, what fails and why, and that the answer never tells what is held from others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from sepakat.exchange import agreeing
from sepakat.exchange.records import Policy
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import TLP_2
from sepakat.taxii.media_types import TAXII
from tests.support.taxii import ROOT, TaxiiNode, indicator, marking, observable, stix_id, taxii_node


@pytest.fixture
def node(tmp_path: Path) -> Iterator[TaxiiNode]:
    with taxii_node(tmp_path, "fr") as made:
        yield made


@pytest.fixture
def inbox(node: TaxiiNode) -> str:
    return node.receive()


def add(node: TaxiiNode, inbox: str, *objects: Any, by: str = "ru") -> httpx.Response:
    return node.client(by).post(f"{ROOT}collections/{inbox}/objects/", json={"objects": list(objects)}, headers=TYPE)


TYPE = {"content-type": TAXII}


def status_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = orjson.loads(answer.content)
    assert found["total_count"] == found["success_count"] + found["failure_count"] + found["pending_count"]
    assert len(found.get("successes", [])) == found["success_count"]
    assert len(found.get("failures", [])) == found["failure_count"]
    return found


def failures(answer: httpx.Response) -> dict[str, str]:
    return {one["id"]: one["message"] for one in status_of(answer).get("failures", [])}


def held(node: TaxiiNode, object_id: str) -> list[dict[str, Any]]:
    with node.node.store.reading() as unit:
        return [dict(version.object.content) for version in unit.objects.get(StixId(object_id))]


def kept_apart(node: TaxiiNode) -> dict[str, str]:
    with node.node.store.reading() as unit:
        return {one.object_id: one.reason for one in unit.intakes.quarantined()}


def test_what_is_added_is_held_with_its_terms_and_origin(node: TaxiiNode, inbox: str) -> None:
    status_of(add(node, inbox, indicator(1), marking(2), observable(3)))
    with node.node.store.reading() as unit:
        (version,) = unit.objects.get(stix_id(1))
        batch = unit.intakes.get(version.take_in)
        (arrival,) = unit.syncs.arrivals(object_id=stix_id(1))
    assert version.origins == {"ru"}
    assert [(terms.sender, terms.agreement) for terms in version.received] == [("ru", "ru-us")]
    assert batch is not None
    assert (batch.by, batch.source, batch.taken) == ("party:ru", inbox, 3)
    assert (arrival.giver, arrival.collection) == ("ru", inbox)


def test_one_bad_object_of_many_fails_alone(node: TaxiiNode, inbox: str) -> None:
    bad = {**indicator(7), "valid_from": "yesterday"}
    answer = add(node, inbox, *(indicator(number) for number in range(7)), bad, indicator(8))
    assert status_of(answer)["success_count"] == 8
    assert "valid_from" in failures(answer)[stix_id(7)]
    assert held(node, stix_id(7)) == []


@pytest.mark.parametrize(
    ("item", "id_"),
    [
        (5, "objects.[0]"),
        ({"type": "indicator"}, "objects.[0]"),
        ({"type": "indicator", "id": "indicator--1"}, "indicator--1"),
        ({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001"}, None),
        ({**indicator(1), "modified": "2030-04-30"}, None),
    ],
)
def test_an_item_that_is_no_object_fails_by_its_place_or_id(
    node: TaxiiNode, inbox: str, item: Any, id_: str | None
) -> None:
    answer = add(node, inbox, item, indicator(2))
    assert list(failures(answer)) == [id_ or item["id"]]
    assert status_of(answer)["success_count"] == 1


def test_an_exact_duplicate_is_a_success(node: TaxiiNode, inbox: str) -> None:
    add(node, inbox, indicator(1), observable(2))
    assert failures(add(node, inbox, indicator(1), observable(2))) == {}
    assert failures(add(node, inbox, indicator(3), indicator(3))) == {}
    assert len(held(node, stix_id(1))) == len(held(node, stix_id(3))) == 1


def test_other_content_under_a_version_that_it_sent_fails(node: TaxiiNode, inbox: str) -> None:
    add(node, inbox, indicator(1))
    answer = add(node, inbox, indicator(1, name="Changed"), indicator(1, 5, name="Changed"))
    assert "later `modified`" in failures(answer)[stix_id(1)]
    assert [one["name"] for one in held(node, stix_id(1))] == ["Indicator 1", "Changed"]


def test_a_date_ahead_of_the_clock_fails(node: TaxiiNode, inbox: str) -> None:
    answer = add(node, inbox, indicator(1, 90_000))
    assert "5 minutes ahead" in failures(answer)[stix_id(1)]


def test_a_conflict_with_another_party_s_object_succeeds_and_is_kept_apart(node: TaxiiNode, inbox: str) -> None:
    node.simulated.take_in("us", indicator(1, name="Ours", object_marking_refs=[TLP_2["red"].id]))
    taken = add(node, inbox, indicator(1), indicator(1, 9))
    fresh = add(node, inbox, indicator(2), indicator(2, 9))
    assert shape(taken) == shape(fresh)
    assert kept_apart(node).keys() == {stix_id(1)}
    assert [one["name"] for one in held(node, stix_id(1))] == ["Ours"]


def test_a_foreign_creator_succeeds_and_is_kept_apart(node: TaxiiNode, inbox: str) -> None:
    made = indicator(1, created_by_ref=node.simulated.identity("fr"))
    assert failures(add(node, inbox, made)) == {}
    assert held(node, stix_id(1)) == []
    assert "creator" in kept_apart(node)[stix_id(1)]


def test_an_unknown_creator_is_taken(node: TaxiiNode, inbox: str) -> None:
    made = indicator(1, created_by_ref=stix_id(77, "identity"))
    add(node, inbox, made)
    assert len(held(node, stix_id(1))) == 1


def test_what_it_was_given_comes_back_as_a_known_object(node: TaxiiNode, inbox: str) -> None:
    node.share()
    given = node.simulated.written_by("us", stix_id(1, "malware"), "green", is_family=False)
    node.simulated.take_in("us", given)
    answer = add(node, inbox, given, {**given, "modified": "2030-05-01T11:00:00.000Z"})
    assert "only its creator" in failures(answer)[given["id"]]
    assert status_of(answer)["success_count"] == 1
    assert kept_apart(node) == {}
    assert len(held(node, given["id"])) == 1


def test_what_is_added_goes_on_by_the_rules_and_not_without_them(node: TaxiiNode, inbox: str) -> None:
    collection = node.share("us-fr", "fr")
    made = indicator(1, object_marking_refs=[TLP_2["green"].id], created_by_ref=node.simulated.identity("ru"))
    add(node, inbox, made)
    answer = node.client("fr").get(f"{ROOT}collections/{collection.id}/objects/", params={"match[id]": made["id"]})
    assert answer.json() == {}


def test_another_party_s_inbox_is_absent(node: TaxiiNode, inbox: str) -> None:
    foreign = add(node, inbox, indicator(1), by="fr")
    unknown = add(node, stix_id(1)[11:], indicator(1), by="fr")
    assert foreign.status_code == unknown.status_code == 404
    assert held(node, stix_id(1)) == []


def test_no_inbox_without_an_agreement_in_that_direction(node: TaxiiNode) -> None:
    node.share()
    listed = node.client().get(f"{ROOT}collections/").json()["collections"]
    assert [one["can_write"] for one in listed] == [False]


def test_a_suspended_agreement_closes_its_inbox_at_once(node: TaxiiNode, inbox: str) -> None:
    assert add(node, inbox, indicator(1)).status_code == 202
    with node.node.store.reading() as unit:
        (record,) = unit.agreements.everything()
    agreeing.suspend(node.node, record.hash, "a doubt")
    assert add(node, inbox, indicator(2)).status_code == 404
    assert "collections" not in node.client().get(f"{ROOT}collections/").json()


def test_nothing_is_read_back_from_an_inbox(node: TaxiiNode, inbox: str) -> None:
    add(node, inbox, indicator(1))
    for rest in ("objects/", "manifest/"):
        answer = node.client().get(f"{ROOT}collections/{inbox}/{rest}")
        assert (answer.status_code, answer.json()) == (200, {})
    for rest in (f"objects/{stix_id(1)}/", f"objects/{stix_id(1)}/versions/"):
        assert node.client().get(f"{ROOT}collections/{inbox}/{rest}").status_code == 404


def test_the_status_is_there_for_the_account_that_added(node: TaxiiNode, inbox: str) -> None:
    made = status_of(add(node, inbox, indicator(1)))
    assert node.client().get(f"{ROOT}status/{made['id']}/").json() == made
    assert node.client("fr").get(f"{ROOT}status/{made['id']}/").status_code == 404
    assert node.client().get(f"{ROOT}status/nothing/").status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1", b"5", b'"text"', b'{"objects": 5}', b"[" * 100_000, b"\xff\xfe", b'{"objects": [NaN]}'],
)
def test_a_body_that_is_no_envelope_is_422_and_nothing_is_added(node: TaxiiNode, inbox: str, body: bytes) -> None:
    answer = node.client().post(f"{ROOT}collections/{inbox}/objects/", content=body, headers=TYPE)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error_code"] == "envelope-unreadable"


def test_an_empty_envelope_adds_nothing(node: TaxiiNode, inbox: str) -> None:
    answer = node.client().post(f"{ROOT}collections/{inbox}/objects/", content=b"{}", headers=TYPE)
    assert status_of(answer)["total_count"] == 0


def test_an_object_with_a_key_twice_fails_alone(node: TaxiiNode, inbox: str) -> None:
    twice = orjson.dumps(indicator(1)).replace(b'"name":', b'"name":"First","name":')
    body = b'{"objects":[' + twice + b"," + orjson.dumps(indicator(2)) + b"]}"
    answer = node.client().post(f"{ROOT}collections/{inbox}/objects/", content=body, headers=TYPE)
    assert failures(answer).keys() == {stix_id(1)}
    assert status_of(answer)["success_count"] == 1


def test_deep_nesting_in_one_object_fails_alone(node: TaxiiNode, inbox: str) -> None:
    deep = orjson.dumps(indicator(1))[:-1] + b',"x_deep":' + b"[" * 100 + b"]" * 100 + b"}"
    body = b'{"objects":[' + deep + b"," + orjson.dumps(indicator(2)) + b"]}"
    answer = node.client().post(f"{ROOT}collections/{inbox}/objects/", content=body, headers=TYPE)
    assert status_of(answer)["success_count"] == 1


@pytest.mark.parametrize(
    "content_type",
    ["application/taxii+json", "application/stix+json;version=2.1", "application/vnd.oasis.stix+json; version=2.1"],
)
def test_a_bundle_is_taken_too(node: TaxiiNode, inbox: str, content_type: str) -> None:
    bundle = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [indicator(1)]}
    answer = node.client().post(
        f"{ROOT}collections/{inbox}/objects/", json=bundle, headers={"content-type": content_type}
    )
    assert status_of(answer)["success_count"] == 1
    assert len(held(node, stix_id(1))) == 1


def test_what_was_recalled_succeeds_and_stays_away(node: TaxiiNode, inbox: str) -> None:
    add(node, inbox, indicator(1))
    with node.node.store.writing() as unit:
        unit.policies.put(Policy(stix_id(1), recalled=True))
    assert failures(add(node, inbox, indicator(1, 5))) == {}
    assert kept_apart(node) == {stix_id(1): "it was recalled"}
    assert len(held(node, stix_id(1))) == 1


def test_nobody_adds_without_credentials(node: TaxiiNode, inbox: str) -> None:
    assert node.client(None).post(f"{ROOT}collections/{inbox}/objects/", json={}, headers=TYPE).status_code == 401


def shape(answer: httpx.Response) -> dict[str, Any]:
    """A status without what names this request and its objects."""
    found = status_of(answer)
    return {
        name: len(value) if isinstance(value, list) else value
        for name, value in found.items()
        if name not in ("id", "request_timestamp")
    }
