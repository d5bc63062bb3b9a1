"""The load of the soak: people who take in, a client that pushes, a client that reads; each goes on until it is told.

What an answer did not come for is asked again, as every client does. The ledger is filled before anything is sent, and
knows nothing of the nodes: it is what must be there at the end.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson

from sepakat.stix.instants import format_instant
from sepakat.stix.markings import TLP_2

TAXII = "application/taxii+json;version=2.1"
PAUSE = 0.25
AT_ONCE = 5
Name = tuple[str, str]
"""Id and `modified`."""


@dataclass
class Ledger:
    """Every version that somebody sent, by who: `us` and `ru` took it in, `pushed` went to the inbox of `us`."""

    sent: dict[str, set[Name]] = field(default_factory=lambda: {"us": set(), "ru": set(), "pushed": set()})
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    # Guards the counts, for as long as the load runs.
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str, number: int = 1) -> None:
        with self.lock:
            self.counts[what] += number


class Client(threading.Thread):
    """One of the load, in a thread of its own."""

    def __init__(self, name: str, ledger: Ledger, ended: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.ledger = ledger
        self.ended = ended

    def run(self) -> None:
        while not self.ended.wait(PAUSE):
            self.step()

    def step(self) -> None:
        raise NotImplementedError

    def asked(self, ask: Callable[[], httpx.Response], until: Callable[[httpx.Response], bool]) -> httpx.Response:
        """The answer of a request that is made again until one is right."""
        while True:
            try:
                answer = ask()
            except httpx.HTTPError:
                self.ledger.count("requests that got no answer")
            else:
                if until(answer):
                    return answer
                self.ledger.count(f"answers {answer.status_code}")
                if answer.status_code in (400, 403, 404, 422):
                    self.ledger.faults.append(f"{self.name}: {answer.status_code} {answer.text[:300]}")
                    self.ended.set()
                    return answer
            time.sleep(PAUSE)


class Sender(Client):
    """Makes objects of one party, new ones and newer versions of old ones, and sends them until they are taken."""

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        ended: threading.Event,
        creator: str,
        send: Callable[[bytes], httpx.Response],
        wanted: tuple[int, ...],
    ) -> None:
        super().__init__(name, ledger, ended)
        self._creator = creator
        self._send = send
        self._wanted = wanted
        self._made = 0
        self._begun = datetime.now(UTC) - timedelta(hours=1)

    def step(self) -> None:
        objects = [self._object() for _ in range(AT_ONCE)]
        self.ledger.sent[self.name] |= {(one["id"], one["modified"]) for one in objects}
        body = orjson.dumps({"objects": objects, "type": "bundle", "id": f"bundle--{UUID(int=self._made, version=4)}"})
        self.asked(lambda: self._send(body), lambda answer: answer.status_code in self._wanted)
        self.ledger.count(f"versions sent: {self.name}", len(objects))

    def _object(self) -> dict[str, Any]:
        self._made += 1
        # Each fifth is a newer version of the one before it.
        number = self._made - 1 if self._made % 5 == 0 else self._made
        space = {"us": 1, "ru": 2, "pushed": 3}[self.name]
        modified = format_instant(self._begun + timedelta(milliseconds=self._made), 3)
        return {
            "type": "campaign",
            "spec_version": "2.1",
            "id": f"campaign--{UUID(int=(space << 96) + number, version=4)}",
            "created": format_instant(self._begun, 3),
            "modified": modified,
            "created_by_ref": self._creator,
            "object_marking_refs": [TLP_2["amber"].id],
            "name": f"{self.name} {self._made}",
        }


class Reader(Client):
    """Reads a collection from where it was, a page at a time, and remembers what it got."""

    def __init__(self, ledger: Ledger, ended: threading.Event, collection: str, token: str) -> None:
        super().__init__("reader", ledger, ended)
        self._collection = collection
        self._headers = {"Accept": TAXII, "Authorization": f"Bearer {token}"}
        self._next: str | None = None
        self._added: str | None = None
        self.got: Counter[Name] = Counter()

    def step(self) -> None:
        """One page; whether there was anything on it is in the counts."""
        asked = {"limit": "50", "match[version]": "all"}
        asked |= {"next": self._next} if self._next else {"added_after": self._added} if self._added else {}
        answer = self.asked(
            lambda: httpx.get(f"{self._collection}objects/", params=asked, headers=self._headers, timeout=30),
            lambda found: found.status_code == 200,
        )
        page = answer.json() if answer.status_code == 200 else {}
        objects = page.get("objects", [])
        self.got.update((one["id"], one.get("modified", "")) for one in objects)
        self._next = page.get("next")
        self._added = answer.headers.get("X-TAXII-Date-Added-Last", self._added)
        self.ledger.count("pages read")
        self.ledger.count("objects read", len(objects))

    def read_on(self) -> None:
        """Everything that is still to be read."""
        before = -1
        while before != self.got.total():
            before = self.got.total()
            self.step()
            while self._next:
                self.step()
