from __future__ import annotations

from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.decision import Outcome
from sepakat.release.engine import decide_all
from sepakat.release.question import World
from sepakat.release.variants import VariantKeys, project
from tests.unit.release.small import (
    NOW,
    TLP,
    UNKNOWN,
    VIEW,
    clause,
    failing,
    malware,
    observable,
    outcome,
    ref,
    sid,
    stix,
    under,
    world,
)

KEYS = VariantKeys(b"a secret of the node")


def hide(*selectors: str, marking: str = TLP["red"]) -> list[dict[str, Any]]:
    return [{"marking_ref": marking, "selectors": list(selectors)}]


def left(asked: World, content: dict[str, Any]) -> dict[str, Any]:
    return project(asked, decide_all(asked, NOW), ref(content), VIEW, KEYS)


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
