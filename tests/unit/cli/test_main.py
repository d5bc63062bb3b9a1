from __future__ import annotations

from typing import Any

import pytest
import typer

from sepakat.cli import main

# The commands that are promised: they stay.
PROMISED = [
    "init",
    "serve",
    "demo",
    "doctor",
    "take-in",
    "view",
    "who-has",
    "explain",
    "sync",
    "recall",
    "user.add",
    "user.list",
    "user.disable",
    "user.password",
    "party.add",
    "party.list",
    "party.show",
    "party.card",
    "account.add",
    "objects.list",
    "objects.show",
    "objects.mark",
    "objects.hold",
    "objects.unhold",
    "agreements.template",
    "agreements.check",
    "agreements.draft",
    "agreements.offer",
    "agreements.accept",
    "agreements.reject",
    "agreements.amend",
    "agreements.suspend",
    "agreements.resume",
    "agreements.end",
    "agreements.list",
    "agreements.show",
    "agreements.diff",
    "approvals.list",
    "approvals.give",
    "approvals.refuse",
    "consent.request",
    "consent.list",
    "consent.grant",
    "consent.deny",
    "recalls.list",
    "recalls.answer",
    "log.show",
    "log.verify",
]


def found(only: str | None = None) -> dict[str, Any]:
    root = typer.main.get_command(main.tree(only))
    names: dict[str, Any] = {}
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        for verb, below in getattr(command, "commands", {"": command}).items():
            names[f"{name}.{verb}".rstrip(".")] = below
    return names


def test_every_promised_command_is_there() -> None:
    assert set(PROMISED) <= found().keys()


def test_every_command_that_acts_on_a_node_can_be_told_which() -> None:
    without = {"init", "demo", "restore", "agreements.template", "agreements.check"}
    for name, command in found().items():
        variables = {parameter.envvar for parameter in command.params}
        assert name in without or "SEPAKAT_NODE" in variables, name


@pytest.mark.parametrize("first", [*main.COMMANDS, *main.NOUNS])
def test_a_command_line_builds_its_own_command_alone(first: str) -> None:
    whole, own = found(), found(first)
    assert own.keys() < whole.keys()
    assert {name for name in whole if name.partition(".")[0] == first} <= own.keys()


def test_the_table_of_commands_has_all_modules() -> None:
    tops = {name.partition(".")[0] for name in found()}
    assert tops == main.COMMANDS.keys() | main.NOUNS.keys()


def test_the_whole_tree_is_there_for_who_imports_it() -> None:
    assert isinstance(main.app, typer.Typer)
    with pytest.raises(AttributeError):
        main.nothing  # noqa: B018
