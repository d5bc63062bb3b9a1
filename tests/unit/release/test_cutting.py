from __future__ import annotations

from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.cutting import Cut, Remainder, cut_of, remainder_of
from sepakat.release.decision import Outcome
from sepakat.release.engine import decide_all
from sepakat.release.question import World
from sepakat.release.variants import VariantKeys, project
from sepakat.stix.identifiers import StixId
from sepakat.stix.selectors import Path
from tests.unit.release.small import (
    NOW,
    TLP,
    UNKNOWN,
    VIEW,
    agreement,
    clause,
    compiled,
    failing,
    malware,
    observable,
    outcome,
    ref,
    related,
    sid,
    stix,
    under,
    verdicts,
    view,
    world,
)

KEYS = VariantKeys(b"a secret of the node")


def hide(*selectors: str, marking: str = TLP["red"]) -> list[dict[str, Any]]:
    return [{"marking_ref": marking, "selectors": list(selectors)}]


def left(asked: World, content: dict[str, Any]) -> dict[str, Any]:
    return project(decide_all(asked, NOW), ref(content), VIEW, KEYS)


@pytest.mark.parametrize("marking", [TLP["red"], UNKNOWN])
def test_property_that_the_taker_may_not_read_is_cut(marking: str) -> None:
    thing = malware(description="d", granular_markings=hide("description", marking=marking))
    remains = left(world(thing), thing)
    assert "description" not in remains
    assert "granular_markings" not in remains
    assert remains["name"] == "m"


def test_property_marked_above_the_ceiling_is_cut() -> None:
    thing = malware(description="d", granular_markings=hide("description", marking=TLP["amber"]))
    assert "description" not in left(world(thing, views=under(clause(ceiling={"tlp": "green"}))), thing)


def test_required_property_that_may_not_be_read_takes_the_object_along() -> None:
    thing = malware(granular_markings=hide("is_family"))
    assert failing(world(thing), thing) == {"MarkingsOfProperties"}


def test_nested_node_is_cut_and_selectors_follow_the_items_that_move() -> None:
    references = [{"source_name": name, "url": f"https://{name}.example"} for name in ("a", "b", "c")]
    thing = malware(
        external_references=references,
        granular_markings=[
            *hide("external_references.[0]"),
            *hide("external_references.[1].url", "external_references.[2]", marking=TLP["clear"]),
        ],
    )
    remains = left(world(thing), thing)
    assert [item["source_name"] for item in remains["external_references"]] == ["b", "c"]
    assert remains["granular_markings"] == hide(
        "external_references.[0].url", "external_references.[1]", marking=TLP["clear"]
    )


def test_item_goes_that_lacks_what_its_structure_requires() -> None:
    phases = [{"kill_chain_name": "k", "phase_name": name} for name in ("one", "two")]
    thing = malware(kill_chain_phases=phases, granular_markings=hide("kill_chain_phases.[0].phase_name"))
    assert left(world(thing), thing)["kill_chain_phases"] == phases[1:]


def test_list_that_loses_everything_goes() -> None:
    thing = malware(aliases=["x"], granular_markings=hide("aliases.[0]"))
    assert "aliases" not in left(world(thing), thing)


def test_selector_of_nothing_is_not_sent_on() -> None:
    thing = malware(granular_markings=hide("description", marking=TLP["clear"]))
    assert "granular_markings" not in left(world(thing), thing)


def test_granular_marking_that_cannot_be_read_withholds() -> None:
    thing = malware(granular_markings=[{"selectors": ["name"]}])
    assert failing(world(thing), thing) >= {"Readable"}


def test_language_alone_restricts_nothing() -> None:
    thing = malware(granular_markings=[{"lang": "fr", "selectors": ["name"]}])
    assert outcome(world(thing), thing) is Outcome.WHOLE


@pytest.mark.parametrize("selector", ["object_marking_refs", "object_marking_refs.[0]"])
def test_markings_themselves_are_never_cut(selector: str) -> None:
    thing = malware(granular_markings=hide(selector))
    assert outcome(world(thing), thing) is Outcome.OUT


# Fields


def test_custom_property_and_unknown_extension_are_cut_unless_named() -> None:
    extension = sid("extension-definition", "e")
    thing = malware(x_acme="x", extensions={extension: {"extension_type": "property-extension", "a": 1}})
    assert {"x_acme", "extensions"}.isdisjoint(left(world(thing), thing))
    named = under(clause(fields={"allow": ["standard", "x_acme", extension], "tear_line": "none"}))
    assert outcome(world(thing, views=named), thing) is Outcome.WHOLE


def test_internal_property_never_leaves() -> None:
    thing = malware(x_sepakat_note="ours")
    asked = world(thing, views=under(clause(fields={"allow": "any", "tear_line": "if-needed"})))
    assert "x_sepakat_note" not in left(asked, thing)


def test_denied_property_is_cut_even_when_allowed() -> None:
    thing = malware(description="d")
    asked = world(
        thing, views=under(clause(fields={"allow": ["standard"], "deny": ["description"], "tear_line": "if-needed"}))
    )
    assert "description" not in left(asked, thing)


def test_denied_part_of_a_property_is_cut() -> None:
    thing = malware(x_acme={"a": 1, "b": {"c": 2}})
    fields = {"allow": "any", "deny": ["x_acme.b"], "tear_line": "if-needed"}
    assert left(world(thing, views=under(clause(fields=fields))), thing)["x_acme"] == {"a": 1}


def test_allowed_part_of_a_property_goes_alone() -> None:
    thing = malware(x_acme={"a": 1, "b": {"c": 2}})
    fields = {"allow": ["standard", "x_acme.b.c"], "tear_line": "if-needed"}
    assert left(world(thing, views=under(clause(fields=fields))), thing)["x_acme"] == {"b": {"c": 2}}


def test_required_property_that_is_not_allowed_withholds() -> None:
    asked = world(malware(), views=under(clause(fields={"allow": ["name"], "tear_line": "if-needed"})))
    assert failing(asked, malware()) == {"FieldsAllowed"}


@pytest.mark.parametrize(("allowed", "names"), [("none", []), (["cve"], ["cve"]), ("any", ["cve", "wiki"])])
def test_external_references_go_by_their_source(allowed: Any, names: list[str]) -> None:
    thing = malware(
        external_references=[{"source_name": name, "external_id": "1"} for name in ("cve", "wiki")], x_acme=1
    )
    fields = {"allow": "standard", "external_references": allowed, "tear_line": "if-needed"}
    remains = left(world(thing, views=under(clause(fields=fields))), thing)
    assert [item["source_name"] for item in remains.get("external_references", [])] == names


def test_one_clause_must_allow_a_node_with_all_that_it_lies_in() -> None:
    thing = malware(external_references=[{"source_name": "wiki", "external_id": "1"}])
    first = clause(fields={"allow": "standard", "external_references": ["cve"], "tear_line": "if-needed"})
    second = clause(
        id="S2", fields={"allow": ["name", "is_family"], "external_references": "any", "tear_line": "if-needed"}
    )
    assert "external_references" not in left(world(thing, views=under(first, second)), thing)


def test_what_remains_is_what_any_matching_clause_allows() -> None:
    thing = malware(description="d", aliases=["x"])
    base = ["name", "is_family"]
    first = clause(fields={"allow": [*base, "description"], "tear_line": "if-needed"})
    second = clause(id="S2", fields={"allow": [*base, "aliases"], "tear_line": "none"})
    third = clause(id="S3", fields={"allow": [*base, "labels"], "tear_line": "always"})
    assert outcome(world(thing, views=under(first, second)), thing) is Outcome.WHOLE
    assert "aliases" not in left(world(thing, views=under(first, third)), thing)


@pytest.mark.parametrize(
    ("level", "names"),
    [
        ("none", set()),
        ("rating", {"scheme", "reliability"}),
        ("descriptor", {"scheme", "reliability", "descriptor", "access"}),
        ("identity", {"scheme", "reliability", "descriptor", "access", "token"}),
    ],
)
def test_source_of_a_claim_goes_as_far_as_the_clause_discloses(level: str, names: set[str]) -> None:
    source = {"token": "t", "scheme": "admiralty", "reliability": "B", "access": "near", "descriptor": "a cook"}
    stated = {"extension_type": "property-extension", "kind": "report", "source": source}
    note = stix("note", "n", content="c", object_refs=[malware()["id"]], extensions={CLAIM_EXTENSION: stated}, x_acme=1)
    remains = left(world(note, malware(), views=under(clause(source=level))), note)
    assert set(remains["extensions"][CLAIM_EXTENSION].get("source", {})) == names


def test_entry_of_a_basis_goes_with_the_reference_in_it() -> None:
    hidden = malware("hidden", tlp="red")
    basis = [{"object_ref": hidden["id"], "role": "supports"}, {"token": "t", "role": "quotes"}]
    stated = {"extension_type": "property-extension", "kind": "report", "basis": basis}
    note = stix("note", "n", content="c", object_refs=[malware()["id"]], extensions={CLAIM_EXTENSION: stated})
    remains = left(world(note, malware(), hidden), note)
    assert remains["extensions"][CLAIM_EXTENSION]["basis"] == basis[1:]


def test_depth_of_a_lineage_goes_with_its_hands() -> None:
    path = f"extensions.{CLAIM_EXTENSION}.lineage"
    lineage = {"roots": ["r"], "via": ["us", "fr"], "depth": 2}
    stated = {"extension_type": "property-extension", "kind": "report", "lineage": lineage}
    note = stix(
        "note",
        "n",
        content="c",
        object_refs=[malware()["id"]],
        extensions={CLAIM_EXTENSION: stated},
        granular_markings=hide(f"{path}.via.[1]"),
    )
    remains = left(world(note, malware()), note)
    assert remains["extensions"][CLAIM_EXTENSION]["lineage"] == {"roots": ["r"], "via": ["us"]}


# Aggregates, groups, observables


def observed(called: str) -> dict[str, Any]:
    refs = [observable("url", called, value=called)["id"]]
    return stix(
        "observed-data",
        called,
        first_observed="2026-01-01T00:00:00Z",
        last_observed="2026-01-01T00:00:00Z",
        number_observed=1,
        object_refs=refs,
    )


def test_value_that_sums_up_a_list_goes_with_any_item_of_it() -> None:
    seen = [observed("one"), observed("two")]
    urls = [observable("url", "one", value="one"), observable("url", "two", value="two", tlp="red")]
    sighting = stix(
        "sighting", "s", sighting_of_ref=malware()["id"], observed_data_refs=[made["id"] for made in seen], count=2
    )
    remains = left(world(malware(), *seen, *urls, sighting), sighting)
    assert remains["observed_data_refs"] == [seen[0]["id"]]
    assert "count" not in remains


def test_required_value_that_sums_up_what_may_not_be_read_withholds() -> None:
    urls = [observable("url", "one", value="one"), observable("url", "two", value="two", tlp="red")]
    seen = {**observed("both"), "object_refs": [url["id"] for url in urls]}
    assert failing(world(*urls, seen), seen) == {"ReferencesInView"}


def test_observable_is_out_when_what_makes_its_id_may_not_be_read() -> None:
    file = observable("file", "f", name="a", size=3, hashes={"MD5": "0" * 32}, granular_markings=hide("hashes.MD5"))
    assert failing(world(file), file) == {"MarkingsOfProperties"}
    elsewhere = {**file, "granular_markings": hide("size")}
    assert "size" not in left(world(elsewhere), elsewhere)


def test_group_of_which_one_must_be_there_does_not_lose_all() -> None:
    place = stix("location", "p", country="IQ", granular_markings=hide("country"))
    assert failing(world(place), place) == {"SomethingRemains"}
    two = {**place, "region": "western-asia"}
    assert left(world(two), two)["region"] == "western-asia"


def test_properties_that_belong_together_go_together() -> None:
    place = stix("location", "p", country="IQ", latitude=33.0, longitude=44.0, granular_markings=hide("latitude"))
    assert {"latitude", "longitude"}.isdisjoint(left(world(place), place))


def test_nested_content_of_a_hundred_levels_neither_breaks_nor_leaks() -> None:
    deep: Any = "secret"
    for _ in range(100):
        deep = {"a": [deep]}
    selector = "x_acme" + ".a.[0]" * 100
    thing = malware(x_acme=deep, granular_markings=hide(selector))
    asked = world(thing, views=under(clause(fields={"allow": "any", "tear_line": "if-needed"})))
    assert "secret" not in str(left(asked, thing))


# What is taken out, and what then remains


def cut(asked: World, content: dict[str, Any]) -> Cut:
    """What is taken out of a version in the first view."""
    found = verdicts(asked).compiled
    return cut_of(found, found.by_ref[ref(content)], found.slots.bit(next(iter(asked.views))))


def rest(content: dict[str, Any], *paths: Path, renamed: dict[Path, dict[StixId, StixId]] | None = None) -> Remainder:
    """What remains of a content without what lies at some paths."""
    version = compiled(world(content)).by_ref[ref(content)]
    return remainder_of(version, Cut(frozenset(paths)), renamed)


def test_cut_replaces_no_name_unless_it_says_so() -> None:
    assert Cut(frozenset()).name_is_replaced is False


def test_name_that_may_not_be_read_is_cut_and_replaced_only_where_a_pseudonym_is_agreed() -> None:
    hidden = malware(granular_markings=hide("name"))
    assert cut(world(hidden), hidden) == Cut(frozenset({("name",)}))
    person = stix("identity", "p", name="A. Person", identity_class="individual", description="d")
    asked = world(person, views=under(clause(persons={"rule": "pseudonym"})))
    assert cut(asked, person) == Cut(frozenset({("description",)}), name_is_replaced=True)


def test_clause_that_does_not_match_and_clause_of_another_view_let_nothing_through() -> None:
    thing = malware(description="d")
    narrow = clause(fields={"allow": ["name", "is_family"], "tear_line": "if-needed"})
    other = clause(id="S2", types=["tool"])
    asked = world(thing, views=(view(agreement(narrow, other)), view(agreement(name="b"))))
    assert cut(asked, thing) == Cut(frozenset({("description",)}))


def test_clause_that_shares_whole_objects_only_lets_no_part_of_a_variant_through() -> None:
    thing = malware(description="d", x_acme=1)
    whole = clause(fields={"allow": "standard", "tear_line": "none"})
    torn = clause(id="S2", fields={"allow": ["name", "is_family"], "tear_line": "if-needed"})
    assert cut(world(thing, views=under(whole, torn)), thing).paths == {("description",), ("x_acme",)}


def test_creator_that_is_out_is_no_cut_since_the_giver_stands_there_instead() -> None:
    creator = stix("identity", "creator", name="c", identity_class="organization", tlp="red")
    other = malware("other", tlp="red")
    thing = malware(created_by_ref=creator["id"], x_note_ref=other["id"])
    asked = world(creator, other, thing, views=under(clause(fields={"allow": "any", "tear_line": "if-needed"})))
    assert cut(asked, thing) == Cut(frozenset({("x_note_ref",)}))


def test_creator_is_cut_where_what_it_is_marked_with_is_not_in_the_view() -> None:
    marking: dict[str, Any] = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--00000000-0000-4000-8000-00000000cccc",
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "rel-to",
        "definition": {"rel_to": ["RU"]},
        "object_marking_refs": [TLP["red"]],
    }
    thing = malware(
        created_by_ref=sid("identity", "party us"), granular_markings=hide("created_by_ref", marking=marking["id"])
    )
    limits = {"tlp": "red", "pap": "red", "releasable_to": ["RU"]}
    asked = world(marking, thing, views=under(clause(ceiling=limits)))
    assert cut(asked, thing) == Cut(frozenset({("created_by_ref",)}))


def test_reference_to_a_variant_stays_unless_what_it_names_must_be_whole() -> None:
    torn = malware("torn", description="d", granular_markings=hide("description"))
    link = related(malware(), torn)
    assert cut(world(malware(), torn, link), link) == Cut(frozenset())


def test_what_is_tied_to_what_is_cut_is_cut_along_any_number_of_ties() -> None:
    place = stix("location", "p", country="IQ", latitude=1.0, longitude=2.0, precision=3.0)
    hidden = {**place, "granular_markings": hide("longitude")}
    assert cut(world(hidden), hidden).paths == {("latitude",), ("longitude",), ("precision",)}
    only = {**place, "granular_markings": hide("precision")}
    assert cut(world(only), only).paths == {("precision",)}


def test_path_of_what_lies_in_something_gone_is_none_and_others_follow_what_moved() -> None:
    left = rest(malware(aliases=["a", "b", "c"], x_acme={"deep": [1, 2]}), ("aliases", 0), ("x_acme", "deep", 0))
    assert left.content["aliases"] == ["b", "c"]
    assert left.path_of(("aliases", 0)) is None
    assert left.path_of(("aliases", 2)) == ("aliases", 1)
    assert left.path_of(("x_acme", "deep", 1)) == ("x_acme", "deep", 0)
    assert left.path_of(("name",)) == ("name",)
    gone = rest(malware(x_acme={"deep": {"deeper": 1}}), ("x_acme",))
    assert gone.path_of(("x_acme", "deep", "deeper")) is None
    assert gone.gone == {("x_acme",)}


def test_nothing_cut_leaves_the_content_as_it_is() -> None:
    thing = malware(aliases=[], x_acme={}, granular_markings=hide("name", marking=TLP["clear"]))
    assert rest(thing).content == thing


def test_list_that_was_empty_before_stays() -> None:
    assert rest(malware(aliases=[]), ("aliases", 0)).content["aliases"] == []


PHASE, OTHER_PHASE = ({"kill_chain_name": "k", "phase_name": name} for name in ("one", "two"))
CVE = {"source_name": "cve", "external_id": "1", "url": "u", "hashes": {"MD5": "0" * 32, "SHA-1": "0" * 40}}
EXTENSION = sid("extension-definition", "e")
ENTRY = {"extension_type": "property-extension", "a": 1, "b": 2}
PE = {"pe_type": "exe", "imphash": "i", "sections": [{"name": "s", "size": 1}, {"name": "t", "size": 2}]}


@pytest.mark.parametrize(
    ("content", "paths", "expected"),
    [
        ({"x_acme": {"a": 1}}, [("x_acme", "a")], {}),
        ({"x_acme": {"a": {"b": 1}, "c": 2}}, [("x_acme", "a", "b")], {"x_acme": {"c": 2}}),
        ({"x_acme": [[1], [2, 3]]}, [("x_acme", 0, 0), ("x_acme", 1, 0)], {"x_acme": [[3]]}),
        ({"x_acme": [1]}, [("x_acme", 0)], {}),
        # What a structure requires takes it along; what it does not stays away alone.
        (
            {"kill_chain_phases": [PHASE, OTHER_PHASE]},
            [("kill_chain_phases", 0, "phase_name")],
            {"kill_chain_phases": [OTHER_PHASE]},
        ),
        ({"external_references": [CVE]}, [("external_references", 0, "source_name")], {}),
        (
            {"external_references": [CVE]},
            [("external_references", 0, "url"), ("external_references", 0, "hashes", "MD5")],
            {"external_references": [{"source_name": "cve", "external_id": "1", "hashes": {"SHA-1": "0" * 40}}]},
        ),
        # A reference that says nothing more than its source is none.
        (
            {"external_references": [CVE]},
            [("external_references", 0, "url"), ("external_references", 0, "external_id")],
            {},
        ),
        (
            {"external_references": [{**CVE, "x_acme": 1}]},
            [("external_references", 0, "x_acme")],
            {"external_references": [CVE]},
        ),
        # The structures of the standard hold for its properties alone.
        ({"x_phases": [PHASE]}, [("x_phases", 0, "phase_name")], {"x_phases": [{"kill_chain_name": "k"}]}),
        (
            {"x_acme": {"kill_chain_phases": [PHASE]}},
            [("x_acme", "kill_chain_phases", 0, "phase_name")],
            {"x_acme": {"kill_chain_phases": [{"kill_chain_name": "k"}]}},
        ),
        # An extension needs its kind and something besides.
        (
            {"extensions": {EXTENSION: ENTRY}},
            [("extensions", EXTENSION, "a")],
            {"extensions": {EXTENSION: {"extension_type": "property-extension", "b": 2}}},
        ),
        ({"extensions": {EXTENSION: ENTRY}}, [("extensions", EXTENSION, "a"), ("extensions", EXTENSION, "b")], {}),
        ({"extensions": {EXTENSION: ENTRY}}, [("extensions", EXTENSION, "extension_type")], {}),
        (
            {"extensions": {EXTENSION: {"a": 1, "b": 2}}},
            [("extensions", EXTENSION, "a")],
            {"extensions": {EXTENSION: {"b": 2}}},
        ),
        (
            {"extensions": {EXTENSION: {**ENTRY, "c": {"extension_type": 1, "d": 2}}}},
            [("extensions", EXTENSION, "c", "extension_type")],
            {"extensions": {EXTENSION: {**ENTRY, "c": {"d": 2}}}},
        ),
        ({"x_acme": {"extension_type": 1, "d": 2}}, [("x_acme", "extension_type")], {"x_acme": {"d": 2}}),
        # Half an entry of a basis would say something else.
        (
            {"extensions": {CLAIM_EXTENSION: {**ENTRY, "basis": [{"token": "t", "role": "quotes"}, {"token": "u"}]}}},
            [("extensions", CLAIM_EXTENSION, "basis", 0, "role")],
            {"extensions": {CLAIM_EXTENSION: {**ENTRY, "basis": [{"token": "u"}]}}},
        ),
        (
            {"extensions": {CLAIM_EXTENSION: {**ENTRY, "basis": [{"token": "t", "span": {"from": 1, "to": 2}}]}}},
            [("extensions", CLAIM_EXTENSION, "basis", 0, "span", "to")],
            {"extensions": {CLAIM_EXTENSION: {**ENTRY, "basis": [{"token": "t", "span": {"from": 1}}]}}},
        ),
        (
            {"extensions": {EXTENSION: {**ENTRY, "basis": [{"token": "t", "role": "quotes"}]}}},
            [("extensions", EXTENSION, "basis", 0, "role")],
            {"extensions": {EXTENSION: {**ENTRY, "basis": [{"token": "t"}]}}},
        ),
    ],
)
def test_remainder_is_what_still_says_something(
    content: dict[str, Any], paths: list[Path], expected: dict[str, Any]
) -> None:
    assert rest(malware(**content), *paths).content == malware(**expected)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("pe_type",), None),
        (("imphash",), {"pe_type": "exe", "sections": PE["sections"]}),
        (("sections", 0, "name"), {**PE, "sections": [{"name": "t", "size": 2}]}),
        (("sections", 0, "size"), {**PE, "sections": [{"name": "s"}, {"name": "t", "size": 2}]}),
    ],
)
def test_predefined_extension_of_the_type_has_the_structure_of_the_standard(path: Path, expected: Any) -> None:
    name = "windows-pebinary-ext"
    file = observable("file", "f", name="a", extensions={name: PE})
    left = rest(file, ("extensions", name, *path)).content
    assert left.get("extensions") == (None if expected is None else {name: expected})
    elsewhere = rest(malware(extensions={name: PE}), ("extensions", name, *path)).content["extensions"][name]
    assert ("pe_type" in elsewhere) is (path != ("pe_type",))


ONE, NEW = StixId(malware("one")["id"]), StixId(malware("new")["id"])


def test_ids_are_renamed_where_they_stand_in_any_case_as_names_too_and_nowhere_else() -> None:
    thing = malware(x_a=f"{ONE.upper()}, {ONE}", x_b=ONE, x_c={ONE: 5}, x_d={ONE: {"e": 1}, "f": 2}, x_g=f"x-{ONE}")
    places: list[Path] = [("x_a",), ("x_c", ONE), ("x_d", ONE), ("x_g",)]
    marks = [{"marking_ref": TLP["clear"], "selectors": [f"x_d.{ONE}.e", "x_d.f", f"x_c.{ONE}"]}]
    left = rest({**thing, "granular_markings": marks}, renamed={place: {ONE: NEW} for place in places}).content
    assert left["x_a"] == f"{NEW}, {NEW}"
    assert left["x_b"] == ONE
    assert left["x_c"] == {NEW: 5}
    assert left["x_d"] == {NEW: {"e": 1}, "f": 2}
    assert left["x_g"] == f"x-{ONE}"
    assert left["granular_markings"][0]["selectors"] == [f"x_d.{NEW}.e", "x_d.f", f"x_c.{NEW}"]


LANGUAGE = {"lang": "fr", "selectors": ["name", "description"]}
MARKED = {"marking_ref": TLP["clear"], "selectors": ["name", "aliases.[1]"]}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([("x_acme",)], [LANGUAGE, MARKED]),
        ([("description",)], [{**LANGUAGE, "selectors": ["name"]}, MARKED]),
        ([("aliases", 0)], [LANGUAGE, {**MARKED, "selectors": ["name", "aliases.[0]"]}]),
        ([("description",), ("name",)], [MARKED | {"selectors": ["aliases.[1]"]}]),
        ([("granular_markings", 0)], [MARKED]),
        ([("granular_markings", 0, "lang")], [MARKED]),
        ([("granular_markings", 1, "marking_ref")], [LANGUAGE]),
        ([("granular_markings", 1, "selectors", 1)], [LANGUAGE, {**MARKED, "selectors": ["name"]}]),
        ([("granular_markings", 0), ("granular_markings", 1)], None),
        ([("name",), ("description",), ("aliases",)], None),
    ],
)
def test_granular_markings_are_those_of_what_is_left(paths: list[Path], expected: Any) -> None:
    thing = malware(description="d", aliases=["a", "b"], x_acme=1, granular_markings=[LANGUAGE, MARKED])
    assert rest(thing, *paths).content.get("granular_markings") == expected


def test_granular_markings_of_nothing_and_of_what_is_not_there_are_not_sent_on() -> None:
    assert "granular_markings" not in rest(malware(granular_markings=None, x_acme=1), ("x_acme",)).content
    assert "granular_markings" not in rest(malware(granular_markings=hide("description")), ("x_acme",)).content
