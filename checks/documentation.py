"""Keeps docs/reference equal to the product: `python -m checks.documentation` checks, `--write` writes.

The commands, the error codes and the settings are generated here. A module that has a function `reference_page` words a
page of its own, which is called like the module. A page that differs from what the source says, or a code that cannot
be read from the source, ends the check with status 1 and a line that says which.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import re
import sys
from collections.abc import Iterator
from typing import Any

from checks import pages
from checks.error_codes import collect
from checks.tree import REFERENCE, ROOT, source_modules

OWN_PAGE = "reference_page"
VARIABLE = re.compile(r"SEPAKAT_[A-Z][A-Z_]*")


def command_tree() -> Any:
    """Give the root of all commands."""
    typer_main = importlib.import_module("typer.main")
    return typer_main.get_command(importlib.import_module("sepakat.cli.main").app)


def environment_variables() -> dict[str, str]:
    """Find the environment variables that the source names, each with the first module that does."""
    found: dict[str, str] = {}
    for module in source_modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value):
                found.setdefault(node.value, module.name)
    return found


def settings() -> Iterator[pages.Setting]:
    """Read the fields of every class called `Settings`: name, type, default, and the text that stands below it."""
    for module in source_modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and node.name == "Settings":
                yield from _fields(node)


def _fields(node: ast.ClassDef) -> Iterator[pages.Setting]:
    for statement, following in zip(node.body, [*node.body[1:], ast.Pass()], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            default = f"`{ast.unparse(statement.value)}`" if statement.value else "required"
            told = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            meaning = str(following.value.value) if told else ""  # type: ignore[attr-defined]
            yield pages.Setting(statement.target.id, f"`{ast.unparse(statement.annotation)}`", default, meaning)


def own_pages() -> dict[str, str]:
    """Give the pages that modules word themselves, each under the name of its module."""
    worded = (
        module.name
        for module in source_modules()
        if any(isinstance(node, ast.FunctionDef) and node.name == OWN_PAGE for node in module.tree.body)
    )
    pages = {
        name.rpartition(".")[2].replace("_", "-"): getattr(importlib.import_module(name), OWN_PAGE) for name in worded
    }
    return {f"{name}.md": page() for name, page in pages.items()}


def generated() -> dict[str, str]:
    """Give every generated page by its file name."""
    return {
        **own_pages(),
        "cli.md": pages.commands_page(command_tree()),
        "errors.md": pages.errors_page(collect(source_modules()).uses),
        "settings.md": pages.settings_page(settings(), environment_variables()),
    }


def faults() -> list[str]:
    """List the codes that cannot be read, the settings without a word and the pages that are not current."""
    found = collect(source_modules()).faults
    found += [f"the setting {setting.name} has no text below it" for setting in settings() if not setting.meaning]
    for name, text in generated().items():
        path = REFERENCE / name
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        if written != text:
            lines = difflib.unified_diff(written.splitlines(), text.splitlines(), "written", "source", lineterm="", n=0)
            first = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")][:3]
            found.append(f"{path.relative_to(ROOT)} is not current, run `make docs`: {' / '.join(first)}")
    return found


def main(arguments: list[str]) -> int:
    """Check, or write with `--write`; give the exit status."""
    if arguments == ["--write"]:
        REFERENCE.mkdir(parents=True, exist_ok=True)
        for name, text in generated().items():
            (REFERENCE / name).write_text(text, encoding="utf-8")
    found = faults()
    for fault in found:
        print(f"documentation: {fault}", file=sys.stderr)
    print("documentation: current" if not found else f"documentation: {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
