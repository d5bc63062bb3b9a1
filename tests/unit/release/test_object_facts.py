"""What is read of one object alone: once, whoever asks, and nothing of the world around it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.object_facts import (
    Connection,
    MarkedPart,
    Parts,
    Reading,
    derivation_of,
    parts_of,
    reading_of,
    translation_of,
)
from sepakat.release.versions import Edge, ScaffoldReference
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import StixObject
from tests.unit.release.small import SINCE, TLP, malware, observable, party_id, related, sid, stix

EXTENSION = sid("extension-definition", "e")
ONE, TWO = StixId(malware("one")["id"]), StixId(malware("two")["id"])
GREEN, RED = StixId(TLP["green"]), StixId(TLP["red"])


def read(content: dict[str, Any]) -> Reading:
    return reading_of(StixObject.from_content(content))


def parts(content: dict[str, Any]) -> Parts:
    return parts_of(StixObject.from_content(content))


def claimed(**claim: Any) -> dict[str, Any]:
    """A note with a claim."""
    stated = {"extension_type": "property-extension", "kind": "report", **claim}
    return stix("note", "n", content="c", object_refs=[ONE], extensions={CLAIM_EXTENSION: stated})


def sighting(**content: Any) -> dict[str, Any]:
    return stix("sighting", "s", **{"sighting_of_ref": ONE, **content})


# The half that every decision looks at


def test_common_properties_are_read_as_they_stand() -> None:
    thing = malware(created_by_ref=party_id("fr"), labels=["isis", 3, "oil"])
    found = read(thing)
    assert found.ref == StixObject.from_content(thing).version_ref
    assert (found.id, found.type, found.creator) == (thing["id"], "malware", party_id("fr"))
    assert found.created == found.modified == 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
    assert (found.labels, found.markings) == (("isis", "oil"), (GREEN,))


def test_what_is_not_stated_is_not_read() -> None:
    found = read(observable("url", "u", tlp=None, value="https://x.example"))
    assert (found.created, found.modified, found.creator, found.claim) == (None, None, None, None)
    assert (found.labels, found.markings, found.names, found.ends, found.named) == ((), (), (), (), ())


def test_creator_that_is_no_text_is_none() -> None:
    assert read(malware(created_by_ref=["x"])).creator is None


@pytest.mark.parametrize("labels", ["isis", {"isis": 1}, None])
def test_labels_that_are_no_list_are_none(labels: Any) -> None:
    assert read(malware(labels=labels)).labels == ()


def test_claim_is_read_where_there_are_extensions() -> None:
    claim = read(claimed()).claim
    assert claim is not None
    assert claim.kind == "report"
    assert read(malware(extensions={EXTENSION: {"extension_type": "property-extension"}})).claim is None


def test_names_are_the_name_and_the_aliases_folded_and_each_once() -> None:
    found = read(malware(name="Grey  HERON", aliases=["Night Ferry", "grey heron", 7, "Ferry"]))
    assert found.names == ("grey heron", "night ferry", "ferry")
    assert read(malware(name=7, aliases="Ferry")).names == ()


def test_named_are_the_targets_of_reference_properties_and_of_what_is_called_like_one() -> None:
    place, other, third = (sid("location", name) for name in ("p", "o", "t"))
    thing = malware(
        created_by_ref=party_id("fr"),
        x_acme_ref=place,
        x_acme_refs=[other, place],
        x_acme={"about_ref": third, "inner_refs": [{"deep": TWO}]},
        description=f"as {ONE} shows",
        x_note=ONE,
    )
    found = read(thing)
    assert set(found.named) == {party_id("fr"), place, other, third}
    assert len(found.named) == 4
    assert {each.target for each in found.references} == {party_id("fr"), place, other, third, ONE, TWO}


@pytest.mark.parametrize(
    ("content", "ends"),
    [
        (related({"id": ONE}, {"id": TWO}), (ONE, TWO)),
        (related({"id": ONE}, {"id": ONE}), (ONE,)),
        (
            sighting(where_sighted_refs=[party_id("fr"), TWO], observed_data_refs=[sid("observed-data", "o")]),
            (ONE, party_id("fr"), TWO),
        ),
        (stix("relationship", "r", source_ref="no id", target_ref=TWO, relationship_type="uses"), (TWO,)),
        (sighting(where_sighted_refs=[7, party_id("fr"), "x"]), (ONE, party_id("fr"))),
        (malware(source_ref=ONE, target_ref=TWO), ()),
    ],
)
def test_ends_are_what_a_relationship_or_sighting_connects(content: dict[str, Any], ends: tuple[str, ...]) -> None:
    assert read(content).ends == ends


@pytest.mark.parametrize("marks", ["no list", TLP["green"], {TLP["green"]: 1}, [7], [TLP["green"], "no id"], None, 7])
def test_markings_that_are_no_list_of_ids_cannot_be_read(marks: Any) -> None:
    assert read(malware(object_marking_refs=marks)).markings is None


def test_markings_are_read_in_their_order() -> None:
    assert read(malware(object_marking_refs=[RED, GREEN])).markings == (RED, GREEN)
    assert read(malware(object_marking_refs=[])).markings == ()


@pytest.mark.parametrize(
    ("kind", "identity_class", "is_individual"),
    [
        ("identity", "individual", True),
        ("identity", "organization", False),
        ("identity", None, False),
        ("malware", "individual", False),
    ],
)
def test_individual_is_an_identity_of_that_class(kind: str, identity_class: str | None, is_individual: bool) -> None:
    assert read(stix(kind, "k", name="n", identity_class=identity_class)).is_individual is is_individual


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"relationship_type": "derived-from", "source_ref": ONE, "target_ref": TWO}, (ONE, TWO)),
        ({"relationship_type": "uses", "source_ref": ONE, "target_ref": TWO}, None),
        ({"source_ref": ONE, "target_ref": TWO}, None),
        ({"relationship_type": "derived-from", "target_ref": TWO}, None),
        ({"relationship_type": "derived-from", "source_ref": ONE}, None),
        ({"relationship_type": "derived-from", "source_ref": ONE, "target_ref": 7}, None),
    ],
)
def test_derivation_is_by_that_relationship_alone(content: dict[str, Any], expected: Any) -> None:
    assert derivation_of(content) == expected


@pytest.mark.parametrize(("target", "expected"), [(ONE, (ONE,)), (None, ()), ([ONE], ())])
def test_translation_is_of_what_it_names(target: Any, expected: tuple[str, ...]) -> None:
    assert translation_of({"object_ref": target}) == expected


# The half that only a version needs that some clause lets through


def test_parts_of_a_plain_object_are_its_names_and_what_it_cannot_lose() -> None:
    found = parts(malware())
    assert found.names == tuple(malware())
    assert found.required == {"type", "spec_version", "id", "created", "modified", "is_family"}
    assert (found.contributing, found.groups, found.deep, found.ties) == (frozenset(), (), frozenset(), ())
    assert (found.source_names, found.custom, found.extensions, found.claim_source) == ((), (), (), ())
    assert (found.marked, found.aggregates) == ((), ())


def test_family_needs_its_name() -> None:
    assert "name" in parts(malware(is_family=True)).required
    assert "name" not in parts(malware(is_family=False)).required


def test_source_names_are_those_of_each_external_reference_and_none_of_what_has_none() -> None:
    listed = [{"source_name": "cve"}, "x", {"url": "u"}, {"source_name": 7}]
    assert parts(malware(external_references=listed)).source_names == ("cve", None, None, 7)
    assert parts(malware(external_references="cve")).source_names == ()


def test_extensions_are_named_in_order_and_none_where_they_are_no_object() -> None:
    entry = {"extension_type": "property-extension"}
    assert parts(malware(extensions={EXTENSION: entry, CLAIM_EXTENSION: entry})).extensions == (
        EXTENSION,
        CLAIM_EXTENSION,
    )
    assert parts(malware(extensions=[EXTENSION])).extensions is None


def test_claim_source_is_what_the_claim_says_of_it() -> None:
    assert parts(claimed(source={"token": "t", "scheme": "admiralty"})).claim_source == ("token", "scheme")
    assert parts(claimed()).claim_source == ()


def test_unknown_nodes_inside_properties_of_the_standard_are_custom() -> None:
    references = [{"source_name": "cve", "x_acme": 1}]
    assert parts(malware(external_references=references)).custom == (("external_references", 0, "x_acme"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"custom": (("labels", 0),)},
        {"marked": (MarkedPart((), (), None),)},
        {"claim_source": ("token",)},
        {"aggregates": ((("count",), ("observed_data_refs",)),)},
        {"extensions": (EXTENSION,)},
        {"extensions": None},
    ],
)
def test_one_part_that_a_rule_can_restrict_is_enough_to_be_no_longer_plain(changes: dict[str, Any]) -> None:
    plain = parts(malware())
    assert plain.is_plain is True
    assert replace(plain, **changes).is_plain is False


def test_value_that_sums_up_a_list_is_named_with_it_where_both_are_there() -> None:
    pair = ((("count",), ("observed_data_refs",)),)
    assert parts(sighting(count=1, observed_data_refs=[ONE])).aggregates == pair
    assert parts(sighting(count=1)).aggregates == ()
    assert parts(sighting(observed_data_refs=[ONE])).aggregates == ()


@pytest.mark.parametrize(
    ("lineage", "is_summed_up"),
    [({"depth": 2, "via": ["us"]}, True), ({"depth": 2}, False), ({"via": ["us"]}, False), (["depth", "via"], False)],
)
def test_depth_of_a_lineage_sums_up_its_hands(lineage: Any, is_summed_up: bool) -> None:
    path = ("extensions", CLAIM_EXTENSION, "lineage")
    assert parts(claimed(lineage=lineage)).aggregates == ((((*path, "depth"), (*path, "via")),) if is_summed_up else ())


@pytest.mark.parametrize(
    ("content", "ties"),
    [
        (
            {"latitude": 1.0, "longitude": 2.0, "precision": 3.0},
            {
                ("latitude", "longitude"),
                ("longitude", "latitude"),
                ("precision", "latitude"),
                ("precision", "longitude"),
            },
        ),
        ({"latitude": 1.0}, set()),
        ({"longitude": 1.0}, set()),
        ({"precision": 1.0, "latitude": 2.0}, {("precision", "latitude")}),
        ({"precision": 1.0}, set()),
    ],
)
def test_ties_are_between_properties_that_are_both_there(content: dict[str, Any], ties: set[tuple[str, str]]) -> None:
    assert set(parts(stix("location", "l", **content)).ties) == ties


# Connections


def connections(content: dict[str, Any]) -> dict[str, Connection]:
    """The connections of an object, by the selector-like text of where they stand."""
    return {
        ".".join(map(str, (found.edges[0].path if found.edges else found.as_scaffold.paths[0]))): found
        for found in parts(content).connections
    }


def test_required_reference_is_needed_and_an_optional_one_is_not() -> None:
    found = connections(related({"id": ONE}, {"id": TWO}))
    edge = Edge(("source_ref",), ONE, "required")
    assert found["source_ref"] == Connection(ONE, (edge,), (edge,), ScaffoldReference(ONE, (("source_ref",),)))
    place = sid("location", "p")
    optional = connections(sighting(where_sighted_refs=[place]))["where_sighted_refs.0"]
    assert optional.edges == (Edge(("where_sighted_refs", 0), StixId(place), "optional-item"),)
    assert optional.needed == ()


def test_creator_is_named_as_scaffold_by_no_path_since_a_variant_names_the_giver() -> None:
    found = connections(malware(created_by_ref=party_id("fr")))["created_by_ref"]
    fr = StixId(party_id("fr"))
    assert found == Connection(fr, (Edge(("created_by_ref",), fr, "optional"),), (), ScaffoldReference(fr, ()))


def test_marking_must_be_whole_and_is_needed() -> None:
    found = connections(malware())["object_marking_refs.0"]
    edge = Edge(("object_marking_refs", 0), GREEN, "required", must_be_whole=True)
    assert found == Connection(GREEN, (edge,), (edge,), ScaffoldReference(GREEN, (("object_marking_refs", 0),)))


def test_marking_of_parts_hangs_on_each_part_that_is_there() -> None:
    marks = [
        {"marking_ref": RED, "selectors": ["name", "labels", "aliases.[0]"]},
        {"lang": "fr", "selectors": ["name"]},
    ]
    thing = malware(aliases=["x"], granular_markings=marks)
    (found,) = (each for each in parts(thing).connections if each.target == RED)
    paths = (("name",), ("aliases", 0))
    assert found.edges == tuple(Edge(path, RED, "embedded", must_be_whole=True) for path in paths)
    assert found.needed == ()
    assert found.as_scaffold == ScaffoldReference(RED, paths)
    assert parts(thing).marked == (
        MarkedPart((("name",), ("labels",), ("aliases", 0)), (True, False, True), RED),
        MarkedPart((("name",),), (True,), None),
    )


def test_marking_of_a_required_property_is_needed_and_one_of_nothing_hangs_nowhere() -> None:
    marks = [{"marking_ref": RED, "selectors": ["is_family", "name"]}]
    (found,) = (each for each in parts(malware(granular_markings=marks)).connections if each.target == RED)
    assert [edge.path for edge in found.needed] == [("is_family",)]
    (nowhere,) = (
        each
        for each in parts(malware(granular_markings=[{"marking_ref": RED, "selectors": ["labels"]}])).connections
        if each.target == RED
    )
    assert nowhere == Connection(RED, (), (), ScaffoldReference(RED, ()))


@pytest.mark.parametrize(
    "entry",
    [
        {"selectors": ["name"]},
        {"marking_ref": TLP["red"], "selectors": ["name", "[0"]},
        {"marking_ref": "no id", "selectors": ["name"]},
        "name",
    ],
)
def test_marking_of_parts_that_cannot_be_read_is_refused(entry: Any) -> None:
    with pytest.raises(ValueError, match="a granular marking that cannot be read"):
        parts(malware(granular_markings=[entry]))


def test_extension_definition_is_scaffold_and_no_edge() -> None:
    found = parts(malware(extensions={EXTENSION: {"extension_type": "property-extension"}})).connections
    (by_extension,) = (each for each in found if each.target == EXTENSION)
    target = StixId(EXTENSION)
    assert by_extension == Connection(target, (), (), ScaffoldReference(target, (("extensions", EXTENSION),)))


def test_translated_object_must_be_whole_and_nothing_else_that_is_named() -> None:
    translation = stix(
        "language-content", "l", object_ref=ONE, contents={"fr": {"name": "n"}}, created_by_ref=party_id("fr")
    )
    found = connections(translation)
    assert found["object_ref"].edges == (Edge(("object_ref",), ONE, "required", must_be_whole=True),)
    assert found["created_by_ref"].edges[0].must_be_whole is False
    other = connections(malware(object_ref=ONE))["object_ref"]
    assert other.edges == (Edge(("object_ref",), ONE, "embedded"),)


def test_item_of_a_list_that_a_required_value_sums_up_is_needed_and_one_of_another_list_is_not() -> None:
    url = sid("url", "u")
    observed = stix(
        "observed-data",
        "o",
        first_observed=SINCE,
        last_observed=SINCE,
        number_observed=1,
        object_refs=[url],
        x_acme_refs=[TWO],
    )
    found = connections(observed)
    assert found["object_refs.0"].needed == found["object_refs.0"].edges != ()
    assert found["x_acme_refs.0"].needed == ()
    # A sighting's count is optional, so it is cut with what it sums up.
    seen = connections(sighting(count=1, observed_data_refs=[sid("observed-data", "o")]))
    assert seen["observed_data_refs.0"].needed == ()


def test_required_properties_with_a_reference_below_them_are_deep() -> None:
    note = stix("note", "n", content="c", object_refs=[ONE], x_acme={"a_ref": TWO})
    assert parts(note).deep == {"object_refs"}
    assert parts(related({"id": ONE}, {"id": TWO})).deep == frozenset()
