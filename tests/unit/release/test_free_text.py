"""Free text that would tell what a cut withholds is found (invariant I17)."""

from __future__ import annotations

from sepakat.release.free_text import identifying_strings, telling

ACTOR = {"type": "threat-actor", "name": "Grey Heron", "aliases": ["Night Ferry", "GH"], "description": "a crew"}


def test_names_aliases_and_values_identify_and_descriptions_do_not() -> None:
    assert identifying_strings(ACTOR) == {"grey heron", "night ferry"}
    assert identifying_strings({"value": "evil.example"}) == {"evil.example"}


def test_short_strings_do_not_identify() -> None:
    assert identifying_strings({"name": "GHI", "aliases": ["G  H"]}) == frozenset()
    assert identifying_strings({"name": "GHIJ"}) == {"ghij"}


def test_what_still_stands_in_its_property_is_not_withheld() -> None:
    assert identifying_strings(ACTOR) - identifying_strings({"name": "Grey Heron"}) == {"night ferry"}


def test_text_that_contains_a_withheld_name_tells_whatever_its_case_and_spacing() -> None:
    remains = {"description": "Run by NIGHT\n ferry since May", "labels": ["crew"]}
    assert list(telling(remains, {"night ferry"})) == ["description"]


def test_nested_texts_tell_too() -> None:
    remains = {"external_references": [{"source_name": "x", "description": "see Night Ferry"}]}
    assert list(telling(remains, {"night ferry"})) == ["external_references.[0].description"]


def test_part_of_a_longer_word_does_not_tell() -> None:
    assert list(telling({"description": "the greyheronry"}, {"grey heron", "heron"})) == []


def test_nothing_withheld_tells_nothing() -> None:
    assert list(telling({"description": "Night Ferry"}, ())) == []
