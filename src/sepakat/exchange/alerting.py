"""Sends alerts over the channels of their areas, each once, and keeps what became of it.

What leaves the node says that there is something and where to look, never what: e-mail is read by others on its way.
A channel that does not take an alert is tried again, so often and no more; what it last answered stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sepakat.errors import PeerError
from sepakat.exchange.claim_records import Alert, AlertDelivery
from sepakat.exchange.ports import Node
from sepakat.stix.identifiers import PartyId

MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Ring:
    """What goes out: that something of a kind happened in an area. `id` is the same however often it is tried."""

    id: str
    party: PartyId
    area: str
    what: str
    at: datetime


class Bell(Protocol):
    """The way to one channel. Raises PeerError where it does not take the ring; nothing is retried here."""

    def ring(self, channel: str, ring: Ring) -> None: ...


def send_alerts(node: Node, bell: Bell) -> int:
    """Send what has not been taken yet; how many deliveries were taken now."""
    with node.store.reading() as unit:
        waiting = unit.watches.undelivered()
    taken = 0
    for alert in waiting:
        deliveries = tuple(_deliver(node, bell, alert, one) for one in alert.deliveries)
        taken += sum(
            new.delivered_at != old.delivered_at for new, old in zip(deliveries, alert.deliveries, strict=True)
        )
        with node.store.writing() as unit:
            # Somebody may have acknowledged it meanwhile.
            now = unit.watches.alert(alert.id) or alert
            unit.watches.put_alert(replace(now, deliveries=deliveries))
    return taken


def _deliver(node: Node, bell: Bell, alert: Alert, delivery: AlertDelivery) -> AlertDelivery:
    if delivery.delivered_at is not None or delivery.attempts >= MOST_ATTEMPTS:
        return delivery
    ring = Ring(alert.id, node.party, alert.area, alert.what.value, alert.at)
    tried = replace(delivery, attempts=delivery.attempts + 1)
    try:
        bell.ring(delivery.channel, ring)
    except PeerError as error:
        return replace(tried, error=error.message)
    return replace(tried, delivered_at=node.clock.now(), error=None)
