"""What a person does to one object: marks, holds, notes, links, claims, ratings, recalls, questions to its origin.

Each reads a form, asks one use case and leads back to the object's page, which says what was done.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from sepakat.errors import InputError
from sepakat.exchange import claiming, consenting, marking, notices, recalling, relating
from sepakat.exchange.relating import Link
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.web.asking import Ask
from sepakat.web.claim_form import draft_of, marking_named, markings_of, stance_of


def mark(ask: Ask) -> Response:
    """Add a marking."""
    marking.mark(ask.node, ask.object_id, marking_named(ask.said("marking")))
    return _back(ask, "marked")


def unmark(ask: Ask) -> Response:
    """Take an added marking back."""
    marking.unmark(ask.node, ask.object_id, StixId(ask.said("marking")))
    return _back(ask, "unmarked")


def hold(ask: Ask) -> Response:
    """Stop the object."""
    marking.hold(ask.node, ask.object_id, ask.said("reason"))
    return _back(ask, "held")


def unhold(ask: Ask) -> Response:
    """Let the object go again."""
    marking.unhold(ask.node, ask.object_id)
    return _back(ask, "unheld")


def annotate(ask: Ask) -> Response:
    """Add topics, regions, a person's category."""
    marking.annotate(
        ask.node,
        ask.object_id,
        topics=ask.listed("topics"),
        regions=ask.listed("regions"),
        person_category=ask.form.get("person") or None,
        necessity=ask.form.get("necessity", "").strip() or None,
    )
    return _back(ask, "annotated")


def ask_consent(ask: Ask) -> Response:
    """Ask the origin whether the object may go on."""
    consenting.request_consent(ask.node, ask.object_id, PartyId(ask.said("party")), ask.said("purpose"))
    return _back(ask, "asked")


def correct(ask: Ask) -> Response:
    """Tell everybody who has the object what was wrong with the version before its newest."""
    notices.correct(ask.node, ask.object_id, ask.said("reason"))
    return _back(ask, "corrected")


def notice(ask: Ask) -> Response:
    """Ask a partner that has the object to read it now, and to say by when a person has."""
    by = ask.said("acknowledge_by")
    try:
        instant = datetime.fromisoformat(by).replace(tzinfo=UTC)
    except ValueError:
        raise InputError(
            "instant-invalid", f"instant refused: expected one such as 2030-12-31T12:00, got {by[:50]}"
        ) from None
    notices.give_notice(ask.node, PartyId(ask.said("party")), [ask.object_id], ask.said("text"), instant)
    return _back(ask, "noticed")


def recall(ask: Ask) -> Response:
    """Take the object back from everybody who holds it."""
    recalling.recall(ask.node, ask.object_id, ask.said("reason"), by=ask.who)
    return _back(ask, "recalled")


def relate(ask: Ask) -> Response:
    """Make a relationship to another object."""
    here, other = ask.object_id, StixId(ask.said("other"))
    source, target = (other, here) if ask.form.get("way") == "in" else (here, other)
    link = Link(source, ask.said("kind"), target, ask.form.get("description", "").strip(), markings_of(ask))
    relating.relate(ask.node, link, ask.who)
    return _back(ask, "related")


def claim(ask: Ask) -> Response:
    """Make a claim on the object."""
    claiming.make_claim(ask.node, draft_of(ask, ask.object_id), ask.who)
    return _back(ask, "claimed")


def rate(ask: Ask) -> Response:
    """Say what this party thinks of the claim that the object carries, and how it rates it."""
    claiming.give_opinion(ask.node, ask.object_id, stance_of(ask), ask.who)
    question = ask.form.get("question", "")
    return RedirectResponse(f"/questions/{quote(question)}?said=rated", 303) if question else _back(ask, "rated")


def withdraw_claim(ask: Ask) -> Response:
    """Say that this party no longer stands by a claim of its own."""
    claiming.withdraw_claim(ask.node, ask.object_id, ask.said("reason"), ask.who)
    return _back(ask, "claim-withdrawn")


def _back(ask: Ask, said: str) -> Response:
    return RedirectResponse(f"/objects/{quote(ask.object_id)}?said={said}", 303)
