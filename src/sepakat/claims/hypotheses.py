"""Analysis of competing hypotheses: which evidence tells them apart, and which has least against it, with the working.

A cell is what people, or the evidence itself, say: consistent, inconsistent, neutral. Where they differ, the cell is
disputed and counts for nothing. What speaks for a hypothesis is shown and not counted, as the method has it; what
speaks against it counts once per origin, so that hearsay does. Invariant: the order of judgements changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sepakat.claims.lineage import Support, distinct_roots
from sepakat.claims.telling import Telling, reports_of
from sepakat.stix.identifiers import StixId

CONSISTENT, INCONSISTENT, NEUTRAL, DISPUTED = "consistent", "inconsistent", "neutral", "disputed"

_VERDICTS = {CONSISTENT, INCONSISTENT, NEUTRAL}
_BY_ROLE = {"supports": CONSISTENT, "contradicts": INCONSISTENT}


@dataclass(frozen=True, slots=True)
class Judged:
    """One word on one cell: by a person's name, or by the claim itself (`by` is then its id)."""

    hypothesis: StixId
    evidence: StixId
    by: str
    verdict: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with everything that was said about it; `verdict` is None where nobody said anything."""

    verdict: str | None
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of evidence across all hypotheses. `diagnosticity`: the share of pairs that it tells apart, 0 to 1."""

    evidence: StixId
    cells: tuple[Cell, ...]
    diagnosticity: float


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against one hypothesis: the evidence, and its distinct origins."""

    hypothesis: StixId
    evidence: tuple[StixId, ...]
    support: Support

    @property
    def count(self) -> int:
        """How many independent origins speak against it, at least."""
        return self.support.least


@dataclass(frozen=True, slots=True)
class Matrix:
    """Hypotheses by evidence. `least_against` has several where they are equal, and none where nothing is judged."""

    hypotheses: tuple[StixId, ...]
    rows: tuple[Row, ...]
    against: tuple[Against, ...]

    @property
    def least_against(self) -> tuple[StixId, ...]:
        """The hypotheses with the fewest origins against them. It is no verdict: new evidence changes it."""
        if not any(cell.verdict for row in self.rows for cell in row.cells):
            return ()
        least = min(one.count for one in self.against)
        return tuple(one.hypothesis for one in self.against if one.count == least)


def own_words(hypotheses: Iterable[StixId], evidence: Iterable[Telling]) -> tuple[Judged, ...]:
    """What claims say of hypotheses by their own basis: supports, contradicts."""
    asked = set(hypotheses)
    return tuple(
        Judged(named, one.id, one.id, _BY_ROLE[entry.role])
        for one in evidence
        for entry in one.claim.basis
        if (named := entry.object_ref) is not None and named in asked and entry.role in _BY_ROLE
    )


def build_matrix(hypotheses: Sequence[Telling], evidence: Sequence[Telling], judged: Iterable[Judged]) -> Matrix:
    """The matrix of believed hypotheses and evidence; judgements of anything else are left out."""
    columns = tuple(sorted(one.id for one in hypotheses if one.is_believed))
    lines = {one.id: one for one in evidence if one.is_believed and one.id not in columns}
    by_cell: dict[tuple[StixId, StixId], list[Judged]] = {}
    for word in (*own_words(columns, lines.values()), *judged):
        by_cell.setdefault((word.hypothesis, word.evidence), []).append(word)
    rows = tuple(_row(id_, columns, by_cell) for id_ in sorted(lines))
    against = tuple(_against(column, place, rows, lines) for place, column in enumerate(columns))
    return Matrix(columns, rows, against)


def _row(evidence: StixId, columns: Sequence[StixId], by_cell: Mapping[tuple[StixId, StixId], Sequence[Judged]]) -> Row:
    cells = tuple(_cell(by_cell.get((column, evidence), ())) for column in columns)
    pairs = list(combinations([cell.verdict for cell in cells], 2))
    told_apart = sum(1 for one, other in pairs if one != other and {one, other} <= _VERDICTS)
    return Row(evidence, cells, told_apart / len(pairs) if pairs else 0.0)


def _cell(judged: Sequence[Judged]) -> Cell:
    verdicts = {word.verdict for word in judged}
    words = tuple(sorted(judged, key=lambda word: (word.by, word.verdict)))
    return Cell(None if not verdicts else verdicts.pop() if len(verdicts) == 1 else DISPUTED, words)


def _against(column: StixId, place: int, rows: Sequence[Row], lines: Mapping[StixId, Telling]) -> Against:
    evidence = tuple(row.evidence for row in rows if row.cells[place].verdict == INCONSISTENT)
    return Against(column, evidence, distinct_roots(reports_of(lines[one] for one in evidence)))
