"""Where something is about a region: by the place that it names, by what a person annotated, by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.release.decision import Outcome
from tests.unit.release.small import (
    clause,
    compiled,
    malware,
    outcome,
    policy,
    ref,
    related,
    stix,
    under,
    world,
)

IRAQ = under(clause(regions={"any": ["IQ"], "none": []}))


def note(*about: Mapping[str, Any]) -> dict[str, Any]:
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


# By itself


def own(thing: Mapping[str, Any], *beside: Mapping[str, Any], **inputs: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The own topics and regions of an object."""
    version = compiled(world(thing, *beside, **inputs)).by_ref[ref(thing)]
    return version.own_topics, version.own_regions


NOBODY = frozenset[str]()


def test_topics_are_those_of_labels_names_ids_and_annotations_together() -> None:
    named = malware("named")
    table = TopicTable(
        (
            TopicDefinition("by/label", labels=frozenset({"isis"})),
            TopicDefinition("by/name", names=frozenset({"Daesh"})),
            TopicDefinition("by/alias", names=frozenset({"ISIL"})),
            TopicDefinition("by/id", entities=frozenset({named["id"]})),
            TopicDefinition("by/none", names=frozenset({"somebody else"})),
        )
    )
    annotated = {
        **policy(named, topics=frozenset({"by/annotation"})),
        **policy(malware("m"), topics=frozenset({"by/own"})),
    }
    thing = malware("m", name="DAESH", aliases=["isil"], labels=["x", "isis"], x_acme_ref=named["id"])
    topics, regions = own(thing, topics=table, policies=annotated)
    assert topics == {"by/label", "by/name", "by/alias", "by/id", "by/annotation", "by/own"}
    assert regions == NOBODY


def test_nothing_has_a_topic_by_itself_without_one_of_these() -> None:
    assert own(malware(labels=["isis"])) == (NOBODY, NOBODY)


@pytest.mark.parametrize(
    ("place", "regions"),
    [
        ({"country": "IQ"}, {"IQ"}),
        ({"country": "irq", "region": "western-asia"}, {"IQ", "western-asia"}),
        ({"country": "IQ", "administrative_area": "IQ-AN"}, {"IQ", "IQ-AN"}),
        ({"country": "Narnia"}, {"Narnia"}),
        ({"country": 7, "city": "Mosul"}, set()),
    ],
)
def test_regions_of_a_place_are_its_country_region_and_area_as_the_table_spells_them(
    place: dict[str, Any], regions: set[str]
) -> None:
    made = stix("location", "p", **place)
    assert own(made) == (NOBODY, frozenset(regions))
    assert own(note(made), made) == (NOBODY, frozenset(regions))


def test_regions_of_every_place_that_is_named_and_every_annotation_count() -> None:
    iraq, france = stix("location", "iq", country="IQ"), stix("location", "fr", country="FR")
    about = malware()
    thing = note(iraq, about, france)
    annotated = {**policy(about, regions=frozenset({"DE"})), **policy(thing, regions=frozenset({"IT"}))}
    assert own(thing, iraq, about, france, policies=annotated)[1] == {"IQ", "FR", "DE", "IT"}
    assert own(iraq, policies=policy(iraq, regions=frozenset({"SY"})))[1] == {"IQ", "SY"}
    assert own(thing, iraq, policies=policy(iraq, regions=frozenset({"SY"})))[1] == {"IQ", "SY"}


def test_place_that_is_not_held_has_no_region() -> None:
    assert own(note(stix("location", "iq", country="IQ")))[1] == NOBODY
