from __future__ import annotations

import pytest

from sepakat.claims.claim import Claim, Likelihood, Lineage, MadeBy, Person, Quantity, Source, Valid
from sepakat.claims.words import (
    amount_words,
    claim_words,
    likelihood_words,
    quantity_words,
    rating_words,
    source_words,
    valid_words,
)
from tests.unit.claims.examples import ABOUT_500, FULL


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (ABOUT_500, "about 500 or more people"),
        (Quantity("exactly", "states", point=22), "exactly 22 states"),
        (Quantity("about", "states", point=20), "about 20 states"),
        (Quantity("about", "states", point=20, min=18, max=22), "about 20 (18 to 22) states"),
        (Quantity("about", "states", point=20, min=18), "about 20 (18 or more) states"),
        (Quantity("about", "states", point=20, max=22), "about 20 (22 or less) states"),
        (Quantity("at-least", "people", min=1200), "at least 1,200 people"),
        (Quantity("at-most", "tonnes", max=1.5), "at most 1.5 tonnes"),
        (Quantity("between", "people", min=20, max=22.0), "between 20 and 22 people"),
        (Quantity("between", "people", point=21, min=20, max=22), "between 20 and 22 people, most likely 21"),
        (Quantity("exactly", "people", point=0), "exactly 0 people"),
    ],
)
def test_number_stands_in_words_with_its_hedge(quantity: Quantity, words: str) -> None:
    assert quantity_words(quantity) == words


def test_amount_has_no_needless_fraction() -> None:
    assert [amount_words(n) for n in (5, 5.0, 0.1, -1234567, 1e300)] == ["5", "5", "0.1", "-1,234,567", "1e+300"]


@pytest.mark.parametrize(
    ("source", "credibility", "words"),
    [
        (
            Source(scheme="admiralty", reliability="B"),
            2,
            "Admiralty B2 (source: usually reliable; information: probably true)",
        ),
        (Source(scheme="admiralty", reliability="F"), None, "Admiralty F (source: reliability cannot be judged)"),
        (None, 6, "Admiralty 6 (information: truth cannot be judged)"),
        (
            Source(scheme="europol-4x4", reliability="X", evaluation=4),
            None,
            "Europol 4x4 X4 (source: reliability cannot be assessed; information: not known to the source itself, "
            "and cannot be supported)",
        ),
        (Source(reliability="X", evaluation=4), None, None),
        (Source(token="ab" * 32), None, None),
        (None, None, None),
    ],
)
def test_rating_stands_in_its_own_scheme(source: Source | None, credibility: int | None, words: str | None) -> None:
    assert rating_words(source, credibility) == words


def test_source_is_described_before_it_is_rated() -> None:
    words = source_words(Source(None, "admiralty", "B", None, "direct", "a liaison officer"), 2)
    assert words is not None
    assert words.startswith("reported by a liaison officer, access: direct, Admiralty B2")


def test_words_describe_no_source_unless_asked() -> None:
    words = claim_words(FULL)
    assert "liaison" not in words
    assert "direct" not in words
    assert "Admiralty B2" in words


def test_token_of_a_source_never_stands_in_words() -> None:
    assert "cdcdcd" not in claim_words(FULL)


@pytest.mark.parametrize(
    ("likelihood", "words"),
    [
        (Likelihood("icd-203", "likely"), "likely (ICD 203: 55 to 80 %)"),
        (Likelihood("phia", "Likely", 55, 75), "Likely (PHIA: 55 to 75 %)"),
        (Likelihood("as-said", "perhaps"), "perhaps"),
        (Likelihood("as-said", "perhaps", 20, 60.5), "perhaps (20 to 60.5 %)"),
    ],
)
def test_likelihood_stands_with_its_scale_and_range(likelihood: Likelihood, words: str) -> None:
    assert likelihood_words(likelihood) == words


@pytest.mark.parametrize(
    ("valid", "words"),
    [
        (Valid("2014-10-14T00:00:00Z", "2014-10-15T00:00:00Z", "day"), "from 2014-10-14 to 2014-10-15"),
        (Valid("2014-10-14T09:30:00Z", None, "minute"), "from 2014-10-14 09:30"),
        (Valid(None, "2014-10-14T09:30:00Z", "year"), "to 2014"),
        (Valid("2014-10-14T09:30:00Z", "2014-10-14T09:30:00Z"), "at 2014-10-14 09:30:00Z"),
        (Valid(precision="day"), None),
    ],
)
def test_time_stands_as_exactly_as_it_is_known(valid: Valid, words: str | None) -> None:
    assert valid_words(valid) == words


def test_claim_stands_in_sentences() -> None:
    assert claim_words(FULL, "the minister", describe_source=True) == (
        'Estimated by the minister: about 500 or more people (as said: "perhaps around 500 people or more"). '
        "Likelihood: likely (ICD 203: 55 to 80 %). Analytic confidence: moderate. "
        "Reported by a liaison officer, access: direct, Admiralty B2 (source: usually reliable; information: probably "
        "true). True from 2014-10-14 to 2014-10-15. About a person: office-holder."
    )


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Claim("denial"), "Denied."),
        (Claim("report", status="withdrawn"), "Reported. Status: withdrawn."),
        (Claim("report", status="live"), "Reported."),
        (Claim("report", lineage=Lineage(depth=2)), "Reported. Independence of sources unknown."),
        (Claim("report", made_by=MadeBy("program")), "Reported. Extracted by a program; not confirmed by a person."),
        (Claim("report", person=Person("unknown")), "Reported. About a person: unknown."),
    ],
)
def test_what_a_reader_must_know_stands_in_words(claim: Claim, words: str) -> None:
    assert claim_words(claim) == words
