"""When time alone can next change an outcome: age, delay, retention, expiry, grants, approvals, windows of agreements.

The instant may come too early (nothing need change then), never too late: whoever sleeps until it misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sepakat.release.compiled import Compiled
from sepakat.release.question import Grant, ObjectPolicy, View
from sepakat.release.times import as_datetime, microseconds
from sepakat.release.versions import Version


def next_change(world: Compiled) -> datetime | None:
    """The earliest such instant after now; None when there is none."""
    now = microseconds(world.now)
    earliest = min((instant for instant in _instants(world) if instant > now), default=None)
    return None if earliest is None else as_datetime(earliest)


def instants_of(world: Compiled, version: Version) -> Iterator[int]:
    """The instants at which time alone can change something for one version by its own clock, in microseconds."""
    if version.fault is None and not version.is_scaffold:
        instant = world.clauses.next_change(version.modified, version.received)
        if instant is not None:
            yield instant
        if version.is_personal:
            yield from world.clauses.retention_ends(version.created)


def instants_of_policy(policy: ObjectPolicy) -> Iterator[int]:
    """The instant at which an object expires."""
    if policy.expires_at is not None:
        yield microseconds(policy.expires_at)


def instants_of_grant(grant: Grant) -> Iterator[int]:
    """The instants at which a grant begins, and at which it is over: one microsecond after its last."""
    yield microseconds(grant.given_at)
    if grant.until is not None:
        yield microseconds(grant.until) + 1
    if grant.withdrawn_at is not None:
        yield microseconds(grant.withdrawn_at)


def instants_of_view(view: View) -> Iterator[int]:
    """The instants at which the window of a view's agreement begins and ends."""
    yield microseconds(view.agreement.window.from_)
    if view.agreement.window.to is not None:
        yield microseconds(view.agreement.window.to)


def _instants(world: Compiled) -> Iterator[int]:
    for version in world.versions():
        yield from instants_of(world, version)
    for policy in world.world.policies.values():
        yield from instants_of_policy(policy)
    for grant in world.world.grants:
        yield from instants_of_grant(grant)
    for (approved, _), approvals in world.world.approvals.items():
        if approved in world.by_ref:
            yield from (microseconds(approval.at) for approval in approvals)
    for view in world.world.views.values():
        yield from instants_of_view(view)
