"""A node with views to read over TAXII: agreements in force, rows published as a test wants them, and clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
from argon2 import PasswordHasher

from sepakat.exchange.inbox import inboxes_for
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Account, Collection, Party, Publication, Standing
from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.objects import StixObject
from sepakat.taxii.media_types import TAXII
from sepakat.taxii_server import DEFAULT_LIMITS, ServerLimits, TaxiiDoor
from tests.support.agreements import agreement_text
from tests.support.asgi import AsgiTransport
from tests.support.clock import START
from tests.support.simulator import Simulation, simulation

ROOT = "/taxii2/api/"
PASSWORD = "correct horse battery"
TOKEN = "token-of-ru-0123456789abcdef0123456789abcdef"
MILLISECOND = timedelta(milliseconds=1)
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class TaxiiNode:
    """The node `us` that gives to `ru` (and whoever a test adds), reached through its TAXII door."""

    simulated: Simulation
    limits: ServerLimits = DEFAULT_LIMITS
    collections: dict[str, Collection] = field(default_factory=dict)
    _door: TaxiiDoor | None = None

    @property
    def node(self) -> Node:
        return self.simulated["us"]

    def account(self, name: str, party: PartyId, token: str, password: str = PASSWORD) -> None:
        """An account in the node's store."""
        with self.node.store.writing() as unit:
            unit.people.put_account(account_of(name, party, token, password))

    def share(self, agreement: str = "us-ru", taker: str = "ru", title: str = "Counter-terrorism") -> Collection:
        """An agreement in force by which `us` gives to a taker, and its view, still empty."""
        self.simulated.conclude(agreement_text(agreement, "us", (taker,), title=title), "us", taker)
        view = ViewKey(AgreementId(agreement), PartyId(taker))
        self._is_by_hand()
        with self.node.store.writing() as unit:
            made = next((one for one in unit.views.collections() if one.view == view), None)
            if made is None:
                id_ = self.node.ids.uuid()
                made = Collection(id_, view, f"{agreement} for {taker}", self.simulated.clock.now())
                unit.views.put_collection(made)
            # What the release rule put there by itself would stand among what a test publishes.
            unit.views.withdraw(made.id, [row.sequence for row in unit.views.rows(made.id)], self.simulated.clock.now())
        self.collections[agreement] = made
        return made

    def receive(self, agreement: str = "ru-us", giver: str = "ru", title: str = "From abroad") -> str:
        """An agreement in force by which another party gives to `us`; the id of its inbox."""
        self.simulated.conclude(agreement_text(agreement, giver, ("us",), title=title), giver, "us")
        inboxes = inboxes_for(self.node, PartyId(giver))
        return next(one.id for one in inboxes if one.agreement == agreement)

    def publish(
        self,
        collection: Collection,
        objects: Sequence[Mapping[str, Any]],
        *,
        standing: Standing = Standing.LIVE,
        at: datetime | None = None,
    ) -> list[Publication]:
        """Put objects into a view, in this order, one millisecond apart."""
        self._is_by_hand()
        now = at or self.simulated.clock.now()
        with self.node.store.writing() as unit:
            last = unit.views.last(collection.id)
            sequence = last.sequence if last else 0
            added = last.date_added if last else datetime.min.replace(tzinfo=UTC)
            rows = []
            for content in objects:
                made = StixObject.from_content(content)
                sequence, added = sequence + 1, max(now, added + MILLISECOND)
                rows.append(
                    Publication(
                        collection=collection.id,
                        sequence=sequence,
                        date_added=added,
                        id=made.id,
                        version=made.version,
                        type=made.type,
                        body=made.raw,
                        digest=made.digest,
                        salt=sequence.to_bytes(32, "big"),
                        leaf=0,
                        position=sequence,
                        original=made.version_ref,
                        outcome=Outcome.WHOLE,
                        standing=standing,
                    )
                )
            unit.views.publish(rows)
        return rows

    def withdraw(self, collection: Collection, *sequences: int) -> None:
        """Take rows out of a view."""
        self._is_by_hand()
        with self.node.store.writing() as unit:
            unit.views.withdraw(collection.id, sequences, self.simulated.clock.now())

    def _is_by_hand(self) -> None:
        # What stands in a view by a test's own hand is not what deciding from nothing would put there.
        self.simulated.is_damaged = True

    @property
    def door(self) -> TaxiiDoor:
        """The served door, made when it is first asked for."""
        if self._door is None:
            self._door = TaxiiDoor(self.node, self.limits)
        return self._door

    def restart(self) -> None:
        """Serve anew, with the limits as they are now and nothing remembered."""
        self.close()
        self._door = None

    def third_party(self, name: str) -> PartyId:
        """A party that the node knows and shares nothing with."""
        party = PartyId(name)
        with self.node.store.writing() as unit:
            unit.parties.put(Party(party, name.upper(), None, StixObject.from_content(_identity(name)), START))
        return party

    def close(self) -> None:
        """Write what waits."""
        if self._door is not None:
            self._door.service.access_log.flush()

    def client(
        self, name: str | None = "ru", password: str = PASSWORD, *, address: str = "192.0.2.1", **headers: str
    ) -> httpx.Client:
        """A client of the door that asks as the standard says; `name` None: without credentials."""
        client = httpx.Client(
            transport=AsgiTransport(self.door, address),
            base_url="https://us.example",
            headers={"accept": TAXII},
            auth=httpx.BasicAuth(name, password) if name else None,
        )
        client.headers.update({header.replace("_", "-"): value for header, value in headers.items()})
        return client


def account_of(name: str, party: PartyId, token: str, password: str = PASSWORD) -> Account:
    """An account whose password is cheap to check, or tests would wait for it more than for anything else."""
    return Account(name, party, _CHEAP.hash(password), sha256(token.encode()).hexdigest(), START)


@contextmanager
def taxii_node(folder: Path, *others: str, limits: ServerLimits = DEFAULT_LIMITS) -> Iterator[TaxiiNode]:
    """The node `us`, which knows `ru` and others; each has an account of its own name."""
    takers = ("ru", *others)
    with simulation(folder, "us", *takers) as simulated:
        simulated.introduce(*(("us", taker) for taker in takers))
        made = TaxiiNode(simulated, limits)
        for taker in takers:
            token = TOKEN if taker == "ru" else f"token-of-{taker}-0123456789abcdef"
            made.account(taker, PartyId(taker), token)
        try:
            yield made
        finally:
            made.close()


def stix_id(number: int, type_: str = "indicator") -> StixId:
    return StixId(f"{type_}--{UUID(int=number, version=4)}")


def indicator(number: int, version: int = 0, **more: Any) -> dict[str, Any]:
    """Indicator `number`; its version so many seconds after its first."""
    created = START - timedelta(days=1)
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": stix_id(number),
        "created": _text(created),
        "modified": _text(created + timedelta(seconds=version)),
        "name": f"Indicator {number}",
        "pattern": f"[url:value = 'https://example.com/{number}']",
        "pattern_type": "stix",
        "valid_from": _text(created),
        **more,
    }


def malware(number: int, **more: Any) -> dict[str, Any]:
    created = _text(START - timedelta(days=1))
    base = {"type": "malware", "spec_version": "2.1", "id": stix_id(number, "malware")}
    return {**base, "created": created, "modified": created, "name": f"Malware {number}", "is_family": False, **more}


def marking(number: int) -> dict[str, Any]:
    """A statement marking: it has `created` and no `modified`."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": stix_id(number, "marking-definition"),
        "created": _text(START - timedelta(days=2)),
        "definition_type": "statement",
        "definition": {"statement": f"Statement {number}"},
    }


def observable(number: int) -> dict[str, Any]:
    """A domain name: it has neither `created` nor `modified`."""
    return {
        "type": "domain-name",
        "spec_version": "2.1",
        "id": stix_id(number, "domain-name"),
        "value": f"host-{number}.example",
    }


def _identity(name: str) -> dict[str, Any]:
    stamp = _text(START)
    base = {"type": "identity", "spec_version": "2.1", "id": stix_id(len(name) + 5000, "identity")}
    return {**base, "created": stamp, "modified": stamp, "name": name, "identity_class": "organization"}


def objects_of(answer: httpx.Response) -> list[dict[str, Any]]:
    """The objects of an envelope; the answer must be a good one."""
    assert answer.status_code == 200, answer.text
    return orjson.loads(answer.content).get("objects", [])  # type: ignore[no-any-return]


def ids_of(answer: httpx.Response) -> list[str]:
    return [one["id"] for one in objects_of(answer)]


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
