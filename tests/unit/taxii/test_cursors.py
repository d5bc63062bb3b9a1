from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.errors import InputError
from sepakat.taxii.cursors import Cursor, CursorSeal, Scope, check_repeated
from sepakat.taxii.queries import Filters

SEAL = CursorSeal(b"k" * 32)
SCOPE = Scope("ru", "c1", "objects")
FILTERS = Filters(types=frozenset({"indicator", "malware"}), versions=frozenset({"all"}))


def test_a_cursor_opens_to_what_was_sealed() -> None:
    assert SEAL.open(SEAL.seal(Cursor(17, FILTERS), SCOPE), SCOPE) == Cursor(17, FILTERS)


def test_equal_cursors_give_equal_texts() -> None:
    assert SEAL.seal(Cursor(17, FILTERS), SCOPE) == CursorSeal(b"k" * 32).seal(Cursor(17, FILTERS), SCOPE)


@pytest.mark.parametrize(
    "other",
    [replace(SCOPE, party="fr"), replace(SCOPE, collection="c2"), replace(SCOPE, reading="object indicator--1")],
)
def test_a_cursor_of_another_reading_is_refused(other: Scope) -> None:
    with pytest.raises(InputError, match="next"):
        SEAL.open(SEAL.seal(Cursor(17, FILTERS), SCOPE), other)


def test_a_cursor_of_another_node_is_refused() -> None:
    with pytest.raises(InputError):
        CursorSeal(b"x" * 32).open(SEAL.seal(Cursor(17, FILTERS), SCOPE), SCOPE)


def test_every_changed_character_is_noticed() -> None:
    text = SEAL.seal(Cursor(17, FILTERS), SCOPE)
    for position, character in enumerate(text):
        # The bits that base64 leaves over in the last character mean nothing.
        changed = "B" if character in "Aw" else "A"
        if position < len(text) - 1:
            with pytest.raises(InputError):
                SEAL.open(text[:position] + changed + text[position + 1 :], SCOPE)


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refusal:
        SEAL.open(text, SCOPE)
    assert [fault.path for fault in refusal.value.faults] == ["next"]


def test_a_cursor_says_nothing_of_its_place() -> None:
    texts = [SEAL.seal(Cursor(place, FILTERS), SCOPE) for place in (1, 2, 3)]
    assert len({text[:8] for text in texts}) == 3


def test_filters_may_be_left_out_or_repeated() -> None:
    check_repeated(FILTERS, Filters())
    check_repeated(FILTERS, replace(FILTERS, added_after=datetime(2030, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    "other",
    [
        Filters(types=frozenset({"indicator"})),
        Filters(versions=frozenset({"last"})),
        Filters(ids=frozenset({"indicator--1"})),
        Filters(spec_versions=frozenset({"2.1"})),
    ],
)
def test_other_filters_than_those_sealed_are_refused(other: Filters) -> None:
    with pytest.raises(InputError):
        check_repeated(FILTERS, other)
