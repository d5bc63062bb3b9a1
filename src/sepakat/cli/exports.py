"""`sepakat export`: what the node holds, for the own party's other tools: a report as MISP, or everything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import counted, say, say_json
from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import InputError

if TYPE_CHECKING:
    from sepakat.cli.export_files import Checked


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("export")(export)


def export(
    object_id: Annotated[
        str | None, typer.Argument(metavar="OBJECT", help="A report or grouping.", show_default=False)
    ] = None,
    *,
    everything: Annotated[
        Path | None,
        typer.Option(metavar="PLACE", help="Instead, everything into this new folder, or tar file if it ends in .tar."),
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="PLACE", help="Instead, check such a folder or tar file; needs no node.")
    ] = None,
    form: Annotated[Literal["misp"], typer.Option("--format", help="What to write of OBJECT.")] = "misp",
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; standard output if absent.", show_default=False)
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> int | None:
    """Write a report as a MISP event, or everything that the node holds as files that need no Sepakat.

    OBJECT: a report and what it refers to, for the own organisation only; what MISP has no place for is named.
    Everything: STIX bundles, agreements with their signatures, logs that verify by themselves, and all that was said,
    from one instant, while the node may be served; no keys and no passwords. Nothing is sent anywhere.
    """
    asked = [one for one in (object_id, everything, check) if one is not None]
    if len(asked) != 1:
        raise InputError("export-of-what", "nothing exported: expected one of OBJECT, --everything and --check")
    if check is not None:
        return _check(check, as_json=as_json)
    if everything is not None:
        return _everything(everything, node, as_json=as_json)
    assert object_id is not None, "one of the three was given"
    _misp(object_id, form, file, node, as_json=as_json)
    return None


def _misp(object_id: str, form: str, file: Path | None, node: Path | None, *, as_json: bool) -> None:
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


def _everything(place: Path, folder: Path | None, *, as_json: bool) -> int | None:
    from sepakat.cli.export_files import write_files
    from sepakat.exchange.exporting_everything import export_files

    node = open_named(folder)
    about = {"party": str(node.party), "at": node.clock.now().isoformat(timespec="seconds")}
    with node.store.reading() as unit:
        checked = write_files(place, export_files(node, unit), about, _progress)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return _say(place, checked, as_json=as_json, words="Exported everything to")


def _check(place: Path, *, as_json: bool) -> int | None:
    from sepakat.cli.export_files import check_files

    return _say(place, check_files(place), as_json=as_json, words="Checked")


def _say(place: Path, checked: Checked, *, as_json: bool, words: str) -> int | None:
    if as_json:
        found = {"files": checked.files, "bytes": checked.size, "logs": checked.logs, "faults": list(checked.faults)}
        say_json({"place": str(place), **found})
    else:
        say(f"{words} {place}: {counted(checked.files, 'file')}, {checked.size} bytes.")
        for origin, root in checked.logs.items():
            say(f"  log {origin}: root {root[:16]}")
        for fault in checked.faults:
            say(f"✗ {fault}")
    return NOT_AS_IT_SHOULD if checked.faults else None


def _progress(path: str, size: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{path}: {size} bytes", end="", file=sys.stderr, flush=True)
