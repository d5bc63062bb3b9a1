"""A claim as a value: one statement with everything that is known about it.

Keeps what the claim extension says, in Python's words and types; timestamps stay text as they were given. Absent is
None or empty, never a default that says something. Which values go together is checked in `schema`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sepakat.stix.identifiers import PartyId, StixId

Amount: TypeAlias = int | float


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as the speaker gave it: `qualifier` says how, `as_said` in which words."""

    qualifier: str
    unit: str
    point: Amount | None = None
    min: Amount | None = None
    max: Amount | None = None
    as_said: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the speaker has it from: an untestable token, a rating in its own scheme, words that do not identify."""

    token: str | None = None
    scheme: str | None = None
    reliability: str | None = None
    evaluation: int | None = None
    access: str | None = None
    descriptor: str | None = None


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A word of likelihood, in its scheme, with the scheme's range in per cent."""

    scheme: str
    term: str
    low: Amount | None = None
    high: Amount | None = None


@dataclass(frozen=True, slots=True)
class Valid:
    """When the statement is true, not when it was made: timestamps as given, and how exact they are."""

    from_: str | None = None
    to: str | None = None
    precision: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """One thing the claim rests on: an object, the digest of a document, or the token of a source; and how."""

    role: str
    object_ref: StixId | None = None
    digest: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Root tokens the claim comes from; the parties it went through, first to last; how many hands in all."""

    roots: tuple[str, ...] = ()
    via: tuple[PartyId, ...] = ()
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """The claim is about a person, of this category."""

    category: str


@dataclass(frozen=True, slots=True)
class MadeBy:
    """Who put the claim into this form: a person or a program, and its name or role."""

    maker: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Where in which document it stands: digest of the document, offsets in characters, end exclusive."""

    digest: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement. `credibility` is Admiralty's 1 to 6, of the information; the source's rating is in `source`."""

    kind: str
    speaker_ref: StixId | None = None
    question: str | None = None
    quantity: Quantity | None = None
    source: Source | None = None
    credibility: int | None = None
    analytic_confidence: str | None = None
    likelihood: Likelihood | None = None
    valid: Valid | None = None
    basis: tuple[Basis, ...] = ()
    lineage: Lineage | None = None
    person: Person | None = None
    status: str | None = None
    made_by: MadeBy | None = None
    span: Span | None = None
