"""Whether an object that a giver served may be taken: everything that is checked before any of a page is written.

A pure verdict on one object against what the giver signed and what is held; fetching and writing are `synchronising`'s.
Invariant: what passes is what the giver signed for, under an agreement in force (tombstones: under any), and neither
replaces bytes that are held nor speaks for another party. DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sepakat.claims.reading import claim_faults
from sepakat.errors import InputError
from sepakat.exchange.ports import Unit
from sepakat.exchange.records import StoredVersion
from sepakat.exchange.statements import Stated
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.instants import parse_instant
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.objects import StixObject
from sepakat.stix.reading import Limits, read_objects
from sepakat.stix.validation import faults_of

AHEAD = timedelta(minutes=5)
LIMITS = Limits(max_bytes=8 << 20, max_objects=1, max_object_bytes=8 << 20)


@dataclass(frozen=True, slots=True)
class Situation:
    """What an object is judged against: who gives to whom, what is in force and known now."""

    node: PartyId
    giver: PartyId
    now: datetime
    in_force: frozenset[AgreementId]
    parties: Mapping[StixId, PartyId]
    """STIX identity id of each known party."""
    identities: Mapping[StixId, str]
    """The digest of each known party's identity, as its card has it."""
    mirrored: int
    """How many leaves of the giver's log for us are known and borne out."""
    recalled: frozenset[tuple[StixId, PartyId, AgreementId | None]] = frozenset()
    """What was recalled, by whom, and from which view alone (None: from all)."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The object may be taken. `is_kept`: it is written; else we have it from a better source and only note it.

    `displaces`: another party had given us other bytes as this very version of what the giver itself made.
    """

    object: StixObject
    stated: Stated
    is_kept: bool
    displaces: StixObject | None = None
    is_recalled: bool = False
    """It is the revoked version of what was recalled: it is kept hidden."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The object is kept apart, and why.

    `stated` is set if it is what the giver signed for: then why it is kept apart is nothing that the giver may learn.
    """

    object_id: str
    reason: str
    raw: bytes
    stated: Stated | None = None


def read_one(raw: bytes) -> StixObject | Refused:
    """One object from the bytes that a giver served, by the rules of the standard."""
    try:
        made = read_objects(raw, LIMITS)[0]
    except (InputError, IndexError) as error:
        return Refused("?", f"not readable: {error}", raw)
    faults = (*faults_of(made.content), *claim_faults(made.content))
    return Refused(made.id, f"breaks the standard: {faults[0]}", raw) if faults else made


def lies_ahead(made: StixObject, now: datetime) -> bool:
    """Whether an object is dated further ahead of the clock than clocks may differ."""
    return made.modified is not None and parse_instant(made.modified) > now + AHEAD


def judge(unit: Unit, where: Situation, made: StixObject, stated: Stated) -> Passed | Refused:
    """Whether `made` may be taken, given what was `stated` of it."""
    held = unit.objects.get(made.id)
    forged = _forged(unit, where, made, held)
    unsigned = _why_not_signed(where, made, stated)
    if unsigned is not None:
        return Refused(made.id, unsigned, made.raw)
    reason = (
        _why_not_dated(where, made)
        or _why_not_theirs(where, made, stated, held)
        or (_why_not_beside(where, made, held) if forged is None else None)
    )
    recalled = reason is None and _is_recalled(unit, where, made, stated)
    if recalled and not made.is_revoked and not stated.is_tombstone:
        reason = "it was recalled"
    if reason is not None:
        return Refused(made.id, reason, made.raw, stated)
    return Passed(made, stated, not _is_known_better(where, made, held), forged, recalled)


def _is_recalled(unit: Unit, where: Situation, made: StixObject, stated: Stated) -> bool:
    policy = unit.policies.get(made.id)
    if policy is not None and policy.recalled:
        return True
    if (made.id, where.giver, stated.agreement) in where.recalled:
        return True
    # A recall may come before the object: it then binds what its sender made, owns or gives, and nothing of others.
    creator = where.parties.get(StixId(str(made.content.get("created_by_ref", ""))))
    return any((made.id, party, None) in where.recalled for party in (where.giver, creator, *stated.origins) if party)


def _forged(unit: Unit, where: Situation, made: StixObject, held: tuple[StoredVersion, ...]) -> StixObject | None:
    """What another party gave us as this version of an object of the giver, if nobody has it from us."""
    if where.parties.get(StixId(str(made.content.get("created_by_ref", "")))) != where.giver:
        return None
    for version in held:
        if version.object.version == made.version and version.object.digest != made.digest:
            senders = {terms.sender for terms in version.received}
            if not senders or where.giver in senders or where.node in version.origins:
                return None
            # What went on from here keeps its bytes; then people have to look.
            passed_on = any(row.original == made.version_ref for row in unit.views.rows_of(made.id))
            return None if passed_on else version.object
    return None


def _is_known_better(where: Situation, made: StixObject, held: tuple[StoredVersion, ...]) -> bool:
    """Whether we have it from a better source: ourselves, or the standard. A giver's terms never stick to such."""
    fixed = FIXED_MARKINGS.get(made.id)
    if fixed is not None:
        return bool(held) or made.digest != StixObject.from_content(fixed.content).digest
    return where.parties.get(made.id) == where.node or any(where.node in version.origins for version in held)


def _why_not_signed(where: Situation, made: StixObject, stated: Stated) -> str | None:
    if stated.digest != made.digest:
        return f"its content is not what {where.giver} signed in the release statement"
    if stated.leaf >= where.mirrored:
        return f"leaf {stated.leaf} of the log of {where.giver} is not borne out"
    if stated.is_tombstone:
        return None if made.is_revoked else "it stands in the statement as a revocation and is none"
    if stated.agreement not in where.in_force:
        return f"agreement {stated.agreement} of {where.giver} is not in force"
    return None


def _why_not_dated(where: Situation, made: StixObject) -> str | None:
    if lies_ahead(made, where.now):
        return f"modified {made.modified} lies more than 5 minutes ahead of the clock"
    return None


def _why_not_theirs(where: Situation, made: StixObject, stated: Stated, held: tuple[StoredVersion, ...]) -> str | None:
    """Whether the giver may say this in the name that it gives: creators and origins are parties or nobody we know."""
    if made.id in FIXED_MARKINGS:
        return None
    if made.id in where.identities:
        if made.digest == where.identities[made.id]:
            return None
        return f"it is the identity of {where.parties[made.id]} with other content than on its card"
    same = any(version.object.version == made.version and version.object.digest == made.digest for version in held)
    creator = where.parties.get(StixId(str(made.content.get("created_by_ref", ""))))
    if creator == where.node and not same:
        return "it claims this node's party as its creator, and is not held here"
    if where.node in stated.origins and not (same and any(where.node in version.origins for version in held)):
        return "it claims this node's party as its origin, and is not held here as its own"
    if creator not in (None, where.node, where.giver) and creator not in stated.origins:
        return f"it is by {creator}, whom the statement does not declare as its origin"
    return None


def _why_not_beside(where: Situation, made: StixObject, held: tuple[StoredVersion, ...]) -> str | None:
    """Whether it may stand beside the versions that are held."""
    for version in held:
        if version.object.version == made.version:
            return None if version.object.digest == made.digest else "it is held with other content under this version"
    if not held:
        return None
    creator = made.content.get("created_by_ref")
    if any(version.object.content.get("created_by_ref") != creator for version in held):
        return "it is held as an object of another creator"
    if where.parties.get(StixId(str(creator or ""))) == where.giver:
        return None
    # Not by the giver: it may bring further versions only of what nobody else gave us.
    if all({terms.sender for terms in version.received} == {where.giver} for version in held):
        return None
    return f"it is held from elsewhere, and {where.giver} is not its creator"
