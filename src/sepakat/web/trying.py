"""The page on which a decision is tried: an object or a bundle, a party, an agreement or a draft, an instant."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from sepakat.errors import InputError, SepakatError
from sepakat.exchange.parties import list_parties
from sepakat.exchange.trying import Trial, Tried, try_decision
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.web.asking import Ask
from sepakat.web.rendering import page

ASKED = ("object", "bundle", "party", "agreement", "document", "at")


def try_(ask: Ask) -> Response:
    """What would be decided, with every finding."""
    asked = {name: (ask.form or ask.query).get(name, "").strip() for name in ASKED}
    tried: tuple[Tried, ...] = ()
    fault: SepakatError | None = None
    if ask.method == "POST":
        try:
            tried = try_decision(ask.node, _trial(asked))
        except SepakatError as error:
            fault = error
    parties = [party for party in list_parties(ask.node) if not party.is_self]
    return page(ask, "try.html", 200, asked=asked, tried=tried, fault=fault, parties=parties)


def _trial(asked: dict[str, str]) -> Trial:
    at = asked["at"]
    try:
        instant = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None
    except ValueError:
        raise InputError(
            "instant-invalid", f"instant refused: expected one such as 2030-12-31T12:00, got {at}"
        ) from None
    return Trial(
        party=PartyId(asked["party"]),
        object_id=StixId(asked["object"]) if asked["object"] else None,
        bundle=asked["bundle"].encode() or None,
        agreement=AgreementId(asked["agreement"]) if asked["agreement"] else None,
        document=asked["document"],
        at=instant,
    )
