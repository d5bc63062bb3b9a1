"""`sepakat communities`: the rosters of communities that agreements can name as takers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import at_minute, instant, say_fields, say_json, say_table

if TYPE_CHECKING:
    from sepakat.exchange.records import Community

app = typer.Typer(help="Communities and who is in them.", no_args_is_help=True)

CommunityArgument = Annotated[str, typer.Argument(metavar="COMMUNITY", help="The community's id.", show_default=False)]


@app.command("create")
def create(
    community: CommunityArgument,
    members: Annotated[list[str], typer.Argument(metavar="PARTY...", help="Its members.", show_default=False)],
    *,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down a community's roster, which replaces the one before from now on."""
    from sepakat.exchange.parties import put_community
    from sepakat.stix.identifiers import PartyId

    _shown(put_community(open_named(node), community, [PartyId(member) for member in members]), as_json=as_json)


@app.command("add")
def add(
    community: CommunityArgument,
    party: Annotated[str, typer.Argument(metavar="PARTY", help="The new member.", show_default=False)],
    *,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a member from now on."""
    from sepakat.exchange.parties import add_member
    from sepakat.stix.identifiers import PartyId

    _shown(add_member(open_named(node), community, PartyId(party)), as_json=as_json)


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List the communities as they stand."""
    from sepakat.exchange.parties import list_communities

    communities = list_communities(open_named(node))
    if as_json:
        say_json([_as_json(one) for one in communities])
        return
    rows = [(one.id, ", ".join(one.members), at_minute(one.at)) for one in communities]
    say_table(("id", "members", "since"), rows, "No communities.")


@app.command("show")
def show(community: CommunityArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Show one community."""
    from sepakat.exchange.parties import show_community

    _shown(show_community(open_named(node), community), as_json=as_json)


def _shown(roster: Community, *, as_json: bool) -> None:
    if as_json:
        say_json(_as_json(roster))
        return
    say_fields((("community", roster.id), ("members", ", ".join(roster.members)), ("since", at_minute(roster.at))))


def _as_json(roster: Community) -> dict[str, Any]:
    return {"id": roster.id, "members": list(roster.members), "at": instant(roster.at)}
