"""`sepakat duties`: what is owed between us and our partners, by when, and what is late."""

from __future__ import annotations

from typing import Annotated

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import at_minute, instant, say, say_json, say_table
from sepakat.cli.refusals import NOT_AS_IT_SHOULD


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("duties")(duties)


def duties(
    *,
    late: Annotated[bool, typer.Option("--late", help="Only what is late.")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> int | None:
    """List receipts, answers, deletions, acknowledgements and co-signatures that are owed, what is due first on top.

    A debt ends when the signed message that pays it was taken. Exits with 1 when something is late.
    """
    from sepakat.exchange.owing import alarms, list_owed

    opened = open_named(node)
    now = opened.clock.now()
    owed = list_owed(opened, late_only=late)
    found_alarms = alarms(opened)
    if as_json:
        say_json(
            {
                "owed": [
                    {
                        "debt": one.debt.value,
                        "debtor": one.debtor,
                        "creditor": one.creditor,
                        "about": one.about,
                        "since": instant(one.since),
                        "due": instant(one.due),
                        "late": one.is_late(now),
                    }
                    for one in owed
                ],
                "alarms": found_alarms,
            }
        )
    else:
        rows = [
            (
                "late" if one.is_late(now) else "",
                one.debtor,
                one.debt.value,
                one.creditor,
                one.about,
                at_minute(one.since),
                at_minute(one.due),
            )
            for one in owed
        ]
        empty = "Nothing is late." if late else "Nothing is owed."
        say_table(("", "who", "owes", "whom", "about", "since", "due"), rows, empty)
        for alarm in found_alarms:
            say(f"ALARM: {alarm}")
    return NOT_AS_IT_SHOULD if any(one.is_late(now) for one in owed) else None
