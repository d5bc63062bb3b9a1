"""What a version is about, by itself and over relationships, and where that shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.release.compiled import Compiled
from sepakat.release.evidence_reasons import Evidence
from sepakat.release.question import World
from tests.unit.release.small import (
    clause,
    clauses_in,
    malware,
    policy,
    ref,
    related,
    stix,
    topics,
    under,
    verdicts,
    world,
)

TOPICS = topics(**{"terrorism/isis": frozenset({"isis"}), "trade": frozenset({"trade"})})
VIEWS = under(
    clause(topics={"any": ["terrorism/isis"]}, regions={"any": ["FR"]}),
    clause(id="S2", topics={"any": ["trade"]}, regions={"any": ["IQ"]}),
    clause(id="S3"),
)
ISIS, TRADE = malware("isis", labels=["isis"]), malware("trade", labels=["trade"])
PLAIN = malware("plain")


def asked(*objects: Mapping[str, Any], **inputs: Any) -> World:
    return world(*objects, views=VIEWS, topics=TOPICS, **inputs)


def evidence(made: World, thing: Mapping[str, Any], *, hopeful: bool = True) -> tuple[Compiled, Evidence]:
    found = verdicts(made)
    return found.compiled, Evidence(found.compiled, found.fixpoint, found.compiled.by_ref[ref(thing)], hopeful=hopeful)


def clauses(made: World, thing: Mapping[str, Any], axis: str = "topic", *, hopeful: bool = True) -> set[str]:
    """The clauses for which a version is about something wanted."""
    compiled, found = evidence(made, thing, hopeful=hopeful)
    return clauses_in(compiled, found.slots(axis))


def names(made: World, thing: Mapping[str, Any], axis: str = "topic", *, hopeful: bool = True) -> tuple[str, ...]:
    return evidence(made, thing, hopeful=hopeful)[1].names(axis)


def test_own_topics_and_regions_count_each_on_its_axis() -> None:
    place = stix("location", "p", country="IQ", labels=["isis"])
    made = asked(place)
    assert clauses(made, place) == {"S1", "S3"}
    assert clauses(made, place, "region") == {"S2", "S3"}
    assert names(made, place) == ("terrorism/isis",)
    assert names(made, place, "region") == ("IQ",)


def test_topic_over_a_relationship_counts_beside_its_own() -> None:
    made = asked(ISIS, TRADE, related(ISIS, TRADE))
    assert clauses(made, ISIS) == {"S1", "S2", "S3"}
    assert names(made, ISIS) == ("terrorism/isis", f"trade (of {TRADE['id']})")
    assert names(made, TRADE) == ("trade", f"terrorism/isis (of {ISIS['id']})")


def test_topic_that_is_its_own_is_not_named_again() -> None:
    other = malware("other", labels=["isis"])
    assert names(asked(ISIS, other, related(ISIS, other)), ISIS) == ("terrorism/isis",)


def test_region_over_a_relationship_counts_on_its_axis_alone() -> None:
    place = stix("location", "p", country="IQ")
    made = asked(PLAIN, place, related(PLAIN, place))
    assert clauses(made, PLAIN) == {"S3"}
    assert clauses(made, PLAIN, "region") == {"S2", "S3"}
    assert names(made, PLAIN, "region") == (f"IQ (of {place['id']})",)


def test_what_is_not_in_the_view_shows_nothing() -> None:
    hidden = {**ISIS, "object_marking_refs": malware(tlp="red")["object_marking_refs"]}
    made = asked(PLAIN, hidden, related(PLAIN, hidden))
    for hopeful in (True, False):
        assert clauses(made, PLAIN, hopeful=hopeful) == {"S3"}
        assert names(made, PLAIN, hopeful=hopeful) == ()


def test_relationship_that_only_its_end_keeps_out_shows_something_to_the_hopeful_alone() -> None:
    made = asked(PLAIN, ISIS, related(PLAIN, ISIS), policies=policy(PLAIN, hold="h"))
    assert clauses(made, PLAIN) == {"S1", "S3"}
    assert names(made, PLAIN) == (f"terrorism/isis (of {ISIS['id']})",)
    assert clauses(made, PLAIN, hopeful=False) == {"S3"}
    assert names(made, PLAIN, hopeful=False) == ()


def test_relationship_in_the_view_shows_the_same_to_everybody() -> None:
    made = asked(PLAIN, ISIS, related(PLAIN, ISIS))
    for hopeful in (True, False):
        assert clauses(made, PLAIN, hopeful=hopeful) == {"S1", "S3"}


def test_relationship_that_is_held_shows_nothing() -> None:
    link = related(PLAIN, ISIS)
    made = asked(PLAIN, ISIS, link, policies=policy(link, hold="h"))
    assert clauses(made, PLAIN) == {"S3"}


def test_relationship_itself_is_about_its_ends() -> None:
    link = related(PLAIN, ISIS)
    made = asked(PLAIN, ISIS, link, policies=policy(PLAIN, hold="h"))
    for hopeful in (True, False):
        assert clauses(made, link, hopeful=hopeful) == {"S1", "S3"}
        assert names(made, link, hopeful=hopeful) == (f"terrorism/isis (of {ISIS['id']})",)
