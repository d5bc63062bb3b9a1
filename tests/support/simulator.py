"""Several nodes in one process: production code over a transport in memory, one clock, ids from a seed.

The transport is the `Peers` port and nothing else: it calls the receiving node's use cases as its doors would. Nodes
can be cut off, and what is served on the way can be changed, so that tests play a partner that lies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sepakat.errors import PeerError, SepakatError, StoreError
from sepakat.exchange import agreeing
from sepakat.exchange.deciding import forget_world
from sepakat.exchange.giving_back import give_back
from sepakat.exchange.known import Known
from sepakat.exchange.messaging import REFUSED, deliver, messages_for
from sepakat.exchange.mirror_records import MirrorPage
from sepakat.exchange.news import newest_for
from sepakat.exchange.parties import add_party, fingerprint_of, found_party, own_card
from sepakat.exchange.ports import Node, Peer, PeerPage, RowQuery
from sepakat.exchange.reading import Asking, collections_for, read
from sepakat.exchange.receiving import receive
from sepakat.exchange.records import Party
from sepakat.exchange.releasing import ReleaseSummary, update_views
from sepakat.exchange.synchronising import SyncReport, synchronise
from sepakat.exchange.taking_in import Provenance, take_in
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import PartyId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.markings import TLP_2
from sepakat.transparency.keys import PublicKey
from sepakat.transparency.messages import Message, SignedMessage, signing_input
from tests.support.clock import FixedClock, SeededIds
from tests.support.stores import sqlite_store


@dataclass
class TestSigner:
    """The port `Signer` with a key from a seed."""

    seed: bytes
    __test__ = False

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(self.seed).digest())

    @property
    def public_key(self) -> str:
        return str(PublicKey(self._key.public_key().public_bytes_raw()))

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


@dataclass
class Network:
    """Who can be reached, and what happens to pages and messages on the way."""

    nodes: dict[PartyId, Node] = field(default_factory=dict)
    cut_off: set[PartyId] = field(default_factory=set)
    change_page: Callable[[PeerPage], PeerPage] = lambda page: page
    change_messages: Callable[[list[bytes]], list[bytes]] = lambda messages: messages
    change_mirror: Callable[[MirrorPage], MirrorPage] = lambda page: page
    page_size: int | None = None
    sent: int = 0

    def node(self, sender: PartyId, receiver: PartyId) -> Node:
        if {sender, receiver} & self.cut_off or receiver not in self.nodes:
            raise PeerError("peer-unreachable", f"{receiver} is not reached")
        return self.nodes[receiver]


@dataclass
class MemoryPeer:
    """The port `Peer`: one other node of the same process, as `asker` may use it."""

    network: Network
    asker: PartyId
    party: PartyId

    def send(self, document: bytes) -> Mapping[str, Any]:
        node = self.network.node(self.asker, self.party)
        self.network.sent += 1
        try:
            return receive(node, document, self.asker)
        except StoreError as error:
            raise PeerError("peer-unwell", f"{self.party} cannot answer") from error
        except SepakatError as error:
            raise PeerError(REFUSED, error.message) from error

    def messages(self, after: int) -> list[bytes]:
        node = self.network.node(self.asker, self.party)
        return self.network.change_messages(messages_for(node, self.asker, after))

    def news(self, after: int) -> Iterator[int]:
        node = self.network.node(self.asker, self.party)
        yield newest_for(node, self.asker, after)

    def mirror(self, after: int, beside: int) -> MirrorPage:
        node = self.network.node(self.asker, self.party)
        return self.network.change_mirror(give_back(node, self.asker, after, beside))

    def collections(self) -> list[Mapping[str, Any]]:
        node = self.network.node(self.asker, self.party)
        return [
            {"id": one.collection.id, "title": one.collection.title} for one in collections_for(Known(node), self.asker)
        ]

    def page(self, collection: str, *, added_after: str | None, cursor: str | None, limit: int) -> PeerPage:
        node = self.network.node(self.asker, self.party)
        query = RowQuery(
            collection,
            after_sequence=int(cursor or 0),
            added_after=parse_instant(added_after) if added_after else None,
            versions=frozenset({"all"}),
            limit=min(limit, self.network.page_size or limit),
        )
        found = read(Known(node), Asking(self.asker, f"node:{self.asker}", "page"), query)
        rows = found.rows
        return self.network.change_page(
            PeerPage(
                tuple(row.body for row in rows),
                found.more,
                str(rows[-1].sequence) if found.more else None,
                format_instant(rows[-1].date_added, 6) if rows else None,
            )
        )


@dataclass
class MemoryPeers:
    """The port `Peers` over the network in memory."""

    network: Network
    asker: PartyId

    def to(self, party: Party) -> Peer:
        return MemoryPeer(self.network, self.asker, party.id)


@dataclass
class Simulation:
    """Nodes by party, on one clock and one network."""

    clock: FixedClock
    network: Network
    is_damaged: bool = False
    """A test wrote into the stores past the ports: what was released is no longer what the store says."""

    def __getitem__(self, party: str) -> Node:
        return self.network.nodes[PartyId(party)]

    def introduce(self, *pairs: tuple[str, str]) -> None:
        """Let parties take each other's card, fingerprints compared."""
        for one, other in pairs:
            for taker, giver in ((one, other), (other, one)):
                card = own_card(self[giver])
                add_party(self[taker], card, fingerprint_of(card))

    def sync(self, taker: str, giver: str) -> SyncReport:
        """One synchronisation; must come through without a contradiction."""
        report = synchronise(self[taker], PartyId(giver))
        assert report.error is None, report.error
        assert not report.alarms
        return report

    def conclude(self, text: str, giver: str, *takers: str) -> str:
        """Bring an agreement into force between its parties; its hash."""
        digest = agreeing.draft(self[giver], text).record.hash
        agreeing.offer(self[giver], digest)
        for taker in takers:
            agreeing.accept(self[taker], digest)
        self.settle()
        return digest

    def identity(self, party: str) -> str:
        """The STIX identity id of a party."""
        return own_card(self[party])["identity"]["id"]  # type: ignore[no-any-return]

    def written_by(self, party: str, id_: str, level: str, **more: Any) -> dict[str, Any]:
        """An object of a party with a TLP marking."""
        return {
            "type": id_.partition("--")[0],
            "spec_version": "2.1",
            "id": id_,
            "created": "2030-05-01T10:00:00.000Z",
            "modified": "2030-05-01T10:00:00.000Z",
            "created_by_ref": self.identity(party),
            "object_marking_refs": [TLP_2[level].id],
            "name": f"Something {level}",
            **more,
        }

    def take_in(self, party: str, *objects: Mapping[str, Any]) -> None:
        """Let a person of a party take objects in."""
        bundle = {"type": "bundle", "id": "bundle--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e000", "objects": list(objects)}
        take_in(self[party], orjson.dumps(bundle), Provenance(source="-", by="alice"))

    def held(self, party: str) -> set[str]:
        """The ids of what a party holds and may see: without what was recalled."""
        with self[party].store.reading() as unit:
            hidden = {policy.object_id for policy in unit.policies.everything() if policy.recalled}
            return {str(version.object.id) for version in unit.objects.everything()} - {str(one) for one in hidden}

    def settle(self, rounds: int = 20) -> None:
        """Deliver what every node has to say until nobody has anything that could be taken."""
        for _ in range(rounds):
            if not sum(deliver(node).count for node in self.network.nodes.values()):
                return
        raise AssertionError("the nodes do not stop talking")


@contextmanager
def simulation(folder: Path, *parties: str) -> Iterator[Simulation]:
    """Nodes with their own party, key and store, on one clock."""
    clock, network = FixedClock(), Network()
    with ExitStack() as stack:
        for name in parties:
            (folder / name).mkdir(parents=True)
            party = PartyId(name)
            node = Node(
                party=party,
                store=stack.enter_context(sqlite_store(folder / name)),
                clock=clock,
                ids=SeededIds(name),
                signer=TestSigner(name.encode()),
                peers=MemoryPeers(network, party),
                secret=sha256(f"secret of {name}".encode()).digest(),
            )
            network.nodes[party] = node
            found_party(node, name.upper(), "US" if name == "us" else None, address=f"https://{name}.example")
        made = Simulation(clock, network)
        yield made
        for node in () if made.is_damaged else network.nodes.values():
            check_views(node)


def check_views(node: Node) -> None:
    """What was released change by change is what comparing everything once gives."""
    _update(node)
    forget_world(node.store)
    done = _update(node)
    assert (done.changes, done.held) == ([], {})


def _update(node: Node) -> ReleaseSummary:
    with node.store.writing() as unit:
        return update_views(node, unit, node.clock.now())


def said(
    node: Node, kind: str, to: str, body: Mapping[str, Any], *, signer: TestSigner | None = None, **changes: Any
) -> bytes:
    """A message as a partner may make it with its own tools: any body, any key, any field changed after signing."""
    now = node.clock.now()
    message = Message(kind, changes.pop("sender", node.party), PartyId(to), changes.pop("at", now), "ab" * 16, body)
    key = signer or node.signer
    signature = key.sign(signing_input(message))
    signed = SignedMessage(message, PublicKey.parse(key.public_key).key_id, signature)
    return canonical_bytes({**signed.document(), **changes})


def restarted(node: Node, **changes: Any) -> Node:
    """The same node after a restart, with other ports or another key."""
    return replace(node, **changes)
