"""Commitments: who offered or promised what to whom, and what became of it, as claims over time.

An offer is a claim of kind `offer`. Each step after it (accepted, begun, done, withdrawn) is a claim of its own, by
whoever says so, that names the offer in its basis and has the step as a STIX label. Steps of different speakers may
contradict each other; both are shown, and none is preferred.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sepakat.claims.telling import Telling
from sepakat.stix.identifiers import StixId

OFFERED = "offered"
STEPS = ("accepted", "begun", "done", "withdrawn")
LABEL = "commitment-"
"""Before the step in the STIX label of a claim that says it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One word on a commitment: which step, said in which claim."""

    status: str
    telling: Telling


@dataclass(frozen=True, slots=True)
class Commitment:
    """An offer with the steps that somebody stands by, oldest first."""

    offer: Telling
    to: tuple[StixId, ...]
    steps: tuple[Step, ...]

    @property
    def said(self) -> dict[str, str]:
        """The last step by each who said one (a speaker's id); the offer itself by who made it."""
        last = {_speaker(self.offer): OFFERED if self.offer.is_believed else "withdrawn"}
        for step in self.steps:
            last[_speaker(step.telling)] = step.status
        return last

    @property
    def statuses(self) -> tuple[str, ...]:
        """The different steps at which its parties see it; one where they agree or one alone has spoken since."""
        spoken = {_speaker(step.telling): step.status for step in self.steps}
        if not self.offer.is_believed:
            spoken[_speaker(self.offer)] = "withdrawn"
        return tuple(sorted(set(spoken.values()))) or (OFFERED,)


def commitments_of(tellings: Iterable[Telling]) -> tuple[Commitment, ...]:
    """All offers among the claims with their steps, oldest offer first."""
    held = sorted(tellings, key=lambda one: (one.created, one.id))
    steps: dict[StixId, list[Step]] = {}
    for one in held:
        status = step_of(one)
        if status is not None and one.is_believed:
            for entry in one.claim.basis:
                if entry.object_ref is not None:
                    steps.setdefault(entry.object_ref, []).append(Step(status, one))
    return tuple(
        Commitment(one, tuple(ref for ref in one.refs if ref != one.claim.speaker_ref), tuple(steps.get(one.id, ())))
        for one in held
        if one.claim.kind == "offer" and step_of(one) is None
    )


def step_of(telling: Telling) -> str | None:
    """The step that a claim says, None for any other claim."""
    return next((step for step in STEPS if f"{LABEL}{step}" in telling.labels), None)


def _speaker(one: Telling) -> str:
    return one.claim.speaker_ref or one.creator or one.id
