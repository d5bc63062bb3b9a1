"""`sepakat settings`: which settings hold, where each comes from, and whether they can be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sepakat.cli.options import JsonOption, NodeOption, named_folder
from sepakat.cli.printing import say_json, say_table
from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import SepakatError

if TYPE_CHECKING:
    from sepakat.settings import Settings

app = typer.Typer(help="The node's settings.", no_args_is_help=True)


@app.command("check")
def check(*, node: NodeOption = None, as_json: JsonOption = False) -> int | None:
    """Check settings and environment as `serve` would use them: names, values, and whether they go together.

    All faults are named. Nothing is opened and nothing is changed. Exits with 1 when something cannot be.
    """
    folder = named_folder(node)
    rows, faults = _looked_at(folder)
    if as_json:
        say_json(
            {"settings": {name: {"value": value, "from": whence} for name, value, whence in rows}, "faults": faults}
        )
    else:
        say_table(("setting", "value", "from"), rows, "No settings.")
        say_table(("what is wrong",), [(fault,) for fault in faults], "\nNothing is wrong.")
    return NOT_AS_IT_SHOULD if faults else None


def _looked_at(folder: Path) -> tuple[list[tuple[str, Any, str]], list[str]]:
    from sepakat.composition import effective_settings, faults_of_settings, read_settings
    from sepakat.settings import Settings, from_environment, unknown_variables

    try:
        faults = [str(fault) for fault in faults_of_settings(folder)]
    except SepakatError as error:
        return [], [error.message]
    unknown = [f"{name}: no setting has that name" for name in unknown_variables(os.environ)]
    if faults:
        return [], faults + unknown
    kept, settings = read_settings(folder), effective_settings(folder)
    environment = from_environment(os.environ)
    rows = []
    for one in fields(Settings):
        value = getattr(settings, one.name)
        is_kept = getattr(kept, one.name) != one.default
        whence = "environment" if one.name in environment else "file" if is_kept else "default"
        rows.append((one.name, _shown(one.name, value), whence))
    return rows, unknown + list(_faults_together(settings))


def _faults_together(settings: Settings) -> Iterator[str]:
    """What is right by itself and does not go with the rest."""
    from sepakat.cli.workers import check_workers

    try:
        check_workers(settings.workers, settings.store)
    except SepakatError as error:
        yield error.message
    if settings.read_store is not None and settings.store is None:
        yield "read_store: expected a PostgreSQL `store` beside it, found SQLite"


def _shown(name: str, value: Any) -> Any:
    from sepakat.stores.postgresql import place_of

    return place_of(value) if name in ("store", "read_store") and value is not None else value
