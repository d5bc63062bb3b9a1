"""The terms of one agreement as frozen, hashable values, in the words and the shape of the document.

Lists that are sets are kept sorted and without repetition, so that two documents that say the same are equal. What a
document leaves out has here the narrowest value of its key (see `vocabulary`), so nothing in this module grants by
default. Reading and checking documents is left to `parsing`, what the terms let through to `release`.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sepakat.stix.identifiers import AgreementId, PartyId


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration: the text as written, and what it means.

    Weeks, days, hours, minutes and seconds have a fixed `length` (a day is 24 hours). Years and months are counted on
    the calendar: they are `months`, and only the keys that name a date (`review`, `retention`) may use them.
    """

    text: str
    length: timedelta
    months: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether the duration has the same length from every instant."""
        return self.months == 0

    def after(self, start: datetime) -> datetime:
        """The instant that lies this duration after `start`; a day that the month lacks becomes its last day.

        A date beyond the calendar becomes its last instant: a duration this long never runs out.
        """
        try:
            if self.months:
                year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
                day = min(start.day, calendar.monthrange(year, month + 1)[1])
                start = start.replace(year=year, month=month + 1, day=day)
            return start + self.length
        except (ValueError, OverflowError):
            return datetime.max.replace(tzinfo=start.tzinfo)


@dataclass(frozen=True, slots=True)
class Selection:
    """Paths of topics or regions: what is wanted and what is excluded. With `any_written`, `any` is empty."""

    any_written: bool = False
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Names that are admitted, or the written word `any`."""

    any_written: bool = False
    names: tuple[str, ...] = ()

    def __contains__(self, name: object) -> bool:
        return self.any_written or name in self.names

    def __bool__(self) -> bool:
        return self.any_written or bool(self.names)


class Tlp(StrEnum):
    """Levels of the Traffic Light Protocol 2.0, lowest first."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"


class Pap(StrEnum):
    """Levels of the Permissible Actions Protocol, lowest first."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Scope(StrEnum):
    """Who on the taker's side may read, narrowest first."""

    PERSONS = "persons"
    ORGANISATION = "organisation"
    ORGANISATION_AND_CLIENTS = "organisation+clients"
    COMMUNITY = "community"
    PUBLIC = "public"


class Unrated(StrEnum):
    """What happens to an object that lacks a rating the clause asks for."""

    OUT = "out"
    ALLOW = "allow"


class TearLine(StrEnum):
    """Whether an object may go without the parts that may not."""

    NONE = "none"
    """Whole or not at all."""
    IF_NEEDED = "if-needed"
    ALWAYS = "always"
    """As a variant, cut or not."""


class SourceDisclosure(StrEnum):
    """How much of a claim's source is given, least first; each level includes the ones before."""

    NONE = "none"
    RATING = "rating"
    DESCRIPTOR = "descriptor"
    IDENTITY = "identity"


class PersonsRule(StrEnum):
    """What happens to personal data."""

    NONE = "none"
    PSEUDONYM = "pseudonym"
    CATEGORIES = "categories"


class ApprovalRule(StrEnum):
    """How many persons must approve before a version goes."""

    AUTO = "auto"
    ONE = "one"
    TWO = "two"

    @property
    def persons(self) -> int:
        """The number of distinct persons whose approval it takes."""
        return {"auto": 0, "one": 1, "two": 2}[self.value]


class OnwardRule(StrEnum):
    """Whether the taker may pass on what it got, strictest first."""

    NONE = "none"
    ASK = "ask"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Window:
    """When the agreement holds (`from_` included, `to` not; None: no end was written) and which data it covers.

    `data_from` and `max_age` are None where `any` was written.
    """

    from_: datetime
    to: datetime | None
    data_from: datetime | None
    max_age: Duration | None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest marking that a clause lets through, axis by axis.

    None: only what carries no marking on that axis, or its lowest level. `releasable_to` are the countries for which
    objects marked REL-TO may go.
    """

    tlp: Tlp | None = None
    pap: Pap | None = None
    classification: str | None = None
    releasable_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Minimum:
    """The worst rating that a clause lets through; None where `any` was written. A and 1 are the best."""

    reliability: str | None = "A"
    credibility: int | None = 1
    unrated: Unrated = Unrated.OUT


@dataclass(frozen=True, slots=True)
class Fields:
    """Which properties go. The name `standard` in `allow` stands for everything that STIX 2.1 defines."""

    allow: Named = Named()
    deny: tuple[str, ...] = ()
    external_references: Named = Named()
    """Source names whose external references may go."""
    tear_line: TearLine = TearLine.NONE


@dataclass(frozen=True, slots=True)
class Persons:
    """What a clause lets through of personal data, why, and how long the taker may keep it."""

    rule: PersonsRule = PersonsRule.NONE
    allow: tuple[str, ...] = ()
    necessity: str | None = None
    """`required`: each object with personal data needs a stated necessity."""
    retention: Duration | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What a release waits for."""

    approval: ApprovalRule
    delay: Duration


@dataclass(frozen=True, slots=True)
class Clause:
    """One entry of `share`: grants what matches all its keys."""

    id: str
    topics: Selection
    regions: Selection
    types: Named
    kinds: Named
    ceiling: Ceiling
    minimum: Minimum
    fields: Fields
    source: SourceDisclosure
    persons: Persons
    release: Release


@dataclass(frozen=True, slots=True)
class Onward:
    """Whether and to whom the taker may pass on, and what holds for works derived from it."""

    default: OnwardRule = OnwardRule.NONE
    named: tuple[PartyId, ...] = ()
    derivatives: str = "same"


@dataclass(frozen=True, slots=True)
class Basis:
    """Carried: where the agreement rests."""

    text: str | None = None
    reference: str | None = None
    regime: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """Carried: what the taker may do with what it got (words of FIRST IEP 2.0 where it has them)."""

    actions: str = "none"
    court: str = "must-not"
    attribution: str = "must-not"
    resale: str = "must-not"
    automated_decision: str = "must-not"


@dataclass(frozen=True, slots=True)
class Duties:
    """What the taker owes, and by when. `review` is None where no review is due before the window ends."""

    receipt: Duration
    recall: Duration
    correction: Duration
    delete_at_end: bool = True
    review: Duration | None = None


@dataclass(frozen=True, slots=True)
class End:
    """How the agreement is stopped and changed; `terminate` is the notice that ending it takes."""

    terminate: Duration
    suspend: str = "either-at-once"
    narrow: str = "giver-alone"
    widen: str = "both"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of one agreement: one giver shares with its takers, or with the members of a community."""

    id: AgreementId
    version: int
    supersedes: str | None
    """Hash of the version before; None for the first."""
    title: str
    giver: PartyId
    takers: tuple[PartyId, ...]
    """Empty for a community agreement."""
    community: str | None
    scope: Scope
    purpose: tuple[str, ...]
    basis: Basis
    window: Window
    share: tuple[Clause, ...]
    onward: Onward
    use: Use
    duties: Duties
    match: tuple[str, ...]
    """Private matching; always empty until that is built."""
    end: End

    def clause(self, clause_id: str) -> Clause | None:
        """The clause of that id, or None."""
        return next((clause for clause in self.share if clause.id == clause_id), None)
