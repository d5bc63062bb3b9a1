"""How well and how fast undeclared copying is found: `python -m benchmarks.claims`, `--help` for what may be asked for.

On generated reports (`benchmarks.claims_generated`, a seed that nothing was tuned on): precision over pairs, recall
over copies, seconds and memory to index, milliseconds for one query, at every size. On the smallest also a plain
baseline in the same run: all pairs by the words they share, at whichever threshold serves it best.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.claims_generated import GeneratedReport, generate
from benchmarks.figures import Report
from sepakat.claims.copying import CopyIndex

SIZES = (10_000, 100_000, 1_000_000)
SEED = 2014
QUERIES = 200
THRESHOLDS = tuple(step / 20 for step in range(4, 20))
_ROWS_AT_ONCE = 500

Pair = tuple[int, int]


def quality(reports: Sequence[GeneratedReport], pairs: set[Pair]) -> dict[str, Any]:
    """Precision: pairs of one origin among those named. Recall: copies named with what they were copied from."""
    right = sum(reports[first].origin == reports[second].origin for first, second in pairs)
    copies = [(one.copied, one.index) for one in reports if one.copied is not None]
    by_party: dict[str, list[bool]] = {}
    for pair in copies:
        by_party.setdefault(reports[pair[1]].party, []).append(pair in pairs)
    found = sum(map(sum, by_party.values()))
    return {
        "pairs": len(pairs),
        "precision": round(right / len(pairs), 4) if pairs else None,
        "recall": round(found / len(copies), 4) if copies else None,
        "recall_by_copier": {party: round(sum(them) / len(them), 4) for party, them in sorted(by_party.items())},
    }


def measure(count: int) -> dict[str, Any]:
    """One size: index, query and search, with the quality of what was found."""
    reports = list(generate(count, SEED))
    begun = time.perf_counter()
    index = CopyIndex(one.text for one in reports)
    indexed = time.perf_counter()
    pairs = {(one.first, one.second) for one in index.warnings()}
    searched = time.perf_counter()
    queries = []
    for report in reports[:: max(1, count // QUERIES)]:
        started = time.perf_counter()
        index.copies_of(report.text)
        queries.append((time.perf_counter() - started) * 1000)
    return {
        "claims": count,
        "index_seconds": round(indexed - begun, 2),
        "search_seconds": round(searched - indexed, 2),
        "query_ms_median": round(statistics.median(queries), 2),
        "query_ms_p99": round(statistics.quantiles(queries, n=100)[98], 2),
        "index_mib": round(index.bytes / 2**20, 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        **quality(reports, pairs),
    }


def baseline(reports: Sequence[GeneratedReport]) -> dict[str, Any]:
    """All pairs by the part of their words that both have, at the threshold with the best F1 (it is let choose)."""
    begun = time.perf_counter()
    numbers: dict[str, int] = {}
    sets = [{numbers.setdefault(word, len(numbers)) for word in one.text.lower().split()} for one in reports]
    table = np.zeros((len(sets), len(numbers)), dtype=np.float32)
    for row, words in enumerate(sets):
        table[row, list(words)] = 1
    sizes = table.sum(axis=1)
    scored: list[tuple[float, Pair]] = []
    for start in range(0, len(sets), _ROWS_AT_ONCE):
        shared = table[start : start + _ROWS_AT_ONCE] @ table.T
        alike = shared / (sizes[start : start + _ROWS_AT_ONCE, None] + sizes[None, :] - shared)
        rows, columns = np.nonzero(alike >= THRESHOLDS[0])
        scored += [
            (float(alike[row, column]), (start + row, int(column)))
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if start + row < column
        ]
    best: dict[str, Any] = {}
    for threshold in THRESHOLDS:
        found = quality(reports, {pair for likeness, pair in scored if likeness >= threshold})
        precision, recall = found["precision"] or 0.0, found["recall"] or 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        if not best or f1 > best["f1"]:
            best = {"threshold": threshold, "f1": round(f1, 4), **found}
    return {"claims": len(reports), "seconds": round(time.perf_counter() - begun, 2), **best}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.claims", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="how many reports")
    asked = parser.parse_args(arguments)
    report, smallest = Report(), min(asked.sizes)
    first: dict[str, Any] = {}
    for count in sorted(asked.sizes):
        measured = measure(count)
        print(json.dumps(measured), flush=True)
        tell(report, measured)
        first = first or measured
    # Last, so that its memory is not taken for that of the index.
    plain = baseline(list(generate(smallest, SEED)))
    print("baseline", json.dumps(plain))
    for name, unit in (("precision", ""), ("recall", ""), ("f1", ""), ("seconds", "s")):
        report.add(f"all pairs, {smallest:,} claims: {name}", unit, None, [plain[name]])
    ours = first["index_seconds"] + first["search_seconds"]
    report.add("all pairs to index and search", "times as long", None, [plain["seconds"] / ours])
    report.write("claims")


def tell(report: Report, measured: Mapping[str, Any]) -> None:
    """The figures of one size, with the goals that it has."""
    count = measured["claims"]
    among, seconds = f"among {count:,} claims", measured["index_seconds"] + measured["search_seconds"]
    is_largest = count >= SIZES[-1]
    report.add(f"precision {among}", "", 0.95, [measured["precision"]], more_is_better=True)
    report.add(f"recall {among}", "", 0.8, [measured["recall"]], more_is_better=True)
    report.add(f"index and search {among}", "s", 600 if is_largest else None, [seconds])
    report.add(f"one query {among}", "ms", 50, [measured["query_ms_median"]])
    report.add(f"most memory {among}", "MiB", 4096 if is_largest else None, [measured["peak_mib"]])


if __name__ == "__main__":
    main()
