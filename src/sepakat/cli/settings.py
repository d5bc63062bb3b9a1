"""`sepakat settings`: which settings hold, where each comes from, and whether they can be."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer

from sepakat.cli.options import JsonOption, NodeOption, named_folder
from sepakat.cli.printing import say_json, say_table
from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import SepakatError

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
    from sepakat.cli.workers import check_workers
    from sepakat.composition import effective_settings, read_settings
    from sepakat.settings import Settings, from_environment

    try:
        kept = read_settings(folder)
        settings = effective_settings(folder)
    except SepakatError as error:
        return [], [error.message]
    environment = from_environment(os.environ)
    rows = []
    for one in fields(Settings):
        value = getattr(settings, one.name)
        is_kept = getattr(kept, one.name) != one.default
        whence = "environment" if one.name in environment else "file" if is_kept else "default"
        rows.append((one.name, _shown(one.name, value), whence))
    faults = []
    try:
        check_workers(settings.workers, settings.store)
    except SepakatError as error:
        faults.append(error.message)
    if settings.read_store is not None and settings.store is None:
        faults.append("read_store: expected a PostgreSQL `store` beside it, found SQLite")
    return rows, faults


def _shown(name: str, value: Any) -> Any:
    from sepakat.stores.postgresql import place_of

    return place_of(value) if name in ("store", "read_store") and value is not None else value
