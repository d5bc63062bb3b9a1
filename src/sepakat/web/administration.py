"""The page of those who run the node: users, parties, keys, clients' accounts, health, and who read what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias

from starlette.responses import RedirectResponse, Response

from sepakat.errors import InputError, NotPermitted
from sepakat.exchange import people
from sepakat.exchange.parties import add_partner
from sepakat.exchange.records import Role
from sepakat.exchange.running import node_health
from sepakat.stix.identifiers import PartyId
from sepakat.web.asking import Ask, Handler
from sepakat.web.rendering import page

PASSWORD_BYTES = 15

ChangeKey: TypeAlias = Callable[[datetime | None], None]
"""Gives the node another signing key; the key before ends at the instant, since when it may be in other hands."""


def show(ask: Ask) -> Response:
    """How the node is run."""
    return _page(ask)


def add_user(ask: Ask) -> Response:
    """Make a user; the password is shown once."""
    password = _password(ask)
    role = ask.said("role")
    if role not in {one.value for one in Role}:
        raise InputError("role-unknown", f"user not added: expected one of {', '.join(Role)}, got {role[:50]}")
    user = people.add_user(ask.node, ask.said("name"), Role(role), password)
    return _page(ask, secret_for=user.name, password=password)


def set_password(ask: Ask) -> Response:
    """Give a user another password, shown once."""
    password = _password(ask)
    people.set_password(ask.node, ask.said("name"), password)
    return _page(ask, secret_for=ask.said("name"), password=password)


def disable_user(ask: Ask) -> Response:
    """Keep a user out."""
    people.disable_user(ask.node, ask.said("name"))
    return RedirectResponse("/administration?said=disabled", 303)


def add_account(ask: Ask) -> Response:
    """Make a TAXII client's credentials, shown once."""
    password, token = _password(ask), ask.node.ids.secret(people.TOKEN_BYTES).hex()
    account = people.add_account(ask.node, PartyId(ask.said("party")), password, token, ask.form.get("name") or None)
    return _page(ask, secret_for=account.name, password=password, token=token)


def disable_account(ask: Ask) -> Response:
    """Keep a client out."""
    people.disable_account(ask.node, ask.said("name"))
    return RedirectResponse("/administration?said=disabled", 303)


def add_party(ask: Ask) -> Response:
    """Add a partner without a node."""
    country = ask.form.get("country", "").strip() or None
    add_partner(ask.node, PartyId(ask.said("party")), ask.said("name"), country)
    return RedirectResponse("/administration?said=party-added", 303)


def key_change(change: ChangeKey | None) -> Handler:
    """Give the node another signing key, for which the one before vouches; `change` is None where the pages cannot."""

    def handler(ask: Ask) -> Response:
        if change is None:
            raise NotPermitted(
                "key-elsewhere", "key not changed: the key of this node is in no folder of its own", "change it there"
            )
        if ask.said("confirm") != ask.node.party:
            raise InputError(
                "key-unconfirmed", f"key not changed: expected {ask.node.party} to confirm it, got something else"
            )
        change(_instant(ask.form.get("stolen_since", "").strip()))
        return RedirectResponse("/administration?said=key-changed", 303)

    return handler


def _instant(text: str) -> datetime | None:
    """An instant as a browser's field gives it, to the minute or the second."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        raise InputError(
            "instant-invalid", f"instant refused: expected one such as 2030-12-31T12:00, got {text[:50]}"
        ) from None


def _password(ask: Ask) -> str:
    return ask.node.ids.secret(PASSWORD_BYTES).hex()


def _page(ask: Ask, secret_for: str = "", password: str = "", token: str = "") -> Response:
    return page(
        ask,
        "administration.html",
        shown=node_health(ask.node),
        roles=list(Role),
        secret_for=secret_for,
        password=password,
        token=token,
    )


ACTS: Mapping[str, Handler] = MappingProxyType(
    {
        "user-add": add_user,
        "user-password": set_password,
        "user-disable": disable_user,
        "account-add": add_account,
        "account-disable": disable_account,
        "party-add": add_party,
    }
)
"""What an administrator may do, by the name of the route."""
