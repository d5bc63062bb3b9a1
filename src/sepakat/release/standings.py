"""How every id stood when the views were last brought up to date, and so which views a change concerns, id by id.

Most of what a change lets the engine look at again stands as before in most views. What is asked of this is only where
to look: an id that is named for a view without need costs time and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sepakat.release.question import ViewKey
from sepakat.release.state import Decided
from sepakat.release.versions import NOT_HELD, Held, Unit
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import VersionRef

EVERY: Final = -1
"""The set of all views."""


class _Stood(NamedTuple):
    """One version that is in any view."""

    ref: VersionRef
    whole: int
    variant: int
    matched: int
    pseudonym_slots: int
    units: tuple[Unit, ...]


class _Standing(NamedTuple):
    """An id: where it is whole, where it is at all, and its versions that are in any view."""

    whole: int = 0
    present: int = 0
    versions: tuple[_Stood, ...] = ()


_NOWHERE: Final = _Standing()


class Standings:
    """The standing of every id that is in any view, as it was when the views were last brought up to date."""

    def __init__(self, decided: Decided) -> None:
        self._compiled = decided.verdicts.compiled
        self._known: dict[StixId, _Standing] = {}
        self._note(self._compiled.held)

    def settle(self, decided: Decided, identifiers: Iterable[StixId]) -> None:
        """Remember how some ids stand now: all that may stand otherwise than before."""
        if decided.verdicts.compiled is self._compiled:
            self._note(identifiers)
        else:
            self._compiled = decided.verdicts.compiled
            self._known.clear()
            self._note(self._compiled.held)

    def _note(self, identifiers: Iterable[StixId]) -> None:
        for identifier in identifiers:
            standing = _standing(self._compiled.held.get(identifier, NOT_HELD))
            if standing is _NOWHERE:
                self._known.pop(identifier, None)
            else:
                self._known[identifier] = standing

    def otherwise(self, decided: Decided, identifier: StixId) -> tuple[int, int]:
        """Where an id, or what remains of it, stands otherwise now than before, and where it does as a target."""
        compiled = decided.verdicts.compiled
        if compiled is not self._compiled:
            # Bits may stand for other views.
            return EVERY, EVERY
        before, now = self._known.get(identifier, _NOWHERE), _standing(compiled.held.get(identifier, NOT_HELD))
        if before is now:
            return 0, 0
        as_target = (before.whole ^ now.whole) | (before.present ^ now.present)
        own, were = as_target, {version.ref: version for version in before.versions}
        for version in now.versions:
            was = were.pop(version.ref, None)
            if was is None:
                own |= version.whole | version.variant
                continue
            # Where it goes whole it does not matter whether it could be a variant.
            own |= (was.whole ^ version.whole) | ((was.variant & ~was.whole) ^ (version.variant & ~version.whole))
            slots = (was.matched ^ version.matched) | (was.pseudonym_slots ^ version.pseudonym_slots)
            if slots:
                own |= compiled.slots.gather(slots)
            if was.units is not version.units and was.units != version.units:
                own |= version.whole | version.variant
        for was in were.values():
            own |= was.whole | was.variant
        return own, as_target


@dataclass(slots=True)
class Since:
    """What has happened since the views were last brought up to date."""

    changed: set[StixId] = field(default_factory=set)
    """All that the engine looked at again."""
    written: set[StixId] = field(default_factory=set)
    """Those of them of which something was written: their rows are compared in every view."""
    unsure: set[StixId] = field(default_factory=set)
    """Those of them of which nobody here knows how they stand in the views, or that go under other terms now."""


def concerned(
    decided: Decided, standings: Standings, since: Since, shown: Mapping[ViewKey, frozenset[StixId]]
) -> dict[StixId, int]:
    """All that may stand otherwise in a view, or be cut otherwise there, each with the views in which it may.

    `shown` is the scaffold that each view had before. How a variant is cut depends on what it refers to.
    """
    naming, compiled = decided.naming, decided.verdicts.compiled
    found: dict[StixId, int] = {}
    for identifier in since.changed:
        own, as_target = (EVERY, EVERY) if identifier in since.unsure else standings.otherwise(decided, identifier)
        _add(found, (identifier,), EVERY if identifier in since.written else own)
        if as_target:
            _add(found, naming((identifier,)), as_target)
    _pass_on(decided, found)
    for key, before in shown.items():
        _add(found, before ^ decided.verdicts.publication.of(key), compiled.slots.bit(key))
    return found


def may_tell_otherwise(decided: Decided, changed: Set[StixId]) -> frozenset[StixId]:
    """What may tell otherwise in its text after some ids changed: that depends on how what it refers to is cut."""
    naming = decided.naming
    cut: dict[StixId, int] = dict.fromkeys((*changed, *naming(changed)), EVERY)
    _pass_on(decided, cut)
    return frozenset(cut) | naming(cut)


def _pass_on(decided: Decided, found: dict[StixId, int]) -> None:
    """An observable that is cut otherwise gets another id, and what names it is cut otherwise too."""
    held, waiting = decided.verdicts.compiled.held, list(found)
    while waiting:
        identifier = waiting.pop()
        if any(not version.ref[1] for version in held.get(identifier, NOT_HELD).versions):
            waiting += _add(found, decided.naming((identifier,)), found[identifier])


def _add(found: dict[StixId, int], identifiers: Iterable[StixId], views: int) -> list[StixId]:
    """Add views to some ids; those of them that had not all of these."""
    new = []
    for identifier in identifiers:
        before = found.get(identifier, 0)
        if views & ~before:
            found[identifier] = before | views
            new.append(identifier)
    return new


def _standing(held: Held) -> _Standing:
    if not held.present:
        return _NOWHERE
    versions = tuple(
        _Stood(one.ref, one.whole, one.variant, one.matched, one.pseudonym_slots, one.units)
        for one in held.versions
        if one.present
    )
    return _Standing(held.whole, held.present, versions)
