"""`sepakat init`: a party's node, made in a folder, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sepakat.cli.options import JsonOption, ask_passphrase
from sepakat.cli.printing import say, say_json
from sepakat.errors import InputError

ADMINISTRATOR = "admin"
"""The name of the first user."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", show_default=False)],
    *,
    party: Annotated[
        str, typer.Option(metavar="ID", help="The party's short id: `us`, `cert-nl`.", show_default=False)
    ],
    name: Annotated[str, typer.Option(help="The party's name.", show_default=False)],
    country: Annotated[str | None, typer.Option(metavar="ISO", help="Its country, two letters (ISO 3166-1).")] = None,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Keep the keys under a passphrase, asked for at the terminal.")
    ] = False,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Keep the store in an empty PostgreSQL database: postgresql://USER@HOST/DB."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a node: keys, settings and store in a new folder, and an administrator of its pages.

    The administrator's password is made up and shown once. The keys are readable by you alone (0600). With
    SEPAKAT_PASSPHRASE in the environment, or --passphrase, they are also encrypted; every later command needs the
    passphrase then.
    """
    from sepakat.composition import close_node, create_node, passphrase_from_environment, random_password
    from sepakat.exchange.parties import fingerprint_of, own_card
    from sepakat.exchange.people import add_user
    from sepakat.exchange.records import Role
    from sepakat.stix.identifiers import PartyId

    phrase = passphrase_from_environment()
    if passphrase and phrase is None:
        phrase = ask_passphrase("Passphrase: ")
        if not phrase or phrase != ask_passphrase("Again: "):
            raise InputError("passphrase-differs", "node not created: the two passphrases are not the same, or empty")
    node = create_node(folder, PartyId(party), name, country, phrase, store)
    fingerprint = fingerprint_of(own_card(node))
    password = random_password()
    add_user(node, ADMINISTRATOR, Role.ADMINISTRATOR, password)
    close_node(node)
    if as_json:
        made = {"folder": str(folder), "party": party, "name": name, "fingerprint": fingerprint}
        say_json({**made, "administrator": ADMINISTRATOR, "password": password})
        return
    say(f"Made the node of {party} ({name}) in {folder}.")
    say(f"Fingerprint of its key: {fingerprint}")
    say(f"User {ADMINISTRATOR} may sign in to the pages as administrator. Password (shown once): {password}")
    say(f"Next: `sepakat serve {folder}`, and `sepakat party card --node {folder}` for your partners.")
