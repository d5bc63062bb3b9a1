"""The pages behind sign-in: each asks one use case and shows what it says."""

from __future__ import annotations

from starlette.responses import Response

from sepakat.errors import InputError, NotFound
from sepakat.exchange.accounting import account_for_object, account_for_view
from sepakat.exchange.overview import came_from, decided, went_to
from sepakat.exchange.overview import overview as overview_of
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.web.asking import Ask
from sepakat.web.rendering import page

_EXPLAINED = 20
"""How many entries a page shows whose every finding it carries."""

_LONGEST_NUMBER = 18


def overview(ask: Ask) -> Response:
    """Partners and agreements, what came, what went, what was decided, what waits."""
    return page(ask, "overview.html", shown=overview_of(ask.node))


def decisions(ask: Ask) -> Response:
    """What was decided and acted on."""
    return page(ask, "decisions.html", shown=decided(ask.node, _number(ask, "before"), _EXPLAINED))


def came(ask: Ask) -> Response:
    """What one partner sent."""
    return page(ask, "came.html", shown=came_from(ask.node, _party(ask), _number(ask, "before")))


def went(ask: Ask) -> Response:
    """What was released to one partner under one agreement."""
    agreement = AgreementId(ask.named["agreement"])
    return page(ask, "went.html", shown=went_to(ask.node, _party(ask), agreement, _number(ask, "before")))


def object_(ask: Ask) -> Response:
    """One object: versions, markings, who has it and who has not."""
    return page(ask, "object.html", shown=account_for_object(ask.node, StixId(ask.named["object"])))


def as_party(ask: Ask) -> Response:
    """A view as its taker sees it, beside what is withheld."""
    agreement, withheld_after = ask.query.get("under"), ask.query.get("withheld-after")
    shown = account_for_view(
        ask.node,
        _party(ask),
        AgreementId(agreement) if agreement else None,
        seen_after=_number(ask, "after") or 0,
        withheld_after=StixId(withheld_after) if withheld_after else None,
        limit=_EXPLAINED,
    )
    return page(ask, "as_party.html", shown=shown)


def nowhere(ask: Ask) -> Response:
    """What no page has."""
    raise NotFound("page-unknown", "there is no such page", "go back to the overview")


def _party(ask: Ask) -> PartyId:
    return PartyId(ask.named["party"])


def _number(ask: Ask, name: str) -> int | None:
    """A place in a list that a link named.

    Raises:
        InputError: it is no number.
    """
    text = ask.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise InputError("place-invalid", f"page not shown: `{name}` in its address is no place in a list")
    return int(text)
