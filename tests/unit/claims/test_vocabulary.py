from __future__ import annotations

import pytest

from sepakat.agreements import vocabulary as agreements
from sepakat.claims.vocabulary import CONFIDENCE, KINDS, LIKELIHOODS, PERSON_CATEGORIES, SOURCE_SCHEMES
from sepakat.claims.words import _KIND_WORDS


def test_kinds_are_those_that_agreements_name() -> None:
    assert tuple(KINDS) == agreements.CLAIM_KINDS
    assert _KIND_WORDS.keys() == KINDS.keys()


def test_person_categories_are_those_that_agreements_name_and_unknown() -> None:
    assert tuple(PERSON_CATEGORIES) == (*agreements.PERSON_CATEGORIES, "unknown")


def test_confidence_is_that_of_stix_appendix_a() -> None:
    assert CONFIDENCE == {1: 90, 2: 70, 3: 50, 4: 30, 5: 10, 6: None}


def test_schemes_have_their_own_letters_and_codes() -> None:
    assert {key: "".join(scheme.reliability) for key, scheme in SOURCE_SCHEMES.items()} == {
        "admiralty": "ABCDEF",
        "europol-4x4": "ABCX",
    }
    assert [len(scheme.information) for scheme in SOURCE_SCHEMES.values()] == [6, 4]


@pytest.mark.parametrize(
    ("scheme", "ranges"),
    [
        ("icd-203", [(1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99)]),
        ("phia", [(0, 5), (10, 20), (25, 35), (40, 50), (55, 75), (80, 90), (95, 100)]),
        ("stix-wep", [(0, 0), (1, 19), (20, 39), (40, 59), (60, 79), (80, 99), (100, 100)]),
        ("stix-dni", [(0, 9), (10, 19), (20, 39), (40, 59), (60, 79), (80, 89), (90, 100)]),
    ],
)
def test_scale_of_likelihood_is_the_published_one(scheme: str, ranges: list[tuple[int, int]]) -> None:
    assert [(word.low, word.high) for word in LIKELIHOODS[scheme].words] == ranges


@pytest.mark.parametrize("scheme", LIKELIHOODS)
def test_no_term_stands_twice_in_a_scale(scheme: str) -> None:
    terms = [term for word in LIKELIHOODS[scheme].words for term in word.terms]
    assert len(set(terms)) == len(terms)


def test_same_word_has_another_range_in_another_scale() -> None:
    ranges = {(word.low, word.high) for scheme in LIKELIHOODS.values() if (word := scheme.word("Likely")) is not None}
    assert ranges == {(55, 80), (55, 75), (60, 79)}
