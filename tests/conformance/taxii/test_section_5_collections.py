"""TAXII 2.1 section 5: collections, manifests, objects, versions; adding and deleting."""

from __future__ import annotations

import pytest

from sepakat.exchange.records import Publication
from tests.conformance.taxii.server import INDICATORS, TWICE, Server, document, ids
from tests.support.taxii import ROOT, indicator, stix_id

READS = ["", "manifest/", "objects/", f"objects/{stix_id(1)}/", f"objects/{stix_id(1)}/versions/"]
READS_OF_OBJECTS = READS[1:]


@pytest.mark.parametrize("path", ["/taxii2/", ROOT, f"{ROOT}collections/", f"{ROOT}status/x/"])
def test_5_without_authentication_is_401(server: Server, path: str) -> None:
    answer = server.get(path, by=None)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="sepakat"')


@pytest.mark.parametrize("rest", READS)
def test_5_without_authentication_a_collection_is_401(server: Server, rest: str) -> None:
    assert server.get(server.collection(rest), by=None).status_code == 401
    assert server.node.client("ru", "wrong").get(server.collection(rest)).status_code == 401
    assert server.node.client("nobody", "wrong").get(server.collection(rest)).status_code == 401


def test_5_5_without_authentication_nothing_is_added(fresh: Server) -> None:
    assert fresh.add(indicator(90), by=None).status_code == 401
    with fresh.node.node.store.reading() as unit:
        assert unit.objects.get(stix_id(90)) == ()


def test_5_7_without_authentication_is_401(server: Server) -> None:
    assert server.node.client(None).delete(server.object()).status_code == 401


def test_5_1_1_no_collections_are_an_empty_object(fresh: Server) -> None:
    fresh.node.account("iq", fresh.node.third_party("iq"), "token-of-iq-0123456789abcdef")
    assert document(fresh.get(f"{ROOT}collections/", by="iq")) == {}


def test_5_2_a_collection_is_as_it_is_listed(server: Server) -> None:
    for listed in document(server.get(f"{ROOT}collections/"))["collections"]:
        assert document(server.get(f"{ROOT}collections/{listed['id']}/")) == listed


def test_5_2_1_collections_have_no_alias(server: Server) -> None:
    listed = document(server.get(f"{ROOT}collections/"))["collections"]
    assert all("alias" not in one for one in listed)


def test_5_2_1_titles_are_unique_and_safe_to_write_in_lists(server: Server) -> None:
    titles = [one["title"] for one in document(server.get(f"{ROOT}collections/"))["collections"]]
    assert len(set(titles)) == len(titles)
    assert not {".", ","} & set("".join(titles))


def test_5_2_1_media_types_are_all_that_is_stored(server: Server) -> None:
    for one in document(server.get(f"{ROOT}collections/"))["collections"]:
        assert one["media_types"] == ["application/stix+json;version=2.1"]


def test_5_3_1_an_empty_manifest_is_an_empty_object(server: Server) -> None:
    assert document(server.manifest(type="sighting")) == {}


def test_5_3_1_records_have_id_version_and_a_media_type_of_the_collection(server: Server) -> None:
    records = document(server.manifest())["objects"]
    objects = document(server.objects())["objects"]
    assert [one["id"] for one in records] == [one["id"] for one in objects]
    for record, made in zip(records, objects, strict=True):
        assert record["version"] == made.get("modified", made.get("created", record["date_added"]))
        assert record["media_type"] in document(server.get(server.collection()))["media_types"]


def test_5_every_collection_in_the_list_can_be_read(server: Server) -> None:
    for listed in document(server.get(f"{ROOT}collections/"))["collections"]:
        assert listed["can_read"] is True
        assert server.get(f"{ROOT}collections/{listed['id']}/objects/").status_code == 200


@pytest.mark.parametrize("rest", READS_OF_OBJECTS)
def test_5_a_collection_that_cannot_be_read_is_404(server: Server, rest: str) -> None:
    assert server.get(server.collection(rest), by="fr").status_code == 404
    assert server.get(server.into(rest), by="fr").status_code == 404


@pytest.mark.parametrize("rest", READS)
def test_5_forbidden_and_absent_look_alike(server: Server, rest: str) -> None:
    foreign = server.get(server.collection(rest), by="fr")
    absent = server.get(f"{ROOT}collections/00000000-0000-4000-8000-00000000abcd/{rest}", by="fr")
    assert foreign.status_code == absent.status_code == 404
    left, right = document(foreign), document(absent)
    assert left.keys() == right.keys()
    assert left["error_code"] == right["error_code"]
    assert left["description"].replace(server.view, "") == right["description"].replace(
        "00000000-0000-4000-8000-00000000abcd", ""
    )


def test_5_4_nothing_found_is_an_empty_envelope(server: Server) -> None:
    assert document(server.objects(type="sighting")) == {}
    assert document(server.objects(added_after="2040-01-01T00:00:00Z")) == {}


def test_5_5_a_view_cannot_be_written(server: Server) -> None:
    assert document(server.get(server.collection()))["can_write"] is False
    client = server.node.client(content_type="application/taxii+json;version=2.1")
    assert client.post(server.collection("objects/"), json={"objects": [indicator(1)]}).status_code == 403


def test_5_5_an_exact_duplicate_is_no_error(fresh: Server) -> None:
    for _ in range(2):
        found = document(fresh.add(indicator(90), indicator(90)))
        assert (found["failure_count"], found["status"]) == (0, "complete")


def test_5_5_success_is_202_with_a_status(fresh: Server) -> None:
    answer = fresh.add(indicator(90))
    assert answer.status_code == 202
    assert document(fresh.get(f"{ROOT}status/{document(answer)['id']}/")) == document(answer)


def test_5_5_a_malformed_body_is_422(server: Server) -> None:
    client = server.node.client(content_type="application/taxii+json;version=2.1")
    assert client.post(server.into(), content=b'{"objects":').status_code == 422


def test_5_6_an_object_is_found_by_its_stix_id(server: Server) -> None:
    assert ids(server.get(server.object(1))) == [stix_id(1)]
    assert ids(server.get(server.object(TWICE), {"match[version]": "all"})) == [stix_id(TWICE)] * 2


@pytest.mark.parametrize("rest", ["", "versions/"])
@pytest.mark.parametrize("number", [INDICATORS + 50])
def test_5_6_an_absent_object_is_404(server: Server, number: int, rest: str) -> None:
    assert server.get(server.object(number, rest)).status_code == 404
    assert server.get(server.collection(f"objects/nonsense/{rest}")).status_code == 404


def test_5_6_an_object_without_the_version_asked_for_is_an_empty_envelope(server: Server) -> None:
    assert document(server.get(server.object(1), {"match[version]": "2001-01-01T00:00:00Z"})) == {}
    assert document(server.get(server.object(1), {"match[spec_version]": "2.0"})) == {}


@pytest.mark.parametrize("field", ["id", "type"])
def test_5_6_only_versions_can_be_matched(server: Server, field: str) -> None:
    value = {"id": stix_id(1), "type": "indicator"}[field]
    assert server.get(server.object(1), {f"match[{field}]": value}).status_code == 400


def test_5_7_deleting_is_refused_as_the_table_of_the_standard_says(server: Server) -> None:
    client = server.node.client()
    only_read = client.delete(server.object(1))
    both = client.delete(server.into(f"objects/{stix_id(1)}/"))
    neither = server.node.client("fr").delete(server.object(1))
    assert [one.status_code for one in (only_read, both, neither)] == [403, 404, 404]
    assert ids(server.get(server.object(1))) == [stix_id(1)]


def test_5_7_what_left_the_view_is_in_no_answer(fresh: Server) -> None:
    rows = {row.id: row.sequence for row in _rows(fresh)}
    fresh.node.withdraw(fresh.node.collections["us-ru"], rows[stix_id(2)])
    assert fresh.get(fresh.object(2)).status_code == 404
    assert fresh.get(fresh.object(2, "versions/")).status_code == 404
    for answer in (fresh.objects(version="all"), fresh.manifest(version="all"), fresh.objects(id=stix_id(2))):
        assert stix_id(2) not in answer.text


def test_5_8_versions_are_listed_in_order(server: Server) -> None:
    assert document(server.get(server.object(TWICE, "versions/")))["versions"] == [
        "2030-04-30T12:00:00.000Z",
        "2030-04-30T12:01:00.000Z",
    ]


def test_5_8_versions_page_by_limit_next_and_added_after(server: Server) -> None:
    path = server.object(TWICE, "versions/")
    first = server.get(path, {"limit": "1"})
    assert document(first)["more"] is True
    by_next = server.get(path, {"limit": "1", "next": document(first)["next"]})
    by_date = server.get(path, {"limit": "1", "added_after": first.headers["x-taxii-date-added-last"]})
    assert document(by_next) == document(by_date) == {"more": False, "versions": ["2030-04-30T12:01:00.000Z"]}


@pytest.mark.parametrize(("type_", "number"), [("marking-definition", 14), ("domain-name", 15)])
def test_5_8_what_has_no_modified_has_created_or_the_date_it_was_added(server: Server, type_: str, number: int) -> None:
    answer = server.get(server.collection(f"objects/{stix_id(number, type_)}/versions/"))
    made = document(server.objects(type=type_))["objects"][0]
    expected = made.get("created", answer.headers["x-taxii-date-added-first"])
    assert document(answer)["versions"] == [expected]


def test_5_8_1_no_versions_are_an_empty_object(server: Server) -> None:
    answer = server.get(server.object(1, "versions/"), {"added_after": "2040-01-01T00:00:00Z"})
    assert (answer.status_code, document(answer)) == (200, {})


def _rows(server: Server) -> list[Publication]:
    with server.node.node.store.reading() as unit:
        return list(unit.views.rows(server.view))
