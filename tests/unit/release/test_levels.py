from __future__ import annotations

import pytest

from sepakat.release.levels import ABOVE_ALL, ceiling_of, level_name, level_of


@pytest.mark.parametrize(
    ("axis", "names"),
    [
        ("tlp", ("clear", "green", "amber", "amber+strict", "red")),
        ("pap", ("clear", "green", "amber", "red")),
        ("classification", ("unclassified", "restricted", "confidential", "secret", "top-secret")),
    ],
)
def test_levels_of_an_axis_are_ordered(axis: str, names: tuple[str, ...]) -> None:
    assert [level_of(axis, name) for name in names] == list(range(len(names)))
    assert [ceiling_of(axis, name) for name in names] == list(range(len(names)))


def test_white_is_an_older_name_of_clear() -> None:
    assert level_of("tlp", "white") == level_of("pap", "white") == 0


@pytest.mark.parametrize(("axis", "name"), [("tlp", "mauve"), ("pap", "amber+strict"), ("classification", "clear")])
def test_unknown_level_is_above_all_and_no_ceiling(axis: str, name: str) -> None:
    assert level_of(axis, name) == ABOVE_ALL == 1_000
    assert ceiling_of(axis, name) == -1


def test_ceiling_that_is_not_written_is_the_lowest() -> None:
    assert ceiling_of("tlp", None) == 0


@pytest.mark.parametrize(
    ("axis", "level", "words"),
    [
        ("tlp", 0, "TLP:CLEAR"),
        ("tlp", 3, "TLP:AMBER+STRICT"),
        ("tlp", 4, "TLP:RED"),
        ("tlp", 5, "TLP:UNKNOWN"),
        ("tlp", -1, "TLP:UNKNOWN"),
        ("pap", 0, "PAP:CLEAR"),
        ("pap", ABOVE_ALL, "PAP:UNKNOWN"),
        ("classification", 0, "classification unclassified"),
        ("classification", 3, "classification secret"),
    ],
)
def test_level_has_the_words_of_its_policy(axis: str, level: int, words: str) -> None:
    assert level_name(axis, level) == words
