from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sepakat.errors import InputError
from sepakat.intake.reports.page import read_page
from tests.unit.intake.reports.pages import ENGLISH, INDONESIAN


def test_header_of_plain_text_is_read_with_its_zone() -> None:
    header = read_page(INDONESIAN, "a.txt").header
    assert header.title == "Patroli Bersama Mulai Berlayar"
    assert header.published is not None
    assert header.published.isoformat() == "2019-06-04T10:15:00+07:00"
    assert (header.byline, header.agency, header.writer) == ("Wahyu Pramudita", "ANTARA", "Rina")
    assert (header.publisher, header.dateline_place) == ("KABAR CONTOH", "Medan")


def test_body_holds_neither_dateline_nor_related_story() -> None:
    page = read_page(INDONESIAN, "a.txt")
    assert len(page.body) == 2
    assert page.text_of(page.body[0]).startswith("Menteri Pertahanan")


def test_a_story_listed_twice_is_related_once() -> None:
    page = read_page(INDONESIAN, "a.txt")
    assert [page.text_of(story.title) for story in page.related] == ["Nelayan Ditemukan Selamat"]


def test_without_a_capture_time_a_relative_date_stays_a_length() -> None:
    story = read_page(INDONESIAN, "a.txt").related[0]
    assert story.ago is not None
    assert (story.ago.duration, story.ago.when) == ("P3D", None)


def test_relative_dates_count_from_the_capture() -> None:
    story = read_page(INDONESIAN, "a.txt", datetime(2019, 7, 1, 20, tzinfo=UTC)).related[0]
    assert story.ago is not None
    assert story.ago.when == "2019-06-29"


def test_the_visible_stamp_wins_and_another_zone_is_no_rival() -> None:
    header = read_page(ENGLISH, "a.html").header
    assert header.published_raw == "3 May 2018, 11:00 CEST"
    assert header.rivals == ()


def test_metadata_at_odds_with_the_visible_stamp_is_a_rival() -> None:
    header = read_page(ENGLISH.replace(b"09:00:00Z", b"12:00:00Z"), "a.html").header
    assert [rival.isoformat() for rival in header.rivals] == ["2018-05-03T12:00:00+00:00"]


def test_a_label_with_nothing_behind_it_is_not_a_name() -> None:
    header = read_page(INDONESIAN.replace(b"Oleh: Wahyu Pramudita", b"Reporter\n"), "a.txt").header
    assert (header.byline, header.byline_empty) == (None, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "cp1252"])
def test_any_encoding_gives_the_same_text(encoding: str) -> None:
    content = INDONESIAN.decode().replace("Medan", "Caf\u00e9").encode(encoding)
    assert "Caf\u00e9" in read_page(content, "a.txt").text


def test_hidden_characters_are_taken_out_and_told() -> None:
    page = read_page(INDONESIAN.decode().replace("Azmi Harun", "Az\u200bmi \u202eHarun").encode(), "a.txt")
    assert "Azmi Harun" in page.text
    assert page.findings == ("2 hidden characters taken out",)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "report-empty"),
        (b"  \n ", "report-empty"),
        (b"<html><body><div></div></body></html>", "report-empty"),
        (b"%PDF-1.7 ...", "report-not-text"),
        (b"\x00\x01\x02" * 500, "report-not-text"),
        (b"PK\x03\x04zip", "report-not-text"),
        (b"<div>" * 3_000_000, "report-too-large"),
        (b"Ini kalimat yang panjang dan di dalam teks. " * 6000, "report-too-large"),
    ],
)
def test_what_is_no_page_is_refused_in_words(content: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        read_page(content, "saved.html")
    assert refused.value.code == code
    assert "saved.html" in str(refused.value)


def test_entities_of_a_document_type_are_not_expanded() -> None:
    entities = b'<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    bomb = b"<!DOCTYPE x [" + entities + b"]><html><body><p>text &b; end.</p></body></html>"
    assert "aaaaaaaaaa" not in read_page(bomb, "a.html").text
