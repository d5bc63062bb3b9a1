"""The engine and the oracle give the same answer for every version in every view of random worlds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.oracle.fixpoint import answers
from tests.property.comparison import disagreements
from tests.support.worlds import SHARES, random_case, shares

SHARDS = 8


@pytest.mark.worlds
@pytest.mark.parametrize("shard", range(SHARDS))
def test_engine_and_oracle_agree_on_random_worlds(
    shard: int, worlds: int, record_property: Callable[[str, object], None]
) -> None:
    done: Counter[str] = Counter()
    for seed in range(shard, worlds, SHARDS):
        case = random_case(seed)
        expected = answers(case.world, case.now)
        assert disagreements(case, expected) == [], f"world {seed}"
        done.update(shares(case.world, expected))
        done.update(worlds=1, pairs=len(expected))
    record_property("worlds", dict(done))
    for what, least in SHARES.items():
        assert done[what] >= least * done["worlds"], f"{what}: {done[what]} of {done['worlds']} worlds"
