"""The pages about partners: the list, and each as a whole."""

from __future__ import annotations

from starlette.responses import Response

from sepakat.exchange.partnership import list_partners, partnership
from sepakat.web.asking import Ask
from sepakat.web.rendering import page


def parties(ask: Ask) -> Response:
    """Every partner with where things stand."""
    return page(ask, "parties.html", shown=list_partners(ask.node))


def partner(ask: Ask) -> Response:
    """One partner as a whole."""
    return page(ask, "partner.html", shown=partnership(ask.node, ask.party))
