"""A coalition of 22 nodes, cut off, restarted, asked and recalled: at rest everybody holds what the oracle says.

This is the small one; `make simulation` runs the large one: 2,000 objects, for each of 20 seeds.
"""

from __future__ import annotations

from pathlib import Path

from tests.integration.simulation.many_nodes import HAPPENED, Size, lived

SMALL = Size(objects=110, steps=140)


def test_coalition_comes_to_rest_with_everybody_holding_what_the_oracle_says(tmp_path: Path) -> None:
    with lived(tmp_path, SMALL, seed=1) as life:
        life.check()
        assert [what for what in HAPPENED if not life.done[what]] == []
