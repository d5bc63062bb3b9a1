"""The stage of the hostile suite: an honest node `us` behind its real doors, an honest `fr`, and a liar called `ru`.

Everything goes over HTTP as it does between machines, only without sockets: requests reach the applications in this
process, and what a node asks of `ru` is answered by `LiarNode`, which serves whatever a test puts into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
from starlette.applications import Starlette

from sepakat import peer_server, taxii_server
from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.writing import agreement_hash, canonical_form, signing_input
from sepakat.exchange import agreeing
from sepakat.exchange.parties import add_party, fingerprint_of
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Direction, MessageRecord
from sepakat.exchange.synchronising import SyncReport, synchronise
from sepakat.remote.peers import HttpPeers
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.markings import TLP_2
from tests.hostile.liar import Liar, stix_id
from tests.support.agreements import agreement_text
from tests.support.asgi import AsgiTransport
from tests.support.simulator import Simulation, restarted, simulation

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
VICTIM = "https://us.example"
Answer = Callable[[httpx.Request], httpx.Response | None]


@dataclass
class LiarNode:
    """What `ru` answers. `lie` may answer any request itself; None leaves it to the ordinary answer."""

    liar: Liar
    collection: str = "liars-collection"
    objects: list[bytes] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    lie: Answer = lambda _: None

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        lied = self.lie(request)
        if lied is not None:
            return lied
        path = request.url.path
        if request.method == "POST":
            self.heard.append(orjson.loads(request.read()))
            return httpx.Response(200, json={"status": "taken"})
        if path == "/peer/v1/messages":
            after = int(request.url.params["after"])
            return httpx.Response(200, content=b'{"messages":[' + b",".join(self.liar.sent[after:]) + b"]}")
        if path.endswith("/collections/"):
            return httpx.Response(200, json={"collections": [{"id": self.collection, "title": "x"}]})
        return httpx.Response(200, content=b'{"more":false,"objects":[' + b",".join(self.objects) + b"]}")

    def last(self, kind: str) -> dict[str, Any]:
        """The last message of a kind that the victim sent us."""
        return next(one for one in reversed(self.heard) if one["kind"] == kind)


@dataclass
class Router(httpx.BaseTransport):
    """Which host answers what; a host that nobody has put here is a request that should never have been made."""

    hosts: dict[str, Callable[[httpx.Request], httpx.Response]] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host not in self.hosts:
            self.strays.append(host)
            raise httpx.ConnectError("no such host", request=request)
        answer = self.hosts[host](request)
        if answer.is_stream_consumed:
            answer = httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))
        return answer


@dataclass
class Stage:
    """The nodes and the liar. `give` is the agreement by which `us` gives `ru`, `take` the one by which `ru` gives."""

    world: Simulation
    liar: Liar
    node: LiarNode
    router: Router
    app: Starlette
    give: tuple[str, str] = ("us-ru", "")
    take: tuple[str, str] = ("ru-us", "")

    @property
    def us(self) -> Node:
        return self.world["us"]

    # Requests to the victim.

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request as it is; signed by the liar unless headers are given."""
        signed = self.liar.request(method, target, body) if headers is None else dict(headers)
        raw = [(name.encode(), value.encode("latin-1")) for name, value in signed.items()]
        request = httpx.Request(method, VICTIM + target, content=body, headers=raw)
        answer = AsgiTransport(self.app).handle_request(request)
        answer.read()
        return answer

    def post(self, document: bytes) -> tuple[int, str]:
        """Hand in a message over the real door: status, and the code of the refusal or `taken`/`known`."""
        answer = self.ask("POST", "/peer/v1/messages", document)
        said = answer.json()
        return answer.status_code, said.get("code") or said.get("status")

    def say(self, kind: str, body: dict[str, Any], **changes: Any) -> tuple[int, str]:
        return self.post(self.liar.message(kind, body, **changes))

    def sync(self) -> SyncReport:
        """The victim reads what the liar has."""
        return synchronise(self.us, RU)

    # Objects.

    def written(self, by: str, name: str, **more: Any) -> dict[str, Any]:
        """A campaign that says it is by a party, TLP:CLEAR."""
        return {
            "type": "campaign",
            "spec_version": "2.1",
            "id": stix_id("campaign", name),
            "created": "2030-05-01T10:00:00.000Z",
            "modified": "2030-05-01T10:00:00.000Z",
            "created_by_ref": self.liar.identity if by == "ru" else self.world.identity(by),
            "object_marking_refs": [TLP_2["clear"].id],
            "name": name,
            **more,
        }

    def serve(self, *objects: Mapping[str, Any]) -> None:
        """Put objects into the liar's collection."""
        self.node.objects += [orjson.dumps(one) for one in objects]

    def given(self, *objects: Mapping[str, Any], **lies: Any) -> SyncReport:
        """State and serve objects, and let the victim read them."""
        self.liar.statement(self.take, objects, **lies)
        self.serve(*objects)
        return self.sync()

    # What the victim made of it.

    def names(self, object_id: str) -> list[str]:
        """The names of all versions that the victim holds of an object."""
        with self.us.store.reading() as unit:
            return [str(one.object.content["name"]) for one in unit.objects.get(StixId(object_id))]

    def reasons(self) -> list[str]:
        """Why things were kept apart, newest first."""
        with self.us.store.reading() as unit:
            return [one.reason for one in unit.intakes.quarantined()]

    def acted_on(self) -> list[MessageRecord]:
        """The messages of the liar that took effect."""
        return [one for one in self._messages() if one.refused is None]

    def refused(self) -> list[MessageRecord]:
        """The messages of the liar that are kept as refused."""
        return [one for one in self._messages() if one.refused is not None]

    def _messages(self) -> list[MessageRecord]:
        found: list[MessageRecord] = []
        with self.us.store.reading() as unit:
            while page := unit.messages.after(RU, found[-1].sequence if found else 0, direction=Direction.IN):
                found += page
        return found


def document_of(text: str) -> tuple[dict[str, Any], str]:
    """An agreement's canonical form and hash."""
    agreement = parse_agreement(text)
    return orjson.loads(canonical_form(agreement)), agreement_hash(agreement)


def offer(liar: Liar, document: dict[str, Any], hash_: str) -> bytes:
    return liar.message("agreement-offer", {"agreement": document["id"], "hash": hash_, "document": document})


def signature(liar: Liar, id_: str, hash_: str, **changes: Any) -> bytes:
    body = {
        "agreement": id_,
        "hash": hash_,
        "party": liar.party,
        "key": liar.key.text,
        "signature": liar.key.sign_text(signing_input(hash_)),
    }
    return liar.message("agreement-signature", body | changes)


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """The stage with everybody introduced and an agreement in force each way between `us` and `ru`."""
    with simulation(folder, "us", "fr") as world:
        world.introduce(("us", "fr"))
        router = Router()
        apps = {}
        for name in ("us", "fr"):
            node = restarted(world[name], peers=HttpPeers(world[name], router))
            world.network.nodes[PartyId(name)] = node
            apps[name] = Starlette(routes=[*taxii_server.routes(node), *peer_server.routes(node)])
            router.hosts[f"{name}.example"] = AsgiTransport(apps[name]).handle_request
        liar = Liar("ru", "us", world.clock.now)
        lying = LiarNode(liar)
        router.hosts["liar.example"] = lying.answer
        for name in ("us", "fr"):
            card = liar.card()
            add_party(world[name], card, fingerprint_of(card))
        stage = Stage(world, liar, lying, router, apps["us"])
        stage.give = ("us-ru", _give(stage))
        stage.take = ("ru-us", _take(stage))
        yield stage


def _give(stage: Stage) -> str:
    hash_ = agreeing.draft(stage.us, agreement_text("us-ru", "us", ("ru",))).record.hash
    agreeing.offer(stage.us, hash_)
    assert stage.post(signature(stage.liar, "us-ru", hash_)) == (200, "taken")
    return hash_


def _take(stage: Stage) -> str:
    document, hash_ = document_of(agreement_text("ru-us", "ru", ("us",)))
    assert stage.post(offer(stage.liar, document, hash_)) == (200, "taken")
    assert stage.post(signature(stage.liar, "ru-us", hash_)) == (200, "taken")
    agreeing.accept(stage.us, hash_)
    return hash_
