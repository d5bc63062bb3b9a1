"""Approvals: what waits for a person's yes before it goes, and the yes or no.

A clause may ask for one or two approvals, and TLP:RED always asks for one that names the release (DESIGN section 3).
What waits is what only the approval rule withholds; that is asked of the engine, never guessed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sepakat.errors import NotFound
from sepakat.exchange.deciding import forget_world, world_to_read
from sepakat.exchange.ports import Node
from sepakat.exchange.records import ApprovalRecord
from sepakat.exchange.releasing import ReleaseSummary, update_views
from sepakat.release.decision import Decision, Outcome
from sepakat.release.engine import Verdicts, decide
from sepakat.release.question import Approval, ViewKey
from sepakat.release.state import Change, Decided
from sepakat.release.static_rules import CLAUSE_RULES, VIEW_RULES
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import VersionRef

APPROVABLE = frozenset({"Approved", "AmongReaders"})
"""The rules that an approval can satisfy: a clause asks for one, or the object is TLP:RED."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One version that waits for approval for one view, and who has approved so far."""

    version: VersionRef
    view: ViewKey
    decision: Decision
    approvers: tuple[str, ...]


def waiting(node: Node) -> list[Waiting]:
    """Everything that only lacks approval, by view and object.

    That is what does not go now and would go if persons had approved all that waits.
    """
    now = node.clock.now()
    with node.store.reading() as unit, world_to_read(node, unit, now) as decided:
        # Nothing has changed since it was last asked as long as the verdicts are the same.
        found = _FOUND.get(decided.verdicts)
        if found is None:
            try:
                found = _waiting(decided)
            except BaseException:
                forget_world(node.store)
                raise
            _FOUND[decided.verdicts] = found
        return list(found)


def _waiting(decided: Decided) -> list[Waiting]:
    """Try what would go with approvals, in the world that is decided; it is left as it was."""
    now = decided.now
    open_ones = list(_lacking(decided))
    before = {name: decided.world.approvals.get(name, ()) for name in open_ones}
    out = {name: decide(decided.world, decided.verdicts, *name, now) for name in open_ones}
    enough = tuple(Approval(f"person {number}", now) for number in (1, 2))
    decided.apply(Change(approvals=dict.fromkeys(open_ones, enough)), now)
    goes = [name for name in open_ones if decided.verdicts.outcome(*name) is not Outcome.OUT]
    decided.apply(Change(approvals=before), now)
    return [
        Waiting(version, view, out[version, view], tuple(one.approver for one in before[version, view]))
        for version, view in sorted(goes, key=lambda name: (name[1], name[0]))
        # What only goes because something else goes needs no approval of its own.
        if APPROVABLE & {finding.rule for finding in out[version, view].failing}
    ]


def _lacking(decided: Decided) -> Iterator[tuple[VersionRef, ViewKey]]:
    """The newest versions that do not go to a view in which a rule is not satisfied that approvals can satisfy."""
    compiled = decided.verdicts.compiled
    views = {key: compiled.slots.bit(key) for key, view in decided.world.views.items() if view.in_force}
    for entry in compiled.held.values():
        version = entry.versions[-1] if entry.versions else None
        if version is None or version.is_scaffold or version.fault is not None:
            continue
        approved = CLAUSE_RULES["Approved"](compiled, version)
        readers = VIEW_RULES["AmongReaders"](compiled, version)
        for key, bit in views.items():
            block = compiled.slots.spread(bit) & compiled.slots.every
            if not version.present & bit and (approved & block != block or not readers & bit):
                yield version.ref, key


# What waits, by the verdicts that say so; it dies with them.
_FOUND: WeakKeyDictionary[Verdicts, list[Waiting]] = WeakKeyDictionary()


def approve(node: Node, object_id: StixId, view: ViewKey, approver: str, *, is_given: bool) -> ReleaseSummary:
    """Give or refuse approval that the newest version of an object goes to one view; the last word of a person counts.

    Raises:
        NotFound: no such object, or no such view.
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        versions = unit.objects.get(object_id)
        if not versions:
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
        if not any(collection.view == view for collection in unit.views.collections()):
            raise NotFound(
                "view-unknown",
                f"no agreement {view.agreement} gives {view.taker} anything",
                "`sepakat agreements list`",
            )
        version = versions[-1].object.version_ref
        unit.policies.put_approval(ApprovalRecord(version, view, approver, now, is_given))
        return update_views(node, unit, now)
