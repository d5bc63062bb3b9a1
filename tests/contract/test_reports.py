"""The port `Reports`: what was read comes back, by id and digest; proposals and steps in order; removal is whole."""

from __future__ import annotations

from sepakat.exchange.ports import Unit
from sepakat.exchange.report_records import ProposalState
from tests.support import records
from tests.support.records import at, proposal, report, report_content, review_step, stix_id


def test_a_report_comes_back_by_id_and_by_digest(unit: Unit) -> None:
    made = report(address="https://news.example/1", captured_at=at(5), origin=records.RU, published_at=at(1), title="T")
    unit.reports.add(made, report_content(), [proposal(2), proposal(1)])
    assert unit.reports.get("report-1") == made
    assert unit.reports.with_digest(made.digest) == made
    assert (unit.reports.get("report-2"), unit.reports.with_digest("00" * 32)) == (None, None)
    assert unit.reports.content("report-1") == report_content()
    assert unit.reports.proposals("report-1") == [proposal(1), proposal(2)]


def test_the_same_report_again_changes_nothing(unit: Unit) -> None:
    unit.reports.add(report(), report_content(), [proposal()])
    unit.reports.put(proposal(state=ProposalState.REJECTED))
    unit.reports.add(report(), report_content(), [proposal()])
    assert unit.reports.proposals("report-1") == [proposal(state=ProposalState.REJECTED)]


def test_reports_come_newest_first_in_pages(unit: Unit) -> None:
    for number in (2, 1, 3):
        unit.reports.add(report(number), report_content(number), [])
    first = unit.reports.latest(limit=2)
    assert first == [report(3), report(2)]
    assert unit.reports.latest(before=first[-1].at) == [report(1)]


def test_proposals_are_counted_by_state(unit: Unit) -> None:
    unit.reports.add(report(), report_content(), [proposal(1), proposal(2), proposal(3)])
    unit.reports.put(proposal(3, state=ProposalState.REJECTED))
    assert unit.reports.counts(["report-1", "report-9"]) == {
        "report-1": {ProposalState.PROPOSED: 2, ProposalState.REJECTED: 1}
    }


def test_only_what_became_held_is_found_by_its_name(unit: Unit) -> None:
    joined = proposal(1, 2, state=ProposalState.JOINED, target=stix_id(9, "identity"))
    unit.reports.add(report(), report_content(), [proposal(1), proposal(2, name="ben")])
    unit.reports.add(report(2), report_content(2), [joined])
    assert unit.reports.settled("anna") == [joined]
    assert unit.reports.settled("ben") == []


def test_steps_come_in_order_and_by_their_intake_and_are_marked_undone(unit: Unit) -> None:
    for sequence in (2, 1):
        unit.reports.keep(review_step(sequence, number=sequence))
    undone = review_step(1, undone_at=at(9), undone_by="ben")
    unit.reports.keep(undone)
    assert unit.reports.steps("report-1") == [undone, review_step(2, number=2)]
    assert unit.reports.steps_in("batch-2") == [review_step(2, number=2)]


def test_a_removed_report_leaves_nothing_behind(unit: Unit) -> None:
    for number in (1, 2):
        unit.reports.add(report(number), report_content(number), [proposal(1, number)])
    unit.reports.keep(review_step())
    unit.reports.remove("report-1")
    assert unit.reports.latest() == [report(2)]
    assert not unit.reports.proposals("report-1")
    assert not unit.reports.steps("report-1")
    assert unit.reports.content("report-1") is None
    assert unit.reports.proposals("report-2") == [proposal(1, 2)]
