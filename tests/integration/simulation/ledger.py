"""What everybody should hold: told by the oracle of the release rule from what happened, never from what a node keeps.

The ledger knows who took in what, who gives whom by which agreement, who allowed what to go on, what was recalled. It
asks the oracle node by node what is whole and what is cut, hands that to the takers, and begins again until nothing is
added: so things travel along chains. Invariant: nothing here reads a store or the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.oracle.fixpoint import answers
from tests.oracle.plain import Grant, Terms, Version, View, World

Content = Mapping[str, Any]
Item = tuple[str, str, str]
"""How one thing that somebody holds is told apart: whole or cut, its id (its name, if cut), its version (its rest)."""

_OF_NO_INTEREST = frozenset(
    {"id", "created", "modified", "created_by_ref", "extensions", "source_ref", "target_ref", "object_refs"}
)


@dataclass(frozen=True)
class Deal:
    """One agreement in force: its canonical document."""

    id: str
    giver: str
    taker: str
    document: Mapping[str, Any]


@dataclass
class Ledger:
    """Everything that happened, as it is true at the end."""

    identities: dict[str, str]
    """Party by the id of its identity."""
    since: datetime
    deals: list[Deal] = field(default_factory=list)
    taken_in: dict[str, list[Content]] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    ended_grants: list[Grant] = field(default_factory=list)
    recalled: set[str] = field(default_factory=set)
    scaffold: list[Content] = field(default_factory=list)

    def expected(self, now: datetime, *, ever: bool = False) -> dict[str, set[Item]]:
        """What each party should hold; `ever`: might have got at any time, also if it was taken back."""
        whole = {party: {v.ref: v for v in self._own(party, ever)} for party in self.identities.values()}
        cut: dict[str, set[Item]] = {party: set() for party in whole}
        queue = sorted(whole)
        while queue:
            giver = queue.pop(0)
            found = list(self._given(giver, whole[giver].values(), now, ever))
            for taker, version, projection in found:
                if projection is not None:
                    cut[taker].add(cut_item(projection))
                elif version.ref not in whole[taker]:
                    whole[taker][version.ref] = version
                    if taker not in queue:
                        queue.append(taker)
        return {party: {("whole", *ref) for ref in versions} | cut[party] for party, versions in whole.items()}

    def _own(self, party: str, ever: bool) -> Iterator[Version]:
        for content in self.taken_in.get(party, ()):
            if ever or content["id"] not in self.recalled:
                yield Version(content, frozenset({party}), self.since)

    def _given(
        self, giver: str, versions: Iterable[Version], now: datetime, ever: bool
    ) -> Iterator[tuple[str, Version, Content | None]]:
        held = list(versions)
        deals = {(deal.id, deal.taker): deal for deal in self.deals if deal.giver == giver}
        if not deals or not held:
            return
        standing = [Version(content, frozenset({giver}), self.since) for content in self.scaffold]
        grants = (*self.grants, *(self.ended_grants if ever else ()))
        world = World(
            node=giver,
            parties=self.identities,
            views=tuple(View(name, deal.document, in_force=True) for name, deal in deals.items()),
            versions=(*held, *standing),
            grants=tuple(grant for grant in grants if grant.grantee == giver),
        )
        by_ref = {version.ref: version for version in held}
        newest = {version.id: max(v.ref[1] for v in held if v.id == version.id) for version in held}
        for (ref, name), answer in answers(world, now).items():
            if ref not in by_ref or answer.status == "out":
                continue
            deal, version = deals[name], by_ref[ref]
            if deal.taker in version.origins:
                continue
            if answer.projection is None:
                terms = Terms(giver, deal.document["onward"])
                yield deal.taker, Version(version.content, version.origins, self.since, (terms,)), None
            elif ever or ref[1] == newest[ref[0]]:
                yield deal.taker, version, answer.projection


def cut_item(content: Content) -> Item:
    """A tear-line variant, told apart by what it says; its id and its dates are its giver's secret."""
    name = content.get("name") or content.get("abstract") or content.get("relationship_type")
    rest = sorted(key for key in content if key not in _OF_NO_INTEREST and content[key] not in (False, None))
    return ("cut", f"{content['type']} {name}", " ".join(key for key in rest if key != "spec_version"))
