"""Questions: the key that rival claims share, what each answers, and whether the question is contested.

Rival claims stand side by side and are never joined: a heading over equal answers is a heading, and there is no winner.
A question is open, contested, or settled *by a party*, which says so in a claim of its own that others need not share.
Invariant: every claim that answers a question is in the account of it exactly once, in any order of arrival.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from sepakat.claims.quantities import Agreement, compare
from sepakat.claims.telling import Telling
from sepakat.claims.words import quantity_words
from sepakat.errors import Fault, InputError
from sepakat.stix.identifiers import PartyId, StixId

SETTLED_LABEL = "question-settled"
"""The STIX label of the assessment by which a party says that a question is settled for it."""

BUCKETS = {"year": 4, "month": 7, "day": 10}
DISAGREEING = ("disagree", "strongly-disagree")


class State(StrEnum):
    """Where a question stands, as one node sees it."""

    OPEN = "open"
    CONTESTED = "contested"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a party thinks of one claim (a STIX `opinion`): its word, its reason, who said it and when."""

    id: StixId
    about: StixId
    opinion: str
    explanation: str
    parties: tuple[PartyId, ...]
    said_at: datetime
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Claims that answer alike, each by itself."""

    words: str
    claims: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """A party's word that a question is settled for it, and why."""

    id: StixId
    parties: tuple[PartyId, ...]
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class QuestionAccount:
    """Everything that answers one question. `contested_by` says in sentences why it is contested."""

    key: str
    asked: tuple[Telling, ...]
    answers: tuple[Answer, ...]
    opinions: tuple[Opinion, ...]
    settlements: tuple[Settlement, ...]
    comparisons: tuple[str, ...]
    contested_by: tuple[str, ...]

    @property
    def claims(self) -> tuple[Telling, ...]:
        """All answers, oldest first."""
        rows = [one for answer in self.answers for one in answer.claims]
        return tuple(sorted(rows, key=lambda one: (one.created, one.id)))

    @property
    def text(self) -> str:
        """The question in the words of who asked first; its key where nobody did."""
        return self.asked[0].statement if self.asked else self.key

    def state(self, party: PartyId) -> State:
        """Where it stands for a party: settled only if that party itself says so."""
        if any(party in one.parties for one in self.settlements):
            return State.SETTLED
        return State.CONTESTED if self.contested_by else State.OPEN


def question_key(subject: str, predicate: str, place: str | None = None, time: str | None = None) -> str:
    """The key of a question from its parts: `strength/fighters:iq-an:2014-10`. `time` is a year, month or day.

    Raises:
        InputError: a part has no letters or figures, or the time is none.
    """
    faults = [
        Fault(name, "letters or figures", value)
        for name, value in (("subject", subject), ("predicate", predicate), ("place", place))
        if value is not None and not _slug(value)
    ]
    if time is not None and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", time):
        faults.append(Fault("time", "a year, month or day like 2014-10", time))
    if faults:
        raise InputError("question-invalid", f"question refused: {faults[0]}", faults=faults)
    parts = (f"{_slug(predicate)}/{_slug(subject)}", _slug(place or ""), time or "")
    return ":".join(part for part in parts if part)


def time_bucket(instant: datetime, size: str) -> str:
    """The year, month or day of an instant, as keys have it."""
    return instant.isoformat()[: BUCKETS[size]]


def answer_words(telling: Telling) -> str:
    """What a claim answers: its number with the hedge, or its statement; a denial says that it is one."""
    claim = telling.claim
    if claim.quantity is not None:
        return quantity_words(claim.quantity)
    return f"denied: {telling.statement}" if claim.kind == "denial" else telling.statement


def account_of(key: str, tellings: Iterable[Telling], opinions: Iterable[Opinion] = ()) -> QuestionAccount:
    """The account of one question from all claims with its key or assigned to it, in any order."""
    ordered = sorted(tellings, key=lambda one: (one.created, one.id))
    asked = tuple(one for one in ordered if one.claim.kind == "question")
    settling = [one for one in ordered if SETTLED_LABEL in one.labels and one.claim.kind == "assessment"]
    rivals = [one for one in ordered if one not in asked and one not in settling]
    grouped: dict[str, list[Telling]] = {}
    for one in rivals:
        grouped.setdefault(answer_words(one), []).append(one)
    held = {one.id for one in rivals}
    said = tuple(sorted((one for one in opinions if one.about in held), key=lambda one: (one.said_at, one.id)))
    comparisons = tuple(_comparisons(rivals))
    return QuestionAccount(
        key=key,
        asked=asked,
        answers=tuple(Answer(words, tuple(claims)) for words, claims in grouped.items()),
        opinions=said,
        settlements=tuple(
            Settlement(one.id, one.origins, one.said_at, one.statement) for one in settling if one.is_believed
        ),
        comparisons=comparisons,
        contested_by=(*_conflicting(comparisons), *_rivalry(rivals, said)),
    )


def _comparisons(rivals: Sequence[Telling]) -> Iterable[str]:
    """Every two different numbers that somebody stands by, compared once."""
    given = (one.claim.quantity for one in rivals if one.is_believed)
    quantities = {quantity_words(quantity): quantity for quantity in given if quantity is not None}
    for first, second in combinations(sorted(quantities), 2):
        yield compare(quantities[first], quantities[second]).sentence


def _conflicting(comparisons: Iterable[str]) -> Iterable[str]:
    return (sentence for sentence in comparisons if sentence.startswith(Agreement.CONFLICTING.value))


def _rivalry(rivals: Sequence[Telling], opinions: Sequence[Opinion]) -> Iterable[str]:
    believed = {one.id: one for one in rivals if one.is_believed}
    denials = [one for one in believed.values() if one.claim.kind == "denial"]
    stated = [one for one in believed.values() if one.claim.kind not in ("denial", "hypothesis")]
    if denials and stated:
        yield f"{_counted(len(stated), 'claim')} stated, {_counted(len(denials), 'claim')} denied"
    hypotheses = sum(1 for one in believed.values() if one.claim.kind == "hypothesis")
    if hypotheses > 1:
        yield f"{hypotheses} hypotheses compete"
    for one in believed.values():
        for entry in one.claim.basis:
            if entry.role == "contradicts" and entry.object_ref in believed:
                yield f"{one.id} contradicts {entry.object_ref}"
    for word in opinions:
        if word.opinion in DISAGREEING and word.about in believed:
            who = ", ".join(word.parties) or "somebody"
            yield f"{who}: {word.opinion} with {word.about}" + (f": {word.explanation}" if word.explanation else "")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _slug(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return "-".join(re.findall(r"[a-z0-9]+", bare))
