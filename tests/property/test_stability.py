"""The same question has the same answer: for everyone, again, and until the instant that is told (I11, I12)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings

from sepakat.release.decision import Outcome, Verdict
from sepakat.release.engine import decide, decide_all
from sepakat.stix.canonical import canonical_bytes
from tests.property.examples import given_out, releasing, seeds
from tests.support.worlds import NOW, random_case
from tests.support.worlds_engine import engine_world

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
def test_nothing_changes_before_the_instant_that_is_told(seed: int) -> None:
    world = engine_world(random_case(seed).world)
    verdicts = decide_all(world, NOW)
    change = verdicts.next_change_at
    later = NOW + timedelta(days=4000) if change is None else change - A_MOMENT
    assert later >= NOW
    then = decide_all(world, later)
    for key in world.views:
        assert dict(then.released(key)) == dict(verdicts.released(key))
