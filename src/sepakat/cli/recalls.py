"""`sepakat recall` and `sepakat recalls`: taking back what was given, and answering those who take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sepakat.cli.deliveries import delivery_as_json, say_delivery
from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import at_minute, instant, say, say_json, say_table

if TYPE_CHECKING:
    from sepakat.exchange.recalling import RecallChange
    from sepakat.exchange.records import Recall, RecallAnswer

app = typer.Typer(help="Recalls, ours and those we received, with their answers.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands of this module that have no noun."""
    root.command("recall")(recall)


def recall(
    object_id: Annotated[str, typer.Argument(metavar="ID", help="The object's STIX id.", show_default=False)],
    *,
    reason: Annotated[str, typer.Option(help="Why; whoever holds it reads it.", show_default=False)],
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="AGREEMENT:PARTY", help="Only from this view; repeatable. From all if absent."),
    ] = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an object back from everybody who holds it: own objects are revoked, holders hide it and answer."""
    from sepakat.exchange.recalling import recall as use_case
    from sepakat.release.question import ViewKey
    from sepakat.stix.identifiers import AgreementId, PartyId, StixId

    views = []
    for text in to or ():
        agreement, colon, party = text.partition(":")
        if not colon:
            raise typer.BadParameter(f"expected AGREEMENT:PARTY, found {text}")
        views.append(ViewKey(AgreementId(agreement), PartyId(party)))
    change = use_case(open_named(node), StixId(object_id), reason, by=person(by), views=views or None)
    _say(change, f"Recalled {object_id} (recall {change.recall.id}).", as_json=as_json)


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List all recalls with what each holder says it did, newest first."""
    from sepakat.exchange.recalling import list_recalls

    recalls = list_recalls(open_named(node))
    if as_json:
        say_json([_as_json(one) for one in recalls])
        return
    rows = [
        (one.id, _whose(one), one.original, one.reason, at_minute(one.at), "\n".join(map(_words, one.answers)))
        for one in recalls
    ]
    say_table(("recall", "by", "object", "reason", "at", "answers"), rows, "No recalls.")


@app.command("answer")
def answer(
    recall_id: Annotated[
        str, typer.Argument(metavar="RECALL", help="The recall's id, from `sepakat recalls list`.", show_default=False)
    ],
    *,
    action: Annotated[
        Literal["deleted", "restricted", "kept-by-law"], typer.Option(help="What became of it.", show_default=False)
    ],
    ground: Annotated[str | None, typer.Option(help="With kept-by-law: the legal ground.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell the giver what became of what it recalled; `deleted` removes it here for good.

    By itself the node hides it at once and answers `restricted`.
    """
    from sepakat.exchange.recalling import answer_recall

    change = answer_recall(open_named(node), recall_id, action, ground)
    _say(change, f"Answered recall {recall_id}: {action}.", as_json=as_json)


def _say(change: RecallChange, text: str, *, as_json: bool) -> None:
    if as_json:
        say_json({**_as_json(change.recall), **delivery_as_json(change.delivery)})
        return
    say(text)
    for one in change.recall.answers:
        say(f"  {_words(one)}")
    say_delivery(change.delivery)


def _words(answer: RecallAnswer) -> str:
    who = f"{answer.party} (by way of {answer.via})" if answer.via else answer.party
    ground = f": {answer.ground}" if answer.ground else ""
    return f"{who}: {answer.action or 'no answer yet'}{ground}"


def _whose(recall: Recall) -> str:
    return recall.counterpart or "us"


def _as_json(recall: Recall) -> dict[str, Any]:
    return {
        "id": recall.id,
        "direction": recall.direction.value,
        "counterpart": recall.counterpart,
        "object": recall.original,
        "objects": list(recall.objects),
        "views": [{"agreement": view.agreement, "taker": view.taker} for view in recall.views],
        "reason": recall.reason,
        "at": instant(recall.at),
        "respond_by": instant(recall.respond_by),
        "answers": [
            {
                "party": one.party,
                "action": one.action,
                "ground": one.ground,
                "at": instant(one.at),
                "via": one.via,
            }
            for one in recall.answers
        ],
    }
