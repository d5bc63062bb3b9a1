"""How long what is kept: rules of this party by type, and what the clauses say under which things came.

A rule of a type counts from when the newest version came. A clause's `persons.retention` counts from the creation of
each version of personal data that came under it: what the statement of its release names, or, without one, the
shortest of the agreement. What is over its time is erased with a proof (`erasing`), and recalled from those to whom it
was passed on, where a clause asked for it; what we also have from elsewhere loses these terms alone. The end of an
agreement (`delete_at_end`) is a person's to confirm (`ending`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from sepakat.agreements.terms import Agreement, Duration
from sepakat.agreements.value_kinds import parse_duration
from sepakat.errors import InputError, NotFound
from sepakat.exchange.erasing import RETENTION, Cause, Done, finish, take_away
from sepakat.exchange.erasure_records import EVERY_TYPE, RetentionRule
from sepakat.exchange.owing import Debt, Owed, list_owed
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, StoredVersion
from sepakat.exchange.subjects import Subject
from sepakat.exchange.working import BY_ITSELF
from sepakat.release.object_facts import reading_of
from sepakat.release.question import ReceivedTerms
from sepakat.stix.identifiers import AgreementId, PartyId, StixId, is_type_name
from sepakat.stix.instants import parse_instant
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.objects import VersionRef

AT_ONCE = 500
"""How many objects one transaction erases."""
_NEVER_BY_TYPE = frozenset({"marking-definition", "extension-definition"})
"""Types that others need to be read: they go by no rule for every type."""


@dataclass(frozen=True, slots=True)
class Due:
    """Objects over their time under one rule, which is said in words; `terms` are those that a clause ends."""

    rule: str
    ids: tuple[StixId, ...]
    terms: Mapping[VersionRef, ReceivedTerms]


@dataclass(frozen=True, slots=True)
class ClauseRule:
    """What one clause of an agreement says about keeping personal data that came under it."""

    agreement: AgreementId
    giver: PartyId
    clause: str
    retention: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that says how long what is kept, and what is over its time now."""

    by_type: tuple[RetentionRule, ...]
    by_clause: tuple[ClauseRule, ...]
    due: tuple[Due, ...]
    deletions: tuple[Owed, ...]
    """Agreements that have ended and ask for deletion: a person confirms it."""


@dataclass(frozen=True, slots=True)
class Retained:
    """What one run did: erasures rule by rule, versions that only lost the terms of a giver, messages that wait."""

    done: tuple[tuple[str, Done], ...] = ()
    terms_dropped: int = 0
    waiting: int = 0


def set_rule(node: Node, type_: str, period: str, *, by: str) -> RetentionRule:
    """Keep objects of a type (or `any`, for those without a rule of their own) for a period from when they came.

    Raises:
        InputError: no such type can be, or the period is none, or nothing.
    """
    if type_ != EVERY_TYPE and not is_type_name(type_):
        raise InputError("retention-type", f"rule refused: expected an object type or `{EVERY_TYPE}`, got {type_[:80]}")
    try:
        duration = parse_duration(period)
    except ValueError as error:
        raise InputError("retention-period", f"rule refused: {error}", "write P1Y, P6M or P30D") from None
    now = node.clock.now()
    if duration.after(now) <= now:
        raise InputError("retention-period", f"rule refused: {period} is no time at all", "write P1Y, P6M or P30D")
    rule = RetentionRule(type_, period, now, by)
    with node.store.writing() as unit:
        unit.erasures.retention.put(rule)
    return rule


def remove_rule(node: Node, type_: str) -> None:
    """Keep objects of a type without an end again.

    Raises:
        NotFound: there is no such rule.
    """
    with node.store.writing() as unit:
        if type_ not in {rule.type for rule in unit.erasures.retention.rules()}:
            raise NotFound("retention-unknown", f"no rule for {type_[:80]}", "`sepakat retention list` shows them")
        unit.erasures.retention.remove(type_)


def list_rules(node: Node) -> Rules:
    """All rules, and what is over its time now."""
    now = node.clock.now()
    deletions = tuple(owed for owed in list_owed(node) if owed.debt is Debt.DELETION and owed.debtor == node.party)
    with node.store.reading() as unit:
        clauses = tuple(
            ClauseRule(agreement.id, agreement.giver, clause.id, clause.persons.retention.text)
            for agreement in _received(node, unit)
            for clause in agreement.share
            if clause.persons.retention is not None
        )
        return Rules(tuple(unit.erasures.retention.rules()), clauses, tuple(_due(node, unit, now)), deletions)


def run_retention(node: Node, *, by: str = BY_ITSELF, most: int = 1_000) -> Retained:
    """Erase what is over its time, some at a time, each part with its proof; and finish what waited for partners."""
    done: list[tuple[str, Done]] = []
    dropped = 0
    for _ in range(most):
        now = node.clock.now()
        with node.store.reading() as unit:
            due = next(iter(_due(node, unit, now)), None)
        if due is None:
            break
        with node.store.writing() as unit:
            # Anew, since something may have come meanwhile.
            due = next(iter(_due(node, unit, now)), None)
            if due is None:
                break
            gone, lost = _keep_what_stays(unit, due)
            dropped += lost
            if gone:
                subject = Subject("retention", gone)
                cause = Cause(by, due.rule, RETENTION, recalls=bool(due.terms), is_for_good=False)
                done.append((due.rule, take_away(node, unit, gone, subject, cause, now)))
    return Retained(tuple(done), dropped, finish(node))


def _keep_what_stays(unit: Unit, due: Due) -> tuple[frozenset[StixId], int]:
    """Drop the terms that ended from what we have from elsewhere too; the objects of which nothing is left."""
    if not due.terms:
        return frozenset(due.ids), 0
    gone: set[StixId] = set()
    dropped = 0
    for identifier, versions in unit.objects.get_many(due.ids).items():
        ended = {version.object.version_ref for version in versions if _is_only(version, due.terms)}
        if len(ended) == len(versions):
            gone.add(identifier)
            continue
        for version in versions:
            terms = due.terms.get(version.object.version_ref)
            if terms is not None:
                dropped += 1
                if version.object.version_ref in ended:
                    # Without any terms it would count as taken in by ourselves, and could go further than before.
                    unit.objects.remove(version.object.version_ref)
                else:
                    unit.objects.drop_terms(version.object.version_ref, terms)
    return frozenset(gone), dropped


def _is_only(version: StoredVersion, ended: Mapping[VersionRef, ReceivedTerms]) -> bool:
    return version.received == (ended.get(version.object.version_ref),)


def _due(node: Node, unit: Unit, now: datetime) -> Iterator[Due]:
    yield from _due_by_type(unit, now)
    for agreement in _received(node, unit):
        yield from _due_by_clause(unit, agreement, now)


def _due_by_type(unit: Unit, now: datetime) -> Iterator[Due]:
    rules = {rule.type: rule for rule in unit.erasures.retention.rules()}
    if not rules:
        return
    parties = {party.identity.id for party in unit.parties.everyone()}
    for type_ in unit.erasures.retention.types():
        rule = rules.get(type_) or (rules.get(EVERY_TYPE) if type_ not in _NEVER_BY_TYPE else None)
        if rule is None:
            continue
        cutoff = _before(parse_duration(rule.period), now)
        found = unit.erasures.retention.received_before(type_, cutoff, AT_ONCE + len(parties) + len(FIXED_MARKINGS))
        ids = tuple(one for one in found if one not in parties and one not in FIXED_MARKINGS)[:AT_ONCE]
        if ids:
            yield Due(f"rule for {rule.type}: kept for {rule.period}", ids, {})


def _before(duration: Duration, now: datetime) -> datetime:
    """The latest instant from which a duration is over by now: counted on the calendar, as the rule is read."""
    start = now - duration.length
    if duration.months:
        year, month = divmod(start.year * 12 + start.month - 1 - duration.months, 12)
        start = start.replace(year=year, month=month + 1, day=min(start.day, 28))
    return start


def _received(node: Node, unit: Unit) -> list[Agreement]:
    """The newest version of every agreement by which others give to us."""
    newest: dict[AgreementId, Agreement] = {}
    for record in unit.agreements.everything():
        if record.agreement.giver != node.party and node.party in record.roster:
            newest[record.agreement.id] = record.agreement
    return list(newest.values())


def _due_by_clause(unit: Unit, agreement: Agreement, now: datetime) -> Iterator[Due]:
    periods = {one.id: one.persons.retention for one in agreement.share if one.persons.retention is not None}
    if not periods:
        return
    stated = _stated_clauses(unit, agreement)
    over: dict[VersionRef, ReceivedTerms] = {}
    for version in _arrived(unit, agreement):
        terms = next((one for one in version.received if one.agreement == agreement.id), None)
        if terms is None or terms.sender != agreement.giver or not _is_personal(unit, version):
            continue
        clauses = stated.get(version.object.version_ref)
        # Under several clauses it may be kept as long as the one that lets it longest.
        allowed = [periods.get(one) for one in clauses] if clauses else list(periods.values())
        lengths = [one for one in allowed if one is not None]
        if len(lengths) == len(allowed) and lengths:
            ends = [one.after(_created(version)) for one in lengths]
            if (max(ends) if clauses else min(ends)) < now:
                over[version.object.version_ref] = terms
    ids = tuple(dict.fromkeys(ref[0] for ref in over))[:AT_ONCE]
    if ids:
        mine = {ref: terms for ref, terms in over.items() if ref[0] in ids}
        yield Due(f"persons.retention of agreement {agreement.id} of {agreement.giver}", ids, mine)


def _arrived(unit: Unit, agreement: Agreement) -> Iterator[StoredVersion]:
    for versions in unit.objects.get_many(unit.erasures.retention.arrived(agreement.giver, agreement.id)).values():
        yield from versions


def _stated_clauses(unit: Unit, agreement: Agreement) -> dict[VersionRef, tuple[str, ...]]:
    """Under which clauses each version came, as its giver signed."""
    found: dict[VersionRef, tuple[str, ...]] = {}
    for record in unit.messages.of_kind("release-statement", Direction.IN, agreement.giver):
        body = orjson.loads(record.document)["body"]
        if record.refused is None and body["leaf"]["agreement"] == agreement.id:
            for entry in body["objects"]:
                found[StixId(entry["id"]), entry["version"]] = tuple(entry["clauses"])
    return found


def _is_personal(unit: Unit, version: StoredVersion) -> bool:
    policy = unit.policies.get(version.object.id)
    if policy is not None and policy.person_category is not None:
        return True
    try:
        reading = reading_of(version.object)
    except ValueError:
        # Nobody can tell: it goes in time rather than staying too long.
        return True
    return reading.is_individual or (reading.claim is not None and reading.claim.is_about_person)


def _created(version: StoredVersion) -> datetime:
    created = version.object.content.get("created")
    return parse_instant(created) if isinstance(created, str) else version.received_at
