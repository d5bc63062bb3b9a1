"""`sepakat account`: credentials with which a partner's TAXII client reads what that partner may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from sepakat.cli.client_settings import CLIENTS, Place, Settings, settings_for
from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import at_minute, instant, say, say_fields, say_json, say_table
from sepakat.errors import InputError

if TYPE_CHECKING:
    from sepakat.exchange.clients import Client

app = typer.Typer(help="Credentials for partners' TAXII clients.", no_args_is_help=True)


@app.command("add")
def add(
    party: Annotated[str, typer.Argument(help="The party that the client reads for.", show_default=False)],
    *,
    name: Annotated[str | None, typer.Option(help="The account's name; the party's id if absent.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an account; its password and its token are shown once."""
    from sepakat.composition import random_password, read_settings
    from sepakat.exchange.people import TOKEN_BYTES, add_account
    from sepakat.stix.identifiers import PartyId

    opened = open_named(node)
    password, token = random_password(), random_password(TOKEN_BYTES)
    account = add_account(opened, PartyId(party), password, token, name)
    assert node is not None
    address = read_settings(node).address
    discovery = f"{address.rstrip('/')}/taxii2/" if address else None
    if as_json:
        say_json(
            {
                "name": account.name,
                "party": account.party,
                "password": password,
                "token": token,
                "discovery": discovery,
            }
        )
        return
    say(f"Account for {party}; password and token are shown once.")
    say_fields(
        (
            ("discovery", discovery or "the node's address with /taxii2/ (it was never served yet)"),
            ("version", "TAXII 2.1, STIX 2.1"),
            ("user", account.name),
            ("password", password),
            ("or bearer token", token),
        )
    )


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List the accounts."""
    from sepakat.exchange.people import list_accounts

    accounts = list_accounts(open_named(node))
    if as_json:
        say_json(
            [
                {
                    "name": account.name,
                    "party": account.party,
                    "created_at": instant(account.created_at),
                    "disabled_at": instant(account.disabled_at),
                }
                for account in accounts
            ]
        )
        return
    rows = [(one.name, one.party, at_minute(one.created_at), at_minute(one.disabled_at)) for one in accounts]
    say_table(("name", "party", "made", "disabled"), rows, "No accounts; `sepakat account add PARTY` makes one.")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The account's name.", show_default=False)],
    *,
    client: Annotated[
        str | None, typer.Option(metavar="CLIENT", help=f"Settings of one client alone: {', '.join(CLIENTS)}.")
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a client may read, when it last did, what is still unread, and what to type into it."""
    from sepakat.composition import read_settings
    from sepakat.exchange.clients import client_of

    if client is not None and client not in CLIENTS:
        raise InputError("client-unknown", f"no settings for {client}: expected one of {', '.join(CLIENTS)}")
    opened = open_named(node)
    found = client_of(opened, name)
    assert node is not None
    address = read_settings(node).address or "https://HOST"
    first = found.readings[0].collection if found.readings else None
    place = Place(
        address,
        name,
        first.id if first else "",
        first.title if first else "",
        found.inboxes[0].id if found.inboxes else "",
    )
    settings = {one: settings_for(one, place) for one in ([client] if client else CLIENTS)}
    if as_json:
        say_json(_as_document(found, place, settings))
        return
    say_fields(
        (
            ("account", name),
            ("party", found.account.party),
            ("made", at_minute(found.account.created_at)),
            ("disabled", at_minute(found.account.disabled_at)),
            ("last poll", at_minute(found.last_poll_at) or "never"),
            ("unread", sum(one.unread for one in found.readings)),
            ("discovery", place.discovery),
            ("API root", place.api_root),
        )
    )
    rows = [
        (made.title, made.id, "yes" if one.is_in_force else "no", at_minute(one.last_poll_at), one.unread)
        for made, one in ((one.collection, one) for one in found.readings)
    ]
    say()
    say_table(("collection", "id", "in force", "last poll", "unread"), rows, "It has no collection to read.")
    if found.inboxes:
        say()
        say_table(("inbox", "id"), [(one.title, one.id) for one in found.inboxes], "")
    for one, fields in settings.items():
        say()
        say(CLIENTS[one][0])
        say_fields((f"  {setting}", value) for setting, value in fields)


def _as_document(found: Client, place: Place, settings: Mapping[str, Settings]) -> dict[str, object]:
    return {
        "name": found.account.name,
        "party": found.account.party,
        "created_at": instant(found.account.created_at),
        "disabled_at": instant(found.account.disabled_at),
        "last_poll_at": instant(found.last_poll_at),
        "discovery": place.discovery,
        "api_root": place.api_root,
        "collections": [
            {
                "id": one.collection.id,
                "title": one.collection.title,
                "in_force": one.is_in_force,
                "last_poll_at": instant(one.last_poll_at),
                "unread": one.unread,
            }
            for one in found.readings
        ],
        "inboxes": [{"id": one.id, "title": one.title} for one in found.inboxes],
        "settings": {one: dict(fields) for one, fields in settings.items()},
    }


@app.command("disable")
def disable(
    name: Annotated[str, typer.Argument(help="The account's name.", show_default=False)], *, node: NodeOption = None
) -> None:
    """Keep a client out from its next request on."""
    from sepakat.exchange.people import disable_account

    disable_account(open_named(node), name)
    say(f"Account {name} is disabled.")
