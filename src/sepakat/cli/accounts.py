"""`sepakat account`: credentials with which a partner's TAXII client reads what that partner may have."""

from __future__ import annotations

from typing import Annotated

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import at_minute, instant, say, say_fields, say_json, say_table

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


@app.command("disable")
def disable(
    name: Annotated[str, typer.Argument(help="The account's name.", show_default=False)], *, node: NodeOption = None
) -> None:
    """Keep a client out from its next request on."""
    from sepakat.exchange.people import disable_account

    disable_account(open_named(node), name)
    say(f"Account {name} is disabled.")
