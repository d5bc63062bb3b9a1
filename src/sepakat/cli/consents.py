"""`sepakat consent`: may what came from one party go on to a third? Asked, granted, denied, withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.deliveries import delivery_as_json, say_delivery
from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import at_minute, instant, say, say_json, say_table
from sepakat.cli.views import instant_option

if TYPE_CHECKING:
    from sepakat.exchange.consenting import ConsentChange
    from sepakat.exchange.records import Consent

app = typer.Typer(help="Consent to pass on what came from another.", no_args_is_help=True)

RequestArgument = Annotated[
    str, typer.Argument(metavar="REQUEST", help="The request's id, from `sepakat consent list`.", show_default=False)
]


@app.command("request")
def request(
    object_id: Annotated[str, typer.Argument(metavar="ID", help="The object's STIX id.", show_default=False)],
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="PARTY", help="The third party that shall have it.", show_default=False)
    ],
    purpose: Annotated[str, typer.Option(help="What for; the origin reads it.", show_default=False)],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask every origin of an object whether it may go on to a third party."""
    from sepakat.exchange.consenting import request_consent
    from sepakat.stix.identifiers import PartyId, StixId

    change = request_consent(open_named(node), StixId(object_id), PartyId(to), purpose)
    _say(change, "asked", as_json=as_json)


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List all requests, ours and others', newest first."""
    from sepakat.exchange.consenting import list_consents

    consents = list_consents(open_named(node))
    if as_json:
        say_json([_as_json(one) for one in consents])
        return
    rows = [
        (one.id, _who(one), one.object_id, one.party, one.purpose, at_minute(one.asked_at), _state(one))
        for one in consents
    ]
    say_table(("request", "who", "object", "to", "purpose", "asked", "state"), rows, "No requests.")


@app.command("grant")
def grant(
    request: RequestArgument,
    *,
    conditions: Annotated[str | None, typer.Option(help="On which conditions.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Until when, such as 2026-12-31T00:00:00Z.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say yes to a request."""
    from sepakat.exchange.consenting import grant_consent

    change = grant_consent(open_named(node), request, conditions=conditions, until=instant_option(until))
    _say(change, "granted", as_json=as_json)


@app.command("deny")
def deny(
    request: RequestArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why; the one who asks reads it.", show_default=False)],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say no to a request."""
    from sepakat.exchange.consenting import deny_consent

    _say(deny_consent(open_named(node), request, reason), "denied", as_json=as_json)


@app.command("withdraw")
def withdraw(
    request: RequestArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why; the partner reads it.", show_default=False)],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a grant back: what went on under it is recalled."""
    from sepakat.exchange.consenting import withdraw_consent

    _say(withdraw_consent(open_named(node), request, reason), "withdrawn", as_json=as_json)


def _say(change: ConsentChange, done: str, *, as_json: bool) -> None:
    if as_json:
        say_json({"consents": [_as_json(one) for one in change.consents], **delivery_as_json(change.delivery)})
        return
    for one in change.consents:
        say(f"Request {one.id}: {_who(one)}, {one.object_id} to {one.party}: {done}.")
    say_delivery(change.delivery)


def _who(consent: Consent) -> str:
    from sepakat.exchange.records import Direction

    return f"we ask {consent.counterpart}" if consent.direction is Direction.OUT else f"{consent.counterpart} asks us"


def _state(consent: Consent) -> str:
    if consent.withdrawn_at is not None:
        return f"withdrawn {at_minute(consent.withdrawn_at)}"
    if consent.granted is None:
        return "open"
    if not consent.granted:
        return f"denied: {consent.reason or ''}"
    return f"granted{f' until {at_minute(consent.until)}' if consent.until else ''}"


def _as_json(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "direction": consent.direction.value,
        "counterpart": consent.counterpart,
        "object": consent.object_id,
        "party": consent.party,
        "purpose": consent.purpose,
        "asked_at": instant(consent.asked_at),
        "granted": consent.granted,
        "answered_at": instant(consent.answered_at),
        "reason": consent.reason,
        "conditions": consent.conditions,
        "until": instant(consent.until),
        "withdrawn_at": instant(consent.withdrawn_at),
    }
