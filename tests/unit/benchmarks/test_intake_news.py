from __future__ import annotations

import copy
from typing import Any

import pytest

from benchmarks.intake_news import read_news_gold
from benchmarks.intake_scoring import Score, score
from sepakat.errors import InputError
from tests.unit.benchmarks.golds import faultless

GOLD: dict[str, Any] = {
    "_note": "by hand",
    "header": {
        "language": "id",
        "title": "Dua Kota Berunding",
        "published_raw": "Senin, 1 Juni 2020 08:00 WIB",
        "published": "2020-06-01T08:00:00+07:00",
        "published_utc": "2020-06-01T01:00:00Z",
        "byline_label_present_but_empty": True,
        "byline": None,
        "writer_credit": "A",
        "agency_credit": "B",
        "photo_caption": "Kota.",
        "photo_credit": {"agency": "C", "person": "D E", "raw": "C/D E"},
        "publisher": "F",
        "dateline_place": "Solo",
        "body_paragraphs": 2,
        "body_first": "Dua kota",
        "body_last": "selesai.",
        "boilerplate": ["Reporter"],
        "captured_at": None,
    },
    "other_stories_undated": ["Lain"],
    "related_stories": [{"title": "Dulu", "days_ago": 8, "event": "arrest", "teaser_start": "Polisi menangkap"}],
    "body": {
        "countries": ["ID"],
        "places": [
            {"span": "Kota Solo", "type": "city", "country": "ID", "lat": -7.57, "lon": 110.82, "aka": ["Surakarta"]},
            {"span": "Jawa", "type": "region", "note": "an island"},
        ],
        "people": [{"name": "Budi Raharja", "title": "Wali Kota", "country": "ID", "short": ["Budi"]}],
        "collective_actors": ["para wali kota"],
        "armed_groups": [],
        "unnamed_groups": [],
        "media": ["F"],
        "numbers": [
            {"span": "kurang lebih 20 negara", "value": 20, "qualifier": "approx", "unit": "negara"},
            {"span": "22 negara", "value": 22, "qualifier": "exact", "unit": "negara"},
        ],
        "dates": [{"span": "1 Juni 2020", "value": "2020-06-01"}],
        "events": [{"id": "E1", "type": "meeting", "actors": ["Budi Raharja"], "trigger": "bertemu", "topic": "air"}],
        "statements": [
            {"id": "S1", "speaker": None, "attribution": "narrator", "start": "Dua kota"},
            {"id": "S2", "speaker": "Budi Raharja", "attribution": "explicit", "verb": "kata", "content": "air cukup"},
        ],
        "traps": ["prose"],
    },
    "related_people": ["Siti"],
    "related_numbers": [{"span": "beberapa anggota", "value": None, "qualifier": "several"}],
}


def scored(**changes: Any) -> Score:
    gold, _ = read_news_gold(GOLD)
    return score(gold, faultless(gold) | changes)


def test_a_faultless_proposal_has_every_leaf_of_the_news_gold() -> None:
    found = scored()
    assert [leaf.path for leaf in found.leaves if not leaf.right] == []
    assert found.extras == []
    assert all(trap.kept for trap in found.traps)


def test_what_is_no_leaf_is_named_with_its_reason() -> None:
    _, unscored = read_news_gold(GOLD)
    assert dict(unscored).keys() == {
        "_note",
        "header.captured_at", "body.traps", "body.places[1].note", "body.events[0].id", "body.statements[0].id",
        "body.statements[1].id",
    }  # fmt: skip


@pytest.mark.parametrize("where", ["header", "body"])
def test_a_member_that_the_adapter_does_not_know_is_refused(where: str) -> None:
    gold = copy.deepcopy(GOLD)
    gold[where]["mood"] = "sad"
    with pytest.raises(InputError) as refused:
        read_news_gold(gold)
    assert [fault.path for fault in refused.value.faults] == [f"{where}.mood"]


def test_each_other_name_of_a_place_is_a_leaf() -> None:
    gold, _ = read_news_gold(GOLD)
    places = faultless(gold)["places"]
    places[0]["aka"] = ["Sala"]
    found = scored(places=places)
    assert [leaf.path for leaf in found.leaves if not leaf.right] == ["places[0].also_known_as[0]"]
    assert found.extras == []


def test_people_of_related_stories_are_judged_in_their_section_alone() -> None:
    gold, _ = read_news_gold(GOLD)
    people = faultless(gold)["people"]
    people[1]["section"] = "body"
    found = scored(people=people)
    assert [leaf.path for leaf in found.leaves if not leaf.right] == ["people[1]"]
    assert [extra.path for extra in found.extras] == ["people[1]"]


def test_a_narration_is_a_leaf_and_another_narration_an_extra() -> None:
    gold, _ = read_news_gold(GOLD)
    told = {"speaker": None, "attribution": "narrator", "content": "Hujan turun."}
    found = scored(statements=[*faultless(gold)["statements"], told])
    assert [extra.path for extra in found.extras] == ["statements[2]"]
