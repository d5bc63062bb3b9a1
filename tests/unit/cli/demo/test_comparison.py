"""What the demo compares: a difference between what came and what was expected is never overlooked."""

from __future__ import annotations

from typing import Any

from sepakat.cli.demo.comparison import Holding, broken_references, digests_of, words_kept_from
from sepakat.cli.demo.material import COALITION, OUT, PACT, VARIANT, WHOLE, Entry

GROUP = "threat-actor--0b9f6f0e-3c55-4b0e-9c0f-2b7f0f1f5e01"
MADE_OF_IT = "threat-actor--5d0092c5-5f74-5287-9642-33f4c354e56d"
ENTRY = Entry("group", GROUP, ("tlp:green",), {PACT: WHOLE, COALITION: VARIANT}, "why", ("HERON",), ("REED",))


def holding(*held: dict[str, Any], party: str = "fr", rows: tuple[dict[str, Any], ...] = ()) -> Holding:
    objects = [{"digest": "d1", "received": [{"sender": "us"}], "content": {}, **one} for one in held]
    return Holding.of(party, {"objects": objects}, [{"agreement": COALITION, "objects": list(rows)}])


VARIANT_ROW = {"id": MADE_OF_IT, "original": GROUP, "outcome": VARIANT}


def test_whole_is_the_same_content_under_the_same_id() -> None:
    assert holding({"id": GROUP}).outcome(ENTRY, "d1") == WHOLE
    assert holding({"id": GROUP}).outcome(ENTRY, "d2") == "other content"


def test_a_variant_counts_when_the_partner_has_it() -> None:
    assert holding({"id": MADE_OF_IT}, rows=(VARIANT_ROW,)).outcome(ENTRY, "d1") == VARIANT
    assert holding(rows=(VARIANT_ROW,)).outcome(ENTRY, "d1") == OUT


def test_what_was_released_is_told_by_agreement() -> None:
    one = holding(rows=(VARIANT_ROW,))
    assert one.outcome_under(ENTRY, COALITION) == VARIANT
    assert one.outcome_under(ENTRY, PACT) == OUT


def test_what_nobody_expects_is_named_and_scaffold_is_not() -> None:
    strange = "note--4c8a8b5c-7d63-4a8b-93d0-1f5f2a6f3d33"
    scaffold = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
    found = holding({"id": GROUP}, {"id": MADE_OF_IT}, {"id": strange}, {"id": scaffold}, rows=(VARIANT_ROW,))
    assert found.unexpected([ENTRY]) == [strange]


def test_a_withheld_word_is_found_anywhere_and_in_any_case() -> None:
    one = holding({"id": GROUP, "content": {"extensions": {"x": ["from Heron seven"]}}})
    assert one.found_words(["HERON", "absent"]) == ["HERON"]


def test_words_kept_from_the_coalition_are_open_to_the_pact() -> None:
    assert words_kept_from("ru", [ENTRY]) == ["HERON"]
    assert words_kept_from("iq", [ENTRY]) == ["HERON", "REED"]


def test_a_reference_that_leads_nowhere_is_named() -> None:
    note = {
        "id": "note--4c8a8b5c-7d63-4a8b-93d0-1f5f2a6f3d33",
        "object_refs": [GROUP],
        "x": {"speaker_ref": MADE_OF_IT},
    }
    assert broken_references([note, {"id": GROUP}], set()) == [f"{note['id']} -> {MADE_OF_IT}"]
    assert broken_references([note], {GROUP, MADE_OF_IT}) == []


def test_only_what_came_from_a_giver_is_compared_with_what_it_serves() -> None:
    one = holding({"id": GROUP}, {"id": MADE_OF_IT, "received": [{"sender": "ru"}]})
    assert list(one.received_from("us")) == [GROUP]


def test_digests_do_not_depend_on_the_order_of_keys() -> None:
    content = {"type": "threat-actor", "spec_version": "2.1", "id": GROUP, "name": "x"}
    assert digests_of([content]) == digests_of([dict(reversed(content.items()))])
