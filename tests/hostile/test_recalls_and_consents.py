"""Attacks on recall and consent: nobody takes back, answers or allows what is not its own."""

from __future__ import annotations

from typing import Any

import pytest

from sepakat.exchange import consenting, recalling
from sepakat.exchange.calling_back import derived_id
from sepakat.exchange.synchronising import synchronise
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import TLP_2
from tests.hostile.liar import stamp, stix_id
from tests.hostile.stage import FR, RU, Stage
from tests.support.agreements import agreement_text


def recall(stage: Stage, object_id: str, id_: str = "recall-of-the-liar", **more: Any) -> tuple[int, str]:
    body = {
        "recall": id_,
        "scope": "all",
        "objects": [{"id": object_id}],
        "reason": "x",
        "respond_by": stamp(stage.world.clock.now()),
    }
    return stage.say("recall", body | more)


def hidden(stage: Stage, object_id: str) -> bool:
    with stage.us.store.reading() as unit:
        policy = unit.policies.get(StixId(object_id))
    return policy is not None and policy.recalled


def given_by_fr(stage: Stage, name: str = "from fr") -> dict[str, Any]:
    made = stage.written("fr", name)
    stage.world.conclude(agreement_text("fr-us", "fr", ("us",)), "fr", "us")
    stage.world.take_in("fr", made)
    assert synchronise(stage.us, FR).error is None
    return made


def test_recall_of_our_own_object_is_refused(stage: Stage) -> None:
    ours = stage.written("us", "ours")
    stage.world.take_in("us", ours)
    assert recall(stage, ours["id"]) == (403, "recall-not-theirs")
    assert not hidden(stage, ours["id"])


def test_recall_of_another_partys_object_is_refused(stage: Stage) -> None:
    theirs = given_by_fr(stage)
    assert recall(stage, theirs["id"]) == (403, "recall-not-theirs")
    assert stage.names(theirs["id"]) == ["from fr"]


def test_recall_of_another_partys_object_that_the_liar_only_says_to_have_given_hides_nothing(stage: Stage) -> None:
    theirs = given_by_fr(stage)
    stage.post(stage.liar.statement(stage.take, [theirs], origins=["fr"]))
    recall(stage, theirs["id"])
    assert not hidden(stage, theirs["id"])
    assert stage.names(theirs["id"]) == ["from fr"]


def test_recall_before_the_creator_has_given_it_does_not_keep_it_away(stage: Stage) -> None:
    """Else a liar that learned an id could stop an object of somebody else from ever reaching us."""
    made = stage.written("fr", "from fr")
    stage.post(stage.liar.statement(stage.take, [made], origins=["fr"]))
    recall(stage, made["id"])
    given_by_fr(stage)
    assert stage.names(made["id"]) == ["from fr"]
    assert not hidden(stage, made["id"])


def test_recall_under_an_id_that_another_party_used_is_refused(stage: Stage) -> None:
    theirs = given_by_fr(stage)
    change = recalling.recall(stage.world["fr"], StixId(theirs["id"]), "x", by="alice")
    made = stage.written("ru", "mine")
    stage.given(made)
    assert recall(stage, made["id"], change.recall.id) == (403, "recall-known")


def test_what_the_liar_recalled_does_not_come_back_by_its_old_page(stage: Stage) -> None:
    made = stage.written("ru", "mine")
    stage.given(made)
    assert recall(stage, made["id"]) == (200, "taken")
    assert hidden(stage, made["id"])
    report = stage.given(made)
    assert "it was recalled" in [one.reason for one in report.refused]


def test_recall_that_is_sent_twice_under_two_ids_is_answered_twice_and_harms_nothing(stage: Stage) -> None:
    made = stage.written("ru", "mine")
    stage.given(made)
    assert recall(stage, made["id"], "recall-one-of-two") == (200, "taken")
    assert recall(stage, made["id"], "recall-two-of-two") == (200, "taken")
    stage.world.settle()
    answers = [one for one in stage.node.heard if one["kind"] == "recall-answer"]
    assert [one["body"]["recall"] for one in answers] == ["recall-one-of-two", "recall-two-of-two"]


# Our recalls.


def recalled_from_ru(stage: Stage) -> str:
    ours = stage.written("us", "ours")
    stage.world.take_in("us", ours)
    return recalling.recall(stage.us, StixId(ours["id"]), "source withdrew it", by="alice").recall.id


def said(stage: Stage, id_: str) -> set[tuple[str, str | None, str | None]]:
    found = next(one for one in recalling.list_recalls(stage.us) if one.id == id_)
    return {(answer.party, answer.via, answer.action) for answer in found.answers}


def answer(stage: Stage, id_: str, *parties: str, **more: Any) -> tuple[int, str]:
    entries = [{"party": one, "action": "deleted", "at": stamp(stage.world.clock.now())} | more for one in parties]
    return stage.say("recall-answer", {"recall": id_, "answers": entries, "onward": []})


def test_answer_for_another_party_does_not_stand_for_it(stage: Stage) -> None:
    stage.world.conclude(agreement_text("us-fr", "us", ("fr",)), "us", "fr")
    id_ = recalled_from_ru(stage)
    before = {one for one in said(stage, id_) if one[0] == "fr" and one[1] is None}
    answer(stage, id_, "fr")
    after = {one for one in said(stage, id_) if one[0] == "fr" and one[1] is None}
    assert before == after
    assert ("fr", "ru", "deleted") in said(stage, id_), "it stands beside, as what ru says"


def test_answer_to_a_recall_that_was_never_sent_to_the_liar_is_refused(stage: Stage) -> None:
    assert answer(stage, "recall-that-is-not", "ru") == (403, "recall-not-asked")


def test_answer_in_our_own_name_changes_nothing_of_ours(stage: Stage) -> None:
    id_ = recalled_from_ru(stage)
    answer(stage, id_, "us")
    assert ("us", None, "deleted") not in said(stage, id_)


def test_answer_that_names_thousands_of_parties_is_refused(stage: Stage) -> None:
    id_ = recalled_from_ru(stage)
    parties = [f"party-{n}" for n in range(1_000)]
    assert answer(stage, id_, *parties)[0] in (200, 403)
    assert answer(stage, id_, *(f"more-{n}" for n in range(1_000))) == (403, "recall-answers")
    assert len(said(stage, id_)) <= 1_001


def test_answer_dated_ahead_is_taken_as_of_now(stage: Stage) -> None:
    id_ = recalled_from_ru(stage)
    answer(stage, id_, "ru", at="2040-01-01T00:00:00.000000Z")
    (entry,) = next(one for one in recalling.list_recalls(stage.us) if one.id == id_).answers
    assert entry.at == stage.world.clock.now()


def test_kept_by_law_without_a_ground_is_refused(stage: Stage) -> None:
    id_ = recalled_from_ru(stage)
    assert answer(stage, id_, "ru", action="kept-by-law") == (400, "message-invalid")


def test_recall_id_cannot_be_chosen_to_meet_one_that_we_pass_on(stage: Stage) -> None:
    made = stage.written("ru", "mine")
    stage.given(made)
    assert recall(stage, made["id"], "a-recall-of-theirs") == (200, "taken")
    passed = derived_id("a-recall-of-theirs", RU, StixId(made["id"]))
    assert answer(stage, passed, "ru") == (403, "recall-not-asked")


# Consent.


def asked_of_ru(stage: Stage) -> tuple[str, dict[str, Any]]:
    made = stage.written("ru", "mine")
    stage.given(made)
    asked = consenting.request_consent(stage.us, StixId(made["id"]), FR, "joint operation").consents[0]
    return asked.id, {"request": asked.id, "object": made["id"], "third_party": "fr", "granted": True}


def granted(stage: Stage) -> list[bool | None]:
    return [one.granted for one in consenting.list_consents(stage.us)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"third_party": "iq"}, "consent-differs"),
        ({"object": stix_id("campaign", "another")}, "consent-differs"),
        ({"request": "a-request-of-nobody"}, "consent-not-asked"),
    ],
    ids=["a third one", "another object", "another request"],
)
def test_consent_to_something_else_than_was_asked_grants_nothing(
    stage: Stage, changes: dict[str, Any], code: str
) -> None:
    _, body = asked_of_ru(stage)
    assert stage.say("consent-answer", body | changes) == (403, code)
    assert granted(stage) == [None]


def test_consent_of_a_party_that_was_not_asked_grants_nothing(stage: Stage) -> None:
    theirs = given_by_fr(stage)
    # `fr` is asked, `ru` answers.
    asked = consenting.request_consent(stage.us, StixId(theirs["id"]), RU, "x").consents[0]
    body = {"request": asked.id, "object": theirs["id"], "third_party": "ru", "granted": True}
    assert stage.say("consent-answer", body) == (403, "consent-not-asked")
    assert granted(stage) == [None]


def test_second_answer_does_not_turn_a_denial_into_a_grant(stage: Stage) -> None:
    _, body = asked_of_ru(stage)
    denial = {k: v for k, v in body.items() if k != "granted"} | {"granted": False, "reason": "no"}
    assert stage.say("consent-answer", denial) == (200, "taken")
    assert stage.say("consent-answer", body) == (403, "consent-answered")
    assert granted(stage) == [False]


def test_withdrawal_of_a_grant_that_another_gave_is_refused(stage: Stage) -> None:
    theirs = given_by_fr(stage)
    asked = consenting.request_consent(stage.us, StixId(theirs["id"]), RU, "x").consents[0]
    consenting.grant_consent(stage.world["fr"], asked.id)
    body = {"request": asked.id, "object": theirs["id"], "third_party": "ru", "reason": "x"}
    assert stage.say("consent-withdrawal", body) == (403, "consent-not-asked")
    assert granted(stage) == [True]


def consent_request(stage: Stage, object_id: str, third: str, id_: str) -> tuple[int, bytes]:
    body = {"request": id_, "object": object_id, "third_party": third, "purpose": "x"}
    answered = stage.ask("POST", "/peer/v1/messages", stage.liar.message("consent-request", body))
    return answered.status_code, answered.content


def test_consent_request_does_not_tell_what_we_hold(stage: Stage) -> None:
    """Asked for what we hold and never gave, for what we got from another, and for what is not there: equal bytes."""
    secret, theirs = stage.written("us", "secret", object_marking_refs=[]), given_by_fr(stage)
    stage.world.take_in("us", secret | {"object_marking_refs": [_red()]})
    answers = {
        consent_request(stage, one, "fr", f"request-number-{n}")
        for n, one in enumerate([secret["id"], theirs["id"], stix_id("campaign", "absent")])
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 403


def _red() -> str:
    return str(TLP_2["red"].id)


def test_consent_request_for_itself_or_for_us_is_refused(stage: Stage) -> None:
    ours = stage.written("us", "ours")
    stage.world.take_in("us", ours)
    assert consent_request(stage, ours["id"], "ru", "request-number-1")[0] == 400
    assert consent_request(stage, ours["id"], "us", "request-number-2")[0] == 400
