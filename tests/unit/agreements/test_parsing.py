from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sepakat.agreements.parsing import from_document, parse_agreement
from sepakat.agreements.terms import Ceiling, Duration, Fields, Minimum, Named, Pap, Persons, Selection, Tlp
from sepakat.agreements.value_kinds import Group, Groups, OneOf, OrNull, Text
from sepakat.agreements.vocabulary import CHILDREN, KEYS, Key
from sepakat.errors import InputError
from tests.unit.agreements.samples import EXAMPLE, document, example, faults_of, faulty_paths

REQUIRED = [key.path for key in KEYS if key.is_required]
OPTIONAL = [key for key in KEYS if not key.is_required]


def holder(raw: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """The mapping in which a path of the vocabulary stands, and its last name there."""
    *parents, name = path.split(".")
    place: Any = raw
    for part in parents:
        place = place[part.removesuffix("[]")]
        if part.endswith("[]"):
            place = place[0]
    return place, name.removesuffix("[]")


def shown(path: str) -> str:
    """A path of the vocabulary as a fault names it in the example."""
    return path.replace("share[].", "share[0].").replace("share[]", "share")


def test_the_example_is_typed() -> None:
    agreement = example()
    assert (agreement.id, agreement.version, agreement.giver, agreement.takers) == ("us-ru-ct-2030", 1, "us", ("ru",))
    assert agreement.window.from_ == datetime(2030, 1, 1, tzinfo=UTC)
    assert agreement.window.max_age == Duration("P180D", timedelta(days=180))
    assert agreement.duties.review == Duration("P6M", timedelta(), 6)
    assert agreement.duties.delete_at_end is True
    clause = agreement.clause("S1")
    assert clause is not None
    assert clause.topics == Selection(any=("terrorism/isis",), none=("terrorism/sources",))
    assert clause.ceiling == Ceiling(Tlp.AMBER, Pap.AMBER, None, ("RU",))
    assert clause.minimum.credibility == 3
    assert clause.fields.allow == Named(names=("standard",))
    assert agreement.clause("S2") is None


def test_an_agreement_is_hashable() -> None:
    assert len({example(), example()}) == 1


def test_norway_stays_norway() -> None:
    agreement = parse_agreement(EXAMPLE.replace("[IQ, SY, middle-east]", "[NO]").replace("[RU]", "[NO]"))
    assert agreement.share[0].regions.any == ("NO",)
    assert agreement.share[0].ceiling.releasable_to == ("NO",)


def test_a_title_that_looks_like_a_number_stays_text() -> None:
    assert parse_agreement(EXAMPLE.replace("title: Counter-terrorism, Middle East", "title: 007")).title == "007"


@pytest.mark.parametrize("path", REQUIRED)
def test_a_required_key_that_is_absent_is_a_fault(path: str) -> None:
    raw = document()
    place, name = holder(raw, path)
    del place[name]
    (fault,) = faults_of(raw)
    assert (fault.path, fault.found) == (shown(path), "nothing")


@pytest.mark.parametrize("key", OPTIONAL, ids=lambda key: key.path)
def test_absence_means_what_the_vocabulary_says(key: Any) -> None:
    raw, written = document(), document()
    # Without names no rule between keys stands in the way of leaving out the other key.
    for each in (raw, written):
        each["share"][0]["persons"]["allow"] = []
        each["community"] = "coalition" if key.path == "takers" else None
        each["takers"] = [] if key.path == "takers" else ["ru"]
    place, name = holder(raw, key.path)
    del place[name]
    place, name = holder(written, key.path)
    place[name] = copy.deepcopy(key.absent)
    assert from_document(raw) == from_document(written)


def test_a_clause_with_nothing_but_what_is_required_has_the_narrowest_values() -> None:
    raw = document()
    raw["share"] = [{"id": "S1", "release": {"delay": "PT0S"}}]
    clause = from_document(raw).share[0]
    assert clause.topics == clause.regions == Selection()
    assert not clause.types
    assert not clause.kinds
    assert clause.ceiling == Ceiling()
    assert clause.minimum == Minimum()
    assert clause.fields == Fields()
    assert clause.source == "none"
    assert clause.persons == Persons()
    assert clause.release.approval == "two"


def is_right(key: Key, value: object) -> bool:
    """Whether a value that is wrong nearly everywhere is right for this key: free text, or a mapping for a mapping."""
    kind = key.kind.of if isinstance(key.kind, OrNull) else key.kind
    return isinstance(kind, Text) if isinstance(value, str) else isinstance(kind, Group) and isinstance(value, dict)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param(key, value, id=f"{key.path}-{value}")
        for key in KEYS
        for value in (["!bogus!", {}], {"bogus": 1}, 17.5, "!bogus!", None)
        if not is_right(key, value) and not (value is None and isinstance(key.kind, OrNull))
    ],
)
def test_a_value_of_the_wrong_kind_is_a_fault_at_its_path(key: Key, value: object) -> None:
    raw = document()
    place, name = holder(raw, key.path)
    place[name] = copy.deepcopy(value)
    paths = faulty_paths(raw)
    assert paths
    assert all(path.startswith(shown(key.path)) for path in paths)


@pytest.mark.parametrize("path", [*CHILDREN], ids=lambda path: path or "document")
def test_an_unknown_key_is_a_fault_wherever_it_stands(path: str) -> None:
    raw = document()
    place, _ = holder(raw, f"{path}.unknown" if path else "unknown")
    place["unknown"] = "x"
    (fault,) = faults_of(raw)
    assert fault.path == f"{shown(path + '.') if path else ''}unknown"
    assert fault.found == "an unknown key"


def closed_words() -> Iterator[tuple[str, str]]:
    for key in KEYS:
        if isinstance(key.kind, OneOf):
            yield from ((key.path, word) for word in key.kind.words)


@pytest.mark.parametrize(("path", "word"), [*closed_words()])
def test_every_word_of_a_closed_list_is_accepted(path: str, word: str) -> None:
    raw = document()
    raw["share"][0]["persons"]["allow"] = []
    place, name = holder(raw, path)
    place[name] = word
    assert faults_of(raw) == ()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("match", ["hashes"]),
        ("end.narrow", "both"),
        ("share[].ceiling.classification", "secret"),
    ],
)
def test_a_known_value_that_nothing_enforces_is_refused_as_not_supported(path: str, value: Any) -> None:
    raw = document()
    place, name = holder(raw, path)
    place[name] = value
    (fault,) = faults_of(raw)
    assert (fault.path, fault.expected) == (shown(path), "not supported yet")


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("sepakat: 1", "sepakat: 2", "sepakat"),
        ("sepakat: 1", "sepakat: 01", "sepakat"),
        ("id: us-ru-ct-2030", "id: US RU", "id"),
        ("version: 1", "version: 0", "version"),
        ("version: 1", "version: one", "version"),
        ("version: 1", "version: 1.0", "version"),
        ("version: 1", "version: 2", "supersedes"),
        ("supersedes: null", f"supersedes: {'a' * 64}", "supersedes"),
        ("supersedes: null", "supersedes: abc", "supersedes"),
        ("supersedes: null", "supersedes:", "supersedes"),
        ("title: Counter-terrorism, Middle East", "title: null", "title"),
        ("title: Counter-terrorism, Middle East", "title:", "title"),
        ("title: Counter-terrorism, Middle East", 'title: "a\\nb"', "title"),
        ("title: Counter-terrorism, Middle East", 'title: "a\\u202eb"', "title"),
        ("giver: us", "giver: US", "giver"),
        ("giver: us", "giver: any", "giver"),
        ("giver: us", "giver: u--s", "giver"),
        ("takers: [ru]", "takers: ru", "takers"),
        ("takers: [ru]", "takers: []", "takers"),
        ("takers: [ru]", "takers: [us]", "takers"),
        ("takers: [ru]", "takers: [ru, ru]", "takers[1]"),
        ("takers: [ru]", "takers: [any]", "takers[0]"),
        ("takers: [ru]", "takers: [ru]\ncommunity: coalition", "community"),
        ("scope: organisation", "scope: any", "scope"),
        ("purpose: [counter-terrorism]", "purpose: [Counter Terrorism]", "purpose[0]"),
        ("regime: national", "regime: other law", "basis.regime"),
        ("to: 2031-01-01T00:00:00Z", "to: 2030-01-01T00:00:00Z", "window.to"),
        ("to: 2031-01-01T00:00:00Z", "to: any", "window.to"),
        ("to: 2031-01-01T00:00:00Z", "to: 2031-01-01", "window.to"),
        ("to: 2031-01-01T00:00:00Z", "to: 2031-02-30T00:00:00Z", "window.to"),
        ("to: 2031-01-01T00:00:00Z", "to: 2031-01-01T00:00:00+01:00", "window.to"),
        ("to: 2031-01-01T00:00:00Z", "to: 2031-01-01T00:00:00.1234567Z", "window.to"),
        ("data_from: 2029-01-01T00:00:00Z", "data_from: null", "window.data_from"),
        ("max_age: P180D", "max_age: P6M", "window.max_age"),
        ("max_age: P180D", "max_age: P1.5D", "window.max_age"),
        ("max_age: P180D", "max_age: 180", "window.max_age"),
        ("- id: S1", "- id: 1S", "share[0].id"),
        ("[terrorism/isis]", "[Terrorism]", "share[0].topics.any[0]"),
        ("[terrorism/isis]", "[terrorism/]", "share[0].topics.any[0]"),
        ("[terrorism/isis]", "[any]", "share[0].topics.any[0]"),
        ("types: [report, note, identity, indicator]", "types: [report, any]", "share[0].types[1]"),
        ("[mitre-attack]", "[none]", "share[0].fields.external_references[0]"),
        ("[terrorism/isis]", "terrorism", "share[0].topics.any"),
        ("[IQ, SY, middle-east]", "[IQ, ZZ]", "share[0].regions.any[1]"),
        ("[IQ, SY, middle-east]", "[IQ-ZZ]", "share[0].regions.any[0]"),
        ("[IQ, SY, middle-east]", "[IRQ]", "share[0].regions.any[0]"),
        ("types: [report, note, identity, indicator]", "types: [Report]", "share[0].types[0]"),
        ("types: [report, note, identity, indicator]", "types: all", "share[0].types"),
        ("kinds: [report, assessment, estimate, offer]", "kinds: [rumour]", "share[0].kinds[0]"),
        ("tlp: amber", "tlp: AMBER", "share[0].ceiling.tlp"),
        ("tlp: amber", "tlp: any", "share[0].ceiling.tlp"),
        ("pap: amber", "pap: amber+strict", "share[0].ceiling.pap"),
        ("releasable_to: [RU]", "releasable_to: [western-asia]", "share[0].ceiling.releasable_to[0]"),
        ("reliability: C", "reliability: F", "share[0].minimum.reliability"),
        ("credibility: 3", "credibility: 6", "share[0].minimum.credibility"),
        ("unrated: allow", "unrated: any", "share[0].minimum.unrated"),
        ("deny: []", "deny: [standard name]", "share[0].fields.deny[0]"),
        ("allow: standard", "allow: none", "share[0].fields.allow"),
        ("tear_line: if-needed", "tear_line: sometimes", "share[0].fields.tear_line"),
        ("source: rating", "source: everything", "share[0].source"),
        ("rule: categories", "rule: none", "share[0].persons.allow"),
        ("rule: categories", "rule: pseudonym", "share[0].persons.allow"),
        ("allow: [office-holder]", "allow: [politician]", "share[0].persons.allow[0]"),
        ("necessity: required", "necessity: optional", "share[0].persons.necessity"),
        ("retention: P1Y", "retention: forever", "share[0].persons.retention"),
        ("approval: auto", "approval: three", "share[0].release.approval"),
        ("delay: PT0S", "delay: P1M", "share[0].release.delay"),
        ("default: ask, named: []", "default: ask, named: [fr]", "onward.named"),
        ("default: ask, named: []", "default: any, named: []", "onward.default"),
        ("derivatives: same", "derivatives: free", "onward.derivatives"),
        ("actions: internally-visible", "actions: everything", "use.actions"),
        ("receipt: PT5M", "receipt: P1M", "duties.receipt"),
        ("receipt: PT5M", "receipt: -PT5M", "duties.receipt"),
        ("delete_at_end: true", "delete_at_end: yes", "duties.delete_at_end"),
        ("review: P6M", "review: P6M7", "duties.review"),
        ("match: []", "match: none", "match"),
        ("suspend: either-at-once", "suspend: both", "end.suspend"),
        ("terminate: P30D", "terminate: P1M", "end.terminate"),
    ],
)
def test_one_wrong_value_is_one_fault(old: str, new: str, path: str) -> None:
    assert old in EXAMPLE
    assert faulty_paths(EXAMPLE.replace(old, new, 1)) == [path]


def test_all_faults_are_told_at_once() -> None:
    text = EXAMPLE.replace("tlp: amber", "tlp: ultraviolet").replace("receipt: PT5M", "receipt: soon")
    text = text.replace("giver: us", "given: us").replace("IQ, SY", "IQ, SY, Atlantis")
    assert faulty_paths(text) == ["given", "giver", "share[0].regions.any[2]", "share[0].ceiling.tlp", "duties.receipt"]


def test_an_error_names_the_agreement_and_counts_the_faults() -> None:
    with pytest.raises(InputError, match=r"agreement us-ru-ct-2030 is invalid, 1 fault: scope: expected persons \|"):
        parse_agreement(EXAMPLE.replace("scope: organisation", "scope: galaxy"))


def test_the_code_of_the_error_is_stable() -> None:
    with pytest.raises(InputError) as caught:
        parse_agreement("a: 1")
    assert caught.value.code == "agreement-invalid"


def test_a_fault_says_how_a_region_is_spelt() -> None:
    (fault,) = faults_of(EXAMPLE.replace("[IQ, SY, middle-east]", "[Iraq]"))
    assert fault.found == "Iraq (write IQ)"


def test_two_clauses_of_one_id_are_a_fault() -> None:
    raw = document()
    raw["share"].append(copy.deepcopy(raw["share"][0]))
    assert faulty_paths(raw) == ["share[1].id"]


def test_the_order_of_faults_is_that_of_the_document() -> None:
    raw = document()
    raw["share"] = [{**copy.deepcopy(raw["share"][0]), "id": f"S{n}", "source": "x"} for n in range(11)]
    assert faulty_paths(raw) == [f"share[{n}].source" for n in range(11)]


def test_the_word_any_is_short_for_a_selection_of_any() -> None:
    raw = document()
    raw["share"][0]["topics"] = "any"
    assert from_document(raw).share[0].topics == Selection(any_written=True)


def test_the_json_form_is_typed_strictly() -> None:
    raw = document()
    raw["version"], raw["duties"]["delete_at_end"], raw["sepakat"] = "1", "true", True
    assert faulty_paths(raw) == ["sepakat", "version", "duties.delete_at_end"]


def test_null_as_text_is_no_null_in_the_json_form() -> None:
    raw = document()
    raw["supersedes"] = "null"
    assert faulty_paths(raw) == ["supersedes"]


@pytest.mark.parametrize("raw", [[], "text", None, 3])
def test_what_is_no_mapping_is_a_fault_of_the_document(raw: Any) -> None:
    with pytest.raises(InputError) as caught:
        from_document(raw)
    assert [fault.path for fault in caught.value.faults] == ["(document)"]


def test_keys_that_are_no_words_are_unknown_keys() -> None:
    raw: dict[Any, Any] = document()
    raw[3] = "x"
    assert faulty_paths(raw) == ["3"]


def test_a_value_of_thousands_of_digits_is_told_in_few_words() -> None:
    raw = document()
    raw["version"] = 10**6000
    (fault,) = faults_of(raw)
    assert fault.found == "a very long number"


def test_a_thousand_unknown_keys_do_not_make_a_thousand_faults_to_print() -> None:
    raw = document() | {f"x{number}": 1 for number in range(1000)}
    with pytest.raises(InputError, match="1000 faults, of which the first 500 are told") as caught:
        from_document(raw)
    assert len(caught.value.faults) == 500


def test_all_faults_are_told_as_long_as_they_are_not_too_many() -> None:
    raw = document() | {f"x{number}": 1 for number in range(500)}
    with pytest.raises(InputError) as caught:
        from_document(raw)
    assert len(caught.value.faults) == 500
    assert "500 faults" in str(caught.value)
    assert "are told" not in str(caught.value)


def test_a_clause_that_is_no_mapping_is_a_fault() -> None:
    raw = document()
    raw["share"] = [*raw["share"], "S9"]
    assert [(fault.path, fault.expected) for fault in faults_of(raw)] == [
        (f"share[{len(raw['share']) - 1}]", "a mapping")
    ]


def test_a_clause_that_is_an_alias_is_one_fault() -> None:
    (fault,) = faults_of(EXAMPLE.replace("share:", "share:\n  - *gone", 1))
    assert fault.path == "share[0]"


def test_a_long_value_is_cut_in_the_fault() -> None:
    (fault,) = faults_of(EXAMPLE.replace("scope: organisation", f"scope: {'x' * 5000}"))
    assert len(fault.found) == 60


def test_groups_are_known_by_their_kind() -> None:
    assert {key.path for key in KEYS if isinstance(key.kind, Group | Groups)} == set(CHILDREN) - {""}
