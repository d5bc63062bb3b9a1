"""Numbers that a text counts with: digits and words in both languages, their hedge, their unit, money.

What counts nothing is left out: dates, times, years, lengths of time, ordinals, parts of names. A hedge or a word like
"mungkin" is kept as it was said; no number is made out of two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sepakat.intake.reports.words import Sentence, Word

Amount = int | float

_SMALL_ID = {
    "nol": 0,
    "satu": 1,
    "dua": 2,
    "tiga": 3,
    "empat": 4,
    "lima": 5,
    "enam": 6,
    "tujuh": 7,
    "delapan": 8,
    "sembilan": 9,
}
_SMALL_EN = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_WHOLE_ID = {"sepuluh": 10, "sebelas": 11, "seratus": 100, "seribu": 1000, "sejuta": 10**6}
_SCALE = MappingProxyType(
    {
        "ribu": 10**3, "juta": 10**6, "miliar": 10**9, "milyar": 10**9, "triliun": 10**12, "trilyun": 10**12, "thousand": 10**3,
        "million": 10**6, "billion": 10**9, "trillion": 10**12, "mn": 10**6, "bn": 10**9,
    }
)  # fmt: skip
_SEVERAL = MappingProxyType(
    dict.fromkeys(
        """beberapa belasan puluhan ratusan ribuan jutaan sejumlah several dozens scores hundreds thousands millions
        handful""".split(),
        None,
    )
)
_CURRENCY = MappingProxyType(
    {
        "rp": "IDR", "rupiah": "IDR", "idr": "IDR", "us$": "USD", "$": "USD", "usd": "USD", "dolar": "USD", "dollar": "USD", "dollars": "USD",
        "\u20ac": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "\u00a3": "GBP", "pound": "GBP", "pounds": "GBP", "poundsterling": "GBP",
        "yen": "JPY", "\u00a5": "JPY", "rm": "MYR", "ringgit": "MYR", "peso": "PHP", "pesos": "PHP", "baht": "THB", "yuan": "CNY",
        "rubel": "RUB", "roubles": "RUB", "rubles": "RUB", "lira": "TRY", "rupee": "INR", "rupees": "INR", "rupe": "INR",
    }
)  # fmt: skip
_HEDGES: tuple[tuple[str, str], ...] = (
    ("tidak lebih dari", "at-most"), ("tak lebih dari", "at-most"), ("no more than", "at-most"), ("not more than", "at-most"),
    ("tidak kurang dari", "at-least"), ("tak kurang dari", "at-least"), ("no fewer than", "at-least"), ("no less than", "at-least"),
    ("not less than", "at-least"), ("kurang lebih", "about"), ("lebih kurang", "about"), ("lebih dari", "more-than"),
    ("more than", "more-than"), ("kurang dari", "less-than"), ("fewer than", "less-than"), ("less than", "less-than"),
    ("paling sedikit", "at-least"), ("paling banyak", "at-most"), ("at least", "at-least"), ("at most", "at-most"),
    ("as many as", "at-most"), ("as much as", "at-most"), ("as few as", "at-least"), ("up to", "at-most"), ("close to", "about"), ("kira-kira", "about"),
    ("di atas", "more-than"), ("di bawah", "less-than"), ("sekurang-kurangnya", "at-least"), ("sebanyak-banyaknya", "at-most"),
    ("sekitar", "about"), ("setidaknya", "at-least"), ("sedikitnya", "at-least"), ("minimal", "at-least"), ("maksimal", "at-most"),
    ("hingga", "at-most"), ("sampai", "at-most"), ("hampir", "less-than"), ("melebihi", "more-than"), ("about", "about"), ("around", "about"),
    ("roughly", "about"), ("approximately", "about"), ("some", "about"), ("nearly", "less-than"), ("almost", "less-than"), ("over", "more-than"),
    ("above", "more-than"), ("exceeding", "more-than"), ("under", "less-than"), ("below", "less-than"), ("minimum", "at-least"),
    ("maximum", "at-most"), ("ditaksir", "about"), ("diperkirakan", "about"), ("an estimated", "about"), ("estimated", "about"),
)  # fmt: skip
_MODAL = frozenset("mungkin barangkali perhaps possibly maybe probably kemungkinan".split())
_TIME_UNITS = frozenset(
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
_ANNOUNCING = frozenset(
    "at to of was is were are only just menjadi mencapai sebanyak adalah berjumlah hanya ada".split()
)
_PERCENT = frozenset({"%", "persen", "percent", "per cent"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was said. A range has `least` and `most` and no value; what is several has none of them."""

    start: int
    end: int
    value: Amount | None
    least: Amount | None
    most: Amount | None
    hedge: str
    unit: str | None
    modality: str | None
    sentence: int
    rule: str = "number"


@dataclass(frozen=True, slots=True)
class _Read:
    value: Amount | None
    next: int
    is_word: bool


def find_numbers(
    sentences: Sequence[Sentence], language: str, taken: Iterable[tuple[int, int]], adjectives: Mapping[str, str]
) -> list[Number]:
    """The numbers of these sentences; `taken` are parts of the text (dates, names) where none is looked for."""
    blocked = list(taken)
    found: list[Number] = []
    for index, sentence in enumerate(sentences):
        at = 0
        while at < len(sentence.words):
            number, at = _number_at(sentence, at, index, language, adjectives)
            if number is not None and not any(start < number.end and number.start < end for start, end in blocked):
                found.append(number)
    return found


def _number_at(
    sentence: Sentence, at: int, index: int, language: str, adjectives: Mapping[str, str]
) -> tuple[Number | None, int]:
    words = sentence.words
    between = _between(words, at)
    if between is not None:
        low, high, after = between
        unit, end = _unit(words, after, language, adjectives)
        if unit == "time":
            return None, after
        number = Number(
            words[at].start, words[end - 1].end, None, low, high, "between", unit, _modality(words, at), index
        )
        return number, end
    several = words[at].low in _SEVERAL and not (words[at].low == "handful" and _low(words, at - 1) != "a")
    if (several and words[at].low not in {"scores"}) or (several and _low(words, at + 1) == "of"):
        return _several(sentence, at, index, language, adjectives)
    currency = (
        _CURRENCY.get(words[at].low)
        if not words[at].is_word or words[at].low in {"rp", "rm", "us", "usd", "idr", "eur"}
        else None
    )
    if words[at].low == "us" and _low(words, at + 1) == "$":
        currency = "USD"
    first = at
    if currency is not None:
        first = at + (2 if words[at].low == "us" else 1)
        while _low(words, first) in {".", "$"}:
            first += 1
    read = _read(words, first, money=currency is not None)
    if read is None or read.value is None:
        return None, at + 1
    start, hedge = _hedge(words, at)
    least: Amount | None = None
    most: Amount | None = None
    after = read.next
    second = _range_end(words, after, read)
    if second is not None:
        least, most, hedge = read.value, second.value, "between"
        after = second.next
    return _finish(sentence, (start, first, after), (read, least, most, hedge, currency), index, language, adjectives)


def _finish(
    sentence: Sentence,
    place: tuple[int, int, int],
    said: tuple[_Read, Amount | None, Amount | None, str, str | None],
    index: int,
    language: str,
    adjectives: Mapping[str, str],
) -> tuple[Number | None, int]:
    words = sentence.words
    start, first, after = place
    read, least, most, hedge, currency = said
    if _counts_nothing(words, first, after, read, currency):
        return None, after
    end = after
    if currency is not None:
        unit: str | None = currency
    elif _low(words, after) in _CURRENCY and words[after].is_word:
        unit, end = _CURRENCY[words[after].low], after + 1
        if words[after].low in {"dolar", "dollar"} and _low(words, after + 1) in {"as", "us", "amerika"}:
            end += 1
    else:
        unit, end = _unit(words, after, language, adjectives)
    if unit == "time":
        return None, after
    if read.is_word and read.value == 1:
        return None, after
    # A bare figure counts something only where a word before it says that one comes.
    if (
        unit is None
        and hedge == "exactly"
        and _modality(words, start) is None
        and _low(words, start - 1) not in _ANNOUNCING
    ):
        return None, after
    or_more = _low(words, end) in {"atau", "or"} and _low(words, end + 1) in {"lebih", "more"}
    if or_more:
        end += 2
        hedge = "about-or-more" if hedge == "about" else "at-least"
    value = None if least is not None else read.value
    number = Number(
        words[start].start, words[end - 1].end, value, least, most, hedge, unit, _modality(words, start), index,
        "number-money" if currency else "number",
    )  # fmt: skip
    return number, end


def _low(words: Sequence[Word], at: int) -> str:
    return words[at].low if 0 <= at < len(words) else ""


def _between(words: Sequence[Word], at: int) -> tuple[Amount, Amount, int] | None:
    if _low(words, at) not in {"antara", "between"}:
        return None
    first = _read(words, at + 1)
    if first is None or first.value is None or _low(words, first.next) not in {"dan", "and", "hingga", "sampai", "to"}:
        return None
    second = _read(words, first.next + 1)
    if second is None or second.value is None:
        return None
    return first.value, second.value, second.next


def _range_end(words: Sequence[Word], at: int, first: _Read) -> _Read | None:
    if _low(words, at) in {"-", "\u2013"} or _low(words, at) in {"hingga", "sampai", "to"}:
        second = _read(words, at + 1)
        if second is not None and second.value is not None and first.value is not None and second.value > first.value:
            return second
    return None


def _several(
    sentence: Sentence, at: int, index: int, language: str, adjectives: Mapping[str, str]
) -> tuple[Number | None, int]:
    words = sentence.words
    after = at + 1 + (_low(words, at + 1) == "of")
    if _low(words, after) in _SCALE:
        after += 1
    unit, end = _unit(words, after, language, adjectives)
    if unit == "time" or (unit is None and _low(words, after) not in {"lainnya", "lain", "others", "more"}):
        return None, at + 1
    if unit is None:
        end = after + 1
    start = at - 1 if _low(words, at - 1) == "a" else at
    number = Number(
        words[start].start,
        words[end - 1].end,
        None,
        None,
        None,
        "several",
        unit,
        _modality(words, at),
        index,
        "number-several",
    )
    return number, end


def _counts_nothing(words: Sequence[Word], first: int, after: int, read: _Read, currency: str | None) -> bool:
    """Whether a number is a year, a time, a part of a name or of a list of figures."""
    if currency is not None:
        return False
    before, token = _low(words, first - 1), words[first]
    glued = first > 0 and words[first - 1].end == token.start and before not in {'"', "(", "\u201c", "\u2018", "'"}
    glued_after = (
        after < len(words)
        and words[after].start == words[after - 1].end
        and words[after].text in {"-", "/", ":", "\u2013"}
    )
    named = first > 0 and words[first - 1].is_capital and words[first - 1].is_word and first > 1 and not read.is_word
    titled = before in {
        "pasal",
        "nomor",
        "no",
        "ayat",
        "bab",
        "article",
        "section",
        "number",
        "chapter",
        "pukul",
        "jam",
        "tahun",
        "usia",
        "aged",
        "umur",
        "berusia",
        "page",
        "halaman",
        "room",
        "route",
        "flight",
        "grup",
        "divisi",
    }
    year = (
        not read.is_word
        and isinstance(read.value, int)
        and 1900 <= read.value <= 2099
        and "." not in token.text
        and "," not in token.text
    )
    stands_alone = year and _low(words, after) not in {"orang", "people", "soldiers", "kapal"}
    bracketed = before == "(" and _low(words, after) == ")"
    return glued or glued_after or named or titled or stands_alone or bracketed or ":" in token.text


def _read(words: Sequence[Word], at: int, money: bool = False) -> _Read | None:
    if at >= len(words):
        return None
    token = words[at]
    if token.text[0].isdigit():
        value = _digits(token.text, money)
        if value is None:
            return None
        scale = _SCALE.get(_low(words, at + 1))
        if (
            scale is None
            and money
            and _low(words, at + 1) in {"m", "t", "jt", "rb"}
            and words[at + 1].text in {"M", "T", "jt", "rb"}
        ):
            scale = {"m": 10**9, "t": 10**12, "jt": 10**6, "rb": 10**3}[_low(words, at + 1)]
        if scale is not None:
            scaled = round(value * scale, 6)
            return _Read(int(scaled) if scaled == int(scaled) else scaled, at + 2, False)
        return _Read(value, at + 1, False)
    if token.low in {"a", "two", "three", "four", "five", "half"} and _low(words, at + 1) == "dozen":
        many = {"a": 12, "half": 6}.get(token.low) or _SMALL_EN[token.low] * 12
        return _Read(many, at + 2, True)
    if token.low == "a" and _low(words, at + 1) in {"hundred", "thousand", "million", "billion"}:
        return _words_en(words, at + 1, 1)
    if token.low in {"selusin", "dozen"}:
        return _Read(12, at + 1, True)
    if token.low in _SMALL_ID or token.low in _WHOLE_ID:
        return _words_id(words, at)
    if token.low.split("-")[0] in _SMALL_EN:
        return _words_en(words, at, 0)
    return None


def _digits(text: str, money: bool) -> Amount | None:
    """`1.200` and `1,200` are thousands; `2,5` and `2.5` are not."""
    if ":" in text or len(text) > 20:
        return None
    if text.isdecimal():
        return int(text) if len(text) <= 15 else None
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return int(re.sub(r"[.,]", "", text))
    if re.fullmatch(r"\d+[.,]\d{1,2}", text):
        return float(text.replace(",", "."))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:,\d{3})+\.\d{1,2}", text):
        whole, part = re.split(r"[.,](?=\d{1,2}$)", text)
        return float(re.sub(r"[.,]", "", whole) + "." + part)
    return None


def _words_id(words: Sequence[Word], at: int) -> _Read:
    total = part = 0
    start = at
    while at < len(words):
        low = words[at].low
        if low in _WHOLE_ID:
            value = _WHOLE_ID[low]
            if value >= 1000:
                total, part = total + value, 0
            else:
                part += value
            at += 1
        elif low in _SMALL_ID:
            unit, after = _SMALL_ID[low], _low(words, at + 1)
            factor = {"belas": 0, "puluh": 10, "ratus": 100}.get(after)
            part += unit if factor is None else (10 + unit if factor == 0 else unit * factor)
            at += 1 if factor is None else 2
            if factor is None and _low(words, at) in _SMALL_ID:
                break
        elif low in _SCALE and part:
            total, part = total + part * _SCALE[low], 0
            at += 1
        else:
            break
    return _Read(total + part, at, at - start >= 1)


def _words_en(words: Sequence[Word], at: int, given: int) -> _Read:
    total, part = 0, given
    while at < len(words):
        low = words[at].low
        pieces = low.split("-")
        if all(piece in _SMALL_EN for piece in pieces):
            part += sum(_SMALL_EN[piece] for piece in pieces)
            at += 1
        elif low == "hundred" and part:
            part, at = part * 100, at + 1
        elif low in _SCALE and part:
            total, part, at = total + part * _SCALE[low], 0, at + 1
        elif low == "and" and (total or part >= 100) and _low(words, at + 1).split("-")[0] in _SMALL_EN:
            at += 1
        else:
            break
    return _Read(total + part, at, True)


def _hedge(words: Sequence[Word], at: int) -> tuple[int, str]:
    """Where the number begins with its hedge, and the hedge."""
    for phrase, hedge in _HEDGES:
        parts = phrase.split()
        size = len(parts)
        if at >= size and [words[at - size + step].low for step in range(size)] == parts:
            inner_start, inner = _hedge(words, at - size)
            # "diperkirakan lebih dari 100": the hedge next to the number counts, the words before it belong to it.
            return (inner_start, hedge) if inner != "exactly" and hedge != "about" else (at - size, hedge)
    return at, "exactly"


def _modality(words: Sequence[Word], at: int) -> str | None:
    for step in range(1, 6):
        low = _low(words, at - step)
        if low in _MODAL:
            return words[at - step].text
        if low in {".", ",", ";", ":", ""}:
            return None
    return None


def _unit(words: Sequence[Word], at: int, language: str, adjectives: Mapping[str, str]) -> tuple[str | None, int]:
    """The unit behind a number, and where it ends; `time` for a length of time."""
    low = _low(words, at)
    if low in _PERCENT:
        return "%", at + 1
    if low == "per" and _low(words, at + 1) == "cent":
        return "%", at + 2
    if low in _TIME_UNITS or (low == "-" and _low(words, at + 1) in {"year", "day", "hour", "month", "week"}):
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
    if _low(words, skipped) in _TIME_UNITS:
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
        if word.low in _TIME_UNITS:
            return "time", at
        if plural:
            return " ".join(one.text for one in words[skipped : end + 1]), end + 1
    return None, at
