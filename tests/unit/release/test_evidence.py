"""Where something is about a region: by the place that it names, by what a person annotated, by nothing else."""

from __future__ import annotations

from sepakat.release.decision import Outcome
from tests.unit.release.small import clause, malware, outcome, policy, stix, under, world

IRAQ = under(clause(regions={"any": ["IQ"], "none": []}))


def note(*about: dict[str, object]) -> dict[str, object]:
    return stix("note", "n", content="A note.", object_refs=[one["id"] for one in about])


def test_a_place_that_is_named_has_its_region() -> None:
    place = stix("location", "mosul", country="IQ")
    made = note(place)
    assert outcome(world(place, made, views=IRAQ), made) is Outcome.WHOLE


def test_a_place_elsewhere_has_another() -> None:
    place = stix("location", "paris", country="FR")
    made = note(place)
    assert outcome(world(place, made, views=IRAQ), made) is Outcome.OUT


def test_what_is_no_place_has_no_region_by_its_content() -> None:
    odd = malware(country="IQ")
    made = note(odd)
    assert outcome(world(odd, made, views=IRAQ), made) is Outcome.OUT


def test_what_a_person_annotated_counts_for_what_names_it() -> None:
    about = malware()
    made = note(about)
    annotated = policy(about, regions=frozenset({"IQ"}))
    assert outcome(world(about, made, views=IRAQ, policies=annotated), made) is Outcome.WHOLE
