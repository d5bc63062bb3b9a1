"""Tries a decision: some objects, a party, an agreement that may be a draft, an instant. Nothing is kept or released.

The objects are held ones or a bundle as if this party had just taken it in, the agreement one that gave the party
something or a document as if both had signed it. The answer is the engine's, with every finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sepakat.agreements.parsing import parse_agreement
from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.parties import known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.titles import title_of
from sepakat.exchange.world import world_of
from sepakat.release.decision import Decision
from sepakat.release.engine import decide, decide_all
from sepakat.release.question import HeldVersion, View, ViewKey, World
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.reading import read_objects
from sepakat.stix.validation import faults_of

MOST_TRIED = 20
"""How many objects of a bundle are told about."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried. One of `object_id` and `bundle`; `document` is an agreement in YAML, in place of those agreed."""

    party: PartyId
    object_id: StixId | None = None
    bundle: bytes | None = None
    agreement: AgreementId | None = None
    document: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer for one object under one agreement."""

    title: str
    decision: Decision


def try_decision(node: Node, trial: Trial) -> tuple[Tried, ...]:
    """What would be decided.

    Raises:
        NotFound: the object is not held, the party not known, or nothing was ever agreed with it.
        InputError: the bundle or the document has faults; all are named.
        NotPermitted: the document's giver is another party, or the party is none of its takers.
    """
    now = node.clock.now()
    at = trial.at or now
    brought = read_objects(trial.bundle) if trial.bundle else ()
    faults = [fault for made in brought for fault in faults_of(made.content)]
    if faults:
        raise InputError("content-invalid", f"bundle not tried: {faults[0]}", faults=faults)
    with node.store.reading() as unit:
        taker = known_party(unit, trial.party)
        world = world_of(node, unit, at)
        if trial.document:
            world = _as_if_agreed(node, unit, world, trial)
    versions = dict(world.versions)
    for made in brought:
        held = HeldVersion(made, frozenset({node.party}), now)
        others = [one for one in versions.get(made.id, ()) if one.object.version != made.version]
        versions[made.id] = tuple(sorted([*others, held], key=lambda one: one.object.version))
    world = replace(world, versions=versions)
    keys = sorted(key for key in world.views if key.taker == taker.id and trial.agreement in (None, key.agreement))
    if not keys:
        raise NotFound("view-unknown", f"nothing was ever agreed to give {taker.id}", "write an agreement to try")
    wanted = [made.id for made in brought][:MOST_TRIED] if brought else [trial.object_id or StixId("")]
    missing = [one for one in wanted if not versions.get(one)]
    if missing:
        raise NotFound("object-unknown", f"no object {missing[0]} is held", "paste it as a bundle")
    verdicts = decide_all(world, at)
    newest = [versions[one][-1].object for one in wanted]
    return tuple(
        Tried(title_of(made.content), decide(world, verdicts, made.version_ref, key, at))
        for made in newest
        for key in keys
    )


def _as_if_agreed(node: Node, unit: Unit, world: World, trial: Trial) -> World:
    """The world in which the document alone is in force for the party."""
    agreement = parse_agreement(trial.document)
    roster = unit.parties.roster(agreement.community) if agreement.community else None
    takers = roster.members if roster is not None else agreement.takers
    if agreement.giver != node.party or trial.party not in takers:
        raise NotPermitted(
            "agreement-not-ours", f"agreement {agreement.id} not tried: by it {node.party} gives {trial.party} nothing"
        )
    party = unit.parties.get(trial.party)
    key = ViewKey(agreement.id, trial.party)
    country = party.country if party else None
    view = View(key=key, agreement=agreement, in_force=True, because="tried as if signed", taker_country=country)
    others = {other: one for other, one in world.views.items() if other.taker != trial.party}
    return replace(world, views={**others, key: view})
