"""Worlds of a few nodes that the tests of the exchange begin from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, simulation


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    """`us`, `ru` and `fr`, who know each other and have agreed nothing."""
    with simulation(tmp_path, "us", "ru", "fr") as made:
        made.introduce(("us", "ru"), ("us", "fr"), ("ru", "fr"))
        yield made


@pytest.fixture
def giving(world: Simulation) -> Simulation:
    """`us` gives `ru` up to TLP:AMBER."""
    world.conclude(agreement_text(), "us", "ru")
    return world
