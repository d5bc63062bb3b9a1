"""What a person says of a report's proposals, and what becomes of it: held, known, gone, never twice, never unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sepakat.errors import InputError, NotFound, NotPermitted, SepakatError
from sepakat.exchange import reviewing
from sepakat.exchange.marking import mark
from sepakat.exchange.ports import Node
from sepakat.exchange.report_records import ProposalState
from sepakat.exchange.reports import list_reports
from sepakat.exchange.taking_in import undo_take_in
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import TLP_2
from tests.support.agreements import agreement_text
from tests.support.reports import OTHER, number_of, take_page, view
from tests.support.simulator import Simulation, simulation

SPEAKER = "Azmi Harun"
AGENCY_STORY = (
    "Medan - Menteri Pertahanan Malaysia Azmi Harun mengatakan sekitar 30 kapal akan berlayar pekan depan. "
    '"Kami siap," katanya di Medan. Para nelayan akan kembali pada hari yang sama dan tidak akan menunggu.'
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    with simulation(tmp_path, "us", "ru") as made:
        made.introduce(("us", "ru"))
        made.conclude(agreement_text("us-ru", "us", ("ru",), ceiling="green"), "us", "ru")
        yield made


@pytest.fixture
def us(world: Simulation) -> Node:
    take_page(world["us"])
    return world["us"]


def reports_held(node: Node, type_: str = "") -> set[str]:
    """The ids of what is held apart from the parties."""
    with node.store.reading() as unit:
        parties = {party.identity.id for party in unit.parties.everyone()}
        found = {str(held.object.id) for held in unit.objects.everything()} - parties
    return {one for one in found if one.startswith(type_)}


def content(node: Node, id_: str) -> dict[str, object]:
    with node.store.reading() as unit:
        return dict(unit.objects.get(StixId(id_))[-1].object.content)


def released(node: Node) -> bytes:
    """Everything that any view ever had, as bytes."""
    with node.store.reading() as unit:
        return b"\n".join(
            row.body for one in unit.views.collections() for row in unit.views.rows(one.id, include_withdrawn=True)
        )


def test_what_is_taken_in_is_proposed_and_nothing_of_it_is_held(us: Node) -> None:
    shown = view(us)
    assert {one.state for one in shown.proposals} == {ProposalState.PROPOSED}
    assert {"person", "place", "country", "group", "statement", "report"} <= {
        one.proposal.kind for one in shown.proposals
    }
    assert reports_held(us) == set()
    report = shown.report
    assert (report.source, report.by, report.form, report.publisher) == ("page.html", "ann", "page", "Kabar Contoh")
    assert shown.reading["related"] == [
        {"title": "Nelayan Ditemukan Selamat", "as_shown": "3 hari lalu", "ago": "P3D", "when": "2029-06-02"}
    ]


def test_every_proposal_stands_where_it_says(us: Node) -> None:
    shown = view(us)
    for one in shown.proposals:
        if one.proposal.kind == "person":
            assert shown.text[one.proposal.start : one.proposal.end].endswith(str(one.content["name"]).split()[-1])


def test_the_same_page_is_taken_in_once(us: Node) -> None:
    again = take_page(us)
    assert again.was_known
    assert len(list_reports(us)) == 1


def test_a_confirmed_person_is_held_with_the_page_as_its_source(us: Node) -> None:
    done = reviewing.confirm(us, "newest", [number_of(us, "person", SPEAKER)], "ben")
    [held] = reports_held(us)
    found = content(us, held)
    assert done.taken == (held,)
    assert found["name"] == SPEAKER
    references: Any = found["external_references"]
    [reference] = references
    assert reference["url"] == "https://kabar.example/1"
    assert reference["hashes"] == {"SHA-256": view(us).report.digest}
    with us.store.reading() as unit:
        intake = unit.intakes.get(str(done.intake))
    assert intake is not None
    assert (intake.by, intake.source, intake.digest) == ("ben", "page.html", view(us).report.digest)


def test_who_confirmed_is_kept_and_not_told(us: Node) -> None:
    number = number_of(us, "person", SPEAKER)
    reviewing.confirm(us, "newest", [number], "agent-benjamin", reason="seen on television")
    [step] = view(us).proposal(number).steps
    assert (step.by, step.act, step.reason) == ("agent-benjamin", "confirm", "seen on television")
    [held] = reports_held(us)
    assert "agent-benjamin" not in str(content(us, held))


def test_confirming_twice_makes_nothing_twice(us: Node) -> None:
    number = number_of(us, "person", SPEAKER)
    first = reviewing.confirm(us, "newest", [number], "ann")
    before = reports_held(us)
    again = reviewing.confirm(us, "newest", [number], "ben")
    assert (first.changed, again.changed, again.unchanged, again.taken) == ((number,), (), (number,), ())
    assert reports_held(us) == before
    assert len(view(us).proposal(number).steps) == 1


def test_a_statement_is_not_confirmed_without_its_speaker(us: Node) -> None:
    number = number_of(us, "statement", SPEAKER)
    with pytest.raises(NotPermitted) as caught:
        reviewing.confirm(us, "newest", [number], "ann")
    assert caught.value.code == "proposal-needs-others"
    assert reports_held(us) == set()
    done = reviewing.confirm(us, "newest", [number], "ann", with_needed=True)
    assert number_of(us, "person", SPEAKER) in done.needed
    assert "made_by" in str(content(us, str(view(us).proposal(number).proposal.target)))


def test_a_confirmed_claim_says_that_a_person_confirmed_it(us: Node) -> None:
    number = number_of(us, "statement", SPEAKER)
    reviewing.confirm(us, "newest", [number], "ann", with_needed=True)
    text = str(content(us, str(view(us).proposal(number).proposal.target)))
    assert "'maker': 'person'" in text
    assert "not confirmed by a person" not in text


def test_everything_at_once_is_held_and_the_report_lists_it(us: Node) -> None:
    numbers = view(us).numbers()
    done = reviewing.confirm(us, "newest", numbers, "ann")
    assert len(done.taken) == len(numbers)
    [report] = reports_held(us, "report")
    assert set(content(us, report)["object_refs"]) == set(done.taken) - {report}  # type: ignore[call-overload]


def test_a_confirmed_report_gets_a_new_version_when_more_is_confirmed(us: Node) -> None:
    report, person = number_of(us, "report"), number_of(us, "person", SPEAKER)
    country = number_of(us, "country")
    reviewing.confirm(us, "newest", [person, report], "ann")
    [id_] = reports_held(us, "report")
    assert len(content(us, id_)["object_refs"]) == 1  # type: ignore[arg-type]
    reviewing.confirm(us, "newest", [country], "ann")
    assert len(content(us, id_)["object_refs"]) == 2  # type: ignore[arg-type]
    with pytest.raises(NotPermitted, match="would be empty"):
        reviewing.undo(us, "newest", [country, person], "ann")
    reviewing.undo(us, "newest", [country, person, report], "ann")
    assert reports_held(us) == set()


def test_a_report_of_which_nothing_is_confirmed_is_not_held(us: Node) -> None:
    with pytest.raises(NotPermitted) as caught:
        reviewing.confirm(us, "newest", [number_of(us, "report")], "ann")
    assert caught.value.code == "report-lists-nothing"


def test_what_was_rejected_is_not_confirmed_before_it_is_undone(us: Node) -> None:
    number = number_of(us, "person", SPEAKER)
    reviewing.reject(us, "newest", [number], "ann", reason="somebody else")
    assert reviewing.reject(us, "newest", [number], "ann").unchanged == (number,)
    with pytest.raises(NotPermitted, match=f"{number} is rejected"):
        reviewing.confirm(us, "newest", [number], "ann")
    with pytest.raises(NotPermitted) as caught:
        reviewing.confirm(us, "newest", [number_of(us, "statement", SPEAKER)], "ann", with_needed=True)
    assert caught.value.code == "proposal-without-ground"
    reviewing.undo(us, "newest", [number], "ben")
    assert reviewing.confirm(us, "newest", [number], "ann").changed == (number,)
    assert [step.act for step in view(us).proposal(number).steps] == ["reject", "confirm"]


def test_what_is_undone_is_held_no_longer_and_who_undid_it_is_kept(us: Node) -> None:
    number = number_of(us, "person", SPEAKER)
    reviewing.confirm(us, "newest", [number], "ann")
    done = reviewing.undo(us, "newest", [number], "ben")
    assert len(done.removed) == 1
    assert reports_held(us) == set()
    [step] = view(us).proposal(number).steps
    assert (step.by, step.undone_by) == ("ann", "ben")
    with pytest.raises(NotPermitted, match=f"nothing was said of {number}"):
        reviewing.undo(us, "newest", [number], "ben")


def test_a_speaker_is_not_undone_while_a_statement_needs_it(us: Node) -> None:
    statement, person = number_of(us, "statement", SPEAKER), number_of(us, "person", SPEAKER)
    reviewing.confirm(us, "newest", [statement], "ann", with_needed=True)
    with pytest.raises(NotPermitted, match="is needed by"):
        reviewing.undo(us, "newest", [person], "ann")
    confirmed = view(us).numbers(state=ProposalState.CONFIRMED)
    reviewing.undo(us, "newest", confirmed, "ann")
    assert reports_held(us) == set()


def test_what_was_released_is_recalled_and_not_undone(us: Node) -> None:
    number = number_of(us, "country")
    [id_] = reviewing.confirm(us, "newest", [number], "ann").taken
    mark(us, id_, StixId(TLP_2["green"].id))
    assert id_.encode() in released(us)
    with pytest.raises(NotPermitted, match="was released"):
        reviewing.undo(us, "newest", [number], "ann")
    assert id_ in reports_held(us)


def test_a_correction_of_a_proposal_is_what_becomes_held(us: Node) -> None:
    number = number_of(us, "person", SPEAKER)
    reviewing.correct(us, "newest", number, {"name": "Azmi bin Harun", "roles": ["minister"]}, "ann")
    assert view(us).proposal(number).state is ProposalState.PROPOSED
    [id_] = reviewing.confirm(us, "newest", [number], "ann").taken
    assert content(us, id_)["name"] == "Azmi bin Harun"


def test_a_correction_of_a_confirmed_claim_is_a_new_version_that_can_be_undone(us: Node) -> None:
    number = number_of(us, "statement", SPEAKER)
    reviewing.confirm(us, "newest", [number], "ann", with_needed=True)
    id_ = StixId(str(view(us).proposal(number).proposal.target))
    before = content(us, id_)
    reviewing.correct(us, "newest", number, {"claim.kind": "assessment", "text": "As many as that."}, "ben")
    after = content(us, id_)
    assert str(after["content"]).startswith("As many as that.\n\nAssessed by Azmi Harun")
    assert str(after["modified"]) > str(before["modified"])
    assert after["created"] == before["created"]
    reviewing.undo(us, "newest", [number], "ben")
    assert content(us, id_) == before


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"id": "identity--1"}, "id"),
        ({"created_by_ref": "identity--1"}, "created_by_ref"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"claim.kind": "denial"}, "claim.kind"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_with_its_fault(us: Node, changes: dict[str, object], path: str) -> None:
    with pytest.raises(InputError) as caught:
        reviewing.correct(us, "newest", number_of(us, "person", SPEAKER), changes, "ann")
    assert path in str(caught.value.faults[0])


def test_a_corrected_claim_of_no_kind_is_refused(us: Node) -> None:
    with pytest.raises(InputError) as caught:
        reviewing.correct(us, "newest", number_of(us, "statement", SPEAKER), {"claim.kind": "rumour"}, "ann")
    assert caught.value.code == "correction-invalid"


def test_a_joined_entity_stands_in_for_the_proposal(us: Node) -> None:
    known = reviewing.confirm(us, "newest", [number_of(us, "person", SPEAKER)], "ann").taken[0]
    take_page(us, OTHER)
    person, statement = number_of(us, "person", SPEAKER), number_of(us, "statement", SPEAKER)
    [candidate] = view(us).proposal(person).candidates
    assert (candidate.id, candidate.was_reviewed) == (known, True)
    done = reviewing.join(us, "newest", {person: None}, "ben")
    assert (done.changed, done.taken) == ((person,), ())
    assert reviewing.join(us, "newest", {person: None}, "ben").unchanged == (person,)
    reviewing.confirm(us, "newest", [statement], "ben", with_needed=True)
    note = content(us, str(view(us).proposal(statement).proposal.target))
    assert known in note["object_refs"]  # type: ignore[operator]
    assert f"'speaker_ref': '{known}'" in str(note)
    assert str(view(us).proposal(person).proposal.object_id) not in reports_held(us)


def test_an_entity_with_which_others_are_joined_is_not_undone(us: Node) -> None:
    first = view(us).report.id
    person = number_of(us, "person", SPEAKER)
    reviewing.confirm(us, first, [person], "ann")
    take_page(us, OTHER)
    reviewing.join(us, "newest", {number_of(us, "person", SPEAKER): None}, "ann")
    with pytest.raises(NotPermitted, match="is joined with"):
        reviewing.undo(us, first, [person], "ann")


def test_an_entity_is_joined_with_one_of_its_kind_that_is_held(us: Node) -> None:
    person = number_of(us, "person", SPEAKER)
    with pytest.raises(NotPermitted) as caught:
        reviewing.join(us, "newest", {person: StixId("location--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e021")}, "ann")
    assert caught.value.code == "join-impossible"
    with pytest.raises(NotFound):
        reviewing.join(us, "newest", {person: StixId("identity--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e021")}, "ann")
    with pytest.raises(InputError) as undecided:
        reviewing.join(us, "newest", {person: None}, "ann")
    assert undecided.value.code == "join-undecided"


def test_two_parties_that_read_one_page_write_under_different_ids(world: Simulation) -> None:
    for party in ("us", "ru"):
        take_page(world[party])
    ids = [{one.proposal.object_id for one in view(world[party]).proposals} for party in ("us", "ru")]
    assert not ids[0] & ids[1]


def test_one_agency_story_is_one_root_whoever_prints_it(world: Simulation) -> None:
    printed = [
        f"{paper}\n\nKapal Berlayar\n\nSelasa, 4 Juni 2029 10:15 WIB\n\n{AGENCY_STORY}\n\n(ANTARA)"
        for paper in ("KABAR SATU", "HARIAN DUA")
    ]
    roots = []
    for text in printed:
        take_page(world["us"], text.encode(), address=None)
        notes = [one.content for one in view(world["us"]).proposals if one.proposal.kind == "statement"]
        roots.append(orjson.dumps(notes[0]["extensions"]).split(b'"roots":')[1].split(b"]")[0])
    assert roots[0] == roots[1]


def test_a_page_is_taken_back_until_something_of_it_is_confirmed(us: Node) -> None:
    report, number = view(us).report.id, number_of(us, "country")
    done = reviewing.confirm(us, report, [number], "ann")
    for intake in (report, str(done.intake)):
        with pytest.raises(NotPermitted):
            undo_take_in(us, intake)
    reviewing.undo(us, report, [number], "ann")
    undo_take_in(us, report)
    assert list_reports(us) == []
    assert not take_page(us).was_known


@pytest.mark.parametrize("number", [0, 10_000])
def test_a_number_that_is_none_changes_nothing(us: Node, number: int) -> None:
    with pytest.raises(NotFound):
        reviewing.confirm(us, "newest", [number_of(us, "country"), number], "ann")
    assert reports_held(us) == set()


ACTS = st.lists(
    st.tuples(st.sampled_from(["confirm", "needed", "reject", "undo", "correct", "mark"]), st.integers(1, 30)),
    max_size=14,
)


# Not shrunk: a world is made for every example.
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(acts=ACTS)
def test_nothing_proposed_ever_reaches_a_view(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    with simulation(tmp_path_factory.mktemp("world"), "us", "ru") as made:
        made.introduce(("us", "ru"))
        made.conclude(agreement_text("us-ru", "us", ("ru",), ceiling="green"), "us", "ru")
        us = made["us"]
        take_page(us)
        ever: set[str] = set()
        for act, number in acts:
            try:
                if act in ("confirm", "needed"):
                    reviewing.confirm(us, "newest", [number], "ann", with_needed=act == "needed")
                elif act == "reject":
                    reviewing.reject(us, "newest", [number], "ann")
                elif act == "undo":
                    reviewing.undo(us, "newest", [number], "ann")
                elif act == "correct":
                    reviewing.correct(us, "newest", number, {"confidence": number}, "ann")
                else:
                    for id_ in sorted(reports_held(us)):
                        mark(us, StixId(id_), StixId(TLP_2["green"].id))
            except SepakatError:
                pass
            now = {one.proposal.object_id: one.state for one in view(us).proposals}
            ever |= {id_ for id_, state in now.items() if state is ProposalState.CONFIRMED}
            assert reports_held(us) == {id_ for id_, state in now.items() if state is ProposalState.CONFIRMED}
            out = released(us)
            assert not [id_ for id_ in now.keys() - ever if id_.encode() in out]
