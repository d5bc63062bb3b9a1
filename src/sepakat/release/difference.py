"""Why one party gets an object and another does not: their decisions side by side, rule by rule.

Takes the decision that gives a party most (a party's answer is that of its views together) and keeps the rules whose
verdicts differ. The words of each finding are those of `explanation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sepakat.release.decision import Decision, Finding, Outcome, Verdict

_MOST_FIRST = (Outcome.WHOLE, Outcome.VARIANT, Outcome.OUT)
_WORST_FIRST = (Verdict.WITHHOLDS, Verdict.CUTS, Verdict.PERMITS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule that says something else of each party: what counts of its findings for either."""

    rule: str
    one: Finding
    other: Finding


def best(decisions: Sequence[Decision]) -> Decision:
    """The decision that gives most; among equals the one that fewest rules stand against."""
    return min(decisions, key=lambda one: (_MOST_FIRST.index(one.outcome), len(one.failing), one.view))


def differences(one: Decision, other: Decision) -> tuple[Difference, ...]:
    """The rules whose verdict differs, in the order of the register."""
    theirs = _by_rule(other)
    found = []
    for rule, mine in _by_rule(one).items():
        finding = theirs.get(rule)
        if finding is not None and finding.verdict is not mine.verdict:
            found.append(Difference(rule, mine, finding))
    return tuple(found)


def _by_rule(decision: Decision) -> dict[str, Finding]:
    """The finding of each rule that counts: with several clauses, the best answer of any of them."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in decision.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    clauses = {finding.clause for finding in decision.findings if finding.clause is not None}
    nearest = min(clauses, key=lambda clause: _against(decision, clause), default=None)
    return {rule: _counting(findings, nearest) for rule, findings in by_rule.items()}


def _counting(findings: Sequence[Finding], clause: str | None) -> Finding:
    of_clause = [finding for finding in findings if finding.clause in (clause, None)]
    return min(of_clause or findings, key=lambda finding: _WORST_FIRST.index(finding.verdict))


def _against(decision: Decision, clause: str) -> tuple[int, str]:
    """How many rules of a clause withhold: the clause with the fewest is the one that is nearest to letting it go."""
    return sum(finding.clause == clause for finding in decision.failing), clause
