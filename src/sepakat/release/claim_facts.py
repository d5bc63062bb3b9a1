"""What the release rule reads of a claim: kind, ratings, person, and what it derives from.

Reads the extension as it stands, also on an object whose claim is not complete; a value of a wrong type raises, and
what raises is withheld. Everything else about claims is left to `sepakat.claims`. DESIGN sections 4 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.claims.vocabulary import ADMIRALTY, KINDS
from sepakat.stix.identifiers import StixId

NOT_DERIVING = frozenset({"supports", "contradicts", "assumption"})
"""Roles of a basis that carry nothing over; by any other, known or not, the claim derives from it."""

_NO_RATING: Mapping[str, frozenset[Any]] = {"reliability": frozenset({"F"}), "credibility": frozenset({6})}


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What rules ask about a claim; `derives_from` are the ids of objects whose information it carries over.

    `kind` is None for a claim without a kind, or of a kind that nobody knows.
    """

    kind: str | None
    reliability: str | None
    credibility: int | None
    is_about_person: bool
    person_category: str | None
    derives_from: tuple[StixId, ...]
    has_source: bool


def claim_facts(content: Mapping[str, Any]) -> ClaimFacts | None:
    """The facts of the claim on an object; None without one.

    Raises:
        ValueError: something in the claim that a rule reads has a wrong type.
    """
    extensions = content.get("extensions")
    if not isinstance(extensions, Mapping) or CLAIM_EXTENSION not in extensions:
        return None
    claim = _mapping(extensions[CLAIM_EXTENSION], "claim")
    source = _mapping(claim.get("source", {}), "source")
    person = claim.get("person")
    category = None if person is None else _mapping(person, "person").get("category")
    kind = _typed(claim.get("kind"), str, "kind")
    # Letters of other schemes have other meanings: they are no rating here, never a converted one.
    is_admiralty = source.get("scheme") == ADMIRALTY
    reliability = _typed(source.get("reliability"), str, "reliability")
    return ClaimFacts(
        kind=kind if kind in KINDS else None,
        reliability=_rating("reliability", reliability) if is_admiralty else None,
        credibility=_rating("credibility", _typed(claim.get("credibility"), int, "credibility")),
        is_about_person=person is not None,
        person_category=_typed(category, str, "category"),
        derives_from=_derives_from(claim.get("basis", [])),
        has_source="source" in claim,
    )


def _derives_from(basis: Any) -> tuple[StixId, ...]:
    if not isinstance(basis, list):
        raise ValueError("basis of the claim is no list")
    entries = [_mapping(entry, "basis") for entry in basis]
    return tuple(
        StixId(str(entry["object_ref"]))
        for entry in entries
        if "object_ref" in entry and entry.get("role") not in NOT_DERIVING
    )


def _rating(name: str, value: Any) -> Any:
    return None if value in _NO_RATING[name] else value


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} of the claim is no object")
    return value


def _typed(value: Any, kind: type, name: str) -> Any:
    if value is not None and type(value) is not kind:
        raise ValueError(f"{name} of the claim is no {kind.__name__}")
    return value
