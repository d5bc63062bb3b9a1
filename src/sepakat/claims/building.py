"""Building the STIX object that carries a claim.

Writes the extension, `confidence` from credibility, and the plain words after the given text. Ids, instants and
everything else of the object are arguments; nothing is invented, and an object with a fault is not built.
Invariant: `read_claim(build_claim(claim, ...)) == claim`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sepakat.claims.claim import Basis, Claim, Valid
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.claims.reading import claim_faults
from sepakat.claims.vocabulary import CARRIERS, CONFIDENCE
from sepakat.claims.words import claim_words
from sepakat.errors import Fault, InputError
from sepakat.shapes import found
from sepakat.stix.identifiers import StixId, type_of
from sepakat.stix.instants import format_instant
from sepakat.stix.validation import faults_of

_OURS = frozenset({"type", "spec_version", "id", "created", "modified", "created_by_ref", "confidence"})


@dataclass(frozen=True, slots=True)
class Carrier:
    """The object that will carry a claim: its id (which names its type), times, creator and other properties.

    `properties` holds what its type asks for (`object_refs` of a note, `relationship_type`, ...) and other extensions.
    An observed-data object carries no claim: give a note with the observed data in `object_refs`.
    """

    id: StixId
    created: datetime
    modified: datetime
    created_by_ref: StixId | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


def build_claim(claim: Claim, carrier: Carrier, text: str, speaker: str | None = None) -> dict[str, Any]:
    """The content of the object: `text`, an empty line, then the claim in plain words; and the extension.

    The words have the rating and not what describes the source: a taker may have the text and not the source.

    Raises:
        InputError: claim or carrier has faults (all of them), or `properties` has what this function writes.
    """
    kind = type_of(carrier.id)
    words = CARRIERS.get(kind)
    taken = [name for name in (*_OURS, words) if name is not None and name in carrier.properties]
    if words is None or taken:
        faults = [Fault(name, "nothing: the builder writes it", found(carrier.properties[name])) for name in taken]
        if words is None:
            faults.append(Fault("type", f"one of {', '.join(CARRIERS)}, which can carry a claim", found(kind)))
        raise _refused(carrier.id, tuple(faults))
    content: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": carrier.id,
        "created": format_instant(carrier.created),
        "modified": format_instant(carrier.modified),
    }
    if carrier.created_by_ref is not None:
        content["created_by_ref"] = carrier.created_by_ref
    content |= carrier.properties
    content["extensions"] = dict(carrier.properties.get("extensions", {})) | {CLAIM_EXTENSION: claim_document(claim)}
    confidence = CONFIDENCE.get(claim.credibility) if claim.credibility is not None else None
    if confidence is not None:
        content["confidence"] = confidence
    # Checked before the words are put together: words for a claim with faults would be wrong or impossible.
    content[words] = text.strip() or "-"
    faults_found = (*claim_faults(content), *faults_of(content))
    if faults_found:
        raise _refused(carrier.id, faults_found)
    content[words] = "\n\n".join(part for part in (text.strip(), claim_words(claim, speaker)) if part)
    return content


def claim_document(claim: Claim) -> dict[str, Any]:
    """What stands under the claim extension: every part that the claim has, none that it has not."""
    return {
        "extension_type": "property-extension",
        "kind": claim.kind,
        **_given(claim, "speaker_ref", "question"),
        **_part("quantity", claim.quantity, "qualifier", "unit", "point", "min", "max", "as_said"),
        **_part("source", claim.source, "token", "scheme", "reliability", "evaluation", "access", "descriptor"),
        **_given(claim, "credibility", "analytic_confidence"),
        **_part("likelihood", claim.likelihood, "scheme", "term", "low", "high"),
        **({} if claim.valid is None else {"valid": _valid(claim.valid)}),
        **({"basis": [_basis(entry) for entry in claim.basis]} if claim.basis else {}),
        **_lineage(claim),
        **_part("person", claim.person, "category"),
        **_given(claim, "status"),
        **_part("made_by", claim.made_by, "maker", "name"),
        **_part("span", claim.span, "digest", "start", "end"),
    }


def _given(value: object, *names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names if getattr(value, name) is not None}


def _part(name: str, value: object | None, *names: str) -> dict[str, Any]:
    return {} if value is None else {name: _given(value, *names)}


def _valid(valid: Valid) -> dict[str, Any]:
    from_ = {} if valid.from_ is None else {"from": valid.from_}
    return from_ | _given(valid, "to", "precision")


def _basis(basis: Basis) -> dict[str, Any]:
    return _given(basis, "object_ref", "digest", "token", "role")


def _lineage(claim: Claim) -> dict[str, Any]:
    if claim.lineage is None:
        return {}
    lists = {name: list(getattr(claim.lineage, name)) for name in ("roots", "via") if getattr(claim.lineage, name)}
    return {"lineage": lists | _given(claim.lineage, "depth")}


def _refused(identifier: StixId, faults: tuple[Fault, ...]) -> InputError:
    return InputError("claim-invalid", f"claim on {identifier} refused: {faults[0]}", faults=faults)
