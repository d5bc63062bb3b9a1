"""Undeclared copying: what is a warning, what is none, and that the index finds what comparing all pairs finds."""

from __future__ import annotations

from itertools import combinations

import pytest

from benchmarks.claims_generated import generate
from sepakat.claims.copy_words import figure_of, weight_of
from sepakat.claims.copying import CopyIndex, Evidence

REPORTS = list(generate(1500, seed=31))
INDEX = CopyIndex(one.text for one in REPORTS)
WARNINGS = list(INDEX.warnings())


def test_copies_are_found_and_independent_reports_of_the_same_facts_are_not() -> None:
    pairs = {(one.first, one.second) for one in WARNINGS}
    right = sum(REPORTS[first].origin == REPORTS[second].origin for first, second in pairs)
    copies = [(one.copied, one.index) for one in REPORTS if one.copied is not None]
    assert right / len(pairs) >= 0.95
    assert sum(pair in pairs for pair in copies) / len(copies) >= 0.8


def test_the_index_finds_nearly_all_that_comparing_every_pair_finds() -> None:
    few = REPORTS[:150]
    index = CopyIndex(one.text for one in few)
    found = {(one.first, one.second) for one in index.warnings()}
    # By the evidence alone, without the index: every pair asked of an index of two.
    everything = set()
    for first, second in combinations(range(len(few)), 2):
        if few[first].event == few[second].event and index.evidence(first, second).is_warning:
            everything.add((first, second))
    assert found <= everything | {pair for pair in found if few[pair[0]].event != few[pair[1]].event}
    assert len(found & everything) >= 0.97 * len(everything)


def test_the_order_of_the_texts_changes_no_warning() -> None:
    turned = CopyIndex(one.text for one in reversed(REPORTS))
    last = len(REPORTS) - 1
    assert {(last - one.second, last - one.first) for one in turned.warnings()} == {
        (one.first, one.second) for one in WARNINGS
    }


def test_a_text_that_comes_later_is_found_by_asking() -> None:
    copy = next(one for one in REPORTS if one.copied is not None and (one.copied, one.index) in
                {(warning.first, warning.second) for warning in WARNINGS})  # fmt: skip
    assert copy.copied in [number for number, _ in INDEX.copies_of(copy.text)]
    assert INDEX.copies_of("Nothing that anybody else has said.") == []
    assert INDEX.copies_of("") == []


def test_a_translation_is_found_by_figures_and_names() -> None:
    english = "A force of 487 men moved into Qalandiyeh. 1,236 families have fled. Commander Barzeh led them."
    indonesian = "Pasukan 487 orang bergerak ke Qalandiyeh. 1.236 keluarga mengungsi. Mereka dipimpin Barzeh."
    other = "A force of 500 men moved into Qalandiyeh. 1,300 families have fled. Commander Barzeh led them."
    index = CopyIndex([english, indonesian, other.replace("moved into", "entered")])
    [warning] = [one for one in index.warnings() if one.second == 1]
    assert warning.evidence.figures == (487.0, 1236.0)
    assert warning.evidence.names == ("Barzeh", "Qalandiyeh")
    assert "the figures 487, 1236" in warning.evidence.sentence
    assert not index.evidence(1, 2).is_warning


def test_a_shared_slip_is_evidence() -> None:
    usual = [f"Fighters took the village number {number} with vehicles." for number in range(300)]
    slipped = [
        "Fighters took Talbiseh with 61 vehicels, 44 dead.",
        "With 61 vehicels Talbiseh was taken, 44 dead and 8 held.",
    ]
    evidence = CopyIndex([*usual, *slipped]).evidence(300, 301)
    assert evidence.slips == ("vehicels",)
    assert evidence.is_warning
    assert "the slips vehicels" in evidence.sentence


def test_the_same_words_are_a_warning_without_any_figure() -> None:
    text = "They said that the road is closed and nobody knows for how long it will stay so"
    assert [(one.first, one.second) for one in CopyIndex([text, "Something else.", text + " today"]).warnings()] == [
        (0, 2)
    ]


def test_few_and_empty_texts_do_no_harm() -> None:
    for texts in ([], [""], ["", ""], ["one"], ["1 2", "1 2"], ["a b c"]):
        assert list(CopyIndex(texts).warnings()) == []
        assert CopyIndex(texts).copies_of("a b c d 5,000") == []


def test_figures_are_read_as_both_languages_write_them() -> None:
    assert figure_of("5,000") == figure_of("5.000") == figure_of("5000") == 5000
    assert figure_of("1.250.000") == 1_250_000
    assert figure_of("2.5") == figure_of("2,5") == 2.5
    assert figure_of("21:30:15") == figure_of("21.30.15") != figure_of("21:30")
    assert figure_of("word") != figure_of("word")
    assert weight_of(487) > weight_of(480) > weight_of(500) > weight_of(3)
    assert weight_of(2014) < weight_of(1236)


@pytest.mark.parametrize(("weight", "part", "slips", "expected"), [
    (3.0, 0.75, (), True), (2.9, 1.0, (), False), (9.0, 0.7, (), False), (1.2, 0.6, ("vehicels",), True),
])  # fmt: skip
def test_what_is_a_warning(weight: float, part: float, slips: tuple[str, ...], expected: bool) -> None:
    assert Evidence((), ("Anbar",), slips, weight, part, 0.1).is_warning is expected
    assert not Evidence((), (), (), weight, part, 0.1).is_warning
    assert Evidence((), (), (), 0.0, 0.0, 0.6).is_warning
