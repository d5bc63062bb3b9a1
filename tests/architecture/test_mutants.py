"""The mutation check changes what it says it changes, one place at a time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from checks.mutants import EXCLUDED, Mutant, changed, mutants_of, sample, steps
from checks.tree import SOURCE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a < b", "a <= b"),
        ("a in b", "a not in b"),
        ("a and b", "a or b"),
        ("a & b", "a | b"),
        ("not a", "a"),
        ("True", "False"),
        ("3", "4"),
    ],
)
def test_meaning_is_turned(before: str, after: str) -> None:
    node = changed(ast.parse(before, mode="eval").body)
    assert node is not None
    assert ast.unparse(node) == after


@pytest.mark.parametrize("text", ["a", "'text'", "f(a)", "a < b < c"])
def test_what_has_no_opposite_is_left_alone(text: str) -> None:
    assert changed(ast.parse(text, mode="eval").body) is None


def test_each_mutant_differs_from_the_source_in_one_place() -> None:
    path = SOURCE / "stix" / "instants.py"
    original = ast.unparse(ast.parse(path.read_text(encoding="utf-8"))).splitlines()
    mutants = list(mutants_of(path))
    assert mutants
    for mutant in mutants:
        changes = [pair for pair in zip(original, mutant.text.splitlines(), strict=True) if pair[0] != pair[1]]
        assert len(changes) == 1, mutant


def test_sample_has_every_file_and_is_the_same_every_time() -> None:
    mutants = [Mutant(Path(name), line, "", "", "") for name in ("a", "b", "c") for line in range(10)]
    chosen = sample(mutants, 5)
    assert {mutant.path for mutant in chosen} == {Path("a"), Path("b"), Path("c")}
    assert len(chosen) == len(set(chosen)) == 5
    assert sample(mutants, 5) == chosen != sample(mutants, 5, seed=2)
    assert sample(mutants, 0) == mutants


def test_every_mutant_is_tried_on_the_tests_of_its_own_module_first() -> None:
    names = [name for name, _ in steps(Path("sepakat/release/labels.py"))]
    assert names[0] == "tests of the module"
    assert "worlds" in names


def test_exclusions_name_what_is_there() -> None:
    for (path, part), reason in EXCLUDED.items():
        assert reason
        lines = (SOURCE.parent / path).read_text(encoding="utf-8").splitlines()
        assert any(part in lines[mutant.line - 1] for mutant in mutants_of(SOURCE.parent / path))
