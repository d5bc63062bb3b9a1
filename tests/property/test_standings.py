"""Whatever stands or is cut otherwise in a view after some changes is concerned there, and far from all of the rest."""

from __future__ import annotations

from typing import TypeAlias

import pytest

from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.release.standings import Since, Standings, concerned
from sepakat.release.state import Change, Decided
from sepakat.release.variants import Projection, Projections
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import VersionRef
from tests.property.comparison import KEYS
from tests.support.worlds_changes import story_of

SHARDS = 4
STEPS = 8

Stood: TypeAlias = dict[tuple[VersionRef, ViewKey], tuple[Outcome, Projection | None]]


@pytest.mark.worlds
@pytest.mark.parametrize("shard", range(SHARDS))
def test_what_differs_in_a_view_is_concerned_there(shard: int, worlds: int) -> None:
    differing = spared = looked_at = 0
    for seed in range(shard, max(worlds // 2, SHARDS), SHARDS):
        counts = _play(seed)
        differing, spared, looked_at = differing + counts[0], spared + counts[1], looked_at + counts[2]
    # Otherwise nothing was shown: something differed, and in many views what was looked at again did not.
    assert differing
    assert spared > looked_at / 10


def _play(seed: int) -> tuple[int, int, int]:
    """How much differed in a view, how much was looked at again and is not concerned in one, and how much in all."""
    story = story_of(seed)
    decided = Decided(story.world, story.now)
    standings, since = Standings(decided), Since()
    shown, before = _shown(decided), _stood(decided)
    differing = spared = looked_at = 0
    for step in range(STEPS):
        change = story.change()
        touched = decided.apply(change, story.now)
        since.changed |= touched
        since.written |= _written(change)
        if change.views:
            since.unsure |= touched
        found, now = concerned(decided, standings, since, shown), _stood(decided)
        for name in before.keys() | now.keys():
            (identifier, version), key = name
            bit = decided.verdicts.compiled.slots.bit(key)
            # A view that was not in force is compared as a whole.
            if key in shown and before.get(name) != now.get(name):
                where = f"world {seed}, step {step}: {identifier} {version} in {key}"
                assert found.get(identifier, 0) & bit == bit, where
                differing += 1
                if not version and name in before and name in now:
                    # Its variant has another id.
                    assert all(found[one] & bit == bit for one in decided.naming([identifier])), where
        for key in shown:
            bit = decided.verdicts.compiled.slots.bit(key)
            looked_at += len(since.changed) if bit else 0
            spared += sum(not found.get(one, 0) & bit for one in since.changed) if bit else 0
        # Now and then several changes come together.
        if step % 3:
            standings.settle(decided, since.changed)
            since, shown, before = Since(), _shown(decided), now
    return differing, spared, looked_at


def _written(change: Change) -> set[StixId]:
    return {*change.versions, *change.policies, *change.grants, *(version[0] for version, _ in change.approvals)}


def _shown(decided: Decided) -> dict[ViewKey, frozenset[StixId]]:
    publication = decided.verdicts.publication
    return {key: publication.of(key) for key, view in decided.world.views.items() if view.in_force}


def _stood(decided: Decided) -> Stood:
    made, verdicts = Projections(KEYS), decided.verdicts
    found: Stood = {}
    for versions in decided.world.versions.values():
        for held in versions:
            version = held.object.version_ref
            for key in decided.world.views:
                outcome = verdicts.outcome(version, key)
                is_variant = outcome is Outcome.VARIANT
                left = made.of(verdicts, version, key).content if is_variant else None
                if outcome is not Outcome.OUT:
                    found[version, key] = outcome, left
    return found
