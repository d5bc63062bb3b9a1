"""A change re-decides only what depends on it, with the same result as deciding everything from nothing."""

from __future__ import annotations

import pytest

from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide_all
from sepakat.release.question import ViewKey, World
from sepakat.release.state import Change, Decided
from sepakat.release.variants import Projection, Projections
from sepakat.stix.objects import VersionRef
from tests.property.comparison import KEYS
from tests.support.worlds_changes import Story, story_of

SHARDS = 4
STEPS = 8

Outcomes = dict[tuple[VersionRef, ViewKey], Outcome]


@pytest.mark.worlds
@pytest.mark.parametrize("shard", range(SHARDS))
def test_changes_give_what_deciding_everything_from_nothing_gives(shard: int, worlds: int) -> None:
    moved = stories = 0
    for seed in range(shard, max(worlds // 2, SHARDS), SHARDS):
        stories += 1
        moved += _play(story_of(seed), seed)
    # Otherwise nothing was shown: of eight changes, two or more have to move some outcome.
    assert moved >= 2 * stories


def test_a_clock_that_ran_backwards_decides_nothing() -> None:
    story = story_of(1)
    decided = Decided(story.world, story.now)
    earlier = story.now.replace(year=story.now.year - 1)
    with pytest.raises(ValueError, match="backwards"):
        decided.apply(Change(), earlier)


def _play(story: Story, seed: int) -> int:
    """Let everything happen; how many changes moved an outcome."""
    decided = Decided(story.world, story.now)
    moved = 0
    for step in range(STEPS):
        before = _outcomes(story.world, decided.verdicts)
        were = _projections(story.world, decided.verdicts)
        change = story.change()
        touched = decided.apply(change, story.now)
        fresh = decide_all(story.world, story.now)
        where = f"world {seed}, step {step}: {change}"
        expected = _outcomes(story.world, fresh)
        assert _outcomes(story.world, decided.verdicts) == expected, where
        are = _projections(story.world, fresh)
        assert _projections(story.world, decided.verdicts) == are, where
        concerned = touched | decided.naming(touched)
        assert {name[0][0] for name in were.keys() & are.keys() if were[name] != are[name]} <= concerned, where
        assert all(
            before.get((version, view)) == outcome
            for (version, view), outcome in expected.items()
            if version[0] not in touched and not fresh.compiled.by_ref[version].is_scaffold
        ), where
        assert _wakes_in_time(decided, fresh), where
        moved += before != expected
    return moved


def _wakes_in_time(decided: Decided, fresh: Verdicts) -> bool:
    """Whether the next change is not expected too late; too early misses nothing."""
    mine, theirs = decided.next_change_at, fresh.next_change_at
    return theirs is None or (mine is not None and mine <= theirs)


def _outcomes(world: World, verdicts: Verdicts) -> Outcomes:
    return {
        (held.object.version_ref, view): verdicts.outcome(held.object.version_ref, view)
        for versions in world.versions.values()
        for held in versions
        for view in world.views
    }


def _projections(world: World, verdicts: Verdicts) -> dict[tuple[VersionRef, ViewKey], Projection]:
    made = Projections(KEYS)
    return {
        (version, view): made.of(verdicts, version, view).content
        for (version, view), outcome in _outcomes(world, verdicts).items()
        if outcome is Outcome.VARIANT
    }
