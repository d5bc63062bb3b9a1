from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.intake_entities import Counts, entities, read_bio, score_entities

TEXT = "Joko NOUN B-PER\r\nWidodo PROPN I-PER\r\ndi ADP O\r\nBali PROPN B-LOC\r\n\r\nPBB PROPN B-ORG\r\n"


def test_the_tagger_sees_tokens_alone() -> None:
    seen: list[Sequence[str]] = []

    def tag(tokens: Sequence[str]) -> Sequence[str]:
        seen.append(tokens)
        return ["O"] * len(tokens)

    score_entities(TEXT, tag)
    assert seen == [("Joko", "Widodo", "di", "Bali"), ("PBB",)]


def test_the_file_itself_is_faultless() -> None:
    tags = iter([tags for _, tags in read_bio(TEXT)])
    found = score_entities(TEXT, lambda _tokens: next(tags))
    assert found.all == Counts(3, 3, 3)
    assert found.all.f1 == 1.0


def test_a_wrong_boundary_or_type_is_no_match() -> None:
    tags = iter([["B-PER", "O", "O", "B-ORG"], ["B-ORG"]])
    found = score_entities(TEXT, lambda _tokens: next(tags))
    assert found.all == Counts(3, 3, 1)
    assert found.by_type["PER"] == Counts(1, 1, 0)
    assert found.all.f1 == pytest.approx(1 / 3)


def test_silence_has_no_precision_and_no_recall() -> None:
    found = score_entities(TEXT, lambda tokens: ["O"] * len(tokens)).all
    assert (found.precision, found.recall, found.f1) == (0.0, 0.0, 0.0)


def test_an_inside_tag_of_another_type_begins_an_entity() -> None:
    assert entities(["B-PER", "I-ORG", "I-ORG", "O", "I-LOC"]) == {(0, 1, "PER"), (1, 3, "ORG"), (4, 5, "LOC")}


def test_two_neighbours_of_one_type_stay_two() -> None:
    assert entities(["B-PER", "B-PER"]) == {(0, 1, "PER"), (1, 2, "PER")}


def test_a_line_without_a_tag_is_refused_with_its_number() -> None:
    with pytest.raises(ValueError, match="line 2"):
        list(read_bio("a NOUN O\nb\n"))


def test_a_tagger_that_loses_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match="3 tags for 4 tokens"):
        score_entities(TEXT, lambda _tokens: ["O"] * 3)
