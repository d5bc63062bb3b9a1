"""The command tree, and the one place where errors become lines on stderr and an exit status.

A command line loads the module of its own command and no other: the whole tree is built for help and the reference.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.exceptions import Abort, TyperException

from sepakat.cli.options import close_all
from sepakat.cli.printing import say
from sepakat.cli.refusals import (
    DONE,
    INTERRUPTED,
    NOT_AS_IT_SHOULD,
    complain,
    exit_status_table,
    hint,
    refuse,
    refuse_unexpected,
)
from sepakat.errors import SepakatError

COMMANDS: dict[str, str] = {
    "init": "nodes",
    "serve": "serving",
    "doctor": "diagnosis",
    "take-in": "intakes",
    "export": "exports",
    "view": "views",
    "who-has": "views",
    "explain": "views",
    "sync": "syncs",
    "recall": "recalls",
    "erase": "erasures",
    "correct": "notices",
    "duties": "duties",
    "backup": "backups",
    "restore": "backups",
    "demo": "demo.command",
}
"""Commands without a noun: the module of each, whose `register` adds it."""

NOUNS: dict[str, str] = {
    "user": "users",
    "account": "accounts",
    "party": "parties",
    "communities": "communities",
    "agreements": "agreements",
    "objects": "objects",
    "topics": "topics",
    "review": "reviews",
    "claims": "claims",
    "questions": "questions",
    "commitments": "commitments",
    "watch": "watches",
    "approvals": "approvals",
    "consent": "consents",
    "recalls": "recalls",
    "erasures": "erasures",
    "retention": "retention",
    "notices": "notices",
    "log": "logs",
    "store": "stores",
    "jobs": "jobs",
    "settings": "settings",
}
"""Commands with a noun: the module of each, whose `app` has its verbs."""

_HELP = f"""\
Share exactly what was agreed with partners that you only partly trust.

Commands that act on a node take `--node FOLDER` or the environment variable `SEPAKAT_NODE`, and work whether or not it
is being served. Exit statuses:

```
{exit_status_table()}
```
"""


def tree(only: str | None = None) -> typer.Typer:
    """All commands, or the one that a command line begins with."""
    root = typer.Typer(
        name="sepakat",
        help=_HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    root.callback()(sepakat)
    for module in dict.fromkeys(module for name, module in COMMANDS.items() if only in (None, name)):
        _load(module).register(root)
    for name, module in NOUNS.items():
        if only in (None, name):
            root.add_typer(_load(module).app, name=name)
    return root


def _print_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        say(f"sepakat {version('sepakat')}")
        raise typer.Exit(DONE)


def sepakat(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Everything before the command."""


def _load(module: str) -> Any:
    return import_module(f"sepakat.cli.{module}")


def __getattr__(name: str) -> Any:
    # The whole tree, for who imports `app`: built only then.
    if name == "app":
        return tree()
    raise AttributeError(name)


def main(arguments: list[str] | None = None) -> None:
    """Run one command line and exit with its status."""
    collect_rarely()
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def collect_rarely() -> None:
    """Have Python look for garbage less often than it would: a world that is decided is large, and none of it is."""
    gc.set_threshold(100_000, 20, 20)


def run(arguments: list[str]) -> int:
    """Run one command line; its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a name still gets the rest of the line.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        root = tree(arguments[0] if arguments and arguments[0] in COMMANDS | NOUNS else None)
        status = typer.main.get_command(root).main(args=arguments, prog_name="sepakat", standalone_mode=False)
        sys.stdout.flush()
    except SepakatError as error:
        return refuse(error)
    except TyperException as error:
        return _refuse_usage(error)
    except (KeyboardInterrupt, Abort):
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Who reads our output has seen enough (`| head`); what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_AS_IT_SHOULD
    except Exception as error:  # noqa: BLE001 -- the last door: nobody shall see a traceback
        return refuse_unexpected(error)
    finally:
        close_all()
    return status if isinstance(status, int) else DONE


def _refuse_usage(error: TyperException) -> int:
    text = error.format_message().strip()
    context = getattr(error, "ctx", None)
    if not text:
        # No arguments at all: the help was printed already.
        return error.exit_code
    complain(text[:1].lower() + text[1:].rstrip("."))
    if context is not None:
        hint(f"`{context.command_path} --help` shows what it takes")
    return error.exit_code


if __name__ == "__main__":
    main()
