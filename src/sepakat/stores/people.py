"""Users of the pages and accounts of TAXII clients (port `People`). Passwords come and stay hashed."""

from __future__ import annotations

from sqlalchemy import Connection

from sepakat.exchange.records import Account, User
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import accounts, users

_USERS = Form(User, users, ("name",))
_ACCOUNTS = Form(Account, accounts, ("name",))


class SqlPeople:
    """The port `People` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._users = RecordRows(connection, _USERS)
        self._accounts = RecordRows(connection, _ACCOUNTS)

    def put_user(self, user: User) -> None:
        self._users.put(user)

    def user(self, name: str) -> User | None:
        return self._users.one(users.c.name == name)

    def users(self) -> list[User]:
        return self._users.many(by=(users.c.name,))

    def put_account(self, account: Account) -> None:
        self._accounts.put(account)

    def account(self, name: str) -> Account | None:
        return self._accounts.one(accounts.c.name == name)

    def accounts(self) -> list[Account]:
        return self._accounts.many(by=(accounts.c.name,))
