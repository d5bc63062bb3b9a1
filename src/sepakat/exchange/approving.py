"""Approvals: what waits for a person's yes before it goes, and the yes or no.

A clause may ask for one or two approvals, and TLP:RED always asks for one that names the release (DESIGN section 3).
What waits is what only the approval rule withholds; that is asked of the engine, never guessed here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sepakat.errors import NotFound
from sepakat.exchange.ports import Node
from sepakat.exchange.records import ApprovalRecord
from sepakat.exchange.releasing import ReleaseSummary, update_views
from sepakat.exchange.world import world_of
from sepakat.release.decision import Decision, Outcome
from sepakat.release.engine import decide, decide_all
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import VersionRef

APPROVAL_RULES = frozenset({"Approved", "AmongReaders"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One version that waits for approval for one view, and who has approved so far."""

    version: VersionRef
    view: ViewKey
    decision: Decision
    approvers: tuple[str, ...]


def waiting(node: Node) -> list[Waiting]:
    """Everything that only lacks approval, by view and object."""
    now = node.clock.now()
    with node.store.reading() as unit:
        world = world_of(node, unit, now)
    verdicts = decide_all(world, now)
    found = []
    for key, view in sorted(world.views.items()):
        for versions in world.versions.values():
            version = versions[-1].object.version_ref
            if not view.in_force or verdicts.outcome(version, key) is not Outcome.OUT:
                continue
            decision = decide(world, verdicts, version, key, now)
            if _lacks_only_approval(decision):
                given = world.approvals.get((version, key), ())
                found.append(Waiting(version, key, decision, tuple(one.approver for one in given)))
    return found


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


def _lacks_only_approval(decision: Decision) -> bool:
    failing = {finding.rule for finding in decision.failing}
    return "Approved" in failing and failing <= APPROVAL_RULES
