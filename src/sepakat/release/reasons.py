"""Why one version is in one view, or not: a finding from every rule.

Asks the rules that the engine asked, each alone. Which words they get is left to `explanation`.
"""

from __future__ import annotations

from sepakat.release.compiled import Compiled
from sepakat.release.decision import Finding, Outcome
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.question import ViewKey
from sepakat.stix.objects import VersionRef


class Reasons:
    """The reasons for one decision."""

    def __init__(self, world: Compiled, fixpoint: Fixpoint, version: VersionRef, view: ViewKey) -> None:
        self._world = world
        self._fixpoint = fixpoint
        self._version = world.by_ref.get(version)
        self._view = view

    def findings(self, outcome: Outcome) -> tuple[Finding, ...]:
        """A finding from every rule."""
        return ()

    def cut(self, outcome: Outcome) -> tuple[str, ...]:
        """Selectors of what a variant leaves out."""
        return ()

    def clauses(self) -> tuple[str, ...]:
        """Ids of the clauses that match."""
        return ()
