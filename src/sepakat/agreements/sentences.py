"""An agreement in plain English sentences, for CLI and pages: who gives whom what, up to where, and on which terms.

Says what the terms say, for people who decide whether to sign; decides nothing. The document itself is what is signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from sepakat.agreements.lint import why_nothing
from sepakat.agreements.regions import load_regions
from sepakat.agreements.terms import (
    Agreement,
    ApprovalRule,
    Ceiling,
    Clause,
    Duration,
    Fields,
    Minimum,
    Named,
    Onward,
    OnwardRule,
    Persons,
    PersonsRule,
    Scope,
    Selection,
    SourceDisclosure,
    TearLine,
    Tlp,
    Unrated,
)
from sepakat.agreements.writing import instant_text

_NO_NAMES: Mapping[str, str] = MappingProxyType({})

_SCOPE = {
    Scope.PERSONS: "Only the persons at {takers} who are given access may read it; it goes to no client.",
    Scope.ORGANISATION: "It stays inside {takers}.",
    Scope.ORGANISATION_AND_CLIENTS: "Inside {takers}, and to the clients listed there as far as TLP:AMBER allows.",
    Scope.COMMUNITY: "It may reach the community's members as far as TLP:GREEN allows.",
    Scope.PUBLIC: "It may become public as far as its markings allow.",
}
_SOURCE = {
    SourceDisclosure.NONE: "Nothing is said about sources.",
    SourceDisclosure.RATING: "Of sources only the rating is given.",
    SourceDisclosure.DESCRIPTOR: "Of sources the rating and a description are given, not who they are.",
    SourceDisclosure.IDENTITY: "Sources are named.",
}
_TEAR_LINE = {
    TearLine.NONE: "An object goes whole or not at all.",
    TearLine.IF_NEEDED: "What may not go is cut out, and the rest goes as a variant.",
    TearLine.ALWAYS: "Every object goes as a variant, cut or not.",
}
_APPROVAL = {
    ApprovalRule.AUTO: "without anybody's approval",
    ApprovalRule.ONE: "after one person's approval",
    ApprovalRule.TWO: "after two persons' approval",
}


def sentences(agreement: Agreement, names: Mapping[str, str] = _NO_NAMES) -> tuple[str, ...]:
    """The agreement in sentences, in the order of the document; `names` gives parties other names than their ids."""
    giver = names.get(agreement.giver, agreement.giver)
    takers = _takers(agreement, names)
    lines = [f"{agreement.title} (version {agreement.version}): {giver} gives {takers} what the clauses below say."]
    lines += _window(agreement)
    if not agreement.share:
        lines.append("Nothing is shared: there is no clause.")
    for clause in agreement.share:
        lines.append(_grant(clause, agreement, giver, takers))
        lines += _conditions(clause)
    lines.append(_SCOPE[agreement.scope].format(takers=takers))
    lines.append(_onward(agreement.onward, takers, giver, names))
    lines += _use(agreement)
    lines += _duties(agreement, takers)
    lines.append(
        "Either side may suspend at once, and who suspended resumes; the giver alone may narrow, widening needs both; "
        + _notice(agreement.end.terminate)
    )
    return tuple(lines)


def tlp_words(level: Tlp | None) -> str:
    """A TLP level as people write it."""
    return f"TLP:{(level or Tlp.CLEAR).value.upper()}"


def duration_words(duration: Duration) -> str:
    """A duration in words: `180 days`, `1 year and 6 months`."""
    years, months = divmod(duration.months, 12)
    seconds = int(duration.length.total_seconds())
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = (
        (years, "year"),
        (months, "month"),
        (days, "day"),
        (hours, "hour"),
        (minutes, "minute"),
        (seconds, "second"),
    )
    said = [f"{count} {unit}" if count == 1 else f"{count} {unit}s" for count, unit in parts if count]
    return _and(said) if said else "0 seconds"


def _takers(agreement: Agreement, names: Mapping[str, str]) -> str:
    if agreement.community is not None:
        return f"the members of {names.get(agreement.community, agreement.community)}"
    return _and(names.get(taker, taker) for taker in agreement.takers)


def _window(agreement: Agreement) -> list[str]:
    window = agreement.window
    until = "without an end" if window.to is None else f"until {instant_text(window.to)}"
    lines = [f"It holds from {instant_text(window.from_)} {until}, once both have signed."]
    limits = []
    if window.data_from is not None:
        limits.append(f"created at or after {instant_text(window.data_from)}")
    if window.max_age is not None:
        limits.append(f"not older than {duration_words(window.max_age)}")
    lines.append(f"Only what is {_and(limits)} goes." if limits else "Data of any age goes.")
    return lines


def _grant(clause: Clause, agreement: Agreement, giver: str, takers: str) -> str:
    reasons = tuple(reason for _, reason in why_nothing(clause))
    if reasons:
        return f"{clause.id}: {giver} gives {takers} nothing, since {_and(reasons)}."
    table = load_regions()
    parts = [
        f"{clause.id}: {giver} gives {takers} {_types(clause.types)}",
        _selected(clause.topics, "about", lambda topic: topic),
        _selected(clause.regions, "in", table.name),
        f"up to {tlp_words(clause.ceiling.tlp)}",
    ]
    age = agreement.window.max_age
    words = " ".join(part for part in parts if part)
    return f"{words}, not older than {duration_words(age)}." if age is not None else f"{words}."


def _types(types: Named) -> str:
    return "objects of every standard type" if types.any_written else f"objects of type {_or(types.names)}"


def _selected(selection: Selection, preposition: str, say: Callable[[str], str]) -> str:
    wanted = "" if selection.any_written else f"{preposition} {_or(say(path) for path in selection.any)}"
    excluded = f"but not {preposition} {_or(say(path) for path in selection.none)}" if selection.none else ""
    return " ".join(part for part in (wanted, excluded) if part)


def _conditions(clause: Clause) -> list[str]:
    if why_nothing(clause):
        return []
    lines = [_kinds(clause.kinds), *_ceiling(clause.ceiling), *_minimum(clause.minimum), *_fields(clause.fields)]
    lines += [_SOURCE[clause.source], _persons(clause.persons), _release(clause)]
    return [f"{clause.id}: {line}" for line in lines]


def _kinds(kinds: Named) -> str:
    if kinds.any_written:
        return "Claims of every kind go."
    return (
        f"Of claims, only those of kind {_or(kinds.names)} go." if kinds.names else "What carries a claim does not go."
    )


def _ceiling(ceiling: Ceiling) -> list[str]:
    lines = [f"PAP up to {(ceiling.pap or 'clear').upper()}; nothing that is classified."]
    countries = [load_regions().name(country) for country in ceiling.releasable_to]
    lines.append(
        f"What is marked REL-TO goes only if it is marked for {_and(countries)}."
        if countries
        else "What is marked REL-TO does not go."
    )
    return lines


def _minimum(minimum: Minimum) -> list[str]:
    asked = []
    if minimum.reliability is not None:
        asked.append(f"source rated {minimum.reliability} or better")
    if minimum.credibility is not None:
        asked.append(f"credibility {minimum.credibility} or better")
    return [
        f"Asked for: {_and(asked)}." if asked else "No rating is asked for.",
        "What is not rated goes too." if minimum.unrated is Unrated.ALLOW else "What is not rated does not go.",
    ]


def _fields(fields: Fields) -> list[str]:
    if fields.allow.any_written:
        allowed = "Every property goes, custom ones too"
    elif fields.allow.names == ("standard",):
        allowed = "Properties that STIX 2.1 defines go"
    else:
        allowed = f"Only these properties go: {', '.join(fields.allow.names)}"
    denied = f", except {', '.join(fields.deny)}" if fields.deny else ""
    references = fields.external_references
    if references.any_written:
        outside = "External references go."
    elif references.names:
        outside = f"External references go only to {_and(references.names)}."
    else:
        outside = "External references do not go."
    return [f"{allowed}{denied}.", outside, _TEAR_LINE[fields.tear_line]]


def _persons(persons: Persons) -> str:
    if persons.rule is PersonsRule.NONE:
        return "No personal data goes."
    if persons.rule is PersonsRule.PSEUDONYM:
        words = "Persons go under a pseudonym"
    elif persons.allow:
        words = f"Of personal data, only that of persons in the category {_or(persons.allow)} goes"
    else:
        return "No personal data goes, since no category of persons is written."
    if persons.necessity is not None:
        words += ", with a stated necessity"
    if persons.retention is not None:
        words += f", for {duration_words(persons.retention)} from its creation"
    return f"{words}."


def _release(clause: Clause) -> str:
    delay = clause.release.delay
    when = f", {duration_words(delay)} after intake at the earliest" if delay.length else ""
    return f"It goes {_APPROVAL[clause.release.approval]}{when}."


def _onward(onward: Onward, takers: str, giver: str, names: Mapping[str, str]) -> str:
    match onward.default:
        case OnwardRule.NONE:
            return f"{takers} may pass nothing on, nor what is derived from it."
        case OnwardRule.ASK:
            return f"{takers} may pass nothing on without asking {giver}, nor what is derived from it."
    named = _and(names.get(party, party) for party in onward.named) or "nobody"
    return (
        f"{takers} may pass it, and what is derived from it, on to {named} without asking, to others only after asking."
    )


def _use(agreement: Agreement) -> list[str]:
    use, words = agreement.use, {"must-not": "not", "ask": "after asking", "may": "yes", "must": "required"}
    lines = [f"Purpose: {_and(agreement.purpose)}." if agreement.purpose else "No purpose is stated."]
    lines.append(
        f"Use: actions {use.actions}; in court: {words[use.court]}; naming the giver: {words[use.attribution]}; "
        f"resale: {words[use.resale]}; automated decisions about persons: {words[use.automated_decision]}."
    )
    if agreement.basis.text is not None:
        lines.append(f"Basis: {agreement.basis.text.removesuffix('.')}.")
    return lines


def _duties(agreement: Agreement, takers: str) -> list[str]:
    duties = agreement.duties
    lines = [
        f"{takers} owes a receipt within {duration_words(duties.receipt)}, an answer to a recall within "
        f"{duration_words(duties.recall)}, and acts on a correction within {duration_words(duties.correction)}."
    ]
    lines.append(
        f"At the end {takers} deletes what came."
        if duties.delete_at_end
        else f"At the end {takers} may keep what came."
    )
    if duties.review is not None:
        lines.append(f"Both review it {duration_words(duties.review)} after its start.")
    return lines


def _notice(terminate: Duration) -> str:
    if not terminate.length:
        return "either may end it at once."
    return f"either may end it with {duration_words(terminate)} of notice."


def _and(words: Iterable[str]) -> str:
    return _listed(words, "and")


def _or(words: Iterable[str]) -> str:
    return _listed(words, "or")


def _listed(words: Iterable[str], last: str) -> str:
    said = list(words)
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {last} {said[-1]}" if said else ""
