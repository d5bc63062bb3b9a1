"""After the end of an agreement: the taker deletes what it had by it alone, and says so to the giver.

A person decides that it is done: the law may ask to keep something, and then the recall of that object is answered
instead. Invariant: what the node has from elsewhere too, or is its own, stays under its own terms. DESIGN section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sepakat.errors import NotFound, NotPermitted
from sepakat.exchange.messaging import DeliveryReport, compose, deliver
from sepakat.exchange.owing import Debt, Owed, list_owed
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.releasing import update_views
from sepakat.release.question import ReceivedTerms
from sepakat.shapes import instant_text
from sepakat.stix.identifiers import AgreementId


@dataclass(frozen=True, slots=True)
class Deletion:
    """How many object versions were deleted, how many stay since we have them from elsewhere, and who was told."""

    deleted: int
    kept: int
    delivery: DeliveryReport


def confirm_deletion(node: Node, agreement: AgreementId) -> Deletion:
    """Delete what came by an agreement that has ended, and confirm it to the giver.

    Raises:
        NotFound: no such agreement. NotPermitted: nothing is to be deleted: it has not ended, asks for no deletion, is
            one by which we give, or the deletion was confirmed before.
    """
    owed = [one for one in list_owed(node) if _is_ours(node, one, agreement)]
    now = node.clock.now()
    with node.store.writing() as unit:
        versions = unit.agreements.versions(agreement)
        if not versions:
            raise NotFound("agreement-unknown", f"no agreement {agreement}", "`sepakat agreements list` shows them")
        if not owed:
            raise NotPermitted(
                "deletion-not-owed",
                f"nothing deleted: agreement {agreement} asks for no deletion of {node.party} now",
                "`sepakat agreements show` tells where it stands",
            )
        giver = versions[-1].agreement.giver
        deleted, kept = _delete(unit, giver, agreement, now)
        for record in versions:
            if any(event.party == node.party for event in record.events):
                body = {
                    "agreement": agreement,
                    "hash": record.hash,
                    "stage": "deleted",
                    "from": instant_text(now),
                }
                compose(node, unit, "agreement-end", giver, body, now)
        update_views(node, unit, now)
    return Deletion(deleted, kept, deliver(node))


def _is_ours(node: Node, owed: Owed, agreement: AgreementId) -> bool:
    return owed.debt is Debt.DELETION and owed.debtor == node.party and owed.about == agreement


def _delete(unit: Unit, giver: str, agreement: AgreementId, now: datetime) -> tuple[int, int]:
    def is_of_it(terms: ReceivedTerms) -> bool:
        return terms.sender == giver and terms.agreement == agreement

    deleted = kept = 0
    for version in list(unit.objects.everything()):
        if not any(map(is_of_it, version.received)):
            continue
        if all(map(is_of_it, version.received)):
            # Without any terms it would count as taken in by ourselves, and could go further than before.
            unit.objects.remove(version.object.version_ref)
            deleted += 1
        else:
            for terms in filter(is_of_it, version.received):
                unit.objects.drop_terms(version.object.version_ref, terms)
            kept += 1
        for arrival in unit.syncs.arrivals(object_id=version.object.id):
            if arrival.giver == giver and arrival.removed_at is None:
                unit.syncs.mark_removed(arrival.giver, version.object.id, now)
    return deleted, kept
