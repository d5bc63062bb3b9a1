"""Commitments: what was offered or promised, and the steps that somebody says were taken since."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sepakat.claims.claim import Basis
from sepakat.claims.commitments import LABEL, STEPS, Commitment, commitments_of
from sepakat.claims.telling import Telling
from sepakat.errors import InputError, NotFound
from sepakat.exchange.claiming import Draft, make_claim
from sepakat.exchange.ports import Node
from sepakat.exchange.tellings import every_telling, held_telling
from sepakat.stix.identifiers import StixId


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    """One commitment with the names of those who speak and are spoken to, where they are known."""

    commitment: Commitment
    names: dict[str, str]


def list_commitments(node: Node) -> list[CommitmentLine]:
    """All offers that are held, with their steps, oldest first."""
    with node.store.reading() as unit:
        found = commitments_of(every_telling(unit))
        names: dict[str, str] = {party.identity.id: party.name for party in unit.parties.everyone()}
        wanted = {ref for one in found for ref in (*one.to, *map(StixId, one.said))} - names.keys()
        for id_, versions in unit.objects.get_many(wanted).items():
            name = versions[-1].object.content.get("name")
            if isinstance(name, str):
                names[id_] = name
    return [CommitmentLine(one, names) for one in found]


def show_commitment(node: Node, offer: StixId) -> CommitmentLine:
    """One commitment.

    Raises:
        NotFound: no such offer.
    """
    found = next((one for one in list_commitments(node) if one.commitment.offer.id == offer), None)
    if found is None:
        raise NotFound("offer-unknown", f"no offer {offer}", "`sepakat commitments list` shows them")
    return found


def say_step(node: Node, offer: StixId, status: str, draft: Draft, by: str) -> Telling:
    """Say that a step was taken: a claim of this party that names the offer; the offer and other words stay.

    Raises:
        NotFound: no such offer. InputError: no such step, or what is named is no offer.
    """
    if status not in STEPS:
        raise InputError("step-invalid", f"step refused: expected one of {', '.join(STEPS)}, got {status}")
    with node.store.reading() as unit:
        if held_telling(unit, offer).claim.kind != "offer":
            raise InputError("offer-invalid", f"step refused: {offer} is no offer")
    claim = replace(draft.claim, kind="report", basis=(*draft.claim.basis, Basis("derived", object_ref=offer)))
    return make_claim(node, replace(draft, claim=claim, labels=(*draft.labels, f"{LABEL}{status}")), by)
