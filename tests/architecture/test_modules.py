"""Every module says what it is for, has a name that means something, and stays of a size that one can read."""

from __future__ import annotations

import ast

import pytest

from checks.tree import Module, source_modules

MODULES = list(source_modules())
WORDS_THAT_MEAN_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
MOST_LINES = 500
MOST_PUBLIC_METHODS = 20

every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def test_the_sources_are_found() -> None:
    assert {"sepakat", "sepakat.errors"} <= {module.name for module in MODULES}


@every_module
def test_module_name_says_what_it_holds(module: Module) -> None:
    assert WORDS_THAT_MEAN_NOTHING.isdisjoint(module.name.split("."))


@every_module
def test_module_says_in_a_few_lines_what_it_is_for(module: Module) -> None:
    docstring = ast.get_docstring(module.tree) or ""
    lines = [line for line in docstring.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 12, f"{module.path}: a docstring of 2 to 12 lines, found {len(lines)}"


@every_module
def test_module_is_of_a_size_that_one_can_read(module: Module) -> None:
    # A table written out (what the standard defines, say) is looked up, not read: only the code around it counts.
    total = len(module.path.read_text(encoding="utf-8").splitlines())
    tables = (node for node in module.tree.body if isinstance(node, ast.Assign | ast.AnnAssign))
    lines = total - sum((node.end_lineno or node.lineno) - node.lineno for node in tables)
    assert lines <= MOST_LINES, f"{module.path}: {lines} lines; divide it by what it decides"


@every_module
def test_no_class_has_more_methods_than_one_can_know(module: Module) -> None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            methods = [item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
            public = [name for name in methods if not name.startswith("_")]
            assert len(public) <= MOST_PUBLIC_METHODS, f"{module.name}.{node.name} has {len(public)} public methods"
