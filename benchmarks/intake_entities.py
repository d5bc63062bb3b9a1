"""Entity F1 of a tagger on BIO files: `token part-of-speech tag` or `token tag` a line, sentences apart by a blank one.

The tagger gets the tokens alone. An entity counts when its boundaries and its type are exactly those of the file. An
`I-` tag that continues nothing of its type begins an entity (as conlleval reads it), in file and answer alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Tagger = Callable[[Sequence[str]], Sequence[str]]
Entity = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Raw counts of entities: in the file, in the answer, in both."""

    gold: int = 0
    found: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Right of found; 0 when nothing was found."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Right of gold; 0 when there is nothing to find."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (self.gold + self.found) if self.gold + self.found else 0.0


@dataclass(frozen=True, slots=True)
class EntityScore:
    """The counts over all types and by type."""

    all: Counts
    by_type: dict[str, Counts] = field(default_factory=dict)


def read_bio(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """The sentences of a BIO file as (tokens, tags).

    Raises:
        ValueError: a line without a tag, with its number.
    """
    tokens: list[str] = []
    tags: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.split()
        if not parts:
            if tokens:
                yield tokens, tags
            tokens, tags = [], []
            continue
        if len(parts) < 2 or not (parts[-1] == "O" or parts[-1][:2] in {"B-", "I-"}):
            raise ValueError(f"line {number} of a BIO file: expected token and tag, found {line!r}")
        tokens.append(parts[0])
        tags.append(parts[-1])
    if tokens:
        yield tokens, tags


def entities(tags: Sequence[str]) -> set[Entity]:
    """The entities of one sentence as (first, past the last, type)."""
    found: set[Entity] = set()
    start, kind = 0, ""
    for index, tag in enumerate([*tags, "O"]):
        prefix, _, name = tag.partition("-")
        if kind and (prefix != "I" or name != kind):
            found.add((start, index, kind))
            kind = ""
        if not kind and prefix in {"B", "I"}:
            start, kind = index, name
    return found


def score_entities(text: str, tagger: Tagger) -> EntityScore:
    """Tag every sentence of a BIO file by its tokens and compare.

    Raises:
        ValueError: the tagger gave another number of tags than it got tokens.
    """
    gold: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for tokens, tags in read_bio(text):
        answer = tagger(tuple(tokens))
        if len(answer) != len(tokens):
            raise ValueError(f"the tagger gave {len(answer)} tags for {len(tokens)} tokens")
        wanted, given = entities(tags), entities(answer)
        gold.update(kind for _, _, kind in wanted)
        found.update(kind for _, _, kind in given)
        right.update(kind for _, _, kind in wanted & given)
    kinds = sorted({*gold, *found})
    return EntityScore(
        Counts(gold.total(), found.total(), right.total()),
        {kind: Counts(gold[kind], found[kind], right[kind]) for kind in kinds},
    )
