"""`sepakat user`: the persons who sign in to the node's pages."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import at_minute, instant, say, say_json, say_table

app = typer.Typer(help="The persons who sign in to the pages.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The user's name.", show_default=False)]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input; else one is made up.")
]


@app.command("add")
def add(
    name: NameArgument,
    *,
    role: Annotated[
        Literal["analyst", "releaser", "administrator", "overseer"], typer.Option(help="What the user may do.")
    ] = "analyst",
    password_stdin: StdinOption = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a user. A password that is made up is shown once."""
    from sepakat.exchange.people import add_user
    from sepakat.exchange.records import Role

    password, is_given = _password(is_given=password_stdin)
    user = add_user(open_named(node), name, Role(role), password)
    if as_json:
        say_json({"name": user.name, "role": user.role.value, **({} if is_given else {"password": password})})
        return
    say(f"User {user.name} may sign in as {user.role.value}.")
    if not is_given:
        say(f"Password (shown once): {password}")


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List the users."""
    from sepakat.exchange.people import list_users

    users = list_users(open_named(node))
    if as_json:
        say_json(
            [
                {
                    "name": user.name,
                    "role": user.role.value,
                    "created_at": instant(user.created_at),
                    "disabled_at": instant(user.disabled_at),
                }
                for user in users
            ]
        )
        return
    rows = [(user.name, user.role.value, at_minute(user.created_at), at_minute(user.disabled_at)) for user in users]
    say_table(("name", "role", "made", "disabled"), rows, "No users; `sepakat user add NAME` makes one.")


@app.command("disable")
def disable(name: NameArgument, *, node: NodeOption = None) -> None:
    """Keep a user out. The name stays in the records; a new password lets the user in again."""
    from sepakat.exchange.people import disable_user

    disable_user(open_named(node), name)
    say(f"User {name} is disabled.")


@app.command("password")
def password_(
    name: NameArgument, *, password_stdin: StdinOption = False, node: NodeOption = None, as_json: JsonOption = False
) -> None:
    """Give a user a new password."""
    from sepakat.exchange.people import set_password

    password, is_given = _password(is_given=password_stdin)
    set_password(open_named(node), name, password)
    if as_json:
        say_json({"name": name, **({} if is_given else {"password": password})})
        return
    say(f"User {name} has a new password." if is_given else f"New password of {name} (shown once): {password}")


def _password(*, is_given: bool) -> tuple[str, bool]:
    from sepakat.composition import random_password

    return (sys.stdin.readline().rstrip("\r\n"), True) if is_given else (random_password(), False)
