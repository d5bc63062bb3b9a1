"""What a node remembers of reports that were read: the page, what it proposes, and what persons said about that.

A proposal is no object: it is kept apart from what is held, and nothing here reaches a view. Internal to the node.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sepakat.stix.identifiers import PartyId, StixId


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A page or text that was taken in and read, under the id of its intake. Nothing of it is held by that alone."""

    id: str
    at: datetime
    by: str
    source: str
    """File name, or `-`."""
    digest: str
    """Hex SHA-256 of the bytes as they came."""
    form: str
    """`page` (HTML) or `text`."""
    address: str | None = None
    """Where the page was found, if the person taking it in said so. Never visited."""
    captured_at: datetime | None = None
    """When it was saved, if the person said so: relative dates count from there."""
    origin: PartyId | None = None
    """The party whose information it is; None: ours."""
    language: str | None = None
    title: str | None = None
    publisher: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportContent:
    """What stands in a report: the bytes as they came, the text in which offsets count, and how it was read (JSON)."""

    report: str
    content: bytes
    text: str
    reading: bytes


class ProposalState(StrEnum):
    """What a person has said about a proposal so far."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    JOINED = "joined"
    """It is an entity that was known already."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One object that a report proposes: a lead until a person confirms it, and never held as a proposal.

    `number` counts in the report from 1. `content` is the object as JSON, as it now stands. `target` is the held object
    that it became, or with which it was joined.
    """

    report: str
    number: int
    kind: str
    object_id: StixId
    name: str
    """The name folded, by which equal ones are found."""
    content: bytes
    rule: str
    score: int
    """How far the rule is to be trusted, in per cent."""
    start: int | None = None
    end: int | None = None
    state: ProposalState = ProposalState.PROPOSED
    target: StixId | None = None


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """What a person said about one proposal, and how it stood before, so that it can be undone."""

    report: str
    number: int
    sequence: int
    """Counts in the report from 1; those of one call are neighbours and have the same instant."""
    at: datetime
    by: str
    act: str
    """confirm | correct | join | reject"""
    reason: str | None
    state_before: ProposalState
    content_before: bytes
    target_before: StixId | None
    take_in: str | None
    """The intake by which something became held."""
    undone_at: datetime | None = None
    undone_by: str | None = None
