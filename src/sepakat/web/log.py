"""The pages about the logs: what each says, entry by entry, and whether it is as it was signed."""

from __future__ import annotations

from starlette.responses import Response

from sepakat.exchange.log_entries import list_logs, log_entries
from sepakat.exchange.verifying import verify_logs
from sepakat.web.asking import Ask
from sepakat.web.rendering import page


def logs(ask: Ask) -> Response:
    """Every log, how far it is and how far it is signed."""
    return page(ask, "log.html", shown=list_logs(ask.node), verified=None)


def verify(ask: Ask) -> Response:
    """Every log, checked now."""
    return page(ask, "log.html", shown=list_logs(ask.node), verified=verify_logs(ask.node))


def entries(ask: Ask) -> Response:
    """One log in words."""
    is_mirror = ask.query.get("whose") == "theirs"
    shown = log_entries(ask.node, ask.party, is_mirror=is_mirror, before=ask.number("before"))
    return page(ask, "log_entries.html", shown=shown)
