from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from benchmarks.intake_scoring import Score, score
from sepakat.errors import InputError
from tests.unit.benchmarks.golds import GOLDS, PAGES, faultless, read

ID_1 = PAGES / "open" / "id-1.gold.json"
ID_2 = PAGES / "open" / "id-2.gold.json"


def scored(path: Path, **changes: Any) -> Score:
    gold = read(path)
    return score(gold, faultless(gold) | changes)


def changed(path: Path, layer: str, index: int, **values: Any) -> Score:
    items = copy.deepcopy(faultless(read(path))[layer])
    items[index] |= values
    return scored(path, **{layer: items})


def added(path: Path, layer: str, item: Any) -> Score:
    return scored(path, **{layer: [*faultless(read(path))[layer], item]})


def missed(found: Score) -> list[str]:
    return [leaf.path for leaf in found.leaves if not leaf.right]


def extra(found: Score) -> list[tuple[str, str]]:
    return [(one.path, one.of) for one in found.extras]


@pytest.mark.parametrize("path", GOLDS, ids=lambda path: path.name)
def test_a_faultless_proposal_has_every_leaf_no_extra_and_springs_no_trap(path: Path) -> None:
    found = scored(path)
    assert missed(found) == []
    assert extra(found) == []
    assert [trap for trap in found.traps if not trap.kept] == []


@pytest.mark.parametrize("path", GOLDS, ids=lambda path: path.name)
def test_silence_earns_no_leaf_and_makes_no_extra(path: Path) -> None:
    found = score(read(path), {"proposal": 1})
    assert found.right == 0
    assert len(found.leaves) > 80
    assert found.extras == []


def test_a_place_on_the_wrong_continent_misses_its_position_and_is_an_extra() -> None:
    found = changed(ID_1, "places", 0, lat=33.0, lon=41.0)
    assert missed(found) == ["places[0].position"]
    assert extra(found) == [("places[0].position", "value")]


def test_a_place_twenty_kilometres_off_is_right_and_thirty_is_not() -> None:
    assert missed(changed(ID_1, "places", 0, lat=3.30 + 20 / 111.2)) == []
    assert missed(changed(ID_1, "places", 0, lat=3.30 + 30 / 111.2)) == ["places[0].position"]


def test_a_silent_member_is_missed_without_an_extra() -> None:
    found = changed(ID_1, "people", 0, office=None)
    assert missed(found) == ["people[0].office"]
    assert extra(found) == []


def test_a_person_named_by_the_short_form_is_not_named_in_full() -> None:
    found = changed(ID_1, "people", 0, name="Bramantyo")
    assert missed(found) == ["people[0]"]
    assert extra(found) == [("people[0].name", "value")]


def test_a_statement_may_name_its_speaker_by_a_short_form() -> None:
    assert missed(changed(ID_1, "statements", 0, speaker="Bramantyo")) == []


def test_a_statement_by_another_speaker_is_wrong() -> None:
    found = changed(ID_1, "statements", 0, speaker="Arturo Dimasalang")
    assert missed(found) == ["statements[0].speaker"]
    assert extra(found) == [("statements[0].speaker", "value")]


def test_a_statement_of_which_less_than_half_was_taken_is_another_statement() -> None:
    found = changed(ID_1, "statements", 0, content="kapal perang ketiga")
    assert "statements[0]" in missed(found)
    assert extra(found) == [("statements[0]", "item")]


def test_at_least_and_more_than_are_one_class_of_hedge_and_about_is_another() -> None:
    assert missed(changed(ID_1, "numbers", 0, hedge="more-than")) == []
    assert missed(changed(ID_1, "numbers", 0, hedge="about")) == ["numbers[0].quantity"]


def test_a_modality_where_the_page_has_none_is_an_extra() -> None:
    assert extra(changed(ID_1, "numbers", 0, modality="mungkin")) == [("numbers[0].modality", "value")]


def test_a_range_given_as_a_point_is_wrong() -> None:
    found = changed(ID_2, "numbers", 0, min=None, max=None, value=30)
    assert missed(found) == ["numbers[0].quantity"]


def test_a_person_told_twice_is_an_extra() -> None:
    found = added(ID_1, "people", {"name": "Bramantyo Sudiro"})
    assert extra(found) == [("people[2]", "item")]


def test_a_number_told_twice_with_the_same_value_counts_neither_way() -> None:
    found = added(ID_1, "numbers", {"span": "sekitar 20 kapal", "value": 20, "hedge": "about"})
    assert extra(found) == []
    assert found.layers["numbers"].left_out == 1


def test_a_related_story_told_twice_is_an_extra() -> None:
    found = added(ID_1, "related", {"title": "Nelayan Sabah Lolos dari Perompak"})
    assert extra(found) == [("related[3]", "item")]


def test_an_event_of_a_related_story_is_an_extra_whatever_its_section() -> None:
    sentence = "Polisi menangkap seorang pedagang di Zamboanga"
    found = added(
        ID_1, "events", {"type": "arrest", "trigger": "menangkap", "sentence": sentence, "section": "related"}
    )
    assert extra(found) == [("events[1]", "item")]
    assert [trap.why for trap in found.traps if not trap.kept] == ["an arrest of another report"]


def test_a_place_of_a_related_story_is_left_out_unless_it_is_said_to_be_of_this_report() -> None:
    sabah = {"span": "Sabah", "country": "MY", "type": "admin"}
    assert extra(added(ID_1, "places", sabah | {"section": "related"})) == []
    found = added(ID_1, "places", sabah)
    assert extra(found) == [("places[8]", "item")]
    assert [trap.text for trap in found.traps if not trap.kept] == ["Sabah"]


def test_an_accepted_event_counts_neither_way() -> None:
    assert extra(added(ID_1, "events", {"type": "attack", "trigger": "disandera"})) == []


def test_a_denial_told_as_event_too_is_no_extra_when_the_gold_tells_it_as_statement() -> None:
    event = {"type": "denial", "trigger": "membantah", "sentence": "Manila membantah membayar uang tebusan."}
    assert extra(added(ID_1, "events", event)) == []
    assert extra(added(ID_1, "events", event | {"sentence": "Jakarta membantah."})) == [("events[1]", "item")]


def test_an_event_with_its_negation_lost_is_wrong() -> None:
    found = changed(PAGES / "open" / "id-3.gold.json", "events", 1, negated=None)
    assert missed(found) == ["events[1].negated"]


def test_a_byline_behind_an_empty_label_is_an_extra_and_springs_the_trap() -> None:
    found = scored(ID_2, header=faultless(read(ID_2))["header"] | {"byline": "DAMAR"})
    assert extra(found) == [("header.byline", "value")]
    assert [trap.layer for trap in found.traps if not trap.kept] == ["header.byline"]


def test_a_date_for_a_related_story_without_a_capture_time_springs_the_trap() -> None:
    found = changed(ID_2, "related", 0, date="2015-01-31")
    assert extra(found) == [("related[0].date", "value")]
    assert [trap.layer for trap in found.traps if not trap.kept] == ["related.date"]


def test_belief_as_a_topic_springs_the_trap() -> None:
    found = scored(ID_2, topics=["terorisme", "Sunni"])
    assert [trap.text for trap in found.traps if not trap.kept] == ["Sunni"]


def test_the_same_instant_in_another_zone_is_right() -> None:
    header = faultless(read(ID_1))["header"]
    assert (
        missed(
            scored(
                ID_1,
                header=header | {"published": {"raw": header["published"]["raw"], "value": "2019-03-13T12:45:00Z"}},
            )
        )
        == []
    )


def test_one_paragraph_too_many_is_one_extra() -> None:
    found = scored(ID_1, body=[*faultless(read(ID_1))["body"], "Baca juga"])
    assert missed(found) == ["header.body_paragraphs", "header.body_last"]
    assert extra(found) == [("header.body_paragraphs", "value")]


def test_offsets_are_held_against_the_text() -> None:
    places = [{"span": "Tarakan", "start": 2, "end": 9}, {"span": "Manila", "start": 0, "end": 6}]
    found = score(read(ID_1), {"proposal": 1, "text": "- Tarakan", "places": places})
    assert (found.offsets_right, found.offsets_wrong) == (1, ["places[1]"])


def test_a_document_of_another_form_is_refused_with_all_its_faults() -> None:
    document = {"proposal": 2, "people": [{"name": "A", "ethnicity": "x"}], "events": [{"type": "coup"}], "mood": "sad"}
    with pytest.raises(InputError) as refused:
        score(read(ID_1), document)
    assert [fault.path for fault in refused.value.faults] == [
        "mood",
        "proposal",
        "people[0].ethnicity",
        "events[0].type",
    ]


def test_scores_of_pages_add_up() -> None:
    one, other = scored(ID_1), scored(ID_2)
    total = Score()
    total.add(one)
    total.add(other)
    assert len(total.leaves) == len(one.leaves) + len(other.leaves)
    assert total.right == one.right + other.right
