"""The Indonesian sentences say what the English ones say: as many, in the same order, with the same facts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given

from sepakat.agreements import kalimat, sentences
from sepakat.agreements.parsing import from_document, parse_agreement
from sepakat.agreements.value_kinds import parse_duration
from tests.support.agreements import agreement_text
from tests.unit.agreements.samples import changed, changed_clause, documents

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


NOBODY = "Tidak ada data pribadi yang dikirim."
BY_CATEGORY = "Dari data pribadi, hanya milik orang dalam kategori "


@pytest.mark.parametrize(
    ("persons", "said"),
    [
        ({"rule": "none"}, NOBODY),
        ({"rule": "pseudonym"}, "Orang dikirim dengan nama samaran."),
        (
            {"rule": "pseudonym", "necessity": "required", "retention": "P1Y6M"},
            "Orang dikirim dengan nama samaran, dengan keperluan yang dinyatakan, selama 1 tahun dan 6 bulan sejak "
            "dibuat.",
        ),
        (
            {"rule": "categories"},
            "Tidak ada data pribadi yang dikirim, sebab tidak ada kategori orang yang ditulis.",
        ),
    ],
)
def test_what_happens_to_persons_is_said_rule_by_rule(persons: dict[str, Any], said: str) -> None:
    lines = kalimat.sentences(changed_clause(persons=persons))
    assert any(line.endswith(said) for line in lines)
    assert said == NOBODY or not any(line.endswith(NOBODY) for line in lines)


def test_persons_of_some_categories_are_said_with_them() -> None:
    lines = kalimat.sentences(changed_clause(persons={"rule": "categories", "allow": ["victim"]}))
    assert any(BY_CATEGORY in line for line in lines)
    assert not any("keperluan" in line or "sejak dibuat" in line for line in lines)


@pytest.mark.parametrize(
    ("unrated", "said"), [("allow", "Yang tidak dinilai juga dikirim."), ("out", "Yang tidak dinilai tidak dikirim.")]
)
def test_whether_what_is_not_rated_goes_is_said(unrated: str, said: str) -> None:
    minimum = {"reliability": "C", "credibility": 2, "unrated": unrated}
    assert any(said in line for line in kalimat.sentences(changed_clause(minimum=minimum)))


@pytest.mark.parametrize(("pap", "said"), [("amber", "PAP sampai AMBER"), (None, "PAP sampai CLEAR")])
def test_ceiling_of_pap_is_said_as_its_level(pap: str | None, said: str) -> None:
    assert any(said in line for line in kalimat.sentences(changed_clause(ceiling={"pap": pap})))


@pytest.mark.parametrize(
    ("named", "said"), [(["fr", "iq"], "kepada fr dan iq tanpa"), ([], "kepada tidak seorang pun")]
)
def test_to_whom_may_be_passed_on_is_said(named: list[str], said: str) -> None:
    agreement = changed(lambda raw: raw["onward"].update(default="named", named=named))
    assert any(said in line for line in kalimat.sentences(agreement))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P1Y", "1 tahun"),
        ("P18M", "1 tahun dan 6 bulan"),
        ("P180D", "180 hari"),
        ("P1DT2H3M4S", "1 hari, 2 jam, 3 menit dan 4 detik"),
        ("PT0S", "0 detik"),
    ],
)
def test_duration_is_said_in_its_units(text: str, words: str) -> None:
    assert kalimat.duration_words(parse_duration(text)) == words
