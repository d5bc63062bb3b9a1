"""The figures that taking in reports is held to, each with its goal, whether it is met, and the single runs.

Speed is measured in a process of its own, so that its start is a start; everything else is counted once, since the
rules have no chance in them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.intake_entities import score_entities
from benchmarks.intake_scoring import Score

RUNS = 5
_TIMED = """
import json, sys, time
begun = time.perf_counter()
from sepakat.intake.reports.reading import read_report
pages = [open(path, "rb").read() for path in sys.argv[1:]]
read_report(b"JAKARTA - Presiden mengatakan dia akan pergi ke Bandung pada hari Senin itu.", "first")
start = time.perf_counter() - begun
times = []
for content in pages:
    begun = time.perf_counter()
    read_report(content, "page")
    times.append((time.perf_counter() - begun) * 1000)
print(json.dumps([start, sum(times) / len(times), max(times)]))
"""

Figure = dict[str, Any]


def figure(name: str, runs: Sequence[float], unit: str, goal: str, met: bool) -> Figure:
    """One figure; its value is the median of the runs. Without a goal it is neither met nor missed."""
    value = sorted(runs)[len(runs) // 2]
    return {
        "figure": name,
        "value": round(value, 4),
        "unit": unit,
        "goal": goal or None,
        "met": met if goal else None,
        "runs": [round(run, 4) for run in runs],
    }


def quality(groups: Mapping[str, Score]) -> list[Figure]:
    """Leaves and extras of each group of pages, and precision and recall by layer."""
    found = []
    for group, score in groups.items():
        leaves, right, extras = len(score.leaves), score.right, len(score.extras)
        share = right / leaves
        news = group == "news 2014"
        found.append(
            figure(f"{group}: leaves right", [share], f"of {leaves} leaves", ">= 0.85" if news else "", share >= 0.85)
        )
        found.append(figure(f"{group}: extras", [extras], "proposals", "<= 8" if news else "", extras <= 8 or not news))
        for name, layer in score.layers.items():
            if layer.right + len(layer.extras):
                precision = layer.right / (layer.right + len(layer.extras))
                found.append(
                    figure(
                        f"{group}: {name}: precision",
                        [precision],
                        f"{layer.right} right, {len(layer.extras)} extra",
                        "",
                        True,
                    )
                )
            if layer.leaves:
                found.append(
                    figure(
                        f"{group}: {name}: recall",
                        [layer.right / len(layer.leaves)],
                        f"{layer.right} of {len(layer.leaves)}",
                        "",
                        True,
                    )
                )
    return found


def names(data: Path) -> list[Figure]:
    """F1 of the tagger on the part of idner-news-2k that nothing was learnt or listed from."""
    path = data / "ner" / "idner-dev.txt"
    if not path.exists():
        return []
    from sepakat.intake.reports.tagger import load_tagger  # noqa: PLC0415

    score = score_entities(path.read_text(encoding="utf-8"), load_tagger().tags)
    told = f"{score.all.right} right, {score.all.found} found, {score.all.gold} there"
    return [
        figure("idner-dev: entity F1", [score.all.f1], told, ">= 0.83", score.all.f1 >= 0.83),
        *(
            figure(
                f"idner-dev: {kind} F1", [one.f1], f"{one.right} right, {one.found} found, {one.gold} there", "", True
            )
            for kind, one in score.by_type.items()
        ),
    ]


def speed(pages: Sequence[Path]) -> list[Figure]:
    """How long the first page takes with the start, and each page after it."""
    runs = [_timed(pages) for _ in range(RUNS)]
    starts, means, worst = ([run[at] for run in runs] for at in range(3))
    return [
        figure("start, with the first page", starts, "s", "< 1", sorted(starts)[RUNS // 2] < 1),
        figure("a page after start, mean", means, "ms", "< 150", sorted(means)[RUNS // 2] < 150),
        figure("a page after start, slowest", worst, "ms", "< 150", sorted(worst)[RUNS // 2] < 150),
    ]


def _timed(pages: Sequence[Path]) -> list[float]:
    done = subprocess.run([sys.executable, "-c", _TIMED, *map(str, pages)], check=True, capture_output=True, text=True)
    found: list[float] = json.loads(done.stdout)
    return found
