"""When time alone can next change an outcome: age, delay, retention, expiry, grants, approvals, windows of agreements.

The instant may come too early (nothing need change then), never too late: whoever sleeps until it misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sepakat.release.compiled import Compiled
from sepakat.release.times import as_datetime, microseconds


def next_change(world: Compiled) -> datetime | None:
    """The earliest such instant after now; None when there is none."""
    now = microseconds(world.now)
    earliest = min((instant for instant in _instants(world) if instant > now), default=None)
    return None if earliest is None else as_datetime(earliest)


def _instants(world: Compiled) -> Iterator[int]:
    for version in world.versions():
        if version.fault is None and not version.is_scaffold:
            instant = world.clauses.next_change(version.modified, version.received)
            if instant is not None:
                yield instant
            if version.is_personal:
                yield from world.clauses.retention_ends(version.created)
    for at, offset in _policy_instants(world):
        if at is not None:
            yield microseconds(at) + offset


def _policy_instants(world: Compiled) -> Iterator[tuple[datetime | None, int]]:
    """Instants at which something begins or, with an offset of one microsecond, after which it has ended."""
    for policy in world.world.policies.values():
        yield policy.expires_at, 0
    for grant in world.world.grants:
        yield grant.given_at, 0
        yield grant.until, 1
        yield grant.withdrawn_at, 0
    for approvals in world.world.approvals.values():
        for approval in approvals:
            yield approval.at, 0
    for view in world.world.views.values():
        yield view.agreement.window.from_, 0
        yield view.agreement.window.to, 0
