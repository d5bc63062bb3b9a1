"""Decides every held version for every view at one instant, and explains single decisions.

`decide_all` compiles the world into bit sets, lets the fixpoint settle and keeps the result as `Verdicts`; `decide`
words one decision with a finding from every rule. What leaves as a variant is projected in `variants`. DESIGN section
4.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sepakat.release.compiled import Compiled
from sepakat.release.decision import Decision, Outcome
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.next_change import next_change
from sepakat.release.publication import Publication
from sepakat.release.question import ViewKey, World
from sepakat.release.reasons import Reasons
from sepakat.release.versions import Version
from sepakat.stix.objects import VersionRef


class Verdicts:
    """What leaves, for all versions and all views of one world at one instant."""

    def __init__(self, compiled: Compiled, fixpoint: Fixpoint, publication: Publication | None = None) -> None:
        self.compiled = compiled
        self.fixpoint = fixpoint
        self._publication = publication

    def outcome(self, version: VersionRef, view: ViewKey) -> Outcome:
        """The outcome for one version in one view; `OUT` for anything that is not known."""
        known = self.compiled.by_ref.get(version)
        return Outcome.OUT if known is None else self._outcome(known, view)

    def released(self, view: ViewKey) -> tuple[tuple[VersionRef, Outcome], ...]:
        """All that the view holds, the scaffold that it needs included (always whole), in the order of the world."""
        bit = self.compiled.slots.bit(view)
        if not bit:
            return ()
        shown = self.publication.of(view)
        found: list[tuple[VersionRef, Outcome]] = []
        for version in self.compiled.by_ref.values():
            if version.is_scaffold:
                if version.id in shown:
                    found.append((version.ref, Outcome.WHOLE))
            elif version.whole & bit:
                found.append((version.ref, Outcome.WHOLE))
            elif version.variant & bit:
                found.append((version.ref, Outcome.VARIANT))
        return tuple(found)

    @property
    def publication(self) -> Publication:
        """Which scaffold each view shows."""
        if self._publication is None:
            self._publication = Publication(self.compiled)
        return self._publication

    @cached_property
    def next_change_at(self) -> datetime | None:
        """The earliest instant at which time alone can change any outcome; None when it cannot."""
        return next_change(self.compiled)

    def _outcome(self, version: Version, view: ViewKey) -> Outcome:
        if version.is_scaffold:
            return Outcome.WHOLE if version.id in self.publication.of(view) else Outcome.OUT
        bit = self.compiled.slots.bit(view)
        if version.whole & bit:
            return Outcome.WHOLE
        return Outcome.VARIANT if version.variant & bit else Outcome.OUT


def decide_all(world: World, now: datetime) -> Verdicts:
    """Decide all versions for all views."""
    compiled = Compiled(world, now)
    fixpoint = Fixpoint(compiled)
    fixpoint.run()
    return Verdicts(compiled, fixpoint)


def decide(world: World, verdicts: Verdicts, version: VersionRef, view: ViewKey, now: datetime) -> Decision:
    """The decision for one version in one view, with a finding from every rule, also after the first refusal.

    `verdicts` are those of the same world and instant.
    """
    outcome = verdicts.outcome(version, view)
    reasons = Reasons(verdicts.compiled, verdicts.fixpoint, version, view)
    return Decision(version, view, now, outcome, reasons.findings(outcome), reasons.cut(outcome), reasons.clauses())


def decided(
    verdicts: Verdicts, version: VersionRef, view: ViewKey, outcome: Outcome, now: datetime, cut: tuple[str, ...]
) -> Decision:
    """The decision for a version that goes, as it is recorded: by which clauses, and what of it is cut and why.

    Every rule on the whole of it permitted it. `cut` are the selectors of what a variant leaves out.
    """
    reasons = Reasons(verdicts.compiled, verdicts.fixpoint, version, view)
    findings = reasons.of_parts() if outcome is Outcome.VARIANT else ()
    return Decision(version, view, now, outcome, findings, cut, reasons.clauses())
