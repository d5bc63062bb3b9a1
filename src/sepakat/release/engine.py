"""Decides every object version for every view at one instant, and explains one decision."""

from __future__ import annotations

from datetime import datetime

from sepakat.release.decision import Decision, Outcome
from sepakat.release.question import ViewKey, World
from sepakat.stix.objects import VersionRef


class Verdicts:
    """What leaves, for all versions and all views of one world at one instant."""

    next_change_at: datetime | None
    """When time alone can next change any outcome; None when it cannot."""

    def outcome(self, version: VersionRef, view: ViewKey) -> Outcome:
        """The outcome for one version in one view; `OUT` for anything that is not known."""
        raise NotImplementedError

    def released(self, view: ViewKey) -> tuple[tuple[VersionRef, Outcome], ...]:
        """All that the view holds, scaffold that it needs included (always whole), in no promised order."""
        raise NotImplementedError


def decide_all(world: World, now: datetime) -> Verdicts:
    """Decide all versions for all views."""
    raise NotImplementedError


def decide(world: World, verdicts: Verdicts, version: VersionRef, view: ViewKey, now: datetime) -> Decision:
    """The decision for one version in one view, with a finding from every rule."""
    raise NotImplementedError
