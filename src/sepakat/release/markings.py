"""The markings of one world: what each held marking-definition restricts, and which views and slots it leaves.

A marking that is not held restricts everybody: what cannot be resolved has no reader. Where several versions of one
marking are held, all of them bind. Masks are cached by marking for the life of one world.
"""

from __future__ import annotations

from collections.abc import Iterable

from sepakat.agreements.regions import RegionTable
from sepakat.release.levels import ceiling_of
from sepakat.release.question import HeldVersion, World
from sepakat.release.restrictions import EVERYBODY, NOT_HELD, Audience, Restriction, SharingRules, read_marking
from sepakat.release.slots import Slots
from sepakat.stix.identifiers import PartyId, StixId


class MarkingTable:
    """All markings of a world by id."""

    def __init__(self, world: World, slots: Slots) -> None:
        self._world = world
        self._slots = slots
        self._read: dict[StixId, tuple[Restriction, ...]] = {}
        self._ceilings: dict[tuple[str, object], int] = {}
        self._audiences: dict[tuple[Restriction, bool], int] = {}

    def restrictions(self, marking: StixId) -> tuple[Restriction, ...]:
        """What a marking restricts: one entry for each held version, all of which bind."""
        found = self._read.get(marking)
        if found is None:
            held = self._world.versions.get(marking, ())
            found = tuple(_read_held(version) for version in held) or (NOT_HELD,)
            self._read[marking] = found
        return found

    def within_ceilings(self, restrictions: Iterable[Restriction]) -> int:
        """The slots whose ceiling lies at or above all of these, on every axis."""
        mask = self._slots.every
        for restriction in restrictions:
            mask &= self.within_ceiling(restriction)
        return mask

    def within_ceiling(self, restriction: Restriction) -> int:
        """The slots whose ceiling lies at or above one restriction, on every axis."""
        if not restriction.is_known:
            return 0
        mask = self.on_axis("tlp", restriction.tlp) & self.on_axis("pap", restriction.pap)
        return (
            mask
            & self.on_axis("classification", restriction.classification)
            & self.releasable(restriction.releasable_to)
        )

    def on_axis(self, axis: str, level: int | None) -> int:
        """The slots whose ceiling on one axis admits a level; all for what is not marked on it."""
        if level is None:
            return self._slots.every
        key = (axis, level)
        if key not in self._ceilings:
            self._ceilings[key] = self._slots.where(
                lambda clause: level <= ceiling_of(axis, getattr(clause.ceiling, axis))
            )
        return self._ceilings[key]

    def releasable(self, countries: frozenset[str] | None) -> int:
        """The slots whose `releasable_to` is written and lies within the countries of a REL-TO marking."""
        if countries is None:
            return self._slots.every
        key = ("releasable_to", countries)
        if key not in self._ceilings:
            codes = self._countries(countries)
            self._ceilings[key] = self._slots.where(
                lambda clause: bool(clause.ceiling.releasable_to) and codes.issuperset(clause.ceiling.releasable_to)
            )
        return self._ceilings[key]

    def audience(self, restriction: Restriction, *, owned_here: bool) -> int:
        """The views whose taker is in every audience that the marking names; levels are not looked at."""
        if not restriction.is_known:
            return 0
        if not restriction.audiences and not restriction.rules:
            return self._slots.live
        key = (restriction, owned_here)
        if key not in self._audiences:
            views = self._slots.live
            for audience in restriction.audiences:
                views &= 0 if audience.is_restrictive else self._admitted(audience)
            for rules in restriction.rules:
                if rules.binds_owner or not owned_here:
                    views &= self._shared(rules)
            self._audiences[key] = views
        return self._audiences[key]

    def _admitted(self, audience: Audience) -> int:
        if audience.of == "compartments":
            return 0
        if audience.words & EVERYBODY:
            return self._slots.live
        views = 0
        if audience.of != "parties":
            for country in self._countries(audience.words):
                views |= self._slots.by_country.get(country, 0)
        if audience.of != "countries":
            for word in audience.words:
                views |= self._slots.by_taker.get(PartyId(word), 0)
        return views

    def _shared(self, rules: SharingRules) -> int:
        """Deny wins over permit; a deny whose scope we cannot resolve to others denies everybody."""
        views = self._slots.live if rules.permits_by_default else 0
        for rule in rules.rules:
            if rule.permits and rule.scopes:
                admitted = self._slots.live
                for scope in rule.scopes:
                    admitted &= self._admitted(scope)
                views |= admitted
        for rule in rules.rules:
            if not rule.permits:
                views &= ~self._denied(rule.scopes)
        return views

    def _denied(self, scopes: tuple[Audience, ...]) -> int:
        denied = self._slots.live
        for scope in scopes:
            if all(self._is_resolved(word) for word in scope.words - EVERYBODY):
                denied &= self._admitted(scope)
        return denied

    def _is_resolved(self, word: str) -> bool:
        return bool(self._countries({word})) or PartyId(word) in self._slots.by_taker

    def _countries(self, words: Iterable[str]) -> frozenset[str]:
        return frozenset(code for word in words if (code := country_code(self._world.regions, word)) is not None)


def country_code(regions: RegionTable, word: str) -> str | None:
    """The alpha-2 code of a country that a marking names by alpha-2 or alpha-3 code; None for any other word."""
    if len(word) == 2 and word.isascii() and word.isalpha():
        return word.upper()
    code = regions.resolve(word) if len(word) == 3 else None
    return code if code is not None and regions.is_country(code) else None


def _read_held(version: HeldVersion) -> Restriction:
    if version.object.type != "marking-definition":
        return NOT_HELD
    return read_marking(version.object.content)
