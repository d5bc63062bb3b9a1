"""Numbers as they are written: digits with either language's separators, words of either language, scales.

Reads one number at one place and says how many words it takes; what it counts, and whether it counts anything, is for
`numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sepakat.intake.reports.words import Word

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
SCALE = MappingProxyType(
    {
        "ribu": 10**3, "juta": 10**6, "miliar": 10**9, "milyar": 10**9, "triliun": 10**12, "trilyun": 10**12, "thousand": 10**3,
        "million": 10**6, "billion": 10**9, "trillion": 10**12, "mn": 10**6, "bn": 10**9,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A number as read: its value (none where it only hints), the word after it, whether it was spelt out."""

    value: Amount | None
    next: int
    is_word: bool


def low_at(words: Sequence[Word], at: int) -> str:
    """The word at a place in small letters; empty outside the text."""
    return words[at].low if 0 <= at < len(words) else ""


def read_number(words: Sequence[Word], at: int, money: bool = False) -> Written | None:
    """The number that stands at a place, with its scale; none where there is none. `money` lets `m`, `t`, `jt`, `rb` be scales."""
    if at >= len(words):
        return None
    token = words[at]
    if token.text[0].isdigit():
        value = _digits(token.text, money)
        if value is None:
            return None
        scale = SCALE.get(low_at(words, at + 1))
        if (
            scale is None
            and money
            and low_at(words, at + 1) in {"m", "t", "jt", "rb"}
            and words[at + 1].text in {"M", "T", "jt", "rb"}
        ):
            scale = {"m": 10**9, "t": 10**12, "jt": 10**6, "rb": 10**3}[low_at(words, at + 1)]
        if scale is not None:
            scaled = round(value * scale, 6)
            return Written(int(scaled) if scaled == int(scaled) else scaled, at + 2, False)
        return Written(value, at + 1, False)
    if token.low in {"a", "two", "three", "four", "five", "half"} and low_at(words, at + 1) == "dozen":
        many = {"a": 12, "half": 6}.get(token.low) or _SMALL_EN[token.low] * 12
        return Written(many, at + 2, True)
    if token.low == "a" and low_at(words, at + 1) in {"hundred", "thousand", "million", "billion"}:
        return _words_en(words, at + 1, 1)
    if token.low in {"selusin", "dozen"}:
        return Written(12, at + 1, True)
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


def _words_id(words: Sequence[Word], at: int) -> Written:
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
            unit, after = _SMALL_ID[low], low_at(words, at + 1)
            factor = {"belas": 0, "puluh": 10, "ratus": 100}.get(after)
            part += unit if factor is None else (10 + unit if factor == 0 else unit * factor)
            at += 1 if factor is None else 2
            if factor is None and low_at(words, at) in _SMALL_ID:
                break
        elif low in SCALE and part:
            total, part = total + part * SCALE[low], 0
            at += 1
        else:
            break
    return Written(total + part, at, at - start >= 1)


def _words_en(words: Sequence[Word], at: int, given: int) -> Written:
    total, part = 0, given
    while at < len(words):
        low = words[at].low
        pieces = low.split("-")
        if all(piece in _SMALL_EN for piece in pieces):
            part += sum(_SMALL_EN[piece] for piece in pieces)
            at += 1
        elif low == "hundred" and part:
            part, at = part * 100, at + 1
        elif low in SCALE and part:
            total, part, at = total + part * SCALE[low], 0, at + 1
        elif low == "and" and (total or part >= 100) and low_at(words, at + 1).split("-")[0] in _SMALL_EN:
            at += 1
        else:
            break
    return Written(total + part, at, True)


def read_between(words: Sequence[Word], at: int) -> tuple[Amount, Amount, int] | None:
    """`between A and B`: both ends, and the word after them."""
    if low_at(words, at) not in {"antara", "between"}:
        return None
    first = read_number(words, at + 1)
    if (
        first is None
        or first.value is None
        or low_at(words, first.next) not in {"dan", "and", "hingga", "sampai", "to"}
    ):
        return None
    second = read_number(words, first.next + 1)
    if second is None or second.value is None:
        return None
    return first.value, second.value, second.next


def range_end(words: Sequence[Word], at: int, first: Written) -> Written | None:
    """The greater number that a dash or `to` joins to the first one."""
    if low_at(words, at) in {"-", "\u2013"} or low_at(words, at) in {"hingga", "sampai", "to"}:
        second = read_number(words, at + 1)
        if second is not None and second.value is not None and first.value is not None and second.value > first.value:
            return second
    return None
