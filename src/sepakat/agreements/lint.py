"""Whether a valid agreement is wise: what its author should look at before anybody signs.

`parsing` says whether an agreement is valid; the linter warns, and refuses where no agreement of this product may go:
a topic built on a protected attribute of persons. It sees the document and what the caller knows as `Facts`; what the
caller does not give is not judged. DESIGN section 3, last paragraph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sepakat.agreements.terms import (
    Agreement,
    ApprovalRule,
    Ceiling,
    Clause,
    Onward,
    OnwardRule,
    Pap,
    PersonsRule,
    Tlp,
)
from sepakat.agreements.topics import TopicDefinition, lies_in, protected_attribute, protected_attribute_of
from sepakat.agreements.writing import instant_text
from sepakat.stix.identifiers import AgreementId
from sepakat.stix.standard import TYPES


class Level(StrEnum):
    """How grave a finding is."""

    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: how grave, where, and what."""

    level: Level
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the node of the author knows. What is None is not known and not judged.

    `matches` counts the held objects that a clause matches, of `held` in all; `received_under` gives the agreements
    and onward rules under which objects that a clause matches were received.
    """

    now: datetime | None = None
    giver_ceiling: Ceiling | None = None
    held: int | None = None
    matches: Callable[[Clause], int] | None = None
    received_under: Callable[[Clause], Iterable[tuple[AgreementId, Onward]]] | None = None
    topics: tuple[TopicDefinition, ...] | None = None


NOTHING_KNOWN: Final = Facts()


def lint(agreement: Agreement, facts: Facts = NOTHING_KNOWN) -> tuple[Finding, ...]:
    """Everything to look at, what is refused first, else in the order of the document."""
    found = [*_of_the_whole(agreement, facts)]
    for position, clause in enumerate(agreement.share):
        path = f"share[{position}]"
        found += _protected(clause, path, facts)
        found += _granting(clause, path, agreement, facts)
        found += _risky(clause, path, facts)
        found += _onward(clause, agreement.onward, facts)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: finding.level is not Level.REFUSE))


def is_refused(findings: Iterable[Finding]) -> bool:
    """Whether the agreement must not be offered."""
    return any(finding.level is Level.REFUSE for finding in findings)


def why_nothing(clause: Clause) -> tuple[tuple[str, str], ...]:
    """Why a clause can grant nothing, whatever is held: (key, reason) for each."""
    reasons = (
        ("topics", not (clause.topics.any_written or clause.topics.any), "no topic is wanted"),
        ("topics", _all_excluded(clause), "every topic that is wanted is excluded too"),
        ("regions", not (clause.regions.any_written or clause.regions.any), "no region is wanted"),
        ("types", not clause.types, "no type is wanted"),
        ("fields.allow", not clause.fields.allow, "no property is allowed"),
    )
    return tuple((key, reason) for key, applies, reason in reasons if applies)


def is_weaker(onward: Onward, received: Onward) -> bool:
    """Whether an onward rule allows the taker something that the rule of the origin did not allow."""
    strictness = tuple(OnwardRule)
    given, before = strictness.index(onward.default), strictness.index(received.default)
    return given > before or (given == before and not set(onward.named) <= set(received.named))


def _of_the_whole(agreement: Agreement, facts: Facts) -> Iterator[Finding]:
    window = agreement.window
    if window.to is None:
        yield _warn("window.to", "it has no end: nobody will have to look at it again")
    if window.to is not None and facts.now is not None and window.to <= facts.now:
        yield _warn("window.to", f"its window was over at {instant_text(window.to)}")
    if window.to is not None and window.data_from is not None and window.data_from >= window.to:
        yield _warn("window.data_from", "only data from after its end is covered: nothing is shared")
    if not agreement.share:
        yield _warn("share", "nothing is shared: there is no clause")
    if not agreement.purpose:
        yield _warn("purpose", "no purpose is stated")
    if agreement.onward.default is OnwardRule.NAMED and not agreement.onward.named:
        yield _warn("onward.named", "nobody is named: write default: none or ask, which say what is meant")


def _protected(clause: Clause, path: str, facts: Facts) -> Iterator[Finding]:
    defined = {definition.id: definition for definition in facts.topics or ()}
    for name in ("any", "none"):
        for topic in getattr(clause.topics, name):
            attribute = protected_attribute(topic)
            if attribute is None and topic in defined:
                attribute = protected_attribute_of(defined[topic])
            if attribute is not None:
                text = f"topic {topic} is built on a protected attribute ({attribute})"
                yield Finding(Level.REFUSE, f"{path}.topics.{name}", text)


def _granting(clause: Clause, path: str, agreement: Agreement, facts: Facts) -> Iterator[Finding]:
    nothing = why_nothing(clause)
    for key, reason in nothing:
        yield _warn(f"{path}.{key}", f"clause {clause.id} grants nothing: {reason}")
    if not clause.kinds and not nothing:
        yield _warn(f"{path}.kinds", f"clause {clause.id} grants no object that carries a claim: no kind is written")
    max_age = agreement.window.max_age
    if max_age is not None and clause.release.delay.length > max_age.length:
        yield _warn(
            f"{path}.release.delay", "longer than max_age: what is new enough still waits, what has waited is old"
        )
    for name in sorted(set(clause.types.names) - set(TYPES)):
        yield _warn(f"{path}.types", f"{name} is no type of STIX 2.1: right only if it is a custom type spelt so")
    yield from _unknown_topics(clause, path, facts)
    if facts.matches is None or nothing:
        return
    count = facts.matches(clause)
    if count == 0:
        yield _warn(path, f"clause {clause.id} matches nothing that is held")
    elif facts.held is not None and count >= facts.held:
        yield _warn(path, f"clause {clause.id} matches everything that is held ({count} objects)")


def _unknown_topics(clause: Clause, path: str, facts: Facts) -> Iterator[Finding]:
    if facts.topics is None:
        return
    defined = [definition.id for definition in facts.topics]
    for name in ("any", "none"):
        for topic in getattr(clause.topics, name):
            if not any(lies_in(known, topic) for known in defined):
                text = f"topic {topic} is not defined here: only objects with a person's annotation can be of it"
                yield _warn(f"{path}.topics.{name}", text)


def _risky(clause: Clause, path: str, facts: Facts) -> Iterator[Finding]:
    topics, regions = clause.topics, clause.regions
    if topics.any_written and regions.any_written and clause.types.any_written and not (topics.none or regions.none):
        yield _warn(path, f"clause {clause.id} matches everything: any topic, any region, any type")
    if clause.ceiling.tlp is Tlp.RED and clause.release.approval is ApprovalRule.AUTO:
        text = "TLP:RED goes only where an approval names the taker: with approval: auto nobody is asked for one"
        yield _warn(f"{path}.ceiling.tlp", text)
    if clause.fields.allow.any_written:
        yield _warn(f"{path}.fields.allow", "custom properties and unknown extensions go too, whatever is in them")
    if clause.persons.rule is not PersonsRule.NONE:
        if clause.persons.necessity is None:
            yield _warn(f"{path}.persons.necessity", "personal data goes without a stated necessity")
        if clause.persons.retention is None:
            yield _warn(f"{path}.persons.retention", "personal data goes without an end of its keeping")
        if clause.persons.rule is PersonsRule.CATEGORIES and not clause.persons.allow:
            yield _warn(f"{path}.persons.allow", "no category is written: no personal data goes")
    if facts.giver_ceiling is not None:
        yield from _above_own(clause.ceiling, facts.giver_ceiling, path)


def _above_own(ceiling: Ceiling, own: Ceiling, path: str) -> Iterator[Finding]:
    tlp, own_tlp = ceiling.tlp or Tlp.CLEAR, own.tlp or Tlp.CLEAR
    if tuple(Tlp).index(tlp) > tuple(Tlp).index(own_tlp):
        yield _warn(f"{path}.ceiling.tlp", f"{tlp.value} is above the giver's own ceiling {own_tlp.value}")
    pap, own_pap = ceiling.pap or Pap.CLEAR, own.pap or Pap.CLEAR
    if tuple(Pap).index(pap) > tuple(Pap).index(own_pap):
        yield _warn(f"{path}.ceiling.pap", f"{pap.value} is above the giver's own ceiling {own_pap.value}")


def _onward(clause: Clause, onward: Onward, facts: Facts) -> Iterator[Finding]:
    for agreement_id, received in facts.received_under(clause) if facts.received_under is not None else ():
        if is_weaker(onward, received):
            text = (
                f"{_worded(onward)} is weaker than {_worded(received)}, under which clause {clause.id}'s matches came"
            )
            yield _warn("onward", f"{text} by {agreement_id}: those are withheld")


def _worded(onward: Onward) -> str:
    return f"{onward.default.value} [{', '.join(onward.named)}]" if onward.named else onward.default.value


def _all_excluded(clause: Clause) -> bool:
    wanted = clause.topics.any
    return bool(wanted) and all(any(lies_in(topic, no) for no in clause.topics.none) for topic in wanted)


def _warn(path: str, text: str) -> Finding:
    return Finding(Level.WARN, path, text)
