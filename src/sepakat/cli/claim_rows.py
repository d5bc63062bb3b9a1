"""How claims are shown: a row of a table, fields, JSON. What everything means stands in `sepakat.claims`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sepakat.cli.printing import at_minute, instant

if TYPE_CHECKING:
    from sepakat.claims.lineage import Support
    from sepakat.claims.telling import Telling

HEADERS = ("claim", "kind", "said", "by", "what", "rating", "standing")
_MOST = 90


def row_of(one: Telling, speaker: str | None = None) -> tuple[str, ...]:
    """One claim in a table."""
    return (
        one.id,
        one.claim.kind,
        at_minute(one.said_at),
        speaker or one.claim.speaker_ref or ", ".join(one.origins),
        short(one),
        rating(one) or "",
        one.standing,
    )


def short(one: Telling) -> str:
    """What it says, in a line."""
    from sepakat.claims.words import quantity_words

    number = f" [{quantity_words(one.claim.quantity)}]" if one.claim.quantity is not None else ""
    text = " ".join(one.statement.split())
    return (text if len(text) <= _MOST else text[: _MOST - 3] + "...") + number


def rating(one: Telling) -> str | None:
    """Its rating in its own scheme."""
    from sepakat.claims.words import rating_words

    return rating_words(one.claim.source, one.claim.credibility)


def as_json(one: Telling) -> dict[str, Any]:
    """One claim for programs: the extension as it stands on the object, and what the node knows beside it."""
    from sepakat.claims.building import claim_document

    return {
        "id": one.id,
        "version": one.version,
        "standing": one.standing,
        "statement": one.statement,
        "text": one.text,
        "created": instant(one.created),
        "said_at": instant(one.said_at),
        "received_at": instant(one.received_at),
        "origins": list(one.origins),
        "about": list(one.refs),
        "labels": list(one.labels),
        "claim": claim_document(one.claim),
    }


def support_as_json(support: Support) -> dict[str, Any]:
    """How many origins, with the path from each root to its reports."""
    return {
        "sentence": support.sentence,
        "reports": support.reports,
        "origins_at_least": support.least,
        "origins_at_most": support.most,
        "roots": {root: list(keys) for root, keys in support.roots.items()},
        "undeclared": list(support.undeclared),
        "echoes": list(support.echoes),
        "withdrawn": list(support.withdrawn),
    }
