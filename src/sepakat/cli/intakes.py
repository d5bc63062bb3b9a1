"""`sepakat take-in`: content from a file, a folder or standard input; what was taken in; undoing it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person, read_input
from sepakat.cli.printing import at_minute, counted, instant, say, say_json, say_table
from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import InputError

if TYPE_CHECKING:
    from sepakat.exchange.ports import Node
    from sepakat.exchange.reports import ReportTaken
    from sepakat.exchange.taking_in import Provenance, TakeInReport, Wishes

MOST_SHOWN = 20
"""How many warnings, losses and objects left out are shown; JSON has all."""

MOST_FILES = 10_000
"""How many files of one folder are taken in at once."""

FormOption = Annotated[
    Literal["auto", "misp", "stix", "csv", "page", "text"], typer.Option("--format", help="What the file holds.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("take-in")(take_in)


def take_in(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="The file or folder, or `-` for standard input.", show_default=False),
    ] = None,
    *,
    form: FormOption = "auto",
    origin: Annotated[
        str | None, typer.Option(metavar="PARTY", help="The party whose information it is; ours if absent.")
    ] = None,
    captured_at: Annotated[
        str | None,
        typer.Option("--captured-at", metavar="INSTANT", help="When the source was saved: 2026-11-01T09:30:00Z."),
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Where a page was found; kept, never visited.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse what is otherwise only warned of.")] = False,
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Take the good objects or rows although others have faults.")
    ] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="HEADING=ROLE", help="What a column of a table is; repeatable.", show_default=False
        ),
    ] = None,
    mapping: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read a table by a mapping that was kept.", show_default=False)
    ] = None,
    accept_mapping: Annotated[
        bool, typer.Option("--accept-mapping", help="Read a table by the mapping that is proposed.")
    ] = False,
    save_mapping: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep the mapping under a name.", show_default=False)
    ] = None,
    mappings: Annotated[bool, typer.Option("--mappings", help="List the mappings that were kept.")] = False,
    by: ByOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, keep nothing.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List what was taken in.")] = False,
    undo: Annotated[
        str | None,
        typer.Option(metavar="INTAKE", help="Remove what one intake brought, if nothing of it was released."),
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> int | None:
    """Take in a file, every file of a folder, or standard input, of any format.

    Everything is checked first, and all faults are named. What is taken is decided for every partner in the same step.
    Of a folder each file is taken whole or not at all, and the others go on. Exits with 1 when something was left out.
    """
    if [file is not None, listed, undo is not None, mappings].count(True) != 1:
        raise typer.BadParameter("give one of FILE, --list, --undo INTAKE and --mappings")
    opened = open_named(node)
    if listed:
        _list(opened, as_json=as_json)
        return None
    if mappings:
        _list_mappings(opened, as_json=as_json)
        return None
    if undo is not None:
        _undo(opened, undo, as_json=as_json)
        return None
    from sepakat.exchange.taking_in import Provenance, Wishes
    from sepakat.stix.identifiers import PartyId

    assert file is not None
    stated = {
        "address": address,
        "columns": _columns(columns or ()),
        "mapping_name": mapping,
        "accepts_mapping": accept_mapping,
        "save_mapping": save_mapping,
    }
    options = {name: value for name, value in stated.items() if value}
    wishes = Wishes(form, is_dry_run=dry_run, is_strict=strict, keeps_good=keep_good, options=options)
    provenance = Provenance(file, person(by), PartyId(origin) if origin else None, _moment(captured_at))
    if file != "-" and Path(file).is_dir():
        return _take_folder(opened, Path(file), provenance, wishes, as_json=as_json)
    report = _take_file(opened, provenance, wishes)
    if as_json:
        say_json(_as_json(report))
    else:
        _say(report, is_dry_run=dry_run)
    return NOT_AS_IT_SHOULD if report.quarantined or report.refused else None


def _take_file(node: Node, provenance: Provenance, wishes: Wishes) -> TakeInReport:
    from sepakat.exchange.taking_in import take_in as take
    from sepakat.intake.formats import MOST_BYTES

    return take(node, read_input(provenance.source, MOST_BYTES), provenance, wishes, _progress())


def _take_folder(node: Node, folder: Path, provenance: Provenance, wishes: Wishes, *, as_json: bool) -> int | None:
    from dataclasses import replace

    told: list[dict[str, Any]] = []
    is_whole = True
    names = _files_of(folder)
    feed = _feed_of(folder)
    if feed is not None:
        # A MISP feed: its manifest names the events; what else lies there is about them.
        names = [str(folder / f"{event}.json") for event in feed]
    for name in names:
        try:
            report = _take_file(node, replace(provenance, source=name), wishes)
        except InputError as error:
            is_whole = False
            told.append({"file": name, "error": {"code": error.code, "message": error.message}})
            if not as_json:
                say(f"{name}: not taken in: {error.message}")
            continue
        is_whole = is_whole and not (report.quarantined or report.refused)
        told.append({"file": name, **_as_json(report)})
        if not as_json:
            say(f"{name}:")
            _say(report, is_dry_run=wishes.is_dry_run)
    if as_json:
        say_json({"files": told})
    elif not told:
        say(f"Nothing to take in: {folder} has no files.")
    return None if is_whole else NOT_AS_IT_SHOULD


def _feed_of(folder: Path) -> list[str] | None:
    """The events that the manifest of a MISP feed names; None for any other folder."""
    import json

    from sepakat.intake.misp.events import is_uuid

    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return None
    try:
        named = json.loads(read_input(str(manifest), 64 << 20))
    except (ValueError, RecursionError):
        return None
    return sorted(named) if isinstance(named, dict) and named and all(map(is_uuid, named)) else None


def _files_of(folder: Path) -> list[str]:
    """The files below a folder by name, hidden ones left out; links are not followed.

    Raises:
        InputError: the folder cannot be read, or has too many.
    """
    names: list[str] = []

    def refuse(error: OSError) -> None:
        raise InputError("file-unreadable", f"{error.filename} cannot be read: {error.strerror}") from error

    for place, folders, files in os.walk(folder, onerror=refuse):
        if "settings.toml" in files and "keys" in folders:
            # A node's own folder, keys and all, is no source.
            folders[:] = []
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        names += [os.path.join(place, name) for name in sorted(files) if not name.startswith(".")]  # noqa: PTH118
        if len(names) > MOST_FILES:
            raise InputError("folder-too-large", f"{folder} refused: it has more than {MOST_FILES} files")
    return [name for name in names if not Path(name).is_symlink()]


def _moment(text: str | None) -> Any:
    from sepakat.stix.instants import parse_instant

    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise typer.BadParameter(f"--captured-at: {error}") from None


def _progress() -> Callable[[str, int, int], None]:
    """A line on stderr that counts, at a terminal and for long files only."""
    if not sys.stderr.isatty():
        return lambda step, done, total: None
    words = {"read": "reading", "check": "checking", "keep": "keeping"}

    def show(step: str, done: int, total: int) -> None:
        if total >= 500 and (done % 250 == 0 or done == total):
            end = "\n" if done == total and step == "keep" else ""
            sys.stderr.write(f"\r{words.get(step, step)} {done} of {total} ...{end}")
            sys.stderr.flush()

    return show


def _say(report: TakeInReport, *, is_dry_run: bool) -> None:
    from collections import Counter

    if report.report is not None:
        _say_report(report.report, is_dry_run=is_dry_run)
        return
    if is_dry_run:
        say(f"Would take in {counted(len(report.taken), 'object version')}; nothing was kept.")
    elif report.id is None:
        say(f"Nothing new: {counted(report.known, 'object version')} held already.")
    else:
        say(f"Took in {counted(len(report.taken), 'object version')} (intake {report.id}).")
    if report.taken:
        kinds = Counter(made.id.split("--")[0] for made in report.taken)
        say("  " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    if report.known and report.id is not None:
        say(f"Held already: {report.known}.")
    if "mapping" in report.asks:
        say_table(("column", "is read as"), report.asks["mapping"]["columns"].items(), "The table has no columns.")
    _say_some("In quarantine", [f"{item.object_id}: {item.reason}" for item in report.quarantined])
    _say_some("Left out", [f"{item.object_id}: {item.reason}" for item in report.refused])
    _say_some("Lost", [f"{item.object_id}: {item.reason}" for item in report.losses])
    _say_some("Note", [str(warning) for warning in report.warnings])
    for change in report.released.changes:
        say(f"To {change.view.taker} under {change.view.agreement}: {_change(change)}")


def _say_report(taken: ReportTaken, *, is_dry_run: bool) -> None:
    """A page that was read: nothing is held yet."""
    count = counted(sum(taken.proposals.values()), "proposal")
    if is_dry_run:
        say(f"Would propose: {count}; nothing was kept.")
    elif taken.was_known:
        say(f"Nothing new: report {taken.id} was taken in before, with {count}.")
    else:
        say(f"Took in report {taken.id}: {count}, none of them held before it is confirmed.")
    say(f"  {taken.title or 'without a title'}")
    say("  " + ", ".join(f"{number} {kind}" for kind, number in sorted(taken.proposals.items())))
    _say_some("Note", list(taken.findings))
    if not is_dry_run:
        say(f"`sepakat review show {taken.id}` shows them, `sepakat review confirm {taken.id} ...` confirms.")


def _say_some(word: str, lines: list[str]) -> None:
    for line in lines[:MOST_SHOWN]:
        say(f"{word}: {line}")
    if len(lines) > MOST_SHOWN:
        say(f"and {len(lines) - MOST_SHOWN} more of these; --json shows all")


def _change(change: Any) -> str:
    parts = [f"{counted(change.published, 'object')} released"]
    if change.variants:
        parts.append(f"{change.variants} of them cut")
    if change.withdrawn:
        parts.append(f"{change.withdrawn} withdrawn")
    return ", ".join(parts)


def _as_json(report: TakeInReport) -> dict[str, Any]:
    from sepakat.exchange.intake_document import intake_document

    return intake_document(report)


def _columns(stated: Sequence[str]) -> dict[str, str]:
    columns = {}
    for entry in stated:
        heading, equals, role = entry.rpartition("=")
        if not equals or not heading:
            raise typer.BadParameter(f"--column {entry}: expected HEADING=ROLE")
        columns[heading.strip()] = role.strip()
    return columns


def _list_mappings(node: Node, *, as_json: bool) -> None:
    import json

    from sepakat.exchange.mappings import list_mappings

    kept = list_mappings(node)
    if as_json:
        say_json([{"name": one.name, "at": instant(one.at), **json.loads(one.content)} for one in kept])
        return
    rows = [
        (
            one.name,
            at_minute(one.at),
            ", ".join(f"{name} = {role}" for name, role in json.loads(one.content)["columns"].items()),
        )
        for one in kept
    ]
    say_table(("mapping", "kept", "columns"), rows, "No mapping was kept.")


def _list(node: Node, *, as_json: bool) -> None:
    with node.store.reading() as unit:
        intakes = unit.intakes.latest()
    if as_json:
        say_json(
            [
                {
                    "intake": one.id,
                    "at": instant(one.at),
                    "by": one.by,
                    "source": one.source,
                    "format": one.form,
                    "captured_at": instant(one.captured_at),
                    "digest": one.digest,
                    "taken": one.taken,
                    "known": one.known,
                    "refused": one.refused,
                    "undone_at": instant(one.undone_at),
                }
                for one in intakes
            ]
        )
        return
    rows = [
        (one.id, at_minute(one.at), one.by, one.source, one.taken, one.known, one.refused, at_minute(one.undone_at))
        for one in intakes
    ]
    say_table(("intake", "at", "by", "source", "taken", "known", "refused", "undone"), rows, "Nothing was taken in.")


def _undo(node: Node, intake: str, *, as_json: bool) -> None:
    from sepakat.exchange.taking_in import undo_take_in

    removed = undo_take_in(node, intake)
    if as_json:
        say_json({"intake": intake, "removed": [{"id": made.id, "modified": made.modified} for made in removed]})
        return
    say(f"Undid intake {intake}: {counted(len(removed), 'object version')} removed.")
