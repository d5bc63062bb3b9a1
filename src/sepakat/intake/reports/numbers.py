"""Numbers that a text counts with: digits and words in both languages, their hedge, their unit, money.

What counts nothing is left out: dates, times, years, lengths of time, ordinals, parts of names. A hedge or a word like
"mungkin" is kept as it was said; no number is made out of two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sepakat.intake.reports.number_words import SCALE, Amount, Written, low_at, range_end, read_between, read_number
from sepakat.intake.reports.units import unit_behind
from sepakat.intake.reports.words import Sentence, Word

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
_ANNOUNCING = frozenset(
    "at to of was is were are only just menjadi mencapai sebanyak adalah berjumlah hanya ada".split()
)


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
    between = read_between(words, at)
    if between is not None:
        bottom, top, after = between
        unit, end = unit_behind(words, after, language, adjectives)
        if unit == "time":
            return None, after
        number = Number(
            words[at].start, words[end - 1].end, None, bottom, top, "between", unit, _modality(words, at), index
        )
        return number, end
    several = words[at].low in _SEVERAL and not (words[at].low == "handful" and low_at(words, at - 1) != "a")
    if (several and words[at].low not in {"scores"}) or (several and low_at(words, at + 1) == "of"):
        return _several(sentence, at, index, language, adjectives)
    currency = (
        _CURRENCY.get(words[at].low)
        if not words[at].is_word or words[at].low in {"rp", "rm", "us", "usd", "idr", "eur"}
        else None
    )
    if words[at].low == "us" and low_at(words, at + 1) == "$":
        currency = "USD"
    first = at
    if currency is not None:
        first = at + (2 if words[at].low == "us" else 1)
        while low_at(words, first) in {".", "$"}:
            first += 1
    read = read_number(words, first, money=currency is not None)
    if read is None or read.value is None:
        return None, at + 1
    start, hedge = _hedge(words, at)
    least: Amount | None = None
    most: Amount | None = None
    after = read.next
    second = range_end(words, after, read)
    if second is not None:
        least, most, hedge = read.value, second.value, "between"
        after = second.next
    return _finish(sentence, (start, first, after), (read, least, most, hedge, currency), index, language, adjectives)


def _finish(
    sentence: Sentence,
    place: tuple[int, int, int],
    said: tuple[Written, Amount | None, Amount | None, str, str | None],
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
    elif low_at(words, after) in _CURRENCY and words[after].is_word:
        unit, end = _CURRENCY[words[after].low], after + 1
        if words[after].low in {"dolar", "dollar"} and low_at(words, after + 1) in {"as", "us", "amerika"}:
            end += 1
    else:
        unit, end = unit_behind(words, after, language, adjectives)
    if unit == "time":
        return None, after
    if read.is_word and read.value == 1:
        return None, after
    # A bare figure counts something only where a word before it says that one comes.
    if (
        unit is None
        and hedge == "exactly"
        and _modality(words, start) is None
        and low_at(words, start - 1) not in _ANNOUNCING
    ):
        return None, after
    or_more = low_at(words, end) in {"atau", "or"} and low_at(words, end + 1) in {"lebih", "more"}
    if or_more:
        end += 2
        hedge = "about-or-more" if hedge == "about" else "at-least"
    value = None if least is not None else read.value
    number = Number(
        words[start].start, words[end - 1].end, value, least, most, hedge, unit, _modality(words, start), index,
        "number-money" if currency else "number",
    )  # fmt: skip
    return number, end


def _several(
    sentence: Sentence, at: int, index: int, language: str, adjectives: Mapping[str, str]
) -> tuple[Number | None, int]:
    words = sentence.words
    after = at + 1 + (low_at(words, at + 1) == "of")
    if low_at(words, after) in SCALE:
        after += 1
    unit, end = unit_behind(words, after, language, adjectives)
    if unit == "time" or (unit is None and low_at(words, after) not in {"lainnya", "lain", "others", "more"}):
        return None, at + 1
    if unit is None:
        end = after + 1
    start = at - 1 if low_at(words, at - 1) == "a" else at
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


def _counts_nothing(words: Sequence[Word], first: int, after: int, read: Written, currency: str | None) -> bool:
    """Whether a number is a year, a time, a part of a name or of a list of figures."""
    if currency is not None:
        return False
    before, token = low_at(words, first - 1), words[first]
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
    stands_alone = year and low_at(words, after) not in {"orang", "people", "soldiers", "kapal"}
    bracketed = before == "(" and low_at(words, after) == ")"
    return glued or glued_after or named or titled or stands_alone or bracketed or ":" in token.text


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
        low = low_at(words, at - step)
        if low in _MODAL:
            return words[at - step].text
        if low in {".", ",", ";", ":", ""}:
            return None
    return None
