"""The port `Catalogue`: it follows the intakes, finds whole words, pages without gap, and shows only what is held."""

from __future__ import annotations

from dataclasses import replace

from sepakat.exchange.catalogue_ports import Search
from sepakat.exchange.cataloguing import enter
from sepakat.exchange.ports import Store, Unit
from sepakat.exchange.records import Consultation, SavedSearch
from tests.support import records
from tests.support.records import FR, RU


def filled(store: Store, count: int, most: int = 2) -> int:
    """Objects of two intakes, entered in pieces; how many pieces it took."""
    with store.writing() as unit:
        for number in (1, 2):
            unit.intakes.add(records.take_in(number))
        ids = [unit.intakes.latest()[1 - position].id for position in (0, 1)]
        for number in range(count):
            kind = "indicator" if number % 2 else "malware"
            named = records.stored(number, 0, kind, name=f"Número {number} dark-hydra", labels=["all"])
            unit.objects.add(replace(named, take_in=ids[number * 2 // count]))
    pieces = 0
    while True:
        with store.writing() as unit:
            piece = unit.catalogue.next_piece(most)
            enter(unit, piece.ids)
            unit.catalogue.advance(piece)
        pieces += 1
        if piece.is_last:
            return pieces


def numbers(unit: Unit, search: Search, **more: int) -> list[str]:
    return [row.title for row in unit.catalogue.find(search, **more)]


def test_it_follows_the_intakes_in_pieces_until_it_is_not_behind(store: Store) -> None:
    assert filled(store, 7) > 3
    with store.reading() as unit:
        assert not unit.catalogue.is_behind()
        assert len(unit.catalogue.find(Search())) == 7
    with store.writing() as unit:
        unit.intakes.add(records.take_in(3))
        assert unit.catalogue.is_behind()


def test_pages_neither_repeat_nor_leave_out(store: Store) -> None:
    filled(store, 7)
    with store.reading() as unit:
        first = unit.catalogue.find(Search(), limit=3)
        rest = unit.catalogue.find(Search(), before=first[-1].number)
        assert len({row.id for row in (*first, *rest)}) == 7
        assert [row.number for row in (*first, *rest)] == sorted((row.number for row in (*first, *rest)), reverse=True)


def test_every_word_must_be_there_whole_without_case_and_accents(store: Store) -> None:
    filled(store, 4)
    with store.reading() as unit:
        assert numbers(unit, Search(words=("numero", "3"))) == ["Número 3 dark-hydra"]
        assert len(numbers(unit, Search(words=("hydra",)))) == 4
        assert len(numbers(unit, Search(words=("dark-hydra",)))) == 4
        assert numbers(unit, Search(words=("hyd",))) == []


def test_type_and_marking_narrow(store: Store) -> None:
    filled(store, 4)
    with store.reading() as unit:
        assert len(numbers(unit, Search(type="malware"))) == 2
        assert unit.catalogue.types() == ["indicator", "malware"]
        assert {row.level for row in unit.catalogue.find(Search())} <= {"", "green"}


def test_only_named_ids_are_found_where_ids_are_named(store: Store) -> None:
    filled(store, 4)
    with store.reading() as unit:
        some = unit.catalogue.find(Search())[1]
        assert [row.id for row in unit.catalogue.find(Search(ids=frozenset({some.id})))] == [some.id]
        assert unit.catalogue.find(Search(ids=frozenset())) == []


def test_what_is_removed_is_not_found_and_its_words_lead_to_nothing_else(store: Store) -> None:
    filled(store, 3)
    with store.writing() as unit:
        newest = unit.catalogue.find(Search())[0]
        unit.objects.remove(unit.objects.get(newest.id)[-1].object.version_ref)
        assert newest.id not in {row.id for row in unit.catalogue.find(Search())}
        unit.catalogue.forget([newest.id])
        other = records.stored(90, 0, "indicator", name="Other")
        unit.objects.add(other)
        enter(unit, frozenset({other.object.id}))
        last_word = newest.title.split()[1]
        assert numbers(unit, Search(words=(last_word,))) == []


def test_released_and_received_are_told_by_party(store: Store) -> None:
    with store.writing() as unit:
        unit.views.put_collection(records.collection())
        for number in (1, 2):
            unit.objects.add(records.stored(number))
        enter(unit, frozenset({records.stix_id(1), records.stix_id(2)}))
        unit.views.publish([records.publication(1, 1)])
        unit.syncs.add_arrivals([records.arrival(2, FR)])
        assert [row.id for row in unit.catalogue.find(Search(released_to=RU))] == [records.stix_id(1)]
        assert [row.id for row in unit.catalogue.find(Search(received_from=FR))] == [records.stix_id(2)]
        assert unit.catalogue.find(Search(released_to=FR)) == []
        unit.views.withdraw(records.COLLECTION, [1], records.at(60))
        assert unit.catalogue.find(Search(released_to=RU)) == []


def test_who_refers_to_an_object_is_found(store: Store) -> None:
    with store.writing() as unit:
        one, other = records.stix_id(1, "malware"), records.stix_id(2, "indicator")
        link = records.stored(3, 0, "relationship", relationship_type="indicates", source_ref=other, target_ref=one)
        unit.objects.add(link)
        enter(unit, frozenset({link.object.id}))
        assert [row.id for row in unit.catalogue.linked(one)] == [link.object.id]
        assert [row.id for row in unit.catalogue.linked(one, types=("note", "relationship"))] == [link.object.id]
        assert unit.catalogue.linked(one, types=("note",)) == []
        assert unit.catalogue.linked(records.stix_id(9)) == []


def test_searches_are_each_persons_own(store: Store) -> None:
    kept = SavedSearch("anna", "hydra", "words=hydra", records.NOW)
    with store.writing() as unit:
        unit.catalogue.save(kept)
        unit.catalogue.save(replace(kept, query="words=dark"))
        assert unit.catalogue.saved("anna") == [replace(kept, query="words=dark")]
        assert unit.catalogue.saved("berta") == []
        unit.catalogue.drop_saved("anna", "hydra")
        assert unit.catalogue.saved("anna") == []


def test_consultations_are_kept_newest_first(store: Store) -> None:
    looks = [Consultation(records.at(number), "anna", records.stix_id(number), "a case") for number in (1, 2)]
    with store.writing() as unit:
        for look in looks:
            unit.catalogue.consult(look)
        assert unit.catalogue.consultations() == looks[::-1]
