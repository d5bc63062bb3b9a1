"""Questions and the matrix of hypotheses: keys, what contests, who settles, what tells hypotheses apart."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.claims.claim import Basis, Claim, Lineage, Quantity
from sepakat.claims.commitments import commitments_of
from sepakat.claims.drawing import Mark, draw_estimates
from sepakat.claims.hypotheses import Judged, build_matrix
from sepakat.claims.questions import SETTLED_LABEL, Opinion, State, account_of, question_key, time_bucket
from sepakat.claims.telling import Telling
from sepakat.errors import InputError
from sepakat.stix.identifiers import StixId
from tests.unit.claims.test_telling import ROOTS, RU, START, US, telling


def test_a_key_says_subject_predicate_place_and_time() -> None:
    assert question_key("Fighters", "Strength", "IQ-AN", "2014-10") == "strength/fighters:iq-an:2014-10"
    assert question_key("Pejuang ISIS", "kekuatan") == "kekuatan/pejuang-isis"
    assert [time_bucket(START, size) for size in ("year", "month", "day")] == ["2014", "2014-10", "2014-10-14"]
    for wrong in (("...", "x", None, None), ("x", "", None, None), ("x", "y", "!", None), ("x", "y", None, "Oct")):
        with pytest.raises(InputError):
            question_key(*wrong)


def test_a_question_is_open_until_answers_conflict() -> None:
    twenty = telling(1, Claim("estimate", quantity=Quantity("about", "states", 20)))
    near = telling(2, Claim("estimate", quantity=Quantity("exactly", "states", 22)))
    far = telling(3, Claim("estimate", quantity=Quantity("exactly", "states", 60)))
    assert account_of("k", [twenty, near]).state(US) is State.OPEN
    contested = account_of("k", [twenty, near, far])
    assert contested.state(US) is State.CONTESTED
    assert len(contested.contested_by) == 2
    withdrawn = replace(far, is_revoked=True)
    assert account_of("k", [twenty, near, withdrawn]).state(US) is State.OPEN
    assert len(account_of("k", [twenty, near, withdrawn]).claims) == 3


def test_denials_hypotheses_contradictions_and_disagreement_contest() -> None:
    one, two = telling(1), telling(2, Claim("denial"))
    assert account_of("k", [one, two]).contested_by == ("1 claim stated, 1 claim denied",)
    assert account_of("k", [two]).contested_by == ()
    rivals = [telling(number, Claim("hypothesis"), text=f"H{number}") for number in (1, 2)]
    assert account_of("k", rivals).contested_by == ("2 hypotheses compete",)
    against = telling(3, Claim("report", basis=(Basis("contradicts", object_ref=one.id),)))
    assert account_of("k", [one, against]).contested_by == (f"{against.id} contradicts {one.id}",)
    opinion = Opinion(StixId("opinion--1"), one.id, "disagree", "no", (RU,), START)
    assert account_of("k", [one], [opinion]).contested_by == (f"ru: disagree with {one.id}: no",)
    assert account_of("k", [one], [replace(opinion, opinion="agree")]).contested_by == ()


def test_a_question_is_settled_for_the_party_that_says_so_and_for_no_other() -> None:
    rival, settling = telling(1), telling(2, Claim("assessment"), labels=(SETTLED_LABEL,), text="Counted.\n\nAssessed.")
    account = account_of("k", [rival, telling(3, Claim("denial")), settling])
    assert (account.state(RU), account.state(US)) == (State.SETTLED, State.CONTESTED)
    assert account.settlements[0].reason == "Counted."
    assert [one.id for one in account.claims] == [rival.id, telling(3).id]
    assert account_of("k", [rival, replace(settling, is_revoked=True)]).state(RU) is State.OPEN


H1, H2, E1, E2, E3 = (telling(number) for number in range(1, 6))
HYPOTHESES = [replace(one, claim=Claim("hypothesis")) for one in (H1, H2)]


def evidence(one: Telling, *roots: str) -> Telling:
    return replace(one, claim=Claim("report", lineage=Lineage(roots)))


def test_evidence_that_fits_every_hypothesis_tells_none_apart() -> None:
    words = [Judged(one.id, E1.id, "ann", "consistent") for one in HYPOTHESES]
    words += [Judged(H1.id, E2.id, "ann", "inconsistent"), Judged(H2.id, E2.id, "ann", "consistent")]
    matrix = build_matrix(HYPOTHESES, [E1, E2], words)
    assert [row.diagnosticity for row in matrix.rows] == [0.0, 1.0]
    assert matrix.least_against == (H2.id,)
    assert matrix.against[0].evidence == (E2.id,)


def test_hearsay_counts_against_a_hypothesis_once() -> None:
    rows = [evidence(one, ROOTS[0]) for one in (E1, E2)]
    words = [Judged(H1.id, one.id, "ann", "inconsistent") for one in (E1, E2)]
    matrix = build_matrix(HYPOTHESES, rows, words)
    assert (matrix.against[0].count, matrix.against[0].evidence) == (1, (E1.id, E2.id))


def test_persons_who_differ_make_a_cell_disputed_and_counted_for_nobody() -> None:
    words = [Judged(H1.id, E1.id, "ann", "inconsistent"), Judged(H1.id, E1.id, "ben", "neutral")]
    matrix = build_matrix(HYPOTHESES, [E1], words)
    assert matrix.rows[0].cells[0].verdict == "disputed"
    assert matrix.against[0].count == 0
    assert len(matrix.rows[0].cells[0].judged) == 2


def test_without_any_word_no_hypothesis_is_ahead() -> None:
    assert build_matrix(HYPOTHESES, [E1], []).least_against == ()
    assert build_matrix([], [E1], []).against == ()


@given(st.permutations(range(5)))
def test_the_order_of_judgements_changes_nothing(order: list[int]) -> None:
    words = [
        Judged(H1.id, E1.id, "ann", "consistent"),
        Judged(H2.id, E1.id, "ann", "inconsistent"),
        Judged(H2.id, E1.id, "ben", "neutral"),
        Judged(H1.id, E2.id, "ann", "inconsistent"),
        Judged(H2.id, E3.id, "ann", "inconsistent"),
    ]
    assert build_matrix(HYPOTHESES, [E3, E1, E2], [words[place] for place in order]) == build_matrix(
        HYPOTHESES, [E1, E2, E3], words
    )


def test_a_picture_has_every_estimate_with_who_said_it_and_no_other_number() -> None:
    quantities = [
        Quantity("about-or-more", "people", 500),
        Quantity("between", "people", min=20, max=31.5),
        Quantity("at-most", "people", max=900),
    ]
    marks = [Mark(f"speaker <{n}> & co", START, one, n != 1) for n, one in enumerate(quantities)]
    drawn = draw_estimates(marks, 'How many "fighters"?')
    tree = ElementTree.fromstring(drawn)
    name = "{http://www.w3.org/2000/svg}"
    assert len(tree.findall(f"{name}g")) == 3
    texts = [one.text or "" for one in tree.iter(f"{name}text")]
    assert sum("speaker <" in text for text in texts) == 3
    assert any(text.endswith("(withdrawn)") for text in texts)
    assert drawn == draw_estimates(marks[::-1], 'How many "fighters"?')
    assert "No estimates" in draw_estimates([], "x")
    assert "circle" in draw_estimates(marks[:1], "x")


def test_steps_of_different_speakers_stand_beside_each_other() -> None:
    us, ru = StixId("identity--us"), StixId("identity--ru")
    offer = telling(1, Claim("offer", speaker_ref=us), refs=(us, ru))
    basis = (Basis("derived", object_ref=offer.id),)
    accepted = telling(2, Claim("report", speaker_ref=ru, basis=basis), labels=("commitment-accepted",))
    done = telling(3, Claim("report", speaker_ref=us, basis=basis), labels=("commitment-done",))
    [untouched] = commitments_of([offer])
    assert (untouched.statuses, untouched.to) == (("offered",), (ru,))
    [one] = commitments_of([done, offer, accepted])
    assert one.statuses == ("accepted", "done")
    assert one.said == {us: "done", ru: "accepted"}
    [gone] = commitments_of([replace(offer, is_revoked=True), accepted])
    assert gone.statuses == ("accepted", "withdrawn")
