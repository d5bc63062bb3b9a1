"""The two extensions that Sepakat defines for STIX objects: claims, and tear-line variants.

Keeps their fixed ids and the objects that define them, byte for byte the same on every node: `extension-definition`
(STIX 2.1 section 7.3) and the identity that created them. What stands inside them is in `schema`.
Invariant: these ids and contents never change; a later schema raises `version` and `modified` together.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sepakat.stix.identifiers import StixId

CLAIM_EXTENSION = StixId("extension-definition--5c9b4d1e-7f3a-4b62-9d8e-2a6f0c417b95")
VARIANT_EXTENSION = StixId("extension-definition--b04e7a63-1d58-4f9c-8a27-6e3d95c0f218")
SEPAKAT_IDENTITY = StixId("identity--e2a81f37-64c5-4d0b-b3f9-18d7509ac6e4")

_SINCE = "2026-01-01T00:00:00.000Z"
_REFERENCE = "docs/reference/claim-extension.md"
_CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"


def _definition(identifier: StixId, name: str, description: str) -> dict[str, Any]:
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": identifier,
        "created_by_ref": SEPAKAT_IDENTITY,
        "created": _SINCE,
        "modified": _SINCE,
        "name": name,
        "description": description,
        "schema": f"{_REFERENCE} in the Sepakat documentation",
        "version": "1.0.0",
        "extension_types": ["property-extension"],
        "object_marking_refs": [_CLEAR],
    }


_IDENTITY: dict[str, Any] = {
    "type": "identity",
    "spec_version": "2.1",
    "id": SEPAKAT_IDENTITY,
    "created": _SINCE,
    "modified": _SINCE,
    "name": "Sepakat",
    "description": "The Sepakat project, which defines the extensions that its nodes use. It is not a party.",
    "identity_class": "organization",
    "object_marking_refs": [_CLEAR],
}

_CLAIM = _definition(
    CLAIM_EXTENSION,
    "Sepakat claim",
    "A statement with its speaker, kind, number, rating, time, basis and lineage. Number, hedge and rating also stand "
    "in plain words in the content or description of the object.",
)
_VARIANT = _definition(
    VARIANT_EXTENSION,
    "Sepakat tear-line variant",
    "The object carries what remains of another after a cut, under its own id; it may be incomplete. Variants with "
    "the same token come from the same original.",
)


def sepakat_identity() -> dict[str, Any]:
    """The identity that created the definitions; a fresh copy."""
    return deepcopy(_IDENTITY)


def claim_extension_definition() -> dict[str, Any]:
    """The STIX object that defines the claim extension; a fresh copy."""
    return deepcopy(_CLAIM)


def variant_extension_definition() -> dict[str, Any]:
    """The STIX object that defines the variant extension; a fresh copy."""
    return deepcopy(_VARIANT)


def extension_objects() -> tuple[dict[str, Any], ...]:
    """The identity and both definitions, in the order in which they refer to each other."""
    return sepakat_identity(), claim_extension_definition(), variant_extension_definition()


def variant_document(same_as: str) -> dict[str, Any]:
    """What stands under `VARIANT_EXTENSION` on a variant: never what is missing."""
    return {"extension_type": "property-extension", "incomplete": True, "same_as": same_as}
