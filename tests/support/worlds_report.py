"""Prints after a run what the random worlds did: how many there were, and which share released, withheld and cut."""

from __future__ import annotations

from collections import Counter

import pytest

COUNTED = ("releases and withholds", "cuts")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Sum up what the tests of the worlds have recorded; with several processes their records come together here."""
    total: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "worlds":
                total.update(value)
    if total["worlds"]:
        parts = [f"{what}: {total[what]} ({total[what] / total['worlds']:.0%})" for what in COUNTED]
        terminalreporter.write_line(
            f"random worlds: {total['worlds']}, versions x views: {total['pairs']}, {', '.join(parts)}"
        )
