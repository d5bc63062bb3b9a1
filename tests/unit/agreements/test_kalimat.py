"""The Indonesian sentences say what the English ones say: as many, in the same order, with the same facts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given

from sepakat.agreements import kalimat, sentences
from sepakat.agreements.parsing import from_document, parse_agreement
from tests.support.agreements import agreement_text
from tests.unit.agreements.samples import documents

FACTS = re.compile(r"TLP:[A-Z+]+|PAP|STIX|REL-TO|S\d|\d{4}-\d\d-\d\dT[0-9:]+Z|\b\d+\b")

TEXTS = [
    agreement_text("us-ru", ceiling="green"),
    agreement_text("us-fr", takers=("fr",), ceiling="amber", title="With France"),
    agreement_text("us-ru").replace("default: ask", "default: none"),
    agreement_text("us-ru").replace("approval: auto", "approval: two"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_sentence_has_its_counterpart_with_the_same_facts(text: str) -> None:
    agreement = parse_agreement(text)
    english, indonesian = sentences.sentences(agreement), kalimat.sentences(agreement)
    assert len(english) == len(indonesian)
    for one, other in zip(english, indonesian, strict=True):
        assert sorted(FACTS.findall(one)) == sorted(FACTS.findall(other)), (one, other)


@given(documents())
def test_so_it_is_for_every_agreement(raw: dict[str, Any]) -> None:
    agreement = from_document(raw)
    for one, other in zip(sentences.sentences(agreement), kalimat.sentences(agreement), strict=True):
        assert sorted(FACTS.findall(one)) == sorted(FACTS.findall(other)), (one, other)


def test_a_minimum_is_said_as_it_was_agreed() -> None:
    rated = parse_agreement(TEXTS[0].replace("reliability: any, credibility: any", "reliability: C, credibility: 2"))
    bare = parse_agreement(TEXTS[0])
    minimum = rated.share[0].minimum
    assert f"sumber dinilai {minimum.reliability} atau lebih baik" in " ".join(kalimat.sentences(rated))
    assert f"kredibilitas {minimum.credibility} atau lebih baik" in " ".join(kalimat.sentences(rated))
    assert "None" not in " ".join(kalimat.sentences(bare))


def test_no_english_word_is_left() -> None:
    said = " ".join(
        kalimat.sentences(
            parse_agreement(
                TEXTS[0],
            ),
            {"us": "AS", "ru": "Rusia"},
        )
    )
    assert not re.search(
        r"\b(the|and|not|goes|gives|may|only|what|until|within)\b", said.replace("Joint announcement", "")
    )
