"""Answers why an object goes to a party or not: the decision of every view, with all findings."""

from __future__ import annotations

from datetime import datetime

from sepakat.errors import NotFound
from sepakat.exchange.deciding import world_to_read
from sepakat.exchange.ports import Node
from sepakat.exchange.world import world_of
from sepakat.release.decision import Decision, Finding, Outcome, Verdict
from sepakat.release.engine import Verdicts, decide, decide_all
from sepakat.release.question import ViewKey, World
from sepakat.stix.identifiers import AgreementId, PartyId, StixId


def explain(
    node: Node,
    object_id: StixId,
    party: PartyId,
    *,
    at: datetime | None = None,
    agreement: AgreementId | None = None,
) -> list[Decision]:
    """The decision for the newest version of an object in each view of a party, by agreement id.

    Without any view the answer is one decision that says so. `at` asks for another instant, on what is held now.

    Raises:
        NotFound: the object is not held, or the party or agreement not known.
    """
    now = at or node.clock.now()
    with node.store.reading() as unit:
        if unit.parties.get(party) is None:
            raise NotFound("party-unknown", f"no party {party}", "`sepakat party list` shows them")
        if agreement is not None and not unit.agreements.versions(agreement):
            raise NotFound("agreement-unknown", f"no agreement {agreement}", "`sepakat agreements list` shows them")
        if at is not None:
            world = world_of(node, unit, now)
            return _decisions(world, decide_all(world, now), object_id, party, agreement, now)
        with world_to_read(node, unit, now) as decided:
            return _decisions(decided.world, decided.verdicts, object_id, party, agreement, decided.now)


def _decisions(
    world: World, verdicts: Verdicts, object_id: StixId, party: PartyId, agreement: AgreementId | None, now: datetime
) -> list[Decision]:
    versions = world.versions.get(object_id)
    if not versions:
        raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
    version = versions[-1].object.version_ref
    keys = sorted(key for key in world.views if key.taker == party and agreement in (None, key.agreement))
    if not keys:
        return [_without_view(version, party, agreement, now)]
    return [decide(world, verdicts, version, key, now) for key in keys]


def _without_view(
    version: tuple[StixId, str], party: PartyId, agreement: AgreementId | None, now: datetime
) -> Decision:
    which = f"agreement {agreement}" if agreement else "no agreement"
    because = f"{which} has ever been in force for {party}" if not agreement else f"{which} gives {party} nothing"
    finding = Finding(
        rule="AgreementInForce",
        verdict=Verdict.WITHHOLDS,
        because=because,
        remedy=f"offer {party} an agreement: `sepakat agreements offer`",
    )
    return Decision(version, ViewKey(agreement or AgreementId(""), party), now, Outcome.OUT, (finding,))
