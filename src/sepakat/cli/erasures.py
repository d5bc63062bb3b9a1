"""`sepakat erase` and `sepakat erasures`: taking somebody's data away for good, and the proofs of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.deliveries import delivery_as_json, say_delivery
from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import at_minute, counted, instant, say, say_json, say_table
from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import InputError, StoreError

if TYPE_CHECKING:
    from sepakat.exchange.erasing import KnownErasure
    from sepakat.exchange.ports import Node
    from sepakat.exchange.subjects import Findings

app = typer.Typer(help="What was erased here, with its proofs.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands of this module that have no noun."""
    root.command("erase")(erase)


def erase(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="A STIX id, or a name as it stands in texts.", show_default=False)
    ],
    *,
    reason: Annotated[
        str, typer.Option(help="Why; the proof and the holders get it, so it must not name the subject.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; there is no undo.")] = False,
    id_only: Annotated[
        bool, typer.Option("--id-only", help="Only the object and what is nothing without it, not what names it.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="ID", help="Leave this object, whatever it says; repeatable."),
    ] = None,
    no_scrub: Annotated[
        bool, typer.Option("--no-scrub", help="Do not write the store's files anew now; `sepakat erasures scrub` does.")
    ] = False,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase everything about a subject in this node for good, and recall it from whoever was given it.

    Takes the object with all versions and variants, what names it, and relationships, sightings and notes that are
    nothing without it; what else the node keeps of it: reports that were read, quarantine, waiting files, texts of
    persons, messages. Logs stay sound. A signed proof without content stays, and what was erased is refused when it
    comes again. Backups and exports that were made before still have it.
    """
    from sepakat.exchange.erasing import erase as use_case
    from sepakat.exchange.erasing import find
    from sepakat.stix.identifiers import StixId

    opened = open_named(node)
    kept = frozenset(StixId(one) for one in keep or ())
    findings = find(opened, subject, is_id_only=id_only, keep=kept)
    if not as_json:
        _say_findings(findings)
    if dry_run:
        if as_json:
            say_json(_findings_as_json(findings))
        return
    if not reason:
        raise InputError("erasure-reason", "erasure refused: it needs its --reason", "give the number of the request")
    _confirm(findings, yes=yes)
    report = use_case(opened, subject, by=person(by), reason=reason, is_id_only=id_only, keep=kept)
    scrubbed = None if no_scrub else _scrub(opened)
    proof = report.done.proof
    if as_json:
        say_json(
            {
                **_findings_as_json(report.findings),
                "erasure": proof.number,
                "proof": report.done.erasure.proof.hash,
                "counts": dict(proof.counts),
                "recalls": list(proof.recalls),
                "waiting": [one.counterpart for one in report.done.erasure.open],
                "scrubbed": scrubbed,
                **delivery_as_json(report.delivery),
            }
        )
        return
    say(f"Erased (erasure {proof.number}): {_counts(proof.counts)}.")
    say(f"  proof {report.done.erasure.proof.hash}")
    if proof.recalls:
        say(f"  {counted(len(proof.recalls), 'recall')} sent: `sepakat recalls list` shows who answers")
    for party in sorted({one.counterpart for one in report.done.erasure.open}):
        say(f"  messages to {party} keep salts until it has co-signed our log; then they go by themselves")
    if scrubbed is False:
        say("  the store's files are in use: run `sepakat erasures scrub` when they are not")
    say_delivery(report.delivery)


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> int | None:
    """List all erasures by their proofs, and check the proofs. Exits with 1 if one does not hold."""
    from sepakat.exchange.erasing import list_erasures

    found = list_erasures(open_named(node))
    if as_json:
        say_json({"erasures": [_as_json(one) for one in found.erasures], "faults": list(found.faults)})
    else:
        rows = [
            (one.number, at_minute(one.at), one.by, one.cause, one.reason, one.objects, one.waiting, one.hash[:16])
            for one in found.erasures
        ]
        headers = ("erasure", "at", "by", "cause", "reason", "objects", "waiting", "proof")
        say_table(headers, rows, "Nothing was erased.")
        for fault in found.faults:
            say(f"✗ {fault}")
    return NOT_AS_IT_SHOULD if found.faults else None


@app.command("scrub")
def scrub(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Write the store's files anew, without what was deleted: no tool finds it there any more.

    It needs as much room as the store, and writers wait meanwhile. `sepakat erase` does it by itself.
    """
    from sepakat.exchange.erasing import scrub as use_case

    use_case(open_named(node))
    if as_json:
        say_json({"scrubbed": True})
    else:
        say("The store's files hold nothing any more that was deleted.")


def _scrub(node: Node) -> bool:
    from sepakat.exchange.erasing import scrub as use_case

    try:
        use_case(node)
    except StoreError:
        # The erasure stands; the files are cleaned when nobody reads them.
        return False
    return True


def _confirm(findings: Findings, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError(
            "erasure-unconfirmed", "nothing erased: it cannot be undone", "look with --dry-run, then add --yes"
        )
    typer.confirm(f"Erase {counted(len(findings.objects), 'object')} for good? There is no undo", abort=True)


def _say_findings(findings: Findings) -> None:
    rows = [(found.id, found.title, found.because, "" if found.is_held else "released") for found in findings.objects]
    say_table(("object", "title", "why", ""), rows, "No object names it.")
    for party, number in findings.holders.items():
        say(f"{party} was given {counted(number, 'object')} of these: they are recalled")
    if findings.refers:
        say(f"{counted(len(findings.refers), 'object')} refer to these and stay: {', '.join(findings.refers[:5])}")
    for line in findings.remains:
        say(f"Stays: {line}")


def _findings_as_json(findings: Findings) -> dict[str, Any]:
    return {
        "objects": [{"id": found.id, "because": found.because, "held": found.is_held} for found in findings.objects],
        "holders": dict(findings.holders),
        "refers": list(findings.refers),
        "remains": list(findings.remains),
    }


def _counts(counts: Any) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items())


def _as_json(one: KnownErasure) -> dict[str, Any]:
    return {
        "erasure": one.number,
        "at": instant(one.at),
        "by": one.by,
        "cause": one.cause,
        "reason": one.reason,
        "objects": one.objects,
        "counts": dict(one.counts),
        "recalls": list(one.recalls),
        "waiting": one.waiting,
        "proof": one.hash,
    }
