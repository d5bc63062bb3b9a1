"""What a proposal becomes when a person confirms or corrects it: the content that is then held.

References to proposals that were joined with known entities lead to those; those to rejected ones leave their list. A
confirmed claim says that a person confirmed it, never who: that is kept at the node. What may be corrected is what a
person can read in the page; ids, dates and the creator are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sepakat.claims.building import claim_document
from sepakat.claims.claim import MadeBy
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.claims.reading import claim_faults
from sepakat.errors import Fault, InputError
from sepakat.intake.reports import notes
from sepakat.shapes import found
from sepakat.stix.identifiers import StixId
from sepakat.stix.references import targets
from sepakat.stix.validation import faults_of

FIXED = frozenset(
    """type spec_version id created modified created_by_ref extensions object_refs source_ref target_ref revoked
    external_references""".split()
)
"""Properties of a proposal that no correction changes: they say what and whose it is, not what the page says."""

CLAIM, TEXT = "claim", "text"
_FIXED_IN_CLAIM = frozenset({"extension_type", "speaker_ref", "basis", "lineage", "made_by", "span"})


def needed(content: Mapping[str, Any]) -> frozenset[StixId]:
    """The ids that the object refers to, its creator apart."""
    return targets(content) - {content.get("created_by_ref"), content.get("id")}


def confirmed_content(
    content: Mapping[str, Any], settled: Mapping[StixId, StixId | None], speaker: str | None
) -> dict[str, Any]:
    """The content as it is held: `settled` leads from proposed ids to held ones, None for those that were rejected."""
    kept = {known: target for known, target in settled.items() if target is not None}
    made = dict(content)
    for name in ("source_ref", "target_ref"):
        if name in made:
            made[name] = kept.get(made[name], made[name])
    if "object_refs" in made:
        refs = [kept.get(one, one) for one in made["object_refs"] if settled.get(one, one) is not None]
        made["object_refs"] = list(dict.fromkeys(refs))
    if notes.is_claim(made):
        claim = notes.with_refs(notes.claim_of(made), kept)
        maker = claim.made_by.name if claim.made_by is not None else None
        claim = replace(claim, made_by=MadeBy("person", f"confirmed, as read by {maker}" if maker else None))
        made = notes.with_claim(made, claim, speaker)
    return made


def corrected_content(
    content: Mapping[str, Any], changes: Mapping[str, Any], modified: str, speaker: str | None
) -> dict[str, Any]:
    """The content with what a person has changed: properties by name, `claim.kind` and the like, `text` of a note.

    None takes a property away.

    Raises:
        InputError: `correction-invalid`: something that is fixed, or the result has faults; all are named.
    """
    made = {**content, "modified": modified}
    is_claim = notes.is_claim(content)
    faults: list[Fault] = []
    document = claim_document(notes.claim_of(content)) if is_claim else {}
    text = notes.text_of(content) if is_claim else ""
    for path, value in changes.items():
        head, _, rest = path.partition(".")
        if is_claim and head == CLAIM and rest:
            faults += _set(document, rest.split("."), value, path, _FIXED_IN_CLAIM)
        elif is_claim and path in (TEXT, "content"):
            text = str(value)
        else:
            faults += _set(made, [path], value, path, FIXED)
    if not faults and is_claim:
        # Written first with the words that are there, so that faults of the claim are found before it is read.
        made["extensions"] = {**made["extensions"], CLAIM_EXTENSION: document}
    faults = faults or [*faults_of(made), *claim_faults(made)]
    if faults:
        raise InputError(
            "correction-invalid",
            f"correction of {content['id']} refused: {faults[0]}",
            "`sepakat review show` shows the proposal as it stands",
            faults,
        )
    if is_claim:
        made = notes.with_text(notes.with_claim(made, notes.claim_of(made), speaker), text)
    return made


def _set(into: dict[str, Any], steps: list[str], value: Any, path: str, fixed: frozenset[str]) -> list[Fault]:
    if steps[0] in fixed:
        return [Fault(path, "something that the page says; this is fixed", found(value))]
    for step in steps[:-1]:
        inner = into.setdefault(step, {})
        if not isinstance(inner, dict):
            return [Fault(path, f"an object at {step}", found(inner))]
        # The parts are those of a claim that was just written out: nobody else has them.
        into = inner
    if value is None:
        into.pop(steps[-1], None)
    else:
        into[steps[-1]] = value
    return []
