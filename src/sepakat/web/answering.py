"""What a person answers: approvals, requests for consent, recalls, notices. Each asks one use case and leads back."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import RedirectResponse, Response

from sepakat.errors import InputError
from sepakat.exchange import approving, consenting, notices, recalling
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.instants import parse_instant
from sepakat.web.asking import Ask


def approve(ask: Ask) -> Response:
    """Say yes or no to one object for one view."""
    view = ViewKey(AgreementId(ask.said("agreement")), PartyId(ask.said("taker")))
    is_given = ask.said("answer") == "yes"
    approving.approve(ask.node, StixId(ask.said("object")), view, ask.who, is_given=is_given)
    return RedirectResponse(f"/approvals?said={'approved' if is_given else 'refused'}", 303)


def answer_consent(ask: Ask) -> Response:
    """Say yes, perhaps with conditions and an end, or no with a reason."""
    consent = ask.named["consent"]
    if ask.said("answer") == "yes":
        until = ask.form.get("until", "").strip()
        consenting.grant_consent(
            ask.node,
            consent,
            conditions=ask.form.get("conditions", "").strip() or None,
            until=_end_of(until) if until else None,
        )
    else:
        consenting.deny_consent(ask.node, consent, ask.said("conditions"))
    return RedirectResponse("/consents?said=answered", 303)


def withdraw_consent(ask: Ask) -> Response:
    """Take a grant back."""
    consenting.withdraw_consent(ask.node, ask.named["consent"], ask.said("reason"))
    return RedirectResponse("/consents?said=withdrawn", 303)


def answer_recall(ask: Ask) -> Response:
    """Say what became of what was recalled."""
    ground = ask.form.get("ground", "").strip() or None
    recalling.answer_recall(ask.node, ask.named["recall"], ask.said("action"), ground)
    return RedirectResponse("/recalls?said=answered", 303)


def acknowledge(ask: Ask) -> Response:
    """Say that a person here has seen a notice or a correction."""
    notices.acknowledge(ask.node, ask.named["notice"], ask.form.get("text", "").strip() or None)
    return RedirectResponse("/notices?said=acknowledgement-sent", 303)


def _end_of(day: str) -> datetime:
    try:
        return parse_instant(f"{day}T23:59:59Z")
    except ValueError:
        raise InputError("day-invalid", f"day refused: expected a date such as 2030-12-31, got {day}") from None
