from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from sepakat.claims.reading import read_claim
from sepakat.intake.reports.as_stix import propose_objects
from sepakat.intake.reports.proposing import Origin, ProposedObject
from sepakat.intake.reports.reading import read_report
from sepakat.stix.identifiers import StixId
from sepakat.stix.validation import faults_of
from tests.support.report_fuzzing import CONTENTS, check_any_page
from tests.unit.intake.reports.pages import INDONESIAN

US = StixId("identity--11111111-1111-4111-8111-111111111111")


def proposed(day: int = 1) -> list[ProposedObject]:
    origin = Origin(US, datetime(2026, 1, day, tzinfo=UTC), "https://news.example/1")
    return propose_objects(read_report(INDONESIAN, "a.txt"), origin)


@pytest.fixture(scope="module")
def objects() -> list[ProposedObject]:
    return proposed()


def test_every_object_is_valid(objects: list[ProposedObject]) -> None:
    assert [fault for one in objects for fault in faults_of(one.content)] == []


@settings(max_examples=120, deadline=None)
@given(content=CONTENTS)
def test_whatever_a_page_says_what_it_proposes_is_valid(content: bytes) -> None:
    check_any_page(content)


def test_every_object_names_its_rule_and_score(objects: list[ProposedObject]) -> None:
    assert all(one.rule and 0 < one.score < 1 for one in objects)


def test_claims_say_that_a_program_made_them_and_where_they_stand(objects: list[ProposedObject]) -> None:
    notes = [one for one in objects if one.content["type"] == "note"]
    claims = [read_claim(one.content) for one in notes]
    assert len(claims) == 4
    assert all(claim is not None and claim.made_by is not None and claim.made_by.maker == "program" for claim in claims)
    assert all(
        claim is not None and claim.span is not None and claim.span.start == one.start
        for claim, one in zip(claims, notes, strict=True)
    )


def test_reading_a_page_twice_gives_the_same_ids(objects: list[ProposedObject]) -> None:
    assert [one.content["id"] for one in objects] == [one.content["id"] for one in proposed(day=2)]


def test_the_report_refers_to_all_and_to_the_page(objects: list[ProposedObject]) -> None:
    report = objects[-1].content
    assert report["type"] == "report"
    assert set(report["object_refs"]) == {one.content["id"] for one in objects[:-1]}
    assert report["external_references"][0]["url"] == "https://news.example/1"
    assert len(report["external_references"][0]["hashes"]["SHA-256"]) == 64


def test_every_reference_is_to_a_proposed_object_or_the_creator(objects: list[ProposedObject]) -> None:
    known = {one.content["id"] for one in objects} | {US}
    for one in objects:
        refs = [one.content["created_by_ref"], *one.content.get("object_refs", ())]
        refs += [one.content[name] for name in ("source_ref", "target_ref") if name in one.content]
        assert set(refs) <= known
