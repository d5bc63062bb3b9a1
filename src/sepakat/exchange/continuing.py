"""Whether a version of an agreement continues what is known of it, and who its takers are.

The same for what we write and for what partners send. Invariant: an agreement has one giver for ever, and every version
but the first names the hash of the one before. DESIGN section 3.
"""

from __future__ import annotations

from datetime import datetime

from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import agreement_hash, canonical_form
from sepakat.errors import InputError, NotPermitted
from sepakat.exchange.parties import known_community, known_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import AgreementRecord
from sepakat.stix.identifiers import PartyId


def check_continues(
    agreement: Agreement,
    versions: list[AgreementRecord],
    *,
    is_open: bool = True,
    shown: list[AgreementRecord] | None = None,
) -> None:
    """Whether a version continues what is known of its agreement; a refusal tells of `shown` alone (None: of all).

    Raises:
        NotPermitted: the id is that of another giver's, or it begins anew what was agreed before.
        InputError: it is not the next version of the one whose hash it names.
    """
    digest = agreement_hash(agreement)
    others = [record for record in versions if record.hash != digest]
    if any(record.agreement.giver != agreement.giver for record in others):
        raise NotPermitted("agreement-id-taken", f"agreement {agreement.id} refused: the id is that of another giver's")
    if agreement.version == 1:
        if others and not is_open:
            raise NotPermitted(
                "agreement-known",
                f"agreement {agreement.id} refused: another version 1 of it was agreed before",
                "offer a next version that supersedes it by hash",
            )
        return
    before = next((record for record in others if record.hash == agreement.supersedes), None)
    if before is None or before.agreement.version + 1 != agreement.version:
        told = others if shown is None else shown
        newest = max(told, key=lambda record: record.agreement.version, default=None)
        known = "none is known" if newest is None else f"known is version {newest.agreement.version}, {newest.hash}"
        raise InputError(
            "agreement-does-not-continue",
            f"agreement {agreement.id} refused: version {agreement.version} does not name the version before; {known}",
            "write the next version number, and that hash under supersedes",
        )


def roster_of(agreement: Agreement, members: tuple[PartyId, ...] = ()) -> tuple[PartyId, ...]:
    """The takers of a version: those it lists, or the community's members of the day without the giver."""
    takers = members if agreement.community else agreement.takers
    return tuple(taker for taker in takers if taker != agreement.giver)


def record_of(node: Node, unit: Unit, agreement: Agreement, now: datetime) -> AgreementRecord:
    """A version that this node writes, as it is to be kept: the record that is known of it already, or a new one.

    Raises:
        NotFound: a party or community that it names is not known here.
        NotPermitted: this node is no party to it, or the id is another giver's.
        InputError: it has no takers, or does not continue the version before.
    """
    digest = agreement_hash(agreement)
    known = unit.agreements.get(digest)
    if known is not None:
        return known
    members = known_community(unit, agreement.community).members if agreement.community else ()
    roster = roster_of(agreement, members)
    for party in (agreement.giver, *roster):
        known_party(unit, party)
    if node.party != agreement.giver and node.party not in roster:
        raise NotPermitted("agreement-not-ours", f"agreement {agreement.id} refused: {node.party} is no party to it")
    if not roster:
        raise InputError("agreement-without-takers", f"agreement {agreement.id} refused: nobody but its giver is in it")
    versions = unit.agreements.versions(agreement.id)
    said = (event for record in versions for event in record.events)
    # As its giver, what we have said counts: what others offered in our name is nothing that we agreed.
    was_agreed = any(event.party == node.party or agreement.giver != node.party for event in said)
    check_continues(agreement, versions, is_open=not was_agreed)
    return AgreementRecord(digest, agreement, canonical_form(agreement), now, roster)
