"""A decision is a value: the outcome for one version in one view at one instant, with a finding from every rule.

The engine fills it, `explanation` words it; CLI, pages, log and API show the same words. A taker never sees one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sepakat.release.question import ViewKey
from sepakat.stix.objects import VersionRef


class Outcome(StrEnum):
    """What leaves: the whole version byte for byte, a tear-line variant of it, or nothing."""

    WHOLE = "whole"
    VARIANT = "variant"
    OUT = "out"


class Verdict(StrEnum):
    """What one rule says."""

    PERMITS = "permits"
    WITHHOLDS = "withholds"
    CUTS = "cuts"
    """The rule permits the object but takes something out of it: evidence names the paths."""
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's verdict: why, on which evidence, and what would have to change."""

    rule: str
    verdict: Verdict
    because: str
    """One sentence part, lower case, no full stop: `marked TLP:AMBER+STRICT, clause S1 allows up to TLP:GREEN`."""
    clause: str | None = None
    evidence: tuple[str, ...] = ()
    """Selectors, ids, markings or parties the verdict rests on."""
    remedy: str | None = None
    """What would have to change, and who can change it; None when it permits."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for (version, view, instant), with *all* findings, also after the first refusal."""

    version: VersionRef
    view: ViewKey
    at: datetime
    outcome: Outcome
    findings: tuple[Finding, ...]
    cut: tuple[str, ...] = field(default=())
    """Selectors of what a variant leaves out, in the order of the object."""
    clauses: tuple[str, ...] = field(default=())
    """Ids of the clauses that matched."""

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that withhold."""
        return tuple(f for f in self.findings if f.verdict is Verdict.WITHHOLDS)
