"""Why one version is in one view, or not: a finding from every rule, also after the first refusal.

Asks the rules that the engine asked, each alone, for one view. With clauses that match, the findings are about those;
without any, about every clause. Evidence over relationships is first taken as if the version itself were in the view,
since otherwise whatever withholds it would seem to take its topic away too. Which words are used is left to
`explanation`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sepakat.agreements.terms import Agreement
from sepakat.release.compiled import Compiled
from sepakat.release.cutting import cut_of, left_out
from sepakat.release.decision import Finding, Outcome, Verdict
from sepakat.release.evidence_reasons import Evidence
from sepakat.release.explanation import worded
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.question import ViewKey
from sepakat.release.rule_facts import Facts, facts_of_clause, facts_of_view
from sepakat.release.rules import RULES
from sepakat.release.static_rules import CLAUSE_RULES, VIEW_RULES
from sepakat.release.structure_reasons import Structure
from sepakat.release.versions import Version
from sepakat.stix.objects import VersionRef

_ALONG_THE_BASIS = ("BasisAllows", "OriginalAllows")
_OF_CLAUSES = tuple(name for name in CLAUSE_RULES if name not in _ALONG_THE_BASIS)


class Reasons:
    """The reasons for one decision."""

    def __init__(self, world: Compiled, fixpoint: Fixpoint, version: VersionRef, view: ViewKey) -> None:
        self._world = world
        self._fixpoint = fixpoint
        self._version = world.by_ref.get(version)
        self._key = view
        self._bit = world.slots.bit(view)

    def clauses(self) -> tuple[str, ...]:
        """Ids of the clauses that match."""
        if self._version is None or not self._version.present & self._bit:
            return ()
        return self._clauses_in(self._version.matched)

    def cut(self, outcome: Outcome) -> tuple[str, ...]:
        """Selectors of what a variant leaves out, in the order of the object; what lies in it is not named again."""
        if outcome is not Outcome.VARIANT or self._version is None:
            return ()
        return left_out(self._version, cut_of(self._world, self._version, self._bit))

    def findings(self, outcome: Outcome) -> tuple[Finding, ...]:
        """A finding from every rule, in the order of the register."""
        found = list(self._found(outcome))
        named = {finding.rule for finding in found}
        found += [worded(rule.name, Verdict.NOT_APPLICABLE, {}) for rule in RULES if rule.name not in named]
        order = {rule.name: place for place, rule in enumerate(RULES)}
        return tuple(sorted(found, key=lambda finding: order[finding.rule]))

    def of_parts(self) -> tuple[Finding, ...]:
        """The findings about the parts and references of a version that goes as a variant."""
        version = self._version
        if version is None or not version.variant & self._bit:
            return ()
        self._world.find_parts(version)
        matching = version.matched & self._world.slots.spread(self._bit)
        structure = Structure(self._world, self._fixpoint, version, self._bit, matching)
        return tuple(structure.findings(Outcome.VARIANT, self._facts()))

    def _found(self, outcome: Outcome) -> Iterable[Finding]:
        version, facts = self._version, self._facts()
        view = self._world.world.views.get(self._key)
        if not self._bit:
            facts["why"] = view.because if view is not None and view.because else "nothing leaves by it"
            return [worded("AgreementInForce", Verdict.WITHHOLDS, facts)]
        in_force = worded("AgreementInForce", Verdict.PERMITS, facts)
        if version is None or version.fault is not None:
            facts["why"] = "no such version is held" if version is None else str(version.fault)
            return [in_force, worded("Readable", Verdict.WITHHOLDS, facts)]
        readable = worded("Readable", Verdict.PERMITS, facts)
        if version.is_scaffold:
            verdict = Verdict.WITHHOLDS if outcome is Outcome.OUT else Verdict.PERMITS
            return [in_force, readable, worded("ScaffoldNeeded", verdict, facts)]
        self._world.find_parts(version)
        is_out = outcome is Outcome.OUT
        found = self._ask(version, outcome, hopeful=is_out)
        if is_out and not any(finding.verdict is Verdict.WITHHOLDS for finding in found):
            found = self._ask(version, outcome, hopeful=False)
        return [in_force, readable, *found]

    def _ask(self, version: Version, outcome: Outcome, *, hopeful: bool) -> list[Finding]:
        evidence = Evidence(self._world, self._fixpoint, version, hopeful=hopeful)
        masks = {name: CLAUSE_RULES[name](self._world, version) for name in _OF_CLAUSES}
        masks["TopicShared"] = evidence.slots("topic")
        masks["RegionShared"] = evidence.slots("region")
        block = self._world.slots.spread(self._bit) & self._world.slots.every
        matching = block
        for mask in masks.values():
            matching &= mask
        found = [self._of_clauses(matching)]
        for place, clause in enumerate(self._agreement().share):
            slot = self._bit << place
            if matching and not matching & slot:
                continue
            for name, mask in masks.items():
                facts = self._facts(clause=clause.id) | facts_of_clause(name, self._world, version, clause, evidence)
                found.append(worded(name, Verdict.PERMITS if mask & slot else Verdict.WITHHOLDS, facts))
        for name, rule in VIEW_RULES.items():
            allowed = rule(self._world, version) & self._bit
            found.append(self._whole_view(name, version, allowed=bool(allowed)))
        for name in _ALONG_THE_BASIS:
            if self._rests_on(name, version):
                mask = CLAUSE_RULES[name](self._world, version) & (matching or block)
                found.append(self._whole_view(name, version, allowed=bool(mask)))
        structure = Structure(self._world, self._fixpoint, version, self._bit, matching or block)
        found += structure.findings(outcome, self._facts())
        return found

    def _of_clauses(self, matching: int) -> Finding:
        facts = self._facts() | {"clauses": ", ".join(self._clauses_in(matching)) or "none"}
        return worded("ClauseMatches", Verdict.PERMITS if matching else Verdict.WITHHOLDS, facts)

    def _whole_view(self, name: str, version: Version, *, allowed: bool) -> Finding:
        facts = self._facts() | facts_of_view(name, self._world, version, self._key)
        return worded(name, Verdict.PERMITS if allowed else Verdict.WITHHOLDS, facts)

    def _rests_on(self, name: str, version: Version) -> bool:
        return bool(self._world.basis.bases(version) if name == "BasisAllows" else self._world.translated(version))

    def _clauses_in(self, mask: int) -> tuple[str, ...]:
        share = self._agreement().share
        return tuple(clause.id for place, clause in enumerate(share) if mask & (self._bit << place))

    def _agreement(self) -> Agreement:
        return self._world.world.views[self._key].agreement

    def _facts(self, **more: object) -> Facts:
        return {"agreement": self._key.agreement, "taker": self._key.taker, "node": self._world.world.node, **more}
