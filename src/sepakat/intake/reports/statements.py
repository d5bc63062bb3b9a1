"""Statements as values: who said what, with which verb, and where in the text it stands.

Also what is remembered from one sentence to the next, which is all that a pronoun can mean. Reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sepakat.intake.reports.entities import Entity


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `start` and `end` are those of its content; without a speaker it is the narrator's."""

    speaker: str | None
    entity: Entity | None
    attribution: str
    verb: str | None
    act: str | None
    is_quote: bool
    start: int
    end: int
    sentence: int
    rule: str
    score: float
    medium: str | None = None


@dataclass(slots=True)
class State:
    """Who was named last: what a pronoun means."""

    person: Entity | None = None
    other: Entity | None = None
    other_name: str | None = None
    speaker: str | None = None
    speaker_entity: Entity | None = None
    spoke_in: int = -9
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, as the text names it, and the words that say so."""

    name: str
    entity: Entity | None
    attribution: str
