"""Forms that news takes, each in one sentence of our own: who speaks, who is named, which numbers contradict."""

from __future__ import annotations

import pytest

from sepakat.intake.reports.reading import Reading, read_report

_EN = (
    "The town was quiet on Monday and they said that it would not be the last of the fires that were seen in the hills."
)
_ID = "Kota itu tenang pada hari Senin dan mereka tidak akan menunggu karena api di bukit sudah padam untuk saat ini."


def read(sentence: str, language: str = "en") -> Reading:
    """A sentence with enough text of its language behind it."""
    return read_report(f"{sentence}\n\n{_EN if language == 'en' else _ID}\n".encode(), "a.txt")


def speakers(reading: Reading) -> list[str | None]:
    return [one.speaker for one in reading.statements if one.speaker and one.speaker != "they"]


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Gov. Nasir Hamid said the road to the old harbour had been closed for days.", "Nasir Hamid"),
        ("Maj. Gen. Gabriel Luna said the soldiers had found the rifles near the river.", "Gabriel Luna"),
        ("Oleg Petrenko told a group of visitors in the port on Tuesday that the mill had burnt.", "Oleg Petrenko"),
        ("Mira Solis, a spokesman for Torva state police, said the bridge had been reopened.", "Mira Solis"),
        (
            "UNICEF, or the fund as it is called here, has not spoken, but Ana Torres said the wells were dry.",
            "Ana Torres",
        ),
        ("The river authority had warned of floods, witnesses said, the third such warning.", "witnesses"),
    ],
)
def test_who_speaks_is_heard_in_english(sentence: str, speaker: str) -> None:
    assert speaker in speakers(read(sentence))


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Juru bicara Kementerian Luar Negeri Samir Hadad mengatakan tuduhan itu tidak berdasar.", "Samir Hadad"),
        (
            "Utusan khusus PBB untuk Yaman, Tomas Lind, hari Kamis menuduh kedua pihak melanggar gencatan senjata.",
            "Tomas Lind",
        ),
        (
            "Ia diam, tetapi Kapolda Papua Irjen Bram Wanda membenarkan peristiwa tersebut kepada wartawan.",
            "Bram Wanda",
        ),
    ],
)
def test_who_speaks_is_heard_in_indonesian(sentence: str, speaker: str) -> None:
    assert speaker in speakers(read(sentence, "id"))


def test_a_ministry_ends_where_the_name_of_its_spokesman_begins() -> None:
    reading = read("Juru bicara Kementerian Luar Negeri Samir Hadad mengatakan tuduhan itu tidak berdasar.", "id")
    assert [one.name for one in reading.entities if one.kind == "organisation"] == ["Kementerian Luar Negeri"]
    [person] = [one for one in reading.entities if one.kind == "person"]
    assert (person.name, person.office) == ("Samir Hadad", "Juru bicara Kementerian Luar Negeri")


def test_who_is_named_in_a_clause_does_not_speak() -> None:
    reading = read("The Torva Rebels, led by General Ivo Marsh, said they had taken the old harbour.")
    assert "Ivo Marsh" not in speakers(reading)


@pytest.mark.parametrize(
    "sentence",
    [
        "He declined to comment. Asked whether money had been offered, the mayor of Torva declined to say more.",
        "The army denies this.",
        "The colonel, Ivo Marsh, told reporters by telephone.",
    ],
)
def test_where_nothing_is_said_there_is_no_statement(sentence: str) -> None:
    reading = read(sentence)
    assert not [one for one in reading.statements if one.speaker and one.start < len(sentence)]


def test_a_quote_of_somebody_unknown_is_not_given_to_who_spoke_before() -> None:
    reading = read('Ana Torres said the wells were dry. "We are leaving," one of those who had stayed behind told us.')
    quote = next(
        one for one in reading.statements if one.is_quote or "leaving" in reading.page.text[one.start : one.end]
    )
    assert quote.speaker != "Ana Torres"


def test_a_number_that_points_back_contradicts_the_one_before() -> None:
    reading = read(
        "Sedikitnya 15 orang dievakuasi dari gedung itu, kata polisi. Badan Nasional Penanggulangan Bencana (BNPB) "
        "menyebut jumlahnya 20 orang.",
        "id",
    )
    text = reading.page.text
    [conflict] = reading.conflicts
    assert [text[one.start : one.end] for one in conflict.numbers] == ["Sedikitnya 15 orang", "20 orang"]


def test_another_matter_in_the_next_sentence_contradicts_nothing() -> None:
    reading = read(
        "Amnesty International put the number at more than 1,000. In the north, 15 soldiers were killed, the army said."
    )
    assert reading.conflicts == ()


def test_the_initials_of_who_edited_do_not_hide_the_last_paragraph() -> None:
    text = f'{_ID}\n\n"Kami siap menengahi," kata Menteri Luar Negeri Oman Badri Hamad di Muskat. [na/ka]\n'
    page = read_report(text.encode(), "a.txt").page
    assert "menengahi" in page.text_of(page.body[-1])


def test_a_text_without_a_headline_begins_with_its_text() -> None:
    text = (
        f"LONDON, March 3 (Reuters) - Britain and Turkey agreed on Friday to share what they know of gangs.\n\n{_EN}\n"
    )
    page = read_report(text.encode(), "a.txt").page
    assert page.header.title is None
    assert len(page.body) == 2


@pytest.mark.parametrize(
    ("above", "byline"),
    [
        ("Tom Alder, Maritime Correspondent\n12 May 2016 16:45 GMT", "Tom Alder"),
        ("12 May 2016 16:45 GMT\nTom Alder", "Tom Alder"),
        ("Coast Ledger\n12 May 2016 16:45 GMT", None),
        ("Port Elizabeth\n12 May 2016 16:45 GMT", None),
        ("By Tom Alder and Rosa Pinto, staff writers\n12 May 2016 16:45 GMT", "Tom Alder and Rosa Pinto"),
    ],
)
def test_who_wrote_stands_by_the_time_with_or_without_a_label(above: str, byline: str | None) -> None:
    text = f"Coast Ledger\n\nHarbour shut as a storm nears\n\n{above}\n\n{_EN}\n\n{_EN}\n"
    assert read_report(text.encode(), "a.txt").page.header.byline == byline


@pytest.mark.parametrize("dateline", ["PORT TORVA, South Africa \u2014 ", "Port Torva (AFP) - "])
def test_a_town_that_no_table_has_is_no_paper(dateline: str) -> None:
    header = read_report(f"Harbour shut as a storm nears\n\n{dateline}{_EN}\n".encode(), "a.txt").page.header
    assert header.publisher is None
    assert str(header.dateline_place).casefold() == "port torva"


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Tomas Ek, 34, a crane driver, said the screens had gone dark in the night.", "Tomas Ek"),
        ("His colleague Maria Lund said the same had been seen at the other port.", "Maria Lund"),
        ("The man's brother, Erik Dahl, said he had been at home with them all day.", "Erik Dahl"),
        ("Security researcher Priya Nair of the firm Ironwall said it was run from two towns.", "Priya Nair"),
        ("Lena Forsberg was there. Ms Forsberg said her client would not pay for it.", "Lena Forsberg"),
    ],
)
def test_ordinary_people_are_heard_by_their_whole_name(sentence: str, speaker: str) -> None:
    assert speakers(read(sentence))[0] == speaker


def test_who_is_called_so_is_a_person_and_a_gang_by_its_own_word_a_group() -> None:
    person = read("Seorang nelayan bernama Zulkifli tewas di perairan itu, menurut polisi setempat.", "id")
    assert [one.name for one in person.entities if one.kind == "person"] == ["Zulkifli"]
    gang = read("A ransomware gang calling itself BlackTide has published the records of the port.")
    assert [one.name for one in gang.entities if one.kind == "group"] == ["BlackTide"]
