"""What a number counts: the unit of Indonesian or English words behind it, in the words of the text.

Percent and spans of time are units of their own; what cannot be counted is none. Money is for `numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sepakat.intake.reports.number_words import low_at
from sepakat.intake.reports.words import OPENING, Word

TIME_UNITS = frozenset(
    """detik menit jam hari malam minggu pekan bulan tahun abad dekade dasawarsa second seconds minute minutes hour hours
    day days night nights week weeks month months year years decade decades century centuries wib wita wit gmt am pm a.m p.m
    -year-old year-old kali times time o'clock u""".split()
)
_NO_UNIT_ID = frozenset(
    """yang di ke dari dan atau pada dengan untuk akan telah sudah masih sedang belum tidak tak itu ini tersebut adalah
    ialah oleh dalam antara serta juga lagi lain lainnya saja pun karena setelah sebelum saat ketika sejak hingga sampai
    tewas hancur luka luka-luka hilang rusak selamat meninggal gugur mati besar kecil baru lama asing muda tua terakhir
    pertama per persennya di antaranya diantaranya sekaligus bahkan kini yakni yaitu namun tetapi tapi secara atas bagi
    seperti sebagai menurut kata ujar dewasa sipil berat ringan parah cedera kritis harus dapat bisa mengungsi""".split()
)
_TWO_WORD_HEADS = frozenset(
    """warga kartu kapal pesawat rumah anggota aparat bom kendaraan senjata tenaga nomor rekening alat unit pucuk butir
    mobil sepeda orang kepala anak buah lembar pos pasukan tentara petugas pekerja korban tersangka awak kantor titik barang
    sumur tempat toko gedung perahu truk tank rudal peluru mata warung sekolah desa kamp drone nasabah data akun kilogram""".split()
)
_NO_SECOND = frozenset("orang korban nasabah tersangka".split())
_NOT_PLURAL = frozenset(
    """was is has this his its as us across plus minus less yes always perhaps was does thus towards afterwards besides
    sometimes""".split()
)
_PLURALS = frozenset(
    "people men women children police troops personnel cattle aircraft sheep policemen servicemen feet fishermen gunmen militiamen".split()
)
_NO_UNIT_EN = frozenset(
    """of and or in on at to from by for with were was are is had have has who that which while when after before during
    since until as per more less others other each between into out up down the a an their his her its them it he she they
    will would could may might said died killed wounded injured""".split()
)
_PERCENT = frozenset({"%", "persen", "percent", "per cent"})


def unit_behind(words: Sequence[Word], at: int, language: str, adjectives: Mapping[str, str]) -> tuple[str | None, int]:
    """The unit behind a number, and where it ends; `time` for a length of time."""
    # 203 "terrorists": whose word it is does not change what is counted.
    at += at + 1 < len(words) and words[at].text in OPENING and words[at + 1].is_word
    low = low_at(words, at)
    if low in _PERCENT:
        return "%", at + 1
    if low == "per" and low_at(words, at + 1) == "cent":
        return "%", at + 2
    if low in TIME_UNITS or (low == "-" and low_at(words, at + 1) in {"year", "day", "hour", "month", "week"}):
        return "time", at
    if at >= len(words) or not words[at].is_word:
        return None, at
    return _unit_id(words, at) if language == "id" else _unit_en(words, at, adjectives)


def _unit_id(words: Sequence[Word], at: int) -> tuple[str | None, int]:
    first = words[at]
    if (
        first.low in _NO_UNIT_ID
        or first.is_capital
        or (
            re.match(r"(?:di|me[mn]?|ber|ter)[a-z]{4,}", first.low)
            and first.low
            not in {
                "berkas",
                "meter",
                "menteri",
                "dinas",
                "tersangka",
                "terdakwa",
                "terduga",
                "terpidana",
                "berita",
                "teroris",
                "termos",
                "direktur",
                "distrik",
                "diplomat",
                "desa",
                "member",
            }
        )
    ):
        return None, at
    second = words[at + 1] if at + 1 < len(words) else None
    if (
        second is None
        or not second.is_word
        or second.is_capital
        or first.low not in _TWO_WORD_HEADS
        or first.low in _NO_SECOND
    ):
        return first.text, at + 1
    plain = second.low in {"sipil", "asing"} and first.low == "warga"
    verbal = re.match(r"(?:di|me[mn]?|ber|ter)[a-z]{4,}", second.low)
    if plain or (second.low not in _NO_UNIT_ID and not verbal and not second.text[0].isdigit()):
        return f"{first.text} {second.text}", at + 2
    return first.text, at + 1


def _unit_en(words: Sequence[Word], at: int, adjectives: Mapping[str, str]) -> tuple[str | None, int]:
    skipped = at
    while skipped < len(words) and words[skipped].low in adjectives and words[skipped].is_capital:
        skipped += 1
    if low_at(words, skipped) in TIME_UNITS:
        return "time", at
    for end in range(skipped, min(skipped + 3, len(words))):
        word = words[end]
        if (
            not word.is_word
            or word.low in _NO_UNIT_EN
            or (word.is_capital and end == skipped)
            or word.low.endswith("ly")
        ):
            return None, at
        plural = word.low in _PLURALS or (
            word.low.endswith("s") and not word.low.endswith("ss") and word.low not in _NOT_PLURAL
        )
        if word.low in TIME_UNITS:
            return "time", at
        if plural:
            return " ".join(one.text for one in words[skipped : end + 1]), end + 1
    return None, at
