"""The reference pages are what the source says: every command, option, setting and error code stands there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Annotated

import pytest
import typer

from checks import documentation, pages
from checks.error_codes import collect
from checks.tree import REFERENCE, Module, source_modules


def sample_application() -> typer.Typer:
    application = typer.Typer(help="A sample.")
    things = typer.Typer(help="Things.")

    @things.command("list")
    def list_things(
        folder: Annotated[str, typer.Argument(help="Where | they are.")],
        *,
        follow: Annotated[bool, typer.Option("--follow/--once", help="Go on.")] = False,
        node: Annotated[str, typer.Option(envvar="A_NODE", help="Which node.")] = "here",
    ) -> None:
        """List the things."""

    @things.command("secret", hidden=True)
    def secret() -> None:
        """Not for people."""

    application.add_typer(things, name="things")
    application.command("do", help="Do it.")(lambda: None)
    return application


def parsed(source: str) -> Module:
    return Module("sample", Path("sample.py"), ast.parse(source))


def test_reference_is_current() -> None:
    assert documentation.faults() == []


def commands() -> list[pages.Command]:
    found = list(pages.commands_below(documentation.command_tree()))
    assert found
    return found


def test_every_command_says_what_it_does_and_so_do_its_options() -> None:
    silent = [
        f"{' '.join(words)} {parameter.name}"
        for words, command in commands()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    silent += [" ".join(words) for words, command in commands() if not command.help]
    assert silent == []


def test_every_command_and_its_options_stand_in_the_reference() -> None:
    page = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    missing = []
    for words, command in commands():
        heading, section = re.escape(f"## `{' '.join(words)}"), ""
        if found := re.search(rf"^{heading}[ `].*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL):
            section = found.group()
        names = {" ".join(words)} | (pages.option_names(command) - {"--help"})
        missing += [(words, name) for name in names if name not in section]
    assert missing == []


def test_every_error_code_stands_in_the_reference() -> None:
    page = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    assert [use.code for use in collect(source_modules()).uses if f"| `{use.code}` |" not in page] == []


def test_page_of_commands_has_arguments_options_defaults_and_variables() -> None:
    page = pages.commands_page(typer.main.get_command(sample_application()))
    assert "## `sepakat things list FOLDER`\n\nList the things.\n" in page
    assert "| `FOLDER` | Where \\| they are. | required |" in page
    assert "| `--follow` `--once` | Go on. |  |" in page
    assert "| `--node` | Which node. (or `A_NODE` in the environment) | `here` |" in page
    assert page.index("sepakat do") < page.index("sepakat things list")
    assert "secret" not in page


def test_codes_are_read_from_calls_constants_choices_and_functions_that_pass_one_on() -> None:
    module = parsed(
        "CODE = 'by-constant'\n"
        "class Own(SepakatError):\n"
        "    def __init__(self, what): super().__init__('by-class', f'no {what.name} here')\n"
        "def refuse(text, code): raise InputError(code, text)\n"
        "def f(x):\n"
        "    refuse('no', 'by-function')\n"
        "    raise NotPermitted(CODE, 'a') if x else PeerError('yes' if x else 'no', message='b')\n"
    )
    tree = parsed(
        "class InputError(SepakatError): ...\nclass NotPermitted(SepakatError): ...\nclass PeerError(SepakatError): ..."
    )
    collected = collect([tree, module])
    assert collected.faults == []
    assert {(use.code, use.kind, use.message) for use in collected.uses} == {
        ("by-class", "Own", "no {name} here"),
        ("by-function", "InputError", "by-function"),
        ("by-constant", "NotPermitted", "a"),
        ("yes", "PeerError", "b"),
        ("no", "PeerError", "b"),
    }


def test_a_code_that_is_put_together_is_a_fault() -> None:
    collected = collect([parsed("raise SepakatError('a-' + kind, 'text')")])
    assert collected.faults == ["sample:1: the error code is not written out here"]


def test_a_module_can_word_a_page_of_its_own() -> None:
    assert documentation.own_pages()["messages.md"].startswith("# Messages between nodes\n")


def test_a_page_that_is_not_current_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in documentation.generated().items():
        (tmp_path / name).write_text(text.replace("exit", "leave") if name == "cli.md" else text, encoding="utf-8")
    (tmp_path / "errors.md").write_text("# Errors\n", encoding="utf-8")
    monkeypatch.setattr(documentation, "REFERENCE", tmp_path)
    monkeypatch.setattr(documentation, "ROOT", tmp_path)
    assert any(fault.startswith("errors.md is not current, run `make docs`") for fault in documentation.faults())
