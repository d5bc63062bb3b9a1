"""Random worlds as hypothesis examples: one seed each, and the engine's answer for them."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from tests.oracle.plain import World
from tests.property.releases import Given
from tests.support.worlds import NOW, random_case
from tests.support.worlds_engine import engine_world

seeds = st.integers(min_value=0, max_value=2**32 - 1)


def given_out(world: World) -> Given:
    """What the engine lets out of a world."""
    return Given(engine_world(world), NOW)


def releasing(seed: int) -> tuple[World, Given]:
    """The world of a seed and what goes out of it; worlds that let nothing out are passed over."""
    world = random_case(seed).world
    found = given_out(world)
    assume(any(True for _ in found.objects()))
    return world, found
