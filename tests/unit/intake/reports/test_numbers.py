from __future__ import annotations

import pytest

from sepakat.intake.reports.gazetteer import load_gazetteer
from sepakat.intake.reports.numbers import Number, find_numbers
from sepakat.intake.reports.words import sentences_of


def numbers(text: str, language: str) -> list[Number]:
    return find_numbers(sentences_of(text, 0, len(text), 0), language, (), load_gazetteer().adjectives)


@pytest.mark.parametrize(
    ("language", "text", "value", "hedge", "unit"),
    [
        ("id", "Ada kurang lebih 20 negara di sana.", 20, "about", "negara"),
        ("id", "Mungkin sekitar 500 orang atau lebih ikut.", 500, "about-or-more", "orang"),
        ("id", "Polisi menyita dua puluh lima pucuk senjata.", 25, "exactly", "pucuk senjata"),
        ("id", "Kerugian mencapai Rp 2,5 miliar kemarin.", 2_500_000_000, "exactly", "IDR"),
        ("id", "Ratusan orang mengungsi.", None, "several", "orang"),
        ("id", "Tidak lebih dari 1.200 rumah rusak.", 1200, "at-most", "rumah"),
        ("en", "At least two hundred and six people died.", 206, "at-least", "people"),
        ("en", "They lost nearly $3 million there.", 3_000_000, "less-than", "USD"),
        ("en", "Up to 300 Lebanese border guards came.", 300, "at-most", "border guards"),
        ("en", "Two dozen soldiers left.", 24, "exactly", "soldiers"),
    ],
)
def test_a_number_keeps_value_hedge_and_unit(
    language: str, text: str, value: int | None, hedge: str, unit: str
) -> None:
    assert [(one.value, one.hedge, one.unit) for one in numbers(text, language)] == [(value, hedge, unit)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Polisi belum menangkap orang kelima."),
        ("id", "Ia lahir tahun 1998 di sana."),
        ("id", "Timnas U-16 menang."),
        ("id", "Rapat dimulai pukul 12.05 siang."),
        ("en", "He waited for two weeks."),
        ("en", "It began in 2014 there."),
        ("en", "One of them left."),
        ("en", "The area 5\u00b2 is small, \u00b9 says."),
    ],
)
def test_what_counts_nothing_is_left_out(language: str, text: str) -> None:
    assert numbers(text, language) == []


def test_a_range_has_two_ends_and_no_value() -> None:
    (found,) = numbers("Antara 30 dan 40 pejuang menyerah.", "id")
    assert (found.value, found.least, found.most, found.hedge) == (None, 30, 40, "between")


def test_a_word_of_doubt_is_kept() -> None:
    assert [one.modality for one in numbers("Di sana mungkin ada 12 kapal.", "id")] == ["mungkin"]
