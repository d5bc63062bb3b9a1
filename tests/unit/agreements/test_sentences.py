from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from sepakat.agreements.sentences import duration_words, sentences, tlp_words
from sepakat.agreements.terms import Agreement, Basis, Tlp
from sepakat.agreements.value_kinds import parse_duration
from tests.unit.agreements.samples import agreements, changed, changed_clause, example


def test_the_example_in_sentences() -> None:
    assert sentences(example()) == (
        "Counter-terrorism, Middle East (version 1): us gives ru what the clauses below say.",
        "It holds from 2030-01-01T00:00:00Z until 2031-01-01T00:00:00Z, once both have signed.",
        "Only what is created at or after 2029-01-01T00:00:00Z and not older than 180 days goes.",
        "S1: us gives ru objects of type identity, indicator, note or report about terrorism/isis but not about "
        "terrorism/sources in Iraq, Syria or Middle East up to TLP:AMBER, not older than 180 days.",
        "S1: Of claims, only those of kind assessment, estimate, offer or report go.",
        "S1: PAP up to AMBER; nothing that is classified.",
        "S1: What is marked REL-TO goes only if it is marked for Russia.",
        "S1: Asked for: source rated C or better and credibility 3 or better.",
        "S1: What is not rated goes too.",
        "S1: Properties that STIX 2.1 defines go.",
        "S1: External references go only to mitre-attack.",
        "S1: What may not go is cut out, and the rest goes as a variant.",
        "S1: Of sources only the rating is given.",
        "S1: Of personal data, only that of persons in the category office-holder goes, with a stated necessity, "
        "for 1 year from its creation.",
        "S1: It goes without anybody's approval.",
        "It stays inside ru.",
        "ru may pass nothing on without asking us, nor what is derived from it.",
        "Purpose: counter-terrorism.",
        "Use: actions internally-visible; in court: after asking; naming the giver: not; resale: not; automated "
        "decisions about persons: not.",
        "Basis: Joint announcement, Paris.",
        "ru owes a receipt within 5 minutes, an answer to a recall within 1 hour, and acts on a correction within "
        "1 day.",
        "At the end ru deletes what came.",
        "Both review it 6 months after its start.",
        "Either side may suspend at once, and who suspended resumes; the giver alone may narrow, widening needs both; "
        "either may end it with 30 days of notice.",
    )


def test_parties_go_by_the_names_given() -> None:
    said = " ".join(sentences(example(), {"us": "United States", "ru": "Russia"}))
    assert "United States gives Russia" in said
    assert "Russia may pass nothing on without asking United States" in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda raw: raw.update(share=[]), "Nothing is shared: there is no clause."),
        (lambda raw: raw["onward"].update(default="none"), "ru may pass nothing on, nor what is derived from it."),
        (
            lambda raw: raw["onward"].update(default="named", named=["fr", "iq"]),
            "ru may pass it, and what is derived from it, on to fr and iq without asking, to others only after asking.",
        ),
        (lambda raw: raw["window"].update(data_from="any", max_age="any"), "Data of any age goes."),
        (
            lambda raw: raw["window"].update(to=None),
            "It holds from 2030-01-01T00:00:00Z without an end, once both have signed.",
        ),
        (lambda raw: raw["duties"].update(delete_at_end=False), "At the end ru may keep what came."),
        (lambda raw: raw.update(scope="public"), "It may become public as far as its markings allow."),
        (lambda raw: raw.update(purpose=[]), "No purpose is stated."),
    ],
)
def test_each_term_has_its_sentence(change: Any, sentence: str) -> None:
    assert sentence in sentences(changed(change))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"types": []}, "S1: us gives ru nothing, since no type is wanted."),
        ({"kinds": []}, "S1: What carries a claim does not go."),
        ({"kinds": "any"}, "S1: Claims of every kind go."),
        ({"ceiling": {}}, "S1: PAP up to CLEAR; nothing that is classified."),
        ({"ceiling": {}}, "S1: What is marked REL-TO does not go."),
        ({"minimum": {"reliability": "any", "credibility": "any"}}, "S1: No rating is asked for."),
        ({"minimum": {}}, "S1: What is not rated does not go."),
        ({"fields": {"allow": "any"}}, "S1: Every property goes, custom ones too."),
        ({"fields": {"allow": ["name"], "deny": ["x_note"]}}, "S1: Only these properties go: name, except x_note."),
        ({"fields": {"allow": "any", "external_references": "any"}}, "S1: External references go."),
        ({"fields": {"allow": "any"}}, "S1: External references do not go."),
        ({"fields": {"allow": "any"}}, "S1: An object goes whole or not at all."),
        ({"persons": {}}, "S1: No personal data goes."),
        ({"persons": {"rule": "pseudonym"}}, "S1: Persons go under a pseudonym."),
        ({"persons": {"rule": "categories"}}, "S1: No personal data goes, since no category of persons is written."),
        (
            {"release": {"approval": "two", "delay": "PT36H"}},
            "S1: It goes after two persons' approval, 1 day and 12 hours after intake at the earliest.",
        ),
        (
            {"topics": "any", "regions": {"any": "any", "none": ["NO"]}, "types": "any", "ceiling": {}},
            "S1: us gives ru objects of every standard type but not in Norway up to TLP:CLEAR, not older than "
            "180 days.",
        ),
    ],
)
def test_each_key_of_a_clause_has_its_sentence(values: dict[str, Any], sentence: str) -> None:
    assert sentence in sentences(changed_clause(**values))


def test_a_community_is_named() -> None:
    agreement = changed(lambda raw: raw.update(takers=[], community="coalition"))
    assert "us gives the members of coalition what" in sentences(agreement)[0]


@given(agreements)
def test_every_agreement_can_be_said(agreement: Agreement) -> None:
    said = sentences(replace(agreement, title="Title", basis=Basis("Text")))
    assert all(sentence.endswith(".") for sentence in said)
    assert not any("  " in sentence or "None" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PT0S", "0 seconds"),
        ("P1D", "1 day"),
        ("P2W", "14 days"),
        ("P1Y6M", "1 year and 6 months"),
        ("P1DT1H1M1S", "1 day, 1 hour, 1 minute and 1 second"),
    ],
)
def test_a_duration_in_words(text: str, words: str) -> None:
    assert duration_words(parse_duration(text)) == words


def test_a_level_in_words() -> None:
    assert [tlp_words(level) for level in (None, Tlp.AMBER_STRICT)] == ["TLP:CLEAR", "TLP:AMBER+STRICT"]
    assert timedelta(days=1) == parse_duration("PT24H").length
