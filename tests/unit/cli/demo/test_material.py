"""The data of the demo: rich enough for the story, and without a contradiction in itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from sepakat.agreements.parsing import parse_agreement
from sepakat.claims.reading import claim_faults
from sepakat.cli.demo import material
from sepakat.cli.demo.material import AGREEMENTS_OF, COALITION, ONWARD, OUT, PACT, VARIANT, WHOLE
from sepakat.stix.reading import read_objects
from sepakat.stix.validation import faults_of

NOW = datetime(2030, 5, 1, 10, 0, 0, 123_456, UTC)
CREATOR = "identity--8c6af861-7b20-41ef-9b59-6344fd872a8f"
MATERIAL = material.load(NOW, CREATOR)
TEXTS = {made["id"]: json.dumps(made, ensure_ascii=False) for made in MATERIAL.objects}


@pytest.mark.parametrize("made", MATERIAL.objects, ids=lambda made: str(made["id"]))
def test_every_object_keeps_the_rules_of_the_standard(made: dict[str, object]) -> None:
    assert [*faults_of(made), *claim_faults(made)] == []


def test_both_bundles_are_readable_and_hold_everything_once() -> None:
    read = [
        one.id
        for of_people in (True, False)
        for one in read_objects(
            json.dumps(MATERIAL.bundle("22222222-2222-4222-8222-222222222222", of_people=of_people)).encode()
        )
    ]
    assert sorted(read) == sorted(TEXTS)
    assert len(read) == len(set(read)) >= 40


def test_everything_is_made_at_the_instant_of_the_run_and_2014_stands_in_claims_only() -> None:
    for made in MATERIAL.objects:
        assert made.get("modified", made.get("created", "2030-05-01T10:00:00.123Z")) == "2030-05-01T10:00:00.123Z"
        without_claims = {name: value for name, value in made.items() if name != "extensions"}
        assert '"2014' not in json.dumps(without_claims)


def test_all_levels_of_tlp_a_granular_an_unknown_and_no_marking_are_there() -> None:
    marked = {marking for entry in MATERIAL.entries for marking in entry.marked or ("nothing",)}
    assert {"tlp:clear", "tlp:green", "tlp:amber", "tlp:amber+strict", "tlp:red", "ref:orchid", "nothing"} <= marked
    assert any("granular_markings" in made for made in MATERIAL.objects)


@pytest.mark.parametrize("agreement", [PACT, COALITION])
def test_under_each_agreement_something_goes_whole_something_is_cut_and_something_stays(agreement: str) -> None:
    assert {entry.expected[agreement] for entry in MATERIAL.entries} == {WHOLE, VARIANT, OUT}


def test_words_that_must_not_get_out_stand_in_what_does_not_go_whole_and_nowhere_else() -> None:
    for entry in MATERIAL.entries:
        for word in (*entry.never, *entry.not_by_coalition):
            holding = {one.id for one in MATERIAL.entries if word.casefold() in TEXTS[one.id].casefold()}
            assert entry.id in holding, word
            allowed = AGREEMENTS_OF if word in entry.never else {"iq": (COALITION,)}
            open_to = {one.key for one in MATERIAL.entries for party in allowed if one.for_party(party) == WHOLE}
            assert not {one.key for one in MATERIAL.entries if one.id in holding} & open_to, word


def test_a_party_gets_the_best_of_its_agreements() -> None:
    entries = {entry.key: entry for entry in MATERIAL.entries}
    assert entries["five-hundred"].for_party("ru") == WHOLE
    assert entries["five-hundred"].for_party("fr") == VARIANT
    assert entries["crossing"].for_party("iq") == OUT


@pytest.mark.parametrize("name", [PACT, COALITION, ONWARD])
def test_every_agreement_is_valid_and_its_window_is_around_the_run(name: str) -> None:
    agreement = parse_agreement(material.agreement_text(name, NOW))
    assert agreement.id == name
    assert agreement.window.to is not None
    assert (NOW - agreement.window.from_).days == 1
    assert (agreement.window.to - NOW).days in (364, 365)


def test_annotations_are_grouped_and_lose_nobody() -> None:
    grouped = [ids for of_people in (True, False) for ids, _ in MATERIAL.annotations(of_people=of_people)]
    annotated = [entry.id for entry in MATERIAL.entries if entry.annotate]
    assert sorted(id_ for ids in grouped for id_ in ids) == sorted(annotated)
    assert len(grouped) < len(annotated)
