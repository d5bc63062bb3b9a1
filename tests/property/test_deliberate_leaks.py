"""Leaks built into the engine on purpose: the comparison with the oracle has to find each within a few worlds.

This tests the tests. Nothing else may replace parts of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from sepakat.release import cutting
from sepakat.release.fixpoint import Fixpoint
from sepakat.release.labels import Labels
from sepakat.release.question import HeldVersion
from sepakat.release.restrictions import Restriction
from sepakat.stix.identifiers import PartyId
from tests.property.comparison import disagreements
from tests.support.worlds import random_case

WORLDS = 40

Leak = Callable[[pytest.MonkeyPatch], None]


def closure_done_once(patch: pytest.MonkeyPatch) -> None:
    """Every version looks at what it refers to one time, and nothing that falls is passed on."""
    patch.setattr(Fixpoint, "_settle_references", lambda self: None)


def markings_rewritten_before_the_closure(patch: pytest.MonkeyPatch) -> None:
    """The granular markings are those of before the cut: selectors name what is gone, or another item of a list."""

    def rewritten(content: Mapping[str, Any], remainder: cutting.Remainder) -> list[dict[str, Any]]:
        return [dict(entry) for entry in content["granular_markings"]]

    patch.setattr(cutting, "_granular_markings", rewritten)


def readers_united(patch: pytest.MonkeyPatch) -> None:
    """Whoever is among the readers of one owner may read, instead of whoever is among those of all."""

    def united(
        self: Labels,
        version: HeldVersion,
        owners: Sequence[PartyId],
        marked: Sequence[Restriction],
        added: Sequence[Restriction],
    ) -> int:
        views = 0
        for owner in owners:
            views |= self.admitted_by(owner, version, marked) | self.grants.granted(owner, version, owners)
        return views | (self.admitted_by(PartyId("us"), version, added) if added else 0)

    patch.setattr(Labels, "_readers", united)


@pytest.mark.parametrize("leak", [closure_done_once, markings_rewritten_before_the_closure, readers_united])
def test_deliberate_leak_is_found(leak: Leak, monkeypatch: pytest.MonkeyPatch) -> None:
    leak(monkeypatch)
    found = [text for seed in range(WORLDS) for text in disagreements(random_case(seed))]
    assert any("the oracle says out, the engine" in text or "the oracle leaves" in text for text in found)
