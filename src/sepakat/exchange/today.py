"""The front page of a node: what waits for a person, what came and went lately, partner by partner.

Counts and lists, nothing more: every number is that of a list which another use case gives. Decides nothing and writes
nothing. What only lacks approval is asked of the engine by `approving` and not counted here, since that takes long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sepakat.agreements.life import State
from sepakat.exchange.notices import Notice, list_notices
from sepakat.exchange.overview import (
    FEW,
    AgreementLine,
    Came,
    Waiting,
    Went,
    agreement_lines,
    came_lately,
    is_open,
    waiting_in,
    went_lately,
)
from sepakat.exchange.owing import Owed, list_owed
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Direction, Movement, Party, Quarantined, TakeIn
from sepakat.exchange.report_records import ProposalState
from sepakat.exchange.reports import list_reports
from sepakat.exchange.watching import list_areas
from sepakat.stix.identifiers import PartyId

DAYS = 14
"""How many days the pictures show."""

ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one party sent and got, day by day, the last day last. For this node itself: what was taken in here."""

    party: Party
    came: tuple[int, ...]
    went: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """What a person sees first."""

    own: Party
    days: tuple[date, ...]
    waiting: Waiting
    late: tuple[Owed, ...]
    """What partners owe us, or we them, and is late."""
    to_review: int
    """How many proposals of the newest reports nobody has judged."""
    alerts: int
    """How many alerts of watch areas nobody has acknowledged."""
    notices: tuple[Notice, ...]
    """Urgent notices and corrections of partners that nobody here has acknowledged, the most urgent first."""
    to_sign: tuple[AgreementLine, ...]
    ending: tuple[AgreementLine, ...]
    traffic: tuple[Traffic, ...]
    came: tuple[Came, ...]
    went: tuple[Went, ...]
    taken_in: tuple[TakeIn, ...]
    quarantined: tuple[Quarantined, ...]


def today(node: Node) -> Today:
    """What waits, and the last two weeks."""
    now = node.clock.now()
    lines = agreement_lines(node)
    late = list_owed(node, late_only=True)
    to_review = sum(line.counts.get(ProposalState.PROPOSED, 0) for line in list_reports(node))
    notices = [one for one in list_notices(node) if one.direction is Direction.IN and one.seen_at is None]
    alerts = sum(count for _, count in list_areas(node))
    with node.store.reading() as unit:
        everyone = unit.parties.everyone()
        days = last_days(now)
        moved = unit.recent.movements(datetime.combine(days[0], datetime.min.time(), now.tzinfo))
        return Today(
            own=next(party for party in everyone if party.is_self),
            days=days,
            waiting=waiting_in(unit, [recall for recall in unit.obligations.recalls() if is_open(node, recall)]),
            late=tuple(late),
            to_review=to_review,
            alerts=alerts,
            notices=tuple(sorted(notices, key=lambda one: (one.acknowledge_by is None, one.acknowledge_by, one.at))),
            to_sign=tuple(line for line in lines if _waits_for_us(node.party, line)),
            ending=tuple(line for line in lines if _ends_soon(line, now)),
            traffic=traffic_of(everyone, moved, days),
            came=came_lately(unit, FEW),
            went=went_lately(unit, FEW),
            taken_in=tuple(one for one in unit.intakes.latest(FEW) if not one.by.startswith("party:")),
            quarantined=tuple(unit.intakes.quarantined(FEW)),
        )


def last_days(now: datetime) -> tuple[date, ...]:
    """The days that the pictures show, today last."""
    return tuple(now.date() - timedelta(days=back) for back in range(DAYS - 1, -1, -1))


def traffic_of(parties: Iterable[Party], moved: Iterable[Movement], days: tuple[date, ...]) -> tuple[Traffic, ...]:
    """How much moved each day, party by party; parties without any are there too."""
    counted: Counter[tuple[PartyId, bool, date]] = Counter()
    for one in moved:
        counted[(one.party, one.is_in, one.at.date())] += one.count
    return tuple(
        Traffic(
            party,
            tuple(counted[(party.id, True, day)] for day in days),
            tuple(counted[(party.id, False, day)] for day in days),
        )
        for party in parties
    )


def _waits_for_us(own: PartyId, line: AgreementLine) -> bool:
    if line.standing.state is not State.OFFERED:
        return False
    return not any(event.kind.value == "signed" and event.party == own for event in line.record.events)


def _ends_soon(line: AgreementLine, now: datetime) -> bool:
    end = line.record.agreement.window.to
    return line.standing.state is State.IN_FORCE and end is not None and end - now <= ENDS_SOON
