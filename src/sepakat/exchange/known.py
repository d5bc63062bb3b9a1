"""What every TAXII request asks first (accounts, collections, whether an agreement is in force), read once.

Kept only as long as nobody has written to the store, whichever process it was: a suspension, a new password or a
disabled account counts from the next request on, and in one that waits for anything from then on. What time alone
changes is asked again at the instant at which it can. Decides nothing: `standing` does.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from threading import Lock, local

from sepakat.exchange.people import not_recognised
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Account, AgreementRecord, Collection
from sepakat.exchange.standing import instants_of, record_in_force
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId


@dataclass(frozen=True, slots=True)
class _Since:
    """An answer and the instants between which it holds."""

    is_in_force: bool
    begin: datetime
    end: datetime | None


@dataclass
class Moment:
    """What is known between two changes of the store; everything in it is read when it is first asked for."""

    node: Node
    mark: object
    _versions: dict[AgreementId, list[AgreementRecord]] = field(default_factory=dict)
    _in_force: dict[ViewKey, _Since] = field(default_factory=dict)

    @cached_property
    def accounts(self) -> dict[str, Account]:
        """All accounts by name."""
        with self.node.store.reading() as unit:
            return {account.name: account for account in unit.people.accounts()}

    @property
    def collections(self) -> dict[str, Collection]:
        """All collections by id."""
        return self._views[0]

    @property
    def held_back(self) -> datetime | None:
        """Of when the store is, if it was restored and may not go on yet."""
        return self._views[1]

    @cached_property
    def _views(self) -> tuple[dict[str, Collection], datetime | None]:
        # Together, so that no answer takes a look more than another.
        with self.node.store.reading() as unit:
            collections = {collection.id: collection for collection in unit.views.collections()}
            return collections, unit.logs.held_back()

    def account_of_token(self, token: str) -> Account:
        """The enabled account with this token.

        Raises:
            NotPermitted: no enabled account has it.
        """
        digest = sha256(token.encode()).hexdigest()
        account = self._by_token.get(digest)
        if account is None or account.disabled_at is not None or not hmac.compare_digest(account.token_digest, digest):
            raise not_recognised()
        return account

    def versions(self, agreement: AgreementId) -> list[AgreementRecord]:
        """The versions of an agreement, oldest first."""
        if agreement not in self._versions:
            with self.node.store.reading() as unit:
                self._versions[agreement] = unit.agreements.versions(agreement)
        return self._versions[agreement]

    def is_in_force(self, view: ViewKey, now: datetime) -> bool:
        """Whether a version of the view's agreement is in force for its taker at `now`."""
        said = self._in_force.get(view)
        if said is None or now < said.begin or (said.end is not None and now >= said.end):
            versions = self.versions(view.agreement)
            answer = record_in_force(versions, view.taker, now) is not None
            end = min((at for at in instants_of(versions) if at > now), default=None)
            said = self._in_force[view] = _Since(answer, now, end)
        return said.is_in_force

    @cached_property
    def _by_token(self) -> dict[str, Account]:
        # A digest of 32 random bytes: how long a look takes tells nothing that helps to guess them.
        return {account.token_digest: account for account in self.accounts.values()}


class _Pin(local):
    """The moment that one thread keeps to."""

    moment: Moment | None = None


class Known:
    """The moment that holds now."""

    def __init__(self, node: Node) -> None:
        self.node = node
        # Guards the moment, which is replaced as soon as the store has another mark than it began with.
        self._lock = Lock()
        self._moment = Moment(node, object())
        self._pin = _Pin()

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Ask the store once for all that this thread asks meanwhile: for what is answered without waiting."""
        is_first = self._pin.moment is None
        if is_first:
            self._pin.moment = self.now()
        try:
            yield
        finally:
            if is_first:
                self._pin.moment = None

    def waited(self) -> None:
        """Ask anew from now on: this thread waited, and what it knew may be over."""
        self._pin.moment = None

    def now(self) -> Moment:
        """What is known at this very moment: nothing in it is older than the last change of the store."""
        if self._pin.moment is not None:
            return self._pin.moment
        mark = self.node.store.written()
        with self._lock:
            if self._moment.mark != mark:
                self._moment = Moment(self.node, mark)
            return self._moment
