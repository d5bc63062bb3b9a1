"""A claim as a node holds it: what it says, in which object and version, when it was said and when it was received.

Three times stay apart: when a statement is true (`claim.valid`), when it was said, when it was received here. What was
believed on a day is what had been received by then. Invariant: nothing here changes or joins what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sepakat.claims.claim import Claim, Lineage
from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from sepakat.claims.lineage import Report
from sepakat.claims.reading import read_claim, same_as
from sepakat.claims.vocabulary import CARRIERS
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import PartyId, StixId, is_stix_id
from sepakat.stix.instants import parse_instant
from sepakat.stix.objects import StixObject

OPENCTI_EXTENSION = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"
"""Under it OpenCTI keeps the ids that an object had elsewhere, when it gives the object an id of its own."""

WITHDRAWN = "withdrawn"
_VARIANT = "variant:"


@dataclass(frozen=True, slots=True)
class Telling:
    """One version of one claim. `origins`: whose information it is; `names`: its ids, here and elsewhere."""

    id: StixId
    version: str
    claim: Claim
    text: str
    created: datetime
    said_at: datetime
    received_at: datetime
    origins: tuple[PartyId, ...] = ()
    creator: StixId | None = None
    refs: tuple[StixId, ...] = ()
    labels: tuple[str, ...] = ()
    is_revoked: bool = False
    names: frozenset[str] = frozenset()

    @property
    def standing(self) -> str:
        """live, corrected or withdrawn; what its creator revoked is withdrawn."""
        return WITHDRAWN if self.is_revoked else self.claim.status or "live"

    @property
    def is_believed(self) -> bool:
        """Whether its speaker stands by it."""
        return self.standing != WITHDRAWN

    @property
    def statement(self) -> str:
        """What was said in the speaker's words: the text before the plain words of number and rating."""
        return self.text.partition("\n\n")[0].strip()

    @property
    def is_variant(self) -> bool:
        """Whether it is what a tear line left of a claim."""
        return any(name.startswith(_VARIANT) for name in self.names)


def read_telling(made: StixObject, received_at: datetime, origins: Iterable[PartyId]) -> Telling | None:
    """The claim on an object as it is held; None for what carries none, or has no version.

    Raises:
        InputError: what stands there is no claim.
    """
    content = made.content
    claim = read_claim(content)
    if claim is None or made.modified is None or made.created is None:
        return None
    words = content.get(CARRIERS[made.type])
    return Telling(
        id=made.id,
        version=made.version,
        claim=claim,
        text=words if isinstance(words, str) else "",
        created=parse_instant(made.created),
        said_at=parse_instant(made.modified),
        received_at=received_at,
        origins=tuple(sorted(origins)),
        creator=_id(content.get("created_by_ref")),
        refs=tuple(StixId(one) for one in content.get("object_refs", ()) if is_stix_id(one)),
        labels=tuple(one for one in content.get("labels", ()) if isinstance(one, str)),
        is_revoked=made.is_revoked,
        names=copy_names(content),
    )


def as_of(versions: Iterable[Telling], instant: datetime | None = None) -> Telling | None:
    """The version that counted at an instant: the newest of those received by then; of all if None."""
    known = [one for one in versions if instant is None or one.received_at <= instant]
    return max(known, key=lambda one: one.version, default=None)


def copy_names(content: Mapping[str, Any]) -> frozenset[str]:
    """Everything by which a re-published copy is known: its id, ids it had elsewhere, its variant token, its content.

    The content counts with the instant of its creation, so that two who say the same are not taken for one.
    """
    names = {str(content["id"])}
    extensions = content.get("extensions")
    opencti = extensions.get(OPENCTI_EXTENSION) if isinstance(extensions, Mapping) else None
    elsewhere = opencti.get("stix_ids") if isinstance(opencti, Mapping) else None
    for ids in (elsewhere, content.get("x_opencti_stix_ids")):
        names |= {one for one in ids if is_stix_id(one)} if isinstance(ids, list) else set()
    token = same_as(content)
    if token is not None:
        names.add(f"{_VARIANT}{token}")
    return frozenset(names | {f"content:{_fingerprint(content)}"})


def one_report_each(tellings: Iterable[Telling]) -> dict[StixId, StixId]:
    """For each claim the id under which its copies count together: the smallest id of all that are one report."""
    by_name: dict[str, StixId] = {}
    parent: dict[StixId, StixId] = {}

    def root(id_: StixId) -> StixId:
        while parent[id_] != id_:
            parent[id_] = id_ = parent[parent[id_]]
        return id_

    for one in sorted(tellings, key=lambda telling: (telling.id, telling.version)):
        parent.setdefault(one.id, one.id)
        for name in sorted(one.names):
            first, second = root(by_name.setdefault(name, one.id)), root(one.id)
            parent[max(first, second)] = min(first, second)
    return {id_: root(id_) for id_ in parent}


def reports_of(tellings: Iterable[Telling]) -> tuple[Report, ...]:
    """The reports that are counted: copies of one report together, whatever is withdrawn not at all."""
    believed = [one for one in tellings if one.is_believed]
    counted = one_report_each(believed)
    return tuple(Report(counted[one.id], one.claim.lineage) for one in believed)


def withdrawn_roots(tellings: Iterable[Telling]) -> frozenset[str]:
    """Roots whose every first-hand claim was withdrawn: one that came through nobody and says so itself.

    A variant is never taken for first-hand: through whom it came may have been cut.
    """
    stands: dict[str, bool] = {}
    for one in tellings:
        lineage = one.claim.lineage or Lineage()
        if not lineage.via and not lineage.depth and not one.is_variant:
            for token in lineage.roots:
                stands[token] = stands.get(token, False) or one.is_believed
    return frozenset(token for token, is_standing in stands.items() if not is_standing)


def _fingerprint(content: Mapping[str, Any]) -> str:
    extensions = content.get("extensions")
    claim = extensions.get(CLAIM_EXTENSION) if isinstance(extensions, Mapping) else None
    variant = extensions.get(VARIANT_EXTENSION) if isinstance(extensions, Mapping) else None
    said = {name: content[name] for name in ("content", "description", "abstract", "created") if name in content}
    if isinstance(claim, Mapping):
        # Who passes a report on writes itself into its lineage.
        said["claim"] = {name: value for name, value in claim.items() if name != "lineage"}
    # A variant has lost something of what it says: what is left may be equal by chance.
    return sha256(canonical_bytes({**said, "id": content["id"]} if variant is not None else said)).hexdigest()


def _id(value: Any) -> StixId | None:
    return StixId(value) if is_stix_id(value) else None
