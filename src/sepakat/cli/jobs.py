"""`sepakat jobs`: work that waits for whichever process gets to it, and what was given up."""

from __future__ import annotations

from typing import Annotated

import typer

from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person, read_input
from sepakat.cli.printing import at_minute, say, say_json, say_table

app = typer.Typer(help="Work that waits: intakes asked for, givers to ask again.", no_args_is_help=True)

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="The job, as `list` names it.", show_default=False)]


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List what waits and what was given up, with the last error."""
    from sepakat.exchange.working import jobs_of

    jobs = jobs_of(open_named(node))
    if as_json:
        say_json(
            [
                {
                    "kind": job.kind,
                    "job": job.subject,
                    "due_at": job.due_at,
                    "asked_at": job.asked_at,
                    "by": job.by,
                    "attempts": job.attempts,
                    "error": job.error,
                }
                for job in jobs
            ]
        )
        return
    rows = [
        (job.kind, job.subject, at_minute(job.due_at) if job.due_at else "given up", job.by, job.error or "")
        for job in jobs
    ]
    say_table(("kind", "job", "due", "by", "last error"), rows, "Nothing waits.")


@app.command("take-in")
def take_in(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file, or `-` for standard input.")],
    *,
    origin: Annotated[
        str | None, typer.Option(metavar="PARTY", help="The party whose information it is; ours if absent.")
    ] = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a file for a served node to take in: by whichever of its processes gets to it first.

    What is wrong with it is seen only then: `list` shows a file that was given up, with the reason.
    """
    from sepakat.exchange.taking_in import Provenance
    from sepakat.exchange.working import ask_to_take_in
    from sepakat.intake.formats import MOST_BYTES
    from sepakat.stix.identifiers import PartyId

    provenance = Provenance(file, person(by), PartyId(origin) if origin else None)
    job = ask_to_take_in(open_named(node), read_input(file, MOST_BYTES), provenance)
    if as_json:
        say_json({"kind": job.kind, "job": job.subject})
        return
    say(f"Kept {file}; job {job.subject} takes it in.")


@app.command("again")
def again(job: JobArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Let a job be done again, at once."""
    from sepakat.exchange.working import do_again

    found = do_again(open_named(node), job)
    if as_json:
        say_json({"kind": found.kind, "job": found.subject, "due_at": found.due_at})
        return
    say(f"{found.kind} {found.subject} is due now.")


@app.command("remove")
def remove(job: JobArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Give a job up for good, with the file that was kept for it."""
    from sepakat.exchange.working import remove_job

    found = remove_job(open_named(node), job)
    if as_json:
        say_json({"kind": found.kind, "job": found.subject})
        return
    say(f"Removed {found.kind} {found.subject}.")
