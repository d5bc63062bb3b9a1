"""What a person does to one object: marks, holds, annotations, recalls, questions to its origin.

Each reads a form, asks one use case and leads back to the object's page, which says what was done.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from sepakat.errors import InputError
from sepakat.exchange import consenting, marking, recalling
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.markings import PAP, TLP_2
from sepakat.web.asking import Ask

MARKINGS = {
    f"{scheme}:{level.upper()}": published.id
    for scheme, table in (("TLP", TLP_2), ("PAP", PAP))
    for level, published in table.items()
}
"""What a person may add, by the name that people know it by."""


def mark(ask: Ask) -> Response:
    """Add a marking."""
    marking.mark(ask.node, ask.object_id, _marking(ask))
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


def recall(ask: Ask) -> Response:
    """Take the object back from everybody who holds it."""
    recalling.recall(ask.node, ask.object_id, ask.said("reason"), by=ask.who)
    return _back(ask, "recalled")


def _marking(ask: Ask) -> StixId:
    name = ask.said("marking")
    if name not in MARKINGS:
        raise InputError("marking-level-unknown", f"marking refused: expected one of {', '.join(MARKINGS)}, got {name}")
    return StixId(MARKINGS[name])


def _back(ask: Ask, said: str) -> Response:
    return RedirectResponse(f"/objects/{quote(ask.object_id)}?said={said}", 303)
