"""What persons put on an object: markings, holds, topics, regions, a person's category. Internal, and never sent.

Each use case decides every view anew in its own transaction. Markings added here only tighten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sepakat.agreements.regions import load_regions
from sepakat.agreements.topics import protected_attribute
from sepakat.errors import Fault, InputError, NotFound
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Policy, Topic
from sepakat.exchange.releasing import ReleaseSummary, update_views
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import FIXED_MARKINGS

PERSON_CATEGORIES = ("office-holder", "suspect", "convicted", "witness", "victim", "other")


def mark(node: Node, object_id: StixId, marking: StixId) -> ReleaseSummary:
    """Add a marking to an object, for all its versions.

    Raises:
        NotFound: the object is not held, or no such marking-definition is.
    """

    def change(unit: Unit, policy: Policy) -> Policy:
        if marking not in FIXED_MARKINGS and not unit.objects.get(marking):
            raise NotFound(
                "marking-unknown", f"no marking-definition {marking} is held", "take it in first, or use a TLP level"
            )
        return policy if marking in policy.markings else replace(policy, markings=(*policy.markings, marking))

    return _change(node, object_id, change)


def unmark(node: Node, object_id: StixId, marking: StixId) -> ReleaseSummary:
    """Take a marking that `mark` added back."""

    def change(unit: Unit, policy: Policy) -> Policy:
        if marking not in policy.markings:
            raise NotFound("marking-absent", f"{object_id} has no added marking {marking}")
        return replace(policy, markings=tuple(other for other in policy.markings if other != marking))

    return _change(node, object_id, change)


def hold(node: Node, object_id: StixId, reason: str) -> ReleaseSummary:
    """Stop an object: it leaves every view until it is unheld."""
    return _change(node, object_id, lambda unit, policy: replace(policy, hold=reason))


def unhold(node: Node, object_id: StixId) -> ReleaseSummary:
    """Lift the stop on an object; what its text tells up to its newest version is then a person's decision."""

    def change(unit: Unit, policy: Policy) -> Policy:
        if policy.hold is None:
            raise NotFound("hold-absent", f"{object_id} is not held back")
        return replace(policy, hold=None, cleared=unit.objects.get(object_id)[-1].object.version)

    return _change(node, object_id, change)


def annotate(
    node: Node,
    object_id: StixId,
    *,
    topics: Iterable[str] = (),
    regions: Iterable[str] = (),
    person_category: str | None = None,
    necessity: str | None = None,
) -> ReleaseSummary:
    """Add topics and regions to an object, or say which category of person it is about, and why that must be shared.

    Raises:
        InputError: a region or category that does not exist, or a topic built on a protected attribute.
    """
    added_topics, added_regions = frozenset(topics), frozenset(regions)
    faults = [*_topic_faults(added_topics), *_region_faults(added_regions)]
    if person_category is not None and person_category not in PERSON_CATEGORIES:
        faults.append(Fault("person", f"one of {', '.join(PERSON_CATEGORIES)}", person_category))
    if faults:
        raise InputError("annotation-invalid", f"annotation refused: {faults[0]}", faults=faults)
    return _change(
        node,
        object_id,
        lambda unit, policy: replace(
            policy,
            topics=policy.topics | added_topics,
            regions=policy.regions | added_regions,
            person_category=person_category or policy.person_category,
            necessity=necessity or policy.necessity,
        ),
    )


def define_topic(node: Node, topic: Topic) -> ReleaseSummary:
    """Define a topic, or replace its definition.

    Raises:
        InputError: it is built on a protected attribute.
    """
    faults = list(_topic_faults(frozenset({topic.id})))
    if faults:
        raise InputError("topic-invalid", f"topic refused: {faults[0]}", faults=faults)
    now = node.clock.now()
    with node.store.writing() as unit:
        unit.policies.put_topic(topic)
        return update_views(node, unit, now)


def policy_of(unit: Unit, object_id: StixId) -> Policy:
    """The policy on an object, empty if there is none."""
    return unit.policies.get(object_id) or Policy(object_id)


def _change(node: Node, object_id: StixId, change: Callable[[Unit, Policy], Policy]) -> ReleaseSummary:
    now = node.clock.now()
    with node.store.writing() as unit:
        if not unit.objects.get(object_id):
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
        unit.policies.put(change(unit, policy_of(unit, object_id)))
        return update_views(node, unit, now)


def _topic_faults(topics: Iterable[str]) -> Iterable[Fault]:
    for topic in sorted(topics):
        attribute = protected_attribute(topic)
        if attribute is not None:
            yield Fault(f"topic {topic}", "a topic that is not about a protected attribute", attribute)


def _region_faults(regions: Iterable[str]) -> Iterable[Fault]:
    table = load_regions()
    for region in sorted(regions):
        if not table.is_region(region):
            yield Fault(f"region {region}", "an ISO 3166 code, a UN M49 region or a named region", region)
