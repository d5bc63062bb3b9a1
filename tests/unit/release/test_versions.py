"""The standing of one version and of all versions of one id, bit by bit: two slots a view, so views are 1, 4 and 16."""

from __future__ import annotations

from typing import Any

import pytest

from sepakat.release.question import NO_POLICY
from sepakat.release.versions import NOT_HELD, Edge, Held, Version
from sepakat.stix.identifiers import StixId
from tests.unit.release.small import held, malware

STRIDE = 2
FIRST, SECOND, THIRD = 0b1, 0b100, 0b10000
EVERY = 0b111111


def version(**standing: Any) -> Version:
    """A version with a standing."""
    made = held(malware())
    return Version(made, made.object.version_ref, made.object.id, made.object.type, NO_POLICY, **standing)


def test_version_stands_in_no_view_and_shows_and_hides_nothing_until_somebody_says_so() -> None:
    made = version()
    words = ("is_own", "is_scaffold", "is_personal", "has_necessity", "has_edges", "has_plain_parts", "shows")
    assert [getattr(made, word) for word in words] == [False] * 7
    masks = ("base_slots", "topic_slots", "region_slots", "pseudonym_slots", "matched", "whole", "variant")
    bounds = ("top_whole", "top_variant", "bound_whole", "bound_variant", "created", "modified", "received")
    assert [getattr(made, mask) for mask in (*masks, *bounds)] == [0] * 14


def test_reference_may_be_to_a_variant_unless_it_says_otherwise() -> None:
    assert Edge(("object_refs", 0), StixId(malware()["id"]), "optional").must_be_whole is False


def test_version_is_in_a_view_whole_or_as_a_variant() -> None:
    assert version(whole=FIRST, variant=SECOND).present == FIRST | SECOND
    assert version(bound_whole=FIRST, bound_variant=SECOND).bound == FIRST | SECOND


@pytest.mark.parametrize(
    ("topics", "regions", "lacks"),
    [(0b11, 0b11, False), (0b01, 0b11, True), (0b11, 0b01, True), (0b01, 0b01, True), (0b00, 0b00, True)],
)
def test_version_lacks_evidence_where_a_slot_that_its_rules_allow_wants_more_than_it_has(
    topics: int, regions: int, lacks: bool
) -> None:
    assert version(base_slots=0b10, topic_slots=topics, region_slots=regions).may_lack_evidence is lacks


def test_version_that_its_rules_allow_nowhere_lacks_nothing() -> None:
    assert not version(base_slots=0, topic_slots=0, region_slots=0).may_lack_evidence


def test_id_shows_a_topic_or_region_where_any_of_its_versions_does() -> None:
    assert not Held([version(), version()]).shows
    assert Held([version(), version(shows=True)]).shows


def shown_in(**standing: Any) -> Held:
    """Two versions that show something, each in views of its own, and one in every view that shows nothing."""
    return Held(
        [
            version(shows=True, topic_slots=0b100101, region_slots=0b111010, **standing),
            version(shows=True, topic_slots=0b011000, region_slots=0b010100, whole=THIRD, bound_whole=THIRD),
            version(topic_slots=EVERY, region_slots=EVERY, whole=FIRST | SECOND | THIRD, bound_whole=EVERY),
        ]
    )


def test_what_is_shown_counts_where_a_version_that_shows_it_is_in_the_view() -> None:
    # The first has slots 1, 3 and 6 for topics in views 1, 2, 3; the other slot 5 for topics and slot 5 for regions.
    assert shown_in(whole=FIRST, variant=SECOND).shown(STRIDE) == (0b010101, 0b011010)
    assert shown_in().shown(STRIDE) == (0b010000, 0b010000)


def test_what_may_be_hoped_for_counts_where_a_version_that_shows_it_can_be() -> None:
    assert shown_in(bound_whole=FIRST, bound_variant=SECOND).hoped(STRIDE) == (0b010101, 0b011010)
    assert shown_in(whole=FIRST, variant=SECOND).hoped(STRIDE) == (0b010000, 0b010000)


def test_what_could_be_shown_counts_wherever_the_versions_are() -> None:
    assert shown_in().could_show == (0b111101, 0b111110)


def test_what_is_lacking_is_what_rules_allow_and_no_evidence_was_found_for() -> None:
    one = version(base_slots=0b001111, matched=0b000001, topic_slots=0b000011, region_slots=0b000100)
    other = version(base_slots=0b110000, matched=0b010000, topic_slots=0b000000, region_slots=0b110000)
    assert Held([one, other]).lacking == (0b101100, 0b001010)


def test_bounds_of_an_id_are_those_of_its_versions_together() -> None:
    one = version(top_whole=FIRST, top_variant=SECOND)
    other = version(top_whole=SECOND, top_variant=THIRD)
    assert Held([one, other]).top == (FIRST | SECOND, SECOND | THIRD)


def test_versions_that_lean_on_others_are_those_that_lack_evidence() -> None:
    lacking, sure = version(base_slots=0b1), version(base_slots=0b1, topic_slots=0b1, region_slots=0b1)
    assert Held([lacking, sure]).leaning == [lacking]


def test_standing_of_an_id_is_joined_again_when_it_is_refreshed() -> None:
    one, other = version(whole=FIRST), version(whole=SECOND, variant=THIRD)
    entry = Held([one, other])
    assert (entry.whole, entry.present) == (0, 0)
    entry.refresh()
    assert (entry.whole, entry.present) == (FIRST | SECOND, FIRST | SECOND | THIRD)
    one.whole, other.whole, other.variant = 0, 0, SECOND
    entry.refresh()
    assert (entry.whole, entry.present) == (0, SECOND)


def test_nothing_is_worked_out_again_until_what_it_hangs_on_is_said_to_have_changed() -> None:
    only = version(shows=True, base_slots=0b11, topic_slots=0b01, region_slots=0b01, whole=FIRST, bound_whole=FIRST)
    only.top_whole = FIRST
    entry = Held([only])
    standing = entry.shown(STRIDE), entry.lacking
    bounds = entry.hoped(STRIDE)
    terms = entry.could_show, entry.top, entry.leaning
    only.topic_slots, only.matched, only.region_slots, only.top_whole = 0b11, 0b11, 0b11, SECOND
    assert (entry.shown(STRIDE), entry.lacking) == standing == ((0b01, 0b01), (0b10, 0b10))
    entry.refresh()
    assert (entry.shown(STRIDE), entry.lacking) == ((0b11, 0b11), (0, 0))
    assert entry.hoped(STRIDE) == bounds == (0b01, 0b01)
    entry.forget_bounds()
    assert entry.hoped(STRIDE) == (0b11, 0b11)
    assert (entry.could_show, entry.top, entry.leaning) == terms == ((0b01, 0b01), (FIRST, 0), [only])
    entry.renew()
    assert (entry.could_show, entry.top, entry.leaning) == ((0b11, 0b11), (SECOND, 0), [])


def test_what_no_version_matches_is_worked_out_again_when_it_is_said_to_have_changed() -> None:
    only = version(base_slots=0b11)
    entry = Held([only])
    assert entry.lacking == (0b11, 0b11)
    only.matched = 0b01
    entry.forget_lacking()
    assert entry.lacking == (0b10, 0b10)


def test_evidence_of_an_id_is_what_its_versions_show_and_where() -> None:
    ends = (StixId(malware()["id"]),)
    made = version(topic_slots=0b01, region_slots=0b10, ends=ends, whole=FIRST, variant=SECOND)
    assert Held([made]).evidence == {(0b01, 0b10, ends, FIRST | SECOND)}


def test_what_is_not_held_is_nowhere_and_shows_nothing() -> None:
    assert (NOT_HELD.versions, NOT_HELD.whole, NOT_HELD.present, NOT_HELD.shows) == ([], 0, 0, False)
    assert (NOT_HELD.shown(STRIDE), NOT_HELD.hoped(STRIDE), NOT_HELD.top, NOT_HELD.leaning) == (
        (0, 0),
        (0, 0),
        (0, 0),
        [],
    )
