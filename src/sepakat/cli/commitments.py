"""`sepakat commitments`: who offered or promised what to whom, and what became of it by whose word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sepakat.cli import claim_options as options
from sepakat.cli.claim_rows import as_json, short
from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import at_minute, instant, say, say_json, say_table

if TYPE_CHECKING:
    from sepakat.exchange.committing import CommitmentLine

app = typer.Typer(
    help="Commitments: offers (`sepakat claims make --kind offer`) and what became of them.", no_args_is_help=True
)


@app.command("list")
def list_(*, node: NodeOption = None, as_json_: JsonOption = False) -> None:
    """List offers with who made them to whom, and the step at which each side sees them."""
    from sepakat.exchange.committing import list_commitments

    lines = list_commitments(open_named(node))
    if as_json_:
        say_json([_as_json(line) for line in lines])
        return
    rows = [
        (
            line.commitment.offer.id,
            _named(line, line.commitment.offer.claim.speaker_ref or ""),
            ", ".join(_named(line, one) for one in line.commitment.to),
            short(line.commitment.offer),
            ", ".join(line.commitment.statuses),
            "\n".join(f"{_named(line, who)}: {status}" for who, status in line.commitment.said.items()),
        )
        for line in lines
    ]
    say_table(("offer", "by", "to", "what", "status", "by whose word"), rows, "No offers.")


@app.command("show")
def show(
    offer: Annotated[str, typer.Argument(metavar="ID", help="The offer's STIX id.", show_default=False)],
    *,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Show an offer with every step that somebody said, oldest first."""
    from sepakat.exchange.committing import show_commitment
    from sepakat.stix.identifiers import StixId

    line = show_commitment(open_named(node), StixId(offer))
    if as_json_:
        say_json(_as_json(line))
        return
    made = line.commitment
    told = [("offered", made.offer), *((one.status, one.telling) for one in made.steps)]
    rows = [
        (status, at_minute(one.created), _named(line, one.claim.speaker_ref or ""), short(one)) for status, one in told
    ]
    say_table(("step", "said", "by", "what"), rows, "")


@app.command("mark")
def mark(
    offer: Annotated[str, typer.Argument(metavar="ID", help="The offer's STIX id.", show_default=False)],
    status: Annotated[
        Literal["accepted", "begun", "done", "withdrawn"], typer.Argument(help="The step.", show_default=False)
    ],
    *,
    text: Annotated[str, typer.Option(help="In words.", show_default=False)],
    speaker: Annotated[str | None, typer.Option(metavar="ID", help="Who says it; this party if absent.")] = None,
    marking: options.MarkOption = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Say that a step of a commitment was taken: a claim beside the offer; nobody's word is changed."""
    from sepakat.claims.claim import Claim
    from sepakat.exchange.claiming import Draft
    from sepakat.exchange.committing import say_step
    from sepakat.stix.identifiers import StixId

    claim = Claim("report", speaker_ref=StixId(speaker) if speaker else None)
    draft = Draft(claim, text, about=(StixId(offer),), markings=options.markings_of(marking))
    made = say_step(open_named(node), StixId(offer), status, draft, person(by))
    if as_json_:
        say_json(as_json(made))
        return
    say(f"{offer}: {status}, by {made.id}.")


def _named(line: CommitmentLine, id_: str) -> str:
    return line.names.get(id_, id_)


def _as_json(line: CommitmentLine) -> dict[str, Any]:
    made = line.commitment
    return {
        "offer": as_json(made.offer),
        "to": [{"id": one, "name": line.names.get(one)} for one in made.to],
        "statuses": list(made.statuses),
        "said": [{"by": who, "name": line.names.get(who), "status": status} for who, status in made.said.items()],
        "steps": [
            {"status": one.status, "at": instant(one.telling.created), "claim": as_json(one.telling)}
            for one in made.steps
        ],
    }
