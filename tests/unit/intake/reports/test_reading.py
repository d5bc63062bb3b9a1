from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sepakat.errors import InputError
from sepakat.intake.reports.reading import Reading, read_report
from tests.unit.intake.reports.pages import ENGLISH, INDONESIAN


@pytest.fixture(scope="module")
def indonesian() -> Reading:
    return read_report(INDONESIAN, "a.txt")


@pytest.fixture(scope="module")
def english() -> Reading:
    return read_report(ENGLISH, "a.html")


def test_a_person_is_named_with_office_and_country(indonesian: Reading) -> None:
    people = [(one.name, one.office, one.country) for one in indonesian.entities if one.kind == "person"]
    assert people == [("Azmi Harun", "Menteri Pertahanan Malaysia", "MY")]


def test_a_capital_that_denies_is_its_government(indonesian: Reading) -> None:
    jakarta = next(one for one in indonesian.entities if one.name == "Jakarta")
    assert jakarta.metonym == "ID"
    assert "ID" in indonesian.countries


def test_an_armed_group_is_known_by_the_words_before_it(indonesian: Reading) -> None:
    assert [one.name for one in indonesian.entities if one.kind == "group"] == ["Elang Laut"]


def test_numbers_keep_their_hedge(indonesian: Reading) -> None:
    assert [(one.value, one.hedge, one.unit) for one in indonesian.numbers] == [
        (30, "about", "kapal"),
        (12, "at-least", "nelayan"),
    ]


def test_a_pronoun_speaks_for_who_spoke_before(indonesian: Reading) -> None:
    quote = next(one for one in indonesian.statements if one.is_quote)
    assert (quote.speaker, quote.attribution, quote.verb) == ("Azmi Harun", "pronoun", "katanya")


def test_what_somebody_did_not_say_is_nobodys_statement(english: Reading) -> None:
    text = english.page.text
    assert not any("did not comment" in text[one.start : one.end] for one in english.statements)


def test_spoken_acts_are_told_apart(english: Reading) -> None:
    told = [(one.speaker, one.act) for one in english.statements if one.speaker]
    assert told == [("Kari Holm", "say"), ("Kari Holm", "say"), ("Moscow", "deny")]


def test_a_related_story_makes_no_claim(indonesian: Reading) -> None:
    end = indonesian.page.body[-1].end
    assert all(one.end <= end for one in indonesian.statements)
    assert all(one.end <= end for one in indonesian.events)


def test_the_chain_of_sources_leads_from_publisher_over_agency_to_speaker(indonesian: Reading) -> None:
    links = [(one.from_, one.to) for one in indonesian.sources]
    assert links == [("KABAR CONTOH", "ANTARA"), ("ANTARA", "Azmi Harun"), ("ANTARA", "Jakarta")]


def test_countries_inside_the_name_of_a_group_are_no_places() -> None:
    reading = read_report(
        b"Pasukan itu bertempur dengan Negara Islam Irak dan Suriah (ISIS) di dekat Ankara pada hari Senin yang lalu."
    )
    assert [one.name for one in reading.entities if one.kind == "country"] == []
    assert [(one.name, one.long) for one in reading.entities if one.kind == "group"] == [
        ("ISIS", "Negara Islam Irak dan Suriah")
    ]


@pytest.mark.parametrize(
    ("sentence", "country"),
    [
        ("PARIS, Texas - The mayor of the city said that it was closed and that he would go.", "US"),
        ("PARIS - The mayor of the city said that it was closed and that he would go.", "FR"),
        ("TRIPOLI, Lebanon - The mayor of the city said that it was closed and that he would go.", "LB"),
        ("TRIPOLI - The mayor of the city said that it was closed and that he would go to Libya.", "LY"),
    ],
)
def test_what_stands_behind_a_place_settles_which_is_meant(sentence: str, country: str) -> None:
    places = [one.country for one in read_report(sentence.encode()).entities if one.kind == "place"]
    assert set(places) == {country}


def test_a_people_or_belief_is_never_an_entity() -> None:
    reading = read_report(
        b"The city is home to many Kurds and Sunni Muslims, the governor said in the report on Monday."
    )
    assert [one.name for one in reading.entities] == []


def test_every_offset_lies_in_the_text(english: Reading) -> None:
    text = english.page.text
    spans = [(one.start, one.end) for one in english.entities]
    spans += [(one.start, one.end) for one in english.numbers]
    spans += [(one.start, one.end) for one in english.dates]
    spans += [(one.start, one.end) for one in english.statements]
    spans += [(one.start, one.end) for one in english.events]
    assert all(0 <= start < end <= len(text) for start, end in spans)


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(InputError):
        assert read_report(content, "x.html").page.text.strip()


_INDONESIAN = "Jakarta|kata |Presiden |Joko Widodo|Rp 2,5 |miliar |antara |dan |Senin |(1/11) |menurut |yang |tidak "
_OTHERS = '<p>|</div>|, |said |"|\u201c|. |\n\n|30 |Berita terkait\n|3 hari lalu\n|The group |of |(ISIS) |31/02/2020 '
_PIECES = st.sampled_from(sorted({*_INDONESIAN.split("|"), *_OTHERS.split("|")}))


@settings(max_examples=150)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_broken_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        reading = read_report(text.encode(), "x.txt")
        assert all(one.end <= len(reading.page.text) for one in reading.statements)
