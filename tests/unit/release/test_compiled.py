"""What is read of each version once, what is shared, and what is found anew after the terms changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sepakat.agreements.terms import Onward, OnwardRule
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.compiled import Compiled
from sepakat.release.question import Approval, Grant, HeldVersion, View
from sepakat.release.times import microseconds
from sepakat.release.units import Units
from sepakat.release.versions import Version
from sepakat.stix.identifiers import StixId
from tests.unit.release.small import (
    FR,
    NOW,
    PAP,
    RU,
    STATEMENT,
    TLP,
    UNKNOWN,
    US,
    VIEW,
    agreement,
    clause,
    compiled,
    held,
    malware,
    observable,
    party_id,
    policy,
    ref,
    related,
    stix,
    terms,
    topics,
    under,
    view,
    world,
)

PERSON = stix("identity", "p", name="p", identity_class="individual")
FIELDS = {"allow": "standard", "external_references": "any", "tear_line": "if-needed"}


def version(asked: Compiled, content: Mapping[str, Any]) -> Version:
    """The only version of an object."""
    (found,) = asked.held[StixId(content["id"])].versions
    return found


def read(content: Any, *more: Any, **inputs: Any) -> Version:
    """One version, as it is read."""
    identifier = content["id"] if isinstance(content, Mapping) else content.object.id
    (found,) = compiled(world(content, *more, **inputs)).held[StixId(identifier)].versions
    return found


# What is read of one version.


def test_scaffold_is_extension_definitions_parties_and_markings_without_compartments() -> None:
    definition = {
        **stix("extension-definition", "e", tlp=None),
        "name": "e",
        "schema": "https://e.example/schema.json",
        "version": "1",
        "extension_types": ["property-extension"],
    }
    other = stix("identity", "somebody", name="s", identity_class="organization")
    asked = compiled(world(definition, other, malware()))
    assert {definition["id"], party_id("iq"), TLP["red"], PAP["amber"], STATEMENT} <= asked.scaffold
    assert not {other["id"], malware()["id"], UNKNOWN} & asked.scaffold


def test_id_without_any_version_is_no_scaffold() -> None:
    nothing = StixId(malware("nothing")["id"])
    asked = world(malware())
    made = compiled(replace(asked, versions={**asked.versions, nothing: ()}))
    assert nothing not in made.scaffold
    assert nothing in made.held


@pytest.mark.parametrize(
    ("version_held", "own"),
    [
        (held(malware()), True),
        (held(malware(), origins=()), False),
        (held(malware(), origins=("fr",)), False),
        (held(malware(), origins=("fr", "us")), False),
        (held(malware(), received=(terms("fr"),)), False),
        (held(malware(created_by_ref=party_id("fr"))), False),
        (held(malware(created_by_ref=party_id("us")), received=(terms("fr"),)), True),
    ],
)
def test_own_is_what_has_this_node_for_its_only_origin_and_owner(version_held: HeldVersion, own: bool) -> None:
    assert read(version_held).is_own is own


def test_what_states_no_times_was_created_and_modified_when_it_was_received() -> None:
    arrived = microseconds(NOW) - 24 * 3_600_000_000
    address = read(observable("ipv4-addr", "i", value="192.0.2.1"))
    assert (address.created, address.modified, address.received) == (arrived,) * 3
    stated = read(malware(created="2026-01-01T00:00:00.000Z", modified="2026-01-02T00:00:00.000Z"))
    created = microseconds(NOW.replace(month=1, day=1, hour=0))
    assert (stated.created, stated.modified, stated.received) == (created, created + 24 * 3_600_000_000, arrived)


@pytest.mark.parametrize(
    ("entries", "shows"), [({}, False), ({"topics": frozenset({"t"})}, True), ({"regions": frozenset({"KE"})}, True)]
)
def test_version_shows_something_that_has_a_topic_or_a_region(entries: dict[str, Any], shows: bool) -> None:
    assert read(malware(), policies=policy(malware(), **entries)).shows is shows


def claim(**stated: Any) -> dict[str, Any]:
    """A note that carries a claim."""
    extension = {"extension_type": "property-extension", "kind": "report", **stated}
    return stix("note", "n", content="c", object_refs=[malware()["id"]], extensions={CLAIM_EXTENSION: extension})


@pytest.mark.parametrize(
    ("content", "entries", "is_personal", "category"),
    [
        (malware(), {}, False, None),
        (PERSON, {}, True, None),
        (malware(), {"person_category": "victim"}, True, "victim"),
        (PERSON, {"person_category": "victim"}, True, "victim"),
        (claim(), {}, False, None),
        (claim(person={}), {}, True, None),
        (claim(person={"category": "suspect"}), {}, True, "suspect"),
        (claim(person={"category": "suspect"}), {"person_category": "victim"}, True, "victim"),
    ],
)
def test_personal_data_is_known_by_its_form_by_annotation_and_by_its_claim(
    content: dict[str, Any], entries: dict[str, Any], is_personal: bool, category: str | None
) -> None:
    made = read(content, policies=policy(content, **entries))
    assert (made.is_personal, made.person_category) == (is_personal, category)


def test_necessity_is_stated_by_a_person() -> None:
    assert not read(malware()).has_necessity
    assert read(malware(), policies=policy(malware(), necessity="to warn")).has_necessity


def test_references_to_scaffold_cannot_be_out_and_all_others_can() -> None:
    thing = malware(created_by_ref=party_id("fr"), description=f"see {PERSON['id']}")
    link = related(thing, PERSON, description=f"as {PERSON['id']} says")
    asked = compiled(world(thing, PERSON, link))
    made = version(asked, link)
    asked.find_parts(made)
    assert {(edge.path, edge.target) for edge in made.edges} == {
        (("source_ref",), thing["id"]),
        (("target_ref",), PERSON["id"]),
        (("description",), PERSON["id"]),
    }
    assert len(made.edges) == 3
    assert set(made.targets) == {thing["id"], PERSON["id"]}
    assert len(made.targets) == 2
    assert made.needed_targets == {thing["id"], PERSON["id"]}
    assert made.whole_targets == frozenset()
    assert [(reference.target, reference.paths) for reference in made.scaffold] == [
        (TLP["green"], (("object_marking_refs", 0),))
    ]
    told = version(asked, thing)
    asked.find_parts(told)
    assert (told.needed_targets, {one.target for one in told.scaffold}) == (frozenset(), {party_id("fr"), TLP["green"]})


def test_what_is_translated_must_be_whole() -> None:
    text = stix("language-content", "l", object_ref=malware()["id"], contents={"fr": {"name": "m"}})
    asked = compiled(world(malware(), text))
    made = version(asked, text)
    asked.find_parts(made)
    assert made.whole_targets == made.needed_targets == {malware()["id"]}
    assert asked.translated(made) == (version(asked, malware()),)
    assert asked.translated(version(asked, malware())) == ()
    alone = compiled(world(text))
    assert alone.translated(version(alone, text)) == ()
    named = compiled(world(malware(), malware("other", object_ref=malware()["id"])))
    assert named.translated(version(named, malware("other"))) == ()


# Faults.


def test_versions_of_one_reference_with_other_bytes_are_both_unreadable() -> None:
    asked = compiled(world(malware(), malware(description="d")))
    faults = {made.fault for made in asked.held[StixId(malware()["id"])].versions}
    assert faults == {"another version with the same id and time has other bytes"}


def test_versions_of_one_reference_with_the_same_bytes_are_readable() -> None:
    asked = compiled(world(malware(), malware()))
    assert [made.fault for made in asked.held[StixId(malware()["id"])].versions] == [None, None]
    assert version(compiled(world(malware())), malware()).fault is None


def test_unreadable_markings_are_a_fault_with_words() -> None:
    asked = compiled(world(malware(object_marking_refs="all")))
    with pytest.raises(ValueError, match=r"^object_marking_refs is no list of ids$"):
        asked.marked(version(asked, malware()))


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"object_marking_refs": "all"}, "ValueError: object_marking_refs is no list of ids"),
        ({"created": "soon"}, "ValueError: not a timestamp"),
    ],
)
def test_basis_that_cannot_be_read_lets_nothing_through_and_says_why(broken: dict[str, Any], fault: str) -> None:
    source = malware("source", **broken)
    note = claim(basis=[{"object_ref": source["id"], "role": "quotes"}])
    asked = compiled(world(source, note, malware()))
    made = asked.held[StixId(source["id"])].versions[0]
    assert str(made.fault).startswith(fault)
    assert asked.basis.of(StixId(source["id"])) == 0


# Labels.


def two(first: Mapping[str, Any], second: Mapping[str, Any], **more: Any) -> tuple[View, ...]:
    """One view of each taker, with one clause each."""
    return (
        view(agreement(clause(**first), **more)),
        view(agreement(clause(**second), name="b", takers=("fr",)), "fr", country="FR"),
    )


def ceiling(level: str) -> dict[str, Any]:
    return {"ceiling": {"tlp": level, "pap": "red"}}


def test_label_of_all_joins_readers_terms_ceilings_and_marked_properties() -> None:
    either = two(ceiling("amber"), ceiling("green"))

    def label(thing: Any, views: tuple[View, ...]) -> int:
        asked = compiled(world(thing, views=views))
        return asked.label_of_all(asked.held[StixId(malware()["id"])].versions[0])

    assert label(malware(), either) == 0b11
    assert label(malware(tlp="amber"), either) == 0b01
    assert label(malware(tlp=None), either) == 0
    amber = [{"marking_ref": TLP["amber"], "selectors": ["name"]}]
    assert label(malware(granular_markings=amber), either) == 0b01
    assert label(malware(granular_markings=amber), either[::-1]) == 0b10
    kept = held(malware(tlp="clear"), received=(terms("iq", Onward(OnwardRule.ASK)),))
    assert label(kept, two({}, {}, onward={"default": "named", "named": ["iq"]})) == 0b10


def test_object_without_any_marking_is_read_by_nobody_whatever_else_is_known_of_it() -> None:
    given = {(ref(malware(tlp=None)), VIEW): (Approval("ann", NOW),)}
    for approvals in ({}, given):
        asked = compiled(world(malware(tlp=None), approvals=approvals))
        assert asked.readers(version(asked, malware())) == 0


def test_versions_with_the_same_label_share_their_readers_unless_something_is_said_of_one() -> None:
    one, approved, granted = malware("one", tlp="red"), malware("two", tlp="red"), malware("three", tlp="amber")
    other = malware("four", tlp="amber", created_by_ref=party_id("fr"))
    grant = Grant(FR, US, RU, StixId(granted["id"]), NOW)
    granted["created_by_ref"] = party_id("fr")
    asked = compiled(
        world(
            one, approved, granted, other, approvals={(ref(approved), VIEW): (Approval("ann", NOW),)}, grants=(grant,)
        )
    )
    for _ in range(2):
        found = [asked.readers(version(asked, each)) for each in (one, approved, other, granted)]
        assert found == [0, 1, 0, 1]


def test_readers_of_a_label_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = compiled(world(malware("one"), malware("other"), malware("amber", tlp="amber")))
    called = 0
    work_out = asked.labels.readers

    def count(*arguments: Any, **named: Any) -> int:
        nonlocal called
        called += 1
        return work_out(*arguments, **named)

    monkeypatch.setattr(asked.labels, "readers", count)
    for name in ("one", "other", "amber", "one"):
        assert asked.readers(version(asked, malware(name))) == 1
    assert called == 2


# Parts, and the tables by which they were found.


class Counted:
    """A compiled world of one view whose terms can change, and how often parts are looked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *contents: Mapping[str, Any], **entries: Any) -> None:
        self.views = {VIEW: view(agreement(clause(**entries)))}
        asked = world(*contents)
        self.compiled = Compiled(replace(asked, views=self.views), NOW)
        self.found: list[str] = []
        find = Units.find

        def watch(units: Units, made: Version, parts: Any) -> None:
            self.found.append(made.id)
            find(units, made, parts)

        monkeypatch.setattr(Units, "find", watch)

    def find(self, content: Mapping[str, Any]) -> Version:
        """Find the parts of an object."""
        made = version(self.compiled, content)
        self.compiled.find_parts(made)
        return made

    def change(self, **entries: Any) -> None:
        """Let the clause say something else."""
        self.views[VIEW] = view(agreement(clause(**entries)))
        self.compiled.renew_tables(1)


def test_parts_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch, malware())
    counted.find(malware())
    counted.find(malware())
    assert counted.found == [malware()["id"]]


def test_plain_parts_are_not_found_anew_while_the_fields_stay_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch, malware(), fields={**FIELDS, "deny": ["name"]})
    units = counted.find(malware()).units
    counted.change(fields={**FIELDS, "deny": ["name"]}, ceiling={"tlp": "green"})
    counted.find(malware())
    counted.find(malware())
    assert counted.found == [malware()["id"]]
    assert counted.find(malware()).units is units
    counted.change(fields={**FIELDS, "deny": ["is_family"]})
    assert [unit.path for unit in counted.find(malware()).units] == [("is_family",)]
    assert counted.found == [malware()["id"]] * 2


def test_parts_of_two_terms_ago_are_found_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch, malware())
    counted.find(malware())
    counted.change(fields={**FIELDS, "deny": ["name"]})
    counted.change(fields={**FIELDS, "deny": ["name"]}, ceiling={"tlp": "green"})
    assert [unit.path for unit in counted.find(malware()).units] == [("name",)]


def test_marked_parts_are_found_anew_when_anything_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    thing = malware(description="d", granular_markings=[{"marking_ref": TLP["amber"], "selectors": ["description"]}])
    counted = Counted(monkeypatch, thing)
    assert counted.find(thing).units == ()
    counted.change(ceiling={"tlp": "green"})
    assert [unit.path for unit in counted.find(thing).units] == [("description",)]


def test_references_are_sorted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    thing = malware(description=f"see {PERSON['id']}")
    counted = Counted(monkeypatch, thing)
    edges = counted.find(thing).edges
    assert [edge.target for edge in edges] == [PERSON["id"]]
    counted.change(fields={**FIELDS, "deny": ["name"]})
    assert counted.find(thing).edges is edges


def test_only_an_own_identity_of_a_person_goes_under_a_pseudonym() -> None:
    views = under(clause(persons={"rule": "pseudonym"}))
    group = stix("identity", "o", name="o", identity_class="organization")
    noted = policy(malware(), person_category="victim")
    for content, pseudonym in (
        (held(PERSON), 1),
        (held(PERSON, origins=("fr",), received=(terms("fr"),)), 0),
        (held(group), 0),
        (held(malware()), 0),
    ):
        asked = compiled(world(content, views=views, policies=noted))
        (made,) = asked.held[content.object.id].versions
        asked.find_parts(made)
        assert made.pseudonym_slots == pseudonym


def test_person_is_looked_at_again_when_a_clause_begins_to_ask_for_pseudonyms(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch, PERSON, persons={"rule": "none"})
    assert counted.find(PERSON).pseudonym_slots == 0
    counted.change(persons={"rule": "pseudonym"})
    assert counted.find(PERSON).pseudonym_slots == 1


def test_tables_have_no_more_room_than_the_longest_agreement_needs() -> None:
    assert compiled(world()).slots.stride == 1


def test_world_names_its_views_and_its_versions() -> None:
    asked = compiled(world(malware(), topics=topics(crime=frozenset({"crime"}))))
    assert asked.view_names(1) == (VIEW,)
    assert asked.by_ref[ref(malware())] is version(asked, malware())
    assert version(asked, malware()) in set(asked.versions())


@pytest.mark.parametrize(
    ("source", "lets"),
    [
        (held(malware("source")), 1),
        (held(malware("source"), origins=("iq",)), 0),
        (held(malware("source", tlp="red")), 0),
        (held(malware("source", tlp="red"), origins=("iq",)), 0),
    ],
)
def test_basis_binds_by_its_origins_and_by_its_label(source: HeldVersion, lets: int) -> None:
    note = claim(basis=[{"object_ref": source.object.id, "role": "quotes"}])
    assert compiled(world(source, note, malware())).basis.of(source.object.id) == lets
