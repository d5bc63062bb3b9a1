"""What one clause asks of a version, key by key, and which paths its `fields` and `source` let go.

An absent key grants nothing. Everything here is about one clause; how the clauses of a view work together is in
`fixpoint`. Design, section 3, and the record of readings.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

from tests.oracle import tables
from tests.oracle.content import covers, selector_path
from tests.oracle.evidence import (
    InView,
    evidence,
    own_regions,
    own_topics,
    region_lies_in,
    topic_lies_in,
)
from tests.oracle.plain import Content, Json, Path, Version, View, World
from tests.oracle.readers import (
    Clause,
    approvers,
    claim_of,
    inherited_parts,
    is_own,
    lets_read,
    object_parts,
)

_SOURCE_WORDS = {
    "none": (),
    "rating": ("scheme", "reliability", "evaluation"),
    "descriptor": ("scheme", "reliability", "evaluation", "access", "descriptor"),
    "identity": ("scheme", "reliability", "evaluation", "access", "descriptor", "token"),
}


def matches_by_itself(world: World, version: Version, view: View, clause: Clause, now: datetime) -> bool:
    """Whether everything that a clause asks, but topic and region, is so."""
    return (
        _type_matches(version, clause)
        and _kind_matches(world, version, clause)
        and _may_be_read(world, version, view, clause, now)
        and _is_rated(world, version, clause)
        and _is_of_age(version, view, now)
        and _persons_allow(world, version, clause, now)
        and _is_released(world, version, view, clause, now)
    )


def matches_by_evidence(world: World, version: Version, clause: Clause, in_view: InView) -> bool:
    """Whether topic and region are as the clause asks, given what the view holds."""
    topics, regions = _selection(clause, "topics"), _selection(clause, "regions")
    mine = own_topics(world, version)
    there = own_regions(world, version)
    if any(topic_lies_in(topic, out) for topic in mine for out in topics["none"]):
        return False
    if any(region_lies_in(world, region, out) for region in there for out in regions["none"]):
        return False
    if topics["any"] != "any":
        mine = evidence(world, version, in_view, own_topics)
        if not any(topic_lies_in(topic, wanted) for topic in mine for wanted in topics["any"]):
            return False
    if regions["any"] != "any":
        there = evidence(world, version, in_view, own_regions)
        if not any(region_lies_in(world, region, wanted) for region in there for wanted in regions["any"]):
            return False
    return True


def _selection(clause: Clause, key: str) -> dict[str, Json]:
    written = clause.get(key, {})
    if written == "any":
        written = {"any": "any"}
    return {"any": written.get("any", []), "none": written.get("none", [])}


def _type_matches(version: Version, clause: Clause) -> bool:
    types = clause.get("types", [])
    return version.type in tables.DEFINED if types == "any" else version.type in types


def _kind_matches(world: World, version: Version, clause: Clause) -> bool:
    claim = claim_of(world, version.content)
    kinds = clause.get("kinds", [])
    if claim is None:
        return True
    return claim.get("kind") in (tables.CLAIM_KINDS if kinds == "any" else kinds)


def _may_be_read(world: World, version: Version, view: View, clause: Clause, now: datetime) -> bool:
    parts = object_parts(world, version)
    if parts is None:
        return False
    return all(
        part is not None and lets_read(world, part, view, clause, now)
        for part in [*parts, *inherited_parts(world, version)]
    )


def _is_rated(world: World, version: Version, clause: Clause) -> bool:
    minimum = clause.get("minimum", {})
    claim = claim_of(world, version.content) or {}
    source, number = claim.get("source", {}), claim.get("credibility")
    # The letters of another scheme mean something else.
    letter = source.get("reliability") if source.get("scheme") == "admiralty" else None
    is_unrated = False
    worst_letter = minimum.get("reliability", "A")
    if worst_letter != "any":
        if letter not in tuple(tables.RELIABILITIES):
            is_unrated = True
        elif tables.RELIABILITIES.index(letter) > tables.RELIABILITIES.index(worst_letter):
            return False
    worst_number = minimum.get("credibility", 1)
    if worst_number != "any":
        if number not in (1, 2, 3, 4, 5):
            is_unrated = True
        elif number > worst_number:
            return False
    return not is_unrated or minimum.get("unrated", "out") == "allow"


def _is_of_age(version: Version, view: View, now: datetime) -> bool:
    window = view.document["window"]
    oldest = window["data_from"]
    if oldest != "any" and created(version) < instant(oldest):
        return False
    modified = version.content.get("modified")
    last = instant(modified) if isinstance(modified, str) else version.received_at
    return window["max_age"] == "any" or after(last, window["max_age"]) >= now


def _persons_allow(world: World, version: Version, clause: Clause, now: datetime) -> bool:
    if not is_personal(world, version):
        return True
    persons = clause.get("persons", {})
    rule = persons.get("rule", "none")
    retention = persons.get("retention")
    if retention is not None and now > after(created(version), retention):
        return False
    if persons.get("necessity") == "required":
        policy = world.policies.get(version.id)
        if policy is None or not policy.necessity:
            return False
    if rule == "pseudonym":
        return is_own(world, version) and version.type == "identity"
    return rule == "categories" and _category(world, version) in persons.get("allow", [])


def is_personal(world: World, version: Version) -> bool:
    """Whether the version is personal data."""
    policy = world.policies.get(version.id)
    claim = claim_of(world, version.content) or {}
    return (
        (version.type == "identity" and version.content.get("identity_class") == "individual")
        or "person" in claim
        or (policy is not None and policy.person_category is not None)
    )


def is_pseudonymous(world: World, version: Version, clause: Clause) -> bool:
    """Whether a version goes under this clause by a pseudonym alone."""
    return is_personal(world, version) and clause.get("persons", {}).get("rule") == "pseudonym"


def _category(world: World, version: Version) -> str:
    policy = world.policies.get(version.id)
    if policy is not None and policy.person_category is not None:
        return policy.person_category
    claim = claim_of(world, version.content) or {}
    category = claim.get("person", {}).get("category", "unknown")
    return str(category)


def _is_released(world: World, version: Version, view: View, clause: Clause, now: datetime) -> bool:
    release = clause["release"]
    needed = {"auto": 0, "one": 1, "two": 2}[release.get("approval", "two")]
    return len(approvers(world, version, view, now)) >= needed and after(version.received_at, release["delay"]) <= now


def created(version: Version) -> datetime:
    """When the object was made; for what does not say, when it was taken in."""
    text = version.content.get("created")
    return instant(text) if isinstance(text, str) else version.received_at


def instant(text: str) -> datetime:
    """The instant of a timestamp."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def after(start: datetime, duration: str) -> datetime:
    """The instant an ISO 8601 duration after another."""
    days, _, clock = duration[1:].partition("T")
    date_parts = {unit: int(number) for number, unit in re.findall(r"(\d+)([YMWD])", days)}
    clock_parts = {unit: int(number) for number, unit in re.findall(r"(\d+)([HMS])", clock)}
    months = start.month - 1 + date_parts.get("M", 0) + 12 * date_parts.get("Y", 0)
    year, month = start.year + months // 12, months % 12 + 1
    start = start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))
    return start + timedelta(
        weeks=date_parts.get("W", 0),
        days=date_parts.get("D", 0),
        hours=clock_parts.get("H", 0),
        minutes=clock_parts.get("M", 0),
        seconds=clock_parts.get("S", 0),
    )


def fields_allow(world: World, content: Content, path: Path, clause: Clause) -> bool:
    """Whether `fields` and `source` of a clause let a path go."""
    top = path[0]
    if top in tables.ALWAYS_ALLOWED or path == ("extensions",):
        return True
    fields = clause.get("fields", {})
    if any(_names(entry, path) for entry in fields.get("deny", [])):
        return False
    is_source = path[:3] == ("extensions", world.claim_extension, "source")
    if is_source and (len(path) == 3 or path[3] not in _SOURCE_WORDS[clause.get("source", "none")]):
        return False
    if top == "external_references" and not _external_reference_allowed(content, path, fields):
        return False
    allow = fields.get("allow", [])
    if allow == "any":
        return True
    if allow == "standard":
        allow = ["standard"]
    return any(is_standard(world, content, path) if entry == "standard" else _names(entry, path) for entry in allow)


def _names(entry: str, path: Path) -> bool:
    """Whether an entry of `allow` or `deny` is the path or above it; extensions are also named by their name alone."""
    return covers(selector_path(entry), path) or (path[0] == "extensions" and path[1:2] == (entry,))


def _external_reference_allowed(content: Content, path: Path, fields: Clause) -> bool:
    listed = fields.get("external_references", "none")
    if listed in ("any", "none"):
        return bool(listed == "any")
    reference = content["external_references"][path[1]] if len(path) > 1 else {}
    return reference.get("source_name") in listed


def is_standard(world: World, content: Content, path: Path) -> bool:
    """Whether STIX 2.1 defines the property, or it is of one of the two extensions of this project."""
    top = str(path[0])
    if top == "extensions":
        known = {*tables.PREDEFINED_EXTENSIONS, world.claim_extension, world.variant_extension}
        return path[1] in known
    if top not in tables.DEFINED.get(str(content["type"]), tables.COMMON):
        return False
    if top in tables.NESTED and len(path) > 2:
        return path[2] in tables.NESTED[top][0]
    return True
