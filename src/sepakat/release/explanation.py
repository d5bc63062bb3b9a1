"""Words a decision for people: one place, plain English, the same in CLI, pages, log and API.

Every rule has a sentence for when it permits and one for when it withholds or cuts, and says what would have to change
and by whom. Nothing here is ever shown to a taker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sepakat.release.decision import Decision, Finding, Outcome, Verdict
from sepakat.stix.instants import format_instant

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Words:
    """How one rule speaks: templates over the facts of a finding."""

    permits: str
    withholds: str
    remedy: str
    cuts: str = "{found} cut"


_WIDEN = "widen clause {clause} of {agreement}, which both sides must sign"
_MARK = "ask the owner of the marking for a grant: `sepakat consent request`"

WORDS: Final[Mapping[str, Words]] = {
    "AgreementInForce": Words(
        "agreement {agreement} is in force for {taker}",
        "agreement {agreement} is not in force for {taker}: {why}",
        "see what it waits for: `sepakat agreements show {agreement}`",
    ),
    "Readable": Words(
        "the version is held and readable",
        "the version cannot be decided: {why}",
        "take in a version that can be read",
    ),
    "ScaffoldNeeded": Words(
        "something in the view refers to it",
        "nothing in the view refers to it",
        "nothing: it goes with the first object that refers to it",
    ),
    "ClauseMatches": Words(
        "matched by {clauses} of {agreement}",
        "no clause of {agreement} matches",
        "widen a clause of {agreement}, or mark and annotate the object so that one matches",
    ),
    "TypeShared": Words(
        "clause {clause} of {agreement} shares {found}",
        "of type {found}, clause {clause} of {agreement} shares {wanted}",
        _WIDEN,
    ),
    "KindShared": Words(
        "{found}, clause {clause} of {agreement} lets that through",
        "{found}, clause {clause} of {agreement} shares {wanted}",
        _WIDEN,
    ),
    "TopicShared": Words(
        "{found}, clause {clause} of {agreement} asks for {wanted}",
        "{found}, clause {clause} of {agreement} asks for {wanted}",
        "annotate the object with a topic that applies, or " + _WIDEN,
    ),
    "RegionShared": Words(
        "{found}, clause {clause} of {agreement} asks for {wanted}",
        "{found}, clause {clause} of {agreement} asks for {wanted}",
        "annotate the object with a region that applies, or " + _WIDEN,
    ),
    "TopicNotExcluded": Words(
        "clause {clause} of {agreement} excludes none of its topics",
        "{found}, clause {clause} of {agreement} excludes {wanted}",
        _WIDEN,
    ),
    "RegionNotExcluded": Words(
        "clause {clause} of {agreement} excludes none of its regions",
        "{found}, clause {clause} of {agreement} excludes {wanted}",
        _WIDEN,
    ),
    "TlpWithinCeiling": Words(
        "{found}, clause {clause} of {agreement} allows up to {wanted}",
        "{found}, clause {clause} of {agreement} allows up to {wanted}",
        _WIDEN,
    ),
    "PapWithinCeiling": Words(
        "{found}, clause {clause} of {agreement} allows up to {wanted}",
        "{found}, clause {clause} of {agreement} allows up to {wanted}",
        _WIDEN,
    ),
    "ClassificationWithinCeiling": Words(
        "{found}, clause {clause} of {agreement} allows up to {wanted}",
        "{found}, clause {clause} of {agreement} allows up to {wanted}",
        _WIDEN,
    ),
    "ReleasableToCeiling": Words(
        "{found}, clause {clause} of {agreement} names {wanted}",
        "{found}, clause {clause} of {agreement} names {wanted}",
        _WIDEN,
    ),
    "MinimumRating": Words(
        "{found}, clause {clause} of {agreement} asks for {wanted}",
        "{found}, clause {clause} of {agreement} asks for {wanted}",
        _WIDEN,
    ),
    "WithinDataWindow": Words(
        "{found}, {agreement} covers {wanted}",
        "{found}, {agreement} covers {wanted}",
        "widen the window of {agreement}, which both sides must sign",
    ),
    "PersonsRule": Words(
        "{found}, clause {clause} of {agreement} has the rule {wanted}",
        "{found}, clause {clause} of {agreement} has the rule {wanted}",
        "state the person's category and the necessity: `sepakat objects annotate`, or " + _WIDEN,
        "{found} cut, since the person goes under a pseudonym",
    ),
    "Approved": Words(
        "clause {clause} of {agreement} asks for {wanted} approvals; given: {found}",
        "clause {clause} of {agreement} asks for {wanted} approvals; given: {found}",
        "approve it: `sepakat approvals give`",
    ),
    "DelayOver": Words(
        "the delay of clause {clause} of {agreement} ({wanted}) is over since {found}",
        "the delay of clause {clause} of {agreement} ({wanted}) is over at {found}",
        "wait until {found}",
    ),
    "AmongReaders": Words(
        "{found}, {taker} may read it",
        "{found}, {taker} may not read it",
        "mark it if it is {node}'s own (`sepakat objects mark`), approve it if it is TLP:RED, else " + _MARK,
    ),
    "OriginAllows": Words(
        "its origin ({found}) allows {taker}",
        "it comes from {found}, which has not consented that {taker} gets it",
        "ask for consent: `sepakat consent request`",
    ),
    "TermsNotWeaker": Words(
        "came under {found}; the onward rule of {agreement} is {wanted}",
        "came under {found}; the onward rule of {agreement} is only {wanted}",
        "make the onward rule of {agreement} as strict, or ask for consent: `sepakat consent request`",
    ),
    "BasisAllows": Words(
        "everything that it rests on ({found}) may go to {taker}",
        "it rests on {found}, which may not go to {taker}",
        "see why: `sepakat explain` on what it rests on",
    ),
    "OriginalAllows": Words(
        "the label of what it translates ({found}) allows {taker}",
        "it translates {found}, whose label does not allow {taker}",
        "see why: `sepakat explain {found} --to {taker}`",
    ),
    "NotHeld": Words("not on hold", "on hold: {found}", "lift the hold: `sepakat objects unhold`"),
    "NotRecalled": Words("not recalled", "recalled from this view", "nothing: what was recalled stays away"),
    "NotExpired": Words("expires: {found}", "expired at {found}", "take in a version that has not expired"),
    "FieldsAllowed": Words(
        "the clause allows its properties",
        "the clause does not allow {found}, and the object cannot go without",
        "name them in `fields` of a clause of {agreement}, which both sides must sign",
        "{found} cut, which no clause that matches allows",
    ),
    "ExternalReferencesAllowed": Words(
        "the clause allows its external references",
        "the clause does not allow {found}, and the object cannot go without",
        "name their sources in `external_references` of a clause of {agreement}",
        "{found} cut, of sources that no clause that matches names",
    ),
    "SourceDisclosed": Words(
        "the clause discloses its source",
        "the clause does not disclose {found}, and the object cannot go without",
        "raise `source` in a clause of {agreement}, which both sides must sign",
        "{found} cut, more of the source than the clause discloses",
    ),
    "MarkingsOfProperties": Words(
        "{taker} may read its marked properties",
        "{taker} may not read {found}, and the object cannot go without",
        "ask the owner of the markings, or raise the ceiling of a clause of {agreement}",
        "{found} cut, marked for others or above the ceiling",
    ),
    "AggregatesReadable": Words(
        "what it sums up goes too",
        "{found} sums up what does not go, and the object cannot go without",
        "let go what is summed up",
        "{found} cut, which sums up or belongs to what does not go",
    ),
    "ReferencesInView": Words(
        "what it refers to is in the view",
        "it refers to {found}, which {taker} does not get, at least not whole",
        "see why: `sepakat explain` on what it refers to",
        "references to {found} cut, which {taker} does not get",
    ),
    "SomethingRemains": Words(
        "nothing that it needs would be lost",
        "nothing would remain of {found}",
        "let go at least one thing of {found}",
    ),
    "FormAllowed": Words(
        "its form is agreed",
        "{why}",
        "allow tear-lines in a clause of {agreement} if it is {node}'s own, else ask the origin for a tear-line",
    ),
}


class _Given(dict[str, Any]):
    """Facts by name; one that is not given is left out of the sentence."""

    def __missing__(self, name: str) -> str:
        return "-"


def worded(rule: str, verdict: Verdict, facts: Mapping[str, Any]) -> Finding:
    """The finding of a rule in words."""
    if verdict is Verdict.NOT_APPLICABLE:
        return Finding(rule, verdict, "does not apply here")
    words = WORDS[rule]
    given = _Given(facts)
    template = {Verdict.PERMITS: words.permits, Verdict.WITHHOLDS: words.withholds, Verdict.CUTS: words.cuts}[verdict]
    remedy = None if verdict is Verdict.PERMITS else words.remedy.format_map(given)
    evidence = tuple(str(item) for item in facts.get("evidence", ()))
    return Finding(rule, verdict, template.format_map(given), facts.get("clause"), evidence, remedy)


def sentence(decision: Decision) -> str:
    """The decision in one sentence: `X withheld from ru: marked TLP:AMBER+STRICT, clause S1 allows up to TLP:GREEN`."""
    name, taker = decision.version[0], decision.view.taker
    if decision.outcome is Outcome.OUT:
        reasons = list(dict.fromkeys(finding.because for finding in _first_reasons(decision)))
        more = f"; and {len(reasons) - _MOST_NAMED} more" if len(reasons) > _MOST_NAMED else ""
        return f"{name} withheld from {taker}: {'; '.join(reasons[:_MOST_NAMED])}{more}"
    under = f"under {_clauses(decision)}{decision.view.agreement}"
    if decision.outcome is Outcome.VARIANT:
        without = f", without {', '.join(decision.cut)}" if decision.cut else ""
        return f"{name} goes to {taker} as a tear-line {under}{without}"
    return f"{name} goes to {taker} whole {under}"


def remedies(decision: Decision) -> tuple[str, ...]:
    """What would have to change for the version to go, or to go with what is cut; each once."""
    wanted = (Verdict.WITHHOLDS,) if decision.outcome is Outcome.OUT else (Verdict.CUTS,)
    found = (finding.remedy for finding in decision.findings if finding.verdict in wanted)
    return tuple(dict.fromkeys(remedy for remedy in found if remedy is not None))


def lines(decision: Decision) -> tuple[str, ...]:
    """Every finding in one sentence, in the order of the rules, failing ones with what would have to change."""
    return tuple(_line(finding) for finding in decision.findings)


def findings_document(decision: Decision) -> dict[str, Any]:
    """The decision as plain JSON, for the log and the API."""
    return {
        "object": decision.version[0],
        "version": decision.version[1],
        "agreement": decision.view.agreement,
        "taker": decision.view.taker,
        "at": format_instant(decision.at, 6),
        "outcome": decision.outcome.value,
        "sentence": sentence(decision),
        "clauses": list(decision.clauses),
        "cut": list(decision.cut),
        "findings": [_document(finding) for finding in decision.findings],
    }


def _document(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "because": finding.because,
        "clause": finding.clause,
        "evidence": list(finding.evidence),
        "remedy": finding.remedy,
    }


def _first_reasons(decision: Decision) -> tuple[Finding, ...]:
    """The failing findings, those that say something of their own before the one that only sums them up."""
    own = tuple(finding for finding in decision.failing if finding.rule != "ClauseMatches")
    return own or decision.failing


def _line(finding: Finding) -> str:
    text = f"{finding.rule} {finding.verdict}: {finding.because}"
    return f"{text}. To change it: {finding.remedy}" if finding.remedy else text


def _clauses(decision: Decision) -> str:
    if not decision.clauses:
        return ""
    return f"clause{'s' if len(decision.clauses) > 1 else ''} {', '.join(decision.clauses)} of "
