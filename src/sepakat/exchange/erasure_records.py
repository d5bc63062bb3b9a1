"""What a node remembers of what it erased, and how long it keeps what: never any content.

Internal to the node. All instants are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sepakat.exchange.records import Direction
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.erasures import ErasedRow, SignedProof

EVERY_TYPE = "any"
"""In place of a type: the rule for all types that have none of their own."""


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message to a partner that stays as it is until the partner has followed our log past it; then `paths` go.

    `leaf` is its place in our log for `counterpart`. Paths name members of the message's body, as in `objects.3`.
    """

    hash: str
    counterpart: PartyId
    leaf: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure: its proof, and what of it waits for partners."""

    number: int
    proof: SignedProof
    open: tuple[OpenMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long objects of a type (or `any`) are kept, counted from when they came; an ISO 8601 duration."""

    type: str
    period: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class Removed:
    """What the store removed of objects: how many rows of what, and the rows of views that have no payload now."""

    counts: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[ErasedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """One kept message, by what an erasure asks of it."""

    hash: str
    direction: Direction
    counterpart: PartyId
    kind: str
    document: bytes
    is_delivered: bool
