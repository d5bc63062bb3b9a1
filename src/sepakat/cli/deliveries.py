"""What partners were told just now, in words: the end of every command that sends messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sepakat.cli.printing import counted, say

if TYPE_CHECKING:
    from sepakat.exchange.messaging import DeliveryReport


def say_delivery(report: DeliveryReport) -> None:
    """Who took messages, and what still waits in the outbox."""
    for party, count in sorted(report.delivered.items()):
        if count:
            say(f"Told {party} ({counted(count, 'message')}).")
    for party in sorted({one.party for one in report.failed}):
        waiting = [one for one in report.failed if one.party == party]
        say(f"{party} has not taken {counted(len(waiting), 'message')}: {waiting[0].reason}")
        say("  It stays in the outbox; a served node tries again by itself, and so does `sepakat sync`.")


def delivery_as_json(report: DeliveryReport) -> dict[str, Any]:
    """The same for programs."""
    return {
        "delivered": dict(sorted(report.delivered.items())),
        "failed": [
            {"party": one.party, "kind": one.kind, "hash": one.hash, "reason": one.reason, "attempts": one.attempts}
            for one in report.failed
        ],
    }
