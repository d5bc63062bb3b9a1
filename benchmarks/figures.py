"""The figures of a benchmark: what was measured, what it has to be, whether it is, and the single runs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "build" / "bench"


@dataclass(frozen=True)
class Figure:
    """One number, what it has to be, and the runs that it is the median of."""

    figure: str
    value: float
    unit: str
    goal: float | None
    runs: tuple[float, ...]
    more_is_better: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        told = {"figure": self.figure, "value": self.value, "unit": self.unit, "goal": self.goal, "met": self.met}
        return {**told, "runs": list(self.runs)}

    def line(self) -> str:
        """As it is printed."""
        sign = ">=" if self.more_is_better else "<="
        goal = "" if self.goal is None else f", goal {sign} {self.goal:,g}: {'met' if self.met else 'NOT MET'}"
        runs = ", ".join(f"{run:,.4g}" for run in self.runs)
        return f"{self.figure}: {self.value:,.4g} {self.unit}{goal}\n    runs: {runs}"


@dataclass
class Report:
    """All figures, printed as they come; and what makes the run fail."""

    figures: list[Figure] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(
        self, figure: str, unit: str, goal: float | None, runs: Sequence[float], *, more_is_better: bool = False
    ) -> float:
        """Take in the runs of a figure; gives their median."""
        value = statistics.median(runs)
        self.figures.append(Figure(figure, value, unit, goal, tuple(runs), more_is_better))
        print(self.figures[-1].line(), flush=True)
        return value

    def fault(self, text: str) -> None:
        """Something that makes the run worthless."""
        self.faults.append(text)
        print(f"FAULT: {text}", flush=True)

    def write(self, name: str, folder: Path = RESULTS) -> None:
        """Keep the figures of the benchmark of a name, as `{figure, value, unit, goal, met, runs}` each."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.json"
        path.write_text(json.dumps([figure.document() for figure in self.figures], indent=2) + "\n", encoding="utf-8")
        print(f"written to {path.name}")
