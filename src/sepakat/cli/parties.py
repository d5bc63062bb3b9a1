"""`sepakat party`: who the partners are, their cards and fingerprints, and our own card."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.deliveries import delivery_as_json, say_delivery
from sepakat.cli.options import JsonOption, NodeOption, named_folder, open_named, read_input
from sepakat.cli.printing import at_minute, instant, say, say_fields, say_json, say_raw, say_table
from sepakat.errors import InputError

if TYPE_CHECKING:
    from sepakat.exchange.records import Party

app = typer.Typer(help="Partners, their cards, and our own.", no_args_is_help=True)

PartyArgument = Annotated[str, typer.Argument(metavar="PARTY", help="The party's id.", show_default=False)]


@app.command("card")
def card(
    *,
    fingerprint: Annotated[
        bool, typer.Option("--fingerprint", help="Print only the fingerprint, to read to a partner.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the card to this file.")] = None,
    node: NodeOption = None,
) -> None:
    """Print our card (JSON): who we are, our key, our address. Partners add it with `sepakat party add`."""
    import json

    from sepakat.exchange.parties import fingerprint_of, own_card

    document = own_card(open_named(node))
    if fingerprint:
        say(fingerprint_of(document))
        return
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        say_raw(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError("file-unwritable", f"card not written to {output}: {error.strerror}") from error
    say(f"Card written to {output}; its fingerprint is {fingerprint_of(document)}")


@app.command("add")
def add(
    card: Annotated[
        str | None,
        typer.Argument(metavar="CARD", help="The card: a file, `-`, or the partner's address (https://...)."),
    ] = None,
    *,
    fingerprint: Annotated[
        str | None,
        typer.Option(help="The fingerprint that the partner read to you. Asked for at the terminal if absent."),
    ] = None,
    client: Annotated[bool, typer.Option("--client", help="It is our client, in the sense of TLP:AMBER.")] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Take a new key that no earlier one vouches for (a lost key).")
    ] = False,
    without_node: Annotated[
        str | None, typer.Option("--without-node", metavar="ID", help="Add a partner that runs no node, by its id.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="With --without-node: its name.")] = None,
    country: Annotated[str | None, typer.Option(metavar="ISO", help="With --without-node: its country.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a partner by its card, after comparing the fingerprint by another way than the card came."""
    from sepakat.exchange.parties import add_partner, add_party
    from sepakat.stix.identifiers import PartyId

    if (card is None) == (without_node is None):
        raise typer.BadParameter("give either a CARD or --without-node ID")
    opened = open_named(node)
    if without_node is not None:
        added = add_partner(opened, PartyId(without_node), name or without_node, country, is_client=client)
    else:
        document = _read_card(str(card))
        shown = fingerprint if fingerprint is not None else _compared(document)
        added = add_party(opened, document, shown, is_client=client, renew=renew)
    if as_json:
        say_json(_as_json(added))
        return
    say(f"Added {added.id} ({added.name}){', our client' if added.is_client else ''}.")


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List all known parties, ours among them."""
    from sepakat.exchange.parties import list_parties

    parties = list_parties(open_named(node))
    if as_json:
        say_json([_as_json(party) for party in parties])
        return
    rows = [(one.id, one.name, one.country, _sort(one), one.address, at_minute(one.added_at)) for one in parties]
    say_table(
        ("id", "name", "country", "", "address", "known since"), [[*map(_cell, row)] for row in rows], "No parties."
    )


@app.command("show")
def show(party: PartyArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Show one party: identity, keys, fingerprint, address."""
    from sepakat.exchange.parties import show_party
    from sepakat.stix.identifiers import PartyId

    found = show_party(open_named(node), PartyId(party))
    document = _as_json(found)
    if as_json:
        say_json(document)
        return
    fields = {**document, "keys": ", ".join(found.keys), "identity": found.identity.id, "sort": _sort(found)}
    say_fields([(name.replace("_", " "), value) for name, value in fields.items() if not isinstance(value, bool)])


@app.command("client")
def client(
    party: PartyArgument,
    *,
    listed: Annotated[bool, typer.Option("--yes/--no", help="Whether it is our client.")] = True,
    node: NodeOption = None,
) -> None:
    """List a party as our client, or no longer: TLP:AMBER may reach clients where an agreement says so."""
    from sepakat.exchange.parties import set_client
    from sepakat.stix.identifiers import PartyId

    set_client(open_named(node), PartyId(party), is_client=listed)
    say(f"{party} is {'now' if listed else 'no longer'} listed as our client.")


@app.command("rotate-key")
def rotate_key(
    *,
    stolen_since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="The key before may be in other hands since then: nothing that it signed later counts."
        ),
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change our signing key: the one before vouches for the new one, and every partner with a node is told.

    Partners take it without a person's help. The node may be served meanwhile. After a theft, read the new fingerprint
    to your partners as well: a thief could have sent them a card, too.
    """
    from sepakat.cli.views import instant_option
    from sepakat.composition import rotate_key as use_case
    from sepakat.exchange.messaging import deliver
    from sepakat.exchange.parties import fingerprint_of, own_card

    opened = open_named(node)
    use_case(named_folder(node), opened, stolen_since=instant_option(stolen_since))
    report = deliver(opened)
    fingerprint = fingerprint_of(own_card(opened))
    if as_json:
        say_json({"party": opened.party, "fingerprint": fingerprint, **delivery_as_json(report)})
        return
    say(f"New key for {opened.party}. Its fingerprint is {fingerprint}")
    say_delivery(report)


def _read_card(where: str) -> bytes:
    from sepakat.exchange.parties import MAX_CARD

    if where.startswith(("https://", "http://")):
        from sepakat.remote.cards import fetch_card

        return fetch_card(where)
    return read_input(where, MAX_CARD)


def _compared(document: bytes) -> str:
    """The fingerprint of a card, once a person at the terminal says that the partner has the same."""
    from sepakat.exchange.parties import read_card

    card = read_card(document).card
    if not sys.stdin.isatty():
        raise InputError(
            "fingerprint-missing",
            f"card of {card.party} not added: its fingerprint was not compared",
            "let the partner read it to you and give it with --fingerprint",
        )
    say(f"The card is that of {card.party} ({card.name}). Its fingerprint is\n\n    {card.fingerprint}\n")
    if not typer.confirm(f"Does {card.party} read the same to you?"):
        raise InputError("fingerprint-differs", f"card of {card.party} not added: the fingerprint is not the same")
    return card.fingerprint


def _sort(party: Party) -> str:
    if party.is_self:
        return "this node"
    return " ".join(filter(None, ("" if party.card else "without a node", "client" if party.is_client else "")))


def _as_json(party: Party) -> dict[str, Any]:
    from sepakat.exchange.parties import fingerprint_of

    card: Mapping[str, Any] | None = party.card
    return {
        "id": party.id,
        "name": party.name,
        "country": party.country,
        "identity": dict(party.identity.content),
        "is_self": party.is_self,
        "is_client": party.is_client,
        "address": party.address,
        "keys": list(party.keys),
        "fingerprint": fingerprint_of(card) if card is not None else None,
        "added_at": instant(party.added_at),
    }


def _cell(value: object) -> object:
    return "" if value is None else value
