"""The text of a note that carries a claim: what is quoted, an empty line, the claim in plain words.

`build_claim` writes it so; here the two are told apart again, so that one can change without the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sepakat.claims.building import Carrier, build_claim
from sepakat.claims.claim import Claim
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.claims.reading import read_claim
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import parse_instant

_BETWEEN = "\n\n"
_WRITTEN = frozenset({"type", "spec_version", "id", "created", "modified", "created_by_ref", "confidence", "content"})


def text_of(content: Mapping[str, Any]) -> str:
    """What a note quotes, without the words of its claim."""
    return str(content.get("content", "")).rpartition(_BETWEEN)[0]


def with_text(content: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The note with another text and the same claim."""
    words = str(content["content"]).rpartition(_BETWEEN)[2]
    return {**content, "content": f"{text.strip() or '-'}{_BETWEEN}{words}"}


def with_claim(content: Mapping[str, Any], claim: Claim, speaker: str | None) -> dict[str, Any]:
    """The note with another claim and the same text.

    Raises:
        InputError: `claim-invalid`.
    """
    properties = {name: value for name, value in content.items() if name not in _WRITTEN}
    extensions = {name: value for name, value in content["extensions"].items() if name != CLAIM_EXTENSION}
    properties.pop("extensions")
    if extensions:
        properties["extensions"] = extensions
    carrier = Carrier(
        id=StixId(content["id"]),
        created=parse_instant(content["created"]),
        modified=parse_instant(content["modified"]),
        created_by_ref=content.get("created_by_ref"),
        properties=properties,
    )
    return build_claim(claim, carrier, text_of(content), speaker)


def is_claim(content: Mapping[str, Any]) -> bool:
    """Whether the object is a note that carries a claim."""
    return content.get("type") == "note" and CLAIM_EXTENSION in content.get("extensions", {})


def claim_of(content: Mapping[str, Any]) -> Claim:
    """The claim of a note that carries one."""
    claim = read_claim(content)
    assert claim is not None, "asked only of notes that carry a claim"
    return claim


def with_refs(claim: Claim, targets: Mapping[StixId, StixId]) -> Claim:
    """The claim with other ids in place of those given."""
    speaker = claim.speaker_ref
    basis = tuple(
        replace(one, object_ref=targets.get(one.object_ref, one.object_ref)) if one.object_ref else one
        for one in claim.basis
    )
    return replace(claim, speaker_ref=targets.get(speaker, speaker) if speaker else None, basis=basis)
