"""TAXII 2.1 section 4: discovery, API root, status."""

from __future__ import annotations

from uuid import NAMESPACE_DNS, uuid5

import pytest

from sepakat.taxii.resources import MAX_CONTENT_LENGTH
from sepakat.taxii_server import ServerLimits
from tests.conformance.taxii.server import Server, document
from tests.support.taxii import ROOT, indicator, marking, observable, stix_id


def test_4_1_1_default_is_among_the_api_roots(server: Server) -> None:
    found = document(server.get("/taxii2/"))
    assert found["default"] in found["api_roots"]


def test_4_1_1_api_roots_are_relative_urls(server: Server) -> None:
    for root in document(server.get("/taxii2/"))["api_roots"]:
        assert root.startswith("/")
        assert not root.startswith(("//", "../"))
        assert "?" not in root
        assert server.get(root).status_code == 200


def test_4_2_each_api_root_has_its_own_url(server: Server) -> None:
    roots = document(server.get("/taxii2/"))["api_roots"]
    assert len(set(roots)) == len(roots) == 1


def test_4_2_1_versions_are_media_types_with_version(server: Server) -> None:
    assert document(server.get(ROOT))["versions"] == ["application/taxii+json;version=2.1"]


def test_4_2_1_max_content_length_is_positive(server: Server) -> None:
    assert document(server.get(ROOT))["max_content_length"] == MAX_CONTENT_LENGTH > 0


def test_4_2_1_a_body_within_max_content_length_is_not_413(fresh: Server) -> None:
    # The limit is set low, since a test that sends 100 MB waits for nothing else.
    small = Server(fresh.node, fresh.view, fresh.inbox)
    fresh.node.limits = ServerLimits(body_bytes=5_000)
    fresh.node.restart()
    assert small.add(indicator(90, name="x" * 4_000)).status_code == 202
    answer = small.add(indicator(91, name="x" * 5_000))
    assert answer.status_code == 413
    assert "5000 bytes" in document(answer)["description"]
    assert "max_content_length" in document(answer)["description"]


def test_4_3_a_status_is_kept(fresh: Server) -> None:
    made = document(fresh.add(indicator(90)))
    fresh.node.simulated.clock.advance(days=30)
    assert document(fresh.get(f"{ROOT}status/{made['id']}/")) == made


@pytest.mark.parametrize("status", ["nothing", str(uuid5(NAMESPACE_DNS, "unknown")), "%00", "a" * 500])
def test_4_3_an_unknown_status_is_404(server: Server, status: str) -> None:
    assert server.get(f"{ROOT}status/{status}/").status_code == 404


def test_4_3_a_status_of_another_account_is_404(fresh: Server) -> None:
    made = document(fresh.add(indicator(90)))
    assert fresh.get(f"{ROOT}status/{made['id']}/", by="fr").status_code == 404


def test_4_3_1_status_counts_every_object(fresh: Server) -> None:
    bad = {**indicator(91), "valid_from": 5}
    found = document(fresh.add(indicator(90), bad, marking(92)))
    assert found["status"] in ("complete", "pending")
    assert (found["total_count"], found["success_count"], found["failure_count"], found["pending_count"]) == (
        3,
        2,
        1,
        0,
    )
    nothing = document(fresh.add())
    assert (nothing["total_count"], nothing["success_count"], nothing["failure_count"]) == (0, 0, 0)


def test_4_3_1_details_name_id_and_version(fresh: Server) -> None:
    found = document(fresh.add(indicator(90, 7), marking(92), observable(93)))
    assert [(one["id"], one["version"]) for one in found["successes"]] == [
        (stix_id(90), "2030-04-30T12:00:07.000Z"),
        (stix_id(92, "marking-definition"), "2030-04-29T12:00:00.000Z"),
        (stix_id(93, "domain-name"), "1"),
    ]
    again = document(fresh.add(observable(93)))
    assert again["successes"][0]["version"] == "1"


def test_4_3_1_failures_say_why(fresh: Server) -> None:
    (failure,) = document(fresh.add({**indicator(91), "valid_from": 5}))["failures"]
    assert failure["id"] == stix_id(91)
    assert failure["version"] == "2030-04-30T12:00:00.000Z"
    assert "valid_from" in failure["message"]
