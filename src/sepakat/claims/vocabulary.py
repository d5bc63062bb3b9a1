"""The closed lists and tables of claims: kinds, qualifiers, rating schemes, words of likelihood.

Facts of the schemes as they are published, each kept as its own scale: nothing here converts one into another. The one
number that a scale gives is STIX `confidence` from Admiralty credibility (STIX 2.1 appendix A).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KINDS: Mapping[str, str] = {
    "fact": "established, as the speaker sees it",
    "report": "what the speaker says to have happened or heard",
    "assessment": "what an analyst concludes",
    "estimate": "a number or extent that is not counted",
    "hypothesis": "a possible answer, put up to be tested",
    "offer": "what the speaker offers or promises",
    "denial": "what the speaker says is not so",
    "accusation": "what the speaker holds another to have done",
    "question": "what is asked",
}

STATUSES: Mapping[str, str] = {
    "live": "the speaker stands by it",
    "corrected": "this version corrects an earlier one",
    "withdrawn": "the speaker has withdrawn it",
}

PERSON_CATEGORIES: Mapping[str, str] = {
    "office-holder": "a public role, for what is said and done in it",
    "suspect": "suspected of an offence",
    "convicted": "convicted of an offence",
    "witness": "a witness",
    "victim": "a victim",
    "other": "none of these",
    "unknown": "nobody has decided yet; two people must",
}

ROLES: Mapping[str, str] = {
    "primary-source": "where it was first said or seen",
    "quotes": "repeated from there",
    "derived": "worked out from it",
    "supports": "speaks for it",
    "contradicts": "speaks against it",
    "assumption": "taken for granted",
}

PRECISIONS = ("year", "month", "day", "hour", "minute", "second")
CONFIDENCE_WORDS = ("low", "moderate", "high")
MAKERS: Mapping[str, str] = {
    "person": "a person wrote or confirmed it",
    "program": "a program extracted it; a lead until a person confirms it",
}


@dataclass(frozen=True, slots=True)
class Qualifier:
    """One way to give a number: which members it needs, and which it may have besides."""

    meaning: str
    needs: tuple[str, ...]
    may_have: tuple[str, ...] = ()


QUALIFIERS: Mapping[str, Qualifier] = {
    "exactly": Qualifier("this number", ("point",)),
    "about": Qualifier("near this number; min and max if the speaker gave them", ("point",), ("min", "max")),
    "at-least": Qualifier("this number or more", ("min",)),
    "at-most": Qualifier("this number or less", ("max",)),
    "between": Qualifier("from min to max; point if one is called likeliest", ("min", "max"), ("point",)),
    "about-or-more": Qualifier("near this number, or more", ("point",)),
}

ADMIRALTY = "admiralty"
EUROPOL = "europol-4x4"


@dataclass(frozen=True, slots=True)
class SourceScheme:
    """A scheme that rates sources: its name for people, its letters, and its codes for the information itself.

    The codes of Admiralty stand in the claim's `credibility`, those of the 4x4 in the source's `evaluation`.
    """

    name: str
    reliability: Mapping[str, str]
    information: Mapping[int, str]


SOURCE_SCHEMES: Mapping[str, SourceScheme] = {
    ADMIRALTY: SourceScheme(
        "Admiralty",
        {
            "A": "completely reliable",
            "B": "usually reliable",
            "C": "fairly reliable",
            "D": "not usually reliable",
            "E": "unreliable",
            "F": "reliability cannot be judged",
        },
        {
            1: "confirmed by other sources",
            2: "probably true",
            3: "possibly true",
            4: "doubtful",
            5: "improbable",
            6: "truth cannot be judged",
        },
    ),
    EUROPOL: SourceScheme(
        "Europol 4x4",
        {
            "A": "no doubt about the source, or reliable in all cases",
            "B": "reliable in most cases",
            "C": "unreliable in most cases",
            "X": "reliability cannot be assessed",
        },
        {
            1: "accuracy not in doubt",
            2: "known to the source itself, not to the officer who passes it on",
            3: "not known to the source itself, but supported by other information",
            4: "not known to the source itself, and cannot be supported",
        },
    ),
}

CONFIDENCE: Mapping[int, int | None] = {1: 90, 2: 70, 3: 50, 4: 30, 5: 10, 6: None}
"""STIX `confidence` by Admiralty credibility (STIX 2.1 appendix A); 6 has none."""


@dataclass(frozen=True, slots=True)
class Word:
    """One step of a scale of likelihood: the terms that mean it, and the range in per cent."""

    terms: tuple[str, ...]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class LikelihoodScheme:
    """A published scale of words of likelihood, lowest first."""

    name: str
    source: str
    words: tuple[Word, ...]

    def word(self, term: str) -> Word | None:
        """The step that a term stands for, in any case."""
        return next((word for word in self.words if term.lower() in word.terms), None)


AS_SAID = "as-said"

LIKELIHOODS: Mapping[str, LikelihoodScheme] = {
    "icd-203": LikelihoodScheme(
        "ICD 203",
        "Intelligence Community Directive 203 (United States, 2015), section D.6.e.2.a",
        (
            Word(("almost no chance", "remote"), 1, 5),
            Word(("very unlikely", "highly improbable"), 5, 20),
            Word(("unlikely", "improbable"), 20, 45),
            Word(("roughly even chance", "roughly even odds"), 45, 55),
            Word(("likely", "probable"), 55, 80),
            Word(("very likely", "highly probable"), 80, 95),
            Word(("almost certain", "nearly certain"), 95, 99),
        ),
    ),
    "phia": LikelihoodScheme(
        "PHIA",
        "Professional Head of Intelligence Assessment, probability yardstick (United Kingdom)",
        (
            Word(("remote chance",), 0, 5),
            Word(("highly unlikely",), 10, 20),
            Word(("unlikely",), 25, 35),
            Word(("realistic possibility",), 40, 50),
            Word(("likely", "probable"), 55, 75),
            Word(("highly likely",), 80, 90),
            Word(("almost certain",), 95, 100),
        ),
    ),
    "stix-wep": LikelihoodScheme(
        "STIX words of estimative probability",
        "STIX 2.1, appendix A, table WEP",
        (
            Word(("impossible",), 0, 0),
            Word(("highly unlikely", "almost certainly not"), 1, 19),
            Word(("unlikely", "probably not"), 20, 39),
            Word(("even chance",), 40, 59),
            Word(("likely", "probable"), 60, 79),
            Word(("highly likely", "almost certain"), 80, 99),
            Word(("certain",), 100, 100),
        ),
    ),
    "stix-dni": LikelihoodScheme(
        "STIX DNI scale",
        "STIX 2.1, appendix A, table DNI",
        (
            Word(("almost no chance", "remote"), 0, 9),
            Word(("very unlikely", "highly improbable"), 10, 19),
            Word(("unlikely", "improbable"), 20, 39),
            Word(("roughly even chance", "roughly even odds"), 40, 59),
            Word(("likely", "probable"), 60, 79),
            Word(("very likely", "highly probable"), 80, 89),
            Word(("almost certain", "nearly certain"), 90, 100),
        ),
    ),
}

CARRIERS: Mapping[str, str] = {
    "note": "content",
    "relationship": "description",
    "sighting": "description",
    "incident": "description",
    "report": "description",
}
"""Object types that carry a claim, and the property that has it in plain words. Observed data is carried by a note
that refers to it: it has no property for words."""
