"""The command tree, and the one place where errors become lines on stderr and an exit status."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.exceptions import Abort, TyperException

from sepakat.cli import (
    accounts,
    agreements,
    approvals,
    communities,
    consents,
    diagnosis,
    intakes,
    logs,
    nodes,
    objects,
    parties,
    recalls,
    serving,
    syncs,
    topics,
    users,
    views,
)
from sepakat.cli.demo import command as demo
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

_HELP = f"""\
Share exactly what was agreed with partners that you only partly trust.

Commands that act on a node take `--node FOLDER` or the environment variable `SEPAKAT_NODE`, and work whether or not it
is being served. Exit statuses:

```
{exit_status_table()}
```
"""

app = typer.Typer(
    name="sepakat",
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.callback()
def sepakat(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"sepakat {installed('sepakat')}")
        raise typer.Exit(DONE)


for module in (nodes, serving, diagnosis, intakes, views, syncs, demo):
    module.register(app)
for name, nouns in {
    "user": users.app,
    "party": parties.app,
    "communities": communities.app,
    "account": accounts.app,
    "objects": objects.app,
    "topics": topics.app,
    "agreements": agreements.app,
    "approvals": approvals.app,
    "consent": consents.app,
    "recalls": recalls.app,
    "log": logs.app,
}.items():
    app.add_typer(nouns, name=name)
recalls.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run one command line and exit with its status."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command line; its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a name still gets the rest of the line.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        status = typer.main.get_command(app).main(args=arguments, prog_name="sepakat", standalone_mode=False)
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
        sys.stdout = None  # type: ignore[assignment]
        return NOT_AS_IT_SHOULD
    except Exception as error:  # noqa: BLE001 -- the last door: nobody shall see a traceback
        return refuse_unexpected(error)
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
