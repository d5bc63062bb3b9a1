"""The front page, and the lists of what waits for an answer: approvals, recalls, notices, requests for consent."""

from __future__ import annotations

from starlette.responses import Response

from sepakat.exchange import approving, consenting, recalling
from sepakat.exchange.notices import list_notices
from sepakat.exchange.today import today as today_of
from sepakat.exchange.viewing import titles
from sepakat.web.asking import Ask
from sepakat.web.rendering import page


def today(ask: Ask) -> Response:
    """What waits, what came, what went."""
    return page(ask, "today.html", shown=today_of(ask.node))


def approvals(ask: Ask) -> Response:
    """What only lacks a person's yes; as a part of a page: how many there are."""
    waiting = approving.waiting(ask.node)
    if ask.is_part:
        return page(ask, "approvals_count.html", shown=waiting)
    named = titles(ask.node, [one.version[0] for one in waiting])
    return page(ask, "approvals.html", shown=waiting, titles=named)


def recalls(ask: Ask) -> Response:
    """Every recall, ours and those of partners."""
    listed = recalling.list_recalls(ask.node)
    named = titles(ask.node, [one.original for one in listed])
    return page(ask, "recalls.html", shown=listed, titles=named, actions=recalling.ACTIONS)


def notices(ask: Ask) -> Response:
    """Every urgent notice and correction, ours and those of partners."""
    listed = list_notices(ask.node)
    named = titles(ask.node, [id_ for one in listed for id_ in one.objects])
    return page(ask, "notices.html", shown=listed, titles=named)


def consents(ask: Ask) -> Response:
    """Every request for consent, ours and those of partners."""
    listed = consenting.list_consents(ask.node)
    named = titles(ask.node, [one.object_id for one in listed])
    return page(ask, "consents.html", shown=listed, titles=named)
