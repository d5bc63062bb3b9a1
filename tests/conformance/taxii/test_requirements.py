"""The table of requirements is complete: every keyword of the standard, every test, and no test that is not there."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.taxii.requirements import IN_THE_STANDARD, REQUIREMENTS, Requirement

HERE = Path(__file__).parent


def named_tests() -> set[str]:
    """The tests whose names begin with a section."""
    return {
        node.name
        for path in HERE.glob("test_section*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("section", IN_THE_STANDARD)
def test_every_keyword_of_the_section_has_a_row(section: str) -> None:
    counted: Counter[str] = Counter()
    for row in REQUIREMENTS:
        if row.section == section:
            counted.update(must=row.must, should=row.should)
    assert (counted["must"], counted["should"]) == IN_THE_STANDARD[section]


def test_no_row_is_of_another_section() -> None:
    assert {row.section for row in REQUIREMENTS} == IN_THE_STANDARD.keys()


@pytest.mark.parametrize("row", REQUIREMENTS, ids=lambda row: f"{row.section} {row.says}")
def test_a_row_has_tests_that_exist_or_a_reason(row: Requirement) -> None:
    assert row.tests or row.reason
    assert set(row.tests) <= named_tests()
    assert row.must + row.should > 0


def test_every_test_stands_in_a_row() -> None:
    named = {test for row in REQUIREMENTS for test in row.tests}
    assert named_tests() - named == set()
