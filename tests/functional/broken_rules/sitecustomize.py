"""Breaks one rule of release in every process that has this folder on its PYTHONPATH, as `BROKEN_RULE` says.

Python imports a module of this name by itself at start. The product has no switch for this: the rule is changed from
outside, right after its module was loaded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


def ceiling(static_rules: Any) -> None:
    static_rules.CLAUSE_RULES["TlpWithinCeiling"] = lambda world, version: world.slots.every


def origin(static_rules: Any) -> None:
    static_rules.origin_allows = static_rules.VIEW_RULES["OriginAllows"] = lambda world, version: world.slots.live


def recall(static_rules: Any) -> None:
    not_recalled = static_rules.VIEW_RULES["NotRecalled"]
    static_rules._BY_POLICY = tuple(rule for rule in static_rules._BY_POLICY if rule is not not_recalled)
    static_rules.VIEW_RULES["NotRecalled"] = lambda world, version: world.slots.live


def granular_cut(units: Any) -> None:
    units.Units._marked = lambda self, version, marking: self._slots.every


def reference_closure(rising: Any) -> None:
    def bounded_by_nothing(self: Any, version: Any, views: int) -> int:
        version.bound_whole, version.bound_variant = version.top_whole, version.top_variant
        self._held[version.id].forget_bounds()
        return 0

    rising.Fixpoint._whole = rising.Fixpoint._present = lambda self, target: -1
    rising.Fixpoint._weigh = lambda self, version: None
    rising.Fixpoint._pass_on = lambda self, target: self._is_fallen.discard(target)
    rising.RisingFixpoint._raise_bound = bounded_by_nothing


BREAKS: dict[str, tuple[str, Callable[[Any], None]]] = {
    "ceiling": ("sepakat.release.static_rules", ceiling),
    "origin": ("sepakat.release.static_rules", origin),
    "recall": ("sepakat.release.static_rules", recall),
    "granular-cut": ("sepakat.release.units", granular_cut),
    "reference-closure": ("sepakat.release.rising", reference_closure),
}


class Breaker(MetaPathFinder):
    """Finds one module as usual, and changes it when it was loaded."""

    def __init__(self, module: str, change: Callable[[Any], None]) -> None:
        self.module = module
        self.change = change

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def execute_and_change(module: ModuleType) -> None:
            execute(module)
            self.change(module)

        spec.loader.exec_module = execute_and_change  # type: ignore[method-assign]
        return spec


if "BROKEN_RULE" in os.environ:
    sys.meta_path.insert(0, Breaker(*BREAKS[os.environ["BROKEN_RULE"]]))
