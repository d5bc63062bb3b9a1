"""The instants at which time alone changes something, to the microsecond."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sepakat.release.next_change import (
    instants_of,
    instants_of_grant,
    instants_of_policy,
    instants_of_view,
    next_change,
)
from sepakat.release.question import Approval, Grant, ObjectPolicy
from sepakat.release.times import microseconds
from sepakat.stix.identifiers import StixId
from tests.unit.release.small import (
    FR,
    NOW,
    RU,
    US,
    VIEW,
    agreement,
    clause,
    compiled,
    held,
    malware,
    policy,
    ref,
    scaffold,
    stix,
    under,
    view,
    world,
)

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
AT = microseconds(NOW)
AN_HOUR = 3_600_000_000
DELAYED = under(clause(release={"approval": "auto", "delay": "PT1H"}))


def fresh(**content: Any) -> Any:
    """Something that came in just now."""
    return held(malware(**content), at=NOW)


def test_earliest_instant_after_now_is_told() -> None:
    at = {name: policy(malware(name), expires_at=NOW + offset) for name, offset in (("a", HOUR), ("b", TICK))}
    assert next_change(compiled(world(policies=at["a"] | at["b"]))) == NOW + TICK
    assert next_change(compiled(world(policies=at["a"] | at["b"]), NOW + TICK)) == NOW + HOUR
    assert next_change(compiled(world(policies=at["a"] | at["b"]), NOW + HOUR)) is None


def test_version_waits_for_its_delay_by_its_own_clock() -> None:
    asked = compiled(world(fresh(), views=DELAYED))
    (version,) = asked.held[StixId(malware()["id"])].versions
    assert list(instants_of(asked, version)) == [AT + AN_HOUR]


def test_what_cannot_be_read_and_what_is_scaffold_wait_for_nothing() -> None:
    asked = compiled(world(fresh(modified="soon"), views=DELAYED))
    (version,) = asked.held[StixId(malware()["id"])].versions
    assert version.fault is not None
    assert list(instants_of(asked, version)) == []
    for made in scaffold():
        for each in asked.held[made.object.id].versions:
            assert list(instants_of(asked, each)) == (
                [AT + AN_HOUR] if not each.is_scaffold and each.received == AT else []
            )
    assert [made for made in asked.versions() if made.is_scaffold and made.received == AT]


@pytest.mark.parametrize("identity_class", ["individual", "organization"])
def test_personal_data_is_kept_until_the_retention_of_each_clause_is_over(identity_class: str) -> None:
    person = stix("identity", "p", name="p", identity_class=identity_class)
    persons = {"rule": "categories", "allow": ["victim"]}
    views = under(
        clause(persons={**persons, "retention": "P90D"}), clause(id="S2", persons={**persons, "retention": "P1D"})
    )
    asked = compiled(world(person, views=views))
    (version,) = asked.held[StixId(person["id"])].versions
    created = microseconds(NOW.replace(month=1, day=1, hour=0))
    ends = [created + 90 * 24 * AN_HOUR + 1, created + 24 * AN_HOUR + 1]
    assert list(instants_of(asked, version)) == (ends if identity_class == "individual" else [])


def test_object_expires_at_one_instant_or_never() -> None:
    assert list(instants_of_policy(ObjectPolicy(expires_at=NOW))) == [AT]
    assert list(instants_of_policy(ObjectPolicy())) == []


def test_grant_begins_and_ends_and_is_withdrawn_where_it_says_so() -> None:
    given = Grant(FR, US, RU, StixId(malware()["id"]), NOW)
    assert list(instants_of_grant(given)) == [AT]
    assert list(instants_of_grant(replace(given, until=NOW + HOUR))) == [AT, AT + AN_HOUR + 1]
    assert list(instants_of_grant(replace(given, withdrawn_at=NOW + HOUR))) == [AT, AT + AN_HOUR]


def test_view_begins_and_ends_with_the_window_of_its_agreement() -> None:
    begins = microseconds(NOW.replace(year=2025, month=1, day=1, hour=0))
    assert list(instants_of_view(view(agreement()))) == [begins]
    assert list(instants_of_view(view(agreement(to="2026-03-01T13:00:00Z")))) == [begins, AT + AN_HOUR]


def test_approval_counts_only_of_a_version_that_is_held() -> None:
    given = {(ref(malware()), VIEW): (Approval("ann", NOW + HOUR),)}
    assert next_change(compiled(world(malware(), approvals=given))) == NOW + HOUR
    assert next_change(compiled(world(approvals=given))) is None
