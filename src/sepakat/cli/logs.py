"""`sepakat log`: what our logs hold, and checking all of them without asking anybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named, read_input
from sepakat.cli.printing import at_minute, counted, instant, say, say_json, say_raw, say_table
from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import InputError

if TYPE_CHECKING:
    from sepakat.exchange.verifying import VerifiedLog
    from sepakat.transparency.leaves import Leaf
    from sepakat.transparency.verification import LogReport

app = typer.Typer(help="The logs of what was released and said.", no_args_is_help=True)

PartyArgument = Annotated[
    str | None, typer.Argument(metavar="PARTY", help="Only the log for this party; all if absent.")
]


@app.command("show")
def show(party: PartyArgument = None, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Show our logs: one leaf for each batch released and each message sent, and the newest checkpoint."""
    from sepakat.exchange.parties import known_party
    from sepakat.stix.identifiers import PartyId
    from sepakat.transparency.leaves import parse_leaf

    with open_named(node).store.reading() as unit:
        if party is not None:
            known_party(unit, PartyId(party))
        found = [
            (one, unit.logs.leaves(one, mirror=False), unit.logs.checkpoints(one, mirror=False))
            for one in sorted(unit.logs.counterparts())
            if party in (None, one)
        ]
    if as_json:
        say_json(
            [
                {
                    "counterpart": one,
                    "size": len(leaves),
                    "leaves": [{"index": leaf.index, **_leaf(parse_leaf(leaf.data))} for leaf in leaves],
                    "checkpoints": [
                        {"size": note.size, "at": instant(note.at), "cosigned": note.cosigned, "note": note.note}
                        for note in notes
                    ],
                }
                for one, leaves, notes in found
            ]
        )
        return
    if not found:
        say("No logs yet: nothing was released or said.")
    for one, leaves, notes in found:
        say(f"Log for {one}: {counted(len(leaves), 'leaf', 'leaves')}")
        rows = [(leaf.index, *_words(parse_leaf(leaf.data))) for leaf in leaves]
        say_table(("leaf", "at", "what"), rows, "No leaves.")
        if notes:
            signed = "co-signed" if notes[-1].cosigned else "not co-signed yet"
            say(f"Newest checkpoint: {counted(notes[-1].size, 'leaf', 'leaves')}, {at_minute(notes[-1].at)}, {signed}")


@app.command("export")
def export(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="The log for this party.", show_default=False)],
    *,
    theirs: Annotated[bool, typer.Option("--theirs", help="Instead, its own log for us, as we have it.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
    node: NodeOption = None,
) -> None:
    """Write a log into one file with its checkpoints and both cards: anybody checks it with `log verify --file`.

    It holds nothing that was released, and no salt: a leaf tells when how many objects went under which agreement.
    """
    from sepakat.exchange.verifying import export_log
    from sepakat.stix.identifiers import PartyId

    data = export_log(open_named(node), PartyId(party), mirror=theirs)
    if output is None:
        say_raw(data.decode("utf-8"))
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise InputError("file-unwritable", f"log not written to {output}: {error.strerror}") from error
    say(f"Log written to {output}.")


@app.command("verify")
def verify(
    party: PartyArgument = None,
    *,
    file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Check an exported log (`-`: standard input); needs no node."),
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> int | None:
    """Check every log offline: leaves, roots, signatures, and that what was released is what the leaves commit to.

    Each damage is named with its place. Exits with 1 if there is any.
    """
    if file is not None:
        return _verify_file(file, as_json=as_json)
    from sepakat.exchange.verifying import verify_logs
    from sepakat.stix.identifiers import PartyId

    logs = verify_logs(open_named(node), PartyId(party) if party else None)
    if as_json:
        say_json([_as_json(log) for log in logs])
    else:
        if not logs:
            say("No logs yet: nothing was released or said.")
        for log in logs:
            _say(log)
    return None if all(log.report.is_sound for log in logs) else NOT_AS_IT_SHOULD


def _verify_file(file: str, *, as_json: bool) -> int | None:
    from sepakat.transparency.exports import MAX_EXPORT, check_export

    found = check_export(read_input(file, MAX_EXPORT))
    cards = [card for card in (found.owner, found.counterpart) if card is not None]
    if as_json:
        fingerprints = {card.party: card.fingerprint for card in cards}
        say_json({"origin": found.origin, "fingerprints": fingerprints, **_report_as_json(found.report)})
    else:
        _say_report(f"Log {found.origin}", found.report, "")
        for card in cards:
            say(f"    {card.party} ({card.name}) has the fingerprint {card.fingerprint}")
        say("It is theirs only if they read the same to you.")
    return None if found.report.is_sound else NOT_AS_IT_SHOULD


def _say(log: VerifiedLog) -> None:
    whose = f"Log of {log.counterpart} for us" if log.is_mirror else f"Log for {log.counterpart}"
    _say_report(whose, log.report, "" if log.is_mirror else f", {counted(log.report.rows, 'object')}")


def _say_report(whose: str, report: LogReport, rows: str) -> None:
    sign = "✓" if report.is_sound else "✗"
    sizes = f"{counted(report.size, 'leaf', 'leaves')}, {counted(report.checkpoints, 'checkpoint')}{rows}"
    say(f"{sign} {whose}: {sizes}, root {report.root.hex()[:16]}")
    for finding in report.findings:
        say(f"    {'✗' if finding.is_damage else '·'} {finding.message} ({finding.code})")


def _as_json(log: VerifiedLog) -> dict[str, Any]:
    return {"counterpart": log.counterpart, "mirror": log.is_mirror, **_report_as_json(log.report)}


def _report_as_json(report: LogReport) -> dict[str, Any]:
    return {
        "sound": report.is_sound,
        "size": report.size,
        "root": report.root.hex(),
        "checkpoints": report.checkpoints,
        "rows": report.rows,
        "findings": [
            {
                "code": finding.code,
                "message": finding.message,
                "damage": finding.is_damage,
                "leaf": finding.leaf,
                "leaves": [finding.leaves.start, finding.leaves.stop] if finding.leaves is not None else None,
                "checkpoint": finding.checkpoint,
                "position": finding.position,
                "object": finding.object_id,
            }
            for finding in report.findings
        ],
    }


def _leaf(leaf: Leaf) -> dict[str, Any]:
    from sepakat.transparency.leaves import MessageLeaf

    if isinstance(leaf, MessageLeaf):
        return {"leaf": "message", "kind": leaf.kind, "message": leaf.message, "at": instant(leaf.at)}
    return {
        "leaf": "release",
        "agreement": leaf.agreement,
        "collection": leaf.collection,
        "count": leaf.count,
        "at": instant(leaf.at),
    }


def _words(leaf: Leaf) -> tuple[str, str]:
    from sepakat.transparency.leaves import MessageLeaf

    if isinstance(leaf, MessageLeaf):
        return at_minute(leaf.at), f"{leaf.direction} {leaf.kind} {leaf.message[:16]}"
    return at_minute(leaf.at), f"released {counted(leaf.count, 'object')} under {leaf.agreement}"
