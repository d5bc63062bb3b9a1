"""Who gets what: agreements, origins, owners and persons (I1 to I4, I15, I19), read off what the engine lets out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hypothesis import given, settings

from sepakat.release.decision import Outcome
from sepakat.release.engine import decide
from sepakat.release.question import ViewKey
from tests.oracle import plain, tables
from tests.property.canaries import canaries_in, with_canaries
from tests.property.examples import given_out, releasing, seeds
from tests.property.releases import Released
from tests.support.worlds import COUNTRIES, NOW, RELEASABLE, STATEMENT, random_case

EXAMPLES = settings(max_examples=40)
LEVELS = {marking: level for marking, (axis, level) in tables.FIXED_MARKINGS.items() if axis == "tlp"}


@EXAMPLES
@given(seeds)
def test_nothing_goes_without_an_agreement_in_force_and_a_clause_that_matches(seed: int) -> None:
    world, found = releasing(seed)
    for view in world.views:
        if not view.in_force:
            assert found.views[ViewKey(*view.name)] == ()  # type: ignore[arg-type]
    for key, one in found.objects():
        decision = decide(found.world, found.verdicts, one.version, key, NOW)
        clauses = {clause["id"]: clause for clause in document_of(world, key)["share"]}
        assert decision.outcome is one.outcome
        assert decision.clauses
        assert set(decision.clauses) <= set(clauses)
        assert any(type_is_named(one.original["type"], clauses[name]) for name in decision.clauses)
        assert_is_of_age(world, key, one)


@EXAMPLES
@given(seeds)
def test_every_origin_allows_the_taker(seed: int) -> None:
    world, found = releasing(seed)
    for key, one in found.objects():
        for version in with_all_it_rests_on(world, one):
            for origin in version.origins:
                assert origin == world.node or has_consent(world, origin, version, key), (origin, version.id)


@EXAMPLES
@given(seeds)
def test_taker_is_among_the_readers_of_every_owner(seed: int) -> None:
    world, found = releasing(seed)
    for key, one in found.objects():
        ceiling = highest_ceiling(world, key)
        for version in with_all_it_rests_on(world, one):
            markings = version.content.get("object_marking_refs", [])
            policy = world.policies.get(version.id, plain.Policy())
            assert [*markings, *policy.markings], f"{version.id} is not marked"
            for marking in markings:
                assert_may_read(world, key, version, marking, owners_of(world, version), ceiling)
            for marking in policy.markings:
                assert_may_read(world, key, version, marking, {world.node}, ceiling)


@EXAMPLES
@given(seeds)
def test_every_path_passes_by_itself(seed: int) -> None:
    world, places = with_canaries(random_case(seed).world)
    found = given_out(world)
    contents = {version.ref: version for version in world.versions}
    for key, released in found.views.items():
        gone_out = {canary for one in released for canary in canaries_in(one.content)}
        for canary in gone_out:
            ref, path = places[canary]
            for marking in granular_markings_on(contents[ref].content, path):
                assert_may_read(
                    world, key, contents[ref], marking, owners_of(world, contents[ref]), highest_ceiling(world, key)
                )
            assert any(
                names_allow(contents[ref].content, path, clause) for clause in document_of(world, key)["share"]
            ), path


@EXAMPLES
@given(seeds)
def test_nothing_of_what_is_out_or_cut_goes_out(seed: int) -> None:
    world, places = with_canaries(random_case(seed).world)
    found = given_out(world)
    for released in found.views.values():
        versions = {one.version[0] for one in released}
        for one in released:
            for canary in canaries_in(one.content):
                assert places[canary][0][0] == one.version[0], "text of another object"
                assert places[canary][0][0] in versions


@EXAMPLES
@given(seeds)
def test_nothing_goes_with_weaker_terms_than_it_came(seed: int) -> None:
    world, found = releasing(seed)
    order = ("named", "ask", "none")
    for key, one in found.objects():
        ours = document_of(world, key).get("onward", {})
        for version in with_all_it_rests_on(world, one):
            for terms in version.received:
                if grants_for(world, terms.sender, version, key):
                    continue
                rule, theirs = ours.get("default", "none"), terms.onward["default"]
                assert order.index(rule) >= order.index(theirs)
                if rule == theirs == "named":
                    assert set(ours["named"]) <= set(terms.onward["named"])


@EXAMPLES
@given(seeds)
def test_persons_go_only_by_a_clause_that_names_their_category(seed: int) -> None:
    world, found = releasing(seed)
    for key, one in found.objects():
        claim = one.original.get("extensions", {}).get(world.claim_extension, {})
        annotated = world.policies.get(one.version[0], plain.Policy()).person_category
        is_person = one.original["type"] == "identity" and one.original.get("identity_class") == "individual"
        if not (is_person or annotated or "person" in claim):
            continue
        category = annotated or claim.get("person", {}).get("category", "unknown")
        rules = [clause.get("persons", {}) for clause in document_of(world, key)["share"]]
        by_category = category != "unknown" and any(category in rule.get("allow", []) for rule in rules)
        by_pseudonym = is_person and any(rule.get("rule") == "pseudonym" for rule in rules)
        assert by_category or by_pseudonym
        if not by_category:
            assert one.outcome is Outcome.VARIANT
            assert one.content["name"] != one.original["name"]
            assert not {"description", "contact_information", "roles", "labels"} & set(one.content)


# What the tests ask of the plain world.


def document_of(world: plain.World, key: ViewKey) -> Mapping[str, Any]:
    """The agreement of a view."""
    return next(view.document for view in world.views if view.name == tuple(key))


def type_is_named(kind: str, clause: Mapping[str, Any]) -> bool:
    """Whether a clause names the type of an object."""
    types = clause.get("types", [])
    return kind in types if types != "any" else kind in tables.DEFINED


def assert_is_of_age(world: plain.World, key: ViewKey, one: Released) -> None:
    """The object is not from before the first day that the agreement covers."""
    first = document_of(world, key)["window"]["data_from"]
    created = one.original.get("created")
    if first != "any" and created is not None:
        assert datetime.fromisoformat(created) >= datetime.fromisoformat(first)


def versions_of(world: plain.World, identifier: str) -> list[plain.Version]:
    """The held versions of an id."""
    return [version for version in world.versions if version.id == identifier]


def with_all_it_rests_on(world: plain.World, one: Released) -> Iterator[plain.Version]:
    """The version itself, and all versions of everything that it quotes or derives from, which must be held."""
    content = one.original
    modified = content.get("modified", "")
    yield from (version for version in versions_of(world, one.version[0]) if version.ref[1] == modified)
    ahead, seen = basis_of(world, content), set()
    while ahead:
        identifier = ahead.pop()
        if identifier in seen:
            continue
        seen.add(identifier)
        held = versions_of(world, identifier)
        assert held, f"{content['id']} rests on {identifier}, which is not held"
        yield from held
        for version in held:
            ahead += basis_of(world, version.content)


def basis_of(world: plain.World, content: Mapping[str, Any]) -> list[str]:
    """What an object quotes or derives from."""
    claim = content.get("extensions", {}).get(world.claim_extension, {})
    roles = ("primary-source", "quotes", "derived")
    named = [
        entry["object_ref"] for entry in claim.get("basis", []) if entry["role"] in roles and "object_ref" in entry
    ]
    links = [
        version.content["target_ref"]
        for version in world.versions
        if version.content.get("relationship_type") == "derived-from" and version.content["source_ref"] == content["id"]
    ]
    return [*named, *links]


def owners_of(world: plain.World, version: plain.Version) -> set[str]:
    """The owners of the markings of a version."""
    creator = world.parties.get(version.content.get("created_by_ref", ""))
    if creator is not None:
        return {creator}
    return {terms.sender for terms in version.received} or {world.node}


def grants_for(world: plain.World, origin: str, version: plain.Version, key: ViewKey) -> list[plain.Grant]:
    """The grants of an origin that hold now."""
    return [
        grant
        for grant in world.grants
        if (grant.origin, grant.grantee, grant.party, grant.object_id) == (origin, world.node, key.taker, version.id)
        and grant.given_at <= NOW
        and (grant.until is None or grant.until >= NOW)
        and (grant.withdrawn_at is None or grant.withdrawn_at > NOW)
    ]


def has_consent(world: plain.World, origin: str, version: plain.Version, key: ViewKey) -> bool:
    """Whether an origin agrees, by a grant or in its terms."""
    named = [terms for terms in version.received if terms.sender == origin]
    in_terms = bool(named) and all(key.taker in terms.onward.get("named", []) for terms in named)
    return bool(grants_for(world, origin, version, key)) or in_terms


def highest_ceiling(world: plain.World, key: ViewKey) -> int:
    """The highest TLP level that any clause of the view lets through."""
    ceilings = [clause.get("ceiling", {}).get("tlp") or "clear" for clause in document_of(world, key)["share"]]
    return max(tables.TLP_ORDER.index(level) for level in ceilings)


def assert_may_read(
    world: plain.World, key: ViewKey, version: plain.Version, marking: str, owners: set[str], ceiling: int
) -> None:
    """The taker is among the readers that a marking leaves for each of its owners."""
    known = {held.id for held in world.versions}
    assert marking in known, f"{marking} is not known"
    if marking in RELEASABLE:
        binding = {owner for owner in owners if owner == world.node or not has_consent(world, owner, version, key)}
        assert not binding or COUNTRIES.get(key.taker) in RELEASABLE[marking]
        return
    if marking not in LEVELS:
        assert marking == STATEMENT or marking in tables.FIXED_MARKINGS, f"{marking} is not known"
        return
    level = LEVELS[marking]
    assert tables.TLP_ORDER.index(level) <= ceiling
    for owner in owners:
        if owner == world.node:
            approvals = world.approvals.get((version.ref, (key.agreement, key.taker)), ())
            assert level != "red" or any(at <= NOW for _, at in approvals)
        elif level != "clear" and not has_consent(world, owner, version, key):
            assert level in ("green", "amber")
            assert version.received
            if level == "amber":
                assert key.taker in world.clients
                assert all(terms.clients_allowed for terms in version.received)
            else:
                assert all(key.taker in terms.roster for terms in version.received)


def granular_markings_on(content: Mapping[str, Any], path: plain.Path) -> Iterator[str]:
    """The markings on a path or on what it lies in."""
    selector = "".join(f".[{step}]" if isinstance(step, int) else f".{step}" for step in path) + "."
    for entry in content.get("granular_markings", []):
        if "marking_ref" in entry and any(selector.startswith(f".{chosen}.") for chosen in entry["selectors"]):
            yield entry["marking_ref"]


def names_allow(content: Mapping[str, Any], path: plain.Path, clause: Mapping[str, Any]) -> bool:
    """Whether a clause lets a property go by its name, as far as one can say without looking closer."""
    fields = clause.get("fields", {})
    name = str(path[1] if path[0] == "extensions" else path[0])
    if name in fields.get("deny", []):
        return False
    allow = fields.get("allow", [])
    if allow == "any":
        return True
    is_standard = name in tables.DEFINED.get(content["type"], tables.COMMON) or name in tables.PREDEFINED_EXTENSIONS
    if allow == "standard" or "standard" in allow:
        is_ours = name.startswith("extension-definition--") and name not in allow
        return is_standard or name in allow or is_ours
    return name in allow
