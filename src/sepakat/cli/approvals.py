"""`sepakat approvals`: what waits for a person's yes before it goes to a partner."""

from __future__ import annotations

from typing import Annotated

import typer

from sepakat.cli.objects import say_released
from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import say_json, say_table

app = typer.Typer(help="What waits for a person's approval.", no_args_is_help=True)

ObjectArgument = Annotated[str, typer.Argument(metavar="ID", help="The object's STIX id.", show_default=False)]
ToOption = Annotated[str, typer.Option("--to", metavar="PARTY", help="The taker.", show_default=False)]
AgreementOption = Annotated[
    str, typer.Option("--agreement", metavar="AGREEMENT", help="Under which agreement.", show_default=False)
]


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List the objects that lack nothing but approval."""
    from sepakat.exchange.approving import waiting
    from sepakat.release.explanation import sentence

    found = waiting(open_named(node))
    if as_json:
        say_json(
            [
                {
                    "id": one.version[0],
                    "version": one.version[1],
                    "agreement": one.view.agreement,
                    "taker": one.view.taker,
                    "approved_by": list(one.approvers),
                    "sentence": sentence(one.decision),
                }
                for one in found
            ]
        )
        return
    rows = [(one.version[0], one.view.taker, one.view.agreement, ", ".join(one.approvers)) for one in found]
    say_table(("id", "to", "agreement", "approved by"), rows, "Nothing waits for approval.")


@app.command("give")
def give(
    object_id: ObjectArgument,
    *,
    to: ToOption,
    agreement: AgreementOption,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve that the newest version of an object goes to a party under an agreement."""
    _decide(object_id, (agreement, to), by, node, is_given=True, as_json=as_json)


@app.command("refuse")
def refuse(
    object_id: ObjectArgument,
    *,
    to: ToOption,
    agreement: AgreementOption,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse, or take back, an approval; the last word of a person counts."""
    _decide(object_id, (agreement, to), by, node, is_given=False, as_json=as_json)


def _decide(
    object_id: str, view: tuple[str, str], by: str | None, node: NodeOption, *, is_given: bool, as_json: bool
) -> None:
    from sepakat.exchange.approving import approve
    from sepakat.release.question import ViewKey
    from sepakat.stix.identifiers import AgreementId, PartyId, StixId

    key = ViewKey(AgreementId(view[0]), PartyId(view[1]))
    summary = approve(open_named(node), StixId(object_id), key, person(by), is_given=is_given)
    text = (
        f"{'Approved' if is_given else 'Refused'}: {object_id} to {key.taker} under {key.agreement}, by {person(by)}."
    )
    say_released(summary, text, as_json=as_json)
