"""Ports for what follows what is held: the catalogue in which people look, and the journal that deciding reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sepakat.exchange.records import (
    Catalogued,
    CataloguePiece,
    CatalogueRow,
    Consultation,
    SavedSearch,
    Touched,
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

    def linked(self, id_: StixId, limit: int = 50) -> list[CatalogueRow]:
        """Objects that refer to this one, the last that came first."""

    def types(self) -> list[str]:
        """Every type that is entered, by name."""

    def saved(self, user: str) -> list[SavedSearch]:
        """By name."""

    def save(self, search: SavedSearch) -> None: ...
    def drop_saved(self, user: str, name: str) -> None: ...
    def consult(self, consultation: Consultation) -> None: ...
    def consultations(self, limit: int = 50) -> list[Consultation]:
        """Newest first."""


class Changes(Protocol):
    """What was written that deciding reads: whoever keeps a world decided follows it. Kept with the unit, in order."""

    def note(self, *, everything: bool = False) -> None:
        """Note that all has to be decided anew; what the other ports write they note themselves."""

    def fresh(self) -> Touched:
        """What this unit has written so far."""

    def last(self) -> int:
        """The newest entry that is committed; 0 when none is kept."""

    def since(self, entry: int) -> Touched | None:
        """All that was committed after an entry; None when that entry is no longer kept."""

    def when_ended(self, action: Callable[[int | None], None]) -> None:
        """Call `action` when this writing unit has ended, before the next one begins in this process.

        It gets the newest entry there is then, the unit's own if it wrote any; None if the unit was rolled back.
        """
