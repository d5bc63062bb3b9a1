"""Words the generated pages of docs/reference: the commands of the Typer application, the errors, the settings.

Every function takes what the product says about itself and gives the text of one page; nothing is read or written here.
The text depends on nothing but the product, so that a page is current exactly when it is equal.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from checks.error_codes import ErrorUse

NOTE = "<!-- Written by `make docs` from the source; changes made here are lost. -->"


class Command(NamedTuple):
    """One command line: the words that call it, and the command itself (of the click that Typer carries)."""

    words: tuple[str, ...]
    command: Any


class Setting(NamedTuple):
    """One setting of a node: key, type, default and meaning."""

    name: str
    type: str
    default: str
    meaning: str


def commands_below(command: Any, words: tuple[str, ...] = ("sepakat",)) -> Iterator[Command]:
    """Yield every command that a person can call, in alphabetical order."""
    children: Mapping[str, Any] | None = getattr(command, "commands", None)
    if children is None:
        yield Command(words, command)
        return
    for name in sorted(children):
        if not children[name].hidden:
            yield from commands_below(children[name], (*words, name))


def option_names(command: Any) -> set[str]:
    """Name every option of a command in every spelling, with `--help`."""
    options = (parameter for parameter in command.params if parameter.param_type_name == "option")
    return {name for option in options for name in (*option.opts, *option.secondary_opts)} | {"--help"}


def commands_page(root: Any) -> str:
    """Word the page of all commands and options."""
    lines = ["# Commands", "", NOTE, "", _prose(root.help), ""]
    general = [parameter for parameter in root.params if parameter.name not in ("help",)]
    if general:
        lines += ["Options before the command:", "", *_parameter_table(general), ""]
    for words, command in commands_below(root):
        arguments = [_argument(parameter) for parameter in command.params if parameter.param_type_name == "argument"]
        lines += [f"## `{' '.join((*words, *arguments))}`", "", _prose(command.help), ""]
        shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
        if shown:
            lines += [*_parameter_table(shown), ""]
    return _page(lines)


def errors_page(uses: Iterable[ErrorUse]) -> str:
    """Word the page of all error codes."""
    lines = [
        "# Errors",
        "",
        NOTE,
        "",
        "Every refusal has a code that stays, whichever door it comes through: the command line prints",
        "`sepakat: error:` with the text and `sepakat: hint:` with what to do, HTTP answers carry the same code.",
        "Words in braces stand for what differs from case to case.",
        "",
        "| code | kind | text | raised in |",
        "| --- | --- | --- | --- |",
    ]
    ordered = sorted(set(uses), key=lambda use: (use.code, use.kind, use.message, use.module))
    for code, group in groupby(ordered, key=lambda use: use.code):
        same = list(group)
        kinds = ", ".join(f"`{kind}`" for kind in sorted({use.kind for use in same}))
        messages = "<br>".join(_cell(message) for message in sorted({use.message for use in same} - {""}))
        modules = ", ".join(f"`{module}`" for module in sorted({use.module for use in same}))
        lines.append(f"| `{code}` | {kinds} | {messages} | {modules} |")
    return _page(lines)


def settings_page(settings: Iterable[Setting], variables: Mapping[str, str]) -> str:
    """Word the page of a node's settings and of the environment variables that are read."""
    lines = ["# Settings", "", NOTE, "", "A node keeps its settings in its folder; `sepakat init` writes them.", ""]
    rows = [f"| `{name}` | {' | '.join(map(_cell, rest))} |" for name, *rest in settings]
    if rows:
        lines += ["| setting | type | default | meaning |", "| --- | --- | --- | --- |", *rows, ""]
    lines += ["## Environment variables", "", "| variable | read in |", "| --- | --- |"]
    lines += [f"| `{name}` | `{module}` |" for name, module in sorted(variables.items())]
    return _page(lines)


def _parameter_table(parameters: Iterable[Any]) -> Iterator[str]:
    yield "| argument or option | meaning | default |"
    yield "| --- | --- | --- |"
    for parameter in parameters:
        names = " ".join(f"`{name}`" for name in _spellings(parameter))
        meaning = _cell(getattr(parameter, "help", None) or "")
        if parameter.envvar:
            meaning = f"{meaning} (or `{parameter.envvar}` in the environment)".strip()
        yield f"| {names} | {meaning} | {_default(parameter)} |"


def _spellings(parameter: Any) -> list[str]:
    if parameter.param_type_name == "argument":
        return [_argument(parameter)]
    return [*parameter.opts, *parameter.secondary_opts]


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name).strip("[].").upper()
    return name if parameter.required else f"[{name}]"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    value = parameter.default
    # Typer gives an enum's member or a function for some defaults; neither reads well as its `repr`.
    value = getattr(value, "value", value)
    return "" if value in (None, False, "", (), []) or callable(value) else f"`{value}`"


def _prose(text: str | None) -> str:
    return inspect.cleandoc(text or "").replace("\f", "").strip()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
