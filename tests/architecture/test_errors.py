"""One error tree, one shape: a stable code, a text that begins small and ends without a full stop, a way out."""

from __future__ import annotations

import ast
import builtins
import re

import pytest

from checks.error_codes import collect, error_classes
from checks.tree import Module, source_modules
from sepakat import errors

MODULES = list(source_modules())
COLLECTED = collect(MODULES)
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Words that are written large anywhere.
LARGE = re.compile(r"[A-Z][A-Z0-9.+:-]+\b|[A-Z][a-z]+[A-Z]\w*|Ed25519\b|Sepakat\b")
TOO_VAGUE = {"Exception", "BaseException", "RuntimeError"}

every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def test_every_code_can_be_read_from_the_source() -> None:
    assert COLLECTED.faults == []
    assert COLLECTED.uses


def test_every_code_is_lower_case_words_with_hyphens() -> None:
    assert [use for use in COLLECTED.uses if not CODE.fullmatch(use.code)] == []


def test_every_text_begins_small_and_ends_without_a_full_stop() -> None:
    def is_well_formed(text: str) -> bool:
        starts = not text[:1].isupper() or LARGE.match(text) is not None
        return starts and not text.rstrip().endswith((".", "!"))

    assert [use for use in COLLECTED.uses if not is_well_formed(use.message)] == []


def test_a_code_has_one_kind() -> None:
    kinds: dict[str, set[str]] = {}
    for use in COLLECTED.uses:
        kinds.setdefault(use.code, set()).add(use.kind)
    assert {code: found for code, found in kinds.items() if len(found) > 1} == {}


@every_module
def test_every_error_class_belongs_to_the_tree(module: Module) -> None:
    tree = error_classes(MODULES)
    outside = {
        name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith(("_", errors.SepakatError.__name__)):
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            assert not (bases & outside) or node.name in tree, f"{module.name}.{node.name} is outside sepakat.errors"


@every_module
def test_nothing_raises_an_error_without_a_kind(module: Module) -> None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = raised.id if isinstance(raised, ast.Name) else ""
            assert name not in TOO_VAGUE, f"{module.name}:{node.lineno} raises {name}"


def test_error_carries_code_text_hint_and_all_faults() -> None:
    faults = [errors.Fault("share.[0].id", "text", "a list"), errors.Fault("giver", "a party", "nothing")]
    error = errors.InputError("agreement-invalid", "agreement refused", "correct both", iter(faults))
    assert (error.code, str(error), error.hint, error.faults) == (
        "agreement-invalid",
        "agreement refused",
        "correct both",
        tuple(faults),
    )
    assert str(faults[0]) == "share.[0].id: expected text, found a list"
