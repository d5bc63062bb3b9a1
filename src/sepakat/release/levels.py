"""The ordered levels of each axis of markings, lowest first, as numbers that compare.

TLP 2.0 (FIRST; TLP 1.0 `white` is `clear`), PAP (`white` is `clear`), classification as the agreement language names
it. A level that is not in its order is above everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Axis = Literal["tlp", "pap", "classification"]

ABOVE_ALL: Final = 1_000
"""The level of a marking that no ceiling lets through."""

TLP: Final = ("clear", "green", "amber", "amber+strict", "red")
PAP: Final = ("clear", "green", "amber", "red")
CLASSIFICATION: Final = ("unclassified", "restricted", "confidential", "secret", "top-secret")

ORDERS: Final[Mapping[str, tuple[str, ...]]] = {"tlp": TLP, "pap": PAP, "classification": CLASSIFICATION}
_OTHER_NAMES: Final = {"white": "clear"}

TLP_GREEN: Final = TLP.index("green")
TLP_AMBER: Final = TLP.index("amber")
TLP_AMBER_STRICT: Final = TLP.index("amber+strict")
TLP_RED: Final = TLP.index("red")


def level_of(axis: str, name: str) -> int:
    """The number of a level; `ABOVE_ALL` for a word that the axis does not know."""
    order = ORDERS[axis]
    word = _OTHER_NAMES.get(name, name)
    return order.index(word) if word in order else ABOVE_ALL


def ceiling_of(axis: str, name: str | None) -> int:
    """The highest level that a ceiling lets through: the lowest one where none is written, none for an unknown word."""
    if name is None:
        return 0
    level = level_of(axis, name)
    return level if level != ABOVE_ALL else -1


def level_name(axis: str, level: int) -> str:
    """A level in the words of its policy: `TLP:AMBER+STRICT`, `classification secret`."""
    order = ORDERS[axis]
    word = order[level] if 0 <= level < len(order) else "unknown"
    return f"classification {word}" if axis == "classification" else f"{axis.upper()}:{word.upper()}"
