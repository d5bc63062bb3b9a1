"""What every format reads and gives: one source's bytes with where they come from, and the contents found in them.

A reader is a plain function from `Source` to `Contents`. It raises InputError for what cannot be read at all, names
what it leaves out with its place in `refused`, and what the format says and STIX cannot in `losses`: nothing is dropped
without a word. Whether the objects are good, known or new is left to whoever takes them in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sepakat.errors import Fault
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.objects import StixObject

if TYPE_CHECKING:
    from sepakat.intake.reports.proposing import FoundReport


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it came. `name` is what it was called, `now` the instant of the intake.

    `creator` is the identity of the party whose information it is; `identities` are the known parties by identity;
    `options` are what the person asked for, by name, each known to the format that reads it.
    """

    data: bytes
    name: str
    now: datetime
    creator: StixId
    captured_at: datetime | None = None
    identities: Mapping[StixId, PartyId] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the source that was not taken, or lost something: its place or id, and why."""

    object_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a source holds as STIX objects.

    `is_converted` says that the versions are ours and not the source's: content that is held already under other dates
    is known, and changed content becomes a new version. `asks` are the values that the person may want to see before
    anything is kept, such as a proposed mapping.
    """

    objects: Collection[StixObject]
    refused: tuple[Item, ...] = ()
    warnings: tuple[Fault, ...] = ()
    losses: tuple[Item, ...] = ()
    is_converted: bool = False
    asks: Mapping[str, Any] = field(default_factory=dict)
    report: FoundReport | None = None
    """A page that was read: it proposes, and holds no objects before a person confirms them."""


class Kept(Collection[StixObject]):
    """Objects kept as their bytes alone and read anew each time they are asked for: large sources stay small."""

    def __init__(self, raws: Sequence[bytes]) -> None:
        self._raws = raws

    def __len__(self) -> int:
        return len(self._raws)

    def __iter__(self) -> Iterator[StixObject]:
        return (StixObject.from_bytes(bytes(raw)) for raw in self._raws)

    def __contains__(self, item: object) -> bool:
        return isinstance(item, StixObject) and item.raw in self._raws
