"""What an agreement would let go before anybody signs it: the world decided with it and without it, side by side.

Pure, as all of `release`: takes a world and an agreement, gives what would newly go to each taker, what would stop, and
what would go more or less whole. A party's answer is that of its views together. Riskiest first: personal data, then
what is not ours alone, then the higher marking, then the whole before the variant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sepakat.agreements.terms import Agreement, ApprovalRule, Clause
from sepakat.release.compiled import Compiled
from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide_all
from sepakat.release.evidence_reasons import Evidence
from sepakat.release.levels import level_name
from sepakat.release.question import Approval, View, ViewKey, World
from sepakat.release.static_rules import CLAUSE_RULES
from sepakat.release.versions import Version
from sepakat.stix.identifiers import PartyId
from sepakat.stix.objects import VersionRef

_ALONG_THE_BASIS = frozenset({"BasisAllows", "OriginalAllows"})
_LEAST_FIRST = (Outcome.OUT, Outcome.VARIANT, Outcome.WHOLE)
_PERSONS_THAT_APPROVE = max(rule.persons for rule in ApprovalRule)


@dataclass(frozen=True, slots=True)
class Item:
    """The newest version of one object that would go otherwise than now."""

    version: VersionRef
    type: str
    before: Outcome
    after: Outcome
    risks: tuple[str, ...]
    """Why a person should look at it first: in words, the gravest first."""
    score: int

    @property
    def is_personal(self) -> bool:
        """Whether it is about a person."""
        return PERSONAL in self.risks


PERSONAL = "personal data"


@dataclass(frozen=True, slots=True)
class TakerEffect:
    """What would change for one taker; each list with the riskiest first."""

    taker: PartyId
    new: tuple[Item, ...]
    more: tuple[Item, ...]
    """Goes as a variant now and would go whole."""
    less: tuple[Item, ...]
    """Goes whole now and would go as a variant."""
    stops: tuple[Item, ...]
    waits: tuple[Item, ...]
    """Would go only when persons have approved it."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """The effect of an agreement on each of its takers, at one instant."""

    at: datetime
    takers: tuple[TakerEffect, ...]
    held: int
    """How many objects there are in all."""
    matches: Mapping[str, int]
    """By clause, how many objects its own conditions match, whatever markings and origins then say."""


def simulate(world: World, agreement: Agreement, takers: Mapping[PartyId, str | None], now: datetime) -> Simulated:
    """Decide the world as it is, and as it would be with the agreement in force for some takers, each of a country."""
    wanted = tuple(takers)
    proposed = with_agreement(world, agreement, takers)
    before, after = decide_all(world, now), decide_all(proposed, now)
    versions = newest_versions(after)
    keys = [ViewKey(agreement.id, taker) for taker in wanted]
    approved = _approved(proposed, after, versions, keys, now)
    return Simulated(
        at=now,
        takers=tuple(_effect(taker, before, after, approved, versions) for taker in wanted),
        held=len(versions),
        matches=matches_of(after, keys[0], agreement.share) if keys else {},
    )


def with_agreement(world: World, agreement: Agreement, takers: Mapping[PartyId, str | None]) -> World:
    """The world with an agreement in force for some takers, in place of its version before."""
    keys = {ViewKey(agreement.id, taker): country for taker, country in takers.items()}
    views = {key: View(key, agreement, True, "as if both had signed", country) for key, country in keys.items()}
    return replace(world, views={**world.views, **views})


def matches_of(verdicts: Verdicts, view: ViewKey, clauses: Iterable[Clause]) -> dict[str, int]:
    """How many objects each clause of a view matches by its own conditions alone."""
    matched = matched_by(verdicts, view, clauses)
    return {clause: len(versions) for clause, versions in matched.items()}


def matched_by(verdicts: Verdicts, view: ViewKey, clauses: Iterable[Clause]) -> dict[str, list[Version]]:
    """The newest versions that each clause of a view matches by its own conditions, readers and origins left aside."""
    bit = verdicts.compiled.slots.bit(view)
    matched: dict[str, list[Version]] = {clause.id: [] for clause in clauses}
    for version in newest_versions(verdicts):
        slots = matching_slots(verdicts, version)
        for place, found in enumerate(matched.values()):
            if slots & (bit << place):
                found.append(version)
    return matched


def matching_slots(verdicts: Verdicts, version: Version) -> int:
    """The slots of the clauses that match a version by themselves, origins, readers and basis left aside."""
    compiled = verdicts.compiled
    if version.fault is not None:
        return 0
    compiled.find_parts(version)
    evidence = Evidence(compiled, verdicts.fixpoint, version, hopeful=True)
    slots = compiled.slots.every & evidence.slots("topic") & evidence.slots("region")
    for name, rule in CLAUSE_RULES.items():
        if not slots:
            break
        if name not in _ALONG_THE_BASIS:
            slots &= rule(compiled, version)
    return slots


def newest_versions(verdicts: Verdicts) -> list[Version]:
    """The newest version of each object, scaffold left out."""
    compiled = verdicts.compiled
    newest = (entry.versions[-1] for entry in compiled.held.values() if entry.versions)
    return [version for version in newest if not version.is_scaffold]


def _approved(
    world: World, verdicts: Verdicts, versions: Iterable[Version], keys: Iterable[ViewKey], now: datetime
) -> Verdicts:
    """The verdicts as if persons had approved everything under the new agreement."""
    enough = tuple(Approval(f"person {number}", now) for number in range(_PERSONS_THAT_APPROVE))
    waiting = {
        (version.ref, key): enough
        for key in keys
        for version in versions
        if verdicts.outcome(version.ref, key) is Outcome.OUT
    }
    return decide_all(replace(world, approvals={**world.approvals, **waiting}), now)


def _effect(
    taker: PartyId, before: Verdicts, after: Verdicts, approved: Verdicts, versions: Iterable[Version]
) -> TakerEffect:
    found: dict[str, list[Item]] = {"new": [], "more": [], "less": [], "stops": [], "waits": []}
    for version in versions:
        was, now = _answer(before, version.ref, taker), _answer(after, version.ref, taker)
        kind = _kind(was, now)
        if kind is not None:
            found[kind].append(_item(after.compiled, version, was, now))
        elif now is Outcome.OUT and (then := _answer(approved, version.ref, taker)) is not Outcome.OUT:
            found["waits"].append(_item(after.compiled, version, was, then))
    ordered = {kind: tuple(sorted(items, key=lambda one: (-one.score, one.version))) for kind, items in found.items()}
    return TakerEffect(taker, **ordered)


def _kind(was: Outcome, now: Outcome) -> str | None:
    if was is now:
        return None
    if was is Outcome.OUT:
        return "new"
    if now is Outcome.OUT:
        return "stops"
    return "more" if now is Outcome.WHOLE else "less"


def _answer(verdicts: Verdicts, version: VersionRef, taker: PartyId) -> Outcome:
    """A party's answer: the most that any of its views gives."""
    outcomes = [verdicts.outcome(version, key) for key in verdicts.compiled.world.views if key.taker == taker]
    return max(outcomes, key=_LEAST_FIRST.index, default=Outcome.OUT)


def _item(compiled: Compiled, version: Version, was: Outcome, now: Outcome) -> Item:
    risks = tuple(_risks(compiled, version))
    level = _level(compiled, version)
    score = 1000 * version.is_personal + 100 * bool(_others(compiled, version)) + 10 * level
    return Item(version.ref, version.type, was, now, risks, score + (Outcome.WHOLE in (was, now)))


def _risks(compiled: Compiled, version: Version) -> Iterator[str]:
    if version.is_personal:
        yield PERSONAL
    others = _others(compiled, version)
    if others:
        yield f"comes from {', '.join(others)}"
    level = _level(compiled, version)
    if level:
        yield f"marked {level_name('tlp', level)}"


def _others(compiled: Compiled, version: Version) -> list[PartyId]:
    return sorted(version.held.origins - {compiled.world.node})


def _level(compiled: Compiled, version: Version) -> int:
    return max((one.tlp for one in compiled.all_markings(version) if one.tlp is not None), default=0)


def by_type(items: Iterable[Item]) -> dict[str, int]:
    """How many items there are of each type, the most first."""
    counts: dict[str, int] = {}
    for item in items:
        counts[item.type] = counts.get(item.type, 0) + 1
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
