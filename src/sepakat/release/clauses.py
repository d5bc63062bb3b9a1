"""Which clauses let through what: one mask of slots for each feature of a version, worked out once and kept.

A feature is what clauses ask about: a type, a claim kind, a set of topics, a rating, an age. Versions that are alike
in a feature share its mask, so the cost is that of the different features, not of the versions. DESIGN section 4,
rule 2.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import accumulate
from operator import or_

from sepakat.agreements.regions import RegionTable
from sepakat.agreements.terms import Clause, PersonsRule, TearLine, Unrated
from sepakat.agreements.topics import lies_in
from sepakat.release.slots import Slots
from sepakat.release.times import as_datetime, duration, microseconds
from sepakat.stix.standard import category_of

CANNOT_BE_JUDGED = ("F", "6")
"""Reliability and credibility that state that there is no rating."""


class ClauseMasks:
    """The masks of all features that were asked for, in one world at one instant."""

    def __init__(self, slots: Slots, regions: RegionTable, now: datetime) -> None:
        self._slots = slots
        self._regions = regions
        self._now = microseconds(now)
        self._kept: dict[tuple[object, ...], int] = {}
        self._topics: dict[frozenset[str], int] = {}
        self._wanted_regions: dict[frozenset[str], int] = {}
        self.may_go_whole = slots.where(lambda clause: clause.fields.tear_line is not TearLine.ALWAYS)
        self.may_go_cut = slots.where(lambda clause: clause.fields.tear_line is not TearLine.NONE)
        self.pseudonymous = slots.where(lambda clause: clause.persons.rule is PersonsRule.PSEUDONYM)
        self._data_from = _Thresholds.of(
            slots, lambda entry: None if (start := entry.agreement.window.data_from) is None else microseconds(start)
        )
        self._max_age = _Thresholds.of(
            slots,
            lambda entry: None if (longest := entry.agreement.window.max_age) is None else duration(longest.length),
        )
        self._delay = _Thresholds.of(slots, lambda entry: duration(entry.clause.release.delay.length))
        self.approvals = {
            persons: slots.where(lambda clause, persons=persons: clause.release.approval.persons == persons)  # type: ignore[misc]
            for persons in (0, 1, 2)
        }

    def at(self, now: datetime) -> None:
        """Ask from now on at another instant."""
        self._now = microseconds(now)

    def types(self, type_name: str) -> int:
        """The slots that share a type; `any` covers what STIX defines, a custom type goes only by its name."""
        return self._keep(("type", type_name), lambda clause: shares_type(clause, type_name))

    def kinds(self, kind: str | None) -> int:
        """The slots that share a kind of claim; None is an object without a claim, which all share."""
        return self._slots.every if kind is None else self._keep(("kind", kind), lambda clause: kind in clause.kinds)

    def topics(self, topics: frozenset[str]) -> int:
        """The slots of which at least one topic is wanted, or that want everything."""
        mask = self._topics.get(topics)
        if mask is None:
            mask = self._topics[topics] = self._slots.where(lambda clause: wants_topic(clause, topics))
        return mask

    def no_excluded_topic(self, topics: frozenset[str]) -> int:
        """The slots that exclude none of the topics."""
        return self._keep(
            ("no topic", topics),
            lambda clause: not any(lies_in(topic, excluded) for excluded in clause.topics.none for topic in topics),
        )

    def regions(self, regions: frozenset[str]) -> int:
        """The slots of which at least one region is wanted, or that want everything."""
        mask = self._wanted_regions.get(regions)
        if mask is None:
            mask = self._slots.where(lambda clause: wants_region(clause, regions, self._regions))
            self._wanted_regions[regions] = mask
        return mask

    def no_excluded_region(self, regions: frozenset[str]) -> int:
        """The slots that exclude none of the regions."""
        return self._keep(
            ("no region", regions),
            lambda clause: (
                not any(
                    self._regions.contains(excluded, region) for excluded in clause.regions.none for region in regions
                )
            ),
        )

    def rated(self, reliability: str | None, credibility: int | None) -> int:
        """The slots whose minimum a rating reaches; None is unrated."""
        return self._keep(
            ("rating", reliability, credibility), lambda clause: is_rated(clause, reliability, credibility)
        )

    def persons(self, category: str | None, *, can_be_pseudonymous: bool, has_necessity: bool) -> int:
        """The slots that let personal data of a category through; None is an unknown category."""
        return self._keep(
            ("persons", category, can_be_pseudonymous, has_necessity),
            lambda clause: (
                (has_necessity or clause.persons.necessity is None)
                and shares_person(clause, category, can_be_pseudonymous=can_be_pseudonymous)
            ),
        )

    def retained(self, created: int) -> int:
        """The slots whose retention, counted from `created`, is not over."""
        return self._keep(
            ("retention", created, self._now),
            lambda clause: (
                (retention := clause.persons.retention) is None
                or self._now <= microseconds(retention.after(as_datetime(created)))
            ),
        )

    def created_at(self, created: int) -> int:
        """The slots whose data window has begun by the time of creation."""
        return self._data_from.at_most(created)

    def of_age(self, modified: int) -> int:
        """The slots for which a version modified then is not too old."""
        return self._max_age.at_least(self._now - modified)

    def waited_since(self, received: int) -> int:
        """The slots whose delay since intake is over."""
        return self._delay.at_most(self._now - received)

    def next_change(self, modified: int, received: int) -> int | None:
        """The next instant at which age or delay alone changes anything for a version."""
        too_old = self._max_age.first_at_least(self._now - modified)
        waited = self._delay.first_above(self._now - received)
        candidates = [] if too_old is None else [modified + too_old + 1]
        return min([*candidates, *([] if waited is None else [received + waited])], default=None)

    def retention_ends(self, created: int) -> Iterable[int]:
        """The instants after which a clause no longer lets through personal data created then."""
        start = as_datetime(created)
        for entry in self._slots.clauses:
            if entry.clause.persons.retention is not None:
                yield microseconds(entry.clause.persons.retention.after(start)) + 1

    def _keep(self, key: tuple[object, ...], holds: Callable[[Clause], bool]) -> int:
        mask = self._kept.get(key)
        if mask is None:
            mask = self._kept[key] = self._slots.where(holds)
        return mask


def shares_type(clause: Clause, type_name: str) -> bool:
    """Whether a clause shares a type."""
    if category_of(type_name) == "custom":
        return type_name in clause.types.names
    return type_name in clause.types


def wants_topic(clause: Clause, topics: Iterable[str]) -> bool:
    """Whether one of the topics lies in one that the clause lists."""
    return clause.topics.any_written or any(lies_in(topic, wanted) for wanted in clause.topics.any for topic in topics)


def wants_region(clause: Clause, regions: Iterable[str], table: RegionTable) -> bool:
    """Whether one of the regions lies in one that the clause lists."""
    if clause.regions.any_written:
        return True
    return any(table.contains(wanted, region) for wanted in clause.regions.any for region in regions)


def is_rated(clause: Clause, reliability: str | None, credibility: int | None) -> bool:
    """Whether both ratings reach the clause's minimum; what is unrated passes only where that is allowed."""
    minimum = clause.minimum
    unrated = minimum.unrated is Unrated.ALLOW
    if minimum.reliability is not None and not (unrated if reliability is None else reliability <= minimum.reliability):
        return False
    return minimum.credibility is None or (unrated if credibility is None else credibility <= minimum.credibility)


def shares_person(clause: Clause, category: str | None, *, can_be_pseudonymous: bool) -> bool:
    """Whether a clause lets personal data of a category through; an unknown category never by category."""
    if clause.persons.rule is PersonsRule.CATEGORIES:
        return category is not None and category in clause.persons.allow
    return clause.persons.rule is PersonsRule.PSEUDONYM and can_be_pseudonymous


class _Thresholds:
    """Slots with a number each, found by comparing another number with it; slots without a number always pass."""

    def __init__(self, unbound: int, masks: dict[int, int]) -> None:
        self._values = sorted(masks)
        self._up_to = list(accumulate((masks[value] for value in self._values), or_, initial=unbound))
        downwards = accumulate((masks[value] for value in reversed(self._values)), or_, initial=unbound)
        self._from = list(downwards)[::-1]

    @classmethod
    def of(cls, slots: Slots, number: Callable[..., int | None]) -> _Thresholds:
        unbound, masks = 0, dict[int, int]()
        for entry in slots.clauses:
            value = number(entry)
            if value is None:
                unbound |= entry.mask
            else:
                masks[value] = masks.get(value, 0) | entry.mask
        return cls(unbound, masks)

    def at_most(self, number: int) -> int:
        """The slots whose threshold is at most the number."""
        return self._up_to[bisect_right(self._values, number)]

    def at_least(self, number: int) -> int:
        """The slots whose threshold is at least the number."""
        return self._from[bisect_left(self._values, number)]

    def first_at_least(self, number: int) -> int | None:
        """The lowest threshold that is at least the number."""
        place = bisect_left(self._values, number)
        return self._values[place] if place < len(self._values) else None

    def first_above(self, number: int) -> int | None:
        """The lowest threshold above the number."""
        place = bisect_right(self._values, number)
        return self._values[place] if place < len(self._values) else None
