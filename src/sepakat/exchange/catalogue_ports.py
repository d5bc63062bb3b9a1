"""Ports for people who look: the catalogue of what is held, and what came and went lately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sepakat.exchange.records import (
    Arrival,
    Catalogued,
    CataloguePiece,
    CatalogueRow,
    CheckpointNote,
    Consultation,
    Movement,
    Publication,
    RecordedDecision,
    SavedSearch,
)
from sepakat.stix.identifiers import PartyId, StixId


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in the catalogue: all of it must fit; None and empty ask nothing."""

    words: tuple[str, ...] = ()
    """Each as it is entered: whole, without case and accents."""
    type: str | None = None
    level: str | None = None
    ids: frozenset[StixId] | None = None
    released_to: PartyId | None = None
    received_from: PartyId | None = None
    since: datetime | None = None
    until: datetime | None = None


class Catalogue(Protocol):
    """What is held, to be found by people. It follows the intakes, and may be behind; nothing but pages reads it."""

    def is_behind(self) -> bool:
        """Whether something was taken in that is not entered."""

    def next_piece(self, most: int) -> CataloguePiece:
        """The next objects to enter, in the order of their intakes."""

    def advance(self, piece: CataloguePiece) -> None:
        """The piece is entered."""

    def put(self, entries: Sequence[Catalogued]) -> None:
        """Enter objects that are held and not entered, in this order."""

    def forget(self, ids: Iterable[StixId]) -> None: ...
    def find(self, search: Search, *, before: int | None = None, limit: int = 50) -> list[CatalogueRow]:
        """The last that came first, from `before` on; only what is held."""

    def linked(self, id_: StixId, limit: int = 50, *, types: Sequence[str] = ()) -> list[CatalogueRow]:
        """Objects that refer to this one, of these types or of any, the last that came first."""

    def types(self) -> list[str]:
        """Every type that is entered, by name."""

    def saved(self, user: str) -> list[SavedSearch]:
        """By name."""

    def save(self, search: SavedSearch) -> None: ...
    def drop_saved(self, user: str, name: str) -> None: ...
    def consult(self, consultation: Consultation) -> None: ...
    def consultations(self, limit: int = 50) -> list[Consultation]:
        """Newest first."""


class Recent(Protocol):
    """What happened, the newest first, a page at a time: for people, who never ask for everything.

    Each entry has a number that grows with time; `before` is such a number, and what is older follows from there.
    """

    def arrivals(
        self, *, giver: PartyId | None = None, before: int | None = None, limit: int = 50
    ) -> list[tuple[int, Arrival]]: ...
    def publications(self, collection: str, *, before: int | None = None, limit: int = 50) -> list[Publication]:
        """Rows of one view, tombstones and withdrawn ones included; the number is their sequence."""

    def decisions(
        self, *, collection: str | None = None, before: int | None = None, limit: int = 50
    ) -> list[tuple[int, RecordedDecision]]: ...
    def arrived(self) -> Mapping[PartyId, int]:
        """How many object versions each giver sent that were not removed since."""

    def movements(self, since: datetime) -> list[Movement]:
        """What moved since: batches released to each taker, pages that came from each giver. In no order."""

    def checkpoint(self, counterpart: PartyId, *, mirror: bool, cosigned: bool | None = None) -> CheckpointNote | None:
        """The one of the largest size; with `cosigned`, of those that are co-signed or not."""
