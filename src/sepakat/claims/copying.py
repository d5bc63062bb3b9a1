"""Undeclared copying: reports that share what independent reports of the same facts would not share. Warnings only.

Two reports are a warning when their wording is alike, or when they name the same and share odd figures, or a slip,
beyond what each says that the other does not. Figures and names are the same in every language, so that a translation
is found. Candidates come from an index: MinHash bands (Broder 1997; Indyk and Motwani 1998) over runs of three words,
pairs of name and figure, pairs of large figures, slips. A warning shows its evidence and never discounts anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from sepakat.claims.copy_words import (
    Vocabulary,
    Words,
    figure_of,
    is_large,
    read_words,
    weight_of,
    words_of,
)

Keys = NDArray[np.uint64]

_BANDS, _ROWS = 8, 4
_LARGEST_BLOCK = 48
_TEXTS_AT_ONCE = 20_000
_LEAST_SHARED_KEYS = 2
_KEPT = 4096
_ALIKE = 0.6
_OF_LARGE = 100
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BAND, _NAMED, _FIGURES, _SLIP = (np.uint64(seed) for seed in (1, 2, 3, 4))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two reports share. `weight` is that of shared figures, `part` its share of what the poorer of them has."""

    figures: tuple[float, ...]
    names: tuple[str, ...]
    slips: tuple[str, ...]
    weight: float
    part: float
    likeness: float
    """How alike the wording is, 0 to 1: the part of runs of three words that both have."""

    @property
    def is_warning(self) -> bool:
        """Whether it is more than independent reports of the same facts would share."""
        if self.likeness >= _ALIKE:
            return True
        if not self.names and not self.slips:
            return False
        weight = self.weight + 2.0 * len(self.slips)
        return weight >= _LEAST_WEIGHT and self.part >= (_PART_WITH_SLIP if self.slips else _PART)

    @property
    def sentence(self) -> str:
        """The evidence in words."""
        parts = [f"{self.likeness:.0%} of their wording"]
        if self.figures:
            parts.append("the figures " + ", ".join(f"{one:g}" for one in self.figures))
        if self.slips:
            parts.append("the slips " + ", ".join(self.slips))
        if self.names:
            parts.append("the names " + ", ".join(self.names))
        return "they share " + "; ".join(parts)


_LEAST_WEIGHT = 3.0
_PART = 0.75
_PART_WITH_SLIP = 0.5


@dataclass(frozen=True, slots=True)
class CopyWarning:
    """Two reports, by their place among the texts, and what speaks for a common source that nobody declared."""

    first: int
    second: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Report:
    """One report as it is compared."""

    figures: frozenset[float]
    weight: float
    names: frozenset[str]
    slips: frozenset[str]
    runs: frozenset[tuple[str, ...]]


class CopyIndex:
    """The index over some texts. It is of one moment: texts that come later are asked about, or indexed anew."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = read_words(texts)
        self._vocabulary = Vocabulary(self._words)
        self._hashes = _spelling_hashes(self._words.spellings)
        keys, owners = _all_keys(self._words, self._vocabulary, self._hashes)
        order = np.argsort(keys, kind="stable")
        self._keys, self._owners = keys[order], owners[order]

    @property
    def count(self) -> int:
        """How many texts are in it."""
        return self._words.count

    @property
    def bytes(self) -> int:
        """How much memory its tables take."""
        return sum(one.nbytes for one in (self._keys, self._owners, self._words.ids, self._words.offsets, self._hashes))

    def warnings(self) -> Iterator[CopyWarning]:
        """Every two texts with evidence, in their order."""
        # Reports of one matter mostly stand close together: the last few are kept for the next pairs.
        seen: dict[int, _Report] = {}
        for pair in self._candidates().tolist():
            first, second = pair >> 32, pair & 0xFFFFFFFF
            if len(seen) > _KEPT:
                seen.clear()
            for one in (first, second):
                if one not in seen:
                    seen[one] = self._report(one)
            evidence = _evidence(seen[first], seen[second])
            if evidence.is_warning:
                yield CopyWarning(first, second, evidence)

    def copies_of(self, text: str) -> list[tuple[int, Evidence]]:
        """The texts in the index that a text shares its evidence with, the strongest first."""
        spellings = words_of(text)
        candidates: dict[int, int] = {}
        keys = self._keys_of(spellings)
        begins, ends = (np.searchsorted(self._keys, keys, side).tolist() for side in ("left", "right"))
        for start, end in zip(begins, ends, strict=True):
            if end - start <= _LARGEST_BLOCK:
                for owner in self._owners[start:end].tolist():
                    candidates[owner] = candidates.get(owner, 0) + 1
        asked = self._report_of(spellings)
        enough = [one for one, count in candidates.items() if count >= _LEAST_SHARED_KEYS]
        found = [(one, _evidence(asked, self._report(one))) for one in enough]
        strongest = sorted(found, key=lambda one: (-one[1].likeness - one[1].weight, one[0]))
        return [one for one in strongest if one[1].is_warning]

    def evidence(self, first: int, second: int) -> Evidence:
        """What two texts of the index share, warning or not."""
        return _evidence(self._report(first), self._report(second))

    def _candidates(self) -> Keys:
        """Pairs that share keys enough, as `first << 32 | second`, each once."""
        starts = np.flatnonzero(np.concatenate(([True], self._keys[1:] != self._keys[:-1])))
        lengths = np.diff(np.append(starts, len(self._keys)))
        found: list[Keys] = []
        for length in range(2, _LARGEST_BLOCK + 1):
            at = starts[lengths == length]
            if not len(at):
                continue
            block = self._owners[at[:, None] + np.arange(length)].astype(np.uint64)
            rows, columns = np.triu_indices(length, 1)
            low, high = np.minimum(block[:, rows], block[:, columns]), np.maximum(block[:, rows], block[:, columns])
            found.append(((low << np.uint64(32)) | high)[low != high])
        if not found:
            return np.empty(0, dtype=np.uint64)
        pairs = np.sort(np.concatenate(found))
        begins = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])))
        return pairs[begins][np.diff(np.append(begins, len(pairs))) >= _LEAST_SHARED_KEYS]

    def _report(self, number: int) -> _Report:
        start, end = self._words.offsets[number : number + 2]
        return self._report_of([self._words.spellings[one] for one in self._words.ids[start:end].tolist()])

    def _report_of(self, spellings: Sequence[str]) -> _Report:
        figures, names, slips = set(), set(), set()
        for spelling in set(spellings):
            figure, is_name, is_slip = self._kind(spelling)
            if not isnan(figure):
                figures.add(figure)
            if is_name:
                names.add(spelling)
            if is_slip:
                slips.add(spelling.lower())
        small = [one.lower() for one in spellings]
        runs = frozenset(zip(small, small[1:], small[2:], strict=False))
        return _Report(frozenset(figures), _weight(figures), frozenset(names), frozenset(slips), runs)

    def _kind(self, spelling: str) -> tuple[float, bool, bool]:
        known = self._vocabulary
        number = known.numbers.get(spelling)
        if number is None:
            return figure_of(spelling), is_large(spelling) and not known.is_known_small(spelling), False
        return known.kinds[number]

    def _keys_of(self, spellings: Sequence[str]) -> Keys:
        """The keys of a text that is not in the index."""
        kinds = [self._kind(one) for one in spellings]
        hashes = _spelling_hashes(spellings)
        small = _spelling_hashes([one.lower() for one in spellings])
        parts = _Parts(
            np.array([0, len(spellings)], dtype=np.int64),
            hashes,
            small,
            np.array([kind[0] for kind in kinds], dtype=np.float64),
            np.array([kind[1] for kind in kinds], dtype=bool),
            np.array([kind[2] for kind in kinds], dtype=bool),
        )
        return _keys(parts)[0]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The words of some texts with what each of them is."""

    offsets: NDArray[np.int64]
    hashes: Keys
    small: Keys
    figures: NDArray[np.float64]
    is_name: NDArray[np.bool_]
    is_slip: NDArray[np.bool_]


def _all_keys(words: Words, vocabulary: Vocabulary, hashes: Keys) -> tuple[Keys, NDArray[np.uint32]]:
    small = _spelling_hashes([one.lower() for one in words.spellings])
    keys: list[Keys] = []
    owners: list[NDArray[np.uint32]] = []
    for start in range(0, words.count, _TEXTS_AT_ONCE):
        offsets = words.offsets[start : start + _TEXTS_AT_ONCE + 1]
        ids = words.ids[offsets[0] : offsets[-1]]
        parts = _Parts(
            offsets - offsets[0],
            hashes[ids],
            small[ids],
            vocabulary.figure[ids],
            vocabulary.is_name[ids],
            vocabulary.is_slip[ids],
        )
        made, of = _keys(parts)
        keys.append(made)
        owners.append((of + start).astype(np.uint32))
    if not keys:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint32)
    return np.concatenate(keys), np.concatenate(owners)


def _keys(parts: _Parts) -> tuple[Keys, NDArray[np.int64]]:
    """All keys of some texts, each once for each text, with the text that each is of."""
    texts = np.repeat(np.arange(len(parts.offsets) - 1), np.diff(parts.offsets))
    is_figure = parts.figures >= 10
    figures = _mixed(_FIGURES, parts.figures.view(np.uint64))
    is_large_figure = parts.figures >= _OF_LARGE
    found = [
        _bands(parts, texts),
        _crossed(_NAMED, (texts, parts.hashes, parts.is_name), (texts, figures, is_figure)),
        _crossed(_FIGURES, (texts, figures, is_large_figure), (texts, figures, is_large_figure), is_ordered=True),
        (_mixed(_SLIP, parts.small[parts.is_slip]), texts[parts.is_slip]),
    ]
    # A slip is evidence enough to be looked at by itself: it counts as two keys.
    found.append((_mixed(_SLIP + np.uint64(1), parts.small[parts.is_slip]), texts[parts.is_slip]))
    keys, owners = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((keys, owners))
    keys, owners = keys[order], owners[order]
    is_first = np.ones(len(keys), dtype=bool)
    is_first[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    return keys[is_first], owners[is_first]


def _bands(parts: _Parts, texts: NDArray[np.int64]) -> tuple[Keys, NDArray[np.int64]]:
    """MinHash bands over runs of three words in small letters; each counts as two keys."""
    if len(parts.small) < 3:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    runs = _mixed(_mixed(parts.small[:-2], parts.small[1:-1]), parts.small[2:])
    is_whole = texts[:-2] == texts[2:]
    runs, of = runs[is_whole], texts[:-2][is_whole]
    if not len(runs):
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate(([True], of[1:] != of[:-1])))
    keys: list[Keys] = []
    for band in range(_BANDS):
        signature = np.full(len(starts), _BAND + np.uint64(2 * band), dtype=np.uint64)
        for row in range(_ROWS):
            least = np.minimum.reduceat(_mixed(np.uint64(1000 + band * _ROWS + row), runs), starts)
            signature = _mixed(signature, least)
        keys += [signature, _mixed(_BAND, signature)]
    return np.concatenate(keys), np.tile(of[starts], 2 * _BANDS)


def _crossed(
    seed: np.uint64,
    one: tuple[NDArray[np.int64], Keys, NDArray[np.bool_]],
    other: tuple[NDArray[np.int64], Keys, NDArray[np.bool_]],
    *,
    is_ordered: bool = False,
) -> tuple[Keys, NDArray[np.int64]]:
    """A key for each word of one kind with each word of another kind in the same text."""
    (of_one, first), (of_other, second) = ((texts[mask], values[mask]) for texts, values, mask in (one, other))
    begin, end = np.searchsorted(of_other, of_one, "left"), np.searchsorted(of_other, of_one, "right")
    counts = end - begin
    left = np.repeat(np.arange(len(first)), counts)
    right = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(begin, counts)
    values, others = first[left], second[right]
    if is_ordered:
        is_kept = values < others
        left, values, others = left[is_kept], values[is_kept], others[is_kept]
    return _mixed(seed, _mixed(values, others)), of_one[left]


def _mixed(one: Keys | np.uint64, other: Keys) -> Keys:
    """Two numbers mixed into one (the steps of SplitMix64); the order counts."""
    with np.errstate(over="ignore"):
        mixed: Keys = (one * _MULTIPLIER) ^ other
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def _spelling_hashes(spellings: Sequence[str]) -> Keys:
    """A number for each spelling that is the same wherever it is worked out (FNV-1a over its bytes)."""
    return np.array([_fnv(one.encode()) for one in spellings], dtype=np.uint64)


def _fnv(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def _evidence(one: _Report, other: _Report) -> Evidence:
    figures = one.figures & other.figures
    weight = _weight(figures)
    poorer = min(one.weight, other.weight)
    both = len(one.runs & other.runs)
    either = len(one.runs) + len(other.runs) - both
    return Evidence(
        figures=tuple(sorted(figures)),
        names=tuple(sorted(one.names & other.names)),
        slips=tuple(sorted(one.slips & other.slips)),
        weight=weight,
        part=weight / poorer if poorer else 0.0,
        likeness=both / either if either else 0.0,
    )


def _weight(figures: Iterable[float]) -> float:
    # Added in order, so that equal figures have equal weights however they came.
    return sum(weight_of(one) for one in sorted(figures))
