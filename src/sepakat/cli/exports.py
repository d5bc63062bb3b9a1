"""`sepakat export`: what the node holds, in another format, for the own party's other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import counted, say, say_json
from sepakat.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("export")(export)


def export(
    object_id: Annotated[str, typer.Argument(metavar="OBJECT", help="A report or grouping.", show_default=False)],
    *,
    form: Annotated[Literal["misp"], typer.Option("--format", help="What to write.")] = "misp",
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; standard output if absent.", show_default=False)
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a report and what it refers to as a MISP event, for the own organisation only.

    What MISP has no place for is named. Nothing is sent anywhere.
    """
    import json

    from sepakat.exchange.exporting import export_misp
    from sepakat.stix.identifiers import StixId

    exported = export_misp(open_named(node), StixId(object_id))
    document = {"Event": exported.event}
    losses = [{"id": loss.object_id, "reason": loss.reason} for loss in exported.losses]
    if file is None:
        say_json({**document, "losses": losses} if as_json else document)
        return
    try:
        file.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise InputError(
            "file-unwritable", f"{file} cannot be written: {error.strerror}", "name another one"
        ) from error
    if as_json:
        say_json({"file": str(file), "format": form, "losses": losses})
        return
    say(f"Wrote {counted(len(exported.event['Attribute']), 'attribute')} to {file}.")
    for loss in losses:
        say(f"Lost: {loss['id']}: {loss['reason']}")
