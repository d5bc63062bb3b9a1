"""Users of the pages and accounts of TAXII clients: made, listed, disabled, and recognised.

Passwords are kept as argon2id hashes only, tokens as digests. An unknown name costs as much as a wrong password, and
both give the same answer. Which role may do what is the doors' table; what an account may read is `reading`'s.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Account, Role, User
from sepakat.stix.identifiers import PartyId

TOKEN_BYTES = 32
MIN_PASSWORD = 12

_HASHER = PasswordHasher()


@cache
def _nobody() -> str:
    """The hash that an unknown name is checked against; made once a process, since making it is slow by design."""
    return _HASHER.hash("nobody has this password")


def add_user(node: Node, name: str, role: Role, password: str) -> User:
    """Make a user of the pages.

    Raises:
        InputError: the name is taken, or the password is shorter than 12 characters.
    """
    now = node.clock.now()
    user = User(_checked_name(name), role, _hash(password), now)
    with node.store.writing() as unit:
        if unit.people.user(name) is not None:
            raise InputError("user-exists", f"user {name} exists already", "`sepakat user password` sets a new one")
        unit.people.put_user(user)
    return user


def set_password(node: Node, name: str, password: str) -> None:
    """Give a user a new password, and let the user in again."""
    _update_user(node, name, password_hash=_hash(password), disabled_at=None)


def disable_user(node: Node, name: str) -> None:
    """Keep a user out; the name stays in the records."""
    _update_user(node, name, disabled_at=node.clock.now())


def list_users(node: Node) -> list[User]:
    """All users, by name."""
    with node.store.reading() as unit:
        return unit.people.users()


def find_user(node: Node, name: str) -> User | None:
    """The user with this name, disabled or not; None if there is none. It proves nothing about who asks."""
    with node.store.reading() as unit:
        return unit.people.user(name)


def check_user(node: Node, name: str, password: str) -> User:
    """The user with this name and password.

    Raises:
        NotPermitted: unknown, disabled or wrong: all the same.
    """
    with node.store.reading() as unit:
        user = unit.people.user(name)
    if not _verify(user.password_hash if user else _nobody(), password) or user is None or user.disabled_at:
        raise not_recognised()
    return user


def add_account(node: Node, party: PartyId, password: str, token: str, name: str | None = None) -> Account:
    """Make credentials with which a TAXII client reads the views of `party`.

    Raises:
        NotFound: the party is not known.
        InputError: the name is taken, or the password too short.
    """
    now = node.clock.now()
    called = _checked_name(name or party)
    account = Account(called, party, _hash(password), _digest(token), now)
    with node.store.writing() as unit:
        known = unit.parties.get(party)
        if known is None or known.is_self:
            raise NotFound("party-unknown", f"no party {party} to give an account", "`sepakat party list` shows them")
        if unit.people.account(called) is not None:
            raise InputError("account-exists", f"account {called} exists already", "give another name with --name")
        unit.people.put_account(account)
    return account


def list_accounts(node: Node) -> list[Account]:
    """All accounts, by name."""
    with node.store.reading() as unit:
        return unit.people.accounts()


def disable_account(node: Node, name: str) -> None:
    """Keep a TAXII client out from the next request on."""
    now = node.clock.now()
    with node.store.writing() as unit:
        account = unit.people.account(name)
        if account is None:
            raise NotFound("account-unknown", f"no account {name}", "`sepakat account list` shows them")
        unit.people.put_account(replace(account, disabled_at=now))


def check_account(node: Node, name: str, password: str) -> Account:
    """The account with this name and password.

    Raises:
        NotPermitted: unknown, disabled or wrong: all the same.
    """
    with node.store.reading() as unit:
        account = unit.people.account(name)
    if not _verify(account.password_hash if account else _nobody(), password) or account is None or account.disabled_at:
        raise not_recognised()
    return account


def _update_user(node: Node, name: str, **changes: object) -> None:
    with node.store.writing() as unit:
        user = unit.people.user(name)
        if user is None:
            raise NotFound("user-unknown", f"no user {name}", "`sepakat user list` shows them")
        unit.people.put_user(replace(user, **changes))  # type: ignore[arg-type]


def _checked_name(name: str) -> str:
    if not name or len(name) > 64 or not name.isprintable() or ":" in name:
        raise InputError("name-invalid", "name refused: expected 1 to 64 printable characters without a colon")
    return name


def _hash(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise InputError("password-short", f"password refused: expected at least {MIN_PASSWORD} characters")
    return _HASHER.hash(password)


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def not_recognised() -> NotPermitted:
    """The one answer to credentials that are unknown, wrong or disabled."""
    return NotPermitted("not-recognised", "name, password or token not recognised", "ask the node's administrator")
