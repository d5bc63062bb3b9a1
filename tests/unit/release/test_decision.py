"""A decision says itself what withholds."""

from __future__ import annotations

from sepakat.release.decision import Decision, Finding, Outcome, Verdict
from tests.unit.release.small import NOW, VIEW, malware, ref


def test_failing_are_the_findings_that_withhold_and_no_others() -> None:
    findings = tuple(Finding(verdict.name, verdict, "because") for verdict in Verdict)
    decision = Decision(ref(malware()), VIEW, NOW, Outcome.OUT, findings)
    assert [finding.rule for finding in decision.failing] == ["WITHHOLDS"]
    assert (decision.cut, decision.clauses) == ((), ())
