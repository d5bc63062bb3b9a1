"""The port `Policies`: what was put last on an object, a topic, a version for a view."""

from __future__ import annotations

from sepakat.exchange.ports import Unit
from tests.support.records import VIEW, approval, at, policy, stix_id, topic


def test_a_policy_comes_back_whole(unit: Unit) -> None:
    full = policy(
        topics=frozenset({"b", "a"}),
        regions=frozenset({"IQ"}),
        person_category="suspect",
        markings=(stix_id(9), stix_id(8)),
        hold="names a witness",
        recalled=True,
        recalled_views=frozenset({VIEW, VIEW._replace(taker=VIEW.taker)}),
        expires_at=at(1),
    )
    unit.policies.put(full)
    assert unit.policies.get(stix_id(1)) == full
    assert unit.policies.get(stix_id(2)) is None


def test_putting_a_policy_again_replaces_it(unit: Unit) -> None:
    unit.policies.put(policy(hold="stop"))
    unit.policies.put(policy())
    assert unit.policies.everything() == [policy()]


def test_policies_of_several_objects_come_together(unit: Unit) -> None:
    for number in (3, 1, 2):
        unit.policies.put(policy(number))
    found = unit.policies.get_many([stix_id(3), stix_id(1), stix_id(9)])
    assert found == {stix_id(1): policy(1), stix_id(3): policy(3)}
    assert unit.policies.get_many([]) == {}


def test_policies_and_topics_come_by_id(unit: Unit) -> None:
    for number in (3, 1, 2):
        unit.policies.put(policy(number))
        unit.policies.put_topic(topic(f"topic-{number}"))
    assert unit.policies.everything() == [policy(1), policy(2), policy(3)]
    assert unit.policies.topics() == [topic("topic-1"), topic("topic-2"), topic("topic-3")]


def test_a_person_has_one_word_on_a_version_for_a_view(unit: Unit) -> None:
    for one in (approval(1, "ben"), approval(1, "anna"), approval(1, "anna", approved=False)):
        unit.policies.put_approval(one)
    assert sorted(unit.policies.approvals(), key=lambda one: one.approver) == [
        approval(1, "anna", approved=False),
        approval(1, "ben"),
    ]
