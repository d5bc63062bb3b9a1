"""The journal of what is written that deciding reads: one entry for each writing unit, and the port that gives it.

Whoever keeps a world decided follows it; what it says is only where to look again. See decision record 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sepakat.stix.identifiers import StixId


@dataclass(frozen=True, slots=True)
class Touched:
    """What was written of what deciding reads: by id, or that agreements, or that anything at all, may be other."""

    objects: frozenset[StixId] = frozenset()
    policies: frozenset[StixId] = frozenset()
    approvals: frozenset[StixId] = frozenset()
    """Objects for which somebody approved or refused something."""
    grants: frozenset[StixId] = frozenset()
    """Objects whose consents changed."""
    agreements: bool = False
    everything: bool = False

    @property
    def ids(self) -> frozenset[StixId]:
        """All ids of which something was written."""
        return self.objects | self.policies | self.approvals | self.grants

    def __or__(self, other: Touched) -> Touched:
        return Touched(
            self.objects | other.objects,
            self.policies | other.policies,
            self.approvals | other.approvals,
            self.grants | other.grants,
            self.agreements or other.agreements,
            self.everything or other.everything,
        )


class Changes(Protocol):
    """What was written that deciding reads: whoever keeps a world decided follows it. Kept with the unit, in order."""

    def note(self, *, everything: bool = False) -> None:
        """Note that all has to be decided anew; what the other ports write they note themselves."""

    def fresh(self, after: int = 0) -> Touched:
        """What this unit has written so far, without its first `after` notes."""

    def noted(self) -> int:
        """How many notes there are of what this unit has written: one more whenever it writes, be it the same again."""

    def last(self) -> int:
        """The newest entry that is committed; 0 when none is kept."""

    def since(self, entry: int) -> Touched | None:
        """All that was committed after an entry; None when that entry is no longer kept."""

    def decided_at(self) -> datetime | None:
        """The instant for which the last unit decided that decided anything; None where none did."""

    def note_decided(self, at: datetime) -> None:
        """Note the instant for which this writing unit decides."""

    def published_at(self) -> datetime | None:
        """When the newest entry's unit had every view up to date; None where it wrote more after that.

        None also where its process was of another release: that may decide otherwise.
        """

    def note_published(self, at: datetime) -> None:
        """Note that every view is up to date at an instant, with all that this writing unit has written so far."""

    def when_ended(self, action: Callable[[int | None], None]) -> None:
        """Call `action` when this writing unit has ended, before the next one begins in this process.

        It gets the newest entry there is then, the unit's own if it wrote any; None if the unit was rolled back.
        """
