"""The port `Objects`: exact bytes, one content per version, provenance that only grows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sepakat.errors import StoreError
from sepakat.exchange.ports import Store, Unit
from sepakat.exchange.records import StoredVersion
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import StixObject
from tests.support import records
from tests.support.records import FR, RU, US, at, collection, publication, stix_id, stored, terms


def test_bytes_are_kept_exactly(unit: Unit) -> None:
    raw = (
        b'{ "type":"note",\n "id":"%s", "modified":"2030-01-01T00:00:00.1200Z","x":1.50}' % stix_id(1, "note").encode()
    )
    kept = StoredVersion(StixObject.from_bytes(raw), frozenset({US}), at(0), (), "batch-1")
    assert unit.objects.add(kept)
    assert unit.objects.get(stix_id(1, "note"))[0].object.raw == raw


def test_what_was_asked_for_before_it_was_there_is_found_after(unit: Unit) -> None:
    assert unit.objects.get_many([stix_id(1), stix_id(2)]) == {}
    unit.objects.add(stored(1))
    unit.objects.remove(stored(1).object.version_ref)
    assert unit.objects.get_many([stix_id(1)]) == {}
    unit.objects.add_many([stored(1), stored(2)])
    assert unit.objects.get_many([stix_id(2), stix_id(1)]) == {stix_id(1): (stored(1),), stix_id(2): (stored(2),)}


def test_versions_come_oldest_first(unit: Unit) -> None:
    for version in (3, 1, 2):
        assert unit.objects.add(stored(1, version))
    assert unit.objects.get(stix_id(1)) == (stored(1, 1), stored(1, 2), stored(1, 3))


def test_versions_are_ordered_by_time_however_fine_it_is_given(unit: Unit) -> None:
    stamps = [
        "2030-01-01T00:00:00Z",
        "2030-01-01T00:00:00.0000001Z",
        "2030-01-01T00:00:00.000001Z",
        "2030-01-01T00:00:01Z",
    ]
    for stamp in reversed(stamps):
        unit.objects.add(stored(1, modified=stamp))
    assert [held.object.modified for held in unit.objects.get(stix_id(1))] == stamps


def test_an_object_without_modified_has_one_version(unit: Unit) -> None:
    content = {"type": "ipv4-addr", "id": stix_id(1, "ipv4-addr"), "value": "192.0.2.1"}
    kept = replace(stored(1), object=StixObject.from_content(content))
    assert unit.objects.add(kept)
    assert not unit.objects.add(kept)
    with pytest.raises(StoreError, match="its one version"):
        unit.objects.add(replace(kept, object=StixObject.from_content({**content, "value": "192.0.2.2"})))


def test_the_same_version_again_is_known_and_changes_nothing(unit: Unit) -> None:
    assert unit.objects.add(stored(1))
    assert not unit.objects.add(replace(stored(1), received_at=at(99), take_in="batch-2"))
    assert unit.objects.get(stix_id(1)) == (stored(1),)
    assert unit.objects.of_take_in("batch-2") == ()


def test_the_same_content_in_other_bytes_keeps_the_first_bytes(unit: Unit) -> None:
    unit.objects.add(stored(1))
    assert not unit.objects.add(stored(1, revoked=False))
    assert unit.objects.get(stix_id(1))[0].object.raw == stored(1).object.raw


def test_a_version_with_other_content_is_a_conflict(unit: Unit) -> None:
    unit.objects.add(stored(1))
    with pytest.raises(StoreError) as caught:
        unit.objects.add(stored(1, name="other"))
    assert caught.value.code == "version-conflict"
    assert stix_id(1) in caught.value.message
    assert unit.objects.get(stix_id(1)) == (stored(1),)


def test_a_version_that_was_given_out_is_not_taken_with_other_content_though_it_is_gone(unit: Unit) -> None:
    unit.views.put_collection(records.collection())
    unit.objects.add_many([stored(1), stored(2)])
    unit.views.publish([records.publication(1), records.publication(2)])
    unit.views.withdraw(records.COLLECTION, [1, 2], at(9))
    for number in (1, 2):
        unit.objects.remove(stored(number).object.version_ref)
    with pytest.raises(StoreError, match="was given out with other content") as caught:
        unit.objects.add_many([stored(2), stored(1, name="other")])
    assert caught.value.code == "version-conflict"
    assert unit.objects.add(stored(1, 1, name="other"))
    assert unit.objects.add(stored(1))


def test_origins_and_terms_of_a_known_version_are_joined(unit: Unit) -> None:
    unit.objects.add(stored(1, origins=frozenset({RU}), received=(terms(RU),)))
    unit.objects.add(stored(1, origins=frozenset({FR}), received=(terms(FR, FR, US), terms(RU))))
    held = unit.objects.get(stix_id(1))[0]
    assert held.origins == {RU, FR}
    assert held.received == (terms(RU), terms(FR, FR, US))


def test_provenance_of_one_object_does_not_touch_another(unit: Unit) -> None:
    unit.objects.add_many([stored(1), stored(2)])
    unit.objects.add(stored(1, origins=frozenset({RU})))
    assert unit.objects.get(stix_id(2)) == (stored(2),)


def test_many_are_added_as_if_one_by_one(unit: Unit) -> None:
    unit.objects.add(stored(2))
    added = [stored(1), stored(1, 5), stored(2), stored(1), stored(3, origins=frozenset({RU})), stored(3)]
    assert unit.objects.add_many(added) == [True, True, False, False, True, False]
    assert unit.objects.get(stix_id(1)) == (stored(1), stored(1, 5))
    assert unit.objects.get(stix_id(3))[0].origins == {RU, US}
    assert unit.objects.count() == 4


def test_a_conflict_among_many_is_found(unit: Unit) -> None:
    with pytest.raises(StoreError, match=stix_id(1)):
        unit.objects.add_many([stored(1), stored(2), stored(1, name="other")])


def test_more_than_one_statement_can_list_is_added_and_read(unit: Unit) -> None:
    added = [stored(number) for number in range(2500)]
    assert all(unit.objects.add_many(added))
    assert not any(unit.objects.add_many(added))
    assert len(unit.objects.get_many(one.object.id for one in added)) == 2500
    assert sorted(held.object.id for held in unit.objects.everything()) == sorted(one.object.id for one in added)


def test_get_many_leaves_out_what_is_not_held(unit: Unit) -> None:
    unit.objects.add_many([stored(1), stored(2)])
    assert unit.objects.get_many([stix_id(2), stix_id(9), StixId("no id")]) == {stix_id(2): (stored(2),)}
    assert unit.objects.get_many([]) == {}


def test_everything_comes_by_id_then_oldest_first(unit: Unit) -> None:
    added = [stored(2, 1), stored(2, 0), stored(1, 7), stored(3, 0, "a-b"), stored(3, 0, "a"), stored(4, 0, "a0")]
    unit.objects.add_many(added)
    assert list(unit.objects.everything()) == sorted(added, key=lambda one: one.object.version_ref)


def test_everything_can_be_read_while_objects_are_added(unit: Unit) -> None:
    unit.objects.add_many([stored(number) for number in range(600)])
    seen = 0
    for held in unit.objects.everything():
        seen += 1
        unit.objects.add(replace(stored(1, 5000 + seen), take_in=held.take_in))
    assert seen >= 600


def test_pages_chain_to_the_newest_version_of_each_object(unit: Unit) -> None:
    unit.objects.add_many([stored(number, version) for number in range(7) for version in (5, 1)])
    found: list[StoredVersion] = []
    after = None
    while page := unit.objects.page(after=after, limit=3):
        found += page
        after = page[-1].object.id
    assert found == [stored(number, 5) for number in range(7)]


def test_a_page_of_one_type_has_that_type_alone(unit: Unit) -> None:
    types = ("note", "note-x", "not", "note0", "notf")
    unit.objects.add_many([stored(number, 0, type_) for type_ in types for number in (1, 2)])
    assert unit.objects.page(type_="note") == [stored(1, 0, "note"), stored(2, 0, "note")]
    assert unit.objects.page(type_="note", after=stix_id(1, "note")) == [stored(2, 0, "note")]
    assert unit.objects.page(type_="indicator") == []


def test_ids_that_are_only_served_are_not_held(unit: Unit) -> None:
    unit.views.put_collection(collection())
    unit.views.publish([publication(1)])
    assert unit.objects.get(stix_id(1)) == ()
    assert unit.objects.page() == []
    assert list(unit.objects.everything()) == []


def test_a_take_in_knows_the_versions_that_it_brought_first(unit: Unit) -> None:
    unit.objects.add_many([stored(2, take_in="b"), stored(1, 1, take_in="b"), stored(1, take_in="a")])
    assert unit.objects.of_take_in("b") == (stored(1, 1).object.version_ref, stored(2).object.version_ref)
    assert unit.objects.of_take_in("c") == ()


def test_a_removed_version_is_gone_alone(unit: Unit) -> None:
    unit.objects.add_many([stored(1), stored(1, 5)])
    unit.objects.remove(stored(1).object.version_ref)
    assert unit.objects.get(stix_id(1)) == (stored(1, 5),)
    assert unit.objects.count() == 1


def test_a_removed_version_can_come_again_with_other_content(unit: Unit) -> None:
    unit.objects.add(stored(1))
    unit.objects.remove(stored(1).object.version_ref)
    assert unit.objects.add(stored(1, name="other"))
    assert unit.objects.get(stix_id(1)) == (stored(1, name="other"),)


def test_removing_what_is_not_held_changes_nothing(unit: Unit) -> None:
    unit.objects.add(stored(1))
    unit.objects.remove((stix_id(1), "2031-01-01T00:00:00.000000"))
    unit.objects.remove((stix_id(2), ""))
    assert unit.objects.count() == 1


def test_removing_a_version_leaves_what_views_serve_of_it(unit: Unit) -> None:
    unit.objects.add(stored(1))
    unit.views.put_collection(collection())
    row = publication(1)
    assert row.body == stored(1).object.raw
    unit.views.publish([row])
    unit.objects.remove(stored(1).object.version_ref)
    assert unit.views.rows(row.collection) == [row]


def test_terms_can_be_dropped_one_by_one(unit: Unit) -> None:
    unit.objects.add_many([stored(1, received=(terms(RU), terms(FR))), stored(2, received=(terms(RU),))])
    unit.objects.drop_terms(stored(1).object.version_ref, terms(RU))
    assert unit.objects.get(stix_id(1))[0].received == (terms(FR),)
    assert unit.objects.get(stix_id(2))[0].received == (terms(RU),)


def test_dropping_terms_that_are_not_there_changes_nothing(unit: Unit) -> None:
    unit.objects.add(stored(1, received=(terms(RU),)))
    unit.objects.drop_terms(stored(1).object.version_ref, terms(FR))
    unit.objects.drop_terms((stix_id(5), ""), terms(FR))
    assert unit.objects.get(stix_id(1))[0].received == (terms(RU),)


def test_a_unit_reads_what_it_read_before_as_it_now_is(store: Store) -> None:
    first, later, last = stored(1), stored(1, 5), stored(1, 9)
    with store.writing() as unit:
        unit.objects.add_many([later, stored(2), stored(3, received=(terms(),))])
    with store.writing() as unit:
        ids = [stix_id(1), stix_id(2), stix_id(3)]
        assert unit.objects.get_many(ids)[stix_id(1)] == (later,)
        unit.objects.add_many([last, first, stored(2, origins=frozenset({FR}))])
        assert unit.objects.get(stix_id(1)) == (first, later, last)
        (joined,) = unit.objects.get(stix_id(2))
        assert joined.origins == {US, FR}
        unit.objects.remove(later.object.version_ref)
        assert unit.objects.get(stix_id(1)) == (first, last)
        unit.objects.drop_terms(stored(3).object.version_ref, terms())
        assert unit.objects.get(stix_id(3)) == (stored(3),)
    with store.reading() as unit:
        assert unit.objects.get(stix_id(1)) == (first, last)
        assert unit.objects.get(stix_id(2)) == (joined,)
