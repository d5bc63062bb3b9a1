"""The same question has the same answer: for everyone, again, and until the instant that is told (I11, I12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings

from sepakat.release.decision import Outcome, Verdict
from sepakat.release.engine import decide, decide_all, decided
from sepakat.release.order import release_order
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.objects import StixObject
from tests.oracle.content import references
from tests.oracle.plain import Version
from tests.property.examples import given_out, releasing, seeds
from tests.property.releases import SECRET, Given
from tests.property.test_oracle import YESTERDAY, clause
from tests.support.worlds import CLEAR, NOW, random_case
from tests.support.worlds_engine import engine_world
from tests.support.worlds_objects import stamp

WINDOW = {"from": YESTERDAY, "to": None, "data_from": "any", "max_age": "any"}

EXAMPLES = settings(max_examples=40)
A_MOMENT = timedelta(microseconds=1)


@EXAMPLES
@given(seeds)
def test_same_id_and_version_has_the_same_bytes_for_everyone(seed: int) -> None:
    _, found = releasing(seed)
    bytes_by_name: dict[tuple[str, str], set[bytes]] = {}
    for _, one in found.objects():
        name = (one.content["id"], one.content.get("modified", "")) if one.outcome is Outcome.WHOLE else None
        if name is not None:
            bytes_by_name.setdefault(name, set()).add(canonical_bytes(dict(one.content)))
            assert canonical_bytes(dict(one.content)) == canonical_bytes(dict(one.original))
    assert all(len(contents) == 1 for contents in bytes_by_name.values())


@EXAMPLES
@given(seeds)
def test_no_two_views_share_an_id_of_a_variant(seed: int) -> None:
    _, found = releasing(seed)
    ids = {(key, one.content["id"]) for key, one in found.objects() if one.outcome is Outcome.VARIANT}
    assert len({identifier for _, identifier in ids}) == len(ids)


@EXAMPLES
@given(seeds)
def test_decision_replays_to_the_same_bytes(seed: int) -> None:
    world, found = releasing(seed)
    again = given_out(world)
    assert again.world is not found.world
    for key, released in found.views.items():
        first = [canonical_bytes(dict(one.content)) for one in released]
        assert [canonical_bytes(dict(one.content)) for one in again.views[key]] == first


@EXAMPLES
@given(seeds)
def test_findings_bear_out_the_outcome(seed: int) -> None:
    world, found = releasing(seed)
    for key in found.world.views:
        for version in found.held:
            if found.is_scaffold(version[0]):
                continue
            decision = decide(found.world, found.verdicts, version, key, NOW)
            assert decision.outcome is found.verdicts.outcome(version, key)
            assert bool(decision.failing) is (decision.outcome is Outcome.OUT), decision
            assert decision.findings
            if decision.outcome is not Outcome.VARIANT:
                assert not any(finding.verdict is Verdict.CUTS for finding in decision.findings) or decision.failing
    assert world.views


@EXAMPLES
@given(seeds)
def test_what_is_recorded_of_a_release_is_what_is_explained(seed: int) -> None:
    _, found = releasing(seed)
    for key, one in found.objects():
        explained = decide(found.world, found.verdicts, one.version, key, NOW)
        recorded = decided(found.verdicts, one.version, key, one.outcome, NOW, explained.cut)
        assert (recorded.clauses, recorded.cut) == (explained.clauses, explained.cut)
        assert set(recorded.findings) <= set(explained.findings)
        cuts = [finding for finding in explained.findings if finding.verdict is Verdict.CUTS]
        assert [finding for finding in recorded.findings if finding.verdict is Verdict.CUTS] == cuts
        if one.outcome is Outcome.VARIANT:
            assert recorded.findings


@EXAMPLES
@given(seeds)
def test_nothing_changes_before_the_instant_that_is_told(seed: int) -> None:
    world = engine_world(random_case(seed).world)
    verdicts = decide_all(world, NOW)
    change = verdicts.next_change_at
    later = NOW + timedelta(days=4000) if change is None else change - A_MOMENT
    assert later >= NOW
    then = decide_all(world, later)
    for key in world.views:
        assert dict(then.released(key)) == dict(verdicts.released(key))


@EXAMPLES
@given(seeds)
def test_release_comes_in_an_order_that_tells_nothing_of_the_intake(seed: int) -> None:
    _, found = releasing(seed)
    for key, released in found.views.items():
        objects = [StixObject.from_content(one.content) for one in released]
        ordered = release_order(objects, key, SECRET)
        assert sorted(one.raw for one in ordered) == sorted(one.raw for one in objects)
        assert release_order(objects[::-1], key, SECRET) == ordered
        place = {str(one.id): index for index, one in enumerate(ordered)}
        names = {str(one.id): names_of(one) & set(place) - {str(one.id)} for one in ordered}
        for identifier, targets in names.items():
            for target in targets:
                if identifier not in reached(target, names):
                    assert place[target] < place[identifier]


def names_of(one: StixObject) -> set[str]:
    """The ids that an object names, its markings included."""
    return {target for _, target in references(one.content)}


def reached(start: str, names: Mapping[str, set[str]]) -> set[str]:
    """All ids that lead from one, over any number of references."""
    seen: set[str] = set()
    ahead = {start}
    while ahead:
        identifier = ahead.pop()
        seen.add(identifier)
        ahead |= names.get(identifier, set()) - seen
    return seen


@EXAMPLES
@given(seeds)
def test_pseudonym_hangs_on_the_secret_the_view_and_the_person_alone(seed: int) -> None:
    world = random_case(seed).world
    person: dict[str, Any] = {
        "type": "identity",
        "spec_version": "2.1",
        "id": "identity--00000000-0000-4000-8000-00000000cafe",
    }
    person |= {"created": stamp(NOW), "modified": stamp(NOW), "identity_class": "individual", "name": "Somebody"}
    person["object_marking_refs"] = [CLEAR]
    only = {**clause(persons={"rule": "pseudonym"}), "types": ["identity"]}
    views = tuple(
        replace(view, in_force=True, document={**view.document, "share": [only], "window": WINDOW})
        for view in world.views
    )

    def names(content: Mapping[str, Any], secret: bytes) -> dict[Any, str]:
        held = Version(content, frozenset({world.node}), NOW)
        known = replace(world, views=views, versions=(*world.versions, held))
        found = Given(engine_world(known), NOW, secret)
        return {key: one.content["name"] for key, one in found.objects() if one.version[0] == content["id"]}

    given_names = names(person, SECRET)
    assert set(given_names) == set(given_out(replace(world, views=views)).views)
    assert len(set(given_names.values())) == len(given_names)
    assert names({**person, "name": "Somebody else", "description": "d"}, SECRET) == given_names
    assert not set(names(person, b"another secret of another node!!").values()) & set(given_names.values())
