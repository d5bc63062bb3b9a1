"""`sepakat sync`: reads what partners have for us, once or for as long as it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.options import JsonOption, NodeOption, named_folder, open_named
from sepakat.cli.printing import counted, say, say_json
from sepakat.cli.refusals import EXIT_STATUSES, NOT_AS_IT_SHOULD, complain
from sepakat.errors import PeerError

if TYPE_CHECKING:
    from sepakat.exchange.ports import Node
    from sepakat.exchange.synchronising import SyncReport

MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("sync")(sync)


def sync(
    party: Annotated[
        str | None, typer.Argument(metavar="PARTY", help="Only from this party; from all if absent.")
    ] = None,
    *,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Go on until Ctrl-C: hold streams open, read at once what they announce."),
    ] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> int | None:
    """Send what waits for partners, and take what they have for us: messages first, then objects.

    Everything is checked before it is taken. Exits with 6 when a partner was not reached, with 1 when something was
    set aside in quarantine or a partner's log contradicts itself.
    """
    opened = open_named(node)
    status = _once(opened, party, as_json=as_json)
    if follow:
        from sepakat.composition import read_settings

        _follow(opened, read_settings(named_folder(node)).sync_seconds, party, as_json=as_json)
    return status or None


def _follow(node: Node, seconds: float, party: str | None, *, as_json: bool) -> None:
    """Read at once what streams announce, and everything now and then."""
    from threading import Event

    from sepakat.cli.held_streams import HOLD_SECONDS, HeldStreams
    from sepakat.cli.waiting import every, stopped_by_signals

    ended = stopped_by_signals(Event())
    streams = HeldStreams(node, ended, lambda report: _print([report], as_json=as_json), only=party)
    looks = max(1, round(seconds / HOLD_SECONDS))
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        streams.hold()
        if count % looks == 0:
            _once(node, party, as_json=as_json)

    streams.hold()
    every(HOLD_SECONDS, step, ended)


def _once(node: Node, party: str | None, *, as_json: bool) -> int:
    from sepakat.exchange.synchronising import synchronise, synchronise_all
    from sepakat.stix.identifiers import PartyId

    reports = synchronise_all(node) if party is None else [synchronise(node, PartyId(party))]
    if not reports and not as_json:
        say("No partner has a node to ask; `sepakat party add` adds one.")
    _print(reports, as_json=as_json)
    if any(report.refused or report.refused_messages or report.alarms for report in reports):
        return NOT_AS_IT_SHOULD
    return EXIT_STATUSES[PeerError] if any(report.error for report in reports) else 0


def _print(reports: Sequence[SyncReport], *, as_json: bool) -> None:
    if as_json:
        say_json([_as_json(report) for report in reports])
    else:
        for report in reports:
            _say(report)


def _say(report: SyncReport) -> None:
    tombstones = sum(one.tombstones for one in report.collections)
    parts = [f"{counted(report.taken, 'new object version')}"]
    if tombstones:
        parts.append(counted(tombstones, "tombstone"))
    if report.messages:
        parts.append(counted(report.messages, "message"))
    if report.sent:
        parts.append(f"{report.sent} sent")
    say(f"{report.giver}: {', '.join(parts)}")
    for refused in report.refused[:MOST_SHOWN]:
        say(f"  In quarantine: {refused.object_id}: {refused.reason}")
    for reason in report.refused_messages[:MOST_SHOWN]:
        say(f"  Message refused: {reason}")
    for alarm in report.alarms:
        say(f"  ALARM: {alarm}")
    if report.error:
        complain(f"synchronising with {report.giver} ended early: {report.error}")


def _as_json(report: SyncReport) -> dict[str, Any]:
    return {
        "giver": report.giver,
        "taken": report.taken,
        "sent": report.sent,
        "messages": report.messages,
        "refused_messages": list(report.refused_messages),
        "alarms": list(report.alarms),
        "error": report.error,
        "collections": [
            {
                "collection": one.collection,
                "agreement": one.agreement,
                "taken": one.taken,
                "known": one.known,
                "tombstones": one.tombstones,
                "refused": [{"id": refused.object_id, "reason": refused.reason} for refused in one.refused],
            }
            for one in report.collections
        ],
    }
