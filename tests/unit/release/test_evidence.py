"""Where something is about a region: by the place that it names, by what a person annotated, by nothing else."""

from __future__ import annotations

from sepakat.release.decision import Outcome
from tests.unit.release.small import clause, malware, outcome, policy, related, stix, under, world

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


def test_a_relationship_is_about_the_region_that_one_of_its_ends_shows() -> None:
    place, thing = stix("location", "mosul", country="IQ"), malware()
    about = note(place)
    made = related(about, thing, "related-to")
    asked = world(place, thing, about, made, views=IRAQ)
    assert [outcome(asked, one) for one in (about, made, thing)] == [Outcome.WHOLE] * 3


def test_a_relationship_between_things_that_show_no_region_is_about_none() -> None:
    one, other = malware("one"), malware("other")
    made = related(one, other, "related-to")
    assert outcome(world(one, other, made, views=IRAQ), made) is Outcome.OUT
