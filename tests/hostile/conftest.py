"""The stage on which every attack is played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`us` and `fr` honest, `ru` a liar; `us` and `ru` give each other."""
    with staged(tmp_path) as made:
        yield made
