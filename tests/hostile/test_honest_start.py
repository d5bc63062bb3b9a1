"""The liar can tell the truth: what the attacks begin from is taken, so that each refusal is of its lie."""

from __future__ import annotations

from sepakat.exchange import agreeing
from sepakat.exchange.verifying import verify_logs
from tests.hostile.stage import RU, US, Stage


def test_truthful_messages_requests_and_log_are_taken(stage: Stage) -> None:
    made = stage.written("ru", "truth")
    report = stage.given(made)
    assert (report.error, report.alarms, report.refused_messages, report.refused) == (None, [], [], [])
    assert stage.names(made["id"]) == ["truth"]
    assert stage.node.last("receipt")["body"]["count"] == 1
    assert all(log.report.is_sound for log in verify_logs(stage.us))
    assert agreeing.show(stage.us, "us-ru").standings[RU].is_in_force
    assert agreeing.show(stage.us, "ru-us").standings[US].is_in_force


def test_truthful_request_for_messages_gets_what_waits(stage: Stage) -> None:
    answer = stage.ask("GET", "/peer/v1/messages?after=0")
    assert answer.status_code == 200
    assert [one["kind"] for one in answer.json()["messages"]][:2] == ["agreement-offer", "agreement-signature"]
