"""Collects every error code of the source with its kind, its text and where it is raised, for the reference page.

A code is the first argument of an error class of `sepakat.errors` or of a class derived from one; of a function that
passes its own parameter on as that argument, it is the argument of that function's calls in the same module. A code
that is none of these, nor a constant of the module, cannot be documented and is a fault.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from checks.tree import Module

ROOT_CLASS = "SepakatError"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class ErrorUse:
    """One place that raises a code."""

    code: str
    kind: str
    message: str
    module: str


@dataclass(slots=True)
class Collected:
    """All uses, and the places whose code cannot be read."""

    uses: list[ErrorUse] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def error_classes(modules: Iterable[Module]) -> set[str]:
    """Name every class that descends from the root of the error tree."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {ROOT_CLASS}
    while grown := {name for name, parents in bases.items() if parents & found} - found:
        found |= grown
    return found


def collect(modules: Iterable[Module]) -> Collected:
    """Collect the codes of all modules."""
    listed = list(modules)
    classes = error_classes(listed)
    collected = Collected()
    for module in listed:
        _collect_module(module, classes, collected)
    return collected


def _collect_module(module: Module, classes: set[str], collected: Collected) -> None:
    constants = _constants(module.tree)
    # Who takes a code, and at which place: the error classes, and the functions found to pass one on.
    takers: dict[str, tuple[int, str]] = dict.fromkeys(classes, (0, ""))
    calls = list(_calls(module.tree))
    pending = True
    while pending:
        pending = False
        for call, function, owner in calls:
            taken = _code_argument(call, takers, owner, classes)
            if taken is None or function is None or function.name in takers:
                continue
            place = _parameter_place(taken[0], function)
            if place is not None and owner is None:
                takers[function.name] = (place, taken[1])
                pending = True
    for call, function, owner in calls:
        taken = _code_argument(call, takers, owner, classes)
        if taken is None:
            continue
        argument, kind = taken
        if function is not None and _passes_on(function, argument, owner, takers, classes):
            continue
        codes = _texts(argument, constants)
        if codes is None:
            collected.faults.append(f"{module.name}:{call.lineno}: the error code is not written out here")
            continue
        message = _message(call)
        collected.uses.extend(ErrorUse(code, kind, message, module.name) for code in codes)


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, Function | None, str | None]]:
    """Yield every call with the function around it and the class around that."""

    def walk(
        node: ast.AST, function: Function | None, owner: str | None
    ) -> Iterator[tuple[ast.Call, Function | None, str | None]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield child, function, owner
            if isinstance(child, ast.ClassDef):
                yield from walk(child, None, child.name)
            elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from walk(child, child, owner)
            else:
                yield from walk(child, function, owner)

    return walk(tree, None, None)


def _code_argument(
    call: ast.Call, takers: Mapping[str, tuple[int, str]], owner: str | None, classes: set[str]
) -> tuple[ast.expr, str] | None:
    """Give the expression that stands for the code in `call`, and the error class it ends in."""
    name = _name(call.func)
    if name == "__init__" and owner in classes and isinstance(call.func, ast.Attribute):
        place, kind = 0, str(owner)
    elif name in takers:
        place, kind = takers[name]
        kind = kind or name
    else:
        return None
    for keyword in call.keywords:
        if keyword.arg == "code":
            return keyword.value, kind
    return (call.args[place], kind) if len(call.args) > place else None


def _passes_on(
    function: Function,
    argument: ast.expr,
    owner: str | None,
    takers: Mapping[str, tuple[int, str]],
    classes: set[str],
) -> bool:
    """Whether the code is the function's own parameter, so that its callers are the ones to read."""
    known = function.name in takers or (owner in classes and function.name == "__init__")
    return known and _parameter_place(argument, function) is not None


def _parameter_place(expression: ast.expr, function: Function) -> int | None:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names.index(expression.id) if isinstance(expression, ast.Name) and expression.id in names else None


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _texts(expression: ast.expr, constants: Mapping[str, str]) -> list[str] | None:
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return [expression.value]
    if isinstance(expression, ast.Name) and expression.id in constants:
        return [constants[expression.id]]
    if isinstance(expression, ast.IfExp):
        yes, no = _texts(expression.body, constants), _texts(expression.orelse, constants)
        return None if yes is None or no is None else yes + no
    return None


def _message(call: ast.Call) -> str:
    candidates = [keyword.value for keyword in call.keywords if keyword.arg == "message"] + call.args[1:2]
    return template(candidates[0]) if candidates else ""


def template(expression: ast.expr) -> str:
    """Write an error's text with its gaps in braces; empty when the text is put together elsewhere."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return expression.value
    if isinstance(expression, ast.JoinedStr):
        return "".join(_part(part) for part in expression.values)
    return ""


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        names = [node.id for node in ast.walk(part.value) if isinstance(node, ast.Name)]
        fields = [node.attr for node in ast.walk(part.value) if isinstance(node, ast.Attribute)]
        return "{" + (fields[:1] or names[:1] or ["value"])[0] + "}"
    return template(part)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
