"""The bit space of the engine: one bit for each (view, clause), so that one AND decides for all of them.

A *slot* is one clause of one view; a mask is a Python int with a bit for each slot. Every view has the same number of
slots, the *stride*, so that a set of views is a mask too: it uses the first bit of each view. `spread` gives all slots
of a set of views, `gather` the views that have any slot of a mask, both in a few operations on whole masks. Views
that are not in force, or that this node does not give, have no slots: whatever is asked of them, the answer is no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sepakat.agreements.terms import Agreement, Clause
from sepakat.release.question import View, ViewKey, World
from sepakat.stix.identifiers import PartyId


@dataclass(frozen=True, slots=True)
class ClauseSlots:
    """One clause of one agreement, and its slots in all views of that agreement."""

    clause: Clause
    agreement: Agreement
    position: int
    mask: int


class Slots:
    """Which bit stands for what, in one world."""

    def __init__(self, world: World, least_stride: int = 1) -> None:
        self.views: tuple[View, ...] = tuple(world.views.values())
        self.stride = max([least_stride, *(len(view.agreement.share) for view in self.views)])
        self.position: Mapping[ViewKey, int] = {view.key: number for number, view in enumerate(self.views)}
        self._shifts = _shifts(self.stride)
        self.live = 0
        """The views that are in force (set of views)."""
        takers: dict[PartyId, int] = {}
        countries: dict[str | None, int] = {}
        agreements: dict[int, tuple[Agreement, int]] = {}
        for number, view in enumerate(self.views):
            if not is_live(world, view):
                continue
            bit = 1 << (number * self.stride)
            self.live |= bit
            takers[view.key.taker] = takers.get(view.key.taker, 0) | bit
            countries[view.taker_country] = countries.get(view.taker_country, 0) | bit
            _, before = agreements.get(id(view.agreement), (view.agreement, 0))
            agreements[id(view.agreement)] = (view.agreement, before | bit)
        self.by_taker: Mapping[PartyId, int] = takers
        self.by_country: Mapping[str | None, int] = countries
        self.agreements: tuple[tuple[Agreement, int], ...] = tuple(agreements.values())
        self.clauses: tuple[ClauseSlots, ...] = tuple(
            ClauseSlots(clause, agreement, place, views << place)
            for agreement, views in self.agreements
            for place, clause in enumerate(agreement.share)
        )
        self.every = 0
        """All slots."""
        alike: dict[Clause, int] = {}
        for entry in self.clauses:
            self.every |= entry.mask
            alike[entry.clause] = alike.get(entry.clause, 0) | entry.mask
        # Many agreements say the same in some clause: what is asked of it is asked once.
        self._alike = tuple(alike.items())

    def spread(self, views: int) -> int:
        """All slots of a set of views."""
        return (views << self.stride) - views

    def gather(self, mask: int) -> int:
        """The views that have at least one slot of the mask."""
        for shift in self._shifts:
            mask |= mask >> shift
        return mask & self.live

    def where(self, holds: Callable[[Clause], bool]) -> int:
        """The slots of the clauses for which something holds; a clause at which asking fails is not among them."""
        mask = 0
        for clause, slots in self._alike:
            if _asked(holds, clause):
                mask |= slots
        return mask

    def where_agreement(self, holds: Callable[[Agreement], bool]) -> int:
        """The views of the agreements for which something holds."""
        return _union(views for agreement, views in self.agreements if holds(agreement))

    def bit(self, view: ViewKey) -> int:
        """The set that has only this view; empty for one that is unknown or not in force."""
        number = self.position.get(view)
        return 0 if number is None else (1 << (number * self.stride)) & self.live

    def views_of(self, mask: int) -> tuple[ViewKey, ...]:
        """The keys of a set of views."""
        return tuple(view.key for number, view in enumerate(self.views) if mask >> (number * self.stride) & 1)


def is_live(world: World, view: View) -> bool:
    """Whether anything can leave by this view: its agreement is in force, this node's, and what the key says."""
    return view.in_force and view.agreement.giver == world.node and view.key.agreement == view.agreement.id


def _asked(holds: Callable[[Clause], bool], clause: Clause) -> bool:
    try:
        return holds(clause)
    except Exception:  # noqa: BLE001  a question that fails is answered with no (DESIGN section 4, fail closed)
        return False


def _union(masks: Iterable[int]) -> int:
    total = 0
    for mask in masks:
        total |= mask
    return total


def _shifts(stride: int) -> tuple[int, ...]:
    """Shifts that OR exactly `stride` neighbouring bits into the lowest: 5 = 1 + 1 + 2 + 1."""
    shifts: list[int] = []
    width = 1
    for _ in range((stride - 1).bit_length()):
        shift = min(width, stride - width)
        shifts.append(shift)
        width += shift
    return tuple(shifts)
