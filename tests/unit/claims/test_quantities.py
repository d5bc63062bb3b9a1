from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.claims.claim import Quantity
from sepakat.claims.quantities import Agreement, compare, conflicts, range_of
from tests.unit.claims.examples import ABOUT_500
from tests.unit.claims.test_building import quantities


def exactly(point: float, unit: str = "states") -> Quantity:
    return Quantity("exactly", unit, point=point)


def about(point: float) -> Quantity:
    return Quantity("about", "states", point=point)


def test_twenty_against_twenty_two_is_a_conflict() -> None:
    comparison = compare(exactly(20), exactly(22))
    assert comparison.agreement is Agreement.CONFLICTING
    assert comparison.sentence == "conflicting: exactly 20 states and exactly 22 states; no number is in both"


def test_about_twenty_and_twenty_two_can_both_be_right() -> None:
    comparison = compare(about(20), exactly(22))
    assert comparison.agreement is Agreement.COMPATIBLE
    assert (
        comparison.sentence == "compatible: about 20 states, read as 18 to 22 and exactly 22 states; these ranges meet"
    )
    assert compare(about(20), exactly(22.01)).agreement is Agreement.CONFLICTING


def test_bounds_that_the_speaker_gave_count_before_ours() -> None:
    bounded = Quantity("about", "states", point=20, min=20, max=21)
    assert compare(bounded, exactly(22)).agreement is Agreement.CONFLICTING


@pytest.mark.parametrize(
    ("other", "agreement"),
    [
        (exactly(450, "people"), Agreement.COMPATIBLE),
        (exactly(449, "people"), Agreement.CONFLICTING),
        (exactly(10**6, "people"), Agreement.COMPATIBLE),
        (Quantity("at-most", "people", max=400), Agreement.CONFLICTING),
        (Quantity("at-least", "people", min=2000), Agreement.COMPATIBLE),
        (Quantity("between", "people", min=100, max=460), Agreement.COMPATIBLE),
        (exactly(500, "vehicles"), Agreement.NOT_COMPARABLE),
        (exactly(500, " People "), Agreement.COMPATIBLE),
    ],
)
def test_about_five_hundred_or_more_against_another_number(other: Quantity, agreement: Agreement) -> None:
    assert compare(ABOUT_500, other).agreement is agreement


def test_tenth_is_a_tenth() -> None:
    assert compare(exactly(0.1), exactly(0.1)).agreement is Agreement.COMPATIBLE
    assert compare(about(0.1), exactly(0.11)).agreement is Agreement.COMPATIBLE


def test_about_a_negative_number_reaches_to_both_sides() -> None:
    assert range_of(about(-20)).words == "-22 to -18"


@given(quantities(), quantities())
def test_comparing_is_symmetric_and_explains_itself(one: Quantity, other: Quantity) -> None:
    assert compare(one, other) == compare(other, one)
    assert compare(one, other).sentence.startswith(compare(one, other).agreement.value.replace("-", " "))


@given(quantities())
def test_number_is_compatible_with_itself(quantity: Quantity) -> None:
    assert compare(quantity, quantity).agreement is Agreement.COMPATIBLE


def test_every_conflicting_pair_is_listed_and_no_number_made() -> None:
    found = conflicts([exactly(20), about(20), exactly(22), exactly(22, "people")])
    assert [(first, second) for first, second, _ in found] == [(0, 2)]


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity("at-least", "x", min=5), "5 or more"),
        (Quantity("at-most", "x", max=5), "5 or less"),
        (Quantity("between", "x", min=5, max=5), "5"),
        (Quantity("about", "x", point=0.5), "0.45 to 0.55"),
        (Quantity("about-or-more", "x"), "any number"),
    ],
)
def test_range_stands_in_words(quantity: Quantity, words: str) -> None:
    assert range_of(quantity).words == words


def test_units_given_differently_are_named_in_order() -> None:
    assert compare(exactly(1, "b"), exactly(1, "a")) == compare(exactly(1, "a"), exactly(1, "b"))


@given(st.sampled_from(["people", "states"]))
def test_unit_is_compared_without_regard_to_case(unit: str) -> None:
    assert compare(exactly(1, unit.upper()), exactly(1, unit)).agreement is Agreement.COMPATIBLE
