"""What a version is made of, and what of it one view may have: findings on properties, references and cutting.

Says which parts would be cut and whether the version can do without them. DESIGN section 4, rules 6, 7 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator

from sepakat.release.compiled import Compiled
from sepakat.release.cutting import cut_of
from sepakat.release.decision import Finding, Outcome, Verdict
from sepakat.release.explanation import worded
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.needs import vital_paths
from sepakat.release.rule_facts import Facts
from sepakat.release.versions import NOT_HELD, Edge, Held, Unit, Version
from sepakat.stix.selectors import path_text

_OF_PARTS = (
    "FieldsAllowed",
    "ExternalReferencesAllowed",
    "SourceDisclosed",
    "MarkingsOfProperties",
    "AggregatesReadable",
)


class Structure:
    """The parts of one version in one view, under the clauses in `slots`."""

    def __init__(self, world: Compiled, fixpoint: Fixpoint, version: Version, view: int, slots: int) -> None:
        self._world = world
        self._fixpoint = fixpoint
        self._version = version
        self._view = view
        self._whole = slots & world.clauses.may_go_whole
        self._cut = slots & world.clauses.may_go_cut
        self._can_be_cut = version.is_own and version.type != "marking-definition"
        self._is_tearable = self._can_be_cut and bool(self._cut)
        self._readable = self._cut if self._is_tearable else self._whole
        self._vital = vital_paths(version)
        self._restricted: dict[str, list[Unit]] = {}
        """The parts that each rule restricts."""
        for unit in version.units:
            for rule in dict.fromkeys(rule for rule, _ in unit.reasons):
                self._restricted.setdefault(rule, []).append(unit)

    def findings(self, outcome: Outcome, facts: Facts) -> Iterator[Finding]:
        """A finding from every rule about parts, references and cutting."""
        for name in _OF_PARTS:
            yield from self._of_parts(name, outcome, facts)
        if outcome is Outcome.VARIANT:
            yield from self._of_parts("PersonsRule", outcome, facts)
            yield from self._of_joined(facts)
        yield from self._of_references(facts)
        yield self._of_needs(facts)
        yield self._of_tear_line(facts)

    def _of_parts(self, name: str, outcome: Outcome, facts: Facts) -> Iterator[Finding]:
        concerned = self._restricted.get(name)
        if not concerned:
            return
        out = [unit for unit in concerned if not unit.slots & self._readable and self._is_behind(name, unit)]
        lost = [
            unit for unit in out if not self._is_tearable or (unit.path in self._vital and not self._stands_in(unit))
        ]
        named = tuple(path_text(unit.path) for unit in lost or out or concerned)
        facts = facts | {"found": ", ".join(named), "evidence": named}
        if not out or outcome is Outcome.WHOLE:
            yield worded(name, Verdict.PERMITS, facts)
        else:
            yield worded(name, Verdict.WITHHOLDS if lost else Verdict.CUTS, facts)

    def _of_joined(self, facts: Facts) -> Iterator[Finding]:
        """What is cut for no reason of its own, but since it sums up or belongs to what is cut."""
        own = {unit.path for unit in self._version.units} | {edge.path for edge in self._version.edges}
        joined = sorted(path_text(path) for path in cut_of(self._world, self._version, self._view).paths - own)
        if joined:
            named = tuple(joined)
            yield worded("AggregatesReadable", Verdict.CUTS, facts | {"found": ", ".join(named), "evidence": named})

    def _is_behind(self, name: str, unit: Unit) -> bool:
        """Whether this rule keeps the node from being read; where only several together do, each of them is."""
        alone = [rule for rule, slots in unit.reasons if not slots & self._readable]
        return not alone or name in alone

    def _stands_in(self, unit: Unit) -> bool:
        return unit.path == ("name",) and bool(self._version.pseudonym_slots & self._readable)

    def _of_references(self, facts: Facts) -> Iterator[Finding]:
        edges = self._version.edges
        if not edges:
            return
        missing = [edge for edge in edges if not self._is_whole(edge)]
        out = [edge for edge in missing if edge.must_be_whole or not self._held(edge).present & self._view]
        needed = [edge for edge in out if edge.target in self._version.needed_targets]
        lost = needed if self._is_tearable else missing
        named = tuple(f"{edge.target} ({path_text(edge.path)})" for edge in lost or out or missing or edges)
        facts = facts | {"found": ", ".join(named), "evidence": named}
        if lost:
            yield worded("ReferencesInView", Verdict.WITHHOLDS, facts)
        else:
            yield worded("ReferencesInView", Verdict.CUTS if out else Verdict.PERMITS, facts)

    def _of_needs(self, facts: Facts) -> Finding:
        if not self._is_tearable or self._goes_whole():
            return worded("SomethingRemains", Verdict.PERMITS, facts)
        lost = [need.about for need in self._version.needs if not self._fixpoint.remains(need, self._cut, self._view)]
        verdict = Verdict.WITHHOLDS if lost else Verdict.PERMITS
        return worded("SomethingRemains", verdict, facts | {"found": ", ".join(lost), "evidence": tuple(lost)})

    def _of_tear_line(self, facts: Facts) -> Finding:
        """Whether the form is allowed that is left: whole, or as a tear-line."""
        if not self._whole | self._cut:
            return worded("FormAllowed", Verdict.PERMITS, facts)
        if self._can_be_cut:
            is_allowed = bool(self._cut) or self._goes_whole()
            why = "it cannot go whole, and no tear-line is agreed"
        else:
            is_allowed = bool(self._whole)
            why = "it is not this node's own, so it goes whole or not at all, and only tear-lines are agreed"
        return worded("FormAllowed", Verdict.PERMITS if is_allowed else Verdict.WITHHOLDS, {**facts, "why": why})

    def _goes_whole(self) -> bool:
        units = all(unit.slots & self._whole for unit in self._version.units)
        return units and all(self._is_whole(edge) for edge in self._version.edges)

    def _is_whole(self, edge: Edge) -> bool:
        """Whether what an edge names goes whole; the version itself is no reason against itself."""
        return bool(self._held(edge).whole & self._view) or edge.target == self._version.id

    def _held(self, edge: Edge) -> Held:
        return self._world.held.get(edge.target, NOT_HELD)
