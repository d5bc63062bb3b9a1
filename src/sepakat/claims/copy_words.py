"""Texts as the search for copies sees them: words as numbers, and what each word is worth as evidence.

Every different spelling is one entry of the vocabulary. An entry is a figure, a name (written large, hardly ever small,
not everywhere), a slip (rare, a letter away from a word that is common), or nothing that tells reports from each other.
What is rare is judged by the texts that are looked through, so that no list of words of any language is needed.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_LEAST_NAME = 4
_LEAST_MISSPELT = 5
_RARE = 12
_COMMON = 20
"""How many times more often than a rare word a word must stand to be what that one misspells."""

Ids = NDArray[np.uint32]
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Words:
    """Texts in words: text `n` is `ids[offsets[n]:offsets[n + 1]]`, numbers into `spellings`."""

    spellings: tuple[str, ...]
    ids: Ids
    offsets: Offsets

    @property
    def count(self) -> int:
        """How many texts."""
        return len(self.offsets) - 1


class Vocabulary:
    """What the spellings of some texts are: figures with their value, names, misspellings."""

    def __init__(self, words: Words) -> None:
        self.numbers = {spelling: number for number, spelling in enumerate(words.spellings)}
        self._spread = _spread(words)
        small = Counter[str]()
        for spelling, count in zip(words.spellings, self._spread.tolist(), strict=True):
            if spelling == spelling.lower():
                small[spelling] += count
        self._small = small
        self._everywhere = max(50, words.count // 50)
        self.figure = np.array([figure_of(one) for one in words.spellings], dtype=np.float64)
        self.is_name = np.array([self._is_name(one, n) for n, one in enumerate(words.spellings)], dtype=bool)
        self.is_slip = np.zeros(len(words.spellings), dtype=bool)
        for number in self._slips(words.spellings):
            self.is_slip[number] = True
        self.kinds = list(zip(self.figure.tolist(), self.is_name.tolist(), self.is_slip.tolist(), strict=True))
        """For each spelling its figure, and whether it is a name or a slip."""

    def _is_name(self, spelling: str, number: int) -> bool:
        spread = int(self._spread[number])
        return is_large(spelling) and spread <= self._everywhere and 10 * self._small[spelling.lower()] < spread

    def is_known_small(self, spelling: str) -> bool:
        """Whether a word written large here is one that is mostly written small."""
        return self._small[spelling.lower()] > 0

    def _slips(self, spellings: Sequence[str]) -> Iterator[int]:
        """Rare words that are one letter lost, doubled, changed or swapped away from a far more frequent one."""
        long = (number for number, one in enumerate(spellings) if len(one) >= _LEAST_MISSPELT)
        letters = [number for number in long if spellings[number].isalpha()]
        by_shape: dict[str, int] = {}
        for number in letters:
            spread = int(self._spread[number])
            if spread > _RARE:
                for shape in _shapes(spellings[number]):
                    by_shape[shape] = max(spread, by_shape.get(shape, 0))
        for number in letters:
            spread = int(self._spread[number])
            if spread <= _RARE:
                usual = max((by_shape.get(shape, 0) for shape in _shapes(spellings[number])), default=0)
                if usual >= _COMMON * spread:
                    yield number


class _Numbers(dict[str, int]):
    """A number for each spelling, the next one for a new spelling."""

    def __missing__(self, spelling: str) -> int:
        self[spelling] = number = len(self)
        return number


def read_words(texts: Iterable[str]) -> Words:
    """Texts in words."""
    known = _Numbers()
    ids, offsets = array("I"), array("q", [0])
    for text in texts:
        ids.extend([known[word] for word in _WORD.findall(text)])
        offsets.append(len(ids))
    return Words(tuple(known), np.frombuffer(ids, dtype=np.uint32), np.frombuffer(offsets, dtype=np.int64))


def words_of(text: str) -> list[str]:
    """The words of one text."""
    return _WORD.findall(text)


def figure_of(spelling: str) -> float:
    """The value of a figure as English or Indonesian writes it (5,000 and 5.000 are one); NaN for what is none."""
    if not spelling[:1].isdigit():
        return float("nan")
    if _GROUPED.fullmatch(spelling):
        return float(spelling.replace(",", "").replace(".", ""))
    try:
        return float(spelling.replace(",", "."))
    except ValueError:
        # A clock, a date: equal if written alike, and more exact than any count.
        hours, _, rest = spelling.replace(".", ":").replace(",", ":").partition(":")
        return float(hours) + float(rest.replace(":", "")[:9] or 0) / 1e4 if hours.isdigit() else float("nan")


def weight_of(figure: float) -> float:
    """What it is worth that two reports share a figure: little for small and round ones, much for odd large ones."""
    if figure != int(figure):
        return 2.0
    if figure < 10:
        return 0.2
    if figure < 32:
        return 0.6
    if 1900 <= figure <= 2100:
        return 0.3
    if figure < 100:
        return 0.7 if figure % 10 == 0 else 1.0
    if figure % 50 == 0:
        return 0.6
    return 1.2 if figure % 10 == 0 else 2.5


def is_large(spelling: str) -> bool:
    """Whether a word is written like a name."""
    return len(spelling) >= _LEAST_NAME and spelling[0].isupper() and not spelling.isupper()


def _spread(words: Words) -> NDArray[np.int64]:
    """In how many texts each spelling stands."""
    texts = np.repeat(np.arange(words.count, dtype=np.uint64), np.diff(words.offsets))
    # Sorted rather than through a hash table, which is several times slower.
    pairs = np.sort((texts << np.uint64(32)) | words.ids)
    is_first = np.ones(len(pairs), dtype=bool)
    is_first[1:] = pairs[1:] != pairs[:-1]
    spellings = (pairs[is_first] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return np.bincount(spellings, minlength=len(words.spellings))


def _shapes(spelling: str) -> Iterator[str]:
    """The word in small letters, and with each letter left out: two words one slip apart share one of them."""
    small = spelling.lower()
    yield small
    for place in range(len(small)):
        yield small[:place] + small[place + 1 :]
