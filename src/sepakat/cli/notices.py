"""`sepakat notices` and `sepakat correct`: what partners are told beside the objects, and that a person has seen it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.deliveries import delivery_as_json, say_delivery
from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import at_minute, instant, say, say_json, say_table
from sepakat.cli.views import instant_option
from sepakat.errors import InputError

if TYPE_CHECKING:
    from sepakat.exchange.messaging import DeliveryReport
    from sepakat.exchange.notices import Notice

app = typer.Typer(help="Urgent notices and corrections, ours and those we received.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands of this module that have no noun."""
    root.command("correct")(correct)


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List all urgent notices and corrections, both ways, newest first."""
    from sepakat.exchange.notices import list_notices

    notices = list_notices(open_named(node))
    if as_json:
        say_json([_as_json(one) for one in notices])
        return
    rows = [
        (
            one.hash[:16],
            one.kind,
            _way(one),
            "\n".join(one.objects),
            one.text,
            at_minute(one.at),
            at_minute(one.acknowledge_by),
            f"seen {at_minute(one.seen_at)}" if one.seen_at else "",
        )
        for one in notices
    ]
    say_table(("notice", "kind", "way", "objects", "text", "at", "to be seen by", ""), rows, "No notices.")


@app.command("give")
def give(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Who shall read it.", show_default=False)],
    objects: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Objects that it has from us.", show_default=False)
    ],
    *,
    text: Annotated[str, typer.Option(help="What it is about.", show_default=False)],
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="TIME",
            help="By when a person shall have seen it: 2026-01-31T12:00:00Z.",
            show_default=False,
        ),
    ],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a partner to read objects now, and to say that a person has."""
    from sepakat.exchange.notices import give_notice
    from sepakat.stix.identifiers import PartyId, StixId

    due = instant_option(by)
    assert due is not None, "the option is required"
    report = give_notice(open_named(node), PartyId(party), [StixId(one) for one in objects], text, due)
    _say(report, f"Notice to {party} about {len(objects)} of what it has from us.", as_json=as_json)


@app.command("acknowledge")
def acknowledge(
    notice: Annotated[
        str,
        typer.Argument(
            metavar="NOTICE", help="Its hash, or the beginning of it, from `sepakat notices list`.", show_default=False
        ),
    ],
    *,
    text: Annotated[str | None, typer.Option(help="What is done about it.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say to a partner that a person here has seen its notice or correction."""
    from sepakat.exchange.notices import acknowledge as use_case
    from sepakat.exchange.notices import list_notices
    from sepakat.exchange.records import Direction

    opened = open_named(node)
    found = [one.hash for one in list_notices(opened) if one.direction is Direction.IN and one.hash.startswith(notice)]
    if len(found) > 1:
        raise InputError(
            "notice-ambiguous", f"notice {notice} not acknowledged: {len(found)} begin so", "give more of it"
        )
    _say(use_case(opened, found[0] if found else notice, text), "Acknowledged.", as_json=as_json)


def correct(
    object_id: Annotated[str, typer.Argument(metavar="ID", help="The object's STIX id.", show_default=False)],
    *,
    reason: Annotated[str, typer.Option(help="What was wrong; whoever has it reads it.", show_default=False)],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell everybody who has an object what was wrong with the version before its newest, wherever it went.

    Take the corrected version in first: it travels through the views like any other.
    """
    from sepakat.exchange.notices import correct as use_case
    from sepakat.stix.identifiers import StixId

    report = use_case(open_named(node), StixId(object_id), reason)
    _say(report, f"Corrected {object_id}.", as_json=as_json)


def _say(report: DeliveryReport, text: str, *, as_json: bool) -> None:
    if as_json:
        say_json(delivery_as_json(report))
        return
    say(text)
    say_delivery(report)


def _way(notice: Notice) -> str:
    from sepakat.exchange.records import Direction

    return f"to {notice.counterpart}" if notice.direction is Direction.OUT else f"from {notice.counterpart}"


def _as_json(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice.hash,
        "kind": notice.kind,
        "direction": notice.direction.value,
        "counterpart": notice.counterpart,
        "objects": list(notice.objects),
        "text": notice.text,
        "at": instant(notice.at),
        "acknowledge_by": instant(notice.acknowledge_by),
        "seen_at": instant(notice.seen_at),
    }
