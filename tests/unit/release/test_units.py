"""The restricted nodes of a version under two clauses of one view: slot 1 and slot 2, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.question import View, World
from sepakat.release.versions import Version
from sepakat.stix.identifiers import StixId
from sepakat.stix.selectors import Path
from tests.unit.release.small import (
    TLP,
    clause,
    compiled,
    malware,
    observable,
    policy,
    sid,
    stix,
    under,
    world,
)

FIRST, SECOND, BOTH = 0b01, 0b10, 0b11
PHASES = [{"kill_chain_name": "k", "phase_name": "p"}]


def fields(**changes: Any) -> dict[str, Any]:
    return {"allow": "standard", "external_references": "any", "tear_line": "if-needed", **changes}


def two(first: Mapping[str, Any], second: Mapping[str, Any] | None = None) -> tuple[View, ...]:
    """One view under two clauses."""
    return under(clause(id="S1", **first), clause(id="S2", **(second or {})))


def marked(marking: str, *selectors: str) -> list[dict[str, Any]]:
    return [{"marking_ref": TLP[marking], "selectors": list(selectors)}]


def found(asked: World, *contents: Mapping[str, Any]) -> list[Version]:
    """The versions of these objects, their parts found one after the other."""
    made = compiled(asked)
    versions = [version for content in contents for version in made.held[StixId(content["id"])].versions]
    for version in versions:
        made.find_parts(version)
    return versions


def units(content: Mapping[str, Any], views: tuple[View, ...], **inputs: Any) -> dict[Path, int]:
    """The restricted nodes of one object, and by which slots each may be read."""
    (version,) = found(world(content, views=views, **inputs), content)
    return {unit.path: unit.slots for unit in version.units}


def test_object_of_which_nothing_is_restricted_has_no_units() -> None:
    (version,) = found(world(malware(description="d"), views=two({})), malware())
    assert (version.units, version.unit_slots, version.required_slots, version.cut_within) == ((), (), (), frozenset())


def test_denied_property_is_readable_by_the_other_clause_and_says_why() -> None:
    tool = stix("tool", "t", name="t", description="d")
    views = two({"fields": fields(deny=["description", "name"])})
    (version,) = found(world(tool, views=views), tool)
    assert {unit.path: (unit.slots, unit.reasons) for unit in version.units} == {
        ("name",): (SECOND, (("FieldsAllowed", SECOND),)),
        ("description",): (SECOND, (("FieldsAllowed", SECOND),)),
    }
    assert (version.unit_slots, version.required_slots, version.cut_within) == ((SECOND,), (SECOND,), frozenset())


def test_name_alone_can_be_replaced_by_a_pseudonym() -> None:
    denied = two({"fields": fields(deny=["is_family", "malware_types"])})
    thing = malware(malware_types=["worm"])
    (version,) = found(world(thing, views=denied), thing)
    assert (version.unit_slots, version.required_slots) == ((SECOND,), (SECOND,))


def test_custom_property_goes_by_name_alone_and_an_internal_one_never() -> None:
    thing = malware(x_acme=1, x_sepakat_note="n")
    named = two({"fields": fields(allow=["standard", "x_acme", "x_sepakat_note"])})
    assert units(thing, named) == {("x_acme",): FIRST, ("x_sepakat_note",): 0}


def test_marked_property_is_readable_within_the_ceiling_and_by_its_readers() -> None:
    views = two({"ceiling": {"tlp": "green", "pap": "red"}})
    for marking, slots in (("amber", SECOND), ("red", 0)):
        thing = malware(description="d", granular_markings=marked(marking, "description"))
        assert units(thing, views) == {("description",): slots}
    green = malware(description="d", granular_markings=marked("green", "description"))
    assert units(green, views) == {}


def test_selector_of_nothing_is_readable_by_nobody() -> None:
    thing = malware(aliases=["a"], granular_markings=marked("green", "aliases.[0]", "aliases.[1]"))
    assert units(thing, two({})) == {("aliases", 1): 0}


def test_language_of_a_property_restricts_nobody() -> None:
    assert (
        units(malware(description="d", granular_markings=[{"lang": "fr", "selectors": ["description"]}]), two({})) == {}
    )


def test_all_rules_that_restrict_one_node_are_joined() -> None:
    views = two({"fields": fields(deny=["description"])}, {"ceiling": {"tlp": "green", "pap": "red"}})
    thing = malware(description="d", granular_markings=marked("amber", "description"))
    (version,) = found(world(thing, views=views), thing)
    (unit,) = version.units
    assert unit.slots == 0
    assert unit.reasons == (("FieldsAllowed", SECOND), ("MarkingsOfProperties", FIRST))


def test_external_reference_goes_by_the_source_that_a_clause_names() -> None:
    thing = malware(external_references=[{"source_name": "a", "url": "u"}, {"source_name": "b", "url": "u"}])
    views = two({"fields": fields(external_references=["a"])}, {"fields": fields(external_references="none")})
    assert units(thing, views) == {("external_references", 0): FIRST, ("external_references", 1): 0}


def test_source_of_a_claim_is_disclosed_by_level() -> None:
    source = {"scheme": "admiralty", "descriptor": "a cook", "token": "t"}
    claim = {"extension_type": "property-extension", "kind": "report", "source": source}
    note = stix("note", "n", content="c", object_refs=[malware()["id"]], extensions={CLAIM_EXTENSION: claim})
    path = ("extensions", CLAIM_EXTENSION, "source")
    assert units(note, two({"source": "descriptor"}, {"source": "rating"})) == {
        (*path, "descriptor"): FIRST,
        (*path, "token"): 0,
    }


SEEN: dict[str, Any] = {
    "first_observed": "2026-01-01T00:00:00Z",
    "last_observed": "2026-01-01T00:00:00Z",
    "number_observed": 1,
}


def observed(**content: Any) -> dict[str, Any]:
    """Two things observed."""
    return stix("observed-data", "o", object_refs=[malware(name)["id"] for name in "ab"], **SEEN, **content)


def test_value_that_sums_up_a_list_has_the_markings_of_all_of_it() -> None:
    low = two({"ceiling": {"tlp": "green", "pap": "red"}})
    sums: dict[Path, int] = {(name,): SECOND for name in SEEN}
    one = units(observed(granular_markings=marked("amber", "object_refs.[1]")), low)
    assert one == {("object_refs", 1): SECOND, **sums}
    whole = units(observed(granular_markings=marked("amber", "object_refs")), low)
    assert whole == {(name,): SECOND for name in ("object_refs", *SEEN)}
    assert units(observed(granular_markings=marked("amber", "last_observed")), low) == {("last_observed",): SECOND}


def test_value_that_sums_up_a_list_is_not_restricted_by_fields_that_restrict_the_list() -> None:
    assert units(observed(), two({"fields": fields(deny=["object_refs"])})) == {("object_refs",): SECOND}


def test_named_parts_of_a_property_are_looked_at_leaf_by_leaf() -> None:
    thing = malware(kill_chain_phases=PHASES, x_list={"a": [], "b": 1, "c": {"d": 2}})
    allow = ["name", "is_family", "kill_chain_phases.[0].phase_name", "x_list.b"]
    assert units(thing, two({"fields": fields(allow=allow)}, {"fields": fields(allow="any")})) == {
        ("kill_chain_phases", 0, "kill_chain_name"): SECOND,
        ("x_list", "a"): SECOND,
        ("x_list", "c", "d"): SECOND,
    }


def test_named_parts_of_an_extension_are_looked_at_leaf_by_leaf() -> None:
    binary = {"windows-pebinary-ext": {"pe_type": "exe", "imphash": "i"}, "ntfs-ext": {"sid": "s"}}
    thing = observable("file", "f", name="f", extensions=binary)
    name = "extensions.windows-pebinary-ext.pe_type"
    (version,) = found(world(thing, views=two({"fields": fields(deny=[name])})), thing)
    assert {unit.path: unit.slots for unit in version.units} == {
        ("extensions", "windows-pebinary-ext", "pe_type"): SECOND
    }
    assert version.cut_within == {"extensions"}


def test_unknown_extension_goes_by_name_alone() -> None:
    extension = f"extension-definition--{sid('x', 'e')[3:]}"
    thing = malware(extensions={extension: {"extension_type": "property-extension", "rank": 1}})
    assert units(thing, two({"fields": fields(allow=["standard", extension])})) == {("extensions", extension): FIRST}


def test_extensions_that_are_no_object_are_readable_by_nobody() -> None:
    assert units(malware(extensions=["e"]), two({"fields": fields(allow="any")})) == {("extensions",): 0}


def test_node_is_readable_by_one_clause_that_may_read_all_that_it_lies_in() -> None:
    views = two({"fields": fields(deny=["kill_chain_phases"])}, {"ceiling": {"tlp": "green", "pap": "red"}})
    selectors = ("kill_chain_phases.[0]", "kill_chain_phases.[0].phase_name")
    for selector in selectors:
        thing = malware(kill_chain_phases=PHASES, granular_markings=marked("amber", selector))
        (version,) = found(world(thing, views=views), thing)
        assert [unit.slots for unit in version.units if unit.path != ("kill_chain_phases",)] == [0]
        assert [unit.slots for unit in version.units if unit.path == ("kill_chain_phases",)] == [SECOND]
        assert version.cut_within == {"kill_chain_phases"}


# Persons under a pseudonym.

PERSON = stix("identity", "p", name="p", identity_class="individual", description="d", sectors=["energy"])
NOBODY = stix("identity", "o", name="o", identity_class="organization", description="d", sectors=["energy"])
PSEUDONYM = {"persons": {"rule": "pseudonym"}}
CATEGORIES = {"persons": {"rule": "categories", "allow": ["victim"]}}


def test_under_a_pseudonym_nothing_goes_that_describes_the_person() -> None:
    (version,) = found(world(PERSON, views=two(PSEUDONYM, CATEGORIES)), PERSON)
    assert {unit.path: unit.slots for unit in version.units} == {
        ("name",): SECOND,
        ("description",): SECOND,
        ("sectors",): SECOND,
    }
    assert version.pseudonym_slots == FIRST
    assert version.required_slots == (BOTH,), "the name is not lost where a pseudonym stands in for it"


def test_name_that_could_not_go_by_itself_gets_no_pseudonym() -> None:
    views = two({**PSEUDONYM, "fields": fields(deny=["name"])}, PSEUDONYM)
    (version,) = found(world(PERSON, views=views), PERSON)
    assert version.pseudonym_slots == SECOND
    assert {unit.path: unit.slots for unit in version.units if unit.path == ("name",)} == {("name",): 0}
    assert version.required_slots == (SECOND,)


def test_identity_that_is_no_person_has_no_pseudonym() -> None:
    (version,) = found(world(NOBODY, views=two(PSEUDONYM, CATEGORIES)), NOBODY)
    assert (version.units, version.pseudonym_slots) == ((), 0)


# What versions share and what they do not.


@pytest.mark.parametrize("backwards", [False, True])
def test_versions_with_the_same_properties_share_nothing_that_hangs_on_values(backwards: bool) -> None:
    pairs: list[tuple[tuple[View, ...], dict[str, Any], dict[str, Any]]] = [
        (
            two({}),
            malware("a", description="d", granular_markings=marked("red", "description")),
            malware("b", description="d", granular_markings=marked("red", "name")),
        ),
        (two(PSEUDONYM, CATEGORIES), PERSON, NOBODY),
        (
            two({"fields": fields(deny=["hashes.MD5"])}),
            observable("file", "a", name="a", hashes={"MD5": "m", "SHA-1": "s"}),
            observable("file", "b", name="b", hashes={"SHA-1": "s"}),
        ),
        (
            two({"fields": fields(external_references=["a"])}),
            malware("a", external_references=[{"source_name": "a", "url": "u"}]),
            malware("b", external_references=[{"source_name": "b", "url": "u"}]),
        ),
    ]
    for views, *both in pairs:
        order = both[::-1] if backwards else both
        asked = world(*both, views=views)
        together = [{unit.path: unit.slots for unit in version.units} for version in found(asked, *order)]
        assert together == [units(content, views) for content in order]
        assert together[0] != together[1]


def test_versions_that_are_alike_share_their_units() -> None:
    views = two({"fields": fields(deny=["description"])})
    one, other = malware("one", description="d"), malware("other", description="d")
    first, second = found(world(one, other, views=views), one, other)
    assert first.units is second.units
    assert (first.has_plain_parts, second.has_plain_parts) == (True, True)


def test_all_marked_properties_bind_what_derives_from_a_version() -> None:
    low = two({"ceiling": {"tlp": "green", "pap": "red"}})
    thing = malware(description="d", granular_markings=marked("amber", "description"))
    made = compiled(world(thing, malware("plain"), views=low))
    (version,), (plain,) = (made.held[StixId(one["id"])].versions for one in (thing, malware("plain")))
    assert made.label_of_all(version) == SECOND
    assert made.label_of_all(plain) == BOTH


def test_annotated_person_category_changes_no_part() -> None:
    notes = policy(NOBODY, person_category="victim")
    assert units(NOBODY, two(CATEGORIES, CATEGORIES), policies=notes) == {}
