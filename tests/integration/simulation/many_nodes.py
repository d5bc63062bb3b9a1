"""Many nodes in one process: production code over the transport port, and a random life of a coalition.

Steps are drawn from a seed: objects are taken in and get new versions, partners synchronise, ask, grant, deny and
withdraw consent, recall, suspend and resume, are cut off and come back, die and are started again. What happens is also
told to the `Ledger`. At the end everything is let to quiet down and compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import orjson

from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.writing import canonical_form
from sepakat.errors import NotPermitted
from sepakat.exchange import agreeing, consenting, recalling
from sepakat.exchange.messaging import deliver
from sepakat.exchange.parties import add_party, fingerprint_of, own_card
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Consent, Direction
from sepakat.exchange.synchronising import synchronise
from sepakat.exchange.verifying import verify_logs
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.instants import format_instant
from sepakat.stix.markings import FIXED_MARKINGS, TLP_2
from sepakat.stores.sqlite import SqliteStore
from tests.integration.simulation.ledger import Deal, Item, Ledger, cut_item
from tests.oracle.plain import Grant
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, simulation

PARTIES = (
    "ar", "au", "be", "br", "ca", "de", "dk", "es", "fi", "fr", "gb",
    "gr", "ie", "it", "jp", "ke", "nl", "no", "nz", "pl", "se", "us",
)  # fmt: skip
LEVELS = ("amber", "amber", "amber", "green", "green", "clear", "red")


HAPPENED = (
    "taken", "new versions", "synchronisations", "broken off", "consents asked", "consents granted", "consents denied",
    "consents withdrawn", "three hops", "recalls", "recall answers", "partitions", "suspensions", "restarts",
)  # fmt: skip
"""What a run must have seen at least once, so that its end says something."""


@dataclass(frozen=True)
class Size:
    """How large a simulation is."""

    nodes: int = 22
    agreements: int = 60
    objects: int = 2_000
    steps: int = 1_500


@dataclass
class Life:
    """One run. `done` counts what happened."""

    size: Size
    random: Random
    world: Simulation
    folder: Path
    ledger: Ledger
    done: Counter[str] = field(default_factory=Counter)
    names: int = 0
    deals: dict[tuple[str, str], Deal] = field(default_factory=dict)
    suspended: set[tuple[str, str]] = field(default_factory=set)
    referenced: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    """Objects that were asked for or recalled: each is played once."""
    alarms: list[str] = field(default_factory=list)
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _reached: set[tuple[str, str]] = field(default_factory=set)

    @property
    def parties(self) -> tuple[str, ...]:
        return PARTIES[: self.size.nodes]

    def node(self, party: str) -> Node:
        return self.world[party]

    # The beginning.

    def found(self) -> None:
        """Everybody knows everybody; agreements along a chain through all, then at random."""
        cards = {party: own_card(self.node(party)) for party in self.parties}
        for party in self.parties:
            for other, card in cards.items():
                if other != party:
                    add_party(self.node(party), card, fingerprint_of(card))
        pairs = [(one, self.parties[n + 1]) for n, one in enumerate(self.parties[:-1])]
        others = [(one, other) for one in self.parties for other in self.parties if one != other]
        others = [pair for pair in others if pair not in pairs]
        self.random.shuffle(others)
        for giver, taker in (pairs + others)[: self.size.agreements]:
            self._agree(giver, taker)

    def _agree(self, giver: str, taker: str) -> None:
        id_ = f"{giver}-to-{taker}"
        ceiling = self.random.choice(("amber", "amber", "green"))
        text = agreement_text(
            id_, giver, (taker,), ceiling=ceiling, deny="description" if self.random.random() < 0.25 else ""
        )
        hash_ = agreeing.draft(self.node(giver), text).record.hash
        agreeing.offer(self.node(giver), hash_)
        agreeing.accept(self.node(taker), hash_)
        deal = Deal(id_, giver, taker, orjson.loads(canonical_form(parse_agreement(text))))
        self.deals[giver, taker] = deal
        self.ledger.deals.append(deal)

    # The steps.

    def live(self) -> None:
        """Play all steps; the objects come with them, so many at a time that all are there at the end."""
        steps = [self._take_in] * 6 + [self._renew] * 2 + [self._sync] * 8 + [self._deliver] * 2
        steps += [self._ask] * 3 + [self._answer] * 3 + [self._withdraw, self._recall, self._partition, self._heal]
        steps += [self._suspend, self._resume, self._restart]
        for number in range(self.size.steps):
            self.world.clock.advance(seconds=self.random.randint(1, 20))
            if number in (self.size.steps // 3, self.size.steps // 2):
                self._chain()
            self.random.choice(steps)()
            left = self.size.steps - number
            if self.size.objects - self.done["objects"] > left * 4:
                self._take_in()
        while self.done["objects"] < self.size.objects:
            self._take_in()

    def _take_in(self) -> None:
        party = self.random.choice(self.parties)
        made = [self._new(party) for _ in range(min(self.random.randint(1, 12), self._left()))]
        if not made:
            return
        own = [one["id"] for one in self._own_campaigns(party)]
        ids = own + [one["id"] for one in made]
        free = [one for one in ids if one not in self.touched]
        if len(free) > 1 and self.random.random() < 0.5 and self._left():
            source, target = self.random.sample(free, 2)
            self.referenced |= {source, target}
            made.append(self._relationship(party, source, target))
        self.world.take_in(party, *made)
        self.ledger.taken_in.setdefault(party, []).extend(made)
        self.done["objects"] += len(made)

    def _left(self) -> int:
        return max(0, self.size.objects - self.done["objects"])

    def _new(self, party: str) -> dict[str, Any]:
        self.names += 1
        more = {"description": f"Something about {self.names}"} if self.random.random() < 0.5 else {}
        return self._written(party, "campaign", name=f"campaign {self.names}", **more)

    def _relationship(self, party: str, source: str, target: str) -> dict[str, Any]:
        self.names += 1
        return self._written(
            party, "relationship", source_ref=source, target_ref=target, relationship_type=f"linked-{self.names}"
        )

    def _written(self, party: str, type_: str, **more: Any) -> dict[str, Any]:
        stamp = format_instant(self.world.clock.now())
        return {
            "type": type_,
            "spec_version": "2.1",
            "id": f"{type_}--{UUID(int=self.random.getrandbits(128), version=4)}",
            "created": stamp,
            "modified": stamp,
            "created_by_ref": self.world.identity(party),
            "object_marking_refs": [TLP_2[self.random.choice(LEVELS)].id],
            **more,
        }

    def _own_campaigns(self, party: str) -> list[Mapping[str, Any]]:
        newest = {str(one["id"]): one for one in self.ledger.taken_in.get(party, ()) if one["type"] == "campaign"}
        return [one for id_, one in newest.items() if id_ not in self.ledger.recalled]

    def _renew(self) -> None:
        party = self.random.choice(self.parties)
        own = [one for one in self._own_campaigns(party) if one["id"] not in self.touched]
        if own:
            old = self.random.choice(own)
            new = {**old, "modified": format_instant(self.world.clock.now()), "aliases": [f"again {self.names}"]}
            self.world.take_in(party, new)
            self.ledger.taken_in[party].append(new)
            self.done["new versions"] += 1

    def _sync(self) -> None:
        giver, taker = self.random.choice(sorted(self.deals))
        report = synchronise(self.node(taker), PartyId(giver))
        self.alarms += report.alarms
        self.done["synchronisations"] += 1
        self.done["broken off"] += report.error is not None
        self.done["taken"] += report.taken

    def _chain(self) -> None:
        """Something goes three hops: given to one, passed on to a second, and from there to a third."""
        self._heal()
        while self.suspended:
            self._resume()
        one, two, three, four = self._path()
        made = self._written(
            one, "campaign", name=f"far {self.random.random()}", object_marking_refs=[TLP_2["green"].id]
        )
        self.world.take_in(one, made)
        self.ledger.taken_in.setdefault(one, []).append(made)
        self.done["objects"] += 1
        self.touched.add(str(made["id"]))
        hops = ((one, two), (two, three), (three, four))
        for (giver, holder), (_, third) in pairwise(hops):
            deliver(self.node(giver))
            synchronise(self.node(holder), PartyId(giver))
            asked = consenting.request_consent(self.node(holder), StixId(made["id"]), PartyId(third), "chain").consents
            self._asked.add((holder, made["id"]))
            self._reached.add((third, made["id"]))
            deliver(self.node(holder))
            for request in self._open(one):
                self._decide(one, request, granted=request.id == asked[0].id)
        synchronise(self.node(four), PartyId(three))

    def _path(self) -> tuple[str, str, str, str]:
        """Four parties of whom each gives the next, whole objects, and the first gives the others nothing."""
        whole = [pair for pair, deal in self.deals.items() if not deal.document["share"][0]["fields"].get("deny")]
        paths = [
            (a, b, c, d)
            for a, b in whole
            for b_again, c in whole
            for c_again, d in whole
            if b == b_again and c == c_again and len({a, b, c, d}) == 4
            if (a, c) not in self.deals and (a, d) not in self.deals
        ]
        return self.random.choice(sorted(paths))

    def _deliver(self) -> None:
        deliver(self.node(self.random.choice(self.parties)))

    def _ask(self) -> None:
        """Somebody asks to pass on what came from another: first or second hand, so that chains of three hops come."""
        holder = self.random.choice(self.parties)
        thirds = [taker for giver, taker in sorted(self.deals) if giver == holder]
        held = [one for one in sorted(self._foreign(holder)) if (holder, one[1]) not in self._asked]
        if not thirds or not held:
            return
        origin, id_ = self.random.choice(held)
        fitting = [
            one
            for one in thirds
            if one != origin and (origin, one) not in self.deals and (one, id_) not in self._reached
        ]
        if not fitting or id_ in self.ledger.recalled:
            return
        third = self.random.choice(fitting)
        try:
            consenting.request_consent(self.node(holder), StixId(id_), PartyId(third), "joint operation")
        except NotPermitted:
            return
        self.touched.add(id_)
        self._asked.add((holder, id_))
        self._reached.add((third, id_))
        self.done["consents asked"] += 1

    def _foreign(self, holder: str) -> Iterator[tuple[str, str]]:
        """Whole campaigns of others that a node holds and shows: origin, id."""
        own = self.world.identity(holder)
        for version in self._visible(holder):
            content = version.content
            creator = self.ledger.identities.get(str(content.get("created_by_ref")))
            is_foreign = content["type"] == "campaign" and creator and content["created_by_ref"] != own
            if creator and is_foreign and "extensions" not in content and content["id"] not in self.referenced:
                yield creator, str(content["id"])

    def _answer(self) -> None:
        origin = self.random.choice(self.parties)
        for asked in self._open(origin):
            self._decide(origin, asked, granted=self.random.random() < 0.7)

    def _open(self, origin: str) -> list[Consent]:
        found = consenting.list_consents(self.node(origin))
        return [one for one in found if one.direction is Direction.IN and one.granted is None]

    def _decide(self, origin: str, asked: Consent, *, granted: bool) -> None:
        if not granted or asked.object_id in self.ledger.recalled:
            consenting.deny_consent(self.node(origin), asked.id, "source at risk")
            self.done["consents denied"] += 1
            return
        consenting.grant_consent(self.node(origin), asked.id)
        now = self.world.clock.now()
        self.ledger.grants.append(Grant(origin, asked.counterpart, asked.party, asked.object_id, now))
        self.done["consents granted"] += 1

    def _withdraw(self) -> None:
        """A grant is taken back whose third party passed nothing on: what it passed on would be another story."""
        onward = {(grant.grantee, grant.object_id) for grant in self.ledger.grants}
        free = [
            grant
            for grant in self.ledger.grants
            if (grant.party, grant.object_id) not in onward | self._asked
            and grant.object_id not in self.ledger.recalled
        ]
        if not free:
            return
        grant = self.random.choice(free)
        for one in consenting.list_consents(self.node(grant.origin)):
            is_it = (one.counterpart, one.party, one.object_id) == (grant.grantee, grant.party, grant.object_id)
            if one.direction is Direction.IN and is_it and one.granted and one.withdrawn_at is None:
                consenting.withdraw_consent(self.node(grant.origin), one.id, "source at risk")
                self.ledger.grants.remove(grant)
                self.ledger.ended_grants.append(grant)
                # It must not be asked for once more by the one from whom it was taken.
                self._asked.add((grant.party, grant.object_id))
                self.done["consents withdrawn"] += 1
                return

    def _recall(self) -> None:
        party = self.random.choice(self.parties)
        own = [str(one["id"]) for one in self._own_campaigns(party) if one["id"] not in self.referenced]
        self.random.shuffle(own)
        for id_ in own[:10]:
            try:
                recalling.recall(self.node(party), StixId(id_), "a mistake", by="alice")
            except NotPermitted:
                continue
            self.touched.add(id_)
            self.ledger.recalled.add(id_)
            self.done["recalls"] += 1
            return

    def _partition(self) -> None:
        cut = self.random.sample(self.parties, self.random.randint(1, len(self.parties) // 3))
        self.world.network.cut_off = {PartyId(party) for party in cut}
        self.done["partitions"] += 1

    def _heal(self) -> None:
        self.world.network.cut_off = set()

    def _suspend(self) -> None:
        pair = self.random.choice(sorted(self.deals))
        if pair not in self.suspended:
            agreeing.suspend(self.node(pair[0]), self.deals[pair].id, "for a while")
            self.suspended.add(pair)
            self.done["suspensions"] += 1

    def _resume(self) -> None:
        if self.suspended:
            pair = self.random.choice(sorted(self.suspended))
            agreeing.resume(self.node(pair[0]), self.deals[pair].id, "again")
            self.suspended.discard(pair)

    def _restart(self) -> None:
        party = self.random.choice(self.parties)
        node = self.node(party)
        node.store.close()
        store = SqliteStore(self.folder / party / "store.sqlite")
        self.world.network.nodes[PartyId(party)] = replace(node, store=store)
        self.done["restarts"] += 1

    # The end.

    def quiet_down(self, rounds: int = 25) -> None:
        """Nothing is cut off or suspended any more; everybody says and reads everything until nothing is new."""
        self._heal()
        while self.suspended:
            self.world.clock.advance(seconds=1)
            self._resume()
        for _ in range(rounds):
            self.world.clock.advance(hours=2)
            news = sum(deliver(self.node(party)).count for party in self.parties)
            for party in self.parties:
                for asked in self._open(party):
                    self._decide(party, asked, granted=self.random.random() < 0.7)
                    news += 1
            for giver, taker in sorted(self.deals):
                report = synchronise(self.node(taker), PartyId(giver))
                assert report.error is None, report.error
                self.alarms += report.alarms
                self.done["taken"] += report.taken
                news += report.taken + report.messages + report.sent
            if not news:
                return
        raise AssertionError("the nodes do not come to rest")

    def _visible(self, party: str) -> Iterator[Any]:
        with self.node(party).store.reading() as unit:
            hidden = {policy.object_id for policy in unit.policies.everything() if policy.recalled}
            yield from [one.object for one in unit.objects.everything() if one.object.id not in hidden]

    def holdings(self, party: str) -> set[Item]:
        """What a node holds and shows, scaffold aside; of each variant the latest version."""
        found: set[Item] = set()
        variants: dict[str, Any] = {}
        for made in self._visible(party):
            if made.id in FIXED_MARKINGS or made.id in self.ledger.identities:
                continue
            if "extensions" in made.content:
                last = variants.get(made.id)
                variants[made.id] = made if last is None or made.version > last.version else last
            else:
                found.add(("whole", made.id, str(made.content["modified"])))
        return found | {cut_item(made.content) for made in variants.values()}

    def check(self) -> None:
        """Everybody holds exactly what the oracle says; every recall is answered; every log is sound."""
        now = self.world.clock.now()
        expected, ever = self.ledger.expected(now), self.ledger.expected(now, ever=True)
        for party in self.parties:
            held = self.holdings(party)
            assert held == expected[party], (
                party, sorted(held - expected[party])[:5], sorted(expected[party] - held)[:5],
            )  # fmt: skip
            self._check_arrivals(party, ever[party])
            self._check_recalls(party)
            for log in verify_logs(self.node(party)):
                assert log.report.is_sound, (party, log.counterpart, log.report.findings)
        assert self.alarms == []
        self.done["three hops"] = len(self._far())

    def _check_arrivals(self, party: str, allowed: set[Item]) -> None:
        """Nothing ever came that might not come, not even for a moment."""
        may = {item[1] for item in allowed if item[0] == "whole"}
        with self.node(party).store.reading() as unit:
            for arrival in unit.syncs.arrivals():
                versions = unit.objects.get(arrival.id)
                is_cut = any("extensions" in version.object.content for version in versions)
                known = arrival.id in may or arrival.id in FIXED_MARKINGS or arrival.id in self.ledger.identities
                assert is_cut or known, (party, arrival)
            assert unit.intakes.quarantined() == [], (party, unit.intakes.quarantined()[:3])

    def _check_recalls(self, party: str) -> None:
        for recall in recalling.list_recalls(self.node(party)):
            if recall.direction is Direction.OUT:
                assert all(answer.action for answer in recall.answers), (party, recall)
                self.done["recall answers"] += len(recall.answers)

    def _far(self) -> set[tuple[str, str]]:
        """Who got something by two grants, one after the other: origin, holder, second holder, third."""
        grants = [*self.ledger.grants, *self.ledger.ended_grants]
        first = {(grant.party, grant.object_id) for grant in grants}
        return {(one.party, one.object_id) for one in grants if (one.grantee, one.object_id) in first}


@contextmanager
def lived(folder: Path, size: Size, seed: int) -> Iterator[Life]:
    """One run from the founding to the rest after it."""
    names = PARTIES[: size.nodes]
    with simulation(folder, *names) as world:
        identities = {world.identity(party): party for party in names}
        scaffold: list[Mapping[str, Any]] = [marking.content for marking in FIXED_MARKINGS.values()]
        scaffold += [own_card(world[party])["identity"] for party in names]
        ledger = Ledger(identities, world.clock.now(), scaffold=scaffold)
        life = Life(size, Random(seed), world, folder, ledger)
        try:
            life.found()
            life.live()
            life.quiet_down()
            yield life
        finally:
            for node in world.network.nodes.values():
                node.store.close()
