"""Words a decision for people: one place, plain English, the same in CLI, pages, log and API."""

from __future__ import annotations

from sepakat.release.decision import Decision


def sentence(decision: Decision) -> str:
    """The decision in one sentence: `X withheld from ru: marked TLP:AMBER+STRICT, clause S1 allows up to TLP:GREEN`."""
    raise NotImplementedError


def lines(decision: Decision) -> tuple[str, ...]:
    """Every finding in one sentence each, in the order of the rules, failing ones with what would have to change."""
    raise NotImplementedError
