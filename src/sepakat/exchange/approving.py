"""Approvals: what waits for a person's yes before it goes, and the yes or no.

A clause may ask for one or two approvals, and TLP:RED always asks for one that names the release (DESIGN section 3).
What waits is what only the approval rule withholds; that is asked of the engine, never guessed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sepakat.errors import NotFound
from sepakat.exchange.ports import Node
from sepakat.exchange.records import ApprovalRecord
from sepakat.exchange.releasing import ReleaseSummary, update_views
from sepakat.exchange.world import world_of
from sepakat.release.decision import Decision, Outcome
from sepakat.release.engine import decide, decide_all
from sepakat.release.question import Approval, ViewKey, World
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
    with node.store.reading() as unit:
        world = world_of(node, unit, now)
    verdicts = decide_all(world, now)
    views = [key for key, view in sorted(world.views.items()) if view.in_force]
    newest = [versions[-1].object.version_ref for versions in world.versions.values()]
    open_ones = [(version, key) for key in views for version in newest if verdicts.outcome(version, key) is Outcome.OUT]
    approved = decide_all(replace(world, approvals=_approved_by_all(world, open_ones, now)), now)
    found = []
    for version, key in open_ones:
        if approved.outcome(version, key) is not Outcome.OUT:
            given = world.approvals.get((version, key), ())
            decision = decide(world, verdicts, version, key, now)
            # What only goes because something else goes needs no approval of its own.
            if APPROVABLE & {finding.rule for finding in decision.failing}:
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


def _approved_by_all(
    world: World, open_ones: Iterable[tuple[VersionRef, ViewKey]], now: datetime
) -> Mapping[tuple[VersionRef, ViewKey], tuple[Approval, ...]]:
    """The approvals of the world, and as many as any clause asks for on everything that does not go."""
    enough = tuple(Approval(f"person {number}", now) for number in (1, 2))
    return {**world.approvals, **dict.fromkeys(open_ones, enough)}
