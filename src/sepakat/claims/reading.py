"""Reading the claim, and the variant mark, that a STIX object carries.

Decides whether what stands there is one, with all faults; gives the claim as a value. Whether the rest of the object
keeps the standard's rules is left to `sepakat.stix.validation`.
Invariant: `read_claim` gives a claim only for objects without faults, and building from it gives the extension back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sepakat.claims.claim import Basis, Claim, Likelihood, Lineage, MadeBy, Person, Quantity, Source, Span, Valid
from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from sepakat.claims.schema import CLAIM, VARIANT, missing_parts
from sepakat.claims.vocabulary import CARRIERS, CONFIDENCE, QUALIFIERS
from sepakat.errors import Fault, InputError
from sepakat.shapes import found, join, json_faults
from sepakat.stix.identifiers import PartyId, StixId

Content = Mapping[str, Any]

_CLAIM_PATH = join("extensions", CLAIM_EXTENSION)
_VARIANT_PATH = join("extensions", VARIANT_EXTENSION)
_RATED = ("quantity", "likelihood", "credibility", "source")


def carries_claim(content: Content) -> bool:
    """Whether the claim extension stands on the object, right or wrong."""
    return _extension(content, CLAIM_EXTENSION) is not None


def is_variant(content: Content) -> bool:
    """Whether the object says that it is a tear-line variant, in the right form."""
    document = _extension(content, VARIANT_EXTENSION)
    return document is not None and not tuple(VARIANT.faults(document, ""))


def same_as(content: Content) -> str | None:
    """The token by which variants of one original are known; None for what is no variant."""
    return str(content["extensions"][VARIANT_EXTENSION]["same_as"]) if is_variant(content) else None


def claim_faults(content: Any) -> tuple[Fault, ...]:
    """Everything that is wrong with the Sepakat extensions of an object; nothing for an object without them."""
    if not isinstance(content, Mapping):
        return ()
    faults: list[Fault] = []
    variant = _extension(content, VARIANT_EXTENSION)
    if variant is not None:
        faults += VARIANT.faults(variant, _VARIANT_PATH)
    claim = _extension(content, CLAIM_EXTENSION)
    if claim is not None:
        faults += _faults_of_claim(content, claim)
    return tuple(faults)


def _faults_of_claim(content: Content, document: Any) -> Iterator[Fault]:
    if content.get("type") not in CARRIERS:
        yield Fault("type", f"one of {', '.join(CARRIERS)}, which can carry a claim", found(content.get("type")))
    mine = tuple(json_faults(document, _CLAIM_PATH)) or tuple(CLAIM.faults(document, _CLAIM_PATH))
    yield from mine
    if mine:
        return
    if "credibility" in document and "confidence" in content:
        expected = CONFIDENCE[document["credibility"]]
        if content["confidence"] != expected:
            wanted = "nothing" if expected is None else str(expected)
            why = f"{wanted}, since credibility is {document['credibility']}"
            yield Fault("confidence", why, found(content["confidence"]))
    if not is_variant(content):
        yield from missing_parts(document, _CLAIM_PATH)
        yield from _missing_beside(content, document)


def _missing_beside(content: Content, document: Content) -> Iterator[Fault]:
    credibility = document.get("credibility")
    confidence = CONFIDENCE.get(credibility) if credibility is not None else None
    if confidence is not None and "confidence" not in content:
        yield Fault("confidence", f"{confidence}, since credibility is {credibility}", "nothing")
    if credibility is None and "confidence" in content:
        expected = "nothing, since the claim has no credibility"
        yield Fault("confidence", expected, found(content["confidence"]))
    if credibility == 1 and len(document.get("lineage", {}).get("roots", ())) == 1 and not document.get("basis"):
        # It says "confirmed by other sources", and names one source and nothing else.
        yield Fault(join(_CLAIM_PATH, "credibility"), "2 at most, since one root alone stands behind it", "1")
    words = CARRIERS.get(content.get("type", ""))
    text = content.get(words) if words else None
    if words and any(name in document for name in _RATED) and not (isinstance(text, str) and text.strip()):
        yield Fault(words, "the claim in plain words", found(text) if words in content else "nothing")


def read_claim(content: Content) -> Claim | None:
    """The claim that an object carries; None when it carries none, or is a variant whose kind was cut.

    Raises:
        InputError: what stands there is no claim, with all faults.
    """
    faults = claim_faults(content)
    if faults:
        raise InputError("claim-invalid", f"claim on {content.get('id')} refused: {faults[0]}", faults=faults)
    document = _extension(content, CLAIM_EXTENSION)
    if document is None or "kind" not in document:
        return None
    return Claim(
        kind=document["kind"],
        speaker_ref=_id(document.get("speaker_ref")),
        question=document.get("question"),
        quantity=_quantity(document.get("quantity")),
        source=Source(**document["source"]) if "source" in document else None,
        credibility=document.get("credibility"),
        analytic_confidence=document.get("analytic_confidence"),
        likelihood=_likelihood(document.get("likelihood")),
        valid=_valid(document.get("valid")),
        basis=tuple(_basis(entry) for entry in document.get("basis", ()) if "role" in entry),
        lineage=_lineage(document.get("lineage")),
        person=Person(**document["person"]) if "person" in document else None,
        status=document.get("status"),
        made_by=MadeBy(**document["made_by"]) if "made_by" in document else None,
        span=Span(**document["span"]) if "span" in document else None,
    )


def _extension(content: Content, identifier: str) -> Any | None:
    extensions = content.get("extensions")
    if not isinstance(extensions, Mapping) or identifier not in extensions:
        return None
    # Not None: a null in its place is a wrong extension, not an absent one.
    return {} if extensions[identifier] is None else extensions[identifier]


def _id(text: str | None) -> StixId | None:
    return None if text is None else StixId(text)


def _quantity(value: Content | None) -> Quantity | None:
    # A variant may have lost what makes it a quantity: what is left stands in plain words only.
    if value is None or not {"qualifier", "unit"} <= value.keys():
        return None
    quantity = Quantity(**value)
    return quantity if _is_whole(quantity) else None


def _is_whole(quantity: Quantity) -> bool:
    return all(getattr(quantity, name) is not None for name in QUALIFIERS[quantity.qualifier].needs)


def _likelihood(value: Content | None) -> Likelihood | None:
    return Likelihood(**value) if value is not None and {"scheme", "term"} <= value.keys() else None


def _valid(value: Content | None) -> Valid | None:
    return None if value is None else Valid(value.get("from"), value.get("to"), value.get("precision"))


def _basis(value: Content) -> Basis:
    return Basis(value["role"], _id(value.get("object_ref")), value.get("digest"), value.get("token"))


def _lineage(value: Content | None) -> Lineage | None:
    if value is None:
        return None
    via = tuple(PartyId(party) for party in value.get("via", ()))
    return Lineage(tuple(value.get("roots", ())), via, value.get("depth"))
