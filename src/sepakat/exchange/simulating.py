"""Looks at an agreement before anybody signs it: what it would let go, and whether it is wise. Changes nothing.

Reads what is held, or an archive in its place, and asks `release.simulation` and `agreements.lint`. DESIGN section 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sepakat.agreements.lint import Facts, Finding, lint
from sepakat.agreements.terms import Agreement, Clause, Onward
from sepakat.errors import NotPermitted
from sepakat.exchange.agreeing import check
from sepakat.exchange.continuing import roster_of
from sepakat.exchange.parties import known_community
from sepakat.exchange.ports import Node
from sepakat.exchange.titles import title_of
from sepakat.exchange.world import standing_versions, world_of
from sepakat.release.engine import decide_all
from sepakat.release.question import HeldVersion, ViewKey, World
from sepakat.release.simulation import Item, Simulated, matched_by, newest_versions, simulate, with_agreement
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.reading import read_objects


@dataclass(frozen=True, slots=True)
class Simulation:
    """What an agreement would do, with the titles of what it names."""

    agreement: Agreement
    effect: Simulated
    source: str
    """What it was tried on: what this node holds, or a file."""
    titles: dict[StixId, str]

    def title(self, item: Item) -> str:
        """A few words that tell the item from others."""
        return self.titles.get(item.version[0], item.type)


def simulate_agreement(node: Node, text: str | bytes, *, archive: bytes | None = None, name: str = "") -> Simulation:
    """Say what would newly go to whom, and what would stop, if all signed the agreement now.

    With an `archive` (a bundle, envelope or list of STIX objects) that is tried in place of what the node holds, as if
    all of it were this party's own. Before the agreement's window the first instant of it is asked.

    Raises:
        InputError: the agreement, or the archive, has faults; all are named.
        NotPermitted: another party is the giver.
    """
    agreement = check(text)
    if agreement.giver != node.party:
        raise NotPermitted(
            "agreement-not-ours",
            f"agreement {agreement.id} not simulated: its giver is {agreement.giver}, this node is {node.party}",
            "what a partner would give us only its own node can tell",
        )
    now = node.clock.now()
    at = max(now, agreement.window.from_)
    with node.store.reading() as unit:
        world = world_of(node, unit, at)
        everyone = unit.parties.everyone()
        community = known_community(unit, agreement.community) if agreement.community else None
    if archive is not None:
        world = _of_archive(world, archive, standing_versions(node, everyone), now)
    countries = {party.id: party.country for party in everyone}
    takers = roster_of(agreement, community.members if community is not None else ())
    effect = simulate(world, agreement, {taker: countries.get(taker) for taker in takers}, at)
    titles = {
        item.version[0]: title_of(world.versions[item.version[0]][-1].object.content)
        for taker in effect.takers
        for items in (taker.new, taker.more, taker.less, taker.stops, taker.waits)
        for item in items
    }
    return Simulation(agreement, effect, name or "what this node holds", titles)


def lint_agreement(node: Node, text: str | bytes) -> tuple[Agreement, tuple[Finding, ...]]:
    """Say whether a valid agreement is wise, with what this node holds.

    Raises:
        InputError: it is not valid; all faults are named.
    """
    agreement = check(text)
    now = node.clock.now()
    if agreement.giver != node.party:
        return agreement, lint(agreement, Facts(now=now))
    at = max(now, agreement.window.from_)
    with node.store.reading() as unit:
        world = world_of(node, unit, at)
    # Any taker will do: what is asked looks at no taker.
    view = ViewKey(agreement.id, PartyId("taker"))
    verdicts = decide_all(with_agreement(world, agreement, {view.taker: None}), at)
    matched = matched_by(verdicts, view, agreement.share)

    def received(clause: Clause) -> Iterator[tuple[AgreementId, Onward]]:
        for version in matched[clause.id]:
            for terms in version.held.received:
                yield terms.agreement, terms.onward

    facts = Facts(
        now=now,
        held=len(newest_versions(verdicts)),
        matches=lambda clause: len(matched[clause.id]),
        received_under=received,
        topics=world.topics.definitions,
    )
    return agreement, lint(agreement, facts)


def _of_archive(
    world: World, archive: bytes, standing: Mapping[StixId, tuple[HeldVersion, ...]], now: datetime
) -> World:
    """The world with the objects of a file in place of all that is held, and nothing put on them."""
    versions = dict(standing)
    for made in read_objects(archive):
        held = HeldVersion(made, frozenset({world.node}), now)
        others = [one for one in versions.get(made.id, ()) if one.object.version != made.version]
        versions[made.id] = tuple(sorted([*others, held], key=lambda one: one.object.version))
    return replace(world, versions=versions, policies={}, approvals={}, grants=())
