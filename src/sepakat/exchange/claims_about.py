"""The claims on one object, for the page that shows it: what it says itself if it is a claim, and what is said of it.

Statements with personal data are left out for whoever has not said what for. Decides nothing and writes nothing but the
catalogue, which it lets catch up so that what was just claimed is found.
"""

from __future__ import annotations

from dataclasses import dataclass

from sepakat.claims.claim import Claim
from sepakat.claims.questions import Opinion
from sepakat.claims.telling import Telling
from sepakat.claims.vocabulary import CARRIERS
from sepakat.exchange.cataloguing import catch_up_a_little
from sepakat.exchange.consulting import closed_to
from sepakat.exchange.ports import Node
from sepakat.exchange.tellings import opinions_on, speaker_names, tellings
from sepakat.stix.identifiers import StixId

MOST = 30
"""How many claims are shown, the last that came first."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim with the name of its speaker. `is_closed`: it holds personal data, and no purpose was said."""

    telling: Telling
    speaker: str
    is_closed: bool

    @property
    def claim(self) -> Claim:
        """What it says."""
        return self.telling.claim


@dataclass(frozen=True, slots=True)
class ClaimsAbout:
    """What is claimed on one object. `own` is the claim that the object itself carries."""

    own: ClaimLine | None
    is_ours: bool
    """Whether this party may correct and withdraw the claim that the object carries."""
    opinions: tuple[Opinion, ...]
    """What parties think of that claim."""
    about: tuple[ClaimLine, ...]
    has_more: bool


def claims_about(node: Node, object_id: StixId, user: str) -> ClaimsAbout:
    """The claims on an object, as a person of this node may see them."""
    catch_up_a_little(node)
    with node.store.reading() as unit:
        rows = unit.catalogue.linked(object_id, MOST + 1, types=tuple(CARRIERS))
        found = {one.id: one for one in tellings(unit, [object_id, *(row.id for row in rows)])}
        names = speaker_names(unit, found.values())
        own = found.get(object_id)
        said = opinions_on(unit, object_id) if own is not None else ()
        party = unit.parties.get(node.party)
    closed = closed_to(node, user, found)
    is_ours = own is not None and party is not None and own.creator == party.identity.id and node.party in own.origins

    def line(one: Telling) -> ClaimLine:
        name = names.get(one.claim.speaker_ref) if one.claim.speaker_ref is not None else None
        return ClaimLine(one, name or ", ".join(one.origins), one.id in closed)

    return ClaimsAbout(
        own=line(own) if own is not None else None,
        is_ours=is_ours and own is not None and own.is_believed,
        opinions=tuple(said),
        # A relationship or sighting without the extension carries no claim and is left out here.
        about=tuple(line(found[row.id]) for row in rows[:MOST] if row.id in found and row.id != object_id),
        has_more=len(rows) > MOST,
    )
