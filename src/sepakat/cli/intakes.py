"""`sepakat take-in`: content from a file or standard input, whole or not at all; what was taken in; undoing it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person, read_input
from sepakat.cli.printing import at_minute, counted, instant, say, say_json, say_table
from sepakat.cli.refusals import NOT_AS_IT_SHOULD

if TYPE_CHECKING:
    from sepakat.exchange.ports import Node
    from sepakat.exchange.taking_in import TakeInReport

MOST_SHOWN = 20
"""How many warnings and quarantined objects are shown; JSON has all."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("take-in")(take_in)


def take_in(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="The file, or `-` for standard input.", show_default=False)
    ] = None,
    *,
    form: Annotated[Literal["auto", "stix"], typer.Option("--format", help="What the file holds.")] = "auto",
    origin: Annotated[
        str | None, typer.Option(metavar="PARTY", help="The party whose information it is; ours if absent.")
    ] = None,
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
    """Take in a STIX 2.1 bundle, envelope, list or object.

    Everything is checked first, and all faults are named. What is taken is decided for every partner in the same step.
    Exits with 1 when something was set aside in quarantine.
    """
    if [file is not None, listed, undo is not None].count(True) != 1:
        raise typer.BadParameter("give one of FILE, --list and --undo INTAKE")
    opened = open_named(node)
    if listed:
        _list(opened, as_json=as_json)
        return None
    if undo is not None:
        _undo(opened, undo, as_json=as_json)
        return None
    from sepakat.exchange.taking_in import Provenance
    from sepakat.exchange.taking_in import take_in as take
    from sepakat.stix.identifiers import PartyId
    from sepakat.stix.reading import DEFAULT_LIMITS

    assert file is not None
    data = read_input(file, DEFAULT_LIMITS.max_bytes)
    provenance = Provenance(file, person(by), PartyId(origin) if origin else None)
    report = take(opened, data, provenance, form=form, is_dry_run=dry_run, progress=_progress())
    if as_json:
        say_json(_as_json(report))
    else:
        _say(report, is_dry_run=dry_run)
    return NOT_AS_IT_SHOULD if report.quarantined else None


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
    for refused in report.quarantined[:MOST_SHOWN]:
        say(f"In quarantine: {refused.object_id}: {refused.reason}")
    for warning in report.warnings[:MOST_SHOWN]:
        say(f"Note: {warning}")
    for shown, number in ((report.quarantined, "in quarantine"), (report.warnings, "notes")):
        if len(shown) > MOST_SHOWN:
            say(f"and {len(shown) - MOST_SHOWN} more {number}; --json shows all")
    for change in report.released.changes:
        say(f"To {change.view.taker} under {change.view.agreement}: {_change(change)}")


def _change(change: Any) -> str:
    parts = [f"{counted(change.published, 'object')} released"]
    if change.variants:
        parts.append(f"{change.variants} of them cut")
    if change.withdrawn:
        parts.append(f"{change.withdrawn} withdrawn")
    return ", ".join(parts)


def _as_json(report: TakeInReport) -> dict[str, Any]:
    return {
        "intake": report.id,
        "taken": [{"id": made.id, "modified": made.modified} for made in report.taken],
        "known": report.known,
        "quarantined": [{"id": one.object_id, "reason": one.reason} for one in report.quarantined],
        "warnings": [{"path": one.path, "expected": one.expected, "found": one.found} for one in report.warnings],
        "released": [
            {
                "agreement": change.view.agreement,
                "taker": change.view.taker,
                "published": change.published,
                "variants": change.variants,
                "withdrawn": change.withdrawn,
            }
            for change in report.released.changes
        ],
    }


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
