"""Faults in the wiring of a test: a store and a way to peers that fail at one named point, once or for a while.

The product knows nothing of it. A point is named after what happens there: the use case that writes and whether its
transaction had been committed, or the request and whether it had been answered. A `Crash` is a kill: it passes
everything, what was not committed is gone, and the node goes on only after `Story.restart`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sepakat.errors import PeerError, SepakatError, StoreError
from sepakat.exchange.mirror_records import MirrorPage
from sepakat.exchange.ports import Peer, PeerPage, Peers, Store, Unit
from sepakat.exchange.records import Party
from sepakat.exchange.work_ports import Lease
from sepakat.stix.identifiers import PartyId


class Crash(BaseException):
    """The process of one node ends here."""

    def __init__(self, party: PartyId) -> None:
        super().__init__(party)
        self.party = party


@dataclass
class Faults:
    """Which point fails, how, how often; and which points were passed at all."""

    point: str = ""
    error: SepakatError | None = None
    times: int = 1
    fired: int = 0
    passed: list[str] = field(default_factory=list)

    def reach(self, party: PartyId, what: str) -> None:
        point = f"{party} {what}"
        self.passed.append(point)
        if point == self.point and self.fired < self.times:
            self.fired += 1
            raise self.error or Crash(party)


@dataclass(eq=False)
class FaultingStore:
    """A store that fails right before or right after it commits."""

    store: Store
    party: PartyId
    faults: Faults

    @property
    def is_at_hand(self) -> bool:
        return self.store.is_at_hand

    def reading(self) -> AbstractContextManager[Unit]:
        return self.store.reading()

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        what = _use_case()
        with self.store.writing() as unit:
            yield unit
            self.faults.reach(self.party, f"before commit of {what}")
        self.faults.reach(self.party, f"after commit of {what}")

    def written(self) -> object:
        return self.store.written()

    def lease(self, name: str) -> Lease | None:
        return self.store.lease(name)

    def scrub(self) -> None:
        self.store.scrub()

    def close(self) -> None:
        self.store.close()


@dataclass
class FaultingPeers:
    """Peers that fail before a request leaves or after its answer came."""

    peers: Peers
    party: PartyId
    faults: Faults

    def to(self, party: Party) -> Peer:
        return _FaultingPeer(self.peers.to(party), self.party, self.faults)


@dataclass
class _FaultingPeer:
    peer: Peer
    party: PartyId
    faults: Faults

    def send(self, document: bytes) -> Mapping[str, Any]:
        with self._asking("send"):
            return self.peer.send(document)

    def messages(self, after: int) -> list[bytes]:
        with self._asking("messages"):
            return self.peer.messages(after)

    def news(self, after: int) -> Iterator[int]:
        return self.peer.news(after)

    def mirror(self, after: int, beside: int) -> MirrorPage:
        with self._asking("mirror"):
            return self.peer.mirror(after, beside)

    def collections(self) -> list[Mapping[str, Any]]:
        with self._asking("collections"):
            return self.peer.collections()

    def page(self, collection: str, *, added_after: str | None, cursor: str | None, limit: int) -> PeerPage:
        with self._asking("page"):
            return self.peer.page(collection, added_after=added_after, cursor=cursor, limit=limit)

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        self.faults.reach(self.party, f"before request {what}")
        try:
            yield
        except Crash as crash:
            if crash.party == self.party:
                raise
            raise PeerError("peer-unreachable", f"{crash.party} is not reached: it died") from crash
        self.faults.reach(self.party, f"after request {what}")


def full_disk() -> StoreError:
    return StoreError("store-full", "store cannot grow: the disk is full")


def _use_case() -> str:
    """The function of the product that opened the unit."""
    frame = sys._getframe(2)
    while frame.f_back is not None and not str(frame.f_globals.get("__name__", "")).startswith("sepakat.exchange"):
        frame = frame.f_back
    module = str(frame.f_globals["__name__"]).rpartition(".")[2]
    return f"{module}.{frame.f_code.co_name.lstrip('_')}"
