"""Who may read: labels, origins and sticky terms, version by version, for one view and one clause.

A label is a list of parts; every part has to let the taker read. Nothing is joined ahead: all parts of all that a
version derives from are simply asked one after the other. Design, sections 3 (table of readers) and 4 (rules 1 and 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.oracle import tables
from tests.oracle.content import Granular, granular_markings_on, granular_of, markings_of
from tests.oracle.plain import Content, Path, Version, View, World

Clause = Mapping[str, Any]
UNKNOWN = ("unknown", "")


@dataclass(frozen=True)
class Part:
    """One marking on one version: what it states, who owns it, and whether this node added it."""

    axis: str
    level: str
    version: Version
    added: bool = False


def meaning(world: World, marking: str) -> tuple[str, str]:
    """Axis and level of a held marking: fixed ids by the table, statements and REL-TO by content, all else unknown."""
    for version in world.held(marking):
        if marking in tables.FIXED_MARKINGS:
            return tables.FIXED_MARKINGS[marking]
        content = version.content
        definition = content.get("definition")
        if not isinstance(definition, Mapping) or "extensions" in content:
            continue
        stated = {content.get("definition_type"): definition}
        match stated:
            case {"statement": {"statement": str(), **rest}} if not rest:
                return ("statement", "")
            case {"rel-to": {"rel_to": [*countries], **rest}} if not rest and countries:
                return ("rel-to", " ".join(countries))
    return UNKNOWN


def is_scaffold(world: World, identifier: str) -> bool:
    """Marking-definitions that name no audience, extension-definitions and the identities of the parties, if held."""
    kind = identifier.partition("--")[0]
    if kind == "marking-definition":
        return meaning(world, identifier)[0] in ("tlp", "pap", "statement")
    return bool(world.held(identifier)) and (kind == "extension-definition" or identifier in world.parties)


def owners(world: World, version: Version) -> set[str]:
    """Who owns the markings on a version: its creator if that is a party, else all senders, else this node."""
    creator = version.content.get("created_by_ref")
    if isinstance(creator, str) and creator in world.parties:
        return {world.parties[creator]}
    senders = {terms.sender for terms in version.received}
    return senders or {world.node}


def is_own(world: World, version: Version) -> bool:
    """Whether a version is this node's to cut: neither its creator nor any of its origins is another party."""
    return owners(world, version) == {world.node} and version.origins == {world.node}


def has_grant(world: World, origin: str, version: Version, view: View, now: datetime) -> bool:
    """Whether that origin lets this node pass this object on to the taker, at this instant."""
    return any(
        grant.origin == origin
        and grant.grantee == world.node
        and grant.party == view.taker
        and grant.object_id == version.id
        and grant.given_at <= now
        and (grant.until is None or now <= grant.until)
        and (grant.withdrawn_at is None or now < grant.withdrawn_at)
        for grant in world.grants
    )


def is_named_onward(world: World, sender: str, version: Version, view: View) -> bool:
    """Whether all terms of this sender name the taker for what the sender owns."""
    terms = [term for term in version.received if term.sender == sender]
    return (
        bool(terms)
        and sender in owners(world, version)
        and all(term.onward.get("default") == "named" and view.taker in term.onward.get("named", []) for term in terms)
    )


def consents(world: World, party: str, version: Version, view: View, now: datetime) -> bool:
    """Whether another party's consent for this version and taker is there, by grant or in advance."""
    return has_grant(world, party, version, view, now) or is_named_onward(world, party, version, view)


def object_parts(world: World, version: Version) -> list[Part] | None:
    """What marks the whole of a version; None for no marking at all, or one that cannot be understood."""
    markings = markings_of(version.content)
    if markings is None or granular_of(version.content) is None:
        return None
    policy = world.policies.get(version.id)
    added = policy.markings if policy is not None else ()
    parts = [Part(*meaning(world, marking), version) for marking in markings]
    parts += [Part(*meaning(world, marking), version, added=True) for marking in added]
    return parts or None


def granular_parts(world: World, version: Version, path: Path) -> list[Part]:
    """What marks one path by granular markings on it or on an ancestor; a language marks nothing."""
    return [Part(*meaning(world, marking), version) for marking in granular_markings_on(version.content, path)]


def all_parts(world: World, version: Version) -> list[Part] | None:
    """Everything that marks a version anywhere; None as for `object_parts`."""
    parts = object_parts(world, version)
    if parts is None:
        return None
    found: list[Granular] = granular_of(version.content) or []
    return parts + [Part(*meaning(world, entry.marking), version) for entry in found if entry.marking is not None]


def lets_read(world: World, part: Part, view: View, clause: Clause, now: datetime) -> bool:
    """Whether one part of a label lets the taker of the view read, under one clause."""
    if not _within_ceiling(part, clause):
        return False
    if part.axis not in ("tlp", "rel-to"):
        return True
    who = owners(world, part.version)
    for owner in who:
        if owner != world.node and not part.added and consents(world, owner, part.version, view, now):
            continue
        if not _table_lets_read(world, part, owner, view, now):
            return False
    return not part.added or _table_lets_read(world, part, world.node, view, now)


def _within_ceiling(part: Part, clause: Clause) -> bool:
    ceiling = clause.get("ceiling", {})
    if part.axis == "statement":
        return True
    if part.axis == "tlp":
        return tables.TLP_ORDER.index(part.level) <= tables.TLP_ORDER.index(ceiling.get("tlp") or "clear")
    if part.axis == "pap":
        return tables.PAP_ORDER.index(part.level) <= tables.PAP_ORDER.index(ceiling.get("pap") or "clear")
    if part.axis == "rel-to":
        bounds = ceiling.get("releasable_to") or []
        return bool(bounds) and set(bounds) <= set(part.level.split())
    return False


def _table_lets_read(world: World, part: Part, owner: str, view: View, now: datetime) -> bool:
    if part.axis == "rel-to":
        return view.taker_country in part.level.split()
    if part.level == "clear":
        return True
    if owner == world.node:
        return part.level != "red" or bool(approvers(world, part.version, view, now))
    received = part.version.received
    if part.level == "amber":
        return bool(received) and view.taker in world.clients and all(terms.clients_allowed for terms in received)
    if part.level == "green":
        return bool(received) and all(view.taker in terms.roster for terms in received)
    return False


def approvers(world: World, version: Version, view: View, now: datetime) -> set[str]:
    """The persons who have approved that this version goes to this view."""
    given = world.approvals.get((version.ref, view.name), ())
    return {who for who, at in given if at <= now}


def derivation(world: World, version: Version) -> set[str]:
    """The ids of everything that a version derives from, quotes or translates, through any number of steps."""
    found: set[str] = set()
    ahead = _derives_from(world, version)
    while ahead:
        identifier = ahead.pop()
        if identifier not in found:
            found.add(identifier)
            for basis in world.held(identifier):
                ahead |= _derives_from(world, basis)
    return found


def _derives_from(world: World, version: Version) -> set[str]:
    claim = claim_of(world, version.content) or {}
    found = {
        entry["object_ref"]
        for entry in claim.get("basis", [])
        if "object_ref" in entry and entry.get("role") in ("primary-source", "quotes", "derived")
    }
    if version.type == "language-content":
        found.add(version.content["object_ref"])
    for other in world.versions:
        content = other.content
        if content.get("relationship_type") == "derived-from" and content.get("source_ref") == version.id:
            found.add(content["target_ref"])
    return found


def claim_of(world: World, content: Content) -> Mapping[str, Any] | None:
    """The claim that an object carries."""
    extensions = content.get("extensions", {})
    claim = extensions.get(world.claim_extension) if isinstance(extensions, Mapping) else None
    return claim if isinstance(claim, Mapping) else None


def inherited_versions(world: World, version: Version) -> list[Version] | None:
    """All versions whose label a version inherits; None if one of them is not held."""
    found: list[Version] = []
    for identifier in derivation(world, version):
        held = world.held(identifier)
        if not held:
            return None
        found.extend(held)
    return found


def inherited_parts(world: World, version: Version) -> Iterator[Part | None]:
    """The parts of everything that a version inherits from; None stands for what nobody may read."""
    versions = inherited_versions(world, version)
    if versions is None:
        yield None
        return
    for basis in versions:
        parts = all_parts(world, basis)
        if parts is None:
            yield None
        else:
            yield from parts


def origins_consent(world: World, version: Version, view: View, now: datetime) -> bool:
    """Whether every origin, also of all that the version derives from, is this node or consents."""
    ids = derivation(world, version)
    if any(not world.held(identifier) for identifier in ids):
        return False
    everything = [version, *(basis for identifier in ids for basis in world.held(identifier))]
    return all(
        origin == world.node or consents(world, origin, source, view, now)
        for source in everything
        for origin in source.origins
    )


def terms_are_kept(world: World, version: Version, view: View, now: datetime) -> bool:
    """Whether the view's onward rule is at least as strict as the terms of all that goes out with it."""
    everything = [version, *(inherited_versions(world, version) or [])]
    return all(
        _as_strict(view.document.get("onward", {}), terms.onward) or has_grant(world, terms.sender, source, view, now)
        for source in everything
        for terms in source.received
    )


def _as_strict(given: Mapping[str, Any], received: Mapping[str, Any]) -> bool:
    ours, theirs = given.get("default", "none"), received.get("default", "none")
    if ours == theirs == "named":
        return set(given.get("named", [])) <= set(received.get("named", []))
    return tables.ONWARD_ORDER.index(ours) >= tables.ONWARD_ORDER.index(theirs)
