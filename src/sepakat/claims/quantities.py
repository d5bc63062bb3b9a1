"""Whether two numbers can both be right: compatible, conflicting, or not comparable; and why, in a sentence.

Each number is read as the range that its qualifier allows; two are compatible if the ranges meet. No number is made
out of two: there is no average, and no verdict on who is right.
Invariant: comparing is symmetric, and every number is compatible with itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from sepakat.claims.claim import Amount, Quantity
from sepakat.claims.words import amount_words, quantity_words

ABOUT = Fraction(1, 10)
"""How far `about` reaches to either side, as a part of the number, when the speaker gave no bounds."""


class Agreement(Enum):
    """How two numbers stand to each other."""

    COMPATIBLE = "compatible"
    CONFLICTING = "conflicting"
    NOT_COMPARABLE = "not-comparable"


@dataclass(frozen=True, slots=True)
class Range:
    """All numbers that a quantity allows, both ends included; None is without end."""

    low: Fraction | None
    high: Fraction | None

    def meets(self, other: Range) -> bool:
        """Whether some number lies in both."""
        return not (_above(self.low, other.high) or _above(other.low, self.high))

    @property
    def words(self) -> str:
        """The range in words."""
        if self.low is None and self.high is None:
            return "any number"
        if self.low is None:
            return f"{_shown(self.high)} or less"
        if self.high is None:
            return f"{_shown(self.low)} or more"
        return _shown(self.low) if self.low == self.high else f"{_shown(self.low)} to {_shown(self.high)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer for two numbers, and the sentence that explains it."""

    agreement: Agreement
    sentence: str


def range_of(quantity: Quantity) -> Range:
    """The numbers that a quantity without faults allows."""
    low, high = _fraction(quantity.min), _fraction(quantity.max)
    point = _fraction(quantity.point)
    if quantity.qualifier == "exactly":
        return Range(point, point)
    if quantity.qualifier in ("about", "about-or-more") and point is not None:
        reach = abs(point) * ABOUT
        low = point - reach if low is None else low
        high = point + reach if high is None else high
        return Range(low, None if quantity.qualifier == "about-or-more" else high)
    return Range(low, high)


def compare(one: Quantity, other: Quantity) -> Comparison:
    """Whether two quantities can both be right."""
    if one.unit.casefold().split() != other.unit.casefold().split():
        units = " and ".join(sorted((one.unit, other.unit)))
        return Comparison(Agreement.NOT_COMPARABLE, f"not comparable: they count {units}")
    first, second = range_of(one), range_of(other)
    agreement = Agreement.COMPATIBLE if first.meets(second) else Agreement.CONFLICTING
    because = "these ranges meet" if agreement is Agreement.COMPATIBLE else "no number is in both"
    readings = " and ".join(sorted((_reading(one, first), _reading(other, second))))
    return Comparison(agreement, f"{agreement.value}: {readings}; {because}")


def conflicts(quantities: Sequence[Quantity]) -> tuple[tuple[int, int, Comparison], ...]:
    """Every conflicting pair of a list, by index, with its explanation."""
    return tuple(
        (first, second, comparison)
        for first in range(len(quantities))
        for second in range(first + 1, len(quantities))
        if (comparison := compare(quantities[first], quantities[second])).agreement is Agreement.CONFLICTING
    )


def _reading(quantity: Quantity, range_: Range) -> str:
    words = quantity_words(quantity)
    return words if quantity.qualifier == "exactly" else f"{words}, read as {range_.words}"


def _above(low: Fraction | None, high: Fraction | None) -> bool:
    return low is not None and high is not None and low > high


def _fraction(amount: Amount | None) -> Fraction | None:
    # Over the decimal text, so that 0.1 is a tenth and not the binary number beside it.
    return None if amount is None else Fraction(repr(amount))


def _shown(number: Fraction | None) -> str:
    if number is None:
        return ""
    return amount_words(number.numerator if number.denominator == 1 else float(number))
